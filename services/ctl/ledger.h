/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_LEDGER_H
#define CTL_LEDGER_H
/*
 * ledger: deliveries as they were planned, and what their receipts say, folded
 * in any order. Of several receipts of one delivery the highest state is true.
 * Pure; everything lives in the arena given to it.
 */
#include <stdbool.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/delivery.h"
#include "noroshi/io/sign.h"

/* One recipient on one channel, for one purpose. */
struct ctl_delivery {
	struct nrs_bytes key;
	const char *notice_id, *subscriber_id, *organisation;
	enum nrs_subscriber_kind stage;
	enum nrs_channel_type channel;
	const char *address; /* "" when only receipts are known */
	enum nrs_delivery_purpose purpose;
	uint32_t revision, occasion;
	int64_t accepted_at, not_before;
	bool planned; /* its batch was seen, at: */
	const char *topic;
	int partition;
	int64_t offset;
	enum nrs_delivery_state state; /* UNSPECIFIED: nobody has begun */
	enum nrs_failure_reason reason;
	const char *detail; /* the last answer */
	uint32_t attempts;
	int64_t at;                            /* of what made the state */
	int64_t delivered_at, acknowledged_at; /* 0: not */
	enum nrs_response response;
	uint32_t relayed, relayed_of;
	bool resent; /* a later occasion has taken its place */
};

struct ctl_ledger;
struct ctl_ledger *ctl_ledger_new(struct nrs_arena *arena);
/* What it has told stays valid as long as the arena. */
void ctl_ledger_free(struct ctl_ledger *ledger);

struct ctl_ledger_place { /* of a batch on the bus */
	const char *topic;
	int partition;
	int64_t offset;
};
void ctl_ledger_plan(struct ctl_ledger *ledger,
    const struct nrs_delivery_batch *batch,
    const struct ctl_ledger_place *place);
void ctl_ledger_receipt(
    struct ctl_ledger *ledger, const struct nrs_receipt *receipt);
/* Mark what was sent again; call it when all has been seen. */
void ctl_ledger_settle(struct ctl_ledger *ledger);

/* In the order in which they were first heard of. */
size_t ctl_ledger_count(const struct ctl_ledger *ledger);
const struct ctl_delivery *ctl_ledger_at(
    const struct ctl_ledger *ledger, size_t index);

/* It arrived, as far as anybody can say: a later bounce takes that back. */
bool ctl_delivery_arrived(const struct ctl_delivery *delivery);
/* No end yet. */
bool ctl_delivery_is_open(const struct ctl_delivery *delivery);
/* It ended without arriving, and nothing has taken its place. */
bool ctl_delivery_failed(const struct ctl_delivery *delivery);
/* The key of the delivery that sends old again, as that occasion, through
 * channel: the same command given twice makes the same delivery. */
void ctl_delivery_again_key(struct nrs_bytes old, uint32_t occasion,
    const struct nrs_channel *channel, uint8_t out[NRS_SHA256_SIZE]);
#endif
