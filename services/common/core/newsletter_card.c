/* SPDX-License-Identifier: Apache-2.0 */
/* One item of a newsletter as HTML, and what it is made of. */
#include <string.h>

#include "common/core/newsletter_html.h"
#include "common/core/render_part.h"
#include "noroshi/base/text.h"
#include "noroshi/core/doc.h"

/* ---- pieces ---- */

void
html_add(struct letter *l, const char *html)
{
	nrs_buf_adds(&l->out, html);
}

void
html_text(struct letter *l, const char *s)
{
	nrs_doc_escape(&l->out, s);
}

void
html_para(struct letter *l, const char *attributes, const char *s)
{
	nrs_buf_printf(&l->out, "<p %s>", attributes);
	html_text(l, s);
	html_add(l, "</p>\n");
}

void
html_open_row(struct letter *l, const char *attributes)
{
	nrs_buf_printf(&l->out, "<tr><td %s>\n", attributes);
}

void
html_close_row(struct letter *l)
{
	html_add(l, "</td></tr>\n");
}

void
html_badge(struct letter *l, enum nrs_tlp tlp)
{
	static const char *const colours[] = {
	    [NRS_TLP_RED] = "#ff2b2b",
	    [NRS_TLP_AMBER_STRICT] = "#ffc000",
	    [NRS_TLP_AMBER] = "#ffc000",
	    [NRS_TLP_GREEN] = "#33ff00",
	    [NRS_TLP_CLEAR] = "#ffffff",
	};

	nrs_buf_printf(&l->out,
	    "<span style=\"" MONO "background:#000000;color:%s;"
	    "font-size:12px;line-height:1.5;font-weight:bold;padding:2px 6px;"
	    "white-space:nowrap\">%s</span>",
	    colours[tlp], letter_tlp(tlp));
}

void
html_field(struct letter *l, enum nrs_phrase name, const char *value)
{
	if (value[0] == '\0')
		return;
	html_text(l, letter_say(l, name));
	html_add(l, ": ");
	html_text(l, value);
	html_add(l, "<br>\n");
}

/* ---- one item ---- */

static void
label(struct letter *l, const char *s)
{
	html_para(l,
	    ATTR("mu", "margin:14px 0 2px;font-size:13px;font-weight:bold;"
	               "color:#5b6775"),
	    s);
}

static void
rich(struct letter *l, const char *heading, const char *s)
{
	if (s[0] == '\0')
		return;
	label(l, heading);
	html_add(l, l->in->rich(l->arena, s));
}

static void
voiding(struct letter *l, const struct nrs_edition_item *item)
{
	const char *lines[LETTER_VOIDING];
	size_t i, n = letter_voiding(l, item, lines);
	bool retracted = n > 0 && item->content->kind == NRS_KIND_RETRACTION;

	if (n == 0)
		return;
	html_add(l, TABLE " style=\"margin:10px 0 0\"><tr><td ");
	if (retracted)
		html_add(
		    l, ATTR("al", FONT WRAP "padding:10px 14px;"
		                            "background:#fdeaea;color:#5f1216;"
		                            "border-left:5px solid #c62828;"
		                            "font-size:14px;line-height:1.6"));
	else
		html_add(
		    l, ATTR("ok", FONT WRAP "padding:10px 14px;"
		                            "background:#eaf2fc;color:#123a66;"
		                            "border-left:5px solid #1f6fc4;"
		                            "font-size:14px;line-height:1.6"));
	html_add(l, ">\n");
	for (i = 0; i < n; i++) {
		html_add(l, i == 0 ? "<b>" : "");
		html_text(l, lines[i]);
		html_add(l, i == 0 ? "</b>" : "");
		html_add(l, i + 1 < n ? "<br>\n" : "\n");
	}
	html_add(l, "</td></tr></table>\n");
}

static void
one_measure(struct letter *l, const char *text, int64_t deadline)
{
	const char *due = letter_due(l, deadline);

	html_add(l, "<li style=\"margin:0 0 4px\">");
	if (due[0] != '\0') {
		html_add(l, "<b class=\"du\" style=\"color:#9a4a00\">");
		html_text(l, due);
		html_add(l, "</b><br>\n");
	}
	html_add(l, l->in->rich(l->arena, text));
	html_add(l, "</li>\n");
}

