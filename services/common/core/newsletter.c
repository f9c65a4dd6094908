/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/newsletter.h"

#include <string.h>

#include "common/core/newsletter_internal.h"
#include "common/core/render_part.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/text.h"
#include "noroshi/core/match.h"
#include "noroshi/core/tlp.h"
#include "noroshi/core/wording.h"

/* ---- the edition ---- */

static const char *
title_of(
    const struct nrs_newsletter_item *item, const struct nrs_content *content)
{
	const char *title = content != NULL ? content->title : item->title;

	return nrs_text_is_line(title) ? title : "";
}

/* A line has no text of its own: a retraction, what was sent before, and what
 * came as a title. */
static bool
is_line(const struct nrs_edition_item *item)
{
	return item->content == NULL || item->section == NRS_NEWS_SENT ||
	       item->content->kind == NRS_KIND_RETRACTION;
}

/* That it was withdrawn or changed, for who had it and may not have this. It
 * bears the label under which they had it, or theirs: it says nothing that a
 * label could hide. */
static bool
take_stub(
    const struct nrs_edition_query *q, size_t i, struct nrs_edition_item *out)
{
	const struct nrs_newsletter_item *item = &q->issue->items[i];
	const bool seen =
	    nrs_tlp_allows(item->carried_tlp, NRS_ROUTE_NEWSLETTER) &&
	    nrs_match_cleared(q->clearance, item->carried_tlp);

	*out = (struct nrs_edition_item){
	    .item = item,
	    .section = NRS_NEWS_CORRECTIONS,
	    .tlp = seen ? item->carried_tlp : q->clearance,
	    .title = "",
	    .stub = true,
	};
	return item->stub != NULL && (seen || (q->had != NULL && q->had[i]));
}

static bool
take(const struct nrs_edition_query *q, size_t i, struct nrs_edition_item *out)
{
	const struct nrs_newsletter_item *item = &q->issue->items[i];
	const struct nrs_content *content = q->contents[i];

	*out = (struct nrs_edition_item){
	    .item = item,
	    .content = content,
	    .section = item->section == NRS_NEWS_UNSPECIFIED ? NRS_NEWS_WARNINGS
	                                                     : item->section,
	    .tlp = content == NULL ? item->tlp
	                           : nrs_tlp_stricter(item->tlp, content->tlp),
	    .title = title_of(item, content),
	};
	/* Not verified: its title is nobody's word. */
	if (item->alert != NULL && content == NULL)
		return false;
	if (nrs_tlp_allows(out->tlp, NRS_ROUTE_NEWSLETTER) &&
	    nrs_match_cleared(q->clearance, out->tlp))
		return true;
	return take_stub(q, i, out);
}

static void
number_items(struct nrs_edition *edition)
{
	uint32_t number = 0;
	size_t i;

	edition->label = NRS_TLP_CLEAR;
	for (i = 0; i < edition->n_items; i++) {
		struct nrs_edition_item *item = &edition->items[i];

		edition->label = nrs_tlp_stricter(edition->label, item->tlp);
		edition->n_stubs += item->stub;
		if (!is_line(item))
			item->number = ++number;
	}
}

bool
nrs_newsletter_edition(struct nrs_arena *arena,
    const struct nrs_edition_query *query, struct nrs_edition *out)
{
	const struct nrs_newsletter *issue = query->issue;
	struct nrs_edition_item item;
	int section;
	size_t i;

	*out = (struct nrs_edition){.issue = issue,
	    .items = nrs_arena_array(
	        arena, issue->n_items + 1, sizeof(*out->items))};
	for (section = NRS_NEWS_WARNINGS; section <= NRS_NEWS_SENT; section++)
		for (i = 0; i < issue->n_items; i++)
			if (take(query, i, &item) &&
			    (int)item.section == section)
				out->items[out->n_items++] = item;
	number_items(out);
	return out->n_items > 0;
}

/* ---- words ---- */

void
letter_speak(struct letter *l, const char *lang)
{
	l->en = strcmp(lang, "en") == 0;
	l->lang = l->en ? "en" : "ja";
}

const char *
letter_cut(struct letter *l)
{
	const char *out = nrs_arena_strdup(l->arena, nrs_buf_str(&l->out));

	nrs_buf_reset(&l->out);
	return out;
}

