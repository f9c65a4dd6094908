/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lane due between bus and world, both played by this test: what fires,
 * what does not any more, and what it keeps in memory until then.
 *
 * long: half of it stands in for the bus.
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
#include "dispatcher/sender/sender.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/io/wire.h"

#define KEPT 256
#define AHEAD 1000
#define FAR 3600000

struct letter {
	const char *topic;
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
	/* delivery.due, receipt.alert */
	struct nrs_bytes records[KEPT];
	int64_t n_records;
	struct nrs_bytes receipts[KEPT];
	int64_t n_receipts;
	enum nrs_rc bus;
	struct nrs_reader_from from;
	int n_read_again;
	/* receipt.due */
	struct letter letters[KEPT];
	size_t n_letters, n_acked;
	struct nrs_transfer_job jobs[KEPT];
	size_t n_jobs;
	int64_t mark;
	char metadata[64];
};

static struct world *w;

/* ---- in place of bus and world ---- */

enum nrs_rc
dispatcher_subs_refresh(
    struct dispatcher_subs *subs, int timeout_ms, struct nrs_err *err)
{
	(void)subs, (void)timeout_ms, (void)err;
	return NRS_OK;
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
	(void)subs, (void)subscriber_id, (void)address;
	return false;
}

bool
dispatcher_subs_has_endpoints(const struct dispatcher_subs *subs)
{
	(void)subs;
	return false;
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
	(void)group, (void)partition;
	w->mark = offset;
	(void)snprintf(w->metadata, sizeof(w->metadata), "%s", metadata);
}

enum nrs_rc
nrs_producer_send(struct nrs_producer *producer, const struct nrs_outgoing *out,
    struct nrs_err *err)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .how = NRS_WIRE_STRICT,
	    .bytes =
	        nrs_arena_bytes(w->arena, out->value.data, out->value.len)};
	void *receipt;

	(void)producer;
	assert_true(w->n_letters < KEPT);
	assert_int_equal(nrs_wire_decode(w->arena, &in, &receipt, err), NRS_OK);
	w->letters[w->n_letters++] =
	    (struct letter){out->topic, receipt, out->acked, out->opaque};
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

size_t
nrs_transfer_room(
    const struct nrs_transfer *transfer, enum nrs_channel_type channel)
{
	(void)transfer, (void)channel;
	return 1;
}

enum nrs_rc
nrs_producer_flush(
    struct nrs_producer *producer, int timeout_ms, struct nrs_err *err)
{
	(void)producer, (void)timeout_ms, (void)err;
	return NRS_OK;
}

