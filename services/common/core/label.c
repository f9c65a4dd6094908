/* SPDX-License-Identifier: Apache-2.0 */
/* long: one table of words, one row per value. */
#include "noroshi/core/label.h"

/* clang-format off */
static const struct nrs_term mode_terms[] = {
	{NRS_MODE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_MODE_ACTUAL, "ACTUAL", "", ""},
	{NRS_MODE_EXERCISE, "EXERCISE", "", ""},
	{NRS_MODE_TEST, "TEST", "", ""},
};

static const struct nrs_term msg_kind_terms[] = {
	{NRS_KIND_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_KIND_INITIAL, "INITIAL", "", ""},
	{NRS_KIND_FOLLOW_UP, "FOLLOW_UP", "", ""},
	{NRS_KIND_CORRECTION, "CORRECTION", "", ""},
	{NRS_KIND_RETRACTION, "RETRACTION", "", ""},
};

static const struct nrs_term stream_terms[] = {
	{NRS_STREAM_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_STREAM_SECTOR_REPORT, "SECTOR_REPORT", "", ""},
	{NRS_STREAM_AGENCY_PROVISION, "AGENCY_PROVISION", "", ""},
	{NRS_STREAM_NISC_PROVISION, "NISC_PROVISION", "", ""},
};

static const struct nrs_term source_row_terms[] = {
	{NRS_SOURCE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_SOURCE_GOVERNMENT, "GOVERNMENT", "", ""},
	{NRS_SOURCE_NISC_OTHER, "NISC_OTHER", "", ""},
	{NRS_SOURCE_PUBLIC_INFO, "PUBLIC_INFO", "", ""},
	{NRS_SOURCE_NISC_CI_GROUP, "NISC_CI_GROUP", "", ""},
	{NRS_SOURCE_RELATED_AGENCY, "RELATED_AGENCY", "", ""},
	{NRS_SOURCE_SECTOR_MEMBER, "SECTOR_MEMBER", "", ""},
	{NRS_SOURCE_OTHER_VENDOR, "OTHER_VENDOR", "", ""},
};

static const struct nrs_term item_type_terms[] = {
	{NRS_ITEM_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_ITEM_A1, "A1", "", ""},
	{NRS_ITEM_A2, "A2", "", ""},
	{NRS_ITEM_BA1, "BA1", "", ""},
	{NRS_ITEM_BA2, "BA2", "", ""},
	{NRS_ITEM_BA3, "BA3", "", ""},
	{NRS_ITEM_BA4, "BA4", "", ""},
	{NRS_ITEM_BA5, "BA5", "", ""},
	{NRS_ITEM_BA6, "BA6", "", ""},
	{NRS_ITEM_BB1, "BB1", "", ""},
	{NRS_ITEM_BB2, "BB2", "", ""},
	{NRS_ITEM_BB3, "BB3", "", ""},
	{NRS_ITEM_BC1, "BC1", "", ""},
	{NRS_ITEM_BC2, "BC2", "", ""},
	{NRS_ITEM_BC3, "BC3", "", ""},
	{NRS_ITEM_BC4, "BC4", "", ""},
	{NRS_ITEM_C1, "C1", "", ""},
	{NRS_ITEM_C2, "C2", "", ""},
	{NRS_ITEM_C3, "C3", "", ""},
};

static const struct nrs_term urgency_terms[] = {
	{NRS_URGENCY_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_URGENCY_ROUTINE, "ROUTINE", "", ""},
	{NRS_URGENCY_PRIORITY, "PRIORITY", "", ""},
	{NRS_URGENCY_IMMEDIATE, "IMMEDIATE", "", ""},
};

static const struct nrs_term tlp_terms[] = {
	{NRS_TLP_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_TLP_RED, "RED", "", ""},
	{NRS_TLP_AMBER_STRICT, "AMBER_STRICT", "", ""},
	{NRS_TLP_AMBER, "AMBER", "", ""},
	{NRS_TLP_GREEN, "GREEN", "", ""},
	{NRS_TLP_CLEAR, "CLEAR", "", ""},
};

