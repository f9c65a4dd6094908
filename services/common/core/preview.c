/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/preview.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/decide_list.h"
#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"

struct making {
	const struct nrs_preview_query *q;
	struct nrs_preview *out;
	struct nrs_match_notice now, later; /* what of it goes out when */
	struct nrs_map *told;               /* subscriber -> anything */
	bool reads[2][2]; /* as a stub, in English: somebody does */
};

/* ---- what goes out when ---- */

static bool
goes(const struct nrs_classification *copy, bool now)
{
	size_t i;

	for (i = 0; i < copy->n_routes; i++)
		if (now ? copy->routes[i] == NRS_ROUTE_REALTIME ||
		              copy->routes[i] == NRS_ROUTE_OVERRIDE
		        : copy->routes[i] == NRS_ROUTE_NEWSLETTER)
			return true;
	return false;
}

static struct nrs_match_notice
part(const struct making *m, bool now)
{
	const struct nrs_outcome *o = &m->out->outcome;
	struct nrs_classification *copies =
	    nrs_arena_array(m->q->arena, o->n_copies + 1, sizeof(*copies));
	struct nrs_match_notice notice = {.content = m->q->cmd->content,
	    .addressing = m->q->cmd->addressing,
	    .copies = copies};
	size_t i;

	for (i = 0; i < o->n_copies; i++)
		if (goes(&o->copies[i], now))
			copies[notice.n_copies++] = o->copies[i];
	return notice;
}

static void
decide(struct making *m)
{
	struct nrs_arena *arena = m->q->arena;

	nrs_decide(
	    arena, m->q->policy, m->q->state, m->q->cmd, &m->out->outcome);
	/* The outcome borrows from the command. */
	m->out->outcome = *(struct nrs_outcome *)nrs_clone_into(
	    arena, NRS_TYPE_OUTCOME, &m->out->outcome);
	m->now = part(m, true);
	m->later = part(m, false);
}

/* ---- who gets it ---- */

static const char *
rule_for(
    const struct nrs_match_notice *notice, const struct nrs_subscription *sub)
{
	struct nrs_match_notice one = *notice;
	size_t i;

	one.n_copies = 1;
	for (i = 0; sub != NULL && i < notice->n_copies; i++) {
		one.copies = &notice->copies[i];
		if (nrs_match_one(&one, sub, true) == NRS_MATCH_YES)
			return one.copies->route_rule;
	}
	return NULL;
}

/* Whom the notice itself does not name gets it for what the thread told them.
 */
static const char *
rule_of(const struct making *m, const struct nrs_target *target)
{
	const enum nrs_msg_kind kind = m->q->cmd->content->kind;
	const char *rule = NULL;

	if (target->purpose == NRS_PURPOSE_ALERT)
		rule = rule_for(&m->now,
		    nrs_match_set_find(m->q->subs, target->subscriber_id));
	if (rule != NULL)
		return rule;
	return kind == NRS_KIND_FOLLOW_UP ? "override:3" : "override:1";
}

static void
add(struct making *m, const struct nrs_preview_recipient *one)
{
	struct nrs_preview *out = m->out;
	const bool stub = one->purpose == NRS_PURPOSE_STUB;

	out->recipients = list_grow(m->q->arena, out->recipients,
	    out->n_recipients, sizeof(*out->recipients));
	out->recipients[out->n_recipients++] = *one;
	m->reads[stub][strcmp(one->lang, "en") == 0] = true;
	if (nrs_map_get(m->told, one->subscriber_id) != NULL)
		return;
	(void)nrs_map_put(m->told, one->subscriber_id, m);
	if (stub)
		out->n_stubs++;
	else
		out->n_reached++;
}

static bool
is_override(const struct nrs_classification *copy)
{
	size_t i;
	bool override = false;

	for (i = 0; i < copy->n_routes; i++) {
		if (copy->routes[i] == NRS_ROUTE_REALTIME)
			return false;
		override |= copy->routes[i] == NRS_ROUTE_OVERRIDE;
	}
	return override;
}

/* The arrangement that REPLACEs the usual way for all that is meant for them,
 * as the planner sees it; whom it was wrong to tell is told at once. */
static const char *
replaced_by(const struct making *m, const struct nrs_target *target)
{
	const enum nrs_msg_kind kind = m->q->cmd->content->kind;
	const struct nrs_subscription *sub =
	    nrs_match_set_find(m->q->subs, target->subscriber_id);
	struct nrs_match_notice one = m->now;
	const char *id = NULL;
	size_t i;

	if (sub == NULL || target->purpose != NRS_PURPOSE_ALERT ||
	    (target->had_thread &&
	        (kind == NRS_KIND_CORRECTION || kind == NRS_KIND_RETRACTION)))
		return NULL;
	one.n_copies = 1;
	for (i = 0; i < m->now.n_copies; i++) {
		one.copies = &m->now.copies[i];
		if (nrs_match_one(&one, sub, target->had_thread) !=
		    NRS_MATCH_YES)
			continue;
		if (!is_override(one.copies))
			return NULL;
		id = one.copies->arrangement_id;
	}
	return id;
}

/* The contacts of what it goes by; who they are its own notice says. */
static void
add_arrangements(struct making *m)
{
	const struct nrs_addressing *to = m->q->cmd->addressing;
	struct names ids = {0};
	size_t i, j;

	for (i = 0; i < m->now.n_copies; i++)
		for (j = 0; j < m->now.copies[i].n_routes; j++)
			if (m->now.copies[i].routes[j] == NRS_ROUTE_OVERRIDE &&
			    m->now.copies[i].arrangement_id[0] != '\0')
				names_add(m->q->arena, &ids,
				    m->now.copies[i].arrangement_id);
	for (i = 0; i < ids.n && to->n_recipients == 0; i++)
		add(m, &(struct nrs_preview_recipient){
		           .subscriber_id = nrs_arena_printf(m->q->arena,
		               NRS_AUDIENCE_ARRANGEMENT "%s", ids.items[i]),
		           .name = "",
		           .lang = "ja",
		           .channel = NRS_CHANNEL_MAIL,
		           .purpose = NRS_PURPOSE_ALERT,
		           .now = true,
		           .rule = "override:5"});
}