enum nrs_rc
nrs_transfer_start(struct nrs_transfer *transfer,
    const struct nrs_transfer_job *job, struct nrs_err *err)
{
	(void)transfer, (void)err;
	assert_true(w->n_jobs < KEPT);
	w->jobs[w->n_jobs++] = *job;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_bounds(struct nrs_reader *reader, const char *topic, int partition,
    struct nrs_bounds *out, struct nrs_err *err)
{
	(void)reader, (void)partition;
	if (w->bus != NRS_OK)
		return nrs_fail(err, w->bus, "silent");
	*out = (struct nrs_bounds){.end = strcmp(topic, "receipt.alert") == 0
	                                      ? w->n_receipts
	                                      : w->n_records};
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
	struct nrs_record record = {.topic = "receipt.alert"};
	int64_t i;

	(void)reader, (void)timeout_ms;
	for (i = w->from.offset; i < w->n_receipts; i++) {
		record.offset = i;
		record.value = w->receipts[i];
		assert_int_equal(each(ctx, &record, err), NRS_OK);
	}
	return NRS_OK;
}

enum nrs_rc
nrs_reader_open(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	(void)conf, (void)out, (void)err;
	return NRS_FATAL;
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

/* The bus has taken all that was sent. */
static void
ack(void)
{
	const struct letter *letter;

	sender_outbox_push(&w->s);
	while (w->n_acked < w->n_letters) {
		letter = &w->letters[w->n_acked++];
		letter->acked(
		    letter->opaque, NRS_OK, 0, (int64_t)w->n_acked - 1);
		sender_outbox_push(&w->s);
	}
}

/* One turn at this time of day; the number of transfers begun. */
static size_t
turn(void)
{
	size_t before = w->n_jobs;
	int64_t now = nrs_wall_ms();

	sender_unpark(&w->s, now);
	(void)dispatcher_queue_wake(w->s.queue, now);
	sender_pump(&w->s);
	ack();
	return w->n_jobs - before;
}

static size_t
count(enum nrs_delivery_state state, const char *detail)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	for (i = 0; i < w->n_letters; i++) {
		r = w->letters[i].receipt;
		n += r->state == state && strcmp(r->detail, detail) == 0;
	}
	return n;
}

/* ---- deliveries ---- */

struct plan {
	const char *thread;
	uint32_t revision;
	enum nrs_msg_kind kind;
	enum nrs_delivery_purpose purpose;
	int64_t in_ms; /* due from now */
	const char *who;
	bool no_deliveries;
	const char *whose; /* waits for this arrangement's contact */
	bool asks;         /* it is to be acknowledged */
};

#define REMINDER                                                               \
	(struct plan)                                                          \
	{                                                                      \
		.thread = "t", .revision = 1, .kind = NRS_KIND_INITIAL,        \
		.purpose = NRS_PURPOSE_REMINDER, .who = "s"                    \
	}

static struct nrs_bytes
key_of(const char *text)
{
	uint8_t *key = nrs_arena_alloc(w->arena, NRS_SHA256_SIZE);

	(void)snprintf((char *)key, NRS_SHA256_SIZE, "%s", text);
	return (struct nrs_bytes){key, NRS_SHA256_SIZE};
}

static void
write_plan(struct plan plan)
{
	struct nrs_variant variant = {.lang = "ja",
	    .channel = NRS_CHANNEL_MAIL,
	    .media_type = "text/plain"};
	struct nrs_channel channel = {
	    .type = NRS_CHANNEL_MAIL, .address = "a@x.example"};
	struct nrs_delivery delivery = {.subscriber_id = plan.who,
	    .channel = &channel,
	    .key = key_of(nrs_arena_printf(w->arena, "%s %u %d %s", plan.thread,
	        plan.revision, (int)plan.purpose, plan.who)),
	    .awaits = key_of(nrs_arena_printf(
	        w->arena, "%s %u %s", plan.thread, plan.revision, plan.who)),
	    .greeting = "",
	    .organisation = "o",
	    .kind = NRS_SUBSCRIBER_OPERATOR};
	struct nrs_delivery_batch batch = {
	    .notice_id =
	        nrs_arena_printf(w->arena, "%s-%u", plan.thread, plan.revision),
	    .thread_id = plan.thread,
	    .revision = plan.revision,
	    .kind = plan.kind,
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_GREEN,
	    .purpose = plan.purpose,
	    .urgency = NRS_URGENCY_IMMEDIATE,
	    .awaits_from = plan.whose == NULL ? "" : plan.whose,
	    .ack_by = plan.asks ? nrs_wall_ms() + FAR : 0,
	    .not_before = nrs_wall_ms() + plan.in_ms,
	    .give_up_at = nrs_wall_ms() + 2 * FAR,
	    .variants = &variant,
	    .n_variants = 1,
	    .deliveries = &delivery,
	    .n_deliveries = plan.no_deliveries ? 0 : 1};

	assert_true(w->n_records < KEPT);
	w->records[w->n_records++] =
	    nrs_wire_encode(w->arena, NRS_TYPE_DELIVERY_BATCH, &batch);
}

static void
load_from(int64_t offset)
{
	for (; offset < w->n_records; offset++)
		sender_load(&w->s, &(struct nrs_record){.topic = "delivery.due",
		                       .offset = offset,
		                       .value = w->records[offset]});
}

static void
plan(struct plan plan)
{
	write_plan(plan);
	load_from(w->n_records - 1);
	ack();
}

/* Of the alert that a reminder is about. */
static void
receipt(enum nrs_delivery_state state, const char *key, const char *who)
{
	const struct nrs_receipt receipt = {.key = key_of(key),
	    .notice_id = "t-1",
	    .thread_id = "t",
	    .revision = 1,
	    .state = state,
	    .mode = NRS_MODE_ACTUAL,
	    .subscriber_id = who,
	    .purpose = NRS_PURPOSE_ALERT,
	    .channel = NRS_CHANNEL_MAIL,
	    .stage = NRS_SUBSCRIBER_OPERATOR};

	w->receipts[w->n_receipts++] =
	    nrs_wire_encode(w->arena, NRS_TYPE_RECEIPT, &receipt);
	/* the next turn asks anew, as after a while */
	w->s.due.acks_at = (struct nrs_mono){0};
}

/* As after a while. */
static void
time_passes(void)
{
	w->traffic.ahead_ms = 2 * FAR;
	w->s.due.parked_at = 0;
}

static void
gain(const char *metadata)
{
	assert_int_equal(
	    sender_due_gain(&w->s, &w->part, metadata, NULL), NRS_OK);
	w->part.ours = true;
	w->part.past_end = w->n_records;
	sender_due_gained(&w->s, &w->part);
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
	w->conf = (struct dispatcher_conf){.transfer = {.max_mail = 9},
	    .retry_min_ms = 1,
	    .retry_max_ms = 1,
	    .max_open = 1000};
	w->d.conf = &w->conf;
	w->traffic = (struct dispatcher_lane){.name = "due",
	    .delivery = "delivery.due",
	    .receipt = "receipt.due",
	    .ahead_ms = AHEAD};
	w->part = (struct dispatcher_part){.sender = &w->s};
	w->s = (struct sender){.d = &w->d,
	    .conf = &w->conf,
	    .traffic = &w->traffic,
	    .queue = dispatcher_queue_new(),
	    .parts = &w->part,
	    .n_parts = 1,
	    .n_ours = 1,
	    .due.parked_at = INT64_MAX,
	    .scratch = nrs_arena_new()};
	w->s.transfer_conf = dispatcher_transfer_conf(&w->conf, &w->traffic);
	w->subs = nrs_match_set_new();
	nrs_match_set_put(w->subs, &reader);
	assert_int_equal(
	    dispatcher_acks_open(NULL, "receipt.alert", &w->s.due.acks, NULL),
	    NRS_OK);
	gain("");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	sender_outbox_drop(&w->s);
	sender_unload_all(&w->s);
	dispatcher_acks_close(w->s.due.acks);
	dispatcher_queue_free(w->s.queue);
	nrs_arena_free(w->s.scratch);
	nrs_match_set_free(w->subs);
	nrs_arena_free(w->arena);
	free(w);
	return 0;
}

/* ---- what fires ---- */

static void
who_is_silent_is_reminded_when_it_is_time(void **state)
{
	struct nrs_mono since = nrs_mono_now();
	struct plan soon = REMINDER;

	(void)state;
	soon.in_ms = 50;
	plan(soon);
	assert_int_equal(turn(), 0);
	while (turn() == 0)
		assert_true(nrs_mono_since_ms(since) < 5000);
	assert_true(nrs_mono_since_ms(since) >= 49);
}

static void
who_has_acknowledged_is_not(void **state)
{
	(void)state;
	plan(REMINDER);
	receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	receipt(NRS_STATE_ACKNOWLEDGED, "t 1 s", "s");
	assert_int_equal(turn(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "acknowledged"), 1);
}

/* The view is at its end when something fires, not when it was planned. */
static void
an_acknowledgement_counts_to_the_last_moment(void **state)
{
	struct nrs_mono since = nrs_mono_now();
	struct plan soon = REMINDER;

	(void)state;
	soon.in_ms = 50;
	plan(soon);
	assert_int_equal(turn(), 0);
	receipt(NRS_STATE_RESPONDED, "t 1 s", "s");
	while (count(NRS_STATE_CANCELLED, "acknowledged") == 0) {
		assert_int_equal(turn(), 0);
		assert_true(nrs_mono_since_ms(since) < 5000);
	}
}

static void
any_channel_of_the_recipient_will_do(void **state)
{
	(void)state;
	plan(REMINDER);
	receipt(NRS_STATE_ACKNOWLEDGED, "another channel", "s");
	assert_int_equal(turn(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "acknowledged"), 1);
}

static void
nobody_acknowledges_for_another(void **state)
{
	(void)state;
	plan(REMINDER);
	receipt(NRS_STATE_ACKNOWLEDGED, "t 1 other", "other");
	receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	assert_int_equal(turn(), 1);
}

static void
nothing_fires_while_nobody_can_be_asked(void **state)
{
	(void)state;
	plan(REMINDER);
	w->bus = NRS_RETRY;
	w->s.due.acks_at = (struct nrs_mono){0};
	assert_int_equal(turn(), 0);
	assert_int_equal(w->s.n_open, 1);
}

/* {"acknowledged":true}, as the endpoint may have said to the alert itself. */
static void
the_answer_to_a_reminder_confirms_the_alert(void **state)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	(void)state;
	plan(REMINDER);
	assert_int_equal(turn(), 1);
	w->jobs[0].done(w->jobs[0].opaque,
	    &(struct nrs_transfer_result){.class = NRS_TRANSFER_DELIVERED,
	        .detail = "",
	        .answer = "{\"acknowledged\":true}"});
	ack();
	for (i = 0; i < w->n_letters; i++) {
		r = w->letters[i].receipt;
		if (r->state != NRS_STATE_ACKNOWLEDGED)
			continue;
		n++;
		assert_true(nrs_bytes_equal(r->key, key_of("t 1 s")));
		assert_string_equal(w->letters[i].topic, "receipt.alert");
		assert_string_equal(r->by, "webhook");
	}
	assert_int_equal(n, 1);
	assert_int_equal(count(NRS_STATE_DELIVERED, ""), 1);
}

