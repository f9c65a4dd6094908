/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One notice: its place in the thread (invariants of domain.md 4.4), then
 * whether it is expired, held or released, and what the thread is afterwards.
 */
#include <assert.h>
#include <string.h>

#include "common/core/decide_internal.h"
#include "noroshi/core/label.h"
#include "noroshi/core/tlp.h"

bool
decision_recalls(const struct decision *d)
{
	return d->cmd->content->kind == NRS_KIND_CORRECTION ||
	       d->cmd->content->kind == NRS_KIND_RETRACTION;
}

bool
decision_named(const struct decision *d)
{
	return d->label == NRS_TLP_RED || d->cmd->addressing->n_recipients > 0;
}

bool
decision_narrowed(const struct decision *d, const struct target *target)
{
	return decision_named(d) || target->ceptoars.n > 0 ||
	       d->cmd->addressing->n_excluded_recipients > 0;
}

/* ---- the place in the thread ---- */

static bool
is_next(struct decision *d)
{
	const struct nrs_content *content = d->cmd->content;
	const uint32_t last = d->thread == NULL ? 0 : d->thread->revision;

	if (d->thread == NULL &&
	    strcmp(content->thread_id, content->notice_id) != 0) {
		decide_reject(d, "thread_id", "thread-unknown",
		    "no notice of thread %s was accepted", content->thread_id);
		return false;
	}
	if (content->revision == last + 1)
		return true;
	decide_reject(d, "revision", "revision-gap",
	    "the next revision of this thread is %u, not %u",
	    (unsigned)last + 1, (unsigned)content->revision);
	return false;
}

static bool
keeps_mode(struct decision *d)
{
	const struct nrs_content *content = d->cmd->content;

	if (d->thread == NULL)
		return true;
	if (d->thread->mode != content->mode) {
		decide_reject(d, "mode", "mode-change",
		    "this thread is %s and stays so",
		    nrs_term_name(NRS_VOC_MODE, (int)d->thread->mode));
		return false;
	}
	if (strcmp(d->thread->exercise_id, content->exercise_id) != 0) {
		decide_reject(d, "exercise_id", "mode-change",
		    "this thread belongs to another exercise");
		return false;
	}
	return true;
}

/* Whatever it supersedes is of this thread, so an exercise never supersedes
 * the real thing. */
static bool
supersedes_own(struct decision *d)
{
	const struct nrs_content *content = d->cmd->content;
	size_t i;

	for (i = 0; i < content->n_supersedes; i++) {
		if (d->thread != NULL &&
		    list_has(d->thread->notice_ids, d->thread->n_notice_ids,
		        content->supersedes[i]))
			continue;
		decide_reject(d, "supersedes", "supersedes-unknown",
		    "%s is not a notice of this thread",
		    content->supersedes[i]);
		return false;
	}
	return true;
}

static bool
keeps_label(struct decision *d)
{
	if (d->thread == NULL || !nrs_tlp_widens(d->thread->tlp, d->label) ||
	    d->cmd->content->tlp_widened_by[0] != '\0')
		return true;
	decide_reject(d, "tlp", "tlp-widened",
	    "this thread is %s; %s lets more people know: name who allowed it "
	    "in tlp_widened_by",
	    nrs_term_text(NRS_VOC_TLP, (int)d->thread->tlp, "en"),
	    nrs_term_text(NRS_VOC_TLP, (int)d->label, "en"));
	return false;
}

static bool
is_whole(struct decision *d)
{
	const struct nrs_content *content = d->cmd->content;

	if (strcmp(content->notice_id, d->out->submission_id) == 0 &&
	    content->mode == d->out->mode)
		return true;
	decide_reject(d, "submission_id", "envelope",
	    "notice_id and mode must be those of the envelope");
	return false;
}

/* ---- what ends without being sent ---- */

static bool
is_expired(struct decision *d)
{
	if (d->valid_until == 0 || d->valid_until > d->now)
		return false;
	decide_answer(d, NRS_VERDICT_EXPIRED, "override:2",
	    "valid_until had passed when it was decided");
	return true;
}

/* A retraction of what nobody has seen needs nobody's consent. */
static bool
was_never_sent(struct decision *d)
{
	if (d->cmd->content->kind != NRS_KIND_RETRACTION)
		return false;
	assert(d->thread != NULL); /* without one it was a gap, and refused */
	if (d->thread->n_sectors > 0)
		return false;
	decide_answer(d, NRS_VERDICT_APPLIED, "never-sent",
	    "withdrawn before anybody was told");
	return true;
}

/* Only behind the door: an unknown label reads as RED, and RED without names
 * is for nobody. */
static bool
is_for_nobody(const struct decision *d)
{
	return d->label == NRS_TLP_RED && d->cmd->addressing->n_recipients == 0;
}

static const char *
missing_consent(const struct decision *d)
{
	if (is_for_nobody(d))
		return "duty-desk";
	if (d->cmd->content->stream != NRS_STREAM_NISC_PROVISION)
		return "source-consent";
	return NULL;
}

/* What nobody consented to takes nothing from those who wait. */
static void
drop_older(struct decision *d)
{
	if (d->out->verdict == NRS_VERDICT_EXPIRED &&
	    missing_consent(d) == NULL)
		decide_drop_waiting(d, "expired");
}

static struct nrs_held_change *
add_held(struct decision *d)
{
	struct nrs_outcome *out = d->out;

	out->held =
	    list_grow(d->arena, out->held, out->n_held, sizeof(*out->held));
	return &out->held[out->n_held++];
}

