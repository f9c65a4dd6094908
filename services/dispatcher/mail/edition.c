/* SPDX-License-Identifier: Apache-2.0 */
/* The frozen bytes of one edition of a newsletter. */
#include <string.h>

#include "dispatcher/mail/compose.h"
#include "dispatcher/mail/machine.h"
#include "noroshi/core/label.h"
#include "noroshi/io/json.h"
#include "noroshi/io/markdown.h"
#include "noroshi/io/mime.h"

static void
render(const struct dispatcher_composer *c, const char *lang,
    struct nrs_rendered *out)
{
	const struct nrs_newsletter_render in = {
	    .edition = c->edition,
	    .lang = lang,
	    .sector = strcmp(lang, "en") == 0 ? c->issue->sector_en
	                                      : c->issue->sector_ja,
	    .sender = c->d->conf->sender,
	    .desk = c->d->conf->desk,
	    .rich = nrs_markdown_html,
	};

	nrs_newsletter_render(c->arena, &in, out);
}

static enum nrs_rc
compose_mail(const struct dispatcher_composer *c, const char *lang,
    struct nrs_variant *out, struct nrs_err *err)
{
	const struct nrs_newsletter *letter = c->issue->letter;
	struct nrs_rendered rendered;
	const struct nrs_mime_list list = {
	    .id = nrs_arena_printf(c->arena, "%s.newsletter", letter->sector),
	    .unsubscribe_url = c->d->conf->newsletter.unsubscribe_url,
	};
	struct nrs_mime_mail mail = {
	    .from = c->d->conf->transfer.mail_from,
	    .from_name = c->d->conf->from_name,
	    .domain = c->d->domain,
	    .lang = lang,
	    .date_ms = c->issue->accepted_at,
	    .notice_id = letter->issue_id,
	    .thread_id = letter->issue_id,
	    .tlp = nrs_term_text(NRS_VOC_TLP, (int)c->edition->label, "en"),
	    .mode = nrs_term_name(NRS_VOC_MODE, (int)letter->mode),
	    .kind = "NEWSLETTER",
	    .revision = 1,
	    .rendered = &rendered,
	    .list = &list,
	    .json = dispatcher_machine_edition(c->arena, c->edition),
	};

	render(c, lang, &rendered);
	return dispatcher_compose_fitting(c->arena, &mail, out, err);
}

/* ---- webhook ---- */

/* What its readers may see and nothing else: numbered anew, with the label it
 * bears, without the classification, which tells of the service. */
static struct nrs_newsletter
as_message(const struct dispatcher_composer *c, const char *lang, bool whole)
{
	struct nrs_newsletter out = *c->issue->letter;
	struct nrs_newsletter_item *items =
	    nrs_arena_array(c->arena, c->edition->n_items, sizeof(*items));
	size_t i;

	for (i = 0; i < c->edition->n_items; i++) {
		const struct nrs_edition_item *from = &c->edition->items[i];
		const struct nrs_alert *said;
		struct nrs_alert *alert;

		items[i] = *from->item;
		items[i].number = (uint32_t)i + 1;
		items[i].section = from->section;
		items[i].tlp = from->tlp;
		items[i].title = nrs_newsletter_title(from, lang);
		items[i].alert = items[i].stub = NULL;
		items[i].carried_tlp = NRS_TLP_UNSPECIFIED;
		if (from->stub)
			items[i].n_titles = 0;
		said = from->stub ? from->item->stub : from->item->alert;
		if (said == NULL || !whole)
			continue;
		alert = nrs_arena_alloc(c->arena, sizeof(*alert));
		*alert = *said;
		alert->classification = NULL;
		items[i].alert = alert;
	}
	out.items = items;
	out.n_items = c->edition->n_items;
	out.label = c->edition->label;
	out.item = NULL;
	out.total = (uint32_t)c->edition->n_items;
	return out;
}

static void
write_json(const struct dispatcher_composer *c, const struct nrs_rendered *as,
    const char *lang, bool whole, struct nrs_buf *out)
{
	const struct nrs_newsletter letter = as_message(c, lang, whole);

	nrs_buf_reset(out);
	nrs_buf_adds(out, "{\"type\":\"noroshi.newsletter\",\"subject\":");
	nrs_json_string(out, as->subject);
	nrs_buf_adds(out, ",\"newsletter\":");
	nrs_json_encode(out, NRS_TYPE_NEWSLETTER, &letter);
	nrs_buf_addc(out, '}');
}

/* One that is too long for a record comes with titles and ids only. */
static void
compose_webhook(const struct dispatcher_composer *c, const char *lang,
    struct nrs_variant *out)
{
	struct nrs_rendered rendered;
	struct nrs_buf body = {0};

	render(c, lang, &rendered);
	write_json(c, &rendered, lang, true, &body);
	if (body.len > DISPATCHER_VARIANT_MAX)
		write_json(c, &rendered, lang, false, &body);
	out->parts = nrs_arena_array(c->arena, 1, sizeof(*out->parts));
	out->n_parts = 1;
	out->parts[0] = (struct nrs_part){
	    .data = nrs_arena_bytes(c->arena, body.data, body.len),
	    .slot = NRS_SLOT_NONE};
	out->media_type = "application/json";
	nrs_buf_fini(&body);
}

enum nrs_rc
dispatcher_compose_edition(const struct dispatcher_composer *c,
    const char *lang, enum nrs_channel_type channel, struct nrs_variant *out,
    struct nrs_err *err)
{
	if (channel == NRS_CHANNEL_MAIL)
		return compose_mail(c, lang, out, err);
	compose_webhook(c, lang, out);
	return NRS_OK;
}
