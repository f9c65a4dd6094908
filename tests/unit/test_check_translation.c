/* SPDX-License-Identifier: Apache-2.0 */
/* Every rule of the door for translations, by field and rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/check_case.h"

static struct check_case c;

static int
setup(void **state)
{
	(void)state;
	check_case_open(&c);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	check_case_close(&c);
	return 0;
}

static void
notice(const char *field, const char *rule)
{
	check_case_notice(&c, field, rule);
}

/* ---- translations ---- */

static struct nrs_translation other;

static void
translate(void)
{
	static struct nrs_section sections[] = {{"Cause", "A typo"}};
	static struct nrs_section originals[] = {{"原因", "誤記"}};
	static const char *steps[] = {"Patch"};

	other = (struct nrs_translation){.lang = "en",
	    .title = "Title",
	    .summary = "Summary",
	    .sections = sections,
	    .n_sections = 1,
	    .countermeasures = steps,
	    .n_countermeasures = 1,
	    .nisc_comment = "",
	    .impact = "Some",
	    .revision_reason = ""};
	c.content.sections = originals;
	c.content.n_sections = 1;
	c.content.impact = "ある";
	c.content.translations = &other;
	c.content.n_translations = 1;
}

static void
a_translation_is_in_another_language_of_ours(void **state)
{
	translate();
	notice(NULL, NULL);
	WITH(other.lang, "fr", notice, "translations[0].lang",
	    "translation-lang");
	WITH(other.lang, "", notice, "translations[0].lang", "required");
	WITH(other.lang, "ja", notice, "translations[0].lang", "twice");
	WITH(c.content.lang, "fr", notice, "lang", "translation-lang");
	WITH(c.content.n_translations, 9, notice, "translations", "length");
	c.content.n_translations = 0;
	WITH(c.content.lang, "fr", notice, NULL, NULL);
}

static void
a_translation_says_no_less_and_no_more(void **state)
{
	translate();
	WITH(other.n_sections, 0, notice, "translations[0].sections",
	    "translation-half");
	WITH(other.n_countermeasures, 0, notice,
	    "translations[0].countermeasures", "translation-half");
	WITH(other.impact, "", notice, "translations[0].impact",
	    "translation-half");
	WITH(other.nisc_comment, "more", notice, "translations[0].nisc_comment",
	    "translation-half");
	WITH(other.revision_reason, "why", notice,
	    "translations[0].revision_reason", "translation-half");
	WITH(other.title, "", notice, "translations[0].title", "required");
	WITH(other.summary, "", notice, "translations[0].summary", "required");
}

static void
a_translation_is_as_well_formed_as_its_original(void **state)
{
	static char long_title[NRS_CHECK_TITLE_MAX + 2];

	translate();
	memset(long_title, 'x', sizeof(long_title) - 1);
	WITH(other.title, "a\nb", notice, "translations[0].title", "line");
	WITH(
	    other.title, long_title, notice, "translations[0].title", "length");
	WITH(other.summary, "\033[31m", notice, "translations[0].summary",
	    "block");
	WITH(other.impact, "\x01", notice, "translations[0].impact", "block");
	WITH(other.sections[0].label, "a\nb", notice,
	    "translations[0].sections[0].label", "line");
	WITH(other.sections[0].text, "", notice,
	    "translations[0].sections[0].text", "required");
	WITH(other.countermeasures[0], "\x07", notice,
	    "translations[0].countermeasures[0]", "block");
	WITH(
	    other.n_sections, 65, notice, "translations[0].sections", "length");
	WITH(other.n_countermeasures, 257, notice,
	    "translations[0].countermeasures", "length");
}

static void
behind_the_door_half_a_translation_loses_no_notice(void **state)
{
	translate();
	c.check.inside = true;
	WITH(other.lang, "fr", notice, NULL, NULL);
	WITH(other.n_countermeasures, 0, notice, NULL, NULL);
	WITH(other.summary, "", notice, NULL, NULL);
	WITH(other.title, "a\nb", notice, "translations[0].title", "line");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_translation_is_in_another_language_of_ours),
	    T(a_translation_says_no_less_and_no_more),
	    T(a_translation_is_as_well_formed_as_its_original),
	    T(behind_the_door_half_a_translation_loses_no_notice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
