/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source (architecture.md 4): "When a sector's posture rises, what waits and is
 * now due in real time is promoted for that sector, once per notice and
 * sector".
 *
 * Ours: whenever a command may have made something due, all that waits is
 * looked at again; what has gone in real time once never goes again.
 */
#include <string.h>

#include "common/core/decide_internal.h"

/* One outcome is one record, and its outputs are one transaction. */
#define PROMOTIONS_MAX 250
#define PROMOTIONS_BYTES (INT64_C(8) * 1024 * 1024)

/* What has been found while looking again. */
struct look {
	struct nrs_postures postures; /* as this command leaves them */
	size_t n_touched;             /* out->waiting before the first */
	int64_t bytes;
};

/* Why one item is due. */
struct ruling_for {
	enum nrs_posture posture;
	const struct nrs_rule_cell *cell;
	bool expires; /* it is not the cell's doing */
};

static struct nrs_postures
postures_after(const struct decision *d)
{
	const struct nrs_postures was = state_postures(d->state);
	struct nrs_posture_set *sets = nrs_arena_array(
	    d->arena, was.n + d->out->n_postures + 1, sizeof(*sets));
	struct nrs_postures after = {.sets = sets};
	size_t i;

	/* The first of a scope counts. */
	for (i = 0; i < d->out->n_postures; i++)
		sets[after.n++] = d->out->postures[i];
	for (i = 0; i < was.n; i++)
		sets[after.n++] = was.sets[i];
	return after;
}

/* May anything have become due? A posture, another window, or other rules than
 * those of the decision before; a DEADLINE goes on with what was too much for
 * one command.
 */
static bool
may_be_due(const struct decision *d)
{
	const char *rules = state_rules(d->state);

	if (d->out->n_postures > 0 ||
	    (d->out->cut_off != NULL && d->out->cut_off->announce) ||
	    (d->out->type == NRS_SUBMISSION_DEADLINE &&
	        d->out->verdict == NRS_VERDICT_APPLIED))
		return true;
	return rules != NULL && strcmp(rules, d->policy->versions.rules) != 0;
}

/* What this command has said of the same item; NULL: nothing. */
static const struct nrs_waiting_change *
said_already(const struct decision *d, size_t n_touched,
    const struct nrs_waiting_change *waiting)
{
	const struct nrs_waiting_change *last = NULL, *said;
	size_t i;

	for (i = 0; i < n_touched; i++) {
		said = &d->out->waiting[i];
		if (strcmp(said->thread_id, waiting->thread_id) == 0 &&
		    strcmp(said->sector, waiting->sector) == 0)
			last = said;
	}
	return last;
}

/* ---- one promotion ---- */

static struct nrs_promotion *
add(struct decision *d)
{
	struct nrs_outcome *out = d->out;

	out->promotions = list_grow(d->arena, out->promotions,
	    out->n_promotions, sizeof(*out->promotions));
	return &out->promotions[out->n_promotions++];
}

static void
add_rules(struct decision *d, struct nrs_classification *copy,
    const struct ruling_for *found)
{
	struct names rules = {0};

	names_add(d->arena, &rules, found->cell->id);
	if (found->expires)
		names_add(d->arena, &rules, "override:expiry");
	names_add(d->arena, &rules, copy->route_rule);
	if (copy->n_routes > 1 || copy->routes[0] == NRS_ROUTE_OVERRIDE)
		names_add(d->arena, &rules, "override:5");
	copy->rules = rules.items;
	copy->n_rules = rules.n;
}

/* ※緊急事態等における別の連絡体制や手続きがある場合を除く: column C only. */
static unsigned
routes_by(
    const struct nrs_contact_arrangement *other, enum nrs_matrix_column column)
{
	if (other == NULL || column != NRS_COLUMN_C)
		return NRS_RT;
	return other->policy == NRS_POLICY_REPLACE ? NRS_OVERRIDE
	                                           : NRS_RT | NRS_OVERRIDE;
}

static struct nrs_classification *
copy_of(struct decision *d, const struct nrs_waiting_change *waiting,
    const struct ruling_for *found)
{
	const struct nrs_contact_arrangement *other =
	    decide_in_force(d, waiting->sector);
	struct nrs_classification *copy =
	    nrs_arena_alloc(d->arena, sizeof(*copy));

	*copy = (struct nrs_classification){
	    .column = waiting->column,
	    .sector = nrs_arena_strdup(d->arena, waiting->sector),
	    .ceptoar = "",
	    .posture = found->posture,
	    .route_rule = "promoted",
	    .newsletter_section = waiting->section,
	    .arrangement_id = other == NULL ? ""
	                                    : nrs_arena_strdup(d->arena,
	                                          other->arrangement_id),
	    .posture_review = found->cell->posture_review,
	    .decided_at = d->now,
	    .ack_required = !waiting->ack_waived,
	};
	copy->routes = list_routes(
	    d->arena, routes_by(other, waiting->column), &copy->n_routes);
	add_rules(d, copy, found);
	return copy;
}

