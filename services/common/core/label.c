/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/label.h"

#include <string.h>
#include <strings.h>

/* clang-format off */
static const struct nrs_term mode_terms[] = {
	{NRS_MODE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_MODE_ACTUAL, "ACTUAL", "本番", "actual"},
	{NRS_MODE_EXERCISE, "EXERCISE", "訓練", "exercise"},
	{NRS_MODE_TEST, "TEST", "試験", "test"},
};

static const struct nrs_term msg_kind_terms[] = {
	{NRS_KIND_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_KIND_INITIAL, "INITIAL", "第1報", "initial notice"},
	{NRS_KIND_FOLLOW_UP, "FOLLOW_UP", "続報", "follow-up"},
	{NRS_KIND_CORRECTION, "CORRECTION", "訂正", "correction"},
	{NRS_KIND_RETRACTION, "RETRACTION", "取消", "retraction"},
};

static const struct nrs_term stream_terms[] = {
	{NRS_STREAM_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_STREAM_SECTOR_REPORT, "SECTOR_REPORT", "各分野からの情報連絡", "report from a sector"},
	{NRS_STREAM_AGENCY_PROVISION, "AGENCY_PROVISION", "関係省庁・関係機関からの情報提供", "information from ministries and agencies"},
	{NRS_STREAM_NISC_PROVISION, "NISC_PROVISION", "NISCからの情報提供", "information from NISC"},
};

static const struct nrs_term source_row_terms[] = {
	{NRS_SOURCE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_SOURCE_GOVERNMENT, "GOVERNMENT", "政府機関(下記の機関以外)", "government bodies (other than those below)"},
	{NRS_SOURCE_NISC_OTHER, "NISC_OTHER", "NISC(重要インフラG以外)", "NISC (other than the critical infrastructure group)"},
	{NRS_SOURCE_PUBLIC_INFO, "PUBLIC_INFO", "公開情報", "public information"},
	{NRS_SOURCE_NISC_CI_GROUP, "NISC_CI_GROUP", "NISC重要インフラG", "NISC critical infrastructure group"},
	{NRS_SOURCE_RELATED_AGENCY, "RELATED_AGENCY", "関係機関・関係省庁・研究機関等", "related agencies, ministries and research bodies"},
	{NRS_SOURCE_SECTOR_MEMBER, "SECTOR_MEMBER", "所管省庁・セプター・重要インフラ事業者等", "responsible ministries, CEPTOARs and operators"},
	{NRS_SOURCE_OTHER_VENDOR, "OTHER_VENDOR", "その他の情報ソース(ベンダー等)", "other sources (vendors and others)"},
};

static const struct nrs_term item_type_terms[] = {
	{NRS_ITEM_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_ITEM_A1, "A1", "IT障害事例", "IT failure cases"},
	{NRS_ITEM_A2, "A2", "ヒヤリハット事例", "near-miss cases"},
	{NRS_ITEM_BA1, "BA1", "海外動向", "developments abroad"},
	{NRS_ITEM_BA2, "BA2", "関係各種規程類", "related rules and guidelines"},
	{NRS_ITEM_BA3, "BA3", "制度変更等の情報", "changes of institutions and law"},
	{NRS_ITEM_BA4, "BA4", "社会・技術動向", "social and technical developments"},
	{NRS_ITEM_BA5, "BA5", "参考文献、会合の案内", "references and announcements of meetings"},
	{NRS_ITEM_BA6, "BA6", "統計情報の提供", "statistics"},
	{NRS_ITEM_BB1, "BB1", "脅威の動向", "threat developments"},
	{NRS_ITEM_BB2, "BB2", "演習、訓練等から得られた課題等", "lessons from exercises and drills"},
	{NRS_ITEM_BB3, "BB3", "情報セキュリティ対策情報", "information security measures"},
	{NRS_ITEM_BC1, "BC1", "国事等 (ソーシャルイベント)", "state and social events"},
	{NRS_ITEM_BC2, "BC2", "個別の脆弱性に対する情報", "information on a vulnerability"},
	{NRS_ITEM_BC3, "BC3", "予兆についての情報", "information on precursors"},
	{NRS_ITEM_BC4, "BC4", "重要インフラへのサイバー攻撃等の速報", "flash report of a cyber attack on critical infrastructure"},
	{NRS_ITEM_C1, "C1", "緊急事態(大規模サイバー攻撃等)時の広報等", "public information in an emergency (large-scale cyber attack)"},
	{NRS_ITEM_C2, "C2", "災害情報", "disaster information"},
	{NRS_ITEM_C3, "C3", "個別の脅威(攻撃)についての情報", "information on a threat (attack)"},
};

