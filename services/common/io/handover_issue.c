/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Newsletters. Source (architecture.md 3): newsletter.<sector>.<label> is "an
 * issue's edition with items up to that label, one record per item and a
 * closing one; a reader takes the highest it may read"; dispatch.newsletter has
 * one record per issue.
 *
 * Ours: an edition that nothing may stand in is its closing record alone, so
 * that no reader misses a number.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/label.h"
#include "noroshi/core/tlp.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/handover.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"

#define SOURCE "/noroshi/classifier"
#define N_HEADERS 9

/* What is being made. */
struct work {
	struct nrs_arena *arena;
	const struct nrs_issue_handover *of;
};

/* One label's choice of an issue. */
struct edition {
	const struct nrs_newsletter *issue;
	enum nrs_tlp label;
};

/* ---- items ---- */

static int
compare(const void *a, const void *b)
{
	const int64_t offset = *(const int64_t *)a;
	const struct nrs_command *item = *(const struct nrs_command *const *)b;

	return (offset > item->journal_offset) -
	       (offset < item->journal_offset);
}

static const struct nrs_command *
find(const struct nrs_issue_handover *of, int64_t offset)
{
	const struct nrs_command *const *found =
	    bsearch(&offset, of->said, of->n_said, sizeof(*of->said), compare);

	assert(found != NULL); /* or it would have been decided otherwise */
	return *found;
}

/* The signed bytes, as in any alert. */
static struct nrs_alert *
alert_of(struct work *w, const struct nrs_command *said,
    const struct nrs_waiting_change *item)
{
	struct nrs_alert *alert = nrs_arena_alloc(w->arena, sizeof(*alert));
	struct nrs_classification *copy =
	    nrs_arena_alloc(w->arena, sizeof(*copy));

	*copy = (struct nrs_classification){
	    .column = item->column,
	    .sector = item->sector,
	    .route_rule = item->rule,
	    .newsletter_section = item->section,
	    .decided_at = w->of->outcome->decided_at,
	};
	copy->routes = nrs_arena_alloc(w->arena, sizeof(*copy->routes));
	copy->routes[copy->n_routes++] = NRS_ROUTE_NEWSLETTER;
	*alert = (struct nrs_alert){
	    .payload = said->submission->payload,
	    .addressing_sha256 = said->addressing_sha256,
	    .signatures = said->submission->signatures,
	    .n_signatures = said->submission->n_signatures,
	    .classification = copy,
	    .accepted_at = said->submission->accepted_at,
	    .submission_id = said->submission->submission_id,
	    .mode = said->submission->mode,
	};
	return alert;
}

/* A line has no text, and so none to choose a language of. */
static void
add_titles(struct work *w, const struct nrs_content *content,
    struct nrs_newsletter_item *to)
{
	const size_t n = content->n_translations;
	size_t i;

	to->title = content->title;
	to->n_titles = n;
	to->titles = nrs_arena_array(w->arena, n, sizeof(*to->titles));
	for (i = 0; i < n; i++)
		to->titles[i] = (struct nrs_translation){
		    .lang = content->translations[i].lang,
		    .title = content->translations[i].title,
		    .summary = "",
		    .nisc_comment = "",
		    .impact = "",
		    .revision_reason = ""};
}

/* Signed like its notice, over an addressing of no bytes. NULL: no issue has
 * carried anything of the thread, or nothing was signed for it. */
static struct nrs_alert *
stub_of(struct work *w, const struct nrs_command *said,
    const struct nrs_waiting_change *item)
{
	const struct nrs_submission *submission = said->submission;
	struct nrs_alert *alert;
	uint8_t *nothing;

	if (item->carried_tlp == NRS_TLP_UNSPECIFIED ||
	    submission->n_stubs == 0)
		return NULL;
	nothing = nrs_arena_alloc(w->arena, NRS_SHA256_SIZE);
	nrs_sha256((struct nrs_bytes){0}, nothing);
	alert = nrs_arena_alloc(w->arena, sizeof(*alert));
	*alert = (struct nrs_alert){
	    .payload = submission->stubs[0].payload,
	    .addressing_sha256 = {nothing, NRS_SHA256_SIZE},
	    .signatures = submission->stubs[0].signatures,
	    .n_signatures = submission->stubs[0].n_signatures,
	    .stub = true,
	    .accepted_at = submission->accepted_at,
	    .submission_id = submission->submission_id,
	    .mode = submission->mode,
	};
	return alert;
}

static void
add_item(struct work *w, struct nrs_newsletter *issue,
    const struct nrs_waiting_change *item)
{
	const struct nrs_command *said = find(w->of, item->journal_offset);
	struct nrs_newsletter_item *to = &issue->items[issue->n_items++];

	*to = (struct nrs_newsletter_item){
	    .section = item->section,
	    .number = (uint32_t)issue->n_items,
	    .notice_id = item->notice_id,
	    .thread_id = item->thread_id,
	    .revision = item->revision,
	    .kind = item->kind,
	    .tlp = item->tlp,
	    .at = item->at,
	};
	to->stub = stub_of(w, said, item);
	to->carried_tlp = to->stub == NULL ? 0 : item->carried_tlp;
	if (item->stub)
		to->tlp = NRS_TLP_RED;
	else if (item->title_of[0] != '\0')
		add_titles(w, said->content, to);
	else
		to->alert = alert_of(w, said, item);
	/* The whole is as secret as its most secret item. */
	if (nrs_tlp_widens(item->tlp, issue->label))
		issue->label = item->tlp;
}

