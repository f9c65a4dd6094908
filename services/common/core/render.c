/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/render.h"

#include <string.h>

#include "common/core/render_part.h"
#include "noroshi/core/doc.h"
#include "noroshi/core/label.h"
#include "noroshi/core/phrase.h"
#include "noroshi/core/wording.h"

struct page {
	const struct nrs_render *in;
	const struct nrs_translation *said; /* in the language of this part */
	struct nrs_arena *arena;
	struct nrs_doc doc;
	bool en;
	const char *lang;
};

static const char *
say(const struct page *page, enum nrs_phrase phrase)
{
	return nrs_phrase(phrase, page->en);
}

static const char *
term(const struct page *page, enum nrs_vocabulary voc, int value)
{
	return nrs_term_text(voc, value, page->lang);
}

static const char *
when(const struct page *page, int64_t ms)
{
	return render_time(page->arena, ms, page->lang);
}

static const char *
join(const struct page *page, const char *a, const char *b)
{
	return nrs_arena_printf(page->arena, "%s%s", a, b);
}

/* ---- subject ---- */

static const char *
content_subject(const struct page *page)
{
	const struct nrs_content *c = page->in->content;

	return nrs_arena_printf(page->arena, "[%s]%s%s[%s] %s",
	    nrs_term_text(NRS_VOC_TLP, (int)c->tlp, "en"),
	    render_marks(page->en, c->mode, c->kind), render_ask_mark(page->in),
	    render_revision(page->arena, page->en, c->revision, c->is_final),
	    nrs_wording_title(c, page->lang));
}

static const char *
stub_subject(const struct page *page)
{
	const struct nrs_stub_content *s = page->in->stub;

	return nrs_arena_printf(page->arena, "%s[%s] %s",
	    render_marks(page->en, s->mode, s->kind),
	    render_revision(page->arena, page->en, s->revision, false),
	    say(page, s->kind == NRS_KIND_RETRACTION
	                  ? NRS_PHRASE_STUB_RETRACTED_SUBJECT
	                  : NRS_PHRASE_STUB_CHANGED_SUBJECT));
}

/* ---- head: what must be seen before anything else ---- */

static void
mode_banner(struct page *page, enum nrs_mode mode, const char *exercise_id)
{
	if (mode != NRS_MODE_EXERCISE && mode != NRS_MODE_TEST)
		return;
	/* The very first line, so no rule above it. */
	nrs_doc_banner_line(&page->doc,
	    say(page, mode == NRS_MODE_EXERCISE ? NRS_PHRASE_DRILL_1
	                                        : NRS_PHRASE_TEST_1));
	if (exercise_id[0] != '\0')
		nrs_doc_banner_line(&page->doc,
		    join(page, say(page, NRS_PHRASE_DRILL_2), exercise_id));
}

static bool
is_retracted(const struct page *page)
{
	return page->in->content->kind == NRS_KIND_RETRACTION;
}

static bool
is_voiding(const struct page *page)
{
	return is_retracted(page) ||
	       page->in->content->kind == NRS_KIND_CORRECTION;
}

static void
void_banner(struct page *page)
{
	const struct nrs_content *c = page->in->content;
	bool retracted = is_retracted(page);

	if (!is_voiding(page))
		return;
	nrs_doc_banner_begin(&page->doc);
	nrs_doc_banner_line(&page->doc,
	    say(page, retracted ? NRS_PHRASE_RETRACTED : NRS_PHRASE_CORRECTED));
	nrs_doc_banner_line(&page->doc, page->said->title);
	nrs_doc_banner_line(&page->doc,
	    join(page, say(page, NRS_PHRASE_VOIDED),
	        render_list(page->arena, (const char *const *)c->supersedes,
	            c->n_supersedes)));
	nrs_doc_banner_line(&page->doc,
	    join(page,
	        say(page, retracted ? NRS_PHRASE_REASON : NRS_PHRASE_CORRECTS),
	        page->said->revision_reason));
	if (retracted)
		nrs_doc_banner_line(&page->doc, say(page, NRS_PHRASE_UNDO));
	nrs_doc_banner_end(&page->doc);
}

static void
stub_banner(struct page *page)
{
	const struct nrs_stub_content *s = page->in->stub;

	nrs_doc_banner_begin(&page->doc);
	nrs_doc_banner_line(
	    &page->doc, say(page, s->kind == NRS_KIND_RETRACTION
	                              ? NRS_PHRASE_STUB_RETRACTED
	                              : NRS_PHRASE_STUB_CHANGED));
	nrs_doc_banner_line(&page->doc,
	    join(page, say(page, NRS_PHRASE_VOIDED),
	        render_list(page->arena, (const char *const *)s->supersedes,
	            s->n_supersedes)));
	nrs_doc_banner_end(&page->doc);
}

