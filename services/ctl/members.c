/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/members.h"

#include <stdlib.h>
#include <string.h>

#include "ctl/read.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/roster.h"

enum nrs_rc
ctl_members_load(struct ctl *ctl, const struct ctl_notice *notice,
    struct ctl_members *out, struct nrs_err *err)
{
	const char *ceptoar = ctl_opt(ctl, CTL_OPT_CEPTOAR);
	const struct nrs_sector_table *table;
	enum nrs_rc rc;

	*out = (struct ctl_members){
	    .notice = notice, .ceptoar = ceptoar == NULL ? "" : ceptoar};
	if (ceptoar != NULL) {
		rc = ctl_sectors(ctl, &table, err);
		if (rc != NRS_OK)
			return rc;
		if (nrs_ceptoar_find(table, ceptoar) == NULL)
			return nrs_refuse(err, "", "usage",
			    "no CEPTOAR has the id \"%s\"; %s lists them",
			    ceptoar, ctl->conf.sectors);
	}
	return ctl_subscriptions(ctl, &out->by_id, err);
}

/* ---- addresses that are proven ---- */

static enum nrs_rc
see_proof(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	(void)record;
	(void)err;
	nrs_roster_prove(ctx, value);
	return NRS_OK;
}

static struct nrs_subscription *
without_waiting(struct nrs_arena *arena, const struct nrs_roster *roster,
    const struct nrs_subscription *s)
{
	struct nrs_subscription *out =
	    nrs_clone_into(arena, NRS_TYPE_SUBSCRIPTION, s);

	out->n_channels = 0;
	for (size_t i = 0; i < s->n_channels; i++)
		if (!nrs_roster_waits(
		        roster, s->subscriber_id, &s->channels[i]))
			out->channels[out->n_channels++] = out->channels[i];
	return out;
}

enum nrs_rc
ctl_members_prove(
    struct ctl *ctl, struct ctl_members *members, struct nrs_err *err)
{
	struct nrs_roster *roster = nrs_roster_new();
	const struct ctl_reading reading = {.topic = NRS_TOPIC_VERIFICATION,
	    .type = NRS_TYPE_VERIFICATION,
	    .each = see_proof,
	    .ctx = roster,
	    .from = NRS_FROM_START,
	    .optional = true};
	struct nrs_map *proven = nrs_map_new();
	void *cursor = NULL, *value;
	const char *id;
	enum nrs_rc rc = ctl_read(ctl, &reading, err);

	while (rc == NRS_OK &&
	       nrs_map_next(members->by_id, &cursor, &id, &value)) {
		nrs_roster_put(roster, value);
		(void)nrs_map_put(
		    proven, id, without_waiting(ctl->arena, roster, value));
	}
	nrs_map_free(members->by_id, NULL);
	members->by_id = proven;
	nrs_roster_free(roster);
	return rc;
}

void
ctl_members_fini(struct ctl_members *members)
{
	nrs_map_free(members->by_id, NULL);
	members->by_id = NULL;
}

const struct nrs_subscription *
ctl_members_find(const struct ctl_members *members, const char *subscriber_id)
{
	return nrs_map_get(members->by_id, subscriber_id);
}

static bool
has(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

bool
ctl_members_may_see(
    const struct ctl_members *members, const char *subscriber_id)
{
	const struct nrs_subscription *s =
	    ctl_members_find(members, subscriber_id);

	return members->ceptoar[0] == '\0' ||
	       (s != NULL && has(s->ceptoars, s->n_ceptoars, members->ceptoar));
}

/* Did the notice go to any of its sectors as a sector? */
static bool
was_meant(const struct ctl_notice *notice, const struct nrs_subscription *s)
{
	for (size_t i = 0; notice != NULL && i < s->n_sectors; i++)
		if (has(notice->sectors, notice->n_sectors, s->sectors[i]))
			return true;
	return false;
}

bool
ctl_members_in_sector(const struct ctl_members *members,
    const char *subscriber_id, const char *sector)
{
	const struct nrs_subscription *s =
	    ctl_members_find(members, subscriber_id);
	const struct ctl_notice *notice = members->notice;

	if (s == NULL)
		return sector[0] == '\0';
	if (!has(s->sectors, s->n_sectors, sector))
		return false;
	return !was_meant(notice, s) ||
	       has(notice->sectors, notice->n_sectors, sector);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **
ctl_members_sectors(const struct ctl_members *members, struct nrs_arena *arena,
    const struct ctl_recipient *who, size_t n_who, size_t *n)
{
	struct nrs_map *seen = nrs_map_new();
	const char **list, *name;
	void *cursor = NULL, *value;

	for (size_t i = 0; i < n_who; i++) {
		const char *id = who[i].subscriber_id;
		const struct nrs_subscription *s =
		    ctl_members_find(members, id);
		for (size_t k = 0; s != NULL && k < s->n_sectors; k++)
			if (ctl_members_in_sector(members, id, s->sectors[k]))
				(void)nrs_map_put(seen, s->sectors[k],
				    (void *)(uintptr_t)s->sectors[k]);
	}
	list = nrs_arena_array(arena, nrs_map_count(seen) + 1, sizeof(*list));
	*n = 0;
	while (nrs_map_next(seen, &cursor, &name, &value))
		list[(*n)++] = value;
	nrs_map_free(seen, NULL);
	qsort(list, *n, sizeof(*list), by_name);
	return list;
}
