/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/draft.h"

#include <string.h>

#include "noroshi/base/rand.h"
#include "noroshi/core/wording.h"
#include "noroshi/io/json.h"

#define SCHEMA_VERSION 1
#define SALT_SIZE 16

/* A line of comment becomes blanks, so that line numbers in errors hold. */
static struct nrs_bytes
without_comments(struct nrs_arena *arena, struct nrs_bytes text)
{
	char *p = nrs_arena_alloc(arena, text.len + 1);
	size_t at = 0;

	if (text.len > 0)
		memcpy(p, text.data, text.len);
	while (at < text.len) {
		size_t end = at;
		while (end < text.len && text.data[end] != '\n')
			end++;
		size_t first = at;
		while (first < end && strchr(" \t\r", p[first]) != NULL &&
		       p[first] != '\0')
			first++;
		if (end - first >= 2 && memcmp(p + first, "//", 2) == 0)
			memset(p + first, ' ', end - first);
		at = end + 1;
	}
	return (struct nrs_bytes){(const uint8_t *)p, text.len};
}

/* Keep what is filled in, in order; returns how many. */
#define COMPACT(list, n, filled)                                               \
	do {                                                                   \
		size_t kept = 0;                                               \
		for (size_t i = 0; i < (n); i++)                               \
			if (filled)                                            \
				(list)[kept++] = (list)[i];                    \
		(n) = kept;                                                    \
	} while (0)

static void
leave_out_the_untranslated(struct nrs_content *c)
{
	struct nrs_translation *t;

	COMPACT(c->translations, c->n_translations,
	    c->translations[i].title[0] != '\0' ||
	        c->translations[i].summary[0] != '\0');
	for (t = c->translations; t < c->translations + c->n_translations;
	     t++) {
		COMPACT(
		    t->sections, t->n_sections, t->sections[i].text[0] != '\0');
		COMPACT(t->countermeasures, t->n_countermeasures,
		    t->countermeasures[i][0] != '\0');
	}
}

static void
leave_out_the_empty(struct nrs_content *c, struct nrs_addressing *a)
{
	COMPACT(c->sections, c->n_sections, c->sections[i].text[0] != '\0');
	COMPACT(c->countermeasures, c->n_countermeasures,
	    c->countermeasures[i].text[0] != '\0');
	COMPACT(c->vulns, c->n_vulns,
	    c->vulns[i].cve[0] != '\0' || c->vulns[i].jvndb_id[0] != '\0' ||
	        c->vulns[i].n_cpe != 0);
	COMPACT(c->references, c->n_references,
	    c->references[i].url[0] != '\0' ||
	        c->references[i].title[0] != '\0');
	leave_out_the_untranslated(c);
	COMPACT(a->sectors, a->n_sectors, a->sectors[i][0] != '\0');
	COMPACT(a->recipients, a->n_recipients, a->recipients[i][0] != '\0');
}

/* Written by hand they would be overwritten in silence. */
static enum nrs_rc
refuse_what_is_minted(const struct nrs_content *c, struct nrs_err *err)
{
	const char *field = c->thread_id[0] != '\0'           ? "thread_id"
	                    : c->revision != 0                ? "revision"
	                    : c->kind != NRS_KIND_UNSPECIFIED ? "kind"
	                    : c->n_supersedes != 0            ? "supersedes"
	                    : c->schema_version != 0          ? "schema_version"
	                                                      : NULL;

	if (field == NULL)
		return NRS_OK;
	return nrs_refuse(err, field, "minted",
	    "issue, revise and retract make it: leave it out");
}

enum nrs_rc
ctl_draft_parse(struct nrs_arena *arena, struct nrs_bytes text,
    struct ctl_draft *draft, struct nrs_err *err)
{
	struct nrs_json_parts parts;
	void *content = NULL, *addressing = NULL;
	enum nrs_rc rc;

	rc = nrs_json_part(arena, NRS_TYPE_CONTENT,
	    without_comments(arena, text), &parts, err);
	if (rc == NRS_OK)
		rc = nrs_json_decode(
		    arena, NRS_TYPE_CONTENT, parts.ours, &content, err);
	if (rc == NRS_OK)
		rc = nrs_json_decode(
		    arena, NRS_TYPE_ADDRESSING, parts.others, &addressing, err);
	if (rc != NRS_OK)
		return rc;
	draft->content = content;
	draft->addressing = addressing;
	leave_out_the_empty(draft->content, draft->addressing);
	return refuse_what_is_minted(content, err);
}

/* What belongs to one notice only and not to the thread. */
static void
unmint(struct nrs_arena *arena, struct nrs_content *c, struct nrs_addressing *a)
{
	const size_t n = c->n_translations;
	struct nrs_translation *all = nrs_arena_array(arena, n, sizeof(*all));

	for (size_t i = 0; i < n; i++) {
		all[i] = c->translations[i];
		all[i].revision_reason = "";
	}
	c->translations = all;
	c->notice_id = c->thread_id = c->revision_reason = "";
	c->tlp_widened_by = "";
	c->revision = c->schema_version = 0;
	c->kind = NRS_KIND_UNSPECIFIED;
	c->is_final = false;
	c->n_supersedes = 0;
	c->issued_at = 0;
	a->salt = (struct nrs_bytes){0};
}

