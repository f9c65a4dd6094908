/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_QUEUE_H
#define DISPATCHER_QUEUE_H
/*
 * queue: the deliveries a sender has in hand, in order per recipient. A place
 * is one recipient, channel and address; it has one transfer at a time, and of
 * one thread a revision never overtakes an earlier one. What is due waits in
 * one of two rows per channel, what is not in a heap by time: monotonic, so
 * that who sets the clock neither prolongs a pause nor ends it. No I/O.
 */
#include <stdbool.h>

#include "dispatcher/sender/task.h"

struct dispatcher_queue;

struct dispatcher_queue *dispatcher_queue_new(void);
/* Frees the places; tasks must be gone. */
void dispatcher_queue_free(struct dispatcher_queue *queue);

/* Put task (of load and delivery) at the end of its place. */
void dispatcher_queue_add(struct dispatcher_queue *queue,
    struct dispatcher_task *task, struct nrs_mono now);
/* Take it out; the caller frees it. */
void dispatcher_queue_remove(struct dispatcher_queue *queue,
    struct dispatcher_task *task, struct nrs_mono now);
/* A task's step or due time has changed: look at its place again. */
void dispatcher_queue_update(struct dispatcher_queue *queue,
    struct dispatcher_task *task, struct nrs_mono now);
/* Next task whose turn has come, by mail, webhook or topic; NULL for none. What
 * was never tried comes first, and alone if fresh_only. It is taken from the
 * row: give it another step, or update it. */
struct dispatcher_task *dispatcher_queue_next(struct dispatcher_queue *queue,
    enum nrs_channel_type channel, bool fresh_only, struct nrs_mono now);
/* Move what is due into its row; when the next will be, or INT64_MAX. */
struct nrs_mono dispatcher_queue_wake(
    struct dispatcher_queue *queue, struct nrs_mono now);
/* A reminder or an escalation of what was sent before. */
bool dispatcher_is_again(const struct nrs_delivery_batch *batch);
/* Earlier task of the same place and thread, or NULL. */
struct dispatcher_task *dispatcher_queue_earlier(
    const struct dispatcher_task *task);
#endif
