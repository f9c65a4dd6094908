/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a delivery when its transfer has ended. */
#include "dispatcher/sender/endpoint.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/receipt.h"
#include "dispatcher/sender/sender.h"
#include "dispatcher/sender/successor.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/rand.h"

int64_t
sender_pause(const struct dispatcher_conf *conf, uint32_t attempt)
{
	int64_t pause = conf->retry_min_ms;

	while (attempt-- > 1 && pause < conf->retry_max_ms)
		pause *= 2;
	return pause < conf->retry_max_ms ? pause : conf->retry_max_ms;
}

/* Doubling from retry.min to retry.max, a quarter more or less; not before the
 * peer wants it. */
static int64_t
next_try(const struct sender *s, const struct dispatcher_task *task,
    const struct nrs_transfer_result *result)
{
	int64_t pause = sender_pause(s->conf, task->attempt);

	pause += (int64_t)nrs_rand_below((uint64_t)pause / 2 + 1) - pause / 4;
	if (pause < INT64_C(1000) * result->retry_after_s)
		pause = INT64_C(1000) * result->retry_after_s;
	return pause;
}

static void
defer(struct sender *s, struct dispatcher_task *task,
    const struct nrs_transfer_result *result)
{
	const struct sender_now now = sender_now(s);
	const int64_t left = task->load->batch->give_up_at - now.earliest_ms;
	int64_t pause = next_try(s, task, result);

	sender_deferred(s, task, result);
	nrs_buf_fini(&task->body);
	task->step = DISPATCHER_WAITING;
	/* The end is said when it comes, not at the try after it. */
	if (pause > left)
		pause = left < 0 ? 0 : left;
	task->due = nrs_mono_add_ms(now.mono, pause);
	dispatcher_queue_update(s->queue, task, now.mono);
	sender_cancel_if_followed(s, task);
}

/* Its partition went and came back meanwhile: the same delivery waits a second
 * time, in doubt whether this one arrives. It has. */
static void
end_again(struct sender *s, const struct dispatcher_task *task)
{
	struct dispatcher_task *t;

	for (t = task->next; t != NULL; t = t->next) {
		if (t->step != DISPATCHER_WAITING ||
		    !nrs_bytes_equal(t->delivery->key, task->delivery->key))
			continue;
		if (task->stub)
			t->stub_sent = true;
		else
			sender_end(s, t, NRS_STATE_DELIVERED,
			    NRS_FAILURE_UNSPECIFIED, "");
	}
}

/* No connection was free for so long that all has to be looked at again. */
static void
not_begun(struct sender *s, struct dispatcher_task *task)
{
	if (task->load->lost) {
		sender_abandon(s, task);
	} else {
		sender_postpone(s, task, 0);
		sender_cancel_if_followed(s, task);
	}
	sender_start_ready(s);
}

void
sender_finished(void *opaque, const struct nrs_transfer_result *result)
{
	struct dispatcher_task *task = opaque;
	struct sender *s = task->load->part->sender;

	if (result->class == NRS_TRANSFER_UNTRIED) {
		not_begun(s, task);
		return;
	}
	NRS_FAILPOINT("sender.transferred");
	sender_count_moving(s, task, -1);
	task->ambiguous = result->class == NRS_TRANSFER_AMBIGUOUS;
	task->doubted |= task->ambiguous;
	if (result->class == NRS_TRANSFER_DELIVERED && task->load->lost)
		end_again(s, task);
	if (result->gone)
		sender_gone(s, task, result);
	if (result->class == NRS_TRANSFER_DELIVERED)
		sender_delivered(s, task, result);
	else if (result->class == NRS_TRANSFER_FAILED)
		sender_end(
		    s, task, NRS_STATE_FAILED, result->reason, result->detail);
	else if (task->load->lost)
		sender_free_task(s, task);
	else
		defer(s, task, result);
	sender_start_ready(s);
}
