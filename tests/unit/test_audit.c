/* SPDX-License-Identifier: Apache-2.0 */
/* long: one story of records after another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/audit.h"
#include "noroshi/core/topic.h"

#define T0 INT64_C(1767225600000)
#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

#define JOURNAL NRS_TOPIC_JOURNAL
#define OUTCOME NRS_TOPIC_OUTCOME
#define DISPATCH NRS_TOPIC_DISPATCH_ALERT
#define DELIVERY NRS_TOPIC_DELIVERY_ALERT
#define RECEIPT NRS_TOPIC_RECEIPT_ALERT

struct world {
	struct nrs_arena *arena;
	struct nrs_audit_fold *audit;
	int64_t next_seen;
	const struct nrs_audit_gap *gaps;
};

static struct world *w;

static int
set_up(void **state)
{
	const struct nrs_audit_conf conf = {.outcome_ms = MINUTE,
	    .plan_ms = MINUTE,
	    .delivery_ms = HOUR,
	    .max = 100};

	(void)state;
	w = calloc(1, sizeof(*w));
	assert_non_null(w);
	w->arena = nrs_arena_new();
	w->audit = nrs_audit_new(&conf);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	nrs_audit_free(w->audit);
	nrs_arena_free(w->arena);
	free(w);
	return 0;
}

/* ---- records ---- */

static struct nrs_audit_place
place(const char *topic, int64_t offset)
{
	return (struct nrs_audit_place){.topic = topic,
	    .offset = offset,
	    .at = T0,
	    .seen = ++w->next_seen,
	    .replay_of = -1};
}

static void
command(int64_t offset, const char *id)
{
	const struct nrs_audit_place at = place(JOURNAL, offset);

	nrs_audit_command(w->audit, &at, id);
}

static struct nrs_outcome
released(int64_t journal_offset, const char *id)
{
	static enum nrs_route routes[] = {NRS_ROUTE_REALTIME};
	static struct nrs_classification copy = {
	    .sector = "power", .routes = routes, .n_routes = 1};

	return (struct nrs_outcome){.journal_offset = journal_offset,
	    .submission_id = id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .verdict = NRS_VERDICT_RELEASED,
	    .about_id = "",
	    .copies = &copy,
	    .n_copies = 1};
}

static void
outcome(const struct nrs_outcome *o)
{
	static int64_t offset;
	const struct nrs_audit_place at = place(OUTCOME, offset++);

	nrs_audit_outcome(w->audit, &at, o);
}

static void
release(int64_t journal_offset, const char *id)
{
	const struct nrs_outcome o = released(journal_offset, id);

	outcome(&o);
}

static void
dispatch_again(int64_t offset, const char *id, int64_t replay_of)
{
	const struct nrs_dispatch d = {.submission_id = id};
	struct nrs_audit_place at = place(DISPATCH, offset);

	at.replay_of = replay_of;
	nrs_audit_dispatch(w->audit, &at, &d);
}

static void
dispatch(int64_t offset, const char *id)
{
	dispatch_again(offset, id, -1);
}

static struct nrs_delivery_batch
batch_of(int64_t source, const char *keys)
{
	const size_t n = strlen(keys);
	struct nrs_delivery_batch batch = {.notice_id = "n1",
	    .purpose = NRS_PURPOSE_ALERT,
	    .tlp = NRS_TLP_AMBER,
	    .planned_at = T0,
	    .source_offset = source,
	    .n_chunks = 1};
	size_t i;

	batch.deliveries =
	    nrs_arena_array(w->arena, n, sizeof(*batch.deliveries));
	batch.n_deliveries = n;
	for (i = 0; i < n; i++)
		batch.deliveries[i].key =
		    nrs_arena_bytes(w->arena, &keys[i], 1);
	return batch;
}

static void
batch_again(
    int64_t offset, const struct nrs_delivery_batch *batch, int64_t replay_of)
{
	struct nrs_audit_place at = place(DELIVERY, offset);

	at.replay_of = replay_of;
	nrs_audit_batch(w->audit, &at, batch);
}

