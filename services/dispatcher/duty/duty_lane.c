/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From outcomes to mails for the duty officer: one mail per batch of outcomes
 * in which there is something to tell, in the transaction that moves on.
 */
#include <string.h>

#include "dispatcher/duty/duty.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/pipe.h"

#define BATCH_MAX 500
/* The same kind of thing is told again after an hour, and 30 things in it. */
#define QUIET_MS (INT64_C(60) * 60 * 1000)
#define TOLD_MAX 30
/* What was told lately is read again from so many outcomes. */
#define AGAIN 2000
/* Without a position (the first start, or after weeks): what is older was told
 * by somebody, or is no news. */
#define NEWS_MS (INT64_C(24) * 60 * 60 * 1000)

struct duty_lane {
	struct dispatcher *d;
	struct nrs_service_ctx *ctx;
	const struct nrs_lane *lane;
	struct nrs_arena *arena; /* of the open transaction */
	struct nrs_duty *told;
	int64_t begin; /* only what was decided then or later is told */
	int64_t again_end;
	int n_partitions;
	struct nrs_metric *mails;
};

static const struct nrs_outcome *
decode(struct duty_lane *l, const struct nrs_record *record)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_OUTCOME,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_err err = {0};
	void *outcome;

	if (nrs_wire_decode(l->arena, &in, &outcome, &err) == NRS_OK)
		return outcome;
	nrs_log(NRS_LOG_ERROR, "outcome_unreadable",
	    NRS_I("offset", record->offset), NRS_S("why", err.text));
	return NULL;
}

/* ---- a batch ---- */

struct letter {
	struct nrs_matter *matters;
	size_t n, cap;
};

static void
add(struct duty_lane *l, struct letter *letter, const struct nrs_matter *m)
{
	struct nrs_matter *more;

	if (letter->n == letter->cap) {
		letter->cap = letter->cap == 0 ? 8 : 2 * letter->cap;
		more = nrs_arena_array(l->arena, letter->cap, sizeof(*more));
		if (letter->n > 0)
			memcpy(more, letter->matters, letter->n * sizeof(*m));
		letter->matters = more;
	}
	letter->matters[letter->n++] = *m;
}

static void
see(struct duty_lane *l, const struct nrs_record *record, struct letter *letter)
{
	const struct nrs_outcome *outcome = decode(l, record);
	const struct nrs_matter *matters;
	size_t i, n;

	if (outcome == NULL)
		return;
	n = nrs_duty_see(l->told, l->arena, outcome, &matters);
	for (i = 0; i < n && outcome->decided_at >= l->begin; i++)
		add(l, letter, &matters[i]);
}

/* Of all that is in it: another mail must not pass for this one. */
static const char *
name_of(struct duty_lane *l, const struct letter *letter)
{
	const char *name = nrs_matter_name(l->arena, &letter->matters[0]);
	size_t i;

	for (i = 1; i < letter->n; i++)
		name = nrs_arena_printf(l->arena, "%s %s", name,
		    nrs_matter_name(l->arena, &letter->matters[i]));
	return name;
}

static enum nrs_rc
write_mail(struct duty_lane *l, const struct letter *letter,
    struct nrs_txn *txn, struct nrs_err *err)
{
	const char *id = name_of(l, letter);
	struct nrs_rendered said;
	const struct dispatcher_own_mail mail =
	    dispatcher_duty_mail(l->d, id, letter->matters[0].at, &said);
	const struct nrs_duty_letter about = {.matters = letter->matters,
	    .n = letter->n,
	    .mode = (enum nrs_mode)(l->d->conf->common.mode + 1),
	    .lang = mail.lang};
	struct nrs_bus_header *headers =
	    nrs_arena_array(l->arena, DISPATCHER_OWN_HEADERS, sizeof(*headers));
	struct nrs_delivery_batch batch;
	enum nrs_rc rc;

	nrs_duty_render(l->arena, &about, &said);
	rc = dispatcher_own_batch(l->d, l->arena, &mail, &batch, err);
	if (rc != NRS_OK)
		return rc;
	dispatcher_own_headers(&batch, headers);
	nrs_txn_send(txn,
	    &(struct nrs_outgoing){.topic = NRS_TOPIC_DELIVERY_ALERT,
	        .partition = dispatcher_duty_partition(l->n_partitions),
	        .key = {(const uint8_t *)batch.thread_id,
	            strlen(batch.thread_id)},
	        .value =
	            nrs_wire_encode(l->arena, NRS_TYPE_DELIVERY_BATCH, &batch),
	        .headers = headers,
	        .n_headers = DISPATCHER_OWN_HEADERS});
	nrs_metric_add(l->mails, 1);
	nrs_log(NRS_LOG_INFO, "duty_told", NRS_S("first", id),
	    NRS_I("matters", letter->n));
	return NRS_OK;
}

