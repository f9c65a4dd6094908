/* SPDX-License-Identifier: Apache-2.0 */
/* Which sectors a notice goes to, and how each is narrowed. */
#include <assert.h>
#include <string.h>

#include "common/core/decide_internal.h"

bool
decision_goes_to(const struct decision *d, const char *sector)
{
	size_t i;

	for (i = 0; i < d->n_targets; i++)
		if (strcmp(d->targets[i].sector, sector) == 0)
			return true;
	return false;
}

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

/* To those of the CEPTOARs that belong to the sector. */
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

/* As the thread was. One that has left the table stays: without it, nobody
 * would be left and the sector would count as whole. */
static void
narrow_as_before(struct decision *d, struct target *target)
{
	const struct nrs_thread_sector *past = target->past;
	size_t i;

	for (i = 0; i < past->n_ceptoars; i++)
		names_add(d->arena, &target->ceptoars,
		    nrs_arena_strdup(d->arena, past->ceptoars[i]));
}

/* Does a recall go to all whom the thread reached in this sector? Whom a
 * limited one reached only the dispatcher knows: it tells them, and topics get
 * the stub. A notice for named recipients goes to nobody else anyway. */
static bool
reaches_back(const struct decision *d, const struct nrs_thread_sector *past)
{
	return decision_recalls(d) && past != NULL &&
	       (!past->limited || decision_named(d));
}

static void
add(struct decision *d, const char *sector, bool addressed)
{
	const struct nrs_addressing *to = d->cmd->addressing;
	struct target *target;

	if (decision_goes_to(d, sector))
		return;
	d->targets =
	    list_grow(d->arena, d->targets, d->n_targets, sizeof(*d->targets));
	target = &d->targets[d->n_targets++];
	*target = (struct target){
	    .sector = sector,
	    .past = past_of(d, sector),
	};
	assert(addressed || target->past != NULL);
	if (addressed)
		narrow(d, target, to->ceptoars, to->n_ceptoars);
	if (!addressed ||
	    (target->ceptoars.n > 0 && reaches_back(d, target->past)))
		narrow_as_before(d, target);
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
 * are others now. */
static void
add_past(struct decision *d)
{
	const struct nrs_thread_sector *past;
	size_t i;

	for (i = 0; d->thread != NULL && i < d->thread->n_sectors; i++) {
		past = &d->thread->sectors[i];
		if (reaches_back(d, past))
			add(d, nrs_arena_strdup(d->arena, past->sector), false);
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
