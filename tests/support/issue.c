/* SPDX-License-Identifier: Apache-2.0 */
#include "support/issue.h"

#include <string.h>

#define AT INT64_C(1795154400000) /* 2026-11-20 15:00 JST */
#define DAY (INT64_C(24) * 60 * 60 * 1000)
#define ID(n) "01932c5e-0000-7000-8000-0000000000" n

struct words {
	const char *ja, *en;
};

static const char *
in(struct words words, const char *lang)
{
	return strcmp(lang, "en") == 0 ? words.en : words.ja;
}

struct nrs_content
issue_content(const char *id, const char *lang)
{
	return (struct nrs_content){.notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .revision_reason = "",
	    .mode = NRS_MODE_ACTUAL,
	    .exercise_id = "",
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .source_row = NRS_SOURCE_RELATED_AGENCY,
	    .urgency = NRS_URGENCY_ROUTINE,
	    .taxonomy_version = "PLAN2",
	    .lang = lang,
	    .title = "",
	    .summary = "",
	    .nisc_comment = "",
	    .impact = "",
	    .schema_version = 1,
	    .originator_text = "",
	    .tlp_widened_by = ""};
}

static struct nrs_content *
add(struct issue *issue, enum nrs_news_section section, enum nrs_tlp tlp,
    const char *id, const char *lang)
{
	size_t i = issue->letter.n_items++;
	struct nrs_content *c = &issue->said[i];

	*c = issue_content(id, lang);
	c->tlp = tlp;
	c->issued_at = AT - (int64_t)(ISSUE_ITEMS - i) * DAY / 2;
	issue->contents[i] = c;
	issue->items[i] = (struct nrs_newsletter_item){.section = section,
	    .number = (uint32_t)i + 1,
	    .alert = &issue->alerts[i],
	    .title = "",
	    .notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .tlp = tlp};
	return c;
}

/* ---- 1 ---- */

static void
add_steps(struct nrs_content *c, const char *lang)
{
	static struct nrs_countermeasure steps[2][2];
	size_t en = strcmp(lang, "en") == 0;

	steps[en][0] = (struct nrs_countermeasure){
	    in(
	        (struct words){
	            "版 9.2 への更新。更新できない場合は、管理画面への"
	            "到達を閉域に限る。",
	            "Update to version 9.2, or limit the management page to a "
	            "closed network."},
	        lang),
	    AT + 11 * DAY + 2 * 60 * 60 * 1000};
	steps[en][1] = (struct nrs_countermeasure){
	    in(
	        (struct words){
	            "過去90日の認証ログで、`admin` の成功を確認する。",
	            "Look for logins as `admin` in the last 90 days."},
	        lang),
	    0};
	c->countermeasures = steps[en];
	c->n_countermeasures = 2;
}

static void
add_vulnerability(struct issue *issue, const char *lang)
{
	static const char *cpes[] = {
	    "cpe:2.3:a:example:vpn_gateway:9.1:*:*:*:*:*:*:*"};
	static struct nrs_vulnerability vulns[] = {{.cve = "CVE-2026-12345",
	    .jvndb_id = "JVNDB-2026-000123",
	    .cpe = cpes,
	    .n_cpe = 1,
	    .cvss_vector = "",
	    .cvss_score_x10 = 98}};
	static struct nrs_reference links[2][1];
	size_t en = strcmp(lang, "en") == 0;
	struct nrs_content *c =
	    add(issue, NRS_NEWS_WARNINGS, NRS_TLP_CLEAR, ID("01"), lang);

	links[en][0] = (struct nrs_reference){
	    in((struct words){"提供元の案内", "The vendor's advisory"}, lang),
	    "https://vendor.example/advisory?id=1&lang=ja"};
	c->item_type = NRS_ITEM_BC2;
	c->title = in(
	    (struct words){"VPN装置の認証回避の脆弱性(CVE-2026-12345)について",
	        "Authentication bypass in a VPN gateway (CVE-2026-12345)"},
	    lang);
	c->summary = in(
	    (struct words){"広く使われているVPN装置に、**認証を経ずに設定を変更"
	                   "できる**脆弱性が公表されました。\n悪用は国内では"
	                   "まだ確認されていません。",
	        "A widely used VPN gateway lets anyone **change its settings "
	        "without a login**.\nNo exploitation has been seen in Japan."},
	    lang);
	add_steps(c, lang);
	c->vulns = vulns;
	c->n_vulns = 1;
	c->references = links[en];
	c->n_references = 1;
	c->valid_until = AT + 30 * DAY;
}