struct nrs_bytes
ctl_draft_text(struct nrs_arena *arena, const struct ctl_draft *draft)
{
	struct nrs_content content = *draft->content;
	struct nrs_addressing addressing = *draft->addressing;
	struct nrs_buf one = {0}, two = {0};
	struct nrs_bytes out = {0};
	struct nrs_err err;

	unmint(arena, &content, &addressing);
	nrs_json_encode(&one, NRS_TYPE_CONTENT, &content);
	nrs_json_encode(&two, NRS_TYPE_ADDRESSING, &addressing);
	/* Two objects of ours always merge. */
	(void)!nrs_json_merge(arena,
	    (struct nrs_bytes){(const uint8_t *)one.data, one.len},
	    (struct nrs_bytes){(const uint8_t *)two.data, two.len}, &out, &err);
	nrs_buf_fini(&one);
	nrs_buf_fini(&two);
	return out;
}

enum nrs_rc
ctl_draft_overlay(struct nrs_arena *arena, const struct ctl_draft *base,
    struct nrs_bytes over, struct ctl_draft *draft, struct nrs_err *err)
{
	struct nrs_bytes text;
	enum nrs_rc rc = nrs_json_merge(arena, ctl_draft_text(arena, base),
	    without_comments(arena, over), &text, err);

	return rc == NRS_OK ? ctl_draft_parse(arena, text, draft, err) : rc;
}

static struct nrs_bytes
text_of(struct nrs_arena *arena, struct nrs_translation t)
{
	struct nrs_buf json = {0};
	struct nrs_bytes out;

	t.revision_reason = "";
	nrs_json_encode(&json, NRS_TYPE_TRANSLATION, &t);
	out = nrs_arena_bytes(arena, json.data, json.len);
	nrs_buf_fini(&json);
	return out;
}

static bool
original_is_the_same(struct nrs_arena *arena, const struct nrs_content *a,
    const struct nrs_content *b)
{
	struct nrs_wording *as, *bs;

	(void)nrs_wordings(arena, a, a->lang, &as);
	(void)nrs_wordings(arena, b, b->lang, &bs);
	return nrs_bytes_equal(
	    text_of(arena, as[0].text), text_of(arena, bs[0].text));
}

static bool
says_the_same(struct nrs_arena *arena, const struct nrs_content *in,
    const struct nrs_translation *t)
{
	for (size_t i = 0; i < in->n_translations; i++)
		if (nrs_bytes_equal(text_of(arena, in->translations[i]),
		        text_of(arena, *t)))
			return true;
	return false;
}

enum nrs_rc
ctl_draft_check_retold(struct nrs_arena *arena, const struct ctl_draft *base,
    const struct ctl_draft *draft, struct nrs_err *err)
{
	const struct nrs_content *c = draft->content;

	if (original_is_the_same(arena, base->content, c))
		return NRS_OK;
	for (size_t i = 0; i < c->n_translations; i++)
		if (says_the_same(arena, base->content, &c->translations[i]))
			return nrs_refuse(err, "translations",
			    "translation-old",
			    "the text changes, its translation (%s) does not: "
			    "give it anew, or \"translations\": [] to leave "
			    "it out",
			    c->translations[i].lang);
	return NRS_OK;
}

static void
default_to(const char **field, const char *value)
{
	if ((*field)[0] == '\0')
		*field = value;
}

static void
mint_place(
    struct nrs_arena *arena, const struct ctl_mint *mint, struct nrs_content *c)
{
	const struct ctl_successor *after = mint->after;
	char id[NRS_ID_SIZE];

	default_to(&c->notice_id, nrs_arena_strdup(arena, nrs_id_new(id)));
	c->revision = 1;
	c->kind = NRS_KIND_INITIAL;
	c->thread_id = c->notice_id;
	c->n_supersedes = 0;
	if (after == NULL)
		return;
	c->thread_id = after->thread_id;
	c->revision = after->revision;
	c->kind = after->kind;
	c->supersedes = after->supersedes;
	c->n_supersedes = after->n_supersedes;
}

void
ctl_draft_mint(struct nrs_arena *arena, const struct ctl_mint *mint,
    struct ctl_draft *draft)
{
	struct nrs_content *c = draft->content;
	uint8_t salt[SALT_SIZE];

	mint_place(arena, mint, c);
	if (c->issued_at == 0)
		c->issued_at = mint->now_ms;
	if (c->mode == NRS_MODE_UNSPECIFIED)
		c->mode = mint->mode;
	if (c->mode == NRS_MODE_EXERCISE && mint->exercise_id != NULL)
		default_to(&c->exercise_id, mint->exercise_id);
	if (c->stream == NRS_STREAM_UNSPECIFIED)
		c->stream = mint->stream;
	c->schema_version = SCHEMA_VERSION;
	default_to(&c->lang, "ja");
	default_to(&c->taxonomy_version, "PLAN2");
	default_to(&draft->addressing->originator, mint->originator);
	nrs_rand_bytes(salt, sizeof(salt));
	draft->addressing->salt = nrs_arena_bytes(arena, salt, sizeof(salt));
}
