/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_BUS_MEMBER_H
#define NOROSHI_COMMON_IO_BUS_MEMBER_H
/*
 * bus_member: membership in a consumer group of one topic, for io/pipe and
 * io/group. A partition that was gained is not read before its owner says from
 * where; what arrives before that is to be ignored. One thread, but for
 * nrs_bus_member_lease.
 */
#include "common/io/bus_private.h"

struct nrs_bus_member;

/* All run inside nrs_bus_member_poll and _close. */
struct nrs_bus_member_ops {
	/* Ours, not read yet. Short: only take note. */
	void (*gained)(void *self, int partition);
	/* Not ours any more; others may have it already if not clean. */
	void (*lost)(void *self, int partition, bool clean);
	/* An asynchronous commit ended. May be NULL. */
	void (*committed)(void *self, int partition, rd_kafka_resp_err_t code);
};

struct nrs_bus_member_conf {
	const struct nrs_bus_conf *bus;
	const char *group, *topic; /* without the prefix */
};
NRS_CHECKED enum nrs_rc nrs_bus_member_open(
    const struct nrs_bus_member_conf *conf,
    const struct nrs_bus_member_ops *ops, void *self,
    struct nrs_bus_member **out, struct nrs_err *err);
/* NRS_OK with *out == NULL: nothing within timeout_ms. The caller destroys. */
NRS_CHECKED enum nrs_rc nrs_bus_member_poll(struct nrs_bus_member *member,
    int timeout_ms, rd_kafka_message_t **out, struct nrs_err *err);
/* Readable when poll has something to do. */
int nrs_bus_member_fd(const struct nrs_bus_member *member);
/* The stored position; -1 and "" if there is none. *metadata: caller frees. */
NRS_CHECKED enum nrs_rc nrs_bus_member_committed(struct nrs_bus_member *member,
    int partition, int64_t *offset, char **metadata, struct nrs_err *err);
/* Read the partition from offset, after checking that the topic has it: an
 * offset that was deleted, or that is beyond the end, is NRS_FATAL. */
NRS_CHECKED enum nrs_rc nrs_bus_member_start(struct nrs_bus_member *member,
    int partition, int64_t offset, struct nrs_err *err);
void nrs_bus_member_pause(
    struct nrs_bus_member *member, int partition, bool pause);
struct nrs_bus_position {
	int partition;
	int64_t offset;
	const char *metadata;
};
NRS_CHECKED rd_kafka_resp_err_t nrs_bus_member_commit(
    struct nrs_bus_member *member, const struct nrs_bus_position *position,
    bool wait);
/* True while nobody else can own what is ours (see bus_watch.c). Any thread. */
/* When it ends unless it is renewed; {0} when there is none. */
struct nrs_mono nrs_bus_member_lease_end(const struct nrs_bus_member *member);
bool nrs_bus_member_lease(const struct nrs_bus_member *member);
/* True when the lease was renewed after moment. */
bool nrs_bus_member_renewed(
    const struct nrs_bus_member *member, struct nrs_mono moment);
bool nrs_bus_member_connected(const struct nrs_bus_member *member);
/* Why nothing comes, "" when all is well: for people. */
const char *nrs_bus_member_trouble(const struct nrs_bus_member *member);
const struct nrs_bus_setup *nrs_bus_member_setup(
    const struct nrs_bus_member *member);
/* For a transaction; the caller destroys both. Both are cheap. */
rd_kafka_consumer_group_metadata_t *nrs_bus_member_metadata(
    struct nrs_bus_member *member);
rd_kafka_topic_partition_list_t *nrs_bus_member_position(
    const struct nrs_bus_member *member, int partition, int64_t offset);
void nrs_bus_member_close(struct nrs_bus_member *member);
#endif
