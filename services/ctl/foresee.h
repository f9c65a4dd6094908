/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_FORESEE_H
#define CTL_FORESEE_H
/*
 * foresee: what the services would do with a draft now, by the tables of our
 * configuration over what the topics hold. Nothing is sent. One run of
 * noroshictl.
 */
#include "ctl/ctl.h"
#include "ctl/draft.h"
#include "noroshi/io/foresee.h"

struct ctl_foresight {
	struct ctl *ctl;
	const struct nrs_policy *policy;
	/* Whose notices count as ours: one principal's; "" for anybody's. */
	const char *issuer;
	struct nrs_keyring *ring;
	struct nrs_foresee *topics;
	struct nrs_preview preview; /* what was foreseen last */
};

/* Read the tables and topics. Close it in any case. */
NRS_CHECKED enum nrs_rc ctl_foresee_open(
    struct ctl *ctl, struct ctl_foresight *f, struct nrs_err *err);
void ctl_foresee_close(struct ctl_foresight *f);
/* The draft, with the stub that would be signed with it, as the classifier and
 * the dispatcher would find it at now_ms. */
NRS_CHECKED enum nrs_rc ctl_foresee(struct ctl_foresight *f,
    const struct ctl_draft *draft, int64_t now_ms, struct nrs_err *err);
#endif
