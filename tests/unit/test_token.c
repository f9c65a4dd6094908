/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/io/token.h"

#define NOW 1795480496000
#define OLD "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define NEW "//////////////////////////////////////////8="

static char file[] = "/tmp/noroshi-secrets-XXXXXX";
static struct nrs_arena *arena;
static struct nrs_token_keys keys;

static enum nrs_rc
load(const char *text, struct nrs_token_keys *out, struct nrs_err *err)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	return nrs_token_keys_load(file, out, err);
}

static int
set_up(void **state)
{
	int fd = mkstemp(file);

	arena = nrs_arena_new();
	return fd < 0 || close(fd) != 0 ||
	       load("secrets = ( \"" OLD "\" );", &keys, NULL) != NRS_OK;
}

static int
tear_down(void **state)
{
	nrs_arena_free(arena);
	return unlink(file);
}

static struct nrs_token
sample(void)
{
	struct nrs_token token = {.use = NRS_TOKEN_ACK,
	    .mode = NRS_MODE_ACTUAL,
	    .kind = NRS_SUBSCRIBER_CEPTOAR,
	    .channel = NRS_CHANNEL_TOPIC,
	    .english = true,
	    .newsletter = true,
	    .source_offset = 123456789,
	    .expires_at = NOW + 1,
	    .subscriber_id = "ceptoar.power-1"};

	memset(token.key, 0xa5, sizeof(token.key));
	return token;
}

static enum nrs_rc
open_as(const struct nrs_token_keys *by, enum nrs_mode mode, const char *text,
    struct nrs_token *out, struct nrs_err *err)
{
	const struct nrs_token_want want = {by, mode, NOW};

	return nrs_token_open(arena, &want, text, out, err);
}

static void
refused(const char *text)
{
	struct nrs_token out;
	struct nrs_err err = {0};

	if (open_as(&keys, NRS_MODE_ACTUAL, text, &out, &err) != NRS_REJECT)
		fail_msg("accepted: %s", text);
	assert_string_equal(err.rule, "token");
	assert_string_equal(err.text, "the token is not valid");
}

static void
what_was_put_in_comes_out(void **state)
{
	const struct nrs_token in = sample();
	const char *text = nrs_token_make(arena, &keys, &in);
	struct nrs_token out;

	assert_int_equal(
	    open_as(&keys, NRS_MODE_ACTUAL, text, &out, NULL), NRS_OK);
	assert_int_equal(out.use, in.use);
	assert_int_equal(out.mode, in.mode);
	assert_int_equal(out.kind, in.kind);
	assert_int_equal(out.channel, in.channel);
	assert_true(out.english && out.newsletter);
	assert_int_equal(out.source_offset, in.source_offset);
	assert_int_equal(out.expires_at, in.expires_at);
	assert_memory_equal(out.key, in.key, sizeof(in.key));
	assert_string_equal(out.subscriber_id, in.subscriber_id);
}

static void
a_token_is_a_path_segment_and_the_same_each_time(void **state)
{
	const struct nrs_token in = sample();
	const char *text = nrs_token_make(arena, &keys, &in);

	assert_string_equal(text, nrs_token_make(arena, &keys, &in));
	assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "abcdefghijklmnopqrstuvwxyz0123456789-_"),
	    strlen(text));
	assert_true(strlen(text) <= NRS_TOKEN_MAX);
}

static void
the_longest_subscriber_id_fits(void **state)
{
	struct nrs_token in = sample(), out;
	char id[129];
	const char *text;

	memset(id, 'x', 128);
	id[128] = '\0';
	in.subscriber_id = id;
	text = nrs_token_make(arena, &keys, &in);
	assert_true(strlen(text) <= NRS_TOKEN_MAX);
	assert_int_equal(
	    open_as(&keys, NRS_MODE_ACTUAL, text, &out, NULL), NRS_OK);
	assert_string_equal(out.subscriber_id, id);
}

static void
the_contact_of_an_arrangement_is_a_recipient_too(void **state)
{
	struct nrs_token in = sample(), out;

	in.subscriber_id = "@hq-telecom";
	assert_int_equal(open_as(&keys, NRS_MODE_ACTUAL,
	                     nrs_token_make(arena, &keys, &in), &out, NULL),
	    NRS_OK);
	assert_string_equal(out.subscriber_id, in.subscriber_id);
	in.subscriber_id = "@";
	refused(nrs_token_make(arena, &keys, &in));
	in.subscriber_id = "@@hq";
	refused(nrs_token_make(arena, &keys, &in));
	in.subscriber_id = "hq@telecom";
	refused(nrs_token_make(arena, &keys, &in));
}

static void
no_bit_of_it_can_be_flipped(void **state)
{
	const struct nrs_token in = sample();
	const char *text = nrs_token_make(arena, &keys, &in);
	struct nrs_bytes bytes;
	uint8_t *flipped;
	size_t i;

	assert_int_equal(
	    nrs_base64url_decode(arena, text, &bytes, NULL), NRS_OK);
	flipped = nrs_arena_alloc(arena, bytes.len);
	for (i = 0; i < bytes.len * 8; i++) {
		memcpy(flipped, bytes.data, bytes.len);
		flipped[i / 8] ^= (uint8_t)(1U << i % 8);
		refused(nrs_base64url(
		    arena, (struct nrs_bytes){flipped, bytes.len}));
	}
}

