/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/command.h"
#include "producer/cutoff.h"

#define MINUTE INT64_C(60000)
#define WEEK (7 * 24 * 60 * MINUTE)
#define REPEAT 10000

static struct nrs_arena *arena;
static struct nrs_news_list fridays, thursdays; /* 15:00 in Tokyo */
static int64_t friday;                          /* 2026-11-27, when it closes */
static int64_t n_journal;

static struct nrs_news_list
list_on(enum nrs_weekday day)
{
	struct nrs_news_list list = {.id = "weekly",
	    .weekdays = NRS_WEEKDAY_BIT(day),
	    .at_minutes = 15 * 60};

	assert_int_equal(
	    nrs_zone_load(arena, "Asia/Tokyo", &list.clock, NULL), NRS_OK);
	return list;
}

static int
setup(void **state)
{
	arena = nrs_arena_new();
	fridays = list_on(NRS_FRIDAY);
	thursdays = list_on(NRS_THURSDAY);
	n_journal = 0;
	*state = producer_cutoffs_new();
	return nrs_time_parse("2026-11-27T15:00:00+09:00", &friday, NULL);
}

static int
teardown(void **state)
{
	producer_cutoffs_free(*state);
	nrs_arena_free(arena);
	return 0;
}

static struct producer_cutoff
due(struct producer_cutoffs *c, const struct nrs_news_list *list,
    int64_t now_ms)
{
	const struct producer_cutoff_at at = {
	    .now_ms = now_ms, .load = 1, .repeat_ms = REPEAT};

	return producer_cutoffs_due(c, list, &at, arena);
}

static struct nrs_outcome
outcome_of(const struct producer_cutoff *posted)
{
	struct nrs_outcome out = {.submission_id = posted->submission_id,
	    .journal_offset = n_journal++,
	    .type = NRS_SUBMISSION_CUT_OFF};

	out.cut_off = nrs_arena_alloc(arena, sizeof(*out.cut_off));
	*out.cut_off = posted->cut_off;
	return out;
}

static void
decided(struct producer_cutoffs *c, const struct producer_cutoff *posted)
{
	const struct nrs_outcome out = outcome_of(posted);

	producer_cutoffs_learn(c, &out);
}

/* What is due, and at once decided; "" when nothing is. */
static const char *
done(struct producer_cutoffs *c, const struct nrs_news_list *list,
    int64_t now_ms)
{
	const struct producer_cutoff posted = due(c, list, now_ms);

	if (posted.submission_id == NULL)
		return "";
	decided(c, &posted);
	return posted.submission_id;
}

static void
what_comes_next_is_announced_when_nothing_is_known(void **state)
{
	const struct producer_cutoff first =
	    due(*state, &fridays, friday - WEEK + 1);
	struct producer_cutoff none;

	assert_string_equal(
	    first.submission_id, "cut-off:weekly:2026-11-27T06:00:00Z:0");
	assert_string_equal(
	    first.cut_off.window_id, "weekly:2026-11-27T06:00:00Z");
	assert_string_equal(first.cut_off.list, "weekly");
	assert_true(first.cut_off.announce);
	assert_false(first.cut_off.late);
	assert_int_equal(first.cut_off.next_at, friday);
	assert_int_equal(first.cut_off.due_at, friday);
	decided(*state, &first);
	none = due(*state, &fridays, friday - MINUTE);
	assert_null(none.submission_id);
	assert_int_equal(none.wait_ms, MINUTE);
}

static void
a_window_closes_at_its_time_and_says_the_next(void **state)
{
	struct producer_cutoff at_time;

	(void)done(*state, &fridays, friday - WEEK + 1);
	assert_string_equal(done(*state, &fridays, friday - 1), "");
	at_time = due(*state, &fridays, friday);
	assert_string_equal(
	    at_time.submission_id, "cut-off:weekly:2026-11-27T06:00:00Z");
	assert_int_equal(at_time.cut_off.due_at, friday);
	assert_int_equal(at_time.cut_off.next_at, friday + WEEK);
	assert_false(at_time.cut_off.announce);
	assert_false(at_time.cut_off.late);
	decided(*state, &at_time);
	assert_string_equal(done(*state, &fridays, friday + 1), "");
	assert_string_equal(done(*state, &fridays, friday + WEEK),
	    "cut-off:weekly:2026-12-04T06:00:00Z");
}

static void
what_nobody_answers_is_posted_again_after_a_while(void **state)
{
	const int64_t now = friday - WEEK + 1;
	const char *id = due(*state, &fridays, now).submission_id;

	assert_non_null(id);
	assert_null(due(*state, &fridays, now + REPEAT - 1).submission_id);
	assert_string_equal(
	    due(*state, &fridays, now + REPEAT).submission_id, id);
}

