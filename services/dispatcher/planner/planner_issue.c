/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "dispatcher/planner/issue.h"
#include "dispatcher/planner/planner.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"

struct had {
	struct planner *p;
	struct nrs_map *places;
};

static void
see_prior(void *ctx, const struct nrs_delivery_batch *batch)
{
	struct had *had = ctx;

	dispatcher_issue_had(had->places, had->p->arena, batch);
}

static enum nrs_rc
find_readers(struct planner *p, const struct dispatcher_issue *issue,
    struct dispatcher_issue_plan *out, struct nrs_err *err)
{
	struct had had = {p, nrs_map_new()};
	struct nrs_map *carried = nrs_map_new();
	const struct dispatcher_issue_query query = {.issue = issue,
	    .subs = dispatcher_subs_set(p->subs),
	    .had = had.places,
	    .carried = carried};
	enum nrs_rc rc =
	    planner_priors(p, issue->letter->issue_id, see_prior, &had, err);

	if (rc == NRS_OK)
		rc = planner_carried(p, issue, carried, err);
	if (rc == NRS_OK)
		dispatcher_issue_plan(p->arena, &query, out);
	nrs_map_free(had.places, NULL);
	nrs_map_free(carried, NULL);
	return rc;
}

/* Of one transaction. */
struct step {
	struct planner *p;
	const struct nrs_record *record;
	struct nrs_txn *txn;
	const struct dispatcher_issue *issue;
	const struct dispatcher_issue_plan *plan;
	int64_t at;
};

static struct nrs_delivery_batch
head_of(const struct step *step, const struct nrs_edition *edition)
{
	const struct dispatcher_issue *issue = step->issue;

	return (struct nrs_delivery_batch){
	    .notice_id = issue->letter->issue_id,
	    .thread_id = issue->letter->issue_id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = issue->letter->mode,
	    .tlp = edition->label,
	    .urgency = NRS_URGENCY_ROUTINE,
	    .accepted_at = issue->accepted_at,
	    .planned_at = step->at,
	    .give_up_at =
	        issue->accepted_at + step->p->d->conf->newsletter.give_up_ms,
	    .source_offset = issue->offset,
	};
}

struct records {
	struct dispatcher_batch *list;
	size_t n;
};

static enum nrs_rc
make_edition(
    const struct step *step, size_t i, struct records *out, struct nrs_err *err)
{
	struct planner *p = step->p;
	const struct dispatcher_issue *issue = step->issue;
	const struct nrs_edition *edition = &step->plan->editions[i];
	struct dispatcher_composer composer = {
	    .d = p->d, .arena = p->arena, .issue = issue, .edition = edition};
	const struct nrs_delivery_batch head = head_of(step, edition);
	const struct dispatcher_batches_query query = {
	    .arena = p->arena,
	    .composer = &composer,
	    .targets = &step->plan->targets[i],
	    .n_partitions = dispatcher_threads_partitions(p->threads),
	    .head = &head,
	    .content_sha256 = issue->sha256,
	    .occasion = issue->letter->issue_id,
	};

	return dispatcher_batches(&query, &out->list, &out->n, err);
}

/* Numbered through all editions: an edition that is wholly missing is missed,
 * too. */
static void
write_editions(const struct step *step, const struct records *editions)
{
	uint32_t n = 0, chunk = 0;
	size_t i, k;

	for (i = 0; i < step->plan->n; i++)
		n += (uint32_t)editions[i].n;
	for (i = 0; i < step->plan->n; i++)
		for (k = 0; k < editions[i].n; k++) {
			editions[i].list[k].batch.chunk = chunk++;
			editions[i].list[k].batch.n_chunks = n;
			planner_write(step->p, &editions[i].list[k],
			    step->p->traffic->delivery, step->txn);
		}
}

/* What keeps one edition from being written keeps no other. */
static enum nrs_rc
plan_editions(const struct step *step, struct nrs_err *err)
{
	struct records *editions = nrs_arena_array(
	    step->p->arena, step->plan->n + 1, sizeof(*editions));
	enum nrs_rc rc;
	size_t i;

	for (i = 0; i < step->plan->n; i++) {
		rc = make_edition(step, i, &editions[i], err);
		if (rc == NRS_REJECT) {
			editions[i].n = 0;
			planner_reject(step->p, step->record, err, step->txn);
		} else if (rc != NRS_OK)
			return rc;
	}
	write_editions(step, editions);
	return NRS_OK;
}

static size_t
count_targets(const struct dispatcher_issue_plan *plan)
{
	size_t i, n = 0;

	for (i = 0; i < plan->n; i++)
		n += plan->targets[i].n;
	return n;
}

static void
plan_nobody(const struct step *step)
{
	const struct nrs_edition whole = {.label = step->issue->letter->label};
	const struct nrs_delivery_batch head = head_of(step, &whole);

	planner_write_none(step->p, &head, step->txn);
}

static void
report(struct planner *p, const struct dispatcher_issue *issue,
    const struct dispatcher_issue_plan *plan)
{
	const size_t planned = count_targets(plan);

	nrs_metric_add(p->planned, (int64_t)planned);
	nrs_metric_add(p->not_cleared, (int64_t)plan->n_nothing);
	nrs_log(NRS_LOG_INFO, "planned",
	    NRS_S("issue", issue->letter->issue_id),
	    NRS_I("number", issue->letter->number), NRS_I("editions", plan->n),
	    NRS_I("deliveries", planned), NRS_I("not_cleared", plan->n_nothing),
	    NRS_I("items_refused", issue->n_refused));
}

enum nrs_rc
planner_issue(struct planner *p, const struct nrs_record *record,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct dispatcher_issue issue;
	struct dispatcher_issue_plan plan;
	const struct step step = {p, record, txn, &issue, &plan, nrs_wall_ms()};
	enum nrs_rc rc =
	    dispatcher_issue_read(p->d, p->arena, record, &issue, err);
	size_t i;

	if (rc == NRS_OK)
		rc = find_readers(p, &issue, &plan, err);
	if (rc != NRS_OK)
		return rc;
	for (i = 0; i < issue.n_refused; i++)
		planner_reject(p, record, &issue.refused[i], txn);
	rc = plan_editions(&step, err);
	if (rc != NRS_OK)
		return rc;
	if (count_targets(&plan) == 0)
		plan_nobody(&step);
	report(p, &issue, &plan);
	return NRS_OK;
}
