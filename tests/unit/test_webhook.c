/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/io/sign.h"
#include "noroshi/io/webhook.h"

static struct nrs_arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = nrs_arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static struct nrs_bytes
bytes(const char *text)
{
	return (struct nrs_bytes){(const uint8_t *)text, strlen(text)};
}

/* RFC 4231, test cases 2 and 6. */
static void
hmac_gives_the_values_of_rfc_4231(void **state)
{
	char hex[2 * NRS_SHA256_SIZE + 1];
	uint8_t mac[NRS_SHA256_SIZE], key[131];

	(void)state;
	nrs_hmac_sha256(
	    bytes("Jefe"), bytes("what do ya want for nothing?"), mac);
	assert_string_equal(nrs_hex(mac, sizeof(mac), hex),
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	nrs_hmac_sha256((struct nrs_bytes){key, sizeof(key)},
	    bytes("Test Using Larger Than Block-Size Key - Hash Key First"),
	    mac);
	assert_string_equal(nrs_hex(mac, sizeof(mac), hex),
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54");
}

/* The example that the specification's libraries are tested with. */
static struct nrs_webhook
example(const char *const *secrets, size_t n)
{
	return (struct nrs_webhook){.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
	    .timestamp_s = 1614265330,
	    .body = bytes("{\"test\": 2432232314}"),
	    .secrets = secrets,
	    .n_secrets = n};
}

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

static void
a_signature_is_that_of_the_specification(void **state)
{
	static const char *const secrets[] = {SECRET};
	const struct nrs_webhook webhook = example(secrets, 1);

	(void)state;
	assert_string_equal(nrs_webhook_signature(arena, &webhook), SIGNATURE);
}

static void
while_a_secret_is_replaced_both_sign(void **state)
{
	const char *const secrets[] = {nrs_webhook_secret(arena), SECRET};
	const struct nrs_webhook both = example(secrets, 2);
	const struct nrs_webhook newer = example(secrets, 1);
	const char *header = nrs_webhook_signature(arena, &both);
	const char *first = nrs_webhook_signature(arena, &newer);

	(void)state;
	assert_string_equal(
	    header, nrs_arena_printf(arena, "%s " SIGNATURE, first));
	assert_string_not_equal(first, SIGNATURE);
}

static void
without_a_secret_there_is_no_signature(void **state)
{
	static const char *const none[] = {
	    "whsec_", "whsec_%%%%", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ""};
	const struct nrs_webhook webhook = example(none, 4);
	const struct nrs_webhook bare = example(NULL, 0);

	(void)state;
	assert_string_equal(nrs_webhook_signature(arena, &webhook), "");
	assert_string_equal(nrs_webhook_signature(arena, &bare), "");
}

static void
no_two_new_secrets_are_the_same(void **state)
{
	const char *one = nrs_webhook_secret(arena);
	const char *two = nrs_webhook_secret(arena);

	(void)state;
	assert_string_not_equal(one, two);
	assert_int_equal(strlen(one), strlen("whsec_") + 44);
	assert_int_equal(strncmp(one, "whsec_", 6), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(hmac_gives_the_values_of_rfc_4231),
	    CASE(a_signature_is_that_of_the_specification),
	    CASE(while_a_secret_is_replaced_both_sign),
	    CASE(without_a_secret_there_is_no_signature),
	    CASE(no_two_new_secrets_are_the_same),
	};

	return cmocka_run_group_tests_name("webhook", tests, NULL, NULL);
}
