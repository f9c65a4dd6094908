/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/stale.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"

/* What came of one notice at one contact. */
struct word {
	const char *notice_id;
	int64_t accepted_at;
	int64_t failed_at, arrived_at; /* the last; 0: not */
	const char *detail;
};

struct contact {
	const char *subscriber_id;
	enum nrs_channel_type channel;
	bool second;
	struct nrs_map *words; /* notice id -> struct word */
};

struct ctl_stale {
	struct nrs_arena *arena;
	struct nrs_map *contacts; /* "who channel second" -> struct contact */
};

struct ctl_stale *
ctl_stale_new(struct nrs_arena *arena)
{
	struct ctl_stale *stale = nrs_arena_alloc(arena, sizeof(*stale));

	stale->arena = arena;
	stale->contacts = nrs_map_new();
	return stale;
}

static void
free_words(void *value)
{
	struct contact *contact = value;

	nrs_map_free(contact->words, NULL);
}

void
ctl_stale_free(struct ctl_stale *stale)
{
	if (stale == NULL)
		return;
	nrs_map_free(stale->contacts, free_words);
	stale->contacts = NULL;
}

static struct contact *
contact_of(struct ctl_stale *stale, const struct nrs_receipt *r)
{
	bool second = r->purpose == NRS_PURPOSE_ESCALATION;
	char *key =
	    nrs_asprintf("%s %d %d", r->subscriber_id, (int)r->channel, second);
	struct contact *c = nrs_map_get(stale->contacts, key);

	if (c == NULL) {
		c = nrs_arena_alloc(stale->arena, sizeof(*c));
		c->subscriber_id =
		    nrs_arena_strdup(stale->arena, r->subscriber_id);
		c->channel = r->channel;
		c->second = second;
		c->words = nrs_map_new();
		(void)nrs_map_put(stale->contacts, key, c);
	}
	free(key);
	return c;
}

static struct word *
word_of(struct ctl_stale *stale, struct contact *c, const struct nrs_receipt *r)
{
	struct word *w = nrs_map_get(c->words, r->notice_id);

	if (w != NULL)
		return w;
	w = nrs_arena_alloc(stale->arena, sizeof(*w));
	w->notice_id = nrs_arena_strdup(stale->arena, r->notice_id);
	w->accepted_at = r->accepted_at;
	w->detail = "";
	(void)nrs_map_put(c->words, r->notice_id, w);
	return w;
}

void
ctl_stale_receipt(struct ctl_stale *stale, const struct nrs_receipt *r)
{
	bool failed = r->state == NRS_STATE_FAILED &&
	              r->failure_reason == NRS_FAILURE_CONTACT_STALE;
	bool arrived = r->state == NRS_STATE_DELIVERED ||
	               r->state == NRS_STATE_ACKNOWLEDGED ||
	               r->state == NRS_STATE_RESPONDED;
	struct word *w;

	if (!failed && !arrived)
		return;
	w = word_of(stale, contact_of(stale, r), r);
	if (failed && r->at > w->failed_at) {
		w->failed_at = r->at;
		w->detail = nrs_arena_strdup(
		    stale->arena, r->detail == NULL ? "" : r->detail);
	}
	if (arrived && r->at > w->arrived_at)
		w->arrived_at = r->at;
}

/* ---- the last word ---- */

static int
by_acceptance(const void *a, const void *b)
{
	const struct word *left = *(const struct word *const *)a;
	const struct word *right = *(const struct word *const *)b;

	return left->accepted_at < right->accepted_at
	           ? -1
	           : left->accepted_at > right->accepted_at;
}

/* The failures behind the last notice that arrived, if there are any. */
static bool
is_stale(
    struct nrs_arena *arena, struct contact *c, struct ctl_stale_contact *out)
{
	size_t n = 0, at;
	struct word **words = nrs_arena_array(
	    arena, nrs_map_count(c->words) + 1, sizeof(struct word *));
	void *cursor = NULL, *value;
	const char *id;

	while (nrs_map_next(c->words, &cursor, &id, &value))
		words[n++] = value;
	qsort(words, n, sizeof(*words), by_acceptance);
	for (at = n; at > 0 && words[at - 1]->failed_at != 0; at--)
		;
	if (at == n)
		return false;
	*out = (struct ctl_stale_contact){.subscriber_id = c->subscriber_id,
	    .channel = c->channel,
	    .second = c->second,
	    .since = words[at]->failed_at,
	    .at = words[n - 1]->failed_at,
	    .n = n - at,
	    .detail = words[n - 1]->detail,
	    .notice_id = words[n - 1]->notice_id};
	return true;
}

static int
by_name(const void *a, const void *b)
{
	const struct ctl_stale_contact *left = a, *right = b;
	int order = strcmp(left->subscriber_id, right->subscriber_id);

	if (order != 0)
		return order;
	if (left->channel != right->channel)
		return left->channel < right->channel ? -1 : 1;
	return (int)left->second - (int)right->second;
}

struct ctl_stale_contact *
ctl_stale_list(const struct ctl_stale *stale, size_t *n)
{
	struct ctl_stale_contact *list = nrs_arena_array(
	    stale->arena, nrs_map_count(stale->contacts) + 1, sizeof(*list));
	void *cursor = NULL, *value;
	const char *key;

	*n = 0;
	while (nrs_map_next(stale->contacts, &cursor, &key, &value))
		if (is_stale(stale->arena, value, &list[*n]))
			(*n)++;
	qsort(list, *n, sizeof(*list), by_name);
	return list;
}
