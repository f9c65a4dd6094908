/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_DECIDE_H
#define NOROSHI_CORE_DECIDE_H
/*
 * decide: decide(state, command) -> outcome; apply(state, outcome) -> state.
 *
 * Each command is decided once, in the journal's order. apply needs the outcome
 * alone, never content or rules, so a restart applies what is recorded and
 * decides nothing again, whatever has changed since. Time is the running
 * maximum of accepted_at. Pure; one thread at a time.
 */
#include <stdbool.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/news_list.h"
#include "noroshi/core/rule.h"
#include "noroshi/core/sector.h"

/* What decisions are made by. Read-only after nrs_policy_new. */
struct nrs_policy {
	const struct nrs_sector_table *sectors;
	const struct nrs_rule_table *rules;
	struct nrs_versions versions;
	enum nrs_mode mode;
	const struct nrs_news_lists *lists; /* NULL: no newsletter */
	const char *const *alert_topics;    /* by sector, then label */
	const char *const *ceptoar_topics;  /* by CEPTOAR */
};
/* Borrows the tables and software; lives in arena. Who issues newsletters sets
 * lists before it is used. */
struct nrs_policy *nrs_policy_new(struct nrs_arena *arena,
    const struct nrs_sector_table *sectors, const struct nrs_rule_table *rules,
    enum nrs_mode mode, const char *software);

/* One journal record. Members that its type does not need are NULL. */
struct nrs_command {
	int64_t journal_offset;
	const struct nrs_submission *submission; /* NULL: not decodable */
	const struct nrs_err *refused;           /* why not admitted, or NULL */
	struct nrs_bytes payload_sha256, addressing_sha256;
	const struct nrs_content *content;
	const struct nrs_addressing *addressing;
	const struct nrs_posture_change *posture_change;
	const struct nrs_approval *approval;
	const struct nrs_cut_off *cut_off;
	const struct nrs_deadline *deadline;
	unsigned n_unknown; /* enum values inside that we do not know */
	/* APPROVAL: what it releases, read again from the journal; NULL when
	 * nrs_state_held_offset says that nothing of that id is held. */
	const struct nrs_command *approved;
	/* Journal offsets of what waits and cannot be read again, though a
	 * decision on this command would let it go: it is dropped, and the
	 * outcome says so. */
	const int64_t *unreadable;
	size_t n_unreadable;
};

struct nrs_state; /* the fold of all outcomes */
struct nrs_state *nrs_state_new(void);
void nrs_state_free(struct nrs_state *state);
/* The first journal offset that has no outcome yet. */
int64_t nrs_state_next_offset(const struct nrs_state *state);
/* Time in decisions. */
int64_t nrs_state_now(const struct nrs_state *state);
enum nrs_posture nrs_state_posture(
    const struct nrs_state *state, const char *sector);
/* Where a held submission stands in the journal; -1: it is not held. */
int64_t nrs_state_held_offset(
    const struct nrs_state *state, const char *submission_id);
/* When something ends next (a posture, an arrangement, what waits or is held),
 * or somebody is to be reminded that it will: the producer then posts a
 * DEADLINE. 0: nothing does. */
int64_t nrs_state_next_deadline(const struct nrs_state *state);
struct nrs_state_counts {
	size_t threads, waiting, lines, held, arrangements;
};
struct nrs_state_counts nrs_state_counts(const struct nrs_state *state);
/* All of it as text: equal states print equal. For tests and support. */
void nrs_state_print(const struct nrs_state *state, struct nrs_buf *out);

/* Total: every command gets an outcome. *out and what it points to live in
 * arena or belong to cmd and policy; nothing points into state. */
void nrs_decide(struct nrs_arena *arena, const struct nrs_policy *policy,
    const struct nrs_state *state, const struct nrs_command *cmd,
    struct nrs_outcome *out);
/* An outcome below nrs_state_next_offset changes nothing: twice is once. */
void nrs_apply(struct nrs_state *state, const struct nrs_outcome *outcome);
/* Apply what nrs_decide just said, and name the next deadline in *out. */
void nrs_settle(
    struct nrs_arena *arena, struct nrs_state *state, struct nrs_outcome *out);
/* Decide and settle: one step of the fold. */
void nrs_fold(struct nrs_arena *arena, const struct nrs_policy *policy,
    struct nrs_state *state, const struct nrs_command *cmd,
    struct nrs_outcome *out);
#endif
