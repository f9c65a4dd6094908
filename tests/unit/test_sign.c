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

#include "noroshi/io/sign.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char folder[] = "/tmp/noroshi-sign-XXXXXX";
static struct nrs_arena *arena;

static int
make_folder(void **state)
{
	arena = nrs_arena_new();
	return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int
remove_folder(void **state)
{
	nrs_arena_free(arena);
	(void)unlink("key.pem");
	return chdir("/") != 0 || rmdir(folder) != 0;
}

static struct nrs_bytes
bytes(const char *text)
{
	return (struct nrs_bytes){
	    .data = (const uint8_t *)text, .len = strlen(text)};
}

static void
write_text(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static void
sha256_gives_the_values_of_fips_180(void **state)
{
	uint8_t digest[NRS_SHA256_SIZE];
	char hex[2 * NRS_SHA256_SIZE + 1];

	nrs_sha256((struct nrs_bytes){0}, digest);
	assert_string_equal(nrs_hex(digest, sizeof(digest), hex),
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855");
	nrs_sha256(bytes("abc"), digest);
	assert_string_equal(nrs_hex(digest, sizeof(digest), hex),
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad");
}

static void
base64_has_one_spelling_per_value(void **state)
{
	static const char *const bad[] = {"A", "AA", "AAA",
	    "A===", "====", "AB==", "AAB=", "AA==AAAA", "AAA=AAAA", "AAAA ",
	    " AAAA", "AA AA", "AAAA\n", "\nAAAA", "AA\nA", "AAA-", "AA_A",
	    "A=AA", "=AAA", "狼A", "AAAA====", "    ", "AAAA    ", "\t\t\t\t"};
	static const char *const good[][2] = {{"", ""}, {"f", "Zg=="},
	    {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"\xff\xfe\xfb", "//77"}};
	struct nrs_bytes out;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < COUNT(good); i++) {
		assert_string_equal(
		    nrs_base64(arena, bytes(good[i][0])), good[i][1]);
		assert_int_equal(
		    nrs_base64_decode(arena, good[i][1], &out, &err), NRS_OK);
		assert_true(nrs_bytes_equal(out, bytes(good[i][0])));
	}
	for (i = 0; i < COUNT(bad); i++)
		if (nrs_base64_decode(arena, bad[i], &out, &err) != NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
}

/* RFC 8032 section 7.1, test 2. */
static void
a_key_of_rfc_8032_signs_as_the_rfc_says(void **state)
{
	uint8_t signature[NRS_SIGNATURE_SIZE];
	char hex[2 * NRS_SIGNATURE_SIZE + 1];
	struct nrs_key *key = NULL;
	struct nrs_err err = {0};
	struct nrs_bytes seed;
	uint8_t pkcs8[48] = {0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65,
	    0x70, 4, 0x22, 4, 0x20};

	assert_int_equal(
	    nrs_base64_decode(arena,
	        "TM0Imyj/ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U+4pvs=", &seed, &err),
	    NRS_OK);
	memcpy(pkcs8 + 16, seed.data, 32);
	write_text("key.pem",
	    nrs_arena_printf(arena,
	        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n",
	        nrs_base64(arena,
	            (struct nrs_bytes){.data = pkcs8, .len = sizeof(pkcs8)})),
	    0600);
	if (nrs_key_read("key.pem", &key, &err) != NRS_OK)
		fail_msg("%s", err.text);
	assert_string_equal(nrs_hex(nrs_key_public(key), 32, hex),
	    "3d4017c3e843895a92b70aa74d1b7ebc"
	    "9c982ccf2ec4968cc0cd55f12af4660c");
	assert_int_equal(
	    nrs_key_sign(key, bytes("\x72"), signature, &err), NRS_OK);
	assert_string_equal(nrs_hex(signature, sizeof(signature), hex),
	    "92a009a9f0d4cab8720e820b5f642540"
	    "a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c"
	    "387b2eaeb4302aeeb00d291612bb0c00");
	nrs_key_free(key);
	assert_int_equal(unlink("key.pem"), 0);
}

static void
a_written_key_is_private_never_overwritten_and_read_back(void **state)
{
	struct nrs_key *key = NULL, *again = NULL;
	struct nrs_err err;
	struct stat st;

	assert_int_equal(nrs_key_new(&key, &err), NRS_OK);
	assert_int_equal(nrs_key_write(key, "key.pem", &err), NRS_OK);
	assert_int_equal(stat("key.pem", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(nrs_key_write(key, "key.pem", &err), NRS_REJECT);
	assert_string_equal(err.text, "key.pem: File exists");
	assert_int_equal(nrs_key_read("key.pem", &again, &err), NRS_OK);
	assert_string_equal(nrs_key_id(key), nrs_key_id(again));
	assert_memory_equal(nrs_key_public(key), nrs_key_public(again), 32);
	nrs_key_free(again);
	nrs_key_free(key);
	nrs_key_free(NULL);
	assert_int_equal(unlink("key.pem"), 0);
}

static void
a_file_that_is_no_private_ed25519_key_is_refused(void **state)
{
	static const char *const bad[] = {"", "x",
	    "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
	    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	    /* a public key */
	    "-----BEGIN PUBLIC KEY-----\n"
	    "MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=\n"
	    "-----END PUBLIC KEY-----\n",
	    /* X25519 */
	    "-----BEGIN PRIVATE KEY-----\n"
	    "MC4CAQAwBQYDK2VuBCIEIEzNCJsofy1b5l6G5GqW7V0PuS9nwnJ5d0g1c0dWpT9f\n"
	    "-----END PRIVATE KEY-----\n",
	    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjSPrG2Ac7AKwICCAAw\n"
	    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEC158Hq+Sl/Vag+Z9loHyocEQOlh\n"
	    "TJUrw+2jXwgXW9SnpeWkVV9gQbr45+9nno5CdEoY8bU7GZ0Wfzskd+hvw5TnF7de\n"
	    "npWgNcIcErd3dRHQ1+4=\n"
	    "-----END ENCRYPTED PRIVATE KEY-----\n"};
	struct nrs_key *key = NULL;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		write_text("key.pem", bad[i], 0600);
		if (nrs_key_read("key.pem", &key, &err) != NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
		assert_memory_equal(err.text, "key.pem: ", 9);
		assert_null(key);
	}
	assert_int_equal(chmod("key.pem", 0640), 0);
	assert_int_equal(nrs_key_read("key.pem", &key, &err), NRS_REJECT);
	assert_string_equal(
	    err.text, "key.pem: others may read or change it; chmod 600 it");
	assert_int_equal(nrs_key_read(".", &key, &err), NRS_REJECT);
	assert_int_equal(nrs_key_read("none", &key, &err), NRS_REJECT);
	assert_string_equal(err.text, "none: No such file or directory");
	assert_int_equal(unlink("key.pem"), 0);
}

/* RFC 4231, test cases 2 and 6 (a key longer than a block). */
static void
hmac_gives_the_values_of_rfc_4231(void **state)
{
	uint8_t key[131], mac[NRS_SHA256_SIZE];
	char hex[2 * NRS_SHA256_SIZE + 1];

	nrs_hmac_sha256(
	    bytes("Jefe"), bytes("what do ya want for nothing?"), mac);
	assert_string_equal(nrs_hex(mac, sizeof(mac), hex),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof(key));
	nrs_hmac_sha256((struct nrs_bytes){key, sizeof(key)},
	    bytes("Test Using Larger Than Block-Size Key - Hash Key First"),
	    mac);
	assert_string_equal(nrs_hex(mac, sizeof(mac), hex),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void
secrets_are_the_same_in_every_byte_or_not(void **state)
{
	const uint8_t a[] = {1, 2, 3}, b[] = {1, 2, 4};

	assert_true(nrs_same_secret(a, a, 3));
	assert_false(nrs_same_secret(a, b, 3));
	assert_true(nrs_same_secret(a, b, 2));
}

static void
base64url_has_one_spelling_and_none_of_the_other_alphabet(void **state)
{
	static const char *const bad[] = {
	    "+_-w", "-_-w=", "-_-w==", "-", "-_-w\n", " -_w", "-_x", "é"};
	const uint8_t data[] = {0xfb, 0xff, 0xb0, 0x00};
	struct nrs_bytes out;
	size_t i;

	for (i = 0; i <= sizeof(data); i++) {
		const char *text =
		    nrs_base64url(arena, (struct nrs_bytes){data, i});

		assert_null(strpbrk(text, "+/="));
		assert_int_equal(
		    nrs_base64url_decode(arena, text, &out, NULL), NRS_OK);
		assert_true(nrs_bytes_equal(out, (struct nrs_bytes){data, i}));
	}
	for (i = 0; i < COUNT(bad); i++)
		if (nrs_base64url_decode(arena, bad[i], &out, NULL) !=
		    NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sha256_gives_the_values_of_fips_180),
	    cmocka_unit_test(hmac_gives_the_values_of_rfc_4231),
	    cmocka_unit_test(secrets_are_the_same_in_every_byte_or_not),
	    cmocka_unit_test(base64_has_one_spelling_per_value),
	    cmocka_unit_test(
	        base64url_has_one_spelling_and_none_of_the_other_alphabet),
	    cmocka_unit_test(a_key_of_rfc_8032_signs_as_the_rfc_says),
	    cmocka_unit_test(
	        a_written_key_is_private_never_overwritten_and_read_back),
	    cmocka_unit_test(a_file_that_is_no_private_ed25519_key_is_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
