/* SPDX-License-Identifier: Apache-2.0 */
/* Which failed deliveries go again, where to, and with which bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/again.h"

#define NOW INT64_C(1795480496000)
#define HOUR INT64_C(3600000)

static struct nrs_arena *arena;
static struct ctl_ledger *ledger;
static struct ctl_members members;

static int
setup(void **state)
{
	arena = nrs_arena_new();
	ledger = ctl_ledger_new(arena);
	members = (struct ctl_members){.by_id = nrs_map_new(), .ceptoar = ""};
	return 0;
}

static int
teardown(void **state)
{
	ctl_members_fini(&members);
	ctl_ledger_free(ledger);
	nrs_arena_free(arena);
	return 0;
}

/* ---- the notice ---- */

static void
assert_refused(struct ctl_notice notice, const char *rule)
{
	struct nrs_err err = {0};

	notice.id = "n1";
	if (notice.later_id == NULL)
		notice.later_id = "";
	if (rule == NULL) {
		assert_int_equal(ctl_again_may(&notice, NOW, &err), NRS_OK);
		return;
	}
	assert_int_equal(ctl_again_may(&notice, NOW, &err), NRS_REJECT);
	assert_string_equal(err.rule, rule);
}

static void
what_is_over_is_not_sent_again_but_a_retraction_is(void **state)
{
	assert_refused((struct ctl_notice){.valid_until = NOW + 1}, NULL);
	assert_refused((struct ctl_notice){.valid_until = 0}, NULL);
	assert_refused((struct ctl_notice){.valid_until = NOW}, "expired");
	assert_refused((struct ctl_notice){.valid_until = NOW,
	                   .kind = NRS_KIND_RETRACTION},
	    NULL);
	assert_refused((struct ctl_notice){.later_id = "n2", .retracted = true},
	    "retracted");
	assert_refused(
	    (struct ctl_notice){.later_id = "n2", .later_revision = 2},
	    "superseded");
}

/* ---- recipients ---- */

static const char *const frozen_parts[] = {"To: ", "\r\n\r\nbody"};

static struct nrs_delivery_batch *
planned(const char *const *who, size_t n)
{
	struct nrs_delivery_batch *b = nrs_arena_alloc(arena, sizeof(*b));
	struct nrs_part *parts = nrs_arena_array(arena, 2, sizeof(*parts));

	for (size_t i = 0; i < 2; i++)
		parts[i] =
		    (struct nrs_part){.data = {(const uint8_t *)frozen_parts[i],
		                          strlen(frozen_parts[i])},
		        .slot = i == 0 ? NRS_SLOT_ADDRESS : NRS_SLOT_NONE};
	*b = (struct nrs_delivery_batch){.notice_id = "n1",
	    .thread_id = "n1",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .purpose = NRS_PURPOSE_ALERT,
	    .accepted_at = NOW - 2 * HOUR,
	    .planned_at = NOW - 2 * HOUR,
	    .not_before = NOW - HOUR,
	    .give_up_at = NOW - HOUR,
	    .source_offset = 41,
	    .n_variants = 1,
	    .n_deliveries = n};
	b->variants = nrs_arena_alloc(arena, sizeof(*b->variants));
	b->variants->parts = parts;
	b->variants->n_parts = 2;
	b->deliveries = nrs_arena_array(arena, n, sizeof(*b->deliveries));
	for (size_t i = 0; i < n; i++) {
		struct nrs_channel *c = nrs_arena_alloc(arena, sizeof(*c));
		c->type = NRS_CHANNEL_MAIL;
		c->address = nrs_arena_printf(arena, "%s@old.example", who[i]);
		b->deliveries[i] = (struct nrs_delivery){
		    .key = {(const uint8_t *)who[i], strlen(who[i])},
		    .stub_key = {(const uint8_t *)"stub", 4},
		    .subscriber_id = who[i],
		    .organisation = who[i],
		    .channel = c,
		    .greeting = "拝啓",
		    .ack_token = nrs_arena_printf(arena, "t-%s", who[i]),
		    .kind = NRS_SUBSCRIBER_OPERATOR};
	}
	return b;
}

static struct nrs_delivery_batch *
in_ledger(struct nrs_delivery_batch *batch)
{
	const struct ctl_ledger_place place = {"delivery.alert", 3, 7};

	ctl_ledger_plan(ledger, batch, &place);
	return batch;
}

