/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_BUS_READER_H
#define NOROSHI_COMMON_IO_BUS_READER_H
/*
 * A reader as its two files see it: bus_reader.c reads, bus_reader_ask.c asks.
 */
#include "common/io/bus_private.h"

struct reader_part {
	rd_kafka_topic_t *topic; /* owned by handles */
	int partition;
	int64_t position; /* next offset; below 0: not known yet */
	int64_t end;      /* to_end: where it may stop */
	int64_t from;     /* where it was to start */
	bool looking;     /* librdkafka is finding out where to start */
	bool stalled;     /* or has given that up */
};

struct nrs_reader {
	struct nrs_bus_setup *setup;
	struct nrs_bus_watch watch;
	rd_kafka_t *rk;
	/* Asks where topics end while rk reads: a broker answers one request of
	 * a connection after another, and a fetch may wait for 500 ms. */
	rd_kafka_t *asker;
	struct nrs_map *handles; /* full name -> rd_kafka_topic_t */
	rd_kafka_queue_t *queue;
	struct reader_part *parts;
	size_t n_parts;
	rd_kafka_message_t *current; /* lent to the caller */
	rd_kafka_message_t **held;   /* read beyond an end, not given out yet */
	size_t first_held, n_held, cap_held; /* [first_held, n_held) */
};

/* Owned by r; NULL for a bad name. */
rd_kafka_topic_t *reader_handle(struct nrs_reader *r, const char *name);
NRS_CHECKED enum nrs_rc reader_bounds(struct nrs_reader *r,
    const struct reader_part *part, int timeout_ms, struct nrs_bounds *out,
    struct nrs_err *err);
void reader_close_asker(struct nrs_reader *r);
#endif
