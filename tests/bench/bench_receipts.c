/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a notice took to reach everybody: reads the receipts of its alert
 * until COUNT deliveries have ended.
 *
 *   bench_receipts SERVERS PREFIX NOTICE COUNT
 *
 * Prints the seconds from its acceptance until 50 %, 99 % and all of them were
 * with their relay or endpoint ("250", 2xx). A delivery that ended otherwise,
 * or nothing new for a minute, is a failure.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/wire.h"

#define PARTITIONS_MAX 64
#define SILENCE_MS 60000

struct watch {
	const char *notice_id;
	struct nrs_arena *arena;
	int64_t *ms; /* of each that ended well */
	size_t n, want;
};

static void
must(enum nrs_rc rc, const struct nrs_err *err)
{
	if (rc == NRS_OK)
		return;
	(void)fprintf(stderr, "bench_receipts: %s\n", err->text);
	exit(1);
}

static void
see(struct watch *watch, const struct nrs_record *record)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_receipt *receipt;
	struct nrs_err err = {0};
	void *value;

	nrs_arena_reset(watch->arena);
	must(nrs_wire_decode(watch->arena, &in, &value, &err), &err);
	receipt = value;
	if (strcmp(receipt->notice_id, watch->notice_id) != 0 ||
	    receipt->state < NRS_STATE_DELIVERED)
		return;
	if (receipt->state != NRS_STATE_DELIVERED) {
		(void)fprintf(stderr, "bench_receipts: %s: state %d: %s\n",
		    receipt->subscriber_id, (int)receipt->state,
		    receipt->detail);
		exit(1);
	}
	watch->ms[watch->n++] = receipt->at - receipt->accepted_at;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double
seconds_at(const struct watch *watch, size_t percent)
{
	size_t i = (watch->n * percent + 99) / 100;

	return (double)watch->ms[i == 0 ? 0 : i - 1] / 1000;
}

static struct nrs_reader *
open_all(const char *servers, const char *prefix)
{
	const struct nrs_bus_conf conf = {.servers = servers,
	    .instance = "receipts",
	    .prefix = prefix,
	    .session_timeout_ms = 6000,
	    .transaction_timeout_ms = 10000};
	struct nrs_reader_from from[PARTITIONS_MAX];
	struct nrs_reader *reader;
	struct nrs_err err = {0};
	int n, i;

	/* Looking on must cost little: the times are in the receipts. */
	must(nrs_reader_open_follower(&conf, &reader, &err), &err);
	must(nrs_reader_partitions(reader, NRS_TOPIC_RECEIPT_ALERT, &n, &err),
	    &err);
	for (i = 0; i < n && i < PARTITIONS_MAX; i++)
		from[i] = (struct nrs_reader_from){
		    NRS_TOPIC_RECEIPT_ALERT, i, NRS_FROM_START};
	must(nrs_reader_assign(reader, from, (size_t)i, &err), &err);
	return reader;
}

int
main(int argc, char **argv)
{
	struct watch watch = {.arena = nrs_arena_new()};
	struct nrs_reader *reader;
	struct nrs_record record;
	struct nrs_err err = {0};

	if (argc != 5) {
		(void)fprintf(stderr, "usage: bench_receipts SERVERS PREFIX "
		                      "NOTICE COUNT\n");
		return 2;
	}
	watch.notice_id = argv[3];
	watch.want = strtoul(argv[4], NULL, 10);
	watch.ms = nrs_calloc(watch.want + 1, sizeof(*watch.ms));
	reader = open_all(argv[1], argv[2]);
	while (watch.n < watch.want) {
		memset(&record, 0, sizeof(record));
		must(nrs_reader_next(reader, SILENCE_MS, &record, &err), &err);
		if (record.topic == NULL) {
			(void)fprintf(stderr, "bench_receipts: %zu of %zu\n",
			    watch.n, watch.want);
			return 1;
		}
		see(&watch, &record);
	}
	qsort(watch.ms, watch.n, sizeof(*watch.ms), by_value);
	(void)printf("%.3f %.3f %.3f\n", seconds_at(&watch, 50),
	    seconds_at(&watch, 99), seconds_at(&watch, 100));
	nrs_reader_close(reader);
	nrs_arena_free(watch.arena);
	free(watch.ms);
	return 0;
}
