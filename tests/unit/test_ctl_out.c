/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden output: tests/golden/ctl/NAME.ok is what a person reviewed. After a
 * wanted change: NRS_GOLDEN_UPDATE=1 make test-unit T=ctl_out, then read the
 * diff.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/ctl.h"
#include "ctl/reach_view.h"
#include "ctl/template.h"
#include "ctl/view.h"

#define GOLDEN "tests/golden/ctl/"

static void
compare_with_golden(const char *name, const char *got)
{
	char path[128];
	char *want = calloc(1, 65536);
	FILE *f;

	(void)snprintf(path, sizeof(path), GOLDEN "%s.ok", name);
	if (getenv("NRS_GOLDEN_UPDATE") != NULL) {
		f = fopen(path, "wb");
		assert_non_null(f);
		assert_true(fputs(got, f) >= 0);
		assert_int_equal(fclose(f), 0);
	}
	f = fopen(path, "rb");
	if (f != NULL) {
		(void)!fread(want, 1, 65535, f);
		(void)fclose(f);
	}
	if (strcmp(want, got) != 0)
		fail_msg("%s differs; got:\n%s", path, got);
	free(want);
}

struct page {
	struct ctl ctl;
	char *text;
	size_t len;
	FILE *file;
};

static void
page_begin(struct page *page, const char *lang, bool json)
{
	*page = (struct page){0};
	page->file = open_memstream(&page->text, &page->len);
	page->ctl.arena = nrs_arena_new();
	page->ctl.out = ctl_out_new(&(struct ctl_out_conf){
	    .file = page->file, .lang = lang, .json = json});
}

static void
page_end(struct page *page, const char *golden)
{
	ctl_out_free(page->ctl.out);
	(void)fclose(page->file);
	nrs_arena_free(page->ctl.arena);
	compare_with_golden(golden, page->text);
	free(page->text);
}

static enum nrs_route both[] = {NRS_ROUTE_REALTIME, NRS_ROUTE_NEWSLETTER};
static const char *rules[] = {"cell:B_C/HEIGHTENED/PRIORITY", "override:3"};
static struct nrs_classification copies[] = {
    {.column = NRS_COLUMN_B_C,
        .sector = "finance",
        .ceptoar = "",
        .posture = NRS_POSTURE_HEIGHTENED,
        .routes = both,
        .n_routes = 2,
        .route_rule = "cell:B_C/HEIGHTENED/PRIORITY",
        .rules = rules,
        .n_rules = 2,
        .arrangement_id = ""},
    {.column = NRS_COLUMN_B_C,
        .sector = "power",
        .ceptoar = "power",
        .posture = NRS_POSTURE_NORMAL,
        .routes = both + 1,
        .n_routes = 1,
        .route_rule = "cell:B_C/NORMAL/PRIORITY",
        .arrangement_id = ""},
};
static const char *topics[] = {"alert.finance.amber", "dispatch.alert"};
static const struct nrs_outcome outcome = {
    .submission_id = "019ab000-0000-7000-8000-000000000002",
    .type = NRS_SUBMISSION_NOTICE,
    .mode = NRS_MODE_ACTUAL,
    .thread_id = "019ab000-0000-7000-8000-000000000001",
    .revision = 2,
    .kind = NRS_KIND_FOLLOW_UP,
    .verdict = NRS_VERDICT_RELEASED,
    .field = "",
    .rule = "",
    .text = "",
    .accepted_at = INT64_C(1795480496000),
    .decided_at = INT64_C(1795480496000),
    .journal_offset = 41,
    .copies = copies,
    .n_copies = 2,
    .topics = topics,
    .n_topics = 2,
    .tlp = NRS_TLP_AMBER,
    .item_type = NRS_ITEM_BC2,
    .next_deadline_id = "",
    .posture_review = true,
};

