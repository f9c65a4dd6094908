/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/submit.h"

#include <poll.h>
#include <string.h>

#include "ctl/preview.h"
#include "ctl/stub.h"
#include "ctl/text.h"
#include "ctl/view.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/check.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/statement.h"
#include "noroshi/io/client.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"

#define WAIT_MS 10000
#define WAIT_MAX_MS 300000
#define STARTING_MS 100
#define SLACK_MS 15000 /* the append's own time, beyond the wait */

/* One signature over the statement of both hashes, in arena. */
static enum nrs_rc
sign(struct nrs_arena *arena, const struct nrs_key *key,
    const struct ctl_parcel *parcel, struct nrs_signature **out,
    struct nrs_err *err)
{
	uint8_t payload[NRS_SHA256_SIZE], addressing[NRS_SHA256_SIZE];
	uint8_t bytes[NRS_SIGNATURE_SIZE];
	char text[NRS_STATEMENT_MAX];
	const struct nrs_statement statement = {
	    .type = parcel->type,
	    .mode = parcel->mode,
	    .submission_id = parcel->id,
	    .payload_sha256 = payload,
	    .addressing_sha256 = addressing,
	};
	struct nrs_signature *signature =
	    nrs_arena_alloc(arena, sizeof(*signature));
	enum nrs_rc rc;

	nrs_sha256(parcel->payload, payload);
	nrs_sha256(parcel->addressing, addressing);
	rc =
	    nrs_key_sign(key, nrs_statement_text(&statement, text), bytes, err);
	signature->key_id = nrs_arena_strdup(arena, nrs_key_id(key));
	signature->signature = nrs_arena_bytes(arena, bytes, sizeof(bytes));
	*out = signature;
	return rc;
}

static enum nrs_rc
sign_stub(struct nrs_arena *arena, const struct nrs_key *key,
    const struct ctl_parcel *parcel, struct nrs_submission *submission,
    struct nrs_err *err)
{
	struct nrs_stub *stub;
	struct ctl_parcel small = *parcel;

	if (parcel->stub == NULL)
		return NRS_OK;
	small.addressing = (struct nrs_bytes){0};
	small.payload =
	    nrs_wire_encode(arena, NRS_TYPE_STUB_CONTENT, parcel->stub);
	stub = nrs_arena_alloc(arena, sizeof(*stub));
	stub->payload = small.payload;
	stub->n_signatures = 1;
	submission->stubs = stub;
	submission->n_stubs = 1;
	return sign(arena, key, &small, &stub->signatures, err);
}

static enum nrs_rc
pack(struct ctl *ctl, const struct ctl_parcel *parcel, struct nrs_buf *json,
    struct nrs_err *err)
{
	struct nrs_submission submission = {
	    .submission_id = parcel->id,
	    .type = parcel->type,
	    .mode = parcel->mode,
	    .payload = parcel->payload,
	    .addressing = parcel->addressing,
	    .n_signatures = 1,
	};
	struct nrs_key *key = NULL;
	enum nrs_rc rc;

	if (ctl->conf.key[0] == '\0')
		return nrs_fail(err, NRS_FATAL,
		    "no key to sign with: give --key FILE or set key in the "
		    "configuration (noroshictl key new makes one)");
	rc = nrs_key_read(ctl->conf.key, &key, err);
	if (rc != NRS_OK) {
		nrs_key_free(key);
		return nrs_fail(err, NRS_FATAL, "%s",
		    nrs_arena_strdup(ctl->arena, err->text));
	}
	rc = sign(ctl->arena, key, parcel, &submission.signatures, err);
	if (rc == NRS_OK)
		rc = sign_stub(ctl->arena, key, parcel, &submission, err);
	if (rc == NRS_OK)
		nrs_json_encode(json, NRS_TYPE_SUBMISSION, &submission);
	nrs_key_free(key);
	return rc;
}

/* What may have been accepted, or was not: its bytes must not be lost, because
 * only the same bytes are the same submission. */