static void
batch(int64_t offset, const struct nrs_delivery_batch *batch)
{
	batch_again(offset, batch, -1);
}

static void
plan(int64_t offset, int64_t source, const char *keys)
{
	const struct nrs_delivery_batch b = batch_of(source, keys);

	batch(offset, &b);
}

static void
receipt(int64_t delivery_offset, char key, enum nrs_delivery_state state,
    int64_t at)
{
	static int64_t offset;
	const struct nrs_audit_place lies = place(RECEIPT, offset++);
	const struct nrs_receipt r = {.key = {(const uint8_t *)&key, 1},
	    .notice_id = "n1",
	    .state = state,
	    .at = at,
	    .delivery_offset = delivery_offset,
	    .purpose = NRS_PURPOSE_ALERT};

	nrs_audit_receipt(w->audit, &lies, &r);
}

static void
rejection(const char *topic, int64_t offset)
{
	const struct nrs_audit_place at = place(NRS_TOPIC_REJECTED, 0);
	const struct nrs_rejection r = {
	    .topic = topic, .offset = offset, .at = T0};

	nrs_audit_rejection(w->audit, &at, &r);
}

/* A notice that is planned for "a" and "b". */
static void
plan_notice(void)
{
	command(0, "n1");
	release(0, "n1");
	dispatch(0, "n1");
	plan(0, 0, "ab");
}

static size_t
gaps(int64_t now)
{
	return nrs_audit_gaps(w->audit, w->arena, now, NULL, &w->gaps);
}

static void
assert_one(enum nrs_audit_stage stage, const char *id, size_t n)
{
	assert_int_equal(w->gaps[0].stage, stage);
	assert_string_equal(w->gaps[0].id, id);
	assert_int_equal(w->gaps[0].n, n);
}

/* ---- facts ---- */

static void
what_went_well_is_forgotten(void **state)
{
	(void)state;
	plan_notice();
	receipt(0, 'a', NRS_STATE_INTENT, T0);
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	assert_int_equal(nrs_audit_open(w->audit), 1);
	receipt(0, 'b', NRS_STATE_FAILED, T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_int_equal(gaps(T0 + 9 * HOUR), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

static void
a_command_without_outcome_is_a_gap_after_its_budget(void **state)
{
	(void)state;
	command(7, "n1");
	assert_int_equal(gaps(T0 + MINUTE - 1), 0);
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_OUTCOME, "n1", 1);
	assert_string_equal(w->gaps[0].topic, JOURNAL);
	assert_int_equal(w->gaps[0].offset, 7);
	assert_int_equal(w->gaps[0].since, T0);
	release(7, "n1");
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_DISPATCH, "n1", 1);
}

static void
a_command_that_was_passed_over_is_a_gap(void **state)
{
	(void)state;
	command(0, "n1");
	command(1, "n2");
	release(1, "n2");
	dispatch(0, "n2");
	plan(0, 0, "");
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_OUTCOME, "n1", 1);
	assert_true(w->gaps[0].passed);
}

static void
what_is_decided_later_is_not_passed_over(void **state)
{
	(void)state;
	command(0, "n1");
	command(1, "n2");
	release(0, "n1");
	dispatch(0, "n1");
	plan(0, 0, "");
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_OUTCOME, "n2", 1);
	assert_false(w->gaps[0].passed);
}

static void
a_decision_without_its_dispatch_record_is_a_gap(void **state)
{
	(void)state;
	command(0, "n1");
	release(0, "n1");
	assert_int_equal(gaps(T0 + MINUTE - 1), 0);
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_DISPATCH, "n1", 1);
	dispatch(0, "n1");
	plan(0, 0, "");
	assert_int_equal(gaps(T0 + HOUR), 0);
}