/* The one item with a text in both languages. */
static struct nrs_translation *
omen_in_the_other(const char *lang)
{
	static struct nrs_section sections[2][1] = {
	    {{"Traffic observed",
	        "Destinations:\n\n- 443/tcp: eight times the usual\n"
	        "- 8443/tcp: three times\n\nMost come from "
	        "<203.0.113.0/24>."}},
	    {{"トラフィックの観測情報",
	        "観測した宛先は次のとおりです。\n\n"
	        "- 443/tcp: 平常時の約8倍\n- 8443/tcp: 平常時の約3倍\n\n"
	        "発信元は <203.0.113.0/24> に集中しています。"}}};
	static const char *steps[2][1] = {
	    {"List the paths of remote maintenance and close those that are "
	     "not used."},
	    {"遠隔保守の経路を棚卸しし、使っていないものを閉じる。"}};
	static struct nrs_translation all[2];
	size_t en = strcmp(lang, "en") == 0;

	all[en] = (struct nrs_translation){.lang = en ? "ja" : "en",
	    .title = en ? "遠隔保守の入口を探す通信の増加"
	                : "More scans for ways into remote maintenance",
	    .summary = en ? "複数の分野で、遠隔保守の入口を探す通信が増えて"
	                    "います。侵入に至った事例はありません。"
	                  : "Several sectors see more scans. No intrusion is "
	                    "known.",
	    .sections = sections[en],
	    .n_sections = 1,
	    .countermeasures = steps[en],
	    .n_countermeasures = 1,
	    .nisc_comment = "",
	    .impact = "",
	    .revision_reason = ""};
	return &all[en];
}

static void
add_omen(struct issue *issue, const char *lang)
{
	static struct nrs_section sections[2][1];
	static struct nrs_countermeasure steps[2][1];
	size_t en = strcmp(lang, "en") == 0;
	struct nrs_content *c =
	    add(issue, NRS_NEWS_WARNINGS, NRS_TLP_GREEN, ID("02"), lang);

	sections[en][0] = (struct nrs_section){
	    in((struct words){"トラフィックの観測情報", "Traffic observed"},
	        lang),
	    in((struct words){"観測した宛先は次のとおりです。\n\n"
	                      "- 443/tcp: 平常時の約8倍\n"
	                      "- 8443/tcp: 平常時の約3倍\n\n"
	                      "発信元は <203.0.113.0/24> に集中しています。",
	           "Destinations:\n\n- 443/tcp: eight times the usual\n"
	           "- 8443/tcp: three times\n\nMost come from "
	           "<203.0.113.0/24>."},
	        lang)};
	steps[en][0] = (struct nrs_countermeasure){
	    in((struct words){"遠隔保守の経路を棚卸しし、使っていないものを"
	                      "閉じる。",
	           "List the paths of remote maintenance and close those that "
	           "are not used."},
	        lang),
	    AT + 7 * DAY};
	c->item_type = NRS_ITEM_BC3;
	c->source_row = NRS_SOURCE_NISC_CI_GROUP;
	c->title = in((struct words){"遠隔保守の入口を探す通信の増加",
	                  "More scans for ways into remote maintenance"},
	    lang);
	c->summary = in(
	    (struct words){
	        "複数の分野で、遠隔保守の入口を探す通信が増えています"
	        "。侵入に至った事例はありません。",
	        "Several sectors see more scans. No intrusion is known."},
	    lang);
	c->sections = sections[en];
	c->n_sections = 1;
	c->countermeasures = steps[en];
	c->n_countermeasures = 1;
	c->translations = omen_in_the_other(lang);
	c->n_translations = 1;
}

