/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/wording.h"

#include <string.h>

static const char *const names[][2] = {{"ja", "日本語"}, {"en", "English"}};

#define N_NAMES (sizeof(names) / sizeof(names[0]))

bool
nrs_wording_is_lang(const char *lang)
{
	size_t i;

	for (i = 0; i < N_NAMES; i++)
		if (strcmp(lang, names[i][0]) == 0)
			return true;
	return false;
}

const char *
nrs_wording_name(const char *lang)
{
	size_t i;

	for (i = 0; i < N_NAMES; i++)
		if (strcmp(lang, names[i][0]) == 0)
			return names[i][1];
	return lang;
}

static struct nrs_wording
original_of(struct nrs_arena *arena, const struct nrs_content *c)
{
	const char **steps =
	    nrs_arena_array(arena, c->n_countermeasures, sizeof(*steps));
	size_t i;

	for (i = 0; i < c->n_countermeasures; i++)
		steps[i] = c->countermeasures[i].text;
	return (struct nrs_wording){
	    .original = true,
	    .text = {.lang = c->lang,
	        .title = c->title,
	        .summary = c->summary,
	        .sections = c->sections,
	        .n_sections = c->n_sections,
	        .countermeasures = steps,
	        .n_countermeasures = c->n_countermeasures,
	        .nisc_comment = c->nisc_comment,
	        .impact = c->impact,
	        .revision_reason = c->revision_reason},
	};
}

/* A reason that was given in one language is better than none. */
static struct nrs_wording
translated(const struct nrs_content *c, const struct nrs_translation *t)
{
	struct nrs_wording out = {.text = *t};

	if (out.text.revision_reason[0] == '\0')
		out.text.revision_reason = c->revision_reason;
	return out;
}

size_t
nrs_wordings(struct nrs_arena *arena, const struct nrs_content *content,
    const char *lang, struct nrs_wording **out)
{
	const size_t n = content->n_translations + 1;
	struct nrs_wording *all = nrs_arena_array(arena, n, sizeof(*all));
	struct nrs_wording first;
	size_t i, at = 0;

	all[0] = original_of(arena, content);
	for (i = 1; i < n; i++) {
		all[i] = translated(content, &content->translations[i - 1]);
		if (at == 0 && strcmp(all[i].text.lang, lang) == 0)
			at = i;
	}
	if (strcmp(content->lang, lang) == 0)
		at = 0;
	first = all[at];
	memmove(all + 1, all, at * sizeof(*all));
	all[0] = first;
	*out = all;
	return n;
}

const char *
nrs_wording_title(const struct nrs_content *content, const char *lang)
{
	size_t i;

	if (strcmp(content->lang, lang) == 0)
		return content->title;
	for (i = 0; i < content->n_translations; i++)
		if (strcmp(content->translations[i].lang, lang) == 0)
			return content->translations[i].title;
	return content->title;
}
