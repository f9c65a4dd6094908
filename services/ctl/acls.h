/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_ACLS_H
#define CTL_ACLS_H
/*
 * acls: who may use which topic: the daemons by the table of core/topic.h, each
 * CEPTOAR by its subscription (its sectors, its clearance). Pure.
 *
 * Principals: User:producer, User:classifier, ..., User:ceptoar.<id>; with
 * "drill." before the name for a drill. Transactional ids need Kafka's own
 * tool (deploy/kafka/README.md).
 */
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/admin.h"

struct ctl_acl_world {
	const struct nrs_topic *topics;
	size_t n_topics;
	const struct nrs_subscription *const *ceptoars; /* active ones */
	size_t n_ceptoars;
	bool drill;
};
struct ctl_acls {
	struct nrs_admin_acl *list;
	size_t n;
};
/* Everything that should be allowed, in arena, nothing twice. */
struct ctl_acls ctl_acls_wanted(
    struct nrs_arena *arena, const struct ctl_acl_world *world);
/* What is in a and not in b, in arena. */
struct ctl_acls ctl_acls_without(struct nrs_arena *arena,
    const struct ctl_acls *a, const struct ctl_acls *b);
/* Those that this mode's run may judge: without denials that a person set and,
 * for the real thing, without the drill's names. */
struct ctl_acls ctl_acls_ours(
    struct nrs_arena *arena, const struct ctl_acls *found, bool drill);
#endif
