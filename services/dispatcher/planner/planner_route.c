/* SPDX-License-Identifier: Apache-2.0 */
/* Who gets one alert, and by which way: at once, or when the contact of the
 * arrangement that stands in for the usual way has not acknowledged it. */
#include <string.h>

#include "dispatcher/planner/planner.h"
#include "noroshi/base/map.h"
#include "noroshi/core/topic.h"

/* What was planned of the thread before. */
struct past {
	struct planner *p;
	struct nrs_audience *audience;
	uint32_t revision;
	struct nrs_map *now; /* place -> planned at this very revision */
	struct nrs_map *due; /* place -> whose acknowledgement it waits for */
	bool elsewhere;      /* some of it lies in delivery.due */
	bool asked; /* it was to be acknowledged, and may be escalated */
};

static const char *
place_of(struct nrs_arena *arena, const char *subscriber_id,
    const struct nrs_channel *channel)
{
	return nrs_arena_printf(arena, "%s %d %s", subscriber_id,
	    (int)channel->type, channel->address);
}

static void
note_places(const struct past *past, struct nrs_map *map,
    const struct nrs_delivery_batch *batch)
{
	const struct nrs_delivery *d;
	size_t i;

	for (i = 0; i < batch->n_deliveries; i++) {
		d = &batch->deliveries[i];
		if (d->channel != NULL)
			(void)nrs_map_put(map,
			    place_of(
			        past->p->arena, d->subscriber_id, d->channel),
			    (void *)(uintptr_t)batch->awaits_from);
	}
}

static void
see(void *ctx, const struct nrs_delivery_batch *batch)
{
	struct past *past = ctx;

	nrs_audience_prior(past->audience, batch);
	if (batch->purpose == NRS_PURPOSE_ALERT &&
	    batch->revision == past->revision)
		note_places(past, past->now, batch);
	past->asked |= batch->ack_by > 0;
	past->elsewhere |=
	    batch->n_deliveries == 0 && batch->awaits_from[0] != '\0';
}

static void
see_due(void *ctx, const struct nrs_delivery_batch *batch)
{
	struct past *past = ctx;

	if (batch->purpose != NRS_PURPOSE_ALERT)
		return;
	nrs_audience_prior(past->audience, batch);
	note_places(past, past->due, batch);
}

static enum nrs_rc
open_due(struct planner *p, struct nrs_err *err)
{
	struct dispatcher_threads_conf conf = {
	    .bus = &p->d->conf->common.bus,
	    .topic = NRS_TOPIC_DELIVERY_DUE,
	    .header = DISPATCHER_HEADER_FALLBACK,
	    .timeout_ms = (int)p->d->conf->answer_timeout_ms,
	    .alive = planner_alive,
	    .ctx = p,
	};
	int64_t last;

	return dispatcher_threads_open(&conf, &p->due_threads, &last, err);
}

/* Rare, and so read only then. */
static enum nrs_rc
read_due(struct past *past, const char *thread_id, struct nrs_err *err)
{
	struct planner *p = past->p;
	const struct dispatcher_threads_query query = {
	    .thread_id = thread_id,
	    .arena = p->arena,
	    .each = see_due,
	    .ctx = past,
	};
	const struct pending *pending;
	enum nrs_rc rc = NRS_OK;

	if (!past->elsewhere)
		return NRS_OK;
	for (pending = p->first; pending != NULL; pending = pending->next)
		if (pending->topic != p->traffic->delivery &&
		    strcmp(pending->batch->thread_id, thread_id) == 0)
			see_due(past, pending->batch);
	if (p->due_threads == NULL)
		rc = open_due(p, err);
	return rc == NRS_OK
	           ? dispatcher_threads_read(p->due_threads, &query, err)
	           : rc;
}

/* ---- the ways ---- */

struct sorting {
	struct planner *p;
	const struct dispatcher_notice *notice;
	const struct nrs_arrangement_query *routing;
	const struct nrs_targets *contacts;
	const struct past *past;
	struct planner_parts *out;
};

