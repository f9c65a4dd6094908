/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cell of the table, then the overrides of domain.md 5.2 in their order.
 * Overrides 2 (expiry) and 7 (consent) have been asked before: decide_notice.c.
 */
#include <string.h>

#include "common/core/decide_internal.h"
#include "noroshi/core/tlp.h"

/* What is known about one target while the rules are applied. */
struct ruling {
	unsigned routes;
	bool keep_realtime; /* asked for by more than the cell */
	bool ack_required;
	const char *deciding; /* what the routes come from: see rule() */
	struct names rules;   /* all that changed something */
	const char *arrangement_id;
	const struct nrs_rule_cell *cell;
	enum nrs_posture posture;
};

/* The rule that decides is the last that added a route: the cell, mostly. One
 * that only takes away decides when nothing is left. */
static void
rule(struct decision *d, struct ruling *ruling, const char *id, unsigned routes)
{
	if ((routes & ~ruling->routes) != 0 || routes == 0)
		ruling->deciding = id;
	ruling->routes = routes;
	names_add(d->arena, &ruling->rules, id);
}

static unsigned
routes_of(const struct nrs_thread_sector *past)
{
	return past == NULL ? 0 : nrs_rule_routes(past->routes, past->n_routes);
}

/* What the thread has used for this sector; what it has where this notice does
 * not go counts for all, so that the dispatcher tells those people, too. */
static unsigned
past_routes(const struct decision *d, const struct target *target)
{
	unsigned routes = routes_of(target->past);
	size_t i;

	for (i = 0; d->thread != NULL && i < d->thread->n_sectors; i++)
		if (!decision_goes_to(d, d->thread->sectors[i].sector))
			routes |= routes_of(&d->thread->sectors[i]);
	/* The other arrangement may have ended: then the usual way. */
	if ((routes & NRS_OVERRIDE) != 0 &&
	    decide_in_force(d, target->sector) == NULL)
		routes = (routes & ~NRS_OVERRIDE) | NRS_RT;
	return routes;
}

static void
recall(struct decision *d, const struct target *target, struct ruling *ruling)
{
	unsigned past;

	if (!decision_recalls(d))
		return;
	past = past_routes(d, target);
	ruling->keep_realtime = (past & NRS_RT) != 0;
	if ((ruling->routes | past) != ruling->routes)
		rule(d, ruling, "override:1", ruling->routes | past);
}

/* Never widening; if nothing is left, in real time to who is addressed. */
static void
gate(struct decision *d, const struct target *target, struct ruling *ruling)
{
	unsigned routes = nrs_tlp_gate(d->label, ruling->routes);

	if (decision_narrowed(d, target))
		routes &= ~(NRS_NL | NRS_WEB);
	if (routes == 0)
		routes = NRS_RT;
	if (routes != ruling->routes)
		rule(d, ruling, "override:3", routes);
}

/* Source (architecture.md 4): "What would expire before its next cut-off goes
 * in real time." It then is a line of the list of what was sent. */
static void
expiry(struct decision *d, const struct target *target, struct ruling *ruling)
{
	if ((ruling->routes & NRS_NL) != 0 &&
	    decide_expires_first(d, target->sector, d->valid_until))
		rule(d, ruling, "override:expiry",
		    (ruling->routes & ~NRS_NL) | NRS_RT);
}

static void
contact_change(struct decision *d, struct ruling *ruling)
{
	if (d->cmd->content->contact_change == NULL)
		return;
	rule(d, ruling, "override:4", ruling->routes | NRS_RT);
	ruling->keep_realtime = true;
	ruling->ack_required = true;
}

/* ※緊急事態等における別の連絡体制や手続きがある場合を除く: column C only. */
static void
other_arrangement(struct decision *d, const struct target *target,
    enum nrs_matrix_column column, struct ruling *ruling)
{
	const struct nrs_contact_arrangement *other =
	    decide_in_force(d, target->sector);
	unsigned routes = ruling->routes | NRS_OVERRIDE;

