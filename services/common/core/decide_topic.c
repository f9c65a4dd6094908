/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which topics get the full text, and which only the stub (invariant 7); and
 * where the thread has been when this decision is done.
 */
#include <string.h>

#include "common/core/decide_internal.h"
#include "noroshi/core/tlp.h"
#include "noroshi/core/topic.h"

#define URGENT (NRS_RT | NRS_OVERRIDE)
#define N_LABELS (NRS_TLP_CLEAR + 1)
#define OF_CEPTOAR "alert.ceptoar."

static bool
is_web(const char *topic)
{
	return strcmp(topic, NRS_TOPIC_WEB) == 0;
}

/* May this topic, used earlier, hold the label? A CEPTOAR's own has none in
 * its name. */
static bool
holds(const char *topic, enum nrs_tlp label)
{
	const char *name = strrchr(topic, '.');
	enum nrs_tlp named;

	if (is_web(topic))
		return label == NRS_TLP_CLEAR;
	if (strncmp(topic, OF_CEPTOAR, strlen(OF_CEPTOAR)) == 0)
		return label != NRS_TLP_RED;
	for (named = NRS_TLP_AMBER_STRICT; named <= NRS_TLP_CLEAR; named++)
		if (name != NULL &&
		    strcmp(name + 1, nrs_topic_label(named)) == 0)
			return nrs_tlp_topic_holds(named, label);
	return false;
}

/* The table of sectors may have lost what carried the thread: there is nobody
 * to write to, and writing would fail for ever. */
static bool
is_gone(const struct decision *d, const char *topic)
{
	const struct nrs_sector_table *table = d->policy->sectors;
	const char *const *names = d->policy->alert_topics;
	size_t i;

	for (i = 0; i < table->n_sectors * N_LABELS; i++)
		if (names[i] != NULL && strcmp(names[i], topic) == 0)
			return false;
	return !is_web(topic) &&
	       !list_has(d->policy->ceptoar_topics, table->n_ceptoars, topic);
}

static bool
is_excluded(const struct decision *d, const char *ceptoar)
{
	const struct nrs_addressing *to = d->cmd->addressing;

	return list_has(
	    to->excluded_recipients, to->n_excluded_recipients, ceptoar);
}

/* One topic per CEPTOAR of the sector that is meant and not excluded. */
static void
add_ceptoars(struct decision *d, struct target *target)
{
	const struct nrs_sector_table *table = d->policy->sectors;
	const struct nrs_ceptoar *ceptoar;
	size_t i;

	for (i = 0; i < table->n_ceptoars; i++) {
		ceptoar = &table->ceptoars[i];
		if (strcmp(ceptoar->sector, target->sector) != 0 ||
		    is_excluded(d, ceptoar->id))
			continue;
		if (target->ceptoars.n == 0 ||
		    names_has(&target->ceptoars, ceptoar->id))
			names_add(d->arena, &target->topics,
			    d->policy->ceptoar_topics[i]);
	}
}

void
decide_topic_of(struct decision *d, const char *code, enum nrs_tlp label,
    struct names *topics)
{
	const struct nrs_sector_table *table = d->policy->sectors;
	const struct nrs_sector *sector = nrs_sector_find(table, code);
	const char *const *names = d->policy->alert_topics;

	if (sector != NULL)
		names_add(d->arena, topics,
		    names[(size_t)(sector - table->sectors) * N_LABELS +
		          label]);
}

static void
add_sector(struct decision *d, struct target *target)
{
	size_t i;

	decide_topic_of(d, target->sector, d->label, &target->topics);
	/* A whole sector again: what carried it before may do so still. */
	for (i = 0; decision_recalls(d) && target->past != NULL &&
	            i < target->past->n_topics;
	     i++)
		if (!is_web(target->past->topics[i]) &&
		    !is_gone(d, target->past->topics[i]) &&
		    holds(target->past->topics[i], d->label))
			names_add(d->arena, &target->topics,
			    nrs_arena_strdup(
			        d->arena, target->past->topics[i]));
}

static void
add_full(struct decision *d, struct target *target, struct names *all)
{
	size_t i;

	if ((target->routes & URGENT) != 0 && !decision_named(d)) {
		if (target->ceptoars.n > 0 ||
		    d->cmd->addressing->n_excluded_recipients > 0)
			add_ceptoars(d, target);
		else
			add_sector(d, target);
	}
	if ((target->routes & NRS_WEB) != 0 && !names_has(all, NRS_TOPIC_WEB))
		names_add(d->arena, &target->topics, NRS_TOPIC_WEB);
	for (i = 0; i < target->topics.n; i++)
		names_add(d->arena, all, target->topics.items[i]);
}

/* A correction or retraction reaches every topic the thread was in; a raised
 * label, those whose name is below it. */
