/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_TEMPLATE_H
#define CTL_TEMPLATE_H
/*
 * template: a notice to fill in, for one item type: the sub-items of the matrix
 * as section labels, the choices as comments. Pure.
 */
#include <stdint.h>

#include "noroshi/base/buf.h"
#include "noroshi/core/terms.h"

struct ctl_template {
	enum nrs_item_type item; /* UNSPECIFIED: all are offered, no sections */
	enum nrs_stream stream;
	int64_t now_ms;   /* for valid_until */
	const char *lang; /* of the comments */
};
void ctl_template_print(struct nrs_buf *out, const struct ctl_template *how);
#endif
