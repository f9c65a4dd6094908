/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_BUS_H
#define NOROSHI_IO_BUS_H
/*
 * bus: the only module that knows Kafka exists. This page: connections,
 * producers and readers. io/pipe.h: consume, decide, produce, commit as one
 * transaction. io/group.h: partitions shared by many instances.
 *
 * Topic names here are without the prefix ("journal"); the bus adds
 * conf->prefix, and "drill." for a process that does not serve ACTUAL. Each
 * object belongs to one thread, if nothing else is said.
 *
 * long: records, and who sends and who reads them, are one contract.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/conf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/base/metrics.h"
#include "noroshi/base/stop.h"

struct nrs_bus_conf {
	const char *servers; /* bootstrap.servers */
	const char
	    *instance; /* unique per process: client.id, static membership */
	const char *prefix; /* "noroshi." */
	bool drill;         /* set from the mode, not by a row */
	int64_t session_timeout_ms;
	int64_t transaction_timeout_ms;
	struct nrs_conf_list extra;   /* "key=value" straight to librdkafka */
	struct nrs_conf_list secrets; /* the same, never printed */
};

/* The rows of struct nrs_bus_conf; offsets are relative to it. */
const struct nrs_param *nrs_bus_params(size_t *n);
/* Append what was set on a command line and is no row: "key=value" each. */
void nrs_bus_add_extra(struct nrs_bus_conf *conf,
    const struct nrs_conf_list *rest, struct nrs_arena *arena);
/* For --check-config. NRS_REJECT: librdkafka does not know an extra setting, or
 * it would weaken a promise (enable.auto.commit=true). */
NRS_CHECKED enum nrs_rc nrs_bus_check(
    const struct nrs_bus_conf *conf, struct nrs_err *err);
/* The name as the broker knows it; the caller frees. */
char *nrs_bus_full_name(const struct nrs_bus_conf *conf, const char *name);

struct nrs_bus_header {
	const char *name;
	const char *value;
};

/* A consumed record: borrowed, valid until the next call on its source. */
struct nrs_record {
	const char *topic; /* without the prefix */
	int partition;
	int64_t offset;
	int64_t timestamp_ms;
	struct nrs_bytes key, value; /* value.data NULL: a tombstone */
	void *message;               /* the bus's own: for nrs_record_header */
};
/* NULL when absent; borrowed from the record. */
const char *nrs_record_header(
    const struct nrs_record *record, const char *name);

/* A record to send. Nothing is copied: key, value and header values must stay
 * until the flush, commit or acknowledgement. */
struct nrs_outgoing {
	const char *topic;
	int partition; /* -1: by key */
	struct nrs_bytes key, value;
	const struct nrs_bus_header *headers;
	size_t n_headers;
	/* Called from flush, poll or commit in the sending thread; rc is NRS_OK
	 * when the bus has acknowledged. NULL: only flush's answer matters. */
	void (*acked)(
	    void *opaque, enum nrs_rc rc, int partition, int64_t offset);
	void *opaque;
};

/* ---- an idempotent producer: acks=all, nothing in doubt is called done ----
 */
struct nrs_producer;
/* Opens handles for topics and asks for metadata once, so that a first record
 * does not wait. An unreachable broker is not an error here. */
NRS_CHECKED enum nrs_rc nrs_producer_open(const struct nrs_bus_conf *conf,
    const char *const *topics, size_t n_topics, struct nrs_producer **out,
    struct nrs_err *err);
/* NRS_RETRY: the local queue is full, poll and try again. NRS_REJECT: too
 * large, a topic that was not opened, or a drill writing a real topic. */
NRS_CHECKED enum nrs_rc nrs_producer_send(struct nrs_producer *producer,
    const struct nrs_outgoing *out, struct nrs_err *err);
/* Serve acknowledgements, waiting at most timeout_ms for the first. */
void nrs_producer_poll(struct nrs_producer *producer, int timeout_ms);
/* Wait for all acknowledgements. NRS_RETRY: some are missing or failed. */
NRS_CHECKED enum nrs_rc nrs_producer_flush(
    struct nrs_producer *producer, int timeout_ms, struct nrs_err *err);
