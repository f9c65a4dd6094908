/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_BUS_PRIVATE_H
#define NOROSHI_COMMON_IO_BUS_PRIVATE_H
/*
 * What the sources of the bus family share, and nobody else sees: settings
 * (bus_conf.c), what librdkafka can be seen doing (bus_watch.c), and records
 * and errors translated both ways (bus_record.c).
 */
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/io/bus.h"

enum nrs_bus_role {
	NRS_BUS_PRODUCER,
	NRS_BUS_TRANSACTIONAL, /* id: transactional.id */
	NRS_BUS_READER,
	NRS_BUS_MEMBER, /* id: group.id */
	NRS_BUS_ADMIN,
};

/* ---- bus_watch.c: fed from librdkafka's threads, read from any ---- */
struct nrs_bus_watch {
	pthread_mutex_t lock;
	struct nrs_map *up; /* "host:port" of brokers that are connected */
	atomic_int n_up;
	/* When the group's coordinator answered last and before that, and since
	 * when our membership is proven: nanoseconds, monotonic, 0 is never. */
	_Atomic int64_t answered, answered_before, member_since;
};

void nrs_bus_watch_init(struct nrs_bus_watch *watch);
void nrs_bus_watch_fini(struct nrs_bus_watch *watch);
/* Add the interceptors; watch must outlive the handle made of conf. */
void nrs_bus_watch_attach(struct nrs_bus_watch *watch, rd_kafka_conf_t *conf);
bool nrs_bus_watch_connected(const struct nrs_bus_watch *watch);
/* An assignment came: what the coordinator answered before it counts. */
void nrs_bus_watch_joined(struct nrs_bus_watch *watch);
void nrs_bus_watch_left(struct nrs_bus_watch *watch);
/* A moment at which the coordinator is known to have renewed our session. */
struct nrs_mono nrs_bus_watch_member_since(const struct nrs_bus_watch *watch);

/* ---- bus_conf.c ---- */
/* All settings of one role, checked; handles are made of it as often as needed.
 * Does not refer to the struct nrs_bus_conf afterwards. */
struct nrs_bus_setup;
struct nrs_bus_hooks {
	void *opaque; /* given to the callbacks */
	void (*delivered)(
	    rd_kafka_t *rk, const rd_kafka_message_t *msg, void *opaque);
	void (*rebalance)(rd_kafka_t *rk, rd_kafka_resp_err_t err,
	    rd_kafka_topic_partition_list_t *partitions, void *opaque);
	void (*committed)(rd_kafka_t *rk, rd_kafka_resp_err_t err,
	    rd_kafka_topic_partition_list_t *offsets, void *opaque);
	struct nrs_bus_watch *watch;
};

/* id is without the prefix, NULL where the role has none. NRS_REJECT: an extra
 * setting is unknown or weakens what noroshi promises. */
NRS_CHECKED enum nrs_rc nrs_bus_setup_new(const struct nrs_bus_conf *conf,
    enum nrs_bus_role role, const char *id, struct nrs_bus_setup **out,
    struct nrs_err *err);
void nrs_bus_setup_free(struct nrs_bus_setup *setup);
/* A new handle, after asking it back for every safety setting. */
NRS_CHECKED enum nrs_rc nrs_bus_setup_open(const struct nrs_bus_setup *setup,
    const struct nrs_bus_hooks *hooks, rd_kafka_t **out, struct nrs_err *err);
/* Full name to the name without prefix: a part of full. */
const char *nrs_bus_setup_short(
    const struct nrs_bus_setup *setup, const char *full);
/* The caller frees. */
char *nrs_bus_setup_full(const struct nrs_bus_setup *setup, const char *name);
/* False for the real subscriptions in a drill. */
bool nrs_bus_setup_may_write(
    const struct nrs_bus_setup *setup, const char *name);

/* ---- bus_record.c ---- */
/* What a caller must do about an error of librdkafka or the broker. */
enum nrs_rc nrs_bus_rc(rd_kafka_resp_err_t code);
/* Fill err and return nrs_bus_rc(code). */
enum nrs_rc nrs_bus_fail(
    struct nrs_err *err, rd_kafka_resp_err_t code, const char *doing);
void nrs_bus_record_fill(struct nrs_record *record, rd_kafka_message_t *msg,
    const struct nrs_bus_setup *setup);
/* Hand out to librdkafka. flags: RD_KAFKA_MSG_F_COPY or 0. */
NRS_CHECKED enum nrs_rc nrs_bus_produce(rd_kafka_t *rk, rd_kafka_topic_t *topic,
    const struct nrs_outgoing *out, int flags, struct nrs_err *err);
/* The other half, for the delivery callback: calls acked. */
enum nrs_rc nrs_bus_delivered(const rd_kafka_message_t *msg);
/* Handles by short name, asked for in one round trip (up to timeout_ms). */
NRS_CHECKED enum nrs_rc nrs_bus_warm(rd_kafka_t *rk,
    const struct nrs_bus_setup *setup, const char *const *topics, size_t n,
    struct nrs_map *handles, struct nrs_err *err);
void nrs_bus_handles_free(struct nrs_map *handles);
#endif
