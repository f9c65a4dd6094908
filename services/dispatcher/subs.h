/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_SUBS_H
#define DISPATCHER_SUBS_H
/*
 * subs: the view of the topics `subscription` and `endpoint`: who subscribes
 * now, and which webhooks have said that they are gone. One thread.
 */
#include "noroshi/core/match.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/roster.h"

struct dispatcher_subs;

NRS_CHECKED enum nrs_rc dispatcher_subs_open(const struct nrs_bus_conf *bus,
    struct dispatcher_subs **out, struct nrs_err *err);
/* Bring the view to the topic's current end. NRS_RETRY: the bus is silent. */
NRS_CHECKED enum nrs_rc dispatcher_subs_refresh(
    struct dispatcher_subs *subs, int timeout_ms, struct nrs_err *err);
/* The same with whose addresses are not proven yet. */
const struct nrs_roster *dispatcher_subs_roster(
    const struct dispatcher_subs *subs);
/* Borrowed; what it holds is valid until the next refresh. */
const struct nrs_match_set *dispatcher_subs_set(
    const struct dispatcher_subs *subs);
/* The webhook has said 410 since its subscription was stored last. */
bool dispatcher_subs_is_gone(const struct dispatcher_subs *subs,
    const char *subscriber_id, const char *address);
/* False on a bus whose topics are older than this version: nobody is ever gone
 * there. */
bool dispatcher_subs_has_endpoints(const struct dispatcher_subs *subs);
/* The key of an endpoint's record, in arena. */
const char *dispatcher_subs_endpoint_key(
    struct nrs_arena *arena, const char *subscriber_id, const char *address);
void dispatcher_subs_close(struct dispatcher_subs *subs);

/* One record: a Submission with a Subscription, an Endpoint, or a tombstone.
 * For tests and the reader. */
void dispatcher_subs_apply(
    struct dispatcher_subs *subs, const struct nrs_record *record);
#endif
