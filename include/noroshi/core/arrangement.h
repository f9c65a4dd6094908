/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_ARRANGEMENT_H
#define NOROSHI_CORE_ARRANGEMENT_H
/*
 * arrangement: the view of contact arrangements (連絡体制): whom a 対策室
 * named to be reached by. The classifier decides where one is in force; who its
 * contacts are stands in the notice that set it up, and nowhere else. One
 * thread.
 */
#include "noroshi/core/audience.h"
#include "noroshi/core/notice.h"

struct nrs_arrangements;

struct nrs_arrangements *nrs_arrangements_new(void);
void nrs_arrangements_free(struct nrs_arrangements *all);
/* A notice that was released, in order: it may set one up, change, close or
 * withdraw it. */
void nrs_arrangements_note(
    struct nrs_arrangements *all, const struct nrs_content *content);
/* NULL: not known, or nobody of it has a mailbox. */
const struct nrs_contact_arrangement *nrs_arrangements_find(
    const struct nrs_arrangements *all, const char *arrangement_id);

/* How one notice goes. Everything in arena. */
struct nrs_arrangement_query {
	struct nrs_arena *arena;
	const struct nrs_arrangements *all;
	const struct nrs_match_set *subs;
	const struct nrs_match_notice *notice;
};
/* The contacts of all arrangements that the notice goes by; their ids begin
 * with NRS_AUDIENCE_ARRANGEMENT. Never of a notice to named recipients. */
struct nrs_targets nrs_arrangements_targets(
    const struct nrs_arrangement_query *query);
/* The arrangement that takes the place of the usual way for this target, so
 * that it waits whether its contact acknowledges; NULL: it goes at once. */
const char *nrs_arrangements_replacing(
    const struct nrs_arrangement_query *query, const struct nrs_target *target);
#endif
