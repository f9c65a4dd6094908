/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ACK_ANSWER_H
#define DISPATCHER_ACK_ANSWER_H
/*
 * ack_answer: what a recipient answers, from a form, from a machine's JSON or
 * from the reply to a webhook. Strict: what is not understood is not guessed.
 * Pure.
 */
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/terms.h"

struct dispatcher_answer {
	enum nrs_response response; /* UNSPECIFIED: receipt alone */
	uint32_t relayed, relayed_of;
	const char *notice_id; /* "": not said */
};

/* application/x-www-form-urlencoded. NRS_REJECT with field and rule. */
NRS_CHECKED enum nrs_rc dispatcher_answer_form(struct nrs_arena *arena,
    struct nrs_bytes body, struct dispatcher_answer *out, struct nrs_err *err);
/* {"response":"NOT_AFFECTED","relayed":3,"relayed_of":5,"notice_id":"..."};
 * all may be left out, also the whole body. */
NRS_CHECKED enum nrs_rc dispatcher_answer_json(struct nrs_arena *arena,
    struct nrs_bytes body, struct dispatcher_answer *out, struct nrs_err *err);
/* Of a webhook: the same with "acknowledged":true; anything else is no
 * acknowledgement: false. */
bool dispatcher_answer_webhook(struct nrs_arena *arena, struct nrs_bytes body,
    struct dispatcher_answer *out);
#endif
