/* SPDX-License-Identifier: Apache-2.0 */
/* long: it plays bus and world. */
#include "unit/lane.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/receipt.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/wire.h"

#define MAIL NRS_CHANNEL_MAIL

static struct lane *w;

/* ---- in place of the views and the service ---- */

enum nrs_rc
dispatcher_subs_refresh(
    struct dispatcher_subs *subs, int timeout_ms, struct nrs_err *err)
{
	const struct nrs_mono since = nrs_mono_now();

	(void)subs, (void)timeout_ms;
	while (nrs_mono_since_ms(since) < w->refresh_ms)
		;
	w->n_refreshed++;
	return w->refresh == NRS_OK ? NRS_OK
	                            : nrs_fail(err, w->refresh, "silent");
}

const struct nrs_match_set *
dispatcher_subs_set(const struct dispatcher_subs *subs)
{
	(void)subs;
	return w->subs;
}

bool
dispatcher_subs_is_gone(const struct dispatcher_subs *subs,
    const char *subscriber_id, const char *address)
{
	(void)subs;
	return w->gone != NULL && strcmp(subscriber_id, "s") == 0 &&
	       strcmp(w->gone, address) == 0;
}

bool
dispatcher_subs_has_endpoints(const struct dispatcher_subs *subs)
{
	(void)subs;
	return true;
}

const char *
dispatcher_subs_endpoint_key(
    struct nrs_arena *arena, const char *subscriber_id, const char *address)
{
	return nrs_arena_printf(arena, "%s %s", subscriber_id, address);
}

bool
nrs_group_lease_held(const struct nrs_group *group)
{
	(void)group;
	return true;
}

struct nrs_mono
nrs_group_lease_end(const struct nrs_group *group)
{
	(void)group;
	return (struct nrs_mono){.ns = INT64_MAX};
}

void
nrs_transfer_allow_until(struct nrs_transfer *transfer, struct nrs_mono moment)
{
	(void)transfer, (void)moment;
}

void
nrs_transfer_revoke(struct nrs_transfer *transfer)
{
	(void)transfer;
}

void
nrs_service_alive(struct nrs_service_ctx *ctx, const struct nrs_lane *lane)
{
	(void)ctx, (void)lane;
}

struct nrs_stop *
nrs_service_stop(struct nrs_service_ctx *ctx)
{
	(void)ctx;
	return NULL;
}

/* ---- in place of the bus ---- */

void
nrs_group_commit(struct nrs_group *group, int partition, int64_t offset,
    const char *metadata)
{
	(void)group, (void)partition;
	w->mark = offset;
	(void)snprintf(w->metadata, sizeof(w->metadata), "%s", metadata);
}

enum nrs_rc
nrs_producer_send(struct nrs_producer *producer, const struct nrs_outgoing *out,
    struct nrs_err *err)
{
	const bool endpoint = strcmp(out->topic, "endpoint") == 0;
	const bool batch = strcmp(out->topic, "delivery.alert") == 0;
	const struct nrs_wire_input in = {.type = endpoint ? NRS_TYPE_ENDPOINT
	                                          : batch
	                                              ? NRS_TYPE_DELIVERY_BATCH
	                                              : NRS_TYPE_RECEIPT,
	    .how = NRS_WIRE_STRICT,
	    .bytes =
	        nrs_arena_bytes(w->arena, out->value.data, out->value.len)};
	void *receipt;

	(void)producer;
	assert_true(w->n_letters < LANE_KEPT);
	if (endpoint || batch) {
		assert_int_equal(
		    nrs_wire_decode(w->arena, &in, &receipt, err), NRS_OK);
		if (endpoint)
			w->endpoint = receipt;
		else
			w->own_mail = receipt;
		w->n_endpoints += endpoint;
		out->acked(out->opaque, NRS_OK, 0, 0);
		return NRS_OK;
	}
	assert_int_equal(nrs_wire_decode(w->arena, &in, &receipt, err), NRS_OK);
	w->letters[w->n_letters++] = (struct lane_letter){out->topic,
	    out->partition, receipt, in.bytes, out->acked, out->opaque};
	return NRS_OK;
}

