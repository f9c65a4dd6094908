/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_MARKDOWN_H
#define NOROSHI_IO_MARKDOWN_H
/*
 * markdown: free text as CommonMark, over cmark, turned into HTML of ours.
 *
 * No text declares itself: everything is read as CommonMark, and a text that
 * uses none of it looks as it was typed. Five things differ from CommonMark, so
 * that nothing of a notice is hidden or active: a line break stays one, a
 * backslash a backslash (C:\_x), a star between two signs a star (2*3); raw
 * HTML is shown; "[x]: y" is a line and no definition. Pure, any thread.
 */
#include "noroshi/base/mem.h"

/* Inline styles only, no class, no image, nothing fetched: a link is made only
 * of what base/text calls a URL and shows where it leads, also when it has a
 * text of its own. "" for an empty text. */
const char *nrs_markdown_html(struct nrs_arena *arena, const char *text);
#endif
