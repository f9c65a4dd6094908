/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_PERMIT_H
#define CTL_PERMIT_H
/*
 * permit: who may use which topic, on a cluster (ctl/acls.h says who should).
 */
#include "ctl/ctl.h"
#include "noroshi/io/admin.h"

/* Print each permission that is missing or too many, and mend it when apply is
 * true; adds their number to *n. */
NRS_CHECKED enum nrs_rc ctl_permit(struct ctl *ctl, struct nrs_admin *admin,
    bool apply, size_t *n, struct nrs_err *err);
#endif
