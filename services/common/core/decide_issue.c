/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source (architecture.md 4): "A cut-off drains what waits into the editions of
 * newsletter.<sector>.<label> and dispatch.newsletter: only the latest revision
 * of a thread, nothing retracted or expired, each item in exactly one issue per
 * sector".
 *
 * Ours: an issue is one record of the bus. What is too much for it makes
 * another one, with the next number, by the DEADLINE that follows at once.
 */
#include <stdlib.h>
#include <string.h>

#include "common/core/decide_internal.h"

#define ISSUE_BYTES (INT64_C(768) * 1024) /* the bus takes 1 MB */
#define DRAIN_BYTES (INT64_C(4) * 1024 * 1024)

/* What one cut-off, or the rest of one, may take. */
struct drain {
	const struct nrs_waiting_change **items;
	size_t n, next;
	int64_t bytes, issue_bytes; /* taken so far */
	struct nrs_drain about;
};

/* ---- lists ---- */

static const char *
list_of(const struct decision *d, const char *sector)
{
	const struct nrs_news_list *list;

	if (d->policy->lists == NULL)
		return NULL;
	list = nrs_news_list_of(d->policy->lists, sector);
	return list == NULL ? NULL : list->id;
}

/* As this command leaves it; 0: nobody has said. */
static int64_t
next_at(const struct decision *d, const char *id)
{
	const struct nrs_cut_off *said = d->out->cut_off;
	const struct state_list *list = state_list(d->state, id);

	if (said != NULL && said->next_at != 0 && strcmp(said->list, id) == 0)
		return said->next_at;
	return list == NULL ? 0 : list->next_at;
}

bool
decide_has_issues(const struct decision *d, const char *sector)
{
	const char *id = list_of(d, sector);

	return id != NULL && next_at(d, id) != 0;
}

bool
decide_expires_first(
    const struct decision *d, const char *sector, int64_t valid_until)
{
	const char *id = list_of(d, sector);
	int64_t at;

	if (id == NULL || valid_until == 0)
		return false;
	at = next_at(d, id);
	/* A window that has passed is being issued, or will be very soon. */
	return at > d->now && valid_until <= at;
}

/* ---- which items ---- */

bool
decide_is_leaving(
    const struct decision *d, const struct nrs_waiting_change *waiting)
{
	const char *id = list_of(d, waiting->sector);
	const struct state_list *list =
	    id == NULL ? NULL : state_list(d->state, id);

	return list != NULL && waiting->journal_offset < list->below;
}

static bool
may_take(const struct decision *d, const struct nrs_drain *drain,
    const struct nrs_waiting_change *waiting)
{
	const char *id;

	if (waiting->journal_offset >= drain->below ||
	    (waiting->valid_until != 0 && waiting->valid_until <= d->now))
		return false;
	id = list_of(d, waiting->sector);
	return id != NULL && strcmp(id, drain->list) == 0 &&
	       !decide_is_due(d, waiting);
}

/* By sector, in the order that its issue is read in. */
static int
compare(const void *a, const void *b)
{
	const struct nrs_waiting_change *x =
	    *(const struct nrs_waiting_change *const *)a;
	const struct nrs_waiting_change *y =
	    *(const struct nrs_waiting_change *const *)b;
	const int sector = strcmp(x->sector, y->sector);

	if (sector != 0)
		return sector;
	if (x->section != y->section)
		return x->section < y->section ? -1 : 1;
	return (x->journal_offset > y->journal_offset) -
	       (x->journal_offset < y->journal_offset);
}

static void
collect(struct decision *d, struct drain *drain)
{
	const struct nrs_waiting_change *waiting;
	void *cursor = NULL;

	while ((waiting = state_next_waiting(d->state, &cursor)) != NULL) {
		if (!may_take(d, &drain->about, waiting))
			continue;
		if (decide_is_unreadable(d, waiting->journal_offset)) {
			decide_add_waiting_removal(d, waiting, "unreadable");
			continue;
		}
		drain->items = list_grow(d->arena, drain->items, drain->n,
		    sizeof(const struct nrs_waiting_change *));
		drain->items[drain->n++] = waiting;
	}
	if (drain->n > 0)
		qsort(drain->items, drain->n, sizeof(*drain->items), compare);
}

/* ---- one issue ---- */

