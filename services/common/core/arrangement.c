/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/arrangement.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/rule.h"

/* As the classifier keeps them: what a notice changed or closed is kept below
 * it and holds again when the notice is withdrawn. */
struct known {
	char *thread_id;
	struct nrs_contact_arrangement *arrangement; /* CLOSE: it is over */
	struct known *earlier;
};

struct nrs_arrangements {
	struct nrs_map *by_id;
};

static void
free_known(void *value)
{
	struct known *known = value, *earlier;

	for (; known != NULL; known = earlier) {
		earlier = known->earlier;
		free(known->thread_id);
		free(known->arrangement);
		free(known);
	}
}

struct nrs_arrangements *
nrs_arrangements_new(void)
{
	struct nrs_arrangements *all = nrs_calloc(1, sizeof(*all));

	all->by_id = nrs_map_new();
	return all;
}

void
nrs_arrangements_free(struct nrs_arrangements *all)
{
	if (all == NULL)
		return;
	nrs_map_free(all->by_id, free_known);
	free(all);
}

static bool
is_of(const struct known *known, const char *thread_id)
{
	while (known != NULL && strcmp(known->thread_id, thread_id) != 0)
		known = known->earlier;
	return known != NULL;
}

/* What is below the one of this thread; all above it goes. */
static struct known *
below(struct known *top, const char *thread_id)
{
	struct known *at = top, *rest;

	while (strcmp(at->thread_id, thread_id) != 0)
		at = at->earlier;
	rest = at->earlier;
	at->earlier = NULL;
	free_known(top);
	return rest;
}

/* Its id; NULL when the thread has set up nothing that is known. */
static const char *
find_thread(const struct nrs_arrangements *all, const char *thread_id)
{
	void *cursor = NULL, *value;
	const char *id;

	while (nrs_map_next(all->by_id, &cursor, &id, &value))
		if (is_of(value, thread_id))
			return id;
	return NULL;
}

/* A retraction takes back what its thread established. */
static void
withdraw(struct nrs_arrangements *all, const char *thread_id)
{
	struct known *left;
	const char *id;
	char *copy;

	while ((id = find_thread(all, thread_id)) != NULL) {
		copy = nrs_strdup(id);
		left = below(nrs_map_del(all->by_id, copy), thread_id);
		if (left != NULL)
			(void)nrs_map_put(all->by_id, copy, left);
		free(copy);
	}
}

void
nrs_arrangements_note(
    struct nrs_arrangements *all, const struct nrs_content *content)
{
	const struct nrs_contact_arrangement *change = content->contact_change;
	struct known *known, *was;

	if (content->kind == NRS_KIND_RETRACTION) {
		withdraw(all, content->thread_id);
		return;
	}
	if (change == NULL)
		return;
	known = nrs_calloc(1, sizeof(*known));
	known->thread_id = nrs_strdup(content->thread_id);
	known->arrangement = nrs_clone(NRS_TYPE_CONTACT_ARRANGEMENT, change);
	was = nrs_map_del(all->by_id, change->arrangement_id);
	/* Of the same thread it takes the place of the one before. */
	if (was != NULL && strcmp(was->thread_id, known->thread_id) == 0)
		was = below(was, known->thread_id);
	known->earlier = was;
	(void)nrs_map_put(all->by_id, change->arrangement_id, known);
}

static bool
has_mailbox(const struct nrs_contact *contact)
{
	return strcmp(contact->channel, "mail") == 0;
}

const struct nrs_contact_arrangement *
nrs_arrangements_find(
    const struct nrs_arrangements *all, const char *arrangement_id)
{
	const struct known *known = nrs_map_get(all->by_id, arrangement_id);
	size_t i;

	if (known == NULL ||
	    known->arrangement->action == NRS_ARRANGEMENT_CLOSE)
		return NULL;
	for (i = 0; i < known->arrangement->n_contacts; i++)
		if (has_mailbox(&known->arrangement->contacts[i]))
			return known->arrangement;
	return NULL;
}

/* ---- one notice ---- */

static bool
has(const struct nrs_classification *copy, unsigned routes)
{
	return (nrs_rule_routes(copy->routes, copy->n_routes) & routes) != 0;
}

/* Source (architecture.md 2.7): "RED and notices narrowed to recipients" go to
 * nobody else. */
