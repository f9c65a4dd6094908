/* SPDX-License-Identifier: Apache-2.0 */
/* Plans, deliveries and their signs. */
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
a_notice_that_is_not_planned_is_a_gap(void **state)
{
	(void)state;
	story_command(0, "n1");
	story_release(0, "n1");
	story_dispatch(0, "n1");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE - 1), 0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_PLAN, "n1", 1);
	story_plan(0, 0, "");
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 0);
}

static void
all_chunks_of_a_plan_must_be_there(void **state)
{
	struct nrs_delivery_batch b = story_batch_of(0, "a");

	(void)state;
	story_dispatch(0, "n1");
	b.n_chunks = 3;
	story_batch(0, &b);
	b.chunk = 2;
	story_batch(1, &b);
	story_batch(2, &b); /* the same once more is no other */
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	story_receipt(1, 'a', NRS_STATE_DELIVERED, STORY_T0);
	story_receipt(2, 'a', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_PLAN, "n1", 1);
	b.chunk = 1;
	story_batch(3, &b);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 0);
}

/* A second planning numbers what was missing by itself. */
static void
a_later_plan_makes_good_an_incomplete_one(void **state)
{
	struct nrs_delivery_batch b = story_batch_of(0, "a");

	(void)state;
	story_dispatch(0, "n1");
	b.n_chunks = 2;
	story_batch(0, &b);
	b.n_chunks = 1;
	b.planned_at++;
	story_batch(1, &b);
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	story_receipt(1, 'a', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 0);
}

/* The editions of an issue are numbered through. */
static void
an_edition_that_is_wholly_missing_is_a_gap(void **state)
{
	struct nrs_delivery_batch b = story_batch_of(0, "");

	(void)state;
	story_dispatch(0, "n1");
	b.n_chunks = 3;
	story_batch(0, &b);
	b.chunk = 1;
	story_batch(1, &b);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	story_expect(NRS_AUDIT_PLAN, "n1", 1);
	b.chunk = 2;
	b.tlp = NRS_TLP_GREEN;
	story_batch(2, &b);
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 0);
}

static void
a_delivery_without_a_sign_is_a_gap(void **state)
{
	(void)state;
	story_notice();
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR - 1), 0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 1);
	story_expect(NRS_AUDIT_DELIVERY, "n1", 1);
	assert_string_equal(w->gaps[0].topic, NRS_TOPIC_DELIVERY_ALERT);
	story_receipt(0, 'b', NRS_STATE_EXPIRED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 0);
}

static void
a_delivery_that_is_retried_is_none(void **state)
{
	(void)state;
	story_notice();
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	story_receipt(0, 'b', NRS_STATE_DEFERRED, STORY_T0 + STORY_HOUR / 2);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR + STORY_HOUR / 2), 1);
}

static void
what_is_not_due_yet_is_no_gap(void **state)
{
	struct nrs_delivery_batch b = story_batch_of(0, "a");

	(void)state;
	story_dispatch(0, "n1");
	b.not_before = STORY_T0 + 5 * STORY_HOUR;
	story_batch(0, &b);
	assert_int_equal(story_gaps(STORY_T0 + 6 * STORY_HOUR - 1), 0);
	assert_int_equal(story_gaps(STORY_T0 + 6 * STORY_HOUR), 1);
}

