/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ACKS_H
#define DISPATCHER_ACKS_H
/*
 * acks: the view of who has acknowledged which alert: of the receipts of the
 * alert lane, in the partitions that the due lane has. One thread.
 */
#include "noroshi/core/delivery.h"
#include "noroshi/io/bus.h"

struct dispatcher_acks;

NRS_CHECKED enum nrs_rc dispatcher_acks_open(const struct nrs_bus_conf *bus,
    const char *topic, struct dispatcher_acks **out, struct nrs_err *err);
void dispatcher_acks_close(struct dispatcher_acks *acks);
/* A partition is ours: what lies before from concerns nothing that is open. */
void dispatcher_acks_gain(
    struct dispatcher_acks *acks, int partition, int64_t from);
void dispatcher_acks_lose(struct dispatcher_acks *acks, int partition);
/* Bring the view to the topic's current end. NRS_RETRY: the bus is silent. */
NRS_CHECKED enum nrs_rc dispatcher_acks_refresh(
    struct dispatcher_acks *acks, int timeout_ms, struct nrs_err *err);
/* Up to where a partition was read; -1 for one that is not ours. */
int64_t dispatcher_acks_position(
    const struct dispatcher_acks *acks, int partition);
/* Forget what lies before offset. */
void dispatcher_acks_trim(
    struct dispatcher_acks *acks, int partition, int64_t offset);

/* By any channel: what awaits says, or any delivery of the notice to the same
 * subscriber. */
struct dispatcher_acks_query {
	int partition;
	struct nrs_bytes awaits;
	const char *notice_id, *subscriber_id;
};
bool dispatcher_acks_has(const struct dispatcher_acks *acks,
    const struct dispatcher_acks_query *query);
/* It can never be acknowledged: the awaited delivery has failed, and no other
 * to the same subscriber has arrived. */
bool dispatcher_acks_hopeless(const struct dispatcher_acks *acks,
    const struct dispatcher_acks_query *query);
/* What has become of the awaited delivery itself. */
enum dispatcher_acks_end {
	DISPATCHER_ACKS_OPEN,
	DISPATCHER_ACKS_TRIED,     /* it went out, or failed to */
	DISPATCHER_ACKS_CANCELLED, /* it was not to be sent */
};
enum dispatcher_acks_end dispatcher_acks_end(const struct dispatcher_acks *acks,
    const struct dispatcher_acks_query *query);
size_t dispatcher_acks_count(const struct dispatcher_acks *acks, int partition);

/* One receipt. For tests and the reader. */
void dispatcher_acks_note(struct dispatcher_acks *acks, int partition,
    int64_t offset, const struct nrs_receipt *receipt);
#endif
