/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_NEWSLETTER_HTML_H
#define COMMON_CORE_NEWSLETTER_HTML_H
/*
 * newsletter_html: the pieces of a newsletter's HTML, and its items.
 */
#include "common/core/newsletter_internal.h"

#define FONT                                                                   \
	"font-family:-apple-system,'Segoe UI','Hiragino Sans','Yu Gothic',"    \
	"Meiryo,'Noto Sans CJK JP',sans-serif;"
#define BODY FONT "font-size:15px;line-height:1.65;color:#1b2430;"
#define WRAP "overflow-wrap:anywhere;word-wrap:break-word;"
#define MONO "font-family:Consolas,Menlo,monospace;"
#define TABLE                                                                  \
	"<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" "       \
	"cellspacing=\"0\" border=\"0\""
#define ATTR(class, style) "class=\"" class "\" style=\"" style "\""

void html_add(struct letter *l, const char *html);
/* Escaped. */
void html_text(struct letter *l, const char *s);
/* <p attributes>s</p> */
void html_para(struct letter *l, const char *attributes, const char *s);
/* A cell of the page, over their whole width. */
void html_open_row(struct letter *l, const char *attributes);
void html_close_row(struct letter *l);
/* A label in FIRST's colours of TLP 2.0, on black as it wants them. */
void html_badge(struct letter *l, enum nrs_tlp tlp);
/* "name: value<br>"; nothing for an empty value */
void html_field(struct letter *l, enum nrs_phrase name, const char *value);

void html_card(struct letter *l, const struct nrs_edition_item *item);
void html_line(struct letter *l, const struct nrs_edition_item *item);
#endif
