/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/duty/duty.h"
#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/post.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/receipt.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/log.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define AGAIN_MS 500 /* after a receipt that the bus did not take */

static void
intent_arrived(struct sender *s, struct dispatcher_task *task, enum nrs_rc rc)
{
	NRS_FAILPOINT("sender.intent-acked");
	if (task->load->lost || !task->load->part->ours)
		sender_abandon(s, task);
	else if (rc == NRS_OK)
		sender_ready(s, task);
	else
		sender_postpone(s, task, SENDER_PAUSE_MS);
}

/* The end is known: only its record must be tried again. */
static void
keep_end(struct sender *s, struct dispatcher_task *task)
{
	task->again_next = s->again;
	s->again = task;
	s->again_since = nrs_mono_now();
}

static void
end_arrived(struct sender *s, struct dispatcher_task *task, enum nrs_rc rc)
{
	NRS_FAILPOINT("sender.end-acked");
	/* The heir's own may have waited for it: with the next turn. */
	if (task->heir.len > 0)
		s->again_since = (struct nrs_mono){0};
	if (rc == NRS_OK || task->load->lost)
		sender_done(s, task);
	else
		keep_end(s, task);
}

static void post_end(struct sender *s, struct dispatcher_task *task);

static void
word_arrived(struct sender *s, struct dispatcher_task *task, enum nrs_rc rc)
{
	NRS_FAILPOINT("sender.word-acked");
	task->load->part->n_words--;
	if (task->load->lost) {
		sender_done(s, task);
		return;
	}
	task->word_left = rc == NRS_OK;
	if (task->word_left)
		post_end(s, task);
	else
		keep_end(s, task);
}

static void
arrived(void *opaque, enum nrs_rc rc, int partition, int64_t offset)
{
	struct sender_letter *letter = opaque;
	struct sender *s = letter->s;
	struct dispatcher_task *task = letter->task;
	struct dispatcher_part *part = letter->part;

	(void)partition;
	free(letter);
	if (part == NULL && task != NULL) {
		word_arrived(s, task, rc);
		return;
	}
	if (part == NULL) {
		if (rc != NRS_OK)
			nrs_log(NRS_LOG_ERROR, "record_not_written",
			    NRS_S("why", nrs_rc_name(rc)));
		return;
	}
	sender_outbox_answered(s, part);
	if (rc == NRS_OK && offset >= part->receipt_end)
		part->receipt_end = offset + 1;
	if (task == NULL)
		return;
	if (task->step == DISPATCHER_INTENT) {
		part->n_intents[task->delivery->channel->type]
		               [task->attempt > 1]--;
		task->intent = offset;
		intent_arrived(s, task, rc);
		return;
	}
	end_arrived(s, task, rc);
}

/* Copies key and value, so that nothing is borrowed while they travel. */
static struct sender_letter *
letter_of(struct sender *s, const struct nrs_outgoing *out)
{
	struct sender_letter *letter =
	    nrs_alloc(sizeof(*letter) + out->key.len + out->value.len);
	uint8_t *data = (uint8_t *)(letter + 1);

	*letter = (struct sender_letter){.s = s, .out = *out};
	if (out->key.len > 0)
		memcpy(data, out->key.data, out->key.len);
	memcpy(data + out->key.len, out->value.data, out->value.len);
	letter->out.key.data = data;
	letter->out.value.data = data + out->key.len;
	letter->out.acked = arrived;
	letter->out.opaque = letter; /* freed in arrived */
	return letter;
}

void
sender_post(struct sender *s, const struct sender_record *record)
{
	struct sender_letter *letter =
	    letter_of(s, &(struct nrs_outgoing){.topic = record->topic,
	                     .partition = record->partition,
	                     .key = record->key,
	                     .value = record->value,
	                     .headers = record->headers,
	                     .n_headers = record->n_headers});
	struct nrs_err err = {0};

	if (nrs_producer_send(s->producer, &letter->out, &err) == NRS_OK)
		return;
	nrs_log(NRS_LOG_WARN, "record_not_sent", NRS_S("topic", record->topic),
	    NRS_S("why", err.text));
	arrived(letter, NRS_RETRY, record->partition, -1);
}

