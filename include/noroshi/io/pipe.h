/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_PIPE_H
#define NOROSHI_IO_PIPE_H
/*
 * pipe: one active instance consumes one partition of one topic, and commits
 * what it decided together with its position: consume, decide, produce, commit.
 *
 * All instances join the group; who is given the partition is active, the
 * others stand by. Becoming active is take_over: the transactional id is fenced
 * first, so that the predecessor's last transaction is resolved before state is
 * rebuilt. Whatever waits (up to max_batch) is one transaction, committed at
 * once. After an aborted or doubtful transaction the producer is re-created and
 * take_over runs again: state in memory is never trusted after an error.
 * Invariants 1 and 2. One thread: the lane's.
 */
#include "noroshi/io/bus.h"
#include "noroshi/io/service.h"

struct nrs_txn; /* the transaction that is open while batch runs */

/* Add a record; values must stay until settled() or lost() is called. A failure
 * is kept and answered by the commit. */
void nrs_txn_send(struct nrs_txn *txn, const struct nrs_outgoing *out);

struct nrs_pipe_ops {
	/* Rebuild state from topics (open own readers); set *start to the
	 * offset to continue with, or -1 for the committed one (0 if there is
	 * none). */
	enum nrs_rc (*take_over)(
	    void *self, int64_t committed, int64_t *start, struct nrs_err *err);
	/* Decide n records in order and send the outputs. NRS_REJECT is a bug
	 * here: a poison record must end in `rejected` as an output. */
	enum nrs_rc (*batch)(void *self, const struct nrs_record *records,
	    size_t n, struct nrs_txn *txn, struct nrs_err *err);
	/* The batch is durable: its memory may go. */
	void (*settled)(void *self);
	/* Nothing has come for a while: give back what only a storm needed.
	 * May be NULL. */
	void (*idle)(void *self);
	/* No longer active, or the batch is in doubt: forget all state. */
	void (*lost)(void *self);
};

struct nrs_pipe_conf {
	const struct nrs_bus_conf *bus;
	const char *topic;          /* input, partition 0 */
	const char *group;          /* "classifier"; prefixed like topics */
	const char *const *outputs; /* topics to warm */
	size_t n_outputs;
	size_t max_batch;
	struct nrs_service_ctx *ctx; /* stop, metrics and readiness */
	const struct nrs_lane *lane;
};

/* Run until asked to stop: NRS_OK. NRS_FATAL: fenced for good, an input shorter
 * than it was, or take_over said so. */
NRS_CHECKED enum nrs_rc nrs_pipe_run(const struct nrs_pipe_conf *conf,
    const struct nrs_pipe_ops *ops, void *self, struct nrs_err *err);

/* ---- once: some records as one transaction, outside of any pipe ---- */
struct nrs_once;
struct nrs_once_conf {
	const struct nrs_bus_conf *bus;
	const char *id; /* transactional.id, without the prefix */
	const char *const *topics;
	size_t n_topics;
};
/* Blocks. Whoever used the id before is fenced and its last transaction
 * resolved: what a reader sees from now on is all of it. conf's pointers must
 * outlive the object. NRS_RETRY: the bus does not answer. */
NRS_CHECKED enum nrs_rc nrs_once_open(const struct nrs_once_conf *conf,
    struct nrs_once **out, struct nrs_err *err);
/* Write all of them, or none. NRS_RETRY: unknown which, or somebody else has
 * come since; look before doing it again. NRS_FATAL: none. */
NRS_CHECKED enum nrs_rc nrs_once_write(struct nrs_once *once,
    const struct nrs_outgoing *records, size_t n, struct nrs_err *err);
void nrs_once_close(struct nrs_once *once);
#endif
