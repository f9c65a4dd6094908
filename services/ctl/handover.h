/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_HANDOVER_H
#define CTL_HANDOVER_H
/*
 * handover: what was decided about a notice and has no record in
 * dispatch.alert: the records, made again from its outcome and the journal as
 * the classifier makes them.
 */
#include "ctl/ctl.h"
#include "noroshi/io/bus.h"

/* Those that are missing, in ctl->arena. Blocks. NRS_REJECT says why they
 * cannot be made: it is an issue of the newsletter, the journal has no such
 * record, or nobody may sign like that any more. */
NRS_CHECKED enum nrs_rc ctl_handover(struct ctl *ctl, const char *id,
    const struct nrs_outgoing **out, size_t *n, struct nrs_err *err);
/* What a person can do about a command at offset that was passed over, with the
 * command line; in ctl->arena. */
const char *ctl_handover_anew(struct ctl *ctl, int64_t offset);
#endif
