/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/duty/duty.h"
#include "dispatcher/sender/endpoint.h"
#include "dispatcher/sender/post.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/receipt.h"
#include "dispatcher/sender/sender.h"
#include "dispatcher/sender/successor.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/log.h"
#include "noroshi/base/rand.h"
#include "noroshi/core/audience.h"
#include "noroshi/core/verp.h"
#include "noroshi/io/mime.h"

#define EARLY_MS 500     /* between looks whether its alert went out */
#define SUBS_AGE_MS 1000 /* the view is refreshed before a start after it */

/* ---- may it go? ---- */

/* Clearance and suspension as they are now. A stub says nothing, so it goes to
 * whoever was reached; our own mails go to who runs this service. */
static const char *
why_not(struct sender *s, const struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	const struct nrs_subscription *sub;

	if (batch->purpose == NRS_PURPOSE_STUB ||
	    dispatcher_is_own(batch->purpose))
		return NULL;
	if (nrs_audience_is_arrangement(task->delivery->subscriber_id))
		return NULL;
	sub = nrs_match_set_find(
	    dispatcher_subs_set(s->subs), task->delivery->subscriber_id);
	if (sub == NULL)
		return "no longer subscribed";
	if (sub->inactive)
		return "suspended";
	if (!nrs_match_cleared(sub->max_tlp, batch->tlp))
		return "no longer cleared";
	if (batch->purpose == NRS_PURPOSE_NEWSLETTER && sub->digest_off)
		return "wants no newsletter";
	return NULL;
}

struct nrs_delivery
sender_delivery(const struct dispatcher_task *task)
{
	struct nrs_delivery out = *task->delivery;

	if (task->stub) {
		out.key = out.stub_key;
		out.variant++;
		out.ack_token = "";
	}
	return out;
}

/* The batch's text or its stub: a last try in doubt was of the other. */
static void
choose(struct dispatcher_task *task, bool stub)
{
	if (task->stub != stub)
		task->ambiguous = task->doubted = false;
	task->stub = stub;
}

/* Source (architecture.md 2.7): earlier recipients who are no longer cleared
 * get the stub. */
static bool
sends_stub(struct dispatcher_task *task)
{
	return task->load->batch->purpose == NRS_PURPOSE_ALERT &&
	       task->delivery->stub_key.len > 0 && !task->stub_sent;
}

/* True when the task has come to its end without a transfer. */
static bool
ends_here(struct sender *s, struct dispatcher_task *task,
    const struct sender_now *now)
{
	const char *why = sender_due_why_not(s, task);

	if (why == NULL && now->earliest_ms >= task->load->batch->give_up_at) {
		sender_end(s, task, NRS_STATE_EXPIRED,
		    task->attempt > 0 ? NRS_FAILURE_UNREACHABLE
		                      : NRS_FAILURE_UNSPECIFIED,
		    "");
		return true;
	}
	if (why == NULL)
		why = why_not(s, task);
	choose(task, why != NULL && sends_stub(task));
	if (why != NULL && !task->stub) {
		if (task->stub_sent)
			why = SENDER_REPLACED;
		sender_end(
		    s, task, NRS_STATE_CANCELLED, NRS_FAILURE_UNSPECIFIED, why);
		return true;
	}
	if (task->delivery->channel->type == NRS_CHANNEL_WEBHOOK &&
	    dispatcher_subs_is_gone(s->subs, task->delivery->subscriber_id,
	        task->delivery->channel->address)) {
		sender_end(s, task, NRS_STATE_FAILED, NRS_FAILURE_CONTACT_STALE,
		    "the endpoint said 410 Gone before: subscribe again");
		return true;
	}
	if (task->delivery->channel->type == NRS_CHANNEL_TOPIC) {
		/* Written to the topic in the transaction that released it; of
		 * the lane due, the receipt is all. */
		sender_end(
		    s, task, NRS_STATE_DELIVERED, NRS_FAILURE_UNSPECIFIED, "");
		return true;
	}
	return false;
}

static bool
join(struct sender *s, struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	const struct nrs_delivery delivery = sender_delivery(task);
	struct nrs_err err = {0};
	enum nrs_rc rc;

	nrs_buf_fini(&task->body);
	if (delivery.variant >= batch->n_variants)
		rc = nrs_refuse(&err, "variant", "range", "no such variant");
	else
		rc = nrs_mime_join(&batch->variants[delivery.variant],
		    &delivery, &task->body, &err);
	if (rc == NRS_OK)
		return true;
	sender_end(
	    s, task, NRS_STATE_FAILED, NRS_FAILURE_CONTACT_STALE, err.text);
	return false;
}