/* ---- 2, 3 ---- */

static void
add_threat(struct issue *issue, const char *lang)
{
	struct nrs_content *c =
	    add(issue, NRS_NEWS_THREATS, NRS_TLP_AMBER, ID("03"), lang);

	c->item_type = NRS_ITEM_BB1;
	c->source_row = NRS_SOURCE_SECTOR_MEMBER;
	c->title =
	    in((struct words){"保守委託先を装う電話とメールの組み合わせ",
	           "Calls and mails that pose as a maintenance contractor"},
	        lang);
	c->summary = in(
	    (struct words){"電力分野の2社で、保守委託先を名乗る電話の直後に、"
	                   "実在の担当者名を使ったメールが届いています。",
	        "At two power companies a call in the name of a contractor "
	        "was followed by a mail in the name of a real employee."},
	    lang);
	c->no_countermeasure = true;
	c->nisc_comment =
	    in((struct words){"折り返しは、必ず手元の連絡先に行ってください。",
	           "Call back only at a number that you already had."},
	        lang);
}

static void
add_near_miss(struct issue *issue, const char *lang)
{
	static struct nrs_section sections[2][2];
	size_t en = strcmp(lang, "en") == 0;
	struct nrs_content *c =
	    add(issue, NRS_NEWS_CASES, NRS_TLP_GREEN, ID("04"), lang);

	sections[en][0] = (struct nrs_section){
	    in((struct words){"原因", "Cause"}, lang),
	    in((struct words){"手順書の版が2つあり、古い版が現場に残っていた"
	                      "。\n`\\\\fs01\\manual` の権限も広すぎた。",
	           "There were two versions of the manual, and the old one "
	           "was on site.\n`\\\\fs01\\manual` was open to all."},
	        lang)};
	sections[en][1] = (struct nrs_section){
	    in((struct words){"再発防止策", "Against a repetition"}, lang),
	    in(
	        (struct words){
	            "1. 手順書を1か所にまとめる。\n2. 月に一度、版を照合する。",
	            "1. Keep manuals in one place.\n2. Compare versions once a "
	            "month."},
	        lang)};
	c->item_type = NRS_ITEM_A2;
	c->source_row = NRS_SOURCE_SECTOR_MEMBER;
	c->title = in((struct words){"保守作業中に制御端末を停止しかけた事例",
	                  "A control terminal that was nearly stopped"},
	    lang);
	c->summary = in((struct words){"作業者が、停止してよい端末を取り違え"
	                               "ました。二人目の確認で気づきました。",
	                    "A worker mistook one terminal for another. The "
	                    "second person noticed."},
	    lang);
	c->sections = sections[en];
	c->n_sections = 2;
}

/* ---- 6, 7 ---- */

static void
add_meeting(struct issue *issue, const char *lang)
{
	static struct nrs_reference links[2][1];
	size_t en = strcmp(lang, "en") == 0;
	struct nrs_content *c =
	    add(issue, NRS_NEWS_MEETINGS, NRS_TLP_CLEAR, ID("05"), lang);

	links[en][0] = (struct nrs_reference){
	    in((struct words){"申込み", "Registration"}, lang),
	    "https://seminar.example/2026/ot"};
	c->item_type = NRS_ITEM_BA5;
	c->source_row = NRS_SOURCE_GOVERNMENT;
	c->title = in((struct words){"制御システムセキュリティ セミナー(12月)",
	                  "Seminar on control systems (December)"},
	    lang);
	c->summary =
	    in((struct words){"12月8日に、事例を持ち寄る半日の会合を開きます。",
	           "Half a day of cases from the members, on 8 December."},
	        lang);
	c->references = links[en];
	c->n_references = 1;
}

/* ---- 8 ---- */

