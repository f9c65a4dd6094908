/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/duty.h"

#define HOUR INT64_C(3600000)
#define NOW INT64_C(1767225600000)

struct desk {
	struct nrs_arena *arena;
	struct nrs_duty *duty;
	const struct nrs_matter *matters;
};

static int
set_up(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	desk->arena = nrs_arena_new();
	desk->duty = nrs_duty_new(HOUR, 3);
	*state = desk;
	return 0;
}

static int
tear_down(void **state)
{
	struct desk *desk = *state;

	nrs_duty_free(desk->duty);
	nrs_arena_free(desk->arena);
	free(desk);
	return 0;
}

static struct nrs_outcome
outcome(const char *id, int64_t at)
{
	return (struct nrs_outcome){.submission_id = id,
	    .verdict = NRS_VERDICT_RELEASED,
	    .field = "",
	    .rule = "",
	    .decided_at = at};
}

static size_t
see(struct desk *desk, const struct nrs_outcome *o)
{
	return nrs_duty_see(desk->duty, desk->arena, o, &desk->matters);
}

static size_t
see_review(struct desk *desk, const char *id, const char *sector, int64_t at)
{
	struct nrs_classification copy = {.sector = sector,
	    .route_rule = "cell:C/NORMAL/ROUTINE",
	    .posture_review = true};
	struct nrs_outcome o = outcome(id, at);

	o.copies = &copy;
	o.n_copies = 1;
	o.posture_review = true;
	return see(desk, &o);
}

static size_t
see_held(struct desk *desk, const char *id, bool remove)
{
	struct nrs_held_change held = {
	    .submission_id = id, .needs = "second-person", .remove = remove};
	struct nrs_outcome o = outcome(id, NOW);

	o.held = &held;
	o.n_held = 1;
	return see(desk, &o);
}

static size_t
see_rejected(struct desk *desk, const char *rule)
{
	struct nrs_outcome o = outcome("n1", NOW);

	o.verdict = NRS_VERDICT_REJECTED;
	o.rule = rule;
	o.field = "signatures[0]";
	return see(desk, &o);
}

static void
what_is_about_to_end_is_told_each_time_that_it_is_said(void **state)
{
	const char *said[] = {NRS_ATTENTION_POSTURE "*",
	    NRS_ATTENTION_ARRANGEMENT "hq-1", "of-a-later-version:x"};
	struct nrs_outcome o = outcome("deadline:1", NOW);
	struct nrs_duty_letter letter = {.mode = NRS_MODE_ACTUAL, .lang = "en"};
	struct desk *desk = *state;
	struct nrs_rendered text;

	o.attention = said;
	o.n_attention = 3;
	assert_int_equal(see(desk, &o), 2);
	assert_int_equal(desk->matters[0].kind, NRS_MATTER_POSTURE_ENDS);
	assert_string_equal(desk->matters[0].scope, "*");
	assert_int_equal(desk->matters[1].kind, NRS_MATTER_ARRANGEMENT_ENDS);
	assert_string_equal(desk->matters[1].scope, "hq-1");
	letter.matters = desk->matters;
	letter.n = 2;
	nrs_duty_render(desk->arena, &letter, &text);
	assert_non_null(strstr(text.subject, "A raised posture is about"));
	assert_non_null(strstr(text.text, "hq-1"));
	/* said again after its end was moved */
	o.submission_id = "deadline:2";
	o.n_attention = 1;
	assert_int_equal(see(desk, &o), 1);
}

static void
a_posture_review_is_told_with_its_sector(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(see_review(desk, "n1", "power", NOW), 1);
	assert_int_equal(desk->matters[0].kind, NRS_MATTER_REVIEW);
	assert_string_equal(desk->matters[0].scope, "power");
	assert_string_equal(desk->matters[0].id, "n1");
}

static void
a_sector_is_told_of_once_in_the_quiet_time(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(see_review(desk, "n1", "power", NOW), 1);
	assert_int_equal(see_review(desk, "n2", "power", NOW + HOUR - 1), 0);
	assert_int_equal(see_review(desk, "n3", "gas", NOW + HOUR - 1), 1);
	assert_int_equal(see_review(desk, "n4", "power", NOW + HOUR), 1);
}

static void
each_held_notice_is_told_and_its_release_is_not(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(see_held(desk, "n1", false), 1);
	assert_int_equal(desk->matters[0].kind, NRS_MATTER_HELD);
	assert_string_equal(desk->matters[0].scope, "second-person");
	assert_int_equal(see_held(desk, "n2", false), 1);
	assert_int_equal(see_held(desk, "n3", true), 0);
}

