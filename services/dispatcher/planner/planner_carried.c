/* SPDX-License-Identifier: Apache-2.0 */
/* What earlier issues of the newsletter have carried, and to whom: who may not
 * see its correction or retraction any more learns at least that there is one.
 * Rare, and so read only then. */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/planner/issue.h"
#include "dispatcher/planner/planner.h"
#include "noroshi/base/map.h"
#include "noroshi/core/tlp.h"

/* An issue with a notice of the thread, under this label. */
struct carrier {
	char *issue_id;
	enum nrs_tlp tlp;
	struct carrier *next;
};

struct planner_carried {
	struct nrs_reader *reader;
	struct nrs_arena *scratch;
	struct nrs_map *carriers; /* sector and thread -> struct carrier */
	int64_t next;             /* offset in dispatch.newsletter */
};

static void
free_list(void *value)
{
	struct carrier *carrier = value, *next;

	for (; carrier != NULL; carrier = next) {
		next = carrier->next;
		free(carrier->issue_id);
		free(carrier);
	}
}

void
planner_carried_close(struct planner_carried *carried)
{
	if (carried == NULL)
		return;
	nrs_reader_close(carried->reader);
	nrs_arena_free(carried->scratch);
	nrs_map_free(carried->carriers, free_list);
	free(carried);
}

static enum nrs_rc
open_carried(struct planner *p, struct nrs_err *err)
{
	struct planner_carried *carried = nrs_calloc(1, sizeof(*carried));

	enum nrs_rc rc = nrs_reader_open_lookup(
	    &p->d->conf->common.bus, &carried->reader, err);

	carried->scratch = nrs_arena_new();
	carried->carriers = nrs_map_new();
	if (rc == NRS_OK)
		p->carried = carried;
	else
		planner_carried_close(carried);
	return rc;
}

/* ---- which issues ---- */

/* Neither holds blanks. */
static const char *
place_of(struct nrs_arena *arena, const char *sector, const char *thread_id)
{
	return nrs_arena_printf(arena, "%s %s", sector, thread_id);
}

/* As an edition takes it: the stricter of what the item and its content say. */
static enum nrs_tlp
label_of(struct nrs_arena *arena, const struct nrs_newsletter_item *item)
{
	struct nrs_wire_input in = {
	    .type = NRS_TYPE_CONTENT, .how = NRS_WIRE_TOLERANT};
	struct nrs_err unused = {0};
	void *content;

	if (item->alert == NULL)
		return item->tlp;
	in.bytes = item->alert->payload;
	if (nrs_wire_decode(arena, &in, &content, &unused) != NRS_OK)
		return NRS_TLP_RED; /* it was left out */
	return nrs_tlp_stricter(
	    item->tlp, ((const struct nrs_content *)content)->tlp);
}

static void
note(struct planner_carried *carried, const struct nrs_newsletter *letter)
{
	const struct nrs_newsletter_item *item;
	struct carrier *carrier;
	const char *place;
	size_t i;

	for (i = 0; i < letter->n_items; i++) {
		item = &letter->items[i];
		place =
		    place_of(carried->scratch, letter->sector, item->thread_id);
		carrier = nrs_calloc(1, sizeof(*carrier));
		carrier->issue_id = nrs_strdup(letter->issue_id);
		carrier->tlp = label_of(carried->scratch, item);
		carrier->next = nrs_map_get(carried->carriers, place);
		(void)nrs_map_put(carried->carriers, place, carrier);
	}
}

struct reading {
	struct planner *p;
	int64_t end;
};

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	const struct reading *reading = ctx;
	struct planner_carried *carried = reading->p->carried;
	const struct nrs_wire_input in = {.type = NRS_TYPE_DISPATCH,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_err unused = {0};
	const struct nrs_dispatch *dispatch;
	void *decoded;

	(void)err;
	planner_alive(reading->p);
	nrs_arena_reset(carried->scratch);
	if (record->offset >= reading->end)
		return NRS_OK;
	carried->next = record->offset + 1;
	if (nrs_wire_decode(carried->scratch, &in, &decoded, &unused) != NRS_OK)
		return NRS_OK;
	dispatch = decoded;
	if (dispatch->newsletter != NULL)
		note(carried, dispatch->newsletter);
	return NRS_OK;
}

