/* SPDX-License-Identifier: Apache-2.0 */
#include "support/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct story *w;

/* ---- the auditor ---- */

struct story *
story_open_by(const struct nrs_audit_conf *conf)
{
	w = calloc(1, sizeof(*w));
	assert_non_null(w);
	w->arena = nrs_arena_new();
	w->audit = nrs_audit_new(conf);
	return w;
}

struct story *
story_open(void)
{
	return story_open_by(
	    &(struct nrs_audit_conf){.outcome_ms = STORY_MINUTE,
	        .plan_ms = STORY_MINUTE,
	        .delivery_ms = STORY_HOUR,
	        .max = 100});
}

int
story_close(void **state)
{
	(void)state;
	nrs_audit_free(w->audit);
	nrs_arena_free(w->arena);
	free(w);
	w = NULL;
	return 0;
}

void
story_begin_anew(const struct nrs_audit_conf *conf)
{
	nrs_audit_free(w->audit);
	w->audit = nrs_audit_new(conf);
}

/* ---- records ---- */

struct nrs_audit_place
story_place(const char *topic, int partition, int64_t offset)
{
	return (struct nrs_audit_place){.topic = topic,
	    .partition = partition,
	    .offset = offset,
	    .at = STORY_T0,
	    .seen = ++w->next_seen,
	    .replay_of = -1};
}

void
story_command(int64_t offset, const char *id)
{
	const struct nrs_audit_place at =
	    story_place(NRS_TOPIC_JOURNAL, 0, offset);

	nrs_audit_command(w->audit, &at, id);
}

struct nrs_outcome
story_released(int64_t journal_offset, const char *id)
{
	static enum nrs_route routes[] = {NRS_ROUTE_REALTIME};
	static struct nrs_classification copy = {
	    .sector = "power", .routes = routes, .n_routes = 1};

	return (struct nrs_outcome){.journal_offset = journal_offset,
	    .submission_id = id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .verdict = NRS_VERDICT_RELEASED,
	    .about_id = "",
	    .copies = &copy,
	    .n_copies = 1};
}

void
story_outcome(const struct nrs_outcome *outcome)
{
	const struct nrs_audit_place at =
	    story_place(NRS_TOPIC_OUTCOME, 0, w->next_outcome++);

	nrs_audit_outcome(w->audit, &at, outcome);
}

void
story_release(int64_t journal_offset, const char *id)
{
	const struct nrs_outcome o = story_released(journal_offset, id);

	story_outcome(&o);
}

void
story_dispatch_again(int64_t offset, const char *id, int64_t replay_of)
{
	const struct nrs_dispatch d = {.submission_id = id};
	struct nrs_audit_place at =
	    story_place(NRS_TOPIC_DISPATCH_ALERT, 0, offset);

	at.replay_of = replay_of;
	nrs_audit_dispatch(w->audit, &at, &d);
}

void
story_dispatch(int64_t offset, const char *id)
{
	story_dispatch_again(offset, id, -1);
}

struct nrs_delivery_batch
story_batch_of(int64_t source, const char *keys)
{
	const size_t n = strlen(keys);
	struct nrs_delivery_batch batch = {.notice_id = "n1",
	    .purpose = NRS_PURPOSE_ALERT,
	    .tlp = NRS_TLP_AMBER,
	    .planned_at = STORY_T0,
	    .source_offset = source,
	    .n_chunks = 1};
	size_t i;

	batch.deliveries =
	    nrs_arena_array(w->arena, n, sizeof(*batch.deliveries));
	batch.n_deliveries = n;
	for (i = 0; i < n; i++)
		batch.deliveries[i].key =
		    nrs_arena_bytes(w->arena, &keys[i], 1);
	return batch;
}

void
story_batch_again(
    int64_t offset, const struct nrs_delivery_batch *batch, int64_t replay_of)
{
	struct nrs_audit_place at =
	    story_place(NRS_TOPIC_DELIVERY_ALERT, 0, offset);

	at.replay_of = replay_of;
	nrs_audit_batch(w->audit, &at, batch);
}

void
story_batch(int64_t offset, const struct nrs_delivery_batch *batch)
{
	story_batch_again(offset, batch, -1);
}

void
story_plan(int64_t offset, int64_t source, const char *keys)
{
	const struct nrs_delivery_batch b = story_batch_of(source, keys);

	story_batch(offset, &b);
}

void
story_receipt(int64_t delivery_offset, char key, enum nrs_delivery_state state,
    int64_t at)
{
	const struct nrs_audit_place lies =
	    story_place(NRS_TOPIC_RECEIPT_ALERT, 0, w->next_receipt[0]++);
	const struct nrs_receipt r = {.key = {(const uint8_t *)&key, 1},
	    .notice_id = "n1",
	    .state = state,
	    .at = at,
	    .delivery_offset = delivery_offset,
	    .purpose = NRS_PURPOSE_ALERT};

	nrs_audit_receipt(w->audit, &lies, &r);
}

void
story_rejection(const char *topic, int64_t offset)
{
	const struct nrs_audit_place at = story_place(NRS_TOPIC_REJECTED, 0, 0);
	const struct nrs_rejection r = {
	    .topic = topic, .offset = offset, .at = STORY_T0};

	nrs_audit_rejection(w->audit, &at, &r);
}

void
story_notice(void)
{
	story_command(0, "n1");
	story_release(0, "n1");
	story_dispatch(0, "n1");
	story_plan(0, 0, "ab");
}

/* ---- what is missing ---- */

size_t
story_gaps(int64_t now)
{
	return nrs_audit_gaps(w->audit, w->arena, now, NULL, &w->gaps);
}

void
story_expect(enum nrs_audit_stage stage, const char *id, size_t n)
{
	assert_int_equal(w->gaps[0].stage, stage);
	assert_string_equal(w->gaps[0].id, id);
	assert_int_equal(w->gaps[0].n, n);
}
