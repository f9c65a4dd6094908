/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_DUTY_H
#define DISPATCHER_DUTY_H
/*
 * duty: mails that this service sends for itself, to the duty officer and to
 * canaries. They take the alerts' way, so that what proves them proves it, and
 * say nothing of a notice but its id. Everything lives in the caller's arena.
 */
#include "dispatcher/planner/batches.h"
#include "dispatcher/planner/threads.h"
#include "noroshi/core/duty.h"

/* What this service sends for itself: it is in no statistic of alerts, and no
 * subscription is asked about it. */
bool dispatcher_is_own(enum nrs_delivery_purpose purpose);

struct dispatcher_own_mail {
	enum nrs_delivery_purpose purpose; /* DUTY or HEARTBEAT */
	/* Reason and what it is about, "held.01J...": the same id is the same
	 * mail. Any text; what no Message-ID may hold is replaced. */
	const char *id;
	int64_t at;
	int64_t give_up_at;
	const char *lang;
	const struct nrs_conf_list *addresses; /* mailboxes and URLs */
	const struct nrs_rendered *said;
};

/* To duty.address, in duty.lang. */
struct dispatcher_own_mail dispatcher_duty_mail(const struct dispatcher *d,
    const char *id, int64_t at, const struct nrs_rendered *said);
/* One record for all addresses (none: NRS_REJECT), in the partition of
 * subscriber "duty" or, for a heartbeat, to be set by the caller. */
NRS_CHECKED enum nrs_rc dispatcher_own_batch(const struct dispatcher *d,
    struct nrs_arena *arena, const struct dispatcher_own_mail *mail,
    struct nrs_delivery_batch *out, struct nrs_err *err);
/* notice_id of such a mail. */
const char *dispatcher_own_id(
    struct nrs_arena *arena, enum nrs_delivery_purpose purpose, const char *id);
/* Where what is sent to the duty officer is written. */
int dispatcher_duty_partition(int n_partitions);
/* Headers of its record in a delivery topic: none of the planner's. */
#define DISPATCHER_OWN_HEADERS 2
void dispatcher_own_headers(const struct nrs_delivery_batch *batch,
    struct nrs_bus_header out[DISPATCHER_OWN_HEADERS]);

/* Each address is a mailbox or a URL. */
NRS_CHECKED enum nrs_rc dispatcher_own_check(const char *name,
    const struct nrs_conf_list *addresses, struct nrs_err *err);

/* Lane: from outcomes to mails for the duty officer. */
enum nrs_rc dispatcher_duty(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
#endif
