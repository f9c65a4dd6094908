/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/draft.h"
#include "ctl/template.h"
#include "noroshi/core/check.h"
#include "noroshi/core/label.h"
#include "noroshi/io/json.h"

#define NOW INT64_C(1795000000000)

static const struct nrs_sector sector = {"power", "電力", "Power", 2007};
static const struct nrs_sector_table sectors = {
    .sectors = &sector, .n_sectors = 1, .version = "t"};

static struct nrs_bytes
bytes(const char *text)
{
	return (struct nrs_bytes){(const uint8_t *)text, strlen(text)};
}

static enum nrs_rc
check(const struct ctl_draft *draft, struct nrs_err *err)
{
	const struct nrs_check how = {
	    .sectors = &sectors, .now_ms = NOW, .mode = NRS_MODE_ACTUAL};

	return nrs_check_notice(&how, draft->content, draft->addressing, err);
}

static void
mint(struct nrs_arena *arena, struct ctl_draft *draft)
{
	const struct ctl_mint how = {.now_ms = NOW,
	    .mode = NRS_MODE_ACTUAL,
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .originator = "desk"};

	ctl_draft_mint(arena, &how, draft);
}

/* As a person fills it in: title, summary, sectors, what to do, and the first
 * section; the rest stays as it was printed. */
static void
fill(struct nrs_arena *arena, struct ctl_draft *draft)
{
	static const char over[] =
	    "{\"title\":\"試験\",\"summary\":\"要旨\",\"sectors\":[\"power\"],"
	    "\"countermeasures\":[{\"text\":\"更新する\"}]}";
	struct ctl_draft base = *draft;
	struct nrs_err err = {0};

	assert_int_equal(
	    ctl_draft_overlay(arena, &base, bytes(over), draft, &err), NRS_OK);
}

static void
template_of(struct nrs_buf *text, enum nrs_item_type item, const char *lang)
{
	const struct ctl_template how = {.item = item,
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .now_ms = NOW,
	    .lang = lang};

	ctl_template_print(text, &how);
}

static void
every_template_passes_the_check_after_filling(void **state)
{
	for (int item = 0; item <= NRS_ITEM_C3; item++) {
		struct nrs_arena *arena = nrs_arena_new();
		struct nrs_buf text = {0};
		struct ctl_draft draft;
		struct nrs_err err = {0};
		template_of(&text, (enum nrs_item_type)item,
		    item % 2 == 0 ? "ja" : "en");
		if (ctl_draft_parse(arena, bytes(nrs_buf_str(&text)), &draft,
		        &err) != NRS_OK)
			fail_msg("item %d: %s: %s\n%s", item, err.field,
			    err.text, nrs_buf_str(&text));
		fill(arena, &draft);
		mint(arena, &draft);
		if (check(&draft, &err) != NRS_OK)
			fail_msg("item %d: %s: %s", item, err.field, err.text);
		nrs_buf_fini(&text);
		nrs_arena_free(arena);
	}
}

static void
a_template_has_the_sub_items_of_the_matrix(void **state)
{
	struct nrs_buf text = {0};

	template_of(&text, NRS_ITEM_BC2, "ja");
	assert_non_null(strstr(nrs_buf_str(&text), "\"脆弱性情報\""));
	assert_non_null(strstr(nrs_buf_str(&text), "\"対策\""));
	assert_non_null(strstr(nrs_buf_str(&text), "\"vulns\""));
	nrs_buf_reset(&text);
	template_of(&text, NRS_ITEM_C2, "ja");
	assert_non_null(strstr(nrs_buf_str(&text), "\"災害の現地情報\""));
	assert_null(strstr(nrs_buf_str(&text), "\"vulns\""));
	nrs_buf_fini(&text);
}

static void
an_untouched_template_is_refused_for_its_title(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_buf text = {0};
	struct ctl_draft draft;
	struct nrs_err err = {0};

	template_of(&text, NRS_ITEM_BC2, "ja");
	assert_int_equal(
	    ctl_draft_parse(arena, bytes(nrs_buf_str(&text)), &draft, &err),
	    NRS_OK);
	assert_int_equal(draft.content->n_sections, 0);
	assert_int_equal(draft.content->n_countermeasures, 0);
	assert_int_equal(draft.content->n_vulns, 0);
	mint(arena, &draft);
	assert_int_equal(check(&draft, &err), NRS_REJECT);
	assert_string_equal(err.field, "title");
	nrs_buf_fini(&text);
	nrs_arena_free(arena);
}

