/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_CONF_H
#define CTL_CONF_H
/*
 * conf: noroshictl's configuration: its own rows and the bus's.
 */
#include "ctl/ctl.h"

/* Fill ctl->conf: default < file < -b, -X and --key. conf owns the strings.
 * NRS_REJECT: "file:line: why". */
NRS_CHECKED enum nrs_rc ctl_conf_load(
    struct ctl *ctl, struct nrs_conf *conf, struct nrs_err *err);
/* The rows, the bus's first; in arena. */
const struct nrs_param *ctl_conf_params(struct nrs_arena *arena, size_t *n);
#endif
