/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_ISSUE_H
#define SUPPORT_ISSUE_H
/*
 * issue: one issue of the power sector's newsletter with something in most
 * sections, three labels, a correction and a retraction, in both languages.
 */
#include "noroshi/core/alert.h"
#include "noroshi/core/notice.h"

#define ISSUE_ITEMS 12

struct issue {
	struct nrs_newsletter letter;
	struct nrs_newsletter_item items[ISSUE_ITEMS];
	struct nrs_content said[ISSUE_ITEMS];
	const struct nrs_content *contents[ISSUE_ITEMS]; /* NULL: a line */
	struct nrs_alert alerts[ISSUE_ITEMS]; /* empty, to be filled */
};

void issue_make(struct issue *issue, const char *lang);
/* A notice of an issue: ACTUAL, all texts there. */
struct nrs_content issue_content(const char *id, const char *lang);
#endif
