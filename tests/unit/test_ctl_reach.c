/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made batches and receipts: who was reached, when, and who was not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/reach.h"
#include "ctl/reach_view.h"

#define T0 INT64_C(1795480496000) /* accepted */

static struct nrs_arena *arena;
static struct ctl_ledger *ledger;

static int
setup(void **state)
{
	arena = nrs_arena_new();
	ledger = ctl_ledger_new(arena);
	return 0;
}

static int
teardown(void **state)
{
	ctl_ledger_free(ledger);
	nrs_arena_free(arena);
	return 0;
}

static struct nrs_bytes
key_of(const char *name)
{
	return (struct nrs_bytes){(const uint8_t *)name, strlen(name)};
}

struct plan {
	const char *key, *who;
	enum nrs_subscriber_kind stage;
	enum nrs_delivery_purpose purpose;
	uint32_t occasion;
	const char *address;
};

static void
plan(struct plan p)
{
	struct nrs_channel channel = {.type = NRS_CHANNEL_MAIL,
	    .address = p.address == NULL ? "a@example.jp" : p.address};
	struct nrs_delivery delivery = {.key = key_of(p.key),
	    .subscriber_id = p.who,
	    .organisation = "",
	    .channel = &channel,
	    .kind = p.stage == 0 ? NRS_SUBSCRIBER_OPERATOR : p.stage};
	const struct nrs_delivery_batch batch = {.notice_id = "n1",
	    .thread_id = "n1",
	    .revision = 1,
	    .accepted_at = T0,
	    .planned_at = T0 + 10,
	    .purpose = p.purpose == 0 ? NRS_PURPOSE_ALERT : p.purpose,
	    .occasion = p.occasion,
	    .deliveries = &delivery,
	    .n_deliveries = 1};
	const struct ctl_ledger_place place = {"delivery.alert", 3, 7};

	ctl_ledger_plan(ledger, &batch, &place);
}

static struct nrs_receipt
receipt(const char *key, const char *who, enum nrs_delivery_state state,
    int64_t after_ms)
{
	return (struct nrs_receipt){.key = key_of(key),
	    .notice_id = "n1",
	    .subscriber_id = who,
	    .stage = NRS_SUBSCRIBER_OPERATOR,
	    .channel = NRS_CHANNEL_MAIL,
	    .purpose = NRS_PURPOSE_ALERT,
	    .revision = 1,
	    .accepted_at = T0,
	    .state = state,
	    .attempt = 1,
	    .detail = "",
	    .at = T0 + after_ms};
}

static void
got(const char *key, const char *who, enum nrs_delivery_state state,
    int64_t after_ms)
{
	struct nrs_receipt r = receipt(key, who, state, after_ms);

	ctl_ledger_receipt(ledger, &r);
}

static struct ctl_tally
tally(void)
{
	size_t n;
	struct ctl_recipient *who = ctl_reach_recipients(arena, ledger, &n);

	return ctl_reach_tally(arena, who, n, NULL, NULL);
}

/* ---- one delivery ---- */

static void
the_highest_state_wins_whatever_the_order(void **state)
{
	static const enum nrs_delivery_state orders[][3] = {
	    {NRS_STATE_INTENT, NRS_STATE_DELIVERED, NRS_STATE_ACKNOWLEDGED},
	    {NRS_STATE_ACKNOWLEDGED, NRS_STATE_DELIVERED, NRS_STATE_INTENT},
	    {NRS_STATE_DELIVERED, NRS_STATE_INTENT, NRS_STATE_ACKNOWLEDGED}};

	for (size_t i = 0; i < 3; i++) {
		const struct ctl_delivery *d;
		char key[2] = {(char)('a' + i), '\0'};
		for (size_t k = 0; k < 3; k++)
			got(key, "op", orders[i][k],
			    100 * (int64_t)orders[i][k]);
		d = ctl_ledger_at(ledger, i);
		assert_int_equal(d->state, NRS_STATE_ACKNOWLEDGED);
		assert_int_equal(
		    d->delivered_at, T0 + 100 * NRS_STATE_DELIVERED);
		assert_int_equal(
		    d->acknowledged_at, T0 + 100 * NRS_STATE_ACKNOWLEDGED);
	}
}

