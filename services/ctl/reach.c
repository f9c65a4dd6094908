/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/reach.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/map.h"

/* ---- recipients ---- */

/* How well a delivery stands, for whoever has several. */
static int
rank(enum nrs_delivery_state state)
{
	static const int ranks[] = {
	    [NRS_STATE_CANCELLED] = 1,
	    [NRS_STATE_EXPIRED] = 2,
	    [NRS_STATE_FAILED] = 3,
	    [NRS_STATE_UNSPECIFIED] = 4,
	    [NRS_STATE_DEFERRED] = 5,
	    [NRS_STATE_INTENT] = 6,
	    [NRS_STATE_DELIVERED] = 7,
	    [NRS_STATE_ACKNOWLEDGED] = 8,
	    [NRS_STATE_RESPONDED] = 9,
	};

	return (size_t)state < sizeof(ranks) / sizeof(ranks[0]) ? ranks[state]
	                                                        : 0;
}

static bool
counts(enum nrs_delivery_purpose purpose)
{
	return purpose == NRS_PURPOSE_ALERT ||
	       purpose == NRS_PURPOSE_NEWSLETTER || purpose == NRS_PURPOSE_STUB;
}

struct gathering {
	struct nrs_arena *arena;
	struct nrs_map *by_id; /* "notice subscriber" -> its recipient */
};

static struct ctl_recipient *
recipient_of(struct gathering *g, const struct ctl_delivery *d, bool make)
{
	const char *id =
	    nrs_arena_printf(g->arena, "%s %s", d->notice_id, d->subscriber_id);
	struct ctl_recipient *r = nrs_map_get(g->by_id, id);

	if (r != NULL || !make)
		return r;
	r = nrs_arena_alloc(g->arena, sizeof(*r));
	*r = (struct ctl_recipient){.notice_id = d->notice_id,
	    .subscriber_id = d->subscriber_id,
	    .organisation = d->organisation,
	    .revision = d->revision,
	    .accepted_at = d->accepted_at,
	    .detail = ""};
	(void)nrs_map_put(g->by_id, id, r);
	return r;
}

static void
take_earlier(int64_t *at, int64_t candidate)
{
	if (candidate != 0 && (*at == 0 || candidate < *at))
		*at = candidate;
}

static void
take_answer(struct ctl_recipient *r, const struct ctl_delivery *d)
{
	take_earlier(&r->acknowledged_at, d->acknowledged_at);
	if (d->response != NRS_RESPONSE_UNSPECIFIED &&
	    d->at >= r->response_at) {
		r->response = d->response;
		r->response_at = d->at;
	}
	if (d->relayed_of > 0) {
		r->relayed = d->relayed;
		r->relayed_of = d->relayed_of;
	}
}

static void
add_delivery(struct gathering *g, const struct ctl_delivery *d)
{
	struct ctl_recipient *r = recipient_of(g, d, true);

	r->n_deliveries++;
	if (r->stage == NRS_SUBSCRIBER_UNSPECIFIED)
		r->stage = d->stage;
	take_answer(r, d);
	/* Whoever confirms has it, whatever the transfer said. */
	if (ctl_delivery_arrived(d))
		take_earlier(&r->delivered_at, d->delivered_at != 0
		                                   ? d->delivered_at
		                                   : d->acknowledged_at);
	if (r->n_deliveries > 1 && rank(d->state) < rank(r->state))
		return;
	r->state = d->state;
	r->reason = d->reason;
	r->detail = d->detail;
}

static void
add_reminder(struct gathering *g, const struct ctl_delivery *d)
{
	struct ctl_recipient *r = recipient_of(g, d, false);

	if (r == NULL || !ctl_delivery_arrived(d))
		return;
	if (d->purpose == NRS_PURPOSE_REMINDER)
		r->n_reminders++;
	if (d->purpose == NRS_PURPOSE_ESCALATION)
		r->n_escalations = 1; /* the record of it says no more */
}

static int
by_stage_and_id(const void *a, const void *b)
{
	const struct ctl_recipient *left = a, *right = b;
	int order;

	if (left->stage != right->stage)
		return left->stage < right->stage ? -1 : 1;
	order = strcmp(left->subscriber_id, right->subscriber_id);
	return order != 0 ? order : strcmp(left->notice_id, right->notice_id);
}

