/* SPDX-License-Identifier: Apache-2.0 */
/* long: one world of fakes and what a sender makes of it. */
/*
 * The sender between bus and world, both played by this test: what it starts,
 * in which order, and what it puts on record.
 *
 * long: one sender, and all that it is told.
 */
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
#include "dispatcher/sender/sender.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/io/wire.h"

#define MAIL NRS_CHANNEL_MAIL
#define HOOK NRS_CHANNEL_WEBHOOK
#define ROOM 4
#define KEPT 64

struct letter {
	const struct nrs_receipt *receipt;
	void (*acked)(
	    void *opaque, enum nrs_rc rc, int partition, int64_t offset);
	void *opaque;
};

struct world {
	struct nrs_arena *arena;
	struct dispatcher_conf conf;
	struct dispatcher d;
	struct dispatcher_part part;
	struct dispatcher_lane traffic;
	struct sender s;
	struct nrs_match_set *subs;
	int64_t offset;
	/* the bus */
	enum nrs_rc refresh;
	int n_refreshed;
	int refresh_ms; /* and it takes so long */
	struct letter letters[KEPT];
	size_t n_letters, n_acked;
	const struct nrs_endpoint *endpoint; /* the last record of one */
	size_t n_endpoints;
	const struct nrs_delivery_batch *own_mail;
	const char *gone; /* this address has said so before */
	/* what is under way */
	struct nrs_transfer_job jobs[KEPT];
	size_t n_jobs, n_finished;
};

static struct world *w;

/* ---- in place of bus and world ---- */

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

void
nrs_group_commit(struct nrs_group *group, int partition, int64_t offset,
    const char *metadata)
{
	(void)group, (void)partition, (void)offset, (void)metadata;
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
	assert_true(w->n_letters < KEPT);
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
	w->letters[w->n_letters++] =
	    (struct letter){receipt, out->acked, out->opaque};
	return NRS_OK;
}

