/* SPDX-License-Identifier: Apache-2.0 */
/* show: one thread, the newest revision on top, each with its signer. */
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/seal.h"
#include "ctl/view.h"
#include "noroshi/io/wire.h"

static void
print_one(struct ctl *ctl, const struct nrs_outcome *outcome,
    const struct nrs_content *content, const char *signer,
    const struct nrs_err *why)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	ctl_view_content(ctl, content);
	ctl_out_term(out, "verdict", NRS_VOC_VERDICT, (int)outcome->verdict);
	if (signer != NULL)
		ctl_out_str(out, "signed_by", signer);
	else
		ctl_out_str(out, "verified", why->text);
	ctl_out_message(out, "outcome", NRS_TYPE_OUTCOME, outcome);
	if (!ctl_out_is_json(out))
		ctl_out_str(out, "text", outcome->text);
	for (size_t i = 0; !ctl_out_is_json(out) && i < outcome->n_copies; i++)
		ctl_out_str(out, "routes",
		    ctl_view_copy(ctl->arena, &outcome->copies[i]));
	ctl_out_end(out);
}

static enum nrs_rc
show_one(struct ctl *ctl, const struct nrs_keyring *ring,
    const struct nrs_outcome *outcome, struct nrs_err *err)
{
	const struct nrs_submission *command;
	struct nrs_err why = {0};
	void *content;
	enum nrs_rc rc =
	    ctl_read_command(ctl, outcome->journal_offset, &command, err);

	if (rc != NRS_OK)
		return rc;
	const struct nrs_wire_input in = {.type = NRS_TYPE_CONTENT,
	    .bytes = command->payload,
	    .how = NRS_WIRE_TOLERANT};
	const struct ctl_seal seal = {
	    .type = command->type,
	    .mode = command->mode,
	    .id = command->submission_id,
	    .payload = command->payload,
	    .addressing = command->addressing,
	    .signatures = command->signatures,
	    .n_signatures = command->n_signatures,
	};
	rc = nrs_wire_decode(ctl->arena, &in, &content, err);
	if (rc == NRS_OK)
		print_one(ctl, outcome, content,
		    ctl_seal_signer(ring, &seal, &why), &why);
	return rc;
}

enum ctl_exit
ctl_cmd_show(struct ctl *ctl)
{
	struct nrs_keyring *ring = NULL;
	struct ctl_thread thread;
	struct nrs_err err = {0};
	enum nrs_rc rc = nrs_keyring_load(ctl->conf.keys, &ring, &err);
	enum ctl_exit code = CTL_NOT_FOUND;

	if (rc == NRS_OK)
		rc = ctl_read_thread(ctl, ctl->args.words[0], &thread, &err);
	for (size_t i = rc == NRS_OK ? thread.n : 0; rc == NRS_OK && i-- > 0;) {
		const struct nrs_outcome *outcome = thread.outcomes[i];
		if (outcome->type != NRS_SUBMISSION_NOTICE ||
		    outcome->verdict == NRS_VERDICT_DUPLICATE)
			continue;
		code = CTL_DONE;
		rc = show_one(ctl, ring, outcome, &err);
	}
	if (rc != NRS_OK)
		code = ctl_failed(rc, &err);
	else if (code == CTL_NOT_FOUND)
		(void)fprintf(stderr, "noroshictl: %s: no such notice\n",
		    ctl->args.words[0]);
	nrs_keyring_free(ring);
	return code;
}