struct ctl_recipient *
ctl_reach_recipients(
    struct nrs_arena *arena, const struct ctl_ledger *ledger, size_t *n)
{
	struct gathering g = {.arena = arena, .by_id = nrs_map_new()};
	struct ctl_recipient *all;
	void *cursor = NULL, *value;
	const char *id;

	for (size_t i = 0; i < ctl_ledger_count(ledger); i++)
		if (counts(ctl_ledger_at(ledger, i)->purpose))
			add_delivery(&g, ctl_ledger_at(ledger, i));
	for (size_t i = 0; i < ctl_ledger_count(ledger); i++)
		add_reminder(&g, ctl_ledger_at(ledger, i));
	all = nrs_arena_array(arena, nrs_map_count(g.by_id) + 1, sizeof(*all));
	*n = 0;
	while (nrs_map_next(g.by_id, &cursor, &id, &value))
		all[(*n)++] = *(const struct ctl_recipient *)value;
	nrs_map_free(g.by_id, NULL);
	qsort(all, *n, sizeof(*all), by_stage_and_id);
	return all;
}

/* ---- counting ---- */

struct spans { /* how long each took, in ms */
	int64_t *list;
	size_t n;
};

static void
add_span(struct spans *spans, int64_t from, int64_t to)
{
	spans->list[spans->n++] = to > from ? to - from : 0;
}

static int
ascending(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return left < right ? -1 : left > right;
}

/* How long it took until that share of wanted was there. */
static void
shares(struct spans *spans, size_t wanted, int64_t out[CTL_REACH_SHARES])
{
	static const size_t percent[CTL_REACH_SHARES] = {50, 90, 100};

	qsort(spans->list, spans->n, sizeof(*spans->list), ascending);
	for (size_t i = 0; i < CTL_REACH_SHARES; i++) {
		size_t needed = (wanted * percent[i] + 99) / 100;
		out[i] = needed > 0 && needed <= spans->n
		             ? spans->list[needed - 1]
		             : -1;
	}
}

static void
count_end(struct ctl_tally *t, const struct ctl_recipient *r)
{
	if (rank(r->state) >= rank(NRS_STATE_DELIVERED))
		t->arrived++;
	else if (r->state == NRS_STATE_FAILED)
		t->failed++;
	else if (r->state == NRS_STATE_EXPIRED)
		t->expired++;
	else if (r->state == NRS_STATE_CANCELLED)
		t->cancelled++;
	else
		t->open++;
	if (r->state == NRS_STATE_FAILED &&
	    (size_t)r->reason < CTL_REACH_REASONS)
		t->reasons[r->reason]++;
}

static void
count(struct ctl_tally *t, const struct ctl_recipient *r)
{
	t->addressed++;
	count_end(t, r);
	t->reminders += r->n_reminders;
	t->escalations += r->n_escalations;
	t->relayed += r->relayed;
	t->relayed_of += r->relayed_of;
	if (r->acknowledged_at == 0)
		return;
	t->acknowledged++;
	if ((size_t)r->response < CTL_REACH_RESPONSES)
		t->responses[r->response]++;
}

struct ctl_tally
ctl_reach_tally(struct nrs_arena *arena, const struct ctl_recipient *who,
    size_t n, ctl_reach_include *include, void *ctx)
{
	struct ctl_tally t = {0};
	struct spans arrived = {
	    nrs_arena_array(arena, n + 1, sizeof(int64_t)), 0};
	struct spans acknowledged = {
	    nrs_arena_array(arena, n + 1, sizeof(int64_t)), 0};

	for (size_t i = 0; i < n; i++) {
		const struct ctl_recipient *r = &who[i];
		if (include != NULL && !include(ctx, r))
			continue;
		count(&t, r);
		if (r->delivered_at != 0)
			add_span(&arrived, r->accepted_at, r->delivered_at);
		if (r->acknowledged_at != 0)
			add_span(
			    &acknowledged, r->accepted_at, r->acknowledged_at);
	}
	shares(&arrived, t.addressed - t.cancelled, t.arrived_ms);
	shares(&acknowledged, t.addressed - t.cancelled, t.acknowledged_ms);
	return t;
}
