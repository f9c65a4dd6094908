/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/mail/compose.h"

#include <string.h>

#include "dispatcher/ack/ack_token.h"
#include "dispatcher/mail/machine.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/text.h"
#include "noroshi/core/label.h"
#include "noroshi/core/phrase.h"
#include "noroshi/core/wording.h"
#include "noroshi/io/json.h"
#include "noroshi/io/mime.h"

#define VARIANT_MAX DISPATCHER_VARIANT_MAX

static const enum nrs_channel_type channels[DISPATCHER_CHANNELS] = {
    NRS_CHANNEL_MAIL, NRS_CHANNEL_WEBHOOK, NRS_CHANNEL_TOPIC};

static const enum nrs_delivery_purpose purposes[DISPATCHER_PURPOSES] = {
    NRS_PURPOSE_ALERT, NRS_PURPOSE_STUB, NRS_PURPOSE_REMINDER,
    NRS_PURPOSE_ESCALATION};

size_t
dispatcher_compose_index(const char *lang, enum nrs_channel_type channel,
    enum nrs_delivery_purpose purpose)
{
	size_t c = 0, english = strcmp(lang, "en") == 0 ? 1 : 0;
	size_t kind = 0;

	while (c + 1 < DISPATCHER_CHANNELS && channels[c] != channel)
		c++;
	while (kind + 1 < DISPATCHER_PURPOSES && purposes[kind] != purpose)
		kind++;
	if (purposes[kind] != purpose)
		kind = 0; /* an edition has no other form */
	return (kind * DISPATCHER_CHANNELS + c) * DISPATCHER_LANGS + english;
}

static const char *
lang_of(size_t index)
{
	return index % DISPATCHER_LANGS == 1 ? "en" : "ja";
}

static enum nrs_channel_type
channel_of(size_t index)
{
	return channels[index / DISPATCHER_LANGS % DISPATCHER_CHANNELS];
}

static enum nrs_delivery_purpose
purpose_of(size_t index)
{
	return purposes[index / (DISPATCHER_LANGS * DISPATCHER_CHANNELS)];
}

static bool
is_stub(size_t index)
{
	return purpose_of(index) == NRS_PURPOSE_STUB;
}

/* ---- mail ---- */

/* Of text, of which every byte may become two (a line end), and three of these
 * four (base64). */
#define TEXT_MAX (VARIANT_MAX / 3)

size_t
dispatcher_compose_bytes(const struct nrs_variant *variant)
{
	size_t i, size = 0;

	for (i = 0; i < variant->n_parts; i++)
		size += variant->parts[i].data.len;
	return size;
}

/* A text that grows beyond a record when it is laid out is cut rather than not
 * sent: what to do and until when comes first in it. */
static void
cut_text(struct nrs_arena *arena, const struct nrs_mime_mail *mail,
    struct nrs_rendered *rendered)
{
	const bool english = strcmp(mail->lang, "en") == 0;
	size_t len = nrs_text_cut(rendered->text, TEXT_MAX);

	while (len > 0 && rendered->text[len - 1] != '\n')
		len--;
	rendered->text = nrs_arena_printf(arena, "%.*s\n%s\n%s: %s\n", (int)len,
	    rendered->text, nrs_phrase(NRS_PHRASE_CUT, english),
	    nrs_phrase(NRS_PHRASE_NOTICE_ID, english), mail->notice_id);
}

enum nrs_rc
dispatcher_compose_fitting(struct nrs_arena *arena, struct nrs_mime_mail *mail,
    struct nrs_variant *out, struct nrs_err *err)
{
	struct nrs_rendered *cut;
	enum nrs_rc rc = nrs_mime_compose(arena, mail, out, err);

	if (rc != NRS_OK || dispatcher_compose_bytes(out) <= VARIANT_MAX)
		return rc;
	mail->text_only = true;
	rc = nrs_mime_compose(arena, mail, out, err);
	if (rc != NRS_OK || dispatcher_compose_bytes(out) <= VARIANT_MAX)
		return rc;
	mail->json = NULL;
	rc = nrs_mime_compose(arena, mail, out, err);
	if (rc != NRS_OK || dispatcher_compose_bytes(out) <= VARIANT_MAX)
		return rc;
	cut = nrs_arena_alloc(arena, sizeof(*cut));
	*cut = *mail->rendered;
	cut_text(arena, mail, cut);
	mail->rendered = cut;
	return nrs_mime_compose(arena, mail, out, err);
}

