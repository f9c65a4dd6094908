/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-made receipts: whose contact is out of date, and since when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/stale.h"

static struct nrs_arena *arena;
static struct ctl_stale *stale;

static int
setup(void **state)
{
	arena = nrs_arena_new();
	stale = ctl_stale_new(arena);
	return 0;
}

static int
teardown(void **state)
{
	ctl_stale_free(stale);
	nrs_arena_free(arena);
	return 0;
}

/* The n-th notice, accepted n minutes after the first. */
static struct nrs_receipt
receipt(int notice, enum nrs_delivery_state state)
{
	static const char *const ids[] = {"n0", "n1", "n2", "n3"};

	return (struct nrs_receipt){.notice_id = ids[notice],
	    .subscriber_id = "op",
	    .channel = NRS_CHANNEL_MAIL,
	    .purpose = NRS_PURPOSE_ALERT,
	    .accepted_at = 1000 + notice * 60000,
	    .at = 1500 + notice * 60000,
	    .state = state,
	    .failure_reason = state == NRS_STATE_FAILED
	                          ? NRS_FAILURE_CONTACT_STALE
	                          : NRS_FAILURE_UNSPECIFIED,
	    .detail = ids[notice]};
}

static void
got(int notice, enum nrs_delivery_state state)
{
	struct nrs_receipt r = receipt(notice, state);

	ctl_stale_receipt(stale, &r);
}

static size_t
count(void)
{
	size_t n;

	(void)ctl_stale_list(stale, &n);
	return n;
}

static void
it_is_stale_since_the_first_failure_after_the_last_arrival(void **state)
{
	const struct ctl_stale_contact *c;
	size_t n;

	got(3, NRS_STATE_FAILED); /* in no order */
	got(0, NRS_STATE_FAILED);
	got(2, NRS_STATE_FAILED);
	got(1, NRS_STATE_DELIVERED);
	c = ctl_stale_list(stale, &n);
	assert_int_equal(n, 1);
	assert_string_equal(c->subscriber_id, "op");
	assert_int_equal(c->since, 1500 + 2 * 60000);
	assert_int_equal(c->at, 1500 + 3 * 60000);
	assert_int_equal(c->n, 2);
	assert_string_equal(c->detail, "n3");
	assert_string_equal(c->notice_id, "n3");
}

static void
what_arrives_again_is_not_stale(void **state)
{
	got(0, NRS_STATE_FAILED);
	got(1, NRS_STATE_DELIVERED);
	assert_int_equal(count(), 0);
}

static void
another_reason_says_nothing_about_the_contact(void **state)
{
	struct nrs_receipt r = receipt(1, NRS_STATE_FAILED);

	r.failure_reason = NRS_FAILURE_TIMEOUT;
	ctl_stale_receipt(stale, &r);
	assert_int_equal(count(), 0);
	got(0, NRS_STATE_FAILED);
	assert_int_equal(count(), 1); /* nor does it mend one */
}

static void
a_bounce_after_delivery_is_stale_as_well(void **state)
{
	got(0, NRS_STATE_DELIVERED);
	got(0, NRS_STATE_FAILED);
	assert_int_equal(count(), 1);
}

static void
of_two_addresses_one_that_is_stale_is_enough(void **state)
{
	got(0, NRS_STATE_FAILED);
	got(0, NRS_STATE_DELIVERED); /* the other one */
	assert_int_equal(count(), 1);
}

static void
channels_and_the_second_contact_are_kept_apart(void **state)
{
	struct nrs_receipt r = receipt(0, NRS_STATE_FAILED);
	const struct ctl_stale_contact *c;
	size_t n;

	r.purpose = NRS_PURPOSE_ESCALATION;
	ctl_stale_receipt(stale, &r);
	r.channel = NRS_CHANNEL_WEBHOOK;
	r.purpose = NRS_PURPOSE_ALERT;
	ctl_stale_receipt(stale, &r);
	got(0, NRS_STATE_DELIVERED);
	c = ctl_stale_list(stale, &n);
	assert_int_equal(n, 2);
	assert_int_equal(c[0].channel, NRS_CHANNEL_MAIL);
	assert_true(c[0].second);
	assert_int_equal(c[1].channel, NRS_CHANNEL_WEBHOOK);
	assert_false(c[1].second);
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(it_is_stale_since_the_first_failure_after_the_last_arrival),
	    FACT(what_arrives_again_is_not_stale),
	    FACT(another_reason_says_nothing_about_the_contact),
	    FACT(a_bounce_after_delivery_is_stale_as_well),
	    FACT(of_two_addresses_one_that_is_stale_is_enough),
	    FACT(channels_and_the_second_contact_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
