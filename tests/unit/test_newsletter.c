/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden newsletters: tests/golden/news/NAME.txt and .html are what a person
 * reviewed. After a wanted change: NRS_GOLDEN_UPDATE=1 make test-unit
 * T=newsletter, then read the diff, then `make newsletter-shots` and look.
 *
 * long: one issue, and all that is true of its editions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/text.h"
#include "noroshi/core/newsletter.h"
#include "noroshi/io/markdown.h"
#include "support/issue.h"

#define GOLDEN "tests/golden/news/"

static struct nrs_arena *arena;
static struct issue issue;
static const bool *had; /* by its items; NULL: nobody had any */

static int
setup(void **state)
{
	(void)state;
	arena = nrs_arena_new();
	issue_make(&issue, "ja");
	had = NULL;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static struct nrs_edition
edition_for(enum nrs_tlp clearance)
{
	struct nrs_edition edition;

	assert_true(nrs_newsletter_edition(arena,
	    &(struct nrs_edition_query){.issue = &issue.letter,
	        .contents = issue.contents,
	        .clearance = clearance,
	        .had = had},
	    &edition));
	return edition;
}

static struct nrs_rendered
render(const struct nrs_edition *edition, const char *lang)
{
	const struct nrs_newsletter_render in = {.edition = edition,
	    .lang = lang,
	    .sector = strcmp(lang, "en") == 0 ? "Electric power" : "電力",
	    .sender =
	        strcmp(lang, "en") == 0 ? "NISC (now NCO)" : "NISC(現 NCO)",
	    .desk = "desk@noroshi.example",
	    .rich = nrs_markdown_html};
	struct nrs_rendered out;

	nrs_newsletter_render(arena, &in, &out);
	return out;
}

static struct nrs_rendered
render_for(enum nrs_tlp clearance)
{
	const struct nrs_edition edition = edition_for(clearance);

	return render(&edition, "ja");
}

/* ---- golden files ---- */

static struct nrs_bytes
read_file(const char *path)
{
	struct nrs_buf buf = {0};
	struct nrs_bytes out;
	FILE *f = fopen(path, "rb");
	int c;

	while (f != NULL && (c = fgetc(f)) != EOF)
		nrs_buf_addc(&buf, (char)c);
	if (f != NULL)
		assert_int_equal(fclose(f), 0);
	out = nrs_arena_bytes(arena, nrs_buf_str(&buf), buf.len);
	nrs_buf_fini(&buf);
	return out;
}

static void
compare_with_golden(const char *name, const char *got)
{
	const char *path = nrs_arena_printf(arena, GOLDEN "%s", name);
	struct nrs_bytes want;
	FILE *f;

	if (getenv("NRS_GOLDEN_UPDATE") != NULL) {
		f = fopen(path, "wb");
		assert_non_null(f);
		assert_int_equal(fwrite(got, 1, strlen(got), f), strlen(got));
		assert_int_equal(fclose(f), 0);
	}
	want = read_file(path);
	if (want.len != strlen(got) || memcmp(want.data, got, want.len) != 0)
		fail_msg("%s differs; got:\n%s", path, got);
}

static void
compare(enum nrs_tlp clearance, const char *label, const char *lang)
{
	struct nrs_edition edition;
	struct nrs_rendered r;

	issue_make(&issue, lang);
	edition = edition_for(clearance);
	r = render(&edition, lang);
	compare_with_golden(nrs_arena_printf(arena, "%s.%s.txt", label, lang),
	    nrs_arena_printf(arena, "Subject: %s\n%s(greeting)\n%s", r.subject,
	        r.text_head, r.text));
	/* As io/mime.c puts it together. */
	compare_with_golden(nrs_arena_printf(arena, "%s.%s.html", label, lang),
	    nrs_arena_printf(arena,
	        "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>"
	        "<meta charset=\"utf-8\">\n<title>%s</title>%s</head>\n"
	        "<body>\n%s<p>%s</p>\n%s</body>\n</html>\n",
	        lang, r.subject, r.html_meta, r.html_head,
	        strcmp(lang, "en") == 0 ? "To: Kitayama Power CSIRT"
	                                : "北山電力 CSIRT 御中",
	        r.html));
}

static void
three_editions_read_as_reviewed_in_both_languages(void **state)
{
	static const char *const langs[] = {"ja", "en"};
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		compare(NRS_TLP_CLEAR, "clear", langs[i]);
		compare(NRS_TLP_GREEN, "green", langs[i]);
		compare(NRS_TLP_AMBER, "amber", langs[i]);
	}
}

/* ---- who may see what ---- */

static bool
says(const struct nrs_rendered *r, const char *what)
{
	return strstr(r->subject, what) != NULL ||
	       strstr(r->text_head, what) != NULL ||
	       strstr(r->text, what) != NULL ||
	       strstr(r->html_head, what) != NULL ||
	       strstr(r->html, what) != NULL;
}

