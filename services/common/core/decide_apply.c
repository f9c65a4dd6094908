/* SPDX-License-Identifier: Apache-2.0 */
/* apply(state, outcome): needs the outcome alone, and always succeeds. */
#include <stdlib.h>
#include <string.h>

#include "common/core/decide_list.h"
#include "common/core/decide_state.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/rule.h"
#include "noroshi/core/tlp.h"

/* ---- the heap of ends ---- */

void
state_push_deadline(struct nrs_state *state, int64_t at)
{
	int64_t *heap;
	size_t i;

	if (at == 0)
		return;
	if (state->n_deadlines == state->cap_deadlines) {
		state->cap_deadlines =
		    state->cap_deadlines == 0 ? 16 : 2 * state->cap_deadlines;
		state->deadlines = nrs_realloc(state->deadlines,
		    state->cap_deadlines, sizeof(*state->deadlines));
	}
	heap = state->deadlines;
	for (i = state->n_deadlines++; i > 0 && heap[(i - 1) / 2] > at;
	     i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = at;
}

static void
pop_deadline(struct nrs_state *state)
{
	const size_t n = --state->n_deadlines;
	int64_t *heap = state->deadlines;
	const int64_t last = heap[n];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && heap[child + 1] < heap[child])
			child++;
		if (heap[child] >= last)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
}

/* ---- one kind of change each ---- */

static void
put_hash(uint8_t out[32], struct nrs_bytes hash)
{
	memset(out, 0, 32);
	if (hash.len == 32)
		memcpy(out, hash.data, 32);
}

static void
apply_seen(struct nrs_state *state, const struct nrs_outcome *outcome)
{
	struct state_seen *seen;

	if (!outcome->remembered)
		return;
	seen = nrs_calloc(1, sizeof(*seen));
	seen->offset = outcome->journal_offset;
	seen->type = outcome->type;
	put_hash(seen->payload, outcome->payload_sha256);
	put_hash(seen->addressing, outcome->addressing_sha256);
	free(nrs_map_put(state->seen, outcome->submission_id, seen));
}

static void
apply_thread(struct nrs_state *state, const struct nrs_outcome *outcome)
{
	if (outcome->thread == NULL)
		return;
	free(nrs_map_put(state->threads, outcome->thread->thread_id,
	    nrs_clone(NRS_TYPE_THREAD_CHANGE, outcome->thread)));
}

static struct nrs_posture_set *
find_posture(struct nrs_state *state, const char *scope)
{
	size_t i;

	for (i = 0; i < state->n_postures; i++)
		if (strcmp(state->postures[i].scope, scope) == 0)
			return &state->postures[i];
	return NULL;
}

static struct nrs_posture_set *
add_posture(struct nrs_state *state, const char *scope)
{
	const size_t n = state->n_postures++;

	state->postures =
	    nrs_realloc(state->postures, n + 1, sizeof(*state->postures));
	state->scopes =
	    nrs_realloc(state->scopes, n + 1, sizeof(*state->scopes));
	state->scopes[n] = nrs_strdup(scope);
	state->postures[n].scope = state->scopes[n];
	return &state->postures[n];
}

static void
apply_posture(struct nrs_state *state, const struct nrs_posture_set *change)
{
	struct nrs_posture_set *set = find_posture(state, change->scope);

	if (set == NULL) {
		set = add_posture(state, change->scope);
	}
	set->posture = change->posture;
	set->until = change->until;
	set->remind_at = change->remind_at;
	state_push_deadline(state, change->until);
	state_push_deadline(state, change->remind_at);
}

/* Said once: whoever has been reminded of this end is not again. */
static void
apply_attention(struct nrs_state *state, const char *code)
{
	static const char posture[] = NRS_ATTENTION_POSTURE;
	static const char arrangement[] = NRS_ATTENTION_ARRANGEMENT;
	struct state_arrangement *at;
	struct nrs_posture_set *set;

	if (strncmp(code, posture, strlen(posture)) == 0) {
		set = find_posture(state, code + strlen(posture));
		if (set != NULL)
			set->remind_at = 0;
	} else if (strncmp(code, arrangement, strlen(arrangement)) == 0) {
		at = nrs_map_get(
		    state->arrangements, code + strlen(arrangement));
		if (at != NULL)
			at->set->remind_at = 0;
	}
}

