/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_POST_H
#define DISPATCHER_POST_H
/*
 * post: what of a task goes out, and records of a sender that are no receipts:
 * nobody waits for them, and one that the bus did not take is only logged.
 */
#include "dispatcher/sender/queue.h"
#include "noroshi/io/bus.h"

struct sender;

/* The delivery's text, or the stub in place of it: with its key and variant. */
struct nrs_delivery sender_delivery(const struct dispatcher_task *task);

/* Why a text ended whose stub went out. */
#define SENDER_REPLACED "may not see it any more: sent the stub"

struct sender_record {
	const char *topic;
	int partition;
	struct nrs_bytes key, value;
	const struct nrs_bus_header *headers;
	size_t n_headers;
};
/* Copies the record. */
void sender_post(struct sender *s, const struct sender_record *record);
#endif
