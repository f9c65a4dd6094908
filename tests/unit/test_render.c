/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Golden mails: tests/golden/mail/NAME.ok is what a person reviewed. After a
 * wanted change: NRS_GOLDEN_UPDATE=1 make test-unit T=render, then read the
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

#include "noroshi/base/buf.h"
#include "noroshi/core/render.h"

#define GOLDEN "tests/golden/mail/"

static struct nrs_countermeasure measures[] = {
    {"VPN装置の管理画面をインターネットから遮断し、認証ログを確認する。",
        1795600800000},
    {"提供元の修正版を適用する。適用できない場合は該当機能を無効にする。",
        1795514400000},
    {"利用者に不審なメールへの注意を呼びかける。", 0},
};
static struct nrs_section sections[] = {
    {"予兆(不審なアクセスの多発、不審メールの急増等)情報",
        "複数の分野で、同一の発信元からの認証試行が増えている。\n"
        "発信元は <203.0.113.0/24> & 'その周辺' である。"},
    {"トラフィックの観測情報", "443/tcp 宛てが平常時の約8倍。"},
};
static const char *cpes[] = {"cpe:2.3:a:example:vpn_gateway:9.1:*:*:*:*:*:*:*"};
static struct nrs_vulnerability one_vuln[] = {
    {.cve = "CVE-2026-12345",
        .jvndb_id = "JVNDB-2026-000123",
        .cpe = cpes,
        .n_cpe = 1,
        .cvss_vector = "",
        .cvss_score_x10 = 98},
};
static struct nrs_reference links[] = {
    {"提供元の案内", "https://vendor.example/advisory?id=1&lang=ja"},
    {"リンクにしてはならないもの", "javascript:alert(1)"},
};
static const char *voided[] = {"01932c5e-0000-7000-8000-000000000001"};

static struct nrs_content
notice(void)
{
	return (struct nrs_content){
	    .notice_id = "01932c5e-0000-7000-8000-000000000001",
	    .thread_id = "01932c5e-0000-7000-8000-000000000001",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .revision_reason = "",
	    .mode = NRS_MODE_ACTUAL,
	    .exercise_id = "",
	    .item_type = NRS_ITEM_BC3,
	    .urgency = NRS_URGENCY_IMMEDIATE,
	    .tlp = NRS_TLP_AMBER,
	    .lang = "ja",
	    .title = "VPN装置への不審な認証試行の急増について",
	    .summary = "国内の重要インフラ事業者のVPN装置に対する不審な認証試行"
	               "が急増しています。侵入に至った事例は確認されていません"
	               "が、早めの確認をお願いします。",
	    .sections = sections,
	    .n_sections = 2,
	    .countermeasures = measures,
	    .n_countermeasures = 3,
	    .nisc_comment = "",
	    .impact = "遠隔保守が利用できなくなるおそれがあります。",
	    .vulns = one_vuln,
	    .n_vulns = 1,
	    .references = links,
	    .n_references = 2,
	    .issued_at = 1795485600000,
	    .valid_until = 1796090400000,
	    .originator_text = "",
	    .tlp_widened_by = "",
	};
}

static struct nrs_content
revision(enum nrs_msg_kind kind, uint32_t number)
{
	struct nrs_content c = notice();

	c.notice_id = "01932c5e-0000-7000-8000-000000000002";
	c.revision = number;
	c.kind = kind;
	c.supersedes = voided;
	c.n_supersedes = 1;
	c.revision_reason =
	    "発信元の範囲に誤りがありました。正しくは 198.51.100.0/24 です。";
	return c;
}

static struct nrs_content
in_two_languages(struct nrs_content c)
{
	static struct nrs_section their_sections[] = {
	    {"Precursors", "More login attempts in several sectors.\n"
	                   "Sources: <203.0.113.0/24> & 'around' it."},
	    {"Traffic observed", "443/tcp: eight times the usual."}};
	static const char *their_measures[] = {
	    "Close the VPN management page to the internet and check the logs.",
	    "Apply the vendor's fix, or switch the function off.",
	    "Warn users of suspicious mails."};
	static struct nrs_translation english;

	english = (struct nrs_translation){.lang = "en",
	    .title = "A surge of suspicious logins at VPN gateways",
	    .summary = "Suspicious logins at VPN gateways of critical "
	               "infrastructure are rising fast. No intrusion is known, "
	               "but please check soon.",
	    .sections = their_sections,
	    .n_sections = 2,
	    .countermeasures = their_measures,
	    .n_countermeasures = 3,
	    .nisc_comment = "",
	    .impact = "Remote maintenance may become unavailable.",
	    .revision_reason = ""};
	c.translations = &english;
	c.n_translations = 1;
	return c;
}

static struct nrs_bytes
read_file(struct nrs_arena *arena, const char *path)
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
write_file(const char *path, const struct nrs_buf *buf)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(buf->data, 1, buf->len, f), buf->len);
	assert_int_equal(fclose(f), 0);
}

