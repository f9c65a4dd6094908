/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/receipt.h"
#include "dispatcher/sender/sender.h"
#include "dispatcher/sender/successor.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/log.h"
#include "noroshi/base/map.h"
#include "noroshi/io/wire.h"

#define OPEN_MAX_BYTES ((size_t)256 * 1024 * 1024)

/* ---- life of tasks and loads ---- */

static void
free_arena(struct sender *s, struct dispatcher_load *load)
{
	nrs_arena_free(load->arena);
	load->arena = NULL;
	s->n_open_bytes -= load->bytes;
	load->bytes = 0;
}

static void
free_load(struct sender *s, struct dispatcher_load *load)
{
	if (load->all_prev == NULL)
		s->loads = load->all_next;
	else
		load->all_prev->all_next = load->all_next;
	if (load->all_next != NULL)
		load->all_next->all_prev = load->all_prev;
	free_arena(s, load);
	free(load->tasks);
	free(load->thread_id);
	sender_due_unhope(s, load);
	free(load);
}

bool
sender_is_full(const struct sender *s, bool was_full)
{
	const size_t part = was_full ? 2 : 1;

	return s->n_open > (size_t)s->conf->max_open / part ||
	       s->n_open_bytes > OPEN_MAX_BYTES / part;
}

/* Its place in the partition's row is kept until the mark passes. */
void
sender_drop_memory(struct sender *s, struct dispatcher_load *load)
{
	free_arena(s, load);
	load->batch = NULL;
	free(load->tasks);
	load->tasks = NULL;
	load->n_tasks = 0;
}

void
sender_settle(struct sender *s, struct dispatcher_load *load)
{
	if (load->n_open > 0)
		return;
	sender_due_unhope(s, load);
	if (load->lost)
		free_load(s, load);
	else
		sender_drop_memory(s, load);
}

void
sender_free_task(struct sender *s, struct dispatcher_task *task)
{
	struct dispatcher_load *load = task->load;

	dispatcher_queue_remove(s->queue, task, nrs_mono_now());
	load->tasks[task->index] = NULL;
	nrs_buf_fini(&task->body);
	free(task);
	s->n_open--;
	nrs_metric_set(s->open, (int64_t)s->n_open);
	assert(load->n_open > 0);
	load->n_open--;
	sender_settle(s, load);
}

void
sender_done(struct sender *s, struct dispatcher_task *task)
{
	struct dispatcher_part *part = task->load->part;

	sender_free_task(s, task);
	if (part->ours)
		sender_advance(s, part);
}

/* ---- the low-water mark ---- */

void
sender_advance(struct sender *s, struct dispatcher_part *part)
{
	struct dispatcher_load *load;
	char metadata[64], acks[32];
	int64_t mark, receipts;

	while ((load = part->first) != NULL && load->n_open == 0) {
		part->first = load->next;
		if (part->first == NULL)
			part->last = NULL;
		free_load(s, load);
	}
	load = part->first;
	mark = load == NULL ? part->position : load->offset;
	receipts = load == NULL ? part->receipt_end : load->receipt_floor;
	if (NRS_PLANTED_BUG) /* the offset before the receipts */
		mark = part->position;
	if (mark <= part->committed)
		return;
	/* What is not loaded yet may have a past, too. */
	if (mark < part->past_end && part->past_floor < receipts)
		receipts = part->past_floor;
	if (receipts < 0)
		receipts = 0;
	(void)snprintf(metadata, sizeof(metadata), "r=%lld%s",
	    (long long)receipts, sender_due_floor(s, part, load, mark, acks));
	NRS_FAILPOINT("sender.before-commit");
	nrs_group_commit(s->group, part->number, mark, metadata);
	NRS_FAILPOINT("sender.committed");
	part->committed = mark;
}

/* ---- records ---- */

/* What is left of the pause that a predecessor began; by the bus's word for it,
 * but by whatever clock never longer than the whole. */
static struct nrs_mono
rest_of_pause(struct sender *s, const struct dispatcher_past *past)
{
	const struct sender_now now = sender_now(s);
	const int64_t pause = sender_pause(s->conf, past->attempt);
	const int64_t rest = past->at + pause - now.latest_ms;

	return nrs_mono_add_ms(now.mono, rest < pause ? rest : pause);
}