static void
post_receipt(struct sender *s, const struct nrs_receipt *receipt,
    const struct dispatcher_task *about, struct dispatcher_task *waiting)
{
	struct dispatcher_part *part = about->load->part;
	struct sender_letter *letter;

	nrs_arena_reset(s->scratch);
	letter =
	    letter_of(s, &(struct nrs_outgoing){.topic = s->traffic->receipt,
	                     .partition = part->number,
	                     .key = receipt->key,
	                     .value = nrs_wire_encode(
	                         s->scratch, NRS_TYPE_RECEIPT, receipt)});
	letter->part = part;
	letter->task = waiting;
	sender_outbox_add(s, letter);
}

static struct nrs_receipt
receipt_of(const struct dispatcher_task *task, enum nrs_delivery_state state)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	const struct nrs_delivery *delivery = task->delivery;

	return (struct nrs_receipt){
	    .key = task->stub ? delivery->stub_key : delivery->key,
	    .notice_id = batch->notice_id,
	    .thread_id = batch->thread_id,
	    .revision = batch->revision,
	    .stage = delivery->kind,
	    .state = state,
	    .at = nrs_wall_ms(),
	    .attempt = task->attempt,
	    .mode = batch->mode,
	    .subscriber_id = delivery->subscriber_id,
	    .channel = delivery->channel->type,
	    .delivery_offset = task->load->offset,
	    .accepted_at = batch->accepted_at,
	    .purpose = task->stub ? NRS_PURPOSE_STUB : batch->purpose,
	};
}

void
sender_intent(struct sender *s, struct dispatcher_task *task)
{
	struct nrs_receipt receipt = receipt_of(task, NRS_STATE_INTENT);
	uint8_t hash[NRS_SHA256_SIZE];

	nrs_sha256((struct nrs_bytes){(const uint8_t *)task->body.data,
	               task->body.len},
	    hash);
	receipt.body_sha256 = (struct nrs_bytes){hash, sizeof(hash)};
	receipt.repeat = task->doubted;
	task->step = DISPATCHER_INTENT;
	task->load->part
	    ->n_intents[task->delivery->channel->type][task->attempt > 1]++;
	post_receipt(s, &receipt, task, task);
	NRS_FAILPOINT("sender.intent-sent");
}

void
sender_deferred(struct sender *s, struct dispatcher_task *task,
    const struct nrs_transfer_result *result)
{
	struct nrs_receipt receipt = receipt_of(task, NRS_STATE_DEFERRED);

	receipt.failure_reason = result->reason;
	receipt.detail = result->detail;
	receipt.repeat = task->doubted;
	if (!dispatcher_is_own(receipt.purpose))
		nrs_metric_add(s->states[NRS_STATE_DEFERRED], 1);
	post_receipt(s, &receipt, task, NULL);
}

static struct nrs_receipt
end_of(const struct dispatcher_task *task)
{
	struct nrs_receipt receipt = receipt_of(task, task->end);

	receipt.failure_reason = task->reason;
	receipt.detail = task->detail;
	receipt.response = task->answer.response;
	receipt.relayed = task->answer.relayed;
	receipt.relayed_of = task->answer.relayed_of;
	receipt.by = task->end >= NRS_STATE_ACKNOWLEDGED ? "webhook" : "";
	receipt.untold_before = task->heir;
	return receipt;
}

/* Where the recipient's confirmations are, and before its own end: a kill in
 * between makes it again, and never leaves what is due after it waiting. */