static enum ctl_exit
keep(struct ctl *ctl, const char *id, struct nrs_bytes json, enum ctl_exit code)
{
	const char *file =
	    nrs_arena_printf(ctl->arena, "%s/%s.json", ctl->conf.outbox, id);
	const char *conf = ctl_opt(ctl, CTL_OPT_CONF);
	struct nrs_err err = {0};

	if (ctl->silent || (ctl->args.command != NULL &&
	                       strcmp(ctl->args.command->name, "resend") == 0))
		return code;
	if (ctl_text_save(file, json, &err) != NRS_OK)
		(void)ctl_failed(NRS_FATAL, &err);
	else
		(void)fprintf(stderr,
		    "noroshictl: kept; send it again with: noroshictl%s%s "
		    "resend %s\n",
		    conf == NULL ? "" : " -F ", conf == NULL ? "" : conf, file);
	return code;
}

/* An answer that is no outcome is a Rejection: who, field, rule, text. NULL: it
 * is none either. */
static const struct nrs_rejection *
rejection_of(struct ctl *ctl, const struct nrs_client_answer *answer)
{
	const struct nrs_bytes body = {
	    (const uint8_t *)answer->body.data, answer->body.len};
	struct nrs_err why = {0};
	void *out;

	return nrs_json_decode(
	           ctl->arena, NRS_TYPE_REJECTION, body, &out, &why) == NRS_OK
	           ? out
	           : NULL;
}

static enum ctl_exit
explain(struct ctl *ctl, const struct nrs_client_answer *answer)
{
	const struct nrs_rejection *r = rejection_of(ctl, answer);
	struct nrs_err err = {0};

	if (r == NULL) {
		(void)nrs_fail(&err, NRS_FATAL,
		    "the producer answered %d: %.*s", answer->status,
		    (int)(answer->body.len > 200 ? 200 : answer->body.len),
		    nrs_buf_str(&answer->body));
		(void)ctl_failed(NRS_FATAL, &err);
	} else {
		(void)nrs_refuse(&err, r->field, r->rule, "%s", r->text);
		(void)ctl_failed(NRS_REJECT, &err);
		if (answer->status == 503 &&
		    strcmp(r->rule, "outcome-unknown") == 0)
			return CTL_UNKNOWN;
	}
	return answer->status >= 400 && answer->status < 500 ? CTL_REFUSED
	                                                     : CTL_FAILED;
}

static enum ctl_exit
say_outcome(
    struct ctl *ctl, const struct nrs_client_answer *answer, int64_t wait_ms)
{
	const struct nrs_outcome *outcome;
	struct nrs_err err = {0};
	void *out;

	if (nrs_json_decode(ctl->arena, NRS_TYPE_OUTCOME,
	        (struct nrs_bytes){
	            (const uint8_t *)answer->body.data, answer->body.len},
	        &out, &err) != NRS_OK)
		return explain(ctl, answer);
	outcome = out;
	if (!ctl->silent)
		ctl_view_outcome(ctl, outcome);
	if (outcome->verdict == NRS_VERDICT_REJECTED) {
		(void)nrs_refuse(
		    &err, outcome->field, outcome->rule, "%s", outcome->text);
		return ctl_failed(NRS_REJECT, &err);
	}
	if (answer->status != 202 || wait_ms == 0)
		return CTL_DONE;
	(void)fprintf(stderr,
	    "noroshictl: accepted, but not decided within %lld ms; see: "
	    "noroshictl trace %s\n",
	    (long long)wait_ms, outcome->submission_id);
	return CTL_UNKNOWN;
}

/* A producer that has just been started reads what was decided before; whoever
 * is willing to wait for the outcome waits for that as well. */
static enum nrs_rc
post(struct ctl *ctl, const struct nrs_client_request *request, int64_t wait_ms,
    struct nrs_client_answer *answer, struct nrs_err *err)
{
	const struct nrs_mono start = nrs_mono_now();
	const struct nrs_rejection *r;
	enum nrs_rc rc;

	for (;;) {
		rc = nrs_client_call(request, answer, err);
		if (rc != NRS_OK || answer->status != 503 ||
		    nrs_mono_since_ms(start) >= wait_ms)
			return rc;
		r = rejection_of(ctl, answer);
		if (r == NULL || strcmp(r->rule, "starting") != 0)
			return rc;
		nrs_buf_fini(&answer->body);
		(void)poll(NULL, 0, STARTING_MS);
	}
}

