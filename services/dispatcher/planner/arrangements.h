/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ARRANGEMENTS_H
#define DISPATCHER_ARRANGEMENTS_H
/*
 * arrangements: the view of contact arrangements (連絡体制): whom a 対策室
 * named to be reached by. The classifier decides where one is in force; who its
 * contacts are stands in the notice that set it up, and nowhere else. One
 * thread.
 */
#include "noroshi/core/audience.h"
#include "noroshi/core/notice.h"

struct dispatcher_arrangements;

struct dispatcher_arrangements *dispatcher_arrangements_new(void);
void dispatcher_arrangements_free(struct dispatcher_arrangements *all);
/* A notice that was released, in order: it may set one up, change, close or
 * withdraw it. */
void dispatcher_arrangements_note(
    struct dispatcher_arrangements *all, const struct nrs_content *content);
/* NULL: not known, or nobody of it has a mailbox. */
const struct nrs_contact_arrangement *dispatcher_arrangements_find(
    const struct dispatcher_arrangements *all, const char *arrangement_id);

/* How one notice goes. Everything in arena. */
struct dispatcher_routing_query {
	struct nrs_arena *arena;
	const struct dispatcher_arrangements *all;
	const struct nrs_match_set *subs;
	const struct nrs_match_notice *notice;
};
/* The contacts of all arrangements that the notice goes by; their ids begin
 * with NRS_AUDIENCE_ARRANGEMENT. Never of a notice to named recipients. */
struct nrs_targets dispatcher_arrangements_targets(
    const struct dispatcher_routing_query *query);
/* The arrangement that takes the place of the usual way for this target, so
 * that it waits whether its contact acknowledges; NULL: it goes at once. */
const char *dispatcher_arrangements_replacing(
    const struct dispatcher_routing_query *query,
    const struct nrs_target *target);
#endif
