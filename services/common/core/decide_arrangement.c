/* SPDX-License-Identifier: Apache-2.0 */
/* 対策室の設置/閉鎖情報(連絡体制の変更): another way to reach people. */
#include <string.h>

#include "common/core/decide_internal.h"
#include "noroshi/core/clone.h"

static struct nrs_arrangement_set *
add(struct decision *d)
{
	struct nrs_outcome *out = d->out;

	out->arrangements = list_grow(d->arena, out->arrangements,
	    out->n_arrangements, sizeof(*out->arrangements));
	return &out->arrangements[out->n_arrangements++];
}

static bool
covers(const struct nrs_contact_arrangement *arrangement, const char *sector,
    int64_t now)
{
	if (arrangement->effective_from > now ||
	    (arrangement->effective_until != 0 &&
	        arrangement->effective_until <= now))
		return false;
	return list_has(arrangement->sectors, arrangement->n_sectors, sector);
}

const struct nrs_contact_arrangement *
decide_in_force(const struct decision *d, const char *sector)
{
	const struct nrs_contact_arrangement *found = NULL, *each;
	const struct state_arrangement *at;
	void *cursor = NULL;

	while ((at = state_next_arrangement(d->state, &cursor)) != NULL) {
		each = at->set->arrangement;
		if (!covers(each, sector, d->now))
			continue;
		if (found == NULL || found->policy != NRS_POLICY_REPLACE)
			found = each;
	}
	return found;
}

/* CLOSE and CHANGE name an open one, or what they closed themselves; ESTABLISH
 * a new one, or its own again in a correction. */
bool
decide_arrangement_allowed(struct decision *d)
{
	const struct nrs_contact_arrangement *change =
	    d->cmd->content->contact_change;
	const struct state_arrangement *open, *closed;

	if (change == NULL || d->cmd->content->kind == NRS_KIND_RETRACTION)
		return true;
	open = state_arrangement(d->state, change->arrangement_id);
	closed = state_closed(d->state, change->arrangement_id);
	if (closed != NULL &&
	    strcmp(closed->thread_id, d->cmd->content->thread_id) == 0)
		return true;
	if (change->action != NRS_ARRANGEMENT_ESTABLISH && open == NULL) {
		decide_reject(d, "contact_change.arrangement_id",
		    "arrangement-unknown", "no arrangement %s is open",
		    change->arrangement_id);
		return false;
	}
	if (change->action == NRS_ARRANGEMENT_ESTABLISH && open != NULL &&
	    strcmp(open->thread_id, d->cmd->content->thread_id) != 0) {
		decide_reject(d, "contact_change.arrangement_id",
		    "arrangement-open",
		    "arrangement %s is open already: CHANGE it, or use "
		    "another id",
		    change->arrangement_id);
		return false;
	}
	return true;
}

void
decide_close_arrangement(
    struct decision *d, const struct state_arrangement *arrangement)
{
	struct nrs_contact_arrangement *closed =
	    nrs_arena_alloc(d->arena, sizeof(*closed));

	*closed = (struct nrs_contact_arrangement){
	    .action = NRS_ARRANGEMENT_CLOSE,
	    .arrangement_id = nrs_arena_strdup(
	        d->arena, arrangement->set->arrangement->arrangement_id),
	    .hq_name = "",
	};
	*add(d) = (struct nrs_arrangement_set){
	    .arrangement = closed,
	    .notice_id =
	        nrs_arena_strdup(d->arena, arrangement->set->notice_id),
	    .thread_id = "",
	};
}

/* ---- a retraction ---- */

static bool
is_withdrawn(const struct decision *d, const struct state_arrangement *at)
{
	const struct nrs_thread_change *thread =
	    state_thread(d->state, at->thread_id);

	return thread != NULL && thread->kind == NRS_KIND_RETRACTION;
}

/* What held before the thread that is withdrawn, and would hold still; NULL:
 * nothing. */
static const struct state_arrangement *
before(const struct decision *d, const struct state_arrangement *withdrawn)
{
	const struct nrs_contact_arrangement *is;
	const struct state_arrangement *at = withdrawn->earlier;

	while (at != NULL && is_withdrawn(d, at))
		at = at->earlier;
	if (at == NULL)
		return NULL;
	is = at->set->arrangement;
	if (is->action == NRS_ARRANGEMENT_CLOSE ||
	    (is->effective_until != 0 && is->effective_until <= d->now))
		return NULL;
	return at;
}

static void
restore(struct decision *d, const struct state_arrangement *at)
{
	const struct nrs_arrangement_set *was =
	    nrs_clone_into(d->arena, NRS_TYPE_ARRANGEMENT_SET, at->set);
	struct nrs_arrangement_set *set = add(d);

	*set = *was;
	set->thread_id = nrs_arena_strdup(d->arena, at->thread_id);
	set->remind_at = decide_remind_at(d, was->arrangement->effective_from,
	    was->arrangement->effective_until);
}

/* Source (domain.md 4.1): a RETRACTION voids its messages. Ours: so what they
 * established was never there, and what they changed or closed holds as it did
 * before them, as far as it has not ended. */
static void
withdraw(struct decision *d)
{
	const struct state_arrangement *at, *earlier;
	void *cursor = NULL;

	while ((at = state_next_arrangement(d->state, &cursor)) != NULL) {
		if (strcmp(at->thread_id, d->out->thread_id) != 0)
			continue;
		earlier = before(d, at);
		if (earlier != NULL)
			restore(d, earlier);
		else
			decide_close_arrangement(d, at);
	}
	cursor = NULL;
	while ((at = state_next_closed(d->state, &cursor)) != NULL) {
		earlier = before(d, at);
		if (earlier != NULL &&
		    strcmp(at->thread_id, d->out->thread_id) == 0)
			restore(d, earlier);
	}
}

/* With its sectors spelt out, so that the state alone tells where it holds; and
 * without what only its readers may know. */
void
decide_arrangement(struct decision *d)
{
	const struct nrs_contact_arrangement *change =
	    d->cmd->content->contact_change;
	struct nrs_contact_arrangement *to;
	struct names sectors = {0};
	size_t i;

	if (d->cmd->content->kind == NRS_KIND_RETRACTION) {
		withdraw(d);
		return;
	}
	if (change == NULL)
		return;
	to = nrs_arena_alloc(d->arena, sizeof(*to));
	*to = (struct nrs_contact_arrangement){
	    .action = change->action,
	    .arrangement_id = change->arrangement_id,
	    .hq_name = "",
	    .policy = change->policy,
	    .effective_from = change->effective_from,
	    .effective_until = change->effective_until,
	};
	for (i = 0; i < d->n_targets; i++)
		if (d->targets[i].sector[0] != '\0' &&
		    (change->n_sectors == 0 ||
		        list_has(change->sectors, change->n_sectors, "*") ||
		        list_has(change->sectors, change->n_sectors,
		            d->targets[i].sector)))
			names_add(d->arena, &sectors, d->targets[i].sector);
	to->sectors = sectors.items;
	to->n_sectors = sectors.n;
	*add(d) = (struct nrs_arrangement_set){
	    .arrangement = to,
	    .notice_id = d->cmd->content->notice_id,
	    .thread_id = "",
	    .kept = change->action == NRS_ARRANGEMENT_CLOSE,
	    .remind_at = change->action == NRS_ARRANGEMENT_CLOSE
	                     ? 0
	                     : decide_remind_at(d, change->effective_from,
	                           change->effective_until),
	};
}
