/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_OUTBOX_H
#define DISPATCHER_OUTBOX_H
/*
 * outbox: receipts that wait for the bus. A partition has one bunch of them on
 * its way at a time and a handful of partitions at once; what comes meanwhile
 * is the next bunch. Without it librdkafka's broker thread turns in circles
 * while more partitions have something to send than requests may be in flight
 * (2.0.2: three quarters of the process), and the bus syncs its disk for each
 * receipt. A partition that the bus does not answer for (its leader is gone,
 * too few replicas) is slow after a second: it holds up no other, and its tasks
 * wait at their places. One thread: the lane's.
 */
#include "dispatcher/sender/sender.h"
#include "noroshi/io/bus.h"

/* A record of ours until the bus has acknowledged it; one block of memory. */
struct sender_letter {
	struct sender *s;
	struct dispatcher_part *part; /* NULL: no receipt of the lane's */
	struct dispatcher_task *task; /* NULL: nobody waits for it */
	struct nrs_outgoing out;      /* acked is called with the letter */
	struct sender_letter *next;
};

/* Puts a receipt in. It goes with the next push. */
void sender_outbox_add(struct sender *s, struct sender_letter *letter);
/* The bus has answered for one of the partition's. */
void sender_outbox_answered(struct sender *s, struct dispatcher_part *part);
/* Hand over what may go: once a turn. The first after a while goes at once, the
 * next of its partition some milliseconds later. */
void sender_outbox_push(struct sender *s);
/* How much of timeout_ms may pass until the next push. */
int sender_outbox_wait(const struct sender *s, int timeout_ms);
/* Wait until the bus has all of them, but no longer. */
NRS_CHECKED enum nrs_rc sender_outbox_flush(
    struct sender *s, int timeout_ms, struct nrs_err *err);
/* At the end of the process: what is left comes back as not written. */
void sender_outbox_drop(struct sender *s);
#endif
