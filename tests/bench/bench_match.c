/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match_100k_ms: one notice to all 15 sectors, scanned over 100,000
 * subscriptions of which every one matches (the dearest case); the median
 * of 31. match_100k_one_sector_ms: the same, one sector of 15.
 */
#include <stdio.h>
#include <stdlib.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/match.h"

#define N_SUBS 100000
#define N_SECTORS 15
#define RUNS 31

static void
count(void *ctx, const struct nrs_subscription *sub, enum nrs_match verdict)
{
	size_t *n = ctx;

	(void)sub;
	*n += verdict == NRS_MATCH_YES;
}

static int
by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
median_us(const struct nrs_match_set *set,
    const struct nrs_match_notice *notice, size_t want)
{
	int64_t us[RUNS];
	struct nrs_mono start;
	size_t n, i;

	for (i = 0; i < RUNS; i++) {
		n = 0;
		start = nrs_mono_now();
		nrs_match_scan(set, notice, count, &n);
		us[i] = nrs_mono_since_us(start);
		if (n != want) {
			(void)fprintf(
			    stderr, "matched %zu, want %zu\n", n, want);
			exit(1);
		}
	}
	qsort(us, RUNS, sizeof(us[0]), by_value);
	return us[RUNS / 2];
}

static void
fill(struct nrs_arena *arena, struct nrs_match_set *set,
    const struct nrs_classification *copies)
{
	struct nrs_subscription *sub;
	size_t i;

	for (i = 0; i < N_SUBS; i++) {
		sub = nrs_arena_alloc(arena, sizeof(*sub));
		sub->subscriber_id = nrs_arena_printf(arena, "sub-%zu", i);
		sub->organisation = nrs_arena_printf(arena, "org-%zu", i);
		sub->sectors = nrs_arena_array(arena, 1, sizeof(char *));
		sub->sectors[0] =
		    nrs_arena_strdup(arena, copies[i % N_SECTORS].sector);
		sub->n_sectors = 1;
		sub->max_tlp = NRS_TLP_AMBER;
		nrs_match_set_put(set, sub);
	}
}

int
main(void)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_match_set *set = nrs_match_set_new();
	struct nrs_classification copies[N_SECTORS] = {0};
	struct nrs_content content = {
	    .tlp = NRS_TLP_AMBER, .urgency = NRS_URGENCY_IMMEDIATE};
	struct nrs_addressing addressing = {0};
	struct nrs_match_notice notice = {.content = &content,
	    .addressing = &addressing,
	    .copies = copies,
	    .n_copies = N_SECTORS};
	size_t i;

	for (i = 0; i < N_SECTORS; i++) {
		copies[i].sector = nrs_arena_printf(arena, "sector-%zu", i);
		copies[i].ceptoar = "";
	}
	fill(arena, set, copies);
	(void)printf("match_100k_ms %.2f\n",
	    (double)median_us(set, &notice, N_SUBS) / 1000);
	notice.n_copies = 1;
	(void)printf("match_100k_one_sector_ms %.2f\n",
	    (double)median_us(set, &notice, (N_SUBS + 14) / 15) / 1000);
	nrs_match_set_free(set);
	nrs_arena_free(arena);
	return 0;
}
