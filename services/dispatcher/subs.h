/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_SUBS_H
#define DISPATCHER_SUBS_H
/*
 * subs: the view of the topic `subscription`: who subscribes now. One thread.
 */
#include "noroshi/core/match.h"
#include "noroshi/io/bus.h"

struct dispatcher_subs;

NRS_CHECKED enum nrs_rc dispatcher_subs_open(const struct nrs_bus_conf *bus,
    struct dispatcher_subs **out, struct nrs_err *err);
/* Bring the view to the topic's current end. NRS_RETRY: the bus is silent. */
NRS_CHECKED enum nrs_rc dispatcher_subs_refresh(
    struct dispatcher_subs *subs, int timeout_ms, struct nrs_err *err);
/* Borrowed; what it holds is valid until the next refresh. */
const struct nrs_match_set *dispatcher_subs_set(
    const struct dispatcher_subs *subs);
void dispatcher_subs_close(struct dispatcher_subs *subs);

/* One record: a Submission with a Subscription, or a tombstone. For tests and
 * the reader. */
void dispatcher_subs_apply(
    struct dispatcher_subs *subs, const struct nrs_record *record);
#endif