static void
measures(struct letter *l, const struct nrs_content *c,
    const struct nrs_translation *t)
{
	size_t i, n = t->n_countermeasures;

	if (n == 0 && !c->no_countermeasure)
		return;
	html_add(l, TABLE " style=\"margin:12px 0 0\"><tr><td ");
	html_add(l, ATTR("td", FONT WRAP "padding:10px 14px 4px;"
	                                 "background:#fff6e5;color:#33270f;"
	                                 "border-left:5px solid #e08a00;"
	                                 "font-size:15px;line-height:1.6"));
	html_add(l, ">\n<b>");
	html_text(l, letter_say(l, NRS_PHRASE_NEWS_FIRST_STEP));
	html_add(l, "</b>\n");
	if (n == 0)
		html_para(l, "style=\"margin:4px 0 6px\"",
		    letter_say(l, NRS_PHRASE_NO_MEASURE_KNOWN));
	else
		html_add(
		    l, "<ol style=\"margin:4px 0 6px;padding-left:24px\">\n");
	for (i = 0; i < n; i++)
		one_measure(l, t->countermeasures[i], letter_deadline(c, i));
	html_add(l, n > 0 ? "</ol>\n" : "");
	html_add(l, "</td></tr></table>\n");
}

static void
vulns(struct letter *l, const struct nrs_content *c)
{
	size_t i;

	if (c->n_vulns > 0)
		label(l, letter_say(l, NRS_PHRASE_VULNS));
	for (i = 0; i < c->n_vulns; i++) {
		html_add(l, "<p style=\"margin:0 0 6px\"><b>");
		html_text(l, render_vuln(l->arena, &c->vulns[i]));
		html_add(l, "</b>");
		if (c->vulns[i].n_cpe > 0)
			html_add(l, "<br>\n<span class=\"mu\" style=\"" MONO
			            "font-size:13px;color:#5b6775;"
			            "word-break:break-all\">");
		html_text(l,
		    render_list(l->arena, (const char *const *)c->vulns[i].cpe,
		        c->vulns[i].n_cpe));
		html_add(l, c->vulns[i].n_cpe > 0 ? "</span></p>\n" : "</p>\n");
	}
}

/* What is shown is where it leads: never a title as the link's text. */
static void
link_line(struct letter *l, const char *title, const char *url)
{
	struct nrs_err err;
	bool is_url = nrs_text_url(url, &err) == NRS_OK;

	html_add(l, "<p style=\"margin:0 0 6px\">");
	html_text(l, title);
	html_add(l, "<br>\n");
	if (is_url) {
		html_add(l, "<a href=\"");
		html_text(l, url);
		html_add(l, "\" style=\"font-size:14px;color:#14559c;"
		            "word-break:break-all\">");
	}
	html_text(l, url);
	html_add(l, is_url ? "</a></p>\n" : "</p>\n");
}

static void
links(struct letter *l, const struct nrs_content *c)
{
	size_t i;

	if (c->n_references > 0)
		label(l, letter_say(l, NRS_PHRASE_REFERENCES));
	for (i = 0; i < c->n_references; i++)
		link_line(l, c->references[i].title, c->references[i].url);
	if (c->n_attachments > 0)
		label(l, letter_say(l, NRS_PHRASE_ATTACHMENTS));
	for (i = 0; i < c->n_attachments; i++) {
		link_line(l, c->attachments[i].name, c->attachments[i].uri);
		html_para(l,
		    ATTR("mu", MONO "margin:0 0 8px;font-size:12px;"
		                    "color:#5b6775;word-break:break-all"),
		    nrs_arena_printf(l->arena, "SHA-256: %s",
		        render_hex(l->arena, c->attachments[i].sha256)));
	}
}

static void
about(struct letter *l, const struct nrs_edition_item *item,
    const struct nrs_translation *t)
{
	const struct nrs_content *c = item->content;

	html_add(l, "<p class=\"mu\" style=\"margin:14px 0 0;font-size:12px;"
	            "line-height:1.6;color:#5b6775\">");
	if (!letter_is_voiding(item))
		html_field(l, NRS_PHRASE_CHANGES, t->revision_reason);
	if (c->valid_until > 0)
		html_field(l, NRS_PHRASE_VALID_UNTIL,
		    render_time(l->arena, c->valid_until, l->lang));
	html_field(l, NRS_PHRASE_ORIGINATOR, c->originator_text);
	html_field(l, NRS_PHRASE_NOTICE_ID, c->notice_id);
	html_add(l, "</p>\n");
}

static void
origin(struct letter *l, const struct nrs_edition_item *item)
{
	html_add(l, "<p class=\"mu\" style=\"margin:0;font-size:13px;"
	            "line-height:1.7;color:#5b6775\">");
	html_badge(l, item->tlp);
	html_add(l, "&nbsp; ");
	html_text(l, letter_origin(l, item));
	html_add(l, "</p>\n");
}

