/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_CUTOFF_H
#define PRODUCER_CUTOFF_H
/*
 * cutoff: when each newsletter list closes. What `outcome` says comes next (the
 * promise by which the classifier lets items wait) decides when a cut-off is
 * posted; the list's days decide what is promised after it. So two producers
 * post the same ids, and nothing is kept that the topics do not hold.
 * Any thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "noroshi/core/decision.h"
#include "noroshi/core/news_window.h"

/* Posted so long after its time, a cut-off says that it is late. */
#define PRODUCER_LATE_MS 60000

struct producer_cutoffs;
struct producer_cutoffs *producer_cutoffs_new(void);
void producer_cutoffs_free(struct producer_cutoffs *cutoffs);
/* One outcome of a cut-off, in the order of the topic. Wakes the lane. */
void producer_cutoffs_learn(
    struct producer_cutoffs *cutoffs, const struct nrs_outcome *outcome);
void producer_cutoffs_stop(struct producer_cutoffs *cutoffs);
/* Sleep until something was learnt, but at most timeout_ms. */
void producer_cutoffs_wait(struct producer_cutoffs *cutoffs, int timeout_ms);

struct producer_cutoff_at {
	int64_t now_ms;
	/* Which configuration: each says once, by its lists, what is next. */
	unsigned load;
	int repeat_ms; /* what nobody answers is due again after it */
};
struct producer_cutoff {
	const char
	    *submission_id; /* what has to be posted now; NULL: nothing */
	struct nrs_cut_off cut_off; /* without mode */
	int64_t wait_ms; /* nothing: and not before this has passed */
};
/* What is due of one list; from now on it counts as posted. In arena. Of
 * windows that passed while nobody could post, the last one drains all that
 * waited: the others would close nothing and are left out. */
struct producer_cutoff producer_cutoffs_due(struct producer_cutoffs *cutoffs,
    const struct nrs_news_list *list, const struct producer_cutoff_at *at,
    struct nrs_arena *arena);
#endif
