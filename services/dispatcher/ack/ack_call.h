/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ACK_CALL_H
#define DISPATCHER_ACK_CALL_H
/*
 * ack_call: one request at the acknowledgement listener, what it shares with
 * the others, how it is answered and how an answer is written down.
 */
#include "dispatcher/ack/ack.h"

struct ack {
	struct dispatcher *d;
	const struct dispatcher_conf *conf;
	struct nrs_producer *producer;
	struct ack_notices *notices;
	struct ack_memory *memory;
	pthread_mutex_t lock; /* of n_partitions, and one search at a time */
	int n_partitions;     /* of the receipts; 0: not known yet */
	struct nrs_metric *recorded, *repeated, *refused, *unavailable;
};

/* One request. */
struct ack_call {
	struct ack *ack;
	const struct nrs_http_request *req;
	struct nrs_http_reply *reply;
	struct nrs_arena *arena;
	struct nrs_token token;
	struct dispatcher_answer answer;
};

/* ack_reply.c */
bool ack_is_json(const struct ack_call *call, const char *header);
void ack_reply_words(
    const struct ack_call *call, int status, enum ack_words words);
/* Whatever is wrong with a token is said in the same words. */
void ack_reply_refused(const struct ack_call *call, const struct nrs_err *why);
void ack_reply_later(const struct ack_call *call, const struct nrs_err *why);
void ack_reply_page(const struct ack_call *call,
    const struct ack_notice *notice, const struct dispatcher_answer *said);
void ack_reply_recorded(
    const struct ack_call *call, const struct ack_notice *notice);

/* ack_record.c */
enum nrs_delivery_state ack_state_of(const struct dispatcher_answer *answer);
/* The partition of a subscriber's deliveries and receipts. */
NRS_CHECKED enum nrs_rc ack_partition_of(
    struct ack *ack, const char *subscriber_id, int *out, struct nrs_err *err);
/* The answer is on the bus for each of about, now or from before. False: it is
 * not, and the call has been replied to. */
bool ack_record(
    const struct ack_call *call, const struct nrs_receipt *about, size_t n);
/* The token's address is proven, on the bus. The same when it is not. */
bool ack_record_proof(const struct ack_call *call);
#endif
