/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source (architecture.md 2.2): "an auditor checks continuously that every
 * accepted command has its outcome, every released notice its deliveries, every
 * delivery a terminal receipt". Ours: each step is an item, kept from the
 * record that promises to the one that keeps the promise.
 */
#include "noroshi/core/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/audit_internal.h"
#include "noroshi/core/rule.h"
#include "noroshi/core/topic.h"

#define KEY_SIZE 320

const char *
nrs_audit_stage_name(enum nrs_audit_stage stage)
{
	static const char *const names[NRS_AUDIT_STAGES] = {
	    "outcome", "dispatch", "edition", "plan", "delivery", "refused"};

	return stage < NRS_AUDIT_STAGES ? names[stage] : "";
}

const char *
nrs_audit_fault_name(enum nrs_audit_fault fault)
{
	static const char *const names[] = {"overdue", "missing", "incomplete",
	    "twice", "differs", "misplaced"};

	return fault <= NRS_AUDIT_MISPLACED ? names[fault] : "";
}

/* ---- items ---- */

static const char *
key_of(char out[KEY_SIZE], const struct audit_spot *spot)
{
	(void)snprintf(out, KEY_SIZE, "%s %s %d %lld",
	    nrs_audit_stage_name(spot->stage), spot->topic, spot->partition,
	    (long long)spot->offset);
	return out;
}

struct audit_item *
audit_find(const struct nrs_audit_fold *audit, const struct audit_spot *spot)
{
	char key[KEY_SIZE];

	return nrs_map_get(audit->items, key_of(key, spot));
}

static void
free_item(void *value)
{
	struct audit_item *item = value;
	struct audit_plan *plan, *next;

	for (plan = item->plans; plan != NULL; plan = next) {
		next = plan->next;
		free(plan->came);
		free(plan);
	}
	audit_edition_free(item->edition);
	free(item->marks);
	free(item->key);
	free(item->id);
	free(item->topic);
	free(item);
}

struct audit_item *
audit_add(struct nrs_audit_fold *audit, const struct audit_spot *spot,
    const struct nrs_audit_place *place, const char *id)
{
	struct audit_item *item;
	char key[KEY_SIZE];

	if (place->at < audit->conf.since)
		return NULL;
	if (nrs_map_count(audit->items) >= audit->conf.max) {
		audit->full = true;
		return NULL;
	}
	item = nrs_calloc(1, sizeof(*item));
	item->stage = spot->stage;
	item->key = nrs_strdup(key_of(key, spot));
	item->id = nrs_strdup(id);
	item->topic = nrs_strdup(place->topic);
	item->partition = place->partition;
	item->offset = place->offset;
	item->at = place->at;
	item->seen = place->seen;
	(void)nrs_map_put(audit->items, item->key, item);
	return item;
}

void
audit_set_early(
    struct nrs_audit_fold *audit, struct audit_item *item, bool early)
{
	if (item->early == early)
		return;
	item->early = early;
	audit->n_early += early ? 1 : (size_t)-1;
}

void
audit_drop(struct nrs_audit_fold *audit, struct audit_item *item)
{
	if (item == NULL)
		return;
	audit_set_early(audit, item, false);
	(void)nrs_map_del(audit->items, item->key);
	free_item(item);
	/* What was passed over is not made up for, but forgotten by then. */
	if (audit->full && nrs_map_count(audit->items) < audit->conf.max / 2)
		audit->full = false;
}

/* ---- positions ---- */

static int64_t *
next_of(const struct nrs_audit_fold *audit, const char *topic, int partition)
{
	char key[KEY_SIZE];

	(void)snprintf(key, sizeof(key), "%s %d", topic, partition);
	return nrs_map_get(audit->next, key);
}

void
nrs_audit_from(struct nrs_audit_fold *audit, const char *topic, int partition,
    int64_t offset)
{
	int64_t *next = next_of(audit, topic, partition);
	char key[KEY_SIZE];

	if (next == NULL) {
		next = nrs_alloc(sizeof(*next));
		(void)snprintf(key, sizeof(key), "%s %d", topic, partition);
		(void)nrs_map_put(audit->next, key, next);
	}
	*next = offset;
}

int64_t
nrs_audit_next(
    const struct nrs_audit_fold *audit, const char *topic, int partition)
{
	const int64_t *next = next_of(audit, topic, partition);

	return next == NULL ? 0 : *next;
}

void
audit_pass(struct nrs_audit_fold *audit, const struct nrs_audit_place *place)
{
	nrs_audit_from(
	    audit, place->topic, place->partition, place->offset + 1);
}

bool
audit_is_read(
    const struct nrs_audit_fold *audit, const char *topic, int partition)
{
	return next_of(audit, topic, partition) != NULL;
}

bool
audit_is_ahead(const struct nrs_audit_fold *audit, const char *topic,
    int partition, int64_t offset)
{
	return offset >= nrs_audit_next(audit, topic, partition);
}

const char *
audit_sibling(char out[64], const char *first, const char *topic)
{
	const char *last = strchr(topic, '.');

	(void)snprintf(out, 64, "%s%s", first, last == NULL ? "" : last);
	return out;
}

