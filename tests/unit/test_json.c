/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/text.h"
#include "noroshi/core/command.h"
#include "noroshi/core/delivery.h"
#include "noroshi/io/json.h"
#include "support/any_message.h"

static struct nrs_arena *arena;
static struct nrs_err err;

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
decode(enum nrs_message_type type, struct nrs_bytes text, void *out)
{
	void *value = NULL;
	enum nrs_rc rc = nrs_json_decode(arena, type, text, &value, &err);

	memcpy(out, &value, sizeof(value));
	return rc;
}

static struct nrs_bytes
text_of(const char *s)
{
	return (struct nrs_bytes){(const uint8_t *)s, strlen(s)};
}

static void
any_message_survives_the_round_trip(void **state)
{
	struct any any = {.arena = arena, .seed = 3, .no_secrets = true};
	struct nrs_buf text = {0}, again = {0};

	(void)state;
	for (int i = 0; i < 40 * NRS_TYPE_COUNT; i++) {
		enum nrs_message_type type =
		    (enum nrs_message_type)(i % NRS_TYPE_COUNT);
		void *made, *out;

		any.sparse = (unsigned)i % 101;
		made = any_message(&any, type);
		nrs_buf_reset(&text);
		nrs_buf_reset(&again);
		if (i % 2 == 0)
			nrs_json_encode(&text, type, made);
		else
			nrs_json_encode_pretty(&text, type, made);
		if (decode(type, text_of(text.data), &out) != NRS_OK)
			fail_msg("seed 3, message %d: %s", i, err.text);
		assert_true(any_equal(type, made, out));
		if (i % 2 == 0)
			nrs_json_encode(&again, type, out);
		else
			nrs_json_encode_pretty(&again, type, out);
		assert_string_equal(text.data, again.data);
		nrs_arena_reset(arena);
	}
	nrs_buf_fini(&text);
	nrs_buf_fini(&again);
}

static void
a_message_reads_as_people_expect(void **state)
{
	struct nrs_section sections[] = {{"対策", "a\"b\n"}, {"", ""}};
	const char *supersedes[] = {"n1"};
	struct nrs_content content = {.notice_id = "n2",
	    .revision = 2,
	    .is_final = true,
	    .supersedes = supersedes,
	    .n_supersedes = 1,
	    .item_type = NRS_ITEM_BC2,
	    .tlp = NRS_TLP_AMBER_STRICT,
	    .sections = sections,
	    .n_sections = 2,
	    .issued_at = 1795480496789};
	struct nrs_signature signature = {
	    "k", {(const uint8_t *)"\x00\x01\xff", 3}};
	struct nrs_buf out = {0};

	(void)state;
	nrs_json_encode(&out, NRS_TYPE_CONTENT, &content);
	assert_string_equal(nrs_buf_str(&out),
	    "{\"notice_id\":\"n2\",\"revision\":2,\"is_final\":true,"
	    "\"supersedes\":[\"n1\"],\"item_type\":\"BC2\","
	    "\"tlp\":\"AMBER_STRICT\",\"sections\":[{\"label\":\"対策\","
	    "\"text\":\"a\\\"b\\n\"},{}],"
	    "\"issued_at\":\"2026-11-24T00:34:56.789Z\"}");
	nrs_buf_reset(&out);
	nrs_json_encode_pretty(&out, NRS_TYPE_SIGNATURE, &signature);
	assert_string_equal(nrs_buf_str(&out),
	    "{\n  \"key_id\": \"k\",\n  \"signature\": \"AAH/\"\n}");
	nrs_buf_reset(&out);
	nrs_json_encode_pretty(
	    &out, NRS_TYPE_SECTION, &(struct nrs_section){0});
	assert_string_equal(nrs_buf_str(&out), "{}");
	nrs_buf_fini(&out);
}

static void
a_secret_is_read_and_never_written(void **state)
{
	static const char in[] = "{\"type\":\"WEBHOOK\",\"address\":\"u\","
	                         "\"secrets\":[\"whsec_a\",\"whsec_b\"]}";
	struct nrs_channel *channel;
	struct nrs_buf out = {0};

	(void)state;
	assert_int_equal(
	    decode(NRS_TYPE_CHANNEL, text_of(in), &channel), NRS_OK);
	assert_int_equal(channel->n_secrets, 2);
	assert_string_equal(channel->secrets[1], "whsec_b");
	nrs_json_encode(&out, NRS_TYPE_CHANNEL, channel);
	assert_string_equal(nrs_buf_str(&out),
	    "{\"type\":\"WEBHOOK\",\"address\":\"u\","
	    "\"secrets\":[\"***\",\"***\"]}");
	nrs_buf_fini(&out);
}