static const struct nrs_term urgency_terms[] = {
	{NRS_URGENCY_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_URGENCY_ROUTINE, "ROUTINE", "通常", "routine"},
	{NRS_URGENCY_PRIORITY, "PRIORITY", "優先", "priority"},
	{NRS_URGENCY_IMMEDIATE, "IMMEDIATE", "緊急", "immediate"},
};

static const struct nrs_term tlp_terms[] = {
	{NRS_TLP_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_TLP_RED, "RED", "TLP:RED", "TLP:RED"},
	{NRS_TLP_AMBER_STRICT, "AMBER_STRICT", "TLP:AMBER+STRICT", "TLP:AMBER+STRICT"},
	{NRS_TLP_AMBER, "AMBER", "TLP:AMBER", "TLP:AMBER"},
	{NRS_TLP_GREEN, "GREEN", "TLP:GREEN", "TLP:GREEN"},
	{NRS_TLP_CLEAR, "CLEAR", "TLP:CLEAR", "TLP:CLEAR"},
};

static const struct nrs_term threat_category_terms[] = {
	{NRS_THREAT_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_THREAT_INTENTIONAL, "INTENTIONAL", "意図的要因", "intentional causes"},
	{NRS_THREAT_UNINTENTIONAL, "UNINTENTIONAL", "非意図的要因", "unintentional causes"},
	{NRS_THREAT_DISASTER_DISEASE, "DISASTER_DISEASE", "災害・疾病", "disaster and disease"},
	{NRS_THREAT_SPILLOVER, "SPILLOVER", "他分野からの波及", "spill-over from another sector"},
	{NRS_THREAT_OTHER, "OTHER", "その他", "other"},
};

static const struct nrs_term cause_class_terms[] = {
	{NRS_CAUSE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_CAUSE_UNAUTHORISED_ACCESS_DOS, "UNAUTHORISED_ACCESS_DOS", "不正アクセス、DoS 攻撃", "unauthorised access, DoS attack"},
	{NRS_CAUSE_VIRUS_INFECTION, "VIRUS_INFECTION", "コンピュータウイルスへの感染", "infection with a computer virus"},
	{NRS_CAUSE_OTHER_INTENTIONAL, "OTHER_INTENTIONAL", "その他の意図的要因", "other intentional cause"},
	{NRS_CAUSE_SOFTWARE_FAULT, "SOFTWARE_FAULT", "ソフトウェア障害", "software fault"},
	{NRS_CAUSE_HARDWARE_FAULT, "HARDWARE_FAULT", "ハードウェア障害", "hardware fault"},
	{NRS_CAUSE_MANAGEMENT_HUMAN, "MANAGEMENT_HUMAN", "管理面・人的要因", "management or human cause"},
	{NRS_CAUSE_OTHER_UNINTENTIONAL, "OTHER_UNINTENTIONAL", "その他の非意図的要因", "other unintentional cause"},
	{NRS_CAUSE_DISASTER_DISEASE, "DISASTER_DISEASE", "災害や疾病", "disaster or disease"},
	{NRS_CAUSE_SPILLOVER_TELECOM, "SPILLOVER_TELECOM", "情報通信分野(電気通信)からの波及", "spill-over from telecommunications"},
	{NRS_CAUSE_SPILLOVER_POWER, "SPILLOVER_POWER", "電力分野からの波及", "spill-over from electric power"},
	{NRS_CAUSE_SPILLOVER_WATER, "SPILLOVER_WATER", "水道分野からの波及", "spill-over from water supply"},
	{NRS_CAUSE_SPILLOVER_OTHER, "SPILLOVER_OTHER", "上記以外の他分野からの波及", "spill-over from a sector not named above"},
	{NRS_CAUSE_OTHER, "OTHER", "その他", "other"},
};