/* ---- a command and its outcome ---- */

void
nrs_audit_command(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const char *submission_id)
{
	const struct audit_spot spot = {
	    NRS_AUDIT_OUTCOME, NRS_TOPIC_JOURNAL, 0, place->offset};
	struct audit_item *item = audit_find(audit, &spot);

	audit_pass(audit, place);
	if (item != NULL)
		audit_drop(audit, item); /* its outcome was here before it */
	else
		(void)audit_add(audit, &spot, place, submission_id);
}

static void
close_command(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    int64_t offset)
{
	const struct audit_spot spot = {
	    NRS_AUDIT_OUTCOME, NRS_TOPIC_JOURNAL, 0, offset};
	struct audit_item *item = audit_find(audit, &spot);

	if (item != NULL && !item->early) {
		audit_drop(audit, item);
	} else if (item == NULL &&
	           audit_is_ahead(audit, NRS_TOPIC_JOURNAL, 0, offset)) {
		item = audit_add(audit, &spot, place, "");
		if (item != NULL)
			audit_set_early(audit, item, true);
	}
}

/* ---- a decision and what it sends out ---- */

/* By the id of what is sent, wherever the decision was made: its own, an
 * approval's, or what raised the posture. */
static void
balance(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const char *id, int change)
{
	const struct audit_spot spot = {NRS_AUDIT_DISPATCH, id, 0, 0};
	struct audit_item *item = audit_find(audit, &spot);

	if (item == NULL)
		item = audit_add(audit, &spot, place, id);
	if (item == NULL)
		return;
	item->balance += change;
	audit_set_early(audit, item, item->balance < 0);
	if (item->balance == 0)
		audit_drop(audit, item);
}

static bool
sends_now(const struct nrs_outcome *o)
{
	size_t i;

	if (o->verdict == NRS_VERDICT_REJECTED)
		return false;
	for (i = 0; i < o->n_copies; i++)
		if ((nrs_rule_routes(
		         o->copies[i].routes, o->copies[i].n_routes) &
		        NRS_AT_ONCE) != 0)
			return true;
	return false;
}

/* One record for all sectors that a notice is promoted for. */
static bool
is_first_of_notice(const struct nrs_outcome *o, size_t promotion)
{
	size_t i;

	for (i = 0; i < promotion; i++)
		if (o->promotions[i].journal_offset ==
		    o->promotions[promotion].journal_offset)
			return false;
	return true;
}

void
nrs_audit_outcome(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_outcome *o)
{
	const bool approves =
	    o->type == NRS_SUBMISSION_APPROVAL && o->about_id[0] != '\0';
	size_t i;

	audit_pass(audit, place);
	if (o->journal_offset > audit->decided)
		audit->decided = o->journal_offset;
	close_command(audit, place, o->journal_offset);
	if (sends_now(o))
		balance(
		    audit, place, approves ? o->about_id : o->submission_id, 1);
	for (i = 0; i < o->n_promotions; i++)
		if (is_first_of_notice(o, i))
			balance(audit, place, o->promotions[i].notice_id, 1);
	for (i = 0; i < o->n_issues; i++) {
		balance(audit, place, o->issues[i].issue_id, 1);
		audit_edition_promise(audit, place, o, &o->issues[i]);
	}
}

void
nrs_audit_dispatch(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_dispatch *dispatch)
{
	struct audit_spot spot = {
	    NRS_AUDIT_PLAN, place->topic, place->partition, place->offset};
	const char *id = dispatch->newsletter != NULL
	                     ? dispatch->newsletter->issue_id
	                     : dispatch->submission_id;
	struct audit_item *item = audit_find(audit, &spot);

	audit_pass(audit, place);
	if (place->replay_of < 0)
		balance(audit, place, id, -1);
	if (item == NULL)
		item = audit_add(audit, &spot, place, id);
	if (item != NULL) {
		free(item->id);
		item->id = nrs_strdup(id);
		item->at = place->at;
		audit_set_early(audit, item, false);
		audit_plan_check(audit, item);
	}
	/* The obligation goes on with the record that makes it good. */
	spot.offset = place->replay_of;
	if (place->replay_of >= 0)
		audit_drop(audit, audit_find(audit, &spot));
}

/* ---- life ---- */

struct nrs_audit_fold *
nrs_audit_new(const struct nrs_audit_conf *conf)
{
	struct nrs_audit_fold *audit = nrs_calloc(1, sizeof(*audit));

	audit->conf = *conf;
	audit->items = nrs_map_new();
	audit->next = nrs_map_new();
	audit->told = nrs_map_new();
	audit->whole = nrs_map_new();
	audit_silence_open(audit);
	return audit;
}

void
nrs_audit_free(struct nrs_audit_fold *audit)
{
	if (audit == NULL)
		return;
	nrs_map_free(audit->items, free_item);
	nrs_map_free(audit->next, free);
	nrs_map_free(audit->told, NULL);
	nrs_map_free(audit->whole, free);
	audit_silence_close(audit);
	free(audit);
}
