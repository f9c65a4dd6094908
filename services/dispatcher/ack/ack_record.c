/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dispatcher/ack/ack_call.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/roster.h"
#include "noroshi/io/wire.h"

#define RATE_AFTER_S 600

enum nrs_delivery_state
ack_state_of(const struct dispatcher_answer *answer)
{
	return answer->response == NRS_RESPONSE_UNSPECIFIED
	           ? NRS_STATE_ACKNOWLEDGED
	           : NRS_STATE_RESPONDED;
}

static enum nrs_rc
count_partitions(struct ack *ack, struct nrs_err *err)
{
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc;

	if (ack->n_partitions > 0)
		return NRS_OK;
	rc = nrs_reader_open(&ack->conf->common.bus, &reader, err);
	if (rc == NRS_OK)
		rc = nrs_reader_partitions(
		    reader, NRS_TOPIC_RECEIPT_ALERT, &ack->n_partitions, err);
	nrs_reader_close(reader);
	if (rc == NRS_OK && ack->n_partitions == 0)
		rc = nrs_fail(err, NRS_RETRY, "there is no topic %s",
		    NRS_TOPIC_RECEIPT_ALERT);
	return rc;
}

enum nrs_rc
ack_partition_of(
    struct ack *ack, const char *subscriber_id, int *out, struct nrs_err *err)
{
	const struct nrs_bytes key = {
	    (const uint8_t *)subscriber_id, strlen(subscriber_id)};
	enum nrs_rc rc;

	(void)pthread_mutex_lock(&ack->lock);
	rc = count_partitions(ack, err);
	if (rc == NRS_OK)
		*out = nrs_bus_partition(key, ack->n_partitions);
	(void)pthread_mutex_unlock(&ack->lock);
	return rc;
}

/* Until the bus has it. */
static enum nrs_rc
append(const struct ack_call *c, const struct nrs_receipt *about,
    struct nrs_err *err)
{
	struct nrs_receipt receipt = *about;
	struct nrs_outgoing out = {
	    .topic = NRS_TOPIC_RECEIPT_ALERT, .key = about->key};
	enum nrs_rc rc =
	    ack_partition_of(c->ack, about->subscriber_id, &out.partition, err);

	receipt.state = ack_state_of(&c->answer);
	receipt.at = nrs_wall_ms();
	receipt.response = c->answer.response;
	receipt.relayed = c->answer.relayed;
	receipt.relayed_of = c->answer.relayed_of;
	receipt.attempt = 0;
	receipt.failure_reason = NRS_FAILURE_UNSPECIFIED;
	receipt.repeat = false;
	receipt.body_sha256 = (struct nrs_bytes){0};
	receipt.by = "token";
	out.value = nrs_wire_encode(c->arena, NRS_TYPE_RECEIPT, &receipt);
	if (rc == NRS_OK)
		rc = nrs_producer_send_wait(c->ack->producer, &out,
		    (int)c->ack->conf->ack.wait_ms, NULL, err);
	/* Refused by the bus is our trouble, not the recipient's. */
	if (rc == NRS_REJECT)
		rc = NRS_RETRY;
	if (rc == NRS_OK)
		nrs_log(NRS_LOG_INFO, "acknowledged",
		    NRS_S("alert", receipt.notice_id),
		    NRS_S("subscriber", receipt.subscriber_id),
		    NRS_S("state", nrs_term_name(NRS_VOC_DELIVERY_STATE,
		                       (int)receipt.state)),
		    NRS_S("response", nrs_term_name(NRS_VOC_RESPONSE,
		                          (int)receipt.response)));
	return rc;
}

static enum nrs_rc
append_all(const struct ack_call *c, const struct nrs_receipt *about, size_t n,
    struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	size_t i;

	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = append(c, &about[i], err);
	return rc;
}

bool
ack_record(const struct ack_call *c, const struct nrs_receipt *about, size_t n)
{
	const uint8_t *key = about[0].key.data;
	struct nrs_err err = {0};

	switch (
	    ack_memory_ask(c->ack->memory, key, &c->answer, nrs_wall_ms())) {
	case ACK_REPEATED:
		nrs_metric_add(c->ack->repeated, 1);
		return true;
	case ACK_TOO_MANY:
		nrs_metric_add(c->ack->refused, 1);
		ack_reply_words(c, 429, ACK_WORDS_TOO_MANY);
		c->reply->retry_after_s = RATE_AFTER_S;
		return false;
	case ACK_NEW:
		break;
	}
	if (append_all(c, about, n, &err) != NRS_OK) {
		ack_reply_later(c, &err);
		return false;
	}
	ack_memory_note(c->ack->memory, key, &c->answer, nrs_wall_ms());
	nrs_metric_add(c->ack->recorded, 1);
	return true;
}

/* ---- an address ---- */

static enum nrs_rc
append_proof(
    const struct ack_call *c, struct nrs_bytes key, struct nrs_err *err)
{
	const struct nrs_verification proof = {
	    .subscriber_id = c->token.subscriber_id,
	    .address_sha256 = {c->token.key, NRS_SHA256_SIZE},
	    .verified_at = nrs_wall_ms()};
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_VERIFICATION,
	    .key = key,
	    .value = nrs_wire_encode(c->arena, NRS_TYPE_VERIFICATION, &proof)};

	return nrs_producer_send_wait(
	    c->ack->producer, &out, (int)c->ack->conf->ack.wait_ms, NULL, err);
}

bool
ack_record_proof(const struct ack_call *c)
{
	const struct dispatcher_answer yes = {.notice_id = ""};
	const char *name = nrs_roster_proof_key(
	    c->arena, c->token.subscriber_id, c->token.key);
	const struct nrs_bytes key = {(const uint8_t *)name, strlen(name)};
	uint8_t proof[NRS_SHA256_SIZE];
	struct nrs_err err = {0};

	/* Of this subscriber: another may have the same mailbox. */
	nrs_sha256(key, proof);
	/* Written before, and once is enough. */
	if (ack_memory_has(c->ack->memory, proof))
		return true;
	if (append_proof(c, key, &err) != NRS_OK) {
		ack_reply_later(c, &err);
		return false;
	}
	ack_memory_note(c->ack->memory, proof, &yes, nrs_wall_ms());
	nrs_log(NRS_LOG_INFO, "contact_verified",
	    NRS_S("subscriber", c->token.subscriber_id));
	return true;
}
