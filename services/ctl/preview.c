/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/preview.h"

#include <string.h>

#include "ctl/foresee.h"
#include "ctl/source.h"
#include "ctl/view.h"
#include "noroshi/base/clock.h"

static const char *
pick(struct ctl *ctl, const char *en, const char *ja)
{
	return strcmp(ctl_out_lang(ctl->out), "ja") == 0 ? ja : en;
}

static void
print_outcome(struct ctl *ctl, const struct nrs_outcome *o)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "outcome");
	ctl_out_term(out, "verdict", NRS_VOC_VERDICT, (int)o->verdict);
	ctl_out_str(out, "field", o->field);
	ctl_out_str(out, "rule", o->rule);
	ctl_out_str(out, "text", o->text);
	for (size_t i = 0; !ctl_out_is_json(out) && i < o->n_copies; i++) {
		ctl_out_str(
		    out, "routes", ctl_view_copy(ctl->arena, &o->copies[i]));
		ctl_out_str(
		    out, "source", ctl_source_line(o->copies[i].route_rule));
	}
	ctl_out_list(
	    out, "topics", (const char *const *)o->topics, o->n_topics);
	if (!ctl_out_is_json(out))
		ctl_out_list(out, "stub_topics",
		    (const char *const *)o->stub_topics, o->n_stub_topics);
	ctl_out_message(out, "outcome", NRS_TYPE_OUTCOME, o);
	ctl_out_end(out);
}

static void
print_recipient(struct ctl *ctl, const struct nrs_preview_recipient *r)
{
	const char *when = r->unless != NULL ? "unconfirmed"
	                   : r->now          ? "now"
	                                     : "newsletter";
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_ROW);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "recipient");
	else if (r->unless != NULL)
		when = pick(ctl, "unconfirmed", "未確認時");
	else
		when = pick(ctl, when, r->now ? "即時" : "次の号");
	ctl_out_str(out, "subscriber_id", r->subscriber_id);
	ctl_out_term(out, "channel", NRS_VOC_CHANNEL_TYPE, (int)r->channel);
	ctl_out_term(out, "purpose", NRS_VOC_DELIVERY_PURPOSE, (int)r->purpose);
	ctl_out_str(out, "when", when);
	if (ctl_out_is_json(out) && r->unless != NULL)
		ctl_out_str(out, "unless", r->unless);
	ctl_out_str(out, "rule", r->rule);
	ctl_out_str(out, "name", r->name);
	ctl_out_end(out);
}

static void
print_way(struct ctl *ctl, const struct nrs_preview_way *way)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "arrangement");
	ctl_out_str(out, "arrangement_id", way->arrangement_id);
	ctl_out_str(out, "name", way->name);
	ctl_out_list(
	    out, "contacts", (const char *const *)way->roles, way->n_roles);
	if (way->n_waiting > 0) {
		ctl_out_int(out, "waiting", (int64_t)way->n_waiting);
		ctl_out_time(out, "until", way->wait_until);
		ctl_out_str(out, "text",
		    pick(ctl, "they get it then, unless a contact confirms it",
		        "窓口が確認しなければ、その時刻に送る"));
	}
	ctl_out_end(out);
}

static void
print_ways(struct ctl *ctl, const struct ctl_foresight *f)
{
	const struct nrs_preview *p = &f->preview;

	if (p->n_ways > 0 && !nrs_foresee_knows_contacts(f->topics))
		(void)fprintf(stderr,
		    "noroshictl: dispatch.alert cannot be read: who an "
		    "arrangement's contacts are is not seen\n");
	for (size_t i = 0; i < p->n_ways; i++)
		print_way(ctl, &p->ways[i]);
}

static void
print_reach(struct ctl *ctl, const struct nrs_preview *p)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "reach");
	ctl_out_int(out, "recipients", (int64_t)p->n_reached);
	ctl_out_int(out, "stubs", (int64_t)p->n_stubs);
	ctl_out_int(out, "not_cleared", (int64_t)p->n_not_cleared);
	ctl_out_int(out, "filtered", (int64_t)p->n_filtered);
	ctl_out_int(out, "unreachable", (int64_t)p->n_unreachable);
	ctl_out_end(out);
}

/* what: the sector or label, "" for the whole audience. */
static void
print_unusual(struct ctl *ctl, const char *issuer, const char *what)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out))
		ctl_out_str(out, "step", "unusual");
	ctl_out_str(out, "unusual", what);
	ctl_out_str(out, "principal", issuer);
	ctl_out_str(out, "text",
	    what[0] == '\0' ? pick(ctl, "nothing has been issued here before",
	                          "これまでに発信したものがない")
	                    : pick(ctl, "never used before: is it meant?",
	                          "これまでに使っていない。間違いではないか"));
	ctl_out_end(out);
}

static void
print_audience(struct ctl *ctl, const struct ctl_foresight *f)
{
	const struct nrs_preview *p = &f->preview;

	if (!nrs_foresee_knows_issuers(f->topics))
		(void)fprintf(stderr, "noroshictl: the journal cannot be read: "
		                      "an unusual audience is not seen\n");
	if (p->first)
		print_unusual(ctl, f->issuer, "");
	for (size_t i = 0; i < p->n_new_sectors; i++)
		print_unusual(ctl, f->issuer, p->new_sectors[i]);
	if (p->new_label)
		print_unusual(ctl, f->issuer,
		    nrs_term_text(NRS_VOC_TLP, (int)p->outcome.tlp, "en"));
}

static void
print_text(struct ctl *ctl, const struct nrs_preview_text *text)
{
	struct ctl_out *out = ctl->out;
	const char *whole = nrs_arena_printf(
	    ctl->arena, "%s%s", text->rendered.text_head, text->rendered.text);

	ctl_out_begin(out, CTL_BLOCK);
	if (ctl_out_is_json(out)) {
		ctl_out_str(out, "step", text->stub ? "stub" : "text");
		ctl_out_str(out, "lang", text->lang);
		ctl_out_str(out, "subject", text->rendered.subject);
		ctl_out_str(out, "text", whole);
	} else {
		ctl_out_str(out, "subject", text->rendered.subject);
		ctl_out_laid_out(out, whole);
	}
	ctl_out_end(out);
}

static enum ctl_exit
print_all(struct ctl *ctl, const struct ctl_foresight *f)
{
	const struct nrs_preview *p = &f->preview;

	print_outcome(ctl, &p->outcome);
	for (size_t i = 0; i < p->n_recipients; i++)
		print_recipient(ctl, &p->recipients[i]);
	if (!ctl_out_is_json(ctl->out) && p->n_recipients > 0)
		(void)puts("");
	print_ways(ctl, f);
	print_reach(ctl, p);
	print_audience(ctl, f);
	for (size_t i = 0; i < p->n_texts; i++)
		print_text(ctl, &p->texts[i]);
	ctl_out_note(ctl->out, "Nothing was sent.", "何も送っていない。");
	return p->outcome.verdict == NRS_VERDICT_REJECTED ? CTL_REFUSED
	                                                  : CTL_DONE;
}

enum ctl_exit
ctl_preview(struct ctl *ctl, const struct ctl_draft *draft)
{
	struct ctl_foresight f;
	struct nrs_err err = {0};
	enum ctl_exit code;
	enum nrs_rc rc = ctl_foresee_open(ctl, &f, &err);

	if (rc == NRS_OK)
		rc = ctl_foresee(&f, draft, nrs_wall_ms(), &err);
	code = rc == NRS_OK ? print_all(ctl, &f) : ctl_failed(rc, &err);
	ctl_foresee_close(&f);
	return code;
}
