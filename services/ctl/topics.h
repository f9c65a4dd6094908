/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_TOPICS_H
#define CTL_TOPICS_H
/*
 * topics: what the table of core/topic.h asks of a cluster, and how a cluster
 * differs from it. Pure.
 */
#include "noroshi/core/topic.h"
#include "noroshi/io/admin.h"

struct ctl_cluster {
	int replication; /* of each partition to be made */
	/* What is there, in the table's order; NULL: not known. A topic that is
	 * there is asked only for what its own replication can keep: with
	 * min.insync.replicas above it nothing could be written any more. */
	const struct nrs_admin_topic *found;
};

/* The table's topics with every setting, in arena. One broker flushes what it
 * acknowledges; with three, replication does that (architecture, section 3). */
struct nrs_admin_topic *ctl_topics_wanted(struct nrs_arena *arena,
    const struct nrs_sector_table *sectors, const struct ctl_cluster *cluster,
    size_t *n);

enum ctl_change_kind {
	CTL_CREATE,
	CTL_SET, /* a setting */
	/* Only told: keys, or data, would move. */
	CTL_PARTITIONS,
	CTL_REPLICATION,
};
struct ctl_change {
	enum ctl_change_kind kind;
	const char *topic;
	const char *setting;        /* SET */
	const char *wanted, *found; /* "" for the broker's default */
};
/* In arena; a topic that is missing is one CREATE. */
struct ctl_change *ctl_topics_compare(struct nrs_arena *arena,
    const struct nrs_admin_topic *wanted, const struct nrs_admin_topic *found,
    size_t n, size_t *n_changes);
/* found's settings with name=value among them, in arena: for topics that are
 * not ours, where all others must stay. */
struct nrs_admin_topic ctl_topics_with(struct nrs_arena *arena,
    const struct nrs_admin_topic *found, const char *name, const char *value);
/* NULL when the broker's default holds. */
const char *ctl_topics_setting(
    const struct nrs_admin_topic *topic, const char *name);
#endif
