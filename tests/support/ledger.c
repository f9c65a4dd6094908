/* SPDX-License-Identifier: Apache-2.0 */
#include "support/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/tlp.h"
#include "noroshi/core/topic.h"

struct entry {
	char notice_id[64];
	bool line;
	int64_t valid_until;
};

struct key {
	char text[160];
};

static struct key
key_of(const char *what, const char *sector)
{
	struct key key;

	(void)snprintf(key.text, sizeof(key.text), "%s %s", what, sector);
	return key;
}

static bool
has(const struct nrs_map *map, const char *what, const char *sector)
{
	return nrs_map_get(map, key_of(what, sector).text) != NULL;
}

static void
put(struct nrs_map *map, const char *what, const char *sector)
{
	(void)nrs_map_put(map, key_of(what, sector).text, map);
}

void
ledger_open(struct ledger *ledger)
{
	*ledger = (struct ledger){
	    .waiting = nrs_map_new(),
	    .urgent = nrs_map_new(),
	    .issued = nrs_map_new(),
	    .numbers = nrs_map_new(),
	    .labels = nrs_map_new(),
	    .narrowed = nrs_map_new(),
	    .carried = nrs_map_new(),
	};
}

void
ledger_close(struct ledger *ledger)
{
	nrs_map_free(ledger->waiting, free);
	nrs_map_free(ledger->urgent, NULL);
	nrs_map_free(ledger->issued, NULL);
	nrs_map_free(ledger->numbers, free);
	nrs_map_free(ledger->labels, free);
	nrs_map_free(ledger->narrowed, NULL);
	nrs_map_free(ledger->carried, NULL);
}

static void
set_number(struct nrs_map *map, const char *key, int value)
{
	int *kept = malloc(sizeof(*kept));

	assert_non_null(kept);
	*kept = value;
	free(nrs_map_put(map, key, kept));
}

static int
number(const struct nrs_map *map, const char *key)
{
	const int *kept = nrs_map_get(map, key);

	return kept == NULL ? 0 : *kept;
}

/* ---- what leaves ---- */

static bool
is_promoted(const struct nrs_outcome *out, const struct nrs_waiting_change *of)
{
	size_t i;

	for (i = 0; i < out->n_promotions; i++)
		if (strcmp(out->promotions[i].notice_id, of->notice_id) == 0 &&
		    strcmp(out->promotions[i].copy->sector, of->sector) == 0)
			return true;
	return false;
}

static bool
has_issue(const struct nrs_outcome *out, const char *sector)
{
	size_t i;

	for (i = 0; i < out->n_issues; i++)
		if (strcmp(out->issues[i].sector, sector) == 0)
			return true;
	return false;
}

static void
see_drained(struct ledger *ledger, const struct nrs_outcome *out,
    const struct nrs_waiting_change *item)
{
	assert_true(has_issue(out, item->sector));
	assert_false(has(ledger->issued, item->notice_id, item->sector));
	put(ledger->issued, item->notice_id, item->sector);
	assert_int_not_equal(item->tlp, NRS_TLP_RED);
	/* a stub says nothing of what it is about */
	if (!item->stub) {
		assert_null(nrs_map_get(ledger->narrowed, item->notice_id));
		assert_false(nrs_tlp_widens(
		    (enum nrs_tlp)number(ledger->labels, item->thread_id),
		    item->tlp));
	}
	ledger->n_stubs += item->stub;
	put(ledger->carried, item->thread_id, item->sector);
	assert_true(
	    item->valid_until == 0 || item->valid_until > out->decided_at);
	assert_int_equal(item->section == NRS_NEWS_SENT,
	    item->title_of[0] != '\0' && item->section != NRS_NEWS_CORRECTIONS);
	ledger->n_lines += item->title_of[0] != '\0';
}

/* Whatever leaves has a reason, and the reason is true. */
static void
see_removal(struct ledger *ledger, const struct nrs_outcome *out,
    const struct nrs_waiting_change *change)
{
	const char *why = change->why;
	struct entry *entry = nrs_map_del(
	    ledger->waiting, key_of(change->thread_id, change->sector).text);

	assert_non_null(entry);
	assert_string_equal(entry->notice_id, change->notice_id);
	if (strcmp(why, "drained") == 0)
		see_drained(ledger, out, change);
	else if (strcmp(why, "promoted") == 0)
		assert_true(is_promoted(out, change));
	else if (strcmp(why, "expired") == 0)
		assert_false(entry->line);
	else if (strcmp(why, "label-raised") == 0)
		assert_int_equal(out->tlp, NRS_TLP_RED);
	else if (strcmp(why, "retracted") == 0)
		assert_int_equal(out->kind, NRS_KIND_RETRACTION);
	else
		assert_string_equal(why, "replaced");
	if (strcmp(why, "replaced") == 0 || strcmp(why, "retracted") == 0)
		assert_string_equal(out->thread_id, change->thread_id);
	free(entry);
}

