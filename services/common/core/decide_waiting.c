/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for a newsletter: at most one revision per thread and sector. */
#include <string.h>

#include "common/core/decide_internal.h"
#include "noroshi/core/tlp.h"

static struct nrs_waiting_change *
add(struct decision *d)
{
	struct nrs_outcome *out = d->out;

	out->waiting = list_grow(
	    d->arena, out->waiting, out->n_waiting, sizeof(*out->waiting));
	return &out->waiting[out->n_waiting++];
}

static struct nrs_waiting_change *
add_again(struct decision *d, const struct nrs_waiting_change *waiting)
{
	struct nrs_waiting_change *change = add(d);

	*change = *waiting;
	change->notice_id = nrs_arena_strdup(d->arena, waiting->notice_id);
	change->thread_id = nrs_arena_strdup(d->arena, waiting->thread_id);
	change->sector = nrs_arena_strdup(d->arena, waiting->sector);
	change->rule = nrs_arena_strdup(d->arena, waiting->rule);
	change->why = "";
	change->title_of = nrs_arena_strdup(d->arena, waiting->title_of);
	return change;
}

void
decide_add_waiting_removal(struct decision *d,
    const struct nrs_waiting_change *waiting, const char *why)
{
	struct nrs_waiting_change *change = add_again(d, waiting);

	change->remove = true;
	change->why = why;
}

void
decide_drop_waiting(struct decision *d, const char *why)
{
	const struct nrs_waiting_change *waiting;
	size_t i;

	for (i = 0; d->thread != NULL && i < d->thread->n_sectors; i++) {
		waiting = state_waiting(
		    d->state, d->out->thread_id, d->thread->sectors[i].sector);
		/* What was sent was sent, and what was changed is. */
		if (waiting != NULL && waiting->title_of[0] == '\0' &&
		    !waiting->stub)
			decide_add_waiting_removal(d, waiting, why);
	}
}

/* The signed bytes, and room for what stands around them. */
static int64_t
size_of(const struct nrs_submission *submission)
{
	size_t bytes = submission->payload.len + 512;

	bytes += submission->n_signatures * 256;
	if (submission->n_stubs > 0)
		bytes += submission->stubs[0].payload.len + 512;
	return (int64_t)bytes;
}

/* What an issue has carried is corrected in a section of its own. */
static struct nrs_waiting_change *
wait_for(struct decision *d, const struct target *target)
{
	struct nrs_waiting_change *change = add(d);
	const struct nrs_content *content = d->cmd->content;
	const struct nrs_rule_item *item =
	    nrs_rule_item(d->policy->rules, content->item_type);
	const bool corrects = decision_recalls(d) && target->past != NULL &&
	                      target->past->carried;

	*change = (struct nrs_waiting_change){
	    .notice_id = content->notice_id,
	    .thread_id = content->thread_id,
	    .revision = content->revision,
	    .journal_offset = d->cmd->journal_offset,
	    .sector = target->sector,
	    .tlp = d->label,
	    .column = item->column,
	    .urgency = content->urgency,
	    .valid_until = d->valid_until,
	    .section = corrects ? NRS_NEWS_CORRECTIONS : item->section,
	    .why = "",
	    .title_of = "",
	    .sent = (target->routes & (NRS_RT | NRS_OVERRIDE)) != 0,
	    .rule = target->rule,
	    .at = d->now,
	    .bytes = size_of(d->cmd->submission),
	    .ack_waived = content->ack_waived,
	    .kind = content->kind,
	    .item_type = content->item_type,
	    .carried_tlp = target->past == NULL ? 0 : target->past->carried_tlp,
	};
	return change;
}

/* ---- 発信一覧: a line for what went in real time and is not carried ---- */

#define LINE_BYTES 1024

static void
make_line(struct nrs_waiting_change *change, int64_t now)
{
	change->title_of = change->notice_id;
	if (change->section != NRS_NEWS_CORRECTIONS)
		change->section = NRS_NEWS_SENT;
	change->valid_until = 0; /* it was sent, whatever comes later */
	change->sent = true;
	change->at = now;
	change->bytes = LINE_BYTES;
}

