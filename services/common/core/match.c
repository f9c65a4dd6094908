/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/match.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "noroshi/base/map.h"
#include "noroshi/base/mem.h"

bool
nrs_match_cleared(enum nrs_tlp max_tlp, enum nrs_tlp label)
{
	if (max_tlp < NRS_TLP_RED || max_tlp > NRS_TLP_CLEAR)
		max_tlp = NRS_TLP_CLEAR;
	if (label < NRS_TLP_RED || label > NRS_TLP_CLEAR)
		label = NRS_TLP_RED;
	return label >= max_tlp;
}

static bool
has(const char *const *list, size_t n, const char *item)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i], item) == 0)
			return true;
	return false;
}

#define HAS(list, n, item) has((const char *const *)(list), (n), (item))

/* ---- who is meant ---- */

static bool
is_narrowed(const struct nrs_match_notice *notice)
{
	return notice->addressing->n_recipients > 0;
}

/* RED is for people named one by one; without names it is for nobody. */
static bool
is_for_nobody(const struct nrs_match_notice *notice)
{
	if (notice->n_copies == 0)
		return true;
	return nrs_match_cleared(NRS_TLP_RED, notice->content->tlp) &&
	       !nrs_match_cleared(NRS_TLP_AMBER_STRICT, notice->content->tlp) &&
	       !is_narrowed(notice);
}

static bool
in_copy(
    const struct nrs_classification *copy, const struct nrs_subscription *sub)
{
	if (copy->sector[0] == '\0' ||
	    !HAS(sub->sectors, sub->n_sectors, copy->sector))
		return false;
	return copy->ceptoar[0] == '\0' ||
	       HAS(sub->ceptoars, sub->n_ceptoars, copy->ceptoar);
}

/* Addressing.ceptoars narrows its own sectors only: a notice to two sectors,
 * narrowed to one CEPTOAR of the first, still goes to all of the second. The
 * classifier has worked that out in copy->ceptoar. */
static bool
is_addressed(
    const struct nrs_match_notice *notice, const struct nrs_subscription *sub)
{
	const struct nrs_addressing *to = notice->addressing;
	size_t i;

	if (is_narrowed(notice))
		return sub->organisation[0] != '\0' &&
		       HAS(to->recipients, to->n_recipients, sub->organisation);
	for (i = 0; i < notice->n_copies; i++)
		if (in_copy(&notice->copies[i], sub))
			return true;
	return false;
}

static bool
is_excluded(
    const struct nrs_match_notice *notice, const struct nrs_subscription *sub)
{
	const struct nrs_addressing *to = notice->addressing;

	return HAS(to->excluded_recipients, to->n_excluded_recipients,
	    sub->organisation);
}

/* ---- what a filter asks ---- */

static bool
wants_item_type(
    const struct nrs_match_notice *notice, const struct nrs_filter *f)
{
	size_t i;

	for (i = 0; i < f->n_item_types; i++)
		if (f->item_types[i] == notice->content->item_type)
			return true;
	return f->n_item_types == 0;
}

static bool
wants_column(const struct nrs_match_notice *notice, const struct nrs_filter *f)
{
	size_t i, j;

	for (i = 0; i < f->n_columns; i++)
		for (j = 0; j < notice->n_copies; j++)
			if (f->columns[i] == notice->copies[j].column)
				return true;
	return f->n_columns == 0;
}

static bool
wants_urgency(const struct nrs_match_notice *notice, const struct nrs_filter *f)
{
	return notice->content->urgency >= f->min_urgency;
}

/* Not evaluated is not "none": severity is usually given after the event. */
static bool
wants_severity(
    const struct nrs_match_notice *notice, const struct nrs_filter *f)
{
	return notice->content->severity == NRS_SEVERITY_NOT_EVALUATED ||
	       notice->content->severity >= f->min_severity;
}

/* Either may be the more general one: a notice about a whole vendor ("cpe:2.3:
 * a:vendor" or "...:vendor:*") concerns who asked for one product of it. */
static bool
cpe_overlaps(const char *cpe, const char *prefix)
{
	for (; *prefix != '\0' && *cpe != '\0' && *cpe != '*'; prefix++, cpe++)
		if (strncasecmp(cpe, prefix, 1) != 0)
			return false;
	return true;
}

static bool
vuln_overlaps(const struct nrs_vulnerability *vuln, const struct nrs_filter *f)
{
	size_t i, j;

	for (i = 0; i < vuln->n_cpe; i++)
		for (j = 0; j < f->n_cpe_prefixes; j++)
			if (cpe_overlaps(vuln->cpe[i], f->cpe_prefixes[j]))
				return true;
	return false;
}

