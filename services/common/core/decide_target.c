/* SPDX-License-Identifier: Apache-2.0 */
/* Which sectors a notice goes to, and how each is narrowed. */
#include <assert.h>
#include <string.h>

#include "common/core/decide_internal.h"

static const struct nrs_thread_sector *
past_of(const struct decision *d, const char *sector)
{
	size_t i;

	if (d->thread == NULL)
		return NULL;
	for (i = 0; i < d->thread->n_sectors; i++)
		if (strcmp(d->thread->sectors[i].sector, sector) == 0)
			return &d->thread->sectors[i];
	return NULL;
}

static void
narrow(struct decision *d, struct target *target, const char *const *ceptoars,
    size_t n)
{
	const struct nrs_ceptoar *ceptoar;
	size_t i;

	for (i = 0; i < n; i++) {
		ceptoar = nrs_ceptoar_find(d->policy->sectors, ceptoars[i]);
		if (ceptoar != NULL &&
		    strcmp(ceptoar->sector, target->sector) == 0)
			names_add(d->arena, &target->ceptoars, ceptoar->id);
	}
}

static void
add(struct decision *d, const char *sector, bool addressed)
{
	const struct nrs_addressing *to = d->cmd->addressing;
	struct target *target;
	size_t i;

	for (i = 0; i < d->n_targets; i++)
		if (strcmp(d->targets[i].sector, sector) == 0)
			return;
	d->targets =
	    list_grow(d->arena, d->targets, d->n_targets, sizeof(*d->targets));
	target = &d->targets[d->n_targets++];
	*target = (struct target){
	    .sector = sector,
	    .past = past_of(d, sector),
	    .addressed = addressed,
	};
	if (addressed) {
		narrow(d, target, to->ceptoars, to->n_ceptoars);
		return;
	}
	assert(target->past != NULL); /* a sector comes from one or the other */
	narrow(d, target, target->past->ceptoars, target->past->n_ceptoars);
}

static void
add_named(struct decision *d, const char *const *sectors, size_t n)
{
	const struct nrs_sector_table *table = d->policy->sectors;
	size_t i, j;

	for (i = 0; i < n; i++) {
		if (strcmp(sectors[i], "*") != 0) {
			add(d, sectors[i], true);
			continue;
		}
		for (j = 0; j < table->n_sectors; j++)
			add(d, table->sectors[j].code, true);
	}
}

/* Wherever the thread has been (invariant 4.4-3), even if the sectors named
 * are others now. Named recipients without a sector follow only a notice that
 * is itself for named recipients: the dispatcher knows them. */
static void
add_past(struct decision *d)
{
	const char *sector;
	size_t i;

	if (d->thread == NULL || !decision_recalls(d))
		return;
	for (i = 0; i < d->thread->n_sectors; i++) {
		sector = d->thread->sectors[i].sector;
		if (sector[0] != '\0' || decision_named(d))
			add(d, nrs_arena_strdup(d->arena, sector), false);
	}
}

void
decide_targets(struct decision *d)
{
	const struct nrs_contact_arrangement *change =
	    d->cmd->content->contact_change;
	const struct nrs_addressing *to = d->cmd->addressing;

	add_named(d, to->sectors, to->n_sectors);
	/* override:4: all sectors concerned, named in either place. */
	if (change != NULL && !decision_named(d))
		add_named(d, change->sectors, change->n_sectors);
	if (d->n_targets == 0)
		add(d, "", true);
	add_past(d);
}
