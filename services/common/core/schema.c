/* SPDX-License-Identifier: Apache-2.0 */
/*
 * long: a table, one row per field, in the order of the proto files.
 */
#include "noroshi/core/schema.h"

#include "noroshi/core/alert.h"
#include "noroshi/core/command.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/notice.h"

#define ROW(no, s, f, t, m, no2, v, msg)                                       \
	{                                                                      \
		.name = #f, .number = (no), .type = NRS_FIELD_##t,             \
		.offset = offsetof(struct nrs_##s, f), .many = (m),            \
		.n_offset = (no2), .voc = (v), .message = (msg)                \
	}
#define COUNT(s, f) offsetof(struct nrs_##s, n_##f)
#define ONE(no, s, f, t) ROW(no, s, f, t, false, 0, 0, 0)
#define MANY(no, s, f, t) ROW(no, s, f, t, true, COUNT(s, f), 0, 0)
#define TERM(no, s, f, v) ROW(no, s, f, TERM, false, 0, NRS_VOC_##v, 0)
/* An unknown number becomes value: see struct nrs_field. */
#define TERM_OR(no, s, f, v, value)                                            \
	{                                                                      \
		.name = #f, .number = (no), .type = NRS_FIELD_TERM,            \
		.offset = offsetof(struct nrs_##s, f), .voc = NRS_VOC_##v,     \
		.safest = (value)                                              \
	}
#define MANY_TERM(no, s, f, v)                                                 \
	ROW(no, s, f, TERM, true, COUNT(s, f), NRS_VOC_##v, 0)
#define MANY_SECRET(no, s, f)                                                  \
	{                                                                      \
		.name = #f, .number = (no), .type = NRS_FIELD_STRING,          \
		.offset = offsetof(struct nrs_##s, f), .many = true,           \
		.n_offset = COUNT(s, f), .secret = true                        \
	}
#define ONE_OF(no, s, f, msg) ROW(no, s, f, MESSAGE, false, 0, 0, msg)
#define MANY_OF(no, s, f, msg) ROW(no, s, f, MESSAGE, true, COUNT(s, f), 0, msg)

/* clang-format off */
static const struct nrs_field section_fields[] = {
	ONE(1, section, label, STRING),
	ONE(2, section, text, STRING),
};

static const struct nrs_field countermeasure_fields[] = {
	ONE(1, countermeasure, text, STRING),
	ONE(2, countermeasure, deadline, TIME),
};

static const struct nrs_field vulnerability_fields[] = {
	ONE(1, vulnerability, cve, STRING),
	ONE(2, vulnerability, jvndb_id, STRING),
	MANY(3, vulnerability, cpe, STRING),
	ONE(4, vulnerability, cvss_vector, STRING),
	ONE(5, vulnerability, cvss_score_x10, UINT32),
};

static const struct nrs_field reference_fields[] = {
	ONE(1, reference, title, STRING),
	ONE(2, reference, url, STRING),
};

static const struct nrs_field attachment_fields[] = {
	ONE(1, attachment, name, STRING),
	ONE(2, attachment, sha256, BYTES),
	ONE(3, attachment, size, INT64),
	ONE(4, attachment, uri, STRING),
};

static const struct nrs_field contact_fields[] = {
	ONE(1, contact, role, STRING),
	ONE(2, contact, channel, STRING),
	ONE(3, contact, address, STRING),
};

static const struct nrs_field contact_arrangement_fields[] = {
	TERM(1, contact_arrangement, action, ARRANGEMENT_ACTION),
	ONE(2, contact_arrangement, arrangement_id, STRING),
	ONE(3, contact_arrangement, hq_name, STRING),
	MANY(4, contact_arrangement, sectors, STRING),
	MANY_OF(5, contact_arrangement, contacts, NRS_TYPE_CONTACT),
	TERM(6, contact_arrangement, policy, ARRANGEMENT_POLICY),
	ONE(7, contact_arrangement, effective_from, TIME),
	ONE(8, contact_arrangement, effective_until, TIME),
};

static const struct nrs_field translation_fields[] = {
	ONE(1, translation, lang, STRING),
	ONE(2, translation, title, STRING),
	ONE(3, translation, summary, STRING),
	MANY_OF(4, translation, sections, NRS_TYPE_SECTION),
	MANY(5, translation, countermeasures, STRING),
	ONE(6, translation, nisc_comment, STRING),
	ONE(7, translation, impact, STRING),
	ONE(8, translation, revision_reason, STRING),
};

static const struct nrs_field content_fields[] = {
	ONE(1, content, notice_id, STRING),
	ONE(2, content, thread_id, STRING),
	ONE(3, content, revision, UINT32),
	TERM(4, content, kind, MSG_KIND),
	ONE(5, content, is_final, BOOL),
	MANY(6, content, supersedes, STRING),
	ONE(7, content, revision_reason, STRING),
	TERM(8, content, mode, MODE),
	ONE(9, content, exercise_id, STRING),
	TERM(10, content, stream, STREAM),
	TERM(11, content, source_row, SOURCE_ROW),
	TERM(15, content, item_type, ITEM_TYPE),
	TERM(18, content, urgency, URGENCY),
	TERM(20, content, threat, THREAT_CATEGORY),
	TERM(21, content, cause, CAUSE_CLASS),
	MANY_TERM(22, content, contributing_causes, CAUSE_CLASS),
	TERM(23, content, event_type, EVENT_TYPE),
	ONE(24, content, taxonomy_version, STRING),
	TERM(25, content, verification_level, TRI),
	TERM(26, content, severity, SEVERITY),
	TERM(27, content, tlp, TLP),
	ONE(32, content, lang, STRING),
	ONE(33, content, title, STRING),
	ONE(34, content, summary, STRING),
	MANY_OF(35, content, sections, NRS_TYPE_SECTION),
	MANY_OF(36, content, countermeasures, NRS_TYPE_COUNTERMEASURE),
	ONE(37, content, nisc_comment, STRING),
	ONE(38, content, impact, STRING),
	MANY_OF(39, content, vulns, NRS_TYPE_VULNERABILITY),
	MANY_OF(40, content, references, NRS_TYPE_REFERENCE),
	ONE(41, content, occurred_at, TIME),
	ONE(42, content, detected_at, TIME),
	ONE(43, content, issued_at, TIME),
	ONE(44, content, valid_from, TIME),
	ONE(45, content, valid_until, TIME),
	ONE(47, content, ack_waived, BOOL),
	ONE(48, content, ack_deadline, TIME),
	ONE_OF(49, content, contact_change, NRS_TYPE_CONTACT_ARRANGEMENT),
	MANY_OF(50, content, attachments, NRS_TYPE_ATTACHMENT),
	ONE(51, content, schema_version, UINT32),
	ONE(60, content, originator_text, STRING),
	ONE(61, content, tlp_widened_by, STRING),
	ONE(62, content, no_countermeasure, BOOL),
	MANY_OF(64, content, translations, NRS_TYPE_TRANSLATION),
};

static const struct nrs_field addressing_fields[] = {
	ONE(12, addressing, originator, STRING),
	ONE(13, addressing, originator_shown, BOOL),
	MANY(28, addressing, sectors, STRING),
	MANY(29, addressing, ceptoars, STRING),
	MANY(30, addressing, recipients, STRING),
	MANY(31, addressing, excluded_recipients, STRING),
	ONE(63, addressing, salt, BYTES),
};

static const struct nrs_field signature_fields[] = {
	ONE(1, signature, key_id, STRING),
	ONE(2, signature, signature, BYTES),
};

static const struct nrs_field stub_fields[] = {
	ONE(1, stub, payload, BYTES),
	MANY_OF(2, stub, signatures, NRS_TYPE_SIGNATURE),
};

static const struct nrs_field stub_content_fields[] = {
	ONE(1, stub_content, notice_id, STRING),
	ONE(2, stub_content, thread_id, STRING),
	ONE(3, stub_content, revision, UINT32),
	TERM(4, stub_content, kind, MSG_KIND),
	TERM(5, stub_content, mode, MODE),
	MANY(6, stub_content, supersedes, STRING),
	ONE(7, stub_content, issued_at, TIME),
};

static const struct nrs_field submission_fields[] = {
	ONE(1, submission, submission_id, STRING),
	TERM(2, submission, type, SUBMISSION_TYPE),
	TERM(3, submission, mode, MODE),
	ONE(4, submission, payload, BYTES),
	ONE(5, submission, addressing, BYTES),
	MANY_OF(6, submission, signatures, NRS_TYPE_SIGNATURE),
	MANY_OF(7, submission, stubs, NRS_TYPE_STUB),
	ONE(8, submission, accepted_at, TIME),
};

static const struct nrs_field posture_change_fields[] = {
	ONE(1, posture_change, scope, STRING),
	TERM(2, posture_change, posture, POSTURE),
	ONE(3, posture_change, until, TIME),
	ONE(4, posture_change, reason, STRING),
	TERM(5, posture_change, mode, MODE),
	ONE(6, posture_change, issued_at, TIME),
	ONE(7, posture_change, change_id, STRING),
};

static const struct nrs_field approval_fields[] = {
	ONE(1, approval, approval_id, STRING),
	ONE(2, approval, submission_id, STRING),
	ONE(3, approval, payload_sha256, BYTES),
	ONE(4, approval, addressing_sha256, BYTES),
	TERM(5, approval, mode, MODE),
	ONE(6, approval, source_consent, STRING),
	ONE(7, approval, audience_sha256, BYTES),
	ONE(8, approval, audience_count, UINT32),
	ONE(9, approval, refused, BOOL),
	ONE(10, approval, issued_at, TIME),
};

static const struct nrs_field cut_off_fields[] = {
	ONE(1, cut_off, list, STRING),
	ONE(2, cut_off, window_id, STRING),
	ONE(3, cut_off, due_at, TIME),
	ONE(4, cut_off, late, BOOL),
	TERM(5, cut_off, mode, MODE),
	ONE(6, cut_off, next_at, TIME),
	ONE(7, cut_off, announce, BOOL),
};

static const struct nrs_field deadline_fields[] = {
	ONE(1, deadline, deadline_id, STRING),
	ONE(2, deadline, due_at, TIME),
	TERM(3, deadline, mode, MODE),
};

static const struct nrs_field classification_fields[] = {
	TERM(1, classification, column, MATRIX_COLUMN),
	ONE(2, classification, sector, STRING),
	ONE(3, classification, ceptoar, STRING),
	TERM(4, classification, posture, POSTURE),
	MANY_TERM(5, classification, routes, ROUTE),
	ONE(6, classification, route_rule, STRING),
	MANY(7, classification, rules, STRING),
	TERM(8, classification, newsletter_section, NEWS_SECTION),
	ONE(9, classification, arrangement_id, STRING),
	ONE(10, classification, posture_review, BOOL),
	ONE(11, classification, decided_at, TIME),
	ONE(12, classification, ack_required, BOOL),
};

static const struct nrs_field versions_fields[] = {
	ONE(1, versions, rules, STRING),
	ONE(2, versions, sectors, STRING),
	ONE(3, versions, software, STRING),
};

static const struct nrs_field thread_sector_fields[] = {
	ONE(1, thread_sector, sector, STRING),
	MANY_TERM(2, thread_sector, routes, ROUTE),
	MANY(3, thread_sector, topics, STRING),
	MANY(4, thread_sector, ceptoars, STRING),
	ONE(5, thread_sector, limited, BOOL),
	ONE(6, thread_sector, carried, BOOL),
	TERM(7, thread_sector, carried_tlp, TLP),
};

static const struct nrs_field thread_change_fields[] = {
	ONE(1, thread_change, thread_id, STRING),
	ONE(2, thread_change, revision, UINT32),
	ONE(3, thread_change, notice_id, STRING),
	TERM(4, thread_change, kind, MSG_KIND),
	TERM(5, thread_change, mode, MODE),
	TERM(6, thread_change, tlp, TLP),
	TERM(7, thread_change, item_type, ITEM_TYPE),
	ONE(8, thread_change, is_final, BOOL),
	ONE(9, thread_change, valid_until, TIME),
	MANY_OF(10, thread_change, sectors, NRS_TYPE_THREAD_SECTOR),
	ONE(11, thread_change, exercise_id, STRING),
	MANY(12, thread_change, notice_ids, STRING),
};

static const struct nrs_field posture_set_fields[] = {
	ONE(1, posture_set, scope, STRING),
	TERM(2, posture_set, posture, POSTURE),
	ONE(3, posture_set, until, TIME),
	ONE(4, posture_set, remind_at, TIME),
};

static const struct nrs_field arrangement_set_fields[] = {
	ONE_OF(1, arrangement_set, arrangement, NRS_TYPE_CONTACT_ARRANGEMENT),
	ONE(2, arrangement_set, notice_id, STRING),
	ONE(3, arrangement_set, remind_at, TIME),
	ONE(4, arrangement_set, thread_id, STRING),
	ONE(5, arrangement_set, kept, BOOL),
};

static const struct nrs_field waiting_change_fields[] = {
	ONE(1, waiting_change, remove, BOOL),
	ONE(2, waiting_change, notice_id, STRING),
	ONE(3, waiting_change, thread_id, STRING),
	ONE(4, waiting_change, revision, UINT32),
	ONE(5, waiting_change, journal_offset, INT64),
	ONE(6, waiting_change, sector, STRING),
	TERM(7, waiting_change, tlp, TLP),
	TERM(8, waiting_change, column, MATRIX_COLUMN),
	TERM(9, waiting_change, urgency, URGENCY),
	ONE(10, waiting_change, valid_until, TIME),
	TERM(11, waiting_change, section, NEWS_SECTION),
	ONE(12, waiting_change, why, STRING),
	ONE(13, waiting_change, title_of, STRING),
	ONE(14, waiting_change, sent, BOOL),
	ONE(15, waiting_change, rule, STRING),
	ONE(16, waiting_change, at, TIME),
	ONE(17, waiting_change, bytes, INT64),
	ONE(18, waiting_change, ack_waived, BOOL),
	TERM(19, waiting_change, kind, MSG_KIND),
	TERM(20, waiting_change, item_type, ITEM_TYPE),
	TERM(21, waiting_change, carried_tlp, TLP),
	ONE(22, waiting_change, stub, BOOL),
};

static const struct nrs_field promotion_fields[] = {
	ONE(1, promotion, notice_id, STRING),
	ONE(2, promotion, thread_id, STRING),
	ONE(3, promotion, revision, UINT32),
	ONE(4, promotion, journal_offset, INT64),
	TERM(5, promotion, tlp, TLP),
	ONE_OF(6, promotion, copy, NRS_TYPE_CLASSIFICATION),
	MANY(7, promotion, topics, STRING),
	MANY(8, promotion, supersedes_all, STRING),
};

static const struct nrs_field issue_fields[] = {
	ONE(1, issue, issue_id, STRING),
	ONE(2, issue, list, STRING),
	ONE(3, issue, window_id, STRING),
	ONE(4, issue, sector, STRING),
	ONE(5, issue, number, UINT32),
	ONE(6, issue, from, TIME),
	ONE(7, issue, to, TIME),
	ONE(8, issue, late, BOOL),
	ONE(9, issue, total, UINT32),
};

static const struct nrs_field drain_fields[] = {
	ONE(1, drain, list, STRING),
	ONE(2, drain, window_id, STRING),
	ONE(3, drain, below, INT64),
	ONE(4, drain, late, BOOL),
};

static const struct nrs_field held_change_fields[] = {
	ONE(1, held_change, remove, BOOL),
	ONE(2, held_change, submission_id, STRING),
	ONE(3, held_change, journal_offset, INT64),
	ONE(4, held_change, needs, STRING),
	ONE(5, held_change, why, STRING),
};

static const struct nrs_field outcome_fields[] = {
	ONE(1, outcome, journal_offset, INT64),
	ONE(2, outcome, submission_id, STRING),
	TERM(3, outcome, type, SUBMISSION_TYPE),
	TERM(4, outcome, mode, MODE),
	ONE(5, outcome, thread_id, STRING),
	ONE(6, outcome, revision, UINT32),
	TERM(7, outcome, kind, MSG_KIND),
	TERM(8, outcome, verdict, VERDICT),
	ONE(9, outcome, field, STRING),
	ONE(10, outcome, rule, STRING),
	ONE(11, outcome, text, STRING),
	ONE(12, outcome, payload_sha256, BYTES),
	ONE(13, outcome, addressing_sha256, BYTES),
	ONE(14, outcome, accepted_at, TIME),
	ONE(15, outcome, decided_at, TIME),
	MANY_OF(16, outcome, copies, NRS_TYPE_CLASSIFICATION),
	MANY(17, outcome, topics, STRING),
	ONE_OF(18, outcome, versions, NRS_TYPE_VERSIONS),
	ONE(19, outcome, first_offset, INT64),
	ONE(20, outcome, next_deadline, TIME),
	ONE(21, outcome, next_deadline_id, STRING),
	ONE(22, outcome, posture_review, BOOL),
	TERM(23, outcome, tlp, TLP),
	TERM(24, outcome, item_type, ITEM_TYPE),
	TERM(25, outcome, stream, STREAM),
	MANY(26, outcome, stub_topics, STRING),
	ONE(27, outcome, about_id, STRING),
	ONE(28, outcome, remembered, BOOL),
	ONE_OF(30, outcome, thread, NRS_TYPE_THREAD_CHANGE),
	MANY_OF(31, outcome, postures, NRS_TYPE_POSTURE_SET),
	MANY_OF(32, outcome, arrangements, NRS_TYPE_ARRANGEMENT_SET),
	MANY_OF(33, outcome, waiting, NRS_TYPE_WAITING_CHANGE),
	MANY_OF(34, outcome, held, NRS_TYPE_HELD_CHANGE),
	ONE_OF(35, outcome, cut_off, NRS_TYPE_CUT_OFF),
	MANY_OF(36, outcome, promotions, NRS_TYPE_PROMOTION),
	MANY_OF(37, outcome, issues, NRS_TYPE_ISSUE),
	MANY_OF(38, outcome, drains, NRS_TYPE_DRAIN),
	ONE(39, outcome, more, BOOL),
	MANY(40, outcome, attention, STRING),
};

static const struct nrs_field rejection_fields[] = {
	ONE(1, rejection, topic, STRING),
	ONE(2, rejection, partition, UINT32),
	ONE(3, rejection, offset, INT64),
	ONE(4, rejection, service, STRING),
	ONE(5, rejection, field, STRING),
	ONE(6, rejection, rule, STRING),
	ONE(7, rejection, text, STRING),
	ONE(8, rejection, at, TIME),
	TERM(9, rejection, mode, MODE),
	ONE(10, rejection, submission_id, STRING),
};

static const struct nrs_field audit_fields[] = {
	ONE(1, audit, at, TIME),
	ONE(2, audit, service, STRING),
	ONE(3, audit, who, STRING),
	ONE(4, audit, action, STRING),
	ONE(5, audit, about_id, STRING),
	ONE(6, audit, detail, STRING),
	TERM(7, audit, mode, MODE),
};

static const struct nrs_field alert_fields[] = {
	ONE(1, alert, payload, BYTES),
	ONE(2, alert, addressing_sha256, BYTES),
	MANY_OF(3, alert, signatures, NRS_TYPE_SIGNATURE),
	ONE_OF(4, alert, classification, NRS_TYPE_CLASSIFICATION),
	ONE(5, alert, stub, BOOL),
	ONE(6, alert, accepted_at, TIME),
	ONE(7, alert, submission_id, STRING),
	TERM(8, alert, mode, MODE),
};

static const struct nrs_field dispatch_fields[] = {
	ONE(1, dispatch, payload, BYTES),
	ONE(2, dispatch, addressing, BYTES),
	MANY_OF(3, dispatch, signatures, NRS_TYPE_SIGNATURE),
	MANY_OF(4, dispatch, copies, NRS_TYPE_CLASSIFICATION),
	MANY_OF(5, dispatch, stubs, NRS_TYPE_STUB),
	ONE(6, dispatch, accepted_at, TIME),
	ONE(7, dispatch, journal_offset, INT64),
	ONE(8, dispatch, submission_id, STRING),
	TERM(9, dispatch, mode, MODE),
	MANY(10, dispatch, supersedes_all, STRING),
	ONE_OF(11, dispatch, newsletter, NRS_TYPE_NEWSLETTER),
};

static const struct nrs_field newsletter_item_fields[] = {
	TERM(1, newsletter_item, section, NEWS_SECTION),
	ONE(2, newsletter_item, number, UINT32),
	ONE_OF(3, newsletter_item, alert, NRS_TYPE_ALERT),
	ONE(4, newsletter_item, title, STRING),
	ONE(5, newsletter_item, notice_id, STRING),
	ONE(6, newsletter_item, thread_id, STRING),
	ONE(7, newsletter_item, revision, UINT32),
	TERM(8, newsletter_item, kind, MSG_KIND),
	TERM(9, newsletter_item, tlp, TLP),
	ONE(10, newsletter_item, at, TIME),
	MANY_OF(11, newsletter_item, titles, NRS_TYPE_TRANSLATION),
	ONE_OF(12, newsletter_item, stub, NRS_TYPE_ALERT),
	TERM(13, newsletter_item, carried_tlp, TLP),
};

static const struct nrs_field newsletter_fields[] = {
	ONE(1, newsletter, issue_id, STRING),
	ONE(2, newsletter, sector, STRING),
	TERM(3, newsletter, label, TLP),
	ONE(4, newsletter, number, UINT32),
	ONE(5, newsletter, from, TIME),
	ONE(6, newsletter, to, TIME),
	ONE_OF(7, newsletter, item, NRS_TYPE_NEWSLETTER_ITEM),
	ONE(8, newsletter, closing, BOOL),
	ONE(9, newsletter, total, UINT32),
	ONE(10, newsletter, late, BOOL),
	TERM(11, newsletter, mode, MODE),
	MANY_OF(12, newsletter, items, NRS_TYPE_NEWSLETTER_ITEM),
};

static const struct nrs_field channel_fields[] = {
	TERM(1, channel, type, CHANNEL_TYPE),
	ONE(2, channel, address, STRING),
	MANY_SECRET(3, channel, secrets),
	ONE(4, channel, unverified, BOOL),
};

static const struct nrs_field filter_fields[] = {
	MANY_TERM(1, filter, item_types, ITEM_TYPE),
	MANY_TERM(2, filter, columns, MATRIX_COLUMN),
	TERM_OR(3, filter, min_urgency, URGENCY, NRS_URGENCY_ROUTINE),
	TERM(4, filter, min_severity, SEVERITY),
	MANY(5, filter, cpe_prefixes, STRING),
	MANY(6, filter, keywords, STRING),
};

static const struct nrs_field subscription_fields[] = {
	ONE(1, subscription, subscriber_id, STRING),
	TERM(2, subscription, kind, SUBSCRIBER_KIND),
	ONE(3, subscription, organisation, STRING),
	ONE(4, subscription, name, STRING),
	MANY(5, subscription, sectors, STRING),
	MANY(6, subscription, ceptoars, STRING),
	ONE_OF(7, subscription, filter, NRS_TYPE_FILTER),
	TERM_OR(8, subscription, max_tlp, TLP, NRS_TLP_CLEAR),
	ONE(9, subscription, lang, STRING),
	MANY_OF(10, subscription, channels, NRS_TYPE_CHANNEL),
	ONE(11, subscription, digest_off, BOOL),
	ONE_OF(12, subscription, second_contact, NRS_TYPE_CHANNEL),
	ONE(13, subscription, inactive, BOOL),
	ONE(14, subscription, updated_at, TIME),
};

static const struct nrs_field part_fields[] = {
	ONE(1, part, data, BYTES),
	TERM(2, part, slot, SLOT),
	ONE(3, part, text, STRING),
};

static const struct nrs_field variant_fields[] = {
	ONE(1, variant, lang, STRING),
	TERM(2, variant, channel, CHANNEL_TYPE),
	MANY_OF(3, variant, parts, NRS_TYPE_PART),
	ONE(4, variant, media_type, STRING),
};

static const struct nrs_field delivery_fields[] = {
	ONE(1, delivery, key, BYTES),
	ONE(2, delivery, subscriber_id, STRING),
	ONE_OF(3, delivery, channel, NRS_TYPE_CHANNEL),
	ONE(4, delivery, variant, UINT32),
	ONE(5, delivery, greeting, STRING),
	ONE(6, delivery, ack_token, STRING),
	TERM(7, delivery, kind, SUBSCRIBER_KIND),
	ONE(8, delivery, organisation, STRING),
	ONE(9, delivery, awaits, BYTES),
	ONE(10, delivery, stub_key, BYTES),
};

static const struct nrs_field verification_fields[] = {
	ONE(1, verification, subscriber_id, STRING),
	ONE(2, verification, address_sha256, BYTES),
	ONE(3, verification, verified_at, TIME),
};

static const struct nrs_field endpoint_fields[] = {
	ONE(1, endpoint, subscriber_id, STRING),
	ONE(2, endpoint, address, STRING),
	ONE(3, endpoint, gone_at, TIME),
	ONE(4, endpoint, detail, STRING),
	ONE(5, endpoint, key, BYTES),
	ONE(6, endpoint, notice_id, STRING),
	TERM(7, endpoint, mode, MODE),
};

static const struct nrs_field delivery_batch_fields[] = {
	ONE(1, delivery_batch, notice_id, STRING),
	ONE(2, delivery_batch, thread_id, STRING),
	ONE(3, delivery_batch, revision, UINT32),
	TERM(4, delivery_batch, kind, MSG_KIND),
	TERM(5, delivery_batch, mode, MODE),
	TERM(6, delivery_batch, tlp, TLP),
	TERM(7, delivery_batch, purpose, DELIVERY_PURPOSE),
	TERM(8, delivery_batch, urgency, URGENCY),
	ONE(9, delivery_batch, accepted_at, TIME),
	ONE(10, delivery_batch, planned_at, TIME),
	ONE(11, delivery_batch, not_before, TIME),
	ONE(12, delivery_batch, give_up_at, TIME),
	ONE(13, delivery_batch, source_offset, INT64),
	MANY_OF(14, delivery_batch, variants, NRS_TYPE_VARIANT),
	MANY_OF(15, delivery_batch, deliveries, NRS_TYPE_DELIVERY),
	ONE(16, delivery_batch, chunk, UINT32),
	ONE(17, delivery_batch, n_chunks, UINT32),
	ONE(18, delivery_batch, ack_by, TIME),
	ONE(19, delivery_batch, occasion, UINT32),
	ONE(20, delivery_batch, awaits_from, STRING),
};

static const struct nrs_field receipt_fields[] = {
	ONE(1, receipt, key, BYTES),
	ONE(2, receipt, notice_id, STRING),
	ONE(3, receipt, thread_id, STRING),
	ONE(4, receipt, revision, UINT32),
	TERM(5, receipt, stage, SUBSCRIBER_KIND),
	TERM(6, receipt, state, DELIVERY_STATE),
	ONE(7, receipt, at, TIME),
	ONE(8, receipt, attempt, UINT32),
	TERM(9, receipt, failure_reason, FAILURE_REASON),
	TERM(10, receipt, response, RESPONSE),
	ONE(11, receipt, relayed, UINT32),
	ONE(12, receipt, relayed_of, UINT32),
	TERM(13, receipt, mode, MODE),
	ONE(14, receipt, subscriber_id, STRING),
	TERM(15, receipt, channel, CHANNEL_TYPE),
	ONE(16, receipt, detail, STRING),
	ONE(17, receipt, delivery_offset, INT64),
	ONE(18, receipt, accepted_at, TIME),
	ONE(19, receipt, repeat, BOOL),
	TERM(20, receipt, purpose, DELIVERY_PURPOSE),
	ONE(21, receipt, body_sha256, BYTES),
	ONE(22, receipt, by, STRING),
	ONE(23, receipt, untold_before, BYTES),
};

#define TYPE(id, s)                                                            \
	[NRS_TYPE_##id] = {.name = #s,                                         \
	    .size = sizeof(struct nrs_##s),                                    \
	    .fields = s##_fields,                                              \
	    .n_fields = sizeof(s##_fields) / sizeof(s##_fields[0])}

static const struct nrs_schema schemas[NRS_TYPE_COUNT] = {
	TYPE(SECTION, section),
	TYPE(COUNTERMEASURE, countermeasure),
	TYPE(VULNERABILITY, vulnerability),
	TYPE(REFERENCE, reference),
	TYPE(ATTACHMENT, attachment),
	TYPE(CONTACT, contact),
	TYPE(CONTACT_ARRANGEMENT, contact_arrangement),
	TYPE(TRANSLATION, translation),
	TYPE(CONTENT, content),
	TYPE(ADDRESSING, addressing),
	TYPE(SIGNATURE, signature),
	TYPE(STUB, stub),
	TYPE(STUB_CONTENT, stub_content),
	TYPE(SUBMISSION, submission),
	TYPE(POSTURE_CHANGE, posture_change),
	TYPE(APPROVAL, approval),
	TYPE(CUT_OFF, cut_off),
	TYPE(DEADLINE, deadline),
	TYPE(CLASSIFICATION, classification),
	TYPE(VERSIONS, versions),
	TYPE(THREAD_SECTOR, thread_sector),
	TYPE(THREAD_CHANGE, thread_change),
	TYPE(POSTURE_SET, posture_set),
	TYPE(ARRANGEMENT_SET, arrangement_set),
	TYPE(WAITING_CHANGE, waiting_change),
	TYPE(HELD_CHANGE, held_change),
	TYPE(PROMOTION, promotion),
	TYPE(ISSUE, issue),
	TYPE(DRAIN, drain),
	TYPE(OUTCOME, outcome),
	TYPE(REJECTION, rejection),
	TYPE(AUDIT, audit),
	TYPE(ALERT, alert),
	TYPE(DISPATCH, dispatch),
	TYPE(NEWSLETTER_ITEM, newsletter_item),
	TYPE(NEWSLETTER, newsletter),
	TYPE(CHANNEL, channel),
	TYPE(FILTER, filter),
	TYPE(SUBSCRIPTION, subscription),
	TYPE(PART, part),
	TYPE(VARIANT, variant),
	TYPE(DELIVERY, delivery),
	TYPE(ENDPOINT, endpoint),
	TYPE(VERIFICATION, verification),
	TYPE(DELIVERY_BATCH, delivery_batch),
	TYPE(RECEIPT, receipt),
};
/* clang-format on */

const struct nrs_schema *
nrs_schema_of(enum nrs_message_type type)
{
	return &schemas[type];
}

size_t
nrs_field_size(const struct nrs_field *field)
{
	static const size_t sizes[] = {
	    [NRS_FIELD_STRING] = sizeof(char *),
	    [NRS_FIELD_BYTES] = sizeof(struct nrs_bytes),
	    [NRS_FIELD_BOOL] = sizeof(bool),
	    [NRS_FIELD_UINT32] = sizeof(uint32_t),
	    [NRS_FIELD_INT64] = sizeof(int64_t),
	    [NRS_FIELD_TIME] = sizeof(int64_t),
	    [NRS_FIELD_TERM] = sizeof(int),
	};

	if (field->type == NRS_FIELD_MESSAGE)
		return schemas[field->message].size;
	return sizes[field->type];
}
