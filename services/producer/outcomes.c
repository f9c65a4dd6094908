/* SPDX-License-Identifier: Apache-2.0 */
/* The lane that reads `outcome` and wakes whoever waits for one. */
#include "noroshi/base/log.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "producer/producer.h"

#define TO_END_MS 10000
#define IDLE_MS 1000 /* the heartbeat; a record wakes the lane at once */

struct lane {
	struct producer *producer;
	struct nrs_arena *arena;
	struct nrs_reader *reader;
};

/* A deadline is posted again and again under one id: nobody waits for it. */
static bool
is_an_answer(const struct nrs_outcome *outcome)
{
	return outcome->type != NRS_SUBMISSION_DEADLINE &&
	       outcome->payload_sha256.len == NRS_SHA256_SIZE &&
	       outcome->addressing_sha256.len == NRS_SHA256_SIZE;
}

static enum nrs_rc
learn(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct lane *lane = ctx;
	struct nrs_wire_input in = {.type = NRS_TYPE_OUTCOME,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_outcome *outcome;
	void *out;

	nrs_arena_reset(lane->arena);
	if (nrs_wire_decode(lane->arena, &in, &out, err) != NRS_OK) {
		/* Nobody waits for what nobody can read: go on. */
		nrs_log(NRS_LOG_ERROR, "outcome_unreadable",
		    NRS_I("offset", record->offset), NRS_S("why", err->text));
		return NRS_OK;
	}
	outcome = out;
	producer_deadline_set(lane->producer->deadline, outcome->next_deadline,
	    outcome->next_deadline_id);
	if (outcome->type == NRS_SUBMISSION_CUT_OFF)
		producer_cutoffs_learn(lane->producer->cutoffs, outcome);
	if (!is_an_answer(outcome))
		return NRS_OK;
	const struct producer_decided decided = {
	    .ident = {.submission_id = outcome->submission_id,
	        .payload_sha256 = outcome->payload_sha256.data,
	        .addressing_sha256 = outcome->addressing_sha256.data},
	    .offset = record->offset,
	    .bytes = record->value,
	};
	producer_index_learn(lane->producer->index, &decided);
	return NRS_OK;
}

/* Before this has come to the end once, a repeated submission would be taken
 * for a new one: the API answers 503 until then. */
static enum nrs_rc
load(struct lane *lane, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    .topic = NRS_TOPIC_OUTCOME, .offset = NRS_FROM_START};
	enum nrs_rc rc = nrs_reader_assign(lane->reader, &from, 1, err);

	if (rc == NRS_OK)
		rc = nrs_reader_to_end(
		    lane->reader, TO_END_MS, learn, lane, err);
	if (rc != NRS_OK)
		return rc;
	atomic_store(&lane->producer->loaded, true);
	nrs_log(NRS_LOG_INFO, "outcomes_loaded",
	    NRS_I("known", producer_index_count(lane->producer->index)));
	return NRS_OK;
}

static enum nrs_rc
step(struct lane *lane, struct nrs_err *err)
{
	struct nrs_record record = {0};
	enum nrs_rc rc;

	if (!atomic_load(&lane->producer->loaded))
		return load(lane, err);
	rc = nrs_reader_next(lane->reader, IDLE_MS, &record, err);
	if (rc == NRS_OK && record.topic != NULL)
		rc = learn(lane, &record, err);
	nrs_metric_set(lane->producer->metrics.remembered,
	    (int64_t)producer_index_count(lane->producer->index));
	return rc;
}

enum nrs_rc
producer_outcomes_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *service_lane, struct nrs_err *err)
{
	struct producer *p = self;
	struct lane lane = {.producer = p, .arena = nrs_arena_new()};
	struct nrs_stop *stop = nrs_service_stop(ctx);
	enum nrs_rc rc;

	rc = nrs_reader_open(&p->conf->common.bus, &lane.reader, err);
	while (rc == NRS_OK && !nrs_stop_asked(stop)) {
		nrs_service_alive(ctx, service_lane);
		rc = step(&lane, err);
		bool ready = rc == NRS_OK && atomic_load(&p->loaded);
		nrs_service_ready(
		    ctx, service_lane, ready, ready ? "" : err->text);
		if (rc == NRS_RETRY && !nrs_stop_wait(stop, 1000))
			rc = NRS_OK;
	}
	producer_index_stop(p->index);
	producer_deadline_stop(p->deadline);
	producer_cutoffs_stop(p->cutoffs);
	nrs_reader_close(lane.reader);
	nrs_arena_free(lane.arena);
	return nrs_stop_asked(stop) ? NRS_OK : rc;
}
