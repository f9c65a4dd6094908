/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_GATHER_H
#define CTL_GATHER_H
/*
 * gather: what the topics hold of the deliveries of some notices: a ledger,
 * what was decided about the notices, and who is registered. A topic that may
 * not be read is named on stderr and passed over. One thread.
 */
#include "ctl/ctl.h"
#include "ctl/ledger.h"
#include "noroshi/base/map.h"
#include "noroshi/core/decision.h"

/* A notice, or an issue of the newsletter, as `outcome` tells of it. */
struct ctl_notice {
	const char *id, *thread_id;
	uint32_t revision;
	enum nrs_msg_kind kind;
	enum nrs_mode mode;
	int64_t valid_until;
	const char *exercise_id;
	bool is_issue;
	const char **sectors; /* that it went to */
	size_t n_sectors, cap_sectors;
	/* The thread's last revision in real time; its id is "" when this is
	 * it. */
	const char *later_id;
	uint32_t later_revision;
	bool retracted; /* by a later revision */
};

/* Which notices: by id, or all of an exercise. Outcomes are read once. */
struct ctl_notices {
	struct nrs_map *by_id; /* -> struct ctl_notice */
	bool readable;         /* there is a topic, and it may be read */
};
/* One; it is in the map, with what could be found out about it. */
NRS_CHECKED enum nrs_rc ctl_notices_find(struct ctl *ctl, const char *id,
    struct ctl_notices *out, struct nrs_err *err);
/* Those of an exercise, in the order in which they were decided. */
NRS_CHECKED enum nrs_rc ctl_notices_of_exercise(struct ctl *ctl,
    const char *exercise_id, struct ctl_notices *out, struct nrs_err *err);
void ctl_notices_fini(struct ctl_notices *notices);

/* Subscriber id -> const struct nrs_subscription, to the topic's end, in
 * ctl->arena. The caller frees the map. */
NRS_CHECKED enum nrs_rc ctl_subscriptions(
    struct ctl *ctl, struct nrs_map **out, struct nrs_err *err);

struct ctl_gather;
/* notices is borrowed. */
NRS_CHECKED enum nrs_rc ctl_gather_open(struct ctl *ctl,
    const struct ctl_notices *notices, struct ctl_gather **out,
    struct nrs_err *err);
/* Up to the ends that the topics have now. */
NRS_CHECKED enum nrs_rc ctl_gather_to_end(
    struct ctl_gather *gather, struct nrs_err *err);
/* What comes within timeout_ms; *changed if it was about our notices. */
NRS_CHECKED enum nrs_rc ctl_gather_next(struct ctl_gather *gather,
    int timeout_ms, bool *changed, struct nrs_err *err);
struct ctl_ledger *ctl_gather_ledger(struct ctl_gather *gather);
void ctl_gather_close(struct ctl_gather *gather);
#endif
