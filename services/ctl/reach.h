/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_REACH_H
#define CTL_REACH_H
/*
 * reach: whom a notice has reached, out of its deliveries. A recipient counts
 * once however many channels it has: reached by one is reached. Reminders and
 * escalations are about the same thing again and count apart. Pure.
 */
#include "ctl/ledger.h"

struct ctl_recipient {
	const char *notice_id, *subscriber_id, *organisation;
	enum nrs_subscriber_kind stage;
	uint32_t revision;
	int64_t accepted_at;
	/* Of its deliveries the one that stands best: an answer, then an
	 * arrival, then one still open, then an end without arrival. */
	enum nrs_delivery_state state;
	enum nrs_failure_reason reason;
	const char *detail;
	int64_t delivered_at, acknowledged_at; /* 0: not */
	enum nrs_response response;
	int64_t response_at;
	uint32_t relayed, relayed_of;
	size_t n_deliveries, n_reminders,
	    n_escalations; /* the last two: sent; at most one is escalated */
};

/* All recipients of all notices in the ledger, in arena, by stage and id. */
struct ctl_recipient *ctl_reach_recipients(
    struct nrs_arena *arena, const struct ctl_ledger *ledger, size_t *n);

#define CTL_REACH_RESPONSES (NRS_RESPONSE_INVESTIGATING + 1)
#define CTL_REACH_REASONS (NRS_FAILURE_TIMEOUT + 1)

enum ctl_reach_share { /* of those who are to be reached */
	CTL_REACH_50,
	CTL_REACH_90,
	CTL_REACH_100,
	CTL_REACH_SHARES,
};

struct ctl_tally {
	/* addressed = arrived + failed + expired + cancelled + open */
	size_t addressed, arrived, failed, expired, cancelled, open;
	size_t acknowledged; /* of those that arrived */
	/* Of those acknowledged, by what they answered; [0]: nothing more. */
	size_t responses[CTL_REACH_RESPONSES];
	size_t reasons[CTL_REACH_REASONS]; /* of those failed */
	size_t reminders, escalations;
	uint32_t relayed, relayed_of; /* as CEPTOARs say */
	/* From acceptance until that share had it, had confirmed; -1: not yet.
	 * Whoever was not to get it any more (CANCELLED) is no part of it. */
	int64_t arrived_ms[CTL_REACH_SHARES], acknowledged_ms[CTL_REACH_SHARES];
};

/* Of those that include() wants; NULL: of all. */
typedef bool ctl_reach_include(void *ctx, const struct ctl_recipient *who);
struct ctl_tally ctl_reach_tally(struct nrs_arena *arena,
    const struct ctl_recipient *who, size_t n, ctl_reach_include *include,
    void *ctx);
#endif