static void
a_wrong_draft_names_field_and_rule(void **state)
{
	static const struct {
		const char *text, *field;
	} cases[] = {
	    {"{\"titel\":\"x\"}", "titel"},
	    {"{\"urgency\":\"SOON\"}", "urgency"},
	    {"{\"title\":7}", "title"},
	    {"{\"sections\":[{\"label\":\"a\",\"txt\":\"b\"}]}",
	        "sections[0].txt"},
	    {"{\"recipients\":\"op\"}", "recipients"},
	    {"{\"thread_id\":\"t\"}", "thread_id"},
	    {"{\"revision\":2}", "revision"},
	    {"{\"kind\":\"RETRACTION\"}", "kind"},
	    {"{\"supersedes\":[\"t\"]}", "supersedes"},
	    {"{\"schema_version\":1}", "schema_version"},
	};
	struct nrs_arena *arena = nrs_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ctl_draft draft;
		struct nrs_err err = {0};
		assert_int_equal(
		    ctl_draft_parse(arena, bytes(cases[i].text), &draft, &err),
		    NRS_REJECT);
		assert_string_equal(err.field, cases[i].field);
		assert_string_not_equal(err.rule, "");
	}
	nrs_arena_free(arena);
}

static void
comments_are_left_out_and_lines_keep_their_numbers(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_draft draft;
	struct nrs_err err = {0};

	assert_int_equal(ctl_draft_parse(arena,
	                     bytes("// { \"x\"\n{\n  // \"title\": \"no\",\n"
	                           "\"title\": \"// stays\"\n}\n//"),
	                     &draft, &err),
	    NRS_OK);
	assert_string_equal(draft.content->title, "// stays");
	assert_int_equal(
	    ctl_draft_parse(
	        arena, bytes("// one\n// two\n{\n  oops\n}"), &draft, &err),
	    NRS_REJECT);
	assert_non_null(strstr(err.text, "line 4"));
	nrs_arena_free(arena);
}

/* A notice of the real thing belongs to no exercise, whatever is configured. */
static void
only_an_exercise_gets_the_configured_exercise_id(void **state)
{
	static const struct {
		enum nrs_mode mode;
		const char *text, *want;
	} cases[] = {
	    {NRS_MODE_EXERCISE, "{}", "drill-1"},
	    {NRS_MODE_EXERCISE, "{\"exercise_id\":\"drill-2\"}", "drill-2"},
	    {NRS_MODE_ACTUAL, "{}", ""},
	    {NRS_MODE_TEST, "{}", ""},
	};
	struct nrs_arena *arena = nrs_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ctl_mint how = {.mode = cases[i].mode,
		    .originator = "",
		    .exercise_id = "drill-1"};
		struct ctl_draft draft;
		assert_int_equal(
		    ctl_draft_parse(arena, bytes(cases[i].text), &draft, NULL),
		    NRS_OK);
		ctl_draft_mint(arena, &how, &draft);
		assert_string_equal(draft.content->exercise_id, cases[i].want);
	}
	nrs_arena_free(arena);
}

static void
minting_makes_ids_times_and_a_new_salt_each_time(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_draft one, two;
	struct nrs_err err = {0};

	assert_int_equal(
	    ctl_draft_parse(arena, bytes("{\"title\":\"x\"}"), &one, &err),
	    NRS_OK);
	assert_int_equal(
	    ctl_draft_parse(arena, bytes("{\"title\":\"x\"}"), &two, &err),
	    NRS_OK);
	mint(arena, &one);
	mint(arena, &two);
	assert_string_equal(one.content->thread_id, one.content->notice_id);
	assert_string_not_equal(one.content->notice_id, two.content->notice_id);
	assert_int_equal(one.content->revision, 1);
	assert_int_equal(one.content->issued_at, NOW);
	assert_string_equal(one.addressing->originator, "desk");
	assert_true(one.addressing->salt.len >= 16);
	assert_false(
	    nrs_bytes_equal(one.addressing->salt, two.addressing->salt));
	nrs_arena_free(arena);
}

static void
a_later_notice_keeps_the_thread_and_drops_what_was_its_predecessors(
    void **state)
{
	static const char *before[] = {"n1"};
	const struct ctl_successor after = {.thread_id = "n1",
	    .revision = 2,
	    .kind = NRS_KIND_CORRECTION,
	    .supersedes = before,
	    .n_supersedes = 1};
	const struct ctl_mint how = {.now_ms = NOW,
	    .mode = NRS_MODE_ACTUAL,
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .originator = "",
	    .after = &after};
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_draft base, draft;
	struct nrs_err err = {0};

	assert_int_equal(
	    ctl_draft_parse(arena,
	        bytes("{\"notice_id\":\"n1\",\"title\":\"x\",\"impact\":\"y\","
	              "\"is_final\":true,\"revision_reason\":\"old\","
	              "\"sectors\":[\"power\"]}"),
	        &base, &err),
	    NRS_OK);
	assert_int_equal(
	    ctl_draft_overlay(arena, &base,
	        bytes("// c\n{\"title\":\"z\",\"impact\":null}"), &draft, &err),
	    NRS_OK);
	ctl_draft_mint(arena, &how, &draft);
	assert_string_equal(draft.content->title, "z");
	assert_string_equal(draft.content->impact, "");
	assert_string_equal(draft.addressing->sectors[0], "power");
	assert_string_not_equal(draft.content->notice_id, "n1");
	assert_string_equal(draft.content->thread_id, "n1");
	assert_int_equal(draft.content->revision, 2);
	assert_string_equal(draft.content->supersedes[0], "n1");
	assert_string_equal(draft.content->revision_reason, "");
	assert_false(draft.content->is_final);
	nrs_arena_free(arena);
}