static void
ended(const char *who, enum nrs_delivery_state end)
{
	const struct nrs_receipt r = {
	    .key = {(const uint8_t *)who, strlen(who)},
	    .notice_id = "n1",
	    .subscriber_id = who,
	    .state = end,
	    .detail = "",
	    .at = NOW - HOUR};

	ctl_ledger_receipt(ledger, &r);
}

static struct nrs_subscription *
registered(const char *who, const char *address)
{
	struct nrs_subscription *s = nrs_arena_alloc(arena, sizeof(*s));

	s->subscriber_id = who;
	s->channels = nrs_arena_array(arena, 2, sizeof(*s->channels));
	s->n_channels = 2;
	s->channels[0].type = NRS_CHANNEL_WEBHOOK;
	s->channels[0].address = "https://hook.example/";
	s->channels[1].type = NRS_CHANNEL_MAIL;
	s->channels[1].address = address;
	(void)nrs_map_put(members.by_id, who, s);
	return s;
}

static struct ctl_again *
list(size_t *n)
{
	ctl_ledger_settle(ledger);
	return ctl_again_list(arena, ledger, &members, n);
}

static const struct nrs_delivery_batch *
again(const struct nrs_delivery_batch *old, int64_t valid_until)
{
	struct ctl_again_query q = {.arena = arena,
	    .old = old,
	    .now_ms = NOW,
	    .valid_until = valid_until};

	q.list = list(&q.n);
	return ctl_again_batch(&q);
}

static void
only_the_failed_go_again_with_the_bytes_that_were_frozen(void **state)
{
	static const char *const who[] = {"gone", "there", "open", "late"};
	const struct nrs_delivery_batch *old = in_ledger(planned(who, 4)), *b;

	for (size_t i = 0; i < 4; i++)
		registered(
		    who[i], nrs_arena_printf(arena, "%s@old.example", who[i]));
	ended("gone", NRS_STATE_FAILED);
	ended("there", NRS_STATE_DELIVERED);
	ended("open", NRS_STATE_DEFERRED);
	ended("late", NRS_STATE_EXPIRED);
	b = again(old, 0);
	assert_non_null(b);
	assert_int_equal(b->n_deliveries, 2);
	assert_string_equal(b->deliveries[0].subscriber_id, "gone");
	assert_string_equal(b->deliveries[1].subscriber_id, "late");
	assert_string_equal(b->deliveries[0].greeting, "拝啓");
	assert_string_equal(b->deliveries[0].ack_token, "t-gone");
	assert_string_equal(
	    b->deliveries[0].channel->address, "gone@old.example");
	assert_int_equal(b->occasion, 1);
	assert_int_equal(b->deliveries[0].key.len, NRS_SHA256_SIZE);
	assert_int_equal(b->deliveries[0].stub_key.len, NRS_SHA256_SIZE);
	assert_memory_not_equal(b->deliveries[0].stub_key.data,
	    b->deliveries[0].key.data, NRS_SHA256_SIZE);
	assert_ptr_equal(b->variants, old->variants);
	assert_int_equal(b->n_variants, old->n_variants);
	assert_int_equal(b->source_offset, 41);
	assert_int_equal(b->accepted_at, old->accepted_at);
}

static void
it_is_tried_as_long_as_the_first_time_but_never_when_over(void **state)
{
	static const char *const who[] = {"gone"};
	const struct nrs_delivery_batch *old = in_ledger(planned(who, 1));

	registered("gone", "gone@old.example");
	ended("gone", NRS_STATE_FAILED);
	assert_int_equal(again(old, 0)->give_up_at, NOW + HOUR);
	assert_int_equal(again(old, 0)->not_before, 0);
	assert_int_equal(again(old, 0)->planned_at, NOW);
	assert_int_equal(again(old, NOW + 5)->give_up_at, NOW + 5);
}

static void
a_contact_that_was_corrected_gets_it_at_the_new_address(void **state)
{
	static const char *const who[] = {"moved"};
	const struct nrs_delivery_batch *old = in_ledger(planned(who, 1));

	registered("moved", "moved@new.example");
	ended("moved", NRS_STATE_FAILED);
	assert_string_equal(
	    again(old, 0)->deliveries[0].channel->address, "moved@new.example");
}

