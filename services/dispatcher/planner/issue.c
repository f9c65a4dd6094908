/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/planner/issue.h"

#include <stdio.h>
#include <string.h>

#include "noroshi/base/text.h"
#include "noroshi/io/admit.h"

#define ID_MAX 200 /* bytes of an issue's id */

/* ---- reading ---- */

static enum nrs_rc
decode(struct nrs_arena *arena, const struct nrs_record *record,
    const struct nrs_dispatch **out, struct nrs_err *err)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_DISPATCH,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	void *decoded;
	enum nrs_rc rc = nrs_wire_decode(arena, &in, &decoded, err);

	if (rc == NRS_OK)
		*out = decoded;
	return rc;
}

/* The mode is not signed for the whole, but for each item: here it only keeps
 * an issue from the processes of another mode. */
static enum nrs_rc
check_issue(const struct dispatcher *d, const struct nrs_dispatch *dispatch,
    struct nrs_err *err)
{
	const enum nrs_mode mode = (enum nrs_mode)(d->conf->common.mode + 1);
	const struct nrs_newsletter *letter = dispatch->newsletter;

	if (letter == NULL)
		return nrs_refuse(
		    err, "newsletter", "required", "there is no newsletter");
	if (dispatch->mode != mode || letter->mode != mode)
		return nrs_refuse(
		    err, "mode", "mode", "this process serves another mode");
	if (letter->issue_id[0] == '\0' || strlen(letter->issue_id) > ID_MAX ||
	    !nrs_text_is_line(letter->issue_id))
		return nrs_refuse(
		    err, "newsletter.issue_id", "id", "not an issue's id");
	if (!nrs_text_is_id(letter->sector, 64))
		return nrs_refuse(
		    err, "newsletter.sector", "id", "not a sector's code");
	return NRS_OK;
}

/* One that this version's table does not know is called by its code. */
static void
name_sector(struct nrs_arena *arena, const struct nrs_sector_table *table,
    struct dispatcher_issue *issue)
{
	const struct nrs_sector *sector =
	    nrs_sector_find(table, issue->letter->sector);

	issue->sector_ja = issue->sector_en = issue->letter->sector;
	if (sector == NULL)
		return;
	issue->sector_ja = nrs_arena_strdup(arena, sector->ja);
	issue->sector_en = nrs_arena_strdup(arena, sector->en);
}

/* A copy for one CEPTOAR is not the whole sector's to read. */
static enum nrs_rc
admit(struct nrs_arena *arena, const struct nrs_admit *how,
    const struct nrs_alert *alert, const struct nrs_content **out,
    struct nrs_err *err)
{
	struct nrs_admitted admitted;
	enum nrs_rc rc = nrs_admit_alert(arena, how, alert, &admitted, err);

	if (rc == NRS_OK && alert->classification != NULL &&
	    alert->classification->ceptoar[0] != '\0')
		rc = nrs_refuse(err, "classification.ceptoar", "narrowed",
		    "a notice for one CEPTOAR enters no newsletter");
	if (rc == NRS_OK)
		*out = admitted.content;
	return rc;
}

/* One that cannot be believed is as if it were not there. */
static enum nrs_rc
admit_stub(struct nrs_arena *arena, const struct nrs_admit *how,
    struct dispatcher_issue *issue, size_t i)
{
	struct nrs_newsletter_item *item = &issue->letter->items[i];
	struct nrs_err *err = &issue->refused[issue->n_refused];
	const struct nrs_stub_content *stub;
	enum nrs_rc rc;

	if (item->stub == NULL)
		return NRS_OK;
	rc = nrs_admit_stub(arena, how, item->stub, &stub, err);
	if (rc != NRS_REJECT)
		return rc;
	item->stub = NULL;
	nrs_err_prefix(
	    err, "newsletter.items[%zu].stub (%s)", i, item->notice_id);
	issue->n_refused++;
	return NRS_OK;
}

static enum nrs_rc
admit_items(struct nrs_arena *arena, const struct nrs_admit *how,
    struct dispatcher_issue *issue)
{
	const size_t n = issue->letter->n_items;
	const struct nrs_content **contents =
	    nrs_arena_array(arena, n, sizeof(*contents));
	const struct nrs_alert *alert;
	struct nrs_err *err;
	enum nrs_rc rc;
	size_t i;

