/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/check.h"

#include <string.h>

#include "common/core/check_internal.h"

#define REASON_MAX 2000
#define SIGNATURES_MAX 8
#define SIGNATURE_SIZE 64
#define STUBS_MAX 4
#define STUB_MAX 4096

enum nrs_rc
nrs_check_posture_change(const struct nrs_check *check,
    const struct nrs_posture_change *change, struct nrs_err *err)
{
	const struct check_list scope = {"scope", &change->scope, 1};
	const bool raised = change->posture != NRS_POSTURE_NORMAL;
	enum nrs_rc rc;

	if ((rc = check_id("change_id", change->change_id, err)) != NRS_OK ||
	    (rc = check_mode(check, change->mode, err)) != NRS_OK ||
	    (rc = check_line("scope", change->scope, -64, err)) != NRS_OK ||
	    (rc = check_sectors(check, &scope, err)) != NRS_OK ||
	    (rc = check_term("posture", (int)change->posture, err)) != NRS_OK ||
	    (rc = check_time("until", change->until, err)) != NRS_OK ||
	    (rc = check_issued(check, change->issued_at, err)) != NRS_OK ||
	    (rc = check_block("reason", change->reason,
	         check->inside ? REASON_MAX : -REASON_MAX, err)) != NRS_OK)
		return rc;
	if (raised && change->until == 0)
		return nrs_refuse(err, "until", "posture-until",
		    "a posture above NORMAL needs an end (until)");
	if (!raised && change->until != 0)
		return nrs_refuse(err, "until", "posture-until",
		    "NORMAL has no end: leave until out");
	if (raised && change->until <= change->issued_at)
		return nrs_refuse(err, "until", "posture-until",
		    "until must lie after issued_at");
	return NRS_OK;
}

enum nrs_rc
nrs_check_approval(const struct nrs_check *check,
    const struct nrs_approval *approval, struct nrs_err *err)
{
	enum nrs_rc rc;

	if ((rc = check_id("approval_id", approval->approval_id, err)) !=
	        NRS_OK ||
	    (rc = check_id("submission_id", approval->submission_id, err)) !=
	        NRS_OK ||
	    (rc = check_mode(check, approval->mode, err)) != NRS_OK ||
	    (rc = check_sha256(
	         "payload_sha256", approval->payload_sha256, err)) != NRS_OK ||
	    (rc = check_sha256("addressing_sha256", approval->addressing_sha256,
	         err)) != NRS_OK ||
	    (rc = check_line("source_consent", approval->source_consent, 200,
	         err)) != NRS_OK ||
	    (rc = check_issued(check, approval->issued_at, err)) != NRS_OK)
		return rc;
	if (approval->audience_sha256.len == 0)
		return NRS_OK;
	return check_sha256("audience_sha256", approval->audience_sha256, err);
}

enum nrs_rc
nrs_check_cut_off(const struct nrs_check *check,
    const struct nrs_cut_off *cut_off, struct nrs_err *err)
{
	enum nrs_rc rc;

	if ((rc = check_id("list", cut_off->list, err)) != NRS_OK ||
	    (rc = check_id("window_id", cut_off->window_id, err)) != NRS_OK ||
	    (rc = check_mode(check, cut_off->mode, err)) != NRS_OK ||
	    (rc = check_time("due_at", cut_off->due_at, err)) != NRS_OK ||
	    (rc = check_time("next_at", cut_off->next_at, err)) != NRS_OK)
		return rc;
	if (cut_off->due_at == 0)
		return nrs_refuse(
		    err, "due_at", "required", "due_at is required");
	if (cut_off->announce && cut_off->next_at != cut_off->due_at)
		return nrs_refuse(err, "next_at", "announce",
		    "what is announced is next_at: due_at must be the same");
	if (!cut_off->announce && cut_off->next_at != 0 &&
	    cut_off->next_at <= cut_off->due_at)
		return nrs_refuse(err, "next_at", "announce",
		    "next_at must lie after due_at");
	return NRS_OK;
}

