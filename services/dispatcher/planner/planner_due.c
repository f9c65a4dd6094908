/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dispatcher/planner/planner.h"
#include "noroshi/base/log.h"
#include "noroshi/core/ack_time.h"
#include "noroshi/core/topic.h"

#define LAST_HOUR (INT64_C(60) * 60 * 1000)
#define ON_RECORD (INT64_C(30) * 24 * LAST_HOUR)

/* Of one transaction. */
struct step {
	struct planner *p;
	const struct dispatcher_notice *notice;
	const struct dispatcher_due_plan *plan;
	struct nrs_txn *txn;
	/* Of those that are told at the same time. */
	struct dispatcher_due_times times;
	int64_t sent_at;
	const char *whose; /* if this contact does not acknowledge it, or "" */
};

/* What is due after the alert's own horizon is still tried for a while; a
 * reminder of what is no longer valid is not sent. */
static int64_t
give_up_at(const struct step *step, int64_t not_before)
{
	const struct nrs_content *content = step->notice->admitted->content;
	int64_t at = step->plan->head->give_up_at;

	if (at < not_before + LAST_HOUR)
		at = not_before + LAST_HOUR;
	if (content->kind != NRS_KIND_RETRACTION && content->valid_until > 0 &&
	    content->valid_until < at)
		at = content->valid_until;
	return at;
}

static enum nrs_rc
write_all(const struct step *step, const struct nrs_targets *targets,
    const struct nrs_delivery_batch *head, struct nrs_err *err)
{
	struct planner *p = step->p;
	struct dispatcher_composer composer = {.d = p->d,
	    .arena = p->arena,
	    .notice = step->notice,
	    .sent_at = step->sent_at,
	    .ack_by = head->ack_by};
	const struct dispatcher_batches_query query = {
	    .arena = p->arena,
	    .composer = &composer,
	    .targets = targets,
	    .n_partitions = dispatcher_threads_partitions(p->threads),
	    .head = head,
	    .content_sha256 = step->notice->admitted->payload_sha256,
	    .occasion = "",
	    .ack = step->plan->ack,
	};
	struct dispatcher_batch *batches;
	size_t n, i;
	enum nrs_rc rc = dispatcher_batches(&query, &batches, &n, err);

	for (i = 0; rc == NRS_OK && i < n; i++)
		planner_write(
		    p, &batches[i], NRS_TOPIC_DELIVERY_DUE, step->txn);
	return rc;
}

static enum nrs_rc
write_due(const struct step *step, const struct nrs_targets *targets,
    int64_t not_before, int64_t until, struct nrs_err *err)
{
	struct nrs_delivery_batch head = *step->plan->head;

	head.not_before = not_before;
	head.give_up_at = until;
	head.ack_by = step->times.ack_by;
	head.awaits_from = step->whose;
	return write_all(step, targets, &head, err);
}

static enum nrs_rc
ask_again(const struct step *step, const struct nrs_targets *targets,
    struct nrs_err *err)
{
	const struct dispatcher_due_times *times = &step->times;
	const struct dispatcher_due_query query = {.arena = step->p->arena,
	    .notice = step->notice,
	    .targets = targets,
	    .subs = dispatcher_subs_set(step->p->subs)};
	const struct nrs_targets reminded =
	    dispatcher_due_targets(&query, NRS_PURPOSE_REMINDER);
	const struct nrs_targets second =
	    dispatcher_due_targets(&query, NRS_PURPOSE_ESCALATION);
	const struct nrs_targets reports = dispatcher_due_reports(&query);
	enum nrs_rc rc = write_due(step, &reminded, times->remind_at,
	    give_up_at(step, times->remind_at), err);

	if (rc == NRS_OK)
		rc = write_due(step, &second, times->escalate_at,
		    give_up_at(step, times->escalate_at), err);
	if (rc == NRS_OK)
		rc = write_due(step, &reports, times->report_at,
		    times->report_at + ON_RECORD, err);
	return rc;
}

/* ---- what waits for an arrangement ---- */

/* The rest of targets that wait for whom the first waits for; they are moved to
 * out. */