static void
add_stubs(struct decision *d, const struct names *full, struct names *stubs)
{
	const struct nrs_thread_sector *past;
	const char *topic;
	size_t i, j;

	for (i = 0; d->thread != NULL && i < d->thread->n_sectors; i++) {
		past = &d->thread->sectors[i];
		for (j = 0; j < past->n_topics; j++) {
			topic = past->topics[j];
			if (!names_has(full, topic) && !is_gone(d, topic) &&
			    (decision_recalls(d) || !holds(topic, d->label)))
				names_add(d->arena, stubs,
				    nrs_arena_strdup(d->arena, topic));
		}
	}
}

void
decide_topics(struct decision *d)
{
	struct names full = {0}, stubs = {0};
	size_t i;

	for (i = 0; i < d->n_targets; i++)
		add_full(d, &d->targets[i], &full);
	add_stubs(d, &full, &stubs);
	d->out->topics = full.items;
	d->out->n_topics = full.n;
	if (stubs.n > 0 && d->cmd->submission->n_stubs == 0) {
		decide_answer(d, NRS_VERDICT_UNSPECIFIED, "stub-missing",
		    "%zu topics that carried this thread may not have the "
		    "full text and learn nothing: no stub was signed",
		    stubs.n);
		return;
	}
	d->out->stub_topics = stubs.items;
	d->out->n_stub_topics = stubs.n;
}

/* ---- where the thread has been afterwards ---- */

/* A new entry at the end, with what the thread had for this sector. */
static struct nrs_thread_sector *
add_reach(struct decision *d, struct nrs_thread_change *to,
    const struct nrs_thread_sector *past, const char *sector)
{
	struct nrs_thread_sector *at;
	size_t i;

	to->sectors = list_grow(
	    d->arena, to->sectors, to->n_sectors, sizeof(*to->sectors));
	at = &to->sectors[to->n_sectors++];
	*at = (struct nrs_thread_sector){.sector = sector};
	if (past == NULL)
		return at;
	at->limited = past->limited;
	at->carried = past->carried;
	at->carried_tlp = past->carried_tlp;
	at->routes =
	    nrs_arena_array(d->arena, past->n_routes + 1, sizeof(*at->routes));
	for (i = 0; i < past->n_routes; i++)
		at->routes[at->n_routes++] = past->routes[i];
	at->topics =
	    nrs_arena_array(d->arena, past->n_topics + 1, sizeof(*at->topics));
	for (i = 0; i < past->n_topics; i++)
		at->topics[at->n_topics++] =
		    nrs_arena_strdup(d->arena, past->topics[i]);
	at->ceptoars = nrs_arena_array(
	    d->arena, past->n_ceptoars + 1, sizeof(*at->ceptoars));
	for (i = 0; i < past->n_ceptoars; i++)
		at->ceptoars[at->n_ceptoars++] =
		    nrs_arena_strdup(d->arena, past->ceptoars[i]);
	return at;
}

static void
join(struct nrs_arena *arena, const char ***items, size_t *n,
    const struct names *more)
{
	struct names all = {0};
	size_t i;

	for (i = 0; i < *n; i++)
		names_add(arena, &all, (*items)[i]);
	for (i = 0; i < more->n; i++)
		names_add(arena, &all, more->items[i]);
	*items = all.items;
	*n = all.n;
}

static void
add_target(struct decision *d, struct nrs_thread_change *to,
    const struct target *target)
{
	const bool was_whole =
	    target->past != NULL && target->past->n_ceptoars == 0;
	struct nrs_thread_sector *at =
	    add_reach(d, to, target->past, target->sector);
	const unsigned routes =
	    target->routes | nrs_rule_routes(at->routes, at->n_routes);

	at->limited |=
	    decision_named(d) || d->cmd->addressing->n_excluded_recipients > 0;
	at->routes = list_routes(d->arena, routes, &at->n_routes);
	join(d->arena, &at->topics, &at->n_topics, &target->topics);
	if (was_whole || target->ceptoars.n == 0)
		at->n_ceptoars = 0; /* the whole sector, once and for all */
	else
		join(d->arena, &at->ceptoars, &at->n_ceptoars,
		    &target->ceptoars);
}

void
decide_reach(struct decision *d, struct nrs_thread_change *to)
{
	const struct nrs_thread_sector *past;
	size_t i;

	for (i = 0; d->thread != NULL && i < d->thread->n_sectors; i++) {
		past = &d->thread->sectors[i];
		if (!decision_goes_to(d, past->sector))
			(void)add_reach(d, to, past,
			    nrs_arena_strdup(d->arena, past->sector));
	}
	for (i = 0; i < d->n_targets; i++)
		add_target(d, to, &d->targets[i]);
}