static const struct nrs_term threat_category_terms[] = {
	{NRS_THREAT_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_THREAT_INTENTIONAL, "INTENTIONAL", "", ""},
	{NRS_THREAT_UNINTENTIONAL, "UNINTENTIONAL", "", ""},
	{NRS_THREAT_DISASTER_DISEASE, "DISASTER_DISEASE", "", ""},
	{NRS_THREAT_SPILLOVER, "SPILLOVER", "", ""},
	{NRS_THREAT_OTHER, "OTHER", "", ""},
};

static const struct nrs_term cause_class_terms[] = {
	{NRS_CAUSE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_CAUSE_UNAUTHORISED_ACCESS_DOS, "UNAUTHORISED_ACCESS_DOS", "", ""},
	{NRS_CAUSE_VIRUS_INFECTION, "VIRUS_INFECTION", "", ""},
	{NRS_CAUSE_OTHER_INTENTIONAL, "OTHER_INTENTIONAL", "", ""},
	{NRS_CAUSE_SOFTWARE_FAULT, "SOFTWARE_FAULT", "", ""},
	{NRS_CAUSE_HARDWARE_FAULT, "HARDWARE_FAULT", "", ""},
	{NRS_CAUSE_MANAGEMENT_HUMAN, "MANAGEMENT_HUMAN", "", ""},
	{NRS_CAUSE_OTHER_UNINTENTIONAL, "OTHER_UNINTENTIONAL", "", ""},
	{NRS_CAUSE_DISASTER_DISEASE, "DISASTER_DISEASE", "", ""},
	{NRS_CAUSE_SPILLOVER_TELECOM, "SPILLOVER_TELECOM", "", ""},
	{NRS_CAUSE_SPILLOVER_POWER, "SPILLOVER_POWER", "", ""},
	{NRS_CAUSE_SPILLOVER_WATER, "SPILLOVER_WATER", "", ""},
	{NRS_CAUSE_SPILLOVER_OTHER, "SPILLOVER_OTHER", "", ""},
	{NRS_CAUSE_OTHER, "OTHER", "", ""},
};

static const struct nrs_term event_type_terms[] = {
	{NRS_EVENT_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_EVENT_PRECURSOR_NEAR_MISS, "PRECURSOR_NEAR_MISS", "", ""},
	{NRS_EVENT_CONFIDENTIALITY, "CONFIDENTIALITY", "", ""},
	{NRS_EVENT_INTEGRITY, "INTEGRITY", "", ""},
	{NRS_EVENT_AVAILABILITY, "AVAILABILITY", "", ""},
	{NRS_EVENT_MALWARE, "MALWARE", "", ""},
	{NRS_EVENT_CODE_EXECUTION, "CODE_EXECUTION", "", ""},
	{NRS_EVENT_INTRUSION, "INTRUSION", "", ""},
	{NRS_EVENT_OTHER, "OTHER", "", ""},
};

static const struct nrs_term tri_terms[] = {
	{NRS_TRI_UNKNOWN, "UNKNOWN", "", ""},
	{NRS_TRI_NOT_REACHED, "NOT_REACHED", "", ""},
	{NRS_TRI_REACHED, "REACHED", "", ""},
};

static const struct nrs_term severity_terms[] = {
	{NRS_SEVERITY_NOT_EVALUATED, "NOT_EVALUATED", "", ""},
	{NRS_SEVERITY_0_NONE, "0_NONE", "", ""},
	{NRS_SEVERITY_1_LOW, "1_LOW", "", ""},
	{NRS_SEVERITY_2_MEDIUM, "2_MEDIUM", "", ""},
	{NRS_SEVERITY_3_HIGH, "3_HIGH", "", ""},
	{NRS_SEVERITY_4_CRISIS, "4_CRISIS", "", ""},
};

static const struct nrs_term arrangement_action_terms[] = {
	{NRS_ARRANGEMENT_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_ARRANGEMENT_ESTABLISH, "ESTABLISH", "", ""},
	{NRS_ARRANGEMENT_CHANGE, "CHANGE", "", ""},
	{NRS_ARRANGEMENT_CLOSE, "CLOSE", "", ""},
};

static const struct nrs_term arrangement_policy_terms[] = {
	{NRS_POLICY_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_POLICY_ADD, "ADD", "", ""},
	{NRS_POLICY_REPLACE, "REPLACE", "", ""},
};

