/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/io/json.h"

static struct nrs_bytes
bytes(const char *text)
{
	return (struct nrs_bytes){(const uint8_t *)text, strlen(text)};
}

static void
parting_follows_the_schema(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_json_parts parts;
	struct nrs_err err = {0};

	assert_int_equal(
	    nrs_json_part(arena, NRS_TYPE_CONTENT,
	        bytes(
	            "{\"title\": \"\\u72fc\\u7159\", \"sectors\": [\"power\"],"
	            " \"is_final\": true, \"nonsense\": 1}"),
	        &parts, &err),
	    NRS_OK);
	assert_string_equal((const char *)parts.ours.data,
	    "{\"title\":\"狼煙\",\"is_final\":true}");
	assert_string_equal((const char *)parts.others.data,
	    "{\"sectors\":[\"power\"],\"nonsense\":1}");
	nrs_arena_free(arena);
}

static void
merging_replaces_and_null_takes_away(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_bytes out;
	struct nrs_err err = {0};

	assert_int_equal(
	    nrs_json_merge(arena, bytes("{\"a\":1,\"b\":{\"c\":2},\"d\":3}"),
	        bytes("{\"b\":[4],\"d\":null,\"e\":5}"), &out, &err),
	    NRS_OK);
	assert_string_equal((const char *)out.data,
	    "{\n  \"a\": 1,\n  \"b\": [\n    4\n  ],\n  \"e\": 5\n}");
	nrs_arena_free(arena);
}

static void
what_is_no_object_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *rule, *says;
	} cases[] = {
	    {"", "empty", "no text"},
	    {"[1]", "type", "an object"},
	    {"{\"a\":1,\"a\":2}", "repeated", "duplicate"},
	    {"{\n\"a\":}", "json", "line 2"},
	    {"{\"a\":\"\\u0000\"}", "nul", "line 1"},
	    {"{\"a\":\"\xff\"}", "utf8", "line 1"},
	    {"{\"a\":1} x", "json", "end of file"},
	};
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_json_parts parts;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nrs_err err = {0};
		assert_int_equal(nrs_json_part(arena, NRS_TYPE_CONTENT,
		                     bytes(cases[i].text), &parts, &err),
		    NRS_REJECT);
		assert_string_equal(err.rule, cases[i].rule);
		assert_non_null(strstr(err.text, cases[i].says));
	}
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parting_follows_the_schema),
	    cmocka_unit_test(merging_replaces_and_null_takes_away),
	    cmocka_unit_test(what_is_no_object_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
