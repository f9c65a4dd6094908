/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_SUBMIT_H
#define PRODUCER_SUBMIT_H
/*
 * submit: one submission from its bytes to its answer. Any thread; blocks until
 * the outcome is there or wait_ms is over.
 */
#include "noroshi/io/http.h"
#include "producer/producer.h"

struct producer_request {
	struct nrs_bytes body;
	bool is_protobuf; /* else JSON */
	int wait_ms;      /* 0: answer 202 as soon as it is in the journal */
};

void producer_submit(struct producer *producer,
    const struct producer_request *request, struct nrs_http_reply *reply);
#endif
