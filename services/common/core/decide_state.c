/* SPDX-License-Identifier: Apache-2.0 */
/* What the classifier remembers: the fold of all outcomes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/decide_state.h"
#include "noroshi/core/label.h"

struct nrs_state *
nrs_state_new(void)
{
	struct nrs_state *state = nrs_calloc(1, sizeof(*state));

	state->seen = nrs_map_new();
	state->threads = nrs_map_new();
	state->waiting = nrs_map_new();
	state->held = nrs_map_new();
	state->arrangements = nrs_map_new();
	state->closed = nrs_map_new();
	state->lists = nrs_map_new();
	state->issues = nrs_map_new();
	return state;
}

void
state_free_held(void *value)
{
	struct state_held *held = value;

	free(held->submission_id);
	free(held->thread_id);
	free(held->needs);
	free(held);
}

void
state_free_arrangement(void *value)
{
	struct state_arrangement *arrangement = value, *earlier;

	for (; arrangement != NULL; arrangement = earlier) {
		earlier = arrangement->earlier;
		free(arrangement->set);
		free(arrangement->thread_id);
		free(arrangement);
	}
}

void
state_free_list(void *value)
{
	struct state_list *list = value;

	free(list->list);
	free(list->window_id);
	free(list);
}

bool
state_is_line(const struct nrs_waiting_change *waiting)
{
	return waiting->title_of[0] != '\0' || waiting->stub;
}

void
nrs_state_free(struct nrs_state *state)
{
	size_t i;

	if (state == NULL)
		return;
	nrs_map_free(state->seen, free);
	nrs_map_free(state->threads, free);
	nrs_map_free(state->waiting, free);
	nrs_map_free(state->held, state_free_held);
	nrs_map_free(state->arrangements, state_free_arrangement);
	nrs_map_free(state->closed, state_free_arrangement);
	nrs_map_free(state->lists, state_free_list);
	nrs_map_free(state->issues, free);
	for (i = 0; i < state->n_postures; i++)
		free(state->scopes[i]);
	free(state->scopes);
	free(state->rules);
	free(state->postures);
	free(state->deadlines);
	free(state);
}

int64_t
nrs_state_next_offset(const struct nrs_state *state)
{
	return state->next;
}

int64_t
nrs_state_now(const struct nrs_state *state)
{
	return state->now;
}

enum nrs_posture
nrs_state_posture(const struct nrs_state *state, const char *sector)
{
	const struct nrs_postures postures = state_postures(state);

	return nrs_posture_effective(&postures, sector, state->now);
}

int64_t
nrs_state_held_offset(const struct nrs_state *state, const char *submission_id)
{
	const struct state_held *held = state_held(state, submission_id);

	return held == NULL ? -1 : held->offset;
}

int64_t
nrs_state_next_deadline(const struct nrs_state *state)
{
	return state->n_deadlines == 0 ? 0 : state->deadlines[0];
}

struct nrs_state_counts
nrs_state_counts(const struct nrs_state *state)
{
	return (struct nrs_state_counts){
	    .threads = nrs_map_count(state->threads),
	    .waiting = nrs_map_count(state->waiting) - state->n_lines,
	    .lines = state->n_lines,
	    .held = nrs_map_count(state->held),
	    .arrangements = nrs_map_count(state->arrangements),
	};
}

/* ---- look-ups ---- */

const struct state_seen *
state_seen(const struct nrs_state *state, const char *submission_id)
{
	return nrs_map_get(state->seen, submission_id);
}

const struct nrs_thread_change *
state_thread(const struct nrs_state *state, const char *thread_id)
{
	return nrs_map_get(state->threads, thread_id);
}

struct state_key
state_waiting_key(const char *thread_id, const char *sector)
{
	struct state_key key;

	(void)snprintf(key.text, sizeof(key.text), "%s\n%s", thread_id, sector);
	return key;
}

const struct nrs_waiting_change *
state_waiting(
    const struct nrs_state *state, const char *thread_id, const char *sector)
{
	if (nrs_map_count(state->waiting) == 0)
		return NULL;
	return nrs_map_get(
	    state->waiting, state_waiting_key(thread_id, sector).text);
}

const struct state_held *
state_held(const struct nrs_state *state, const char *submission_id)
{
	return nrs_map_get(state->held, submission_id);
}