static void
render(struct dispatcher_composer *c, size_t index, struct nrs_rendered *out)
{
	const struct nrs_admitted *a = c->notice->admitted;
	char *hash = nrs_arena_alloc(c->arena, 2 * NRS_SHA256_SIZE + 1);
	const struct nrs_submission *said = a->submission;
	struct nrs_render in = {
	    .lang = lang_of(index),
	    .sender = c->d->conf->sender,
	    .desk = c->d->conf->desk,
	    .key_id = said->n_signatures > 0 ? said->signatures[0].key_id : "",
	    .payload_sha256 = "",
	    .purpose = purpose_of(index),
	    .sent_at = c->sent_at,
	    .ack_by = c->ack_by,
	};

	if (is_stub(index)) {
		in.stub = c->notice->stub;
	} else {
		in.content = a->content;
		in.payload_sha256 =
		    nrs_hex(a->payload_sha256, NRS_SHA256_SIZE, hash);
	}
	nrs_render(c->arena, &in, out);
}

/* NULL: this variant asks nobody to confirm. */
static const char *
ack_url(struct dispatcher_composer *c, size_t index)
{
	const struct nrs_content *content = c->notice->admitted->content;

	if (is_stub(index) || !dispatcher_ack_asked(c->d->conf, content))
		return NULL;
	return nrs_arena_printf(
	    c->arena, "%s" DISPATCHER_ACK_PATH, c->d->conf->ack.url);
}

static const struct nrs_mime_ack *
ask(struct dispatcher_composer *c, size_t index)
{
	const int64_t deadline = c->notice->admitted->content->ack_deadline;
	const bool english = index % DISPATCHER_LANGS == 1;
	struct nrs_mime_ack *ack = nrs_arena_alloc(c->arena, sizeof(*ack));
	char by[64];

	ack->url = ack_url(c, index);
	ack->ask = nrs_phrase(NRS_PHRASE_ACK_ASK, english);
	if (deadline > 0)
		ack->ask = nrs_arena_printf(c->arena, "%s (%s: %s)", ack->ask,
		    nrs_phrase(NRS_PHRASE_ACK_DEADLINE, english),
		    nrs_time_text(deadline, lang_of(index), by));
	return ack->url == NULL ? NULL : ack;
}

static const char *
for_machines(struct dispatcher_composer *c, size_t index)
{
	const struct nrs_admitted *a = c->notice->admitted;
	char hash[2 * NRS_SHA256_SIZE + 1] = "";
	const struct dispatcher_machine said = {
	    .content = is_stub(index) ? NULL : a->content,
	    .stub = is_stub(index) ? c->notice->stub : NULL,
	    .purpose = purpose_of(index),
	    .payload_sha256 = is_stub(index) ? ""
	                                     : nrs_hex(a->payload_sha256,
	                                           NRS_SHA256_SIZE, hash)};

	return dispatcher_machine(c->arena, &said);
}

static enum nrs_rc
compose_mail(struct dispatcher_composer *c, size_t index,
    struct nrs_variant *out, struct nrs_err *err)
{
	const struct nrs_content *content = c->notice->admitted->content;
	struct nrs_rendered rendered;
	struct nrs_mime_mail mail = {
	    .from = c->d->conf->transfer.mail_from,
	    .from_name = c->d->conf->from_name,
	    .domain = c->d->domain,
	    .lang = lang_of(index),
	    .date_ms = c->notice->dispatch->accepted_at,
	    .urgent = content->urgency == NRS_URGENCY_IMMEDIATE,
	    .notice_id = content->notice_id,
	    .thread_id = content->thread_id,
	    .tlp = is_stub(index)
	               ? "-"
	               : nrs_term_text(NRS_VOC_TLP, (int)content->tlp, "en"),
	    .mode = nrs_term_name(NRS_VOC_MODE, (int)content->mode),
	    .kind = nrs_term_name(NRS_VOC_MSG_KIND, (int)content->kind),
	    .revision = content->revision,
	    .rendered = &rendered,
	    .ack = ask(c, index),
	    .json = for_machines(c, index),
	};

	render(c, index, &rendered);
	return dispatcher_compose_fitting(c->arena, &mail, out, err);
}

/* ---- webhook ---- */

static void
add_content(struct dispatcher_composer *c, size_t index, struct nrs_buf *out)
{
	nrs_buf_adds(out, is_stub(index) ? "\"stub\":" : "\"content\":");
	if (is_stub(index))
		nrs_json_encode(out, NRS_TYPE_STUB_CONTENT, c->notice->stub);
	else
		nrs_json_encode(
		    out, NRS_TYPE_CONTENT, c->notice->admitted->content);
}

/* Where there are several: in the reader's language first. */
static void
add_texts(struct dispatcher_composer *c, size_t index, struct nrs_buf *out)
{
	const struct nrs_content *content = c->notice->admitted->content;
	struct nrs_wording *all;
	size_t i, n;

	if (is_stub(index) || content->n_translations == 0)
		return;
	n = nrs_wordings(c->arena, content, lang_of(index), &all);
	nrs_buf_adds(out, "\"texts\":[");
	for (i = 0; i < n; i++) {
		nrs_buf_adds(out, i == 0 ? "" : ",");
		nrs_json_encode(out, NRS_TYPE_TRANSLATION, &all[i].text);
	}
	nrs_buf_adds(out, "],");
}

