/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "classifier/classifier.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"

#define ALIVE_EVERY 1000

/* A gap means that a command was passed over: the auditor's to replay. Deciding
 * it now, out of order, would be worse. */
static void
report_gap(struct classifier *c, int64_t found)
{
	nrs_metric_add(c->meters.gaps, 1);
	nrs_log(NRS_LOG_ERROR, "outcome_gap",
	    NRS_I("expected", nrs_state_next_offset(c->state)),
	    NRS_I("found", found));
}

static enum nrs_rc
apply_record(void *self, const struct nrs_record *record, struct nrs_err *err)
{
	struct classifier *c = self;
	const struct nrs_wire_input in = {.type = NRS_TYPE_OUTCOME,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_outcome *outcome;
	void *value;

	nrs_arena_reset(c->arena);
	if (nrs_wire_decode(c->arena, &in, &value, err) != NRS_OK) {
		nrs_err_prefix(
		    err, "outcome at offset %lld", (long long)record->offset);
		return NRS_FATAL;
	}
	outcome = value;
	if (outcome->journal_offset > nrs_state_next_offset(c->state))
		report_gap(c, outcome->journal_offset);
	nrs_apply(c->state, outcome);
	if (++c->n_applied % ALIVE_EVERY == 0)
		nrs_service_alive(c->ctx, c->lane);
	return NRS_OK;
}

/* A journal that was cut or made anew is not ours: its commands would be
 * decided against the memory of others. */
static enum nrs_rc
check_journal(
    struct classifier *c, const struct nrs_bounds *journal, struct nrs_err *err)
{
	const int64_t next = nrs_state_next_offset(c->state);

	if (journal->first != 0)
		return nrs_fail(err, NRS_FATAL,
		    "the journal begins at offset %lld, not 0: commands are "
		    "missing; restore it before going on",
		    (long long)journal->first);
	if (journal->end < next)
		return nrs_fail(err, NRS_FATAL,
		    "the journal ends at offset %lld but outcomes reach %lld: "
		    "it is not the one they were made of; restore it before "
		    "going on",
		    (long long)journal->end, (long long)next);
	return NRS_OK;
}

static enum nrs_rc
check_outcomes(const struct nrs_bounds *outcome, struct nrs_err *err)
{
	if (outcome->first == 0)
		return NRS_OK;
	return nrs_fail(err, NRS_FATAL,
	    "the topic of outcomes begins at offset %lld, not 0: decisions "
	    "are missing; restore it before going on",
	    (long long)outcome->first);
}

static enum nrs_rc
read_outcomes(
    struct classifier *c, struct nrs_reader *reader, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    NRS_TOPIC_OUTCOME, 0, NRS_FROM_START};
	const int timeout = (int)c->conf->answer_timeout_ms;
	struct nrs_bounds outcome, journal;
	enum nrs_rc rc;

	if ((rc = nrs_reader_bounds(
	         reader, NRS_TOPIC_OUTCOME, 0, &outcome, err)) != NRS_OK ||
	    (rc = check_outcomes(&outcome, err)) != NRS_OK ||
	    (rc = nrs_reader_assign(reader, &from, 1, err)) != NRS_OK ||
	    (rc = nrs_reader_to_end(reader, timeout, apply_record, c, err)) !=
	        NRS_OK ||
	    (rc = nrs_reader_bounds(
	         reader, NRS_TOPIC_JOURNAL, 0, &journal, err)) != NRS_OK)
		return rc;
	return check_journal(c, &journal, err);
}

enum nrs_rc
classifier_take_over(
    void *self, int64_t committed, int64_t *start, struct nrs_err *err)
{
	struct classifier *c = self;
	struct nrs_mono begun = nrs_mono_now();
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc;

	(void)committed; /* advice only: outcomes say where we are */
	nrs_state_free(c->state);
	c->state = nrs_state_new();
	c->n_applied = 0;
	rc = nrs_reader_open(&c->conf->common.bus, &reader, err);
	if (rc == NRS_OK)
		rc = read_outcomes(c, reader, err);
	nrs_reader_close(reader);
	nrs_arena_reset(c->arena);
	if (rc == NRS_FATAL)
		nrs_log(
		    NRS_LOG_ERROR, "takeover_refused", NRS_S("why", err->text));
	if (rc != NRS_OK)
		return rc;
	*start = nrs_state_next_offset(c->state);
	nrs_log(NRS_LOG_INFO, "state_rebuilt", NRS_I("outcomes", c->n_applied),
	    NRS_I("next", *start), NRS_I("ms", nrs_mono_since_ms(begun)));
	return NRS_OK;
}
