/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second person's word about a held notice. It is then decided as of now: by
 * the posture that holds now, and it may have expired meanwhile.
 */
#include <string.h>

#include "common/core/decide_internal.h"

static bool
same_bytes(const uint8_t known[32], struct nrs_bytes hash)
{
	return hash.len == 32 && memcmp(known, hash.data, 32) == 0;
}

static bool
is_about(struct decision *d, const struct nrs_approval *approval,
    const struct state_held *held)
{
	if (held == NULL) {
		decide_reject(d, "submission_id", "approval-unknown",
		    "nothing of this id is held");
		return false;
	}
	if (!same_bytes(held->payload, approval->payload_sha256) ||
	    !same_bytes(held->addressing, approval->addressing_sha256)) {
		decide_reject(d, "payload_sha256", "approval-hash",
		    "what is held is not what was approved");
		return false;
	}
	if (!approval->refused && approval->source_consent[0] == '\0' &&
	    strcmp(held->needs, "source-consent") == 0) {
		decide_reject(d, "source_consent", "required",
		    "say who consented for the source");
		return false;
	}
	return true;
}

/* The record that the state points to must be there, and be it. */
static bool
is_it(struct decision *d, const struct state_held *held)
{
	const struct nrs_command *approved = d->cmd->approved;

	if (approved != NULL && approved->content != NULL &&
	    approved->addressing != NULL &&
	    same_bytes(held->payload, approved->payload_sha256) &&
	    same_bytes(held->addressing, approved->addressing_sha256))
		return true;
	decide_reject(d, "submission_id", "approval-source",
	    "the journal record of what is held cannot be read again");
	return false;
}

void
decide_approval(struct decision *d)
{
	const struct nrs_approval *approval = d->cmd->approval;
	const struct state_held *held =
	    state_held(d->state, approval->submission_id);

	d->out->about_id = approval->submission_id;
	if (!is_about(d, approval, held))
		return;
	if (approval->refused) {
		decide_add_held_removal(d, held, "refused");
		decide_answer(
		    d, NRS_VERDICT_APPLIED, "refused", "it is not released");
		return;
	}
	if (!is_it(d, held))
		return;
	d->cmd = d->cmd->approved;
	decide_held(d, held);
}
