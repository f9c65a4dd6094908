/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_PREVIEW_H
#define CTL_PREVIEW_H
/*
 * preview: a draft that is ready to be sent, foreseen and printed instead: who
 * would get it, how, when and by which rule, and what they would read.
 */
#include "ctl/ctl.h"
#include "ctl/draft.h"

enum ctl_exit ctl_preview(struct ctl *ctl, const struct ctl_draft *draft);
#endif