/* As the planner finds them. */
static void
find_now(struct making *m)
{
	const struct nrs_audience_query query = {
	    .subs = m->q->subs,
	    .notice = m->now,
	    .has_stub = m->q->stub != NULL,
	};
	struct nrs_audience *audience;
	struct nrs_targets targets;
	size_t i;

	if (m->now.n_copies == 0)
		return;
	audience = nrs_audience_new(m->q->arena, &query);
	for (i = 0; i < m->q->n_priors; i++)
		nrs_audience_prior(audience, m->q->priors[i]);
	targets = nrs_audience_end(audience);
	for (i = 0; i < targets.n; i++) {
		const struct nrs_target *t = &targets.items[i];
		add(m, &(struct nrs_preview_recipient){
		           .subscriber_id = t->subscriber_id,
		           .name = t->name,
		           .lang = t->lang,
		           .channel = t->channel.type,
		           .purpose = t->purpose,
		           .now = true,
		           .unless = replaced_by(m, t),
		           .rule = rule_of(m, t),
		       });
	}
	add_arrangements(m);
	m->out->n_not_cleared = targets.n_not_cleared;
	m->out->n_filtered = targets.n_filtered;
	m->out->n_unreachable = targets.n_unreachable;
}

static void
add_reader(struct making *m, const struct nrs_subscription *sub)
{
	struct nrs_preview_recipient one = {
	    .subscriber_id = sub->subscriber_id,
	    .name = sub->name,
	    .lang = sub->lang,
	    .purpose = NRS_PURPOSE_ALERT,
	    .rule = rule_for(&m->later, sub),
	};
	size_t i;

	for (i = 0; i < sub->n_channels; i++) {
		one.channel = sub->channels[i].type;
		add(m, &one);
	}
	m->out->n_unreachable += sub->n_channels == 0;
}

/* Whoever it concerns now finds its title alone in the newsletter. */
static void
see_reader(
    void *ctx, const struct nrs_subscription *sub, enum nrs_match verdict)
{
	struct making *m = ctx;

	if (sub->digest_off ||
	    nrs_map_get(m->told, sub->subscriber_id) != NULL ||
	    (m->now.n_copies > 0 &&
	        nrs_match_one(&m->now, sub, false) != NRS_MATCH_NOT_ADDRESSED))
		return;
	if (verdict == NRS_MATCH_NOT_CLEARED)
		m->out->n_not_cleared++;
	else if (verdict == NRS_MATCH_FILTERED)
		m->out->n_filtered++;
	else if (verdict == NRS_MATCH_YES)
		add_reader(m, sub);
}

static int
compare(const void *a, const void *b)
{
	const struct nrs_preview_recipient *x = a, *y = b;
	const int id = strcmp(x->subscriber_id, y->subscriber_id);

	return id != 0 ? id : (int)x->channel - (int)y->channel;
}

/* ---- what is unusual ---- */

static void
look_at_usage(struct making *m)
{
	const struct nrs_usage *usage = m->q->usage;
	const struct nrs_outcome *o = &m->out->outcome;
	struct names fresh = {0};
	size_t i;

	if (usage == NULL)
		return;
	m->out->first = usage->n == 0;
	for (i = 0; usage->n > 0 && i < o->n_copies; i++)
		if (!list_has((const char *const *)usage->sectors,
		        usage->n_sectors, o->copies[i].sector))
			names_add(m->q->arena, &fresh, o->copies[i].sector);
	m->out->new_sectors = fresh.items;
	m->out->n_new_sectors = fresh.n;
	m->out->new_label = usage->n > 0 && o->tlp > 0 &&
	                    o->tlp <= NRS_TLP_CLEAR && !usage->labels[o->tlp];
}

/* ---- what they read ---- */

/* Nobody reads it: it is shown in the language of the scheme. */
static void
render_all(struct making *m)
{
	struct nrs_preview_text *text;
	struct nrs_render render = {
	    .sender = "", .desk = "", .key_id = "", .payload_sha256 = ""};
	size_t i;

	m->reads[0][0] |= !m->reads[0][1];
	for (i = 0; i < 4; i++) {
		const bool stub = i >= 2, english = i % 2 == 1;

		if (!m->reads[stub][english] || (stub && m->q->stub == NULL))
			continue;
		text = &m->out->texts[m->out->n_texts++];
		text->lang = render.lang = english ? "en" : "ja";
		text->stub = stub;
		render.content = stub ? NULL : m->q->cmd->content;
		render.stub = stub ? m->q->stub : NULL;
		nrs_render(m->q->arena, &render, &text->rendered);
	}
}

void
nrs_preview(const struct nrs_preview_query *query, struct nrs_preview *out)
{
	struct making m = {.q = query, .out = out, .told = nrs_map_new()};

	*out = (struct nrs_preview){0};
	decide(&m);
	find_now(&m);
	if (m.later.n_copies > 0)
		nrs_match_scan(query->subs, &m.later, see_reader, &m);
	if (out->n_recipients > 0)
		qsort(out->recipients, out->n_recipients,
		    sizeof(*out->recipients), compare);
	look_at_usage(&m);
	render_all(&m);
	nrs_map_free(m.told, NULL);
}