void
decide_wait_as_line(
    struct decision *d, const struct nrs_waiting_change *waiting)
{
	if (decide_has_issues(d, waiting->sector))
		make_line(add_again(d, waiting), d->now);
}

/* RED and what was narrowed stand in no newsletter, not even by title. */
static bool
has_line(const struct decision *d, const struct target *target)
{
	return (target->routes & (NRS_RT | NRS_OVERRIDE)) != 0 &&
	       !decision_narrowed(d, target) &&
	       nrs_tlp_allows(d->label, NRS_ROUTE_NEWSLETTER) &&
	       decide_has_issues(d, target->sector);
}

/* What waits where this notice does not go: a recall takes it back, and a
 * raised label raises it, for it has not been seen yet. */
static void
elsewhere(struct decision *d, const struct nrs_waiting_change *waiting,
    const char *why)
{
	if (decision_recalls(d))
		decide_add_waiting_removal(d, waiting, why);
	else if (waiting->stub || !nrs_tlp_widens(d->label, waiting->tlp))
		return; /* a stub says nothing that a label could hide */
	else if (nrs_tlp_allows(d->label, NRS_ROUTE_NEWSLETTER))
		add_again(d, waiting)->tlp = d->label;
	else
		decide_add_waiting_removal(d, waiting, "label-raised");
}

/* A follow-up for some of a sector replaces nothing for the others. What a
 * thread has not been in is not looked up: nothing of it can wait there. */
static void
replace(struct decision *d, const struct target *target, const char *why)
{
	const struct nrs_waiting_change *was = NULL;

	if (target->past != NULL)
		was =
		    state_waiting(d->state, d->out->thread_id, target->sector);
	if (was != NULL && decision_narrowed(d, target))
		elsewhere(d, was, why);
	else if (was != NULL)
		decide_add_waiting_removal(d, was, why);
	if ((target->routes & NRS_NL) != 0)
		(void)wait_for(d, target);
	else if (has_line(d, target))
		make_line(wait_for(d, target), d->now);
}

/* ---- what an issue has carried, and no issue may carry any further ---- */

static bool
waits_after(const struct decision *d, const char *sector)
{
	const struct nrs_waiting_change *said = NULL;
	size_t i;

	for (i = 0; i < d->out->n_waiting; i++)
		if (strcmp(d->out->waiting[i].sector, sector) == 0)
			said = &d->out->waiting[i];
	if (said != NULL)
		return !said->remove;
	return state_waiting(d->state, d->out->thread_id, sector) != NULL;
}

/* Source (architecture.md, invariant 7): "With every correction, retraction or
 * raised label (...) topics that carried the thread lower (...) get the stub".
 * One that is RED, or narrowed, has no place in the next issue itself. */
static void
wait_as_stub(struct decision *d, const struct nrs_thread_sector *past)
{
	const struct target target = {
	    .sector = nrs_arena_strdup(d->arena, past->sector),
	    .past = past,
	    .rule = "override:3"};
	struct nrs_waiting_change *change;

	if (!past->carried || d->cmd->submission->n_stubs == 0 ||
	    waits_after(d, past->sector) ||
	    (!decision_recalls(d) &&
	        nrs_tlp_topic_holds(past->carried_tlp, d->label)))
		return;
	change = wait_for(d, &target);
	change->stub = true;
	change->section = NRS_NEWS_CORRECTIONS;
	change->tlp = past->carried_tlp;
	change->valid_until = 0;
	change->sent = true;
	change->bytes = LINE_BYTES;
}

void
decide_waiting(struct decision *d)
{
	const char *why = d->cmd->content->kind == NRS_KIND_RETRACTION
	                      ? "retracted"
	                      : "replaced";
	const struct nrs_waiting_change *was;
	const char *sector;
	size_t i;

	for (i = 0; i < d->n_targets; i++)
		replace(d, &d->targets[i], why);
	for (i = 0; d->thread != NULL && i < d->thread->n_sectors; i++) {
		sector = d->thread->sectors[i].sector;
		was = state_waiting(d->state, d->out->thread_id, sector);
		if (was != NULL && !decision_goes_to(d, sector))
			elsewhere(d, was, why);
	}
	for (i = 0; d->thread != NULL && i < d->thread->n_sectors; i++)
		wait_as_stub(d, &d->thread->sectors[i]);
}
