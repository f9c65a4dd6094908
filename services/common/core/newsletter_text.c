/* SPDX-License-Identifier: Apache-2.0 */
/* The plain text of a newsletter: Markdown is left as it was written, for it is
 * made to be read. */
#include <string.h>

#include "common/core/newsletter_internal.h"
#include "common/core/render_part.h"
#include "noroshi/base/text.h"
#include "noroshi/core/doc.h"

#define THICK                                                                  \
	"====================================================================" \
	"========\n"
#define THIN                                                                   \
	"--------------------------------------------------------------------" \
	"--------\n"
#define INDENT "    "

static void
line(struct letter *l, const char *text, const char *indent)
{
	nrs_text_fold(&l->out, text, NRS_DOC_COLUMNS, indent);
}

static void
labelled(struct letter *l, const char *label, const char *text)
{
	if (text[0] == '\0')
		return;
	nrs_buf_printf(&l->out, "\n" INDENT "%s\n", label);
	line(l, text, INDENT "  ");
}

/* Ids, hashes and addresses stay whole. */
static void
field(struct letter *l, const char *label, const char *value)
{
	if (value[0] != '\0')
		nrs_buf_printf(&l->out, INDENT "%s: %s\n", label, value);
}

/* A mark in the indent of what follows it. */
static void
marked(struct letter *l, const char *mark, const char *text, size_t at)
{
	size_t start = l->out.len, len = strlen(mark);
	char indent[16];

	(void)memset(indent, ' ', sizeof(indent));
	indent[at + len + 1] = '\0';
	line(l, text, indent);
	if (l->out.len >= start + at + len)
		memcpy(l->out.data + start + at, mark, len);
}

/* ---- head ---- */

static void
head(struct letter *l)
{
	const struct nrs_newsletter *issue = l->edition->issue;
	enum nrs_mode mode = issue->mode;

	if (mode == NRS_MODE_EXERCISE || mode == NRS_MODE_TEST)
		line(l,
		    letter_say(l, mode == NRS_MODE_EXERCISE
		                      ? NRS_PHRASE_DRILL_1
		                      : NRS_PHRASE_TEST_1),
		    "");
	nrs_buf_adds(&l->out, THICK);
	nrs_buf_printf(&l->out, "%s\n%s  %s\n",
	    letter_say(l, NRS_PHRASE_NEWS_TITLE), l->in->sector,
	    letter_number(l));
	nrs_buf_printf(&l->out, "%s: %s - %s\n",
	    letter_say(l, NRS_PHRASE_NEWS_PERIOD),
	    render_time(l->arena, issue->from, l->lang),
	    render_time(l->arena, issue->to, l->lang));
	nrs_buf_printf(&l->out, "%s\n", letter_glance(l));
	line(l,
	    nrs_arena_printf(l->arena, "%s: %s (%s)",
	        letter_say(l, NRS_PHRASE_NEWS_LABEL),
	        letter_tlp(l->edition->label),
	        nrs_phrase_handling(l->edition->label, l->en)),
	    "");
	if (issue->late)
		line(l, letter_say(l, NRS_PHRASE_NEWS_LATE), "");
	nrs_buf_adds(&l->out, THICK);
}

/* ---- contents ---- */

static const char *
with_due(const struct letter *l, const char *what, int64_t deadline)
{
	if (deadline == 0)
		return what;
	return nrs_arena_printf(
	    l->arena, "%s (%s)", what, letter_due(l, deadline));
}

static void
contents_line(struct letter *l, const struct nrs_edition_item *item)
{
	const char *mark = item->number == 0 ? " -"
	                                     : nrs_arena_printf(l->arena,
	                                           "%2u.", item->number);
	int64_t deadline =
	    item->number == 0 ? 0 : render_first_deadline(item->content);

	marked(l, mark,
	    with_due(l,
	        nrs_arena_printf(l->arena, "[%s] %s", letter_tlp(item->tlp),
	            letter_title(l, item)),
	        deadline),
	    4);
}