const char *
letter_say(const struct letter *l, enum nrs_phrase phrase)
{
	return nrs_phrase(phrase, l->en);
}

const char *
letter_tlp(enum nrs_tlp tlp)
{
	return nrs_term_text(NRS_VOC_TLP, (int)tlp, "en");
}

const char *
letter_number(const struct letter *l)
{
	return nrs_arena_printf(
	    l->arena, l->en ? "No. %u" : "第%u号", l->edition->issue->number);
}

const char *
letter_section(const struct letter *l, enum nrs_news_section section)
{
	char *text = nrs_arena_printf(l->arena, "%d %s", (int)section,
	    nrs_term_text(NRS_VOC_NEWS_SECTION, (int)section, l->lang));

	if (l->en && text[2] >= 'a' && text[2] <= 'z')
		text[2] = (char)(text[2] - 'a' + 'A');
	return text;
}

int64_t
letter_deadline(const struct nrs_content *content, size_t n)
{
	return n < content->n_countermeasures
	           ? content->countermeasures[n].deadline
	           : 0;
}

const char *
letter_due(const struct letter *l, int64_t deadline)
{
	if (deadline == 0)
		return "";
	return nrs_arena_printf(l->arena, "%s%s",
	    letter_say(l, NRS_PHRASE_DEADLINE),
	    render_time(l->arena, deadline, l->lang));
}

const char *
letter_glance(const struct letter *l)
{
	const size_t n = l->edition->n_items;
	int64_t first = 0, due;
	const char *items;
	size_t i;

	for (i = 0; i < n; i++) {
		if (l->edition->items[i].number == 0)
			continue;
		due = render_first_deadline(l->edition->items[i].content);
		if (due > 0 && (first == 0 || due < first))
			first = due;
	}
	items = nrs_arena_printf(l->arena,
	    !l->en   ? "%zu件"
	    : n == 1 ? "%zu item"
	             : "%zu items",
	    n);
	if (first == 0)
		return items;
	return nrs_arena_printf(l->arena, "%s / %s%s", items,
	    letter_say(l, NRS_PHRASE_FIRST_DEADLINE),
	    render_time(l->arena, first, l->lang));
}

const char *
letter_day(const struct letter *l, int64_t ms)
{
	char text[NRS_TIME_SIZE];

	return nrs_arena_strndup(l->arena, nrs_time_jst(ms, text), 10);
}

int64_t
letter_at(const struct nrs_edition_item *item)
{
	return item->item->at > 0 || item->content == NULL
	           ? item->item->at
	           : item->content->issued_at;
}

/* The rows of the matrix say which bodies they leave out: here it is only who
 * the information comes from. */
static const char *
source_of(const struct letter *l, enum nrs_source_row row)
{
	const char *text = nrs_term_text(NRS_VOC_SOURCE_ROW, (int)row, l->lang);
	size_t len = strcspn(text, "(");

	while (len > 0 && text[len - 1] == ' ')
		len--;
	return nrs_arena_strndup(l->arena, text, len);
}

const char *
letter_origin(const struct letter *l, const struct nrs_edition_item *item)
{
	const struct nrs_content *c = item->content;
	const char *revision =
	    c->revision > 1
	        ? render_revision(l->arena, l->en, c->revision, c->is_final)
	        : "";

	return nrs_arena_printf(l->arena, "%s / %s / %s%s%s",
	    source_of(l, c->source_row),
	    nrs_term_text(NRS_VOC_ITEM_TYPE, (int)c->item_type, l->lang),
	    letter_day(l, letter_at(item)), revision[0] == '\0' ? "" : " / ",
	    revision);
}

bool
letter_is_voiding(const struct nrs_edition_item *item)
{
	enum nrs_msg_kind kind =
	    item->content != NULL ? item->content->kind : item->item->kind;

	return kind == NRS_KIND_CORRECTION || kind == NRS_KIND_RETRACTION;
}

