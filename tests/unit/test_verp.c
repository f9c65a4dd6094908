/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/mem.h"
#include "noroshi/base/text.h"
#include "noroshi/core/verp.h"

static const struct nrs_verp one = {.lane = 'a',
    .partition = 11,
    .offset = 123456,
    .key = {0x00, 0x11, 0xab, 1, 2, 3, 4, 5, 6, 7, 8, 0xff}};
#define ADDRESS "bounce+a-11-123456-0011ab0102030405060708ff@noroshi.example"

static bool
parses(const char *address, struct nrs_verp *out)
{
	return nrs_verp_parse(address, strlen(address), out);
}

static void
an_address_says_which_try_it_was(void **state)
{
	char out[NRS_VERP_SIZE];
	struct nrs_verp back;

	(void)state;
	assert_string_equal(
	    nrs_verp_address("bounce@noroshi.example", &one, out), ADDRESS);
	assert_true(parses(out, &back));
	assert_int_equal(back.lane, 'a');
	assert_int_equal(back.partition, 11);
	assert_int_equal(back.offset, 123456);
	assert_memory_equal(back.key, one.key, NRS_VERP_KEY);
	assert_true(
	    parses("BOUNCE+A-11-123456-0011AB0102030405060708FF@X", &back));
	assert_memory_equal(back.key, one.key, NRS_VERP_KEY);
}

/* RFC 5321: 64 bytes before the '@'. */
static void
the_longest_one_is_still_an_address(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_verp longest = one;
	char out[NRS_VERP_SIZE];
	const char *mailbox;
	struct nrs_err err = {0};

	(void)state;
	longest.partition = 9999;
	longest.offset = 999999999999999999;
	if (nrs_text_mailbox(arena,
	        nrs_verp_address("twelve-bytes@x.example", &longest, out),
	        &mailbox, &err) != NRS_OK)
		fail_msg("%s: %s", out, err.text);
	assert_true(parses(out, &longest));
	assert_int_equal(longest.offset, 999999999999999999);
	nrs_arena_free(arena);
}

static void
what_is_no_such_address_is_left_alone(void **state)
{
	static const char *const others[] = {"", "@", "+@", "a@x.example",
	    "bounce@noroshi.example", "bounce+@x", "bounce+a-1-2@x",
	    "bounce+a-1-2-@x", "bounce+a-1-2-0011ab0102030405060708f@x",
	    "bounce+a-1-2-0011ab0102030405060708ff0@x",
	    "bounce+a-1-2-0011ab0102030405060708fg@x",
	    "bounce+x-1-2-0011ab0102030405060708ff@x",
	    "bounce+a--2-0011ab0102030405060708ff@x",
	    "bounce+a-1--2-0011ab0102030405060708ff@x",
	    "bounce+a-1-1234567890123456789-0011ab0102030405060708ff@x",
	    "bounce+a-999999-2-0011ab0102030405060708ff@x",
	    "bounce+a-1-2-0011ab0102030405060708ff",
	    "bounce+a-1-2-0011ab0102030405060708ff\n@x",
	    "bounce+a-+1-2-0011ab0102030405060708ff@x"};
	struct nrs_verp out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (parses(others[i], &out))
			fail_msg("'%s' was taken", others[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_says_which_try_it_was),
	    cmocka_unit_test(the_longest_one_is_still_an_address),
	    cmocka_unit_test(what_is_no_such_address_is_left_alone),
	};

	return cmocka_run_group_tests_name("verp", tests, NULL, NULL);
}
