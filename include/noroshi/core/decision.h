/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_DECISION_H
#define NOROSHI_CORE_DECISION_H
/*
 * decision: Outcome, Classification and the changes of state.
 *
 * Plain values: strings are never NULL after decoding, absent ones are "";
 * absent sub-messages are NULL; everything points into the arena that it was
 * decoded into. Field by field the same as proto/noroshi/v1/decision.proto,
 * where the comments are; core/schema.h holds the rows that tie the two
 * together.
 *
 * long: one struct after another, in the order of the schema.
 */
#include "noroshi/core/command.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Beside the signed bytes of one copy, never inside them. */
struct nrs_classification {
	enum nrs_matrix_column column;
	const char *sector;       /* the one sector of this copy */
	const char *ceptoar;      /* the one CEPTOAR, when narrowed */
	enum nrs_posture posture; /* the fold's, at this command */
	enum nrs_route *routes;
	size_t n_routes;
	/* The rule that the routes come from: a cell of the table
	 * ("cell:B_C/HEIGHTENED/ROUTINE"), or the override that last added a
	 * route ("override:1"). One that only takes away (the TLP gate) is not
	 * it. */
	const char *route_rule;
	const char **rules; /* the cell, then all that changed something */
	size_t n_rules;
	enum nrs_news_section newsletter_section;
	const char *arrangement_id; /* in force for this sector, if any */
	bool posture_review;
	/* time in decisions: running maximum of accepted_at */
	int64_t decided_at;
	bool ack_required; /* of whoever gets this copy in real time */
};

struct nrs_versions {
	const char *rules;   /* hash of the rule table */
	const char *sectors; /* hash of the sector table */
	const char *software;
};

struct nrs_thread_sector {
	const char *sector;
	enum nrs_route *routes; /* ever used */
	size_t n_routes;
	const char **topics; /* ever written (without prefix) */
	size_t n_topics;
	/* every CEPTOAR it was narrowed to; empty: the whole sector, at least
	 * once */
	const char **ceptoars;
	size_t n_ceptoars;
	/* for people named one by one, or excluding someone, at least once */
	bool limited;
	bool carried; /* by an issue of the newsletter, at least once */
	enum nrs_tlp carried_tlp; /* the label that let most people know */
};

struct nrs_thread_change {
	const char *thread_id;
	uint32_t revision;
	const char *notice_id;
	enum nrs_msg_kind kind;
	enum nrs_mode mode;
	enum nrs_tlp tlp;
	enum nrs_item_type item_type;
	bool is_final;
	int64_t valid_until;
	struct nrs_thread_sector
	    *sectors; /* the whole set after this command */
	size_t n_sectors;
	const char *exercise_id;
	const char **notice_ids; /* all of the thread, in order */
	size_t n_notice_ids;
};

struct nrs_posture_set {
	const char *scope;
	enum nrs_posture posture;
	int64_t until;
	int64_t remind_at; /* when the desk is reminded of that end; 0: not */
};

struct nrs_arrangement_set {
	struct nrs_contact_arrangement *arrangement; /* CLOSE removes it */
	const char *notice_id;
	int64_t remind_at; /* when the desk is reminded of its end; 0: not */
	/* Whose it is again, after what came later was withdrawn; empty: this
	 * notice's. */
	const char *thread_id;
	bool kept; /* CLOSE by a notice: open again if that is withdrawn */
};

struct nrs_waiting_change {
	bool remove;
	const char *notice_id;
	const char *thread_id;
	uint32_t revision;
	int64_t journal_offset;
	const char *sector;
	enum nrs_tlp tlp;
	enum nrs_matrix_column column;
	enum nrs_urgency urgency;
	int64_t valid_until;
	enum nrs_news_section section;
	/* remove: drained, promoted, replaced, retracted, expired */
	const char *why;
	/* A line of 発信一覧 or 訂正・取消: only the title of this notice,
	 * which went in real time. */
	const char *title_of;
	bool sent;        /* in real time: it is never promoted */
	const char *rule; /* that it waits by */
	int64_t at;       /* when it was accepted; a line: when it was sent */
	int64_t bytes;    /* what an issue with it grows by, about */
	bool ack_waived;
	enum nrs_msg_kind kind;
	enum nrs_item_type item_type;
	/* Of what issues have carried of the thread: editions that had it, and
	 * may not have this, get the stub. */
	enum nrs_tlp carried_tlp;
	/* This revision is for nobody's newsletter (RED, or narrowed): those
	 * editions get its stub alone. tlp is carried_tlp. */
	bool stub;
};