static void
see_addition(struct ledger *ledger, const struct nrs_waiting_change *change)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	assert_non_null(entry);
	(void)snprintf(entry->notice_id, sizeof(entry->notice_id), "%s",
	    change->notice_id);
	entry->line = change->title_of[0] != '\0' || change->stub;
	entry->valid_until = change->valid_until;
	free(nrs_map_put(ledger->waiting,
	    key_of(change->thread_id, change->sector).text, entry));
}

/* ---- issues and promotions ---- */

static void
see_issue(struct ledger *ledger, const struct nrs_outcome *out,
    const struct nrs_issue *issue)
{
	size_t i, n = 0;

	assert_int_equal(
	    issue->number, number(ledger->numbers, issue->sector) + 1);
	set_number(ledger->numbers, issue->sector, (int)issue->number);
	assert_int_equal(issue->to, out->decided_at);
	assert_true(issue->from <= issue->to);
	for (i = 0; i < out->n_waiting; i++)
		n += strcmp(out->waiting[i].why, "drained") == 0 &&
		     strcmp(out->waiting[i].sector, issue->sector) == 0;
	assert_true(n > 0);
	assert_int_equal(n, issue->total);
	ledger->n_issues++;
}

static void
see_promotion(struct ledger *ledger, const struct nrs_promotion *promotion)
{
	const char *sector = promotion->copy->sector;
	const char *label = nrs_topic_label(promotion->tlp);
	size_t i;

	assert_false(has(ledger->urgent, promotion->notice_id, sector));
	put(ledger->urgent, promotion->notice_id, sector);
	assert_false(has(ledger->issued, promotion->notice_id, sector));
	assert_false(nrs_tlp_widens(
	    (enum nrs_tlp)number(ledger->labels, promotion->thread_id),
	    promotion->tlp));
	assert_non_null(label); /* never RED */
	for (i = 0; i < promotion->n_topics; i++)
		assert_string_equal(
		    strrchr(promotion->topics[i], '.') + 1, label);
	ledger->n_promotions++;
}

static void
see_notice(struct ledger *ledger, const struct nrs_outcome *out,
    const struct nrs_command *about)
{
	size_t i, j;

	if (out->thread != NULL)
		set_number(
		    ledger->labels, out->thread_id, (int)out->thread->tlp);
	if (out->n_copies == 0)
		return;
	if (about->addressing->n_recipients > 0 ||
	    about->addressing->n_excluded_recipients > 0)
		(void)nrs_map_put(
		    ledger->narrowed, about->content->notice_id, ledger);
	for (i = 0; i < out->n_copies; i++)
		for (j = 0; j < out->copies[i].n_routes; j++)
			if (out->copies[i].routes[j] == NRS_ROUTE_REALTIME ||
			    out->copies[i].routes[j] == NRS_ROUTE_OVERRIDE)
				put(ledger->urgent, about->content->notice_id,
				    out->copies[i].sector);
}

/* Invariant 7: what an issue has carried, the next one takes back or corrects,
 * also where the text may not stand. */
static void
see_recall(struct ledger *ledger, const struct nrs_outcome *out,
    const struct nrs_command *about)
{
	const struct nrs_thread_change *thread = out->thread;
	const struct entry *entry;
	size_t i;

	if (out->n_copies == 0 || about->submission->n_stubs == 0 ||
	    about->content->kind < NRS_KIND_CORRECTION)
		return;
	for (i = 0; i < thread->n_sectors; i++) {
		if (!has(ledger->carried, thread->thread_id,
		        thread->sectors[i].sector))
			continue;
		entry = nrs_map_get(ledger->waiting,
		    key_of(thread->thread_id, thread->sectors[i].sector).text);
		assert_non_null(entry);
		assert_string_equal(entry->notice_id, thread->notice_id);
	}
}

void
ledger_see(struct ledger *ledger, const struct nrs_outcome *out,
    const struct nrs_command *about, const struct nrs_state *state)
{
	const struct nrs_state_counts counts = nrs_state_counts(state);
	size_t i;

	if (about != NULL)
		see_notice(ledger, out, about);
	for (i = 0; i < out->n_promotions; i++)
		see_promotion(ledger, &out->promotions[i]);
	for (i = 0; i < out->n_issues; i++)
		see_issue(ledger, out, &out->issues[i]);
	for (i = 0; i < out->n_waiting; i++)
		if (out->waiting[i].remove)
			see_removal(ledger, out, &out->waiting[i]);
		else
			see_addition(ledger, &out->waiting[i]);
	if (about != NULL)
		see_recall(ledger, out, about);
	/* whatever came in and has not left is there still */
	assert_int_equal(
	    nrs_map_count(ledger->waiting), counts.waiting + counts.lines);
}
