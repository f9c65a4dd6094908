/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/core/command.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/delivery.h"
#include "noroshi/io/wire.h"
#include "support/any_message.h"

static struct nrs_arena *arena;
static struct nrs_err err;
static unsigned n_unknown;

static int
setup(void **state)
{
	(void)state;
	arena = nrs_arena_new();
	memset(&err, 0, sizeof(err));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static enum nrs_rc
decode(enum nrs_message_type type, enum nrs_wire_how how,
    struct nrs_bytes bytes, void *out)
{
	struct nrs_wire_input in = {
	    .type = type, .bytes = bytes, .how = how, .n_unknown = &n_unknown};
	void *value = NULL;
	enum nrs_rc rc = nrs_wire_decode(arena, &in, &value, &err);

	memcpy(out, &value, sizeof(value));
	return rc;
}

/* Decode raw bytes given as a string literal. */
#define RAW(s)                                                                 \
	((struct nrs_bytes){.data = (const uint8_t *)(s), .len = sizeof(s) - 1})

static void
refuses(enum nrs_message_type type, enum nrs_wire_how how,
    struct nrs_bytes bytes, const char *path_and_rule)
{
	char *seen;
	void *out;

	assert_int_equal(decode(type, how, bytes, &out), NRS_REJECT);
	assert_null(out);
	seen = nrs_asprintf("%s %s", err.field, err.rule);
	assert_string_equal(seen, path_and_rule);
	free(seen);
}

/* Both at the door and inside. */
static void
always_refuses(enum nrs_message_type type, struct nrs_bytes bytes,
    const char *path_and_rule)
{
	refuses(type, NRS_WIRE_STRICT, bytes, path_and_rule);
	refuses(type, NRS_WIRE_TOLERANT, bytes, path_and_rule);
}

static void
any_message_survives_the_round_trip(void **state)
{
	struct any any = {.arena = arena, .seed = 1};

	(void)state;
	for (int i = 0; i < 40 * NRS_TYPE_COUNT; i++) {
		enum nrs_message_type type =
		    (enum nrs_message_type)(i % NRS_TYPE_COUNT);
		struct nrs_bytes bytes, again;
		void *made, *out;

		any.sparse = (unsigned)i % 101;
		made = any_message(&any, type);
		bytes = nrs_wire_encode(arena, type, made);
		if (bytes.len == 0)
			continue;
		if (decode(type, NRS_WIRE_STRICT, bytes, &out) != NRS_OK)
			fail_msg("seed 1, message %d: %s", i, err.text);
		assert_int_equal(n_unknown, 0);
		assert_true(any_equal(type, made, out));
		again = nrs_wire_encode(arena, type, out);
		assert_true(nrs_bytes_equal(bytes, again));
		nrs_arena_reset(arena);
	}
}

static void
an_empty_payload_is_refused(void **state)
{
	(void)state;
	always_refuses(NRS_TYPE_CONTENT, RAW(""), "content empty");
	always_refuses(
	    NRS_TYPE_CONTENT, (struct nrs_bytes){NULL, 0}, "content empty");
}

static void
an_oversized_payload_is_refused_before_decoding(void **state)
{
	uint8_t *data = nrs_calloc(1, NRS_WIRE_MAX + 1);
	struct nrs_bytes bytes = {data, NRS_WIRE_MAX + 1};

	(void)state;
	always_refuses(NRS_TYPE_CONTENT, bytes, "content size");
	free(data);
}

static void
text_that_is_not_utf8_is_refused_with_its_path(void **state)
{
	(void)state;
	/* 33 title, 35 sections[] { 1 label } */
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\x8a\x02\x02\xc3\x28"), "title utf8");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x8a\x02\x01\xff"), "title utf8");
	/* an overlong slash, a surrogate, beyond U+10FFFF */
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\x8a\x02\x02\xc0\xaf"), "title utf8");
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\x8a\x02\x03\xed\xa0\x80"), "title utf8");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x8a\x02\x04\xf4\x90\x80\x80"),
	    "title utf8");
	always_refuses(NRS_TYPE_CONTENT,
	    RAW("\x9a\x02\x00\x9a\x02\x00\x9a\x02\x03\x0a\x01\x80"),
	    "sections[2].label utf8");
	assert_string_equal(err.text, "sections[2].label: not valid UTF-8");
}

