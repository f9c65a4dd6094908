/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reminders wait for hours, some for weeks. Held in memory they would fill it,
 * and reading would pause before one that is due in a minute. So a record that
 * is due later than the lane looks ahead is forgotten but for its place: some
 * 100 bytes for up to 500 deliveries. The low-water mark stays below it, so a
 * successor finds it again; what it costs a successor is to read on from there.
 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/sender/sender.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"

#define AGAIN_MS 1000 /* after the bus did not answer */

static bool
is_all_over(const struct dispatcher_load *load)
{
	const struct nrs_delivery_batch *batch = load->batch;
	size_t i;

	for (i = 0; i < batch->n_deliveries; i++)
		if (!sender_is_over(load->part, &batch->deliveries[i]))
			return false;
	return true;
}

/* Nothing of it is under way or ending: its tasks are forgotten. */
static bool
drop_tasks(struct sender *s, struct dispatcher_load *load)
{
	bool untold = load->n_tasks > 0;
	size_t i;

	for (i = 0; i < load->n_tasks; i++) {
		if (load->tasks[i] == NULL ||
		    load->tasks[i]->step != DISPATCHER_WAITING)
			return false;
		untold = untold && load->tasks[i]->untold;
	}
	load->untold = untold;
	for (i = 0; i < load->n_tasks; i++)
		sender_free_task(s, load->tasks[i]);
	return true;
}

static void
wake_at(struct sender *s, const struct dispatcher_load *load)
{
	int64_t at = load->not_before - s->traffic->ahead_ms;

	if (at < s->due.parked_at)
		s->due.parked_at = at;
}

bool
sender_park(struct sender *s, struct dispatcher_load *load)
{
	const struct nrs_delivery_batch *batch = load->batch;

	if (s->due.acks == NULL ||
	    batch->not_before - sender_now(s).latest_ms <=
	        s->traffic->ahead_ms ||
	    is_all_over(load) || !drop_tasks(s, load))
		return false;
	load->parked = true;
	load->not_before = batch->not_before;
	load->thread_id = nrs_strdup(batch->thread_id);
	load->part->n_parked_past += load->offset < load->part->past_end;
	load->n_open++; /* without a task */
	sender_drop_memory(s, load);
	wake_at(s, load);
	return true;
}

void
sender_forget_parked(struct dispatcher_load *load)
{
	struct dispatcher_part *part = load->part;

	load->parked = false;
	part->n_parked_past -= load->offset < part->past_end;
	free(load->thread_id);
	load->thread_id = NULL;
	load->n_open--;
}

/* NRS_RETRY: the bus is silent. */
static enum nrs_rc
read_again(struct sender *s, struct dispatcher_load *load, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    s->traffic->delivery, load->part->number, load->offset};
	struct nrs_record record = {.topic = NULL};
	enum nrs_rc rc = nrs_reader_assign(s->due.lookup, &from, 1, err);

	if (rc == NRS_OK)
		rc = nrs_reader_next(s->due.lookup,
		    (int)s->conf->answer_timeout_ms, &record, err);
	if (rc == NRS_OK && record.topic == NULL)
		return nrs_fail(err, NRS_RETRY,
		    "a delivery that is due did not come in time");
	if (rc == NRS_OK && record.offset != load->offset)
		return nrs_fail(err, NRS_REJECT, "the record is gone");
	if (rc != NRS_OK)
		return rc;
	sender_drop_memory(s, load);
	load->arena = nrs_arena_new();
	load->bytes = record.value.len;
	s->n_open_bytes += load->bytes;
	rc = sender_decode(s, load, &record, err);
	/* A fetch that waits for what may come would hold up the next. */
	if (rc == NRS_OK)
		rc = nrs_reader_assign(s->due.lookup, NULL, 0, err);
	return rc;
}

bool
sender_take_up(struct sender *s, struct dispatcher_load *load)
{
	struct dispatcher_part *part = load->part;
	struct nrs_err err = {0};
	enum nrs_rc rc = read_again(s, load, &err);

	nrs_service_alive(s->ctx, s->lane);
	if (rc == NRS_RETRY)
		return false;
	if (rc != NRS_OK)
		nrs_log(NRS_LOG_ERROR, "delivery_unreadable",
		    NRS_I("partition", part->number),
		    NRS_I("offset", load->offset), NRS_S("why", err.text));
	if (rc == NRS_OK)
		sender_load_deliveries(s, load);
	sender_forget_parked(load);
	sender_settle(s, load);
	sender_forget_past(part);
	nrs_metric_set(s->open, (int64_t)s->n_open);
	return true;
}

/* Stops at the first that the bus does not give. */
static bool
unpark_part(struct sender *s, struct dispatcher_part *part, int64_t until)
{
	struct dispatcher_load *load;

	for (load = part->first; load != NULL; load = load->next) {
		if (!load->parked)
			continue;
		if (load->not_before > until) {
			wake_at(s, load);
		} else if (sender_is_full(s, s->paused) ||
		           !sender_take_up(s, load)) {
			return false;
		}
	}
	return true;
}

int64_t
sender_due_parked_ms(const struct sender *s, const struct sender_now *now)
{
	const int64_t left = nrs_mono_until_ms(s->due.unpark_at);

	if (s->due.acks == NULL || s->due.parked_at == INT64_MAX)
		return INT64_MAX;
	return s->due.parked_at - now->latest_ms > left
	           ? s->due.parked_at - now->latest_ms
	           : left;
}

void
sender_unpark(struct sender *s)
{
	const struct sender_now now = sender_now(s);
	int i;

	if (sender_due_parked_ms(s, &now) > 0)
		return;
	s->due.parked_at = INT64_MAX;
	for (i = 0; i < s->n_parts; i++) {
		if (!s->parts[i].ours)
			continue;
		if (!unpark_part(s, &s->parts[i],
		        now.latest_ms + s->traffic->ahead_ms)) {
			s->due.parked_at = now.latest_ms;
			s->due.unpark_at = nrs_mono_add_ms(now.mono, AGAIN_MS);
			return;
		}
		sender_advance(s, &s->parts[i]);
	}
}

/* Without them the successor cannot be judged, and nothing moves without the
 * bus: wait for it. */
void
sender_unpark_thread(
    struct sender *s, struct dispatcher_part *part, const char *thread_id)
{
	struct dispatcher_load *load;

	for (load = part->first; load != NULL; load = load->next) {
		if (!load->parked || strcmp(load->thread_id, thread_id) != 0)
			continue;
		while (!sender_take_up(s, load))
			if (nrs_stop_asked(nrs_service_stop(s->ctx)))
				return;
	}
}
