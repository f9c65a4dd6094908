/* SPDX-License-Identifier: Apache-2.0 */
/* preview: who would get this, how, when and by which rule, and what they would
 * read. Sends nothing. */
#include <string.h>

#include "ctl/cmd.h"
#include "ctl/ctl.h"
#include "ctl/draft.h"
#include "ctl/foresee.h"
#include "ctl/source.h"
#include "ctl/text.h"
#include "ctl/view.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/core/check.h"
#include "noroshi/core/render.h"

struct preview {
	struct ctl *ctl;
	struct ctl_foresight f;
	struct ctl_draft draft;
	bool reads_ja, reads_en; /* languages of those who would get it */
};

static const char *
pick(const struct preview *p, const char *en, const char *ja)
{
	return strcmp(ctl_out_lang(p->ctl->out), "ja") == 0 ? ja : en;
}

static enum nrs_rc
read_draft(struct preview *p, int64_t now_ms, struct nrs_err *err)
{
	struct ctl *ctl = p->ctl;
	const struct ctl_mint mint = {.now_ms = now_ms,
	    .mode = ctl_mode(ctl),
	    .stream = NRS_STREAM_NISC_PROVISION,
	    .originator = ctl->conf.originator,
	    .exercise_id = ctl->conf.exercise_id};
	struct nrs_check check = {.now_ms = now_ms, .mode = ctl_mode(ctl)};
	struct nrs_bytes text;
	enum nrs_rc rc =
	    ctl_text_read(ctl->arena, ctl->args.words[0], &text, err);

	if (rc == NRS_OK)
		rc = ctl_draft_parse(ctl->arena, text, &p->draft, err);
	if (rc == NRS_OK)
		rc = ctl_sectors(ctl, &check.sectors, err);
	if (rc != NRS_OK)
		return rc;
	ctl_draft_mint(ctl->arena, &mint, &p->draft);
	return nrs_check_notice(
	    &check, p->draft.content, p->draft.addressing, err);
}

/* ---- what is printed ---- */

static void
print_outcome(struct preview *p)
{
	struct ctl_out *out = p->ctl->out;
	const struct nrs_outcome *o = &p->f.outcome;

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "outcome");
	ctl_out_term(out, "verdict", NRS_VOC_VERDICT, (int)o->verdict);
	ctl_out_str(out, "field", o->field);
	ctl_out_str(out, "rule", o->rule);
	ctl_out_str(out, "text", o->text);
	for (size_t i = 0; !ctl_out_is_json(out) && i < o->n_copies; i++) {
		ctl_out_str(
		    out, "routes", ctl_view_copy(p->ctl->arena, &o->copies[i]));
		ctl_out_str(
		    out, "source", ctl_source_line(o->copies[i].route_rule));
	}
	ctl_out_list(
	    out, "topics", (const char *const *)o->topics, o->n_topics);
	ctl_out_message(out, "outcome", NRS_TYPE_OUTCOME, o);
	ctl_out_end(out);
}

static void
print_recipient(void *ctx, const struct ctl_recipient *r)
{
	struct preview *p = ctx;
	struct ctl_out *out = p->ctl->out;
	const char *code = r->now ? "now" : "newsletter";
	const char *when =
	    r->now ? pick(p, "now", "即時") : pick(p, "newsletter", "次の号");

	if (strcmp(r->sub->lang, "en") == 0)
		p->reads_en = true;
	else
		p->reads_ja = true;
	for (size_t i = 0; i < r->sub->n_channels; i++) {
		ctl_out_begin(out, CTL_ROW);
		if (ctl_out_is_json(out))
			ctl_out_str(out, "step", "recipient");
		ctl_out_str(out, "subscriber_id", r->sub->subscriber_id);
		ctl_out_term(out, "channel", NRS_VOC_CHANNEL_TYPE,
		    (int)r->sub->channels[i].type);
		ctl_out_str(out, "when", ctl_out_is_json(out) ? code : when);
		ctl_out_str(out, "rule", r->rule);
		ctl_out_str(out, "name", r->sub->name);
		ctl_out_end(out);
	}
}