static const struct nrs_term event_type_terms[] = {
	{NRS_EVENT_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_EVENT_PRECURSOR_NEAR_MISS, "PRECURSOR_NEAR_MISS", "予兆・ヒヤリハット", "precursor or near miss"},
	{NRS_EVENT_CONFIDENTIALITY, "CONFIDENTIALITY", "情報の漏えい (機密性)", "disclosure of information (confidentiality)"},
	{NRS_EVENT_INTEGRITY, "INTEGRITY", "情報の破壊 (完全性)", "destruction of information (integrity)"},
	{NRS_EVENT_AVAILABILITY, "AVAILABILITY", "システム等の利用困難 (可用性)", "systems hard to use (availability)"},
	{NRS_EVENT_MALWARE, "MALWARE", "マルウェア等の感染", "infection with malware"},
	{NRS_EVENT_CODE_EXECUTION, "CODE_EXECUTION", "不正コード等の実行", "execution of malicious code"},
	{NRS_EVENT_INTRUSION, "INTRUSION", "システム等への侵入", "intrusion into systems"},
	{NRS_EVENT_OTHER, "OTHER", "その他", "other"},
};

static const struct nrs_term tri_terms[] = {
	{NRS_TRI_UNKNOWN, "UNKNOWN", "不明", "unknown"},
	{NRS_TRI_NOT_REACHED, "NOT_REACHED", "検証レベルに達していない", "verification level not reached"},
	{NRS_TRI_REACHED, "REACHED", "検証レベルに達したIT障害", "verification level reached"},
};

static const struct nrs_term severity_terms[] = {
	{NRS_SEVERITY_NOT_EVALUATED, "NOT_EVALUATED", "未評価", "not evaluated"},
	{NRS_SEVERITY_0_NONE, "0_NONE", "レベル0 なし", "level 0 (none)"},
	{NRS_SEVERITY_1_LOW, "1_LOW", "レベル1 低", "level 1 (low)"},
	{NRS_SEVERITY_2_MEDIUM, "2_MEDIUM", "レベル2 中", "level 2 (medium)"},
	{NRS_SEVERITY_3_HIGH, "3_HIGH", "レベル3 高", "level 3 (high)"},
	{NRS_SEVERITY_4_CRISIS, "4_CRISIS", "レベル4 危機", "level 4 (crisis)"},
};

static const struct nrs_term arrangement_action_terms[] = {
	{NRS_ARRANGEMENT_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_ARRANGEMENT_ESTABLISH, "ESTABLISH", "設置", "established"},
	{NRS_ARRANGEMENT_CHANGE, "CHANGE", "変更", "changed"},
	{NRS_ARRANGEMENT_CLOSE, "CLOSE", "閉鎖", "closed"},
};

static const struct nrs_term arrangement_policy_terms[] = {
	{NRS_POLICY_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_POLICY_ADD, "ADD", "通常の連絡体制に追加", "in addition to the ordinary contacts"},
	{NRS_POLICY_REPLACE, "REPLACE", "通常の連絡体制に代える", "instead of the ordinary contacts"},
};

static const struct nrs_term submission_type_terms[] = {
	{NRS_SUBMISSION_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_SUBMISSION_NOTICE, "NOTICE", "通知", "notice"},
	{NRS_SUBMISSION_POSTURE_CHANGE, "POSTURE_CHANGE", "警戒態勢の変更", "posture change"},
	{NRS_SUBMISSION_APPROVAL, "APPROVAL", "承認", "approval"},
	{NRS_SUBMISSION_CUT_OFF, "CUT_OFF", "ニュースレターの締切", "newsletter cut-off"},
	{NRS_SUBMISSION_DEADLINE, "DEADLINE", "期限の到来", "deadline"},
	{NRS_SUBMISSION_SUBSCRIPTION, "SUBSCRIPTION", "配信登録", "subscription"},
};

static const struct nrs_term posture_terms[] = {
	{NRS_POSTURE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_POSTURE_NORMAL, "NORMAL", "平時", "normal"},
	{NRS_POSTURE_HEIGHTENED, "HEIGHTENED", "要警戒時", "heightened"},
	{NRS_POSTURE_INCIDENT, "INCIDENT", "障害発生時", "incident"},
};