	issue->contents = contents;
	issue->refused = nrs_arena_array(arena, 2 * n, sizeof(*issue->refused));
	for (i = 0; i < n; i++) {
		rc = admit_stub(arena, how, issue, i);
		if (rc != NRS_OK)
			return rc;
		alert = issue->letter->items[i].alert;
		err = &issue->refused[issue->n_refused];
		if (alert == NULL)
			continue;
		rc = admit(arena, how, alert, &contents[i], err);
		if (rc != NRS_OK && rc != NRS_REJECT)
			return rc;
		if (rc == NRS_REJECT) {
			nrs_err_prefix(err, "newsletter.items[%zu] (%s)", i,
			    issue->letter->items[i].notice_id);
			issue->n_refused++;
		}
	}
	return NRS_OK;
}

enum nrs_rc
dispatcher_issue_read(struct dispatcher *d, struct nrs_arena *arena,
    const struct nrs_record *record, struct dispatcher_issue *out,
    struct nrs_err *err)
{
	struct nrs_admit how = {
	    .check = {.mode = (enum nrs_mode)(d->conf->common.mode + 1),
	        .inside = true},
	    .how = NRS_WIRE_TOLERANT,
	};
	const struct nrs_dispatch *dispatch;
	enum nrs_rc rc = decode(arena, record, &dispatch, err);

	*out = (struct dispatcher_issue){.offset = record->offset};
	if (rc == NRS_OK)
		rc = check_issue(d, dispatch, err);
	if (rc != NRS_OK)
		return rc;
	out->letter = dispatch->newsletter;
	out->accepted_at = dispatch->accepted_at > out->letter->to
	                       ? dispatch->accepted_at
	                       : out->letter->to;
	nrs_sha256((struct nrs_bytes){(const uint8_t *)out->letter->issue_id,
	               strlen(out->letter->issue_id)},
	    out->sha256);
	(void)pthread_mutex_lock(&d->lock);
	how.check.sectors = d->policy->sectors;
	how.keyring = d->policy->keyring;
	name_sector(arena, d->policy->sectors, out);
	rc = admit_items(arena, &how, out);
	(void)pthread_mutex_unlock(&d->lock);
	return rc;
}

/* ---- who gets what ---- */

/* One recipient, one channel, one address; ids hold no blanks. */
static const char *
place_of(struct nrs_arena *arena, const char *subscriber_id,
    const struct nrs_channel *channel)
{
	return nrs_arena_printf(arena, "%s %d %s", subscriber_id,
	    (int)channel->type, channel->address);
}

void
dispatcher_issue_had(struct nrs_map *had, struct nrs_arena *arena,
    const struct nrs_delivery_batch *batch)
{
	struct nrs_delivery *d;
	size_t i;

	for (i = 0; i < batch->n_deliveries; i++) {
		d = &batch->deliveries[i];
		if (d->channel != NULL)
			(void)nrs_map_put(had,
			    place_of(arena, d->subscriber_id, d->channel), d);
	}
}

struct planning {
	struct nrs_arena *arena;
	const struct dispatcher_issue_query *q;
	struct dispatcher_issue_plan *out;
	/* By clearance, AMBER_STRICT first; -1: nothing. */
	int edition_of[NRS_TLP_CLEAR + 1];
	size_t n_usual; /* the editions behind have stubs that these have not */
};

/* Room for one more in an array that doubles. */
static void *
grow(struct planning *p, void *items, size_t n, size_t size)
{
	void *more;

	if ((n & (n - 1)) != 0)
		return items;
	more = nrs_arena_array(p->arena, n == 0 ? 1 : 2 * n, size);
	if (n > 0)
		memcpy(more, items, n * size);
	return more;
}

static size_t
add_edition(struct planning *p, const struct nrs_edition *edition)
{
	struct dispatcher_issue_plan *out = p->out;

	out->editions = grow(p, out->editions, out->n, sizeof(*out->editions));
	out->targets = grow(p, out->targets, out->n, sizeof(*out->targets));
	out->editions[out->n] = *edition;
	return out->n++;
}

static bool
make_edition(const struct planning *p, enum nrs_tlp clearance, const bool *had,
    struct nrs_edition *out)
{
	const struct dispatcher_issue *issue = p->q->issue;
	const struct nrs_edition_query query = {.issue = issue->letter,
	    .contents = issue->contents,
	    .clearance = clearance,
	    .had = had};

	return nrs_newsletter_edition(p->arena, &query, out);
}

/* Is there more in it, or more of it in full? */
static bool
has_more(const struct nrs_edition *edition, const struct nrs_edition *than)
{
	return edition->n_items > than->n_items ||
	       edition->n_items - edition->n_stubs >
	           than->n_items - than->n_stubs;
}

