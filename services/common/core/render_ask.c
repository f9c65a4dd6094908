/* SPDX-License-Identifier: Apache-2.0 */
/* What a reminder and an escalation say above the notice. */
#include <string.h>

#include "common/core/render_part.h"
#include "noroshi/core/phrase.h"
#include "noroshi/core/wording.h"

static bool
asks(const struct nrs_render *render)
{
	return render->purpose == NRS_PURPOSE_REMINDER ||
	       render->purpose == NRS_PURPOSE_ESCALATION;
}

static bool
in_english(const struct nrs_render *render)
{
	return strcmp(render->lang, "en") == 0;
}

const char *
render_ask_mark(const struct nrs_render *render)
{
	if (!asks(render))
		return "";
	return nrs_phrase(NRS_PHRASE_UNCONFIRMED_MARK, in_english(render));
}

static const char *
at(struct nrs_arena *arena, const char *label, int64_t ms, bool english)
{
	return nrs_arena_printf(arena, "%s%s", label,
	    render_time(arena, ms, english ? "en" : "ja"));
}

void
render_ask(struct nrs_arena *arena, const struct nrs_render *render,
    struct nrs_doc *doc)
{
	const struct nrs_content *c = render->content;
	const bool en = in_english(render);

	if (!asks(render))
		return;
	nrs_doc_banner_begin(doc);
	nrs_doc_banner_line(
	    doc, nrs_phrase(render->purpose == NRS_PURPOSE_REMINDER
	                        ? NRS_PHRASE_REMINDER
	                        : NRS_PHRASE_ESCALATION,
	             en));
	nrs_doc_banner_line(doc, nrs_wording_title(c, en ? "en" : "ja"));
	nrs_doc_banner_line(
	    doc, nrs_arena_printf(arena, "%s: %s",
	             nrs_phrase(NRS_PHRASE_NOTICE_ID, en), c->notice_id));
	nrs_doc_banner_line(doc,
	    at(arena, nrs_phrase(NRS_PHRASE_SENT_AT, en), render->sent_at, en));
	nrs_doc_banner_line(
	    doc, at(arena,
	             nrs_arena_printf(arena,
	                 "%s: ", nrs_phrase(NRS_PHRASE_ACK_DEADLINE, en)),
	             render->ack_by, en));
	nrs_doc_banner_line(doc, nrs_phrase(NRS_PHRASE_HOW_TO_CONFIRM, en));
	nrs_doc_banner_end(doc);
}
