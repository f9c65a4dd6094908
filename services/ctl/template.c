/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/template.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/label.h"
#include "noroshi/io/json.h"

/* The seed's matrix: 「◎ heading」 with its 「・ sub-items」, which become the
 * labels of the body's sections. Ours: the days a notice stays valid. */
static const struct {
	const char *labels[8];
	int valid_days;
	enum nrs_urgency urgency;
} items[] = {
    [NRS_ITEM_A1] = {{"障害の内容", "障害の原因", "発生時の応急対処",
                         "IT障害の相関関係", "体制の変更等長期的対策", "教訓"},
        90, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_A2] = {{"内容", "原因", "再発防止策", "教訓"}, 90,
        NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BA1] = {{"犯罪事例", "障害事例", "技術動向"}, 90,
        NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BA2] = {{"指針等"}, 90, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BA3] = {{NULL}, 90, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BA4] = {{NULL}, 90, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BA5] = {{"共通脅威分析等の報告書", "最新技術動向",
                          "セミナー等の開催情報", "人的交流の情報"},
        90, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BA6] = {{"IT障害、サイバー攻撃の発生状況"}, 90,
        NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BB1] = {{"脅威の内容", "脅威への対処方法", "攻撃事例",
                          "攻撃方法"},
        30, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BB2] = {{NULL}, 30, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BB3] = {{"重要インフラ事業者等の分析報告", "プレゼンテーション",
                          "業界レポート", "ベストプラクティス",
                          "関係機関等のレポートの公表"},
        30, NRS_URGENCY_ROUTINE},
    [NRS_ITEM_BC1] = {{NULL}, 14, NRS_URGENCY_PRIORITY},
    [NRS_ITEM_BC2] = {{"脆弱性情報", "対策"}, 14, NRS_URGENCY_PRIORITY},
    [NRS_ITEM_BC3] = {{"予兆(不審なアクセスの多発、不審メールの急増等)情報",
                          "トラフィックの観測情報"},
        14, NRS_URGENCY_PRIORITY},
    [NRS_ITEM_BC4] = {{NULL}, 14, NRS_URGENCY_PRIORITY},
    [NRS_ITEM_C1] = {{"対策室の設置/閉鎖情報(連絡体制の変更)"}, 7,
        NRS_URGENCY_PRIORITY},
    [NRS_ITEM_C2] = {{"災害の現地情報", "被害の復旧見込み"}, 7,
        NRS_URGENCY_PRIORITY},
    [NRS_ITEM_C3] = {{"攻撃の内容", "攻撃手法", "対策方法"}, 7,
        NRS_URGENCY_PRIORITY},
};
_Static_assert(sizeof(items) / sizeof(items[0]) == NRS_ITEM_C3 + 1,
    "one row per item type");

static const char *
pick(const struct ctl_template *how, const char *en, const char *ja)
{
	return strcmp(how->lang, "ja") == 0 ? ja : en;
}

static void
comment(struct nrs_buf *out, const char *text)
{
	nrs_buf_printf(out, "  // %s\n", text);
}

/* "  // ROUTINE 通常, PRIORITY 優先, ..." */
static void
choices(struct nrs_buf *out, const struct ctl_template *how,
    enum nrs_vocabulary voc)
{
	const bool many = voc == NRS_VOC_ITEM_TYPE ||
	                  voc == NRS_VOC_SOURCE_ROW ||
	                  voc == NRS_VOC_CAUSE_CLASS;
	size_t n;
	const struct nrs_term *terms = nrs_terms(voc, &n);

	nrs_buf_adds(out, "  // ");
	for (size_t i = 1; i < n; i++)
		nrs_buf_printf(out, "%s%s %s",
		    i == 1 ? ""
		    : many ? "\n  // "
		           : ", ",
		    terms[i].name,
		    nrs_term_text(voc, terms[i].value, how->lang));
	nrs_buf_addc(out, '\n');
}

static void
member(struct nrs_buf *out, const char *name, const char *value)
{
	nrs_buf_printf(out, "  \"%s\": ", name);
	nrs_json_string(out, value);
	nrs_buf_adds(out, ",\n");
}

static void
sections(struct nrs_buf *out, const struct ctl_template *how)
{
	const char *const *labels = items[how->item].labels;

	if (labels[0] == NULL)
		return;
	comment(out, pick(how, "what is left empty is left out",
	                 "空のままの項目は送られない"));
	nrs_buf_adds(out, "  \"sections\": [\n");
	for (size_t i = 0; i < 8 && labels[i] != NULL; i++) {
		nrs_buf_adds(out, i == 0 ? "" : ",\n");
		nrs_buf_adds(out, "    {\"label\": ");
		nrs_json_string(out, labels[i]);
		nrs_buf_adds(out, ", \"text\": \"\"}");
	}
	nrs_buf_adds(out, "\n  ],\n");
}

