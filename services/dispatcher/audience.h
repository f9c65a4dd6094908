/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_AUDIENCE_H
#define DISPATCHER_AUDIENCE_H
/*
 * audience: who gets one released notice, by which channel, in full or as a
 * stub: the subscribers it is meant for, once each however many sectors it has,
 * and with a correction or retraction everyone that the thread was planned for,
 * at the address used then. Pure; everything in the caller's arena.
 */
#include "noroshi/core/alert.h"
#include "noroshi/core/match.h"

struct dispatcher_audience;

struct dispatcher_target {
	const char *subscriber_id, *organisation, *name, *lang;
	enum nrs_subscriber_kind kind;
	struct nrs_channel channel;
	enum nrs_delivery_purpose purpose; /* ALERT or STUB */
};

struct dispatcher_targets {
	struct dispatcher_target *items;
	size_t n;
	size_t n_not_cleared; /* meant, but may not see it; nothing is sent */
	size_t n_unreachable; /* meant, but without a channel */
};

struct dispatcher_audience_query {
	const struct nrs_match_set *subs;
	struct nrs_match_notice notice;
	bool has_stub; /* the signer made one */
};

struct dispatcher_audience *dispatcher_audience_new(
    struct nrs_arena *arena, const struct dispatcher_audience_query *query);
/* An earlier batch of the thread (or the same revision, planned before): to be
 * called for each before the end. Keeps pointers into batch. */
void dispatcher_audience_prior(struct dispatcher_audience *audience,
    const struct nrs_delivery_batch *batch);
/* Frees the audience; what it points to stays in the arena. */
struct dispatcher_targets dispatcher_audience_end(
    struct dispatcher_audience *audience);
#endif