static const struct nrs_term matrix_column_terms[] = {
	{NRS_COLUMN_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_COLUMN_A, "A", "再発防止の観点で有益な情報", "information useful against recurrence"},
	{NRS_COLUMN_B_A, "B_A", "各種規程、制度、環境変化等に関する情報", "information on rules, institutions and changes around us"},
	{NRS_COLUMN_B_B, "B_B", "個別の事例等に関する情報", "information on individual cases"},
	{NRS_COLUMN_B_C, "B_C", "予兆・警報に関する情報", "information on precursors and warnings"},
	{NRS_COLUMN_C, "C", "障害の拡大防止・復旧のため必要となる情報", "information needed to contain a failure and recover"},
};

static const struct nrs_term route_terms[] = {
	{NRS_ROUTE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_ROUTE_REALTIME, "REALTIME", "実施細目に基づく情報提供", "real time"},
	{NRS_ROUTE_NEWSLETTER, "NEWSLETTER", "ニュースレター", "newsletter"},
	{NRS_ROUTE_WEB, "WEB", "Webサイト", "web site"},
	{NRS_ROUTE_OVERRIDE, "OVERRIDE", "緊急時連絡体制", "emergency contact arrangement"},
};

static const struct nrs_term news_section_terms[] = {
	{NRS_NEWS_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_NEWS_WARNINGS, "WARNINGS", "注意喚起・予兆", "warnings and precursors"},
	{NRS_NEWS_THREATS, "THREATS", "脅威の動向・対策情報", "threats and measures"},
	{NRS_NEWS_CASES, "CASES", "事例と教訓", "cases and lessons"},
	{NRS_NEWS_ABROAD, "ABROAD", "海外動向", "developments abroad"},
	{NRS_NEWS_RULES, "RULES", "制度・規程・社会技術動向", "institutions, rules, society and technology"},
	{NRS_NEWS_MEETINGS, "MEETINGS", "会合・参考文献", "meetings and references"},
	{NRS_NEWS_STATISTICS, "STATISTICS", "統計", "statistics"},
	{NRS_NEWS_CORRECTIONS, "CORRECTIONS", "訂正・取消", "corrections and retractions"},
	{NRS_NEWS_SENT, "SENT", "発信一覧", "notices sent"},
};

static const struct nrs_term verdict_terms[] = {
	{NRS_VERDICT_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_VERDICT_RELEASED, "RELEASED", "発信", "released"},
	{NRS_VERDICT_WAITING, "WAITING", "ニュースレター待ち", "waiting for the newsletter"},
	{NRS_VERDICT_HELD, "HELD", "承認待ち", "held for approval"},
	{NRS_VERDICT_EXPIRED, "EXPIRED", "期限切れ", "expired"},
	{NRS_VERDICT_REJECTED, "REJECTED", "却下", "rejected"},
	{NRS_VERDICT_APPLIED, "APPLIED", "適用", "applied"},
	{NRS_VERDICT_DUPLICATE, "DUPLICATE", "重複", "duplicate"},
};

static const struct nrs_term subscriber_kind_terms[] = {
	{NRS_SUBSCRIBER_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_SUBSCRIBER_MINISTRY, "MINISTRY", "所管省庁", "responsible ministry"},
	{NRS_SUBSCRIBER_CEPTOAR, "CEPTOAR", "セプター", "CEPTOAR"},
	{NRS_SUBSCRIBER_OPERATOR, "OPERATOR", "事業者", "operator"},
};

static const struct nrs_term channel_type_terms[] = {
	{NRS_CHANNEL_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_CHANNEL_MAIL, "MAIL", "電子メール", "e-mail"},
	{NRS_CHANNEL_WEBHOOK, "WEBHOOK", "Webhook", "webhook"},
	{NRS_CHANNEL_TOPIC, "TOPIC", "トピック", "topic"},
};

static const struct nrs_term delivery_purpose_terms[] = {
	{NRS_PURPOSE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_PURPOSE_ALERT, "ALERT", "通知", "alert"},
	{NRS_PURPOSE_NEWSLETTER, "NEWSLETTER", "ニュースレター", "newsletter"},
	{NRS_PURPOSE_REMINDER, "REMINDER", "確認の督促", "reminder"},
	{NRS_PURPOSE_ESCALATION, "ESCALATION", "第二連絡先への連絡", "escalation"},
	{NRS_PURPOSE_STUB, "STUB", "取消・変更の告知", "stub"},
	{NRS_PURPOSE_DUTY, "DUTY", "当直への連絡", "to the duty officer"},
	{NRS_PURPOSE_HEARTBEAT, "HEARTBEAT", "疎通確認", "heartbeat"},
};

