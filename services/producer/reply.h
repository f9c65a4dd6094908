/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_REPLY_H
#define PRODUCER_REPLY_H
/*
 * reply: what the API answers. An outcome is the JSON of Outcome; everything
 * else is the JSON of Rejection: service, submission_id, field, rule, text.
 */
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/io/http.h"

/* The outcome in bytes with status, or 422 when it says REJECTED. */
void producer_reply_outcome(struct nrs_http_reply *reply,
    struct nrs_arena *arena, struct nrs_bytes bytes, int status);
/* 202: in the journal at offset, not decided yet. */
struct producer_accepted {
	const char *submission_id;
	int64_t journal_offset, accepted_at;
};
void producer_reply_accepted(
    struct nrs_http_reply *reply, const struct producer_accepted *accepted);
/* 404, 409, 415, 422: err says which field and rule. */
void producer_reply_refused(struct nrs_http_reply *reply, int status,
    const char *submission_id, const struct nrs_err *err);
/* 503 with Retry-After: rule is "bus-down" or "starting" (not accepted, the
 * caller still owns the notice) or "outcome-unknown". */
void producer_reply_unavailable(struct nrs_http_reply *reply,
    const char *submission_id, const char *rule, const struct nrs_err *err);
#endif
