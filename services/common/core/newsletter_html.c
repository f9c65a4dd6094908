/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML of a newsletter: tables and inline styles for old mail clients, a
 * style sheet for those that know dark mode and narrow screens. Nothing is
 * fetched, nothing runs; every colour that the sheet turns has a class. */
#include "common/core/newsletter_html.h"

#include "common/core/render_part.h"

static const char meta[] =
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n"
    "<style>\n"
    ":root{color-scheme:light dark;supported-color-schemes:light dark}\n"
    "body{margin:0;padding:0;-webkit-text-size-adjust:100%}\n"
    "@media (max-width:600px){\n"
    ".co{display:block!important;width:auto!important;"
    "padding-left:0!important;padding-right:0!important}\n"
    ".c2{border-left:0!important;border-top:1px solid #dbe2ea;"
    "margin-top:16px!important}\n"
    "}\n"
    "@media (max-width:480px){\n"
    ".pg2{padding:0!important}\n"
    ".ce{padding-left:16px!important;padding-right:16px!important}\n"
    ".h1{font-size:21px!important}\n"
    "}\n"
    "@media (prefers-color-scheme:dark){\n"
    ".pg{background:#0f141a!important}\n"
    ".cd{background:#182029!important}\n"
    ".tx{color:#e4e9ef!important}\n"
    ".mu{color:#a3afbd!important}\n"
    ".ln{border-color:#33404e!important}\n"
    ".hd{color:#9cc4ff!important;border-color:#9cc4ff!important}\n"
    ".td{background:#2c2413!important;color:#f6e7c8!important;"
    "border-color:#e8a33d!important}\n"
    ".du{color:#ffc46b!important}\n"
    ".re{color:#ff9a92!important}\n"
    ".al{background:#3a1a1c!important;color:#ffdede!important;"
    "border-color:#f0646b!important}\n"
    ".ok{background:#1c2c3f!important;color:#dbe9fb!important;"
    "border-color:#6aa5ec!important}\n"
    "a{color:#8ab8ff!important}\n"
    "}\n"
    "</style>\n";

/* ---- head ---- */

static void
mode_row(struct letter *l)
{
	enum nrs_mode mode = l->edition->issue->mode;

	if (mode != NRS_MODE_EXERCISE && mode != NRS_MODE_TEST)
		return;
	html_open_row(l, ATTR("ce", FONT "padding:12px 24px;background:#ffd400;"
	                                 "color:#000000;font-size:16px;"
	                                 "font-weight:bold"));
	html_text(
	    l, letter_say(l, mode == NRS_MODE_EXERCISE ? NRS_PHRASE_DRILL_1
	                                               : NRS_PHRASE_TEST_1));
	html_close_row(l);
}

static void
masthead(struct letter *l)
{
	const struct nrs_newsletter *issue = l->edition->issue;

	html_open_row(l, ATTR("ce", FONT "padding:22px 24px 20px;"
	                                 "background:#14365d;color:#ffffff"));
	html_para(l,
	    "style=\"margin:0 0 6px;font-size:13px;line-height:1.5;"
	    "color:#c9dbf0\"",
	    letter_say(l, NRS_PHRASE_NEWS_TITLE));
	nrs_buf_printf(&l->out,
	    "<h1 class=\"h1\" style=\"margin:0 0 12px;font-size:25px;"
	    "line-height:1.35;color:#ffffff\">");
	html_text(l, l->in->sector);
	html_add(l, "&nbsp; ");
	html_text(l, letter_number(l));
	html_add(l, "</h1>\n<p style=\"margin:0 0 8px\">");
	html_badge(l, l->edition->label);
	html_add(l, "&nbsp; <span style=\"font-size:13px;color:#dce8f6\">");
	html_text(l, nrs_phrase_handling(l->edition->label, l->en));
	html_add(l, "</span></p>\n<p style=\"margin:0;font-size:13px;"
	            "line-height:1.6;color:#c9dbf0\">");
	html_text(l, letter_day(l, issue->from));
	html_add(l, " &ndash; ");
	html_text(l, letter_day(l, issue->to));
	html_add(l, "<br>\n<b style=\"color:#ffffff\">");
	html_text(l, letter_glance(l));
	html_add(l, "</b></p>\n");
	html_close_row(l);
}

static void
late_row(struct letter *l)
{
	if (!l->edition->issue->late)
		return;
	html_open_row(
	    l, ATTR("ce td", FONT "padding:8px 24px;background:#fff4de;"
	                          "color:#4a3200;font-size:14px"));
	html_text(l, letter_say(l, NRS_PHRASE_NEWS_LATE));
	html_close_row(l);
}

/* Two columns need more than the usual width. */
static int
width_of(const struct nrs_edition *edition)
{
	size_t i;

	for (i = 0; i < edition->n_items; i++)
		if (edition->items[i].number > 0 &&
		    edition->items[i].content->n_translations > 0)
			return 760;
	return 600;
}

static void
head(struct letter *l)
{
	const int width = width_of(l->edition);

	html_add(l, TABLE " class=\"pg\" style=\"background:#e9edf2\"><tr>"
	                  "<td class=\"pg2\" align=\"center\" "
	                  "style=\"padding:20px 8px\">\n");
	nrs_buf_printf(&l->out,
	    "<!--[if mso]><table role=\"presentation\" width=\"%d\" "
	    "cellpadding=\"0\" cellspacing=\"0\"><tr><td><![endif]-->\n",
	    width);
	html_add(l, TABLE);
	nrs_buf_printf(&l->out,
	    " class=\"cd\" style=\"max-width:%dpx;background:#ffffff;"
	    "text-align:left\">\n",
	    width);
	mode_row(l);
	masthead(l);
	late_row(l);
	html_open_row(l, ATTR("ce tx", BODY WRAP "padding:18px 24px 4px"));
}