enum nrs_rc
nrs_producer_flush(
    struct nrs_producer *producer, int timeout_ms, struct nrs_err *err)
{
	(void)producer, (void)timeout_ms, (void)err;
	return NRS_OK;
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

/* As many at a time as the real one: those of both channels together. */
size_t
nrs_transfer_room(
    const struct nrs_transfer *transfer, enum nrs_channel_type channel)
{
	(void)transfer, (void)channel;
	return ROOM - (w->n_jobs - w->n_finished);
}

enum nrs_rc
nrs_transfer_start(struct nrs_transfer *transfer,
    const struct nrs_transfer_job *job, struct nrs_err *err)
{
	(void)transfer, (void)err;
	assert_true(w->n_jobs < KEPT);
	w->jobs[w->n_jobs] = *job;
	if (job->mail_from != NULL)
		w->jobs[w->n_jobs].mail_from =
		    nrs_arena_strdup(w->arena, job->mail_from);
	w->jobs[w->n_jobs].id = nrs_arena_strdup(w->arena, job->id);
	w->jobs[w->n_jobs++].signature = nrs_arena_strdup(
	    w->arena, job->signature == NULL ? "" : job->signature);
	return NRS_OK;
}

static void
ack_one(void)
{
	const struct letter *letter = &w->letters[w->n_acked++];

	letter->acked(letter->opaque, NRS_OK, 0, (int64_t)w->n_acked - 1);
}

/* The bus has taken all that was sent. */
static void
ack(void)
{
	sender_outbox_push(&w->s);
	while (w->n_acked < w->n_letters) {
		ack_one();
		sender_outbox_push(&w->s);
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

/* Start what may start now; the number of transfers begun. */
static size_t
pump(void)
{
	size_t before = w->n_jobs;

	sender_pump(&w->s);
	ack();
	return w->n_jobs - before;
}

static void
finish_with(size_t job, const struct nrs_transfer_result *result)
{
	w->n_finished++;
	w->jobs[job].done(w->jobs[job].opaque, result);
	ack();
}

static void
finish(size_t job, enum nrs_transfer_class class)
{
	const struct nrs_transfer_result result = {
	    .class = class, .reason = NRS_FAILURE_TIMEOUT};

	finish_with(job, &result);
}

/* Delivered, and its endpoint said this. */
static void
answer(size_t job, const char *text)
{
	struct nrs_transfer_result result = {.class = NRS_TRANSFER_DELIVERED};

	(void)snprintf(result.answer, sizeof(result.answer), "%s", text);
	finish_with(job, &result);
}

static size_t
count(enum nrs_delivery_state state, uint32_t revision)
{
	size_t i, n = 0;

	for (i = 0; i < w->n_letters; i++)
		n += w->letters[i].receipt->state == state &&
		     w->letters[i].receipt->revision == revision;
	return n;
}

/* ---- deliveries ---- */

static struct nrs_delivery_batch
batch_of(uint32_t revision, enum nrs_msg_kind kind)
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

#define AWAITED "the key of the alert, 32 bytes.."

/* One delivery to "a@x.example", "b@x.example", ...; with a stub beside it, if
 * the batch speaks of one (n_variants == 2). */
static void
load(struct nrs_delivery_batch batch, enum nrs_channel_type type, char who)
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
	struct nrs_record record = {
	    .topic = "delivery.alert", .partition = 0, .offset = w->offset++};

	(void)snprintf((char *)key, sizeof(key), "%c %u %d", who,
	    batch.revision, (int)batch.purpose);
	if (batch.purpose == NRS_PURPOSE_REMINDER)
		delivery.awaits =
		    (struct nrs_bytes){(const uint8_t *)AWAITED, 32};
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

static struct nrs_subscription reader = {
    .subscriber_id = "s", .organisation = "o", .max_tlp = NRS_TLP_GREEN};

static int
set_up(void **state)
{
	(void)state;
	w = calloc(1, sizeof(*w));
	assert_non_null(w);
	w->arena = nrs_arena_new();
	w->conf = (struct dispatcher_conf){
	    .transfer = {.max_mail = ROOM, .max_webhook = ROOM},
	    .retry_min_ms = 1,
	    .retry_max_ms = 1,
	    .max_open = 1000};
	w->d.conf = &w->conf;
	w->traffic = (struct dispatcher_lane){.name = "alert",
	    .delivery = "delivery.alert",
	    .receipt = "receipt.alert"};
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
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sender_outbox_drop(&w->s);
	sender_unload_all(&w->s);
	dispatcher_queue_free(w->s.queue);
	nrs_arena_free(w->s.scratch);
	nrs_match_set_free(w->subs);
	nrs_arena_free(w->arena);
	free(w);
	return 0;
}

/* ---- facts ---- */

static void
an_intent_is_on_record_before_a_transfer_starts(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	sender_pump(&w->s);
	sender_outbox_push(&w->s);
	assert_int_equal(w->n_jobs, 0);
	assert_int_equal(count(NRS_STATE_INTENT, 1), 1);
	ack();
	assert_int_equal(w->n_jobs, 1);
	finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(w->s.n_open, 0);
}

/* It is handed over clean, with five seconds for what is under way. */
static void
a_partition_that_is_leaving_starts_nothing_more(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	sender_pump(&w->s);
	w->part.ours = false;
	ack();
	assert_int_equal(w->n_jobs, 0);
	assert_int_equal(w->part.n_moving, 0);
}

/* Who comes next reads the receipts once: an end that is not there by then is
 * a repeat. */
static void
what_ends_in_leaving_is_on_record_before_it_is_gone(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'b');
	sender_pump(&w->s);
	sender_drain(&w->s, &w->part);
	assert_int_equal(count(NRS_STATE_DELIVERED, 1), 2);
	assert_int_equal(w->n_acked, w->n_letters);
	assert_int_equal(w->s.n_open, 0);
}

/* Each question may take as long as a lane may be silent. */
static void
a_silent_bus_is_asked_once_a_turn(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'a');
	w->refresh = NRS_RETRY;
	assert_int_equal(pump(), 0);
	assert_int_equal(w->n_refreshed, 1);
}

/* It was had for each delivery anew, for it was later than the turn. */
static void
a_look_at_the_subscriptions_is_enough_for_a_turn(void **state)
{
	(void)state;
	w->refresh_ms = 3;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'b');
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(pump(), 3);
	assert_int_equal(w->n_refreshed, 1);
}

static void
who_lost_the_clearance_since_gets_nothing(void **state)
{
	struct nrs_subscription now = reader;

	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	now.max_tlp = NRS_TLP_CLEAR;
	nrs_match_set_put(w->subs, &now);
	assert_int_equal(pump(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, 1), 1);
}

static void
clear_for(enum nrs_tlp max_tlp)
{
	static struct nrs_subscription now;

	now = reader;
	now.max_tlp = max_tlp;
	nrs_match_set_put(w->subs, &now);
}

