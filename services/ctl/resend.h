/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_RESEND_H
#define CTL_RESEND_H
/*
 * resend: failed deliveries written again, as one transaction with the audit
 * record that says so.
 */
#include "ctl/gather.h"
#include "ctl/members.h"

/* One command about the deliveries of one notice. */
struct ctl_deliveries {
	struct ctl *ctl;
	const char *id;
	struct ctl_notices notices;
	struct ctl_members members;
	struct ctl_gather *gather;
};

/* Before anything is gathered: a predecessor's re-send is over then, seen whole
 * or not at all, and whoever comes after us makes ours fail. */
struct ctl_resend;
NRS_CHECKED enum nrs_rc ctl_resend_open(
    struct ctl *ctl, struct ctl_resend **out, struct nrs_err *err);
void ctl_resend_close(struct ctl_resend *resend);
/* May the notice go out again at all? NRS_REJECT names the rule. */
NRS_CHECKED enum nrs_rc ctl_resend_may(
    const struct ctl_deliveries *d, struct nrs_err *err);
/* Show what would go, ask unless --yes, and write it unless --dry-run. */
enum ctl_exit ctl_resend_run(
    struct ctl_resend *resend, const struct ctl_deliveries *d);
#endif