/* From the least cleared on: who may see more without there being more gets
 * what the others get. */
static void
make_editions(struct planning *p)
{
	struct nrs_edition edition;
	int label, last = -1;

	for (label = NRS_TLP_CLEAR; label >= NRS_TLP_AMBER_STRICT; label--) {
		if (make_edition(p, (enum nrs_tlp)label, NULL, &edition) &&
		    (last < 0 || has_more(&edition, &p->out->editions[last])))
			last = (int)add_edition(p, &edition);
		p->edition_of[label] = last;
	}
	p->edition_of[NRS_TLP_RED] = last;
	/* An unknown clearance is the public's. */
	p->edition_of[NRS_TLP_UNSPECIFIED] = p->edition_of[NRS_TLP_CLEAR];
	p->n_usual = p->out->n;
}

/* ---- who had more than they may see now ---- */

static bool
holds(const struct nrs_edition *edition, const struct nrs_newsletter_item *item)
{
	size_t i;

	for (i = 0; i < edition->n_items; i++)
		if (edition->items[i].item == item)
			return true;
	return false;
}

static bool
is_same(const struct nrs_edition *a, const struct nrs_edition *b)
{
	size_t i;

	if (a->n_items != b->n_items || a->label != b->label)
		return false;
	for (i = 0; i < a->n_items; i++)
		if (a->items[i].item != b->items[i].item ||
		    a->items[i].stub != b->items[i].stub)
			return false;
	return true;
}

/* -1: nothing */
static int
edition_for(struct planning *p, enum nrs_tlp clearance, const bool *had)
{
	const struct nrs_newsletter *letter = p->q->issue->letter;
	const int usual = p->edition_of[clearance];
	struct nrs_edition edition;
	bool lacks = false;
	size_t i;

	for (i = 0; had != NULL && i < letter->n_items; i++)
		lacks |=
		    had[i] && (usual < 0 || !holds(&p->out->editions[usual],
		                                &letter->items[i]));
	if (clearance == NRS_TLP_UNSPECIFIED)
		clearance = NRS_TLP_CLEAR;
	if (!lacks || !make_edition(p, clearance, had, &edition))
		return usual;
	for (i = p->n_usual; i < p->out->n; i++)
		if (is_same(&p->out->editions[i], &edition))
			return (int)i;
	return (int)add_edition(p, &edition);
}

/* ---- who gets it ---- */

static void
add(struct planning *p, size_t edition, const struct nrs_target *target)
{
	struct nrs_targets *t = &p->out->targets[edition];

	t->items = grow(p, t->items, t->n, sizeof(*t->items));
	t->items[t->n++] = *target;
}

static bool
wants(const struct nrs_subscription *sub, const char *sector)
{
	size_t i;

	if (sub->inactive || sub->digest_off)
		return false;
	for (i = 0; i < sub->n_sectors; i++)
		if (strcmp(sub->sectors[i], sector) == 0)
			return true;
	return false;
}

static void
see(struct planning *p, const struct nrs_subscription *sub)
{
	struct nrs_target target = {
	    .subscriber_id = sub->subscriber_id,
	    .organisation = sub->organisation,
	    .name = sub->name,
	    .lang = sub->lang,
	    .kind = sub->kind,
	    .purpose = NRS_PURPOSE_NEWSLETTER,
	};
	enum nrs_tlp clearance =
	    sub->max_tlp <= NRS_TLP_CLEAR ? sub->max_tlp : NRS_TLP_CLEAR;
	int edition = edition_for(
	    p, clearance, nrs_map_get(p->q->carried, sub->subscriber_id));
	size_t i;

	if (edition < 0) {
		p->out->n_nothing++;
		return;
	}
	for (i = 0; i < sub->n_channels; i++) {
		target.channel = sub->channels[i];
		if (nrs_map_get(
		        p->q->had, place_of(p->arena, sub->subscriber_id,
		                       &sub->channels[i])) == NULL)
			add(p, (size_t)edition, &target);
	}
}

void
dispatcher_issue_plan(struct nrs_arena *arena,
    const struct dispatcher_issue_query *query,
    struct dispatcher_issue_plan *out)
{
	struct planning p = {.arena = arena, .q = query, .out = out};
	const struct nrs_subscription *sub;
	size_t i;

	memset(out, 0, sizeof(*out));
	make_editions(&p);
	for (i = 0; i < nrs_match_set_count(query->subs); i++) {
		sub = nrs_match_set_at(query->subs, i);
		if (wants(sub, query->issue->letter->sector))
			see(&p, sub);
	}
}