static struct nrs_targets
take_group(const struct step *step, struct nrs_targets *from)
{
	struct nrs_targets out = {.items = nrs_arena_array(step->p->arena,
	                              from->n, sizeof(*out.items))};
	const char *whose = from->items[0].keyed_by;
	size_t i, left = 0;

	for (i = 0; i < from->n; i++) {
		if (strcmp(from->items[i].keyed_by, whose) == 0)
			out.items[out.n++] = from->items[i];
		else
			from->items[left++] = from->items[i];
	}
	from->n = left;
	return out;
}

/* So that a planner that comes to a later revision looks into delivery.due. */
static void
leave_word(const struct step *step, const char *whose)
{
	struct planner *p = step->p;
	struct dispatcher_batch *word =
	    nrs_arena_alloc(p->arena, sizeof(*word));

	word->batch = *step->plan->head;
	word->batch.purpose = NRS_PURPOSE_ALERT;
	word->batch.awaits_from = whose;
	planner_write(p, word, p->traffic->delivery, step->txn);
}

static enum nrs_rc
write_group(const struct step *step, struct nrs_targets *from,
    int64_t not_before, struct nrs_err *err)
{
	const struct nrs_targets group = take_group(step, from);
	struct nrs_delivery_batch head = *step->plan->head;
	struct step told = *step;
	enum nrs_rc rc;

	told.whose = group.items[0].keyed_by;
	if (not_before > 0) {
		told.sent_at = not_before;
		told.times = dispatcher_due_times(
		    step->p->d->conf, step->notice, not_before);
	}
	head.not_before = not_before;
	head.awaits_from = told.whose;
	head.ack_by = step->plan->asks ? told.times.ack_by : 0;
	leave_word(step, head.awaits_from);
	rc = write_all(&told, &group, &head, err);
	if (rc != NRS_OK || !step->plan->asks)
		return rc;
	return ask_again(&told, &group, err);
}

static enum nrs_rc
write_fallbacks(const struct step *step, struct nrs_err *err)
{
	struct nrs_targets later = step->plan->parts->later;
	struct nrs_targets behind = step->plan->parts->behind;
	const struct nrs_delivery_batch *head = step->plan->head;
	const int64_t wait_until = nrs_ack_wait_until(
	    step->plan->times.ack_by, head->planned_at, head->give_up_at);
	enum nrs_rc rc = NRS_OK;

	while (later.n > 0 && rc == NRS_OK)
		rc = write_group(step, &later, wait_until, err);
	while (behind.n > 0 && rc == NRS_OK)
		rc = write_group(step, &behind, 0, err);
	return rc;
}

/* What waits of earlier revisions is wrong now, whoever it is for. */
static void
void_earlier(const struct step *step)
{
	struct planner *p = step->p;
	const int n = dispatcher_threads_partitions(p->threads);
	struct dispatcher_batch *words =
	    nrs_arena_array(p->arena, (size_t)n, sizeof(*words));
	int i;

	for (i = 0; i < n; i++) {
		words[i].partition = i;
		words[i].batch = *step->plan->head;
		words[i].batch.purpose = NRS_PURPOSE_REMINDER;
		planner_write(p, &words[i], NRS_TOPIC_DELIVERY_DUE, step->txn);
	}
}

enum nrs_rc
planner_due(struct planner *p, const struct dispatcher_notice *notice,
    const struct dispatcher_due_plan *plan, struct nrs_txn *txn,
    struct nrs_err *err)
{
	const struct nrs_content *content = notice->admitted->content;
	const struct step step = {.p = p,
	    .notice = notice,
	    .plan = plan,
	    .txn = txn,
	    .times = plan->times,
	    .sent_at = plan->head->planned_at,
	    .whose = ""};
	enum nrs_rc rc;

	/* First: they cancel by themselves what they replace. */
	rc = write_fallbacks(&step, err);
	if (rc != NRS_OK)
		return rc;
	if (content->kind == NRS_KIND_CORRECTION ||
	    content->kind == NRS_KIND_RETRACTION)
		void_earlier(&step);
	return plan->asks ? ask_again(&step, &plan->parts->now, err) : NRS_OK;
}
