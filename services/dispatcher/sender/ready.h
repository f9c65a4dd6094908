/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_READY_H
#define DISPATCHER_READY_H
/*
 * ready: deliveries whose intent is durable and that wait for a connection, in
 * the order of their intents. An intent takes the bus as long as several mails
 * take a relay: with none ahead, each connection would idle after each mail.
 * One thread: the lane's.
 */
#include "dispatcher/sender/sender.h"

/* Intents and transfers at a time, for so many connections. */
size_t sender_window(size_t connections);
/* The bus has acknowledged the task's intent. What was looked at too long ago
 * waits for sender_start_ready. */
void sender_ready(struct sender *s, struct dispatcher_task *task);
/* When what was last looked at is too old to go by. */
struct nrs_mono sender_start_by(const struct dispatcher_task *task);
/* Start what is ready, as far as there is room. */
void sender_start_ready(struct sender *s);
/* Back to its place: surely not with the recipient. */
void sender_not_ready(struct sender *s, struct dispatcher_task *task);
/* drain.c: move on what is with the bus or a peer; wait as nrs_transfer_poll.
 */
void sender_serve(
    struct sender *s, int timeout_ms, const int *fds, size_t n_fds);
/* drain.c: the partition is leaving: see what is under way to its end, also on
 * the bus, or what seconds can. */
void sender_drain(struct sender *s, const struct dispatcher_part *part);
/* The partition is another's now: abandon what is ready of it. */
void sender_drop_ready(struct sender *s, const struct dispatcher_part *part);
#endif
