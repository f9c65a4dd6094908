/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_NOTICE_H
#define NOROSHI_CORE_NOTICE_H
/*
 * notice: Content (what recipients see) and Addressing (never forwarded).
 *
 * Plain values: strings are never NULL after decoding, absent ones are "";
 * absent sub-messages are NULL; everything points into the arena that it was
 * decoded into. Field by field the same as proto/noroshi/v1/notice.proto, where
 * the comments are; core/schema.h holds the rows that tie the two together.
 *
 * long: one struct after another, in the order of the schema.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/terms.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrs_section {
	/* one of the sub-items (・) of the item type, or free */
	const char *label;
	const char *text;
};

struct nrs_countermeasure {
	const char *text;
	int64_t deadline; /* 0: none */
};

struct nrs_vulnerability {
	const char *cve;
	const char *jvndb_id;
	const char **cpe;
	size_t n_cpe;
	const char *cvss_vector;
	uint32_t cvss_score_x10;
};

struct nrs_reference {
	const char *title;
	const char *url;
};

struct nrs_attachment {
	const char *name;
	struct nrs_bytes sha256;
	int64_t size;
	const char *uri;
};

struct nrs_contact {
	const char *role;
	const char *channel; /* mail, phone, url */
	const char *address;
};

/* 対策室の設置/閉鎖情報(連絡体制の変更) */
struct nrs_contact_arrangement {
	enum nrs_arrangement_action action;
	const char *arrangement_id;
	const char *hq_name;
	const char **sectors;
	size_t n_sectors;
	struct nrs_contact *contacts;
	size_t n_contacts;
	enum nrs_arrangement_policy policy;
	int64_t effective_from;
	int64_t effective_until;
};

/* The same text in another language, signed with it. It says all that the
 * original says: as many sections and countermeasures, in the same order. */
struct nrs_translation {
	const char *lang;
	const char *title;
	const char *summary;
	struct nrs_section *sections;
	size_t n_sections;
	const char **countermeasures; /* deadlines are the original's */
	size_t n_countermeasures;
	const char *nisc_comment;
	const char *impact;
	const char *revision_reason; /* "": only the original gives it */
};

struct nrs_content {
	const char *notice_id;
	const char *thread_id;
	uint32_t revision;
	enum nrs_msg_kind kind;
	bool is_final;
	const char **supersedes;
	size_t n_supersedes;
	const char *revision_reason;
	enum nrs_mode mode;
	const char *exercise_id;
	enum nrs_stream stream;
	enum nrs_source_row source_row;
	enum nrs_item_type item_type;
	enum nrs_urgency urgency;
	enum nrs_threat_category threat;
	enum nrs_cause_class cause;
	enum nrs_cause_class *contributing_causes;
	size_t n_contributing_causes;
	enum nrs_event_type event_type;
	const char *taxonomy_version; /* PLAN2 (default) or PLAN4 */
	enum nrs_tri verification_level;
	enum nrs_severity severity;
	enum nrs_tlp tlp;
	const char *lang;
	const char *title;
	const char *summary;
	struct nrs_section *sections;
	size_t n_sections;
	struct nrs_countermeasure *countermeasures;
	size_t n_countermeasures;
	const char *nisc_comment;
	const char *impact;
	struct nrs_vulnerability *vulns;
	size_t n_vulns;
	struct nrs_reference *references;
	size_t n_references;
	int64_t occurred_at;
	int64_t detected_at;
	int64_t issued_at;
	int64_t valid_from;
	int64_t valid_until;
	/* inverted: a real-time notice asks for one by default */
	bool ack_waived;
	int64_t ack_deadline;
	struct nrs_contact_arrangement *contact_change;
	struct nrs_attachment *attachments;
	size_t n_attachments;
	uint32_t schema_version;
	const char *originator_text; /* only when the originator may be shown */
	/* who allowed a FOLLOW_UP to widen the label */
	const char *tlp_widened_by;
	bool no_countermeasure; /* none_known: stated, not forgotten */
	struct nrs_translation *translations;
	size_t n_translations;
};

struct nrs_addressing {
	const char *originator;
	bool originator_shown; /* inverted: hidden by default */
	const char **sectors;  /* codes of the sector table; "*" = all */
	size_t n_sectors;
	const char **ceptoars;
	size_t n_ceptoars;
	const char **recipients;
	size_t n_recipients;
	const char **excluded_recipients;
	size_t n_excluded_recipients;
	/* so that a hash in public does not reveal the audience */
	struct nrs_bytes salt;
};
#endif