static void
add_correction(struct issue *issue, const char *lang)
{
	static const char *voided[] = {ID("90")};
	struct nrs_content *c =
	    add(issue, NRS_NEWS_CORRECTIONS, NRS_TLP_CLEAR, ID("06"), lang);

	c->kind = NRS_KIND_CORRECTION;
	c->revision = 2;
	c->thread_id = ID("90");
	c->supersedes = voided;
	c->n_supersedes = 1;
	c->revision_reason = in((struct words){"開始日の誤り。正しくは2027年"
	                                       "4月1日です。",
	                            "The date was wrong; it is 1 April 2027."},
	    lang);
	c->item_type = NRS_ITEM_BA2;
	c->source_row = NRS_SOURCE_NISC_OTHER;
	c->title = in((struct words){"安全基準等策定指針の改定について",
	                  "Revision of the guideline for safety standards"},
	    lang);
	c->summary = in((struct words){"改定した指針は、2027年4月1日から使われ"
	                               "ます。第11号では3月1日としていました。",
	                    "The revised guideline is in use from 1 April "
	                    "2027; issue 11 said 1 March."},
	    lang);
}

static void
add_retraction(struct issue *issue, const char *lang)
{
	static const char *voided[] = {ID("91")};
	struct nrs_content *c =
	    add(issue, NRS_NEWS_CORRECTIONS, NRS_TLP_CLEAR, ID("07"), lang);

	c->kind = NRS_KIND_RETRACTION;
	c->revision = 2;
	c->thread_id = ID("91");
	c->supersedes = voided;
	c->n_supersedes = 1;
	c->revision_reason =
	    in((struct words){"検体の取り違えによる誤報でした。",
	           "A false alarm: two samples had been mixed up."},
	        lang);
	c->item_type = NRS_ITEM_BB1;
	c->title = in((struct words){"新種の不正プログラムの流行について",
	                  "A new kind of malware"},
	    lang);
	c->summary = c->title;
}

/* ---- lines ---- */

static void
add_line(
    struct issue *issue, enum nrs_tlp tlp, const char *id, const char *title)
{
	size_t i = issue->letter.n_items++;

	issue->items[i] = (struct nrs_newsletter_item){.section = NRS_NEWS_SENT,
	    .title = title,
	    .notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .tlp = tlp,
	    .at = AT - 3 * DAY - (int64_t)i * 60 * 60 * 1000};
}

static void
add_lines(struct issue *issue, const char *lang)
{
	size_t i = issue->letter.n_items;

	add_line(issue, NRS_TLP_CLEAR, ID("08"),
	    in((struct words){"年末年始に向けた注意喚起",
	           "Before the holidays at the end of the year"},
	        lang));
	add_line(issue, NRS_TLP_AMBER, ID("09"),
	    in((struct words){"電力分野の監視装置への攻撃について",
	           "Attack on monitoring systems of the power sector"},
	        lang));
	/* What was raised above its readers is said without its title. */
	add_line(issue, NRS_TLP_GREEN, ID("10"), "");
	issue->items[i + 2].section = NRS_NEWS_CORRECTIONS;
	issue->items[i + 2].kind = NRS_KIND_CORRECTION;
}

static void
add_red(struct issue *issue, const char *lang)
{
	struct nrs_content *c =
	    add(issue, NRS_NEWS_WARNINGS, NRS_TLP_RED, ID("11"), lang);

	c->item_type = NRS_ITEM_BC3;
	c->title = c->summary = "must never be seen";
}

void
issue_make(struct issue *issue, const char *lang)
{
	memset(issue, 0, sizeof(*issue));
	issue->letter = (struct nrs_newsletter){
	    .issue_id = "weekly/2026-11-20T06:00:00Z/power",
	    .sector = "power",
	    .label = NRS_TLP_AMBER_STRICT,
	    .number = 12,
	    .from = AT - 7 * DAY,
	    .to = AT,
	    .mode = NRS_MODE_ACTUAL,
	    .items = issue->items};
	add_lines(issue, lang); /* sections come in their own order */
	add_red(issue, lang);
	add_vulnerability(issue, lang);
	add_omen(issue, lang);
	add_threat(issue, lang);
	add_near_miss(issue, lang);
	add_meeting(issue, lang);
	add_correction(issue, lang);
	add_retraction(issue, lang);
}