static void
leave_word(struct sender *s, struct dispatcher_task *task)
{
	const char *who = task->delivery->subscriber_id;
	struct nrs_receipt receipt = end_of(task);
	struct sender_letter *letter;
	struct nrs_err err = {0};

	if (task->stub)
		receipt.state = NRS_STATE_CANCELLED;
	receipt.key = task->delivery->key;
	receipt.purpose = task->load->batch->purpose;
	receipt.delivery_offset = -1;
	receipt.untold_before = (struct nrs_bytes){0}; /* not yet */
	nrs_arena_reset(s->scratch);
	letter = letter_of(s,
	    &(struct nrs_outgoing){.topic = NRS_TOPIC_RECEIPT_ALERT,
	        .partition = nrs_bus_partition(
	            (struct nrs_bytes){(const uint8_t *)who, strlen(who)},
	            s->n_parts),
	        .key = receipt.key,
	        .value =
	            nrs_wire_encode(s->scratch, NRS_TYPE_RECEIPT, &receipt)});
	letter->task = task;
	task->load->part->n_words++;
	if (nrs_producer_send(s->producer, &letter->out, &err) != NRS_OK)
		arrived(letter, NRS_RETRY, letter->out.partition, -1);
}

/* After the stub's end the text's: who asks for either finds it. */
static void
post_replaced(struct sender *s, struct dispatcher_task *task)
{
	struct nrs_receipt receipt = receipt_of(task, NRS_STATE_CANCELLED);

	receipt.key = task->delivery->key;
	receipt.purpose = task->load->batch->purpose;
	receipt.detail = SENDER_REPLACED;
	post_receipt(s, &receipt, task, task);
}

/* What an end says of those before it is true once theirs are on record: until
 * then whoever takes over may send them. */
static bool
must_wait(const struct dispatcher_task *task)
{
	const uint32_t revision = task->load->batch->revision;
	const struct dispatcher_task *earlier = task;

	if (!task->after_all)
		return false;
	while ((earlier = dispatcher_queue_earlier(earlier)) != NULL)
		if (!dispatcher_is_again(earlier->load->batch) &&
		    earlier->load->batch->revision <= revision)
			return true;
	return false;
}

static void
post_end(struct sender *s, struct dispatcher_task *task)
{
	const struct nrs_receipt receipt = end_of(task);

	if (must_wait(task)) {
		keep_end(s, task);
		return;
	}
	if (sender_due_is_awaited(s, task) && !task->word_left) {
		leave_word(s, task);
		return;
	}
	post_receipt(s, &receipt, task, task->stub ? NULL : task);
	if (task->stub)
		post_replaced(s, task);
	NRS_FAILPOINT("sender.end-sent");
}

static void
count_end(struct sender *s, const struct dispatcher_task *task)
{
	const struct nrs_delivery_batch *batch = task->load->batch;
	const bool own = dispatcher_is_own(batch->purpose);
	const bool delivered = task->end == NRS_STATE_DELIVERED ||
	                       task->end >= NRS_STATE_ACKNOWLEDGED;

	if (!own)
		nrs_metric_add(
		    s->states[delivered ? NRS_STATE_DELIVERED : task->end], 1);
	if (delivered && !own)
		nrs_metric_observe_us(
		    s->seconds, (nrs_wall_ms() - batch->accepted_at) * 1000);
	if (task->end == NRS_STATE_FAILED)
		nrs_log(NRS_LOG_WARN, "failed",
		    NRS_S("alert", batch->notice_id),
		    NRS_S("subscriber", task->delivery->subscriber_id),
		    NRS_S("channel", nrs_term_name(NRS_VOC_CHANNEL_TYPE,
		                         (int)task->delivery->channel->type)),
		    NRS_S("reason", nrs_term_name(NRS_VOC_FAILURE_REASON,
		                        (int)task->reason)));
}

void
sender_end(struct sender *s, struct dispatcher_task *task,
    enum nrs_delivery_state state, enum nrs_failure_reason reason,
    const char *detail)
{
	task->step = DISPATCHER_CLOSING;
	task->end = state;
	task->reason = reason;
	(void)snprintf(task->detail, sizeof(task->detail), "%s", detail);
	nrs_buf_fini(&task->body);
	count_end(s, task);
	post_end(s, task);
}