/* ---- body ---- */

static void
title_lines(struct page *page)
{
	const struct nrs_content *c = page->in->content;

	nrs_doc_heading(&page->doc, page->said->title);
	nrs_doc_para(
	    &page->doc, nrs_arena_printf(page->arena, "%s / %s / %s / %s",
	                    nrs_term_text(NRS_VOC_TLP, (int)c->tlp, "en"),
	                    term(page, NRS_VOC_URGENCY, (int)c->urgency),
	                    render_revision(page->arena, page->en, c->revision,
	                        c->is_final),
	                    term(page, NRS_VOC_ITEM_TYPE, (int)c->item_type)));
}

static const char *
measures_heading(const struct page *page, int64_t first)
{
	if (first == 0 || is_retracted(page))
		return say(page, is_retracted(page)
		                     ? NRS_PHRASE_MEASURES_WITHDRAWN
		                     : NRS_PHRASE_MEASURES);
	return nrs_arena_printf(page->arena, "%s (%s%s)",
	    say(page, NRS_PHRASE_MEASURES),
	    say(page, NRS_PHRASE_FIRST_DEADLINE), when(page, first));
}

/* A retraction has the text that it withdraws: nothing in it is due. */
static const char *
deadline_of(const struct page *page, size_t i)
{
	const struct nrs_content *c = page->in->content;

	if (i >= c->n_countermeasures || is_retracted(page) ||
	    c->countermeasures[i].deadline == 0)
		return "";
	return nrs_arena_printf(page->arena, "[%s%s]",
	    say(page, NRS_PHRASE_DEADLINE),
	    when(page, c->countermeasures[i].deadline));
}

static void
measures(struct page *page)
{
	const struct nrs_content *c = page->in->content;
	const size_t n = page->said->n_countermeasures;
	size_t i;

	if (n == 0 && !c->no_countermeasure)
		return;
	nrs_doc_heading(
	    &page->doc, measures_heading(page, render_first_deadline(c)));
	if (n == 0)
		nrs_doc_para(
		    &page->doc, say(page, NRS_PHRASE_NO_MEASURE_KNOWN));
	for (i = 0; i < n; i++)
		nrs_doc_point(&page->doc,
		    nrs_arena_printf(page->arena, "%zu.", i + 1),
		    deadline_of(page, i), page->said->countermeasures[i]);
}

static void
block(struct page *page, const char *heading, const char *text)
{
	if (text[0] == '\0')
		return;
	nrs_doc_heading(&page->doc, heading);
	nrs_doc_para(&page->doc, text);
}

static void
background(struct page *page)
{
	const struct nrs_translation *t = page->said;
	size_t i;

	if (!is_voiding(page)) /* the banner has said it */
		block(page, say(page, NRS_PHRASE_CHANGES), t->revision_reason);
	block(page, say(page, NRS_PHRASE_SUMMARY), t->summary);
	for (i = 0; i < t->n_sections; i++)
		block(page, t->sections[i].label, t->sections[i].text);
	block(page, say(page, NRS_PHRASE_IMPACT), t->impact);
	block(page, say(page, NRS_PHRASE_COMMENT), t->nisc_comment);
}

static void
vulns(struct page *page)
{
	const struct nrs_content *c = page->in->content;
	const struct nrs_vulnerability *v;
	size_t i;

	if (c->n_vulns > 0)
		nrs_doc_heading(&page->doc, say(page, NRS_PHRASE_VULNS));
	for (i = 0; i < c->n_vulns; i++) {
		v = &c->vulns[i];
		nrs_doc_point(&page->doc, "-", render_vuln(page->arena, v),
		    render_list(
		        page->arena, (const char *const *)v->cpe, v->n_cpe));
	}
}

static void
links(struct page *page)
{
	const struct nrs_content *c = page->in->content;
	size_t i;

	if (c->n_references > 0)
		nrs_doc_heading(&page->doc, say(page, NRS_PHRASE_REFERENCES));
	for (i = 0; i < c->n_references; i++)
		nrs_doc_link(
		    &page->doc, c->references[i].title, c->references[i].url);
	if (c->n_attachments > 0)
		nrs_doc_heading(&page->doc, say(page, NRS_PHRASE_ATTACHMENTS));
	for (i = 0; i < c->n_attachments; i++) {
		nrs_doc_link(
		    &page->doc, c->attachments[i].name, c->attachments[i].uri);
		nrs_doc_field(&page->doc, "SHA-256",
		    render_hex(page->arena, c->attachments[i].sha256));
	}
}

