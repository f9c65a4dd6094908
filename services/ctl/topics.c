/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/topics.h"

#include <string.h>

#define SETTINGS_MAX 8

struct settings {
	const char *(*rows)[2];
	size_t n;
};

static void
add(struct settings *s, const char *name, const char *value)
{
	s->rows[s->n][0] = name;
	s->rows[s->n][1] = value;
	s->n++;
}

static const char *
number(struct nrs_arena *arena, int64_t value)
{
	return nrs_arena_printf(arena, "%lld", (long long)value);
}

static void
add_durability(struct settings *s, bool obligation, int replication)
{
	if (obligation && replication == 1)
		add(s, "flush.messages", "1");
	if (replication > 2)
		add(s, "min.insync.replicas", "2");
}

static struct nrs_admin_topic
wanted_of(struct nrs_arena *arena, const struct nrs_topic *topic,
    int replication, int kept)
{
	struct settings s = {
	    .rows = nrs_arena_array(arena, SETTINGS_MAX, sizeof(*s.rows))};

	add(&s, "cleanup.policy", topic->compacted ? "compact" : "delete");
	add(&s, "retention.ms", number(arena, topic->retention_ms));
	add(&s, "max.message.bytes", number(arena, topic->max_bytes));
	add_durability(&s, topic->obligation, kept);
	return (struct nrs_admin_topic){.name = topic->name,
	    .partitions = topic->partitions,
	    .replication = replication,
	    .configs = (const char *const(*)[2])s.rows,
	    .n_configs = s.n};
}

struct nrs_admin_topic *
ctl_topics_wanted(struct nrs_arena *arena,
    const struct nrs_sector_table *sectors, const struct ctl_cluster *cluster,
    size_t *n)
{
	const struct nrs_topic *table = nrs_topic_table(arena, sectors, n);
	struct nrs_admin_topic *wanted =
	    nrs_arena_array(arena, *n, sizeof(*wanted));

	for (size_t i = 0; i < *n; i++) {
		const struct nrs_admin_topic *found =
		    cluster->found == NULL || cluster->found[i].partitions == 0
		        ? NULL
		        : &cluster->found[i];
		wanted[i] = wanted_of(arena, &table[i], cluster->replication,
		    found == NULL ? cluster->replication : found->replication);
	}
	return wanted;
}

const char *
ctl_topics_setting(const struct nrs_admin_topic *topic, const char *name)
{
	for (size_t i = 0; i < topic->n_configs; i++)
		if (strcmp(topic->configs[i][0], name) == 0)
			return topic->configs[i][1];
	return NULL;
}

struct changes {
	struct ctl_change *list;
	size_t n;
};

static void
tell(struct changes *changes, struct ctl_change change)
{
	if (change.found == NULL)
		change.found = "";
	changes->list[changes->n++] = change;
}

/* Settings that should be the broker's default but are not, too. */
static void
compare_settings(struct changes *changes, const struct nrs_admin_topic *wanted,
    const struct nrs_admin_topic *found)
{
	for (size_t i = 0; i < wanted->n_configs; i++) {
		const char *name = wanted->configs[i][0];
		const char *value = wanted->configs[i][1];
		const char *has = ctl_topics_setting(found, name);
		if (has == NULL || strcmp(has, value) != 0)
			tell(changes, (struct ctl_change){CTL_SET, wanted->name,
			                  name, value, has});
	}
	for (size_t i = 0; i < found->n_configs; i++)
		if (ctl_topics_setting(wanted, found->configs[i][0]) == NULL)
			tell(changes, (struct ctl_change){CTL_SET, wanted->name,
			                  found->configs[i][0], "",
			                  found->configs[i][1]});
}

struct ctl_change *
ctl_topics_compare(struct nrs_arena *arena,
    const struct nrs_admin_topic *wanted, const struct nrs_admin_topic *found,
    size_t n, size_t *n_changes)
{
	struct changes changes = {0};
	size_t most = 0;

	for (size_t i = 0; i < n; i++)
		most += 2 + wanted[i].n_configs + found[i].n_configs;
	changes.list = nrs_arena_array(arena, most, sizeof(*changes.list));
	for (size_t i = 0; i < n; i++) {
		if (found[i].partitions == 0) {
			tell(&changes,
			    (struct ctl_change){CTL_CREATE, wanted[i].name, "",
			        number(arena, wanted[i].partitions), ""});
			continue;
		}
		if (found[i].partitions != wanted[i].partitions)
			tell(&changes, (struct ctl_change){CTL_PARTITIONS,
			                   wanted[i].name, "partitions",
			                   number(arena, wanted[i].partitions),
			                   number(arena, found[i].partitions)});
		if (found[i].replication != wanted[i].replication)
			tell(
			    &changes, (struct ctl_change){CTL_REPLICATION,
			                  wanted[i].name, "replication",
			                  number(arena, wanted[i].replication),
			                  number(arena, found[i].replication)});
		compare_settings(&changes, &wanted[i], &found[i]);
	}
	*n_changes = changes.n;
	return changes.list;
}

struct nrs_admin_topic
ctl_topics_with(struct nrs_arena *arena, const struct nrs_admin_topic *found,
    const char *name, const char *value)
{
	struct nrs_admin_topic out = *found;
	struct settings s = {.rows = nrs_arena_array(
	                         arena, found->n_configs + 1, sizeof(*s.rows))};

	for (size_t i = 0; i < found->n_configs; i++)
		if (strcmp(found->configs[i][0], name) != 0)
			add(&s, found->configs[i][0], found->configs[i][1]);
	add(&s, name, value);
	out.configs = (const char *const(*)[2])s.rows;
	out.n_configs = s.n;
	return out;
}