const struct state_held *
state_held_of_thread(const struct nrs_state *state, const char *thread_id)
{
	const struct state_held *held;
	void *cursor = NULL;

	while ((held = state_next_held(state, &cursor)) != NULL)
		if (strcmp(held->thread_id, thread_id) == 0)
			return held;
	return NULL;
}

const struct state_arrangement *
state_arrangement(const struct nrs_state *state, const char *arrangement_id)
{
	return nrs_map_get(state->arrangements, arrangement_id);
}

const struct state_arrangement *
state_closed(const struct nrs_state *state, const char *arrangement_id)
{
	return nrs_map_get(state->closed, arrangement_id);
}

const char *
state_rules(const struct nrs_state *state)
{
	return state->rules;
}

const struct state_list *
state_list(const struct nrs_state *state, const char *list)
{
	return nrs_map_get(state->lists, list);
}

const struct nrs_issue *
state_issue(const struct nrs_state *state, const char *sector)
{
	return nrs_map_get(state->issues, sector);
}

struct nrs_postures
state_postures(const struct nrs_state *state)
{
	return (struct nrs_postures){state->postures, state->n_postures};
}

static void *
next_value(const struct nrs_map *map, void **cursor)
{
	const char *key;
	void *value;

	return nrs_map_next(map, cursor, &key, &value) ? value : NULL;
}

const struct nrs_waiting_change *
state_next_waiting(const struct nrs_state *state, void **cursor)
{
	return next_value(state->waiting, cursor);
}

const struct state_list *
state_next_list(const struct nrs_state *state, void **cursor)
{
	return next_value(state->lists, cursor);
}

const struct state_held *
state_next_held(const struct nrs_state *state, void **cursor)
{
	return next_value(state->held, cursor);
}

const struct state_arrangement *
state_next_arrangement(const struct nrs_state *state, void **cursor)
{
	return next_value(state->arrangements, cursor);
}

const struct state_arrangement *
state_next_closed(const struct nrs_state *state, void **cursor)
{
	return next_value(state->closed, cursor);
}

/* ---- as text ---- */

static void
print_hash(struct nrs_buf *out, const uint8_t hash[32])
{
	static const char digits[] = "0123456789abcdef";
	char text[65] = "";
	size_t i;

	for (i = 0; i < 32; i++) {
		text[2 * i] = digits[hash[i] >> 4];
		text[2 * i + 1] = digits[hash[i] & 15];
	}
	nrs_buf_adds(out, text);
}

static void
print_threads(const struct nrs_state *state, struct nrs_buf *out)
{
	const struct nrs_thread_change *thread;
	const struct nrs_thread_sector *at;
	void *cursor = NULL;
	size_t i, j;

	while ((thread = next_value(state->threads, &cursor)) != NULL) {
		nrs_buf_printf(out,
		    "thread %s r%u %s kind=%d mode=%d tlp=%d item=%d final=%d "
		    "until=%" PRId64 " exercise=%s notices=",
		    thread->thread_id, (unsigned)thread->revision,
		    thread->notice_id, (int)thread->kind, (int)thread->mode,
		    (int)thread->tlp, (int)thread->item_type, thread->is_final,
		    thread->valid_until, thread->exercise_id);
		for (i = 0; i < thread->n_notice_ids; i++)
			nrs_buf_printf(out, "%s,", thread->notice_ids[i]);
		for (i = 0; i < thread->n_sectors; i++) {
			at = &thread->sectors[i];
			nrs_buf_printf(out, " [%s%s%s", at->sector,
			    at->limited ? "!" : "", at->carried ? "*" : "");
			if (at->carried)
				nrs_buf_printf(out, "%d", (int)at->carried_tlp);
			for (j = 0; j < at->n_routes; j++)
				nrs_buf_printf(out, " %d", (int)at->routes[j]);
			for (j = 0; j < at->n_topics; j++)
				nrs_buf_printf(out, " %s", at->topics[j]);
			for (j = 0; j < at->n_ceptoars; j++)
				nrs_buf_printf(out, " +%s", at->ceptoars[j]);
			nrs_buf_adds(out, "]");
		}
		nrs_buf_addc(out, '\n');
	}
}

