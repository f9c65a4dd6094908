/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/planner/planner.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"

/* ---- one notice ---- */

/* The one path of admission wants a submission: the dispatch record holds all
 * of it. */
static struct nrs_bytes
submission_of(struct nrs_arena *arena, const struct nrs_dispatch *dispatch)
{
	const struct nrs_submission submission = {
	    .submission_id = dispatch->submission_id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = dispatch->mode,
	    .payload = dispatch->payload,
	    .addressing = dispatch->addressing,
	    .signatures = dispatch->signatures,
	    .n_signatures = dispatch->n_signatures,
	    .stubs = dispatch->stubs,
	    .n_stubs = dispatch->n_stubs,
	    .accepted_at = dispatch->accepted_at,
	};

	return nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &submission);
}

/* Verify and decode, with our own keys (invariant 11). */
static enum nrs_rc
admit(struct planner *p, const struct nrs_dispatch *dispatch,
    struct nrs_admitted *out, struct nrs_err *err)
{
	struct nrs_admit how = {
	    .check = {.mode = (enum nrs_mode)(p->d->conf->common.mode + 1),
	        .inside = true},
	    .how = NRS_WIRE_TOLERANT,
	};
	enum nrs_rc rc;

	(void)pthread_mutex_lock(&p->d->lock);
	how.check.sectors = p->d->policy->sectors;
	how.keyring = p->d->policy->keyring;
	rc = nrs_admit(
	    p->arena, &how, submission_of(p->arena, dispatch), out, err);
	(void)pthread_mutex_unlock(&p->d->lock);
	return rc;
}

enum nrs_rc
planner_read(struct planner *p, const struct nrs_record *record,
    struct dispatcher_notice *out, struct nrs_err *err)
{
	struct nrs_wire_input in = {.type = NRS_TYPE_DISPATCH,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_admitted *admitted =
	    nrs_arena_alloc(p->arena, sizeof(*admitted));
	void *decoded;
	enum nrs_rc rc;

	*out = (struct dispatcher_notice){
	    .admitted = admitted, .offset = record->offset};
	rc = nrs_wire_decode(p->arena, &in, &decoded, err);
	if (rc != NRS_OK)
		return rc;
	out->dispatch = decoded;
	rc = admit(p, out->dispatch, admitted, err);
	if (rc != NRS_OK || out->dispatch->n_stubs == 0)
		return rc;
	in.type = NRS_TYPE_STUB_CONTENT;
	in.bytes = out->dispatch->stubs[0].payload;
	rc = nrs_wire_decode(p->arena, &in, &decoded, err);
	out->stub = decoded;
	return rc;
}

enum nrs_rc
planner_priors(struct planner *p, const char *thread_id,
    void (*each)(void *ctx, const struct nrs_delivery_batch *batch), void *ctx,
    struct nrs_err *err)
{
	const struct dispatcher_threads_query query = {
	    .thread_id = thread_id,
	    .arena = p->arena,
	    .each = each,
	    .ctx = ctx,
	};
	const struct pending *pending;

