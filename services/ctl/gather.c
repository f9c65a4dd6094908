/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/gather.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/read.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define TIMEOUT_MS 10000
#define PARTITIONS_MAX 64

static const char *const topics[] = {NRS_TOPIC_DELIVERY_ALERT,
    NRS_TOPIC_DELIVERY_NEWSLETTER, NRS_TOPIC_DELIVERY_DUE,
    NRS_TOPIC_RECEIPT_ALERT, NRS_TOPIC_RECEIPT_NEWSLETTER,
    NRS_TOPIC_RECEIPT_DUE};
#define N_TOPICS (sizeof(topics) / sizeof(topics[0]))

struct ctl_gather {
	struct ctl *ctl;
	const struct ctl_notices *notices;
	struct ctl_ledger *ledger;
	struct nrs_reader *reader;
	struct nrs_arena *scratch; /* of one record */
	bool changed;
};

static bool
is_wanted(const struct ctl_gather *g, const char *notice_id)
{
	return nrs_map_get(g->notices->by_id, notice_id) != NULL;
}

static void
see_batch(struct ctl_gather *g, const struct nrs_record *record,
    const struct nrs_delivery_batch *batch)
{
	const struct ctl_ledger_place place = {
	    record->topic, record->partition, record->offset};

	if (!is_wanted(g, batch->notice_id))
		return;
	ctl_ledger_plan(g->ledger, batch, &place);
	g->changed = true;
}

static void
see_receipt(struct ctl_gather *g, const struct nrs_receipt *receipt)
{
	if (!is_wanted(g, receipt->notice_id))
		return;
	ctl_ledger_receipt(g->ledger, receipt);
	g->changed = true;
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct ctl_gather *g = ctx;
	bool is_batch =
	    strncmp(record->topic, "delivery.", strlen("delivery.")) == 0;
	const struct nrs_wire_input in = {
	    .type = is_batch ? NRS_TYPE_DELIVERY_BATCH : NRS_TYPE_RECEIPT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_err why = {0};
	void *value;

	if (nrs_stop_asked(g->ctl->stop))
		return nrs_fail(err, NRS_FATAL, "interrupted");
	if (record->value.data == NULL)
		return NRS_OK;
	nrs_arena_reset(g->scratch);
	if (nrs_wire_decode(g->scratch, &in, &value, &why) != NRS_OK)
		(void)fprintf(stderr, "noroshictl: %s %d@%lld: %s: %s\n",
		    record->topic, record->partition, (long long)record->offset,
		    why.field, why.text);
	else if (is_batch)
		see_batch(g, record, value);
	else
		see_receipt(g, value);
	return NRS_OK;
}

/* ---- opening ---- */

/* The partitions of topic, added to from. Who may not read it sees the rest. */
static enum nrs_rc
add_topic(struct ctl_gather *g, const char *topic, struct nrs_reader_from *from,
    size_t *n, struct nrs_err *err)
{
	int partitions = 0;
	enum nrs_rc rc =
	    nrs_reader_partitions(g->reader, topic, &partitions, err);

	if (rc == NRS_RETRY) {
		nrs_err_prefix(err, "%s", g->ctl->conf.bus.servers);
		return rc;
	}
	if (rc != NRS_OK)
		(void)fprintf(
		    stderr, "noroshictl: not read: %s: %s\n", topic, err->text);
	for (int i = 0; rc == NRS_OK && i < partitions && i < PARTITIONS_MAX;
	     i++)
		from[(*n)++] =
		    (struct nrs_reader_from){topic, i, NRS_FROM_START};
	return NRS_OK;
}

static enum nrs_rc
assign(struct ctl_gather *g, struct nrs_err *err)
{
	struct nrs_reader_from *from = nrs_arena_array(
	    g->ctl->arena, N_TOPICS * PARTITIONS_MAX, sizeof(*from));
	enum nrs_rc rc = NRS_OK;
	size_t n = 0;

	for (size_t i = 0; rc == NRS_OK && i < N_TOPICS; i++)
		rc = add_topic(g, topics[i], from, &n, err);
	return rc == NRS_OK && n > 0
	           ? nrs_reader_assign(g->reader, from, n, err)
	           : rc;
}

enum nrs_rc
ctl_gather_open(struct ctl *ctl, const struct ctl_notices *notices,
    struct ctl_gather **out, struct nrs_err *err)
{
	const struct nrs_bus_conf bus = ctl_read_conf(ctl);
	struct ctl_gather *g = nrs_calloc(1, sizeof(*g));
	enum nrs_rc rc;

	g->ctl = ctl;
	g->notices = notices;
	g->ledger = ctl_ledger_new(ctl->arena);
	g->scratch = nrs_arena_new();
	rc = nrs_reader_open(&bus, &g->reader, err);
	if (rc == NRS_OK)
		rc = assign(g, err);
	if (rc != NRS_OK) {
		ctl_gather_close(g);
		return rc;
	}
	*out = g;
	return NRS_OK;
}

void
ctl_gather_close(struct ctl_gather *g)
{
	if (g == NULL)
		return;
	nrs_reader_close(g->reader);
	ctl_ledger_free(g->ledger);
	nrs_arena_free(g->scratch);
	free(g);
}

struct ctl_ledger *
ctl_gather_ledger(struct ctl_gather *g)
{
	return g->ledger;
}

enum nrs_rc
ctl_gather_to_end(struct ctl_gather *g, struct nrs_err *err)
{
	enum nrs_rc rc = nrs_reader_to_end(g->reader, TIMEOUT_MS, see, g, err);

	if (rc == NRS_RETRY)
		nrs_err_prefix(err, "%s", g->ctl->conf.bus.servers);
	ctl_ledger_settle(g->ledger);
	return rc;
}

enum nrs_rc
ctl_gather_next(
    struct ctl_gather *g, int timeout_ms, bool *changed, struct nrs_err *err)
{
	struct nrs_record record = {0};
	enum nrs_rc rc = nrs_reader_next(g->reader, timeout_ms, &record, err);

	g->changed = false;
	if (rc == NRS_OK && record.topic != NULL)
		rc = see(g, &record, err);
	*changed = g->changed;
	return rc;
}