static void
what_waits_or_is_rejected_needs_no_dispatch_record(void **state)
{
	struct nrs_outcome o = released(0, "n1");
	enum nrs_route route = NRS_ROUTE_NEWSLETTER;
	struct nrs_classification copy = {
	    .sector = "power", .routes = &route, .n_routes = 1};

	(void)state;
	command(0, "n1");
	o.copies = &copy;
	o.verdict = NRS_VERDICT_WAITING;
	outcome(&o);
	command(1, "n2");
	o = released(1, "n2");
	o.verdict = NRS_VERDICT_REJECTED;
	outcome(&o);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
an_approval_dispatches_what_it_is_about(void **state)
{
	struct nrs_outcome o = released(1, "a1");

	(void)state;
	command(1, "a1");
	o.type = NRS_SUBMISSION_APPROVAL;
	o.about_id = "n1";
	outcome(&o);
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_DISPATCH, "n1", 1);
	dispatch(0, "n1");
	plan(0, 0, "");
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
	command(9, "p1");
	outcome(&o);
	assert_int_equal(gaps(T0 + MINUTE), 3);
	assert_one(NRS_AUDIT_DISPATCH, "n1", 1);
	dispatch(0, "n1");
	dispatch(1, "n2");
	plan(0, 0, "");
	plan(1, 1, "");
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_DISPATCH, "weekly/1/power", 1);
}

static void
a_notice_that_is_not_planned_is_a_gap(void **state)
{
	(void)state;
	command(0, "n1");
	release(0, "n1");
	dispatch(0, "n1");
	assert_int_equal(gaps(T0 + MINUTE - 1), 0);
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_PLAN, "n1", 1);
	plan(0, 0, "");
	assert_int_equal(gaps(T0 + MINUTE), 0);
}

static void
all_chunks_of_a_plan_must_be_there(void **state)
{
	struct nrs_delivery_batch b = batch_of(0, "a");

	(void)state;
	dispatch(0, "n1");
	b.n_chunks = 3;
	batch(0, &b);
	b.chunk = 2;
	batch(1, &b);
	batch(2, &b); /* the same once more is no other */
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	receipt(1, 'a', NRS_STATE_DELIVERED, T0);
	receipt(2, 'a', NRS_STATE_DELIVERED, T0);
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_PLAN, "n1", 1);
	b.chunk = 1;
	batch(3, &b);
	assert_int_equal(gaps(T0 + MINUTE), 0);
}

/* A second planning numbers what was missing by itself. */
static void
a_later_plan_makes_good_an_incomplete_one(void **state)
{
	struct nrs_delivery_batch b = batch_of(0, "a");

	(void)state;
	dispatch(0, "n1");
	b.n_chunks = 2;
	batch(0, &b);
	b.n_chunks = 1;
	b.planned_at++;
	batch(1, &b);
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	receipt(1, 'a', NRS_STATE_DELIVERED, T0);
	assert_int_equal(gaps(T0 + MINUTE), 0);
}

/* The editions of an issue are numbered through. */
static void
an_edition_that_is_wholly_missing_is_a_gap(void **state)
{
	struct nrs_delivery_batch b = batch_of(0, "");

	(void)state;
	dispatch(0, "n1");
	b.n_chunks = 3;
	batch(0, &b);
	b.chunk = 1;
	batch(1, &b);
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_PLAN, "n1", 1);
	b.chunk = 2;
	b.tlp = NRS_TLP_GREEN;
	batch(2, &b);
	assert_int_equal(gaps(T0 + MINUTE), 0);
}

static void
a_delivery_without_a_sign_is_a_gap(void **state)
{
	(void)state;
	plan_notice();
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	assert_int_equal(gaps(T0 + HOUR - 1), 0);
	assert_int_equal(gaps(T0 + HOUR), 1);
	assert_one(NRS_AUDIT_DELIVERY, "n1", 1);
	assert_string_equal(w->gaps[0].topic, DELIVERY);
	receipt(0, 'b', NRS_STATE_EXPIRED, T0);
	assert_int_equal(gaps(T0 + HOUR), 0);
}

