/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_WHEN_H
#define CTL_WHEN_H
/*
 * when: times on the command line: RFC 3339, or a span: 90s, 45m, 12h, 3d.
 */
#include <stdint.h>

#include "noroshi/base/err.h"

enum ctl_side {
	CTL_AHEAD, /* a span counts from now on: --until */
	CTL_BACK,  /* a span counts back from now: --since */
};

/* NRS_REJECT with field and rule "time". */
NRS_CHECKED enum nrs_rc ctl_when(const char *text, enum ctl_side side,
    int64_t now_ms, int64_t *ms, struct nrs_err *err);
#endif
