/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_FORESEE_H
#define CTL_FORESEE_H
/*
 * foresee: what the services would do with a notice now: their own functions
 * over what the topics hold. Nothing is sent. One run of noroshictl.
 */
#include "ctl/ctl.h"
#include "ctl/draft.h"
#include "noroshi/core/decide.h"
#include "noroshi/core/match.h"

struct nrs_map;

struct ctl_foresight {
	struct ctl *ctl;
	const struct nrs_policy *policy;
	struct nrs_state *state;    /* the fold of `outcome` */
	struct nrs_match_set *subs; /* of `subscription` */
	/* Whose notices count as ours: one principal's; "" for anybody's. */
	const char *issuer;
	struct nrs_keyring *ring;
	struct nrs_map *ours;    /* submission id -> anything */
	struct nrs_map *sectors; /* code -> anything: used before */
	bool labels[NRS_TLP_CLEAR + 1];
	bool knows_ours; /* the journal could be read */
	size_t n_ours;   /* notices of ours that went out */
	/* What was decided, and what of it goes out now and later. */
	struct nrs_outcome outcome;
	struct nrs_match_notice now, later;
};

/* Read the tables and topics. Close it in any case. */
NRS_CHECKED enum nrs_rc ctl_foresee_open(
    struct ctl *ctl, struct ctl_foresight *f, struct nrs_err *err);
void ctl_foresee_close(struct ctl_foresight *f);
/* Decide the draft as the classifier would at now_ms. */
void ctl_foresee_decide(
    struct ctl_foresight *f, const struct ctl_draft *draft, int64_t now_ms);
/* One who would get it, as the planner finds them. rule: of the first copy that
 * is for them. */
struct ctl_recipient {
	const struct nrs_subscription *sub;
	bool now; /* else with the next newsletter */
	const char *rule;
};
struct ctl_reach {
	size_t n, n_not_cleared, n_filtered, n_unreachable;
};
void ctl_foresee_reach(struct ctl_foresight *f, struct ctl_reach *reach,
    void (*each)(void *ctx, const struct ctl_recipient *recipient), void *ctx);
#endif