static void
who_left_is_not_reminded(void **state)
{
	(void)state;
	plan(REMINDER);
	nrs_match_set_remove(w->subs, "s");
	assert_int_equal(turn(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "no longer subscribed"), 1);
}

/* ---- successors ---- */

static void
a_later_revision_is_asked_about_instead(void **state)
{
	struct plan later = REMINDER;

	(void)state;
	later.in_ms = FAR;
	plan(later);
	later.revision = 2;
	later.kind = NRS_KIND_FOLLOW_UP;
	plan(later);
	assert_int_equal(count(NRS_STATE_CANCELLED, "superseded"), 1);
	time_passes();
	(void)turn();
	assert_int_equal(w->s.n_open, 1);
}

static void
word_of_a_retraction_ends_what_waits_of_the_thread(void **state)
{
	struct plan next = REMINDER;

	(void)state;
	next.in_ms = FAR;
	plan(next);
	next.thread = "u";
	plan(next);
	next = REMINDER;
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	next.no_deliveries = true;
	plan(next);
	assert_int_equal(count(NRS_STATE_CANCELLED, "superseded"), 1);
	time_passes();
	(void)turn();
	assert_int_equal(w->s.n_open, 1);
}

/* Of a retraction, too: it is not undone by what never had to be said. */
static void
a_retraction_is_itself_asked_about(void **state)
{
	struct plan next = REMINDER;

	(void)state;
	next.in_ms = FAR;
	plan(next);
	next = REMINDER;
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	plan(next);
	assert_int_equal(turn(), 1);
	assert_int_equal(count(NRS_STATE_CANCELLED, "nothing to retract"), 0);
}

