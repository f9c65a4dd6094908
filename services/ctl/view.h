/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_VIEW_H
#define CTL_VIEW_H
/*
 * view: how outcomes and notices look, to people and as JSON.
 */
#include "ctl/ctl.h"
#include "noroshi/core/decision.h"

/* One decided command: a block, or the JSON of Outcome. */
void ctl_view_outcome(struct ctl *ctl, const struct nrs_outcome *outcome);
/* The same as a row of a list; title may be NULL: not known. */
void ctl_view_outcome_row(
    struct ctl *ctl, const struct nrs_outcome *outcome, const char *title);
/* "finance: REALTIME NEWSLETTER (cell:B_C/...)": one copy, in arena. */
const char *ctl_view_copy(
    struct nrs_arena *arena, const struct nrs_classification *copy);
/* "finance: REALTIME; column B_C, posture NORMAL, override:3": who shows the
 * rule that routed beside it. */
const char *ctl_view_routes(
    struct nrs_arena *arena, const struct nrs_classification *copy);
/* What recipients see: a block with its texts under it, or "content" in JSON.
 */
void ctl_view_content(struct ctl *ctl, const struct nrs_content *content);
/* That it was withdrawn or changed, and its ids; "stub" in JSON. */
void ctl_view_stub(struct ctl *ctl, const struct nrs_stub_content *stub);
#endif