static void
announce_repeat(struct sender *s, const struct dispatcher_task *task)
{
	if (!task->doubted)
		return;
	nrs_metric_add(s->repeats, 1);
	nrs_log(NRS_LOG_WARN, "may_repeat",
	    NRS_S("alert", task->load->batch->notice_id),
	    NRS_S("subscriber", task->delivery->subscriber_id),
	    NRS_I("attempt", task->attempt));
}

void
sender_count_moving(
    struct sender *s, const struct dispatcher_task *task, int change)
{
	s->n_moving[task->delivery->channel->type] += (size_t)change;
	if (task->attempt > 1)
		s->n_retried[task->delivery->channel->type] += (size_t)change;
	task->load->part->n_moving += (size_t)change;
}

static void
begin(struct sender *s, struct dispatcher_task *task,
    const struct sender_now *now)
{
	if (sender_due_is_early(s, task) &&
	    now->earliest_ms < task->load->batch->give_up_at) {
		task->due = nrs_mono_add_ms(now->mono, EARLY_MS);
		return;
	}
	if (ends_here(s, task, now) || !join(s, task))
		return;
	task->looked_at = nrs_mono_now();
	task->attempt++;
	announce_repeat(s, task);
	sender_count_moving(s, task, 1);
	sender_intent(s, task);
}

/* ---- starting ---- */

static size_t
connections_of(const struct sender *s, enum nrs_channel_type channel)
{
	return channel == NRS_CHANNEL_MAIL
	           ? (size_t)s->transfer_conf.max_mail
	           : (size_t)s->transfer_conf.max_webhook;
}

static size_t
limit_of(const struct sender *s, enum nrs_channel_type channel)
{
	if (channel == NRS_CHANNEL_TOPIC)
		return SIZE_MAX;
	return sender_window(connections_of(s, channel));
}

/* Intents that the bus does not take: no connection waits for them. */
static size_t
stuck_of(const struct sender *s, enum nrs_channel_type channel, bool again)
{
	size_t stuck = 0;
	int i;

	for (i = 0; s->n_slow > 0 && i < s->n_parts; i++)
		if (s->parts[i].slow)
			stuck += s->parts[i].n_intents[channel][again];
	return stuck;
}

static bool
is_full(const struct sender *s, enum nrs_channel_type channel)
{
	return s->n_moving[channel] - stuck_of(s, channel, false) -
	           stuck_of(s, channel, true) >=
	       limit_of(s, channel);
}

/* Recipients that hang whenever they are tried get half of the connections, so
 * that a new alert need not wait for their timeouts. */
static bool
is_full_of_retries(const struct sender *s, enum nrs_channel_type channel)
{
	return s->n_retried[channel] - stuck_of(s, channel, true) >=
	       (connections_of(s, channel) + 1) / 2;
}

/* Clearance as it is now: a look at the topic's end before anything starts,
 * unless one was had a moment ago. */
static bool
know_subscribers(struct sender *s)
{
	struct nrs_err err = {0};

	if (s->subs_at.ns != 0 && nrs_mono_since_ms(s->subs_at) < SUBS_AGE_MS)
		return true;
	if (dispatcher_subs_refresh(
	        s->subs, (int)s->conf->answer_timeout_ms, &err) != NRS_OK) {
		nrs_log(NRS_LOG_WARN, "subscriptions_not_read",
		    NRS_S("why", err.text));
		return false;
	}
	s->subs_at = nrs_mono_now();
	return true;
}

bool
sender_know(struct sender *s)
{
	return know_subscribers(s) && sender_due_know(s);
}

/* What begin() looked at, looked at again. */
bool
sender_may_still_go(struct sender *s, struct dispatcher_task *task)
{
	return sender_due_why_not(s, task) == NULL &&
	       sender_now(s).earliest_ms < task->load->batch->give_up_at &&
	       (why_not(s, task) != NULL) == task->stub;
}

/* False: nothing may start now. */
static bool
pump_channel(struct sender *s, enum nrs_channel_type channel,
    const struct sender_now *now)
{
	struct dispatcher_task *task;

	while (!is_full(s, channel)) {
		task = dispatcher_queue_next(s->queue, channel,
		    is_full_of_retries(s, channel), now->mono);
		if (task == NULL)
			return true;
		if (!sender_know(s) || !nrs_group_lease_held(s->group)) {
			task->due = nrs_mono_add_ms(now->mono, SENDER_PAUSE_MS);
			dispatcher_queue_update(s->queue, task, now->mono);
			return false;
		}
		if (task->load->part->slow)
			task->due = nrs_mono_add_ms(now->mono, SENDER_PAUSE_MS);
		else
			begin(s, task, now);
		/* Another task of the place may be next; this one's step has
		 * changed, or its time. */
		dispatcher_queue_update(s->queue, task, now->mono);
	}
	return true;
}