/* ---- what waits ---- */

static void
what_is_far_away_takes_no_room(void **state)
{
	struct plan later = REMINDER;
	int i;

	(void)state;
	later.in_ms = FAR;
	for (i = 0; i < 100; i++)
		plan(later);
	assert_int_equal(w->s.n_open, 0);
	assert_int_equal(w->s.n_open_bytes, 0);
	assert_int_equal(turn(), 0);
	/* nor does it hold up what comes after it */
	later.in_ms = 0;
	later.thread = "u";
	plan(later);
	assert_int_equal(turn(), 1);
	/* and its place is kept */
	assert_true(w->mark <= 0);
}

static void
it_is_read_again_when_its_time_is_near(void **state)
{
	struct plan later = REMINDER;

	(void)state;
	later.in_ms = AHEAD + 200;
	plan(later);
	assert_int_equal(turn(), 0);
	assert_int_equal(w->n_read_again, 0);
	time_passes();
	(void)turn();
	assert_int_equal(w->n_read_again, 1);
	assert_int_equal(w->s.n_open, 1);
}

static void
a_bus_that_is_silent_then_is_asked_again(void **state)
{
	struct nrs_mono since = nrs_mono_now();
	struct plan later = REMINDER;

	(void)state;
	later.in_ms = FAR;
	plan(later);
	time_passes();
	w->bus = NRS_RETRY;
	(void)turn();
	assert_int_equal(w->s.n_open, 0);
	w->bus = NRS_OK;
	while (w->s.n_open == 0) {
		(void)turn();
		assert_true(nrs_mono_since_ms(since) < 10000);
	}
}

static void
a_partition_that_goes_takes_what_was_parked_with_it(void **state)
{
	struct plan later = REMINDER;

	(void)state;
	later.in_ms = FAR;
	plan(later);
	plan(later);
	sender_unload(&w->s, &w->part);
	assert_null(w->s.loads);
	assert_int_equal(w->part.n_parked_past, 0);
}

/* ---- what waits for an arrangement ---- */

