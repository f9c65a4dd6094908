/* SPDX-License-Identifier: Apache-2.0 */
/* What an issue lists: 発信一覧, and 訂正・取消 of what an issue has carried.
 * Expected values are by hand. */
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

/* ---- 発信一覧 ---- */

static void
what_went_in_real_time_is_a_line_of_the_next_issue(void **state)
{
	struct nrs_content content;

	weekly_send("c", "power", NRS_TLP_GREEN);
	assert_int_equal(nrs_state_counts(s->state).lines, 1);
	assert_int_equal(nrs_state_counts(s->state).waiting, 0);
	/* that it expired does not unsend it */
	s->now += 40 * DAY;
	scene_deadline(s);
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "c:SENT!");
	assert_int_equal(s->out.n_issues, 1);
	assert_int_equal(nrs_state_counts(s->state).lines, 0);
	/* once: in full, when it is carried in full */
	content = scene_content(s, "b");
	content.urgency = NRS_URGENCY_IMMEDIATE;
	weekly_issue(&content, "power");
	assert_string_equal(scene_routes(s, "power"), "RT+NL");
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "b:WARNINGS");
}

static void
what_was_promoted_is_a_line_of_the_next_issue(void **state)
{
	weekly_wait("a", "power,gas");
	scene_posture(s, "power", NRS_POSTURE_HEIGHTENED, s->now + DAY);
	assert_int_equal(s->out.n_promotions, 1);
	assert_int_equal(nrs_state_counts(s->state).waiting, 1);
	assert_int_equal(nrs_state_counts(s->state).lines, 1);
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "a:SENT!");
	assert_string_equal(weekly_drained("gas"), "a:WARNINGS");
}

static void
red_and_narrowed_notices_stand_in_no_newsletter(void **state)
{
	struct nrs_content content = weekly_type("a", NRS_ITEM_C3);
	struct nrs_addressing to = scene_to(s, "finance");

	to.recipients = scene_list(s, "org-1", &to.n_recipients);
	scene_notice(s, &content, &to);
	content = weekly_type("r", NRS_ITEM_C3);
	content.tlp = NRS_TLP_RED;
	scene_notice(s, &content, &to);
	to = scene_to(s, "finance");
	to.ceptoars = scene_list(s, "bank", &to.n_ceptoars);
	content = weekly_type("b", NRS_ITEM_C3);
	scene_notice(s, &content, &to);
	to = scene_to(s, "finance");
	to.excluded_recipients =
	    scene_list(s, "bank", &to.n_excluded_recipients);
	content = weekly_type("c", NRS_ITEM_C3);
	scene_notice(s, &content, &to);
	assert_int_equal(nrs_state_counts(s->state).lines, 0);
	weekly_cut_off();
	assert_int_equal(s->out.n_issues, 0);
}