static void
a_replay_takes_the_obligation_over(void **state)
{
	struct nrs_delivery_batch b = story_batch_of(1, "b");

	(void)state;
	story_command(0, "n1");
	story_release(0, "n1");
	story_dispatch(0, "n1");
	story_dispatch_again(1, "n1", 0);
	assert_true(nrs_audit_is_settled(w->audit));
	assert_int_equal(story_gaps(STORY_T0 + STORY_MINUTE), 1);
	assert_int_equal(w->gaps[0].offset, 1);
	story_plan(0, 1, "ab");
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 1);
	story_batch_again(1, &b, 0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 1);
	assert_int_equal(w->gaps[0].offset, 1);
	story_receipt(1, 'b', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

/* The record of one of three, read before what it follows from. */
static void
a_resend_is_no_plan(void **state)
{
	struct nrs_delivery_batch b = story_batch_of(0, "A");

	(void)state;
	story_command(0, "n1");
	story_release(0, "n1");
	b.occasion = 1;
	b.planned_at = STORY_T0 + 1;
	b.n_chunks = 3;
	story_batch(0, &b);
	story_receipt(0, 'A', NRS_STATE_DELIVERED, STORY_T0);
	story_dispatch(0, "n1");
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 1);
	story_expect(NRS_AUDIT_PLAN, "n1", 1);
	story_plan(1, 0, "a");
	story_receipt(1, 'a', NRS_STATE_FAILED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
a_resend_makes_no_plan_good(void **state)
{
	struct nrs_delivery_batch b = story_batch_of(0, "a");

	(void)state;
	story_command(0, "n1");
	story_release(0, "n1");
	story_dispatch(0, "n1");
	b.n_chunks = 2;
	story_batch(0, &b);
	story_receipt(0, 'a', NRS_STATE_FAILED, STORY_T0);
	b = story_batch_of(0, "A");
	b.occasion = 1;
	b.planned_at = STORY_T0 + 1;
	story_batch(1, &b);
	story_receipt(1, 'A', NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(story_gaps(STORY_T0 + STORY_HOUR), 1);
	story_expect(NRS_AUDIT_PLAN, "n1", 1);
}

static void
only_what_is_open_is_lacking(void **state)
{
	const struct nrs_audit_place at =
	    story_place(NRS_TOPIC_DELIVERY_ALERT, 0, 0);
	const struct nrs_bytes a = {(const uint8_t *)"a", 1},
	                       b = {(const uint8_t *)"b", 1};

	(void)state;
	story_notice();
	story_receipt(0, 'a', NRS_STATE_DELIVERED, STORY_T0);
	assert_false(nrs_audit_lacks(w->audit, &at, a));
	assert_true(nrs_audit_lacks(w->audit, &at, b));
}

static void
our_own_mails_are_no_deliveries(void **state)
{
	struct nrs_channel mail = {NRS_CHANNEL_MAIL, "a@x.example"};
	struct nrs_delivery_batch b = story_batch_of(-1, "a");

	(void)state;
	b.purpose = NRS_PURPOSE_DUTY;
	b.notice_id = "duty.gap.plan.n1";
	story_batch(0, &b);
	b.purpose = NRS_PURPOSE_HEARTBEAT;
	b.deliveries[0].channel = &mail;
	b.planned_at = STORY_T0;
	story_batch(1, &b);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_true(nrs_audit_was_told(w->audit, "duty.gap.plan.n1"));
	assert_false(nrs_audit_was_told(w->audit, "duty.gap.plan.n2"));
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).planned_at, STORY_T0);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_WEBHOOK).planned_at, 0);
}

static void
beat(enum nrs_delivery_state state, int64_t at)
{
	const struct nrs_audit_place lies =
	    story_place(NRS_TOPIC_RECEIPT_ALERT, 0, 1000);
	const struct nrs_receipt r = {.key = {(const uint8_t *)"k", 1},
	    .state = state,
	    .at = at,
	    .channel = NRS_CHANNEL_MAIL,
	    .purpose = NRS_PURPOSE_HEARTBEAT};

	nrs_audit_receipt(w->audit, &lies, &r);
}

static void
only_a_heartbeat_that_arrived_counts(void **state)
{
	(void)state;
	beat(NRS_STATE_INTENT, STORY_T0);
	beat(NRS_STATE_FAILED, STORY_T0);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).delivered_at, 0);
	beat(NRS_STATE_DELIVERED, STORY_T0 + 1);
	beat(NRS_STATE_DELIVERED, STORY_T0);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).delivered_at,
	    STORY_T0 + 1);
	beat(NRS_STATE_ACKNOWLEDGED, STORY_T0 + 2);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).delivered_at,
	    STORY_T0 + 2);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, story_close)
	const struct CMUnitTest tests[] = {
	    CASE(a_notice_that_is_not_planned_is_a_gap),
	    CASE(all_chunks_of_a_plan_must_be_there),
	    CASE(a_later_plan_makes_good_an_incomplete_one),
	    CASE(an_edition_that_is_wholly_missing_is_a_gap),
	    CASE(a_delivery_without_a_sign_is_a_gap),
	    CASE(a_delivery_that_is_retried_is_none),
	    CASE(what_is_not_due_yet_is_no_gap),
	    CASE(a_replay_takes_the_obligation_over),
	    CASE(a_resend_is_no_plan),
	    CASE(a_resend_makes_no_plan_good),
	    CASE(only_what_is_open_is_lacking),
	    CASE(our_own_mails_are_no_deliveries),
	    CASE(only_a_heartbeat_that_arrived_counts),
	};

	return cmocka_run_group_tests_name("audit_delivery", tests, NULL, NULL);
}
