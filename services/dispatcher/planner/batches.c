/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/planner/batches.h"

#include <string.h>

#include "noroshi/base/text.h"
#include "noroshi/core/ack_time.h"
#include "noroshi/core/render.h"
#include "noroshi/io/bus.h"

#define CHUNK 500 /* recipients of one record, at most */
/* Of one record: librdkafka takes no more than 1,000,000 bytes, and a notice
 * that it refuses would stop the planner for ever. */
#define RECORD_MAX_BYTES (900 * 1024)
#define DELIVERY_FRAME 168 /* keys, tags and lengths; the texts come on top */

/* Each value with its length in front: no two rows of values run together. */
static void
add_value(struct nrs_buf *buf, const void *data, size_t len)
{
	nrs_buf_printf(buf, "%zu:", len);
	nrs_buf_add(buf, data, len);
}

static void
add_text(struct nrs_buf *buf, const char *s)
{
	add_value(buf, s, strlen(s));
}

void
dispatcher_key(const struct dispatcher_key *in, uint8_t out[NRS_SHA256_SIZE])
{
	struct nrs_buf buf = {0};

	nrs_buf_adds(&buf, "noroshi-delivery-v1\n");
	add_value(&buf, in->content_sha256, NRS_SHA256_SIZE);
	add_text(&buf, in->thread_id);
	nrs_buf_printf(&buf, "%u,%d,%d,", in->revision, (int)in->purpose,
	    (int)in->channel->type);
	add_text(&buf, in->channel->address);
	add_text(&buf, in->subscriber_id);
	add_text(&buf, in->occasion);
	nrs_sha256((struct nrs_bytes){(const uint8_t *)buf.data, buf.len}, out);
	nrs_buf_fini(&buf);
}

/* ---- one delivery ---- */

struct maker {
	const struct dispatcher_batches_query *q;
	size_t *variant_of; /* by target */
	int *partition_of;
	bool wanted[DISPATCHER_VARIANTS]; /* by some target */
	struct dispatcher_batch *out;
	size_t n, cap;
	size_t left_bytes; /* in the record that is being filled */
};

/* In ASCII, as SMTP wants it. One that is no address goes in as it is: the
 * sender will say so in its receipt. */
static const char *
frozen_address(struct nrs_arena *arena, const struct nrs_channel *channel)
{
	const char *address = channel->address;
	struct nrs_err err;

	if (channel->type != NRS_CHANNEL_MAIL ||
	    nrs_text_mailbox(arena, address, &address, &err) != NRS_OK)
		return channel->address;
	return address;
}

static struct nrs_bytes
key_bytes(struct nrs_arena *arena, struct dispatcher_key key)
{
	uint8_t hash[NRS_SHA256_SIZE];

	dispatcher_key(&key, hash);
	return nrs_arena_bytes(arena, hash, sizeof(hash));
}

/* The text of a correction, a retraction or a raised label travels with its
 * stub: the recipient's clearance may be lowered before it is sent. */
static bool
carries_stub(const struct maker *m, const struct nrs_target *target)
{
	const struct dispatcher_notice *notice = m->q->composer->notice;

	return notice != NULL && notice->stub != NULL &&
	       target->purpose == NRS_PURPOSE_ALERT &&
	       target->channel.type != NRS_CHANNEL_TOPIC;
}

/* Only who was sent something before may learn that it was changed. */
static struct nrs_bytes
stub_key(const struct maker *m, const struct nrs_target *target,
    struct dispatcher_key key)
{
	if (!carries_stub(m, target) || !target->had_thread)
		return (struct nrs_bytes){0};
	key.purpose = NRS_PURPOSE_STUB;
	return key_bytes(m->q->arena, key);
}

