/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/core/terms.h"
#include "noroshi/io/sign.h"

static char file[] = "/tmp/noroshi-keys-XXXXXX";
static struct nrs_arena *arena;
static struct nrs_key *desk, *other;

static int
make_keys(void **state)
{
	int fd = mkstemp(file);

	arena = nrs_arena_new();
	return fd < 0 || close(fd) != 0 || nrs_key_new(&desk, NULL) != NRS_OK ||
	       nrs_key_new(&other, NULL) != NRS_OK;
}

static int
free_keys(void **state)
{
	nrs_key_free(desk);
	nrs_key_free(other);
	nrs_arena_free(arena);
	return unlink(file);
}

static struct nrs_bytes
bytes(const char *text)
{
	return (struct nrs_bytes){
	    .data = (const uint8_t *)text, .len = strlen(text)};
}

/* A member's text: id and public of key, then more. */
static const char *
member(const struct nrs_key *key, const char *more)
{
	return nrs_arena_printf(arena, "{ id = \"%s\"; public = \"%s\"; %s }",
	    nrs_key_id(key),
	    nrs_base64(arena, (struct nrs_bytes){.data = nrs_key_public(key),
	                          .len = NRS_PUBLIC_KEY_SIZE}),
	    more);
}

static enum nrs_rc
load(const char *text, struct nrs_keyring **ring, struct nrs_err *err)
{
	FILE *stream = fopen(file, "w");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
	return nrs_keyring_load(file, ring, err);
}

static struct nrs_keyring *
loaded(const char *more_desk, const char *more_other)
{
	struct nrs_keyring *ring = NULL;
	struct nrs_err err;

	if (load(nrs_arena_printf(arena, "keys = (\n%s,\n%s\n);\n",
	             member(desk, more_desk), member(other, more_other)),
	        &ring, &err) != NRS_OK)
		fail_msg("%s", err.text);
	return ring;
}

static const char good[] =
    "principal = \"desk-1\"; modes = [\"ACTUAL\", \"TEST\"]; "
    "roles = [\"desk\", \"release\"];";
static const char revoked[] =
    "principal = \"old\"; modes = [\"ACTUAL\"]; revoked = true;";

static struct nrs_bytes
signature_of(const struct nrs_key *key, const char *text)
{
	uint8_t *out = nrs_arena_alloc(arena, NRS_SIGNATURE_SIZE);

	assert_int_equal(nrs_key_sign(key, bytes(text), out, NULL), NRS_OK);
	return (struct nrs_bytes){.data = out, .len = NRS_SIGNATURE_SIZE};
}

static void
a_member_is_found_with_what_the_file_says(void **state)
{
	struct nrs_keyring *ring = loaded(good, revoked);
	const struct nrs_keyring_entry *entry =
	    nrs_keyring_find(ring, nrs_key_id(desk));

	assert_non_null(entry);
	assert_string_equal(entry->key_id, nrs_key_id(desk));
	assert_string_equal(entry->principal, "desk-1");
	assert_int_equal(
	    entry->modes, 1U << NRS_MODE_ACTUAL | 1U << NRS_MODE_TEST);
	assert_int_equal(entry->n_roles, 2);
	assert_string_equal(entry->roles[1], "release");
	assert_false(entry->revoked);
	entry = nrs_keyring_find(ring, nrs_key_id(other));
	assert_true(entry->revoked);
	assert_int_equal(entry->n_roles, 0);
	assert_null(nrs_keyring_find(ring, "0123456789abcdef"));
	nrs_keyring_free(ring);
	nrs_keyring_free(NULL);
}

static void
only_a_known_key_in_its_mode_over_these_bytes_verifies(void **state)
{
	struct nrs_keyring *ring = loaded(good, revoked);
	struct nrs_bytes sig = signature_of(desk, "message");
	const char *id = nrs_key_id(desk);
	struct nrs_err err;
	uint8_t bad[NRS_SIGNATURE_SIZE];
	int i;

	assert_int_equal(nrs_keyring_verify(ring, id, NRS_MODE_ACTUAL,
	                     bytes("message"), sig, &err),
	    NRS_OK);
	assert_int_equal(nrs_keyring_verify(ring, id, NRS_MODE_EXERCISE,
	                     bytes("message"), sig, &err),
	    NRS_REJECT);
	assert_string_equal(err.rule, "signature");
	for (i = -1; i < 70; i += i == 0 ? 4 : 1)
		assert_int_equal(nrs_keyring_verify(
		                     ring, id, i, bytes("message"), sig, &err),
		    NRS_REJECT);
	assert_int_equal(nrs_keyring_verify(ring, id, NRS_MODE_ACTUAL,
	                     bytes("messagf"), sig, &err),
	    NRS_REJECT);
	assert_int_equal(
	    nrs_keyring_verify(ring, id, NRS_MODE_ACTUAL, bytes("message"),
	        signature_of(other, "message"), &err),
	    NRS_REJECT);
	assert_int_equal(nrs_keyring_verify(ring, "", NRS_MODE_ACTUAL,
	                     bytes("message"), sig, &err),
	    NRS_REJECT);
	for (i = 0; i < NRS_SIGNATURE_SIZE; i++) {
		memcpy(bad, sig.data, sizeof(bad));
		bad[i] ^= 1;
		assert_int_equal(
		    nrs_keyring_verify(ring, id, NRS_MODE_ACTUAL,
		        bytes("message"), (struct nrs_bytes){bad, sizeof(bad)},
		        &err),
		    NRS_REJECT);
	}
	sig.len = 63;
	assert_int_equal(nrs_keyring_verify(ring, id, NRS_MODE_ACTUAL,
	                     bytes("message"), sig, &err),
	    NRS_REJECT);
	nrs_keyring_free(ring);
}

