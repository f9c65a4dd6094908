/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_REACH_VIEW_H
#define CTL_REACH_VIEW_H
/*
 * reach_view: how a tally looks, to people and as JSON.
 */
#include "ctl/ctl.h"
#include "ctl/reach.h"

struct ctl_reach_group {
	const char *notice_id;
	enum nrs_subscriber_kind stage; /* UNSPECIFIED: all stages */
	const char *sector;             /* "": all sectors */
};

/* One row of the table; as JSON with every figure there is. */
void ctl_reach_row(struct ctl *ctl, const struct ctl_reach_group *group,
    const struct ctl_tally *tally);
/* People only: who answered what, who was not reached and why, what was sent
 * about it again. Nothing to say: nothing. */
void ctl_reach_rest(struct ctl *ctl, const struct ctl_tally *tally);
/* "0.4s", "12s", "1m05s", "2h03m", "3d04h"; "-" for what is negative. */
const char *ctl_reach_span(struct nrs_arena *arena, int64_t ms);
/* Mostly hidden: "d***@example.jp"; of a URL the host stays. */
const char *ctl_reach_masked(struct nrs_arena *arena, const char *address);
#endif