/* Whoever is reminded confirms the alert itself. */
static const char *
token_of(const struct maker *m, const struct nrs_target *target,
    const struct nrs_delivery *made)
{
	struct nrs_delivery alert = *made;

	if (m->q->ack == NULL || target->purpose == NRS_PURPOSE_STUB)
		return "";
	if (target->purpose != NRS_PURPOSE_ALERT)
		alert.key = target->awaits;
	return dispatcher_ack_token(m->q->arena, m->q->ack, m->q->head, &alert,
	    strcmp(target->lang, "en") == 0);
}

static void
fill_delivery(const struct maker *m, const struct nrs_target *target,
    struct nrs_delivery *out)
{
	struct nrs_arena *arena = m->q->arena;
	const struct dispatcher_key key = {
	    .content_sha256 = m->q->content_sha256,
	    .thread_id = m->q->head->thread_id,
	    .revision = m->q->head->revision,
	    .subscriber_id = target->subscriber_id,
	    .channel = &target->channel,
	    .purpose = target->purpose,
	    .occasion = m->q->occasion,
	};

	out->key = key_bytes(arena, key);
	out->stub_key = stub_key(m, target, key);
	out->subscriber_id = target->subscriber_id;
	out->channel = nrs_arena_alloc(arena, sizeof(*out->channel));
	out->channel->type = target->channel.type;
	out->channel->address = frozen_address(arena, &target->channel);
	out->greeting =
	    target->channel.type == NRS_CHANNEL_MAIL
	        ? nrs_render_greeting(arena, target->name, target->lang)
	        : "";
	out->kind = target->kind;
	out->organisation = target->organisation;
	out->awaits = target->awaits;
	out->ack_token = token_of(m, target, out);
}

static size_t
size_of(const struct nrs_delivery *delivery)
{
	return DELIVERY_FRAME + strlen(delivery->subscriber_id) +
	       strlen(delivery->channel->address) + strlen(delivery->greeting) +
	       strlen(delivery->organisation) + strlen(delivery->ack_token) +
	       delivery->awaits.len;
}

/* ---- one batch ---- */

struct nrs_delivery_batch
dispatcher_batches_head(const struct dispatcher_notice *notice,
    int64_t planned_at, int64_t give_up_ms)
{
	const struct nrs_content *content = notice->admitted->content;

	return (struct nrs_delivery_batch){
	    .notice_id = content->notice_id,
	    .thread_id = content->thread_id,
	    .revision = content->revision,
	    .kind = content->kind,
	    .mode = content->mode,
	    .tlp = content->tlp,
	    .urgency = content->urgency,
	    .accepted_at = notice->dispatch->accepted_at,
	    .planned_at = planned_at,
	    .give_up_at = nrs_ack_give_up_at(
	        content, notice->dispatch->accepted_at, give_up_ms),
	    .source_offset = notice->offset,
	    .awaits_from = "",
	};
}

static struct dispatcher_batch *
next_place(struct maker *m)
{
	struct dispatcher_batch *items;

	if (m->n == m->cap) {
		m->cap = m->cap == 0 ? 32 : m->cap * 2;
		items = nrs_arena_array(m->q->arena, m->cap, sizeof(*items));
		if (m->n > 0)
			memcpy(items, m->out, m->n * sizeof(*items));
		m->out = items;
	}
	return &m->out[m->n++];
}

/* One for the likes of target. */
static enum nrs_rc
open_batch(struct maker *m, int partition, const struct nrs_target *target,
    struct nrs_err *err)
{
	const struct nrs_variant *text, *stub = NULL;
	struct dispatcher_batch *b;
	enum nrs_rc rc = dispatcher_compose(m->q->composer,
	    dispatcher_compose_index(
	        target->lang, target->channel.type, target->purpose),
	    &text, err);