static struct plan
fallback(void)
{
	struct plan plan = REMINDER;

	plan.purpose = NRS_PURPOSE_ALERT;
	plan.whose = "@hq";
	plan.in_ms = FAR;
	return plan;
}

/* A look at once, not after a second. */
static size_t
turn_with_despair(void)
{
	w->s.due.hoped_at = 0;
	sender_due_despair(&w->s, nrs_wall_ms());
	return turn();
}

static void
the_usual_recipients_wait_while_the_contact_may_answer(void **state)
{
	(void)state;
	plan(fallback());
	receipt(NRS_STATE_DELIVERED, "t 1 s", "@hq");
	assert_int_equal(turn_with_despair(), 0);
	assert_int_equal(w->s.n_open, 0);
}

static void
the_contact_acknowledges_for_them(void **state)
{
	struct plan now = fallback();

	(void)state;
	now.in_ms = 0;
	plan(now);
	receipt(NRS_STATE_ACKNOWLEDGED, "another channel", "@hq");
	assert_int_equal(turn_with_despair(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "acknowledged"), 1);
	assert_int_equal(w->s.due.n_hopes, 0);
}

static void
a_contact_that_cannot_be_reached_holds_up_nobody(void **state)
{
	(void)state;
	plan(fallback());
	receipt(NRS_STATE_FAILED, "t 1 s", "@hq");
	assert_int_equal(turn_with_despair(), 1);
	assert_int_equal(w->s.due.n_hopes, 0);
}

static void
but_while_another_of_it_was_reached_they_wait(void **state)
{
	(void)state;
	plan(fallback());
	receipt(NRS_STATE_FAILED, "t 1 s", "@hq");
	receipt(NRS_STATE_DELIVERED, "another channel", "@hq");
	assert_int_equal(turn_with_despair(), 0);
}

/* One lane, one place: it goes at once, and what waited does not. */
static void
a_correction_replaces_what_waited(void **state)
{
	struct plan next = fallback();

	(void)state;
	plan(next);
	next.revision = 2;
	next.kind = NRS_KIND_CORRECTION;
	next.in_ms = 0;
	plan(next);
	assert_int_equal(turn(), 1);
	assert_int_equal(count(NRS_STATE_CANCELLED, "superseded"), 1);
}

static void
nobody_hears_of_the_retraction_of_what_waited(void **state)
{
	struct plan next = fallback();

	(void)state;
	plan(next);
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	next.in_ms = 0;
	plan(next);
	assert_int_equal(turn(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "nothing to retract"), 1);
}

/* ---- and is reminded like others, once it was told ---- */

static struct plan
reminder_of_fallback(void)
{
	struct plan plan = REMINDER;

	plan.whose = "@hq";
	return plan;
}

/* As after a while. */
static size_t
turn_again(void)
{
	struct dispatcher_task *task = w->s.loads->tasks[0];

	task->due_ms = 0;
	dispatcher_queue_update(w->s.queue, task, nrs_wall_ms());
	return turn();
}

static void
a_reminder_waits_until_the_alert_went_out(void **state)
{
	(void)state;
	plan(reminder_of_fallback());
	assert_int_equal(turn(), 0);
	receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	assert_int_equal(turn_again(), 1);
}

static void
who_was_not_told_is_not_reminded(void **state)
{
	(void)state;
	plan(reminder_of_fallback());
	assert_int_equal(turn(), 0);
	/* another channel's alert, of the same recipient */
	receipt(NRS_STATE_DELIVERED, "another channel", "s");
	assert_int_equal(turn_again(), 0);
	receipt(NRS_STATE_CANCELLED, "t 1 s", "s");
	assert_int_equal(turn_again(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "not told"), 1);
}

static void
who_was_told_late_acknowledges_for_himself(void **state)
{
	(void)state;
	plan(reminder_of_fallback());
	receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	receipt(NRS_STATE_ACKNOWLEDGED, "contact", "@hq");
	receipt(NRS_STATE_ACKNOWLEDGED, "t 1 s", "s");
	assert_int_equal(turn(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "acknowledged"), 1);
}