/* The signed bytes, so that a receiver can verify what it reads. Neither the
 * addressing nor the classification: they tell of others. */
static void
add_alert(struct dispatcher_composer *c, size_t index, struct nrs_buf *out)
{
	const struct nrs_dispatch *dispatch = c->notice->dispatch;
	const struct nrs_admitted *a = c->notice->admitted;
	struct nrs_alert alert = {
	    .payload = dispatch->payload,
	    .addressing_sha256 = {a->addressing_sha256, NRS_SHA256_SIZE},
	    .signatures = dispatch->signatures,
	    .n_signatures = dispatch->n_signatures,
	    .accepted_at = dispatch->accepted_at,
	    .submission_id = dispatch->submission_id,
	    .mode = dispatch->mode,
	};
	uint8_t nothing[NRS_SHA256_SIZE];

	if (is_stub(index)) {
		nrs_sha256((struct nrs_bytes){0}, nothing);
		alert.payload = dispatch->stubs[0].payload;
		alert.signatures = dispatch->stubs[0].signatures;
		alert.n_signatures = dispatch->stubs[0].n_signatures;
		alert.addressing_sha256 =
		    (struct nrs_bytes){nothing, NRS_SHA256_SIZE};
		alert.stub = true;
	}
	nrs_buf_adds(out, "\"alert\":");
	nrs_json_encode(out, NRS_TYPE_ALERT, &alert);
}

/* The body ends here, or goes on behind the recipient's token. */
static void
cut_body(struct dispatcher_composer *c, struct nrs_buf *body, const char *url,
    struct nrs_variant *out)
{
	const enum nrs_slot slot =
	    url == NULL ? NRS_SLOT_NONE : NRS_SLOT_ACK_TOKEN;

	if (url != NULL)
		nrs_buf_printf(body, ",\"ack_url\":\"%s", url);
	else
		nrs_buf_addc(body, '}');
	out->parts = nrs_arena_array(c->arena, 2, sizeof(*out->parts));
	out->parts[0] = (struct nrs_part){
	    .data = nrs_arena_bytes(c->arena, body->data, body->len),
	    .slot = slot};
	out->parts[1] = (struct nrs_part){
	    .data = nrs_arena_bytes(c->arena, "\"}", 2), .slot = NRS_SLOT_NONE};
	out->n_parts = url == NULL ? 1 : 2;
}

static const char *
type_of(size_t index)
{
	if (purpose_of(index) == NRS_PURPOSE_REMINDER)
		return "reminder";
	return purpose_of(index) == NRS_PURPOSE_ESCALATION ? "escalation"
	                                                   : "alert";
}

static void
compose_webhook(
    struct dispatcher_composer *c, size_t index, struct nrs_variant *out)
{
	struct nrs_rendered rendered;
	struct nrs_buf body = {0}, content = {0};

	render(c, index, &rendered);
	add_texts(c, index, &content);
	add_content(c, index, &content);
	nrs_buf_printf(
	    &body, "{\"type\":\"noroshi.%s\",\"subject\":", type_of(index));
	nrs_json_string(&body, rendered.subject);
	nrs_buf_addc(&body, ',');
	/* The decoded form is a convenience; the signed one is the message. */
	if (content.len <= VARIANT_MAX / 2) {
		nrs_buf_add(&body, content.data, content.len);
		nrs_buf_addc(&body, ',');
	}
	add_alert(c, index, &body);
	cut_body(c, &body, ack_url(c, index), out);
	out->media_type = "application/json";
	nrs_buf_fini(&body);
	nrs_buf_fini(&content);
}

static enum nrs_rc
compose(struct dispatcher_composer *c, size_t index, struct nrs_variant *out,
    struct nrs_err *err)
{
	if (channel_of(index) == NRS_CHANNEL_TOPIC)
		return NRS_OK;
	if (c->edition != NULL)
		return dispatcher_compose_edition(
		    c, lang_of(index), channel_of(index), out, err);
	if (channel_of(index) == NRS_CHANNEL_MAIL)
		return compose_mail(c, index, out, err);
	compose_webhook(c, index, out);
	return NRS_OK;
}

enum nrs_rc
dispatcher_compose(struct dispatcher_composer *c, size_t index,
    const struct nrs_variant **out, struct nrs_err *err)
{
	struct nrs_variant *variant = c->made[index];
	enum nrs_rc rc = NRS_OK;

	if (variant == NULL) {
		variant = nrs_arena_alloc(c->arena, sizeof(*variant));
		variant->media_type = "";
		rc = compose(c, index, variant, err);
		if (rc == NRS_OK &&
		    dispatcher_compose_bytes(variant) > VARIANT_MAX)
			rc = nrs_refuse(err, "payload", "length",
			    "too long for one record of the bus");
		if (rc != NRS_OK)
			return rc;
		variant->lang = lang_of(index);
		variant->channel = channel_of(index);
		c->made[index] = variant;
	}
	*out = variant;
	return NRS_OK;
}
