/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_DELIVERY_H
#define NOROSHI_CORE_DELIVERY_H
/*
 * delivery: subscriptions, frozen deliveries and receipts.
 *
 * Plain values: strings are never NULL after decoding, absent ones are "";
 * absent sub-messages are NULL; everything points into the arena that it was
 * decoded into. Field by field the same as proto/noroshi/v1/delivery.proto,
 * where the comments are; core/schema.h holds the rows that tie the two
 * together.
 *
 * long: one struct after another, in the order of the schema.
 */
#include "noroshi/core/notice.h"
#include "noroshi/core/terms.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrs_channel {
	enum nrs_channel_type type;
	const char *address; /* mailbox, URL; empty for TOPIC */
	/* WEBHOOK: what signs it, "whsec_..."; several while one replaces
	 * another */
	const char **secrets;
	size_t n_secrets;
	bool unverified; /* MAIL: not used before its link was opened */
};

struct nrs_filter {
	enum nrs_item_type *item_types;
	size_t n_item_types;
	enum nrs_matrix_column *columns;
	size_t n_columns;
	enum nrs_urgency min_urgency;
	enum nrs_severity min_severity;
	const char **cpe_prefixes;
	size_t n_cpe_prefixes;
	const char **keywords;
	size_t n_keywords;
};

struct nrs_subscription {
	const char *subscriber_id;
	enum nrs_subscriber_kind kind;
	const char *organisation; /* org id, as in Addressing.recipients */
	const char *name;         /* shown in the greeting */
	const char **sectors;
	size_t n_sectors;
	const char **ceptoars; /* a member of; itself, for a CEPTOAR */
	size_t n_ceptoars;
	struct nrs_filter *filter;
	/* clearance, set by the desk; RED = may see everything */
	enum nrs_tlp max_tlp;
	const char *lang;
	struct nrs_channel *channels; /* in order of preference; all are used */
	size_t n_channels;
	bool digest_off;
	struct nrs_channel *second_contact;
	bool inactive;
	int64_t updated_at;
};

struct nrs_part {
	struct nrs_bytes data;
	enum nrs_slot slot; /* what follows data */
	const char *text;   /* ACK_LINK: the URL up to the token */
};

/* Rendered once, frozen here: senders only join parts. */
struct nrs_variant {
	const char *lang;
	enum nrs_channel_type channel;
	struct nrs_part *parts;
	size_t n_parts;
	const char *media_type;
};

struct nrs_delivery {
	/* SHA-256; Message-ID and webhook id derive from it */
	struct nrs_bytes key;
	const char *subscriber_id;
	struct nrs_channel *channel;
	uint32_t variant; /* index in the batch */
	const char *greeting;
	const char *ack_token;
	enum nrs_subscriber_kind kind;
	const char *organisation;
	/* key of the delivery whose acknowledgement cancels this one;
	 * delivery.due */
	struct nrs_bytes awaits;
	/* Set: where the text may no longer go when it is sent, the batch's
	 * second variant, a stub, goes instead, under this key. */
	struct nrs_bytes stub_key;
};

/* Who reads an address has opened the link that was sent to it. By subscriber
 * and hash, in the topic verification. */
struct nrs_verification {
	const char *subscriber_id;
	struct nrs_bytes address_sha256;
	int64_t verified_at;
};

/* A webhook that said 410: it gets nothing more until its subscription is
 * stored again. By subscriber and address, in the topic endpoint. */
struct nrs_endpoint {
	const char *subscriber_id;
	const char *address;
	int64_t gone_at;
	const char *detail;   /* its answer, escaped and cut */
	struct nrs_bytes key; /* of the delivery that it refused */
	const char *notice_id;
	enum nrs_mode mode;
};

/* One record of delivery.*: some recipients of one notice in one partition. */
struct nrs_delivery_batch {
	const char *notice_id;
	const char *thread_id;
	uint32_t revision;
	enum nrs_msg_kind kind;
	enum nrs_mode mode;
	enum nrs_tlp tlp;
	enum nrs_delivery_purpose purpose;
	enum nrs_urgency urgency;
	int64_t accepted_at;
	int64_t planned_at;
	int64_t not_before;
	int64_t give_up_at;
	int64_t source_offset; /* of the dispatch record */
	struct nrs_variant *variants;
	size_t n_variants;
	struct nrs_delivery *deliveries;
	size_t n_deliveries;
	uint32_t chunk; /* of all records of one planning, in all editions */
	uint32_t n_chunks;
	int64_t ack_by; /* when it should be acknowledged; 0: nobody is asked */
	/* 0 the first time; what is sent again later has 1, 2 ... and other
	 * keys. */
	uint32_t occasion;
	/* who acknowledges it, when not the recipient; delivery.due */
	const char *awaits_from;
};

struct nrs_receipt {
	struct nrs_bytes key;
	const char *notice_id;
	const char *thread_id;
	uint32_t revision;
	enum nrs_subscriber_kind stage;
	enum nrs_delivery_state state;
	int64_t at;
	uint32_t attempt;
	enum nrs_failure_reason failure_reason;
	enum nrs_response response;
	uint32_t relayed;
	uint32_t relayed_of;
	enum nrs_mode mode;
	const char *subscriber_id;
	enum nrs_channel_type channel;
	const char *detail; /* the peer's answer, escaped and cut */
	int64_t delivery_offset;
	int64_t accepted_at;
	bool repeat; /* a transfer that may have happened before */
	enum nrs_delivery_purpose purpose;
	struct nrs_bytes body_sha256; /* INTENT: of the exact bytes */
	const char *by; /* ACKNOWLEDGED, RESPONDED: who said so and how */
	/* CANCELLED: its successor, before which nothing of the thread was sent
	 * to the recipient */
	struct nrs_bytes untold_before;
};
#endif