/* For hyphens, voices and the shape of a Han character. */
static const char *
lang_of(const struct letter *l, const char *lang)
{
	return nrs_text_is_id(lang, 16)
	           ? nrs_arena_printf(l->arena, " lang=\"%s\"", lang)
	           : "";
}

/* All that it says in one language. */
static void
words(struct letter *l, const struct nrs_edition_item *item,
    const struct nrs_translation *t)
{
	size_t i;

	voiding(l, item);
	measures(l, item->content, t);
	rich(l, letter_say(l, NRS_PHRASE_SUMMARY), t->summary);
	for (i = 0; i < t->n_sections; i++)
		rich(l, t->sections[i].label, t->sections[i].text);
	rich(l, letter_say(l, NRS_PHRASE_IMPACT), t->impact);
	rich(l, letter_say(l, NRS_PHRASE_COMMENT), t->nisc_comment);
}

static void
column(struct letter *l, const struct nrs_edition_item *item,
    const struct nrs_wording *wording, bool first)
{
	const char *lang = l->lang;

	letter_speak(l, wording->text.lang);
	html_add(l, first ? "<td valign=\"top\" width=\"50%\" "
	                    "class=\"co tx\" style=\"" BODY WRAP
	                    "padding:0 14px 0 0\""
	                  : "<td valign=\"top\" width=\"50%\" "
	                    "class=\"co c2 tx ln\" style=\"" BODY WRAP
	                    "padding:0 0 0 14px;"
	                    "border-left:1px solid #dbe2ea\"");
	html_add(l, lang_of(l, wording->text.lang));
	html_add(l, ">\n");
	label(l, letter_language(l, wording));
	if (!first)
		html_para(l,
		    ATTR("tx", "margin:0 0 6px;font-size:16px;line-height:1.45;"
		               "font-weight:bold;color:#1b2430"),
		    letter_marked(l, item, wording->text.title));
	words(l, item, &wording->text);
	html_add(l, "</td>\n");
	letter_speak(l, lang);
}

/* Side by side; below each other where there is no room, or where a mail
 * program knows no columns. */
static void
columns(struct letter *l, const struct nrs_edition_item *item,
    const struct nrs_wording *all, size_t n)
{
	size_t i;

	html_add(l, TABLE " style=\"margin:6px 0 0\"><tr>\n");
	for (i = 0; i < n; i++)
		column(l, item, &all[i], i == 0);
	html_add(l, "</tr></table>\n");
}

void
html_card(struct letter *l, const struct nrs_edition_item *item)
{
	const struct nrs_content *c = item->content;
	struct nrs_wording *all;
	size_t n = nrs_wordings(l->arena, c, l->lang, &all);
	const char *lang = all[0].text.lang;

	html_open_row(l,
	    nrs_arena_printf(l->arena, "%s%s",
	        ATTR("ce tx ln", BODY WRAP
	            "padding:20px 24px 20px;border-bottom:1px solid #dbe2ea"),
	        strcmp(lang, l->lang) == 0 ? "" : lang_of(l, lang)));
	nrs_buf_printf(&l->out,
	    "<a id=\"n%u\" name=\"n%u\"></a><h3 class=\"tx\" "
	    "style=\"margin:0 0 6px;font-size:18px;line-height:1.45;"
	    "color:#1b2430\">%u. ",
	    item->number, item->number, item->number);
	html_text(l, letter_title(l, item));
	html_add(l, "</h3>\n");
	origin(l, item);
	if (n > 1)
		columns(l, item, all, n);
	else
		words(l, item, &all[0].text);
	vulns(l, c);
	links(l, c);
	about(l, item, &all[0].text);
	html_close_row(l);
}

void
html_line(struct letter *l, const struct nrs_edition_item *item)
{
	html_open_row(
	    l, ATTR("ce tx ln", BODY WRAP "padding:12px 24px;font-size:14px;"
	                                  "border-bottom:1px solid #dbe2ea"));
	html_badge(l, item->tlp);
	html_add(l, "&nbsp; <span class=\"mu\" style=\"font-size:13px;"
	            "color:#5b6775\">");
	html_text(l, letter_day(l, letter_at(item)));
	html_add(l, "</span><br>\n<b>");
	html_text(l, letter_title(l, item));
	html_add(l, "</b>\n");
	voiding(l, item);
	html_add(l, "<p class=\"mu\" style=\"margin:6px 0 0;font-size:12px;"
	            "color:#5b6775\">");
	html_field(l, NRS_PHRASE_NOTICE_ID, item->item->notice_id);
	html_add(l, "</p>\n");
	html_close_row(l);
}