static void
of_two_open_states_the_later_is_true(void **state)
{
	got("k", "op", NRS_STATE_INTENT, 100);
	got("k", "op", NRS_STATE_DEFERRED, 200);
	assert_int_equal(ctl_ledger_at(ledger, 0)->state, NRS_STATE_DEFERRED);
	got("k", "op", NRS_STATE_INTENT, 300);
	assert_int_equal(ctl_ledger_at(ledger, 0)->state, NRS_STATE_INTENT);
	got("k", "op", NRS_STATE_DEFERRED, 200); /* read twice */
	assert_int_equal(ctl_ledger_at(ledger, 0)->state, NRS_STATE_INTENT);
}

static void
a_bounce_takes_the_delivery_back(void **state)
{
	plan((struct plan){.key = "k", .who = "op"});
	got("k", "op", NRS_STATE_DELIVERED, 100);
	assert_int_equal(tally().arrived, 1);
	got("k", "op", NRS_STATE_FAILED, 900);
	assert_int_equal(tally().arrived, 0);
	assert_int_equal(tally().failed, 1);
	assert_int_equal(tally().arrived_ms[CTL_REACH_50], -1);
}

static void
the_last_answer_of_a_recipient_counts(void **state)
{
	struct nrs_receipt r = receipt("k", "op", NRS_STATE_RESPONDED, 500);

	plan((struct plan){.key = "k", .who = "op"});
	r.response = NRS_RESPONSE_INVESTIGATING;
	ctl_ledger_receipt(ledger, &r);
	r.response = NRS_RESPONSE_MITIGATED;
	r.at = T0 + 900;
	ctl_ledger_receipt(ledger, &r);
	assert_int_equal(tally().responses[NRS_RESPONSE_MITIGATED], 1);
	assert_int_equal(tally().responses[NRS_RESPONSE_INVESTIGATING], 0);
	assert_int_equal(tally().acknowledged_ms[CTL_REACH_100], 500);
}

/* ---- recipients ---- */

static void
reached_by_one_channel_is_reached(void **state)
{
	plan((struct plan){.key = "mail", .who = "op"});
	plan((struct plan){.key = "hook", .who = "op"});
	got("mail", "op", NRS_STATE_FAILED, 100);
	assert_int_equal(tally().open, 1); /* the other may still arrive */
	assert_int_equal(tally().failed, 0);
	got("hook", "op", NRS_STATE_DELIVERED, 700);
	assert_int_equal(tally().addressed, 1);
	assert_int_equal(tally().arrived, 1);
	assert_int_equal(tally().failed, 0);
	assert_int_equal(tally().arrived_ms[CTL_REACH_100], 700);
}

static void
who_confirms_has_it_whatever_the_transfer_said(void **state)
{
	plan((struct plan){.key = "k", .who = "op"});
	got("k", "op", NRS_STATE_FAILED, 100);
	got("k", "op", NRS_STATE_ACKNOWLEDGED, 5000);
	assert_int_equal(tally().arrived, 1);
	assert_int_equal(tally().arrived_ms[CTL_REACH_50], 5000);
}

static void
reminders_and_escalations_count_apart(void **state)
{
	plan((struct plan){.key = "k", .who = "op"});
	plan((struct plan){
	    .key = "r", .who = "op", .purpose = NRS_PURPOSE_REMINDER});
	plan((struct plan){
	    .key = "e", .who = "op", .purpose = NRS_PURPOSE_ESCALATION});
	plan((struct plan){
	    .key = "x", .who = "op", .purpose = NRS_PURPOSE_ESCALATION});
	got("r", "op", NRS_STATE_DELIVERED, 100);
	got("e", "op", NRS_STATE_DELIVERED, 200);
	got("x", "op", NRS_STATE_CANCELLED, 300); /* no longer needed */
	assert_int_equal(tally().addressed, 1);
	assert_int_equal(tally().arrived, 0);
	assert_int_equal(tally().open, 1);
	assert_int_equal(tally().reminders, 1);
	assert_int_equal(tally().escalations, 1);
}