static const struct nrs_term submission_type_terms[] = {
	{NRS_SUBMISSION_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_SUBMISSION_NOTICE, "NOTICE", "", ""},
	{NRS_SUBMISSION_POSTURE_CHANGE, "POSTURE_CHANGE", "", ""},
	{NRS_SUBMISSION_APPROVAL, "APPROVAL", "", ""},
	{NRS_SUBMISSION_CUT_OFF, "CUT_OFF", "", ""},
	{NRS_SUBMISSION_DEADLINE, "DEADLINE", "", ""},
	{NRS_SUBMISSION_SUBSCRIPTION, "SUBSCRIPTION", "", ""},
};

static const struct nrs_term posture_terms[] = {
	{NRS_POSTURE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_POSTURE_NORMAL, "NORMAL", "", ""},
	{NRS_POSTURE_HEIGHTENED, "HEIGHTENED", "", ""},
	{NRS_POSTURE_INCIDENT, "INCIDENT", "", ""},
};

static const struct nrs_term matrix_column_terms[] = {
	{NRS_COLUMN_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_COLUMN_A, "A", "", ""},
	{NRS_COLUMN_B_A, "B_A", "", ""},
	{NRS_COLUMN_B_B, "B_B", "", ""},
	{NRS_COLUMN_B_C, "B_C", "", ""},
	{NRS_COLUMN_C, "C", "", ""},
};

static const struct nrs_term route_terms[] = {
	{NRS_ROUTE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_ROUTE_REALTIME, "REALTIME", "", ""},
	{NRS_ROUTE_NEWSLETTER, "NEWSLETTER", "", ""},
	{NRS_ROUTE_WEB, "WEB", "", ""},
	{NRS_ROUTE_OVERRIDE, "OVERRIDE", "", ""},
};

static const struct nrs_term news_section_terms[] = {
	{NRS_NEWS_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_NEWS_WARNINGS, "WARNINGS", "", ""},
	{NRS_NEWS_THREATS, "THREATS", "", ""},
	{NRS_NEWS_CASES, "CASES", "", ""},
	{NRS_NEWS_ABROAD, "ABROAD", "", ""},
	{NRS_NEWS_RULES, "RULES", "", ""},
	{NRS_NEWS_MEETINGS, "MEETINGS", "", ""},
	{NRS_NEWS_STATISTICS, "STATISTICS", "", ""},
	{NRS_NEWS_CORRECTIONS, "CORRECTIONS", "", ""},
	{NRS_NEWS_SENT, "SENT", "", ""},
};

static const struct nrs_term verdict_terms[] = {
	{NRS_VERDICT_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_VERDICT_RELEASED, "RELEASED", "", ""},
	{NRS_VERDICT_WAITING, "WAITING", "", ""},
	{NRS_VERDICT_HELD, "HELD", "", ""},
	{NRS_VERDICT_EXPIRED, "EXPIRED", "", ""},
	{NRS_VERDICT_REJECTED, "REJECTED", "", ""},
	{NRS_VERDICT_APPLIED, "APPLIED", "", ""},
	{NRS_VERDICT_DUPLICATE, "DUPLICATE", "", ""},
};

static const struct nrs_term subscriber_kind_terms[] = {
	{NRS_SUBSCRIBER_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_SUBSCRIBER_MINISTRY, "MINISTRY", "", ""},
	{NRS_SUBSCRIBER_CEPTOAR, "CEPTOAR", "", ""},
	{NRS_SUBSCRIBER_OPERATOR, "OPERATOR", "", ""},
};

static const struct nrs_term channel_type_terms[] = {
	{NRS_CHANNEL_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_CHANNEL_MAIL, "MAIL", "", ""},
	{NRS_CHANNEL_WEBHOOK, "WEBHOOK", "", ""},
	{NRS_CHANNEL_TOPIC, "TOPIC", "", ""},
};

static const struct nrs_term delivery_purpose_terms[] = {
	{NRS_PURPOSE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_PURPOSE_ALERT, "ALERT", "", ""},
	{NRS_PURPOSE_NEWSLETTER, "NEWSLETTER", "", ""},
	{NRS_PURPOSE_REMINDER, "REMINDER", "", ""},
	{NRS_PURPOSE_ESCALATION, "ESCALATION", "", ""},
	{NRS_PURPOSE_STUB, "STUB", "", ""},
};

