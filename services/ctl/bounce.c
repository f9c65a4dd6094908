/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/bounce.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/read.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/topic.h"
#include "noroshi/core/verp.h"
#include "noroshi/io/mime_bounce.h"
#include "noroshi/io/transfer.h"
#include "noroshi/io/wire.h"

#define TIMEOUT_MS 10000
#define PARTITIONS_MAX 64
/* A relay gives up after five days (RFC 5321) and the answer is as slow again;
 * what is older than that many times over is searched for no more. */
#define YOUNG_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

static const struct {
	char lane; /* of core/verp.h */
	const char *topic;
} lanes[] = {
    {'a', NRS_TOPIC_RECEIPT_ALERT},
    {'n', NRS_TOPIC_RECEIPT_NEWSLETTER},
    {'d', NRS_TOPIC_RECEIPT_DUE},
};
#define N_LANES (sizeof(lanes) / sizeof(lanes[0]))

const char *
ctl_bounced_name(enum ctl_bounced is)
{
	static const char *const names[] = {
	    [CTL_BOUNCE_NO_REPORT] = "no-report",
	    [CTL_BOUNCE_PASSING] = "passing",
	    [CTL_BOUNCE_UNKNOWN] = "unknown",
	    [CTL_BOUNCE_KNOWN] = "known",
	    [CTL_BOUNCE_FAILED] = "failed",
	};

	return names[is];
}

/* ---- what is on record ---- */

/* The receipts of one delivery: of the key, or whose key begins so. */
struct search {
	struct ctl *ctl;
	struct nrs_arena *scratch;
	struct nrs_bytes key;
	const char *topic;
	int partition;
	const struct nrs_receipt *found; /* the first */
	enum nrs_delivery_state state;   /* the highest */
};

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct search *search = ctx;
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_receipt *receipt;
	void *value;

	if (nrs_stop_asked(search->ctl->stop))
		return nrs_fail(err, NRS_FATAL, "interrupted");
	if (record->key.len < search->key.len ||
	    memcmp(record->key.data, search->key.data, search->key.len) != 0)
		return NRS_OK;
	nrs_arena_reset(search->scratch);
	if (nrs_wire_decode(search->scratch, &in, &value, err) != NRS_OK)
		return NRS_OK;
	receipt = value;
	if (search->found == NULL) {
		search->found = nrs_clone_into(
		    search->ctl->arena, NRS_TYPE_RECEIPT, receipt);
		search->partition = record->partition;
	}
	if (nrs_bytes_equal(receipt->key, search->found->key) &&
	    receipt->state > search->state)
		search->state = receipt->state;
	return NRS_OK;
}

/* From the receipt that a VERP address names: the delivery's own come after
 * it. */
static enum nrs_rc
search_from(struct search *search, struct nrs_reader *reader,
    const struct nrs_verp *verp, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    search->topic, verp->partition, verp->offset};
	struct nrs_bounds bounds;
	int n = 0;
	enum nrs_rc rc = nrs_reader_partitions(reader, search->topic, &n, err);

	if (rc != NRS_OK || verp->partition >= n)
		return rc;
	rc = nrs_reader_bounds(
	    reader, search->topic, verp->partition, &bounds, err);
	if (rc != NRS_OK || verp->offset < bounds.first ||
	    verp->offset >= bounds.end)
		return rc;
	rc = nrs_reader_assign(reader, &from, 1, err);
	return rc == NRS_OK
	           ? nrs_reader_to_end(reader, TIMEOUT_MS, see, search, err)
	           : rc;
}

static size_t
keep_found(struct nrs_reader_from *from, size_t n)
{
	size_t i, found = 0;

	for (i = 0; i < n; i++)
		if (from[i].offset >= 0)
			from[found++] = from[i];
	return found;
}

/* Where what is young begins, in each partition that has any. The embedded bus
 * knows no times, not even that something is younger than 1970: all of it. */
static enum nrs_rc
find_young(struct search *search, struct nrs_reader *reader,
    struct nrs_reader_from from[PARTITIONS_MAX], size_t *n, struct nrs_err *err)
{
	const int64_t ages[] = {nrs_wall_ms() - YOUNG_MS, 0};
	size_t i, age, found = 0;
	enum nrs_rc rc = NRS_OK;

	for (age = 0; age < 2 && found == 0 && rc == NRS_OK; age++) {
		for (i = 0; i < *n; i++)
			from[i] = (struct nrs_reader_from){
			    search->topic, (int)i, NRS_FROM_START};
		rc = nrs_reader_since(reader, ages[age], from, *n, err);
		if (rc == NRS_OK)
			found = keep_found(from, *n);
	}
	if (found > 0)
		*n = age == 1 ? found : 0;
	else
		for (i = 0; i < *n; i++)
			from[i].offset = NRS_FROM_START;
	return rc;
}

static enum nrs_rc
search_young(
    struct search *search, struct nrs_reader *reader, struct nrs_err *err)
{
	struct nrs_reader_from from[PARTITIONS_MAX];
	int partitions = 0;
	size_t n;
	enum nrs_rc rc =
	    nrs_reader_partitions(reader, search->topic, &partitions, err);

	n = (size_t)(partitions < PARTITIONS_MAX ? partitions : PARTITIONS_MAX);
	if (rc == NRS_OK && n > 0)
		rc = find_young(search, reader, from, &n, err);
	if (rc == NRS_OK && n > 0)
		rc = nrs_reader_assign(reader, from, n, err);
	if (rc != NRS_OK || n == 0)
		return rc;
	return nrs_reader_to_end(reader, TIMEOUT_MS, see, search, err);
}

