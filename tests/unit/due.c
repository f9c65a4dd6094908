/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/wire.h"

static struct lane *w;

size_t
due_turn(void)
{
	size_t before = w->n_jobs;

	sender_unpark(&w->s);
	(void)dispatcher_queue_wake(w->s.queue, nrs_mono_now());
	sender_pump(&w->s);
	lane_ack();
	return w->n_jobs - before;
}

size_t
due_count(enum nrs_delivery_state state, const char *detail)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	for (i = 0; i < w->n_letters; i++) {
		r = w->letters[i].receipt;
		n += r->state == state && strcmp(r->detail, detail) == 0;
	}
	return n;
}

struct nrs_bytes
due_key(const char *text)
{
	uint8_t *key = nrs_arena_alloc(w->arena, NRS_SHA256_SIZE);

	(void)snprintf((char *)key, NRS_SHA256_SIZE, "%s", text);
	return (struct nrs_bytes){key, NRS_SHA256_SIZE};
}

void
due_write(struct due_item item)
{
	struct nrs_variant variant = {.lang = "ja",
	    .channel = NRS_CHANNEL_MAIL,
	    .media_type = "text/plain"};
	struct nrs_channel channel = {
	    .type = NRS_CHANNEL_MAIL, .address = "a@x.example"};
	struct nrs_delivery delivery = {.subscriber_id = item.who,
	    .channel = &channel,
	    .key = due_key(nrs_arena_printf(w->arena, "%s %u %d %s",
	        item.thread, item.revision, (int)item.purpose, item.who)),
	    .awaits = due_key(nrs_arena_printf(
	        w->arena, "%s %u %s", item.thread, item.revision, item.who)),
	    .greeting = "",
	    .organisation = "o",
	    .kind = NRS_SUBSCRIBER_OPERATOR};
	struct nrs_delivery_batch batch = {
	    .notice_id =
	        nrs_arena_printf(w->arena, "%s-%u", item.thread, item.revision),
	    .thread_id = item.thread,
	    .revision = item.revision,
	    .kind = item.kind,
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_GREEN,
	    .purpose = item.purpose,
	    .urgency = NRS_URGENCY_IMMEDIATE,
	    .awaits_from = item.whose == NULL ? "" : item.whose,
	    .ack_by = item.asks ? nrs_wall_ms() + DUE_FAR : 0,
	    .not_before = nrs_wall_ms() + item.in_ms,
	    .give_up_at = nrs_wall_ms() + 2 * DUE_FAR,
	    .variants = &variant,
	    .n_variants = 1,
	    .deliveries = &delivery,
	    .n_deliveries = item.no_deliveries ? 0 : 1};

	assert_true(w->n_records < LANE_KEPT);
	w->records[w->n_records++] =
	    nrs_wire_encode(w->arena, NRS_TYPE_DELIVERY_BATCH, &batch);
}

void
due_load_from(int64_t offset)
{
	for (; offset < w->n_records; offset++)
		sender_load(&w->s, &(struct nrs_record){.topic = "delivery.due",
		                       .offset = offset,
		                       .value = w->records[offset]});
}

void
due_plan(struct due_item item)
{
	due_write(item);
	due_load_from(w->n_records - 1);
	lane_ack();
}

void
due_receipt(enum nrs_delivery_state state, const char *key, const char *who)
{
	const struct nrs_receipt receipt = {.key = due_key(key),
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

void
due_time_passes(void)
{
	w->traffic.ahead_ms = 2 * DUE_FAR;
	w->s.due.parked_at = 0;
}

void
due_gain(const char *metadata)
{
	assert_int_equal(
	    sender_due_gain(&w->s, &w->part, metadata, NULL), NRS_OK);
	w->part.ours = true;
	w->part.past_end = w->n_records;
	sender_due_gained(&w->s, &w->part);
}

static void
die(void)
{
	const struct lane_letter *letter;

	w->part.ours = false;
	sender_unload(&w->s, &w->part);
	sender_due_lost(&w->s, &w->part);
	sender_outbox_drop(&w->s);
	while (w->n_acked < w->n_letters) {
		letter = &w->letters[w->n_acked++];
		letter->acked(letter->opaque, NRS_RETRY, 0, -1);
	}
	assert_null(w->s.loads);
}

void
due_take_over(size_t n_letters)
{
	struct nrs_err err = {0};

	die();
	w->n_kept = n_letters;
	due_gain(w->metadata);
	assert_int_equal(
	    sender_recover(&w->s, &w->part, w->metadata, &err), NRS_OK);
	w->part.position = w->part.committed = w->mark;
}

struct lane *
due_open(void)
{
	static const struct dispatcher_lane due = {.name = "due",
	    .delivery = "delivery.due",
	    .receipt = "receipt.due",
	    .ahead_ms = DUE_AHEAD};

	w = lane_open(&due, LANE_KEPT);
	w->part.ours = false;
	w->s.due.parked_at = INT64_MAX;
	assert_int_equal(
	    dispatcher_acks_open(NULL, "receipt.alert", &w->s.due.acks, NULL),
	    NRS_OK);
	due_gain("");
	return w;
}

void
due_close(void)
{
	struct dispatcher_acks *acks = w->s.due.acks;

	(void)lane_close(NULL);
	dispatcher_acks_close(acks);
}
