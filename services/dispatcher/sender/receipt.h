/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_RECEIPT_H
#define DISPATCHER_RECEIPT_H
/*
 * receipt: what a sender puts on record about a delivery. Each is sent until
 * the bus has acknowledged it. One thread: the lane's.
 */
#include "dispatcher/sender/sender.h"

void sender_intent(struct sender *s, struct dispatcher_task *task);
void sender_deferred(struct sender *s, struct dispatcher_task *task,
    const struct nrs_transfer_result *result);
void sender_end(struct sender *s, struct dispatcher_task *task,
    enum nrs_delivery_state state, enum nrs_failure_reason reason,
    const char *detail);
/* And acknowledged, when a webhook's answer says so. */
void sender_delivered(struct sender *s, struct dispatcher_task *task,
    const struct nrs_transfer_result *result);
/* Those that the bus did not take, when it is time. */
void sender_end_again(struct sender *s);
/* A record that cannot be read. */
void sender_reject(struct sender *s, const struct nrs_record *record,
    const struct nrs_err *why);
#endif
