/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_DECIDE_INTERNAL_H
#define COMMON_CORE_DECIDE_INTERNAL_H
/*
 * decide_internal: one decision in the making, and the steps that make it.
 *
 * long: the steps are one list.
 */
#include "common/core/decide_list.h"
#include "common/core/decide_query.h"

/* Changes of a kind that one command makes of what it finds in the state: an
 * outcome is one record of the bus, and a change is about 200 bytes of it. */
#define DECIDE_CHANGES_MAX 1000

/* ---- one decision ---- */
/* One sector that the notice goes to. */
struct target {
	const char *sector; /* "" for named recipients of no sector */
	const struct nrs_thread_sector *past; /* of the thread; NULL: new */
	struct names ceptoars; /* narrowed to; none: the whole sector */
	unsigned routes;
	const char *rule;    /* that decided them */
	struct names topics; /* full text of this revision */
};

struct decision {
	struct nrs_arena *arena;
	const struct nrs_policy *policy;
	const struct nrs_state *state;
	const struct nrs_command *record; /* of the journal */
	const struct nrs_command *cmd;    /* whose content is decided */
	struct nrs_outcome *out;
	const struct nrs_thread_change *thread; /* as it was; NULL: none */
	int64_t now;
	int64_t valid_until; /* with the table's default; 0: no end */
	enum nrs_tlp label;
	struct target *targets;
	size_t n_targets;
};

/* RETRACTION or CORRECTION: goes wherever the thread has been. */
bool decision_recalls(const struct decision *d);
/* Only for people named one by one: no topic that others read. */
bool decision_named(const struct decision *d);
/* For less than the whole sector. */
bool decision_narrowed(const struct decision *d, const struct target *target);
void decide_answer(struct decision *d, enum nrs_verdict verdict,
    const char *rule, const char *fmt, ...) NRS_PRINTF(4, 5);
void decide_reject(struct decision *d, const char *field, const char *rule,
    const char *fmt, ...) NRS_PRINTF(4, 5);

/* decide_notice.c: a notice, and one that was held and is released now. */
void decide_notice(struct decision *d);
void decide_held(struct decision *d, const struct state_held *held);
/* decide_target.c: fills targets. */
void decide_targets(struct decision *d);
bool decision_goes_to(const struct decision *d, const char *sector);
/* decide_route.c: a copy per target, or per CEPTOAR of it. */
void decide_routes(struct decision *d);
/* decide_topic.c: which topics get the full text, which the stub; and where the
 * thread has been afterwards. */
void decide_topics(struct decision *d);
void decide_reach(struct decision *d, struct nrs_thread_change *to);
/* The topic of one sector that carries label in its name, if there is one. */
void decide_topic_of(struct decision *d, const char *sector, enum nrs_tlp label,
    struct names *topics);
/* decide_waiting.c: what waits for a newsletter, and no longer does. */
void decide_waiting(struct decision *d);
/* What was promoted stays as a line of the list of what was sent. */
void decide_wait_as_line(
    struct decision *d, const struct nrs_waiting_change *waiting);
void decide_drop_waiting(struct decision *d, const char *why);
void decide_add_waiting_removal(struct decision *d,
    const struct nrs_waiting_change *waiting, const char *why);
/* decide_promote.c: what waits and is due in real time after this command. */
void decide_promotions(struct decision *d);
bool decide_is_due(
    const struct decision *d, const struct nrs_waiting_change *waiting);
bool decide_is_unreadable(const struct decision *d, int64_t offset);
/* decide_issue.c: newsletters. */
void decide_cut_off(struct decision *d);
void decide_drains(struct decision *d);
/* Has this sector's newsletter a next window? */
bool decide_has_issues(const struct decision *d, const char *sector);
/* Would it expire before that? */
bool decide_expires_first(
    const struct decision *d, const char *sector, int64_t valid_until);
/* Is it the rest of a cut-off? */
bool decide_is_leaving(
    const struct decision *d, const struct nrs_waiting_change *waiting);
/* decide_arrangement.c */
bool decide_arrangement_allowed(struct decision *d);
void decide_arrangement(struct decision *d);
void decide_close_arrangement(
    struct decision *d, const struct state_arrangement *arrangement);
/* In force for this sector now: one that REPLACEs first, or NULL. */
const struct nrs_contact_arrangement *decide_in_force(
    const struct decision *d, const char *sector);
/* decide_remind.c: when to remind of an end that is set now; and, by DEADLINE,
 * whom to remind now. from 0: it has begun. */
int64_t decide_remind_at(const struct decision *d, int64_t from, int64_t until);
void decide_reminders(struct decision *d);
/* decide_approval.c */
void decide_approval(struct decision *d);
void decide_add_held_removal(
    struct decision *d, const struct state_held *held, const char *why);
#endif