static void
a_second_contact_and_the_record_are_one_escalation(void **state)
{
	plan((struct plan){.key = "k", .who = "op"});
	plan((struct plan){.key = "l", .who = "other"});
	plan((struct plan){
	    .key = "e", .who = "op", .purpose = NRS_PURPOSE_ESCALATION});
	plan((struct plan){
	    .key = "x", .who = "op", .purpose = NRS_PURPOSE_ESCALATION});
	plan((struct plan){
	    .key = "y", .who = "other", .purpose = NRS_PURPOSE_ESCALATION});
	got("e", "op", NRS_STATE_DELIVERED, 200);
	got("x", "op", NRS_STATE_DELIVERED, 300);
	assert_int_equal(tally().escalations, 1);
	got("y", "other", NRS_STATE_DELIVERED, 300);
	assert_int_equal(tally().escalations, 2);
}

static void
what_only_receipts_tell_counts_too(void **state)
{
	got("k", "op", NRS_STATE_DELIVERED, 100);
	assert_int_equal(tally().addressed, 1);
	assert_int_equal(tally().arrived, 1);
}

/* ---- shares and reasons ---- */

static void
a_share_is_there_when_enough_are_and_not_before(void **state)
{
	static const char *const keys[] = {
	    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
	struct ctl_tally t;

	for (size_t i = 0; i < 10; i++)
		plan((struct plan){.key = keys[i], .who = keys[i]});
	for (size_t i = 0; i < 9; i++)
		got(keys[i], keys[i], NRS_STATE_DELIVERED,
		    1000 * (int64_t)(9 - i)); /* the first comes last */
	t = tally();
	assert_int_equal(t.arrived_ms[CTL_REACH_50], 5000);
	assert_int_equal(t.arrived_ms[CTL_REACH_90], 9000);
	assert_int_equal(t.arrived_ms[CTL_REACH_100], -1);
	assert_int_equal(t.acknowledged_ms[CTL_REACH_50], -1);
	assert_int_equal(t.open, 1);
	/* Who is not to get it any more is no part of the whole. */
	got(keys[9], keys[9], NRS_STATE_CANCELLED, 10000);
	assert_int_equal(tally().arrived_ms[CTL_REACH_100], 9000);
	assert_int_equal(tally().cancelled, 1);
}

static void
of_nobody_there_is_no_share(void **state)
{
	assert_int_equal(tally().addressed, 0);
	assert_int_equal(tally().arrived_ms[CTL_REACH_50], -1);
}

static void
failures_are_counted_by_their_reason(void **state)
{
	struct nrs_receipt r = receipt("a", "a", NRS_STATE_FAILED, 100);

	r.failure_reason = NRS_FAILURE_CONTACT_STALE;
	ctl_ledger_receipt(ledger, &r);
	r = receipt("b", "b", NRS_STATE_FAILED, 100);
	r.failure_reason = NRS_FAILURE_REJECTED;
	ctl_ledger_receipt(ledger, &r);
	got("c", "c", NRS_STATE_EXPIRED, 100);
	assert_int_equal(tally().failed, 2);
	assert_int_equal(tally().expired, 1);
	assert_int_equal(tally().reasons[NRS_FAILURE_CONTACT_STALE], 1);
	assert_int_equal(tally().reasons[NRS_FAILURE_REJECTED], 1);
}

static bool
is_ministry(void *ctx, const struct ctl_recipient *who)
{
	return who->stage == NRS_SUBSCRIBER_MINISTRY;
}

static void
stages_are_kept_apart_and_sorted(void **state)
{
	struct ctl_recipient *who;
	struct ctl_tally t;
	size_t n;

	plan((struct plan){.key = "1", .who = "op"});
	plan((struct plan){
	    .key = "2", .who = "meti", .stage = NRS_SUBSCRIBER_MINISTRY});
	plan((struct plan){
	    .key = "3", .who = "bank", .stage = NRS_SUBSCRIBER_CEPTOAR});
	who = ctl_reach_recipients(arena, ledger, &n);
	assert_int_equal(n, 3);
	assert_string_equal(who[0].subscriber_id, "meti");
	assert_string_equal(who[2].subscriber_id, "op");
	t = ctl_reach_tally(arena, who, n, is_ministry, NULL);
	assert_int_equal(t.addressed, 1);
}

/* ---- sent again ---- */

static void
what_was_sent_again_has_not_failed_any_more(void **state)
{
	const struct nrs_channel channel = {
	    .type = NRS_CHANNEL_MAIL, .address = "new@example.jp"};
	char again[NRS_SHA256_SIZE + 1] = "";

	ctl_delivery_again_key(key_of("k"), 1, &channel, (uint8_t *)again);
	assert_int_equal(strlen(again), NRS_SHA256_SIZE);
	plan((struct plan){.key = "k", .who = "op"});
	plan((struct plan){.key = "other", .who = "op2"});
	got("k", "op", NRS_STATE_FAILED, 100);
	got("other", "op2", NRS_STATE_FAILED, 100);
	ctl_ledger_settle(ledger);
	assert_true(ctl_delivery_failed(ctl_ledger_at(ledger, 0)));
	plan((struct plan){.key = again,
	    .who = "op",
	    .occasion = 1,
	    .address = "new@example.jp"});
	ctl_ledger_settle(ledger);
	assert_false(ctl_delivery_failed(ctl_ledger_at(ledger, 0)));
	assert_true(ctl_delivery_failed(ctl_ledger_at(ledger, 1)));
	assert_int_equal(tally().open, 1);
	got(again, "op", NRS_STATE_FAILED, 900);
	ctl_ledger_settle(ledger);
	assert_true(ctl_delivery_failed(ctl_ledger_at(ledger, 2)));
}

static void
a_key_of_another_occasion_or_address_is_another(void **state)
{
	const struct nrs_channel a = {
	    .type = NRS_CHANNEL_MAIL, .address = "a@example.jp"};
	const struct nrs_channel b = {
	    .type = NRS_CHANNEL_MAIL, .address = "b@example.jp"};
	uint8_t first[NRS_SHA256_SIZE], same[NRS_SHA256_SIZE],
	    second[NRS_SHA256_SIZE], moved[NRS_SHA256_SIZE];

	ctl_delivery_again_key(key_of("k"), 1, &a, first);
	ctl_delivery_again_key(key_of("k"), 1, &a, same);
	ctl_delivery_again_key(key_of("k"), 2, &a, second);
	ctl_delivery_again_key(key_of("k"), 1, &b, moved);
	assert_memory_equal(first, same, NRS_SHA256_SIZE);
	assert_memory_not_equal(first, second, NRS_SHA256_SIZE);
	assert_memory_not_equal(first, moved, NRS_SHA256_SIZE);
}

/* ---- how it looks ---- */

static void
spans_are_short_and_addresses_are_hidden(void **state)
{
	assert_string_equal(ctl_reach_span(arena, -1), "-");
	assert_string_equal(ctl_reach_span(arena, 449), "0.4s");
	assert_string_equal(ctl_reach_span(arena, 12000), "12s");
	assert_string_equal(ctl_reach_span(arena, 65000), "1m05s");
	assert_string_equal(ctl_reach_span(arena, 7380000), "2h03m");
	assert_string_equal(ctl_reach_span(arena, 273600000), "3d04h");
	assert_string_equal(
	    ctl_reach_masked(arena, "desk@example.jp"), "d***@example.jp");
	assert_string_equal(
	    ctl_reach_masked(arena, "https://h.example.jp/s3cret?t=1"),
	    "https://h.example.jp/***");
	assert_string_equal(ctl_reach_masked(arena, ""), "");
	assert_string_equal(ctl_reach_masked(arena, "odd"), "***");
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(the_highest_state_wins_whatever_the_order),
	    FACT(of_two_open_states_the_later_is_true),
	    FACT(a_bounce_takes_the_delivery_back),
	    FACT(the_last_answer_of_a_recipient_counts),
	    FACT(reached_by_one_channel_is_reached),
	    FACT(who_confirms_has_it_whatever_the_transfer_said),
	    FACT(reminders_and_escalations_count_apart),
	    FACT(a_second_contact_and_the_record_are_one_escalation),
	    FACT(what_only_receipts_tell_counts_too),
	    FACT(a_share_is_there_when_enough_are_and_not_before),
	    FACT(of_nobody_there_is_no_share),
	    FACT(failures_are_counted_by_their_reason),
	    FACT(stages_are_kept_apart_and_sorted),
	    FACT(what_was_sent_again_has_not_failed_any_more),
	    FACT(a_key_of_another_occasion_or_address_is_another),
	    FACT(spans_are_short_and_addresses_are_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
