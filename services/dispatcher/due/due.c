/* SPDX-License-Identifier: Apache-2.0 */
/* Lane due: before anything fires, who has acknowledged is asked anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatcher/sender/receipt.h"
#include "dispatcher/sender/sender.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"

#define ACKS_AGE_MS 100    /* the view is refreshed before a start after it */
#define HOPE_MS 1000       /* between looks whether a contact was reached */
#define KNOWN_AGE_MS 30000 /* floors of acknowledgements move this often */

enum nrs_rc
sender_due_open(struct sender *s, struct nrs_err *err)
{
	const struct nrs_bus_conf *bus = &s->conf->common.bus;
	enum nrs_rc rc;

	if (s->traffic->ahead_ms == 0)
		return NRS_OK;
	s->due.parked_at = INT64_MAX;
	rc = dispatcher_acks_open(
	    bus, NRS_TOPIC_RECEIPT_ALERT, &s->due.acks, err);
	if (rc == NRS_OK)
		rc = nrs_reader_open_lookup(bus, &s->due.lookup, err);
	return rc;
}

void
sender_due_close(struct sender *s)
{
	dispatcher_acks_close(s->due.acks);
	s->due.acks = NULL;
	nrs_reader_close(s->due.lookup);
	s->due.lookup = NULL;
}

/* "r=123 a=45": acknowledgements before 45 concern nothing that is open. */
static int64_t
floor_of(const char *metadata)
{
	const char *at = strstr(metadata, " a=");

	return at == NULL ? 0 : strtoll(at + 3, NULL, 10);
}

const char *
sender_due_floor(struct sender *s, const struct dispatcher_part *part,
    const struct dispatcher_load *first, int64_t mark, char text[32])
{
	int64_t floor =
	    mark < part->known_end ? part->past_acks : part->known_acks;

	text[0] = '\0';
	if (s->due.acks == NULL)
		return text;
	if (first != NULL)
		floor = first->ack_floor;
	dispatcher_acks_trim(s->due.acks, part->number, floor);
	(void)snprintf(text, 32, " a=%lld", (long long)floor);
	return text;
}

enum nrs_rc
sender_due_gain(struct sender *s, struct dispatcher_part *part,
    const char *metadata, struct nrs_err *err)
{
	struct nrs_bounds bounds;
	enum nrs_rc rc;

	if (s->due.acks == NULL)
		return NRS_OK;
	rc = nrs_reader_bounds(
	    s->due.lookup, NRS_TOPIC_RECEIPT_ALERT, part->number, &bounds, err);
	if (rc != NRS_OK)
		return rc;
	part->past_acks = floor_of(metadata);
	part->known_acks = bounds.end;
	part->n_parked_past = 0;
	dispatcher_acks_gain(s->due.acks, part->number, part->past_acks);
	return NRS_OK;
}

void
sender_due_gained(struct sender *s, struct dispatcher_part *part)
{
	part->known_end = part->past_end;
	s->due.acks_at = (struct nrs_mono){0};
}

void
sender_due_lost(struct sender *s, const struct dispatcher_part *part)
{
	if (s->due.acks != NULL)
		dispatcher_acks_lose(s->due.acks, part->number);
}

/* What is planned from now on is acknowledged from now on. */
static void
move_floor(struct sender *s, struct dispatcher_part *part)
{
	int64_t acks = dispatcher_acks_position(s->due.acks, part->number);
	struct nrs_bounds bounds;
	struct nrs_err err;

	if (part->position < part->known_end || acks < part->known_acks ||
	    nrs_reader_bounds(s->due.lookup, s->traffic->delivery, part->number,
	        &bounds, &err) != NRS_OK)
		return;
	part->past_acks = part->known_acks;
	part->known_acks = acks;
	part->known_end = bounds.end;
}

static void
move_floors(struct sender *s)
{
	int i;

	if (nrs_mono_since_ms(s->due.known_at) < KNOWN_AGE_MS)
		return;
	s->due.known_at = nrs_mono_now();
	for (i = 0; i < s->n_parts; i++)
		if (s->parts[i].ours)
			move_floor(s, &s->parts[i]);
}

bool
sender_due_know(struct sender *s)
{
	struct nrs_err err = {0};

	if (s->due.acks == NULL ||
	    (s->due.acks_at.ns != 0 &&
	        nrs_mono_since_ms(s->due.acks_at) < ACKS_AGE_MS))
		return true;
	if (dispatcher_acks_refresh(
	        s->due.acks, (int)s->conf->answer_timeout_ms, &err) != NRS_OK) {
		nrs_log(NRS_LOG_WARN, "acknowledgements_not_read",
		    NRS_S("why", err.text));
		return false;
	}
	s->due.acks_at = nrs_mono_now();
	move_floors(s);
	return true;
}

static bool
has_contact(const struct nrs_delivery_batch *batch)
{
	return batch->awaits_from[0] != '\0';
}

/* Who must acknowledge it: an alert's arrangement, or the recipient. */
static struct dispatcher_acks_query
query_of(const struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	const bool contact =
	    has_contact(batch) && batch->purpose == NRS_PURPOSE_ALERT;

	return (struct dispatcher_acks_query){
	    .partition = task->load->part->number,
	    .awaits = task->delivery->awaits,
	    .notice_id = batch->notice_id,
	    .subscriber_id =
	        contact ? batch->awaits_from : task->delivery->subscriber_id,
	};
}

