/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/source.h"

#include <stdio.h>
#include <string.h>

#include "noroshi/core/label.h"

/* Source: config/rules.conf, which quotes 「共有すべき情報の整理について」
 * (NISC, June 2011). A test proves that each line stands there. */
#define CALM                                                                    \
	"(ア) 平時(要警戒時・障害発生時以外のタイミング) " \
	"→リアルタイム性は不要"
#define RAISED                                                                 \
	"(イ) 要警戒時・障害発生時 "                                \
	"→リアルタイム性が必要(実施細目に基づく取扱い)"
#define MEETINGS                                                                       \
	"・ニュースレター ・Webサイト ・意見交換会 ・セミナー " \
	"・セプターカウンシル/ワーキング"
#define NEWS "・ニュースレター ・Webサイト"
#define BY_RULES "・実施細目に基づく情報連絡/情報提供"
#define EXCEPT "(※緊急事態等における別の連絡体制や手続きがある場合を除く)"

static const struct ctl_source_cell columns[] = {
    [NRS_COLUMN_A] = {"A.「再発防止の観点で有益な情報」", CALM, {MEETINGS}},
    [NRS_COLUMN_B_A] = {"a.「各種規程、制度、環境変化等に関する情報」", CALM,
        {MEETINGS}},
    [NRS_COLUMN_B_B] = {"b.「個別の事例等に関する情報」", CALM, {MEETINGS}},
    [NRS_COLUMN_B_C] = {"c.「予兆・警報に関する情報」", RAISED,
        {NEWS, BY_RULES}},
    [NRS_COLUMN_C] = {"C.「障害の拡大防止・復旧のため必要となる情報」", RAISED,
        {BY_RULES, EXCEPT}},
};

bool
ctl_cell_parse(const char *id, struct ctl_cell *out)
{
	static const char prefix[] = "cell:";
	char words[3][16];
	int column, posture, urgency, end = 0;

	if (strncmp(id, prefix, strlen(prefix)) == 0)
		id += strlen(prefix);
	if (sscanf(id, "%15[^/]/%15[^/]/%15[^/]%n", words[0], words[1],
	        words[2], &end) != 3 ||
	    id[end] != '\0' ||
	    !nrs_term_parse(NRS_VOC_MATRIX_COLUMN, words[0], &column) ||
	    !nrs_term_parse(NRS_VOC_POSTURE, words[1], &posture) ||
	    !nrs_term_parse(NRS_VOC_URGENCY, words[2], &urgency) ||
	    column == 0 || posture == 0 || urgency == 0)
		return false;
	*out = (struct ctl_cell){(enum nrs_matrix_column)column,
	    (enum nrs_posture)posture, (enum nrs_urgency)urgency};
	return true;
}

void
ctl_source_of_cell(const struct ctl_cell *cell, struct ctl_source_cell *out)
{
	*out = columns[cell->column];
	if (cell->column == NRS_COLUMN_B_C &&
	    cell->posture == NRS_POSTURE_NORMAL)
		out->timing = CALM;
}

const char *
ctl_source_mark(char mark, const char *lang)
{
	const bool ja = strcmp(lang, "ja") == 0;

	if (mark == 's')
		return ja ? "s: 資料がこの欄を定めている"
		          : "s: the paper prescribes this";
	if (mark == 'i')
		return ja ? "i: 採った読み方から導かれる"
		          : "i: it follows from the adopted reading";
	return ja ? "p: 資料に定めはなく、ここで決めた"
	          : "p: decided here; the paper is silent";
}

static const struct ctl_source_rule rules[] = {
    {"override:1", NULL, 'p',
        "CORRECTION, RETRACTION: also by every route the thread has used, to "
        "every sector it has reached; in real time if it ever was.",
        "訂正・取消は、それまでに使った経路すべてで、届いた分野すべてに出す。"
        "一度でも即時に出していれば即時に。"},
    {"override:2", NULL, 'p',
        "valid_until has passed, and it is no retraction: it is not sent.",
        "有効期限を過ぎたものは、取消を除いて送らない。"},
    {"override:3", NULL, 'p',
        "The TLP gate: RED by neither newsletter nor Web; GREEN, AMBER and "
        "AMBER+STRICT not on the public Web; narrowed to, or excluding, "
        "anyone: neither. If nothing is left: in real time to those who are "
        "addressed.",
        "TLP による制限: RED はニュースレターにも Web にも出さない。GREEN、"
        "AMBER、AMBER+STRICT は公開の Web に出さない。宛先を絞ったもの、除いた"
        "ものはどちらにも出さない。経路が残らなければ宛先に即時に出す。"},
    {"override:4", "「対策室の設置/閉鎖情報(連絡体制の変更)」", 'i',
        "C1 with a change of the contact arrangement: in real time to all "
        "sectors concerned, acknowledgement required.",
        "連絡体制の変更は、関係する分野すべてに即時に出し、受領確認を求める。"},
    {"override:5", EXCEPT, 'i',
        "A contact arrangement is in force for the sector and the item is of "
        "column C: policy REPLACE: by it instead of the usual way; ADD: by "
        "both.",
        "別の連絡体制がある分野で C の情報は、REPLACE ならそれに代えて、ADD "
        "なら併せて出す。"},
    {"override:6", NULL, 'p', "EXERCISE, TEST: never on the Web.",
        "訓練・試験は Web に出さない。"},
    {"override:7", NULL, 'p',
        "情報連絡 and agency provisions without the source's consent wait for "
        "it.",
        "情報連絡と関係機関からの提供は、情報源の同意を待つ。"},
    {"override:expiry", NULL, 'p',
        "It would expire before its next newsletter closes: in real time "
        "instead.",
        "次のニュースレターの締切より先に期限が来るので、即時に出す。"},
    {"promoted", NULL, 'p',
        "It waited for a newsletter; what has changed since (posture, "
        "arrangement, rules) makes it due in real time.",
        "ニュースレターを待つ間に、警戒の段階などが変わり、即時に出すべきものと"
        "なった。"},
    {"not-issued", NULL, 'p',
        "A newsletter lists a retraction only of what an issue has carried.",
        "ニュースレターに載せるのは、号に載ったものの取消だけ。"},
    {"unknown-value", NULL, 'p',
        "It holds a value that this version does not know: taken for the "
        "safest there is.",
        "この版の知らない値があるので、最も安全な値として扱った。"},
    {"undecidable", NULL, 'p',
        "The table cannot know this case: it fails towards delivery.",
        "表で決められないので、届ける側に倒した。"},
};

const struct ctl_source_rule *
ctl_source_of_rule(const char *id)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	return NULL;
}

const char *
ctl_source_line(const char *id)
{
	const struct ctl_source_rule *rule = ctl_source_of_rule(id);
	struct ctl_source_cell source;
	struct ctl_cell cell;

	if (rule != NULL)
		return rule->quote == NULL ? "" : rule->quote;
	if (!ctl_cell_parse(id, &cell))
		return "";
	ctl_source_of_cell(&cell, &source);
	return source.timing;
}