static bool
job_says(size_t job, const char *text)
{
	return w->jobs[job].body.len == strlen(text) &&
	       memcmp(w->jobs[job].body.data, text, strlen(text)) == 0;
}

static struct nrs_delivery_batch
correction_with_stub(void)
{
	struct nrs_delivery_batch batch = batch_of(2, NRS_KIND_CORRECTION);

	batch.n_variants = 2;
	return batch;
}

static const struct nrs_receipt *
last_receipt(size_t back)
{
	return w->letters[w->n_letters - 1 - back].receipt;
}

/* Invariant 7, at the last step: under a key of its own, and both have an end.
 */
static void
who_may_not_see_a_correction_any_more_gets_its_stub(void **state)
{
	const struct nrs_receipt *stub, *text;
	const char *stub_id;

	(void)state;
	load(correction_with_stub(), MAIL, 'a');
	clear_for(NRS_TLP_CLEAR);
	assert_int_equal(pump(), 1);
	assert_true(job_says(0, "stub"));
	stub_id = w->jobs[0].id;
	assert_int_equal(last_receipt(0)->state, NRS_STATE_INTENT);
	assert_int_equal(last_receipt(0)->purpose, NRS_PURPOSE_STUB);
	finish(0, NRS_TRANSFER_DELIVERED);
	stub = last_receipt(1);
	text = last_receipt(0);
	assert_int_equal(stub->state, NRS_STATE_DELIVERED);
	assert_int_equal(stub->purpose, NRS_PURPOSE_STUB);
	assert_int_equal(text->state, NRS_STATE_CANCELLED);
	assert_int_equal(text->purpose, NRS_PURPOSE_ALERT);
	assert_false(nrs_bytes_equal(stub->key, text->key));
	assert_int_equal(w->s.n_open, 0);
	/* another channel of one who is cleared */
	clear_for(NRS_TLP_GREEN);
	load(correction_with_stub(), MAIL, 'b');
	assert_int_equal(pump(), 1);
	assert_true(job_says(1, "text"));
	assert_string_not_equal(w->jobs[1].id, stub_id);
}

/* A text in doubt is no repeat of its stub. */
static void
the_clearance_is_asked_for_at_every_try(void **state)
{
	(void)state;
	load(correction_with_stub(), MAIL, 'a');
	assert_int_equal(pump(), 1);
	assert_true(job_says(0, "text"));
	clear_for(NRS_TLP_CLEAR);
	w->s.subs_at = (struct nrs_mono){0};
	finish(0, NRS_TRANSFER_AMBIGUOUS);
	while (w->n_jobs < 2) {
		(void)dispatcher_queue_wake(w->s.queue, nrs_wall_ms());
		(void)pump();
	}
	assert_true(job_says(1, "stub"));
	assert_false(last_receipt(0)->repeat);
	finish(1, NRS_TRANSFER_FAILED);
	assert_int_equal(count(NRS_STATE_FAILED, 2), 1);
	assert_int_equal(count(NRS_STATE_CANCELLED, 2), 1);
	assert_int_equal(w->s.n_open, 0);
}

/* The end of the stub was on record before a crash, that of the text not. */
static void
a_stub_that_has_gone_does_not_go_again(void **state)
{
	struct dispatcher_past *past = calloc(1, sizeof(*past));
	char key[2 * NRS_SHA256_SIZE + 1] = "";
	uint8_t bytes[NRS_SHA256_SIZE] = "a 2 stub";

	(void)state;
	past->state = NRS_STATE_DELIVERED;
	past->attempt = 1;
	w->part.past = nrs_map_new();
	w->part.past_end = 100;
	(void)nrs_map_put(
	    w->part.past, nrs_hex(bytes, sizeof(bytes), key), past);
	load(correction_with_stub(), MAIL, 'a');
	clear_for(NRS_TLP_CLEAR);
	assert_int_equal(pump(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, 2), 1);
	assert_int_equal(last_receipt(0)->purpose, NRS_PURPOSE_ALERT);
	assert_non_null(strstr(last_receipt(0)->detail, "stub"));
}