static void
text_that_hides_a_nul_is_refused(void **state)
{
	(void)state;
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\x8a\x02\x03\x61\x00\x62"), "title nul");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x8a\x02\x01\x00"), "title nul");
	/* 28 sectors[] */
	always_refuses(NRS_TYPE_ADDRESSING,
	    RAW("\xe2\x01\x01*\xe2\x01\x02*\x00"), "sectors[1] nul");
}

static void
a_nul_in_bytes_is_data(void **state)
{
	struct nrs_submission *out;

	(void)state;
	assert_int_equal(decode(NRS_TYPE_SUBMISSION, NRS_WIRE_STRICT,
	                     RAW("\x22\x03\x00\xff\x00"), &out),
	    NRS_OK);
	assert_int_equal(out->payload.len, 3);
	assert_memory_equal(out->payload.data, "\x00\xff\x00", 3);
}

static void
absent_strings_are_empty_and_absent_messages_null(void **state)
{
	struct nrs_content *out;

	(void)state;
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, NRS_WIRE_STRICT, RAW("\x18\x01"), &out),
	    NRS_OK);
	assert_int_equal(out->revision, 1);
	assert_string_equal(out->title, "");
	assert_string_equal(out->tlp_widened_by, "");
	assert_null(out->contact_change);
	assert_int_equal(out->n_sections, 0);
}

static void
an_unknown_enum_value_is_refused_at_the_door(void **state)
{
	(void)state;
	/* 27 tlp = 99; 22 contributing_causes packed 1, 99; 49.1 action = 7 */
	refuses(
	    NRS_TYPE_CONTENT, NRS_WIRE_STRICT, RAW("\xd8\x01\x63"), "tlp enum");
	refuses(NRS_TYPE_CONTENT, NRS_WIRE_STRICT, RAW("\xb2\x01\x02\x01\x63"),
	    "contributing_causes[1] enum");
	refuses(NRS_TYPE_CONTENT, NRS_WIRE_STRICT, RAW("\x8a\x03\x02\x08\x07"),
	    "contact_change.action enum");
	refuses(NRS_TYPE_CONTENT, NRS_WIRE_STRICT,
	    RAW("\xd8\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
	    "tlp enum");
}

static void
an_unknown_enum_value_inside_takes_the_safest_meaning(void **state)
{
	struct nrs_subscription *subscription;
	struct nrs_content *out;

	(void)state;
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, NRS_WIRE_TOLERANT,
	        RAW("\x90\x01\x63\xb2\x01\x02\x01\x63\xd8\x01\x63"), &out),
	    NRS_OK);
	assert_int_equal(n_unknown, 3);
	assert_int_equal(out->tlp, NRS_TLP_RED);
	assert_int_equal(out->urgency, NRS_URGENCY_IMMEDIATE);
	assert_int_equal(out->n_contributing_causes, 2);
	assert_int_equal(out->contributing_causes[1], NRS_CAUSE_UNSPECIFIED);
	/* For a clearance RED would be the wrong way round. */
	assert_int_equal(decode(NRS_TYPE_SUBSCRIPTION, NRS_WIRE_TOLERANT,
	                     RAW("\x3a\x02\x18\x63\x40\x63"), &subscription),
	    NRS_OK);
	assert_int_equal(n_unknown, 2);
	assert_int_equal(subscription->max_tlp, NRS_TLP_CLEAR);
	assert_int_equal(
	    subscription->filter->min_urgency, NRS_URGENCY_ROUTINE);
}

static void
an_unknown_field_is_refused_at_the_door_and_passed_over_inside(void **state)
{
	static const char *const fields[] = {"\xa0\x06\x01", /* #100 varint */
	    "\xa2\x06\x01\x78",
	    "\xa1\x06"
	    "12345678",
	    "\xa5\x06"
	    "1234"};
	struct nrs_content *out;
	struct nrs_bytes bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		bytes.data = (const uint8_t *)fields[i];
		bytes.len = strlen(fields[i]);
		refuses(NRS_TYPE_CONTENT, NRS_WIRE_STRICT, bytes,
		    "#100 unknown-field");
		assert_int_equal(
		    decode(NRS_TYPE_CONTENT, NRS_WIRE_TOLERANT, bytes, &out),
		    NRS_OK);
		assert_int_equal(n_unknown, 0);
	}
	refuses(NRS_TYPE_CONTENT, NRS_WIRE_STRICT,
	    RAW("\x9a\x02\x00\x9a\x02\x02\x18\x01"),
	    "sections[1].#3 unknown-field");
}

