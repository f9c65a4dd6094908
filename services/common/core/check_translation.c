/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the door demands of a notice's translations. Ours: a language that
 * nobody here reads is refused, and who reads a translation reads no less than
 * the others: what to do must not depend on the reader's language.
 */
#include <string.h>

#include "common/core/check_internal.h"
#include "noroshi/core/wording.h"

#define TEXT_MAX (64 * 1024)
#define SECTIONS_MAX 64
#define LIST_MAX 256
#define SHORT_MAX 200
#define TRANSLATIONS_MAX 8
#define LANG_MAX 35 /* BCP 47 */

/* One translation and where it stands. */
struct place {
	const struct nrs_translation *t;
	size_t at;
};

static struct check_path
path(const struct place *p, const char *field)
{
	return check_path("translations[%zu].%s", p->at, field);
}

static enum nrs_rc
check_few(const struct place *p, const char *field, size_t n, size_t max,
    struct nrs_err *err)
{
	if (n <= max)
		return NRS_OK;
	return nrs_refuse(err, path(p, field).text, "length",
	    "%s has %zu entries, at most %zu are allowed", path(p, field).text,
	    n, max);
}

static enum nrs_rc
check_sections_of(const struct place *p, struct nrs_err *err)
{
	enum nrs_rc rc =
	    check_few(p, "sections", p->t->n_sections, SECTIONS_MAX, err);
	size_t i;

	for (i = 0; i < p->t->n_sections && rc == NRS_OK; i++) {
		rc = check_line(
		    check_path(
		        "translations[%zu].sections[%zu].label", p->at, i)
		        .text,
		    p->t->sections[i].label, -SHORT_MAX, err);
		if (rc == NRS_OK)
			rc = check_block(
			    check_path("translations[%zu].sections[%zu].text",
			        p->at, i)
			        .text,
			    p->t->sections[i].text, -TEXT_MAX, err);
	}
	return rc;
}

static enum nrs_rc
check_steps_of(const struct place *p, struct nrs_err *err)
{
	enum nrs_rc rc = check_few(
	    p, "countermeasures", p->t->n_countermeasures, LIST_MAX, err);
	size_t i;

	for (i = 0; i < p->t->n_countermeasures && rc == NRS_OK; i++)
		rc = check_block(
		    check_path(
		        "translations[%zu].countermeasures[%zu]", p->at, i)
		        .text,
		    p->t->countermeasures[i], -TEXT_MAX, err);
	return rc;
}

/* Nothing in it can break out of a line, a mail or a page. */
static enum nrs_rc
check_shape(
    const struct nrs_check *check, const struct place *p, struct nrs_err *err)
{
	const int required = check->inside ? 1 : -1;
	const struct nrs_translation *t = p->t;
	enum nrs_rc rc;

	if ((rc = check_line(path(p, "lang").text, t->lang, -LANG_MAX, err)) !=
	        NRS_OK ||
	    (rc = check_line(path(p, "title").text, t->title,
	         required * NRS_CHECK_TITLE_MAX, err)) != NRS_OK ||
	    (rc = check_block(path(p, "summary").text, t->summary,
	         required * TEXT_MAX, err)) != NRS_OK ||
	    (rc = check_block(path(p, "nisc_comment").text, t->nisc_comment,
	         TEXT_MAX, err)) != NRS_OK ||
	    (rc = check_block(
	         path(p, "impact").text, t->impact, TEXT_MAX, err)) != NRS_OK ||
	    (rc = check_block(path(p, "revision_reason").text,
	         t->revision_reason, 2000, err)) != NRS_OK ||
	    (rc = check_sections_of(p, err)) != NRS_OK)
		return rc;
	return check_steps_of(p, err);
}

static enum nrs_rc
check_lang_of(const struct nrs_content *content, const struct place *p,
    struct nrs_err *err)
{
	const char *lang = p->t->lang;
	bool twice = strcmp(lang, content->lang) == 0;
	size_t i;

	if (!nrs_wording_is_lang(lang))
		return nrs_refuse(err, path(p, "lang").text, "translation-lang",
		    "\"%s\" is not a language of this service: ja or en", lang);
	for (i = 0; i < p->at; i++)
		twice =
		    twice || strcmp(lang, content->translations[i].lang) == 0;
	if (twice)
		return nrs_refuse(err, path(p, "lang").text, "twice",
		    "the notice has a text in \"%s\" already", lang);
	return NRS_OK;
}

static enum nrs_rc
refuse_half(const struct place *p, const char *field, struct nrs_err *err)
{
	return nrs_refuse(err, path(p, field).text, "translation-half",
	    "a translation says all that the original says, and no more: "
	    "its %s is not the original's",
	    field);
}

static bool
only_one_says(const char *a, const char *b)
{
	return (a[0] == '\0') != (b[0] == '\0');
}

static enum nrs_rc
check_whole(const struct nrs_content *content, const struct place *p,
    struct nrs_err *err)
{
	const struct nrs_translation *t = p->t;

	if (t->n_sections != content->n_sections)
		return refuse_half(p, "sections", err);
	if (t->n_countermeasures != content->n_countermeasures)
		return refuse_half(p, "countermeasures", err);
	if (only_one_says(t->impact, content->impact))
		return refuse_half(p, "impact", err);
	if (only_one_says(t->nisc_comment, content->nisc_comment))
		return refuse_half(p, "nisc_comment", err);
	if (t->revision_reason[0] != '\0' &&
	    content->revision_reason[0] == '\0')
		return refuse_half(p, "revision_reason", err);
	return NRS_OK;
}

enum nrs_rc
check_translations(const struct nrs_check *check,
    const struct nrs_content *content, struct nrs_err *err)
{
	struct place p = {.t = content->translations};
	enum nrs_rc rc = NRS_OK;

	if (content->n_translations > TRANSLATIONS_MAX)
		return nrs_refuse(err, "translations", "length",
		    "translations has %zu entries, at most %d are allowed",
		    content->n_translations, TRANSLATIONS_MAX);
	if (!check->inside && content->n_translations > 0 &&
	    !nrs_wording_is_lang(content->lang))
		return nrs_refuse(err, "lang", "translation-lang",
		    "what is translated says its own language: ja or en");
	for (; p.at < content->n_translations && rc == NRS_OK; p.t++, p.at++) {
		rc = check_shape(check, &p, err);
		if (rc == NRS_OK && !check->inside)
			rc = check_lang_of(content, &p, err);
		if (rc == NRS_OK && !check->inside)
			rc = check_whole(content, &p, err);
	}
	return rc;
}
