/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/io/subscription.h"

#define MAX_TLP_TAG (8U << 3) /* max_tlp = 8, a varint */

/* A stored subscription whose clearance is this number. */
static struct nrs_bytes
stored(struct nrs_arena *arena, uint8_t clearance)
{
	const struct nrs_subscription sub = {.subscriber_id = "op-alpha"};
	struct nrs_submission submission = {
	    .submission_id = "s-1", .type = NRS_SUBMISSION_SUBSCRIPTION};
	struct nrs_bytes bytes =
	    nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, &sub);
	uint8_t *more = nrs_arena_alloc(arena, bytes.len + 2);

	memcpy(more, bytes.data, bytes.len);
	more[bytes.len] = MAX_TLP_TAG;
	more[bytes.len + 1] = clearance;
	submission.payload = (struct nrs_bytes){more, bytes.len + 2};
	return nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &submission);
}

static void
a_clearance_of_a_newer_version_is_the_publics(void **state)
{
	static const struct {
		uint8_t stored;
		enum nrs_tlp read;
	} cases[] = {{NRS_TLP_RED, NRS_TLP_RED}, {NRS_TLP_AMBER, NRS_TLP_AMBER},
	    {99, NRS_TLP_CLEAR}};
	struct nrs_arena *arena = nrs_arena_new();
	const struct nrs_subscription *sub;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    nrs_subscription_decode(
		        arena, stored(arena, cases[i].stored), &sub, NULL),
		    NRS_OK);
		assert_string_equal(sub->subscriber_id, "op-alpha");
		assert_int_equal(sub->max_tlp, cases[i].read);
	}
	nrs_arena_free(arena);
}

static void
what_is_no_subscription_is_refused(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	const struct nrs_submission bad = {.submission_id = "s-1",
	    .payload = {(const uint8_t *)"\xff\xff", 2}};
	const struct nrs_subscription *sub;

	assert_int_equal(
	    nrs_subscription_open(arena, &bad, &sub, NULL), NRS_REJECT);
	assert_int_equal(
	    nrs_subscription_decode(arena, bad.payload, &sub, NULL),
	    NRS_REJECT);
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_clearance_of_a_newer_version_is_the_publics),
	    cmocka_unit_test(what_is_no_subscription_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
