/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/view.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/phrase.h"
#include "noroshi/core/render.h"
#include "noroshi/core/wording.h"

static bool
is_ja(const struct ctl *ctl)
{
	return strcmp(ctl_out_lang(ctl->out), "ja") == 0;
}

static void
add_routes(struct nrs_buf *text, const struct nrs_classification *copy)
{
	nrs_buf_printf(text, "%s%s%s:", copy->sector,
	    copy->ceptoar[0] == '\0' ? "" : "/", copy->ceptoar);
	for (size_t i = 0; i < copy->n_routes; i++)
		nrs_buf_printf(text, " %s",
		    nrs_term_name(NRS_VOC_ROUTE, (int)copy->routes[i]));
}

const char *
ctl_view_routes(struct nrs_arena *arena, const struct nrs_classification *copy)
{
	struct nrs_buf text = {0};
	const char *out;

	add_routes(&text, copy);
	nrs_buf_printf(&text, "; column %s, posture %s",
	    nrs_term_name(NRS_VOC_MATRIX_COLUMN, (int)copy->column),
	    nrs_term_name(NRS_VOC_POSTURE, (int)copy->posture));
	for (size_t i = 0; i < copy->n_rules; i++)
		if (strcmp(copy->rules[i], copy->route_rule) != 0)
			nrs_buf_printf(&text, ", %s", copy->rules[i]);
	out = nrs_arena_strdup(arena, nrs_buf_str(&text));
	nrs_buf_fini(&text);
	return out;
}

const char *
ctl_view_copy(struct nrs_arena *arena, const struct nrs_classification *copy)
{
	struct nrs_buf text = {0};
	const char *out;

	add_routes(&text, copy);
	nrs_buf_printf(&text, " (%s", copy->route_rule);
	for (size_t i = 0; i < copy->n_rules; i++)
		if (strcmp(copy->rules[i], copy->route_rule) != 0)
			nrs_buf_printf(&text, " %s", copy->rules[i]);
	nrs_buf_addc(&text, ')');
	out = nrs_arena_strdup(arena, nrs_buf_str(&text));
	nrs_buf_fini(&text);
	return out;
}

void
ctl_view_outcome(struct ctl *ctl, const struct nrs_outcome *outcome)
{
	struct ctl_out *out = ctl->out;
	const char **copies =
	    nrs_arena_array(ctl->arena, outcome->n_copies + 1, sizeof(*copies));

	if (ctl_out_is_json(out)) {
		ctl_out_whole(out, NRS_TYPE_OUTCOME, outcome);
		return;
	}
	for (size_t i = 0; i < outcome->n_copies; i++)
		copies[i] = ctl_view_copy(ctl->arena, &outcome->copies[i]);
	ctl_out_begin(out, CTL_BLOCK);
	ctl_out_str(out, "submission_id", outcome->submission_id);
	if (strcmp(outcome->thread_id, outcome->submission_id) != 0)
		ctl_out_str(out, "thread_id", outcome->thread_id);
	if (outcome->revision != 0)
		ctl_out_int(out, "revision", outcome->revision);
	ctl_out_term(out, "kind", NRS_VOC_MSG_KIND, (int)outcome->kind);
	ctl_out_term(out, "verdict", NRS_VOC_VERDICT, (int)outcome->verdict);
	ctl_out_str(out, "field", outcome->field);
	ctl_out_str(out, "rule", outcome->rule);
	ctl_out_str(out, "text", outcome->text);
	ctl_out_time(out, "accepted_at", outcome->accepted_at);
	for (size_t i = 0; i < outcome->n_copies; i++)
		ctl_out_str(out, "routes", copies[i]);
	ctl_out_list(out, "topics", outcome->topics, outcome->n_topics);
	ctl_out_list(
	    out, "attention", outcome->attention, outcome->n_attention);
	if (outcome->posture_review)
		ctl_out_str(out, "posture",
		    is_ja(ctl) ? "平時のままでよいか見直してください"
		               : "review: is NORMAL still right?");
	ctl_out_end(out);
}

void
ctl_view_outcome_row(
    struct ctl *ctl, const struct nrs_outcome *outcome, const char *title)
{
	struct ctl_out *out = ctl->out;

	if (ctl_out_is_json(out)) {
		ctl_out_whole(out, NRS_TYPE_OUTCOME, outcome);
		return;
	}
	ctl_out_begin(out, CTL_ROW);
	ctl_out_time(out, "accepted_at", outcome->accepted_at);
	ctl_out_str(out, "submission_id", outcome->submission_id);
	if (outcome->revision != 0)
		ctl_out_int(out, "revision", outcome->revision);
	else
		ctl_out_str(out, "revision", "");
	if (outcome->kind != NRS_KIND_UNSPECIFIED)
		ctl_out_term(out, "kind", NRS_VOC_MSG_KIND, (int)outcome->kind);
	else
		ctl_out_str(out, "kind",
		    nrs_term_text(NRS_VOC_SUBMISSION_TYPE, (int)outcome->type,
		        ctl_out_lang(out)));
	ctl_out_term(out, "verdict", NRS_VOC_VERDICT, (int)outcome->verdict);
	ctl_out_str(out, "tlp",
	    outcome->tlp == 0
	        ? ""
	        : nrs_term_text(NRS_VOC_TLP, (int)outcome->tlp, "en"));
	ctl_out_str(out, "item_type",
	    outcome->item_type == 0
	        ? ""
	        : nrs_term_name(NRS_VOC_ITEM_TYPE, (int)outcome->item_type));
	ctl_out_str(out, "title", title == NULL ? "" : title);
	ctl_out_end(out);
}