static void
a_raised_label_raises_the_line_and_red_removes_it(void **state)
{
	struct nrs_content content;

	weekly_send("a", "power,gas", NRS_TLP_CLEAR);
	weekly_send("b", "power,gas", NRS_TLP_CLEAR);
	content = scene_next(s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_AMBER;
	weekly_issue(&content, "gas");
	content = scene_next(s, "b", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_RED;
	{
		struct nrs_addressing to = {.originator = ""};

		to.recipients = scene_list(s, "org-1", &to.n_recipients);
		scene_notice(s, &content, &to);
	}
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "a:SENT!");
	assert_string_equal(weekly_drained("gas"), "a.2:SENT!");
	assert_int_equal(s->out.waiting[0].tlp, NRS_TLP_AMBER);
	assert_int_equal(s->out.waiting[1].tlp, NRS_TLP_AMBER);
}

/* Without a window there is no list to stand in, and nothing piles up. */
static void
lines_are_kept_only_for_who_has_a_newsletter(void **state)
{
	scene_close(s);
	scene_open(s, NRS_MODE_ACTUAL);
	weekly_send("a", "power", NRS_TLP_GREEN);
	assert_int_equal(nrs_state_counts(s->state).lines, 0);
}

/* ---- 訂正・取消 ---- */

static void
what_an_issue_carried_is_corrected_in_a_section_of_its_own(void **state)
{
	struct nrs_content content;

	weekly_wait("a", "power");
	weekly_wait("b", "power");
	weekly_send("c", "power", NRS_TLP_GREEN);
	weekly_cut_off();
	content = scene_next(s, "a", 2, NRS_KIND_CORRECTION);
	weekly_issue(&content, "power");
	content = scene_next(s, "b", 2, NRS_KIND_RETRACTION);
	weekly_issue(&content, "power");
	content = scene_next(s, "c", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	weekly_issue(&content, "power");
	assert_string_equal(scene_routes(s, "power"), "RT");
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"),
	    "a.2:CORRECTIONS b.2:CORRECTIONS c.2:CORRECTIONS!");
}

/* The correction of a, which an issue carried as GREEN, by kind and label. */
static const struct nrs_waiting_change *
recall_named(enum nrs_msg_kind kind, enum nrs_tlp tlp)
{
	static struct nrs_stub stub = {.payload = {(const uint8_t *)"x", 1}};
	struct nrs_content content = scene_next(s, "a", 2, kind);
	struct nrs_addressing to = scene_to(s, "power");

	content.tlp = tlp;
	if (tlp == NRS_TLP_RED)
		to.n_sectors = 0;
	to.recipients = scene_list(s, "org-1", &to.n_recipients);
	s->stubs = &stub;
	s->n_stubs = 1;
	scene_notice(s, &content, &to);
	return s->out.n_waiting == 0 ? NULL
	                             : &s->out.waiting[s->out.n_waiting - 1];
}

/* Invariant 7: readers of the issue learn that it changed, though the text is
 * not for them any more. */
static void
what_an_issue_carried_and_none_may_carry_now_waits_as_a_stub(void **state)
{
	static const struct {
		enum nrs_msg_kind kind;
		enum nrs_tlp tlp;
	} recalls[] = {{NRS_KIND_CORRECTION, NRS_TLP_RED},
	    {NRS_KIND_RETRACTION, NRS_TLP_GREEN},
	    {NRS_KIND_FOLLOW_UP, NRS_TLP_RED}};
	const struct nrs_waiting_change *waits;
	size_t i;

	for (i = 0; i < sizeof(recalls) / sizeof(recalls[0]); i++) {
		weekly_wait("a", "power");
		s->now += WEEK;
		weekly_cut_off();
		waits = recall_named(recalls[i].kind, recalls[i].tlp);
		assert_non_null(waits);
		assert_true(waits->stub);
		assert_string_equal(waits->title_of, "");
		assert_int_equal(waits->tlp, NRS_TLP_GREEN);
		assert_int_equal(waits->carried_tlp, NRS_TLP_GREEN);
		assert_int_equal(nrs_state_counts(s->state).lines, 1);
		/* whatever happens until then */
		scene_posture(s, "power", NRS_POSTURE_INCIDENT, s->now + WEEK);
		assert_int_equal(s->out.n_promotions, 0);
		s->now += 2 * WEEK;
		scene_deadline(s);
		weekly_cut_off();
		assert_string_equal(weekly_drained("power"), "a.2:CORRECTIONS");
		(void)teardown(state);
		(void)setup(state);
	}
}

static void
what_no_issue_carried_or_nobody_signed_for_has_no_stub(void **state)
{
	struct nrs_content content;
	struct nrs_addressing to;

	weekly_wait("a", "power");
	(void)recall_named(NRS_KIND_CORRECTION, NRS_TLP_RED);
	assert_int_equal(nrs_state_counts(s->state).lines +
	                     nrs_state_counts(s->state).waiting,
	    0);
	s->n_stubs = 0;
	weekly_wait("b", "gas");
	s->now += WEEK;
	weekly_cut_off();
	content = scene_next(s, "b", 2, NRS_KIND_CORRECTION);
	content.tlp = NRS_TLP_RED;
	to = scene_to(s, "");
	to.recipients = scene_list(s, "org-1", &to.n_recipients);
	scene_notice(s, &content, &to);
	assert_int_equal(nrs_state_counts(s->state).lines, 0);
	/* a follow-up for some takes nothing back from the others */
	weekly_wait("c", "finance");
	s->now += WEEK;
	weekly_cut_off();
	content = scene_next(s, "c", 2, NRS_KIND_FOLLOW_UP);
	to = scene_to(s, "finance");
	to.recipients = scene_list(s, "org-1", &to.n_recipients);
	s->n_stubs = 1;
	scene_notice(s, &content, &to);
	assert_int_equal(nrs_state_counts(s->state).lines, 0);
}

static void
what_no_issue_carried_is_not_listed_as_corrected(void **state)
{
	struct nrs_content content;

	weekly_send("c", "power", NRS_TLP_GREEN);
	content = scene_next(s, "c", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	weekly_issue(&content, "power");
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "c.2:SENT!");
}

/* ---- who was not asked ---- */

static void
a_follow_up_for_some_of_a_sector_leaves_the_rest_its_item(void **state)
{
	struct nrs_content content;
	struct nrs_addressing to = scene_to(s, "power");

	weekly_wait("a", "power");
	content = scene_next(s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_AMBER;
	to.recipients = scene_list(s, "org-1", &to.n_recipients);
	scene_notice(s, &content, &to);
	assert_int_equal(s->out.verdict, NRS_VERDICT_RELEASED);
	assert_int_equal(nrs_state_counts(s->state).waiting, 1);
	weekly_cut_off();
	assert_string_equal(weekly_drained("power"), "a:WARNINGS");
	assert_int_equal(s->out.waiting[0].tlp, NRS_TLP_AMBER);
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(what_went_in_real_time_is_a_line_of_the_next_issue),
	    FACT(what_was_promoted_is_a_line_of_the_next_issue),
	    FACT(red_and_narrowed_notices_stand_in_no_newsletter),
	    FACT(a_raised_label_raises_the_line_and_red_removes_it),
	    FACT(lines_are_kept_only_for_who_has_a_newsletter),
	    FACT(what_an_issue_carried_is_corrected_in_a_section_of_its_own),
	    FACT(what_an_issue_carried_and_none_may_carry_now_waits_as_a_stub),
	    FACT(what_no_issue_carried_or_nobody_signed_for_has_no_stub),
	    FACT(what_no_issue_carried_is_not_listed_as_corrected),
	    FACT(a_follow_up_for_some_of_a_sector_leaves_the_rest_its_item),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