static void
outcomes_look_as_reviewed(void **state)
{
	struct page page;

	page_begin(&page, "ja", false);
	ctl_view_outcome(&page.ctl, &outcome);
	ctl_view_outcome_row(&page.ctl, &outcome, "題名");
	page_end(&page, "outcome.ja");
	page_begin(&page, "en", false);
	ctl_view_outcome(&page.ctl, &outcome);
	ctl_view_outcome_row(&page.ctl, &outcome, NULL);
	ctl_view_outcome_row(&page.ctl, &outcome, NULL);
	page_end(&page, "outcome.en");
	page_begin(&page, "en", true);
	ctl_view_outcome(&page.ctl, &outcome);
	page_end(&page, "outcome.json");
}

static struct nrs_section sections[] = {{"脆弱性情報", "一行目\n二行目"}};
static struct nrs_countermeasure measures[] = {
    {"更新する。", INT64_C(1795490496000)}, {"記録を保全する。", 0}};
static const struct nrs_content content = {
    .notice_id = "n2",
    .thread_id = "n1",
    .revision = 2,
    .kind = NRS_KIND_CORRECTION,
    .revision_reason = "範囲の誤り",
    .mode = NRS_MODE_EXERCISE,
    .urgency = NRS_URGENCY_PRIORITY,
    .item_type = NRS_ITEM_BC2,
    .tlp = NRS_TLP_AMBER_STRICT,
    .lang = "ja",
    .title = "題名 \033[31mred\033[0m \xc2\x9b",
    .summary = "要旨",
    .sections = sections,
    .n_sections = 1,
    .countermeasures = measures,
    .n_countermeasures = 2,
    .nisc_comment = "",
    .impact = "",
    .issued_at = INT64_C(1795480496000),
};

static void
notices_look_as_reviewed_and_command_no_terminal(void **state)
{
	static const char *const langs[] = {"ja", "en"};
	struct page page;

	for (size_t i = 0; i < 2; i++) {
		char name[32];
		page_begin(&page, langs[i], false);
		ctl_out_begin(page.ctl.out, CTL_BLOCK);
		ctl_view_content(&page.ctl, &content);
		ctl_out_end(page.ctl.out);
		assert_null(strchr(page.text, '\033'));
		(void)snprintf(name, sizeof(name), "notice.%s", langs[i]);
		page_end(&page, name);
	}
}

static void
two_languages_are_shown_the_readers_first(void **state)
{
	static struct nrs_section theirs[] = {{"Details", "One\ntwo"}};
	static const char *steps[] = {"Update.", "Keep the logs."};
	static struct nrs_translation english = {.lang = "en",
	    .title = "A title",
	    .summary = "A summary",
	    .sections = theirs,
	    .n_sections = 1,
	    .countermeasures = steps,
	    .n_countermeasures = 2,
	    .nisc_comment = "",
	    .impact = "",
	    .revision_reason = ""};
	static const char *const langs[] = {"ja", "en"};
	struct nrs_content said = content;
	struct page page;

	said.title = "題名";
	said.translations = &english;
	said.n_translations = 1;
	for (size_t i = 0; i < 2; i++) {
		char name[32];
		page_begin(&page, langs[i], false);
		ctl_out_begin(page.ctl.out, CTL_BLOCK);
		ctl_view_content(&page.ctl, &said);
		ctl_out_end(page.ctl.out);
		(void)snprintf(
		    name, sizeof(name), "two-languages.%s", langs[i]);
		page_end(&page, name);
	}
}

static void
a_retraction_asks_for_nothing_to_be_done(void **state)
{
	static const char *const langs[] = {"ja", "en"};
	struct nrs_content gone = content;
	struct page page;

	gone.kind = NRS_KIND_RETRACTION;
	gone.mode = NRS_MODE_ACTUAL;
	gone.title = "題名";
	for (size_t i = 0; i < 2; i++) {
		char name[32];
		page_begin(&page, langs[i], false);
		ctl_out_begin(page.ctl.out, CTL_BLOCK);
		ctl_view_content(&page.ctl, &gone);
		ctl_out_end(page.ctl.out);
		(void)snprintf(name, sizeof(name), "retraction.%s", langs[i]);
		page_end(&page, name);
	}
}

