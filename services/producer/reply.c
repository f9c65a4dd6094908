/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/reply.h"

#include "noroshi/base/clock.h"
#include "noroshi/core/decision.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"

#define JSON "application/json"

void
producer_reply_outcome(struct nrs_http_reply *reply, struct nrs_arena *arena,
    struct nrs_bytes bytes, int status)
{
	struct nrs_wire_input in = {
	    .type = NRS_TYPE_OUTCOME, .bytes = bytes, .how = NRS_WIRE_TOLERANT};
	const struct nrs_outcome *outcome;
	struct nrs_err err = {0};
	void *out;

	if (nrs_wire_decode(arena, &in, &out, &err) != NRS_OK) {
		producer_reply_unavailable(reply, "", "outcome-unknown", &err);
		return;
	}
	outcome = out;
	reply->status = outcome->verdict == NRS_VERDICT_REJECTED ? 422 : status;
	reply->type = JSON;
	nrs_json_encode(&reply->body, NRS_TYPE_OUTCOME, outcome);
	nrs_buf_addc(&reply->body, '\n');
}

void
producer_reply_accepted(
    struct nrs_http_reply *reply, const struct producer_accepted *accepted)
{
	const struct nrs_outcome outcome = {
	    .submission_id = accepted->submission_id,
	    .journal_offset = accepted->journal_offset,
	    .accepted_at = accepted->accepted_at,
	};

	reply->status = 202;
	reply->type = JSON;
	nrs_json_encode(&reply->body, NRS_TYPE_OUTCOME, &outcome);
	nrs_buf_addc(&reply->body, '\n');
}

void
producer_reply_refused(struct nrs_http_reply *reply, int status,
    const char *submission_id, const struct nrs_err *err)
{
	const struct nrs_rejection rejection = {
	    .service = "noroshi-producer",
	    .submission_id = submission_id,
	    .field = err->field,
	    .rule = err->rule,
	    .text = err->text,
	    .at = nrs_wall_ms(),
	};

	reply->status = status;
	reply->type = JSON;
	nrs_json_encode(&reply->body, NRS_TYPE_REJECTION, &rejection);
	nrs_buf_addc(&reply->body, '\n');
}

void
producer_reply_unavailable(struct nrs_http_reply *reply,
    const char *submission_id, const char *rule, const struct nrs_err *err)
{
	struct nrs_err said = *err;

	said.field[0] = '\0';
	(void)snprintf(said.rule, sizeof(said.rule), "%s", rule);
	producer_reply_refused(reply, 503, submission_id, &said);
	reply->retry_after_s = 2;
}