static void
no_part_of_it_is_accepted_nor_anything_after_it(void **state)
{
	const struct nrs_token in = sample();
	const char *text = nrs_token_make(arena, &keys, &in);
	size_t i;

	for (i = 0; i < strlen(text); i++) {
		refused(nrs_arena_strndup(arena, text, i));
		refused(text + i + 1);
	}
	refused(nrs_arena_printf(arena, "%sA", text));
	refused(nrs_arena_printf(arena, "%s=", text));
	refused(nrs_arena_printf(arena, " %s", text));
	refused(nrs_arena_printf(arena, "%s\n", text));
}

static void
what_is_no_token_is_refused(void **state)
{
	char *long_one = nrs_arena_alloc(arena, 100001);

	memset(long_one, 'A', 100000);
	refused("");
	refused("../../etc/passwd");
	refused("%2e%2e%2f");
	refused("確認");
	refused(long_one);
	long_one[NRS_TOKEN_MAX] = '\0';
	refused(long_one);
}

static void
a_token_serves_its_own_mode_only(void **state)
{
	struct nrs_token in = sample(), out;
	struct nrs_err err = {0};
	const char *text;

	in.mode = NRS_MODE_EXERCISE;
	text = nrs_token_make(arena, &keys, &in);
	refused(text);
	assert_int_equal(
	    open_as(&keys, NRS_MODE_EXERCISE, text, &out, &err), NRS_OK);
	assert_int_equal(
	    open_as(&keys, NRS_MODE_TEST, text, &out, &err), NRS_REJECT);
}

static void
a_token_ends_at_its_time(void **state)
{
	struct nrs_token in = sample(), out;
	struct nrs_err err = {0};

	in.expires_at = NOW;
	assert_int_equal(open_as(&keys, NRS_MODE_ACTUAL,
	                     nrs_token_make(arena, &keys, &in), &out, &err),
	    NRS_REJECT);
	assert_string_equal(err.rule, "expired");
	assert_string_equal(err.text, "the token is not valid");
}

static void
an_old_secret_is_accepted_until_it_is_taken_out(void **state)
{
	const struct nrs_token in = sample();
	const char *old = nrs_token_make(arena, &keys, &in), *new;
	struct nrs_token_keys both, newest;
	struct nrs_token out;

	assert_int_equal(
	    load("secrets = ( \"" NEW "\", \"" OLD "\" );", &both, NULL),
	    NRS_OK);
	assert_int_equal(
	    load("secrets = ( \"" NEW "\" );", &newest, NULL), NRS_OK);
	new = nrs_token_make(arena, &both, &in);
	assert_string_not_equal(old, new);
	assert_int_equal(
	    open_as(&both, NRS_MODE_ACTUAL, old, &out, NULL), NRS_OK);
	assert_int_equal(
	    open_as(&both, NRS_MODE_ACTUAL, new, &out, NULL), NRS_OK);
	assert_int_equal(
	    open_as(&newest, NRS_MODE_ACTUAL, new, &out, NULL), NRS_OK);
	assert_int_equal(
	    open_as(&newest, NRS_MODE_ACTUAL, old, &out, NULL), NRS_REJECT);
	refused(new);
}

static void
a_file_that_is_no_list_of_secrets_is_refused(void **state)
{
	static const char *const bad[] = {"", "secrets = ( );",
	    "secrets = ( \"AAAA\" );", "secrets = ( \"" OLD "!\" );",
	    "secrets = ( 1 );", "secrets = \"" OLD "\";",
	    "secrets = ( \"" OLD "\" ); more = 1;", "secret"};
	struct nrs_token_keys out;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (load(bad[i], &out, &err) != NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
		/* Whatever is wrong with it: it is never shown. */
		assert_null(strstr(err.text, "AAAA"));
	}
}

static void
secrets_that_others_may_read_are_refused(void **state)
{
	struct nrs_token_keys out;
	struct nrs_err err = {0};

	assert_int_equal(chmod(file, 0604), 0);
	assert_int_equal(
	    load("secrets = ( \"" OLD "\" );", &out, &err), NRS_REJECT);
	assert_non_null(strstr(err.text, "chmod 600"));
	assert_int_equal(chmod(file, 0600), 0);
	assert_int_equal(
	    nrs_token_keys_load("/nowhere", &out, &err), NRS_REJECT);
	assert_int_equal(nrs_token_keys_load("/tmp", &out, &err), NRS_REJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_put_in_comes_out),
	    cmocka_unit_test(a_token_is_a_path_segment_and_the_same_each_time),
	    cmocka_unit_test(the_longest_subscriber_id_fits),
	    cmocka_unit_test(the_contact_of_an_arrangement_is_a_recipient_too),
	    cmocka_unit_test(no_bit_of_it_can_be_flipped),
	    cmocka_unit_test(no_part_of_it_is_accepted_nor_anything_after_it),
	    cmocka_unit_test(what_is_no_token_is_refused),
	    cmocka_unit_test(a_token_serves_its_own_mode_only),
	    cmocka_unit_test(a_token_ends_at_its_time),
	    cmocka_unit_test(an_old_secret_is_accepted_until_it_is_taken_out),
	    cmocka_unit_test(a_file_that_is_no_list_of_secrets_is_refused),
	    cmocka_unit_test(secrets_that_others_may_read_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