static void
compare_with_golden(const char *name, const struct nrs_render *in)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_rendered out;
	struct nrs_buf got = {0};
	struct nrs_bytes want;
	char path[128];

	nrs_render(arena, in, &out);
	nrs_buf_printf(&got, "Subject: %s\n", out.subject);
	nrs_buf_printf(
	    &got, "---- text\n%s(greeting)\n%s", out.text_head, out.text);
	nrs_buf_printf(
	    &got, "---- html\n%s(greeting)\n%s", out.html_head, out.html);
	(void)snprintf(path, sizeof(path), GOLDEN "%s.ok", name);
	if (getenv("NRS_GOLDEN_UPDATE") != NULL)
		write_file(path, &got);
	want = read_file(arena, path);
	if (want.len != got.len || memcmp(want.data, got.data, got.len) != 0)
		fail_msg("%s differs; got:\n%s", path, got.data);
	nrs_buf_fini(&got);
	nrs_arena_free(arena);
}

static void
compare_content(
    const char *name, const struct nrs_content *content, const char *lang)
{
	compare_with_golden(name,
	    &(struct nrs_render){.content = content,
	        .lang = lang,
	        .sender = "内閣官房 国家サイバー統括室",
	        .desk = "desk@example.jp",
	        .key_id = "0123456789abcdef",
	        .payload_sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649"
	                          "b934ca495991b7852b855"});
}

static void
a_first_report_puts_countermeasures_first(void **state)
{
	struct nrs_content c = notice();

	(void)state;
	compare_content("initial.ja", &c, "ja");
	compare_content("initial.en", &c, "en");
}

static void
two_languages_come_the_readers_first_the_other_below(void **state)
{
	struct nrs_content c = in_two_languages(notice());

	(void)state;
	compare_content("two-languages.ja", &c, "ja");
	compare_content("two-languages.en", &c, "en");
}

static void
a_retracted_drill_is_one_in_each_language(void **state)
{
	struct nrs_content c =
	    in_two_languages(revision(NRS_KIND_RETRACTION, 2));

	(void)state;
	c.mode = NRS_MODE_EXERCISE;
	c.exercise_id = "CEPTOAR-DRILL-2026";
	compare_content("two-languages-retraction.en", &c, "en");
}

static void
a_final_follow_up_says_what_changed(void **state)
{
	struct nrs_content c = revision(NRS_KIND_FOLLOW_UP, 3);

	(void)state;
	c.is_final = true;
	c.n_countermeasures = 0;
	c.no_countermeasure = true;
	compare_content("follow-up.ja", &c, "ja");
}

static void
a_correction_begins_with_what_it_voids(void **state)
{
	struct nrs_content c = revision(NRS_KIND_CORRECTION, 2);

	(void)state;
	compare_content("correction.ja", &c, "ja");
}

static void
a_retraction_is_louder_than_what_it_retracts(void **state)
{
	struct nrs_content c = revision(NRS_KIND_RETRACTION, 2);

	(void)state;
	compare_content("retraction.ja", &c, "ja");
	compare_content("retraction.en", &c, "en");
}

static void
an_exercise_says_so_in_its_first_line(void **state)
{
	struct nrs_content c = revision(NRS_KIND_RETRACTION, 2);

	(void)state;
	c.mode = NRS_MODE_EXERCISE;
	c.exercise_id = "CEPTOAR-DRILL-2026";
	compare_content("exercise.ja", &c, "ja");
	compare_content("exercise.en", &c, "en");
}

/* In a drill: the banner comes first all the same. */
static void
what_is_unconfirmed_says_so_when_and_how(void **state)
{
	struct nrs_content c = notice();
	struct nrs_render in = {.content = &c,
	    .lang = "ja",
	    .sender = "",
	    .desk = "desk@example.jp",
	    .key_id = "0123456789abcdef",
	    .payload_sha256 = "e3b0c442",
	    .purpose = NRS_PURPOSE_REMINDER,
	    .sent_at = INT64_C(1795480500000),
	    .ack_by = INT64_C(1795484100000)};

	(void)state;
	compare_with_golden("reminder.ja", &in);
	c.mode = NRS_MODE_EXERCISE;
	c.exercise_id = "CEPTOAR-DRILL-2026";
	in.lang = "en";
	in.purpose = NRS_PURPOSE_ESCALATION;
	compare_with_golden("escalation.en", &in);
}

static void
what_is_unconfirmed_is_named_in_the_readers_language(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content c = in_two_languages(notice());
	const struct nrs_render in = {.content = &c,
	    .lang = "en",
	    .sender = "",
	    .desk = "",
	    .key_id = "",
	    .payload_sha256 = "",
	    .purpose = NRS_PURPOSE_ESCALATION};
	struct nrs_rendered out;

	(void)state;
	nrs_render(arena, &in, &out);
	assert_non_null(strstr(out.text_head, c.translations[0].title));
	assert_null(strstr(out.text_head, c.title));
	nrs_arena_free(arena);
}