static bool
is_for_others(const struct nrs_match_notice *notice)
{
	return notice->addressing->n_recipients == 0 &&
	       nrs_match_cleared(NRS_TLP_AMBER_STRICT, notice->content->tlp);
}

static const struct nrs_contact_arrangement *
arrangement_of(const struct nrs_arrangement_query *q,
    const struct nrs_classification *copy)
{
	if (!has(copy, NRS_OVERRIDE) || !is_for_others(q->notice))
		return NULL;
	return nrs_arrangements_find(q->all, copy->arrangement_id);
}

/* The arrangement of copy i, unless an earlier copy goes by the same. */
static const struct nrs_contact_arrangement *
new_at(const struct nrs_arrangement_query *q, size_t i)
{
	const struct nrs_classification *copies = q->notice->copies;
	const struct nrs_contact_arrangement *found =
	    arrangement_of(q, &copies[i]);
	size_t j;

	for (j = 0; found != NULL && j < i; j++)
		if (arrangement_of(q, &copies[j]) == found)
			return NULL;
	return found;
}

static void
add_contacts(const struct nrs_arrangement_query *q,
    const struct nrs_contact_arrangement *arrangement, struct nrs_targets *out)
{
	const size_t n = out->n + arrangement->n_contacts;
	struct nrs_target *items = nrs_arena_array(q->arena, n, sizeof(*items));
	const char *id =
	    nrs_arena_strdup(q->arena, arrangement->arrangement_id);
	size_t i;

	if (out->n > 0)
		memcpy(items, out->items, out->n * sizeof(*items));
	out->items = items;
	for (i = 0; i < arrangement->n_contacts; i++) {
		if (!has_mailbox(&arrangement->contacts[i]))
			continue;
		items[out->n++] = (struct nrs_target){
		    .subscriber_id = nrs_arena_printf(
		        q->arena, NRS_AUDIENCE_ARRANGEMENT "%s", id),
		    .organisation = id,
		    .name = nrs_arena_strdup(q->arena, arrangement->hq_name),
		    .lang = "ja",
		    .kind = NRS_SUBSCRIBER_CEPTOAR,
		    .channel = {.type = NRS_CHANNEL_MAIL,
		        .address = nrs_arena_strdup(
		            q->arena, arrangement->contacts[i].address)},
		    .purpose = NRS_PURPOSE_ALERT};
	}
}

struct nrs_targets
nrs_arrangements_targets(const struct nrs_arrangement_query *q)
{
	const struct nrs_contact_arrangement *arrangement;
	struct nrs_targets out = {0};
	size_t i;

	for (i = 0; i < q->notice->n_copies; i++) {
		arrangement = new_at(q, i);
		if (arrangement != NULL)
			add_contacts(q, arrangement, &out);
	}
	return out;
}

/* Is it meant for sub by this copy alone? */
static bool
by_copy(const struct nrs_arrangement_query *q,
    const struct nrs_classification *copy, const struct nrs_target *target)
{
	const struct nrs_subscription *sub =
	    nrs_match_set_find(q->subs, target->subscriber_id);
	struct nrs_match_notice alone = *q->notice;

	alone.copies = copy;
	alone.n_copies = 1;
	return sub != NULL &&
	       nrs_match_one(&alone, sub, target->had_thread) == NRS_MATCH_YES;
}

const char *
nrs_arrangements_replacing(
    const struct nrs_arrangement_query *q, const struct nrs_target *target)
{
	const enum nrs_msg_kind kind = q->notice->content->kind;
	const struct nrs_contact_arrangement *found = NULL, *other;
	const struct nrs_classification *copy;
	size_t i;

	if (target->purpose != NRS_PURPOSE_ALERT)
		return NULL;
	/* Who has read the text must hear at once that it was wrong. */
	if (target->had_thread &&
	    (kind == NRS_KIND_CORRECTION || kind == NRS_KIND_RETRACTION))
		return NULL;
	for (i = 0; i < q->notice->n_copies; i++) {
		copy = &q->notice->copies[i];
		if (!by_copy(q, copy, target))
			continue;
		other = arrangement_of(q, copy);
		if (has(copy, NRS_RT) || other == NULL)
			return NULL; /* fail towards delivery */
		found = other;
	}
	return found == NULL ? NULL : found->arrangement_id;
}
