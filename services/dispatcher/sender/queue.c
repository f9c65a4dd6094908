/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"

#define NOWHERE SIZE_MAX
#define CHANNELS (NRS_CHANNEL_TOPIC + 1)

struct dispatcher_place {
	char *id;
	enum nrs_channel_type channel;
	struct dispatcher_task *first, *last;
	bool in_row;
	struct dispatcher_place *row_next;
	size_t heap_at; /* NOWHERE: not in the heap */
	struct nrs_mono heap_due;
};

struct row {
	struct dispatcher_place *first, *last;
};

/* By what comes next at a place. */
enum row_kind {
	FRESH, /* was never tried */
	AGAIN,
	KINDS,
};

struct dispatcher_queue {
	struct nrs_map *places;
	struct row rows[CHANNELS][KINDS];
	struct dispatcher_place **heap;
	size_t n_heap, cap_heap;
};

struct dispatcher_queue *
dispatcher_queue_new(void)
{
	struct dispatcher_queue *queue = nrs_calloc(1, sizeof(*queue));

	queue->places = nrs_map_new();
	return queue;
}

static void
free_place(void *value)
{
	struct dispatcher_place *place = value;

	free(place->id);
	free(place);
}

void
dispatcher_queue_free(struct dispatcher_queue *queue)
{
	if (queue == NULL)
		return;
	nrs_map_free(queue->places, free_place);
	free(queue->heap);
	free(queue);
}

/* ---- a heap of places by due time ---- */

static void
heap_put(struct dispatcher_queue *q, size_t at, struct dispatcher_place *place)
{
	q->heap[at] = place;
	place->heap_at = at;
}

static void
heap_up(struct dispatcher_queue *q, size_t at)
{
	struct dispatcher_place *place = q->heap[at];
	size_t parent;

	for (; at > 0; at = parent) {
		parent = (at - 1) / 2;
		if (q->heap[parent]->heap_due.ns <= place->heap_due.ns)
			break;
		heap_put(q, at, q->heap[parent]);
	}
	heap_put(q, at, place);
}

static void
heap_down(struct dispatcher_queue *q, size_t at)
{
	struct dispatcher_place *place = q->heap[at];
	size_t child;

	for (; (child = 2 * at + 1) < q->n_heap; at = child) {
		if (child + 1 < q->n_heap && q->heap[child + 1]->heap_due.ns <
		                                 q->heap[child]->heap_due.ns)
			child++;
		if (place->heap_due.ns <= q->heap[child]->heap_due.ns)
			break;
		heap_put(q, at, q->heap[child]);
	}
	heap_put(q, at, place);
}

static void
heap_remove(struct dispatcher_queue *q, struct dispatcher_place *place)
{
	size_t at = place->heap_at;
	struct dispatcher_place *last;

	if (at == NOWHERE)
		return;
	place->heap_at = NOWHERE;
	last = q->heap[--q->n_heap];
	if (last == place)
		return;
	heap_put(q, at, last);
	heap_up(q, at);
	heap_down(q, last->heap_at);
}

static void
heap_insert(struct dispatcher_queue *q, struct dispatcher_place *place,
    struct nrs_mono due)
{
	heap_remove(q, place);
	if (q->n_heap == q->cap_heap) {
		q->cap_heap = q->cap_heap == 0 ? 64 : q->cap_heap * 2;
		q->heap = nrs_realloc(q->heap, q->cap_heap, sizeof(*q->heap));
	}
	place->heap_due = due;
	heap_put(q, q->n_heap++, place);
	heap_up(q, place->heap_at);
}

/* ---- places ---- */

struct dispatcher_task *
dispatcher_queue_earlier(const struct dispatcher_task *task)
{
	const char *thread_id = task->load->batch->thread_id;
	struct dispatcher_task *t = task->prev;

	while (t != NULL && strcmp(t->load->batch->thread_id, thread_id) != 0)
		t = t->prev;
	return t;
}

bool
dispatcher_is_again(const struct nrs_delivery_batch *batch)
{
	return batch->purpose == NRS_PURPOSE_REMINDER ||
	       batch->purpose == NRS_PURPOSE_ESCALATION;
}

/* In order per thread; but what reminds of an alert may come, from another
 * partition, before the alert that it waits for. */
static bool
waits_for_earlier(const struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch, *before;
	const struct dispatcher_task *t = dispatcher_queue_earlier(task);

	for (; t != NULL; t = dispatcher_queue_earlier(t)) {
		before = t->load->batch;
		if (dispatcher_is_again(batch) ||
		    !dispatcher_is_again(before) ||
		    before->revision < batch->revision)
			return true;
	}
	return false;
}

/* The task whose turn it is, or that will have the first turn; NULL while one
 * is on its way. */
