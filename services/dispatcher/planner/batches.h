/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_BATCHES_H
#define DISPATCHER_BATCHES_H
/*
 * batches: targets become delivery batches: one variant and up to some hundred
 * recipients of one partition per record.
 */
#include "dispatcher/ack/ack_token.h"
#include "dispatcher/mail/compose.h"
#include "noroshi/core/audience.h"

struct dispatcher_batch { /* one record */
	int partition;
	struct nrs_delivery_batch batch;
};

struct dispatcher_batches_query {
	struct nrs_arena *arena;
	struct dispatcher_composer *composer;
	const struct nrs_targets *targets;
	int n_partitions;
	/* What every batch says: all but purpose, variants and deliveries. */
	const struct nrs_delivery_batch *head;
	/* Of the keys, see below. */
	const uint8_t *content_sha256;
	const char *occasion;
	const struct dispatcher_ack_plan *ack; /* NULL: nobody is asked */
};

/* Of a notice: it is tried for give_up_ms, or as long as it is valid. */
struct nrs_delivery_batch dispatcher_batches_head(
    const struct dispatcher_notice *notice, int64_t planned_at,
    int64_t give_up_ms);
/* All of one notice or edition, in arena. NRS_REJECT: it cannot be put into a
 * channel. */
NRS_CHECKED enum nrs_rc dispatcher_batches(
    const struct dispatcher_batches_query *query, struct dispatcher_batch **out,
    size_t *n, struct nrs_err *err);

/* What identifies one delivery for ever: the same content to the same place for
 * the same purpose and occasion has the same key. */
struct dispatcher_key {
	const uint8_t *content_sha256;
	const char *thread_id;
	uint32_t revision;
	const char *subscriber_id;
	const struct nrs_channel *channel;
	enum nrs_delivery_purpose purpose;
	const char *occasion; /* "" for an alert; the issue, the reminder */
};
void dispatcher_key(
    const struct dispatcher_key *in, uint8_t out[NRS_SHA256_SIZE]);
#endif
