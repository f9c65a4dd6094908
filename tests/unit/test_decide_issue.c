/* SPDX-License-Identifier: Apache-2.0 */
/* Cut-offs and issues of the newsletter. Expected values are by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/weekly.h"

static struct scene *s;

static int
setup(void **state)
{
	s = weekly_open();
	return 0;
}

static int
teardown(void **state)
{
	weekly_close();
	return 0;
}

/* ---- issues ---- */

static void
a_cut_off_makes_one_numbered_issue_per_sector(void **state)
{
	const struct nrs_issue *made;
	const int64_t first = s->now;

	weekly_wait("a", "power,gas");
	s->now += DAY;
	weekly_wait("b", "power");
	s->now += DAY;
	weekly_cut_off();
	assert_int_equal(s->out.verdict, NRS_VERDICT_APPLIED);
	assert_int_equal(s->out.n_issues, 2);
	made = &s->out.issues[0];
	assert_string_equal(made->sector, "gas");
	assert_string_equal(made->issue_id, "weekly:1:gas:1");
	assert_string_equal(made->list, "weekly");
	assert_string_equal(made->window_id, "weekly:1");
	assert_int_equal(made->number, 1);
	assert_int_equal(made->total, 1);
	assert_int_equal(made->from, first);
	assert_int_equal(made->to, s->now);
	made = &s->out.issues[1];
	assert_string_equal(made->sector, "power");
	assert_int_equal(made->total, 2);
	assert_string_equal(weekly_drained("power"), "a:WARNINGS b:WARNINGS");
	assert_string_equal(weekly_drained("gas"), "a:WARNINGS");
	assert_int_equal(s->out.n_waiting, 3);
	assert_int_equal(nrs_state_counts(s->state).waiting, 0);
	assert_false(s->out.more);
}

static void
an_empty_issue_is_not_made_and_takes_no_number(void **state)
{
	int64_t before;

	weekly_wait("a", "power");
	weekly_cut_off();
	assert_int_equal(s->out.n_issues, 1);
	before = s->now;
	s->now += WEEK;
	weekly_cut_off();
	assert_int_equal(s->out.n_issues, 0);
	s->now += WEEK;
	weekly_wait("b", "power");
	weekly_cut_off();
	assert_int_equal(s->out.n_issues, 1);
	assert_int_equal(s->out.issues[0].number, 2);
	assert_int_equal(s->out.issues[0].from, before);
	assert_string_equal(weekly_drained("power"), "b:WARNINGS");
}

static void
a_window_closes_once(void **state)
{
	weekly_wait("a", "power");
	weekly_cut_off();
	weekly_wait("b", "power");
	weekly_cut_off_again();
	assert_int_equal(s->out.verdict, NRS_VERDICT_DUPLICATE);
	assert_int_equal(s->out.n_issues, 0);
	assert_int_equal(nrs_state_counts(s->state).waiting, 1);
}

static void
a_list_or_mode_that_is_not_ours_is_refused(void **state)
{
	struct nrs_cut_off other = {.list = "monthly",
	    .window_id = "monthly:1",
	    .due_at = s->now,
	    .mode = NRS_MODE_ACTUAL};

	weekly_wait("a", "power");
	scene_cut_off(s, "x", &other);
	assert_int_equal(s->out.verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(s->out.rule, "list-unknown");
	other.list = "weekly";
	other.mode = NRS_MODE_EXERCISE;
	scene_cut_off(s, "y", &other);
	assert_int_equal(s->out.verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(s->out.rule, "mode");
	assert_int_equal(nrs_state_counts(s->state).waiting, 1);
}

static void
sections_stand_in_their_order(void **state)
{
	struct nrs_content content;

	weekly_send("c", "power", NRS_TLP_GREEN);
	content = weekly_type("b", NRS_ITEM_BA6);
	weekly_issue(&content, "power");
	content = weekly_type("a", NRS_ITEM_A1);
	weekly_issue(&content, "power");
	weekly_wait("w", "power");
	weekly_cut_off();
	assert_string_equal(
	    weekly_drained("power"), "w:WARNINGS a:CASES b:STATISTICS c:SENT!");
}

static void
only_the_latest_revision_and_nothing_retracted_or_expired(void **state)
{
	struct nrs_content content;

	weekly_wait("a", "power");
	weekly_wait("b", "power");
	weekly_wait("c", "power");
	content = scene_next(s, "a", 2, NRS_KIND_FOLLOW_UP);
	weekly_issue(&content, "power");
	content = scene_next(s, "b", 2, NRS_KIND_RETRACTION);
	weekly_issue(&content, "power");
	assert_string_equal(weekly_drained("power"), "");
	/* what should go next week expires when this week's is late */
	content = scene_content(s, "d");
	content.valid_until = s->now + WEEK + DAY;
	weekly_issue(&content, "power");
	assert_int_equal(s->out.verdict, NRS_VERDICT_WAITING);
	s->now += WEEK + 2 * DAY;
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "c:WARNINGS a.2:WARNINGS");
	scene_deadline(s);
	assert_string_equal(s->out.waiting[0].notice_id, "d");
	assert_string_equal(s->out.waiting[0].why, "expired");
}

static void
a_late_window_says_so(void **state)
{
	weekly_wait("a", "power");
	scene_cut_off(s, "late",
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = "weekly:late",
	        .due_at = s->now - DAY,
	        .mode = NRS_MODE_ACTUAL,
	        .late = true,
	        .next_at = s->now + WEEK});
	assert_int_equal(s->out.n_issues, 1);
	assert_true(s->out.issues[0].late);
}