bool
nrs_handover_issue_has(
    const struct nrs_issue *issue, const struct nrs_waiting_change *item)
{
	return item->remove && strcmp(item->why, "drained") == 0 &&
	       strcmp(item->sector, issue->sector) == 0;
}

struct nrs_newsletter *
nrs_handover_issue(struct nrs_arena *arena, const struct nrs_issue_handover *of)
{
	struct work w = {arena, of};
	const struct nrs_outcome *o = of->outcome;
	const struct nrs_issue *from = of->issue;
	struct nrs_newsletter *issue = nrs_arena_alloc(arena, sizeof(*issue));
	size_t i;

	*issue = (struct nrs_newsletter){
	    .issue_id = from->issue_id,
	    .sector = from->sector,
	    .label = NRS_TLP_CLEAR,
	    .number = from->number,
	    .from = from->from,
	    .to = from->to,
	    .late = from->late,
	    .mode = o->mode,
	    .total = from->total,
	};
	issue->items =
	    nrs_arena_array(arena, o->n_waiting, sizeof(*issue->items));
	for (i = 0; i < o->n_waiting; i++)
		if (nrs_handover_issue_has(from, &o->waiting[i]))
			add_item(&w, issue, &o->waiting[i]);
	return issue;
}

/* ---- records ---- */

static struct nrs_outgoing
record_of(struct nrs_arena *arena, const struct nrs_outcome *outcome,
    const struct nrs_newsletter *of, const char *id)
{
	char *time = nrs_arena_alloc(arena, NRS_TIME_SIZE);
	const struct nrs_bus_header all[N_HEADERS] = {
	    {"content-type", "application/protobuf"},
	    {"ce_specversion", "1.0"},
	    {"ce_id", id},
	    {"ce_type", "noroshi.newsletter.v1"},
	    {"ce_source", SOURCE},
	    {"ce_time", nrs_time_utc(outcome->decided_at, time)},
	    {"tlp", nrs_term_name(NRS_VOC_TLP, (int)of->label)},
	    {"mode", nrs_term_name(NRS_VOC_MODE, (int)of->mode)},
	    {"sector", of->sector},
	};
	struct nrs_bus_header *headers =
	    nrs_arena_array(arena, N_HEADERS, sizeof(*headers));

	memcpy(headers, all, sizeof(all));
	return (struct nrs_outgoing){
	    .key = {(const uint8_t *)of->issue_id, strlen(of->issue_id)},
	    .headers = headers,
	    .n_headers = N_HEADERS};
}

void
nrs_handover_issue_record(struct nrs_arena *arena,
    const struct nrs_outcome *outcome, struct nrs_newsletter *issue,
    struct nrs_outgoing *out)
{
	const struct nrs_dispatch dispatch = {
	    .newsletter = issue,
	    .journal_offset = outcome->journal_offset,
	    .submission_id = issue->issue_id,
	    .accepted_at = outcome->accepted_at,
	    .mode = outcome->mode,
	};

	*out = record_of(arena, outcome, issue, issue->issue_id);
	out->topic = NRS_TOPIC_DISPATCH_NEWSLETTER;
	out->value = nrs_wire_encode(arena, NRS_TYPE_DISPATCH, &dispatch);
}

/* One record of an edition; number 0: the closing one. */
static struct nrs_outgoing
part_of(struct nrs_arena *arena, const struct nrs_outcome *outcome,
    const struct nrs_newsletter *part, uint32_t number)
{
	struct nrs_outgoing out = record_of(arena, outcome, part,
	    nrs_arena_printf(arena, "%s:%s:%u", part->issue_id,
	        nrs_topic_label(part->label), (unsigned)number));

	out.topic = nrs_topic_newsletter(arena, part->sector, part->label);
	out.value = nrs_wire_encode(arena, NRS_TYPE_NEWSLETTER, part);
	return out;
}

/* A title is as secret as its notice. Source (architecture.md, invariant 7):
 * topics that carried the thread lower get the stub, the rest get the full
 * text. */
static bool
fit(const struct edition *edition, size_t i, struct nrs_newsletter_item *item)
{
	const struct nrs_newsletter_item *from = &edition->issue->items[i];

	*item = *from;
	item->stub = NULL;
	item->carried_tlp = NRS_TLP_UNSPECIFIED;
	if (nrs_tlp_topic_holds(edition->label, item->tlp))
		return true;
	if (from->stub == NULL ||
	    !nrs_tlp_topic_holds(edition->label, from->carried_tlp))
		return false;
	item->alert = from->stub;
	item->section = NRS_NEWS_CORRECTIONS;
	item->title = "";
	item->n_titles = 0;
	item->tlp = edition->label;
	return true;
}

size_t
nrs_handover_edition(struct nrs_arena *arena, const struct nrs_outcome *outcome,
    const struct nrs_newsletter *issue, enum nrs_tlp label,
    const struct nrs_outgoing **out)
{
	const struct edition edition = {issue, label};
	struct nrs_outgoing *records =
	    nrs_arena_array(arena, issue->n_items + 1, sizeof(*records));
	struct nrs_newsletter part = *issue;
	struct nrs_newsletter_item item;
	uint32_t n = 0;
	size_t i;

	part.label = label;
	part.items = NULL;
	part.n_items = part.total = 0;
	for (i = 0; i < issue->n_items; i++) {
		if (!fit(&edition, i, &item))
			continue;
		item.number = n + 1;
		part.item = &item;
		records[n++] = part_of(arena, outcome, &part, item.number);
	}
	part.item = NULL;
	part.closing = true;
	part.total = n;
	records[n] = part_of(arena, outcome, &part, 0);
	*out = records;
	return (size_t)n + 1;
}