void
sender_pump(struct sender *s)
{
	const struct sender_now now = sender_now(s);

	(void)(pump_channel(s, NRS_CHANNEL_TOPIC, &now) &&
	       pump_channel(s, NRS_CHANNEL_MAIL, &now) &&
	       pump_channel(s, NRS_CHANNEL_WEBHOOK, &now));
}

/* ---- the transfer ---- */

void
sender_abandon(struct sender *s, struct dispatcher_task *task)
{
	sender_count_moving(s, task, -1);
	sender_free_task(s, task);
}

void
sender_postpone(
    struct sender *s, struct dispatcher_task *task, int64_t pause_ms)
{
	const struct nrs_mono now = nrs_mono_now();

	sender_count_moving(s, task, -1);
	task->attempt--;
	task->step = DISPATCHER_WAITING;
	task->due = nrs_mono_add_ms(now, pause_ms);
	nrs_buf_fini(&task->body);
	dispatcher_queue_update(s->queue, task, now);
}

/* With the secrets of now: one that was replaced since signs no more. */
static void
sign(struct sender *s, const struct dispatcher_task *task,
    struct nrs_transfer_job *job)
{
	const struct nrs_webhook webhook = {
	    .id = job->id, .timestamp_s = job->timestamp_s, .body = job->body};

	if (job->channel != NRS_CHANNEL_WEBHOOK)
		return;
	nrs_arena_reset(s->scratch);
	job->signature = dispatcher_endpoint_sign(s->scratch,
	    nrs_match_set_find(
	        dispatcher_subs_set(s->subs), task->delivery->subscriber_id),
	    job->address, &webhook);
}

/* NULL: the one configured. */
static const char *
envelope(const struct sender *s, const struct dispatcher_task *task,
    const struct nrs_delivery *delivery, char out[NRS_VERP_SIZE])
{
	struct nrs_verp verp = {.lane = s->traffic->name[0],
	    .partition = task->load->part->number,
	    .offset = task->intent};

	if (delivery->channel->type != NRS_CHANNEL_MAIL ||
	    s->conf->verp == NULL || s->conf->verp[0] == '\0' ||
	    delivery->key.len < sizeof(verp.key))
		return NULL;
	memcpy(verp.key, delivery->key.data, sizeof(verp.key));
	return nrs_verp_address(s->conf->verp, &verp, out);
}

void
sender_transfer(struct sender *s, struct dispatcher_task *task)
{
	const struct nrs_delivery delivery = sender_delivery(task);
	const struct nrs_delivery_batch *batch = task->load->batch;
	char id[2 * NRS_SHA256_SIZE + 1], from[NRS_VERP_SIZE];
	struct nrs_transfer_job job = {
	    .channel = delivery.channel->type,
	    .address = delivery.channel->address,
	    .body = {(const uint8_t *)task->body.data, task->body.len},
	    .media_type = batch->variants[delivery.variant].media_type,
	    .timestamp_s = nrs_wall_ms() / 1000,
	    .start_by = sender_start_by(task),
	    .done = sender_finished,
	    .opaque = task,
	};
	struct nrs_err err = {0};
	enum nrs_rc rc = NRS_RETRY;

	job.id = nrs_hex(delivery.key.data,
	    delivery.key.len < NRS_SHA256_SIZE ? delivery.key.len
	                                       : NRS_SHA256_SIZE,
	    id);
	job.mail_from = envelope(s, task, &delivery, from);
	sign(s, task, &job);
	/* The last look: a process that slept may own nothing any more. */
	if (!s->stopping && nrs_group_lease_held(s->group))
		rc = nrs_transfer_start(s->transfer, &job, &err);
	if (rc == NRS_OK) {
		task->step = DISPATCHER_TRANSFER;
		return;
	}
	if (rc != NRS_REJECT) {
		sender_postpone(s, task, SENDER_PAUSE_MS);
		return;
	}
	sender_count_moving(s, task, -1);
	sender_end(
	    s, task, NRS_STATE_FAILED, NRS_FAILURE_CONTACT_STALE, err.text);
}
