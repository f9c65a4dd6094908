/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/wording.h"

static struct nrs_arena *arena;
static struct nrs_content content;
static struct nrs_translation other;

static int
setup(void **state)
{
	static struct nrs_countermeasure steps[] = {{"更新する", 7}};
	static const char *said[] = {"Update"};

	(void)state;
	arena = nrs_arena_new();
	other = (struct nrs_translation){.lang = "en",
	    .title = "Title",
	    .summary = "Summary",
	    .countermeasures = said,
	    .n_countermeasures = 1,
	    .nisc_comment = "",
	    .impact = "",
	    .revision_reason = ""};
	content = (struct nrs_content){.lang = "ja",
	    .title = "題名",
	    .summary = "要旨",
	    .countermeasures = steps,
	    .n_countermeasures = 1,
	    .nisc_comment = "",
	    .impact = "",
	    .revision_reason = "誤り",
	    .translations = &other,
	    .n_translations = 1};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static void
a_reader_gets_their_own_language_first_and_the_other_after(void **state)
{
	struct nrs_wording *all;

	(void)state;
	assert_int_equal(nrs_wordings(arena, &content, "en", &all), 2);
	assert_string_equal(all[0].text.title, "Title");
	assert_false(all[0].original);
	assert_string_equal(all[1].text.title, "題名");
	assert_string_equal(all[1].text.countermeasures[0], "更新する");
	assert_true(all[1].original);
	assert_int_equal(nrs_wordings(arena, &content, "ja", &all), 2);
	assert_string_equal(all[0].text.title, "題名");
	assert_string_equal(all[1].text.countermeasures[0], "Update");
}

static void
without_a_translation_everybody_gets_the_original(void **state)
{
	struct nrs_wording *all;

	(void)state;
	content.n_translations = 0;
	assert_int_equal(nrs_wordings(arena, &content, "en", &all), 1);
	assert_string_equal(all[0].text.summary, "要旨");
	assert_string_equal(nrs_wording_title(&content, "en"), "題名");
}

static void
a_language_that_nobody_wrote_gets_the_original_first(void **state)
{
	struct nrs_wording *all;

	(void)state;
	assert_int_equal(nrs_wordings(arena, &content, "fr", &all), 2);
	assert_true(all[0].original);
	assert_string_equal(nrs_wording_title(&content, "fr"), "題名");
	assert_string_equal(nrs_wording_title(&content, "en"), "Title");
}

static void
a_reason_that_was_not_translated_is_given_as_it_is(void **state)
{
	struct nrs_wording *all;

	(void)state;
	(void)nrs_wordings(arena, &content, "en", &all);
	assert_string_equal(all[0].text.revision_reason, "誤り");
	other.revision_reason = "an error";
	(void)nrs_wordings(arena, &content, "en", &all);
	assert_string_equal(all[0].text.revision_reason, "an error");
}

static void
two_languages_have_names(void **state)
{
	(void)state;
	assert_true(nrs_wording_is_lang("ja"));
	assert_true(nrs_wording_is_lang("en"));
	assert_false(nrs_wording_is_lang("fr"));
	assert_false(nrs_wording_is_lang(""));
	assert_string_equal(nrs_wording_name("ja"), "日本語");
	assert_string_equal(nrs_wording_name("en"), "English");
	assert_string_equal(nrs_wording_name("fr"), "fr");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_reader_gets_their_own_language_first_and_the_other_after),
	    TEST(without_a_translation_everybody_gets_the_original),
	    TEST(a_language_that_nobody_wrote_gets_the_original_first),
	    TEST(a_reason_that_was_not_translated_is_given_as_it_is),
	    TEST(two_languages_have_names),
	};

	return cmocka_run_group_tests_name("wording", tests, NULL, NULL);
}
