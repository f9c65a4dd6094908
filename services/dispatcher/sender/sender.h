/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_SENDER_H
#define DISPATCHER_SENDER_H
/*
 * sender: the deliveries of some partitions, from record to durable receipt.
 *
 * An INTENT is acknowledged by the bus before a transfer starts; its end
 * (DELIVERED, FAILED, EXPIRED, CANCELLED) before the delivery is forgotten. The
 * committed offset is the low-water mark: below it everything has ended; its
 * metadata says from which receipt on the rest can be recovered. One thread:
 * the lane's.
 */
#include "dispatcher/dispatcher.h"
#include "dispatcher/due/due.h"
#include "dispatcher/sender/daytime.h"
#include "dispatcher/sender/queue.h"
#include "dispatcher/subs.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/group.h"

#define SENDER_PAUSE_MS 200 /* while the lease or the bus is away */
#define DISPATCHER_STATES (NRS_STATE_RESPONDED + 1)

/* Tasks in the order of their intents. */
struct sender_row {
	struct dispatcher_task *first, *last;
};

struct sender {
	struct dispatcher *d;
	const struct dispatcher_conf *conf;
	struct nrs_service_ctx *ctx;
	const struct nrs_lane *lane;
	const struct dispatcher_lane *traffic;
	struct nrs_group *group;
	struct nrs_producer *producer;
	struct nrs_transfer_conf transfer_conf; /* with the lane's own limits */
	struct nrs_transfer *transfer;
	struct dispatcher_subs *subs;
	struct dispatcher_queue *queue;
	struct dispatcher_part *parts;
	int n_parts;
	size_t n_ours, n_open, n_open_bytes;
	struct dispatcher_load *loads; /* all, for the end */
	struct nrs_arena *scratch;
	struct sender_daytime daytime;
	struct nrs_mono subs_at;       /* the last refresh; 0: has to be anew */
	struct dispatcher_task *again; /* whose end the bus did not take */
	struct nrs_mono again_since;
	struct nrs_mono draining; /* since when, in this turn */
	struct sender_row ready[NRS_CHANNEL_TOPIC + 1];
	struct dispatcher_part *out_first, *out_last; /* with letters */
	size_t n_busy; /* partitions whose letters the bus has */
	size_t n_slow; /* and has for long: they do not count as busy */
	size_t n_moving[NRS_CHANNEL_TOPIC + 1];
	size_t n_retried[NRS_CHANNEL_TOPIC + 1]; /* of them */
	bool paused, stopping;
	struct dispatcher_due due;
	struct nrs_metric *states[DISPATCHER_STATES];
	struct nrs_metric *seconds, *repeats, *open;
};

/* recover.c: the past of a partition, from its receipts; its position becomes
 * the oldest delivery that the bus has. */
NRS_CHECKED enum nrs_rc sender_recover(struct sender *s,
    struct dispatcher_part *part, const char *metadata, struct nrs_err *err);
/* What is known of a delivery; NULL for nothing. */
const struct dispatcher_past *sender_past(
    const struct dispatcher_part *part, const struct nrs_delivery *delivery);

/* load.c: records in, low-water mark out. */
void sender_load(struct sender *s, const struct nrs_record *record);
/* Forget a partition's deliveries; those under way end on their own. */
void sender_unload(struct sender *s, struct dispatcher_part *part);
/* At the end of the process: free what is left. */
void sender_unload_all(struct sender *s);
/* The task has ended durably. */
void sender_done(struct sender *s, struct dispatcher_task *task);
void sender_free_task(struct sender *s, struct dispatcher_task *task);
/* Too much is in hand to read on; half of that, if it was so before. */
bool sender_is_full(const struct sender *s, bool was_full);
/* Commit what has ended. */
void sender_advance(struct sender *s, struct dispatcher_part *part);
#endif