static enum nrs_rc
check_signatures(const char *field, const struct nrs_signature *signatures,
    size_t n, struct nrs_err *err)
{
	enum nrs_rc rc;
	size_t i;

	if (n == 0)
		return nrs_refuse(
		    err, field, "required", "%s: nobody signed this", field);
	if (n > SIGNATURES_MAX)
		return nrs_refuse(err, field, "length",
		    "%s has %zu entries, at most %d are allowed", field, n,
		    SIGNATURES_MAX);
	for (i = 0; i < n; i++) {
		rc = check_id(check_path("%s[%zu].key_id", field, i).text,
		    signatures[i].key_id, err);
		if (rc != NRS_OK)
			return rc;
		if (signatures[i].signature.len != SIGNATURE_SIZE)
			return nrs_refuse(err,
			    check_path("%s[%zu].signature", field, i).text,
			    "signature",
			    "an Ed25519 signature has %d bytes, not %zu",
			    SIGNATURE_SIZE, signatures[i].signature.len);
	}
	return NRS_OK;
}

static enum nrs_rc
check_stubs(const struct nrs_submission *submission, struct nrs_err *err)
{
	const struct nrs_stub *stub;
	enum nrs_rc rc;
	size_t i;

	if (submission->n_stubs > STUBS_MAX)
		return nrs_refuse(err, "stubs", "length",
		    "stubs has %zu entries, at most %d are allowed",
		    submission->n_stubs, STUBS_MAX);
	for (i = 0; i < submission->n_stubs; i++) {
		stub = &submission->stubs[i];
		if (stub->payload.len == 0 || stub->payload.len > STUB_MAX)
			return nrs_refuse(err,
			    check_path("stubs[%zu].payload", i).text, "length",
			    "a stub has 1 to %d bytes, not %zu", STUB_MAX,
			    stub->payload.len);
		rc = check_signatures(
		    check_path("stubs[%zu].signatures", i).text,
		    stub->signatures, stub->n_signatures, err);
		if (rc != NRS_OK)
			return rc;
	}
	return NRS_OK;
}

static enum nrs_rc
check_parts(const struct nrs_submission *submission, struct nrs_err *err)
{
	const bool notice = submission->type == NRS_SUBMISSION_NOTICE;

	if (submission->payload.len == 0)
		return nrs_refuse(
		    err, "payload", "required", "payload is required");
	if (submission->payload.len > NRS_CONTENT_MAX)
		return nrs_refuse(err, "payload", "length",
		    "payload is %zu bytes long, at most %d are allowed",
		    submission->payload.len, NRS_CONTENT_MAX);
	if (submission->addressing.len > NRS_ADDRESSING_MAX)
		return nrs_refuse(err, "addressing", "length",
		    "addressing is %zu bytes long, at most %d are allowed",
		    submission->addressing.len, NRS_ADDRESSING_MAX);
	if (notice && submission->addressing.len == 0)
		return nrs_refuse(err, "addressing", "required",
		    "a notice needs an addressing");
	if (!notice &&
	    (submission->addressing.len != 0 || submission->n_stubs != 0))
		return nrs_refuse(err,
		    submission->n_stubs != 0 ? "stubs" : "addressing", "parts",
		    "only a notice has an addressing or stubs");
	return NRS_OK;
}

enum nrs_rc
nrs_check_submission(const struct nrs_check *check,
    const struct nrs_submission *submission, struct nrs_err *err)
{
	const bool deadline = submission->type == NRS_SUBMISSION_DEADLINE;
	const bool own =
	    deadline || (submission->n_signatures == 0 &&
	                    submission->type == NRS_SUBMISSION_CUT_OFF);
	enum nrs_rc rc;

	if ((rc = check_id("submission_id", submission->submission_id, err)) !=
	        NRS_OK ||
	    (rc = check_term("type", (int)submission->type, err)) != NRS_OK ||
	    (rc = check_mode(check, submission->mode, err)) != NRS_OK ||
	    (rc = check_time("accepted_at", submission->accepted_at, err)) !=
	        NRS_OK ||
	    (rc = check_parts(submission, err)) != NRS_OK ||
	    (rc = check_stubs(submission, err)) != NRS_OK)
		return rc;
	if (deadline && submission->n_signatures != 0)
		return nrs_refuse(err, "signatures", "parts",
		    "a deadline is the producer's own and carries no "
		    "signature");
	if (own)
		return NRS_OK;
	return check_signatures("signatures", submission->signatures,
	    submission->n_signatures, err);
}