/* A cut-off drains many threads: it tells this by what it removes. */
static void
mark_carried(struct nrs_state *state, const struct nrs_waiting_change *change)
{
	struct nrs_thread_change *thread =
	    nrs_map_get(state->threads, change->thread_id);
	struct nrs_thread_sector *at;
	size_t i;

	for (i = 0; thread != NULL && i < thread->n_sectors; i++) {
		at = &thread->sectors[i];
		if (strcmp(at->sector, change->sector) != 0)
			continue;
		if (!at->carried ||
		    nrs_tlp_widens(at->carried_tlp, change->tlp))
			at->carried_tlp = change->tlp;
		at->carried = true;
	}
}

static void
apply_waiting(struct nrs_state *state, const struct nrs_waiting_change *change)
{
	const struct state_key key =
	    state_waiting_key(change->thread_id, change->sector);

	struct nrs_waiting_change *old;

	if (change->remove && strcmp(change->why, "drained") == 0)
		mark_carried(state, change);
	if (change->remove)
		old = nrs_map_del(state->waiting, key.text);
	else
		old = nrs_map_put(state->waiting, key.text,
		    nrs_clone(NRS_TYPE_WAITING_CHANGE, change));
	if (old != NULL && state_is_line(old))
		state->n_lines--;
	free(old);
	if (change->remove)
		return;
	if (state_is_line(change))
		state->n_lines++;
	state_push_deadline(state, change->valid_until);
}

/* ---- newsletters ---- */

static struct state_list *
list_named(struct nrs_state *state, const char *id)
{
	struct state_list *list = nrs_map_get(state->lists, id);

	if (list != NULL)
		return list;
	list = nrs_calloc(1, sizeof(*list));
	list->list = nrs_strdup(id);
	list->window_id = nrs_strdup("");
	(void)nrs_map_put(state->lists, id, list);
	return list;
}

static void
apply_cut_off(struct nrs_state *state, const struct nrs_cut_off *cut_off)
{
	struct state_list *list;

	if (cut_off == NULL)
		return;
	list = list_named(state, cut_off->list);
	if (cut_off->next_at != 0)
		list->next_at = cut_off->next_at;
	if (cut_off->announce)
		return;
	free(list->window_id);
	list->window_id = nrs_strdup(cut_off->window_id);
	list->late = cut_off->late;
}

static void
apply_newsletters(struct nrs_state *state, const struct nrs_outcome *outcome)
{
	size_t i;

	apply_cut_off(state, outcome->cut_off);
	for (i = 0; i < outcome->n_drains; i++)
		list_named(state, outcome->drains[i].list)->below =
		    outcome->drains[i].below;
	for (i = 0; i < outcome->n_issues; i++)
		free(nrs_map_put(state->issues, outcome->issues[i].sector,
		    nrs_clone(NRS_TYPE_ISSUE, &outcome->issues[i])));
}

static void
apply_held(struct nrs_state *state, const struct nrs_outcome *outcome,
    const struct nrs_held_change *change)
{
	struct state_held *held;
	void *old;

	if (change->remove) {
		old = nrs_map_del(state->held, change->submission_id);
	} else {
		held = nrs_calloc(1, sizeof(*held));
		held->submission_id = nrs_strdup(change->submission_id);
		held->thread_id = nrs_strdup(outcome->thread_id);
		held->needs = nrs_strdup(change->needs);
		held->offset = change->journal_offset;
		held->valid_until =
		    outcome->thread == NULL ? 0 : outcome->thread->valid_until;
		put_hash(held->payload, outcome->payload_sha256);
		put_hash(held->addressing, outcome->addressing_sha256);
		old = nrs_map_put(state->held, change->submission_id, held);
		state_push_deadline(state, held->valid_until);
	}
	if (old != NULL)
		state_free_held(old);
}

/* ---- what was promoted: its thread has been in more topics ---- */

static void
join_routes(struct nrs_arena *arena, struct nrs_thread_sector *at,
    const struct nrs_classification *copy)
{
	const unsigned routes = nrs_rule_routes(at->routes, at->n_routes) |
	                        nrs_rule_routes(copy->routes, copy->n_routes);

	at->routes = list_routes(arena, routes, &at->n_routes);
}