static void
who_wants_no_newsletter_any_more_gets_none(void **state)
{
	struct nrs_delivery_batch letter = batch_of(1, NRS_KIND_INITIAL);
	struct nrs_subscription now = reader;

	(void)state;
	now.digest_off = true;
	nrs_match_set_put(w->subs, &now);
	letter.purpose = NRS_PURPOSE_NEWSLETTER;
	load(letter, MAIL, 'a');
	assert_int_equal(pump(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, 1), 1);
	/* an alert is another matter */
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(pump(), 1);
}

/* Standard Webhooks: rotation is two signatures, then one. */
static void
a_webhook_is_signed_by_the_secrets_of_now(void **state)
{
	static const char *secrets[] = {
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct nrs_channel channel = {.type = HOOK,
	    .address = "https://x.example/a",
	    .secrets = secrets,
	    .n_secrets = 2};
	struct nrs_subscription now = reader;

	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(pump(), 1);
	assert_string_equal(w->jobs[0].signature, "");
	finish(0, NRS_TRANSFER_DELIVERED);
	now.channels = &channel;
	now.n_channels = 1;
	nrs_match_set_put(w->subs, &now);
	load(batch_of(2, NRS_KIND_FOLLOW_UP), HOOK, 'a');
	assert_int_equal(pump(), 1);
	assert_int_equal(strlen(w->jobs[1].signature), 2 * 47 + 1);
	assert_non_null(strstr(w->jobs[1].signature, " v1,"));
	finish(1, NRS_TRANSFER_DELIVERED);
	/* an address that was left is signed, too: its owner knows them */
	load(batch_of(2, NRS_KIND_FOLLOW_UP), HOOK, 'b');
	assert_int_equal(pump(), 1);
	assert_int_equal(strlen(w->jobs[2].signature), 2 * 47 + 1);
	load(batch_of(2, NRS_KIND_FOLLOW_UP), MAIL, 'a');
	assert_int_equal(pump(), 1);
	assert_string_equal(w->jobs[3].signature, "");
}

/* F30: on record by itself; the subscription is not touched. */
static void
who_says_410_gets_nothing_more_until_it_subscribes_again(void **state)
{
	const struct nrs_transfer_result gone = {.class = NRS_TRANSFER_FAILED,
	    .reason = NRS_FAILURE_CONTACT_STALE,
	    .gone = true,
	    .detail = "HTTP/1.1 410 Gone"};
	struct nrs_channel channels[] = {
	    {HOOK, "https://x.example/a"}, {MAIL, "a@x.example"}};
	struct nrs_subscription now = reader;
	const struct nrs_receipt *last;

	(void)state;
	now.lang = "en";
	now.channels = channels;
	now.n_channels = 2;
	nrs_match_set_put(w->subs, &now);
	w->d.domain = "noroshi.example";
	w->conf.transfer.mail_from = "desk@noroshi.example";
	w->conf.from_name = "";
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(pump(), 1);
	finish_with(0, &gone);
	assert_int_equal(w->n_endpoints, 1);
	assert_string_equal(w->endpoint->address, "https://x.example/a");
	assert_string_equal(w->endpoint->detail, "HTTP/1.1 410 Gone");
	/* its owner is told, by mail only */
	assert_int_equal(w->own_mail->n_deliveries, 1);
	assert_string_equal(w->own_mail->deliveries[0].subscriber_id, "s");
	assert_string_equal(
	    w->own_mail->deliveries[0].channel->address, "a@x.example");
	w->gone = "https://x.example/a";
	load(batch_of(2, NRS_KIND_FOLLOW_UP), HOOK, 'a');
	load(batch_of(2, NRS_KIND_FOLLOW_UP), HOOK, 'b');
	assert_int_equal(pump(), 1);
	assert_string_equal(w->jobs[1].address, "https://x.example/b");
	assert_int_equal(count(NRS_STATE_FAILED, 2), 1);
	last = w->letters[w->n_letters - 2].receipt;
	assert_int_equal(last->failure_reason, NRS_FAILURE_CONTACT_STALE);
	assert_non_null(strstr(last->detail, "410"));
	/* one on its way when it was said says it again: once is enough */
	w->gone = "https://x.example/b";
	finish_with(1, &gone);
	assert_int_equal(w->n_endpoints, 1);
	w->gone = NULL;
	load(batch_of(3, NRS_KIND_FOLLOW_UP), HOOK, 'a');
	assert_int_equal(pump(), 1);
}

/* F30: 429 and 503 say when, and the horizon says until when. */
static void
a_peer_is_not_tried_before_it_wants_to_be(void **state)
{
	struct nrs_transfer_result later = {.class = NRS_TRANSFER_DEFERRED,
	    .reason = NRS_FAILURE_REJECTED,
	    .retry_after_s = 70};
	struct nrs_delivery_batch short_lived = batch_of(1, NRS_KIND_INITIAL);
	int64_t now = nrs_wall_ms();

	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(pump(), 1);
	finish_with(0, &later);
	assert_true(dispatcher_queue_wake(w->s.queue, now) >= now + 70000);
	assert_true(dispatcher_queue_wake(w->s.queue, now) <= now + 80000);
	short_lived.give_up_at = now + 30000;
	load(short_lived, HOOK, 'b');
	assert_int_equal(pump(), 1);
	finish_with(1, &later);
	assert_int_equal(
	    dispatcher_queue_wake(w->s.queue, now), short_lived.give_up_at);
}

/* So that a bounce tells which of them it is about. */
static void
each_mail_has_an_envelope_of_its_own(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(pump(), 1);
	assert_null(w->jobs[0].mail_from);
	w->conf.verp = "bounce@noroshi.example";
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'b');
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'b');
	assert_int_equal(pump(), 2);
	/* "b 1 1", where the test's bus put the intent */
	assert_string_equal(w->jobs[1].mail_from,
	    "bounce+a-0-1-622031203100000000000000@noroshi.example");
	assert_null(w->jobs[2].mail_from);
}

