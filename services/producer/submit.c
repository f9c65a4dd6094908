/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/submit.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/log.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"
#include "producer/admission.h"
#include "producer/reply.h"

/* One request on its way. */
struct way {
	struct producer *producer;
	const struct producer_request *request;
	struct nrs_http_reply *reply;
	struct nrs_arena *arena;
	struct producer_admission admission;
	struct producer_ident ident;
	struct nrs_mono start;
};

static const char *
id_of(const struct way *way)
{
	const struct nrs_submission *s = way->admission.admitted.submission;

	return s == NULL ? "" : s->submission_id;
}

static enum nrs_rc
append(struct way *way, const char *topic, const char *key, int64_t *offset,
    struct nrs_err *err)
{
	struct producer *p = way->producer;
	struct nrs_submission stamped = *way->admission.admitted.submission;
	struct nrs_outgoing out = {.topic = topic, .partition = 0};
	enum nrs_rc rc;

	stamped.accepted_at = way->admission.accepted_at;
	out.key = (struct nrs_bytes){(const uint8_t *)key, strlen(key)};
	out.value = nrs_wire_encode(way->arena, NRS_TYPE_SUBMISSION, &stamped);
	rc = nrs_producer_send_wait(
	    p->bus, &out, (int)p->conf->append_timeout_ms, offset, err);
	if (rc == NRS_OK)
		nrs_metric_observe_us(
		    p->metrics.append, nrs_mono_since_us(way->start));
	return rc;
}

static void
reply_unavailable(struct way *way, const char *rule, struct nrs_err *err)
{
	nrs_metric_add(way->producer->metrics.unavailable, 1);
	nrs_log(NRS_LOG_WARN, "not_confirmed", NRS_S("alert", id_of(way)),
	    NRS_S("rule", rule), NRS_S("why", err->text));
	producer_reply_unavailable(way->reply, id_of(way), rule, err);
}

/* Not accepted for sure: nothing was handed to the bus. */
static bool
is_shut(struct way *way)
{
	struct producer *p = way->producer;
	struct nrs_err err = {0};

	if (!atomic_load(&p->loaded)) {
		(void)nrs_fail(&err, NRS_RETRY,
		    "not accepted: the producer is still reading what was "
		    "decided before; send the same again");
		reply_unavailable(way, "starting", &err);
		return true;
	}
	if (!nrs_producer_connected(p->bus)) {
		(void)nrs_fail(&err, NRS_RETRY,
		    "not accepted: the bus does not answer; you still own "
		    "it, send the same again");
		reply_unavailable(way, "bus-down", &err);
		return true;
	}
	return false;
}

static void
in_doubt(struct way *way, enum nrs_rc rc, struct nrs_err *err)
{
	if (rc == NRS_REJECT) {
		nrs_metric_add(way->producer->metrics.refused, 1);
		producer_reply_refused(way->reply, 422, id_of(way), err);
		return;
	}
	nrs_err_prefix(
	    err, "outcome unknown, send the same id and bytes again");
	reply_unavailable(way, "outcome-unknown", err);
}

static void
subscribe(struct way *way)
{
	const struct nrs_subscription *s = way->admission.admitted.subscription;
	struct nrs_outcome stored = {
	    .submission_id = id_of(way),
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = way->admission.admitted.submission->mode,
	    .verdict = NRS_VERDICT_APPLIED,
	    .accepted_at = way->admission.accepted_at,
	};
	struct nrs_err err = {0};
	int64_t offset = -1;
	enum nrs_rc rc;

	if (is_shut(way))
		return;
	rc = append(
	    way, NRS_TOPIC_SUBSCRIPTION, s->subscriber_id, &offset, &err);
	if (rc != NRS_OK) {
		in_doubt(way, rc, &err);
		return;
	}
	nrs_metric_add(way->producer->metrics.accepted, 1);
	nrs_log(NRS_LOG_INFO, "subscribed", NRS_S("alert", s->subscriber_id),
	    NRS_I("offset", offset));
	way->reply->status = 200;
	way->reply->type = "application/json";
	nrs_json_encode(&way->reply->body, NRS_TYPE_OUTCOME, &stored);
}