static void
strings_are_safe_on_a_terminal(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"", "\"\""},
	    {"a/b", "\"a/b\""},
	    {"\"\\\r\n\t", "\"\\\"\\\\\\r\\n\\t\""},
	    {"\x01\x1b[31m\x7f", "\"\\u0001\\u001b[31m\\u007f\""},
	    {"\xc2\x85\u2028\u202e", "\"\\u0085\\u2028\\u202e\""},
	    {"狼煙𠮷é", "\"狼煙𠮷é\""},
	    {"\xff"
	     "a\xc3",
	        "\"\ufffda\ufffd\""},
	    {"\xed\xa0\x80", "\"\ufffd\ufffd\ufffd\""},
	    {"\xf0\x9f", "\"\ufffd\ufffd\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nrs_buf out = {0};

		nrs_json_string(&out, cases[i].in);
		assert_string_equal(nrs_buf_str(&out), cases[i].out);
		nrs_buf_fini(&out);
	}
}

static void
absent_strings_are_empty_and_absent_messages_null(void **state)
{
	struct nrs_content *out;

	(void)state;
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, text_of(" { } "), &out), NRS_OK);
	assert_string_equal(out->title, "");
	assert_null(out->contact_change);
	assert_int_equal(out->n_supersedes, 0);
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT,
	        text_of("{\"supersedes\":[],\"contact_change\":{}}"), &out),
	    NRS_OK);
	assert_int_equal(out->n_supersedes, 0);
	assert_non_null(out->contact_change);
	assert_string_equal(out->contact_change->hq_name, "");
}

static void
words_are_read_in_every_usual_spelling(void **state)
{
	struct nrs_content *out;

	(void)state;
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT,
	        text_of(
	            "{\"tlp\":\"TLP:AMBER+STRICT\",\"urgency\":\"immediate\","
	            "\"issued_at\":\"2026-11-24T09:34:56+09:00\"}"),
	        &out),
	    NRS_OK);
	assert_int_equal(out->tlp, NRS_TLP_AMBER_STRICT);
	assert_int_equal(out->urgency, NRS_URGENCY_IMMEDIATE);
	assert_int_equal(out->issued_at, 1795480496000);
}

static const struct {
	const char *in, *field, *rule, *text;
} wrong[] = {
    {"{\"sections\":[{},{},{\"lable\":\"x\"}]}", "sections[2].lable",
        "unknown-key",
        "sections[2].lable: unknown key \"lable\"; did you mean "
        "\"label\"?"},
    {"{\"titel\":\"x\"}", "titel", "unknown-key",
        "titel: unknown key \"titel\"; did you mean \"title\"?"},
    {"{\"Title\":\"x\"}", "Title", "unknown-key",
        "Title: unknown key \"Title\"; did you mean \"title\"?"},
    {"{\"completely_other\":1}", "completely_other", "unknown-key",
        "completely_other: unknown key \"completely_other\" in "
        "content"},
    {"{\"\\u001b[31m\":1}", "\"\\u001b[31m\"", "unknown-key",
        "\"\\u001b[31m\": unknown key \"\\u001b[31m\" in content"},
    {"{\"\":1}", "\"\"", "unknown-key", "\"\": unknown key \"\" in content"},
    {"{\"tlp\":\"AMBR\"}", "tlp", "enum",
        "tlp: unknown value \"AMBR\"; did you mean \"AMBER\"?"},
    {"{\"urgency\":\"soon\"}", "urgency", "enum",
        "urgency: unknown value \"soon\"; one of ROUTINE, PRIORITY, "
        "IMMEDIATE"},
    {"{\"contributing_causes\":[\"OTHER\",\"x\"]}", "contributing_causes[1]",
        "enum", NULL},
    {"{\"revision\":\"1\"}", "revision", "type",
        "revision: wants a whole number, not text"},
    {"{\"revision\":1.0}", "revision", "type",
        "revision: wants a whole number, not a number with a "
        "fraction"},
    {"{\"revision\":-1}", "revision", "range",
        "revision: not between 0 and 4294967295"},
    {"{\"revision\":4294967296}", "revision", "range", NULL},
    {"{\"revision\":99999999999999999999}", "content", "range", NULL},
    {"{\"is_final\":1}", "is_final", "type",
        "is_final: wants true or false, not a number"},
    {"{\"title\":null}", "title", "type", "title: wants text, not null"},
    {"{\"supersedes\":\"x\"}", "supersedes", "type",
        "supersedes: wants an array, not text"},
    {"{\"supersedes\":[\"x\",2]}", "supersedes[1]", "type", NULL},
    {"{\"sections\":[[]]}", "sections[0]", "type", NULL},
    {"{\"issued_at\":\"yesterday\"}", "issued_at", "time", NULL},
    {"{\"issued_at\":1700000000000}", "issued_at", "type", NULL},
    {"{\"attachments\":[{\"sha256\":\"***\"}]}", "attachments[0].sha256",
        "base64", "attachments[0].sha256: not base64"},
    {"[]", "content", "type", "content: wants an object, not an array"},
    {"", "content", "empty", NULL},
    {"{\"title\":\"a\",\"title\":\"b\"}", "content", "repeated",
        "content: line 1, column 20: duplicate object key"},
    {"{\"title\":\"a\\u0000b\"}", "content", "nul", NULL},
    {"{\"ti\\u0000tle\":\"a\"}", "content", "nul", NULL},
    {"{\"title\":\"\xc3\x28\"}", "content", "utf8", NULL},
    {"{\"title\":\"\\ud800\"}", "content", "json", NULL},
    {"{\"title\":\"a\"", "content", "json", NULL},
    {"{\"title\":\"a\"}x", "content", "json", NULL},
    {"{title:1}", "content", "json", NULL},
    {"{\"title\":\"a\",}", "content", "json", NULL},
    {"[[[[[[[[[[[[[[[[[[", "content", "size", "content: nested too deeply"},
};