/* Invariant 4: to the socket. */
static void
each_lane_has_connections_of_its_own(void **state)
{
	const struct dispatcher_conf conf = {
	    .transfer = {.max_mail = 10, .max_webhook = 64},
	    .newsletter = {.max_mail = 2, .max_webhook = 3}};
	const struct dispatcher_lane alerts = {.newsletter = false};
	const struct dispatcher_lane letters = {.newsletter = true};

	(void)state;
	assert_int_equal(dispatcher_transfer_conf(&conf, &alerts).max_mail, 10);
	assert_int_equal(
	    dispatcher_transfer_conf(&conf, &alerts).max_webhook, 64);
	assert_int_equal(dispatcher_transfer_conf(&conf, &letters).max_mail, 2);
	assert_int_equal(
	    dispatcher_transfer_conf(&conf, &letters).max_webhook, 3);
}

/* What hangs again and again must not keep all connections from a new alert. */
static void
retries_leave_room_for_what_was_never_tried(void **state)
{
	struct nrs_mono since;
	size_t i;

	(void)state;
	for (i = 0; i < (size_t)2 * ROOM; i++)
		load(batch_of(1, NRS_KIND_INITIAL), MAIL, (char)('a' + i));
	for (i = 0; i < (size_t)2 * ROOM; i++) {
		(void)pump();
		finish(i, NRS_TRANSFER_DEFERRED);
	}
	since = nrs_mono_now();
	while (w->s.n_moving[MAIL] < ROOM / 2) {
		assert_true(nrs_mono_since_ms(since) < 5000);
		(void)dispatcher_queue_wake(w->s.queue, nrs_wall_ms());
		(void)pump();
	}
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'z');
	assert_int_equal(pump(), 1);
	assert_string_equal(w->jobs[w->n_jobs - 1].address, "z@x.example");
}

static void
the_retraction_of_what_was_never_tried_is_not_sent(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	load(batch_of(2, NRS_KIND_FOLLOW_UP), MAIL, 'a');
	load(batch_of(3, NRS_KIND_RETRACTION), MAIL, 'a');
	ack();
	assert_int_equal(pump(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, 3), 1);
}

/* A promotion, or a planner in doubt, may plan a revision in two records. */
static void
a_retraction_counts_revisions_not_records(void **state)
{
	struct nrs_delivery_batch stub = batch_of(2, NRS_KIND_FOLLOW_UP);

	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(pump(), 1);
	finish(0, NRS_TRANSFER_DELIVERED);
	stub.purpose = NRS_PURPOSE_STUB;
	load(batch_of(2, NRS_KIND_FOLLOW_UP), MAIL, 'a');
	load(stub, MAIL, 'a');
	load(batch_of(3, NRS_KIND_RETRACTION), MAIL, 'a');
	ack();
	assert_int_equal(pump(), 1);
	assert_int_equal(count(NRS_STATE_CANCELLED, 3), 0);
}

