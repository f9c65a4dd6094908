/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_MATCH_H
#define NOROSHI_CORE_MATCH_H
/*
 * match: does this subscription get this notice? The one eligibility function
 * of every channel and of every re-send (domain.md 4.3). Pure.
 *
 * A set is a compact array that is scanned for every notice: 100,000
 * subscriptions cost milliseconds, and there is no index that could be wrong.
 * One thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "noroshi/core/decision.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/notice.h"

/* One notice: who is meant, and what a filter may ask about. Borrowed. */
struct nrs_match_notice {
	const struct nrs_content *content;
	const struct nrs_addressing *addressing;
	/* The copies that go out now: one per sector or CEPTOAR. */
	const struct nrs_classification *copies;
	size_t n_copies;
};

enum nrs_match {
	NRS_MATCH_NOT_ADDRESSED = 0,
	NRS_MATCH_INACTIVE,
	NRS_MATCH_EXCLUDED,
	NRS_MATCH_NOT_CLEARED, /* meant, but may not see this label */
	NRS_MATCH_FILTERED,    /* meant and cleared, but asked not to get it */
	NRS_MATCH_YES,
};

/* May someone cleared up to max_tlp see label? An unknown clearance is the
 * public's, an unknown label is RED. */
bool nrs_match_cleared(enum nrs_tlp max_tlp, enum nrs_tlp label);

/* had_thread: an earlier revision of the thread was planned for it. A filter
 * then hides nothing more of the thread, nor ever an IMMEDIATE notice. */
enum nrs_match nrs_match_one(const struct nrs_match_notice *notice,
    const struct nrs_subscription *sub, bool had_thread);

struct nrs_match_set;
struct nrs_match_set *nrs_match_set_new(void);
void nrs_match_set_free(struct nrs_match_set *set);
/* Insert, or replace the one of the same subscriber_id. sub is borrowed until
 * it is replaced or removed. */
void nrs_match_set_put(
    struct nrs_match_set *set, const struct nrs_subscription *sub);
void nrs_match_set_remove(struct nrs_match_set *set, const char *subscriber_id);
/* NULL when absent. */
const struct nrs_subscription *nrs_match_set_find(
    const struct nrs_match_set *set, const char *subscriber_id);
size_t nrs_match_set_count(const struct nrs_match_set *set);
/* By position, 0 to count - 1, in no promised order: to walk them all. */
const struct nrs_subscription *nrs_match_set_at(
    const struct nrs_match_set *set, size_t index);

/* Call each on every subscription that the notice is meant for and that is
 * active: verdict is YES, FILTERED or NOT_CLEARED; had_thread is not known
 * here, so the caller looks at FILTERED ones again. */
void nrs_match_scan(const struct nrs_match_set *set,
    const struct nrs_match_notice *notice,
    void (*each)(
        void *ctx, const struct nrs_subscription *sub, enum nrs_match verdict),
    void *ctx);
#endif
