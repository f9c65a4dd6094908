/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contact arrangements in the state. What a notice changes or closes is kept
 * below it: when the notice is withdrawn, it holds again.
 */
#include <stdlib.h>
#include <string.h>

#include "common/core/decide_state.h"
#include "noroshi/core/clone.h"

static struct state_arrangement *
node_of(const struct nrs_arrangement_set *change, const char *thread_id)
{
	struct state_arrangement *node = nrs_calloc(1, sizeof(*node));

	node->set = nrs_clone(NRS_TYPE_ARRANGEMENT_SET, change);
	node->thread_id = nrs_strdup(thread_id);
	return node;
}

/* What is below the first one of this thread; all above it is gone. Without
 * one, NULL. */
static struct state_arrangement *
below(struct state_arrangement *top, const char *thread_id)
{
	struct state_arrangement *at, *rest;

	for (at = top; at != NULL && strcmp(at->thread_id, thread_id) != 0;)
		at = at->earlier;
	rest = at == NULL ? NULL : at->earlier;
	if (at != NULL)
		at->earlier = NULL;
	state_free_arrangement(top);
	return rest;
}

static struct state_arrangement *
take(struct nrs_state *state, const char *id)
{
	struct state_arrangement *open = nrs_map_del(state->arrangements, id);

	return open != NULL ? open : nrs_map_del(state->closed, id);
}

/* Of the same thread it takes the place of the one before. */
static void
put(struct nrs_state *state, struct nrs_map *map,
    const struct nrs_outcome *outcome, const struct nrs_arrangement_set *change)
{
	const char *id = change->arrangement->arrangement_id;
	const bool again = change->thread_id[0] != '\0';
	struct state_arrangement *node =
	    node_of(change, again ? change->thread_id : outcome->thread_id);
	struct state_arrangement *was = take(state, id);

	if (was != NULL &&
	    (again || strcmp(was->thread_id, node->thread_id) == 0))
		was = below(was, node->thread_id);
	node->earlier = was;
	(void)nrs_map_put(map, id, node);
}

void
state_apply_arrangement(struct nrs_state *state,
    const struct nrs_outcome *outcome, const struct nrs_arrangement_set *change)
{
	const struct nrs_contact_arrangement *to = change->arrangement;

	if (to == NULL)
		return;
	if (to->action != NRS_ARRANGEMENT_CLOSE) {
		put(state, state->arrangements, outcome, change);
		state_push_deadline(state, to->effective_until);
		state_push_deadline(state, change->remind_at);
	} else if (change->kept) {
		put(state, state->closed, outcome, change);
	} else {
		state_free_arrangement(take(state, to->arrangement_id));
	}
}

static bool
is_over(const struct state_arrangement *closed, int64_t now)
{
	const struct state_arrangement *at;
	int64_t until;

	for (at = closed->earlier; at != NULL; at = at->earlier) {
		until = at->set->arrangement->effective_until;
		if (until == 0 || until > now)
			return false;
	}
	return true;
}

/* One that would have ended by now does not come back. */
void
state_forget_closed(struct nrs_state *state)
{
	void *cursor = NULL, *value;
	const char *key;

	while (nrs_map_next(state->closed, &cursor, &key, &value)) {
		if (!is_over(value, state->now))
			continue;
		(void)nrs_map_del(state->closed, key);
		state_free_arrangement(value);
		cursor = NULL;
	}
}