static void
contents(struct letter *l)
{
	const struct nrs_edition_item *item;
	enum nrs_news_section section = NRS_NEWS_UNSPECIFIED;
	size_t i;

	nrs_buf_printf(
	    &l->out, "\n%s\n", letter_say(l, NRS_PHRASE_NEWS_CONTENTS));
	for (i = 0; i < l->edition->n_items; i++) {
		item = &l->edition->items[i];
		if (item->section != section)
			nrs_buf_printf(&l->out, "  %s\n",
			    letter_section(l, item->section));
		section = item->section;
		contents_line(l, item);
	}
}

/* ---- one item ---- */

static void
voiding(struct letter *l, const struct nrs_edition_item *item)
{
	const char *lines[LETTER_VOIDING];
	size_t i, n = letter_voiding(l, item, lines);

	for (i = 0; i < n; i++)
		line(l, lines[i], INDENT "! ");
}

static void
measures(struct letter *l, const struct nrs_content *c,
    const struct nrs_translation *t)
{
	size_t i;

	if (t->n_countermeasures == 0 && !c->no_countermeasure)
		return;
	nrs_buf_printf(&l->out, "\n" INDENT ">> %s\n",
	    letter_say(l, NRS_PHRASE_NEWS_FIRST_STEP));
	if (t->n_countermeasures == 0)
		line(l, letter_say(l, NRS_PHRASE_NO_MEASURE_KNOWN),
		    INDENT "   ");
	for (i = 0; i < t->n_countermeasures; i++)
		marked(l, nrs_arena_printf(l->arena, "%2zu.", i + 1),
		    with_due(l, t->countermeasures[i], letter_deadline(c, i)),
		    6);
}

static void
vulns(struct letter *l, const struct nrs_content *c)
{
	size_t i;

	if (c->n_vulns > 0)
		nrs_buf_printf(&l->out, "\n" INDENT "%s\n",
		    letter_say(l, NRS_PHRASE_VULNS));
	for (i = 0; i < c->n_vulns; i++) {
		marked(l, "-", render_vuln(l->arena, &c->vulns[i]), 6);
		if (c->vulns[i].n_cpe > 0)
			line(l,
			    render_list(l->arena,
			        (const char *const *)c->vulns[i].cpe,
			        c->vulns[i].n_cpe),
			    INDENT "    ");
	}
}

static void
link_line(struct letter *l, const char *title, const char *url)
{
	marked(l, "-", title, 6);
	nrs_buf_printf(&l->out, INDENT "    %s\n", url);
}

static void
links(struct letter *l, const struct nrs_content *c)
{
	size_t i;

	if (c->n_references > 0)
		nrs_buf_printf(&l->out, "\n" INDENT "%s\n",
		    letter_say(l, NRS_PHRASE_REFERENCES));
	for (i = 0; i < c->n_references; i++)
		link_line(l, c->references[i].title, c->references[i].url);
	if (c->n_attachments > 0)
		nrs_buf_printf(&l->out, "\n" INDENT "%s\n",
		    letter_say(l, NRS_PHRASE_ATTACHMENTS));
	for (i = 0; i < c->n_attachments; i++) {
		link_line(l, c->attachments[i].name, c->attachments[i].uri);
		nrs_buf_printf(&l->out, INDENT "    SHA-256: %s\n",
		    render_hex(l->arena, c->attachments[i].sha256));
	}
}

/* All that it says in one language. */
static void
words(struct letter *l, const struct nrs_edition_item *item,
    const struct nrs_translation *t)
{
	size_t i;

	voiding(l, item);
	measures(l, item->content, t);
	labelled(l, letter_say(l, NRS_PHRASE_SUMMARY), t->summary);
	for (i = 0; i < t->n_sections; i++)
		labelled(l, t->sections[i].label, t->sections[i].text);
	labelled(l, letter_say(l, NRS_PHRASE_IMPACT), t->impact);
	labelled(l, letter_say(l, NRS_PHRASE_COMMENT), t->nisc_comment);
}