/* What waited and is now due in real time, for one sector. */
struct nrs_promotion {
	const char *notice_id;
	const char *thread_id;
	uint32_t revision;
	int64_t journal_offset; /* where its content is */
	enum nrs_tlp tlp;
	struct nrs_classification *copy;
	const char **topics; /* written */
	size_t n_topics;
	const char **supersedes_all; /* every earlier notice of the thread */
	size_t n_supersedes_all;
};

/* One sector's issue of a newsletter. */
struct nrs_issue {
	const char *issue_id; /* deterministic: window, sector, number */
	const char *list;
	const char *window_id;
	const char *sector;
	uint32_t number; /* 第n号 of this sector, without gaps */
	int64_t from;
	int64_t to;
	bool late;
	uint32_t total;
};

/* The rest of a cut-off that was too much for one command. */
struct nrs_drain {
	const char *list;
	const char *window_id;
	/* what waited before this journal offset; 0: none is left */
	int64_t below;
	bool late;
};

struct nrs_held_change {
	bool remove;
	const char *submission_id;
	int64_t journal_offset;
	const char *needs; /* "source-consent", "second-person" */
	const char *why;
};

struct nrs_outcome {
	int64_t journal_offset;
	const char *submission_id;
	enum nrs_submission_type type;
	enum nrs_mode mode;
	const char *thread_id;
	uint32_t revision;
	enum nrs_msg_kind kind;
	enum nrs_verdict verdict;
	/* REJECTED, HELD: where and which rule, as at the door */
	const char *field;
	const char *rule;
	const char *text;
	struct nrs_bytes payload_sha256;
	struct nrs_bytes addressing_sha256;
	int64_t accepted_at;
	int64_t decided_at;
	struct nrs_classification *copies; /* one per sector or CEPTOAR */
	size_t n_copies;
	const char **topics; /* written by this decision */
	size_t n_topics;
	struct nrs_versions *versions;
	int64_t first_offset; /* DUPLICATE: journal offset of the first */
	int64_t next_deadline;
	const char *next_deadline_id;
	bool posture_review;
	enum nrs_tlp tlp;
	enum nrs_item_type item_type;
	enum nrs_stream stream;
	/* topics that carried the thread and now get the stub, not the full
	 * text */
	const char **stub_topics;
	size_t n_stub_topics;
	/* APPROVAL: the submission it releases or refuses */
	const char *about_id;
	/* A change of state too: from now on these bytes own this
	 * submission_id. */
	bool remembered;
	/* Changes of state: apply() needs nothing else. */
	struct nrs_thread_change *thread;
	struct nrs_posture_set *postures;
	size_t n_postures;
	struct nrs_arrangement_set *arrangements;
	size_t n_arrangements;
	struct nrs_waiting_change *waiting;
	size_t n_waiting;
	struct nrs_held_change *held;
	size_t n_held;
	/* CUT_OFF that was applied: list, window, next_at */
	struct nrs_cut_off *cut_off;
	struct nrs_promotion *promotions;
	size_t n_promotions;
	/* What they carry is in waiting: removed as "drained", in their order.
	 */
	struct nrs_issue *issues;
	size_t n_issues;
	struct nrs_drain *drains;
	size_t n_drains;
	/* Too much for one command: a DEADLINE, due at once, goes on. */
	bool more;
	/* What a person should look at: "posture-ending:<scope>",
	 * "arrangement-ending:<id>". A change of state too: each is said once.
	 */
	const char **attention;
	size_t n_attention;
};

/* The codes of attention, before what they are about. */
#define NRS_ATTENTION_POSTURE "posture-ending:"
#define NRS_ATTENTION_ARRANGEMENT "arrangement-ending:"

/* A record nobody can read, or a command nobody may give: a pointer, no
 * content. */
struct nrs_rejection {
	const char *topic;
	uint32_t partition;
	int64_t offset;
	const char *service;
	const char *field;
	const char *rule;
	const char *text;
	int64_t at;
	enum nrs_mode mode;
	const char *submission_id;
};

/* What people did to the service itself: re-sends, replays, configuration. No
 * content and no address. */
struct nrs_audit {
	int64_t at;
	const char *service;
	const char *who;
	const char *action;
	const char *about_id;
	const char *detail;
	enum nrs_mode mode;
};
#endif
