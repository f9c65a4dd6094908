/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_DECIDE_QUERY_H
#define COMMON_CORE_DECIDE_QUERY_H
/*
 * decide_query: what a decision may ask the state (decide_state.c). Borrowed:
 * valid until the next nrs_apply, so what goes into an outcome is copied.
 */
#include "noroshi/core/decide.h"
#include "noroshi/core/posture.h"

struct state_seen {
	int64_t offset;
	enum nrs_submission_type type;
	uint8_t payload[32], addressing[32];
};
struct state_held {
	char *submission_id, *thread_id, *needs;
	int64_t offset, valid_until;
	uint8_t payload[32], addressing[32];
};
struct state_list {
	char *list, *window_id; /* the last that closed */
	int64_t next_at;
	/* What waited before this journal offset is still being issued; 0: all
	 * of it has been. */
	int64_t below;
	bool late;
};
struct state_arrangement {
	struct nrs_arrangement_set *set;
	char *thread_id; /* of the notice that it comes from */
	/* What held before it, in case it is withdrawn; NULL: nothing. */
	struct state_arrangement *earlier;
};

const struct state_seen *state_seen(
    const struct nrs_state *state, const char *submission_id);
const struct nrs_thread_change *state_thread(
    const struct nrs_state *state, const char *thread_id);
const struct nrs_waiting_change *state_waiting(
    const struct nrs_state *state, const char *thread_id, const char *sector);
const struct state_held *state_held(
    const struct nrs_state *state, const char *submission_id);
const struct state_held *state_held_of_thread(
    const struct nrs_state *state, const char *thread_id);
const struct state_arrangement *state_arrangement(
    const struct nrs_state *state, const char *arrangement_id);
/* The version of the rules that the last outcome was made by; NULL: none. */
const char *state_rules(const struct nrs_state *state);
/* NULL: nothing was ever said of this list, or issued for this sector. */
const struct state_list *state_list(
    const struct nrs_state *state, const char *list);
const struct nrs_issue *state_issue(
    const struct nrs_state *state, const char *sector);
struct nrs_postures state_postures(const struct nrs_state *state);
/* Walk them all; start with *cursor NULL, NULL at the end. */
const struct nrs_waiting_change *state_next_waiting(
    const struct nrs_state *state, void **cursor);
const struct state_list *state_next_list(
    const struct nrs_state *state, void **cursor);
const struct state_held *state_next_held(
    const struct nrs_state *state, void **cursor);
const struct state_arrangement *state_next_arrangement(
    const struct nrs_state *state, void **cursor);
/* Closed by a notice that may be withdrawn: set is the CLOSE. */
const struct state_arrangement *state_closed(
    const struct nrs_state *state, const char *arrangement_id);
const struct state_arrangement *state_next_closed(
    const struct nrs_state *state, void **cursor);
#endif