/* A notice that names no product at all may concern any. */
static bool
wants_product(const struct nrs_match_notice *notice, const struct nrs_filter *f)
{
	const struct nrs_content *content = notice->content;
	size_t i, named = 0;

	for (i = 0; i < content->n_vulns; i++) {
		if (vuln_overlaps(&content->vulns[i], f))
			return true;
		named += content->vulns[i].n_cpe;
	}
	return f->n_cpe_prefixes == 0 || named == 0;
}

static bool
translation_says(const struct nrs_translation *t, const char *word)
{
	size_t i;

	if (strcasestr(t->title, word) != NULL ||
	    strcasestr(t->summary, word) != NULL ||
	    strcasestr(t->impact, word) != NULL ||
	    strcasestr(t->nisc_comment, word) != NULL)
		return true;
	for (i = 0; i < t->n_sections; i++)
		if (strcasestr(t->sections[i].text, word) != NULL)
			return true;
	for (i = 0; i < t->n_countermeasures; i++)
		if (strcasestr(t->countermeasures[i], word) != NULL)
			return true;
	return false;
}

static bool
says(const struct nrs_content *content, const char *word)
{
	size_t i;

	if (strcasestr(content->title, word) != NULL ||
	    strcasestr(content->summary, word) != NULL ||
	    strcasestr(content->impact, word) != NULL ||
	    strcasestr(content->nisc_comment, word) != NULL)
		return true;
	for (i = 0; i < content->n_sections; i++)
		if (strcasestr(content->sections[i].text, word) != NULL)
			return true;
	for (i = 0; i < content->n_countermeasures; i++)
		if (strcasestr(content->countermeasures[i].text, word) != NULL)
			return true;
	for (i = 0; i < content->n_vulns; i++)
		if (strcasestr(content->vulns[i].cve, word) != NULL)
			return true;
	for (i = 0; i < content->n_translations; i++)
		if (translation_says(&content->translations[i], word))
			return true;
	return false;
}

static bool
wants_words(const struct nrs_match_notice *notice, const struct nrs_filter *f)
{
	size_t i;

	for (i = 0; i < f->n_keywords; i++)
		if (says(notice->content, f->keywords[i]))
			return true;
	return f->n_keywords == 0;
}

static bool (*const wants[])(
    const struct nrs_match_notice *notice, const struct nrs_filter *f) = {
    wants_item_type,
    wants_column,
    wants_urgency,
    wants_severity,
    wants_product,
    wants_words,
};

/* Source (domain.md 4.3): a filter may not suppress a REALTIME notice addressed
 * to the recipient with urgency IMMEDIATE, nor a CORRECTION or RETRACTION of
 * something already delivered.
 * Ours: nor a follow-up of it; half a conversation misleads. A number we do not
 * know counts as IMMEDIATE. */