/* A stub that went, or may have gone, in place of the text. */
static void
take_up_stub(struct sender *s, struct dispatcher_part *part,
    const struct dispatcher_past *text, struct dispatcher_task *task)
{
	struct nrs_delivery stub = *task->delivery;
	const struct dispatcher_past *past;

	if (stub.stub_key.len == 0)
		return;
	stub.key = stub.stub_key;
	past = sender_past(part, &stub);
	if (past == NULL)
		return;
	task->stub_sent = past->state >= NRS_STATE_DELIVERED;
	/* The clearance may have come back since: the text's doubt counts. */
	if (text != NULL && text->at > past->at)
		return;
	task->stub = true;
	task->attempt = past->attempt;
	task->ambiguous = task->doubted = past->ambiguous;
	if (past->state == NRS_STATE_DEFERRED)
		task->due = rest_of_pause(s, past);
}

/* Go on where a predecessor stopped. False: it has ended. */
static bool
take_up(struct sender *s, struct dispatcher_part *part,
    const struct nrs_delivery *delivery, struct dispatcher_task *task)
{
	const struct dispatcher_past *past = sender_past(part, delivery);
	bool open = past == NULL || past->state < NRS_STATE_DELIVERED;

	if (past != NULL) {
		task->attempt = past->attempt;
		task->ambiguous = task->doubted = past->ambiguous;
		task->untold |= past->untold;
		if (past->state == NRS_STATE_DEFERRED)
			task->due = rest_of_pause(s, past);
	}
	if (open)
		take_up_stub(s, part, past, task);
	return open;
}

static void
load_delivery(struct sender *s, struct dispatcher_load *load,
    const struct nrs_delivery *delivery)
{
	struct dispatcher_task *task;
	const struct sender_now now = sender_now(s);

	if (delivery->channel == NULL ||
	    delivery->channel->type < NRS_CHANNEL_MAIL ||
	    delivery->channel->type > NRS_CHANNEL_TOPIC) {
		nrs_log(NRS_LOG_ERROR, "delivery_without_channel",
		    NRS_S("alert", load->batch->notice_id),
		    NRS_I("offset", load->offset));
		return;
	}
	task = nrs_calloc(1, sizeof(*task));
	task->load = load;
	task->delivery = delivery;
	if (load->batch->not_before > now.latest_ms)
		task->due = nrs_mono_add_ms(
		    now.mono, load->batch->not_before - now.latest_ms);
	task->untold = load->untold;
	if (!take_up(s, load->part, delivery, task)) {
		free(task);
		return;
	}
	task->index = load->n_tasks;
	load->tasks[load->n_tasks++] = task;
	load->n_open++;
	s->n_open++;
	dispatcher_queue_add(s->queue, task, now.mono);
	sender_cancel_earlier(s, task);
}

static struct dispatcher_load *
new_load(struct sender *s, struct dispatcher_part *part,
    const struct nrs_record *record)
{
	struct dispatcher_load *load = nrs_calloc(1, sizeof(*load));

	load->part = part;
	load->arena = nrs_arena_new();
	load->offset = record->offset;
	load->bytes = record->value.len;
	s->n_open_bytes += load->bytes;
	load->receipt_floor = record->offset < part->past_end
	                          ? part->past_floor
	                          : part->receipt_end;
	load->ack_floor = record->offset < part->known_end ? part->past_acks
	                                                   : part->known_acks;
	load->all_next = s->loads;
	if (s->loads != NULL)
		s->loads->all_prev = load;
	s->loads = load;
	if (part->last == NULL)
		part->first = load;
	else
		part->last->next = load;
	part->last = load;
	return load;
}

enum nrs_rc
sender_decode(struct sender *s, struct dispatcher_load *load,
    const struct nrs_record *record, struct nrs_err *err)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_DELIVERY_BATCH,
	    .bytes = nrs_arena_bytes(
	        load->arena, record->value.data, record->value.len),
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_delivery_batch *batch;
	void *value;
	enum nrs_rc rc = nrs_wire_decode(load->arena, &in, &value, err);

	if (rc != NRS_OK)
		return rc;
	batch = value;
	/* A drill is never taken for the real thing. */
	if (batch->mode != (enum nrs_mode)(s->conf->common.mode + 1))
		return nrs_refuse(
		    err, "mode", "mode", "this process serves another mode");
	load->batch = batch;
	return NRS_OK;
}

