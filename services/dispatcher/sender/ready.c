/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/transfer.h"

#include "noroshi/base/clock.h"

#define AHEAD                                                                  \
	10 /* per connection: what a relay takes while the bus answers         \
	    */
#define AHEAD_MAX 128
#define LONG_MS 1000 /* after it the last look has to be had again */

size_t
sender_window(size_t connections)
{
	const size_t ahead = connections * AHEAD;

	return connections + (ahead < AHEAD_MAX ? ahead : AHEAD_MAX);
}

static struct dispatcher_task *
take_first(struct sender_row *row)
{
	struct dispatcher_task *task = row->first;

	row->first = task->ready_next;
	if (row->first == NULL)
		row->last = NULL;
	return task;
}

static void
append(struct sender_row *row, struct dispatcher_task *task)
{
	task->ready_next = NULL;
	if (row->last == NULL)
		row->first = task;
	else
		row->last->ready_next = task;
	row->last = task;
}

static bool
is_fresh(const struct dispatcher_task *task)
{
	return nrs_mono_since_ms(task->looked_at) < LONG_MS;
}

/* Each question may take as long as a lane may be silent: after one in vain
 * those that need an answer go back and wait for their turn. */
static void
go(struct sender *s, struct dispatcher_task *task, bool *silent)
{
	if (is_fresh(task)) {
		sender_transfer(s, task);
		return;
	}
	*silent = *silent || !sender_know(s);
	if (*silent)
		sender_postpone(s, task, SENDER_PAUSE_MS);
	else if (!sender_may_still_go(s, task))
		sender_postpone(s, task, 0);
	else {
		task->looked_at = nrs_mono_now();
		sender_transfer(s, task);
	}
}

struct nrs_mono
sender_start_by(const struct dispatcher_task *task)
{
	return nrs_mono_add_ms(task->looked_at, LONG_MS);
}

void
sender_start_ready(struct sender *s)
{
	enum nrs_channel_type channel;
	bool silent = false;

	for (channel = NRS_CHANNEL_MAIL; channel <= NRS_CHANNEL_WEBHOOK;
	     channel++)
		while (s->ready[channel].first != NULL &&
		       nrs_transfer_room(s->transfer, channel) > 0)
			go(s, take_first(&s->ready[channel]), &silent);
}

void
sender_ready(struct sender *s, struct dispatcher_task *task)
{
	const enum nrs_channel_type channel = task->delivery->channel->type;
	struct sender_row *row = &s->ready[channel];

	task->step = DISPATCHER_READY;
	append(row, task);
	/* The bus may have taken long for it; what has to be asked again is
	 * asked once for all of the turn (drain.c). */
	if (row->first == task && is_fresh(task) &&
	    nrs_transfer_room(s->transfer, channel) > 0)
		sender_transfer(s, take_first(row));
}

/* Every task of the row that want chooses, in order. */
static struct sender_row
take_some(struct sender_row *row,
    bool (*want)(const void *arg, const struct dispatcher_task *task),
    const void *arg)
{
	struct sender_row taken = {0}, left = {0};
	struct dispatcher_task *task;

	while (row->first != NULL) {
		task = take_first(row);
		append(want(arg, task) ? &taken : &left, task);
	}
	*row = left;
	return taken;
}

static bool
is_it(const void *arg, const struct dispatcher_task *task)
{
	return task == arg;
}

void
sender_not_ready(struct sender *s, struct dispatcher_task *task)
{
	(void)take_some(&s->ready[task->delivery->channel->type], is_it, task);
	sender_postpone(s, task, 0);
}

static bool
is_of_part(const void *arg, const struct dispatcher_task *task)
{
	return task->load->part == arg;
}

void
sender_drop_ready(struct sender *s, const struct dispatcher_part *part)
{
	enum nrs_channel_type channel;
	struct sender_row taken;

	for (channel = NRS_CHANNEL_MAIL; channel <= NRS_CHANNEL_WEBHOOK;
	     channel++) {
		taken = take_some(&s->ready[channel], is_of_part, part);
		while (taken.first != NULL)
			sender_abandon(s, take_first(&taken));
	}
}