/* After a session that was lost and found again while a mail was under way. */
static void
what_ends_well_after_all_is_not_sent_again(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(pump(), 1);
	sender_unload(&w->s, &w->part);
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(pump(), 0);
	finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(pump(), 0);
	assert_int_equal(count(NRS_STATE_INTENT, 1), 1);
	assert_int_equal(w->s.n_open, 0);
}

static void
what_ended_in_doubt_is_sent_again(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(pump(), 1);
	sender_unload(&w->s, &w->part);
	load(batch_of(1, NRS_KIND_INITIAL), MAIL, 'a');
	finish(0, NRS_TRANSFER_AMBIGUOUS);
	assert_int_equal(pump(), 1);
}

/* The duty officer and the canaries are nobody's subscribers. */
static void
our_own_mails_ask_no_subscription_and_enter_no_statistic(void **state)
{
	struct nrs_metrics *metrics = nrs_metrics_new();
	struct nrs_delivery_batch duty = batch_of(1, NRS_KIND_INITIAL);

	(void)state;
	w->s.states[NRS_STATE_DELIVERED] =
	    nrs_metrics_counter(metrics, "noroshi_deliveries_total", NULL, "");
	nrs_match_set_remove(w->subs, "s");
	duty.purpose = NRS_PURPOSE_DUTY;
	duty.tlp = NRS_TLP_AMBER_STRICT;
	load(duty, MAIL, 'a');
	duty.purpose = NRS_PURPOSE_HEARTBEAT;
	load(duty, MAIL, 'b');
	assert_int_equal(pump(), 2);
	finish(0, NRS_TRANSFER_DELIVERED);
	finish(1, NRS_TRANSFER_DELIVERED);
	assert_int_equal(count(NRS_STATE_DELIVERED, 1), 2);
	assert_int_equal(nrs_metric_value(w->s.states[NRS_STATE_DELIVERED]), 0);
	nrs_metrics_free(metrics);
}

/* Many records with one recipient each weigh more than one with many. */
static void
memory_is_bounded_by_bytes_too(void **state)
{
	struct nrs_delivery_batch large = batch_of(1, NRS_KIND_INITIAL);
	const size_t size = (size_t)900 * 1024;
	char *id = nrs_arena_alloc(w->arena, size + 1);
	size_t n;

	(void)state;
	memset(id, 'n', size);
	id[size] = '\0';
	large.notice_id = id;
	for (n = 0; !sender_is_full(&w->s, false); n++) {
		assert_true(n < 1000);
		load(large, MAIL, 'a');
	}
	assert_true(n > 100);
	assert_true(sender_is_full(&w->s, true));
	sender_unload(&w->s, &w->part);
	assert_false(sender_is_full(&w->s, true));
	assert_int_equal(w->s.n_open_bytes, 0);
}