static void
a_revoked_key_no_longer_verifies(void **state)
{
	struct nrs_keyring *ring = loaded(good, revoked);
	struct nrs_err err;

	assert_int_equal(
	    nrs_keyring_verify(ring, nrs_key_id(other), NRS_MODE_ACTUAL,
	        bytes("m"), signature_of(other, "m"), &err),
	    NRS_REJECT);
	assert_string_equal(err.text, "this key is revoked");
	nrs_keyring_free(ring);
}

static void *
verify_many(void *arg)
{
	struct nrs_keyring *ring = arg;
	struct nrs_bytes sig;
	uint8_t out[NRS_SIGNATURE_SIZE];
	size_t i, failed = 0;

	if (nrs_key_sign(desk, bytes("m"), out, NULL) != NRS_OK)
		return arg;
	sig = (struct nrs_bytes){.data = out, .len = sizeof(out)};
	for (i = 0; i < 50; i++)
		if (nrs_keyring_verify(ring, nrs_key_id(desk), NRS_MODE_TEST,
		        bytes("m"), sig, NULL) != NRS_OK)
			failed++;
	return failed == 0 ? NULL : arg;
}

static void
many_threads_verify_with_one_keyring(void **state)
{
	struct nrs_keyring *ring = loaded(good, revoked);
	pthread_t threads[4];
	void *result;
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, verify_many, ring), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_null(result);
	}
	nrs_keyring_free(ring);
}

static void
assert_refused(const char *text, const char *expected)
{
	struct nrs_keyring *ring = NULL;
	struct nrs_err err = {0};

	assert_int_equal(load(text, &ring, &err), NRS_REJECT);
	if (strstr(err.text, expected) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", err.text, expected);
	assert_memory_equal(err.text, file, strlen(file));
	assert_null(ring);
}

static const char *
one(const char *more)
{
	return nrs_arena_printf(arena, "keys = (\n%s );", member(desk, more));
}

static void
a_wrong_keyring_is_refused_with_file_and_line(void **state)
{
	assert_refused("", "keys is missing");
	assert_refused("keys = 5;", ":1: keys: must be a list");
	assert_refused("keys = ( 5 );", "keys[0]: must be a group");
	assert_refused("keyz = ();", "keyz: unknown key");
	assert_refused(one("principal = \"a\"; modes = [\"TEST\"]; role = 1;"),
	    ":2: keys[0].role: unknown key");
	assert_refused(one("modes = [\"TEST\"];"), "principal is missing");
	assert_refused(one("principal = \"a\";"), "modes is missing");
	assert_refused(one("principal = \"a\"; modes = [];"), "names no mode");
	assert_refused(one("principal = \"a\"; modes = \"TEST\";"),
	    "keys[0].modes: must be a list");
	assert_refused(one("principal = \"a\"; modes = [\"LIVE\"];"),
	    "keys[0].modes[0]: must be ACTUAL, EXERCISE or TEST");
	assert_refused(one("principal = \"a\"; modes = [\"UNSPECIFIED\"];"),
	    "must be ACTUAL, EXERCISE or TEST");
	assert_refused(one("principal = \"a b\"; modes = [\"TEST\"];"),
	    "keys[0].principal: a principal is");
	assert_refused(
	    one("principal = \"a\"; modes = [\"TEST\"]; roles = [\"\"];"),
	    "keys[0].roles[0]: a role is");
	assert_refused(
	    one("principal = \"a\"; modes = [\"TEST\"]; revoked = \"yes\";"),
	    "keys[0].revoked: must be true or false, is a string");
	assert_refused("keys = ( { id = \"a\"; public = \"AAAA\"; } );",
	    "keys[0].public: must be base64 of 32 bytes");
	assert_refused("keys = ( { id = \"a\"; public = \"?\"; } );",
	    "keys[0].public: must be base64 of 32 bytes");
}

static void
an_id_that_is_not_the_hash_of_its_key_is_refused(void **state)
{
	assert_refused(nrs_arena_printf(arena,
	                   "keys = ( { id = \"%s\"; public = \"%s\"; } );",
	                   nrs_key_id(other),
	                   nrs_base64(arena,
	                       (struct nrs_bytes){nrs_key_public(desk), 32})),
	    "keys[0].id: does not belong to this public key");
}

static void
the_same_key_twice_is_refused(void **state)
{
	assert_refused(nrs_arena_printf(arena, "keys = (\n%s,\n%s );",
	                   member(desk, good), member(desk, revoked)),
	    ":3: keys[1].id: appears twice in the keyring");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_member_is_found_with_what_the_file_says),
	    cmocka_unit_test(
	        only_a_known_key_in_its_mode_over_these_bytes_verifies),
	    cmocka_unit_test(a_revoked_key_no_longer_verifies),
	    cmocka_unit_test(many_threads_verify_with_one_keyring),
	    cmocka_unit_test(a_wrong_keyring_is_refused_with_file_and_line),
	    cmocka_unit_test(an_id_that_is_not_the_hash_of_its_key_is_refused),
	    cmocka_unit_test(the_same_key_twice_is_refused),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
