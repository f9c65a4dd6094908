/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/sender/sender.h"
#include "noroshi/base/log.h"
#include "noroshi/base/map.h"
#include "noroshi/io/wire.h"

/* INTENT and DEFERRED alternate, the later is true; an end stays. */
static bool
is_end(enum nrs_delivery_state state)
{
	return state >= NRS_STATE_DELIVERED;
}

static struct dispatcher_past *
past_of(struct dispatcher_part *part, struct nrs_bytes id)
{
	char key[2 * NRS_SHA256_SIZE + 1];
	struct dispatcher_past *past;

	(void)nrs_hex(id.data, id.len, key);
	past = nrs_map_get(part->past, key);
	if (past == NULL) {
		past = nrs_calloc(1, sizeof(*past));
		(void)nrs_map_put(part->past, key, past);
	}
	return past;
}

/* Cancelled as never tried; but not if there was an intent after all, of
 * another who held the partition at about the same time. */
static void
note_heir(struct dispatcher_part *part, struct dispatcher_past *past,
    const struct nrs_receipt *receipt)
{
	if (receipt->state == NRS_STATE_CANCELLED &&
	    receipt->untold_before.len == NRS_SHA256_SIZE)
		past->heir = past_of(part, receipt->untold_before);
	if (past->heir != NULL)
		past->heir->untold = past->attempt == 0;
}

static void
note(struct dispatcher_part *part, const struct nrs_receipt *receipt)
{
	struct dispatcher_past *past;

	if (receipt->key.len != NRS_SHA256_SIZE)
		return;
	past = past_of(part, receipt->key);
	if (receipt->attempt > past->attempt)
		past->attempt = receipt->attempt;
	note_heir(part, past, receipt);
	if (is_end(past->state))
		return;
	past->state = receipt->state;
	past->at = receipt->at;
	/* After an intent nobody knows; after a deferral the receipt does,
	 * of all tries so far. */
	past->ambiguous = receipt->state == NRS_STATE_INTENT || receipt->repeat;
}

struct reading {
	struct sender *s;
	struct dispatcher_part *part;
};

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct reading *r = ctx;
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	void *receipt;

	nrs_arena_reset(r->s->scratch);
	if (nrs_wire_decode(r->s->scratch, &in, &receipt, err) == NRS_OK)
		note(r->part, receipt);
	else
		nrs_log(NRS_LOG_ERROR, "receipt_unreadable",
		    NRS_I("partition", record->partition),
		    NRS_I("offset", record->offset), NRS_S("why", err->text));
	nrs_service_alive(r->s->ctx, r->s->lane);
	return NRS_OK;
}

/* "r=123": receipts from 123 on tell the past of what was not committed. */
static int64_t
floor_of(const char *metadata)
{
	if (strncmp(metadata, "r=", 2) != 0)
		return NRS_FROM_START;
	return strtoll(metadata + 2, NULL, 10);
}

static enum nrs_rc
read_receipts(struct reading *r, struct nrs_reader *reader, struct nrs_err *err)
{
	struct dispatcher_part *part = r->part;
	const char *receipts = r->s->traffic->receipt;
	struct nrs_reader_from from = {
	    receipts, part->number, part->past_floor};
	struct nrs_bounds bounds;
	enum nrs_rc rc;

	rc = nrs_reader_bounds(reader, receipts, part->number, &bounds, err);
	if (rc != NRS_OK)
		return rc;
	if (from.offset < bounds.first)
		from.offset = part->past_floor = bounds.first;
	part->receipt_end = bounds.end;
	if (from.offset > bounds.end)
		return nrs_fail(err, NRS_FATAL,
		    "%s[%d] ends at %lld, but was read to %lld: receipts are "
		    "missing",
		    receipts, part->number, (long long)bounds.end,
		    (long long)from.offset);
	rc = nrs_reader_assign(reader, &from, 1, err);
	if (rc != NRS_OK)
		return rc;
	return nrs_reader_to_end(
	    reader, (int)r->s->conf->answer_timeout_ms, see, r, err);
}

enum nrs_rc
sender_recover(struct sender *s, struct dispatcher_part *part,
    const char *metadata, struct nrs_err *err)
{
	struct reading r = {.s = s, .part = part};
	struct nrs_reader *reader = NULL;
	struct nrs_bounds deliveries;
	enum nrs_rc rc = nrs_reader_open(&s->conf->common.bus, &reader, err);

	part->past = nrs_map_new();
	part->past_floor = floor_of(metadata);
	if (rc == NRS_OK)
		rc = nrs_reader_bounds(reader, s->traffic->delivery,
		    part->number, &deliveries, err);
	if (rc == NRS_OK) {
		part->past_end = deliveries.end;
		part->position = deliveries.first;
		rc = read_receipts(&r, reader, err);
	}
	nrs_reader_close(reader);
	if (rc != NRS_OK) {
		nrs_map_free(part->past, free);
		part->past = NULL;
	}
	return rc;
}

const struct dispatcher_past *
sender_past(
    const struct dispatcher_part *part, const struct nrs_delivery *delivery)
{
	char key[2 * NRS_SHA256_SIZE + 1];

	if (part->past == NULL || delivery->key.len != NRS_SHA256_SIZE)
		return NULL;
	(void)nrs_hex(delivery->key.data, delivery->key.len, key);
	return nrs_map_get(part->past, key);
}

bool
sender_is_over(
    const struct dispatcher_part *part, const struct nrs_delivery *delivery)
{
	const struct dispatcher_past *past = sender_past(part, delivery);

	return past != NULL && is_end(past->state);
}