static void
no_secret_is_frozen(void **state)
{
	static const char *const who[] = {"hook"};
	static const char *secrets[] = {"whsec_x"};
	struct nrs_delivery_batch *old = planned(who, 1);
	struct nrs_subscription *s = registered("hook", "unused@example.jp");

	old->deliveries[0].channel->type = NRS_CHANNEL_WEBHOOK;
	old->deliveries[0].channel->address = "https://hook.example/";
	in_ledger(old);
	s->channels[0].secrets = secrets;
	s->channels[0].n_secrets = 1;
	ended("hook", NRS_STATE_FAILED);
	assert_int_equal(again(old, 0)->deliveries[0].channel->n_secrets, 0);
}

static void
an_address_is_frozen_as_smtp_wants_it(void **state)
{
	static const char *const who[] = {"moved"};
	const struct nrs_delivery_batch *old = in_ledger(planned(who, 1));

	registered("moved", "moved@例え.example");
	ended("moved", NRS_STATE_FAILED);
	assert_string_equal(again(old, 0)->deliveries[0].channel->address,
	    "moved@xn--r8jz45g.example");
}

static void
assert_skipped(const char *why)
{
	size_t n;
	const struct ctl_again *one = list(&n);

	assert_int_equal(n, 1);
	assert_null(one->channel);
	assert_string_equal(one->why, why);
}

static void
who_is_gone_suspended_or_without_an_address_is_skipped(void **state)
{
	static const char *const who[] = {"x"};
	const struct nrs_delivery_batch *old = in_ledger(planned(who, 1));
	struct nrs_subscription *s;

	ended("x", NRS_STATE_FAILED);
	assert_skipped("not registered any more");
	s = registered("x", "x@old.example");
	s->inactive = true;
	assert_skipped("suspended");
	s->inactive = false;
	s->n_channels = 1; /* the webhook */
	assert_skipped("no address of that kind any more");
	assert_null(again(old, 0));
}

static void
a_reminder_is_not_repeated_when_its_time_is_over(void **state)
{
	static const char *const who[] = {"x"};
	struct nrs_delivery_batch *old = planned(who, 1);

	old->purpose = NRS_PURPOSE_REMINDER;
	in_ledger(old);
	registered("x", "x@old.example");
	ended("x", NRS_STATE_FAILED);
	assert_skipped("its time is over");
}

static void
another_ceptoars_member_is_not_touched(void **state)
{
	static const char *const who[] = {"x"};
	size_t n;

	in_ledger(planned(who, 1));
	registered("x", "x@old.example");
	ended("x", NRS_STATE_FAILED);
	members.ceptoar = "bank";
	(void)list(&n);
	assert_int_equal(n, 0);
}

static void
what_failed_again_goes_as_the_next_occasion(void **state)
{
	static const char *const who[] = {"x"};
	const struct nrs_delivery_batch *first = in_ledger(planned(who, 1));
	const struct nrs_delivery_batch *second, *third;
	const struct ctl_ledger_place place = {"delivery.alert", 3, 8};

	registered("x", "x@old.example");
	ended("x", NRS_STATE_FAILED);
	second = again(first, 0);
	ctl_ledger_plan(ledger, second, &place);
	ctl_ledger_settle(ledger);
	assert_null(again(first, 0)); /* it is on its way */
	ctl_ledger_receipt(
	    ledger, &(struct nrs_receipt){.key = second->deliveries[0].key,
	                .state = NRS_STATE_FAILED,
	                .detail = "",
	                .at = NOW});
	assert_null(again(first, 0));
	third = again(second, 0);
	assert_non_null(third);
	assert_int_equal(third->occasion, 2);
	assert_memory_not_equal(third->deliveries[0].key.data,
	    second->deliveries[0].key.data, NRS_SHA256_SIZE);
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(what_is_over_is_not_sent_again_but_a_retraction_is),
	    FACT(only_the_failed_go_again_with_the_bytes_that_were_frozen),
	    FACT(it_is_tried_as_long_as_the_first_time_but_never_when_over),
	    FACT(a_contact_that_was_corrected_gets_it_at_the_new_address),
	    FACT(no_secret_is_frozen),
	    FACT(an_address_is_frozen_as_smtp_wants_it),
	    FACT(who_is_gone_suspended_or_without_an_address_is_skipped),
	    FACT(a_reminder_is_not_repeated_when_its_time_is_over),
	    FACT(another_ceptoars_member_is_not_touched),
	    FACT(what_failed_again_goes_as_the_next_occasion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
