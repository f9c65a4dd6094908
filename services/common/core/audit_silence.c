/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source (issue of reach): "Reminders, second contact, then a record for
 * CEPTOAR and desk". Ours: the records of one notice that are due together are
 * gathered until each has ended: DELIVERED is a silence, any other end is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/core/audit_internal.h"
#include "noroshi/core/topic.h"

#define KEY_SIZE 320

struct names {
	char **items;
	size_t n, cap;
};

/* Those of one notice that are due at one time. */
struct audit_silence {
	char *name, *notice_id;
	uint32_t revision;
	enum nrs_tlp tlp;
	int64_t accepted_at, ended_at, seen;
	size_t n_asked, n_open;
	struct names silent, ceptoars;
};

/* An end that was read before its batch. */
struct early {
	uint64_t key;
	char *who; /* is silent; NULL: is not */
	int64_t at;
	struct early *next;
};

/* One batch, while anything of it is open. */
struct report {
	struct audit_silence *of; /* NULL: it has not come */
	uint64_t *open;
	size_t n_open;
	struct early *early;
};

static void
add_name(struct names *names, const char *name)
{
	if (names->n == names->cap) {
		names->cap = names->cap == 0 ? 4 : 2 * names->cap;
		names->items = nrs_realloc(
		    names->items, names->cap, sizeof(*names->items));
	}
	names->items[names->n++] = nrs_strdup(name);
}

