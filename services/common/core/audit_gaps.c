/* SPDX-License-Identifier: Apache-2.0 */
/* What is overdue, and what cannot be used. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/audit_internal.h"
#include "noroshi/core/topic.h"

#define FINAL_MS (INT64_C(24) * 60 * 60 * 1000) /* it is told of so long */

/* ---- rejected ---- */

static void
refuse_plan(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const struct audit_spot *spot)
{
	struct audit_item *item = audit_find(audit, spot);

	if (item == NULL &&
	    audit_is_ahead(audit, spot->topic, spot->partition, spot->offset)) {
		item = audit_add(audit, spot, place, "");
		if (item != NULL)
			audit_set_early(audit, item, true);
	}
	if (item == NULL)
		return;
	item->refused = true;
	if (!item->early)
		audit_plan_check(audit, item);
}

/* Whoever sent a command was told; of our own records nobody was. */
void
nrs_audit_rejection(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_rejection *r)
{
	struct audit_spot spot = {
	    NRS_AUDIT_PLAN, r->topic, (int)r->partition, r->offset};
	const bool plan = strncmp(r->topic, "dispatch.", 9) == 0;
	struct audit_item *item = audit_find(audit, &spot);
	struct nrs_audit_place at = *place;
	char id[160];

	audit_pass(audit, place);
	if (!plan && strncmp(r->topic, "delivery.", 9) != 0)
		return;
	if (item != NULL && item->id[0] != '\0')
		(void)snprintf(id, sizeof(id), "%s", item->id);
	else
		(void)snprintf(id, sizeof(id), "%s:%u:%lld", r->topic,
		    r->partition, (long long)r->offset);
	if (plan)
		refuse_plan(audit, place, &spot);
	spot.stage = NRS_AUDIT_REFUSED;
	at.topic = r->topic;
	at.partition = (int)r->partition;
	at.offset = r->offset;
	at.at = r->at;
	if (audit_find(audit, &spot) == NULL)
		(void)audit_add(audit, &spot, &at, id);
}

/* ---- gaps ---- */

struct overdue {
	size_t n;
	int64_t since;
};

static void
count_deliveries(
    const struct audit_item *item, int64_t limit, struct overdue *out)
{
	int64_t last;
	size_t i;

	for (i = 0; i < item->n_marks; i++) {
		last = item->at + (int64_t)item->marks[i].last * 1000;
		if (item->marks[i].done || last > limit)
			continue;
		out->n++;
		if (last < out->since)
			out->since = last;
	}
}

static struct overdue
judge(const struct nrs_audit_fold *audit, const struct audit_item *item,
    int64_t now)
{
	const struct nrs_audit_conf *conf = &audit->conf;
	const int64_t budgets[NRS_AUDIT_STAGES] = {
	    [NRS_AUDIT_OUTCOME] = conf->outcome_ms,
	    [NRS_AUDIT_DISPATCH] = conf->plan_ms,
	    [NRS_AUDIT_EDITION] = conf->plan_ms,
	    [NRS_AUDIT_PLAN] = conf->plan_ms};
	struct overdue out = {.since = item->at};

	if (item->early)
		return out;
	if (item->stage == NRS_AUDIT_DELIVERY) {
		out.since = INT64_MAX;
		count_deliveries(item, now - conf->delivery_ms, &out);
	} else if (now - item->at >= budgets[item->stage]) {
		out.n = item->stage == NRS_AUDIT_DISPATCH
		            ? (size_t)item->balance
		            : 1;
	}
	return out;
}

struct gaps {
	struct nrs_arena *arena;
	const char *id; /* NULL: all */
	struct nrs_map *by_id;
	struct nrs_audit_gap *list;
	size_t n, cap;
};

/* A record is named by its place when nobody knows its id. */
static const char *
name_of(struct nrs_arena *arena, const struct audit_item *item)
{
	if (item->id[0] != '\0')
		return item->id;
	return nrs_arena_printf(arena, "%s:%d:%lld", item->topic,
	    item->partition, (long long)item->offset);
}

