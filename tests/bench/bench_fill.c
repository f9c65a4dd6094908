/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many recipients, without asking the door for each.
 *
 *   bench_fill SERVERS PREFIX mail|webhook COUNT [PORT]   subscriptions
 *   bench_fill SERVERS PREFIX backlog COUNT               newsletter deliveries
 *
 * Subscribers s0000000, s0000001 ... of the sector power, by mail at
 * s<n>@bench.example or by webhook at http://127.0.0.1:PORT/<n>. A backlog is
 * COUNT deliveries of one small mail, to slow<n>@bench.example.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/command.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"

#define CHUNK                                                                  \
	1000 /* of what is sent before a flush; deliveries of a record         \
	      */
#define PARTITIONS 12
#define FLUSH_MS 60000
#define WEEK_MS (7 * INT64_C(86400000))

struct filler {
	struct nrs_arena *arena;
	struct nrs_producer *producer;
	enum nrs_channel_type channel;
	const char *port;
};

static void
must(enum nrs_rc rc, const struct nrs_err *err)
{
	if (rc == NRS_OK)
		return;
	(void)fprintf(stderr, "bench_fill: %s\n", err->text);
	exit(1);
}

static void
send(struct filler *f, const char *topic, int partition, const char *key,
    struct nrs_bytes value)
{
	const struct nrs_outgoing out = {
	    .topic = topic,
	    .partition = partition,
	    .key = {(const uint8_t *)key, strlen(key)},
	    .value = value,
	};
	struct nrs_err err = {0};

	must(nrs_producer_send(f->producer, &out, &err), &err);
}

static void
flush(struct filler *f)
{
	struct nrs_err err = {0};

	must(nrs_producer_flush(f->producer, FLUSH_MS, &err), &err);
	nrs_arena_reset(f->arena);
}

/* ---- subscriptions ---- */

static void
subscribe(struct filler *f, unsigned n)
{
	static const char *power = "power";
	char *id = nrs_arena_printf(f->arena, "s%07u", n);
	struct nrs_channel channel = {.type = f->channel};
	const struct nrs_subscription sub = {
	    .subscriber_id = id,
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = id,
	    .name = id,
	    .sectors = &power,
	    .n_sectors = 1,
	    .ceptoars = &power,
	    .n_ceptoars = 1,
	    .max_tlp = NRS_TLP_AMBER,
	    .lang = "ja",
	    .channels = &channel,
	    .n_channels = 1,
	    .updated_at = nrs_wall_ms(),
	};
	struct nrs_submission submission = {
	    .submission_id = id,
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .accepted_at = sub.updated_at,
	};

	channel.address =
	    f->channel == NRS_CHANNEL_MAIL
	        ? nrs_arena_printf(f->arena, "%s@bench.example", id)
	        : nrs_arena_printf(
	              f->arena, "http://127.0.0.1:%s/%u", f->port, n);
	submission.payload =
	    nrs_wire_encode(f->arena, NRS_TYPE_SUBSCRIPTION, &sub);
	send(f, NRS_TOPIC_SUBSCRIPTION, 0, id,
	    nrs_wire_encode(f->arena, NRS_TYPE_SUBMISSION, &submission));
}

/* ---- a backlog ---- */

static void
deliver(struct filler *f, unsigned n, struct nrs_delivery *out)
{
	uint8_t *hash = nrs_arena_alloc(f->arena, NRS_SHA256_SIZE);

	out->subscriber_id = nrs_arena_printf(f->arena, "slow%07u", n);
	out->channel = nrs_arena_alloc(f->arena, sizeof(*out->channel));
	out->channel->type = NRS_CHANNEL_MAIL;
	out->channel->address =
	    nrs_arena_printf(f->arena, "%s@bench.example", out->subscriber_id);
	nrs_sha256((struct nrs_bytes){(const uint8_t *)out->subscriber_id,
	               strlen(out->subscriber_id)},
	    hash);
	out->key = (struct nrs_bytes){hash, NRS_SHA256_SIZE};
	out->greeting = "";
	out->organisation = out->subscriber_id;
	out->kind = NRS_SUBSCRIBER_OPERATOR;
}

static void
add_backlog(struct filler *f, unsigned first, unsigned n)
{
	static const char mail[] = "From: desk@noroshi.example\r\n"
	                           "Subject: newsletter\r\n\r\nnothing new\r\n";
	struct nrs_part part = {
	    .data = {(const uint8_t *)mail, sizeof(mail) - 1},
	    .slot = NRS_SLOT_NONE};
	struct nrs_variant variant = {.lang = "ja",
	    .channel = NRS_CHANNEL_MAIL,
	    .parts = &part,
	    .n_parts = 1,
	    .media_type = "message/rfc822"};
	const int64_t now = nrs_wall_ms();
	struct nrs_delivery_batch batch = {
	    .notice_id = "bench-issue",
	    .thread_id = "bench-issue",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_CLEAR,
	    .purpose = NRS_PURPOSE_NEWSLETTER,
	    .urgency = NRS_URGENCY_ROUTINE,
	    .accepted_at = now,
	    .planned_at = now,
	    .give_up_at = now + WEEK_MS,
	    .variants = &variant,
	    .n_variants = 1,
	    .n_deliveries = n,
	    .n_chunks = 1,
	};
	unsigned i;

	batch.deliveries =
	    nrs_arena_array(f->arena, n, sizeof(*batch.deliveries));
	for (i = 0; i < n; i++)
		deliver(f, first + i, &batch.deliveries[i]);
	send(f, NRS_TOPIC_DELIVERY_NEWSLETTER,
	    (int)(first / CHUNK % PARTITIONS), "bench-issue",
	    nrs_wire_encode(f->arena, NRS_TYPE_DELIVERY_BATCH, &batch));
}

static void
run(struct filler *f, bool backlog, unsigned count)
{
	unsigned n;

	for (n = 0; n < count; n += CHUNK) {
		unsigned end = n + CHUNK < count ? n + CHUNK : count, i;

		if (backlog)
			add_backlog(f, n, end - n);
		for (i = n; !backlog && i < end; i++)
			subscribe(f, i);
		flush(f);
	}
}

int
main(int argc, char **argv)
{
	static const char *const topics[] = {
	    NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_DELIVERY_NEWSLETTER};
	struct nrs_bus_conf conf = {.instance = "fill",
	    .session_timeout_ms = 6000,
	    .transaction_timeout_ms = 10000};
	struct filler filler = {.arena = nrs_arena_new()};
	struct nrs_err err = {0};

	if (argc != 5 && argc != 6) {
		(void)fprintf(stderr, "usage: bench_fill SERVERS PREFIX "
		                      "mail|webhook|backlog COUNT [PORT]\n");
		return 2;
	}
	conf.servers = argv[1];
	conf.prefix = argv[2];
	filler.channel = strcmp(argv[3], "webhook") == 0 ? NRS_CHANNEL_WEBHOOK
	                                                 : NRS_CHANNEL_MAIL;
	filler.port = argc == 6 ? argv[5] : "";
	must(nrs_producer_open(&conf, topics, 2, &filler.producer, &err), &err);
	run(&filler, strcmp(argv[3], "backlog") == 0,
	    (unsigned)strtoul(argv[4], NULL, 10));
	nrs_producer_close(filler.producer);
	nrs_arena_free(filler.arena);
	return 0;
}
