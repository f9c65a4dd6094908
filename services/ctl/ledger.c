/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ledger.h"

#include <string.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/map.h"

struct ctl_ledger {
	struct nrs_arena *arena;
	struct nrs_map *by_key; /* in hex -> struct ctl_delivery */
	struct ctl_delivery **list;
	size_t n, cap;
	uint32_t max_occasion;
};

struct ctl_ledger *
ctl_ledger_new(struct nrs_arena *arena)
{
	struct ctl_ledger *ledger = nrs_arena_alloc(arena, sizeof(*ledger));

	ledger->arena = arena;
	ledger->by_key = nrs_map_new();
	return ledger;
}

void
ctl_ledger_free(struct ctl_ledger *ledger)
{
	if (ledger == NULL)
		return;
	nrs_map_free(ledger->by_key, NULL);
	ledger->by_key = NULL;
}

size_t
ctl_ledger_count(const struct ctl_ledger *ledger)
{
	return ledger->n;
}

const struct ctl_delivery *
ctl_ledger_at(const struct ctl_ledger *ledger, size_t index)
{
	return ledger->list[index];
}

static void
append(struct ctl_ledger *ledger, struct ctl_delivery *delivery)
{
	struct ctl_delivery **list;

	if (ledger->n == ledger->cap) {
		ledger->cap = ledger->cap == 0 ? 64 : ledger->cap * 2;
		list = nrs_arena_array(
		    ledger->arena, ledger->cap, sizeof(struct ctl_delivery *));
		if (ledger->n > 0)
			memcpy(list, ledger->list,
			    ledger->n * sizeof(struct ctl_delivery *));
		ledger->list = list;
	}
	ledger->list[ledger->n++] = delivery;
}

/* The delivery of this key, made when it was not heard of before; NULL: that is
 * no key. */
static struct ctl_delivery *
delivery_of(struct ctl_ledger *ledger, struct nrs_bytes key)
{
	char hex[2 * NRS_SHA256_SIZE + 1] = "";
	struct ctl_delivery *d;

	if (key.len == 0 || key.len > NRS_SHA256_SIZE)
		return NULL;
	(void)nrs_hex(key.data, key.len, hex);
	d = nrs_map_get(ledger->by_key, hex);
	if (d != NULL)
		return d;
	d = nrs_arena_alloc(ledger->arena, sizeof(*d));
	*d = (struct ctl_delivery){.notice_id = "",
	    .subscriber_id = "",
	    .organisation = "",
	    .address = "",
	    .topic = "",
	    .detail = ""};
	d->key = nrs_arena_bytes(ledger->arena, key.data, key.len);
	(void)nrs_map_put(ledger->by_key, hex, d);
	append(ledger, d);
	return d;
}

static const char *
kept(struct ctl_ledger *ledger, const char *text)
{
	return nrs_arena_strdup(ledger->arena, text == NULL ? "" : text);
}

static void
plan_one(struct ctl_ledger *ledger, const struct nrs_delivery_batch *batch,
    const struct nrs_delivery *planned, const struct ctl_ledger_place *place)
{
	struct ctl_delivery *d = delivery_of(ledger, planned->key);

	if (d == NULL)
		return;
	d->notice_id = kept(ledger, batch->notice_id);
	d->subscriber_id = kept(ledger, planned->subscriber_id);
	d->organisation = kept(ledger, planned->organisation);
	d->stage = planned->kind;
	if (planned->channel != NULL) {
		d->channel = planned->channel->type;
		d->address = kept(ledger, planned->channel->address);
	}
	d->purpose = batch->purpose;
	d->revision = batch->revision;
	d->occasion = batch->occasion;
	if (d->occasion > ledger->max_occasion)
		ledger->max_occasion = d->occasion;
	d->accepted_at = batch->accepted_at;
	d->not_before = batch->not_before;
	d->planned = true;
	d->topic = kept(ledger, place->topic);
	d->partition = place->partition;
	d->offset = place->offset;
	if (d->at == 0)
		d->at = batch->planned_at;
}

void
ctl_ledger_plan(struct ctl_ledger *ledger,
    const struct nrs_delivery_batch *batch,
    const struct ctl_ledger_place *place)
{
	for (size_t i = 0; i < batch->n_deliveries; i++)
		plan_one(ledger, batch, &batch->deliveries[i], place);
}

/* ---- receipts ---- */

static bool
is_answer(enum nrs_delivery_state state)
{
	return state == NRS_STATE_ACKNOWLEDGED || state == NRS_STATE_RESPONDED;
}

/* INTENT and DEFERRED alternate, the later is true; an end stays, unless a
 * higher state comes. Who answered may answer otherwise later. */
static bool
is_news(const struct ctl_delivery *d, const struct nrs_receipt *receipt)
{
	bool both_open = d->state < NRS_STATE_DELIVERED &&
	                 receipt->state < NRS_STATE_DELIVERED;

	if (both_open && d->state != NRS_STATE_UNSPECIFIED)
		return receipt->at >= d->at;
	if (receipt->state == d->state)
		return receipt->state == NRS_STATE_RESPONDED &&
		       receipt->at >= d->at;
	return receipt->state > d->state;
}

static void
take_earlier(int64_t *at, int64_t candidate)
{
	if (*at == 0 || candidate < *at)
		*at = candidate;
}

