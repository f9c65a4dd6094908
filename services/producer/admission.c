/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/admission.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/label.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"

static enum nrs_rc
wire_bytes(const struct producer_request *request, struct nrs_arena *arena,
    struct nrs_bytes *out, struct nrs_err *err)
{
	void *submission;
	enum nrs_rc rc;

	*out = request->body;
	if (request->is_protobuf)
		return NRS_OK;
	rc = nrs_json_decode(
	    arena, NRS_TYPE_SUBMISSION, request->body, &submission, err);
	if (rc == NRS_OK)
		*out = nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, submission);
	return rc;
}

/* What carries no signature is made by this process only; taken from outside it
 * would be a way around signing. Whoever took the id of a cut-off to come would
 * keep that newsletter from closing. */
static enum nrs_rc
may_come_from_outside(const struct nrs_submission *s, struct nrs_err *err)
{
	if (s->type == NRS_SUBMISSION_DEADLINE ||
	    (s->type == NRS_SUBMISSION_CUT_OFF && s->n_signatures == 0))
		return nrs_refuse(err, "type", "internal-type",
		    "%s without a signature is made by the producer itself",
		    nrs_term_name(NRS_VOC_SUBMISSION_TYPE, (int)s->type));
	if (strncmp(s->submission_id, NRS_CUT_OFF_PREFIX,
	        strlen(NRS_CUT_OFF_PREFIX)) == 0)
		return nrs_refuse(err, "submission_id", "internal-id",
		    "ids that begin with " NRS_CUT_OFF_PREFIX
		    " are the producer's own");
	return NRS_OK;
}

/* Drill processes read the real subscriptions and write none. */
static enum nrs_rc
may_subscribe(const struct nrs_submission *s, struct nrs_err *err)
{
	if (s->type != NRS_SUBMISSION_SUBSCRIPTION ||
	    s->mode == NRS_MODE_ACTUAL)
		return NRS_OK;
	return nrs_refuse(err, "mode", "drill-subscription",
	    "subscriptions are changed in mode ACTUAL only");
}

/* While its keyring is there. */
static void
note_signer(struct nrs_arena *arena, struct producer_admission *out)
{
	const struct nrs_keyring_entry *signer = out->admitted.signer;
	size_t i;

	out->principal = "";
	out->admitted.signer = NULL;
	if (signer == NULL)
		return;
	out->principal = nrs_arena_strdup(arena, signer->principal);
	for (i = 0; i < signer->n_roles; i++)
		out->is_desk |= strcmp(signer->roles[i], "desk") == 0;
}

enum nrs_rc
producer_admit(struct producer *p, const struct producer_request *request,
    struct nrs_arena *arena, struct producer_admission *out,
    struct nrs_err *err)
{
	struct nrs_admit how = {.how = NRS_WIRE_STRICT};
	struct nrs_bytes bytes;
	enum nrs_rc rc = wire_bytes(request, arena, &bytes, err);

	if (rc != NRS_OK)
		return rc;
	out->accepted_at = nrs_wall_ms();
	(void)pthread_rwlock_rdlock(&p->door_lock);
	how.check.sectors = p->door->sectors;
	how.check.now_ms = out->accepted_at;
	how.check.mode = (enum nrs_mode)(p->conf->common.mode + 1);
	how.keyring = p->door->keyring;
	rc = nrs_admit(arena, &how, bytes, &out->admitted, err);
	note_signer(arena, out);
	(void)pthread_rwlock_unlock(&p->door_lock);
	if (rc == NRS_OK)
		rc = may_come_from_outside(out->admitted.submission, err);
	if (rc == NRS_OK)
		rc = may_subscribe(out->admitted.submission, err);
	return rc;
}
