/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/preview.h"

#include <stdlib.h>
#include <string.h>

#include "common/core/decide_list.h"
#include "noroshi/base/map.h"
#include "noroshi/core/clone.h"
#include "noroshi/core/rule.h"

struct making {
	const struct nrs_preview_query *q;
	struct nrs_preview *out;
	struct nrs_match_notice now, later; /* what of it goes out when */
	struct nrs_arrangements *guessed;   /* NULL: they are known */
	struct nrs_arrangement_query routing;
	struct nrs_map *told; /* subscriber -> anything */
	bool reads[2][2];     /* as a stub, in English: somebody does */
};

/* ---- what goes out when ---- */

static bool
goes(const struct nrs_classification *copy, bool now)
{
	return (nrs_rule_routes(copy->routes, copy->n_routes) &
	           (now ? NRS_AT_ONCE : NRS_NL)) != 0;
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

static struct nrs_preview_way *
way_of(struct making *m, const char *arrangement_id)
{
	struct nrs_preview *out = m->out;
	struct nrs_preview_way *way;
	size_t i;

	for (i = 0; i < out->n_ways; i++)
		if (strcmp(out->ways[i].arrangement_id, arrangement_id) == 0)
			return &out->ways[i];
	out->ways =
	    list_grow(m->q->arena, out->ways, out->n_ways, sizeof(*out->ways));
	way = &out->ways[out->n_ways++];
	*way = (struct nrs_preview_way){.name = "",
	    .arrangement_id = nrs_arena_strdup(m->q->arena, arrangement_id)};
	return way;
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
	if (one->unless != NULL)
		way_of(m, one->unless)->n_waiting++;
	if (stub)
		out->n_stubs++;
	else
		out->n_reached++;
}

/* ---- contact arrangements ---- */

/* Without their notices all that is known is where which is in force: as if
 * each had a mailbox. */
static struct nrs_arrangements *
guess(const struct nrs_match_notice *notice)
{
	struct nrs_arrangements *out = nrs_arrangements_new();
	struct nrs_contact contact = {
	    .role = "", .channel = "mail", .address = ""};
	struct nrs_contact_arrangement arrangement = {
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .hq_name = "",
	    .contacts = &contact,
	    .n_contacts = 1};
	struct nrs_content content = {
	    .kind = NRS_KIND_INITIAL, .contact_change = &arrangement};
	size_t i;

	for (i = 0; i < notice->n_copies; i++) {
		content.thread_id = arrangement.arrangement_id =
		    notice->copies[i].arrangement_id;
		if (content.thread_id[0] != '\0')
			nrs_arrangements_note(out, &content);
	}
	return out;
}

static void
open_routing(struct making *m)
{
	if (m->q->arrangements == NULL)
		m->guessed = guess(&m->now);
	m->routing = (struct nrs_arrangement_query){.arena = m->q->arena,
	    .all = m->guessed != NULL ? m->guessed : m->q->arrangements,
	    .subs = m->q->subs,
	    .notice = &m->now};
}

static const char *
role_of(const struct making *m, const struct nrs_target *contact)
{
	const struct nrs_contact_arrangement *in =
	    nrs_arrangements_find(m->routing.all, contact->organisation);
	size_t i;

	for (i = 0; in != NULL && i < in->n_contacts; i++)
		if (strcmp(in->contacts[i].address, contact->channel.address) ==
		    0)
			return nrs_arena_strdup(
			    m->q->arena, in->contacts[i].role);
	return "";
}

static void
add_contact(struct making *m, const struct nrs_target *contact, bool is_new)
{
	struct nrs_preview_way *way = way_of(m, contact->organisation);
	struct names roles = {way->roles, way->n_roles};
	const char *role = role_of(m, contact);

	way->name = contact->name;
	if (role[0] != '\0')
		names_add(m->q->arena, &roles, role);
	way->roles = roles.items;
	way->n_roles = roles.n;
	if (is_new)
		add(m, &(struct nrs_preview_recipient){
		           .subscriber_id = contact->subscriber_id,
		           .name = role[0] == '\0'
		                       ? contact->name
		                       : nrs_arena_printf(m->q->arena, "%s %s",
		                             contact->name, role),
		           .lang = contact->lang,
		           .channel = contact->channel.type,
		           .purpose = contact->purpose,
		           .now = true,
		           .rule = "override:5"});
}

/* When those get it who wait for a contact to confirm it. */
static int64_t
wait_until(const struct making *m)
{
	const struct nrs_ack_alert alert = {.content = m->q->cmd->content,
	    .copies = m->now.copies,
	    .n_copies = m->now.n_copies,
	    .sent_at = m->q->cmd->submission->accepted_at};
	const int64_t at = alert.sent_at;

	return nrs_ack_wait_until(at + nrs_ack_time(m->q->ack, &alert), at,
	    nrs_ack_give_up_at(alert.content, at, m->q->ack->give_up_ms));
}

/* usual: who gets it without them. */
static void
add_arrangements(struct making *m, const struct nrs_targets *usual)
{
	const struct nrs_targets contacts =
	    nrs_arrangements_targets(&m->routing);
	struct nrs_preview *out = m->out;
	size_t i;

	for (i = 0; i < contacts.n; i++)
		add_contact(m, &contacts.items[i],
		    !nrs_targets_has(usual, &contacts.items[i]));
	for (i = 0; i < out->n_ways; i++)
		if (out->ways[i].n_waiting > 0)
			out->ways[i].wait_until = wait_until(m);
}

/* ---- who gets it now ---- */

static const char *
waits_for(struct making *m, const struct nrs_target *target)
{
	const char *id = nrs_arrangements_replacing(&m->routing, target);

	return id == NULL ? NULL : way_of(m, id)->arrangement_id;
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
	open_routing(m);
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
		           .unless = waits_for(m, t),
		           .rule = rule_of(m, t),
		       });
	}
	add_arrangements(m, &targets);
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

	if (id != 0)
		return id;
	return x->channel != y->channel ? (int)x->channel - (int)y->channel
	                                : strcmp(x->name, y->name);
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
	nrs_arrangements_free(m.guessed);
}