/* ---- translations ---- */

static const char both[] =
    "{\"title\":\"題名\",\"summary\":\"要旨\",\"sectors\":[\"power\"],"
    "\"lang\":\"ja\",\"countermeasures\":[{\"text\":\"更新する\"}],"
    "\"translations\":[{\"lang\":\"en\",\"title\":\"Title\","
    "\"summary\":\"Summary\",\"countermeasures\":[\"Update\"],"
    "\"revision_reason\":\"of the last one\"}]}";

static enum nrs_rc
revised(const char *over, struct ctl_draft *draft, struct nrs_arena *arena)
{
	struct ctl_draft base;
	struct nrs_err err = {0};

	assert_int_equal(
	    ctl_draft_parse(arena, bytes(both), &base, &err), NRS_OK);
	assert_int_equal(
	    ctl_draft_overlay(arena, &base, bytes(over), draft, &err), NRS_OK);
	return ctl_draft_check_retold(arena, &base, draft, &err);
}

static void
a_text_does_not_change_and_leave_its_translation_behind(void **state)
{
	static const char anew[] =
	    "{\"summary\":\"新\",\"translations\":[{\"lang\":\"en\","
	    "\"title\":\"Title\",\"summary\":\"New\","
	    "\"countermeasures\":[\"Update\"]}]}";
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_draft draft;

	assert_int_equal(
	    revised("{\"summary\":\"新\"}", &draft, arena), NRS_REJECT);
	assert_int_equal(revised(anew, &draft, arena), NRS_OK);
	assert_int_equal(
	    revised("{\"summary\":\"新\",\"translations\":[]}", &draft, arena),
	    NRS_OK);
	assert_int_equal(draft.content->n_translations, 0);
	/* what is no text may change by itself, a translation too */
	assert_int_equal(
	    revised("{\"urgency\":\"PRIORITY\"}", &draft, arena), NRS_OK);
	assert_int_equal(draft.content->n_translations, 1);
	assert_string_equal(draft.content->translations[0].title, "Title");
	assert_string_equal(draft.content->translations[0].revision_reason, "");
	nrs_arena_free(arena);
}

static void
an_untouched_translation_of_a_template_is_left_out(void **state)
{
	static const char text[] =
	    "{\"title\":\"x\",\"translations\":[{\"lang\":\"en\","
	    "\"title\":\"\",\"summary\":\"\",\"sections\":[{\"label\":\"\","
	    "\"text\":\"\"}],\"countermeasures\":[\"\"]}]}";
	struct nrs_arena *arena = nrs_arena_new();
	struct ctl_draft draft;
	struct nrs_err err = {0};

	assert_int_equal(
	    ctl_draft_parse(arena, bytes(text), &draft, &err), NRS_OK);
	assert_int_equal(draft.content->n_translations, 0);
	nrs_arena_free(arena);
}

/* As a person who takes the marks of the comment away and fills it in. */
static void
the_translation_of_a_template_can_be_filled_in(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_buf text = {0};
	struct ctl_draft draft;
	struct nrs_err err = {0};
	char *at;

	template_of(&text, NRS_ITEM_BC2, "en");
	at = strstr(text.data, "// \"translations\"");
	assert_non_null(at);
	for (int line = 0; line < 3; line++) {
		memcpy(at, "  ", 2);
		at = strstr(at, "//");
	}
	assert_int_equal(
	    ctl_draft_parse(arena, bytes(text.data), &draft, &err), NRS_OK);
	nrs_buf_fini(&text);
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_template_passes_the_check_after_filling),
	    cmocka_unit_test(a_template_has_the_sub_items_of_the_matrix),
	    cmocka_unit_test(an_untouched_template_is_refused_for_its_title),
	    cmocka_unit_test(a_wrong_draft_names_field_and_rule),
	    cmocka_unit_test(
	        comments_are_left_out_and_lines_keep_their_numbers),
	    cmocka_unit_test(
	        a_text_does_not_change_and_leave_its_translation_behind),
	    cmocka_unit_test(
	        an_untouched_translation_of_a_template_is_left_out),
	    cmocka_unit_test(the_translation_of_a_template_can_be_filled_in),
	    cmocka_unit_test(only_an_exercise_gets_the_configured_exercise_id),
	    cmocka_unit_test(minting_makes_ids_times_and_a_new_salt_each_time),
	    cmocka_unit_test(
	        a_later_notice_keeps_the_thread_and_drops_what_was_its_predecessors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