/* ---- what cannot wait ---- */

static void
what_would_expire_first_goes_in_real_time(void **state)
{
	struct nrs_content content = scene_content(s, "a");

	content.valid_until = s->now + WEEK;
	weekly_issue(&content, "power");
	assert_int_equal(s->out.verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(scene_routes(s, "power"), "RT");
	assert_string_equal(scene_rules(s, "power"),
	    "cell:B_C/NORMAL/ROUTINE override:3 override:expiry");
	assert_string_equal(
	    scene_copy(s, "power")->route_rule, "override:expiry");
	content = scene_content(s, "b");
	content.valid_until = s->now + WEEK + 1;
	weekly_issue(&content, "power");
	assert_int_equal(s->out.verdict, NRS_VERDICT_WAITING);
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "b:WARNINGS a:SENT!");
}

static void
another_window_releases_what_would_expire_before_it(void **state)
{
	struct nrs_content content = scene_content(s, "a");

	content.valid_until = s->now + 8 * DAY;
	weekly_issue(&content, "power");
	assert_int_equal(s->out.verdict, NRS_VERDICT_WAITING);
	weekly_wait("b", "power");
	weekly_announce(s->now + 9 * DAY);
	assert_int_equal(s->out.n_promotions, 1);
	assert_string_equal(s->out.promotions[0].notice_id, "a");
	assert_string_equal(
	    s->out.promotions[0].copy->rules[1], "override:expiry");
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "b:WARNINGS a:SENT!");
}

static void
before_a_window_is_known_everything_waits(void **state)
{
	struct nrs_content content;

	scene_close(s);
	scene_open(s, NRS_MODE_ACTUAL);
	content = scene_content(s, "a");
	content.valid_until = s->now + DAY;
	weekly_issue(&content, "power");
	assert_int_equal(s->out.verdict, NRS_VERDICT_WAITING);
}

/* A desk's own cut-off says nothing of the next window. */
static void
a_cut_off_in_between_moves_no_window(void **state)
{
	struct nrs_content content;

	weekly_wait("a", "power");
	scene_cut_off(s, "desk",
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = "weekly:desk",
	        .due_at = s->now,
	        .mode = NRS_MODE_ACTUAL});
	assert_string_equal(weekly_drained("power"), "a:WARNINGS");
	content = scene_content(s, "b");
	content.valid_until = s->now + WEEK;
	weekly_issue(&content, "power");
	assert_int_equal(s->out.verdict, NRS_VERDICT_RELEASED);
}

/* ---- too much at once ---- */

static void
an_issue_that_is_too_large_makes_another_with_the_next_number(void **state)
{
	struct nrs_content content = scene_content(s, "x");
	char *summary = nrs_arena_alloc(s->arena, 200 * 1024 + 1);
	size_t i;

	memset(summary, 'x', 200 * 1024);
	content.summary = summary;
	for (i = 0; i < 7; i++) {
		content.notice_id = content.thread_id =
		    nrs_arena_printf(s->arena, "n%zu", i);
		weekly_issue(&content, "power");
	}
	weekly_cut_off();
	assert_string_equal(
	    weekly_drained("power"), "n0:WARNINGS n1:WARNINGS n2:WARNINGS");
	assert_int_equal(s->out.issues[0].number, 1);
	assert_true(s->out.more);
	weekly_wait("later", "power");
	assert_int_equal(nrs_state_next_deadline(s->state), s->now);
	scene_deadline(s);
	assert_string_equal(
	    weekly_drained("power"), "n3:WARNINGS n4:WARNINGS n5:WARNINGS");
	assert_int_equal(s->out.issues[0].number, 2);
	assert_string_equal(s->out.issues[0].issue_id, "weekly:1:power:2");
	assert_true(s->out.more);
	scene_deadline(s);
	assert_string_equal(weekly_drained("power"), "n6:WARNINGS");
	assert_int_equal(s->out.issues[0].number, 3);
	assert_false(s->out.more);
	scene_deadline(s);
	assert_int_equal(s->out.n_issues, 0);
	assert_int_equal(
	    nrs_state_counts(s->state).waiting, 1); /* after the cut-off */
}