/* A mail's subject: nobody may take a retraction or a drill for an alert. */
static const char *
headline(struct ctl *ctl, const struct nrs_content *content,
    const struct nrs_stub_content *stub)
{
	const struct nrs_render render = {
	    .content = content, .stub = stub, .lang = ctl_out_lang(ctl->out)};

	return nrs_render_subject(ctl->arena, &render);
}

static const char *
measure_head(struct ctl *ctl, const struct nrs_content *c, size_t i)
{
	const char *head = is_ja(ctl) ? "対策" : "What to do";
	char when[64];

	if (c->kind == NRS_KIND_RETRACTION)
		return is_ja(ctl) ? "取り消された対策" : "No longer to be done";
	if (i >= c->n_countermeasures || c->countermeasures[i].deadline == 0)
		return head;
	return nrs_arena_printf(ctl->arena, "%s (%s %s)", head,
	    is_ja(ctl) ? "期限" : "by",
	    nrs_time_text(
	        c->countermeasures[i].deadline, ctl_out_lang(ctl->out), when));
}

static void
texts_of(struct ctl *ctl, const struct nrs_content *c,
    const struct nrs_translation *t)
{
	struct ctl_out *out = ctl->out;

	for (size_t i = 0; i < t->n_countermeasures; i++)
		ctl_out_body(
		    out, measure_head(ctl, c, i), t->countermeasures[i]);
	ctl_out_body(out, is_ja(ctl) ? "概要" : "Summary", t->summary);
	ctl_out_body(out, is_ja(ctl) ? "影響" : "Impact", t->impact);
	for (size_t i = 0; i < t->n_sections; i++)
		ctl_out_body(out, t->sections[i].label, t->sections[i].text);
	ctl_out_body(out,
	    is_ja(ctl) ? "NISCの見解、コメント" : "Comment of NISC",
	    t->nisc_comment);
}

static void
content_texts(struct ctl *ctl, const struct nrs_content *c)
{
	const bool en = !is_ja(ctl);
	struct ctl_out *out = ctl->out;
	struct nrs_wording *all;
	size_t n = nrs_wordings(ctl->arena, c, ctl_out_lang(out), &all);

	texts_of(ctl, c, &all[0].text);
	for (size_t i = 0; i < c->n_references; i++)
		ctl_out_body(out, c->references[i].title, c->references[i].url);
	for (size_t i = 1; i < n; i++) {
		ctl_out_body(out,
		    nrs_arena_printf(ctl->arena, "---- %s (%s)",
		        nrs_wording_name(all[i].text.lang),
		        nrs_phrase(all[i].original ? NRS_PHRASE_ORIGINAL
		                                   : NRS_PHRASE_TRANSLATION,
		            en)),
		    all[i].text.title);
		texts_of(ctl, c, &all[i].text);
	}
}

void
ctl_view_content(struct ctl *ctl, const struct nrs_content *c)
{
	struct ctl_out *out = ctl->out;

	if (ctl_out_is_json(out)) {
		ctl_out_message(out, "content", NRS_TYPE_CONTENT, c);
		return;
	}
	ctl_out_str(out, "title", headline(ctl, c, NULL));
	ctl_out_str(out, "tlp", nrs_term_text(NRS_VOC_TLP, (int)c->tlp, "en"));
	ctl_out_term(out, "kind", NRS_VOC_MSG_KIND, (int)c->kind);
	ctl_out_int(out, "revision", c->revision);
	if (c->mode != NRS_MODE_ACTUAL)
		ctl_out_term(out, "mode", NRS_VOC_MODE, (int)c->mode);
	ctl_out_term(out, "urgency", NRS_VOC_URGENCY, (int)c->urgency);
	ctl_out_term(out, "item_type", NRS_VOC_ITEM_TYPE, (int)c->item_type);
	ctl_out_str(out, "notice_id", c->notice_id);
	ctl_out_str(out, "thread_id", c->thread_id);
	ctl_out_time(out, "issued_at", c->issued_at);
	ctl_out_time(out, "valid_until", c->valid_until);
	ctl_out_str(out, "reason", c->revision_reason);
	content_texts(ctl, c);
}

void
ctl_view_stub(struct ctl *ctl, const struct nrs_stub_content *stub)
{
	struct ctl_out *out = ctl->out;

	if (ctl_out_is_json(out)) {
		ctl_out_message(out, "stub", NRS_TYPE_STUB_CONTENT, stub);
		return;
	}
	ctl_out_str(out, "title", headline(ctl, NULL, stub));
	ctl_out_term(out, "kind", NRS_VOC_MSG_KIND, (int)stub->kind);
	ctl_out_int(out, "revision", stub->revision);
	ctl_out_str(out, "notice_id", stub->notice_id);
	ctl_out_str(out, "thread_id", stub->thread_id);
	ctl_out_time(out, "issued_at", stub->issued_at);
}