/* Send one and wait; any thread, many at once (then leave send, poll and flush
 * of this producer alone). The record is copied. NRS_RETRY: unknown whether it
 * was written. */
NRS_CHECKED enum nrs_rc nrs_producer_send_wait(struct nrs_producer *producer,
    const struct nrs_outgoing *out, int timeout_ms, int64_t *offset,
    struct nrs_err *err);
/* An fd that becomes readable when there is something to poll for. */
int nrs_producer_fd(struct nrs_producer *producer);
/* True while at least one broker is connected (for /readyz). Any thread. */
bool nrs_producer_connected(const struct nrs_producer *producer);
void nrs_producer_close(struct nrs_producer *producer);

/* ---- a reader: assigned partitions, no group, read_committed ---- */
struct nrs_reader;
struct nrs_reader_from {
	const char *topic;
	int partition;
	int64_t offset; /* NRS_FROM_START, NRS_FROM_END or a number */
};
#define NRS_FROM_START (-2)
#define NRS_FROM_END (-1)

NRS_CHECKED enum nrs_rc nrs_reader_open(const struct nrs_bus_conf *conf,
    struct nrs_reader **out, struct nrs_err *err);
/* For reading a few records here and there: it answers sooner, and costs the
 * broker more while it reads. Assign nothing in between. */
NRS_CHECKED enum nrs_rc nrs_reader_open_lookup(const struct nrs_bus_conf *conf,
    struct nrs_reader **out, struct nrs_err *err);
/* For following what others write in no hurry: half a second late at most, and
 * the broker is asked seldom. */
NRS_CHECKED enum nrs_rc nrs_reader_open_follower(
    const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err);
/* Replace what is read; n == 0: read nothing. An offset the topic no longer has
 * is NRS_FATAL at the next call: never a silent jump. */
NRS_CHECKED enum nrs_rc nrs_reader_assign(struct nrs_reader *reader,
    const struct nrs_reader_from *from, size_t n, struct nrs_err *err);
/* NRS_OK with out->topic == NULL: nothing within timeout_ms. */
NRS_CHECKED enum nrs_rc nrs_reader_next(struct nrs_reader *reader,
    int timeout_ms, struct nrs_record *out, struct nrs_err *err);
/* Call each on every record up to the end that each assigned partition had when
 * called, then return. NRS_RETRY when the bus does not answer within
 * timeout_ms without progress. Stops early with each's own code. */
NRS_CHECKED enum nrs_rc nrs_reader_to_end(struct nrs_reader *reader,
    int timeout_ms,
    enum nrs_rc (*each)(
        void *ctx, const struct nrs_record *record, struct nrs_err *err),
    void *ctx, struct nrs_err *err);
/* First offset, and the one after the last that read_committed may see. */
struct nrs_bounds {
	int64_t first, end;
};
NRS_CHECKED enum nrs_rc nrs_reader_bounds(struct nrs_reader *reader,
    const char *topic, int partition, struct nrs_bounds *out,
    struct nrs_err *err);
/* The offset of each of from becomes the first that the bus wrote at ms or
 * later; NRS_FROM_END: none. (The embedded bus knows no times: always none.) */
NRS_CHECKED enum nrs_rc nrs_reader_since(struct nrs_reader *reader, int64_t ms,
    struct nrs_reader_from *from, size_t n, struct nrs_err *err);
/* 0 when the topic does not exist. */
NRS_CHECKED enum nrs_rc nrs_reader_partitions(
    struct nrs_reader *reader, const char *topic, int *n, struct nrs_err *err);
void nrs_reader_close(struct nrs_reader *reader);

/* Which partition of n a key goes to (murmur2, as Java's default partitioner
 * and librdkafka's murmur2_random do): the bus and every foreign client agree.
 */
int nrs_bus_partition(struct nrs_bytes key, int n);
#endif