static void
join_topics(struct nrs_arena *arena, struct nrs_thread_sector *at,
    const struct nrs_promotion *promotion)
{
	struct names all = {0};
	size_t i;

	for (i = 0; i < at->n_topics; i++)
		names_add(arena, &all, at->topics[i]);
	for (i = 0; i < promotion->n_topics; i++)
		names_add(arena, &all, promotion->topics[i]);
	at->topics = all.items;
	at->n_topics = all.n;
}

static void
apply_promotion(struct nrs_state *state, const struct nrs_promotion *promotion)
{
	const struct nrs_thread_change *was =
	    nrs_map_get(state->threads, promotion->thread_id);
	struct nrs_thread_change *to;
	struct nrs_arena *arena;
	size_t i;

	if (was == NULL || promotion->copy == NULL)
		return;
	arena = nrs_arena_new();
	to = nrs_clone_into(arena, NRS_TYPE_THREAD_CHANGE, was);
	for (i = 0; i < to->n_sectors; i++) {
		if (strcmp(to->sectors[i].sector, promotion->copy->sector) != 0)
			continue;
		join_routes(arena, &to->sectors[i], promotion->copy);
		join_topics(arena, &to->sectors[i], promotion);
	}
	free(nrs_map_put(state->threads, to->thread_id,
	    nrs_clone(NRS_TYPE_THREAD_CHANGE, to)));
	nrs_arena_free(arena);
}

/* Is something left that one DEADLINE could not end? */
static bool
has_due(const struct nrs_state *state)
{
	const struct nrs_waiting_change *waiting;
	const struct state_held *held;
	void *cursor = NULL;

	while ((waiting = state_next_waiting(state, &cursor)) != NULL)
		if (waiting->valid_until != 0 &&
		    waiting->valid_until <= state->now)
			return true;
	cursor = NULL;
	while ((held = state_next_held(state, &cursor)) != NULL)
		if (held->valid_until != 0 && held->valid_until <= state->now)
			return true;
	return false;
}

static void
apply_rules(struct nrs_state *state, const struct nrs_versions *versions)
{
	if (versions == NULL || versions->rules[0] == '\0' ||
	    (state->rules != NULL &&
	        strcmp(state->rules, versions->rules) == 0))
		return;
	free(state->rules);
	state->rules = nrs_strdup(versions->rules);
}

static void
pop_deadlines(struct nrs_state *state, const struct nrs_outcome *outcome)
{
	const bool ended = outcome->type == NRS_SUBMISSION_DEADLINE &&
	                   outcome->verdict == NRS_VERDICT_APPLIED;

	/* Only a DEADLINE has ended what was due: until one comes, a time that
	 * has passed stays named. */
	if (ended && !has_due(state))
		while (
		    state->n_deadlines > 0 && state->deadlines[0] <= state->now)
			pop_deadline(state);
	if (outcome->more)
		state_push_deadline(state, state->now);
}

void
nrs_apply(struct nrs_state *state, const struct nrs_outcome *outcome)
{
	size_t i;

	if (outcome->journal_offset < state->next)
		return;
	state->next = outcome->journal_offset + 1;
	if (outcome->decided_at > state->now)
		state->now = outcome->decided_at;
	apply_rules(state, outcome->versions);
	apply_seen(state, outcome);
	apply_thread(state, outcome);
	for (i = 0; i < outcome->n_postures; i++)
		apply_posture(state, &outcome->postures[i]);
	for (i = 0; i < outcome->n_arrangements; i++)
		state_apply_arrangement(
		    state, outcome, &outcome->arrangements[i]);
	for (i = 0; i < outcome->n_attention; i++)
		apply_attention(state, outcome->attention[i]);
	for (i = 0; i < outcome->n_waiting; i++)
		apply_waiting(state, &outcome->waiting[i]);
	for (i = 0; i < outcome->n_held; i++)
		apply_held(state, outcome, &outcome->held[i]);
	for (i = 0; i < outcome->n_promotions; i++)
		apply_promotion(state, &outcome->promotions[i]);
	apply_newsletters(state, outcome);
	state_forget_closed(state);
	pop_deadlines(state, outcome);
}
