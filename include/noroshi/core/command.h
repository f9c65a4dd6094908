/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_COMMAND_H
#define NOROSHI_CORE_COMMAND_H
/*
 * command: Submission, the one envelope of the journal, and its payloads.
 *
 * Plain values: strings are never NULL after decoding, absent ones are "";
 * absent sub-messages are NULL; everything points into the arena that it was
 * decoded into. Field by field the same as proto/noroshi/v1/command.proto,
 * where the comments are; core/schema.h holds the rows that tie the two
 * together.
 *
 * long: one struct after another, in the order of the schema.
 */
#include "noroshi/core/notice.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nrs_signature {
	const char *key_id;
	/* Ed25519 over the statement of core/statement.h */
	struct nrs_bytes signature;
};

/* Ids and "withdrawn" or "changed", no content: for readers who may no longer
 * see the full text. Made and signed by the same client as its notice. */
struct nrs_stub {
	struct nrs_bytes payload; /* StubContent */
	struct nrs_signature *signatures;
	size_t n_signatures;
};

struct nrs_stub_content {
	const char *notice_id;
	const char *thread_id;
	uint32_t revision;
	enum nrs_msg_kind kind;
	enum nrs_mode mode;
	const char **supersedes;
	size_t n_supersedes;
	int64_t issued_at;
};

struct nrs_submission {
	const char *submission_id; /* the notice_id of a notice */
	enum nrs_submission_type type;
	enum nrs_mode mode;
	struct nrs_bytes payload;    /* the exact bytes that were signed */
	struct nrs_bytes addressing; /* NOTICE only */
	struct nrs_signature *signatures;
	size_t n_signatures;
	struct nrs_stub *stubs;
	size_t n_stubs;
	int64_t accepted_at; /* stamped by the producer */
};

struct nrs_posture_change {
	const char *scope; /* "*" (the national floor) or a sector code */
	enum nrs_posture posture;
	int64_t until; /* required above NORMAL */
	const char *reason;
	enum nrs_mode mode;
	int64_t issued_at;
	const char *change_id;
};

/* A second person's consent, over the hashes of what is approved. */
struct nrs_approval {
	const char *approval_id;
	const char *submission_id;
	struct nrs_bytes payload_sha256;
	struct nrs_bytes addressing_sha256;
	enum nrs_mode mode;
	const char
	    *source_consent; /* who consented for the source (情報連絡) */
	struct nrs_bytes audience_sha256; /* what the approver saw */
	uint32_t audience_count;
	bool refused;
	int64_t issued_at;
};

/* A newsletter list closes. The producer posts one per window, unsigned; a desk
 * may post one between, signed, without next_at. */
struct nrs_cut_off {
	const char *list;      /* newsletter list, from configuration */
	const char *window_id; /* deterministic: list and due_at */
	int64_t due_at;
	bool late; /* its time passed while nobody could post it */
	enum nrs_mode mode;
	int64_t next_at; /* when the list closes next; 0: as said before */
	bool announce;   /* closes nothing, only says next_at (= due_at) */
};

/* Of the submission_id of each cut-off that the producer posts. */
#define NRS_CUT_OFF_PREFIX "cut-off:"

struct nrs_deadline {
	const char *deadline_id; /* deterministic */
	int64_t due_at;
	enum nrs_mode mode;
};
#endif