/* ---- contents ---- */

/* What was wrong catches the eye. */
static void
contents_title(struct letter *l, const struct nrs_edition_item *item)
{
	bool voiding = letter_is_voiding(item);

	if (item->number > 0)
		nrs_buf_printf(&l->out, "<a href=\"#n%u\" %s><b>%u.</b> ",
		    item->number,
		    voiding ? ATTR("re", "color:#b3261e;text-decoration:none")
		            : "style=\"color:#14559c;text-decoration:none\"",
		    item->number);
	else
		nrs_buf_printf(&l->out, "<span %s>&ndash; ",
		    voiding ? ATTR("re", "color:#b3261e")
		            : ATTR("tx", "color:#1b2430"));
	html_text(l, letter_title(l, item));
	html_add(l, item->number > 0 ? "</a>" : "</span>");
}

static void
contents_row(struct letter *l, const struct nrs_edition_item *item)
{
	int64_t deadline =
	    item->number == 0 ? 0 : render_first_deadline(item->content);

	html_add(l, "<tr><td class=\"ln\" valign=\"top\" style=\"" BODY
	            "padding:6px 8px 6px 0;border-top:1px solid #dbe2ea;"
	            "font-size:14px;line-height:1.5\">");
	contents_title(l, item);
	if (deadline > 0) {
		html_add(l, "<br>\n<span class=\"du\" style=\"color:"
		            "#9a4a00;font-size:13px\">");
		html_text(l, letter_due(l, deadline));
		html_add(l, "</span>");
	}
	html_add(l, "</td><td class=\"ln\" valign=\"top\" align=\"right\" "
	            "style=\"padding:6px 0;border-top:1px solid #dbe2ea\">");
	html_badge(l, item->tlp);
	html_add(l, "</td></tr>\n");
}

static void
contents_section(struct letter *l, enum nrs_news_section section)
{
	html_add(l, "<tr><td colspan=\"2\" class=\"mu\" style=\"" FONT
	            "padding:12px 0 4px;font-size:12px;font-weight:bold;"
	            "color:#5b6775\">");
	html_text(l, letter_section(l, section));
	html_add(l, "</td></tr>\n");
}

static void
contents(struct letter *l)
{
	enum nrs_news_section section = NRS_NEWS_UNSPECIFIED;
	size_t i;

	html_para(l,
	    ATTR("tx", "margin:4px 0 0;font-size:17px;font-weight:bold;"
	               "color:#1b2430"),
	    letter_say(l, NRS_PHRASE_NEWS_CONTENTS));
	html_add(l, TABLE ">\n");
	for (i = 0; i < l->edition->n_items; i++) {
		if (l->edition->items[i].section != section)
			contents_section(l, l->edition->items[i].section);
		section = l->edition->items[i].section;
		contents_row(l, &l->edition->items[i]);
	}
	html_add(l, "</table>\n");
	html_close_row(l);
}

/* ---- body ---- */

static void
section_head(struct letter *l, enum nrs_news_section section)
{
	html_open_row(l, ATTR("ce", FONT "padding:26px 24px 0"));
	html_add(l, "<h2 ");
	html_add(l, ATTR("hd", "margin:0;padding:0 0 6px;font-size:16px;"
	                       "line-height:1.5;color:#14365d;"
	                       "border-bottom:3px solid #14365d"));
	html_add(l, ">");
	html_text(l, letter_section(l, section));
	html_add(l, "</h2>\n");
	if (section == NRS_NEWS_SENT)
		html_para(l,
		    ATTR("mu", "margin:8px 0 0;font-size:13px;"
		               "line-height:1.6;color:#5b6775"),
		    letter_say(l, NRS_PHRASE_NEWS_SENT));
	html_close_row(l);
}

static void
foot(struct letter *l)
{
	html_open_row(
	    l, ATTR("ce mu", FONT WRAP "padding:22px 24px 28px;"
	                               "font-size:12px;line-height:1.7;"
	                               "color:#5b6775"));
	html_text(l, letter_say(l, NRS_PHRASE_NEWS_VERIFY));
	html_add(l, "<br>\n");
	html_text(l, letter_say(l, NRS_PHRASE_NEWS_STOP));
	html_add(l, "<br>\n");
	html_field(l, NRS_PHRASE_SENDER, l->in->sender);
	html_field(l, NRS_PHRASE_DESK, l->in->desk);
	html_field(l, NRS_PHRASE_NEWS, l->edition->issue->issue_id);
	html_close_row(l);
	html_add(l, "</table>\n<!--[if mso]></td></tr></table><![endif]-->\n"
	            "</td></tr></table>\n");
}

void
letter_html(struct letter *l, struct nrs_rendered *out)
{
	enum nrs_news_section section = NRS_NEWS_UNSPECIFIED;
	const struct nrs_edition_item *item;
	size_t i;

	out->html_meta = meta;
	head(l);
	out->html_head = letter_cut(l);
	contents(l);
	for (i = 0; i < l->edition->n_items; i++) {
		item = &l->edition->items[i];
		if (item->section != section)
			section_head(l, item->section);
		section = item->section;
		if (item->number > 0)
			html_card(l, item);
		else
			html_line(l, item);
	}
	foot(l);
	out->html = letter_cut(l);
}