/* What only some item types have. */
static void
specials(struct nrs_buf *out, const struct ctl_template *how)
{
	if (how->item == NRS_ITEM_BC2)
		nrs_buf_adds(out,
		    "  \"vulns\": [{\"cve\": \"\", \"jvndb_id\": "
		    "\"\", \"cpe\": [], \"cvss_vector\": \"\"}],\n"
		    "  \"references\": [{\"title\": \"\", \"url\": "
		    "\"\"}],\n");
	if (how->item == NRS_ITEM_A1 || how->item == NRS_ITEM_A2 ||
	    how->item == NRS_ITEM_C3) {
		choices(out, how, NRS_VOC_THREAT_CATEGORY);
		nrs_buf_adds(out, "  // \"threat\": \"\",\n");
		choices(out, how, NRS_VOC_CAUSE_CLASS);
		nrs_buf_adds(out, "  // \"cause\": \"\",\n");
	}
	if (how->item != NRS_ITEM_C1)
		return;
	comment(out, pick(how, "a headquarters that opens or closes:",
	                 "対策室の設置・変更・閉鎖のとき:"));
	nrs_buf_adds(out,
	    "  // \"contact_change\": {\"action\": \"ESTABLISH\",\n"
	    "  //   \"arrangement_id\": \"\", \"hq_name\": \"\", \"sectors\": "
	    "[],\n"
	    "  //   \"contacts\": [{\"role\": \"\", \"channel\": \"phone\", "
	    "\"address\": \"\"}],\n"
	    "  //   \"policy\": \"ADD\"},\n");
}

static void
translation(struct nrs_buf *out, const struct ctl_template *how)
{
	comment(out, pick(how,
	                 "the whole text in English too, sent beside it, with "
	                 "as many sections and countermeasures:",
	                 "英語を添えるとき(並べて送られる。sections と "
	                 "countermeasures は同じ数にする):"));
	nrs_buf_adds(out,
	    "  // \"translations\": [{\"lang\": \"en\", \"title\": \"\", "
	    "\"summary\": \"\",\n"
	    "  //   \"sections\": [{\"label\": \"\", \"text\": \"\"}],\n"
	    "  //   \"countermeasures\": [\"\"], \"impact\": \"\", "
	    "\"nisc_comment\": \"\"}],\n");
}

static void
head(struct nrs_buf *out, const struct ctl_template *how)
{
	const bool report = how->stream == NRS_STREAM_SECTOR_REPORT;

	choices(out, how, NRS_VOC_STREAM);
	member(out, "stream", nrs_term_name(NRS_VOC_STREAM, (int)how->stream));
	choices(out, how, NRS_VOC_SOURCE_ROW);
	member(out, "source_row", report ? "SECTOR_MEMBER" : "NISC_CI_GROUP");
	if (how->item == NRS_ITEM_UNSPECIFIED)
		choices(out, how, NRS_VOC_ITEM_TYPE);
	member(out, "item_type",
	    how->item == NRS_ITEM_UNSPECIFIED
	        ? "BC2"
	        : nrs_term_name(NRS_VOC_ITEM_TYPE, (int)how->item));
	choices(out, how, NRS_VOC_URGENCY);
	member(out, "urgency",
	    nrs_term_name(
	        NRS_VOC_URGENCY, how->item == NRS_ITEM_UNSPECIFIED
	                             ? (int)NRS_URGENCY_ROUTINE
	                             : (int)items[how->item].urgency));
	comment(out,
	    pick(how,
	        "CLEAR, GREEN, AMBER, AMBER_STRICT, RED (RED: recipients in "
	        "place of sectors)",
	        "CLEAR, GREEN, AMBER, AMBER_STRICT, RED (RED は sectors でなく "
	        "recipients を書く)"));
	member(out, "tlp", "GREEN");
	comment(out, pick(how, "codes of the sector table, or \"*\" for all",
	                 "分野のコード、またはすべてを表す \"*\""));
	nrs_buf_adds(out, "  \"sectors\": [\"\"],\n");
}

void
ctl_template_print(struct nrs_buf *out, const struct ctl_template *how)
{
	char until[NRS_TIME_SIZE];
	int days = how->item == NRS_ITEM_UNSPECIFIED
	               ? 14
	               : items[how->item].valid_days;

	nrs_buf_printf(out, "// %s\n",
	    how->item == NRS_ITEM_UNSPECIFIED
	        ? pick(how, "A notice.", "通知")
	        : nrs_term_text(NRS_VOC_ITEM_TYPE, (int)how->item, how->lang));
	nrs_buf_printf(out, "// %s\n{\n",
	    pick(how, "Lines that begin with // are left out.",
	        "// で始まる行は送られない。"));
	head(out, how);
	member(out, "lang", "ja");
	comment(out,
	    pick(how, "one line, at most 200 bytes", "一行、200 バイトまで"));
	member(out, "title", "");
	member(out, "summary", "");
	sections(out, how);
	specials(out, how);
	comment(out,
	    pick(how,
	        "what to do, most urgent first; \"no_countermeasure\": true "
	        "says that none is known",
	        "すべきこと。わかっていないときは \"no_countermeasure\": "
	        "true"));
	nrs_buf_adds(out, "  \"countermeasures\": [{\"text\": \"\"}],\n");
	nrs_buf_adds(out, "  \"impact\": \"\",\n  \"nisc_comment\": \"\",\n");
	translation(out, how);
	nrs_buf_printf(out, "  \"valid_until\": \"%s\"\n}\n",
	    nrs_time_jst(
	        how->now_ms + (int64_t)days * 24 * 3600 * 1000, until));
}