static const struct nrs_term slot_terms[] = {
	{NRS_SLOT_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_SLOT_NONE, "NONE", "なし", "none"},
	{NRS_SLOT_ADDRESS, "ADDRESS", "宛先", "address"},
	{NRS_SLOT_MESSAGE_ID, "MESSAGE_ID", "メッセージID", "message id"},
	{NRS_SLOT_GREETING, "GREETING", "宛名", "greeting"},
	{NRS_SLOT_ACK_LINK, "ACK_LINK", "受領確認リンク", "acknowledgement link"},
	{NRS_SLOT_GREETING_HTML, "GREETING_HTML", "宛名 (HTML)", "greeting in HTML"},
	{NRS_SLOT_ACK_LINK_HTML, "ACK_LINK_HTML", "受領確認リンク (HTML)", "acknowledgement link in HTML"},
	{NRS_SLOT_ACK_TOKEN, "ACK_TOKEN", "受領確認トークン", "acknowledgement token"},
	{NRS_SLOT_ACK_LINK_JSON, "ACK_LINK_JSON", "受領確認リンク (JSON)", "acknowledgement link in JSON"},
};

static const struct nrs_term delivery_state_terms[] = {
	{NRS_STATE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_STATE_INTENT, "INTENT", "送信着手", "sending"},
	{NRS_STATE_DEFERRED, "DEFERRED", "再送待ち", "deferred"},
	{NRS_STATE_DELIVERED, "DELIVERED", "到達", "delivered"},
	{NRS_STATE_FAILED, "FAILED", "不達", "failed"},
	{NRS_STATE_EXPIRED, "EXPIRED", "期限切れ", "expired"},
	{NRS_STATE_CANCELLED, "CANCELLED", "取りやめ", "cancelled"},
	{NRS_STATE_ACKNOWLEDGED, "ACKNOWLEDGED", "受領確認", "acknowledged"},
	{NRS_STATE_RESPONDED, "RESPONDED", "対応回答", "responded"},
};

static const struct nrs_term failure_reason_terms[] = {
	{NRS_FAILURE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_FAILURE_CONTACT_STALE, "CONTACT_STALE", "連絡先変更", "contact out of date"},
	{NRS_FAILURE_UNREACHABLE, "UNREACHABLE", "接続不能", "unreachable"},
	{NRS_FAILURE_REJECTED, "REJECTED", "受信拒否", "rejected by the peer"},
	{NRS_FAILURE_TIMEOUT, "TIMEOUT", "時間切れ", "timed out"},
};

static const struct nrs_term response_terms[] = {
	{NRS_RESPONSE_UNSPECIFIED, "UNSPECIFIED", "未指定", "unspecified"},
	{NRS_RESPONSE_NOT_AFFECTED, "NOT_AFFECTED", "該当なし", "not affected"},
	{NRS_RESPONSE_AFFECTED, "AFFECTED", "該当あり", "affected"},
	{NRS_RESPONSE_MITIGATED, "MITIGATED", "対処済", "mitigated"},
	{NRS_RESPONSE_INVESTIGATING, "INVESTIGATING", "確認中", "investigating"},
};