/* On to the issue at this offset. */
static enum nrs_rc
read_issues(struct planner *p, int64_t end, struct nrs_err *err)
{
	struct planner_carried *carried = p->carried;
	struct reading reading = {p, end};
	const struct nrs_reader_from from = {p->traffic->dispatch, 0,
	    carried->next == 0 ? NRS_FROM_START : carried->next};
	enum nrs_rc rc = NRS_OK;

	if (carried->next >= end)
		return NRS_OK;
	rc = nrs_reader_assign(carried->reader, &from, 1, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(carried->reader,
		    (int)p->d->conf->answer_timeout_ms, see, &reading, err);
	/* A fetch that waits for what may come would hold up the next look. */
	if (rc == NRS_OK)
		rc = nrs_reader_assign(carried->reader, NULL, 0, err);
	return rc;
}

/* ---- to whom ---- */

struct asking {
	struct planner *p;
	const struct dispatcher_issue *issue;
	struct nrs_map *out;
	size_t item;
	const struct carrier *carrier;
};

/* An edition's label is at least as strict as all that it holds, and the item
 * was in each that was cleared for it. */
static void
see_batch(void *ctx, const struct nrs_delivery_batch *batch)
{
	const struct asking *a = ctx;
	const char *who;
	bool *items;
	size_t i;

	if (!nrs_match_cleared(batch->tlp, a->carrier->tlp))
		return;
	for (i = 0; i < batch->n_deliveries; i++) {
		who = batch->deliveries[i].subscriber_id;
		items = nrs_map_get(a->out, who);
		if (items == NULL) {
			items = nrs_arena_array(a->p->arena,
			    a->issue->letter->n_items, sizeof(*items));
			(void)nrs_map_put(a->out, who, items);
		}
		items[a->item] = true;
	}
}

/* Source (architecture.md 2.7): "With every correction, retraction or raised
 * label (...) earlier recipients who are no longer cleared, get the stub". */
static bool
tells(const struct asking *a)
{
	const struct nrs_newsletter_item *item =
	    &a->issue->letter->items[a->item];

	return item->kind == NRS_KIND_CORRECTION ||
	       item->kind == NRS_KIND_RETRACTION ||
	       !nrs_match_cleared(a->carrier->tlp, label_of(a->p->arena, item));
}

static enum nrs_rc
ask(struct asking *a, struct nrs_err *err)
{
	const struct nrs_newsletter *letter = a->issue->letter;
	struct planner *p = a->p;
	enum nrs_rc rc = p->carried == NULL ? open_carried(p, err) : NRS_OK;

	if (rc == NRS_OK)
		rc = read_issues(p, a->issue->offset, err);
	if (rc != NRS_OK)
		return rc;
	a->carrier = nrs_map_get(
	    p->carried->carriers, place_of(p->arena, letter->sector,
	                              letter->items[a->item].thread_id));
	for (; a->carrier != NULL && rc == NRS_OK;
	     a->carrier = a->carrier->next)
		if (a->carrier->tlp != NRS_TLP_RED && tells(a))
			rc = planner_priors(
			    p, a->carrier->issue_id, see_batch, a, err);
	return rc;
}

enum nrs_rc
planner_carried(struct planner *p, const struct dispatcher_issue *issue,
    struct nrs_map *out, struct nrs_err *err)
{
	struct asking asking = {.p = p, .issue = issue, .out = out};
	enum nrs_rc rc = NRS_OK;

	for (; rc == NRS_OK && asking.item < issue->letter->n_items;
	     asking.item++)
		if (issue->letter->items[asking.item].stub != NULL)
			rc = ask(&asking, err);
	return rc;
}