enum nrs_rc
nrs_producer_flush(
    struct nrs_producer *producer, int timeout_ms, struct nrs_err *err)
{
	(void)producer, (void)timeout_ms, (void)err;
	return NRS_OK;
}

static bool
is_of_others(const char *topic)
{
	return strcmp(topic, "receipt.alert") == 0;
}

enum nrs_rc
nrs_reader_bounds(struct nrs_reader *reader, const char *topic, int partition,
    struct nrs_bounds *out, struct nrs_err *err)
{
	(void)reader, (void)partition;
	if (w->bus != NRS_OK)
		return nrs_fail(err, w->bus, "silent");
	out->first = 0;
	out->end = is_of_others(topic)                      ? w->n_receipts
	           : strcmp(topic, w->traffic.receipt) == 0 ? (int64_t)w->n_kept
	                                                    : w->n_records;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_assign(struct nrs_reader *reader, const struct nrs_reader_from *from,
    size_t n, struct nrs_err *err)
{
	(void)reader, (void)err;
	if (n > 0)
		w->from = *from;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_next(struct nrs_reader *reader, int timeout_ms,
    struct nrs_record *out, struct nrs_err *err)
{
	(void)reader, (void)timeout_ms, (void)err;
	if (w->bus != NRS_OK)
		return NRS_OK;
	w->n_read_again++;
	*out = (struct nrs_record){.topic = w->from.topic,
	    .partition = 0,
	    .offset = w->from.offset,
	    .value = w->records[w->from.offset]};
	return NRS_OK;
}

enum nrs_rc
nrs_reader_to_end(struct nrs_reader *reader, int timeout_ms,
    enum nrs_rc (*each)(
        void *ctx, const struct nrs_record *record, struct nrs_err *err),
    void *ctx, struct nrs_err *err)
{
	const bool others = is_of_others(w->from.topic);
	const int64_t end = others ? w->n_receipts : (int64_t)w->n_kept;
	struct nrs_record record = {.topic = w->from.topic};
	int64_t i = w->from.offset < 0 ? 0 : w->from.offset;

	(void)reader, (void)timeout_ms;
	for (; i < end; i++) {
		if (!others && strcmp(w->letters[i].topic, record.topic) != 0)
			continue;
		record.offset = i;
		record.value = others ? w->receipts[i] : w->letters[i].value;
		assert_int_equal(each(ctx, &record, err), NRS_OK);
	}
	return NRS_OK;
}

enum nrs_rc
nrs_reader_open(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	(void)conf, (void)err;
	*out = NULL;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_open_lookup(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	return nrs_reader_open(conf, out, err);
}

void
nrs_reader_close(struct nrs_reader *reader)
{
	(void)reader;
}

static void
ack_one(void)
{
	const struct lane_letter *letter = &w->letters[w->n_acked++];

	letter->acked(letter->opaque, NRS_OK, 0, (int64_t)w->n_acked - 1);
}

/* Some milliseconds later: the bunch before is long gone. */
static void
push(void)
{
	int i;

	for (i = 0; i < w->s.n_parts; i++)
		if (w->s.parts[i].n_posted == 0)
			w->s.parts[i].posted_at = (struct nrs_mono){0};
	sender_outbox_push(&w->s);
}

/* The bus has taken all that was sent. */
void
lane_ack(void)
{
	push();
	while (w->n_acked < w->n_letters) {
		ack_one();
		sender_start_ready(&w->s);
		sender_end_again(&w->s);
		push();
	}
}

/* One step of the bus and of the world a turn, while somebody waits. */
void
nrs_producer_poll(struct nrs_producer *producer, int timeout_ms)
{
	(void)producer, (void)timeout_ms;
	if (w->n_acked < w->n_letters)
		ack_one();
}

/* ---- in place of the world ---- */

size_t
nrs_transfer_room(
    const struct nrs_transfer *transfer, enum nrs_channel_type channel)
{
	(void)transfer, (void)channel;
	return (size_t)w->room - (w->n_jobs - w->n_finished);
}

enum nrs_rc
nrs_transfer_start(struct nrs_transfer *transfer,
    const struct nrs_transfer_job *job, struct nrs_err *err)
{
	(void)transfer, (void)err;
	assert_true(w->n_jobs < LANE_KEPT);
	w->jobs[w->n_jobs] = *job;
	if (job->mail_from != NULL)
		w->jobs[w->n_jobs].mail_from =
		    nrs_arena_strdup(w->arena, job->mail_from);
	w->jobs[w->n_jobs].id = nrs_arena_strdup(w->arena, job->id);
	w->jobs[w->n_jobs++].signature = nrs_arena_strdup(
	    w->arena, job->signature == NULL ? "" : job->signature);
	return NRS_OK;
}

void
nrs_transfer_poll(
    struct nrs_transfer *transfer, int timeout_ms, const int *fds, size_t n_fds)
{
	const struct nrs_transfer_result delivered = {
	    .class = NRS_TRANSFER_DELIVERED};
	const struct nrs_transfer_job *job = &w->jobs[w->n_finished];

	(void)transfer, (void)timeout_ms, (void)fds, (void)n_fds;
	if (w->n_finished == w->n_jobs)
		return;
	w->n_finished++;
	job->done(job->opaque, &delivered);
}

size_t
lane_pump(void)
{
	size_t before = w->n_jobs;

	sender_pump(&w->s);
	lane_ack();
	return w->n_jobs - before;
}

void
lane_finish_with(size_t job, const struct nrs_transfer_result *result)
{
	w->n_finished++;
	w->jobs[job].done(w->jobs[job].opaque, result);
	lane_ack();
}

void
lane_finish(size_t job, enum nrs_transfer_class class)
{
	const struct nrs_transfer_result result = {
	    .class = class, .reason = NRS_FAILURE_TIMEOUT};

	lane_finish_with(job, &result);
}

void
lane_answer(size_t job, const char *text)
{
	struct nrs_transfer_result result = {.class = NRS_TRANSFER_DELIVERED};

	(void)snprintf(result.answer, sizeof(result.answer), "%s", text);
	lane_finish_with(job, &result);
}

/* ---- deliveries ---- */

struct nrs_delivery_batch
lane_batch(uint32_t revision, enum nrs_msg_kind kind)
{
	return (struct nrs_delivery_batch){.notice_id = "n",
	    .thread_id = "t",
	    .revision = revision,
	    .kind = kind,
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_GREEN,
	    .purpose = NRS_PURPOSE_ALERT,
	    .urgency = NRS_URGENCY_IMMEDIATE,
	    .give_up_at = nrs_wall_ms() + 3600000};
}

void
lane_load(struct nrs_delivery_batch batch, enum nrs_channel_type type, char who)
{
	char *address = nrs_arena_printf(w->arena,
	    type == MAIL ? "%c@x.example" : "https://x.example/%c", who);
	struct nrs_part parts[] = {
	    {{(const uint8_t *)"text", 4}, NRS_SLOT_NONE},
	    {{(const uint8_t *)"stub", 4}, NRS_SLOT_NONE}};
	struct nrs_variant variants[2] = {
	    {.lang = "ja", .channel = type, .media_type = "text/plain"},
	    {.lang = "ja", .channel = type, .media_type = "text/stub"}};
	struct nrs_channel channel = {type, address};
	uint8_t key[NRS_SHA256_SIZE] = {0}, stub_key[NRS_SHA256_SIZE] = {0};
	struct nrs_delivery delivery = {.subscriber_id = "s",
	    .channel = &channel,
	    .key = {key, sizeof(key)},
	    .greeting = "",
	    .organisation = "o",
	    .kind = NRS_SUBSCRIBER_OPERATOR};
	struct nrs_record record = {.topic = "delivery.alert",
	    .partition = w->partition,
	    .offset = w->offset++};

	(void)snprintf((char *)key, sizeof(key), "%c %u %d", who,
	    batch.revision, (int)batch.purpose);
	if (batch.purpose == NRS_PURPOSE_REMINDER)
		delivery.awaits =
		    (struct nrs_bytes){(const uint8_t *)LANE_AWAITED, 32};
	variants[0].parts = &parts[0];
	variants[1].parts = &parts[1];
	variants[0].n_parts = variants[1].n_parts = 1;
	batch.variants = variants;
	if (batch.n_variants == 2) {
		(void)snprintf((char *)stub_key, sizeof(stub_key), "%c %u stub",
		    who, batch.revision);
		delivery.stub_key =
		    (struct nrs_bytes){stub_key, sizeof(stub_key)};
	} else {
		batch.n_variants = 1;
	}
	batch.deliveries = &delivery;
	batch.n_deliveries = 1;
	record.value =
	    nrs_wire_encode(w->arena, NRS_TYPE_DELIVERY_BATCH, &batch);
	sender_load(&w->s, &record);
}

static const struct nrs_subscription reader = {
    .subscriber_id = "s", .organisation = "o", .max_tlp = NRS_TLP_GREEN};

void
lane_clear_for(enum nrs_tlp max_tlp)
{
	static struct nrs_subscription now; /* kept by the view */

	now = reader;
	now.max_tlp = max_tlp;
	nrs_match_set_put(w->subs, &now);
}

/* ---- what came of it ---- */

size_t
lane_count(enum nrs_delivery_state state, uint32_t revision)
{
	size_t i, n = 0;

	for (i = 0; i < w->n_letters; i++)
		n += w->letters[i].receipt->state == state &&
		     w->letters[i].receipt->revision == revision;
	return n;
}

const struct nrs_receipt *
lane_last_receipt(size_t back)
{
	return w->letters[w->n_letters - 1 - back].receipt;
}

bool
lane_job_says(size_t job, const char *text)
{
	return w->jobs[job].body.len == strlen(text) &&
	       memcmp(w->jobs[job].body.data, text, strlen(text)) == 0;
}

/* ---- the lane ---- */

struct lane *
lane_open(const struct dispatcher_lane *traffic, int room)
{
	w = calloc(1, sizeof(*w));
	assert_non_null(w);
	w->arena = nrs_arena_new();
	w->room = room;
	w->conf = (struct dispatcher_conf){
	    .transfer = {.max_mail = room, .max_webhook = room},
	    .retry_min_ms = 1,
	    .retry_max_ms = 1,
	    .max_open = 1000};
	w->d.conf = &w->conf;
	w->traffic = *traffic;
	w->part = (struct dispatcher_part){.sender = &w->s, .ours = true};
	w->s = (struct sender){.d = &w->d,
	    .conf = &w->conf,
	    .traffic = &w->traffic,
	    .queue = dispatcher_queue_new(),
	    .parts = &w->part,
	    .n_parts = 1,
	    .n_ours = 1,
	    .scratch = nrs_arena_new()};
	w->s.transfer_conf = dispatcher_transfer_conf(&w->conf, &w->traffic);
	w->subs = nrs_match_set_new();
	nrs_match_set_put(w->subs, &reader);
	return w;
}

int
lane_close(void **state)
{
	(void)state;
	sender_outbox_drop(&w->s);
	sender_unload_all(&w->s);
	dispatcher_queue_free(w->s.queue);
	nrs_arena_free(w->s.scratch);
	nrs_match_set_free(w->subs);
	nrs_arena_free(w->arena);
	free(w);
	w = NULL;
	return 0;
}

struct lane *
lane_open_alerts(void)
{
	static const struct dispatcher_lane alerts = {.name = "alert",
	    .delivery = "delivery.alert",
	    .receipt = "receipt.alert"};

	return lane_open(&alerts, LANE_ROOM);
}
