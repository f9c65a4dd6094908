/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/audience.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"

/* One recipient and channel that the thread was planned for. */
struct prior {
	const struct nrs_delivery *delivery;
	bool alert_now, stub_now; /* planned at this very revision */
	bool taken;               /* is in this plan */
};

struct nrs_audience {
	struct nrs_arena *arena;
	const struct nrs_audience_query *query;
	struct nrs_map *priors;  /* place -> struct prior */
	struct nrs_map *reached; /* subscriber_id -> anything */
	struct nrs_targets out;
	size_t cap;
};

struct nrs_audience *
nrs_audience_new(
    struct nrs_arena *arena, const struct nrs_audience_query *query)
{
	struct nrs_audience *a = nrs_calloc(1, sizeof(*a));

	a->arena = arena;
	a->query = query;
	a->priors = nrs_map_new();
	a->reached = nrs_map_new();
	return a;
}

/* One recipient, one channel, one address; ids hold no blanks. */
static const char *
place_of(struct nrs_audience *a, const char *subscriber_id,
    const struct nrs_channel *channel)
{
	return nrs_arena_printf(a->arena, "%s %d %s", subscriber_id,
	    (int)channel->type, channel->address);
}

void
nrs_audience_prior(
    struct nrs_audience *a, const struct nrs_delivery_batch *batch)
{
	const struct nrs_content *content = a->query->notice.content;
	bool now = batch->revision == content->revision;
	struct prior *prior;
	const char *place;
	size_t i;

	for (i = 0; i < batch->n_deliveries; i++) {
		const struct nrs_delivery *d = &batch->deliveries[i];

		if (d->channel == NULL)
			continue;
		place = place_of(a, d->subscriber_id, d->channel);
		prior = nrs_map_get(a->priors, place);
		if (prior == NULL) {
			prior = nrs_arena_alloc(a->arena, sizeof(*prior));
			prior->delivery = d;
			(void)nrs_map_put(a->priors, place, prior);
		}
		prior->alert_now |= now && batch->purpose == NRS_PURPOSE_ALERT;
		prior->stub_now |= now && batch->purpose == NRS_PURPOSE_STUB;
		(void)nrs_map_put(a->reached, d->subscriber_id, prior);
	}
}

static void
add(struct nrs_audience *a, const struct nrs_target *target)
{
	struct nrs_target *items;

	if (a->out.n == a->cap) {
		a->cap = a->cap == 0 ? 64 : a->cap * 2;
		items = nrs_arena_array(a->arena, a->cap, sizeof(*items));
		if (a->out.n > 0)
			memcpy(items, a->out.items, a->out.n * sizeof(*items));
		a->out.items = items;
	}
	a->out.items[a->out.n++] = *target;
}

/* ---- who is meant now ---- */

static void
add_subscriber(struct nrs_audience *a, const struct nrs_subscription *sub)
{
	struct nrs_target target = {
	    .subscriber_id = sub->subscriber_id,
	    .organisation = sub->organisation,
	    .name = sub->name,
	    .lang = sub->lang,
	    .kind = sub->kind,
	    .purpose = NRS_PURPOSE_ALERT,
	    .had_thread = nrs_map_get(a->reached, sub->subscriber_id) != NULL,
	};
	struct prior *prior;
	size_t i;

	if (sub->n_channels == 0)
		a->out.n_unreachable++;
	for (i = 0; i < sub->n_channels; i++) {
		prior = nrs_map_get(a->priors,
		    place_of(a, sub->subscriber_id, &sub->channels[i]));
		target.channel = sub->channels[i];
		if (prior != NULL)
			prior->taken = true;
		if (prior == NULL || !prior->alert_now)
			add(a, &target);
	}
}

static void
see(void *ctx, const struct nrs_subscription *sub, enum nrs_match verdict)
{
	struct nrs_audience *a = ctx;
	bool reached = nrs_map_get(a->reached, sub->subscriber_id) != NULL;

	if (verdict == NRS_MATCH_FILTERED)
		verdict = nrs_match_one(&a->query->notice, sub, reached);
	if (verdict == NRS_MATCH_YES)
		add_subscriber(a, sub);
	else if (verdict == NRS_MATCH_NOT_CLEARED && !reached)
		a->out.n_not_cleared++;
	else if (verdict == NRS_MATCH_FILTERED)
		a->out.n_filtered++;
}