static void
arrangement(struct page *page)
{
	const struct nrs_contact_arrangement *a =
	    page->in->content->contact_change;
	size_t i;

	if (a == NULL)
		return;
	nrs_doc_heading(&page->doc,
	    nrs_arena_printf(page->arena, "%s: %s",
	        say(page, NRS_PHRASE_ARRANGEMENT),
	        term(page, NRS_VOC_ARRANGEMENT_ACTION, (int)a->action)));
	nrs_doc_field(&page->doc, say(page, NRS_PHRASE_ARRANGEMENT_ID),
	    a->arrangement_id);
	nrs_doc_field(
	    &page->doc, say(page, NRS_PHRASE_HEADQUARTERS), a->hq_name);
	if (a->effective_from > 0 || a->effective_until > 0)
		nrs_doc_field(&page->doc, say(page, NRS_PHRASE_FROM_UNTIL),
		    nrs_arena_printf(page->arena, "%s - %s",
		        a->effective_from > 0 ? when(page, a->effective_from)
		                              : "",
		        a->effective_until > 0 ? when(page, a->effective_until)
		                               : ""));
	for (i = 0; i < a->n_contacts; i++)
		nrs_doc_field(&page->doc, a->contacts[i].role,
		    nrs_arena_printf(page->arena, "%s %s",
		        a->contacts[i].channel, a->contacts[i].address));
	nrs_doc_para(&page->doc, say(page, a->policy == NRS_POLICY_REPLACE
	                                       ? NRS_PHRASE_POLICY_REPLACE
	                                       : NRS_PHRASE_POLICY_ADD));
}

static void
field(struct page *page, enum nrs_phrase label, const char *value)
{
	if (value[0] != '\0')
		nrs_doc_field(&page->doc, say(page, label), value);
}

static void
field_time(struct page *page, enum nrs_phrase label, int64_t ms)
{
	if (ms > 0)
		nrs_doc_field(&page->doc, say(page, label), when(page, ms));
}

static void
about(struct page *page)
{
	const struct nrs_content *c = page->in->content;

	nrs_doc_heading(&page->doc, say(page, NRS_PHRASE_ABOUT));
	field(page, NRS_PHRASE_HANDLING,
	    nrs_arena_printf(page->arena, "%s (%s)",
	        nrs_term_text(NRS_VOC_TLP, (int)c->tlp, "en"),
	        nrs_phrase_handling(c->tlp, page->en)));
	field_time(page, NRS_PHRASE_ISSUED, c->issued_at);
	field_time(page, NRS_PHRASE_OCCURRED, c->occurred_at);
	field_time(page, NRS_PHRASE_DETECTED, c->detected_at);
	field_time(page, NRS_PHRASE_VALID_UNTIL, c->valid_until);
	field_time(page, NRS_PHRASE_ACK_DEADLINE, c->ack_deadline);
	field(page, NRS_PHRASE_ORIGINATOR, c->originator_text);
	field(page, NRS_PHRASE_NOTICE_ID, c->notice_id);
	field(page, NRS_PHRASE_THREAD_ID, c->thread_id);
	field(page, NRS_PHRASE_SUPERSEDES,
	    render_list(page->arena, (const char *const *)c->supersedes,
	        c->n_supersedes));
}

static void
verification(struct page *page)
{
	field(page, NRS_PHRASE_SENDER, page->in->sender);
	field(page, NRS_PHRASE_DESK, page->in->desk);
	field(page, NRS_PHRASE_SIGNED, page->in->key_id);
	field(page, NRS_PHRASE_HASH, page->in->payload_sha256);
	nrs_doc_para(&page->doc, say(page, NRS_PHRASE_VERIFY));
}

/* ---- languages ---- */

static void
speak(struct page *page, const struct nrs_wording *wording, const char *lang)
{
	page->said = &wording->text;
	page->en = strcmp(lang, "en") == 0;
	page->lang = page->en ? "en" : "ja";
}

/* Who reads another language than the recipient, a colleague it is passed on
 * to, need not look for it. Each line in its own. */
