/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_WORDING_H
#define NOROSHI_CORE_WORDING_H
/*
 * wording: what a notice says in each of its languages, the original and its
 * translations alike, in the order in which a reader of one language wants
 * them. Pure, any thread.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/notice.h"
#include <stdbool.h>
#include <stddef.h>

struct nrs_wording {
	struct nrs_translation text; /* borrowed from the content */
	bool original;
};

/* A language that this service has words for. */
bool nrs_wording_is_lang(const char *lang);
/* "日本語", "English"; of any other, its tag. */
const char *nrs_wording_name(const char *lang);
/* That of lang first, then the original, then the others. In arena; returns how
 * many: at least one. */
size_t nrs_wordings(struct nrs_arena *arena, const struct nrs_content *content,
    const char *lang, struct nrs_wording **out);
/* The title in lang, else the original's. Borrowed. */
const char *nrs_wording_title(
    const struct nrs_content *content, const char *lang);
#endif