static void
print_seen(const struct nrs_state *state, struct nrs_buf *out)
{
	const struct state_seen *seen;
	void *cursor = NULL, *value;
	const char *id;

	while (nrs_map_next(state->seen, &cursor, &id, &value)) {
		seen = value;
		nrs_buf_printf(out, "seen %s %" PRId64 " %d ", id, seen->offset,
		    (int)seen->type);
		print_hash(out, seen->payload);
		nrs_buf_addc(out, ' ');
		print_hash(out, seen->addressing);
		nrs_buf_addc(out, '\n');
	}
}

static void
print_arrangement(const struct state_arrangement *arrangement, const char *what,
    struct nrs_buf *out)
{
	const struct nrs_contact_arrangement *is;

	for (; arrangement != NULL; arrangement = arrangement->earlier) {
		is = arrangement->set->arrangement;
		nrs_buf_printf(out,
		    "%s %s %s %s policy=%d until=%" PRId64 " remind=%" PRId64
		    " n=%zu\n",
		    what, is->arrangement_id, arrangement->set->notice_id,
		    arrangement->thread_id, (int)is->policy,
		    is->effective_until, arrangement->set->remind_at,
		    is->n_sectors);
		what = " before it";
	}
}

static void
print_open(const struct nrs_state *state, struct nrs_buf *out)
{
	const struct state_arrangement *arrangement;
	const struct nrs_waiting_change *waiting;
	const struct state_held *held;
	void *cursor = NULL;

	while ((waiting = state_next_waiting(state, &cursor)) != NULL)
		nrs_buf_printf(out,
		    "waiting %s %s r%u %s @%" PRId64 " tlp=%d section=%d "
		    "until=%" PRId64 " at=%" PRId64 " rule=%s%s\n",
		    waiting->thread_id, waiting->sector,
		    (unsigned)waiting->revision, waiting->notice_id,
		    waiting->journal_offset, (int)waiting->tlp,
		    (int)waiting->section, waiting->valid_until, waiting->at,
		    waiting->rule,
		    waiting->stub            ? " stub"
		    : state_is_line(waiting) ? " line"
		    : waiting->sent          ? " sent"
		                             : "");
	cursor = NULL;
	while ((held = state_next_held(state, &cursor)) != NULL)
		nrs_buf_printf(out,
		    "held %s %s @%" PRId64 " needs=%s until=%" PRId64 "\n",
		    held->submission_id, held->thread_id, held->offset,
		    held->needs, held->valid_until);
	cursor = NULL;
	while ((arrangement = state_next_arrangement(state, &cursor)) != NULL)
		print_arrangement(arrangement, "arrangement", out);
	cursor = NULL;
	while ((arrangement = state_next_closed(state, &cursor)) != NULL)
		print_arrangement(arrangement, "closed", out);
}

static void
print_newsletters(const struct nrs_state *state, struct nrs_buf *out)
{
	const struct state_list *list;
	const struct nrs_issue *issue;
	void *cursor = NULL;

	while ((list = state_next_list(state, &cursor)) != NULL)
		nrs_buf_printf(out,
		    "list %s window=%s next=%" PRId64 " below=%" PRId64
		    " late=%d\n",
		    list->list, list->window_id, list->next_at, list->below,
		    list->late);
	cursor = NULL;
	while ((issue = next_value(state->issues, &cursor)) != NULL)
		nrs_buf_printf(out, "issue %s %s no=%u to=%" PRId64 "\n",
		    issue->sector, issue->issue_id, (unsigned)issue->number,
		    issue->to);
}

void
nrs_state_print(const struct nrs_state *state, struct nrs_buf *out)
{
	size_t i;

	nrs_buf_printf(out,
	    "next=%" PRId64 " now=%" PRId64 " deadline=%" PRId64 " rules=%s\n",
	    state->next, state->now, nrs_state_next_deadline(state),
	    state->rules == NULL ? "" : state->rules);
	for (i = 0; i < state->n_postures; i++)
		nrs_buf_printf(out,
		    "posture %s %s until=%" PRId64 " remind=%" PRId64 "\n",
		    state->postures[i].scope,
		    nrs_term_name(
		        NRS_VOC_POSTURE, (int)state->postures[i].posture),
		    state->postures[i].until, state->postures[i].remind_at);
	print_threads(state, out);
	print_open(state, out);
	print_newsletters(state, out);
	print_seen(state, out);
}