/* Both are said, and the task ends with the higher. */
static void
end_acknowledged(struct sender *s, struct dispatcher_task *task,
    const struct dispatcher_answer *answer, const char *detail)
{
	struct nrs_receipt delivered = receipt_of(task, NRS_STATE_DELIVERED);

	delivered.detail = detail;
	post_receipt(s, &delivered, task, NULL);
	task->answer = *answer;
	task->answer.notice_id = "";
	sender_end(s, task,
	    answer->response == NRS_RESPONSE_UNSPECIFIED
	        ? NRS_STATE_ACKNOWLEDGED
	        : NRS_STATE_RESPONDED,
	    NRS_FAILURE_UNSPECIFIED, "");
}

/* A reminder that is confirmed confirms the alert, where the due lane looks. It
 * travels by itself: should it be lost, the next step is taken. */
static void
acknowledge_alert(struct sender *s, const struct dispatcher_task *task,
    const struct dispatcher_answer *answer)
{
	struct nrs_receipt receipt =
	    receipt_of(task, answer->response == NRS_RESPONSE_UNSPECIFIED
	                         ? NRS_STATE_ACKNOWLEDGED
	                         : NRS_STATE_RESPONDED);

	receipt.key = task->delivery->awaits;
	receipt.purpose = NRS_PURPOSE_ALERT;
	receipt.delivery_offset = -1;
	receipt.response = answer->response;
	receipt.relayed = answer->relayed;
	receipt.relayed_of = answer->relayed_of;
	receipt.by = "webhook";
	nrs_arena_reset(s->scratch);
	sender_post(s, &(struct sender_record){.topic = NRS_TOPIC_RECEIPT_ALERT,
	                   .partition = task->load->part->number,
	                   .key = receipt.key,
	                   .value = nrs_wire_encode(
	                       s->scratch, NRS_TYPE_RECEIPT, &receipt)});
}

static bool
is_again(const struct dispatcher_task *task)
{
	const enum nrs_delivery_purpose purpose = task->load->batch->purpose;

	return (purpose == NRS_PURPOSE_REMINDER ||
	           purpose == NRS_PURPOSE_ESCALATION) &&
	       task->delivery->awaits.len == NRS_SHA256_SIZE;
}

void
sender_delivered(struct sender *s, struct dispatcher_task *task,
    const struct nrs_transfer_result *result)
{
	const struct nrs_bytes said = {
	    (const uint8_t *)result->answer, strlen(result->answer)};
	struct dispatcher_answer answer;
	bool confirmed;

	nrs_arena_reset(s->scratch);
	confirmed = said.len > 0 &&
	            dispatcher_answer_webhook(s->scratch, said, &answer);
	if (confirmed && task->load->batch->purpose == NRS_PURPOSE_ALERT) {
		end_acknowledged(s, task, &answer, result->detail);
		return;
	}
	if (confirmed && is_again(task))
		acknowledge_alert(s, task, &answer);
	sender_end(s, task, NRS_STATE_DELIVERED, NRS_FAILURE_UNSPECIFIED,
	    result->detail);
}

void
sender_end_again(struct sender *s)
{
	struct dispatcher_task *task, *next;

	if (s->again == NULL || nrs_mono_since_ms(s->again_since) < AGAIN_MS)
		return;
	next = s->again;
	s->again = NULL;
	while ((task = next) != NULL) {
		next = task->again_next;
		post_end(s, task);
	}
}

void
sender_reject(struct sender *s, const struct nrs_record *record,
    const struct nrs_err *why)
{
	const struct nrs_rejection rejection = {
	    .topic = s->traffic->delivery,
	    .partition = (uint32_t)record->partition,
	    .offset = record->offset,
	    .service = "dispatcher",
	    .field = why->field,
	    .rule = why->rule,
	    .text = why->text,
	    .at = nrs_wall_ms(),
	    .mode = (enum nrs_mode)(s->conf->common.mode + 1),
	};

	nrs_log(NRS_LOG_ERROR, "rejected", NRS_S("topic", s->traffic->delivery),
	    NRS_I("partition", record->partition),
	    NRS_I("offset", record->offset), NRS_S("why", why->text));
	sender_post(s, &(struct sender_record){.topic = NRS_TOPIC_REJECTED,
	                   .value = nrs_wire_encode(
	                       s->scratch, NRS_TYPE_REJECTION, &rejection)});
}