static enum nrs_rc
tell_batch(void *self, const struct nrs_record *records, size_t n,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct duty_lane *l = self;
	struct letter letter = {0};
	size_t i;

	for (i = 0; i < n; i++)
		see(l, &records[i], &letter);
	return letter.n == 0 ? NRS_OK : write_mail(l, &letter, txn, err);
}

/* ---- taking over ---- */

static enum nrs_rc
see_again(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct duty_lane *l = ctx;
	struct letter letter = {0};

	(void)err;
	if (record->offset < l->again_end)
		see(l, record, &letter);
	nrs_arena_reset(l->arena);
	nrs_service_alive(l->ctx, l->lane);
	return NRS_OK;
}

static enum nrs_rc
read_again(struct duty_lane *l, struct nrs_reader *reader, int64_t committed,
    struct nrs_err *err)
{
	const int timeout_ms = (int)l->d->conf->answer_timeout_ms;
	struct nrs_reader_from from = {NRS_TOPIC_OUTCOME, 0, 0};
	enum nrs_rc rc = nrs_reader_partitions(
	    reader, NRS_TOPIC_DELIVERY_ALERT, &l->n_partitions, err);

	if (rc == NRS_OK && l->n_partitions == 0)
		return nrs_fail(err, NRS_RETRY,
		    "there is no topic %s: apply the topics",
		    NRS_TOPIC_DELIVERY_ALERT);
	if (rc != NRS_OK || committed <= 0)
		return rc;
	from.offset = committed > AGAIN ? committed - AGAIN : 0;
	l->again_end = committed;
	rc = nrs_reader_assign(reader, &from, 1, err);
	return rc == NRS_OK
	           ? nrs_reader_to_end(reader, timeout_ms, see_again, l, err)
	           : rc;
}

static void
lost(void *self)
{
	struct duty_lane *l = self;

	nrs_duty_free(l->told);
	l->told = NULL;
	nrs_arena_reset(l->arena);
}

static enum nrs_rc
take_over(void *self, int64_t committed, int64_t *start, struct nrs_err *err)
{
	struct duty_lane *l = self;
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc = nrs_reader_open(&l->d->conf->common.bus, &reader, err);

	(void)start; /* what was committed, or the beginning */
	lost(l);
	l->told = nrs_duty_new(QUIET_MS, TOLD_MAX);
	l->begin = committed < 0 ? nrs_wall_ms() - NEWS_MS : 0;
	if (rc == NRS_OK)
		rc = read_again(l, reader, committed, err);
	nrs_reader_close(reader);
	return rc;
}

/* ---- the lane ---- */

static void
settled(void *self)
{
	nrs_arena_reset(((struct duty_lane *)self)->arena);
}

static void
idle(void *self)
{
	nrs_arena_trim(((struct duty_lane *)self)->arena);
}

/* Nobody to tell: the lane only waits for the end. */
static enum nrs_rc
sit_out(struct duty_lane *l)
{
	nrs_service_ready(l->ctx, l->lane, true, "off");
	while (!nrs_stop_asked(nrs_service_stop(l->ctx))) {
		nrs_service_alive(l->ctx, l->lane);
		nrs_stop_wait(nrs_service_stop(l->ctx), 5000);
	}
	return NRS_OK;
}

enum nrs_rc
dispatcher_duty(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	static const struct nrs_pipe_ops ops = {
	    .take_over = take_over,
	    .batch = tell_batch,
	    .settled = settled,
	    .idle = idle,
	    .lost = lost,
	};
	static const char *const outputs[] = {NRS_TOPIC_DELIVERY_ALERT};
	struct duty_lane l = {
	    .d = self, .ctx = ctx, .lane = lane, .arena = nrs_arena_new()};
	const struct nrs_pipe_conf pipe = {.bus = &l.d->conf->common.bus,
	    .topic = NRS_TOPIC_OUTCOME,
	    .group = "dispatcher-duty",
	    .outputs = outputs,
	    .n_outputs = 1,
	    .max_batch = BATCH_MAX,
	    .ctx = ctx,
	    .lane = lane};
	enum nrs_rc rc;

	if (nrs_service_metrics(ctx) != NULL)
		l.mails = nrs_metrics_counter(nrs_service_metrics(ctx),
		    "noroshi_duty_mails_total", NULL,
		    "Mails for the duty officer.");
	rc = l.d->conf->duty.address.n == 0
	         ? sit_out(&l)
	         : nrs_pipe_run(&pipe, &ops, &l, err);
	lost(&l);
	nrs_arena_free(l.arena);
	return rc;
}