static void
a_singular_field_given_twice_is_refused(void **state)
{
	(void)state;
	always_refuses(NRS_TYPE_CONTENT, RAW("\x0a\x01\x61\x0a\x01\x62"),
	    "notice_id repeated");
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\xd8\x01\x01\xd8\x01\x05"), "tlp repeated");
	always_refuses(NRS_TYPE_CONTENT,
	    RAW("\x8a\x03\x02\x08\x01\x8a\x03\x02\x08\x02"),
	    "contact_change repeated");
}

static void
numbers_wider_than_their_field_are_refused(void **state)
{
	(void)state;
	/* 3 revision = 2^32; 5 is_final = 2; 27 tlp = 2^32 + 1 */
	always_refuses(NRS_TYPE_CONTENT, RAW("\x18\x80\x80\x80\x80\x10"),
	    "revision range");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x28\x02"), "is_final range");
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\xd8\x01\x81\x80\x80\x80\x10"), "tlp range");
	/* eleven bytes, and ten whose last is more than a bit */
	always_refuses(NRS_TYPE_CONTENT,
	    RAW("\x18\x81\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00"),
	    "revision wire");
	always_refuses(NRS_TYPE_CONTENT,
	    RAW("\x18\x81\x80\x80\x80\x80\x80\x80\x80\x80\x02"),
	    "revision wire");
}

static void
broken_framing_is_refused(void **state)
{
	(void)state;
	always_refuses(NRS_TYPE_CONTENT, RAW("\x00\x01"), "content wire");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x80"), "content wire");
	/* title as a number, revision as bytes, a group, a length of 2^63 */
	always_refuses(NRS_TYPE_CONTENT, RAW("\x88\x02\x01"), "title wire");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x1a\x01\x01"), "revision wire");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x0b\x0c"), "notice_id wire");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x0f\x0c"), "notice_id wire");
	always_refuses(NRS_TYPE_CONTENT,
	    RAW("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x61"),
	    "notice_id wire");
	always_refuses(NRS_TYPE_CONTENT, RAW("\x0a\xff\xff\xff\xff\x07\x61"),
	    "notice_id wire");
	/* fixed-width where a number or a text belongs */
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\x1d\x01\x02\x03\x04"), "revision wire");
	always_refuses(
	    NRS_TYPE_CONTENT, RAW("\x0d\x01\x02\x03\x04"), "notice_id wire");
	/* a packed run that ends inside a number */
	always_refuses(NRS_TYPE_CONTENT, RAW("\xb2\x01\x02\x01\x81"),
	    "contributing_causes[1] wire");
}

static void
too_many_values_are_refused(void **state)
{
	struct nrs_buf many = {0};
	struct nrs_bytes bytes;

	(void)state;
	/* Empty sub-messages cost three bytes here and a hundred decoded. */
	for (int i = 0; i < 200 * 1000; i++)
		nrs_buf_add(&many, "\x9a\x02\x00", 3);
	bytes.data = (const uint8_t *)many.data;
	bytes.len = many.len;
	always_refuses(NRS_TYPE_CONTENT, bytes, "content size");
	nrs_buf_fini(&many);
}

/* A rich message whose every byte the hostile tests go through. */
static struct nrs_bytes
rich(enum nrs_message_type type, struct any *any)
{
	return nrs_wire_encode(any->arena, type, any_message(any, type));
}