static bool
may_see(enum nrs_tlp clearance, enum nrs_tlp label)
{
	if (label == NRS_TLP_RED || clearance == NRS_TLP_UNSPECIFIED)
		return label == NRS_TLP_CLEAR;
	return label >= clearance;
}

static void
holds_what_it_may(enum nrs_tlp clearance)
{
	const struct nrs_rendered r = render_for(clearance);
	const struct nrs_newsletter_item *item;
	size_t i;

	assert_false(says(&r, "must never be seen"));
	for (i = 0; i < issue.letter.n_items; i++) {
		item = &issue.items[i];
		assert_int_equal(
		    says(&r, item->notice_id), may_see(clearance, item->tlp));
	}
}

static void
no_edition_holds_a_word_above_its_readers_clearance(void **state)
{
	(void)state;
	holds_what_it_may(NRS_TLP_CLEAR);
	holds_what_it_may(NRS_TLP_GREEN);
	holds_what_it_may(NRS_TLP_AMBER);
	holds_what_it_may(NRS_TLP_AMBER_STRICT);
	holds_what_it_may(NRS_TLP_RED);
	holds_what_it_may(NRS_TLP_UNSPECIFIED);
}

static void
an_edition_bears_the_strictest_label_in_it(void **state)
{
	(void)state;
	assert_int_equal(edition_for(NRS_TLP_CLEAR).label, NRS_TLP_CLEAR);
	assert_int_equal(edition_for(NRS_TLP_GREEN).label, NRS_TLP_GREEN);
	assert_int_equal(edition_for(NRS_TLP_AMBER).label, NRS_TLP_AMBER);
	/* nothing is AMBER+STRICT: the same edition, the same label */
	assert_int_equal(
	    edition_for(NRS_TLP_AMBER_STRICT).label, NRS_TLP_AMBER);
	assert_int_equal(edition_for(NRS_TLP_RED).label, NRS_TLP_AMBER);
}

static void
the_stricter_of_two_labels_counts(void **state)
{
	size_t i, n = edition_for(NRS_TLP_CLEAR).n_items;

	(void)state;
	for (i = 0;
	     issue.contents[i] == NULL || issue.said[i].tlp != NRS_TLP_CLEAR;
	     i++)
		;
	issue.items[i].tlp = NRS_TLP_AMBER;
	assert_int_equal(edition_for(NRS_TLP_CLEAR).n_items, n - 1);
	issue.items[i].tlp = NRS_TLP_CLEAR;
	issue.said[i].tlp = NRS_TLP_AMBER;
	assert_int_equal(edition_for(NRS_TLP_CLEAR).n_items, n - 1);
	issue.said[i].tlp = NRS_TLP_UNSPECIFIED;
	assert_int_equal(edition_for(NRS_TLP_CLEAR).n_items, n - 1);
}

static void
numbers_show_no_gap_where_something_is_left_out(void **state)
{
	const struct nrs_edition edition = edition_for(NRS_TLP_CLEAR);
	uint32_t number = 0;
	size_t i;

	(void)state;
	for (i = 0; i < edition.n_items; i++)
		if (edition.items[i].number > 0)
			assert_int_equal(edition.items[i].number, ++number);
	assert_int_equal(number, 3);
}

static void
sections_come_in_their_order(void **state)
{
	const struct nrs_edition edition = edition_for(NRS_TLP_AMBER);
	size_t i;

	(void)state;
	for (i = 1; i < edition.n_items; i++)
		assert_true(
		    edition.items[i - 1].section <= edition.items[i].section);
}

static void
what_nobody_verified_is_left_out(void **state)
{
	size_t i, n = edition_for(NRS_TLP_AMBER).n_items;

	(void)state;
	for (i = 0; issue.contents[i] == NULL; i++)
		;
	i++; /* the first is RED */
	issue.contents[i] = NULL;
	issue.items[i].title = "somebody's word";
	assert_int_equal(edition_for(NRS_TLP_AMBER).n_items, n - 1);
}

