/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/cutoff.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/cond.h"
#include "noroshi/core/check.h"

#define ID_SIZE (NRS_CHECK_ID_MAX + 1)

/* One list, by what was decided and by what this process posted. */
struct known {
	char list[ID_SIZE];
	int64_t next_at;   /* promised last; 0: never */
	int64_t closed_at; /* the latest time that was closed */
	int64_t offset;    /* of the last cut-off in the journal; -1: none */
	char posted[ID_SIZE];
	int64_t posted_at;
	bool answered;  /* it has an outcome, of whatever kind */
	bool announced; /* the promise of announced_by was posted */
	unsigned announced_by;
};

struct producer_cutoffs {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct known *known;
	size_t n;
	bool news, stopped;
};

struct producer_cutoffs *
producer_cutoffs_new(void)
{
	struct producer_cutoffs *c = nrs_calloc(1, sizeof(*c));

	(void)pthread_mutex_init(&c->lock, NULL);
	nrs_cond_init(&c->changed);
	return c;
}

void
producer_cutoffs_free(struct producer_cutoffs *c)
{
	if (c == NULL)
		return;
	(void)pthread_cond_destroy(&c->changed);
	(void)pthread_mutex_destroy(&c->lock);
	free(c->known);
	free(c);
}

static struct known *
known_of(struct producer_cutoffs *c, const char *list)
{
	struct known *known;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (strcmp(c->known[i].list, list) == 0)
			return &c->known[i];
	c->known = nrs_realloc(c->known, c->n + 1, sizeof(*c->known));
	known = &c->known[c->n++];
	*known = (struct known){.offset = -1};
	(void)snprintf(known->list, sizeof(known->list), "%s", list);
	return known;
}

static void
learn_promise(struct known *known, const struct nrs_outcome *outcome)
{
	const struct nrs_cut_off *cut_off = outcome->cut_off;

	known->offset = outcome->journal_offset;
	if (!cut_off->announce && cut_off->due_at > known->closed_at)
		known->closed_at = cut_off->due_at;
	if (cut_off->next_at != 0)
		known->next_at = cut_off->next_at;
}

void
producer_cutoffs_learn(
    struct producer_cutoffs *c, const struct nrs_outcome *outcome)
{
	size_t i;

	(void)pthread_mutex_lock(&c->lock);
	if (outcome->cut_off != NULL)
		learn_promise(known_of(c, outcome->cut_off->list), outcome);
	for (i = 0; i < c->n; i++)
		if (strcmp(c->known[i].posted, outcome->submission_id) == 0)
			c->known[i].answered = true;
	c->news = true;
	(void)pthread_cond_broadcast(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
}

void
producer_cutoffs_stop(struct producer_cutoffs *c)
{
	(void)pthread_mutex_lock(&c->lock);
	c->stopped = true;
	(void)pthread_cond_broadcast(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
}

void
producer_cutoffs_wait(struct producer_cutoffs *c, int timeout_ms)
{
	const struct timespec limit = nrs_cond_limit(timeout_ms);
	int rc = 0;

	(void)pthread_mutex_lock(&c->lock);
	while (!c->news && !c->stopped && rc == 0)
		rc = pthread_cond_timedwait(&c->changed, &c->lock, &limit);
	c->news = false;
	(void)pthread_mutex_unlock(&c->lock);
}

/* ---- what is due ---- */

/* What the list waits for. A promise that lies before what was closed since
 * (two producers, one of them late) is no promise any more. */
static int64_t
promise(const struct known *known, const struct nrs_news_list *list)
{
	if (known->next_at > known->closed_at)
		return known->next_at;
	return known->closed_at == 0
	           ? 0
	           : nrs_news_window_after(list, known->closed_at);
}

/* The last window that passed; the promised one when the list's days changed
 * and would have none since. */
static void
close_window(struct producer_cutoff *out, const struct nrs_news_list *list,
    int64_t promised, int64_t now_ms)
{
	const int64_t last = nrs_news_window_before(list, now_ms);
	const int64_t due = last > promised ? last : promised;

	out->cut_off = (struct nrs_cut_off){.list = list->id,
	    .due_at = due,
	    .late = now_ms - due > PRODUCER_LATE_MS,
	    .next_at = nrs_news_window_after(list, now_ms)};
}

static void
announce(
    struct producer_cutoff *out, const struct nrs_news_list *list, int64_t next)
{
	out->cut_off = (struct nrs_cut_off){.list = list->id,
	    .due_at = next,
	    .next_at = next,
	    .announce = true};
}

/* What should be posted by what is known, and its time; false: nothing before
 * *wake_ms. */
static bool
plan(const struct known *known, const struct nrs_news_list *list,
    const struct producer_cutoff_at *at, struct producer_cutoff *out)
{
	const int64_t promised = promise(known, list);
	const int64_t next = nrs_news_window_after(list, at->now_ms);
	const bool said = known->announced && known->announced_by == at->load &&
	                  known->answered;

	if (promised != 0 && promised <= at->now_ms) {
		close_window(out, list, promised, at->now_ms);
		return true;
	}
	/* Once per configuration: two producers with different lists would
	 * otherwise contradict each other for ever. */
	if (known->next_at != next && !said) {
		announce(out, list, next);
		return true;
	}
	out->wait_ms = (promised != 0 ? promised : next) - at->now_ms;
	return false;
}

/* An announcement replaces what was said before it, so its id names that too:
 * to say the same again later is news. */
static void
set_ids(struct producer_cutoff *out, const struct known *known,
    struct nrs_arena *arena)
{
	struct nrs_cut_off *cut_off = &out->cut_off;

	cut_off->window_id =
	    nrs_news_window_id(arena, cut_off->list, cut_off->due_at);
	out->submission_id = nrs_arena_printf(
	    arena, NRS_CUT_OFF_PREFIX "%s", cut_off->window_id);
	if (cut_off->announce)
		out->submission_id = nrs_arena_printf(arena, "%s:%lld",
		    out->submission_id, (long long)known->offset + 1);
}

/* Posted before: it has its answer, or may still get it. */
static bool
is_under_way(struct known *known, const struct producer_cutoff_at *at,
    struct producer_cutoff *out)
{
	if (strcmp(known->posted, out->submission_id) != 0)
		return false;
	if (known->posted_at > at->now_ms) /* the clock was set back */
		known->posted_at = at->now_ms;
	out->wait_ms = known->posted_at + at->repeat_ms - at->now_ms;
	if (known->answered) /* nothing more to say before the next window */
		out->wait_ms = at->repeat_ms;
	return out->wait_ms > 0;
}

struct producer_cutoff
producer_cutoffs_due(struct producer_cutoffs *c,
    const struct nrs_news_list *list, const struct producer_cutoff_at *at,
    struct nrs_arena *arena)
{
	struct producer_cutoff out = {0};
	struct known *known;

	(void)pthread_mutex_lock(&c->lock);
	known = known_of(c, list->id);
	if (!plan(known, list, at, &out))
		goto out;
	set_ids(&out, known, arena);
	if (is_under_way(known, at, &out)) {
		out.submission_id = NULL;
		goto out;
	}
	(void)snprintf(
	    known->posted, sizeof(known->posted), "%s", out.submission_id);
	known->posted_at = at->now_ms;
	known->answered = false;
	known->announced = known->announced || out.cut_off.announce;
	if (out.cut_off.announce)
		known->announced_by = at->load;
out:
	(void)pthread_mutex_unlock(&c->lock);
	return out;
}