/* ---- who was meant before ---- */

static bool
is_voiding(const struct nrs_content *content)
{
	return content->kind == NRS_KIND_CORRECTION ||
	       content->kind == NRS_KIND_RETRACTION;
}

static bool
is_listed(const char *const *list, size_t n, const char *organisation)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i], organisation) == 0)
			return true;
	return false;
}

/* May one who was reached see this revision in full? Cleared for its label as
 * of now, not excluded from it, and for RED named in it. */
static bool
may_see(const struct nrs_audience *a, const struct nrs_delivery *d)
{
	const struct nrs_match_notice *notice = &a->query->notice;
	const struct nrs_addressing *to = notice->addressing;
	const struct nrs_subscription *sub =
	    nrs_match_set_find(a->query->subs, d->subscriber_id);

	if (nrs_audience_is_arrangement(d->subscriber_id))
		return nrs_match_cleared(
		    NRS_TLP_AMBER_STRICT, notice->content->tlp);
	if (sub == NULL || sub->inactive ||
	    !nrs_match_cleared(sub->max_tlp, notice->content->tlp))
		return false;
	if (is_listed((const char *const *)to->excluded_recipients,
	        to->n_excluded_recipients, sub->organisation))
		return false;
	return nrs_match_cleared(NRS_TLP_AMBER_STRICT, notice->content->tlp) ||
	       is_listed((const char *const *)to->recipients, to->n_recipients,
	           sub->organisation);
}

/* Source (domain.md 4.4-3, architecture.md 2.7): a correction or retraction
 * goes to everyone that the original reached; who may no longer see the text
 * gets the stub, also when a follow-up raises the label. */
static void
add_prior(struct nrs_audience *a, const struct prior *prior)
{
	const struct nrs_delivery *d = prior->delivery;
	const struct nrs_content *content = a->query->notice.content;
	const struct nrs_subscription *sub =
	    nrs_match_set_find(a->query->subs, d->subscriber_id);
	struct nrs_target target = {
	    .subscriber_id = d->subscriber_id,
	    .organisation = d->organisation,
	    .name = sub == NULL ? "" : sub->name,
	    .lang = sub == NULL ? content->lang : sub->lang,
	    .kind = d->kind,
	    .channel = *d->channel,
	    .purpose = NRS_PURPOSE_STUB,
	    .had_thread = true,
	};

	if (may_see(a, d)) {
		target.purpose = NRS_PURPOSE_ALERT;
		if (is_voiding(content) && !prior->alert_now)
			add(a, &target);
	} else if (!a->query->has_stub) {
		a->out.n_not_cleared += is_voiding(content);
	} else if (!prior->stub_now) {
		add(a, &target);
	}
}

bool
nrs_audience_is_arrangement(const char *subscriber_id)
{
	const size_t len = strlen(NRS_AUDIENCE_ARRANGEMENT);

	return strncmp(subscriber_id, NRS_AUDIENCE_ARRANGEMENT, len) == 0;
}

bool
nrs_targets_has(
    const struct nrs_targets *targets, const struct nrs_target *target)
{
	const struct nrs_target *each;
	size_t i;

	for (i = 0; i < targets->n; i++) {
		each = &targets->items[i];
		if (strcmp(each->subscriber_id, target->subscriber_id) == 0 &&
		    strcmp(each->channel.address, target->channel.address) == 0)
			return true;
	}
	return false;
}

struct nrs_targets
nrs_audience_end(struct nrs_audience *a)
{
	struct nrs_targets out;
	void *cursor = NULL, *value;
	const char *place;

	nrs_match_scan(a->query->subs, &a->query->notice, see, a);
	while (nrs_map_next(a->priors, &cursor, &place, &value)) {
		const struct prior *prior = value;

		if (!prior->taken)
			add_prior(a, prior);
	}
	out = a->out;
	nrs_map_free(a->priors, NULL);
	nrs_map_free(a->reached, NULL);
	free(a);
	return out;
}
