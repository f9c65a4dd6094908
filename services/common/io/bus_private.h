/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_BUS_PRIVATE_H
#define NOROSHI_COMMON_IO_BUS_PRIVATE_H
/*
 * What the sources of the bus family share, and nobody else sees: settings
 * (bus_conf.c), records and errors translated both ways (bus_record.c).
 */
#include "common/io/bus_watch.h"
#include "noroshi/io/bus.h"

enum nrs_bus_role {
	NRS_BUS_PRODUCER,
	NRS_BUS_TRANSACTIONAL, /* id: transactional.id */
	NRS_BUS_READER,
	NRS_BUS_LOOKUP,   /* a reader that reads here and there */
	NRS_BUS_FOLLOWER, /* a reader in no hurry */
	NRS_BUS_MEMBER,   /* id: group.id */
	NRS_BUS_ADMIN,
};

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
rd_kafka_resp_err_t nrs_bus_produce(rd_kafka_t *rk, rd_kafka_topic_t *topic,
    const struct nrs_outgoing *out, int flags);
/* The other half, for the delivery callback: calls acked. */
enum nrs_rc nrs_bus_delivered(const rd_kafka_message_t *msg);
/* Opens a handle for each topic, by short name, and asks for their metadata in
 * one round trip. */
struct nrs_bus_topics {
	const char *const *names;
	size_t n;
};
NRS_CHECKED enum nrs_rc nrs_bus_warm(rd_kafka_t *rk,
    const struct nrs_bus_setup *setup, struct nrs_bus_topics topics,
    struct nrs_map *handles, struct nrs_err *err);
void nrs_bus_handles_free(struct nrs_map *handles);
/* ---- bus_waits.c ---- */
/* Does nothing: who calls it is linked with the waits. */
void nrs_bus_waits(void);
/* ---- bus_start.c ---- */
struct nrs_bus_place {
	const char *topic; /* full name */
	int partition;
	int64_t offset;
};
/* NRS_FATAL: the topic no longer has, or does not reach, that offset. setup is
 * a reader's. */
NRS_CHECKED enum nrs_rc nrs_bus_check_start(const struct nrs_bus_setup *setup,
    const struct nrs_bus_place *at, struct nrs_err *err);
#endif