static void
drop_past(struct dispatcher_part *part)
{
	nrs_map_free(part->past, free);
	part->past = NULL;
}

void
sender_forget_past(struct dispatcher_part *part)
{
	if (part->position >= part->past_end && part->n_parked_past == 0)
		drop_past(part);
}

void
sender_load_deliveries(struct sender *s, struct dispatcher_load *load)
{
	size_t i;

	load->tasks =
	    nrs_calloc(load->batch->n_deliveries, sizeof(*load->tasks));
	for (i = 0; i < load->batch->n_deliveries; i++)
		load_delivery(s, load, &load->batch->deliveries[i]);
}

/* A successor must be seen by what it cancels before it may wait elsewhere. */
static void
load_batch(struct sender *s, struct dispatcher_load *load)
{
	const struct nrs_delivery_batch *batch = load->batch;

	sender_due_hope(s, load);
	if (batch->revision > 1 && s->due.acks != NULL)
		sender_unpark_thread(s, load->part, batch->thread_id);
	else if (sender_park(s, load))
		return;
	if (batch->n_deliveries == 0 && s->due.acks != NULL)
		sender_due_void(s, load->part, batch);
	sender_load_deliveries(s, load);
	(void)sender_park(s, load);
}

void
sender_load(struct sender *s, const struct nrs_record *record)
{
	struct dispatcher_part *part = &s->parts[record->partition];
	struct dispatcher_load *load = new_load(s, part, record);
	struct nrs_err err = {0};

	part->position = record->offset + 1;
	nrs_log(NRS_LOG_DEBUG, "loading", NRS_S("topic", record->topic),
	    NRS_I("partition", record->partition),
	    NRS_I("offset", record->offset));
	/* Held open while its deliveries are put in order. */
	load->n_open = 1;
	if (sender_decode(s, load, record, &err) != NRS_OK) {
		nrs_arena_reset(s->scratch);
		sender_reject(s, record, &err);
	} else {
		load_batch(s, load);
	}
	load->n_open--;
	sender_settle(s, load);
	nrs_metric_set(s->open, (int64_t)s->n_open);
	sender_forget_past(part);
	sender_advance(s, part);
}

/* ---- losing a partition ---- */

/* Whose end the bus has not taken: another will find out for itself. */
static void
drop_again(struct sender *s)
{
	struct dispatcher_task *task, *next = s->again;

	s->again = NULL;
	while ((task = next) != NULL) {
		next = task->again_next;
		if (task->load->lost) {
			sender_free_task(s, task);
		} else {
			task->again_next = s->again;
			s->again = task;
		}
	}
}

static void
drop_load(struct sender *s, struct dispatcher_load *load)
{
	size_t i;

	load->lost = true;
	if (load->parked)
		sender_forget_parked(load);
	/* Held open: freeing its last task would free it under our feet. */
	load->n_open++;
	for (i = 0; i < load->n_tasks; i++)
		if (load->tasks[i] != NULL &&
		    load->tasks[i]->step == DISPATCHER_WAITING)
			sender_free_task(s, load->tasks[i]);
	if (--load->n_open == 0)
		free_load(s, load);
}

void
sender_unload(struct sender *s, struct dispatcher_part *part)
{
	struct dispatcher_load *load, *next;

	sender_drop_ready(s, part);
	for (load = part->first; load != NULL; load = next) {
		next = load->next;
		drop_load(s, load);
	}
	part->first = part->last = NULL;
	drop_again(s);
	drop_past(part);
}

void
sender_unload_all(struct sender *s)
{
	struct dispatcher_load *load, *next;
	size_t i;

	for (i = 0; i < (size_t)s->n_parts; i++)
		sender_unload(s, &s->parts[i]);
	for (load = s->loads; load != NULL; load = next) {
		next = load->all_next;
		load->n_open++;
		for (i = 0; i < load->n_tasks; i++)
			if (load->tasks[i] != NULL)
				sender_free_task(s, load->tasks[i]);
		free_load(s, load);
	}
}
