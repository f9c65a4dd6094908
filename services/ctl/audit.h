/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H
/*
 * audit: the auditor's check, on demand, and making good what it finds.
 */
#include "ctl/ctl.h"
#include "noroshi/core/audit.h"

struct ctl_audit {
	struct ctl *ctl;
	struct nrs_audit_fold *fold;
	struct nrs_reader *reader;
	struct nrs_arena *scratch; /* of one record */
	int64_t now, seen;
};

/* Read everything to its end, by --since and --budget. Close it in any case. */
NRS_CHECKED enum nrs_rc ctl_audit_open(
    struct ctl *ctl, struct ctl_audit *out, struct nrs_err *err);
void ctl_audit_close(struct ctl_audit *audit);

/* replay.c: append again what has not gone on of one notice or issue. */
enum ctl_exit ctl_replay(struct ctl *ctl, const char *id);
#endif
