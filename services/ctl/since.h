/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_SINCE_H
#define CTL_SINCE_H
/*
 * since: --since TIME|OFFSET, shared by what reads topics.
 */
#include "ctl/ctl.h"

struct ctl_since {
	int64_t ms;     /* only what is not older; 0: all */
	int64_t offset; /* only from this offset on; 0: all */
};
/* Plain digits are an offset; everything else is a time. NRS_REJECT. */
NRS_CHECKED enum nrs_rc ctl_since_parse(
    const struct ctl *ctl, struct ctl_since *since, struct nrs_err *err);
#endif
