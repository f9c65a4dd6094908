/* SPDX-License-Identifier: Apache-2.0 */
/* Second contacts that an alert was escalated to: what it said is corrected and
 * withdrawn to them, too. Whom it reached is known from receipts only: most
 * escalations are cancelled. */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/planner/planner.h"
#include "noroshi/base/log.h"
#include "noroshi/base/map.h"
#include "noroshi/core/topic.h"

/* One that was sent, or may have been. */
struct second {
	int partition;
	int64_t offset; /* of its record in delivery.due */
	uint8_t key[NRS_SHA256_SIZE];
	struct second *next;
};

struct planner_seconds {
	struct nrs_reader *reader;
	struct nrs_arena *scratch;
	struct nrs_map *by_thread;
	int64_t *positions;
	int n_partitions;
};

static void
free_list(void *value)
{
	struct second *second = value, *next;

	for (; second != NULL; second = next) {
		next = second->next;
		free(second);
	}
}

void
planner_seconds_close(struct planner_seconds *seconds)
{
	if (seconds == NULL)
		return;
	nrs_reader_close(seconds->reader);
	nrs_arena_free(seconds->scratch);
	nrs_map_free(seconds->by_thread, free_list);
	free(seconds->positions);
	free(seconds);
}

static enum nrs_rc
open_seconds(struct planner *p, struct nrs_err *err)
{
	const struct nrs_bus_conf *bus = &p->d->conf->common.bus;
	struct planner_seconds *seconds = nrs_calloc(1, sizeof(*seconds));
	enum nrs_rc rc;

	seconds->scratch = nrs_arena_new();
	seconds->by_thread = nrs_map_new();
	rc = nrs_reader_open_lookup(bus, &seconds->reader, err);
	if (rc == NRS_OK)
		rc = nrs_reader_partitions(seconds->reader,
		    NRS_TOPIC_RECEIPT_DUE, &seconds->n_partitions, err);
	if (rc != NRS_OK) {
		planner_seconds_close(seconds);
		return rc;
	}
	seconds->positions =
	    nrs_calloc((size_t)seconds->n_partitions + 1, sizeof(int64_t));
	p->seconds = seconds;
	return NRS_OK;
}

/* ---- who was reached ---- */

static bool
is_known(const struct second *list, struct nrs_bytes key)
{
	for (; list != NULL; list = list->next)
		if (memcmp(list->key, key.data, key.len) == 0)
			return true;
	return false;
}

static void
note(struct planner_seconds *seconds, int partition,
    const struct nrs_receipt *receipt)
{
	struct second *list =
	    nrs_map_get(seconds->by_thread, receipt->thread_id);
	struct second *second;

	/* An intent may have arrived. */
	if (receipt->purpose != NRS_PURPOSE_ESCALATION ||
	    receipt->channel == NRS_CHANNEL_TOPIC ||
	    (receipt->state != NRS_STATE_INTENT &&
	        receipt->state != NRS_STATE_DELIVERED) ||
	    receipt->key.len != NRS_SHA256_SIZE || is_known(list, receipt->key))
		return;
	second = nrs_calloc(1, sizeof(*second));
	second->partition = partition;
	second->offset = receipt->delivery_offset;
	memcpy(second->key, receipt->key.data, receipt->key.len);
	second->next = list;
	(void)nrs_map_put(seconds->by_thread, receipt->thread_id, second);
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct planner *p = ctx;
	struct planner_seconds *seconds = p->seconds;
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	void *receipt;

	planner_alive(p);
	nrs_arena_reset(seconds->scratch);
	seconds->positions[record->partition] = record->offset + 1;
	if (nrs_wire_decode(seconds->scratch, &in, &receipt, err) == NRS_OK)
		note(seconds, record->partition, receipt);
	return NRS_OK;
}