static void
what_is_wrong_is_said_with_its_path(void **state)
{
	void *out;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(
		    decode(NRS_TYPE_CONTENT, text_of(wrong[i].in), &out),
		    NRS_REJECT);
		assert_null(out);
		assert_string_equal(err.field, wrong[i].field);
		assert_string_equal(err.rule, wrong[i].rule);
		if (wrong[i].text != NULL)
			assert_string_equal(err.text, wrong[i].text);
	}
}

static void
an_error_repeats_little_of_the_input_and_only_safely(void **state)
{
	struct nrs_buf text = {0};
	void *out;

	(void)state;
	nrs_buf_adds(&text, "{\"tlp\":\"");
	for (int i = 0; i < 5000; i++)
		nrs_buf_adds(&text, "\\n狼");
	nrs_buf_adds(&text, "\"}");
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, text_of(text.data), &out), NRS_REJECT);
	assert_true(nrs_text_is_line(err.text));
	assert_true(strlen(err.text) < 200);
	nrs_buf_reset(&text);
	nrs_buf_adds(&text, "{\"\x1b[2J");
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, text_of(text.data), &out), NRS_REJECT);
	assert_true(nrs_text_is_line(err.text));
	nrs_buf_fini(&text);
}

static void
too_much_is_refused_before_it_is_built(void **state)
{
	struct nrs_buf text = {0};
	void *out;

	(void)state;
	nrs_buf_adds(&text, "{\"sections\":[{}");
	while (text.len < 300 * 1000)
		nrs_buf_adds(&text, ",{}");
	nrs_buf_adds(&text, "]}");
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, text_of(text.data), &out), NRS_REJECT);
	assert_string_equal(err.rule, "size");
	assert_string_equal(err.text, "content: too many values");
	nrs_buf_reset(&text);
	/* Brackets and commas inside a text do not count. */
	nrs_buf_adds(&text, "{\"summary\":\"\\\"");
	while (text.len < 300 * 1000)
		nrs_buf_adds(&text, "[{,");
	nrs_buf_adds(&text, "\"}");
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, text_of(text.data), &out), NRS_OK);
	nrs_buf_addc(&text, '\0');
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT,
	        (struct nrs_bytes){(const uint8_t *)text.data, text.len}, &out),
	    NRS_REJECT);
	assert_string_equal(err.text, "content: contains NUL");
	text.len--;
	while (text.len <= NRS_JSON_MAX)
		nrs_buf_addc(&text, ' ');
	assert_int_equal(
	    decode(NRS_TYPE_CONTENT, text_of(text.data), &out), NRS_REJECT);
	assert_string_equal(err.text, "content: larger than 1 MiB");
	nrs_buf_fini(&text);
}

static void
a_text_cut_or_bent_anywhere_is_refused_or_readable(void **state)
{
	struct any any = {.arena = nrs_arena_new(), .seed = 17};
	struct nrs_buf text = {0};
	void *out;

	(void)state;
	nrs_json_encode(
	    &text, NRS_TYPE_ADDRESSING, any_message(&any, NRS_TYPE_ADDRESSING));
	for (size_t len = 0; len < text.len; len++) {
		/* Of exactly this size, so that a sanitizer sees one more. */
		uint8_t *cut = nrs_alloc(len);
		struct nrs_bytes bytes = {cut, len};

		memcpy(cut, text.data, len);
		assert_int_equal(
		    decode(NRS_TYPE_ADDRESSING, bytes, &out), NRS_REJECT);
		memcpy(cut, text.data, len);
		for (int i = 0; i < 8 && len > 0; i++) {
			cut[any_below(&any, len)] ^= (uint8_t)(1u << i);
			(void)!decode(NRS_TYPE_ADDRESSING, bytes, &out);
		}
		free(cut);
		nrs_arena_reset(arena);
	}
	nrs_buf_fini(&text);
	nrs_arena_free(any.arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(any_message_survives_the_round_trip),
	    TEST(a_message_reads_as_people_expect),
	    TEST(a_secret_is_read_and_never_written),
	    TEST(strings_are_safe_on_a_terminal),
	    TEST(absent_strings_are_empty_and_absent_messages_null),
	    TEST(words_are_read_in_every_usual_spelling),
	    TEST(what_is_wrong_is_said_with_its_path),
	    TEST(an_error_repeats_little_of_the_input_and_only_safely),
	    TEST(too_much_is_refused_before_it_is_built),
	    TEST(a_text_cut_or_bent_anywhere_is_refused_or_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