/* The part before '@' of a Message-ID of ours is the delivery's key. */
static bool
key_of(const char *message_id, uint8_t out[NRS_SHA256_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t i;

	if (strcspn(message_id, "@") != (size_t)(2 * NRS_SHA256_SIZE))
		return false;
	for (i = 0; i < NRS_SHA256_SIZE; i++) {
		high = strchr(digits, message_id[2 * i]);
		low = strchr(digits, message_id[2 * i + 1]);
		if (high == NULL || low == NULL)
			return false;
		out[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
	return true;
}

/* The address says where; without VERP the Message-ID is the key, and every
 * receipt of a month is looked at. */
static enum nrs_rc
find(struct search *search, struct nrs_reader *reader,
    const struct nrs_bounce *bounce, struct nrs_err *err)
{
	uint8_t key[NRS_SHA256_SIZE];
	struct nrs_verp verp;
	enum nrs_rc rc = NRS_OK;
	size_t i, lane;

	for (i = 0;
	     i < bounce->n_addresses && search->found == NULL && rc == NRS_OK;
	     i++) {
		if (!nrs_verp_parse(bounce->addresses[i],
		        strlen(bounce->addresses[i]), &verp))
			continue;
		for (lane = 0; lanes[lane].lane != verp.lane; lane++)
			;
		search->topic = lanes[lane].topic;
		search->key = nrs_arena_bytes(
		    search->ctl->arena, verp.key, sizeof(verp.key));
		rc = search_from(search, reader, &verp, err);
	}
	if (!key_of(bounce->message_id, key))
		return rc;
	search->key = nrs_arena_bytes(search->ctl->arena, key, sizeof(key));
	for (lane = 0; lane < N_LANES && search->found == NULL && rc == NRS_OK;
	     lane++) {
		search->topic = lanes[lane].topic;
		rc = search_young(search, reader, err);
	}
	return rc;
}

/* ---- what is recorded ---- */

static enum nrs_rc
record(struct ctl *ctl, const struct search *search,
    const struct ctl_bounce *bounce, struct nrs_err *err)
{
	struct nrs_receipt receipt = *search->found;
	struct nrs_outgoing out = {.topic = search->topic,
	    .partition = search->partition,
	    .key = receipt.key};
	struct nrs_producer *producer = NULL;
	enum nrs_rc rc;

	receipt.state = NRS_STATE_FAILED;
	receipt.at = nrs_wall_ms();
	receipt.failure_reason = bounce->status[0] == '4'
	                             ? NRS_FAILURE_UNREACHABLE
	                             : nrs_transfer_refusal(bounce->status);
	receipt.detail = bounce->detail;
	receipt.by = "bounce";
	receipt.body_sha256 = (struct nrs_bytes){0};
	out.value = nrs_wire_encode(ctl->arena, NRS_TYPE_RECEIPT, &receipt);
	rc = nrs_producer_open(
	    &ctl->conf.bus, &search->topic, 1, &producer, err);
	if (rc == NRS_OK)
		rc = nrs_producer_send_wait(
		    producer, &out, TIMEOUT_MS, NULL, err);
	nrs_producer_close(producer);
	return rc;
}

static enum nrs_rc
settle(struct ctl *ctl, const struct search *search, struct ctl_bounce *out,
    struct nrs_err *err)
{
	out->is = CTL_BOUNCE_UNKNOWN;
	if (search->found == NULL || search->found->channel != NRS_CHANNEL_MAIL)
		return NRS_OK;
	out->receipt = search->found;
	out->is = CTL_BOUNCE_KNOWN;
	if (search->state >= NRS_STATE_FAILED)
		return NRS_OK;
	/* Quicker than the sender, or about a try before the one that runs. */
	if (search->state < NRS_STATE_DELIVERED)
		return nrs_fail(err, NRS_RETRY,
		    "the mail is still being sent: try again later");
	out->is = CTL_BOUNCE_FAILED;
	return record(ctl, search, out, err);
}

enum nrs_rc
ctl_bounce(struct ctl *ctl, struct nrs_bytes mail, struct ctl_bounce *out,
    struct nrs_err *err)
{
	const struct nrs_bus_conf bus = ctl_read_conf(ctl);
	struct search search = {.ctl = ctl};
	struct nrs_reader *reader = NULL;
	struct nrs_bounce said;
	enum nrs_rc rc;

	nrs_mime_bounce(ctl->arena, mail, &said);
	*out = (struct ctl_bounce){.status = said.status,
	    .detail =
	        nrs_arena_printf(ctl->arena, "bounced: %s%s%s", said.status,
	            said.status[0] == '\0' ? "" : " ", said.diagnostic)};
	out->is = said.kind == NRS_BOUNCE_PASSING ? CTL_BOUNCE_PASSING
	                                          : CTL_BOUNCE_NO_REPORT;
	if (said.kind != NRS_BOUNCE_FAILED)
		return NRS_OK;
	search.scratch = nrs_arena_new();
	rc = nrs_reader_open(&bus, &reader, err);
	if (rc == NRS_OK)
		rc = find(&search, reader, &said, err);
	if (rc == NRS_OK)
		rc = settle(ctl, &search, out, err);
	nrs_reader_close(reader);
	nrs_arena_free(search.scratch);
	return rc;
}
