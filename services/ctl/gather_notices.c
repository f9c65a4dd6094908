/* SPDX-License-Identifier: Apache-2.0 */
/* What `outcome` tells of notices and `subscription` of who is registered. */
#include <string.h>

#include "ctl/gather.h"
#include "ctl/read.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/subscription.h"

/* ---- notices ---- */

struct telling {
	struct ctl *ctl;
	struct nrs_map *all; /* id -> struct ctl_notice */
};

static struct ctl_notice *
new_notice(struct ctl *ctl, const char *id)
{
	struct ctl_notice *n = nrs_arena_alloc(ctl->arena, sizeof(*n));

	*n = (struct ctl_notice){.id = nrs_arena_strdup(ctl->arena, id),
	    .thread_id = "",
	    .exercise_id = "",
	    .later_id = ""};
	return n;
}

static struct ctl_notice *
notice_of(struct telling *t, const char *id)
{
	struct ctl_notice *n = nrs_map_get(t->all, id);

	if (n == NULL) {
		n = new_notice(t->ctl, id);
		(void)nrs_map_put(t->all, id, n);
	}
	return n;
}

static void
add_sector(struct telling *t, struct ctl_notice *n, const char *sector)
{
	const char **list;

	for (size_t i = 0; i < n->n_sectors; i++)
		if (strcmp(n->sectors[i], sector) == 0)
			return;
	if (n->n_sectors == n->cap_sectors) {
		n->cap_sectors = n->cap_sectors == 0 ? 4 : n->cap_sectors * 2;
		list = nrs_arena_array(
		    t->ctl->arena, n->cap_sectors, sizeof(*list));
		if (n->n_sectors > 0)
			memcpy(list, n->sectors, n->n_sectors * sizeof(*list));
		n->sectors = list;
	}
	n->sectors[n->n_sectors++] = sector;
}

static bool
is_real_time(const struct nrs_classification *copy)
{
	for (size_t i = 0; i < copy->n_routes; i++)
		if (copy->routes[i] == NRS_ROUTE_REALTIME ||
		    copy->routes[i] == NRS_ROUTE_OVERRIDE)
			return true;
	return false;
}

static void
see_thread(struct ctl_notice *n, const struct nrs_thread_change *thread)
{
	n->thread_id = thread->thread_id;
	n->revision = thread->revision;
	n->kind = thread->kind;
	n->mode = thread->mode;
	n->valid_until = thread->valid_until;
	n->exercise_id = thread->exercise_id;
}

/* A notice, or the approval that releases it. */
static void
see_notice(struct telling *t, const struct nrs_outcome *o)
{
	struct ctl_notice *n = notice_of(t, o->thread->notice_id);

	see_thread(n, o->thread);
	for (size_t i = 0; i < o->n_copies; i++)
		if (is_real_time(&o->copies[i]))
			add_sector(t, n, o->copies[i].sector);
}

static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct telling *t = ctx;
	const struct nrs_outcome *o = value;

	(void)record;
	(void)err;
	if (o->thread != NULL && o->thread->notice_id[0] != '\0')
		see_notice(t, o);
	for (size_t i = 0; i < o->n_promotions; i++)
		if (o->promotions[i].copy != NULL)
			add_sector(t, notice_of(t, o->promotions[i].notice_id),
			    o->promotions[i].copy->sector);
	for (size_t i = 0; i < o->n_issues; i++) {
		struct ctl_notice *n = notice_of(t, o->issues[i].issue_id);
		n->is_issue = true;
		n->thread_id = o->issues[i].issue_id;
		n->mode = o->mode;
		add_sector(t, n, o->issues[i].sector);
	}
	return NRS_OK;
}

/* What came after it in its thread and went out; a retraction, even if it has
 * not. */
static void
look_ahead(const struct nrs_map *all, struct ctl_notice *n)
{
	void *cursor = NULL, *value;
	const char *id;

	while (nrs_map_next(all, &cursor, &id, &value)) {
		const struct ctl_notice *other = value;
		bool out =
		    other->n_sectors > 0 || other->kind == NRS_KIND_RETRACTION;
		if (other->revision <= n->revision || !out ||
		    strcmp(other->thread_id, n->thread_id) != 0)
			continue;
		n->retracted =
		    n->retracted || other->kind == NRS_KIND_RETRACTION;
		if (other->revision > n->later_revision) {
			n->later_revision = other->revision;
			n->later_id = other->id;
		}
	}
}