/* Every notice of the thread before this one. */
static void
supersede(struct decision *d, struct nrs_promotion *promotion)
{
	const struct nrs_thread_change *thread =
	    state_thread(d->state, promotion->thread_id);
	struct names ids = {0};
	size_t i;

	for (i = 0; thread != NULL && i < thread->n_notice_ids &&
	            strcmp(thread->notice_ids[i], promotion->notice_id) != 0;
	     i++)
		names_add(d->arena, &ids,
		    nrs_arena_strdup(d->arena, thread->notice_ids[i]));
	promotion->supersedes_all = ids.items;
	promotion->n_supersedes_all = ids.n;
}

static void
promote(struct decision *d, const struct nrs_waiting_change *waiting,
    struct nrs_classification *copy)
{
	struct nrs_promotion *promotion = add(d);
	struct names topics = {0};

	*promotion = (struct nrs_promotion){
	    .notice_id = nrs_arena_strdup(d->arena, waiting->notice_id),
	    .thread_id = nrs_arena_strdup(d->arena, waiting->thread_id),
	    .revision = waiting->revision,
	    .journal_offset = waiting->journal_offset,
	    .tlp = waiting->tlp,
	    .copy = copy,
	};
	decide_topic_of(d, copy->sector, waiting->tlp, &topics);
	promotion->topics = topics.items;
	promotion->n_topics = topics.n;
	supersede(d, promotion);
	d->out->posture_review |= copy->posture_review;
	decide_add_waiting_removal(d, waiting, "promoted");
	decide_wait_as_line(d, waiting);
}

/* ---- all that waits ---- */

bool
decide_is_unreadable(const struct decision *d, int64_t offset)
{
	size_t i;

	for (i = 0; i < d->record->n_unreadable; i++)
		if (d->record->unreadable[i] == offset)
			return true;
	return false;
}

static const struct nrs_rule_cell *
cell_of(const struct decision *d, const struct nrs_waiting_change *waiting,
    enum nrs_posture posture)
{
	return nrs_rule_cell(
	    d->policy->rules, waiting->column, posture, waiting->urgency);
}

/* Source (architecture.md 4): "What would expire before its next cut-off goes
 * in real time." */
static bool
cannot_wait(const struct decision *d, const struct nrs_waiting_change *waiting)
{
	return !decide_is_leaving(d, waiting) &&
	       decide_expires_first(d, waiting->sector, waiting->valid_until);
}

static bool
is_over(const struct decision *d, const struct nrs_waiting_change *waiting)
{
	return waiting->sent ||
	       (waiting->valid_until != 0 && waiting->valid_until <= d->now);
}

bool
decide_is_due(
    const struct decision *d, const struct nrs_waiting_change *waiting)
{
	const struct nrs_postures postures = state_postures(d->state);
	const enum nrs_posture posture =
	    nrs_posture_effective(&postures, waiting->sector, d->now);

	return !is_over(d, waiting) &&
	       (cell_of(d, waiting, posture)->routes & NRS_RT) != 0;
}

static bool
has_room(const struct decision *d, const struct look *look)
{
	return d->out->n_promotions < PROMOTIONS_MAX &&
	       d->out->n_waiting + 2 <= DECIDE_CHANGES_MAX &&
	       look->bytes <= PROMOTIONS_BYTES;
}

static void
look_at(struct decision *d, const struct nrs_waiting_change *waiting,
    struct look *look)
{
	const struct nrs_waiting_change *said;
	const struct nrs_rule_cell *cell;
	struct ruling_for found = {0};

	if (is_over(d, waiting))
		return;
	found.posture =
	    nrs_posture_effective(&look->postures, waiting->sector, d->now);
	cell = found.cell = cell_of(d, waiting, found.posture);
	found.expires = (cell->routes & NRS_RT) == 0;
	if (found.expires && !cannot_wait(d, waiting))
		return;
	said = said_already(d, look->n_touched, waiting);
	if (said != NULL || !has_room(d, look)) {
		d->out->more |= said == NULL || !said->remove;
		return;
	}
	if (decide_is_unreadable(d, waiting->journal_offset)) {
		decide_add_waiting_removal(d, waiting, "unreadable");
		return;
	}
	look->bytes += waiting->bytes;
	promote(d, waiting, copy_of(d, waiting, &found));
}

void
decide_promotions(struct decision *d)
{
	struct look look = {.n_touched = d->out->n_waiting};
	const struct nrs_waiting_change *waiting;
	void *cursor = NULL;

	if (!may_be_due(d))
		return;
	look.postures = postures_after(d);
	while ((waiting = state_next_waiting(d->state, &cursor)) != NULL)
		look_at(d, waiting, &look);
}