static void
what_is_below(struct page *page, const struct nrs_wording *all, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		nrs_doc_para(&page->doc,
		    nrs_phrase(all[i].original ? NRS_PHRASE_ORIGINAL_BELOW
		                               : NRS_PHRASE_TRANSLATION_BELOW,
		        strcmp(all[i].text.lang, "en") == 0));
}

/* All that it says, in another language: a drill, a correction and a retraction
 * are as plain there. */
static void
other_language(struct page *page, const struct nrs_wording *wording)
{
	const struct nrs_content *c = page->in->content;

	speak(page, wording, wording->text.lang);
	nrs_doc_lang_begin(&page->doc, wording->text.lang,
	    nrs_arena_printf(page->arena, "%s (%s)",
	        nrs_wording_name(wording->text.lang),
	        say(page, wording->original ? NRS_PHRASE_ORIGINAL
	                                    : NRS_PHRASE_TRANSLATION)));
	mode_banner(page, c->mode, c->exercise_id);
	void_banner(page);
	title_lines(page);
	if (is_retracted(page))
		nrs_doc_para(&page->doc, say(page, NRS_PHRASE_WITHDRAWN_TEXT));
	measures(page);
	background(page);
	nrs_doc_lang_end(&page->doc);
}

/* ---- the whole ---- */

/* End a part: what the two bodies hold so far, as strings in arena. */
static void
cut(struct page *page, const char **text, const char **html)
{
	*text = nrs_arena_strdup(page->arena, nrs_buf_str(&page->doc.text));
	*html = nrs_arena_strdup(page->arena, nrs_buf_str(&page->doc.html));
	nrs_buf_reset(&page->doc.text);
	nrs_buf_reset(&page->doc.html);
}

static void
render_content(struct page *page, struct nrs_rendered *out)
{
	const struct nrs_content *c = page->in->content;
	const char *lang = page->lang;
	struct nrs_wording *all;
	size_t i, n = nrs_wordings(page->arena, c, lang, &all);

	speak(page, &all[0], lang);
	out->subject = content_subject(page);
	mode_banner(page, c->mode, c->exercise_id);
	render_ask(page->arena, page->in, &page->doc);
	void_banner(page);
	cut(page, &out->text_head, &out->html_head);
	title_lines(page);
	what_is_below(page, all, n);
	if (is_retracted(page))
		nrs_doc_para(&page->doc, say(page, NRS_PHRASE_WITHDRAWN_TEXT));
	measures(page);
	arrangement(page);
	background(page);
	vulns(page);
	links(page);
	for (i = 1; i < n; i++)
		other_language(page, &all[i]);
	speak(page, &all[0], lang);
	about(page);
	verification(page);
	cut(page, &out->text, &out->html);
}

static void
render_stub(struct page *page, struct nrs_rendered *out)
{
	const struct nrs_stub_content *s = page->in->stub;

	out->subject = stub_subject(page);
	mode_banner(page, s->mode, "");
	stub_banner(page);
	cut(page, &out->text_head, &out->html_head);
	nrs_doc_para(&page->doc, say(page, NRS_PHRASE_STUB_WHY));
	nrs_doc_heading(&page->doc, say(page, NRS_PHRASE_ABOUT));
	field_time(page, NRS_PHRASE_ISSUED, s->issued_at);
	field(page, NRS_PHRASE_NOTICE_ID, s->notice_id);
	field(page, NRS_PHRASE_THREAD_ID, s->thread_id);
	verification(page);
	cut(page, &out->text, &out->html);
}

const char *
nrs_render_subject(struct nrs_arena *arena, const struct nrs_render *render)
{
	const struct page page = {.in = render,
	    .arena = arena,
	    .en = strcmp(render->lang, "en") == 0,
	    .lang = strcmp(render->lang, "en") == 0 ? "en" : "ja"};

	return render->content != NULL ? content_subject(&page)
	                               : stub_subject(&page);
}

void
nrs_render(struct nrs_arena *arena, const struct nrs_render *render,
    struct nrs_rendered *out)
{
	struct page page = {.in = render,
	    .arena = arena,
	    .en = strcmp(render->lang, "en") == 0};

	page.lang = page.en ? "en" : "ja";
	out->html_meta = "";
	if (render->content != NULL)
		render_content(&page, out);
	else
		render_stub(&page, out);
	nrs_doc_fini(&page.doc);
}

const char *
nrs_render_greeting(struct nrs_arena *arena, const char *name, const char *lang)
{
	if (name[0] == '\0')
		return "";
	return nrs_arena_printf(
	    arena, strcmp(lang, "en") == 0 ? "To: %s" : "%s 御中", name);
}