static void
a_webhook_confirms_by_its_answer(void **state)
{
	const struct nrs_receipt *last;

	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(pump(), 1);
	answer(0, "{\"acknowledged\":true,\"response\":\"MITIGATED\"}");
	assert_int_equal(count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(count(NRS_STATE_RESPONDED, 1), 1);
	last = w->letters[w->n_letters - 1].receipt;
	assert_int_equal(last->state, NRS_STATE_RESPONDED);
	assert_int_equal(last->response, NRS_RESPONSE_MITIGATED);
	assert_string_equal(last->by, "webhook");
	assert_int_equal(w->s.n_open, 0);
}

static void
a_reminder_that_is_confirmed_confirms_the_alert(void **state)
{
	struct nrs_delivery_batch batch = batch_of(1, NRS_KIND_INITIAL);
	const struct nrs_receipt *r;
	size_t i, n = 0;

	(void)state;
	batch.purpose = NRS_PURPOSE_REMINDER;
	load(batch, HOOK, 'a');
	assert_int_equal(pump(), 1);
	answer(0, "{\"acknowledged\":true}");
	for (i = 0; i < w->n_letters; i++) {
		r = w->letters[i].receipt;
		if (r->state < NRS_STATE_ACKNOWLEDGED)
			continue;
		n++;
		assert_memory_equal(r->key.data, AWAITED, 32);
		assert_int_equal(r->purpose, NRS_PURPOSE_ALERT);
	}
	assert_int_equal(n, 1);
	assert_int_equal(count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(w->s.n_open, 0);
}

static void
any_other_answer_of_a_webhook_is_delivery_and_no_more(void **state)
{
	(void)state;
	load(batch_of(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(pump(), 1);
	answer(0, "{\"acknowledged\":\"yes\"}");
	assert_int_equal(count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(count(NRS_STATE_ACKNOWLEDGED, 1), 0);
	assert_int_equal(w->s.n_open, 0);
}

/* ---- waiting for a connection ---- */

static struct dispatcher_task *
load_one_too_many(void)
{
	size_t i;

	for (i = 0; i < (size_t)ROOM + 1; i++)
		load(batch_of(1, NRS_KIND_INITIAL), MAIL, (char)('a' + i));
	assert_int_equal(pump(), ROOM);
	assert_int_equal(count(NRS_STATE_INTENT, 1), ROOM + 1);
	return w->s.ready[MAIL].first;
}

static void
an_intent_does_not_wait_for_a_connection(void **state)
{
	(void)state;
	assert_non_null(load_one_too_many());
	finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, ROOM + 1);
	assert_null(w->s.ready[MAIL].first);
}

static void
a_successor_cancels_what_waits_for_a_connection(void **state)
{
	(void)state;
	(void)load_one_too_many();
	load(batch_of(2, NRS_KIND_FOLLOW_UP), MAIL, 'a' + ROOM);
	ack();
	assert_int_equal(count(NRS_STATE_CANCELLED, 1), 1);
	finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, ROOM);
	assert_int_equal(pump(), 1);
	assert_int_equal(count(NRS_STATE_INTENT, 2), 1);
}

static void
what_waits_for_a_connection_goes_with_its_partition(void **state)
{
	(void)state;
	(void)load_one_too_many();
	w->part.ours = false;
	sender_unload(&w->s, &w->part);
	finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, ROOM);
	assert_int_equal(w->part.n_moving, ROOM - 1);
}

static void
after_a_long_wait_for_a_connection_the_clearance_is_asked_for_again(
    void **state)
{
	static struct nrs_subscription lowered = {.subscriber_id = "s",
	    .organisation = "o",
	    .max_tlp = NRS_TLP_CLEAR};

	(void)state;
	load_one_too_many()->ready_at.ns -= INT64_C(2000000000);
	nrs_match_set_put(w->subs, &lowered);
	w->s.subs_at = (struct nrs_mono){0};
	finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, ROOM);
	assert_int_equal(pump(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, 1), 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(an_intent_is_on_record_before_a_transfer_starts),
	    CASE(a_partition_that_is_leaving_starts_nothing_more),
	    CASE(what_ends_in_leaving_is_on_record_before_it_is_gone),
	    CASE(a_silent_bus_is_asked_once_a_turn),
	    CASE(a_look_at_the_subscriptions_is_enough_for_a_turn),
	    CASE(who_wants_no_newsletter_any_more_gets_none),
	    CASE(a_webhook_is_signed_by_the_secrets_of_now),
	    CASE(who_says_410_gets_nothing_more_until_it_subscribes_again),
	    CASE(a_peer_is_not_tried_before_it_wants_to_be),
	    CASE(each_mail_has_an_envelope_of_its_own),
	    CASE(each_lane_has_connections_of_its_own),
	    CASE(who_lost_the_clearance_since_gets_nothing),
	    CASE(who_may_not_see_a_correction_any_more_gets_its_stub),
	    CASE(the_clearance_is_asked_for_at_every_try),
	    CASE(a_stub_that_has_gone_does_not_go_again),
	    CASE(retries_leave_room_for_what_was_never_tried),
	    CASE(the_retraction_of_what_was_never_tried_is_not_sent),
	    CASE(what_ends_well_after_all_is_not_sent_again),
	    CASE(what_ended_in_doubt_is_sent_again),
	    CASE(our_own_mails_ask_no_subscription_and_enter_no_statistic),
	    CASE(memory_is_bounded_by_bytes_too),
	    CASE(a_retraction_counts_revisions_not_records),
	    CASE(an_intent_does_not_wait_for_a_connection),
	    CASE(a_successor_cancels_what_waits_for_a_connection),
	    CASE(what_waits_for_a_connection_goes_with_its_partition),
	    CASE(
	        after_a_long_wait_for_a_connection_the_clearance_is_asked_for_again),
	    CASE(a_webhook_confirms_by_its_answer),
	    CASE(a_reminder_that_is_confirmed_confirms_the_alert),
	    CASE(any_other_answer_of_a_webhook_is_delivery_and_no_more),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_sender", tests, NULL, NULL);
}