static struct dispatcher_task *
candidate(const struct dispatcher_place *place)
{
	struct dispatcher_task *t, *best = NULL;

	for (t = place->first; t != NULL; t = t->next) {
		if (t->step == DISPATCHER_INTENT ||
		    t->step == DISPATCHER_READY ||
		    t->step == DISPATCHER_TRANSFER)
			return NULL;
		if (t->step == DISPATCHER_WAITING &&
		    (best == NULL || t->due.ns < best->due.ns) &&
		    !waits_for_earlier(t))
			best = t;
	}
	return best;
}

static void
row_add(struct dispatcher_queue *q, struct dispatcher_place *place,
    const struct dispatcher_task *task)
{
	struct row *row =
	    &q->rows[place->channel][task->attempt == 0 ? FRESH : AGAIN];

	if (place->in_row)
		return;
	place->in_row = true;
	place->row_next = NULL;
	if (row->last == NULL)
		row->first = place;
	else
		row->last->row_next = place;
	row->last = place;
}

/* A place in a row stays there until its turn; next() looks again. */
static void
look_again(struct dispatcher_queue *q, struct dispatcher_place *place,
    struct nrs_mono now)
{
	struct dispatcher_task *task = candidate(place);

	heap_remove(q, place);
	if (task == NULL)
		return;
	if (task->due.ns <= now.ns)
		row_add(q, place, task);
	else
		heap_insert(q, place, task->due);
}

static struct dispatcher_place *
place_of(struct dispatcher_queue *q, const struct nrs_delivery *delivery)
{
	char *id = nrs_asprintf("%s %d %s", delivery->subscriber_id,
	    (int)delivery->channel->type, delivery->channel->address);
	struct dispatcher_place *place = nrs_map_get(q->places, id);

	if (place != NULL) {
		free(id);
		return place;
	}
	place = nrs_calloc(1, sizeof(*place));
	place->id = id;
	place->channel = delivery->channel->type;
	place->heap_at = NOWHERE;
	(void)nrs_map_put(q->places, id, place);
	return place;
}

void
dispatcher_queue_add(struct dispatcher_queue *queue,
    struct dispatcher_task *task, struct nrs_mono now)
{
	struct dispatcher_place *place = place_of(queue, task->delivery);

	assert(task->delivery->channel->type < CHANNELS);
	task->place = place;
	task->next = NULL;
	task->prev = place->last;
	if (place->last == NULL)
		place->first = task;
	else
		place->last->next = task;
	place->last = task;
	look_again(queue, place, now);
}

void
dispatcher_queue_remove(struct dispatcher_queue *queue,
    struct dispatcher_task *task, struct nrs_mono now)
{
	struct dispatcher_place *place = task->place;

	if (task->prev == NULL)
		place->first = task->next;
	else
		task->prev->next = task->next;
	if (task->next == NULL)
		place->last = task->prev;
	else
		task->next->prev = task->prev;
	task->prev = task->next = NULL;
	look_again(queue, place, now);
	/* One in a row is freed when its turn comes. */
	if (place->first == NULL && !place->in_row) {
		(void)nrs_map_del(queue->places, place->id);
		free_place(place);
	}
}

void
dispatcher_queue_update(struct dispatcher_queue *queue,
    struct dispatcher_task *task, struct nrs_mono now)
{
	look_again(queue, task->place, now);
}

static struct dispatcher_place *
row_take(struct row *row)
{
	struct dispatcher_place *place = row->first;

	if (place == NULL)
		return NULL;
	row->first = place->row_next;
	if (row->first == NULL)
		row->last = NULL;
	place->in_row = false;
	return place;
}

static struct dispatcher_task *
next_of(struct dispatcher_queue *queue, enum nrs_channel_type channel,
    enum row_kind kind, struct nrs_mono now)
{
	struct dispatcher_place *place;
	struct dispatcher_task *task;

	while ((place = row_take(&queue->rows[channel][kind])) != NULL) {
		if (place->first == NULL) {
			(void)nrs_map_del(queue->places, place->id);
			free_place(place);
			continue;
		}
		task = candidate(place);
		if (task != NULL && task->due.ns <= now.ns &&
		    (kind == AGAIN || task->attempt == 0))
			return task;
		look_again(queue, place, now);
	}
	return NULL;
}

struct dispatcher_task *
dispatcher_queue_next(struct dispatcher_queue *queue,
    enum nrs_channel_type channel, bool fresh_only, struct nrs_mono now)
{
	struct dispatcher_task *task = next_of(queue, channel, FRESH, now);

	return task != NULL || fresh_only ? task
	                                  : next_of(queue, channel, AGAIN, now);
}

struct nrs_mono
dispatcher_queue_wake(struct dispatcher_queue *queue, struct nrs_mono now)
{
	struct dispatcher_place *place;

	while (queue->n_heap > 0 && queue->heap[0]->heap_due.ns <= now.ns) {
		place = queue->heap[0];
		heap_remove(queue, place);
		look_again(queue, place, now);
	}
	return queue->n_heap == 0 ? (struct nrs_mono){.ns = INT64_MAX}
	                          : queue->heap[0]->heap_due;
}
