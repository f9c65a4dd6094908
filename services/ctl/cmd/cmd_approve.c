/* SPDX-License-Identifier: Apache-2.0 */
/* approve: a desk's word about a notice that is held. */
#include <assert.h>
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/submit.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"
#include "noroshi/core/check.h"
#include "noroshi/io/wire.h"

static enum nrs_rc
find_held(struct ctl *ctl, const char *id, const struct nrs_outcome **out,
    struct nrs_err *err)
{
	struct ctl_thread thread;
	bool known = false;
	enum nrs_rc rc = ctl_read_thread(ctl, id, &thread, err);

	*out = NULL;
	for (size_t i = 0; rc == NRS_OK && i < thread.n; i++) {
		if (strcmp(thread.outcomes[i]->submission_id, id) != 0)
			continue;
		known = true;
		if (thread.outcomes[i]->verdict == NRS_VERDICT_HELD)
			*out = thread.outcomes[i];
	}
	if (rc != NRS_OK || *out != NULL)
		return rc;
	return known
	           ? nrs_refuse(
	                 err, "", "approval-unknown", "%s was never held", id)
	           : nrs_refuse(err, "", "not-found", "%s: no such notice", id);
}

/* Over the hashes that were decided: nothing else can be meant. */
static enum nrs_rc
fill(struct ctl *ctl, struct nrs_approval *approval, struct nrs_err *err)
{
	const struct nrs_check check = {
	    .now_ms = nrs_wall_ms(), .mode = ctl_mode(ctl)};
	const char *consent = ctl_opt(ctl, CTL_OPT_CONSENT);
	const struct nrs_outcome *held;
	char id[NRS_ID_SIZE];
	enum nrs_rc rc = find_held(ctl, ctl->args.words[0], &held, err);

	if (rc != NRS_OK)
		return rc;
	assert(held != NULL);
	*approval = (struct nrs_approval){
	    .approval_id = nrs_arena_strdup(ctl->arena, nrs_id_new(id)),
	    .submission_id = held->submission_id,
	    .payload_sha256 = held->payload_sha256,
	    .addressing_sha256 = held->addressing_sha256,
	    .mode = ctl_mode(ctl),
	    .source_consent = consent == NULL ? "" : consent,
	    .refused = ctl_opt(ctl, CTL_OPT_REFUSE) != NULL,
	    .issued_at = check.now_ms,
	};
	return nrs_check_approval(&check, approval, err);
}

enum ctl_exit
ctl_cmd_approve(struct ctl *ctl)
{
	struct nrs_approval approval;
	struct ctl_parcel parcel = {
	    .type = NRS_SUBMISSION_APPROVAL, .mode = ctl_mode(ctl)};
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (ctl_opt(ctl, CTL_OPT_CONSENT) != NULL &&
	    ctl_opt(ctl, CTL_OPT_REFUSE) != NULL) {
		(void)nrs_refuse(&err, "", "usage",
		    "--consent and --refuse exclude each other");
		return ctl_misused(ctl, &err);
	}
	rc = fill(ctl, &approval, &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	parcel.id = approval.approval_id;
	parcel.payload =
	    nrs_wire_encode(ctl->arena, NRS_TYPE_APPROVAL, &approval);
	return ctl_submit(ctl, &parcel);
}