/* An AMBER correction of what an issue had as GREEN. */
static void
a_stub_is_a_line_that_says_that_it_changed_and_no_more(void **state)
{
	static struct nrs_alert stub = {.stub = true};
	struct nrs_edition edition;
	struct nrs_rendered out;
	const char *line;
	size_t i = 0;

	(void)state;
	while (issue.items[i].tlp != NRS_TLP_AMBER || issue.contents[i] == NULL)
		i++;
	issue.items[i].stub = &stub;
	issue.items[i].carried_tlp = NRS_TLP_GREEN;
	issue.items[i].kind = NRS_KIND_RETRACTION;
	line = nrs_arena_printf(
	    arena, "以前お送りした情報の取消 (%s)", issue.items[i].thread_id);
	assert_int_equal(edition_for(NRS_TLP_AMBER).n_stubs, 0);
	edition = edition_for(NRS_TLP_GREEN);
	assert_int_equal(edition.n_stubs, 1);
	assert_int_equal(edition.label, NRS_TLP_GREEN);
	out = render(&edition, "ja");
	assert_non_null(strstr(out.html, line));
	/* folded in the text */
	assert_non_null(strstr(out.text, "以前お送りした情報の取消"));
	assert_non_null(strstr(out.text, issue.items[i].thread_id));
	assert_null(strstr(out.text, issue.said[i].title));
	assert_null(strstr(out.html, issue.said[i].title));
	assert_null(strstr(out.text, "AMBER"));
	assert_int_equal(edition_for(NRS_TLP_CLEAR).n_stubs, 0);
}

static void
an_edition_without_items_is_none(void **state)
{
	struct nrs_edition_query query = {.issue = &issue.letter,
	    .contents = issue.contents,
	    .clearance = NRS_TLP_GREEN};
	struct nrs_edition edition;
	size_t i;

	(void)state;
	for (i = 0; i < issue.letter.n_items; i++)
		issue.items[i].tlp = NRS_TLP_AMBER;
	assert_false(nrs_newsletter_edition(arena, &query, &edition));
	issue.letter.n_items = 0;
	query.clearance = NRS_TLP_AMBER;
	assert_false(nrs_newsletter_edition(arena, &query, &edition));
}

/* ---- what it says ---- */

static void
a_late_issue_and_a_drill_say_so_first(void **state)
{
	struct nrs_rendered r;

	(void)state;
	issue.letter.late = true;
	r = render_for(NRS_TLP_GREEN);
	assert_non_null(strstr(r.subject, "【遅延】"));
	assert_non_null(strstr(r.text_head, "遅れて"));
	assert_non_null(strstr(r.html_head, "遅れて"));
	issue.letter.mode = NRS_MODE_EXERCISE;
	r = render_for(NRS_TLP_GREEN);
	assert_non_null(strstr(r.subject, "[TLP:GREEN]【訓練】"));
	assert_memory_equal(r.text_head, "【訓練】", strlen("【訓練】"));
	assert_true(
	    strstr(r.html_head, "【訓練】") < strstr(r.html_head, "<h1"));
}

static void
a_label_is_in_the_subject_and_at_each_item(void **state)
{
	const struct nrs_rendered r = render_for(NRS_TLP_AMBER);

	(void)state;
	assert_memory_equal(r.subject, "[TLP:AMBER] 電力 ", 19);
	assert_non_null(strstr(r.text, "[TLP:GREEN] 遠隔保守"));
	assert_non_null(strstr(r.html, "TLP:GREEN</span>"));
}

static void
hostile_words_stay_words(void **state)
{
	static const char *const active[] = {"<script", "<img", "<b onclick",
	    "href=\"javascript:", "<style>*", "<meta"};
	struct nrs_rendered r;
	size_t i;

	(void)state;
	for (i = 0; i < issue.letter.n_items; i++) {
		if (issue.contents[i] == NULL) {
			issue.items[i].title =
			    "</td></table><script>alert(1)</script>";
			continue;
		}
		issue.said[i].title = "\"><img src=x onerror=alert(1)>";
		issue.said[i].summary = "<style>*{display:none}</style>\n"
		                        "[x](javascript:alert(1)) "
		                        "<b onclick=\"x\">x</b>";
		issue.said[i].originator_text = "<script>x</script>";
		issue.said[i].revision_reason = "<meta http-equiv=refresh>";
		if (issue.said[i].n_translations > 0) {
			issue.said[i].translations[0].title =
			    issue.said[i].title;
			issue.said[i].translations[0].summary =
			    issue.said[i].summary;
		}
		issue.items[i].notice_id = issue.said[i].notice_id = "<script>";
	}
	r = render_for(NRS_TLP_AMBER);
	for (i = 0; i < sizeof(active) / sizeof(active[0]); i++)
		assert_null(strstr(r.html, active[i]));
	assert_non_null(strstr(r.text, "<script>alert(1)</script>"));
}

static void
an_item_in_another_language_says_which(void **state)
{
	const struct nrs_edition edition = edition_for(NRS_TLP_AMBER);
	struct nrs_rendered r = render(&edition, "en");

	(void)state;
	assert_non_null(strstr(r.html, "border-bottom:1px solid #dbe2ea\" "
	                               "lang=\"ja\""));
	r = render(&edition, "ja");
	assert_null(strstr(r.html, "border-bottom:1px solid #dbe2ea\" lang"));
}

