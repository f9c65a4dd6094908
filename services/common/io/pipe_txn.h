/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_PIPE_TXN_H
#define NOROSHI_COMMON_IO_PIPE_TXN_H
/*
 * pipe_txn: the producing half of io/pipe: one transactional producer, made
 * anew after every failure, because after an error that says too little nothing
 * it holds can be trusted (a late commit may hit a later transaction).
 */
#include "common/io/bus_private.h"
#include "noroshi/io/pipe.h"

struct nrs_txn_conf {
	const struct nrs_bus_conf *bus;
	const char *id; /* transactional.id, without the prefix */
	struct nrs_bus_topics outputs;
	/* Called at least every few seconds while something takes long. */
	void (*alive)(void *opaque);
	void *opaque;
};

/* conf's pointers must outlive the object. Touches no broker. */
NRS_CHECKED enum nrs_rc nrs_txn_new(
    const struct nrs_txn_conf *conf, struct nrs_txn **out, struct nrs_err *err);
/* A new producer, with the predecessor fenced and its last transaction
 * resolved. */
NRS_CHECKED enum nrs_rc nrs_txn_renew(struct nrs_txn *txn, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_txn_begin(struct nrs_txn *txn, struct nrs_err *err);
/* Commit what was sent, and the group's position (NULL: there is none, nor a
 * group), or nothing of it. NRS_RETRY:
 * drop, and begin anew from what the topics say. NRS_FATAL: that would fail
 * again. Takes position and group. */
NRS_CHECKED enum nrs_rc nrs_txn_commit(struct nrs_txn *txn,
    rd_kafka_topic_partition_list_t *position,
    rd_kafka_consumer_group_metadata_t *group, struct nrs_err *err);
/* A failure since the last question was that another producer has our
 * transactional.id. */
bool nrs_txn_take_fenced(struct nrs_txn *txn);
/* Abort what is open, if that is possible, and close the producer: afterwards
 * nothing of what was sent is referred to. */
void nrs_txn_drop(struct nrs_txn *txn);
void nrs_txn_free(struct nrs_txn *txn);
#endif