	if (other == NULL)
		return;
	ruling->arrangement_id =
	    nrs_arena_strdup(d->arena, other->arrangement_id);
	if (column != NRS_COLUMN_C || (ruling->routes & NRS_RT) == 0)
		return;
	if (other->policy == NRS_POLICY_REPLACE && !ruling->keep_realtime)
		routes &= ~NRS_RT;
	rule(d, ruling, "override:5", routes);
}

static void
drill(struct decision *d, struct ruling *ruling)
{
	unsigned routes = ruling->routes & ~NRS_WEB;

	if (d->cmd->content->mode == NRS_MODE_ACTUAL ||
	    routes == ruling->routes)
		return;
	rule(d, ruling, "override:6", routes == 0 ? NRS_RT : routes);
}

/* A newsletter lists a retraction only of what an issue has carried. */
static void
not_issued(
    struct decision *d, const struct target *target, struct ruling *ruling)
{
	if (d->cmd->content->kind != NRS_KIND_RETRACTION ||
	    (ruling->routes & NRS_NL) == 0)
		return;
	if (target->past == NULL || !target->past->carried)
		rule(d, ruling, "not-issued", ruling->routes & ~NRS_NL);
}

static struct ruling
judge(struct decision *d, const struct target *target)
{
	const struct nrs_content *content = d->cmd->content;
	const struct nrs_postures postures = state_postures(d->state);
	const enum nrs_matrix_column column =
	    nrs_rule_item(d->policy->rules, content->item_type)->column;
	struct ruling ruling = {.arrangement_id = ""};

	ruling.posture =
	    nrs_posture_effective(&postures, target->sector, d->now);
	ruling.cell = nrs_rule_cell(
	    d->policy->rules, column, ruling.posture, content->urgency);
	rule(d, &ruling, ruling.cell->id, ruling.cell->routes);
	if (d->cmd->n_unknown > 0)
		names_add(d->arena, &ruling.rules, "unknown-value");
	recall(d, target, &ruling);
	gate(d, target, &ruling);
	expiry(d, target, &ruling);
	contact_change(d, &ruling);
	other_arrangement(d, target, column, &ruling);
	drill(d, &ruling);
	not_issued(d, target, &ruling);
	if ((ruling.routes & NRS_AT_ONCE) != 0 && !content->ack_waived)
		ruling.ack_required = true;
	return ruling;
}

static void
add_copy(struct decision *d, const struct target *target,
    const struct ruling *ruling, const char *ceptoar)
{
	const struct nrs_rule_item *item =
	    nrs_rule_item(d->policy->rules, d->cmd->content->item_type);
	struct nrs_outcome *out = d->out;
	struct nrs_classification *copy;

	out->copies = list_grow(
	    d->arena, out->copies, out->n_copies, sizeof(*out->copies));
	copy = &out->copies[out->n_copies++];
	*copy = (struct nrs_classification){
	    .column = item->column,
	    .sector = target->sector,
	    .ceptoar = ceptoar,
	    .posture = ruling->posture,
	    .route_rule = ruling->deciding,
	    .rules = ruling->rules.items,
	    .n_rules = ruling->rules.n,
	    .newsletter_section = item->section,
	    .arrangement_id = ruling->arrangement_id,
	    .posture_review = ruling->cell->posture_review,
	    .decided_at = d->now,
	    .ack_required = ruling->ack_required,
	};
	copy->routes = list_routes(d->arena, ruling->routes, &copy->n_routes);
	out->posture_review |= copy->posture_review;
}

/* A copy per sector; per CEPTOAR where it is narrowed. Who is excluded is so
 * also when he is a CEPTOAR. */
void
decide_routes(struct decision *d)
{
	const struct nrs_addressing *to = d->cmd->addressing;
	struct target *target;
	struct ruling ruling;
	size_t i, j;

	for (i = 0; i < d->n_targets; i++) {
		target = &d->targets[i];
		ruling = judge(d, target);
		target->routes = ruling.routes;
		target->rule = ruling.deciding;
		if (target->ceptoars.n == 0)
			add_copy(d, target, &ruling, "");
		for (j = 0; j < target->ceptoars.n; j++)
			if (!list_has(to->excluded_recipients,
			        to->n_excluded_recipients,
			        target->ceptoars.items[j]))
				add_copy(d, target, &ruling,
				    target->ceptoars.items[j]);
	}
}