static struct nrs_issue *
add_issue(struct decision *d, struct drain *drain, const char *sector)
{
	const struct nrs_issue *last = state_issue(d->state, sector);
	struct nrs_outcome *out = d->out;
	struct nrs_issue *issue;

	out->issues = list_grow(
	    d->arena, out->issues, out->n_issues, sizeof(*out->issues));
	issue = &out->issues[out->n_issues++];
	*issue = (struct nrs_issue){
	    .list = drain->about.list,
	    .window_id = drain->about.window_id,
	    .sector = nrs_arena_strdup(d->arena, sector),
	    .number = last == NULL ? 1 : last->number + 1,
	    .from = last == NULL ? d->now : last->to,
	    .to = d->now,
	    .late = drain->about.late,
	};
	issue->issue_id = nrs_arena_printf(d->arena, "%s:%s:%u",
	    issue->window_id, issue->sector, (unsigned)issue->number);
	drain->issue_bytes = 0;
	return issue;
}

static bool
command_has_room(
    const struct decision *d, const struct drain *drain, int64_t bytes)
{
	return d->out->n_waiting < DECIDE_CHANGES_MAX &&
	       (drain->bytes == 0 || drain->bytes + bytes <= DRAIN_BYTES);
}

static void
take(struct decision *d, struct drain *drain, struct nrs_issue *issue,
    const struct nrs_waiting_change *waiting)
{
	issue->total++;
	/* the first issue tells of everything before it */
	if (issue->number == 1 && waiting->at < issue->from)
		issue->from = waiting->at;
	drain->issue_bytes += waiting->bytes;
	drain->bytes += waiting->bytes;
	decide_add_waiting_removal(d, waiting, "drained");
}

/* All items of one sector, as far as there is room. false: the command is full.
 */
static bool
make_issue(struct decision *d, struct drain *drain)
{
	const char *sector = drain->items[drain->next]->sector;
	const struct nrs_waiting_change *waiting;
	struct nrs_issue *issue = NULL;
	bool full = false;

	for (; drain->next < drain->n; drain->next++) {
		waiting = drain->items[drain->next];
		if (strcmp(waiting->sector, sector) != 0)
			return true;
		if (!command_has_room(d, drain, waiting->bytes))
			return false;
		if (issue == NULL)
			issue = add_issue(d, drain, sector);
		full |= issue->total > 0 &&
		        drain->issue_bytes + waiting->bytes > ISSUE_BYTES;
		if (full)
			d->out->more = true;
		else
			take(d, drain, issue, waiting);
	}
	return true;
}

static void
add_drain(struct decision *d, const struct nrs_drain *about, int64_t below)
{
	struct nrs_outcome *out = d->out;

	out->drains = list_grow(
	    d->arena, out->drains, out->n_drains, sizeof(*out->drains));
	out->drains[out->n_drains] = *about;
	out->drains[out->n_drains++].below = below;
}

static void
drain(struct decision *d, const struct nrs_drain *about)
{
	const struct state_list *list = state_list(d->state, about->list);
	const bool was_more = d->out->more;
	struct drain drain = {.about = *about};
	bool rest;

	d->out->more = false;
	collect(d, &drain);
	while (drain.next < drain.n)
		if (!make_issue(d, &drain))
			break;
	rest = d->out->more || drain.next < drain.n;
	if (rest || (list != NULL && list->below != 0))
		add_drain(d, about, rest ? about->below : 0);
	d->out->more = was_more || rest;
}

/* ---- commands ---- */

void
decide_cut_off(struct decision *d)
{
	const struct nrs_cut_off *cut_off = d->cmd->cut_off;

	if (cut_off->mode != d->policy->mode) {
		decide_reject(
		    d, "mode", "mode", "this service serves another mode");
		return;
	}
	if (d->policy->lists == NULL ||
	    nrs_news_list_find(d->policy->lists, cut_off->list) == NULL) {
		decide_reject(d, "list", "list-unknown",
		    "no newsletter list of this id is configured here");
		return;
	}
	d->out->cut_off = nrs_arena_alloc(d->arena, sizeof(*d->out->cut_off));
	*d->out->cut_off = *cut_off;
	d->out->verdict = NRS_VERDICT_APPLIED;
	if (!cut_off->announce)
		drain(d, &(struct nrs_drain){.list = cut_off->list,
		             .window_id = cut_off->window_id,
		             .below = d->cmd->journal_offset,
		             .late = cut_off->late});
}

/* What earlier cut-offs have left. */
void
decide_drains(struct decision *d)
{
	const struct state_list *list;
	void *cursor = NULL;

	while ((list = state_next_list(d->state, &cursor)) != NULL)
		if (list->below != 0)
			drain(d, &(struct nrs_drain){.list = nrs_arena_strdup(
			                                 d->arena, list->list),
			             .window_id = nrs_arena_strdup(
			                 d->arena, list->window_id),
			             .below = list->below,
			             .late = list->late});
}