static void
what_was_refused_is_not_posted_again_before_the_next_window(void **state)
{
	struct producer_cutoff posted;
	struct nrs_outcome refused;

	(void)done(*state, &fridays, friday - WEEK + 1);
	posted = due(*state, &fridays, friday);
	refused = outcome_of(&posted);
	refused.cut_off = NULL;
	producer_cutoffs_learn(*state, &refused);
	posted = due(*state, &fridays, friday + 2 * REPEAT);
	assert_null(posted.submission_id);
	assert_true(posted.wait_ms > 0);
	assert_string_equal(done(*state, &fridays, friday + WEEK),
	    "cut-off:weekly:2026-12-04T06:00:00Z");
}

/* Down over three windows: what waited goes out with the last one. */
static void
of_missed_windows_the_last_is_posted_late(void **state)
{
	struct producer_cutoff late;

	(void)done(*state, &fridays, friday - WEEK + 1);
	late = due(*state, &fridays, friday + 2 * WEEK + 2 * MINUTE);
	assert_string_equal(
	    late.submission_id, "cut-off:weekly:2026-12-11T06:00:00Z");
	assert_true(late.cut_off.late);
	assert_int_equal(late.cut_off.due_at, friday + 2 * WEEK);
	assert_int_equal(late.cut_off.next_at, friday + 3 * WEEK);
	decided(*state, &late);
	assert_string_equal(
	    done(*state, &fridays, friday + 2 * WEEK + 3 * MINUTE), "");
}

static void
a_minute_is_not_late(void **state)
{
	(void)done(*state, &fridays, friday - WEEK + 1);
	assert_false(due(*state, &fridays, friday + MINUTE).cut_off.late);
}

/* The days changed while nobody was there: what was promised is still kept. */
static void
a_promise_that_the_list_has_no_window_for_is_kept(void **state)
{
	struct producer_cutoff kept;

	(void)done(*state, &fridays, friday - WEEK + 1);
	kept = due(*state, &thursdays, friday + 60 * MINUTE);
	assert_string_equal(
	    kept.submission_id, "cut-off:weekly:2026-11-27T06:00:00Z");
	assert_true(kept.cut_off.late);
	assert_int_equal(
	    kept.cut_off.next_at, friday + WEEK - 24 * 60 * MINUTE);
}

static void
a_list_that_changed_is_announced_once_and_followed(void **state)
{
	const int64_t thursday = friday - 24 * 60 * MINUTE;

	(void)done(*state, &fridays, friday - WEEK + 1);
	(void)done(*state, &fridays, friday);
	/* A new configuration would have another number; so has a restart. */
	producer_cutoffs_free(*state);
	*state = producer_cutoffs_new();
	n_journal = 0;
	const struct producer_cutoff last = {.submission_id = "cut-off:x",
	    .cut_off = {
	        .list = "weekly", .due_at = friday, .next_at = friday + WEEK}};
	decided(*state, &last);
	assert_string_equal(done(*state, &thursdays, friday + 1),
	    "cut-off:weekly:2026-12-03T06:00:00Z:1");
	assert_string_equal(done(*state, &thursdays, friday + 2), "");
	assert_string_equal(done(*state, &thursdays, thursday + WEEK),
	    "cut-off:weekly:2026-12-03T06:00:00Z");
}

/* A reload is a new configuration: it says again what comes next. */
static void
a_reload_announces_what_it_changed(void **state)
{
	struct producer_cutoff_at at = {
	    .now_ms = friday + 1, .load = 1, .repeat_ms = REPEAT};
	struct producer_cutoff posted;

	(void)done(*state, &fridays, friday + 1);
	at.load = 2;
	posted = producer_cutoffs_due(*state, &thursdays, &at, arena);
	assert_string_equal(
	    posted.submission_id, "cut-off:weekly:2026-12-03T06:00:00Z:1");
	decided(*state, &posted);
	at.load = 3;
	posted = producer_cutoffs_due(*state, &fridays, &at, arena);
	/* Said before, and news again: the id is another. */
	assert_string_equal(
	    posted.submission_id, "cut-off:weekly:2026-12-04T06:00:00Z:2");
}

/* Both learn every outcome; each posts what it finds due. */
static int
converse(struct producer_cutoffs *a, struct producer_cutoffs *b, int64_t now_ms)
{
	struct producer_cutoff posted;
	struct nrs_outcome out;
	int n = 0, i;

	for (i = 0; i < 40; i++) {
		posted = i % 2 == 0 ? due(a, &fridays, now_ms + i)
		                    : due(b, &thursdays, now_ms + i);
		if (posted.submission_id == NULL)
			continue;
		n++;
		out = outcome_of(&posted);
		producer_cutoffs_learn(a, &out);
		producer_cutoffs_learn(b, &out);
	}
	return n;
}