static void
a_cut_off_of_thousands_is_finished_by_deadlines(void **state)
{
	size_t n = 0, i, j, commands = 0;
	unsigned numbers[15] = {0};
	const char *names[15];
	size_t n_names = 0;

	for (i = 0; i < 150; i++)
		weekly_wait(nrs_arena_printf(s->arena, "n%zu", i), "*");
	weekly_cut_off();
	for (;; commands++) {
		assert_true(s->out.n_waiting <= 1000);
		for (i = 0; i < s->out.n_issues; i++) {
			for (j = 0; j < n_names; j++)
				if (strcmp(names[j], s->out.issues[i].sector) ==
				    0)
					break;
			if (j == n_names)
				names[n_names++] = s->out.issues[i].sector;
			assert_int_equal(s->out.issues[i].number, ++numbers[j]);
			n += s->out.issues[i].total;
		}
		if (!s->out.more)
			break;
		scene_deadline(s);
	}
	assert_int_equal(n, 150 * 15);
	assert_int_equal(n_names, 15);
	assert_int_equal(commands, 2);
	assert_int_equal(nrs_state_counts(s->state).waiting, 0);
	assert_true(nrs_state_next_deadline(s->state) > s->now);
}

/* While a rise is still being worked off, a cut-off takes nothing from it. */
static void
what_is_due_in_real_time_is_not_drained(void **state)
{
	size_t i, promoted = 0;

	for (i = 0; i < 20; i++)
		weekly_wait(nrs_arena_printf(s->arena, "n%zu", i), "*");
	scene_posture(s, "*", NRS_POSTURE_HEIGHTENED, s->now + DAY);
	assert_true(s->out.more);
	promoted += s->out.n_promotions;
	weekly_cut_off();
	for (i = 0; i < s->out.n_waiting; i++)
		assert_true(s->out.waiting[i].title_of[0] != '\0');
	scene_deadline(s);
	promoted += s->out.n_promotions;
	assert_int_equal(promoted, 20 * 15);
	assert_int_equal(nrs_state_counts(s->state).waiting, 0);
}

static void
what_cannot_be_read_again_is_not_promised(void **state)
{
	const int64_t unreadable[] = {2};
	struct nrs_submission submission = {.submission_id = "x",
	    .type = NRS_SUBMISSION_CUT_OFF,
	    .mode = NRS_MODE_ACTUAL};
	const struct nrs_cut_off now = {.list = "weekly",
	    .window_id = "weekly:x",
	    .due_at = s->now,
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_command cmd = {.submission = &submission,
	    .cut_off = &now,
	    .unreadable = unreadable,
	    .n_unreadable = 1};

	weekly_wait("a", "power");
	weekly_wait("b", "power");
	scene_command(s, &cmd);
	assert_string_equal(weekly_drained("power"), "a:WARNINGS");
	assert_int_equal(s->out.n_waiting, 2);
	assert_string_equal(s->out.waiting[0].notice_id, "b");
	assert_string_equal(s->out.waiting[0].why, "unreadable");
	assert_int_equal(nrs_state_counts(s->state).waiting, 0);
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(a_cut_off_makes_one_numbered_issue_per_sector),
	    FACT(an_empty_issue_is_not_made_and_takes_no_number),
	    FACT(a_window_closes_once),
	    FACT(a_list_or_mode_that_is_not_ours_is_refused),
	    FACT(sections_stand_in_their_order),
	    FACT(only_the_latest_revision_and_nothing_retracted_or_expired),
	    FACT(a_late_window_says_so),
	    FACT(what_would_expire_first_goes_in_real_time),
	    FACT(another_window_releases_what_would_expire_before_it),
	    FACT(before_a_window_is_known_everything_waits),
	    FACT(a_cut_off_in_between_moves_no_window),
	    FACT(an_issue_that_is_too_large_makes_another_with_the_next_number),
	    FACT(a_cut_off_of_thousands_is_finished_by_deadlines),
	    FACT(what_is_due_in_real_time_is_not_drained),
	    FACT(what_cannot_be_read_again_is_not_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
