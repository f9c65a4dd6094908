/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/successor.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/receipt.h"

/* Surely not with the recipient, and not under way. */
static bool
is_untouched(const struct dispatcher_task *task)
{
	return task->step == DISPATCHER_WAITING && !task->ambiguous;
}

static bool
was_never_tried(const struct dispatcher_task *task)
{
	return task->attempt == 0 && !task->stub_sent &&
	       (is_untouched(task) || task->end == NRS_STATE_CANCELLED);
}

/* Nobody at its place was sent anything of the thread before it: known if it is
 * the first revision, or if the one before it was never tried and the same is
 * known of that. After any doubt it is not known. */
static bool
is_untold(const struct dispatcher_task *task)
{
	const uint32_t revision = task->load->batch->revision;
	bool untold = task->untold || revision == 1;
	const struct dispatcher_task *earlier = task;
	const struct nrs_delivery_batch *batch;

	while ((earlier = dispatcher_queue_earlier(earlier)) != NULL) {
		batch = earlier->load->batch;
		/* A reminder says nothing of whether the alert arrived. */
		if (batch->revision >= revision || dispatcher_is_again(batch))
			continue;
		if (!was_never_tried(earlier))
			return false;
		untold |= batch->revision + 1 == revision && earlier->untold;
	}
	return untold;
}

/* A reminder may come before the alert that it is of, from another partition:
 * it replaces reminders only. What becomes of an alert is for an alert to say.
 */
static bool
replaces(
    const struct dispatcher_task *task, const struct dispatcher_task *earlier)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	const struct nrs_delivery_batch *before = earlier->load->batch;

	return before->revision < batch->revision &&
	       (dispatcher_is_again(before) || !dispatcher_is_again(batch));
}

static void
hold_back_earlier(struct sender *s, struct dispatcher_task *task)
{
	struct dispatcher_task *earlier = task;

	while ((earlier = dispatcher_queue_earlier(earlier)) != NULL)
		if (replaces(task, earlier) &&
		    earlier->step == DISPATCHER_READY)
			sender_not_ready(s, earlier);
}

/* The last of them to be on record tells whoever takes over that the task is
 * untold: until the task's own end is there, too, nobody else knows. */
static void
bequeath(struct dispatcher_task *earlier, const struct dispatcher_task *task)
{
	const struct nrs_bytes key = task->delivery->key;

	if (!is_untouched(earlier))
		return;
	earlier->heir =
	    nrs_arena_bytes(earlier->load->arena, key.data, key.len);
	earlier->after_all = true;
}

void
sender_cancel_earlier(struct sender *s, struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	bool passes_on = !dispatcher_is_again(batch);
	struct dispatcher_task *earlier, *before;

	hold_back_earlier(s, task);
	task->untold = passes_on && is_untold(task);
	passes_on = task->untold;
	before = dispatcher_queue_earlier(task);
	while ((earlier = before) != NULL) {
		before = dispatcher_queue_earlier(earlier);
		if (!replaces(task, earlier))
			continue;
		if (passes_on && !dispatcher_is_again(earlier->load->batch)) {
			passes_on = false;
			bequeath(earlier, task);
		}
		if (is_untouched(earlier))
			sender_end(s, earlier, NRS_STATE_CANCELLED,
			    NRS_FAILURE_UNSPECIFIED, "superseded");
	}
	if (!task->untold || batch->kind != NRS_KIND_RETRACTION ||
	    batch->revision == 1 || !is_untouched(task) || task->attempt > 0)
		return;
	task->after_all = true;
	sender_end(s, task, NRS_STATE_CANCELLED, NRS_FAILURE_UNSPECIFIED,
	    "nothing to retract");
}

void
sender_cancel_if_followed(struct sender *s, const struct dispatcher_task *task)
{
	struct dispatcher_task *later, *next;

	for (later = task->next; later != NULL; later = next) {
		next = later->next;
		if (later->step == DISPATCHER_WAITING)
			sender_cancel_earlier(s, later);
	}
}
