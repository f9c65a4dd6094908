/* SPDX-License-Identifier: Apache-2.0 */
/* A command, its outcome, and what that hands over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/story.h"

static struct story *w;

static int
set_up(void **state)
{
	(void)state;
	w = story_open();
	return 0;
}

static void
what_went_well_is_forgotten(void **state)
{
	(void)state;
	story_notice();
	story_receipt(0, 'a', NRS_STATE_INTENT, STORY_T0);
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(nrs_audit_open(w->audit), 1);
	story_receipt(0, 'b', NRS_STATE_FAILED, STORY_T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_int_equal(story_gaps(STORY_T0 + 9 * STORY_HOUR), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

static void
a_command_without_outcome_is_a_gap_after_its_budget(void **state)
{
	(void)state;
	story_command(7, "n1");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE - 1), 0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_OUTCOME, "n1", 1);
	assert_string_equal(w->gaps[0].topic, NRS_TOPIC_JOURNAL);
	assert_int_equal(w->gaps[0].offset, 7);
	assert_int_equal(w->gaps[0].since, STORY_T0);
	story_release(7, "n1");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_DISPATCH, "n1", 1);
}

static void
a_command_that_was_passed_over_is_a_gap(void **state)
{
	(void)state;
	story_command(0, "n1");
	story_command(1, "n2");
	story_release(1, "n2");
	story_dispatch(0, "n2");
	story_plan(0, 0, "");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_OUTCOME, "n1", 1);
	assert_true(w->gaps[0].passed);
}

static void
what_is_decided_later_is_not_passed_over(void **state)
{
	(void)state;
	story_command(0, "n1");
	story_command(1, "n2");
	story_release(0, "n1");
	story_dispatch(0, "n1");
	story_plan(0, 0, "");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_OUTCOME, "n2", 1);
	assert_false(w->gaps[0].passed);
}

static void
a_decision_without_its_dispatch_record_is_a_gap(void **state)
{
	(void)state;
	story_command(0, "n1");
	story_release(0, "n1");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE - 1), 0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_DISPATCH, "n1", 1);
	story_dispatch(0, "n1");
	story_plan(0, 0, "");
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 0);
}

static void
what_waits_or_is_rejected_needs_no_dispatch_record(void **state)
{
	struct nrs_outcome o = story_released(0, "n1");
	enum nrs_route route = NRS_ROUTE_NEWSLETTER;
	struct nrs_classification copy = {
	    .sector = "power", .routes = &route, .n_routes = 1};

	(void)state;
	story_command(0, "n1");
	o.copies = &copy;
	o.verdict = NRS_VERDICT_WAITING;
	story_outcome(&o);
	story_command(1, "n2");
	o = story_released(1, "n2");
	o.verdict = NRS_VERDICT_REJECTED;
	story_outcome(&o);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
an_approval_dispatches_what_it_is_about(void **state)
{
	struct nrs_outcome o = story_released(1, "a1");

	(void)state;
	story_command(1, "a1");
	o.type = NRS_SUBMISSION_APPROVAL;
	o.about_id = "n1";
	story_outcome(&o);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_DISPATCH, "n1", 1);
	story_dispatch(0, "n1");
	story_plan(0, 0, "");
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
promotions_and_issues_are_dispatched_once_each(void **state)
{
	struct nrs_promotion promotions[] = {
	    {.notice_id = "n1", .journal_offset = 3},
	    {.notice_id = "n1", .journal_offset = 3},
	    {.notice_id = "n2", .journal_offset = 4}};
	struct nrs_issue issue = {.issue_id = "weekly/1/power"};
	const struct nrs_outcome o = {.journal_offset = 9,
	    .submission_id = "p1",
	    .about_id = "",
	    .verdict = NRS_VERDICT_APPLIED,
	    .promotions = promotions,
	    .n_promotions = 3,
	    .issues = &issue,
	    .n_issues = 1};

	(void)state;
	story_command(9, "p1");
	story_outcome(&o);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 3);
	story_expect(NRS_AUDIT_DISPATCH, "n1", 1);
	story_dispatch(0, "n1");
	story_dispatch(1, "n2");
	story_plan(0, 0, "");
	story_plan(1, 1, "");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_DISPATCH, "weekly/1/power", 1);
}

static void
what_is_too_old_is_not_looked_after(void **state)
{
	const struct nrs_audit_conf conf = {
	    .outcome_ms = STORY_MINUTE, .max = 100, .since = STORY_T0 + 1};

	(void)state;
	story_begin_anew(&conf);
	story_notice();
	story_receipt(0, 'a', NRS_STATE_INTENT, STORY_T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

/* A reader of many partitions sees them in any order. */
static void
what_follows_may_be_seen_first(void **state)
{
	(void)state;
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	story_receipt(0, 'b', NRS_STATE_INTENT, STORY_T0 + STORY_HOUR);
	assert_false(nrs_audit_is_settled(w->audit));
	story_plan(0, 0, "ab");
	story_dispatch(0, "n1");
	story_release(0, "n1");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 0);
	assert_false(nrs_audit_is_settled(w->audit));
	story_command(0, "n1");
	assert_true(nrs_audit_is_settled(w->audit));
	assert_int_equal(nrs_audit_open(w->audit), 1);
	assert_int_equal(story_gaps(STORY_T0 + 2 * STORY_HOUR - 1), 0);
	story_receipt(0, 'b', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
what_follows_from_before_the_start_is_let_pass(void **state)
{
	(void)state;
	nrs_audit_from(w->audit, NRS_TOPIC_JOURNAL, 0, 5);
	nrs_audit_from(w->audit, NRS_TOPIC_DISPATCH_ALERT, 0, 5);
	nrs_audit_from(w->audit, NRS_TOPIC_DELIVERY_ALERT, 0, 5);
	story_receipt(4, 'a', NRS_STATE_DELIVERED, STORY_T0);
	story_plan(5, 4, "");
	story_release(4, "n0");
	story_dispatch(5, "n0");
	story_plan(6, 5, "");
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_int_equal(
	    nrs_audit_next(w->audit, NRS_TOPIC_DISPATCH_ALERT, 0), 6);
	assert_int_equal(
	    nrs_audit_next(w->audit, NRS_TOPIC_DELIVERY_ALERT, 0), 7);
}

static void
memory_is_bounded_and_says_so(void **state)
{
	int64_t i;

	(void)state;
	for (i = 0; i < 150; i++)
		story_command(i, "n");
	assert_int_equal(nrs_audit_open(w->audit), 100);
	assert_false(nrs_audit_is_settled(w->audit));
	for (i = 0; i < 150; i++) {
		const struct nrs_outcome o = {
		    .journal_offset = i, .submission_id = "n", .about_id = ""};
		story_outcome(&o);
	}
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

static void
every_stage_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(nrs_audit_stage_name(NRS_AUDIT_OUTCOME), "outcome");
	assert_string_equal(nrs_audit_stage_name(NRS_AUDIT_REFUSED), "refused");
	assert_string_equal(nrs_audit_stage_name(NRS_AUDIT_STAGES), "");
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, story_close)
	const struct CMUnitTest tests[] = {
	    CASE(what_went_well_is_forgotten),
	    CASE(a_command_without_outcome_is_a_gap_after_its_budget),
	    CASE(a_command_that_was_passed_over_is_a_gap),
	    CASE(what_is_decided_later_is_not_passed_over),
	    CASE(a_decision_without_its_dispatch_record_is_a_gap),
	    CASE(what_waits_or_is_rejected_needs_no_dispatch_record),
	    CASE(an_approval_dispatches_what_it_is_about),
	    CASE(promotions_and_issues_are_dispatched_once_each),
	    CASE(what_is_too_old_is_not_looked_after),
	    CASE(what_follows_may_be_seen_first),
	    CASE(what_follows_from_before_the_start_is_let_pass),
	    CASE(memory_is_bounded_and_says_so),
	    CASE(every_stage_has_a_name),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