static void
note_times(struct ctl_delivery *d, const struct nrs_receipt *receipt)
{
	if (receipt->attempt > d->attempts)
		d->attempts = receipt->attempt;
	if (receipt->state == NRS_STATE_DELIVERED)
		take_earlier(&d->delivered_at, receipt->at);
	if (is_answer(receipt->state))
		take_earlier(&d->acknowledged_at, receipt->at);
	if (receipt->relayed_of > 0) {
		d->relayed = receipt->relayed;
		d->relayed_of = receipt->relayed_of;
	}
}

/* What a batch that nobody may read would have said. */
static void
make_up(struct ctl_ledger *ledger, struct ctl_delivery *d,
    const struct nrs_receipt *receipt)
{
	if (d->notice_id[0] == '\0')
		d->notice_id = kept(ledger, receipt->notice_id);
	if (d->subscriber_id[0] == '\0')
		d->subscriber_id = kept(ledger, receipt->subscriber_id);
	if (d->stage == NRS_SUBSCRIBER_UNSPECIFIED)
		d->stage = receipt->stage;
	if (d->channel == NRS_CHANNEL_UNSPECIFIED)
		d->channel = receipt->channel;
	if (d->purpose == NRS_PURPOSE_UNSPECIFIED)
		d->purpose = receipt->purpose;
	if (d->revision == 0)
		d->revision = receipt->revision;
	if (d->accepted_at == 0)
		d->accepted_at = receipt->accepted_at;
}

void
ctl_ledger_receipt(struct ctl_ledger *ledger, const struct nrs_receipt *receipt)
{
	struct ctl_delivery *d = delivery_of(ledger, receipt->key);

	if (d == NULL)
		return;
	make_up(ledger, d, receipt);
	note_times(d, receipt);
	if (!is_news(d, receipt))
		return;
	d->state = receipt->state;
	d->at = receipt->at;
	if (receipt->detail != NULL && receipt->detail[0] != '\0')
		d->detail = kept(ledger, receipt->detail);
	if (receipt->state != NRS_STATE_INTENT)
		d->reason = receipt->failure_reason;
	if (receipt->response != NRS_RESPONSE_UNSPECIFIED)
		d->response = receipt->response;
}

/* ---- questions ---- */

bool
ctl_delivery_arrived(const struct ctl_delivery *d)
{
	return d->state == NRS_STATE_DELIVERED || is_answer(d->state);
}

bool
ctl_delivery_is_open(const struct ctl_delivery *d)
{
	return d->state < NRS_STATE_DELIVERED;
}

bool
ctl_delivery_failed(const struct ctl_delivery *d)
{
	return !d->resent &&
	       (d->state == NRS_STATE_FAILED || d->state == NRS_STATE_EXPIRED);
}

/* ---- sent again ---- */

void
ctl_delivery_again_key(struct nrs_bytes old, uint32_t occasion,
    const struct nrs_channel *channel, uint8_t out[NRS_SHA256_SIZE])
{
	struct nrs_buf buf = {0};

	nrs_buf_adds(&buf, "noroshi-delivery-again-v1\n");
	nrs_buf_printf(&buf, "%zu:", old.len);
	nrs_buf_add(&buf, old.data, old.len);
	nrs_buf_printf(&buf, "%u,%d,%zu:%s", occasion, (int)channel->type,
	    strlen(channel->address), channel->address);
	nrs_sha256((struct nrs_bytes){(const uint8_t *)buf.data, buf.len}, out);
	nrs_buf_fini(&buf);
}

static bool
is_again(const struct ctl_delivery *old, const struct ctl_delivery *newer)
{
	const struct nrs_channel channel = {
	    .type = newer->channel, .address = newer->address};
	uint8_t key[NRS_SHA256_SIZE];

	if (newer->occasion != old->occasion + 1 ||
	    strcmp(newer->subscriber_id, old->subscriber_id) != 0)
		return false;
	ctl_delivery_again_key(old->key, newer->occasion, &channel, key);
	return newer->key.len == sizeof(key) &&
	       memcmp(newer->key.data, key, sizeof(key)) == 0;
}

/* Mostly to the same place, which needs no search. */
static bool
was_resent(const struct ctl_ledger *ledger, const struct ctl_delivery *d)
{
	const struct nrs_channel same = {
	    .type = d->channel, .address = d->address};
	uint8_t key[NRS_SHA256_SIZE];
	char hex[2 * NRS_SHA256_SIZE + 1];

	if (ledger->max_occasion <= d->occasion)
		return false;
	ctl_delivery_again_key(d->key, d->occasion + 1, &same, key);
	(void)nrs_hex(key, sizeof(key), hex);
	if (nrs_map_get(ledger->by_key, hex) != NULL)
		return true;
	for (size_t i = 0; i < ledger->n; i++)
		if (is_again(d, ledger->list[i]))
			return true;
	return false;
}

void
ctl_ledger_settle(struct ctl_ledger *ledger)
{
	for (size_t i = 0; i < ledger->n; i++) {
		struct ctl_delivery *d = ledger->list[i];
		if (d->state == NRS_STATE_FAILED ||
		    d->state == NRS_STATE_EXPIRED)
			d->resent = was_resent(ledger, d);
	}
}
