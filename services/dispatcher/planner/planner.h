/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_PLANNER_H
#define DISPATCHER_PLANNER_H
/*
 * planner: who gets what, frozen, one transaction per batch of dispatch
 * records. One thread: the lane's.
 */
#include "dispatcher/dispatcher.h"
#include "dispatcher/planner/batches.h"
#include "dispatcher/planner/due_plan.h"
#include "dispatcher/planner/planner_past.h"
#include "dispatcher/planner/threads.h"
#include "dispatcher/subs.h"
#include "noroshi/core/arrangement.h"
#include "noroshi/io/pipe.h"

/* A batch of the open transaction: not yet to be read from the bus. */
struct pending {
	struct planner *p;
	const char *topic;
	const struct nrs_delivery_batch *batch;
	struct nrs_bytes value;
	struct nrs_bus_header headers[3];
	int partition;
	int64_t offset; /* -1 until acknowledged */
	struct pending *next;
};

struct planner {
	struct dispatcher *d;
	struct nrs_service_ctx *ctx;
	const struct nrs_lane *lane;
	const struct dispatcher_lane *traffic;
	struct nrs_arena *arena; /* of the open transaction */
	struct dispatcher_subs *subs;
	struct dispatcher_threads *threads;
	struct dispatcher_threads *due_threads; /* NULL until needed */
	struct nrs_arrangements *arrangements;
	struct planner_seconds *seconds; /* NULL until needed */
	struct planner_carried *carried; /* NULL until needed */
	struct pending *first, *last;
	struct nrs_metric *planned, *not_cleared, *rejected;
};

/* How an alert goes. */
struct planner_parts {
	struct nrs_targets now; /* an arrangement's contacts among them */
	/* Instead of what already waits in delivery.due: at once, but there. */
	struct nrs_targets behind;
	/* When the contact of keyed_by has not acknowledged it. */
	struct nrs_targets later;
};

/* An alert as it was planned. */
struct dispatcher_due_plan {
	const struct planner_parts *parts;
	const struct nrs_delivery_batch *head;
	bool asks; /* it must be acknowledged, by these times */
	struct dispatcher_due_times times;
	const struct dispatcher_ack_plan *ack;
};

/* Call each on every batch of the thread, on the bus and in the transaction. */
NRS_CHECKED enum nrs_rc planner_priors(struct planner *p, const char *thread_id,
    void (*each)(void *ctx, const struct nrs_delivery_batch *batch), void *ctx,
    struct nrs_err *err);
void planner_write(struct planner *p, const struct dispatcher_batch *b,
    const char *topic, struct nrs_txn *txn);
/* Planned, and for nobody: it is on record that it was. */
void planner_write_none(struct planner *p,
    const struct nrs_delivery_batch *head, struct nrs_txn *txn);
/* A record, or a part of one, that cannot be read or believed. */
void planner_reject(struct planner *p, const struct nrs_record *record,
    const struct nrs_err *why, struct nrs_txn *txn);

struct nrs_match_notice planner_match(const struct dispatcher_notice *notice);
void planner_alive(void *planner);
/* Decode and verify. */
NRS_CHECKED enum nrs_rc planner_read(struct planner *p,
    const struct nrs_record *record, struct dispatcher_notice *out,
    struct nrs_err *err);

/* planner_route.c */
NRS_CHECKED enum nrs_rc planner_route(struct planner *p,
    const struct dispatcher_notice *notice, struct planner_parts *out,
    struct nrs_err *err);

/* planner_due.c: what becomes due after the alert, and word to delivery.due of
 * what it voids. NRS_REJECT: it cannot be put into a channel. */
NRS_CHECKED enum nrs_rc planner_due(struct planner *p,
    const struct dispatcher_notice *notice,
    const struct dispatcher_due_plan *plan, struct nrs_txn *txn,
    struct nrs_err *err);

/* planner_issue.c */
NRS_CHECKED enum nrs_rc planner_issue(struct planner *p,
    const struct nrs_record *record, struct nrs_txn *txn, struct nrs_err *err);
#endif
