/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ACK_TOKEN_H
#define DISPATCHER_ACK_TOKEN_H
/*
 * ack_token: whether a notice asks its recipients to confirm, and the personal
 * link of each delivery, made when it is planned and frozen with it. What is
 * planned later for the same delivery (a reminder, a re-send) copies its token.
 */
#include "dispatcher/dispatcher.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/notice.h"
#include "noroshi/io/token.h"

/* What stands between ack.url and a token. */
#define DISPATCHER_ACK_PATH "/ack/"
#define DISPATCHER_VERIFY_PATH "/verify/"

/* Real-time notices do, unless they waive it or no ack.url is configured. */
bool dispatcher_ack_asked(
    const struct dispatcher_conf *conf, const struct nrs_content *content);

/* For the deliveries of one notice. */
struct dispatcher_ack_plan {
	struct nrs_token_keys keys; /* n == 0: nobody is asked */
	int64_t validity_ms;        /* from acceptance */
};
void dispatcher_ack_plan(struct dispatcher *d,
    const struct nrs_content *content, struct dispatcher_ack_plan *out);
/* "" when nobody is asked. head says of which notice. */
const char *dispatcher_ack_token(struct nrs_arena *arena,
    const struct dispatcher_ack_plan *plan,
    const struct nrs_delivery_batch *head, const struct nrs_delivery *delivery,
    bool english);
#endif
