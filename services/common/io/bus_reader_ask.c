/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader asks while it reads: where topics begin and end, where they
 * were at a time, and how many partitions they have. */
#include <stdlib.h>

#include "common/io/bus_reader.h"

#define ASK_MS 5000

rd_kafka_topic_t *
reader_handle(struct nrs_reader *r, const char *name)
{
	char *full = nrs_bus_setup_full(r->setup, name);
	rd_kafka_topic_t *topic = nrs_map_get(r->handles, full);

	if (topic == NULL) {
		topic = rd_kafka_topic_new(r->rk, full, NULL);
		if (topic != NULL)
			nrs_map_put(r->handles, full, topic);
	}
	free(full);
	return topic;
}

/* librdkafka 2.0.2 looks for a new leader only of topics that a handle reads,
 * and the asker reads none: it would ask the old leader for ever. */
void
reader_close_asker(struct nrs_reader *r)
{
	if (r->asker != NULL)
		rd_kafka_destroy(r->asker);
	r->asker = NULL;
}

static enum nrs_rc
open_asker(struct nrs_reader *r, struct nrs_err *err)
{
	const struct nrs_bus_hooks hooks = {.opaque = r};

	if (r->asker != NULL)
		return NRS_OK;
	return nrs_bus_setup_open(r->setup, &hooks, &r->asker, err);
}

enum nrs_rc
reader_bounds(struct nrs_reader *r, const struct reader_part *part,
    int timeout_ms, struct nrs_bounds *out, struct nrs_err *err)
{
	rd_kafka_resp_err_t code;
	enum nrs_rc rc = open_asker(r, err);

	if (rc != NRS_OK)
		return rc;
	code = rd_kafka_query_watermark_offsets(r->asker,
	    rd_kafka_topic_name(part->topic), part->partition, &out->first,
	    &out->end, timeout_ms);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return NRS_OK;
	reader_close_asker(r);
	return nrs_bus_fail(err, code, rd_kafka_topic_name(part->topic));
}

enum nrs_rc
nrs_reader_bounds(struct nrs_reader *r, const char *topic, int partition,
    struct nrs_bounds *out, struct nrs_err *err)
{
	struct reader_part part = {
	    .topic = reader_handle(r, topic), .partition = partition};

	if (part.topic == NULL)
		return nrs_fail(err, NRS_FATAL, "bus: bad topic %s", topic);
	return reader_bounds(r, &part, ASK_MS, out, err);
}

enum nrs_rc
nrs_reader_since(struct nrs_reader *r, int64_t ms, struct nrs_reader_from *from,
    size_t n, struct nrs_err *err)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;
	enum nrs_rc rc = open_asker(r, err);
	char *full;
	size_t i;

	if (rc != NRS_OK)
		return rc;
	list = rd_kafka_topic_partition_list_new((int)n);
	for (i = 0; i < n; i++) {
		full = nrs_bus_setup_full(r->setup, from[i].topic);
		rd_kafka_topic_partition_list_add(list, full, from[i].partition)
		    ->offset = ms;
		free(full);
	}
	code = rd_kafka_offsets_for_times(r->asker, list, ASK_MS);
	for (i = 0; i < n && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
		code = list->elems[i].err;
		from[i].offset = list->elems[i].offset;
	}
	rd_kafka_topic_partition_list_destroy(list);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return NRS_OK;
	reader_close_asker(r);
	return nrs_bus_fail(err, code, "offsets by time");
}

enum nrs_rc
nrs_reader_partitions(
    struct nrs_reader *r, const char *topic, int *n, struct nrs_err *err)
{
	rd_kafka_topic_t *handle = reader_handle(r, topic);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_resp_err_t code;

	if (handle == NULL)
		return nrs_fail(err, NRS_FATAL, "bus: bad topic %s", topic);
	code = rd_kafka_metadata(r->rk, 0, handle, &metadata, ASK_MS);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return nrs_bus_fail(err, code, topic);
	*n = metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
	code = metadata->topic_cnt == 1 ? metadata->topics[0].err
	                                : RD_KAFKA_RESP_ERR_NO_ERROR;
	rd_kafka_metadata_destroy(metadata);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		return NRS_OK;
	return nrs_bus_fail(err, code, topic);
}