#define LIST(id, t, unknown)                                                   \
	[NRS_VOC_##id] = {t##_terms, sizeof(t##_terms) / sizeof(t##_terms[0]), unknown}

/*
 * The last word is nrs_term_safest. Where a wrong guess could only mislead (a
 * mode, a command's type, a delivery's state) it is "unspecified": the reader
 * then treats the value as absent. Otherwise it is what leaks least, then what
 * delays least; a follow-up voids nothing; a report of a sector waits for its
 * source's consent; a threat and its cause must fit each other, so both go.
 */
static const struct {
	const struct nrs_term *terms;
	size_t n;
	int safest;
} lists[NRS_VOC_COUNT] = {
	LIST(MODE, mode, NRS_MODE_UNSPECIFIED),
	LIST(MSG_KIND, msg_kind, NRS_KIND_FOLLOW_UP),
	LIST(STREAM, stream, NRS_STREAM_SECTOR_REPORT),
	LIST(SOURCE_ROW, source_row, NRS_SOURCE_OTHER_VENDOR),
	LIST(ITEM_TYPE, item_type, NRS_ITEM_C3),
	LIST(URGENCY, urgency, NRS_URGENCY_IMMEDIATE),
	LIST(TLP, tlp, NRS_TLP_RED),
	LIST(THREAT_CATEGORY, threat_category, NRS_THREAT_UNSPECIFIED),
	LIST(CAUSE_CLASS, cause_class, NRS_CAUSE_UNSPECIFIED),
	LIST(EVENT_TYPE, event_type, NRS_EVENT_UNSPECIFIED),
	LIST(TRI, tri, NRS_TRI_UNKNOWN),
	LIST(SEVERITY, severity, NRS_SEVERITY_NOT_EVALUATED),
	LIST(ARRANGEMENT_ACTION, arrangement_action, NRS_ARRANGEMENT_ESTABLISH),
	LIST(ARRANGEMENT_POLICY, arrangement_policy, NRS_POLICY_ADD),
	LIST(SUBMISSION_TYPE, submission_type, NRS_SUBMISSION_UNSPECIFIED),
	LIST(POSTURE, posture, NRS_POSTURE_INCIDENT),
	LIST(MATRIX_COLUMN, matrix_column, NRS_COLUMN_C),
	LIST(ROUTE, route, NRS_ROUTE_REALTIME),
	LIST(NEWS_SECTION, news_section, NRS_NEWS_WARNINGS),
	LIST(VERDICT, verdict, NRS_VERDICT_UNSPECIFIED),
	LIST(SUBSCRIBER_KIND, subscriber_kind, NRS_SUBSCRIBER_OPERATOR),
	LIST(CHANNEL_TYPE, channel_type, NRS_CHANNEL_UNSPECIFIED),
	LIST(DELIVERY_PURPOSE, delivery_purpose, NRS_PURPOSE_ALERT),
	LIST(SLOT, slot, NRS_SLOT_UNSPECIFIED),
	LIST(DELIVERY_STATE, delivery_state, NRS_STATE_UNSPECIFIED),
	LIST(FAILURE_REASON, failure_reason, NRS_FAILURE_UNSPECIFIED),
	LIST(RESPONSE, response, NRS_RESPONSE_UNSPECIFIED),
};
/* clang-format on */

const struct nrs_term *
nrs_terms(enum nrs_vocabulary voc, size_t *n)
{
	*n = lists[voc].n;
	return lists[voc].terms;
}

/* Each list is dense from 0, so a value is its own place (a test proves it). */
static const struct nrs_term *
find(enum nrs_vocabulary voc, int value)
{
	if (value < 0 || (size_t)value >= lists[voc].n)
		return NULL;
	return &lists[voc].terms[value];
}

const char *
nrs_term_name(enum nrs_vocabulary voc, int value)
{
	const struct nrs_term *term = find(voc, value);

	return term == NULL ? "UNKNOWN" : term->name;
}

const char *
nrs_term_text(enum nrs_vocabulary voc, int value, const char *lang)
{
	const struct nrs_term *term = find(voc, value);
	bool english = strcmp(lang, "en") == 0;

	if (term == NULL)
		return english ? "unknown" : "不明";
	return english ? term->en : term->ja;
}

/* "TLP:AMBER+STRICT", "amber-strict" and TLP 1.0's WHITE, as our names. */
static const char *
plain_tlp(const char *name, char *out, size_t size)
{
	size_t i;

	if (strncasecmp(name, "TLP:", 4) == 0)
		name += 4;
	if (strcasecmp(name, "WHITE") == 0)
		return "CLEAR";
	for (i = 0; name[i] != '\0' && i + 1 < size; i++)
		out[i] = (name[i] == '+' || name[i] == '-') ? '_' : name[i];
	if (name[i] != '\0')
		return name;
	out[i] = '\0';
	return out;
}

bool
nrs_term_parse(enum nrs_vocabulary voc, const char *name, int *value)
{
	char tlp[16];
	size_t i;

	if (voc == NRS_VOC_TLP)
		name = plain_tlp(name, tlp, sizeof(tlp));
	for (i = 0; i < lists[voc].n; i++) {
		if (strcasecmp(lists[voc].terms[i].name, name) == 0) {
			*value = lists[voc].terms[i].value;
			return true;
		}
	}
	return false;
}

bool
nrs_term_known(enum nrs_vocabulary voc, int value)
{
	return find(voc, value) != NULL;
}

int
nrs_term_safest(enum nrs_vocabulary voc)
{
	return lists[voc].safest;
}