	for (pending = p->first; pending != NULL; pending = pending->next)
		if (pending->topic == p->traffic->delivery &&
		    strcmp(pending->batch->thread_id, thread_id) == 0)
			each(ctx, pending->batch);
	return dispatcher_threads_read(p->threads, &query, err);
}

struct nrs_match_notice
planner_match(const struct dispatcher_notice *notice)
{
	return (struct nrs_match_notice){.content = notice->admitted->content,
	    .addressing = notice->admitted->addressing,
	    .copies = notice->dispatch->copies,
	    .n_copies = notice->dispatch->n_copies};
}

/* ---- writing ---- */

static void
planned(void *opaque, enum nrs_rc rc, int partition, int64_t offset)
{
	struct pending *pending = opaque;

	(void)partition;
	if (rc == NRS_OK)
		pending->offset = offset;
}

static bool
is_fallback(const struct pending *pending)
{
	return strcmp(pending->topic, NRS_TOPIC_DELIVERY_DUE) == 0 &&
	       pending->batch->purpose == NRS_PURPOSE_ALERT;
}

void
planner_write(struct planner *p, const struct dispatcher_batch *b,
    const char *topic, struct nrs_txn *txn)
{
	struct pending *pending = nrs_arena_alloc(p->arena, sizeof(*pending));

	pending->p = p;
	pending->topic = topic;
	pending->batch = &b->batch;
	pending->partition = b->partition;
	pending->offset = -1;
	pending->value =
	    nrs_wire_encode(p->arena, NRS_TYPE_DELIVERY_BATCH, &b->batch);
	pending->headers[0] = (struct nrs_bus_header){
	    DISPATCHER_HEADER_THREAD, b->batch.thread_id};
	pending->headers[1] = (struct nrs_bus_header){
	    DISPATCHER_HEADER_SOURCE, nrs_arena_printf(p->arena, "%lld",
	                                  (long long)b->batch.source_offset)};
	pending->headers[2] = (struct nrs_bus_header){
	    DISPATCHER_HEADER_FALLBACK, b->batch.thread_id};
	if (p->last == NULL)
		p->first = pending;
	else
		p->last->next = pending;
	p->last = pending;
	nrs_txn_send(txn, &(struct nrs_outgoing){.topic = topic,
	                      .partition = b->partition,
	                      .key = {(const uint8_t *)b->batch.thread_id,
	                          strlen(b->batch.thread_id)},
	                      .value = pending->value,
	                      .headers = pending->headers,
	                      .n_headers = is_fallback(pending) ? 3 : 2,
	                      .acked = planned,
	                      .opaque = pending});
	NRS_FAILPOINT("planner.written");
}

void
planner_write_none(struct planner *p, const struct nrs_delivery_batch *head,
    struct nrs_txn *txn)
{
	struct dispatcher_batch *none =
	    nrs_arena_alloc(p->arena, sizeof(*none));
	const struct nrs_bytes thread = {
	    (const uint8_t *)head->thread_id, strlen(head->thread_id)};