static enum nrs_rc
read_receipts(struct planner *p, struct nrs_err *err)
{
	struct planner_seconds *seconds = p->seconds;
	struct nrs_reader_from *from = nrs_arena_array(
	    p->arena, (size_t)seconds->n_partitions + 1, sizeof(*from));
	struct nrs_bounds bounds;
	enum nrs_rc rc = NRS_OK;
	size_t n = 0;
	int i;

	for (i = 0; i < seconds->n_partitions && rc == NRS_OK; i++) {
		rc = nrs_reader_bounds(
		    seconds->reader, NRS_TOPIC_RECEIPT_DUE, i, &bounds, err);
		if (rc != NRS_OK)
			break;
		if (seconds->positions[i] < bounds.first)
			seconds->positions[i] = bounds.first;
		if (seconds->positions[i] < bounds.end)
			from[n++] = (struct nrs_reader_from){
			    NRS_TOPIC_RECEIPT_DUE, i, seconds->positions[i]};
	}
	if (rc == NRS_OK && n > 0)
		rc = nrs_reader_assign(seconds->reader, from, n, err);
	if (rc == NRS_OK && n > 0)
		rc = nrs_reader_to_end(seconds->reader,
		    (int)p->d->conf->answer_timeout_ms, see, p, err);
	return rc;
}

/* ---- where it went ---- */

/* As if it had been planned with the alerts: at the address used then. */
static void
tell(struct planner *p, struct nrs_audience *audience,
    const struct nrs_delivery_batch *batch, const struct second *second)
{
	const struct nrs_bytes key = {second->key, NRS_SHA256_SIZE};
	struct nrs_delivery_batch *alone =
	    nrs_arena_alloc(p->arena, sizeof(*alone));
	size_t i;

	for (i = 0; i < batch->n_deliveries; i++) {
		if (!nrs_bytes_equal(batch->deliveries[i].key, key))
			continue;
		*alone = *batch;
		alone->deliveries = &batch->deliveries[i];
		alone->n_deliveries = 1;
		nrs_audience_prior(audience, alone);
	}
}

static enum nrs_rc
read_delivery(struct planner *p, struct nrs_audience *audience,
    const struct second *second, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    NRS_TOPIC_DELIVERY_DUE, second->partition, second->offset};
	struct nrs_reader *reader = p->seconds->reader;
	struct nrs_record record = {.topic = NULL};
	struct nrs_wire_input in = {
	    .type = NRS_TYPE_DELIVERY_BATCH, .how = NRS_WIRE_TOLERANT};
	void *batch;
	enum nrs_rc rc = nrs_reader_assign(reader, &from, 1, err);

	if (rc == NRS_OK)
		rc = nrs_reader_next(
		    reader, (int)p->d->conf->answer_timeout_ms, &record, err);
	if (rc != NRS_OK)
		return rc;
	if (record.topic == NULL)
		return nrs_fail(
		    err, NRS_RETRY, "an escalation did not arrive in time");
	in.bytes =
	    nrs_arena_bytes(p->arena, record.value.data, record.value.len);
	if (nrs_wire_decode(p->arena, &in, &batch, err) == NRS_OK)
		tell(p, audience, batch, second);
	return NRS_OK;
}

enum nrs_rc
planner_seconds(struct planner *p, const char *thread_id,
    struct nrs_audience *audience, struct nrs_err *err)
{
	const struct second *second;
	enum nrs_rc rc = p->seconds == NULL ? open_seconds(p, err) : NRS_OK;

	if (rc == NRS_OK)
		rc = read_receipts(p, err);
	if (rc != NRS_OK)
		return rc;
	second = nrs_map_get(p->seconds->by_thread, thread_id);
	for (; second != NULL && rc == NRS_OK; second = second->next)
		rc = read_delivery(p, audience, second, err);
	/* A fetch that waits for what may come would hold up the next look. */
	if (rc == NRS_OK)
		rc = nrs_reader_assign(p->seconds->reader, NULL, 0, err);
	return rc;
}