static void
a_refusal_inside_is_told_and_a_callers_mistake_is_not(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(see_rejected(desk, "revision-gap"), 0);
	assert_int_equal(see_rejected(desk, "signature"), 1);
	assert_int_equal(desk->matters[0].kind, NRS_MATTER_REFUSED);
	assert_string_equal(desk->matters[0].scope, "signature");
	assert_string_equal(desk->matters[0].detail, "signatures[0]");
}

static void
what_nobody_can_read_is_named_by_its_place(void **state)
{
	struct desk *desk = *state;
	struct nrs_outcome o = outcome("", NOW);

	o.verdict = NRS_VERDICT_REJECTED;
	o.rule = "decode";
	o.journal_offset = 7;
	assert_int_equal(see(desk, &o), 1);
	assert_string_equal(desk->matters[0].id, "journal:7");
}

static void
a_flood_ends_with_a_word_that_there_is_more(void **state)
{
	static const char *const ids[] = {"n1", "n2", "n3", "n4", "n5", "n6"};
	struct desk *desk = *state;
	size_t i, told = 0;

	for (i = 0; i < 6; i++)
		told += see_held(desk, ids[i], false);
	assert_int_equal(told, 4);
	assert_int_equal(see_review(desk, "n7", "power", NOW + HOUR), 1);
	assert_int_equal(desk->matters[0].kind, NRS_MATTER_REVIEW);
}

static void
the_fourth_of_three_says_more(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(see_held(desk, "n1", false), 1);
	assert_int_equal(see_held(desk, "n2", false), 1);
	assert_int_equal(see_held(desk, "n3", false), 1);
	assert_int_equal(desk->matters[0].kind, NRS_MATTER_HELD);
	assert_int_equal(see_held(desk, "n4", false), 1);
	assert_int_equal(desk->matters[0].kind, NRS_MATTER_MORE);
}

static void
what_asks_for_nobody_is_not_told(void **state)
{
	struct desk *desk = *state;
	struct nrs_outcome o = outcome("n1", NOW);

	assert_int_equal(see(desk, &o), 0);
}

static struct nrs_rendered
render(struct desk *desk, enum nrs_mode mode, const char *lang, size_t n)
{
	static const struct nrs_matter matters[] = {
	    {NRS_MATTER_REVIEW, "n1", "power", "cell:C/NORMAL/ROUTINE", NOW},
	    {NRS_MATTER_HELD, "n2", "second-person", "", NOW}};
	const struct nrs_duty_letter letter = {
	    .matters = matters, .n = n, .mode = mode, .lang = lang};
	struct nrs_rendered out;

	nrs_duty_render(desk->arena, &letter, &out);
	return out;
}

static void
a_mail_says_what_it_is_about_in_both_languages(void **state)
{
	struct nrs_rendered ja = render(*state, NRS_MODE_ACTUAL, "ja", 1);
	struct nrs_rendered en = render(*state, NRS_MODE_ACTUAL, "en", 2);

	assert_string_equal(
	    ja.subject, "【noroshi 当直】警戒の段階の見直し (power)");
	assert_non_null(strstr(ja.text, "識別番号: n1\n"));
	assert_non_null(strstr(ja.text, "分野: power\n"));
	assert_string_equal(ja.text_head, "");
	assert_string_equal(
	    en.subject, "[noroshi duty] Review a posture (power), and 1 more");
	assert_non_null(strstr(en.text, "Id: n1\n"));
	assert_non_null(strstr(en.text, "It needs: second-person\n"));
}

static void
a_drill_says_so_in_subject_and_first_line(void **state)
{
	struct nrs_rendered ja = render(*state, NRS_MODE_EXERCISE, "ja", 1);
	struct nrs_rendered en = render(*state, NRS_MODE_TEST, "en", 1);

	assert_ptr_equal(strstr(ja.subject, "【訓練】"), ja.subject);
	assert_ptr_equal(strstr(ja.text_head, "【訓練】"), ja.text_head);
	assert_ptr_equal(strstr(en.subject, "[TEST]"), en.subject);
	assert_ptr_equal(strstr(en.text_head, "[TEST]"), en.text_head);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(what_is_about_to_end_is_told_each_time_that_it_is_said),
	    CASE(a_posture_review_is_told_with_its_sector),
	    CASE(a_sector_is_told_of_once_in_the_quiet_time),
	    CASE(each_held_notice_is_told_and_its_release_is_not),
	    CASE(a_refusal_inside_is_told_and_a_callers_mistake_is_not),
	    CASE(what_nobody_can_read_is_named_by_its_place),
	    CASE(a_flood_ends_with_a_word_that_there_is_more),
	    CASE(the_fourth_of_three_says_more),
	    CASE(what_asks_for_nobody_is_not_told),
	    CASE(a_mail_says_what_it_is_about_in_both_languages),
	    CASE(a_drill_says_so_in_subject_and_first_line),
	};

	return cmocka_run_group_tests_name("duty", tests, NULL, NULL);
}
