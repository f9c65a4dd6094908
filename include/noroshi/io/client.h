/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_CLIENT_H
#define NOROSHI_IO_CLIENT_H
/*
 * client: one HTTP request and its answer, blocking, over libcurl. For
 * noroshictl and tests; the senders' many transfers are io/transfer.h.
 *
 * http and https only, no redirects, no proxy from the environment.
 */
#include <stdbool.h>
#include <stddef.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

struct nrs_client_request {
	const char *method; /* "GET" or "POST" */
	const char *url;
	const char *type;      /* of the body: "application/json" */
	struct nrs_bytes body; /* POST */
	int timeout_ms;        /* for all of it */
	size_t max_answer;     /* a longer answer is an error; 0: 8 MiB */
};

struct nrs_client_answer {
	int status;
	int retry_after_s;   /* 0: the server did not say */
	struct nrs_buf body; /* the caller: nrs_buf_fini */
	/* After NRS_RETRY: the server may have had the whole request. False
	 * only when nothing of it can have been acted upon. */
	bool maybe_done;
};

/* NRS_OK: there is an answer, whatever its status. NRS_RETRY: there is none.
 * NRS_REJECT: the URL is none of ours. */
NRS_CHECKED enum nrs_rc nrs_client_call(
    const struct nrs_client_request *request, struct nrs_client_answer *answer,
    struct nrs_err *err);
#endif