/* What is due after an alert that waited for a contact. */
static enum dispatcher_acks_end
end_of_alert(const struct sender *s, const struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	const struct dispatcher_acks_query query = query_of(task);

	if (s->due.acks == NULL || !has_contact(batch) ||
	    batch->purpose == NRS_PURPOSE_ALERT)
		return DISPATCHER_ACKS_TRIED;
	return dispatcher_acks_end(s->due.acks, &query);
}

const char *
sender_due_why_not(const struct sender *s, const struct dispatcher_task *task)
{
	const struct dispatcher_acks_query query = query_of(task);

	if (s->due.acks == NULL || query.awaits.len == 0)
		return NULL;
	if (dispatcher_acks_has(s->due.acks, &query))
		return "acknowledged";
	return end_of_alert(s, task) == DISPATCHER_ACKS_CANCELLED ? "not told"
	                                                          : NULL;
}

bool
sender_due_is_early(const struct sender *s, const struct dispatcher_task *task)
{
	return end_of_alert(s, task) == DISPATCHER_ACKS_OPEN &&
	       sender_due_why_not(s, task) == NULL;
}

bool
sender_due_is_awaited(
    const struct sender *s, const struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch;

	return s->due.acks != NULL && has_contact(batch) &&
	       batch->purpose == NRS_PURPOSE_ALERT && batch->ack_by > 0;
}

static void
void_load(struct sender *s, struct dispatcher_load *load, uint32_t revision)
{
	struct dispatcher_task *task;
	size_t i;

	if (load->batch == NULL || load->batch->revision >= revision)
		return;
	for (i = 0; i < load->n_tasks; i++) {
		task = load->tasks[i];
		if (task != NULL && task->step == DISPATCHER_WAITING &&
		    !task->ambiguous)
			sender_end(s, task, NRS_STATE_CANCELLED,
			    NRS_FAILURE_UNSPECIFIED, "superseded");
	}
}

void
sender_due_void(struct sender *s, struct dispatcher_part *part,
    const struct nrs_delivery_batch *batch)
{
	struct dispatcher_load *load;

	for (load = part->first; load != NULL; load = load->next)
		if (load->batch != NULL && load->batch != batch &&
		    strcmp(load->batch->thread_id, batch->thread_id) == 0)
			void_load(s, load, batch->revision);
}

/* ---- what waits for an arrangement ---- */

/* Kept beside a parked record: whom it waits for. */
struct dispatcher_hope {
	uint8_t awaits[NRS_SHA256_SIZE];
	char *notice_id, *whose;
};

void
sender_due_unhope(struct sender *s, struct dispatcher_load *load)
{
	if (load->hope == NULL)
		return;
	free(load->hope->notice_id);
	free(load->hope->whose);
	free(load->hope);
	load->hope = NULL;
	s->due.n_hopes--;
}

void
sender_due_hope(struct sender *s, struct dispatcher_load *load)
{
	const struct nrs_delivery_batch *batch = load->batch;
	const struct nrs_delivery *first = batch->deliveries;

	if (s->due.acks == NULL || !has_contact(batch) ||
	    batch->purpose != NRS_PURPOSE_ALERT || batch->n_deliveries == 0 ||
	    first->awaits.len != NRS_SHA256_SIZE)
		return;
	load->hope = nrs_calloc(1, sizeof(*load->hope));
	memcpy(load->hope->awaits, first->awaits.data, NRS_SHA256_SIZE);
	load->hope->notice_id = nrs_strdup(batch->notice_id);
	load->hope->whose = nrs_strdup(batch->awaits_from);
	s->due.n_hopes++;
}

static bool
is_hopeless(const struct sender *s, const struct dispatcher_load *load)
{
	const struct dispatcher_hope *hope = load->hope;

	return hope != NULL && load->n_open > 0 &&
	       dispatcher_acks_hopeless(
	           s->due.acks, &(struct dispatcher_acks_query){
	                            .partition = load->part->number,
	                            .awaits = {hope->awaits, NRS_SHA256_SIZE},
	                            .notice_id = hope->notice_id,
	                            .subscriber_id = hope->whose});
}

static void
send_now(struct sender *s, struct dispatcher_load *load, struct nrs_mono now)
{
	struct dispatcher_task *task;
	size_t i;

	if (load->parked && !sender_take_up(s, load))
		return;
	if (load->hope == NULL) /* the bus has it no more */
		return;
	nrs_log(NRS_LOG_WARN, "arrangement_not_reached",
	    NRS_S("alert", load->hope->notice_id),
	    NRS_S("contact", load->hope->whose),
	    NRS_I("recipients", load->n_tasks));
	sender_due_unhope(s, load);
	for (i = 0; i < load->n_tasks; i++) {
		task = load->tasks[i];
		if (task == NULL || task->step != DISPATCHER_WAITING ||
		    task->due.ns <= now.ns)
			continue;
		task->due = now;
		dispatcher_queue_update(s->queue, task, now);
	}
}

void
sender_due_despair(struct sender *s)
{
	const struct nrs_mono now = nrs_mono_now();
	struct dispatcher_load *load;
	int i;

	if (s->due.n_hopes == 0 ||
	    nrs_mono_since_ms(s->due.hoped_at) < HOPE_MS || !sender_due_know(s))
		return;
	s->due.hoped_at = now;
	for (i = 0; i < s->n_parts; i++)
		for (load = s->parts[i].first; load != NULL; load = load->next)
			if (is_hopeless(s, load))
				send_now(s, load, now);
}
