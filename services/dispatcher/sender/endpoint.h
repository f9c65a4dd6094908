/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ENDPOINT_H
#define DISPATCHER_ENDPOINT_H
/*
 * endpoint: what is between a sender and one webhook beyond the transfer: which
 * secrets sign for it now, and that it wants no more.
 */
#include "dispatcher/sender/queue.h"
#include "noroshi/core/delivery.h"
#include "noroshi/io/webhook.h"

/* The header webhook-signature for one attempt, in arena: by the secrets that
 * sub (NULL: it has left) has for the address now. An address that the
 * subscription no longer has, a correction still goes there, is signed by the
 * subscriber's other webhooks' secrets. "" when there are none. */
const char *dispatcher_endpoint_sign(struct nrs_arena *arena,
    const struct nrs_subscription *sub, const char *address,
    const struct nrs_webhook *webhook);

struct nrs_transfer_result;
struct sender;
/* It said 410: on record, once, so that nothing more goes there until its
 * subscription is stored again; and its owner is told by mail, if there is a
 * mail channel. */
void sender_gone(struct sender *s, const struct dispatcher_task *task,
    const struct nrs_transfer_result *result);
#endif
