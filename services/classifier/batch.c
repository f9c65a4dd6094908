/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "classifier/classifier.h"
#include "classifier/outputs.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/log.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"

static void
fill_command(struct nrs_command *cmd, const struct nrs_admitted *admitted,
    int64_t offset)
{
	*cmd = (struct nrs_command){
	    .journal_offset = offset,
	    .submission = admitted->submission,
	    .content = admitted->content,
	    .addressing = admitted->addressing,
	    .posture_change = admitted->posture_change,
	    .approval = admitted->approval,
	    .cut_off = admitted->cut_off,
	    .deadline = admitted->deadline,
	    .n_unknown = admitted->n_unknown,
	};
	if (admitted->submission == NULL)
		return;
	cmd->payload_sha256 =
	    (struct nrs_bytes){admitted->payload_sha256, NRS_SHA256_SIZE};
	cmd->addressing_sha256 =
	    (struct nrs_bytes){admitted->addressing_sha256, NRS_SHA256_SIZE};
}

void
classifier_admit(struct classifier *c, const struct nrs_record *record,
    struct nrs_command *cmd)
{
	const struct classifier_rules *rules = c->rules;
	const struct nrs_admit how = {
	    .check = {.sectors = rules->policy->sectors,
	        .mode = rules->policy->mode,
	        .inside = true},
	    .keyring = rules->keyring,
	    .how = NRS_WIRE_TOLERANT,
	};
	struct nrs_admitted *admitted =
	    nrs_arena_alloc(c->arena, sizeof(*admitted));
	struct nrs_err err = {0}, *why;
	enum nrs_rc rc;

	rc = nrs_admit(c->arena, &how, record->value, admitted, &err);
	fill_command(cmd, admitted, record->offset);
	if (rc == NRS_OK)
		return;
	why = nrs_arena_alloc(c->arena, sizeof(*why));
	*why = err;
	cmd->refused = why;
}

static enum nrs_rc
find_approved(
    struct classifier *c, struct nrs_command *cmd, struct nrs_err *err)
{
	int64_t offset;

	if (cmd->refused != NULL || cmd->approval == NULL)
		return NRS_OK;
	offset = nrs_state_held_offset(c->state, cmd->approval->submission_id);
	if (offset < 0 || cmd->approval->refused)
		return NRS_OK;
	return classifier_read_again(c, offset, &cmd->approved, err);
}

/* ---- what people and monitors see ---- */

static void
count(struct classifier *c, const struct nrs_command *cmd,
    const struct nrs_outcome *outcome)
{
	const int64_t now = nrs_wall_ms();

	nrs_metric_add(c->meters.verdicts[outcome->verdict], 1);
	if (cmd->refused != NULL)
		nrs_metric_add(c->meters.refused, 1);
	if (cmd->n_unknown > 0)
		nrs_metric_add(c->meters.unknown, cmd->n_unknown);
	if (outcome->accepted_at > 0 && now >= outcome->accepted_at)
		nrs_metric_observe_us(
		    c->meters.seconds, (now - outcome->accepted_at) * 1000);
}

/* One line for what somebody should look at; what went well is in the outcome
 * and the counters. */
static void
report(const struct nrs_command *cmd, const struct nrs_outcome *outcome)
{
	if (cmd->refused != NULL)
		nrs_log(NRS_LOG_WARN, "refused",
		    NRS_S("alert", outcome->submission_id),
		    NRS_I("offset", outcome->journal_offset),
		    NRS_S("rule", outcome->rule),
		    NRS_S("field", outcome->field));
	if (cmd->n_unknown > 0)
		nrs_log(NRS_LOG_WARN, "unknown_value",
		    NRS_S("alert", outcome->submission_id),
		    NRS_I("offset", outcome->journal_offset),
		    NRS_I("values", cmd->n_unknown));
	nrs_log(NRS_LOG_DEBUG, "decided",
	    NRS_S("alert", outcome->submission_id),
	    NRS_I("offset", outcome->journal_offset),
	    NRS_S("verdict",
	        nrs_term_name(NRS_VOC_VERDICT, (int)outcome->verdict)),
	    NRS_S("rule", outcome->rule));
}

static void
report_attention(const struct nrs_outcome *outcome)
{
	size_t i;

	for (i = 0; i < outcome->n_attention; i++)
		nrs_log(NRS_LOG_INFO, "attention",
		    NRS_I("offset", outcome->journal_offset),
		    NRS_S("what", outcome->attention[i]));
}