static void
producers_with_different_lists_soon_stop_contradicting(void **state)
{
	struct producer_cutoffs *other = producer_cutoffs_new();

	assert_int_equal(converse(*state, other, friday - WEEK + 1), 2);
	/* The last to speak was asked for: Thursday, once, by both. */
	assert_int_equal(converse(*state, other, friday - 24 * 60 * MINUTE), 1);
	producer_cutoffs_free(other);
}

static void
two_producers_post_a_window_under_one_id(void **state)
{
	struct producer_cutoffs *other = producer_cutoffs_new();
	struct producer_cutoff first = due(*state, &fridays, friday - 9),
	                       again = due(other, &fridays, friday - 5);

	assert_string_equal(first.submission_id, again.submission_id);
	decided(*state, &first);
	n_journal--;
	decided(other, &first);
	first = due(*state, &fridays, friday);
	again = due(other, &fridays, friday + 2 * MINUTE);
	assert_string_equal(first.submission_id, again.submission_id);
	producer_cutoffs_free(other);
}

/* One producer, late, is decided after another that closed the next window. */
static void
a_promise_behind_what_was_closed_is_replaced(void **state)
{
	const struct producer_cutoff newer = {.submission_id = "b",
	                                 .cut_off = {.list = "weekly",
	                                     .due_at = friday + WEEK,
	                                     .next_at = friday + 2 * WEEK}},
	                             older = {.submission_id = "a",
	                                 .cut_off = {.list = "weekly",
	                                     .due_at = friday,
	                                     .late = true,
	                                     .next_at = friday + WEEK}};

	decided(*state, &newer);
	decided(*state, &older);
	assert_string_equal(done(*state, &fridays, friday + WEEK + 5),
	    "cut-off:weekly:2026-12-11T06:00:00Z:2");
	assert_string_equal(done(*state, &fridays, friday + WEEK + 6), "");
}

static void
a_cut_off_by_hand_leaves_the_promise_alone(void **state)
{
	const struct producer_cutoff by_hand = {.submission_id = "hand-1",
	    .cut_off = {.list = "weekly", .due_at = friday - MINUTE}};

	(void)done(*state, &fridays, friday - WEEK + 1);
	decided(*state, &by_hand);
	assert_string_equal(done(*state, &fridays, friday - MINUTE + 1), "");
	assert_string_equal(done(*state, &fridays, friday),
	    "cut-off:weekly:2026-11-27T06:00:00Z");
}

static void *
stop_from_another_thread(void *opaque)
{
	producer_cutoffs_stop(opaque);
	return NULL;
}

static void
an_outcome_and_the_stop_wake_the_lane(void **state)
{
	struct nrs_mono start = nrs_mono_now();
	pthread_t thread;

	(void)done(*state, &fridays, friday);
	producer_cutoffs_wait(*state, 20000); /* there is news */
	producer_cutoffs_wait(*state, 5);
	assert_int_equal(
	    pthread_create(&thread, NULL, stop_from_another_thread, *state), 0);
	producer_cutoffs_wait(*state, 20000);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(nrs_mono_since_ms(start) < 15000);
}

static void
a_clock_that_is_set_back_puts_no_repetition_off(void **state)
{
	const int64_t late = friday + 120 * MINUTE, back = late - 60 * MINUTE;

	(void)done(*state, &fridays, friday - WEEK + 1);
	assert_non_null(due(*state, &fridays, late).submission_id);
	assert_null(due(*state, &fridays, back).submission_id);
	assert_non_null(due(*state, &fridays, back + REPEAT).submission_id);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(what_comes_next_is_announced_when_nothing_is_known),
	    T(a_window_closes_at_its_time_and_says_the_next),
	    T(what_nobody_answers_is_posted_again_after_a_while),
	    T(a_clock_that_is_set_back_puts_no_repetition_off),
	    T(what_was_refused_is_not_posted_again_before_the_next_window),
	    T(of_missed_windows_the_last_is_posted_late),
	    T(a_minute_is_not_late),
	    T(a_promise_that_the_list_has_no_window_for_is_kept),
	    T(a_list_that_changed_is_announced_once_and_followed),
	    T(a_reload_announces_what_it_changed),
	    T(producers_with_different_lists_soon_stop_contradicting),
	    T(two_producers_post_a_window_under_one_id),
	    T(a_promise_behind_what_was_closed_is_replaced),
	    T(a_cut_off_by_hand_leaves_the_promise_alone),
	    T(an_outcome_and_the_stop_wake_the_lane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