static bool
is_held(struct decision *d)
{
	const char *needs = missing_consent(d);

	if (needs == NULL)
		return false;
	decide_answer(d, NRS_VERDICT_HELD, "override:7",
	    strcmp(needs, "duty-desk") == 0
	        ? "the label is not known here, so it is RED and for nobody: "
	          "the duty desk decides"
	        : "waits for the consent of its source");
	*add_held(d) = (struct nrs_held_change){
	    .submission_id = d->out->submission_id,
	    .journal_offset = d->cmd->journal_offset,
	    .needs = needs,
	};
	return true;
}

void
decide_add_held_removal(
    struct decision *d, const struct state_held *held, const char *why)
{
	*add_held(d) = (struct nrs_held_change){
	    .remove = true,
	    .submission_id = nrs_arena_strdup(d->arena, held->submission_id),
	    .journal_offset = held->offset,
	    .needs = nrs_arena_strdup(d->arena, held->needs),
	    .why = why,
	};
}

/* ---- the thread afterwards ---- */

static void
record_ids(struct decision *d, struct nrs_thread_change *to)
{
	const struct nrs_thread_change *was = d->thread;
	struct names ids = {0};
	size_t i;

	for (i = 0; was != NULL && i < was->n_notice_ids; i++)
		names_add(d->arena, &ids,
		    nrs_arena_strdup(d->arena, was->notice_ids[i]));
	names_add(d->arena, &ids, d->cmd->content->notice_id);
	to->notice_ids = ids.items;
	to->n_notice_ids = ids.n;
}

/* What has not been sent changes neither the label nor the reach. */
static void
record_thread(struct decision *d, bool sent)
{
	const struct nrs_content *content = d->cmd->content;
	struct nrs_thread_change *to = nrs_arena_alloc(d->arena, sizeof(*to));

	to->thread_id = content->thread_id;
	to->revision = content->revision;
	to->notice_id = content->notice_id;
	to->kind = content->kind;
	to->mode = content->mode;
	to->tlp = sent || d->thread == NULL ? d->label : d->thread->tlp;
	to->item_type = content->item_type;
	to->is_final = content->is_final;
	to->valid_until = d->valid_until;
	to->exercise_id = content->exercise_id;
	record_ids(d, to);
	decide_reach(d, to);
	d->out->thread = to;
}

/* ---- the decision ---- */

/* A retraction has no end: it is never too late for it, nor while it is held or
 * waits for a newsletter. */
static int64_t
end_of(const struct decision *d)
{
	const struct nrs_content *content = d->cmd->content;
	const struct nrs_rule_item *item =
	    nrs_rule_item(d->policy->rules, content->item_type);

	if (content->kind == NRS_KIND_RETRACTION)
		return 0;
	if (content->valid_until == 0 && item->validity_ms > 0)
		return content->issued_at + item->validity_ms;
	return content->valid_until;
}

static void
describe(struct decision *d)
{
	const struct nrs_content *content = d->cmd->content;

	d->label = content->tlp < NRS_TLP_RED || content->tlp > NRS_TLP_CLEAR
	               ? NRS_TLP_RED
	               : content->tlp;
	d->valid_until = end_of(d);
	d->thread = state_thread(d->state, content->thread_id);
	d->out->thread_id = content->thread_id;
	d->out->revision = content->revision;
	d->out->kind = content->kind;
	d->out->tlp = d->label;
	d->out->item_type = content->item_type;
	d->out->stream = content->stream;
}

static enum nrs_verdict
verdict_of(const struct decision *d)
{
	unsigned routes = 0;
	size_t i;

	for (i = 0; i < d->n_targets; i++)
		routes |= d->targets[i].routes;
	if ((routes & (NRS_RT | NRS_OVERRIDE)) != 0)
		return NRS_VERDICT_RELEASED;
	if ((routes & NRS_NL) != 0)
		return NRS_VERDICT_WAITING;
	/* Withdrawn while it waited: nobody needs to be told. */
	return NRS_VERDICT_APPLIED;
}

static void
release(struct decision *d)
{
	decide_targets(d);
	decide_routes(d);
	decide_waiting(d);
	decide_topics(d);
	decide_arrangement(d);
	d->out->verdict = verdict_of(d);
	record_thread(d, true);
}

void
decide_notice(struct decision *d)
{
	const struct state_held *held;

	describe(d);
	if (!is_whole(d) || !is_next(d) || !keeps_mode(d) ||
	    !supersedes_own(d) || !keeps_label(d) ||
	    !decide_arrangement_allowed(d))
		return;
	held = state_held_of_thread(d->state, d->out->thread_id);
	if (d->thread != NULL && held != NULL)
		decide_add_held_removal(d, held, "superseded");
	if (is_expired(d) || was_never_sent(d) || is_held(d)) {
		drop_older(d);
		record_thread(d, false);
		return;
	}
	release(d);
}

/* Its place in the thread was taken when it was held. */
void
decide_held(struct decision *d, const struct state_held *held)
{
	describe(d);
	if (is_for_nobody(d)) {
		decide_reject(d, "tlp", "approval-label",
		    "its label is not known here: issue it again, or approve "
		    "it after an upgrade");
		return;
	}
	if (!decide_arrangement_allowed(d))
		return;
	if (is_expired(d)) {
		decide_add_held_removal(d, held, "expired");
		decide_drop_waiting(d, "expired");
		record_thread(d, false);
		return;
	}
	decide_add_held_removal(d, held, "released");
	release(d);
}