static void
a_stub_tells_that_and_not_what(void **state)
{
	struct nrs_stub_content stub = {
	    .notice_id = "01932c5e-0000-7000-8000-000000000002",
	    .thread_id = "01932c5e-0000-7000-8000-000000000001",
	    .revision = 2,
	    .kind = NRS_KIND_RETRACTION,
	    .mode = NRS_MODE_ACTUAL,
	    .supersedes = voided,
	    .n_supersedes = 1,
	    .issued_at = 1795485600000};
	struct nrs_render in = {.stub = &stub,
	    .lang = "ja",
	    .sender = "",
	    .desk = "desk@example.jp",
	    .key_id = "0123456789abcdef",
	    .payload_sha256 = ""};

	(void)state;
	compare_with_golden("stub-retraction.ja", &in);
	stub.kind = NRS_KIND_CORRECTION;
	in.lang = "en";
	compare_with_golden("stub-correction.en", &in);
}

static void
a_contact_arrangement_lists_how_to_reach_it(void **state)
{
	static struct nrs_contact contacts[] = {
	    {"当番", "phone", "03-0000-0000"},
	    {"窓口", "mail", "hq@example.jp"},
	};
	static struct nrs_contact_arrangement arrangement = {
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "HQ-2026-1",
	    .hq_name = "官邸対策室",
	    .contacts = contacts,
	    .n_contacts = 2,
	    .policy = NRS_POLICY_REPLACE,
	    .effective_from = 1795485600000,
	    .effective_until = 1796090400000};
	struct nrs_content c = notice();

	(void)state;
	c.item_type = NRS_ITEM_C1;
	c.contact_change = &arrangement;
	compare_content("arrangement.ja", &c, "ja");
}

static void
no_value_escapes_into_markup(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content c = notice();
	struct nrs_render in = {.content = &c,
	    .lang = "ja",
	    .sender = "<script>1</script>",
	    .desk = "<b>",
	    .key_id = "",
	    .payload_sha256 = ""};
	struct nrs_rendered out;

	(void)state;
	c.title = "<script>alert(1)</script>";
	c.summary = "\"><img src=x onerror='alert(1)'>";
	c.impact = "</p><script>";
	c.originator_text = "<i>";
	c = in_two_languages(c);
	c.translations[0].lang = "\"><script>";
	c.translations[0].title = "<script>";
	c.translations[0].summary = "<img src=x>";
	nrs_render(arena, &in, &out);
	assert_null(strstr(out.html, "<script"));
	assert_null(strstr(out.html, "<img"));
	assert_null(strstr(out.html, "<i>"));
	assert_null(strstr(out.html, "<b>"));
	assert_null(strstr(out.html, "href=\"javascript"));
	assert_non_null(strstr(out.html, "&lt;script&gt;"));
	nrs_arena_free(arena);
}

/* Domain: the originator is hidden unless Content itself says so. */
static void
the_originator_appears_only_when_content_says_so(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content c = notice();
	struct nrs_render in = {.content = &c,
	    .lang = "en",
	    .sender = "",
	    .desk = "",
	    .key_id = "",
	    .payload_sha256 = ""};
	struct nrs_rendered out;

	(void)state;
	nrs_render(arena, &in, &out);
	assert_null(strstr(out.text, "Originator"));
	c.originator_text = "JPCERT/CC";
	nrs_render(arena, &in, &out);
	assert_non_null(strstr(out.text, "Originator: JPCERT/CC\n"));
	nrs_arena_free(arena);
}

static void
a_greeting_is_one_line_or_nothing(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();

	(void)state;
	assert_string_equal(
	    nrs_render_greeting(arena, "北山銀行", "ja"), "北山銀行 御中");
	assert_string_equal(nrs_render_greeting(arena, "Kitayama Bank", "en"),
	    "To: Kitayama Bank");
	assert_string_equal(nrs_render_greeting(arena, "", "ja"), "");
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_first_report_puts_countermeasures_first),
	    cmocka_unit_test(
	        two_languages_come_the_readers_first_the_other_below),
	    cmocka_unit_test(a_retracted_drill_is_one_in_each_language),
	    cmocka_unit_test(a_final_follow_up_says_what_changed),
	    cmocka_unit_test(a_correction_begins_with_what_it_voids),
	    cmocka_unit_test(a_retraction_is_louder_than_what_it_retracts),
	    cmocka_unit_test(an_exercise_says_so_in_its_first_line),
	    cmocka_unit_test(what_is_unconfirmed_says_so_when_and_how),
	    cmocka_unit_test(
	        what_is_unconfirmed_is_named_in_the_readers_language),
	    cmocka_unit_test(a_stub_tells_that_and_not_what),
	    cmocka_unit_test(a_contact_arrangement_lists_how_to_reach_it),
	    cmocka_unit_test(no_value_escapes_into_markup),
	    cmocka_unit_test(the_originator_appears_only_when_content_says_so),
	    cmocka_unit_test(a_greeting_is_one_line_or_nothing),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
