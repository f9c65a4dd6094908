/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_MEMBERS_H
#define CTL_MEMBERS_H
/*
 * members: who is registered now, by subscriber, and what --ceptoar lets one
 * see of it: that CEPTOAR itself and its members, and nobody sideways.
 */
#include "ctl/gather.h"
#include "ctl/reach.h"

struct ctl_members {
	struct nrs_map *by_id;           /* -> const struct nrs_subscription */
	const struct ctl_notice *notice; /* NULL: of no one notice */
	const char *ceptoar;             /* "": everybody may be seen */
};

/* --ceptoar is read from ctl. NRS_REJECT, rule usage: there is no such one. */
NRS_CHECKED enum nrs_rc ctl_members_load(struct ctl *ctl,
    const struct ctl_notice *notice, struct ctl_members *out,
    struct nrs_err *err);
/* Take away the channels whose readers have not opened their link yet: nothing
 * may be sent there. */
NRS_CHECKED enum nrs_rc ctl_members_prove(
    struct ctl *ctl, struct ctl_members *members, struct nrs_err *err);
void ctl_members_fini(struct ctl_members *members);
/* NULL: not registered any more. */
const struct nrs_subscription *ctl_members_find(
    const struct ctl_members *members, const char *subscriber_id);
bool ctl_members_may_see(
    const struct ctl_members *members, const char *subscriber_id);
/* Of its sectors those that the notice went to; all of them when it went to
 * none (it was named); "" for who is not registered any more. */
bool ctl_members_in_sector(const struct ctl_members *members,
    const char *subscriber_id, const char *sector);
/* Every sector that one of them is in, sorted, in arena. */
const char **ctl_members_sectors(const struct ctl_members *members,
    struct nrs_arena *arena, const struct ctl_recipient *who, size_t n_who,
    size_t *n);
#endif
