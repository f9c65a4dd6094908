/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "common/io/transfer_private.h"

#define RETRY_AFTER_MAX_S 3600

static void
verdict(struct nrs_transfer_result *out, enum nrs_transfer_class class,
    enum nrs_failure_reason reason)
{
	out->class = class;
	out->reason = reason;
}

/* ---- mail ---- */

/* The first that fits. 5.1.7 and 5.1.8 are about our own address; a full
 * mailbox (5.2.2) and a policy (5.7) are not about who it belongs to. */
static const struct {
	const char *status;
	enum nrs_failure_reason reason;
} refusals[] = {
    {"5.1.7", NRS_FAILURE_REJECTED},
    {"5.1.8", NRS_FAILURE_REJECTED},
    {"5.1.", NRS_FAILURE_CONTACT_STALE},
    {"5.2.1", NRS_FAILURE_CONTACT_STALE}, /* disabled */
    {"5.4.4", NRS_FAILURE_CONTACT_STALE}, /* no such domain */
    {"5.", NRS_FAILURE_REJECTED},
    {"550", NRS_FAILURE_CONTACT_STALE},
    {"551", NRS_FAILURE_CONTACT_STALE},
    {"553", NRS_FAILURE_CONTACT_STALE},
    {"556", NRS_FAILURE_CONTACT_STALE},
};

/* "5.1.1" and nothing longer: 5.1.10 is another. */
static bool
fits(const char *words, const char *status)
{
	const size_t len = strlen(status);

	if (strncmp(words, status, len) != 0)
		return false;
	return status[len - 1] == '.' || words[len] < '0' || words[len] > '9';
}

enum nrs_failure_reason
nrs_transfer_refusal(const char *words)
{
	const char *rest = words;
	size_t i;

	if (strspn(words, "0123456789") == 3 &&
	    (words[3] == ' ' || words[3] == '-') && words[4] == '5' &&
	    words[5] == '.')
		rest = words + 4;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (fits(rest, refusals[i].status))
			return refusals[i].reason;
	return NRS_FAILURE_REJECTED;
}

/* A 5xx before RCPT is about us or the relay, not about this recipient: keep
 * trying until the horizon, but for a message that is too large. */
static void
judge_refusal(const struct slot *slot, struct nrs_transfer_result *out)
{
	if (slot->stage == STAGE_RCPT)
		verdict(
		    out, NRS_TRANSFER_FAILED, nrs_transfer_refusal(slot->last));
	else if (slot->stage > STAGE_RCPT || slot->reply == 552)
		verdict(out, NRS_TRANSFER_FAILED, NRS_FAILURE_REJECTED);
	else
		verdict(out, NRS_TRANSFER_DEFERRED, NRS_FAILURE_REJECTED);
}

static enum nrs_failure_reason
silence(CURLcode rc)
{
	return rc == CURLE_OPERATION_TIMEDOUT ? NRS_FAILURE_TIMEOUT
	                                      : NRS_FAILURE_UNREACHABLE;
}

static void
judge_mail(
    const struct slot *slot, CURLcode rc, struct nrs_transfer_result *out)
{
	out->code = slot->reply;
	if (rc == CURLE_OK)
		verdict(out, NRS_TRANSFER_DELIVERED, NRS_FAILURE_UNSPECIFIED);
	else if (slot->reply >= 500)
		judge_refusal(slot, out);
	else if (slot->reply >= 400)
		verdict(out, NRS_TRANSFER_DEFERRED, NRS_FAILURE_REJECTED);
	else if (slot->stage == STAGE_END)
		verdict(out, NRS_TRANSFER_AMBIGUOUS, silence(rc));
	else
		verdict(out, NRS_TRANSFER_DEFERRED, silence(rc));
}

/* ---- webhooks ---- */

/* 2xx: taken. 3xx: never followed. Of 4xx those that the same bytes will meet
 * for ever end it; the others (a new path being deployed, a key being renewed)
 * may heal before the horizon, as may every 5xx. */
static void
judge_status(struct nrs_transfer_result *out)
{
	static const int final[] = {
	    400, 405, 406, 410, 411, 413, 414, 415, 422};
	size_t i;

	if (out->code >= 200 && out->code < 300) {
		verdict(out, NRS_TRANSFER_DELIVERED, NRS_FAILURE_UNSPECIFIED);
		return;
	}
	verdict(out, NRS_TRANSFER_DEFERRED, NRS_FAILURE_REJECTED);
	if (out->code >= 300 && out->code < 400)
		out->class = NRS_TRANSFER_FAILED;
	for (i = 0; i < sizeof(final) / sizeof(final[0]); i++)
		if (out->code == final[i])
			out->class = NRS_TRANSFER_FAILED;
	out->gone = out->code == 410;
	if (out->code == 410 || out->code == 404)
		out->reason = NRS_FAILURE_CONTACT_STALE;
}

/* Nothing of it left the house. */
static bool
is_inside(const struct slot *slot)
{
	return slot->refused_inside && !slot->opened;
}

static void
judge_webhook(
    const struct slot *slot, CURLcode rc, struct nrs_transfer_result *out)
{
	curl_off_t wait = 0;
	long code = 0;

	(void)curl_easy_getinfo(slot->easy, CURLINFO_RESPONSE_CODE, &code);
	(void)curl_easy_getinfo(slot->easy, CURLINFO_RETRY_AFTER, &wait);
	out->code = (int)code;
	if (wait > 0)
		out->retry_after_s =
		    wait < RETRY_AFTER_MAX_S ? (int)wait : RETRY_AFTER_MAX_S;
	if (is_inside(slot))
		verdict(out, NRS_TRANSFER_FAILED, NRS_FAILURE_REJECTED);
	else if (code >= 200) /* whatever the rest of the reply was */
		judge_status(out);
	else if (slot->sent >= slot->job.body.len)
		verdict(out, NRS_TRANSFER_AMBIGUOUS, silence(rc));
	else
		verdict(out, NRS_TRANSFER_DEFERRED, silence(rc));
}

/* All of it, or nothing. */
static void
take_answer(
    const struct slot *slot, CURLcode rc, struct nrs_transfer_result *out)
{
	if (rc != CURLE_OK || out->class != NRS_TRANSFER_DELIVERED ||
	    slot->n_answer > sizeof(slot->answer) ||
	    memchr(slot->answer, '\0', slot->n_answer) != NULL)
		return;
	memcpy(out->answer, slot->answer, slot->n_answer);
	out->answer[slot->n_answer] = '\0';
}

static void
describe(const struct slot *slot, CURLcode rc, struct nrs_transfer_result *out)
{
	const char *text = slot->last;

	if (slot->too_late)
		text = "not begun: the lease had ended";
	else if (is_inside(slot))
		text = "address is inside: not allowed";
	else if (out->code == 0)
		text = curl_easy_strerror(rc);
	(void)snprintf(out->detail, sizeof(out->detail), "%s", text);
}

void
transfer_judge(
    const struct slot *slot, CURLcode rc, struct nrs_transfer_result *out)
{
	if (slot->too_late)
		verdict(out, NRS_TRANSFER_DEFERRED, NRS_FAILURE_TIMEOUT);
	else if (slot->job.channel == NRS_CHANNEL_MAIL)
		judge_mail(slot, rc, out);
	else
		judge_webhook(slot, rc, out);
	take_answer(slot, rc, out);
	describe(slot, rc, out);
}