static void
add_gap(const struct nrs_audit_fold *audit, struct gaps *gaps,
    const struct audit_item *item, const struct overdue *overdue)
{
	const char *id = name_of(gaps->arena, item);
	const char *key = gaps->id != NULL ? item->key
	                                   : nrs_arena_printf(gaps->arena,
	                                         "%d %s", (int)item->stage, id);
	size_t at = (size_t)nrs_map_get(gaps->by_id, key);
	struct nrs_audit_gap *gap;
	bool earlier;

	if (at == 0) {
		at = ++gaps->n;
		(void)nrs_map_put(gaps->by_id, key, (void *)at);
		gaps->list[at - 1] =
		    (struct nrs_audit_gap){.stage = item->stage,
		        .id = nrs_arena_strdup(gaps->arena, id),
		        .since = INT64_MAX};
	}
	gap = &gaps->list[at - 1];
	gap->n += overdue->n;
	earlier = overdue->since < gap->since;
	if (earlier)
		gap->since = overdue->since;
	if (gap->topic != NULL && (item->fault < gap->fault ||
	                              (item->fault == gap->fault && !earlier)))
		return;
	gap->fault = item->fault;
	gap->topic = nrs_arena_strdup(gaps->arena, item->topic);
	gap->partition = item->partition;
	gap->offset = item->offset;
	gap->passed =
	    item->stage == NRS_AUDIT_OUTCOME && item->offset < audit->decided;
}

bool
audit_is_final(const struct audit_item *item)
{
	return item->stage == NRS_AUDIT_REFUSED ||
	       (item->stage == NRS_AUDIT_EDITION && !item->early &&
	           item->fault >= NRS_AUDIT_TWICE);
}

/* A record of a decision that was made before we began to read, or a word on
 * something that nobody mends any more. */
static bool
is_stale(const struct nrs_audit_fold *audit, const struct audit_item *item,
    int64_t now)
{
	if (audit_is_final(item))
		return now - item->at > FINAL_MS;
	return item->early &&
	       (item->stage == NRS_AUDIT_DISPATCH ||
	           item->stage == NRS_AUDIT_EDITION) &&
	       now - item->at > audit->conf.plan_ms;
}

static void
drop_stale(struct nrs_audit_fold *audit, struct nrs_arena *arena, int64_t now)
{
	struct audit_item **stale = nrs_arena_array(arena,
	    nrs_map_count(audit->items) + 1, sizeof(struct audit_item *));
	void *cursor = NULL, *value;
	const char *key;
	size_t i, n = 0;

	while (nrs_map_next(audit->items, &cursor, &key, &value))
		if (is_stale(audit, value, now))
			stale[n++] = value;
	for (i = 0; i < n; i++)
		audit_drop(audit, stale[i]);
}

size_t
nrs_audit_gaps(struct nrs_audit_fold *audit, struct nrs_arena *arena,
    int64_t now, const char *id, const struct nrs_audit_gap **out)
{
	struct gaps gaps = {.arena = arena, .id = id, .by_id = nrs_map_new()};
	struct overdue overdue;
	void *cursor = NULL, *value;
	const char *key;

	drop_stale(audit, arena, now);
	gaps.list = nrs_arena_array(
	    arena, nrs_map_count(audit->items) + 1, sizeof(*gaps.list));
	while (nrs_map_next(audit->items, &cursor, &key, &value)) {
		overdue = judge(audit, value, now);
		if (overdue.n > 0 &&
		    (id == NULL || strcmp(id, name_of(arena, value)) == 0))
			add_gap(audit, &gaps, value, &overdue);
	}
	nrs_map_free(gaps.by_id, NULL);
	*out = gaps.list;
	return gaps.n;
}

/* ---- where reading can begin anew ---- */

bool
nrs_audit_is_settled(const struct nrs_audit_fold *audit)
{
	return audit->n_early == 0 && !audit->full;
}

int64_t
nrs_audit_oldest_seen(const struct nrs_audit_fold *audit)
{
	int64_t oldest = audit_silence_oldest(audit);
	void *cursor = NULL, *value;
	const char *key;

	while (nrs_map_next(audit->items, &cursor, &key, &value)) {
		const struct audit_item *item = value;

		if (!audit_is_final(item) && item->seen < oldest)
			oldest = item->seen;
	}
	return oldest;
}

size_t
nrs_audit_open(const struct nrs_audit_fold *audit)
{
	return nrs_map_count(audit->items);
}

bool
nrs_audit_was_told(const struct nrs_audit_fold *audit, const char *notice_id)
{
	return nrs_map_get(audit->told, notice_id) != NULL;
}

struct nrs_audit_beat
nrs_audit_beat(
    const struct nrs_audit_fold *audit, enum nrs_channel_type channel)
{
	return audit->beats[channel];
}