static bool
is_filtered(const struct nrs_match_notice *notice,
    const struct nrs_subscription *sub, bool had_thread)
{
	size_t i;

	if (sub->filter == NULL || had_thread ||
	    notice->content->urgency >= NRS_URGENCY_IMMEDIATE)
		return false;
	for (i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
		if (!wants[i](notice, sub->filter))
			return true;
	return false;
}

/* What is left to ask of one who is meant. */
static enum nrs_match
judge(const struct nrs_match_notice *notice, const struct nrs_subscription *sub,
    bool had_thread)
{
	if (is_excluded(notice, sub))
		return NRS_MATCH_EXCLUDED;
	if (!nrs_match_cleared(sub->max_tlp, notice->content->tlp))
		return NRS_MATCH_NOT_CLEARED;
	if (is_filtered(notice, sub, had_thread))
		return NRS_MATCH_FILTERED;
	return NRS_MATCH_YES;
}

enum nrs_match
nrs_match_one(const struct nrs_match_notice *notice,
    const struct nrs_subscription *sub, bool had_thread)
{
	if (is_for_nobody(notice) || !is_addressed(notice, sub))
		return NRS_MATCH_NOT_ADDRESSED;
	if (sub->inactive)
		return NRS_MATCH_INACTIVE;
	return judge(notice, sub, had_thread);
}

/* ---- the set ----
 *
 * Codes of sectors and CEPTOARs become bits of one word, in order of first
 * sight. Those from the 64th on share the last bit, which only says "look at
 * the strings": right for any table, fast for real ones (15 + 21).
 */

#define SHARED_BIT 63

struct entry {
	uint64_t codes;
	const struct nrs_subscription *sub;
};

struct nrs_match_set {
	struct entry *entries;
	size_t n, cap;
	struct nrs_map *positions; /* subscriber_id -> index + 1 */
	struct nrs_map *bits;      /* "s:finance" -> bit + 1 */
};

static void *
number(size_t n)
{
	return (void *)(uintptr_t)n;
}

static size_t
number_of(const void *value)
{
	return (size_t)(uintptr_t)value;
}

struct nrs_match_set *
nrs_match_set_new(void)
{
	struct nrs_match_set *set = nrs_calloc(1, sizeof(*set));

	set->positions = nrs_map_new();
	set->bits = nrs_map_new();
	return set;
}

void
nrs_match_set_free(struct nrs_match_set *set)
{
	if (set == NULL)
		return;
	nrs_map_free(set->positions, NULL);
	nrs_map_free(set->bits, NULL);
	free(set->entries);
	free(set);
}

/* A code that no subscription ever named has no bit: 0. */
static uint64_t
bit_of(const struct nrs_match_set *set, const char *code)
{
	size_t bit = number_of(nrs_map_get(set->bits, code));

	return bit == 0 ? 0 : UINT64_C(1) << (bit - 1);
}

static uint64_t
bits_of(struct nrs_match_set *set, const char *const *codes, size_t n)
{
	uint64_t out = 0;
	size_t i, bit;

	for (i = 0; i < n; i++) {
		bit = nrs_map_count(set->bits);
		if (bit_of(set, codes[i]) == 0)
			(void)nrs_map_put(set->bits, codes[i],
			    number((bit < SHARED_BIT ? bit : SHARED_BIT) + 1));
		out |= bit_of(set, codes[i]);
	}
	return out;
}

void
nrs_match_set_put(struct nrs_match_set *set, const struct nrs_subscription *sub)
{
	size_t at = number_of(nrs_map_get(set->positions, sub->subscriber_id));

	if (at == 0) {
		if (set->n == set->cap) {
			set->cap = set->cap == 0 ? 64 : set->cap * 2;
			set->entries = nrs_realloc(
			    set->entries, set->cap, sizeof(*set->entries));
		}
		at = ++set->n;
		(void)nrs_map_put(
		    set->positions, sub->subscriber_id, number(at));
	}
	set->entries[at - 1] = (struct entry){
	    .codes =
	        bits_of(set, (const char *const *)sub->sectors, sub->n_sectors),
	    .sub = sub,
	};
}

void
nrs_match_set_remove(struct nrs_match_set *set, const char *subscriber_id)
{
	size_t at = number_of(nrs_map_del(set->positions, subscriber_id));

	if (at == 0)
		return;
	set->entries[at - 1] = set->entries[--set->n];
	if (at - 1 < set->n)
		(void)nrs_map_put(set->positions,
		    set->entries[at - 1].sub->subscriber_id, number(at));
}

const struct nrs_subscription *
nrs_match_set_find(const struct nrs_match_set *set, const char *subscriber_id)
{
	size_t at = number_of(nrs_map_get(set->positions, subscriber_id));

	return at == 0 ? NULL : set->entries[at - 1].sub;
}

size_t
nrs_match_set_count(const struct nrs_match_set *set)
{
	return set->n;
}

const struct nrs_subscription *
nrs_match_set_at(const struct nrs_match_set *set, size_t index)
{
	return set->entries[index].sub;
}

void
nrs_match_scan(const struct nrs_match_set *set,
    const struct nrs_match_notice *notice,
    void (*each)(
        void *ctx, const struct nrs_subscription *sub, enum nrs_match verdict),
    void *ctx)
{
	uint64_t wanted = is_narrowed(notice) ? UINT64_MAX : 0;
	enum nrs_match verdict;
	size_t i;

	if (is_for_nobody(notice))
		return;
	for (i = 0; i < notice->n_copies; i++)
		wanted |= bit_of(set, notice->copies[i].sector);
	for (i = 0; i < set->n; i++) {
		if ((set->entries[i].codes & wanted) == 0 &&
		    !is_narrowed(notice))
			continue;
		verdict = nrs_match_one(notice, set->entries[i].sub, false);
		if (verdict >= NRS_MATCH_NOT_CLEARED)
			each(ctx, set->entries[i].sub, verdict);
	}
}