static void
a_message_cut_anywhere_is_refused_or_shorter(void **state)
{
	struct any any = {.arena = nrs_arena_new(), .seed = 7};
	struct nrs_bytes whole = rich(NRS_TYPE_OUTCOME, &any);
	void *out;

	(void)state;
	for (size_t len = 0; len < whole.len; len++) {
		/* Of exactly this size, so that a sanitizer sees one more. */
		uint8_t *cut = nrs_alloc(len);
		struct nrs_bytes bytes = {cut, len};

		if (len > 0)
			memcpy(cut, whole.data, len);
		if (decode(NRS_TYPE_OUTCOME, NRS_WIRE_STRICT, bytes, &out) ==
		    NRS_OK)
			assert_true(
			    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, out).len <=
			    len);
		free(cut);
		nrs_arena_reset(arena);
	}
	nrs_arena_free(any.arena);
}

static void
flipped_bits_never_give_more_than_a_refusal(void **state)
{
	struct any any = {.arena = nrs_arena_new(), .seed = 11};
	struct nrs_bytes whole = rich(NRS_TYPE_CONTENT, &any);
	uint8_t *data = nrs_alloc(whole.len);
	struct nrs_bytes bytes = {data, whole.len};
	size_t refused = 0;
	void *out, *again;

	(void)state;
	for (size_t bit = 0; bit < whole.len * 8; bit++) {
		memcpy(data, whole.data, whole.len);
		data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		if (decode(NRS_TYPE_CONTENT, NRS_WIRE_STRICT, bytes, &out) !=
		    NRS_OK) {
			assert_true(err.field[0] != '\0');
			assert_true(err.rule[0] != '\0');
			refused++;
			continue;
		}
		/* What passes is a message that can be written and read. */
		assert_int_equal(
		    decode(NRS_TYPE_CONTENT, NRS_WIRE_STRICT,
		        nrs_wire_encode(arena, NRS_TYPE_CONTENT, out), &again),
		    NRS_OK);
		assert_true(any_equal(NRS_TYPE_CONTENT, out, again));
		nrs_arena_reset(arena);
	}
	assert_true(refused > whole.len);
	free(data);
	nrs_arena_free(any.arena);
}

static void
random_bytes_are_refused_or_readable(void **state)
{
	struct any any = {.arena = nrs_arena_new(), .seed = 13};
	uint8_t data[64];
	void *out;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct nrs_bytes bytes = {data, 1 + any_below(&any, 63)};

		for (size_t j = 0; j < bytes.len; j++)
			data[j] = (uint8_t)any_number(&any);
		(void)!decode((enum nrs_message_type)(i % NRS_TYPE_COUNT),
		    NRS_WIRE_TOLERANT, bytes, &out);
		nrs_arena_reset(arena);
	}
	nrs_arena_free(any.arena);
}

static void
null_strings_are_written_as_absent(void **state)
{
	const char *supersedes[] = {NULL, "b"};
	struct nrs_content content = {
	    .revision = 2, .supersedes = supersedes, .n_supersedes = 2};
	struct nrs_content *out;

	(void)state;
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, NRS_WIRE_STRICT,
	        nrs_wire_encode(arena, NRS_TYPE_CONTENT, &content), &out),
	    NRS_OK);
	assert_string_equal(out->notice_id, "");
	assert_int_equal(out->n_supersedes, 2);
	assert_string_equal(out->supersedes[0], "");
	assert_string_equal(out->supersedes[1], "b");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(any_message_survives_the_round_trip),
	    TEST(an_empty_payload_is_refused),
	    TEST(an_oversized_payload_is_refused_before_decoding),
	    TEST(text_that_is_not_utf8_is_refused_with_its_path),
	    TEST(text_that_hides_a_nul_is_refused),
	    TEST(a_nul_in_bytes_is_data),
	    TEST(absent_strings_are_empty_and_absent_messages_null),
	    TEST(an_unknown_enum_value_is_refused_at_the_door),
	    TEST(an_unknown_enum_value_inside_takes_the_safest_meaning),
	    TEST(
	        an_unknown_field_is_refused_at_the_door_and_passed_over_inside),
	    TEST(a_singular_field_given_twice_is_refused),
	    TEST(numbers_wider_than_their_field_are_refused),
	    TEST(broken_framing_is_refused),
	    TEST(too_many_values_are_refused),
	    TEST(a_message_cut_anywhere_is_refused_or_shorter),
	    TEST(flipped_bits_never_give_more_than_a_refusal),
	    TEST(random_bytes_are_refused_or_readable),
	    TEST(null_strings_are_written_as_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