static void
free_names(struct names *names)
{
	size_t i;

	for (i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

static void
free_silence(void *value)
{
	struct audit_silence *silence = value;

	free_names(&silence->silent);
	free_names(&silence->ceptoars);
	free(silence->name);
	free(silence->notice_id);
	free(silence);
}

static void
free_report(void *value)
{
	struct report *report = value;
	struct early *early, *next;

	for (early = report->early; early != NULL; early = next) {
		next = early->next;
		free(early->who);
		free(early);
	}
	free(report->open);
	free(report);
}

void
audit_silence_open(struct nrs_audit_fold *audit)
{
	audit->reports = nrs_map_new();
	audit->silences = nrs_map_new();
}

void
audit_silence_close(struct nrs_audit_fold *audit)
{
	nrs_map_free(audit->reports, free_report);
	nrs_map_free(audit->silences, free_silence);
}

/* ---- ends ---- */

static bool
take_open(struct report *report, uint64_t key)
{
	size_t i;

	for (i = 0; i < report->n_open; i++)
		if (report->open[i] == key)
			break;
	if (i == report->n_open)
		return false;
	report->open[i] = report->open[--report->n_open];
	report->of->n_open--;
	return true;
}

/* who is silent; NULL: is not. */
static void
end(struct report *report, uint64_t key, const char *who, int64_t at)
{
	struct audit_silence *silence = report->of;

	if (!take_open(report, key))
		return;
	if (who != NULL)
		add_name(&silence->silent, who);
	if (at > silence->ended_at)
		silence->ended_at = at;
}

static const char *
report_key(char out[KEY_SIZE], int partition, int64_t offset)
{
	(void)snprintf(out, KEY_SIZE, "%d %lld", partition, (long long)offset);
	return out;
}

static struct report *
report_at(struct nrs_audit_fold *audit, const char *key)
{
	struct report *report = nrs_map_get(audit->reports, key);

	if (report != NULL)
		return report;
	report = nrs_calloc(1, sizeof(*report));
	(void)nrs_map_put(audit->reports, key, report);
	return report;
}

static void
drop_if_over(struct nrs_audit_fold *audit, const char *key)
{
	struct report *report = nrs_map_get(audit->reports, key);

	if (report != NULL && report->of != NULL && report->n_open == 0)
		free_report(nrs_map_del(audit->reports, key));
}

void
audit_silence_receipt(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_receipt *receipt)
{
	const char *who = receipt->state == NRS_STATE_DELIVERED
	                      ? receipt->subscriber_id
	                      : NULL;
	struct report *report;
	struct early *early;
	char key[KEY_SIZE];

	if (receipt->purpose != NRS_PURPOSE_ESCALATION ||
	    receipt->channel != NRS_CHANNEL_TOPIC ||
	    receipt->state < NRS_STATE_DELIVERED)
		return;
	(void)report_key(key, place->partition, receipt->delivery_offset);
	if (nrs_map_get(audit->reports, key) == NULL &&
	    !audit_is_ahead(audit, NRS_TOPIC_DELIVERY_DUE, place->partition,
	        receipt->delivery_offset))
		return;
	report = report_at(audit, key);
	if (report->of != NULL) {
		end(report, audit_mark_key(receipt->key), who, receipt->at);
		drop_if_over(audit, key);
		return;
	}
	early = nrs_calloc(1, sizeof(*early));
	early->key = audit_mark_key(receipt->key);
	early->who = who == NULL ? NULL : nrs_strdup(who);
	early->at = receipt->at;
	early->next = report->early;
	report->early = early;
}

/* ---- batches ---- */

static bool
is_report(const struct nrs_delivery_batch *batch)
{
	const struct nrs_channel *first;

	if (batch->purpose != NRS_PURPOSE_ESCALATION ||
	    batch->n_deliveries == 0)
		return false;
	first = batch->deliveries[0].channel;
	return first != NULL && first->type == NRS_CHANNEL_TOPIC;
}

static struct audit_silence *
silence_of(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const struct nrs_delivery_batch *batch)
{
	struct audit_silence *silence;
	char name[KEY_SIZE];

	(void)snprintf(name, sizeof(name), "%s.%llx", batch->notice_id,
	    (unsigned long long)batch->not_before);
	silence = nrs_map_get(audit->silences, name);
	if (silence != NULL)
		return silence;
	silence = nrs_calloc(1, sizeof(*silence));
	silence->name = nrs_strdup(name);
	silence->notice_id = nrs_strdup(batch->notice_id);
	silence->revision = batch->revision;
	silence->tlp = batch->tlp;
	silence->accepted_at = batch->accepted_at;
	silence->ended_at = batch->not_before;
	silence->seen = place->seen;
	(void)nrs_map_put(audit->silences, name, silence);
	return silence;
}

/* The batch that it makes good awaits nobody any more. */
static void
take_from(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    uint64_t mark)
{
	struct report *before;
	char key[KEY_SIZE];

	if (place->replay_of < 0)
		return;
	(void)report_key(key, place->partition, place->replay_of);
	before = nrs_map_get(audit->reports, key);
	if (before == NULL || before->of == NULL || !take_open(before, mark))
		return;
	before->of->n_asked--;
	drop_if_over(audit, key);
}

static void
expect(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const struct nrs_delivery_batch *batch, struct report *report)
{
	struct audit_silence *silence = report->of;
	const struct nrs_delivery *delivery;
	size_t i;

	report->open = nrs_calloc(batch->n_deliveries, sizeof(*report->open));
	for (i = 0; i < batch->n_deliveries; i++) {
		delivery = &batch->deliveries[i];
		take_from(audit, place, audit_mark_key(delivery->key));
		report->open[report->n_open++] = audit_mark_key(delivery->key);
		if (delivery->kind == NRS_SUBSCRIBER_CEPTOAR)
			add_name(&silence->ceptoars, delivery->subscriber_id);
	}
	silence->n_asked += batch->n_deliveries;
	silence->n_open += batch->n_deliveries;
}

void
audit_silence_batch(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_delivery_batch *batch)
{
	const int64_t due =
	    batch->not_before > place->at ? batch->not_before : place->at;
	struct report *report;
	const struct early *early;
	char key[KEY_SIZE];

	(void)report_key(key, place->partition, place->offset);
	if (!is_report(batch) || due < audit->conf.since)
		return;
	report = report_at(audit, key);
	if (report->of != NULL)
		return;
	report->of = silence_of(audit, place, batch);
	expect(audit, place, batch, report);
	for (early = report->early; early != NULL; early = early->next)
		end(report, early->key, early->who, early->at);
	drop_if_over(audit, key);
}

/* ---- what is to be told ---- */

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **
copy_names(struct nrs_arena *arena, const struct names *names)
{
	const char **out = nrs_arena_array(arena, names->n + 1, sizeof(*out));
	size_t i;

	for (i = 0; i < names->n; i++)
		out[i] = nrs_arena_strdup(arena, names->items[i]);
	qsort(out, names->n, sizeof(*out), by_name);
	return out;
}

static struct nrs_audit_silence
told_of(struct nrs_arena *arena, const struct audit_silence *silence)
{
	return (struct nrs_audit_silence){
	    .name = nrs_arena_strdup(arena, silence->name),
	    .notice_id = nrs_arena_strdup(arena, silence->notice_id),
	    .revision = silence->revision,
	    .tlp = silence->tlp,
	    .accepted_at = silence->accepted_at,
	    .ended_at = silence->ended_at,
	    .n_asked = silence->n_asked,
	    .silent = copy_names(arena, &silence->silent),
	    .n_silent = silence->silent.n,
	    .ceptoars = copy_names(arena, &silence->ceptoars),
	    .n_ceptoars = silence->ceptoars.n,
	};
}

void
nrs_audit_silence_end(struct nrs_audit_fold *audit, const char *name)
{
	struct audit_silence *silence = nrs_map_del(audit->silences, name);

	if (silence != NULL)
		free_silence(silence);
}

size_t
nrs_audit_silences(struct nrs_audit_fold *audit, struct nrs_arena *arena,
    const struct nrs_audit_silence **out)
{
	const size_t all = nrs_map_count(audit->silences);
	struct nrs_audit_silence *list =
	    nrs_arena_array(arena, all + 1, sizeof(*list));
	const char **nobody = nrs_arena_array(arena, all + 1, sizeof(*nobody));
	void *cursor = NULL, *value;
	const char *name;
	size_t i, n = 0, n_nobody = 0;

	while (nrs_map_next(audit->silences, &cursor, &name, &value)) {
		const struct audit_silence *silence = value;

		if (silence->n_open > 0)
			continue;
		if (silence->silent.n == 0)
			nobody[n_nobody++] = nrs_arena_strdup(arena, name);
		else
			list[n++] = told_of(arena, silence);
	}
	for (i = 0; i < n_nobody; i++)
		nrs_audit_silence_end(audit, nobody[i]);
	*out = list;
	return n;
}

int64_t
audit_silence_oldest(const struct nrs_audit_fold *audit)
{
	int64_t oldest = INT64_MAX;
	void *cursor = NULL, *value;
	const char *name;

	while (nrs_map_next(audit->silences, &cursor, &name, &value)) {
		const struct audit_silence *silence = value;

		if (silence->seen < oldest)
			oldest = silence->seen;
	}
	return oldest;
}
