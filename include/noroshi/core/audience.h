/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_AUDIENCE_H
#define NOROSHI_CORE_AUDIENCE_H
/*
 * audience: who gets one released notice, by which channel, in full or as a
 * stub: the subscribers it is meant for, once each however many sectors it has,
 * and with a correction or retraction everyone that the thread was planned for,
 * at the address used then. Pure; everything in the caller's arena.
 */
#include "noroshi/core/alert.h"
#include "noroshi/core/match.h"

/* What the id of an arrangement's contact begins with; no subscriber's does. */
#define NRS_AUDIENCE_ARRANGEMENT "@"
/* Nobody's subscription: the desk named it, for all labels but RED. */
bool nrs_audience_is_arrangement(const char *subscriber_id);

struct nrs_audience;

struct nrs_target {
	const char *subscriber_id, *organisation, *name, *lang;
	enum nrs_subscriber_kind kind;
	struct nrs_channel channel;
	enum nrs_delivery_purpose purpose;
	bool had_thread; /* was sent something of it before */
	/* In delivery.due: the key whose acknowledgement cancels it, and in
	 * whose partition it is; NULL: the subscriber's own. */
	struct nrs_bytes awaits;
	const char *keyed_by;
};

struct nrs_targets {
	struct nrs_target *items;
	size_t n;
	size_t n_not_cleared; /* meant, but may not see it; nothing is sent */
	size_t n_filtered;    /* meant, but wants none of it */
	size_t n_unreachable; /* meant, but without a channel */
};

/* Is target among them, at the same address? */
bool nrs_targets_has(
    const struct nrs_targets *targets, const struct nrs_target *target);

struct nrs_audience_query {
	const struct nrs_match_set *subs;
	struct nrs_match_notice notice;
	bool has_stub; /* the signer made one */
};

struct nrs_audience *nrs_audience_new(
    struct nrs_arena *arena, const struct nrs_audience_query *query);
/* An earlier batch of the thread (or the same revision, planned before): to be
 * called for each before the end. Keeps pointers into batch. */
void nrs_audience_prior(
    struct nrs_audience *audience, const struct nrs_delivery_batch *batch);
/* Frees the audience; what it points to stays in the arena. */
struct nrs_targets nrs_audience_end(struct nrs_audience *audience);
#endif
