/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_ISSUE_H
#define DISPATCHER_ISSUE_H
/*
 * issue: one issue of the newsletter, from its dispatch record to who gets
 * which edition. Everything lives in the caller's arena.
 */
#include "dispatcher/dispatcher.h"
#include "noroshi/base/map.h"
#include "noroshi/core/audience.h"
#include "noroshi/core/newsletter.h"
#include "noroshi/io/bus.h"

struct dispatcher_issue {
	const struct nrs_newsletter *letter;
	const struct nrs_content *const *contents; /* by item; NULL: a line */
	const char *sector_ja, *sector_en;         /* names */
	int64_t accepted_at;
	int64_t offset;                  /* of the dispatch record */
	uint8_t sha256[NRS_SHA256_SIZE]; /* of its id */
	/* Items that cannot be believed: the rest goes without them. */
	struct nrs_err *refused;
	size_t n_refused;
};

/* Decode, and verify each item with our own keys. NRS_REJECT: it is no issue,
 * or of another mode. */
NRS_CHECKED enum nrs_rc dispatcher_issue_read(struct dispatcher *d,
    struct nrs_arena *arena, const struct nrs_record *record,
    struct dispatcher_issue *out, struct nrs_err *err);

/* One per label that a topic may bear, and those of readers who had more than
 * they may see now; who sees the same shares one. */
struct dispatcher_issue_plan {
	struct nrs_edition *editions;
	struct nrs_targets *targets;
	size_t n;
	size_t n_nothing; /* readers whose clearance leaves nothing to send */
};

/* An earlier plan of the same issue: call for each of its batches. */
void dispatcher_issue_had(struct nrs_map *had, struct nrs_arena *arena,
    const struct nrs_delivery_batch *batch);
struct dispatcher_issue_query {
	const struct dispatcher_issue *issue;
	const struct nrs_match_set *subs;
	const struct nrs_map *had; /* who is planned already */
	/* subscriber_id -> bool per item: they had an earlier notice of it. */
	const struct nrs_map *carried;
};
/* Every active subscriber of the sector who wants newsletters, at all channels,
 * but for those in had. A filter thins out alerts, not a newsletter: there is
 * one edition for all of a clearance who had the same. */
void dispatcher_issue_plan(struct nrs_arena *arena,
    const struct dispatcher_issue_query *query,
    struct dispatcher_issue_plan *out);
#endif
