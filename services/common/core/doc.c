/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/doc.h"

#include <string.h>

#include "noroshi/base/text.h"

#define RULE                                                                   \
	"====================================================================" \
	"=="                                                                   \
	"======\n"

void
nrs_doc_escape(struct nrs_buf *html, const char *s)
{
	static const char *const names[][2] = {{"&", "&amp;"}, {"<", "&lt;"},
	    {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}};
	size_t i, plain;

	while (*s != '\0') {
		plain = strcspn(s, "&<>\"'");
		nrs_buf_add(html, s, plain);
		s += plain;
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (*s == names[i][0][0])
				nrs_buf_adds(html, names[i][1]);
		if (*s != '\0')
			s++;
	}
}

/* The same, with <br> for a line break. */
static void
escape_block(struct nrs_buf *html, const char *s)
{
	char line[512];
	size_t len;

	while (*s != '\0') {
		len = nrs_text_cut(s, sizeof(line) - 1);
		if (strcspn(s, "\n") < len)
			len = strcspn(s, "\n");
		memcpy(line, s, len);
		line[len] = '\0';
		nrs_doc_escape(html, line);
		s += len;
		if (*s == '\n') {
			nrs_buf_adds(html, "<br>\n");
			s++;
		}
	}
}

void
nrs_doc_banner_begin(struct nrs_doc *doc)
{
	nrs_buf_adds(&doc->text, RULE);
	nrs_buf_adds(&doc->html, "<hr>\n");
}

void
nrs_doc_banner_line(struct nrs_doc *doc, const char *line)
{
	nrs_text_fold(&doc->text, line, NRS_DOC_COLUMNS, "");
	nrs_buf_adds(&doc->html, "<p><strong>");
	escape_block(&doc->html, line);
	nrs_buf_adds(&doc->html, "</strong></p>\n");
}

void
nrs_doc_banner_end(struct nrs_doc *doc)
{
	nrs_buf_adds(&doc->text, RULE);
	nrs_buf_adds(&doc->html, "<hr>\n");
}

void
nrs_doc_lang_begin(struct nrs_doc *doc, const char *lang, const char *name)
{
	nrs_buf_printf(&doc->text, "\n" RULE "%s\n" RULE, name);
	nrs_buf_adds(&doc->html, "<hr>\n<div lang=\"");
	nrs_doc_escape(&doc->html, lang);
	nrs_buf_adds(&doc->html, "\">\n<p><strong>");
	nrs_doc_escape(&doc->html, name);
	nrs_buf_adds(&doc->html, "</strong></p>\n");
}

void
nrs_doc_lang_end(struct nrs_doc *doc)
{
	nrs_buf_adds(&doc->text, "\n" RULE);
	nrs_buf_adds(&doc->html, "</div>\n<hr>\n");
}

void
nrs_doc_heading(struct nrs_doc *doc, const char *heading)
{
	nrs_buf_adds(&doc->text, "\n");
	nrs_text_fold(&doc->text, heading, NRS_DOC_COLUMNS - 3, "■ ");
	nrs_buf_adds(&doc->html, "<h2>");
	nrs_doc_escape(&doc->html, heading);
	nrs_buf_adds(&doc->html, "</h2>\n");
}

void
nrs_doc_para(struct nrs_doc *doc, const char *text)
{
	nrs_text_fold(&doc->text, text, NRS_DOC_COLUMNS, "  ");
	nrs_buf_adds(&doc->html, "<p>");
	escape_block(&doc->html, text);
	nrs_buf_adds(&doc->html, "</p>\n");
}

void
nrs_doc_point(
    struct nrs_doc *doc, const char *mark, const char *lead, const char *text)
{
	size_t start = doc->text.len;

	if (lead[0] != '\0')
		nrs_buf_printf(&doc->text, "      %s\n", lead);
	nrs_text_fold(&doc->text, text, NRS_DOC_COLUMNS, "      ");
	/* The mark stands in the indent of the first line. */
	if (doc->text.len > start + 6)
		memcpy(doc->text.data + start + 2, mark, strnlen(mark, 3));
	nrs_buf_adds(&doc->html, "<p>");
	nrs_doc_escape(&doc->html, mark);
	if (lead[0] != '\0') {
		nrs_buf_adds(&doc->html, " <strong>");
		nrs_doc_escape(&doc->html, lead);
		nrs_buf_adds(&doc->html, "</strong>");
	}
	nrs_buf_adds(&doc->html, " ");
	escape_block(&doc->html, text);
	nrs_buf_adds(&doc->html, "</p>\n");
}

void
nrs_doc_field(struct nrs_doc *doc, const char *label, const char *value)
{
	nrs_buf_printf(&doc->text, "  %s: %s\n", label, value);
	nrs_doc_escape(&doc->html, label);
	nrs_buf_adds(&doc->html, ": ");
	nrs_doc_escape(&doc->html, value);
	nrs_buf_adds(&doc->html, "<br>\n");
}

void
nrs_doc_link(struct nrs_doc *doc, const char *title, const char *url)
{
	struct nrs_err err;

	nrs_text_fold(&doc->text, title, NRS_DOC_COLUMNS, "  - ");
	nrs_buf_printf(&doc->text, "    %s\n", url);
	nrs_buf_adds(&doc->html, "<p>");
	nrs_doc_escape(&doc->html, title);
	nrs_buf_adds(&doc->html, "<br>\n");
	/* What is shown is where it leads: never a title as the link's text. */
	if (nrs_text_url(url, &err) == NRS_OK) {
		nrs_buf_adds(&doc->html, "<a href=\"");
		nrs_doc_escape(&doc->html, url);
		nrs_buf_adds(&doc->html, "\">");
		nrs_doc_escape(&doc->html, url);
		nrs_buf_adds(&doc->html, "</a></p>\n");
	} else {
		nrs_doc_escape(&doc->html, url);
		nrs_buf_adds(&doc->html, "</p>\n");
	}
}

void
nrs_doc_fini(struct nrs_doc *doc)
{
	nrs_buf_fini(&doc->text);
	nrs_buf_fini(&doc->html);
}
