/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_NEWSLETTER_H
#define NOROSHI_CORE_NEWSLETTER_H
/*
 * newsletter: one issue of a sector as readers of one clearance get it: an
 * edition, and its subject, plain text and HTML in Japanese or English. Nothing
 * in an edition tells that another one holds more: no title above the
 * clearance, no gap in its numbers. Pure: the same issue, the same bytes.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/notice.h"
#include "noroshi/core/render.h"

struct nrs_edition_item {
	const struct nrs_newsletter_item *item;
	const struct nrs_content *content; /* NULL: a line with a title */
	enum nrs_news_section section;
	enum nrs_tlp tlp;  /* the stricter of the item's and its content's */
	const char *title; /* the original's; "" when it may not be said */
	uint32_t number;   /* in this edition; 0: a line */
	bool stub;         /* only that it was withdrawn or changed */
};

struct nrs_edition {
	const struct nrs_newsletter *issue;
	struct nrs_edition_item *items; /* by section (domain.md 5.3) */
	size_t n_items, n_stubs;
	enum nrs_tlp label; /* the strictest in it: the edition's own */
};

struct nrs_edition_query {
	const struct nrs_newsletter *issue;
	/* By item: what its alert says, verified by the caller. One with an
	 * alert and no content is left out, as is RED. */
	const struct nrs_content *const *contents;
	enum nrs_tlp clearance;
	/* By item: these readers had an earlier notice of it, whatever they are
	 * cleared for now. NULL: that is not known of any. */
	const bool *had;
};
/* Everything in arena. False: nothing is left for this clearance, nothing is to
 * be sent. */
bool nrs_newsletter_edition(struct nrs_arena *arena,
    const struct nrs_edition_query *query, struct nrs_edition *out);

/* In lang if there is one; "" when it may not be said. */
const char *nrs_newsletter_title(
    const struct nrs_edition_item *item, const char *lang);

struct nrs_newsletter_render {
	const struct nrs_edition *edition;
	const char *lang;   /* "en", anything else is "ja" */
	const char *sector; /* its name in lang */
	const char *sender; /* who runs this service, "" if not configured */
	const char *desk;   /* how to ask back, "" if not configured */
	/* Free text to HTML that nothing active passes: io/markdown.h. */
	const char *(*rich)(struct nrs_arena *arena, const char *text);
};

/* As nrs_render: all in arena, the greeting goes between head and body. */
void nrs_newsletter_render(struct nrs_arena *arena,
    const struct nrs_newsletter_render *in, struct nrs_rendered *out);
#endif
