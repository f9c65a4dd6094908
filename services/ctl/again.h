/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_AGAIN_H
#define CTL_AGAIN_H
/*
 * again: what it takes to send failed deliveries once more: which may go, where
 * to, and the batches for it. The text is the one that was frozen; the address
 * is the recipient's as it is now, so that a corrected contact is reached.
 * Pure.
 */
#include "ctl/gather.h"
#include "ctl/members.h"

/* NRS_REJECT with a rule when a notice as a whole must not go out again:
 * retracted, superseded, expired. */
NRS_CHECKED enum nrs_rc ctl_again_may(
    const struct ctl_notice *notice, int64_t now_ms, struct nrs_err *err);

struct ctl_again { /* one delivery that failed */
	const struct ctl_delivery *old;
	/* Where it goes now; NULL: nowhere, and why. */
	const struct nrs_channel *channel;
	const char *why;
};
/* All in the ledger that failed and that --ceptoar lets one see, in arena. */
struct ctl_again *ctl_again_list(struct nrs_arena *arena,
    const struct ctl_ledger *ledger, const struct ctl_members *members,
    size_t *n);

/* The deliveries of old that go again, as a batch of their own, in arena; NULL:
 * none does. Parts, variants and tokens are borrowed from old. */
struct ctl_again_query {
	struct nrs_arena *arena;
	const struct nrs_delivery_batch *old;
	const struct ctl_again *list;
	size_t n;
	int64_t now_ms, valid_until; /* 0: no end */
};
const struct nrs_delivery_batch *ctl_again_batch(
    const struct ctl_again_query *query);
#endif