const char *
nrs_newsletter_title(const struct nrs_edition_item *item, const char *lang)
{
	const struct nrs_translation *titles = item->item->titles;
	const char *title = item->title;
	size_t i;

	if (item->stub)
		return nrs_phrase(item->item->kind == NRS_KIND_RETRACTION
		                      ? NRS_PHRASE_STUB_RETRACTED_SUBJECT
		                      : NRS_PHRASE_STUB_CHANGED_SUBJECT,
		    strcmp(lang, "en") == 0);
	if (item->content != NULL)
		title = nrs_wording_title(item->content, lang);
	if (item->content == NULL && title[0] == '\0')
		return ""; /* nor in another language */
	for (i = 0; item->content == NULL && i < item->item->n_titles; i++)
		if (strcmp(titles[i].lang, lang) == 0)
			title = titles[i].title;
	return nrs_text_is_line(title) ? title : item->title;
}

const char *
letter_title(const struct letter *l, const struct nrs_edition_item *item)
{
	const char *title = nrs_newsletter_title(item, l->lang);

	/* By its first notice, which is what they have. */
	if (item->stub)
		title = nrs_arena_printf(
		    l->arena, "%s (%s)", title, item->item->thread_id);
	return letter_marked(l, item,
	    title[0] != '\0' ? title : letter_say(l, NRS_PHRASE_NEWS_NO_TITLE));
}

const char *
letter_marked(const struct letter *l, const struct nrs_edition_item *item,
    const char *title)
{
	enum nrs_msg_kind kind =
	    item->content != NULL ? item->content->kind : item->item->kind;

	return nrs_arena_printf(l->arena, "%s%s%s",
	    render_marks(l->en, NRS_MODE_ACTUAL, kind),
	    l->en && letter_is_voiding(item) ? " " : "", title);
}

const char *
letter_language(const struct letter *l, const struct nrs_wording *wording)
{
	return nrs_arena_printf(l->arena, "%s (%s)",
	    nrs_wording_name(wording->text.lang),
	    letter_say(l, wording->original ? NRS_PHRASE_ORIGINAL
	                                    : NRS_PHRASE_TRANSLATION));
}

size_t
letter_voiding(const struct letter *l, const struct nrs_edition_item *item,
    const char *lines[LETTER_VOIDING])
{
	const struct nrs_content *c = item->content;
	bool retracted = c != NULL && c->kind == NRS_KIND_RETRACTION;
	struct nrs_wording *all;
	size_t n = 0;

	if (c == NULL || !letter_is_voiding(item))
		return 0;
	(void)nrs_wordings(l->arena, c, l->lang, &all);
	lines[n++] = letter_say(
	    l, retracted ? NRS_PHRASE_RETRACTED : NRS_PHRASE_NEWS_CORRECTED);
	lines[n++] = nrs_arena_printf(l->arena, "%s%s",
	    letter_say(l, retracted ? NRS_PHRASE_REASON : NRS_PHRASE_CORRECTS),
	    all[0].text.revision_reason);
	lines[n++] =
	    nrs_arena_printf(l->arena, "%s%s", letter_say(l, NRS_PHRASE_VOIDED),
	        render_list(l->arena, (const char *const *)c->supersedes,
	            c->n_supersedes));
	if (retracted)
		lines[n++] = letter_say(l, NRS_PHRASE_UNDO);
	return n;
}

/* ---- the whole ---- */

static const char *
subject_of(const struct letter *l)
{
	const struct nrs_newsletter *issue = l->edition->issue;

	return nrs_arena_printf(l->arena, "[%s]%s%s %s %s %s (%s)",
	    letter_tlp(l->edition->label),
	    render_marks(l->en, issue->mode, NRS_KIND_INITIAL),
	    issue->late ? letter_say(l, NRS_PHRASE_NEWS_LATE_MARK) : "",
	    l->in->sector, letter_say(l, NRS_PHRASE_NEWS), letter_number(l),
	    letter_day(l, issue->to));
}

void
nrs_newsletter_render(struct nrs_arena *arena,
    const struct nrs_newsletter_render *in, struct nrs_rendered *out)
{
	struct letter l = {.in = in, .edition = in->edition, .arena = arena};

	letter_speak(&l, in->lang);
	out->subject = subject_of(&l);
	letter_text(&l, out);
	letter_html(&l, out);
	nrs_buf_fini(&l.out);
}
