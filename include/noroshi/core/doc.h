/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_DOC_H
#define NOROSHI_CORE_DOC_H
/*
 * doc: one walk, two bodies: plain text folded at 76 columns, and simple HTML
 * without styles, scripts or anything fetched from elsewhere. Every value is
 * escaped here; an address becomes a link only if base/text calls it a URL.
 * Zero-initialise to start; nrs_doc_fini frees. Pure.
 */
#include "noroshi/base/buf.h"

#define NRS_DOC_COLUMNS 76

struct nrs_doc {
	struct nrs_buf text, html;
};

/* Lines that nobody can miss, between rules. */
void nrs_doc_banner_begin(struct nrs_doc *doc);
void nrs_doc_banner_line(struct nrs_doc *doc, const char *line);
void nrs_doc_banner_end(struct nrs_doc *doc);

/* A part in another language, set apart: name says which. */
void nrs_doc_lang_begin(
    struct nrs_doc *doc, const char *lang, const char *name);
void nrs_doc_lang_end(struct nrs_doc *doc);

void nrs_doc_heading(struct nrs_doc *doc, const char *heading);
/* A block of text, its line breaks kept. */
void nrs_doc_para(struct nrs_doc *doc, const char *text);
/* A point of a list: mark is "1." or "-"; lead (may be "") comes first and
 * stands out. */
void nrs_doc_point(
    struct nrs_doc *doc, const char *mark, const char *lead, const char *text);
/* "label: value" on one line, never folded: ids and hashes stay whole. */
void nrs_doc_field(struct nrs_doc *doc, const char *label, const char *value);
void nrs_doc_link(struct nrs_doc *doc, const char *title, const char *url);
/* Append s with the five HTML characters escaped. */
void nrs_doc_escape(struct nrs_buf *html, const char *s);
void nrs_doc_fini(struct nrs_doc *doc);
#endif
