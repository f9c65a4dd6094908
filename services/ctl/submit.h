/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_SUBMIT_H
#define CTL_SUBMIT_H
/*
 * submit: sign, send, and say what became of it. All verbs that change
 * anything end here, over the same HTTP API as everybody's.
 */
#include "ctl/ctl.h"
#include "ctl/draft.h"
#include "noroshi/core/command.h"

/* What to send: everything but the signatures. */
struct ctl_parcel {
	enum nrs_submission_type type;
	enum nrs_mode mode;
	const char *id;
	struct nrs_bytes payload, addressing;
	const struct nrs_stub_content *stub; /* NULL: none */
};

/* Check a draft by the producer's own rules, then sign and send it, or only
 * print it with --dry-run. */
enum ctl_exit ctl_submit_notice(struct ctl *ctl, const struct ctl_draft *draft);
enum ctl_exit ctl_submit(struct ctl *ctl, const struct ctl_parcel *parcel);
/* Send what was signed before: the JSON of a Submission. */
enum ctl_exit ctl_submit_again(
    struct ctl *ctl, const char *id, struct nrs_bytes json);
#endif
