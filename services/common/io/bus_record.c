/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/io/bus_private.h"

#define WARM_MS 2000

/* Everything that is not here is worth another try: brokers come back. So is an
 * unknown partition: a broker that was dead or hung answers so at first. */
static const struct {
	rd_kafka_resp_err_t code;
	enum nrs_rc rc;
} verdicts[] = {
    {RD_KAFKA_RESP_ERR_NO_ERROR, NRS_OK},
    /* the record is wrong */
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, NRS_REJECT},
    {RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, NRS_REJECT},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, NRS_REJECT},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, NRS_REJECT},
    /* the position is wrong: going on would skip or repeat */
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, NRS_FATAL},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, NRS_FATAL},
    {RD_KAFKA_RESP_ERR__BAD_MSG, NRS_FATAL},
    {RD_KAFKA_RESP_ERR__BAD_COMPRESSION, NRS_FATAL},
    /* we may not: somebody has to change that first */
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, NRS_FATAL},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, NRS_FATAL},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, NRS_FATAL},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, NRS_FATAL},
    /* the handle is beyond repair */
    {RD_KAFKA_RESP_ERR__FATAL, NRS_FATAL},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, NRS_FATAL},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, NRS_FATAL},
};

enum nrs_rc
nrs_bus_rc(rd_kafka_resp_err_t code)
{
	size_t i;

	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (verdicts[i].code == code)
			return verdicts[i].rc;
	return NRS_RETRY;
}

enum nrs_rc
nrs_bus_fail(struct nrs_err *err, rd_kafka_resp_err_t code, const char *doing)
{
	return nrs_fail(err, nrs_bus_rc(code), "bus: %s: %s (%s)", doing,
	    rd_kafka_err2str(code), rd_kafka_err2name(code));
}

void
nrs_bus_record_fill(struct nrs_record *record, rd_kafka_message_t *msg,
    const struct nrs_bus_setup *setup)
{
	*record = (struct nrs_record){
	    .topic = nrs_bus_setup_short(setup, rd_kafka_topic_name(msg->rkt)),
	    .partition = msg->partition,
	    .offset = msg->offset,
	    .timestamp_ms = rd_kafka_message_timestamp(msg, NULL),
	    .key = {.data = msg->key, .len = msg->key_len},
	    .value = {.data = msg->payload, .len = msg->len},
	    .message = msg,
	};
}

const char *
nrs_record_header(const struct nrs_record *record, const char *name)
{
	rd_kafka_headers_t *headers = NULL;
	const void *value = NULL;
	size_t len;

	if (record->message == NULL ||
	    rd_kafka_message_headers(record->message, &headers) !=
	        RD_KAFKA_RESP_ERR_NO_ERROR)
		return NULL;
	if (rd_kafka_header_get_last(headers, name, &value, &len) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		return NULL;
	return value; /* librdkafka puts a NUL behind it */
}

int
nrs_bus_partition(struct nrs_bytes key, int n)
{
	return rd_kafka_msg_partitioner_murmur2(
	    NULL, key.data, key.len, n, NULL, NULL);
}

/* librdkafka's prototypes want void * for what they only read, or copy. */
static void *
unconst(const void *p)
{
	return (void *)(uintptr_t)p;
}

struct ack {
	void (*acked)(
	    void *opaque, enum nrs_rc rc, int partition, int64_t offset);
	void *opaque;
};

static rd_kafka_headers_t *
headers_of(const struct nrs_outgoing *out)
{
	rd_kafka_headers_t *headers;
	size_t i;

	if (out->n_headers == 0)
		return NULL;
	headers = rd_kafka_headers_new(out->n_headers);
	for (i = 0; i < out->n_headers; i++)
		rd_kafka_header_add(headers, out->headers[i].name, -1,
		    out->headers[i].value, -1);
	return headers;
}

rd_kafka_resp_err_t
nrs_bus_produce(rd_kafka_t *rk, rd_kafka_topic_t *topic,
    const struct nrs_outgoing *out, int flags)
{
	rd_kafka_headers_t *headers = headers_of(out);
	struct ack *ack = NULL;
	rd_kafka_resp_err_t code;

	if (out->acked != NULL) {
		ack = nrs_alloc(sizeof(*ack));
		*ack = (struct ack){out->acked, out->opaque};
	}
	/* By handle, never by name, and not produceva: a topic's first record
	 * waits a second by name, and 2.0.2 frees headers twice there. */
	code = rd_kafka_producev(rk, RD_KAFKA_V_RKT(topic),
	    RD_KAFKA_V_PARTITION(out->partition), RD_KAFKA_V_MSGFLAGS(flags),
	    RD_KAFKA_V_KEY(unconst(out->key.data), out->key.len),
	    RD_KAFKA_V_VALUE(unconst(out->value.data), out->value.len),
	    RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(ack),
	    RD_KAFKA_V_END);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return code; /* headers and ack are librdkafka's now */
	if (headers != NULL)
		rd_kafka_headers_destroy(headers);
	free(ack);
	return code;
}

enum nrs_rc
nrs_bus_delivered(const rd_kafka_message_t *msg)
{
	enum nrs_rc rc = nrs_bus_rc(msg->err);
	struct ack *ack = msg->_private;

	if (ack == NULL)
		return rc;
	ack->acked(ack->opaque, rc, msg->partition, msg->offset);
	free(ack);
	return rc;
}

enum nrs_rc
nrs_bus_warm(rd_kafka_t *rk, const struct nrs_bus_setup *setup,
    struct nrs_bus_topics topics, struct nrs_map *handles, struct nrs_err *err)
{
	const struct rd_kafka_metadata *metadata = NULL;
	rd_kafka_topic_t *topic;
	rd_kafka_resp_err_t code;
	char *full;
	size_t i;

	for (i = 0; i < topics.n; i++) {
		if (nrs_map_get(handles, topics.names[i]) != NULL)
			continue;
		if (!nrs_bus_setup_may_write(setup, topics.names[i]))
			return nrs_fail(err, NRS_FATAL,
			    "bus: a drill must not write %s", topics.names[i]);
		full = nrs_bus_setup_full(setup, topics.names[i]);
		topic = rd_kafka_topic_new(rk, full, NULL);
		code = rd_kafka_last_error();
		free(full);
		if (topic == NULL)
			return nrs_bus_fail(err, code, topics.names[i]);
		nrs_map_put(handles, topics.names[i], topic);
	}
	/* Only to have asked: when no broker answers, librdkafka asks again. */
	if (rd_kafka_metadata(rk, 0, NULL, &metadata, WARM_MS) ==
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_metadata_destroy(metadata);
	return NRS_OK;
}

static void
free_handle(void *topic)
{
	rd_kafka_topic_destroy(topic);
}

void
nrs_bus_handles_free(struct nrs_map *handles)
{
	if (handles != NULL)
		nrs_map_free(handles, free_handle);
}
