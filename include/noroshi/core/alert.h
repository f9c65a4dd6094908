/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_ALERT_H
#define NOROSHI_CORE_ALERT_H
/*
 * alert: what CEPTOARs and the dispatcher read.
 *
 * Plain values: strings are never NULL after decoding, absent ones are "";
 * absent sub-messages are NULL; everything points into the arena that it was
 * decoded into. Field by field the same as proto/noroshi/v1/alert.proto, where
 * the comments are; core/schema.h holds the rows that tie the two together.
 *
 * long: one struct after another, in the order of the schema.
 */
#include "noroshi/core/decision.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* alert.<sector>.<label>, alert.ceptoar.<id>, web. Verify the signature over
 * the statement made of payload, addressing_sha256, type and mode; then decode
 * payload as Content. */
struct nrs_alert {
	struct nrs_bytes payload;
	struct nrs_bytes addressing_sha256;
	struct nrs_signature *signatures;
	size_t n_signatures;
	struct nrs_classification *classification;
	bool stub; /* payload is StubContent */
	int64_t accepted_at;
	const char *submission_id;
	enum nrs_mode mode;
};

/* dispatch.alert: one per released notice, with its addressing. */
struct nrs_dispatch {
	struct nrs_bytes payload;
	struct nrs_bytes addressing;
	struct nrs_signature *signatures;
	size_t n_signatures;
	struct nrs_classification *copies; /* those with REALTIME or OVERRIDE */
	size_t n_copies;
	struct nrs_stub *stubs;
	size_t n_stubs;
	int64_t accepted_at;
	int64_t journal_offset;
	const char *submission_id;
	enum nrs_mode mode;
	const char **supersedes_all; /* every earlier notice of the thread */
	size_t n_supersedes_all;
	struct nrs_newsletter *newsletter; /* dispatch.newsletter instead */
};

struct nrs_newsletter_item {
	enum nrs_news_section section;
	uint32_t number;
	struct nrs_alert *alert; /* the signed bytes, or */
	const char *title;       /* a line of 発信一覧 or 訂正・取消 */
	const char *notice_id;
	const char *thread_id;
	uint32_t revision;
	enum nrs_msg_kind kind;
	enum nrs_tlp tlp;
	int64_t at;
	/* of a line: lang and title, no more */
	struct nrs_translation *titles;
	size_t n_titles;
	/* dispatch.newsletter: for readers who had an earlier notice of the
	 * thread (up to carried_tlp) and may not see this one. Not alert, not
	 * title: it is for nobody's newsletter, and its tlp is RED. */
	struct nrs_alert *stub;
	enum nrs_tlp carried_tlp;
};

/* newsletter.<sector>.<label>: one record per item and a closing one. */
struct nrs_newsletter {
	const char *issue_id; /* deterministic: list, window, sector, label */
	const char *sector;
	enum nrs_tlp label;
	uint32_t number; /* 第n号 */
	int64_t from;
	int64_t to;
	struct nrs_newsletter_item *item; /* absent in the closing record */
	bool closing;
	uint32_t total; /* items of the edition, in the closing record */
	bool late;
	enum nrs_mode mode;
	struct nrs_newsletter_item *items; /* dispatch.newsletter: all in one */
	size_t n_items;
};
#endif
