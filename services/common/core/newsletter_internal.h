/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_NEWSLETTER_INTERNAL_H
#define COMMON_CORE_NEWSLETTER_INTERNAL_H
/*
 * newsletter_internal: one edition on its way to two bodies, and the words that
 * both say.
 */
#include "noroshi/base/buf.h"
#include "noroshi/core/label.h"
#include "noroshi/core/newsletter.h"
#include "noroshi/core/phrase.h"
#include "noroshi/core/wording.h"

struct letter {
	const struct nrs_newsletter_render *in;
	const struct nrs_edition *edition;
	struct nrs_arena *arena;
	bool en;
	const char *lang;
	struct nrs_buf out;
};

/* From here on in this language, as far as we have words for it. */
void letter_speak(struct letter *l, const char *lang);
/* What is written so far, as a string in arena; starts anew. */
const char *letter_cut(struct letter *l);

const char *letter_say(const struct letter *l, enum nrs_phrase phrase);
const char *letter_tlp(enum nrs_tlp tlp);
/* "第12号" */
const char *letter_number(const struct letter *l);
/* "2 脅威の動向・対策情報" */
const char *letter_section(
    const struct letter *l, enum nrs_news_section section);
/* "5件 / 最初の期限: ..." */
const char *letter_glance(const struct letter *l);
/* Of the nth thing to do; 0: none */
int64_t letter_deadline(const struct nrs_content *content, size_t n);
/* "期限: ...", "" for none */
const char *letter_due(const struct letter *l, int64_t deadline);
/* "2026-11-20", Japan's */
const char *letter_day(const struct letter *l, int64_t ms);
/* "政府機関 / 個別の脆弱性に対する情報 / 2026-11-18 / 第2報" */
const char *letter_origin(
    const struct letter *l, const struct nrs_edition_item *item);
/* With what it is: "【取消】 ...". */
const char *letter_title(
    const struct letter *l, const struct nrs_edition_item *item);
const char *letter_marked(const struct letter *l,
    const struct nrs_edition_item *item, const char *title);
/* "English (translation)" */
const char *letter_language(
    const struct letter *l, const struct nrs_wording *wording);
/* When it was issued or sent. */
int64_t letter_at(const struct nrs_edition_item *item);
bool letter_is_voiding(const struct nrs_edition_item *item);
/* Of what a correction or retraction says of an earlier notice: at most
 * LETTER_VOIDING lines. */
#define LETTER_VOIDING 4
size_t letter_voiding(const struct letter *l,
    const struct nrs_edition_item *item, const char *lines[LETTER_VOIDING]);

void letter_text(struct letter *l, struct nrs_rendered *out);
void letter_html(struct letter *l, struct nrs_rendered *out);
#endif
