/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_TRANSFER_H
#define DISPATCHER_TRANSFER_H
/*
 * transfer: a sender's deliveries from their turn to the peer's answer. One
 * thread: the lane's.
 */
#include "dispatcher/sender/sender.h"

/* Start what is due, as far as there is room. */
void sender_pump(struct sender *s);
/* Who may see what, and who has confirmed, as it is now, or was a moment ago.
 * False: the bus is silent; that may have taken long. */
bool sender_know(struct sender *s);
/* Then: may it still go as its intent says, after a while? */
bool sender_may_still_go(struct sender *s, struct dispatcher_task *task);
/* The intent is durable, and there is room. */
void sender_transfer(struct sender *s, struct dispatcher_task *task);
/* transfer_end.c: opaque is its task. */
void sender_finished(void *opaque, const struct nrs_transfer_result *result);
/* The task begins or ends to be in INTENT, READY or TRANSFER: +1 or -1. */
void sender_count_moving(
    struct sender *s, const struct dispatcher_task *task, int change);
void sender_abandon(struct sender *s, struct dispatcher_task *task);
/* How long to wait after so many attempts, without jitter. */
int64_t sender_pause(const struct dispatcher_conf *conf, uint32_t attempt);
/* The transfer must not start now: back to its place for pause_ms. */
void sender_postpone(
    struct sender *s, struct dispatcher_task *task, int64_t pause_ms);
#endif
