/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/acls.h"

#include <string.h>

struct build {
	struct nrs_arena *arena;
	const struct ctl_acl_world *world;
	struct ctl_acls acls;
	size_t cap;
};

static bool
is_same(const struct nrs_admin_acl *a, const struct nrs_admin_acl *b)
{
	return strcmp(a->principal, b->principal) == 0 &&
	       a->group == b->group && a->prefixed == b->prefixed &&
	       a->deny == b->deny && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->operation, b->operation) == 0;
}

static bool
contains(const struct ctl_acls *acls, const struct nrs_admin_acl *acl)
{
	for (size_t i = 0; i < acls->n; i++)
		if (is_same(&acls->list[i], acl))
			return true;
	return false;
}

static void
add(struct build *b, struct nrs_admin_acl acl)
{
	if (contains(&b->acls, &acl))
		return;
	if (b->acls.n == b->cap) {
		size_t cap = b->cap == 0 ? 256 : b->cap * 2;
		struct nrs_admin_acl *list =
		    nrs_arena_array(b->arena, cap, sizeof(*list));
		if (b->acls.n > 0)
			memcpy(list, b->acls.list, b->acls.n * sizeof(*list));
		b->acls.list = list;
		b->cap = cap;
	}
	b->acls.list[b->acls.n++] = acl;
}

static const char *
principal(const struct build *b, const char *name, size_t len)
{
	return nrs_arena_printf(b->arena, "User:%s%.*s",
	    b->world->drill ? "drill." : "", (int)len, name);
}

/* READ and WRITE allow DESCRIBE with them. */
static void
allow(
    struct build *b, const char *who, const char *topic, const char *operation)
{
	add(b, (struct nrs_admin_acl){
	           .principal = who, .name = topic, .operation = operation});
}

static void
allow_readers(struct build *b, const struct nrs_topic *topic)
{
	static const struct {
		unsigned reader;
		const char *names[3];
	} who[] = {
	    {NRS_READ_DAEMONS, {"producer", "classifier", "dispatcher"}},
	    {NRS_READ_PORTAL, {"portal"}},
	    {NRS_READ_CTL, {"ctl"}},
	};

	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++)
		for (size_t k = 0; k < 3 && who[i].names[k] != NULL &&
		                   (topic->readers & who[i].reader) != 0;
		     k++)
			allow(b,
			    principal(
			        b, who[i].names[k], strlen(who[i].names[k])),
			    topic->name, "READ");
}

static void
allow_writers(struct build *b, const struct nrs_topic *topic)
{
	for (const char *at = topic->writers; *at != '\0';) {
		size_t len = strcspn(at, " ");
		allow(b, principal(b, at, len), topic->name, "WRITE");
		at += len + strspn(at + len, " ");
	}
}

static bool
has(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return true;
	return false;
}

/* Invariant 7: the label is in the topic's name because the broker knows names.
 * The lower the number, the fewer may know. */
static bool
may_read(const struct nrs_subscription *s, const struct nrs_topic *topic)
{
	const char *const *sectors = s->sectors;
	const char *const *ceptoars = s->ceptoars;

	if ((topic->readers & NRS_READ_CEPTOAR) != 0)
		return has(ceptoars, s->n_ceptoars, topic->ceptoar);
	return (topic->readers & NRS_READ_SECTOR) != 0 &&
	       topic->label >= s->max_tlp &&
	       has(sectors, s->n_sectors, topic->sector);
}

static void
allow_ceptoar(struct build *b, const struct nrs_subscription *s)
{
	for (size_t i = 0; i < s->n_ceptoars; i++) {
		const char *name =
		    nrs_arena_printf(b->arena, "ceptoar.%s", s->ceptoars[i]);
		const char *who = principal(b, name, strlen(name));
		for (size_t k = 0; k < b->world->n_topics; k++)
			if (may_read(s, &b->world->topics[k]))
				allow(b, who, b->world->topics[k].name, "READ");
		add(b, (struct nrs_admin_acl){.principal = who,
		           .group = true,
		           .prefixed = true,
		           .name = nrs_arena_printf(b->arena, "%s.", name),
		           .operation = "READ"});
	}
}

/* Of the groups that daemons consume with, how their names begin. */
static void
allow_groups(struct build *b)
{
	static const struct {
		const char *who, *begins;
	} groups[] = {{"classifier", "classifier"},
	    {"dispatcher", "dispatcher"}, {"dispatcher", "planner-"},
	    {"dispatcher", "sender-"}};

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		add(b, (struct nrs_admin_acl){
		           .principal = principal(
		               b, groups[i].who, strlen(groups[i].who)),
		           .group = true,
		           .prefixed = true,
		           .name = groups[i].begins,
		           .operation = "READ"});
}

struct ctl_acls
ctl_acls_wanted(struct nrs_arena *arena, const struct ctl_acl_world *world)
{
	struct build b = {.arena = arena, .world = world};

	for (size_t i = 0; i < world->n_topics; i++) {
		allow_writers(&b, &world->topics[i]);
		allow_readers(&b, &world->topics[i]);
	}
	allow_groups(&b);
	for (size_t i = 0; i < world->n_ceptoars; i++)
		allow_ceptoar(&b, world->ceptoars[i]);
	return b.acls;
}

struct ctl_acls
ctl_acls_without(
    struct nrs_arena *arena, const struct ctl_acls *a, const struct ctl_acls *b)
{
	struct ctl_acls out = {
	    .list = nrs_arena_array(arena, a->n + 1, sizeof(*out.list))};

	for (size_t i = 0; i < a->n; i++)
		if (!contains(b, &a->list[i]))
			out.list[out.n++] = a->list[i];
	return out;
}

struct ctl_acls
ctl_acls_ours(struct nrs_arena *arena, const struct ctl_acls *found, bool drill)
{
	struct ctl_acls out = {
	    .list = nrs_arena_array(arena, found->n + 1, sizeof(*out.list))};

	for (size_t i = 0; i < found->n; i++) {
		const struct nrs_admin_acl *acl = &found->list[i];
		if (acl->deny ||
		    (!drill && strncmp(acl->name, "drill.", 6) == 0))
			continue;
		out.list[out.n++] = *acl;
	}
	return out;
}
