/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/silence.h"

#define NOW INT64_C(1767225600000)

static struct nrs_arena *arena;
static struct nrs_rendered out;

static int
set_up(void **state)
{
	(void)state;
	arena = nrs_arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static const struct nrs_silent two[] = {
    {"op1", "架空電力", "power"}, {"op2", "", ""}};

static struct nrs_silence_letter
letter(const char *lang)
{
	return (struct nrs_silence_letter){.notice_id = "01JABC",
	    .revision = 2,
	    .accepted_at = NOW,
	    .n_asked = 5,
	    .silent = two,
	    .n = 2,
	    .mode = NRS_MODE_ACTUAL,
	    .lang = lang};
}

static void
the_desk_reads_who_of_how_many(void **state)
{
	const struct nrs_silence_letter ja = letter("ja"), en = letter("en");

	(void)state;
	nrs_silence_render(arena, &ja, &out);
	assert_string_equal(
	    out.subject, "【noroshi 当直】受領の確認がありません (2件 / 5件)");
	assert_non_null(strstr(out.text, "01JABC"));
	assert_non_null(strstr(out.text, "-   op1 (架空電力) [power]\n"));
	assert_non_null(strstr(out.text, "-   op2\n"));
	nrs_silence_render(arena, &en, &out);
	assert_string_equal(
	    out.subject, "[noroshi duty] Receipt not confirmed (2 of 5)");
	assert_string_equal(out.text_head, "");
	assert_non_null(strstr(out.text, "Not confirmed: 2 of 5\n"));
}

static void
a_ceptoar_is_greeted_and_not_told_of_others(void **state)
{
	struct nrs_silence_letter l = letter("ja");

	(void)state;
	l.ceptoar = "電力";
	l.n_asked = 0;
	nrs_silence_render(arena, &l, &out);
	assert_string_equal(
	    out.subject, "【noroshi】受領の確認がありません (2件)");
	assert_string_equal(out.text_head, "電力 御中\n\n");
	assert_null(strstr(out.text, "5"));
	assert_null(strstr(out.text, "noroshictl"));
}

static void
a_drill_says_so_first(void **state)
{
	struct nrs_silence_letter l = letter("ja");

	(void)state;
	l.mode = NRS_MODE_EXERCISE;
	l.ceptoar = "電力";
	nrs_silence_render(arena, &l, &out);
	assert_int_equal(
	    strncmp(out.subject, "【訓練】", strlen("【訓練】")), 0);
	assert_non_null(strstr(out.text_head, "訓練"));
	assert_non_null(strstr(out.text_head, "\n電力 御中\n\n"));
}

static void
a_list_without_end_is_cut(void **state)
{
	struct nrs_silent *many =
	    nrs_arena_array(arena, NRS_SILENCE_LISTED + 3, sizeof(*many));
	struct nrs_silence_letter l = letter("en");
	size_t i;

	(void)state;
	for (i = 0; i < NRS_SILENCE_LISTED + 3; i++)
		many[i] = (struct nrs_silent){
		    nrs_arena_printf(arena, "op-%zu", i), "", ""};
	l.silent = many;
	l.n = l.n_asked = NRS_SILENCE_LISTED + 3;
	nrs_silence_render(arena, &l, &out);
	assert_non_null(strstr(out.text, "-   op-199\n"));
	assert_null(strstr(out.text, "op-200"));
	assert_non_null(strstr(out.text, "and 3 more"));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(the_desk_reads_who_of_how_many),
	    CASE(a_ceptoar_is_greeted_and_not_told_of_others),
	    CASE(a_drill_says_so_first),
	    CASE(a_list_without_end_is_cut),
	};

	return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