static void
word_of_the_end_is_left_before_the_end(void **state)
{
	struct plan now = fallback();

	(void)state;
	now.in_ms = 0;
	now.asks = true;
	plan(now);
	assert_int_equal(turn(), 1);
	w->jobs[0].done(w->jobs[0].opaque,
	    &(struct nrs_transfer_result){
	        .class = NRS_TRANSFER_DELIVERED, .detail = "", .answer = ""});
	sender_outbox_push(&w->s);
	assert_int_equal(w->n_letters, 2); /* the intent, and the word */
	assert_string_equal(w->letters[1].topic, "receipt.alert");
	assert_int_equal(w->letters[1].receipt->state, NRS_STATE_DELIVERED);
	assert_int_equal(w->letters[1].receipt->delivery_offset, -1);
	ack();
	assert_int_equal(w->n_letters, 3);
	assert_string_equal(w->letters[2].topic, "receipt.due");
	assert_true(nrs_bytes_equal(
	    w->letters[1].receipt->key, w->letters[2].receipt->key));
	assert_int_equal(w->s.n_open, 0);
}

/* Whoever was told is told that it was wrong, too, also where a reminder of it
 * lies in the same partition, never tried. */
static void
a_reminder_does_not_stand_for_the_alert(void **state)
{
	struct plan next = fallback();

	(void)state;
	plan(REMINDER);
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	next.in_ms = 0;
	plan(next);
	assert_int_equal(turn(), 1);
	assert_int_equal(count(NRS_STATE_CANCELLED, "nothing to retract"), 0);
}

/* ---- the mark ---- */

static void
the_mark_says_from_where_on_acknowledgements_matter(void **state)
{
	struct plan now = REMINDER;

	(void)state;
	receipt(NRS_STATE_DELIVERED, "x", "x");
	receipt(NRS_STATE_DELIVERED, "y", "y");
	/* taken over: what is planned from now on is acknowledged later */
	sender_unload(&w->s, &w->part);
	gain("r=0 a=1");
	plan(now);
	assert_int_equal(turn(), 1);
	w->jobs[0].done(w->jobs[0].opaque,
	    &(struct nrs_transfer_result){.class = NRS_TRANSFER_DELIVERED});
	ack();
	assert_int_equal(w->mark, 1);
	assert_non_null(strstr(w->metadata, " a=2"));
}

/* It was planned before, so it may have been acknowledged before. */
static void
a_successor_sees_what_was_acknowledged_before_it(void **state)
{
	(void)state;
	write_plan(REMINDER);
	receipt(NRS_STATE_ACKNOWLEDGED, "t 1 s", "s");
	sender_unload(&w->s, &w->part);
	gain("r=0 a=0");
	load_from(0);
	assert_int_equal(turn(), 0);
	assert_int_equal(count(NRS_STATE_CANCELLED, "acknowledged"), 1);
	assert_int_equal(w->mark, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(who_is_silent_is_reminded_when_it_is_time),
	    CASE(who_has_acknowledged_is_not),
	    CASE(an_acknowledgement_counts_to_the_last_moment),
	    CASE(any_channel_of_the_recipient_will_do),
	    CASE(nobody_acknowledges_for_another),
	    CASE(nothing_fires_while_nobody_can_be_asked),
	    CASE(the_answer_to_a_reminder_confirms_the_alert),
	    CASE(who_left_is_not_reminded),
	    CASE(a_later_revision_is_asked_about_instead),
	    CASE(word_of_a_retraction_ends_what_waits_of_the_thread),
	    CASE(a_retraction_is_itself_asked_about),
	    CASE(what_is_far_away_takes_no_room),
	    CASE(it_is_read_again_when_its_time_is_near),
	    CASE(a_bus_that_is_silent_then_is_asked_again),
	    CASE(a_partition_that_goes_takes_what_was_parked_with_it),
	    CASE(the_usual_recipients_wait_while_the_contact_may_answer),
	    CASE(the_contact_acknowledges_for_them),
	    CASE(a_contact_that_cannot_be_reached_holds_up_nobody),
	    CASE(but_while_another_of_it_was_reached_they_wait),
	    CASE(a_correction_replaces_what_waited),
	    CASE(nobody_hears_of_the_retraction_of_what_waited),
	    CASE(a_reminder_waits_until_the_alert_went_out),
	    CASE(who_was_not_told_is_not_reminded),
	    CASE(who_was_told_late_acknowledges_for_himself),
	    CASE(word_of_the_end_is_left_before_the_end),
	    CASE(a_reminder_does_not_stand_for_the_alert),
	    CASE(the_mark_says_from_where_on_acknowledgements_matter),
	    CASE(a_successor_sees_what_was_acknowledged_before_it),
	};

	return cmocka_run_group_tests_name("dispatcher_due", tests, NULL, NULL);
}