enum ctl_exit
ctl_submit_again(struct ctl *ctl, const char *id, struct nrs_bytes json)
{
	struct nrs_client_answer answer = {0};
	struct nrs_client_request request = {
	    .method = "POST", .type = "application/json", .body = json};
	struct nrs_err err = {0};
	enum ctl_exit code;
	int64_t wait_ms;
	enum nrs_rc rc = ctl_opt_int(ctl, CTL_OPT_WAIT,
	    (struct ctl_range){0, WAIT_MAX_MS, WAIT_MS}, &wait_ms, &err);

	if (rc != NRS_OK)
		return ctl_misused(ctl, &err);
	request.url =
	    nrs_arena_printf(ctl->arena, "%s/v1/submissions?wait=%lld",
	        ctl->conf.producer, (long long)wait_ms);
	request.timeout_ms = (int)wait_ms + SLACK_MS;
	rc = post(ctl, &request, wait_ms, &answer, &err);
	if (rc != NRS_OK) {
		(void)ctl_failed(NRS_FATAL, &err);
		code = answer.maybe_done ? CTL_UNKNOWN : CTL_FAILED;
	} else if (answer.status == 200 || answer.status == 202 ||
	           answer.status == 422)
		code = say_outcome(ctl, &answer, wait_ms);
	else
		code = explain(ctl, &answer);
	if ((rc != NRS_OK || answer.status >= 500))
		code = keep(ctl, id, json, code);
	nrs_buf_fini(&answer.body);
	return code;
}

enum ctl_exit
ctl_submit(struct ctl *ctl, const struct ctl_parcel *parcel)
{
	struct nrs_buf json = {0};
	struct nrs_err err = {0};
	enum ctl_exit code;
	enum nrs_rc rc = pack(ctl, parcel, &json, &err);

	if (rc == NRS_OK)
		code = ctl_submit_again(ctl, parcel->id,
		    (struct nrs_bytes){(const uint8_t *)json.data, json.len});
	else { /* the configured key is not there, or is none */
		(void)ctl_failed(rc, &err);
		code = CTL_USAGE;
	}
	nrs_buf_fini(&json);
	return code;
}

static void
print_draft(const struct ctl_draft *draft)
{
	struct nrs_buf text = {0};

	nrs_json_encode_pretty(&text, NRS_TYPE_CONTENT, draft->content);
	nrs_buf_addc(&text, '\n');
	nrs_json_encode_pretty(&text, NRS_TYPE_ADDRESSING, draft->addressing);
	(void)puts(nrs_buf_str(&text));
	nrs_buf_fini(&text);
}

enum ctl_exit
ctl_submit_notice(struct ctl *ctl, const struct ctl_draft *draft)
{
	const struct nrs_content *c = draft->content;
	const struct nrs_stub_content stub = ctl_stub_of(c);
	struct nrs_check check = {
	    .now_ms = nrs_wall_ms(), .mode = ctl_mode(ctl)};
	struct ctl_parcel parcel = {.type = NRS_SUBMISSION_NOTICE,
	    .mode = c->mode,
	    .id = c->notice_id,
	    .stub = c->kind == NRS_KIND_INITIAL ? NULL : &stub};
	struct nrs_err err = {0};
	enum nrs_rc rc = ctl_sectors(ctl, &check.sectors, &err);

	if (rc == NRS_OK)
		rc = nrs_check_notice(&check, c, draft->addressing, &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	if (ctl_opt(ctl, CTL_OPT_PREVIEW) != NULL)
		return ctl_preview(ctl, draft);
	if (ctl_opt(ctl, CTL_OPT_DRY_RUN) != NULL) {
		print_draft(draft);
		return CTL_DONE;
	}
	parcel.payload = nrs_wire_encode(ctl->arena, NRS_TYPE_CONTENT, c);
	parcel.addressing =
	    nrs_wire_encode(ctl->arena, NRS_TYPE_ADDRESSING, draft->addressing);
	return ctl_submit(ctl, &parcel);
}