static void
print_reach(struct preview *p, const struct ctl_reach *reach)
{
	struct ctl_out *out = p->ctl->out;

	if (!ctl_out_is_json(out) && reach->n > 0)
		(void)puts("");
	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "reach");
	ctl_out_int(out, "recipients", (int64_t)reach->n);
	ctl_out_int(out, "not_cleared", (int64_t)reach->n_not_cleared);
	ctl_out_int(out, "filtered", (int64_t)reach->n_filtered);
	ctl_out_int(out, "unreachable", (int64_t)reach->n_unreachable);
	ctl_out_end(out);
}

/* what: the sector or label, "" for the whole audience. */
static void
print_unusual(struct preview *p, const char *what)
{
	struct ctl_out *out = p->ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "unusual");
	ctl_out_str(out, "unusual", what);
	ctl_out_str(out, "principal", p->f.issuer);
	ctl_out_str(out, "text",
	    what[0] == '\0' ? pick(p, "nothing has been issued here before",
	                          "これまでに発信したものがない")
	                    : pick(p, "never used before: is it meant?",
	                          "これまでに使っていない。間違いではないか"));
	ctl_out_end(out);
}

/* A sector or a label that is new here may be a slip of the hand. */
static void
print_audience(struct preview *p)
{
	const struct nrs_outcome *o = &p->f.outcome;
	const char *last = "";

	if (!p->f.knows_ours) {
		(void)fprintf(stderr, "noroshictl: the journal cannot be read: "
		                      "an unusual audience is not seen\n");
		return;
	}
	if (p->f.n_ours == 0) {
		print_unusual(p, "");
		return;
	}
	for (size_t i = 0; i < o->n_copies; i++) {
		const char *sector = o->copies[i].sector;
		if (strcmp(sector, last) != 0 &&
		    nrs_map_get(p->f.sectors, sector) == NULL)
			print_unusual(p, sector);
		last = sector;
	}
	if (!p->f.labels[p->draft.content->tlp])
		print_unusual(p, nrs_term_text(NRS_VOC_TLP,
		                     (int)p->draft.content->tlp, "en"));
}

static void
print_text(struct preview *p, const char *lang)
{
	struct ctl_out *out = p->ctl->out;
	const struct nrs_render render = {.content = p->draft.content,
	    .lang = lang,
	    .sender = "",
	    .desk = "",
	    .key_id = "",
	    .payload_sha256 = ""}; /* ids and hash: not yet */
	struct nrs_rendered rendered;
	const char *text;

	nrs_render(p->ctl->arena, &render, &rendered);
	text = nrs_arena_printf(
	    p->ctl->arena, "%s%s", rendered.text_head, rendered.text);
	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out)) {
		ctl_out_str(out, "step", "text");
		ctl_out_str(out, "lang", lang);
		ctl_out_str(out, "subject", rendered.subject);
		ctl_out_str(out, "text", text);
	} else {
		ctl_out_str(out, "subject", rendered.subject);
		ctl_out_laid_out(out, text);
	}
	ctl_out_end(out);
}

static enum ctl_exit
print_all(struct preview *p)
{
	const struct nrs_outcome *o = &p->f.outcome;
	struct ctl_reach reach;

	print_outcome(p);
	ctl_foresee_reach(&p->f, &reach, print_recipient, p);
	print_reach(p, &reach);
	print_audience(p);
	if (!p->reads_en || p->reads_ja)
		print_text(p, "ja");
	if (p->reads_en)
		print_text(p, "en");
	ctl_out_note(p->ctl->out, "Nothing was sent.", "何も送っていない。");
	return o->verdict == NRS_VERDICT_REJECTED ? CTL_REFUSED : CTL_DONE;
}

enum ctl_exit
ctl_cmd_preview(struct ctl *ctl)
{
	struct preview p = {.ctl = ctl};
	const int64_t now_ms = nrs_wall_ms();
	struct nrs_err err = {0};
	enum ctl_exit code;
	enum nrs_rc rc = read_draft(&p, now_ms, &err);

	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	rc = ctl_foresee_open(ctl, &p.f, &err);
	if (rc == NRS_OK) {
		ctl_foresee_decide(&p.f, &p.draft, now_ms);
		code = print_all(&p);
	} else
		code = ctl_failed(rc, &err);
	ctl_foresee_close(&p.f);
	return code;
}
