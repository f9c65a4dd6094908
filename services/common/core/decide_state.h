/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_DECIDE_STATE_H
#define COMMON_CORE_DECIDE_STATE_H
/*
 * decide_state: what is inside struct nrs_state. Only decide_state.c reads it
 * and only decide_apply.c changes it.
 */
#include "common/core/decide_query.h"
#include "noroshi/base/map.h"

struct nrs_state {
	int64_t next, now;
	char *rules;             /* version of the last outcome's; NULL: none */
	struct nrs_map *seen;    /* submission_id: struct state_seen */
	struct nrs_map *threads; /* thread_id: nrs_thread_change */
	struct nrs_map *waiting; /* thread and sector: waiting_change */
	struct nrs_map *held;    /* submission_id: struct state_held */
	struct nrs_map *arrangements; /* id: struct state_arrangement */
	struct nrs_map *closed;       /* the same: by notices, not by an end */
	struct nrs_map *lists;        /* id: struct state_list */
	struct nrs_map *issues;       /* sector: its last nrs_issue */
	size_t n_lines;               /* of waiting, titles only */
	struct nrs_posture_set *postures;
	char **scopes; /* what their scopes point to */
	size_t n_postures;
	/* A heap of ends. One that no longer matters costs one DEADLINE that
	 * changes nothing, which is cheaper than finding it. */
	int64_t *deadlines;
	size_t n_deadlines, cap_deadlines;
};

struct state_key {
	char text[160];
};
struct state_key state_waiting_key(const char *thread_id, const char *sector);
void state_free_held(void *value);
void state_free_arrangement(void *value);
void state_free_list(void *value);
/* decide_apply_arrangement.c */
void state_apply_arrangement(struct nrs_state *state,
    const struct nrs_outcome *outcome,
    const struct nrs_arrangement_set *change);
void state_forget_closed(struct nrs_state *state);
void state_push_deadline(struct nrs_state *state, int64_t at);
bool state_is_line(const struct nrs_waiting_change *waiting);
#endif