/* It is in the journal, here or by another request: wait for its outcome. */
static void
answer_with_outcome(struct way *way)
{
	struct producer *p = way->producer;
	struct producer_answer answer;
	struct nrs_err err = {0};
	enum producer_waited waited = producer_index_wait(
	    p->index, &way->ident, way->request->wait_ms, way->arena, &answer);

	if (waited == PRODUCER_DECIDED && answer.bytes.data == NULL &&
	    producer_lookup_outcome(p->lookup, answer.outcome_offset,
	        way->arena, &answer.bytes, &err) != NRS_OK) {
		reply_unavailable(way, "outcome-unknown", &err);
		return;
	}
	if (waited == PRODUCER_DECIDED) {
		nrs_metric_observe_us(
		    p->metrics.answer, nrs_mono_since_us(way->start));
		producer_reply_outcome(
		    way->reply, way->arena, answer.bytes, 200);
		return;
	}
	if (answer.journal_offset >= 0) {
		const struct producer_accepted accepted = {
		    .submission_id = id_of(way),
		    .journal_offset = answer.journal_offset,
		    .accepted_at = way->admission.accepted_at};
		producer_reply_accepted(way->reply, &accepted);
		return;
	}
	(void)nrs_fail(&err, NRS_RETRY,
	    "an equal submission is on its way and "
	    "was not confirmed yet");
	in_doubt(way, NRS_RETRY, &err);
}

static void
append_to_journal(struct way *way)
{
	struct producer *p = way->producer;
	struct nrs_err err = {0};
	int64_t offset = -1;
	enum nrs_rc rc;

	if (is_shut(way)) {
		producer_index_forget(p->index, &way->ident);
		return;
	}
	rc = append(way, NRS_TOPIC_JOURNAL, id_of(way), &offset, &err);
	if (rc != NRS_OK) {
		producer_index_forget(p->index, &way->ident);
		in_doubt(way, rc, &err);
		return;
	}
	NRS_FAILPOINT("producer.appended");
	producer_index_appended(p->index, &way->ident, offset);
	nrs_metric_add(p->metrics.accepted, 1);
	nrs_log(NRS_LOG_INFO, "accepted", NRS_S("alert", id_of(way)),
	    NRS_S("type", nrs_term_name(NRS_VOC_SUBMISSION_TYPE,
	                      (int)way->admission.admitted.submission->type)),
	    NRS_I("offset", offset));
	answer_with_outcome(way);
}

static void
set_ident(struct way *way)
{
	way->ident = (struct producer_ident){.submission_id = id_of(way),
	    .payload_sha256 = way->admission.admitted.payload_sha256,
	    .addressing_sha256 = way->admission.admitted.addressing_sha256};
}

static void
command(struct way *way)
{
	struct producer *p = way->producer;
	struct nrs_err err = {0};

	set_ident(way);
	switch (producer_index_enter(p->index, &way->ident)) {
	case PRODUCER_NEW:
		append_to_journal(way);
		return;
	case PRODUCER_KNOWN:
		nrs_metric_add(p->metrics.repeated, 1);
		answer_with_outcome(way);
		return;
	case PRODUCER_OTHER:
		break;
	}
	(void)nrs_refuse(&err, "submission_id", "duplicate-id",
	    "this id was used before for something else");
	nrs_metric_add(p->metrics.refused, 1);
	producer_reply_refused(way->reply, 409, id_of(way), &err);
}

/* A caller in doubt may come back after its issued_at has become too old, or
 * its key was revoked: the first outcome is still the answer. */
static bool
was_decided_before(struct way *way)
{
	const struct nrs_submission *s = way->admission.admitted.submission;

	if (s == NULL || s->submission_id[0] == '\0')
		return false;
	nrs_sha256(s->payload, way->admission.admitted.payload_sha256);
	nrs_sha256(s->addressing, way->admission.admitted.addressing_sha256);
	set_ident(way);
	return producer_index_knows(way->producer->index, &way->ident);
}

static void
refuse(struct way *way, const struct nrs_err *err)
{
	nrs_metric_add(way->producer->metrics.refused, 1);
	nrs_log(NRS_LOG_INFO, "refused", NRS_S("alert", id_of(way)),
	    NRS_S("field", err->field), NRS_S("rule", err->rule));
	producer_reply_refused(way->reply, 422, id_of(way), err);
}

void
producer_submit(struct producer *producer,
    const struct producer_request *request, struct nrs_http_reply *reply)
{
	struct way way = {.producer = producer,
	    .request = request,
	    .reply = reply,
	    .arena = nrs_arena_new(),
	    .start = nrs_mono_now()};
	struct nrs_err err = {0};
	enum nrs_rc rc =
	    producer_admit(producer, request, way.arena, &way.admission, &err);

	if (rc != NRS_OK && was_decided_before(&way)) {
		nrs_metric_add(producer->metrics.repeated, 1);
		answer_with_outcome(&way);
	} else if (rc != NRS_OK)
		refuse(&way, &err);
	else if (way.admission.admitted.submission->type ==
	         NRS_SUBMISSION_SUBSCRIPTION)
		subscribe(&way);
	else
		command(&way);
	nrs_arena_free(way.arena);
}
