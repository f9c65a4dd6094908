/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_HANDOVER_H
#define CTL_HANDOVER_H
/*
 * handover: what was decided about a notice or an issue of the newsletter and
 * has no record in dispatch.*: the records, made again from its outcome and the
 * journal as the classifier makes them.
 */
#include "ctl/ctl.h"
#include "noroshi/core/decide.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/sign.h"

/* Those that are missing, in ctl->arena. Blocks. NRS_REJECT says why they
 * cannot be made: the journal has no such record, or nobody may sign like that
 * any more. */
NRS_CHECKED enum nrs_rc ctl_handover(struct ctl *ctl, const char *id,
    const struct nrs_outgoing **out, size_t *n, struct nrs_err *err);
/* handover_issue.c: that of one issue, of an outcome. */
NRS_CHECKED enum nrs_rc ctl_handover_issue(struct ctl *ctl,
    const struct nrs_outcome *outcome, const struct nrs_issue *issue,
    struct nrs_outgoing *out, struct nrs_err *err);

/* A record of the journal. */
struct ctl_said {
	int64_t offset;
	struct nrs_bytes bytes;
};
/* The notice, as the classifier reads it: verified by the keys of today, and so
 * will the dispatcher. Borrows said's bytes. */
NRS_CHECKED enum nrs_rc ctl_handover_admit(struct ctl *ctl,
    const struct nrs_keyring *keys, const struct ctl_said *said,
    struct nrs_command *out, struct nrs_err *err);

/* What a person can do about a command at offset that was passed over, with the
 * command line; in ctl->arena. */
const char *ctl_handover_anew(struct ctl *ctl, int64_t offset);
#endif
