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

#include "classifier/outputs_private.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/label.h"
#include "noroshi/core/tlp.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"

#define N_HEADERS 9

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
find(const struct classifier_again *again, int64_t offset)
{
	const struct nrs_command **found = bsearch(
	    &offset, again->items, again->n, sizeof(*again->items), compare);

	assert(found != NULL); /* or it would have been decided otherwise */
	return *found;
}

/* The signed bytes, as in any alert. */
static struct nrs_alert *
alert_of(struct outputs_writer *w, const struct nrs_command *said,
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
	    .decided_at = w->outcome->decided_at,
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
add_titles(struct outputs_writer *w, const struct nrs_content *content,
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
stub_of(struct outputs_writer *w, const struct nrs_command *said,
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
add_item(struct outputs_writer *w, struct nrs_newsletter *issue,
    const struct classifier_again *again, const struct nrs_waiting_change *item)
{
	const struct nrs_command *said = find(again, item->journal_offset);
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

static void
collect(struct outputs_writer *w, struct nrs_newsletter *issue,
    const struct classifier_again *again)
{
	const struct nrs_outcome *o = w->outcome;
	const struct nrs_waiting_change *item;
	size_t i;

	issue->items =
	    nrs_arena_array(w->arena, o->n_waiting, sizeof(*issue->items));
	for (i = 0; i < o->n_waiting; i++) {
		item = &o->waiting[i];
		if (item->remove && strcmp(item->why, "drained") == 0 &&
		    strcmp(item->sector, issue->sector) == 0)
			add_item(w, issue, again, item);
	}
}

/* ---- records ---- */

static void
write(struct outputs_writer *w, const char *topic,
    const struct nrs_newsletter *of, struct nrs_bytes value, const char *id)
{
	const struct nrs_bus_header all[N_HEADERS] = {
	    {"content-type", "application/protobuf"},
	    {"ce_specversion", "1.0"},
	    {"ce_id", id},
	    {"ce_type", "noroshi.newsletter.v1"},
	    {"ce_source", OUTPUTS_SOURCE},
	    {"ce_time", w->time},
	    {"tlp", nrs_term_name(NRS_VOC_TLP, (int)of->label)},
	    {"mode", nrs_term_name(NRS_VOC_MODE, (int)of->mode)},
	    {"sector", of->sector},
	};
	struct nrs_bus_header *headers =
	    nrs_arena_array(w->arena, N_HEADERS, sizeof(*headers));

	memcpy(headers, all, sizeof(all));
	outputs_write(w, &(struct nrs_outgoing){.topic = topic,
	                     .key = outputs_bytes_of(of->issue_id),
	                     .value = value,
	                     .headers = headers,
	                     .n_headers = N_HEADERS});
}

/* One record of an edition; number 0: the closing one. */
static void
write_part(struct outputs_writer *w, const char *topic,
    const struct nrs_newsletter *part, uint32_t number)
{
	const char *id = nrs_arena_printf(w->arena, "%s:%s:%u", part->issue_id,
	    nrs_topic_label(part->label), (unsigned)number);

	write(w, topic, part,
	    nrs_wire_encode(w->arena, NRS_TYPE_NEWSLETTER, part), id);
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

static void
write_edition(struct outputs_writer *w, const struct edition *edition)
{
	const struct nrs_newsletter *issue = edition->issue;
	const enum nrs_tlp label = edition->label;
	const char *topic =
	    nrs_topic_newsletter(w->arena, issue->sector, label);
	struct nrs_newsletter part = *issue;
	struct nrs_newsletter_item item;
	uint32_t n = 0;
	size_t i;

	part.label = label;
	part.items = NULL;
	part.n_items = 0;
	for (i = 0; i < issue->n_items; i++) {
		if (!fit(edition, i, &item))
			continue;
		item.number = ++n;
		part.item = &item;
		write_part(w, topic, &part, n);
	}
	part.item = NULL;
	part.closing = true;
	part.total = n;
	write_part(w, topic, &part, 0);
}

static void
write_dispatch(struct outputs_writer *w, struct nrs_newsletter *issue)
{
	const struct nrs_outcome *o = w->outcome;
	const struct nrs_dispatch dispatch = {
	    .newsletter = issue,
	    .journal_offset = o->journal_offset,
	    .submission_id = issue->issue_id,
	    .accepted_at = o->accepted_at,
	    .mode = o->mode,
	};

	write(w, NRS_TOPIC_DISPATCH_NEWSLETTER, issue,
	    nrs_wire_encode(w->arena, NRS_TYPE_DISPATCH, &dispatch),
	    issue->issue_id);
}

static void
write_issue(struct outputs_writer *w, const struct nrs_issue *from,
    const struct classifier_again *again)
{
	struct nrs_newsletter issue = {
	    .issue_id = from->issue_id,
	    .sector = from->sector,
	    .label = NRS_TLP_CLEAR,
	    .number = from->number,
	    .from = from->from,
	    .to = from->to,
	    .late = from->late,
	    .mode = w->outcome->mode,
	    .total = from->total,
	};
	struct edition edition = {
	    .issue = &issue, .label = NRS_TLP_AMBER_STRICT};

	collect(w, &issue, again);
	write_dispatch(w, &issue);
	issue.total = 0;
	if (nrs_sector_find(w->policy->sectors, issue.sector) == NULL)
		return; /* it has left the table, and has no topic */
	for (; edition.label <= NRS_TLP_CLEAR; edition.label++)
		write_edition(w, &edition);
}

void
outputs_write_issues(
    struct outputs_writer *w, const struct classifier_again *again)
{
	char *time = nrs_arena_alloc(w->arena, NRS_TIME_SIZE);
	size_t i;

	w->time = nrs_time_utc(w->outcome->decided_at, time);
	for (i = 0; i < w->outcome->n_issues; i++)
		write_issue(w, &w->outcome->issues[i], again);
}