/* Who may not read outcomes may still read receipts. */
static enum nrs_rc
tell(struct telling *t, bool *readable, struct nrs_err *err)
{
	const struct ctl_reading reading = {.topic = NRS_TOPIC_OUTCOME,
	    .type = NRS_TYPE_OUTCOME,
	    .each = see_outcome,
	    .ctx = t,
	    .from = NRS_FROM_START};
	enum nrs_rc rc = ctl_read(t->ctl, &reading, err);

	*readable = rc == NRS_OK;
	if (rc == NRS_OK || rc == NRS_RETRY || nrs_stop_asked(t->ctl->stop))
		return rc;
	(void)fprintf(stderr, "noroshictl: not read: %s: %s\n",
	    NRS_TOPIC_OUTCOME, err->text);
	return NRS_OK;
}

enum nrs_rc
ctl_notices_find(struct ctl *ctl, const char *id, struct ctl_notices *out,
    struct nrs_err *err)
{
	struct telling t = {.ctl = ctl, .all = nrs_map_new()};
	enum nrs_rc rc;

	*out = (struct ctl_notices){.by_id = nrs_map_new()};
	rc = tell(&t, &out->readable, err);
	if (rc == NRS_OK) {
		struct ctl_notice *n = nrs_map_get(t.all, id);
		if (n != NULL)
			look_ahead(t.all, n);
		else
			n = new_notice(ctl, id);
		(void)nrs_map_put(out->by_id, id, n);
	}
	nrs_map_free(t.all, NULL);
	return rc;
}

enum nrs_rc
ctl_notices_of_exercise(struct ctl *ctl, const char *exercise_id,
    struct ctl_notices *out, struct nrs_err *err)
{
	struct telling t = {.ctl = ctl, .all = nrs_map_new()};
	void *cursor = NULL, *value;
	const char *id;
	enum nrs_rc rc;

	*out = (struct ctl_notices){.by_id = nrs_map_new()};
	rc = tell(&t, &out->readable, err);
	while (rc == NRS_OK && nrs_map_next(t.all, &cursor, &id, &value))
		if (strcmp(((struct ctl_notice *)value)->exercise_id,
		        exercise_id) == 0)
			(void)nrs_map_put(out->by_id, id, value);
	nrs_map_free(t.all, NULL);
	return rc;
}

void
ctl_notices_fini(struct ctl_notices *notices)
{
	nrs_map_free(notices->by_id, NULL);
	notices->by_id = NULL;
}

/* ---- subscriptions ---- */

struct registering {
	struct ctl *ctl;
	struct nrs_map *by_id;
};

/* The record's key is the subscriber's id; other keys are no subscription. */
static enum nrs_rc
see_subscription(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct registering *r = ctx;
	const char *key = nrs_arena_strndup(
	    r->ctl->arena, (const char *)record->key.data, record->key.len);
	const struct nrs_subscription *s;

	if (value == NULL) {
		(void)nrs_map_del(r->by_id, key);
		return NRS_OK;
	}
	if (nrs_subscription_open(r->ctl->arena, value, &s, err) == NRS_OK &&
	    strcmp(s->subscriber_id, key) == 0)
		(void)nrs_map_put(r->by_id, key, (void *)(uintptr_t)s);
	return NRS_OK;
}

enum nrs_rc
ctl_subscriptions(struct ctl *ctl, struct nrs_map **out, struct nrs_err *err)
{
	struct registering r = {.ctl = ctl, .by_id = nrs_map_new()};
	const struct ctl_reading reading = {.topic = NRS_TOPIC_SUBSCRIPTION,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = see_subscription,
	    .ctx = &r,
	    .from = NRS_FROM_START,
	    .optional = true,
	    .tombstones = true};
	enum nrs_rc rc = ctl_read(ctl, &reading, err);

	*out = r.by_id;
	return rc;
}
