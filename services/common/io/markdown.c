/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/markdown.h"

#include <cmark.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/text.h"
#include "noroshi/core/doc.h"

/* Beyond these a text is shown as it was typed: cmark 0.30.2 needs quadratic
 * time for some inputs, and mail clients have a stack, too. */
#define TEXT_MAX ((size_t)32 * 1024)
#define DEPTH_MAX 32

/* What CommonMark would take for its own, while cmark has the text. No text of
 * a notice holds controls. */
#define BACKSLASH '\001'
#define COLON '\002' /* after a ']' */
#define STAR '\003'  /* within a word, or between signs */

#define MONO "font-family:Consolas,Menlo,monospace;"
#define ASIDE "border-left:3px solid #9aa5b1;padding:0 0 0 10px;margin:0 0 8px"

struct writer {
	struct nrs_buf out;
	int depth;
	bool too_deep;
};

/* ---- text ---- */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\0';
}

/* 2*3*4 and cpe:2.3:a:b:*:*:* are not emphasised; **x** is, also between
 * letters, for Japanese has no blanks. */
static bool
is_plain_star(const char *text, size_t i)
{
	return i > 0 && !is_blank(text[i - 1]) && !is_blank(text[i + 1]) &&
	       text[i - 1] != '*' && text[i + 1] != '*';
}

static char *
disguise(const char *text)
{
	char *out = nrs_strdup(text);
	size_t i;

	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] == '\\')
			out[i] = BACKSLASH;
		else if (text[i] == ':' && i > 0 && text[i - 1] == ']')
			out[i] = COLON;
		else if (text[i] == '*' && is_plain_star(text, i))
			out[i] = STAR;
	}
	return out;
}

/* Owned by the caller. NULL is an empty string to cmark. */
static char *
reveal(const char *s)
{
	static const char shown[] = {
	    [BACKSLASH] = '\\', [COLON] = ':', [STAR] = '*'};
	char *out = nrs_strdup(s == NULL ? "" : s), *at;

	for (at = out; *at != '\0'; at++)
		if (*at > 0 && (size_t)*at < sizeof(shown))
			*at = shown[(size_t)*at];
	return out;
}

/* As it was typed, line breaks kept. */
static void
add_lines(struct nrs_buf *out, const char *text)
{
	struct nrs_buf line = {0};

	for (;; text++) {
		if (*text != '\n' && *text != '\0') {
			nrs_buf_addc(&line, *text);
			continue;
		}
		nrs_doc_escape(out, nrs_buf_str(&line));
		nrs_buf_reset(&line);
		if (*text == '\0')
			break;
		nrs_buf_adds(out, "<br>\n");
	}
	nrs_buf_fini(&line);
}

static void
add_literal(struct writer *w, cmark_node *node, bool lines)
{
	char *text = reveal(cmark_node_get_literal(node));
	size_t len = strlen(text);

	if (lines && len > 0 && text[len - 1] == '\n')
		text[len - 1] = '\0';
	if (lines)
		add_lines(&w->out, text);
	else
		nrs_doc_escape(&w->out, text);
	free(text);
}

/* ---- links ---- */

/* Does the link's own text say where it leads? */
static bool
says_url(cmark_node *node, const char *url)
{
	cmark_node *child = cmark_node_first_child(node);
	char *text;
	bool says;

	if (child == NULL || cmark_node_next(child) != NULL ||
	    cmark_node_get_type(child) != CMARK_NODE_TEXT)
		return false;
	text = reveal(cmark_node_get_literal(child));
	if (strncmp(url, "mailto:", 7) == 0)
		url += 7;
	says = strcmp(text, url) == 0;
	free(text);
	return says;
}

/* What is shown is where it leads: the text, then the address. */
static void
end_link(struct writer *w, cmark_node *node)
{
	char *url = reveal(cmark_node_get_url(node));
	char *title = reveal(cmark_node_get_title(node));
	struct nrs_err err;

	if (!says_url(node, url) || title[0] != '\0')
		nrs_buf_adds(&w->out, " (");
	if (nrs_text_url(url, &err) == NRS_OK) {
		nrs_buf_adds(&w->out, "<a href=\"");
		nrs_doc_escape(&w->out, url);
		nrs_buf_adds(&w->out, "\" style=\"word-break:break-all\">");
		nrs_doc_escape(&w->out, url);
		nrs_buf_adds(&w->out, "</a>");
	} else {
		nrs_doc_escape(&w->out, url);
	}
	if (title[0] != '\0') {
		nrs_buf_addc(&w->out, ' ');
		nrs_doc_escape(&w->out, title);
	}
	if (!says_url(node, url) || title[0] != '\0')
		nrs_buf_addc(&w->out, ')');
	free(title);
	free(url);
}

/* The text of <https://...> is its address, and comes with it. */
static bool
is_shown_by_link(cmark_node *node)
{
	cmark_node *parent = cmark_node_parent(node);
	char *url;
	bool shown;

	if (parent == NULL || cmark_node_get_type(parent) != CMARK_NODE_LINK)
		return false;
	url = reveal(cmark_node_get_url(parent));
	shown = strncmp(url, "mailto:", 7) != 0 && says_url(parent, url);
	free(url);
	return shown;
}

static bool
is_plain_mailbox(cmark_node *node)
{
	char *url = reveal(cmark_node_get_url(node));
	bool plain = strncmp(url, "mailto:", 7) == 0 && says_url(node, url);

	free(url);
	return plain;
}

/* ---- blocks ---- */

static bool
is_in_tight_list(cmark_node *node)
{
	cmark_node *item = cmark_node_parent(node);

	return item != NULL && cmark_node_get_type(item) == CMARK_NODE_ITEM &&
	       cmark_node_get_list_tight(cmark_node_parent(item)) != 0;
}