	none->partition = nrs_bus_partition(
	    thread, dispatcher_threads_partitions(p->threads));
	none->batch = *head;
	none->batch.purpose =
	    p->traffic->newsletter ? NRS_PURPOSE_NEWSLETTER : NRS_PURPOSE_ALERT;
	none->batch.n_chunks = 1;
	planner_write(p, none, p->traffic->delivery, txn);
}

void
planner_reject(struct planner *p, const struct nrs_record *record,
    const struct nrs_err *why, struct nrs_txn *txn)
{
	const char *key = nrs_arena_printf(p->arena, "%s:%lld",
	    p->traffic->dispatch, (long long)record->offset);
	const struct nrs_rejection rejection = {
	    .topic = p->traffic->dispatch,
	    .partition = (uint32_t)record->partition,
	    .offset = record->offset,
	    .service = "dispatcher",
	    .field = nrs_arena_strdup(p->arena, why->field),
	    .rule = nrs_arena_strdup(p->arena, why->rule),
	    .text = nrs_arena_strdup(p->arena, why->text),
	    .at = nrs_wall_ms(),
	    .mode = (enum nrs_mode)(p->d->conf->common.mode + 1),
	};

	nrs_metric_add(p->rejected, 1);
	nrs_log(NRS_LOG_ERROR, "rejected", NRS_S("topic", p->traffic->dispatch),
	    NRS_I("offset", record->offset), NRS_S("rule", why->rule),
	    NRS_S("field", why->field), NRS_S("why", why->text));
	nrs_txn_send(txn, &(struct nrs_outgoing){.topic = NRS_TOPIC_REJECTED,
	                      .partition = -1,
	                      .key = {(const uint8_t *)key, strlen(key)},
	                      .value = nrs_wire_encode(
	                          p->arena, NRS_TYPE_REJECTION, &rejection)});
}

static void
report(struct planner *p, const struct dispatcher_notice *notice,
    const struct planner_parts *parts)
{
	const struct nrs_content *content = notice->admitted->content;

	const struct nrs_targets *targets = &parts->now;

	nrs_metric_add(p->planned,
	    (int64_t)(targets->n + parts->behind.n + parts->later.n));
	nrs_metric_add(p->not_cleared, (int64_t)targets->n_not_cleared);
	nrs_log(NRS_LOG_INFO, "planned", NRS_S("alert", content->notice_id),
	    NRS_I("revision", content->revision),
	    NRS_I("deliveries", targets->n + parts->behind.n),
	    NRS_I("waiting", parts->later.n),
	    NRS_I("not_cleared", targets->n_not_cleared),
	    NRS_I("unreachable", targets->n_unreachable));
}

static enum nrs_rc
plan_notice(struct planner *p, const struct dispatcher_notice *notice,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct dispatcher_composer composer = {
	    .d = p->d, .arena = p->arena, .notice = notice};
	struct planner_parts parts;
	struct dispatcher_ack_plan ack;
	struct nrs_delivery_batch head = dispatcher_batches_head(
	    notice, nrs_wall_ms(), p->d->conf->give_up_ms);
	const struct dispatcher_due_plan due = {.parts = &parts,
	    .head = &head,
	    .asks = dispatcher_due_asks(p->d->conf, notice->dispatch),
	    .ack = &ack,
	    .times = dispatcher_due_times(p->d->conf, notice, head.planned_at)};
	const struct dispatcher_batches_query query = {
	    .arena = p->arena,
	    .composer = &composer,
	    .targets = &parts.now,
	    .n_partitions = dispatcher_threads_partitions(p->threads),
	    .head = &head,
	    .content_sha256 = notice->admitted->payload_sha256,
	    .occasion = "",
	    .ack = &ack,
	};
	struct dispatcher_batch *batches;
	size_t i, n;
	enum nrs_rc rc = planner_route(p, notice, &parts, err);

	dispatcher_ack_plan(p->d, notice->admitted->content, &ack);
	head.ack_by = due.asks ? due.times.ack_by : 0;
	if (rc == NRS_OK)
		rc = dispatcher_batches(&query, &batches, &n, err);
	if (rc != NRS_OK)
		return rc;
	for (i = 0; i < n; i++)
		planner_write(p, &batches[i], p->traffic->delivery, txn);
	if (n == 0)
		planner_write_none(p, &head, txn);
	report(p, notice, &parts);
	nrs_arrangements_note(p->arrangements, notice->admitted->content);
	return planner_due(p, notice, &due, txn, err);
}

static enum nrs_rc
plan_alert(struct planner *p, const struct nrs_record *record,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct dispatcher_notice notice;
	enum nrs_rc rc = planner_read(p, record, &notice, err);

	return rc == NRS_OK ? plan_notice(p, &notice, txn, err) : rc;
}

static enum nrs_rc
plan_record(struct planner *p, const struct nrs_record *record,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct nrs_err why = {0};
	enum nrs_rc rc = p->traffic->newsletter
	                     ? planner_issue(p, record, txn, &why)
	                     : plan_alert(p, record, txn, &why);

	if (rc == NRS_REJECT) {
		planner_reject(p, record, &why, txn);
		return NRS_OK;
	}
	if (rc != NRS_OK && err != NULL)
		*err = why;
	return rc;
}

/* ---- the pipe ---- */

static enum nrs_rc
plan_batch(void *self, const struct nrs_record *records, size_t n,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct planner *p = self;
	enum nrs_rc rc;
	size_t i;

	NRS_FAILPOINT("planner.read");
	rc = dispatcher_subs_refresh(
	    p->subs, (int)p->d->conf->answer_timeout_ms, err);
	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = plan_record(p, &records[i], txn, err);
	return rc;
}

static void
forget_pending(struct planner *p)
{
	p->first = p->last = NULL;
	nrs_arena_reset(p->arena);
}

static void
add_durable(struct planner *p, const struct pending *pending)
{
	struct dispatcher_threads *threads = NULL;

	if (pending->topic == p->traffic->delivery)
		threads = p->threads;
	else if (is_fallback(pending))
		threads = p->due_threads;
	if (threads != NULL)
		dispatcher_threads_add(threads, pending->batch->thread_id,
		    pending->partition, pending->offset);
}

static void
settled(void *self)
{
	struct planner *p = self;
	const struct pending *pending;

	for (pending = p->first; pending != NULL; pending = pending->next)
		add_durable(p, pending);
	forget_pending(p);
}

static void
idle(void *self)
{
	nrs_arena_trim(((struct planner *)self)->arena);
}

static void
lost(void *self)
{
	struct planner *p = self;

	forget_pending(p);
	dispatcher_subs_close(p->subs);
	p->subs = NULL;
	dispatcher_threads_close(p->threads);
	p->threads = NULL;
	dispatcher_threads_close(p->due_threads);
	p->due_threads = NULL;
	planner_seconds_close(p->seconds);
	p->seconds = NULL;
	planner_carried_close(p->carried);
	p->carried = NULL;
	nrs_arrangements_free(p->arrangements);
	p->arrangements = NULL;
}

void
planner_alive(void *planner)
{
	struct planner *p = planner;

	nrs_service_alive(p->ctx, p->lane);
}

static enum nrs_rc
take_over(void *self, int64_t committed, int64_t *start, struct nrs_err *err)
{
	struct planner *p = self;
	const struct dispatcher_threads_conf threads = {
	    .bus = &p->d->conf->common.bus,
	    .topic = p->traffic->delivery,
	    .timeout_ms = (int)p->d->conf->answer_timeout_ms,
	    .header = DISPATCHER_HEADER_THREAD,
	    .alive = planner_alive,
	    .ctx = p,
	};
	int64_t last_source = -1;
	enum nrs_rc rc;

	lost(p);
	rc = dispatcher_subs_open(&p->d->conf->common.bus, &p->subs, err);
	if (rc == NRS_OK)
		rc = dispatcher_subs_refresh(p->subs, threads.timeout_ms, err);
	if (rc == NRS_OK)
		rc = dispatcher_threads_open(
		    &threads, &p->threads, &last_source, err);
	if (rc != NRS_OK)
		return rc;
	/* The committed offset is advice and may have expired; what was planned
	 * is on record. */
	*start = committed > last_source ? committed : last_source + 1;
	rc = planner_recall(p, *start, err);
	if (rc != NRS_OK)
		return rc;
	nrs_log(NRS_LOG_INFO, "plan_rebuilt", NRS_I("next", *start),
	    NRS_I("subscriptions",
	        nrs_match_set_count(dispatcher_subs_set(p->subs))));
	return NRS_OK;
}

static void
open_meters(struct planner *p)
{
	struct nrs_metrics *metrics = nrs_service_metrics(p->ctx);
	char labels[64];

	if (metrics == NULL)
		return;
	(void)snprintf(labels, sizeof(labels), "lane=\"%s\"", p->traffic->name);
	p->planned = nrs_metrics_counter(metrics,
	    "noroshi_deliveries_planned_total", labels, "Deliveries planned.");
	p->not_cleared =
	    nrs_metrics_counter(metrics, "noroshi_recipients_not_cleared_total",
	        labels, "Recipients who were meant but may not see the label.");
	p->rejected =
	    nrs_metrics_counter(metrics, "noroshi_dispatch_rejected_total",
	        labels, "Dispatch records that could not be read or believed.");
}

enum nrs_rc
dispatcher_plan(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	static const struct nrs_pipe_ops ops = {
	    .take_over = take_over,
	    .batch = plan_batch,
	    .settled = settled,
	    .idle = idle,
	    .lost = lost,
	};
	struct planner p = {.d = self,
	    .ctx = ctx,
	    .lane = lane,
	    .traffic = lane->arg,
	    .arena = nrs_arena_new()};
	const char *const outputs[] = {
	    p.traffic->delivery, NRS_TOPIC_REJECTED, NRS_TOPIC_DELIVERY_DUE};
	const struct nrs_pipe_conf pipe = {
	    .bus = &p.d->conf->common.bus,
	    .topic = p.traffic->dispatch,
	    .group = p.traffic->planner_group,
	    .outputs = outputs,
	    .n_outputs = p.traffic->newsletter ? 2 : 3,
	    .max_batch =
	        p.traffic->newsletter ? 1 : (size_t)p.d->conf->max_batch,
	    .ctx = ctx,
	    .lane = lane,
	};
	enum nrs_rc rc;

	open_meters(&p);
	rc = nrs_pipe_run(&pipe, &ops, &p, err);
	lost(&p);
	nrs_arena_free(p.arena);
	return rc;
}