static void
a_stub_says_first_that_something_was_withdrawn(void **state)
{
	static const struct nrs_stub_content stub = {.notice_id = "n3",
	    .thread_id = "n1",
	    .revision = 3,
	    .kind = NRS_KIND_RETRACTION,
	    .mode = NRS_MODE_ACTUAL,
	    .issued_at = INT64_C(1795480496000)};
	static const char *const langs[] = {"ja", "en"};
	struct page page;

	for (size_t i = 0; i < 2; i++) {
		char name[32];
		page_begin(&page, langs[i], false);
		ctl_out_begin(page.ctl.out, CTL_BLOCK);
		ctl_view_stub(&page.ctl, &stub);
		ctl_out_end(page.ctl.out);
		(void)snprintf(name, sizeof(name), "stub.%s", langs[i]);
		page_end(&page, name);
	}
}

static void
print_reach(struct ctl *ctl)
{
	const struct ctl_tally tally = {.addressed = 21,
	    .arrived = 16,
	    .failed = 2,
	    .expired = 1,
	    .cancelled = 1,
	    .open = 1,
	    .acknowledged = 9,
	    .responses = {2, 3, 1, 1, 2},
	    .reasons =
	        {[NRS_FAILURE_CONTACT_STALE] = 1, [NRS_FAILURE_TIMEOUT] = 1},
	    .reminders = 5,
	    .escalations = 2,
	    .relayed = 12,
	    .relayed_of = 20,
	    .arrived_ms = {400, 65000, -1},
	    .acknowledged_ms = {7380000, -1, -1}};
	struct ctl_reach_group group = {.notice_id = "n1", .sector = ""};

	ctl_reach_row(ctl, &group, &tally);
	group.stage = NRS_SUBSCRIBER_OPERATOR;
	group.sector = "finance";
	ctl_reach_row(ctl, &group, &tally);
	ctl_reach_rest(ctl, &tally);
}

static void
reach_reads_as_reviewed(void **state)
{
	struct page page;

	page_begin(&page, "ja", false);
	print_reach(&page.ctl);
	page_end(&page, "reach.ja");
	page_begin(&page, "en", false);
	print_reach(&page.ctl);
	page_end(&page, "reach.en");
	page_begin(&page, "en", true);
	print_reach(&page.ctl);
	page_end(&page, "reach.json");
}

static void
usage_reads_as_reviewed(void **state)
{
	static const char *const langs[] = {"ja", "en"};
	size_t n;
	const struct ctl_command *commands = ctl_commands(&n);

	for (size_t i = 0; i < 2; i++) {
		char name[32], *text = NULL;
		size_t len;
		FILE *file = open_memstream(&text, &len);
		ctl_usage(file, NULL, langs[i]);
		for (size_t k = 0; k < n; k++) {
			(void)fputc('\n', file);
			ctl_usage(file, &commands[k], langs[i]);
		}
		(void)fclose(file);
		(void)snprintf(name, sizeof(name), "usage.%s", langs[i]);
		compare_with_golden(name, text);
		free(text);
	}
}

static void
templates_read_as_reviewed(void **state)
{
	static const struct {
		const char *name, *lang;
		enum nrs_item_type item;
	} cases[] = {{"template-bc2.ja", "ja", NRS_ITEM_BC2},
	    {"template-c1.en", "en", NRS_ITEM_C1},
	    {"template.en", "en", NRS_ITEM_UNSPECIFIED}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ctl_template how = {.item = cases[i].item,
		    .stream = NRS_STREAM_NISC_PROVISION,
		    .now_ms = INT64_C(1795480496000),
		    .lang = cases[i].lang};
		struct nrs_buf text = {0};
		ctl_template_print(&text, &how);
		compare_with_golden(cases[i].name, nrs_buf_str(&text));
		nrs_buf_fini(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(outcomes_look_as_reviewed),
	    cmocka_unit_test(notices_look_as_reviewed_and_command_no_terminal),
	    cmocka_unit_test(two_languages_are_shown_the_readers_first),
	    cmocka_unit_test(a_retraction_asks_for_nothing_to_be_done),
	    cmocka_unit_test(a_stub_says_first_that_something_was_withdrawn),
	    cmocka_unit_test(reach_reads_as_reviewed),
	    cmocka_unit_test(usage_reads_as_reviewed),
	    cmocka_unit_test(templates_read_as_reviewed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