	if (rc == NRS_OK && carries_stub(m, target))
		rc = dispatcher_compose(m->q->composer,
		    dispatcher_compose_index(
		        target->lang, target->channel.type, NRS_PURPOSE_STUB),
		    &stub, err);
	if (rc != NRS_OK)
		return rc;
	b = next_place(m);
	b->partition = partition;
	b->batch = *m->q->head;
	b->batch.purpose = target->purpose;
	b->batch.variants =
	    nrs_arena_array(m->q->arena, 2, sizeof(*b->batch.variants));
	b->batch.variants[b->batch.n_variants++] = *text;
	if (stub != NULL)
		b->batch.variants[b->batch.n_variants++] = *stub;
	b->batch.deliveries =
	    nrs_arena_array(m->q->arena, CHUNK, sizeof(*b->batch.deliveries));
	m->left_bytes = RECORD_MAX_BYTES - dispatcher_compose_bytes(text) -
	                (stub == NULL ? 0 : dispatcher_compose_bytes(stub));
	return NRS_OK;
}

/* To the batch that was opened last. */
static void
add_delivery(struct maker *m, const struct nrs_delivery *delivery)
{
	struct nrs_delivery_batch *batch = &m->out[m->n - 1].batch;
	size_t bytes = size_of(delivery);

	batch->deliveries[batch->n_deliveries++] = *delivery;
	m->left_bytes -= bytes < m->left_bytes ? bytes : m->left_bytes;
}

static bool
has_room(const struct maker *m, size_t bytes)
{
	return m->out[m->n - 1].batch.n_deliveries < CHUNK &&
	       m->left_bytes >= bytes;
}

/* All targets of one partition and variant. */
static enum nrs_rc
fill_batches(
    struct maker *m, int partition, size_t variant, struct nrs_err *err)
{
	const struct nrs_targets *t = m->q->targets;
	struct nrs_delivery delivery;
	bool open = false;
	enum nrs_rc rc;
	size_t i;

	for (i = 0; i < t->n; i++) {
		if (m->partition_of[i] != partition ||
		    m->variant_of[i] != variant)
			continue;
		delivery = (struct nrs_delivery){0};
		fill_delivery(m, &t->items[i], &delivery);
		if (!open || !has_room(m, size_of(&delivery))) {
			rc = open_batch(m, partition, &t->items[i], err);
			if (rc != NRS_OK)
				return rc;
			open = true;
		}
		add_delivery(m, &delivery);
	}
	return NRS_OK;
}

static void
sort_out(struct maker *m)
{
	const struct nrs_targets *t = m->q->targets;
	struct nrs_bytes key;
	const char *whose;
	size_t i;

	for (i = 0; i < t->n; i++) {
		whose = t->items[i].keyed_by != NULL
		            ? t->items[i].keyed_by
		            : t->items[i].subscriber_id;
		key = (struct nrs_bytes){(const uint8_t *)whose, strlen(whose)};
		m->partition_of[i] = nrs_bus_partition(key, m->q->n_partitions);
		m->variant_of[i] = dispatcher_compose_index(t->items[i].lang,
		    t->items[i].channel.type, t->items[i].purpose);
		m->wanted[m->variant_of[i]] = true;
	}
}

static void
number_chunks(struct maker *m)
{
	size_t i;

	for (i = 0; i < m->n; i++) {
		m->out[i].batch.chunk = (uint32_t)i;
		m->out[i].batch.n_chunks = (uint32_t)m->n;
	}
}

enum nrs_rc
dispatcher_batches(const struct dispatcher_batches_query *query,
    struct dispatcher_batch **out, size_t *n, struct nrs_err *err)
{
	const size_t n_targets = query->targets->n;
	struct maker m = {
	    .q = query,
	    .variant_of =
	        nrs_arena_array(query->arena, n_targets, sizeof(size_t)),
	    .partition_of =
	        nrs_arena_array(query->arena, n_targets, sizeof(int)),
	};
	enum nrs_rc rc = NRS_OK;
	size_t variant;
	int partition;

	sort_out(&m);
	for (partition = 0; partition < query->n_partitions; partition++)
		for (variant = 0; variant < DISPATCHER_VARIANTS && rc == NRS_OK;
		     variant++)
			rc = m.wanted[variant]
			         ? fill_batches(&m, partition, variant, err)
			         : NRS_OK;
	number_chunks(&m);
	*out = m.out;
	*n = m.n;
	return rc;
}
