/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_SUCCESSOR_H
#define DISPATCHER_SUCCESSOR_H
/*
 * successor: what a revision does to those before it that are still in hand,
 * for one recipient and address. One thread: the lane's.
 */
#include "dispatcher/sender/sender.h"

/* Cancel what surely never arrived, and the task itself if it retracts what
 * nobody was told of. */
void sender_cancel_earlier(struct sender *s, struct dispatcher_task *task);
/* The task surely did not arrive after all: cancel it if a successor came while
 * it was under way. */
void sender_cancel_if_followed(
    struct sender *s, const struct dispatcher_task *task);
#endif
