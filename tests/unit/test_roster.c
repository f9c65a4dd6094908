/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/io/roster.h"

static struct nrs_roster *roster;

static int
set_up(void **state)
{
	roster = nrs_roster_new();
	return 0;
}

static int
tear_down(void **state)
{
	nrs_roster_free(roster);
	return 0;
}

/* Two mailboxes, of which the second is unverified, and a second contact. */
static void
put(const char *id, bool second_unverified)
{
	struct nrs_channel channels[] = {
	    {.type = NRS_CHANNEL_MAIL, .address = "old@x.example"},
	    {.type = NRS_CHANNEL_MAIL,
	        .address = "new@x.example",
	        .unverified = true}};
	struct nrs_channel second = {.type = NRS_CHANNEL_MAIL,
	    .address = "second@x.example",
	    .unverified = second_unverified};
	const struct nrs_subscription sub = {.subscriber_id = id,
	    .channels = channels,
	    .n_channels = 2,
	    .second_contact = &second};

	nrs_roster_put(roster, &sub);
}

static void
prove(const char *id, const char *address)
{
	uint8_t hash[NRS_SHA256_SIZE];
	const struct nrs_verification proof = {
	    .subscriber_id = id, .address_sha256 = {hash, sizeof(hash)}};

	nrs_roster_address_sha256(address, hash);
	nrs_roster_prove(roster, &proof);
}

static const struct nrs_subscription *
find(const char *id)
{
	return nrs_match_set_find(nrs_roster_set(roster), id);
}

static void
an_unverified_address_is_not_there_until_it_is_proven(void **state)
{
	put("a", true);
	assert_int_equal(find("a")->n_channels, 1);
	assert_string_equal(find("a")->channels[0].address, "old@x.example");
	assert_null(find("a")->second_contact);
	assert_int_equal(nrs_roster_unproven(roster, "a")->n_channels, 2);
	prove("a", "new@x.example");
	assert_int_equal(find("a")->n_channels, 2);
	assert_null(find("a")->second_contact);
	prove("a", "second@x.example");
	assert_non_null(find("a")->second_contact);
	assert_null(nrs_roster_unproven(roster, "a"));
}

static void
a_proof_may_come_before_its_subscription(void **state)
{
	prove("a", "new@x.example");
	put("a", false);
	assert_int_equal(find("a")->n_channels, 2);
	assert_null(nrs_roster_unproven(roster, "a"));
}

static void
a_proof_is_of_one_address_of_one_subscriber(void **state)
{
	put("a", false);
	put("b", false);
	prove("b", "new@x.example");
	prove("a", "other@x.example");
	assert_int_equal(find("a")->n_channels, 1);
	assert_int_equal(find("b")->n_channels, 2);
}

static void
who_registers_again_keeps_what_was_proven(void **state)
{
	put("a", false);
	prove("a", "new@x.example");
	put("a", true);
	assert_int_equal(find("a")->n_channels, 2);
	assert_null(find("a")->second_contact);
}

static void
who_left_is_gone_and_no_proof_brings_them_back(void **state)
{
	put("a", false);
	nrs_roster_remove(roster, "a");
	prove("a", "new@x.example");
	assert_null(find("a"));
	assert_null(nrs_roster_unproven(roster, "a"));
	nrs_roster_remove(roster, "never");
}

static void
a_proof_without_a_hash_proves_nothing(void **state)
{
	const struct nrs_verification proof = {.subscriber_id = "a"};

	put("a", false);
	nrs_roster_prove(roster, &proof);
	assert_int_equal(find("a")->n_channels, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(an_unverified_address_is_not_there_until_it_is_proven),
	    CASE(a_proof_may_come_before_its_subscription),
	    CASE(a_proof_is_of_one_address_of_one_subscriber),
	    CASE(who_registers_again_keeps_what_was_proven),
	    CASE(who_left_is_gone_and_no_proof_brings_them_back),
	    CASE(a_proof_without_a_hash_proves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
