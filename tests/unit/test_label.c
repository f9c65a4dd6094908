/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/text.h"
#include "noroshi/core/label.h"

static void
every_list_is_dense_and_every_word_is_there(void **state)
{
	(void)state;
	for (int voc = 0; voc < NRS_VOC_COUNT; voc++) {
		const struct nrs_term *terms;
		size_t n;

		terms = nrs_terms((enum nrs_vocabulary)voc, &n);
		assert_true(n > 1);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(terms[i].value, i);
			assert_true(nrs_text_is_id(terms[i].name, 32));
			assert_true(terms[i].ja[0] != '\0');
			assert_true(terms[i].en[0] != '\0');
			assert_true(nrs_text_is_line(terms[i].ja));
			assert_true(nrs_text_is_line(terms[i].en));
		}
		assert_true(nrs_term_known((enum nrs_vocabulary)voc,
		    nrs_term_safest((enum nrs_vocabulary)voc)));
	}
}

static void
every_name_reads_back_in_any_case(void **state)
{
	char lower[64];
	size_t n, i, j;

	(void)state;
	for (int v = 0; v < NRS_VOC_COUNT; v++) {
		enum nrs_vocabulary voc = (enum nrs_vocabulary)v;
		const struct nrs_term *terms = nrs_terms(voc, &n);
		int value;

		for (i = 0; i < n; i++) {
			value = -1;
			assert_true(nrs_term_parse(voc, terms[i].name, &value));
			assert_int_equal(value, terms[i].value);
			for (j = 0; terms[i].name[j] != '\0'; j++)
				lower[j] = (char)tolower(terms[i].name[j]);
			lower[j] = '\0';
			value = -1;
			assert_true(nrs_term_parse(voc, lower, &value));
			assert_int_equal(value, terms[i].value);
		}
	}
}

static void
tlp_reads_as_printed_and_as_white(void **state)
{
	static const struct {
		const char *name;
		int value;
	} cases[] = {
	    {"TLP:RED", NRS_TLP_RED},
	    {"TLP:AMBER+STRICT", NRS_TLP_AMBER_STRICT},
	    {"tlp:amber+strict", NRS_TLP_AMBER_STRICT},
	    {"amber-strict", NRS_TLP_AMBER_STRICT},
	    {"AMBER_STRICT", NRS_TLP_AMBER_STRICT},
	    {"TLP:AMBER", NRS_TLP_AMBER},
	    {"TLP:WHITE", NRS_TLP_CLEAR},
	    {"white", NRS_TLP_CLEAR},
	    {"TLP:CLEAR", NRS_TLP_CLEAR},
	};
	static const char *const wrong[] = {"", "TLP:", "TLP", "AMBER STRICT",
	    "TLP:TLP:RED", "REDDER", "AMBER+STRICT+AND+MUCH+MORE", "RED "};
	int value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(nrs_term_parse(NRS_VOC_TLP, cases[i].name, &value));
		assert_int_equal(value, cases[i].value);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(nrs_term_parse(NRS_VOC_TLP, wrong[i], &value));
	/* Only TLP has these spellings. */
	assert_false(nrs_term_parse(NRS_VOC_URGENCY, "TLP:ROUTINE", &value));
	assert_false(nrs_term_parse(NRS_VOC_MODE, "WHITE", &value));
}

static void
item_types_are_the_headings_of_the_matrix(void **state)
{
	static const char *const headings[] = {"IT障害事例", "ヒヤリハット事例",
	    "海外動向", "関係各種規程類", "制度変更等の情報", "社会・技術動向",
	    "参考文献、会合の案内", "統計情報の提供", "脅威の動向",
	    "演習、訓練等から得られた課題等", "情報セキュリティ対策情報",
	    "国事等 (ソーシャルイベント)", "個別の脆弱性に対する情報",
	    "予兆についての情報", "重要インフラへのサイバー攻撃等の速報",
	    "緊急事態(大規模サイバー攻撃等)時の広報等", "災害情報",
	    "個別の脅威(攻撃)についての情報"};

	(void)state;
	for (int i = 0; i < 18; i++)
		assert_string_equal(
		    nrs_term_text(NRS_VOC_ITEM_TYPE, i + 1, "ja"), headings[i]);
}

static void
text_is_english_only_when_asked_for(void **state)
{
	(void)state;
	assert_string_equal(
	    nrs_term_text(NRS_VOC_MODE, NRS_MODE_EXERCISE, "ja"), "訓練");
	assert_string_equal(
	    nrs_term_text(NRS_VOC_MODE, NRS_MODE_EXERCISE, "fr"), "訓練");
	assert_string_equal(
	    nrs_term_text(NRS_VOC_MODE, NRS_MODE_EXERCISE, ""), "訓練");
	assert_string_equal(
	    nrs_term_text(NRS_VOC_MODE, NRS_MODE_EXERCISE, "en"), "exercise");
	assert_string_equal(
	    nrs_term_text(NRS_VOC_TLP, NRS_TLP_AMBER_STRICT, "ja"),
	    "TLP:AMBER+STRICT");
}

static void
an_unknown_number_has_a_name_but_is_not_known(void **state)
{
	(void)state;
	assert_string_equal(nrs_term_name(NRS_VOC_TLP, 99), "UNKNOWN");
	assert_string_equal(nrs_term_name(NRS_VOC_TLP, -1), "UNKNOWN");
	assert_string_equal(nrs_term_text(NRS_VOC_TLP, 6, "en"), "unknown");
	assert_string_equal(nrs_term_text(NRS_VOC_TLP, 6, "ja"), "不明");
	assert_false(nrs_term_known(NRS_VOC_TLP, 6));
	assert_false(nrs_term_known(NRS_VOC_TLP, -1));
	assert_true(nrs_term_known(NRS_VOC_TLP, NRS_TLP_CLEAR));
}

static void
the_safest_meaning_leaks_and_delays_least(void **state)
{
	(void)state;
	assert_int_equal(nrs_term_safest(NRS_VOC_TLP), NRS_TLP_RED);
	assert_int_equal(
	    nrs_term_safest(NRS_VOC_URGENCY), NRS_URGENCY_IMMEDIATE);
	assert_int_equal(nrs_term_safest(NRS_VOC_ROUTE), NRS_ROUTE_REALTIME);
	assert_int_equal(
	    nrs_term_safest(NRS_VOC_POSTURE), NRS_POSTURE_INCIDENT);
	/* A drill is never taken for the real thing, nor the reverse. */
	assert_int_equal(nrs_term_safest(NRS_VOC_MODE), NRS_MODE_UNSPECIFIED);
	/* Nothing is withdrawn, and no contact is replaced, on a guess. */
	assert_int_equal(nrs_term_safest(NRS_VOC_MSG_KIND), NRS_KIND_FOLLOW_UP);
	assert_int_equal(
	    nrs_term_safest(NRS_VOC_ARRANGEMENT_POLICY), NRS_POLICY_ADD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_list_is_dense_and_every_word_is_there),
	    cmocka_unit_test(every_name_reads_back_in_any_case),
	    cmocka_unit_test(tlp_reads_as_printed_and_as_white),
	    cmocka_unit_test(item_types_are_the_headings_of_the_matrix),
	    cmocka_unit_test(text_is_english_only_when_asked_for),
	    cmocka_unit_test(an_unknown_number_has_a_name_but_is_not_known),
	    cmocka_unit_test(the_safest_meaning_leaks_and_delays_least),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