/* The delivery to the arrangement's first contact. */
static struct nrs_bytes
key_of_contact(const struct sorting *s, const char *keyed_by)
{
	const struct nrs_admitted *a = s->notice->admitted;
	struct dispatcher_key key = {
	    .content_sha256 = a->payload_sha256,
	    .thread_id = a->content->thread_id,
	    .revision = a->content->revision,
	    .subscriber_id = keyed_by,
	    .purpose = NRS_PURPOSE_ALERT,
	    .occasion = "",
	};
	uint8_t hash[NRS_SHA256_SIZE];
	size_t i;

	for (i = 0; i < s->contacts->n && key.channel == NULL; i++)
		if (strcmp(s->contacts->items[i].subscriber_id, keyed_by) == 0)
			key.channel = &s->contacts->items[i].channel;
	dispatcher_key(&key, hash);
	return nrs_arena_bytes(s->p->arena, hash, sizeof(hash));
}

static void
sort_one(const struct sorting *s, struct nrs_target *target)
{
	const char *id = nrs_arrangements_replacing(s->routing, target);
	const char *before = nrs_map_get(s->past->due,
	    place_of(s->p->arena, target->subscriber_id, &target->channel));
	struct planner_parts *out = s->out;

	if (id != NULL) {
		target->keyed_by = nrs_arena_printf(
		    s->p->arena, NRS_AUDIENCE_ARRANGEMENT "%s", id);
		target->awaits = key_of_contact(s, target->keyed_by);
		out->later.items[out->later.n++] = *target;
	} else if (before != NULL) {
		target->keyed_by = before;
		out->behind.items[out->behind.n++] = *target;
	} else {
		out->now.items[out->now.n++] = *target;
	}
}

static void
add_contacts(const struct sorting *s, const struct nrs_targets *usual)
{
	struct planner_parts *out = s->out;
	const struct nrs_target *contact;
	size_t i;

	for (i = 0; i < s->contacts->n; i++) {
		contact = &s->contacts->items[i];
		if (nrs_targets_has(usual, contact) ||
		    nrs_map_get(s->past->now,
		        place_of(s->p->arena, contact->subscriber_id,
		            &contact->channel)) != NULL)
			continue;
		out->now.items[out->now.n++] = *contact;
	}
}

static void
sort_out(const struct sorting *s, struct nrs_targets *usual)
{
	const size_t n = usual->n + s->contacts->n;
	struct planner_parts *out = s->out;
	size_t i;

	*out = (struct planner_parts){.now = *usual};
	out->now.n = 0;
	out->now.items =
	    nrs_arena_array(s->p->arena, n, sizeof(struct nrs_target));
	out->later.items =
	    nrs_arena_array(s->p->arena, n, sizeof(struct nrs_target));
	out->behind.items =
	    nrs_arena_array(s->p->arena, n, sizeof(struct nrs_target));
	for (i = 0; i < usual->n; i++)
		sort_one(s, &usual->items[i]);
	add_contacts(s, usual);
}

static void
route(struct planner *p, const struct dispatcher_notice *notice,
    const struct past *past, struct nrs_targets *usual,
    struct planner_parts *out)
{
	const struct nrs_match_notice match = planner_match(notice);
	const struct nrs_arrangement_query routing = {.arena = p->arena,
	    .all = p->arrangements,
	    .subs = dispatcher_subs_set(p->subs),
	    .notice = &match};
	const struct nrs_targets contacts = nrs_arrangements_targets(&routing);
	const struct sorting sorting = {
	    p, notice, &routing, &contacts, past, out};

	sort_out(&sorting, usual);
}

enum nrs_rc
planner_route(struct planner *p, const struct dispatcher_notice *notice,
    struct planner_parts *out, struct nrs_err *err)
{
	const struct nrs_content *content = notice->admitted->content;
	const struct nrs_audience_query query = {
	    .subs = dispatcher_subs_set(p->subs),
	    .notice = planner_match(notice),
	    .has_stub = notice->stub != NULL,
	};
	struct past past = {.p = p,
	    .audience = nrs_audience_new(p->arena, &query),
	    .revision = content->revision,
	    .now = nrs_map_new(),
	    .due = nrs_map_new()};
	struct nrs_targets usual;
	enum nrs_rc rc = planner_priors(p, content->thread_id, see, &past, err);

	if (rc == NRS_OK)
		rc = read_due(&past, content->thread_id, err);
	if (rc == NRS_OK && past.asked &&
	    (content->kind == NRS_KIND_CORRECTION ||
	        content->kind == NRS_KIND_RETRACTION))
		rc = planner_seconds(p, content->thread_id, past.audience, err);
	usual = nrs_audience_end(past.audience);
	if (rc == NRS_OK)
		route(p, notice, &past, &usual, out);
	nrs_map_free(past.now, NULL);
	nrs_map_free(past.due, NULL);
	return rc;
}
