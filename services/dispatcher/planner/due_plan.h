/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_DUE_PLAN_H
#define DISPATCHER_DUE_PLAN_H
/*
 * due_plan: what becomes due when an alert is not acknowledged: a reminder to
 * whoever got it, then the alert to the second contact, then a record for the
 * CEPTOAR and the desk. Pure; everything in the caller's arena.
 */
#include "dispatcher/mail/compose.h"
#include "noroshi/core/audience.h"

struct dispatcher_due_times {
	int64_t ack_by, remind_at, escalate_at, report_at;
};

/* Must whoever gets the notice in real time acknowledge it? Nobody where there
 * is no ack.url: they could not. */
bool dispatcher_due_asks(
    const struct dispatcher_conf *conf, const struct nrs_dispatch *dispatch);
/* planned_at is when it goes to them. */
struct dispatcher_due_times dispatcher_due_times(
    const struct dispatcher_conf *conf, const struct dispatcher_notice *notice,
    int64_t planned_at);

struct dispatcher_due_query {
	struct nrs_arena *arena;
	const struct dispatcher_notice *notice;
	const struct nrs_targets *targets; /* of the alert */
	const struct nrs_match_set *subs;
};
/* Of the alert's targets: purpose REMINDER makes one for each that was given
 * the text; ESCALATION one for each of their second contacts. */
struct nrs_targets dispatcher_due_targets(
    const struct dispatcher_due_query *query,
    enum nrs_delivery_purpose purpose);
/* One record for each of them. */
struct nrs_targets dispatcher_due_reports(
    const struct dispatcher_due_query *query);
#endif