static void
paragraph(struct writer *w, cmark_node *node, bool enter)
{
	if (!is_in_tight_list(node))
		nrs_buf_adds(
		    &w->out, enter ? "<p style=\"margin:0 0 8px\">" : "</p>\n");
	else if (!enter && cmark_node_next(node) != NULL)
		nrs_buf_adds(&w->out, "<br>\n");
}

static void
list(struct writer *w, cmark_node *node, bool enter)
{
	bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;

	if (!enter)
		nrs_buf_adds(&w->out, ordered ? "</ol>\n" : "</ul>\n");
	else if (ordered)
		nrs_buf_printf(&w->out,
		    "<ol start=\"%d\" style=\"margin:0 0 8px;padding-left:"
		    "28px\">\n",
		    cmark_node_get_list_start(node));
	else
		nrs_buf_adds(&w->out,
		    "<ul style=\"margin:0 0 8px;padding-left:24px\">\n");
}

static void
code_block(struct writer *w, cmark_node *node)
{
	char *info = reveal(cmark_node_get_fence_info(node));

	nrs_buf_adds(
	    &w->out, "<div style=\"" MONO "white-space:pre-wrap;" ASIDE "\">");
	if (info[0] != '\0') {
		nrs_doc_escape(&w->out, info);
		nrs_buf_adds(&w->out, "<br>\n");
	}
	add_literal(w, node, true);
	nrs_buf_adds(&w->out, "</div>\n");
	free(info);
}

static void
html_block(struct writer *w, cmark_node *node)
{
	nrs_buf_adds(&w->out, "<p style=\"margin:0 0 8px\">");
	add_literal(w, node, true);
	nrs_buf_adds(&w->out, "</p>\n");
}

static void
nested(struct writer *w, bool enter, const char *begin, const char *end)
{
	nrs_buf_adds(&w->out, enter ? begin : end);
}

/* ---- the walk ---- */

static void
write_block(struct writer *w, cmark_node *node, bool enter)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_PARAGRAPH:
		paragraph(w, node, enter);
		break;
	case CMARK_NODE_HEADING:
		nested(w, enter,
		    "<p style=\"margin:8px 0 4px;font-weight:bold\">",
		    "</p>\n");
		break;
	case CMARK_NODE_LIST:
		list(w, node, enter);
		break;
	case CMARK_NODE_ITEM:
		nested(w, enter, "<li>", "</li>\n");
		break;
	case CMARK_NODE_BLOCK_QUOTE:
		nested(w, enter, "<div style=\"" ASIDE "\">\n", "</div>\n");
		break;
	case CMARK_NODE_CODE_BLOCK:
		code_block(w, node);
		break;
	case CMARK_NODE_HTML_BLOCK:
		html_block(w, node);
		break;
	case CMARK_NODE_THEMATIC_BREAK:
		nrs_buf_adds(&w->out, "<hr>\n");
		break;
	default:
		break;
	}
}

static void
write_inline(struct writer *w, cmark_node *node, bool enter)
{
	switch ((int)cmark_node_get_type(node)) {
	case CMARK_NODE_TEXT:
		if (!is_shown_by_link(node))
			add_literal(w, node, false);
		break;
	case CMARK_NODE_HTML_INLINE:
		add_literal(w, node, false);
		break;
	case CMARK_NODE_SOFTBREAK:
	case CMARK_NODE_LINEBREAK:
		nrs_buf_adds(&w->out, "<br>\n");
		break;
	case CMARK_NODE_CODE:
		nrs_buf_adds(&w->out, "<code style=\"" MONO "\">");
		add_literal(w, node, false);
		nrs_buf_adds(&w->out, "</code>");
		break;
	case CMARK_NODE_EMPH:
		nested(w, enter, "<em>", "</em>");
		break;
	case CMARK_NODE_STRONG:
		nested(w, enter, "<strong>", "</strong>");
		break;
	case CMARK_NODE_LINK:
	case CMARK_NODE_IMAGE:
		if (!enter && !is_plain_mailbox(node))
			end_link(w, node);
		break;
	default:
		break;
	}
}

static bool
is_leaf(cmark_node *node)
{
	return cmark_node_first_child(node) == NULL;
}

static void
write_all(struct writer *w, cmark_node *root)
{
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;
	cmark_node *node;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		bool enter = event == CMARK_EVENT_ENTER;

		node = cmark_iter_get_node(iter);
		if (!is_leaf(node))
			w->depth += enter ? 1 : -1;
		if (w->depth > DEPTH_MAX)
			w->too_deep = true;
		write_block(w, node, enter);
		write_inline(w, node, enter);
	}
	cmark_iter_free(iter);
}

static void
write_as_typed(struct writer *w, const char *text)
{
	nrs_buf_reset(&w->out);
	nrs_buf_adds(&w->out, "<p style=\"margin:0 0 8px\">");
	add_lines(&w->out, text);
	nrs_buf_adds(&w->out, "</p>\n");
}

const char *
nrs_markdown_html(struct nrs_arena *arena, const char *text)
{
	struct writer w = {0};
	cmark_node *root;
	const char *out;
	char *source;

	if (text[0] == '\0')
		return "";
	if (strlen(text) > TEXT_MAX) {
		write_as_typed(&w, text);
	} else {
		source = disguise(text);
		root = cmark_parse_document(
		    source, strlen(source), CMARK_OPT_VALIDATE_UTF8);
		write_all(&w, root);
		cmark_node_free(root);
		free(source);
	}
	if (w.too_deep)
		write_as_typed(&w, text);
	out = nrs_arena_strdup(arena, nrs_buf_str(&w.out));
	nrs_buf_fini(&w.out);
	return out;
}