static const struct nrs_term slot_terms[] = {
	{NRS_SLOT_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_SLOT_NONE, "NONE", "", ""},
	{NRS_SLOT_ADDRESS, "ADDRESS", "", ""},
	{NRS_SLOT_MESSAGE_ID, "MESSAGE_ID", "", ""},
	{NRS_SLOT_GREETING, "GREETING", "", ""},
	{NRS_SLOT_ACK_LINK, "ACK_LINK", "", ""},
};

static const struct nrs_term delivery_state_terms[] = {
	{NRS_STATE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_STATE_INTENT, "INTENT", "", ""},
	{NRS_STATE_DEFERRED, "DEFERRED", "", ""},
	{NRS_STATE_DELIVERED, "DELIVERED", "", ""},
	{NRS_STATE_FAILED, "FAILED", "", ""},
	{NRS_STATE_EXPIRED, "EXPIRED", "", ""},
	{NRS_STATE_CANCELLED, "CANCELLED", "", ""},
	{NRS_STATE_ACKNOWLEDGED, "ACKNOWLEDGED", "", ""},
	{NRS_STATE_RESPONDED, "RESPONDED", "", ""},
};

static const struct nrs_term failure_reason_terms[] = {
	{NRS_FAILURE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_FAILURE_CONTACT_STALE, "CONTACT_STALE", "", ""},
	{NRS_FAILURE_UNREACHABLE, "UNREACHABLE", "", ""},
	{NRS_FAILURE_REJECTED, "REJECTED", "", ""},
	{NRS_FAILURE_TIMEOUT, "TIMEOUT", "", ""},
};

static const struct nrs_term response_terms[] = {
	{NRS_RESPONSE_UNSPECIFIED, "UNSPECIFIED", "", ""},
	{NRS_RESPONSE_NOT_AFFECTED, "NOT_AFFECTED", "", ""},
	{NRS_RESPONSE_AFFECTED, "AFFECTED", "", ""},
	{NRS_RESPONSE_MITIGATED, "MITIGATED", "", ""},
	{NRS_RESPONSE_INVESTIGATING, "INVESTIGATING", "", ""},
};

#define LIST(id, t) [NRS_VOC_##id] = {t##_terms, sizeof(t##_terms) / sizeof(t##_terms[0])}

static const struct {
	const struct nrs_term *terms;
	size_t n;
} lists[NRS_VOC_COUNT] = {
	LIST(MODE, mode),
	LIST(MSG_KIND, msg_kind),
	LIST(STREAM, stream),
	LIST(SOURCE_ROW, source_row),
	LIST(ITEM_TYPE, item_type),
	LIST(URGENCY, urgency),
	LIST(TLP, tlp),
	LIST(THREAT_CATEGORY, threat_category),
	LIST(CAUSE_CLASS, cause_class),
	LIST(EVENT_TYPE, event_type),
	LIST(TRI, tri),
	LIST(SEVERITY, severity),
	LIST(ARRANGEMENT_ACTION, arrangement_action),
	LIST(ARRANGEMENT_POLICY, arrangement_policy),
	LIST(SUBMISSION_TYPE, submission_type),
	LIST(POSTURE, posture),
	LIST(MATRIX_COLUMN, matrix_column),
	LIST(ROUTE, route),
	LIST(NEWS_SECTION, news_section),
	LIST(VERDICT, verdict),
	LIST(SUBSCRIBER_KIND, subscriber_kind),
	LIST(CHANNEL_TYPE, channel_type),
	LIST(DELIVERY_PURPOSE, delivery_purpose),
	LIST(SLOT, slot),
	LIST(DELIVERY_STATE, delivery_state),
	LIST(FAILURE_REASON, failure_reason),
	LIST(RESPONSE, response),
};
/* clang-format on */

const struct nrs_term *
nrs_terms(enum nrs_vocabulary voc, size_t *n)
{
	*n = lists[voc].n;
	return lists[voc].terms;
}