static void
report_newsletters(const struct nrs_outcome *outcome)
{
	const struct nrs_issue *issue;
	size_t i;

	if (outcome->n_promotions > 0)
		nrs_log(NRS_LOG_INFO, "promoted",
		    NRS_I("offset", outcome->journal_offset),
		    NRS_I("copies", outcome->n_promotions));
	for (i = 0; i < outcome->n_issues; i++) {
		issue = &outcome->issues[i];
		nrs_log(NRS_LOG_INFO, "newsletter_issued",
		    NRS_S("issue", issue->issue_id),
		    NRS_I("items", issue->total), NRS_I("late", issue->late));
	}
}

static void
show_state(struct classifier *c)
{
	const struct nrs_state_counts counts = nrs_state_counts(c->state);

	nrs_metric_set(c->meters.threads, (int64_t)counts.threads);
	nrs_metric_set(c->meters.waiting, (int64_t)counts.waiting);
	nrs_metric_set(c->meters.held, (int64_t)counts.held);
	nrs_metric_set(c->meters.arrangements, (int64_t)counts.arrangements);
}

/* ---- one batch ---- */

/* Decided again without what cannot be read again: nothing is promised that
 * cannot be kept. */
static enum nrs_rc
decide(struct classifier *c, struct nrs_command *cmd,
    struct nrs_outcome *outcome, struct classifier_again *again,
    struct nrs_err *err)
{
	enum nrs_rc rc;

	do {
		cmd->unreadable = again->unreadable;
		cmd->n_unreadable = again->n_unreadable;
		nrs_decide(c->arena, c->rules->policy, c->state, cmd, outcome);
		rc = classifier_read_all_again(c, outcome, again, err);
	} while (rc == NRS_OK && again->n_unreadable > cmd->n_unreadable);
	return rc;
}

/* Copies of one sector share their bytes. A key is copied by the bus. */
static void
send_all(struct classifier *c, const struct classifier_outputs *outputs,
    struct nrs_txn *txn)
{
	struct nrs_bytes from = {0}, kept = {0};
	struct nrs_outgoing record;
	size_t i;

	for (i = 0; i < outputs->n; i++) {
		record = outputs->records[i];
		if (record.value.data != from.data) {
			from = record.value;
			kept = nrs_arena_bytes(c->kept, from.data, from.len);
		}
		record.value = kept;
		nrs_txn_send(txn, &record);
	}
}

/* What a decision needs is forgotten with it: only the bytes that go out stay
 * for the batch, so that the next decision works in memory that is still in the
 * cache. */
static enum nrs_rc
decide_one(struct classifier *c, const struct nrs_record *record,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct classifier_again again = {0};
	struct classifier_outputs outputs;
	struct nrs_outcome outcome;
	struct nrs_command cmd;
	enum nrs_rc rc;

	/* Decided before: the committed position was only advice. */
	if (record->offset < nrs_state_next_offset(c->state))
		return NRS_OK;
	nrs_arena_reset(c->arena);
	classifier_admit(c, record, &cmd);
	if ((rc = find_approved(c, &cmd, err)) != NRS_OK ||
	    (rc = decide(c, &cmd, &outcome, &again, err)) != NRS_OK)
		return rc;
	nrs_settle(c->arena, c->state, &outcome);
	outputs = classifier_outputs_of(
	    c->arena, c->rules->policy, &cmd, &outcome, &again);
	send_all(c, &outputs, txn);
	count(c, &cmd, &outcome);
	report(&cmd, &outcome);
	report_attention(&outcome);
	report_newsletters(&outcome);
	return NRS_OK;
}

/* A reload takes effect between two batches. */
static void
take_new_rules(struct classifier *c)
{
	struct classifier_rules *old = NULL;

	(void)pthread_mutex_lock(&c->lock);
	if (c->next_rules != NULL) {
		old = c->rules;
		c->rules = c->next_rules;
		c->next_rules = NULL;
	}
	(void)pthread_mutex_unlock(&c->lock);
	classifier_rules_free(old);
}

enum nrs_rc
classifier_batch(void *self, const struct nrs_record *records, size_t n,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct classifier *c = self;
	enum nrs_rc rc = NRS_OK;
	size_t i;

	take_new_rules(c);
	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = decide_one(c, &records[i], txn, err);
	NRS_FAILPOINT("classifier.decided");
	show_state(c);
	return rc;
}