static size_t
times(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
two_languages_stand_side_by_side_each_named(void **state)
{
	const struct nrs_edition edition = edition_for(NRS_TLP_GREEN);
	const struct nrs_rendered ja = render(&edition, "ja");
	const struct nrs_rendered en = render(&edition, "en");

	(void)state;
	assert_int_equal(times(ja.html, "class=\"co"), 2);
	assert_true(strstr(ja.html, "日本語 (原文)") <
	            strstr(ja.html, "English (translation)"));
	assert_true(strstr(en.html, "English (translation)") <
	            strstr(en.html, "日本語 (原文)"));
	assert_non_null(strstr(ja.html, "<td valign=\"top\" width=\"50%\""));
	assert_non_null(strstr(ja.html_meta, ".co{display:block!important"));
	assert_true(strstr(en.text, "] More scans") <
	            strstr(en.text, "---- 日本語 (原文)"));
	/* the contents in the reader's language only */
	assert_int_equal(times(en.text, "遠隔保守の入口を探す通信の増加"), 1);
	/* a deadline in each language's words */
	assert_non_null(strstr(en.text, "by 27 Nov 2026 15:00 JST"));
	assert_non_null(strstr(en.text, "(期限: 2026年"));
}

static void
a_line_bears_the_title_in_the_readers_language(void **state)
{
	static struct nrs_translation titles[] = {
	    {.lang = "en", .title = "Before the holidays"}};
	struct nrs_edition edition;
	struct nrs_rendered r;

	(void)state;
	issue.items[0].titles = titles;
	issue.items[0].n_titles = 1;
	edition = edition_for(NRS_TLP_CLEAR);
	r = render(&edition, "en");
	assert_true(says(&r, "Before the holidays"));
	assert_false(says(&r, issue.items[0].title));
	r = render(&edition, "ja");
	assert_true(says(&r, issue.items[0].title));
	titles[0].title = "two\nlines";
	r = render(&edition, "en");
	assert_true(says(&r, issue.items[0].title));
	titles[0].title = "Before the holidays";
	/* what may not be said may not be said in any language */
	issue.items[0].title = "";
	edition = edition_for(NRS_TLP_CLEAR);
	r = render(&edition, "en");
	assert_false(says(&r, "Before the holidays"));
}

static void
a_title_that_is_no_line_is_not_said(void **state)
{
	struct nrs_rendered r;

	(void)state;
	issue.items[0].title = "two\nlines";
	issue.items[1].title = "\xe2\x80\xaeright to left";
	r = render_for(NRS_TLP_AMBER);
	assert_false(says(&r, "two"));
	assert_false(says(&r, "right to left"));
	assert_true(nrs_text_is_line(r.subject));
	assert_true(nrs_text_is_block(r.text));
	assert_true(nrs_text_is_block(r.html));
}

static void
nothing_is_fetched_and_nothing_runs(void **state)
{
	static const char *const bad[] = {
	    "<script", "<link", "<img", "src=", "@import", "url(", "<form"};
	const struct nrs_rendered r = render_for(NRS_TLP_AMBER);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(strstr(r.html_meta, bad[i]));
		assert_null(strstr(r.html_head, bad[i]));
		assert_null(strstr(r.html, bad[i]));
	}
}

static void
the_same_issue_gives_the_same_bytes(void **state)
{
	const struct nrs_rendered a = render_for(NRS_TLP_AMBER);
	const struct nrs_rendered b = render_for(NRS_TLP_AMBER);

	(void)state;
	assert_string_equal(a.html, b.html);
	assert_string_equal(a.text, b.text);
	assert_string_equal(a.subject, b.subject);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(three_editions_read_as_reviewed_in_both_languages),
	    TEST(no_edition_holds_a_word_above_its_readers_clearance),
	    TEST(an_edition_bears_the_strictest_label_in_it),
	    TEST(the_stricter_of_two_labels_counts),
	    TEST(numbers_show_no_gap_where_something_is_left_out),
	    TEST(sections_come_in_their_order),
	    TEST(what_nobody_verified_is_left_out),
	    TEST(a_stub_is_a_line_that_says_that_it_changed_and_no_more),
	    TEST(an_edition_without_items_is_none),
	    TEST(a_late_issue_and_a_drill_say_so_first),
	    TEST(a_label_is_in_the_subject_and_at_each_item),
	    TEST(hostile_words_stay_words),
	    TEST(an_item_in_another_language_says_which),
	    TEST(two_languages_stand_side_by_side_each_named),
	    TEST(a_line_bears_the_title_in_the_readers_language),
	    TEST(a_title_that_is_no_line_is_not_said),
	    TEST(nothing_is_fetched_and_nothing_runs),
	    TEST(the_same_issue_gives_the_same_bytes),
	};

	return cmocka_run_group_tests_name("newsletter", tests, NULL, NULL);
}