static void
other_language(struct letter *l, const struct nrs_edition_item *item,
    const struct nrs_wording *wording)
{
	const char *lang = l->lang;

	letter_speak(l, wording->text.lang);
	nrs_buf_printf(
	    &l->out, "\n" INDENT "---- %s\n", letter_language(l, wording));
	line(l, letter_marked(l, item, wording->text.title), INDENT);
	words(l, item, &wording->text);
	letter_speak(l, lang);
}

static void
card(struct letter *l, const struct nrs_edition_item *item)
{
	const struct nrs_content *c = item->content;
	struct nrs_wording *all;
	size_t i, n = nrs_wordings(l->arena, c, l->lang, &all);

	nrs_buf_adds(&l->out, "\n");
	marked(l, nrs_arena_printf(l->arena, "[%u]", item->number),
	    letter_title(l, item), 0);
	line(l,
	    nrs_arena_printf(l->arena, "%s / %s", letter_tlp(item->tlp),
	        letter_origin(l, item)),
	    INDENT);
	words(l, item, &all[0].text);
	vulns(l, c);
	links(l, c);
	for (i = 1; i < n; i++)
		other_language(l, item, &all[i]);
	nrs_buf_adds(&l->out, "\n");
	if (!letter_is_voiding(item))
		field(l, letter_say(l, NRS_PHRASE_CHANGES),
		    all[0].text.revision_reason);
	if (c->valid_until > 0)
		field(l, letter_say(l, NRS_PHRASE_VALID_UNTIL),
		    render_time(l->arena, c->valid_until, l->lang));
	field(l, letter_say(l, NRS_PHRASE_ORIGINATOR), c->originator_text);
	field(l, letter_say(l, NRS_PHRASE_NOTICE_ID), c->notice_id);
}

static void
short_line(struct letter *l, const struct nrs_edition_item *item)
{
	nrs_buf_adds(&l->out, "\n");
	marked(l, "-",
	    nrs_arena_printf(l->arena, "%s [%s] %s",
	        letter_day(l, letter_at(item)), letter_tlp(item->tlp),
	        letter_title(l, item)),
	    2);
	voiding(l, item);
	field(l, letter_say(l, NRS_PHRASE_NOTICE_ID), item->item->notice_id);
}

/* ---- body ---- */

static void
section_head(struct letter *l, enum nrs_news_section section)
{
	nrs_buf_printf(
	    &l->out, "\n" THIN "%s\n" THIN, letter_section(l, section));
	if (section == NRS_NEWS_SENT)
		line(l, letter_say(l, NRS_PHRASE_NEWS_SENT), "");
}

static void
foot(struct letter *l)
{
	nrs_buf_adds(&l->out, "\n" THICK);
	line(l, letter_say(l, NRS_PHRASE_NEWS_VERIFY), "");
	line(l, letter_say(l, NRS_PHRASE_NEWS_STOP), "");
	if (l->in->sender[0] != '\0')
		nrs_buf_printf(&l->out, "%s: %s\n",
		    letter_say(l, NRS_PHRASE_SENDER), l->in->sender);
	if (l->in->desk[0] != '\0')
		nrs_buf_printf(&l->out, "%s: %s\n",
		    letter_say(l, NRS_PHRASE_DESK), l->in->desk);
	nrs_buf_printf(&l->out, "%s: %s\n", letter_say(l, NRS_PHRASE_NEWS),
	    l->edition->issue->issue_id);
}

void
letter_text(struct letter *l, struct nrs_rendered *out)
{
	enum nrs_news_section section = NRS_NEWS_UNSPECIFIED;
	const struct nrs_edition_item *item;
	size_t i;

	head(l);
	out->text_head = letter_cut(l);
	contents(l);
	for (i = 0; i < l->edition->n_items; i++) {
		item = &l->edition->items[i];
		if (item->section != section)
			section_head(l, item->section);
		section = item->section;
		if (item->number > 0)
			card(l, item);
		else
			short_line(l, item);
	}
	foot(l);
	out->text = letter_cut(l);
}
