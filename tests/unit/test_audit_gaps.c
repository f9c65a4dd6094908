/* SPDX-License-Identifier: Apache-2.0 */
/* What is told, for how long, and where to begin anew. */
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
deliveries_of_one_notice_are_one_gap(void **state)
{
	(void)state;
	story_notice();
	story_plan(1, 0, "cd");
	story_receipt(1, 'c', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 1);
	story_expect(NRS_AUDIT_DELIVERY, "n1", 3);
}

static void
the_records_of_one_notice_can_be_told_apart(void **state)
{
	(void)state;
	story_notice();
	story_plan(1, 0, "cd");
	story_command(5, "n2");
	assert_int_equal(nrs_audit_gaps(w->audit, w->arena,
	                     STORY_T0 + STORY_HOUR, "n1", &w->gaps),
	    2);
	assert_int_equal(w->gaps[0].offset + w->gaps[1].offset, 1);
	assert_int_equal(nrs_audit_gaps(w->audit, w->arena,
	                     STORY_T0 + STORY_HOUR, "n3", &w->gaps),
	    0);
}

static void
a_dispatch_record_of_a_decision_before_the_start_is_forgotten(void **state)
{
	(void)state;
	story_dispatch(0, "n0");
	story_plan(0, 0, "");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 0);
	assert_false(nrs_audit_is_settled(w->audit));
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE + 1), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

static void
a_record_that_nobody_can_use_is_a_gap_for_a_day(void **state)
{
	(void)state;
	story_command(0, "n1");
	story_release(0, "n1");
	story_dispatch(0, "n1");
	story_rejection(NRS_TOPIC_DISPATCH_ALERT, 0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_REFUSED, "n1", 1);
	assert_int_equal(story_gaps(STORY_T0 + 25 * STORY_HOUR), 0);
	story_rejection(NRS_TOPIC_JOURNAL, 3);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	story_rejection(NRS_TOPIC_DELIVERY_ALERT, 3);
	assert_int_equal(story_gaps(STORY_T0), 1);
	story_expect(NRS_AUDIT_REFUSED, "delivery.alert:0:3", 1);
}

static void
reading_begins_anew_where_nothing_open_is_passed(void **state)
{
	(void)state;
	assert_int_equal(nrs_audit_oldest_seen(w->audit), INT64_MAX);
	story_notice(); /* seen at 1, 2, 3, 4 */
	assert_int_equal(nrs_audit_oldest_seen(w->audit), 4);
	story_command(1, "n2");
	assert_int_equal(nrs_audit_oldest_seen(w->audit), 4);
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	story_receipt(0, 'b', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(nrs_audit_oldest_seen(w->audit), 5);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, story_close)
	const struct CMUnitTest tests[] = {
	    CASE(deliveries_of_one_notice_are_one_gap),
	    CASE(the_records_of_one_notice_can_be_told_apart),
	    CASE(a_dispatch_record_of_a_decision_before_the_start_is_forgotten),
	    CASE(a_record_that_nobody_can_use_is_a_gap_for_a_day),
	    CASE(reading_begins_anew_where_nothing_open_is_passed),
	};

	return cmocka_run_group_tests_name("audit_gaps", tests, NULL, NULL);
}