static void
a_delivery_that_is_retried_is_none(void **state)
{
	(void)state;
	plan_notice();
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	receipt(0, 'b', NRS_STATE_DEFERRED, T0 + HOUR / 2);
	assert_int_equal(gaps(T0 + HOUR), 0);
	assert_int_equal(gaps(T0 + HOUR + HOUR / 2), 1);
}

static void
deliveries_of_one_notice_are_one_gap(void **state)
{
	(void)state;
	plan_notice();
	plan(1, 0, "cd");
	receipt(1, 'c', NRS_STATE_DELIVERED, T0);
	assert_int_equal(gaps(T0 + HOUR), 1);
	assert_one(NRS_AUDIT_DELIVERY, "n1", 3);
}

static void
the_records_of_one_notice_can_be_told_apart(void **state)
{
	(void)state;
	plan_notice();
	plan(1, 0, "cd");
	command(5, "n2");
	assert_int_equal(
	    nrs_audit_gaps(w->audit, w->arena, T0 + HOUR, "n1", &w->gaps), 2);
	assert_int_equal(w->gaps[0].offset + w->gaps[1].offset, 1);
	assert_int_equal(
	    nrs_audit_gaps(w->audit, w->arena, T0 + HOUR, "n3", &w->gaps), 0);
}

static void
what_is_too_old_is_not_looked_after(void **state)
{
	const struct nrs_audit_conf conf = {
	    .outcome_ms = MINUTE, .max = 100, .since = T0 + 1};

	(void)state;
	nrs_audit_free(w->audit);
	w->audit = nrs_audit_new(&conf);
	plan_notice();
	receipt(0, 'a', NRS_STATE_INTENT, T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

static void
what_is_not_due_yet_is_no_gap(void **state)
{
	struct nrs_delivery_batch b = batch_of(0, "a");

	(void)state;
	dispatch(0, "n1");
	b.not_before = T0 + 5 * HOUR;
	batch(0, &b);
	assert_int_equal(gaps(T0 + 6 * HOUR - 1), 0);
	assert_int_equal(gaps(T0 + 6 * HOUR), 1);
}

/* A reader of many partitions sees them in any order. */
static void
what_follows_may_be_seen_first(void **state)
{
	(void)state;
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	receipt(0, 'b', NRS_STATE_INTENT, T0 + HOUR);
	assert_false(nrs_audit_is_settled(w->audit));
	plan(0, 0, "ab");
	dispatch(0, "n1");
	release(0, "n1");
	assert_int_equal(gaps(T0 + MINUTE), 0);
	assert_false(nrs_audit_is_settled(w->audit));
	command(0, "n1");
	assert_true(nrs_audit_is_settled(w->audit));
	assert_int_equal(nrs_audit_open(w->audit), 1);
	assert_int_equal(gaps(T0 + 2 * HOUR - 1), 0);
	receipt(0, 'b', NRS_STATE_DELIVERED, T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
what_follows_from_before_the_start_is_let_pass(void **state)
{
	(void)state;
	nrs_audit_from(w->audit, JOURNAL, 0, 5);
	nrs_audit_from(w->audit, DISPATCH, 0, 5);
	nrs_audit_from(w->audit, DELIVERY, 0, 5);
	receipt(4, 'a', NRS_STATE_DELIVERED, T0);
	plan(5, 4, "");
	release(4, "n0");
	dispatch(5, "n0");
	plan(6, 5, "");
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_int_equal(nrs_audit_next(w->audit, DISPATCH, 0), 6);
	assert_int_equal(nrs_audit_next(w->audit, DELIVERY, 0), 7);
}

static void
a_dispatch_record_of_a_decision_before_the_start_is_forgotten(void **state)
{
	(void)state;
	dispatch(0, "n0");
	plan(0, 0, "");
	assert_int_equal(gaps(T0 + MINUTE), 0);
	assert_false(nrs_audit_is_settled(w->audit));
	assert_int_equal(gaps(T0 + MINUTE + 1), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

static void
a_record_that_nobody_can_use_is_a_gap_for_a_day(void **state)
{
	(void)state;
	command(0, "n1");
	release(0, "n1");
	dispatch(0, "n1");
	rejection(DISPATCH, 0);
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_one(NRS_AUDIT_REFUSED, "n1", 1);
	assert_int_equal(gaps(T0 + 25 * HOUR), 0);
	rejection(JOURNAL, 3);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	rejection(DELIVERY, 3);
	assert_int_equal(gaps(T0), 1);
	assert_one(NRS_AUDIT_REFUSED, "delivery.alert:0:3", 1);
}

static void
a_replay_takes_the_obligation_over(void **state)
{
	struct nrs_delivery_batch b = batch_of(1, "b");

	(void)state;
	command(0, "n1");
	release(0, "n1");
	dispatch(0, "n1");
	dispatch_again(1, "n1", 0);
	assert_true(nrs_audit_is_settled(w->audit));
	assert_int_equal(gaps(T0 + MINUTE), 1);
	assert_int_equal(w->gaps[0].offset, 1);
	plan(0, 1, "ab");
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	assert_int_equal(gaps(T0 + HOUR), 1);
	batch_again(1, &b, 0);
	assert_int_equal(gaps(T0 + HOUR), 1);
	assert_int_equal(w->gaps[0].offset, 1);
	receipt(1, 'b', NRS_STATE_DELIVERED, T0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

/* The record of one of three, read before what it follows from. */
static void
a_resend_is_no_plan(void **state)
{
	struct nrs_delivery_batch b = batch_of(0, "A");

	(void)state;
	command(0, "n1");
	release(0, "n1");
	b.occasion = 1;
	b.planned_at = T0 + 1;
	b.n_chunks = 3;
	batch(0, &b);
	receipt(0, 'A', NRS_STATE_DELIVERED, T0);
	dispatch(0, "n1");
	assert_int_equal(gaps(T0 + HOUR), 1);
	assert_one(NRS_AUDIT_PLAN, "n1", 1);
	plan(1, 0, "a");
	receipt(1, 'a', NRS_STATE_FAILED, T0);
	assert_int_equal(gaps(T0 + HOUR), 0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
a_resend_makes_no_plan_good(void **state)
{
	struct nrs_delivery_batch b = batch_of(0, "a");

	(void)state;
	command(0, "n1");
	release(0, "n1");
	dispatch(0, "n1");
	b.n_chunks = 2;
	batch(0, &b);
	receipt(0, 'a', NRS_STATE_FAILED, T0);
	b = batch_of(0, "A");
	b.occasion = 1;
	b.planned_at = T0 + 1;
	batch(1, &b);
	receipt(1, 'A', NRS_STATE_DELIVERED, T0);
	assert_int_equal(gaps(T0 + HOUR), 1);
	assert_one(NRS_AUDIT_PLAN, "n1", 1);
}

static void
only_what_is_open_is_lacking(void **state)
{
	const struct nrs_audit_place at = place(DELIVERY, 0);
	const struct nrs_bytes a = {(const uint8_t *)"a", 1},
	                       b = {(const uint8_t *)"b", 1};

	(void)state;
	plan_notice();
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	assert_false(nrs_audit_lacks(w->audit, &at, a));
	assert_true(nrs_audit_lacks(w->audit, &at, b));
}

static void
our_own_mails_are_no_deliveries(void **state)
{
	struct nrs_channel mail = {NRS_CHANNEL_MAIL, "a@x.example"};
	struct nrs_delivery_batch b = batch_of(-1, "a");

	(void)state;
	b.purpose = NRS_PURPOSE_DUTY;
	b.notice_id = "duty.gap.plan.n1";
	batch(0, &b);
	b.purpose = NRS_PURPOSE_HEARTBEAT;
	b.deliveries[0].channel = &mail;
	b.planned_at = T0;
	batch(1, &b);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_true(nrs_audit_was_told(w->audit, "duty.gap.plan.n1"));
	assert_false(nrs_audit_was_told(w->audit, "duty.gap.plan.n2"));
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).planned_at, T0);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_WEBHOOK).planned_at, 0);
}

static void
beat(enum nrs_delivery_state state, int64_t at)
{
	const struct nrs_audit_place lies = place(RECEIPT, 1000);
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
	beat(NRS_STATE_INTENT, T0);
	beat(NRS_STATE_FAILED, T0);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).delivered_at, 0);
	beat(NRS_STATE_DELIVERED, T0 + 1);
	beat(NRS_STATE_DELIVERED, T0);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).delivered_at, T0 + 1);
	beat(NRS_STATE_ACKNOWLEDGED, T0 + 2);
	assert_int_equal(
	    nrs_audit_beat(w->audit, NRS_CHANNEL_MAIL).delivered_at, T0 + 2);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
reading_begins_anew_where_nothing_open_is_passed(void **state)
{
	(void)state;
	assert_int_equal(nrs_audit_oldest_seen(w->audit), INT64_MAX);
	plan_notice(); /* seen at 1, 2, 3, 4 */
	assert_int_equal(nrs_audit_oldest_seen(w->audit), 4);
	command(1, "n2");
	assert_int_equal(nrs_audit_oldest_seen(w->audit), 4);
	receipt(0, 'a', NRS_STATE_DELIVERED, T0);
	receipt(0, 'b', NRS_STATE_DELIVERED, T0);
	assert_int_equal(nrs_audit_oldest_seen(w->audit), 5);
}

static void
memory_is_bounded_and_says_so(void **state)
{
	int64_t i;

	(void)state;
	for (i = 0; i < 150; i++)
		command(i, "n");
	assert_int_equal(nrs_audit_open(w->audit), 100);
	assert_false(nrs_audit_is_settled(w->audit));
	for (i = 0; i < 150; i++) {
		const struct nrs_outcome o = {
		    .journal_offset = i, .submission_id = "n", .about_id = ""};
		outcome(&o);
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
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(what_went_well_is_forgotten),
	    CASE(a_command_without_outcome_is_a_gap_after_its_budget),
	    CASE(a_command_that_was_passed_over_is_a_gap),
	    CASE(what_is_decided_later_is_not_passed_over),
	    CASE(a_decision_without_its_dispatch_record_is_a_gap),
	    CASE(what_waits_or_is_rejected_needs_no_dispatch_record),
	    CASE(an_approval_dispatches_what_it_is_about),
	    CASE(promotions_and_issues_are_dispatched_once_each),
	    CASE(a_notice_that_is_not_planned_is_a_gap),
	    CASE(all_chunks_of_a_plan_must_be_there),
	    CASE(a_later_plan_makes_good_an_incomplete_one),
	    CASE(an_edition_that_is_wholly_missing_is_a_gap),
	    CASE(a_delivery_without_a_sign_is_a_gap),
	    CASE(a_delivery_that_is_retried_is_none),
	    CASE(deliveries_of_one_notice_are_one_gap),
	    CASE(the_records_of_one_notice_can_be_told_apart),
	    CASE(what_is_too_old_is_not_looked_after),
	    CASE(what_is_not_due_yet_is_no_gap),
	    CASE(what_follows_may_be_seen_first),
	    CASE(what_follows_from_before_the_start_is_let_pass),
	    CASE(a_dispatch_record_of_a_decision_before_the_start_is_forgotten),
	    CASE(a_record_that_nobody_can_use_is_a_gap_for_a_day),
	    CASE(a_replay_takes_the_obligation_over),
	    CASE(a_resend_is_no_plan),
	    CASE(a_resend_makes_no_plan_good),
	    CASE(only_what_is_open_is_lacking),
	    CASE(our_own_mails_are_no_deliveries),
	    CASE(only_a_heartbeat_that_arrived_counts),
	    CASE(reading_begins_anew_where_nothing_open_is_passed),
	    CASE(memory_is_bounded_and_says_so),
	    CASE(every_stage_has_a_name),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
