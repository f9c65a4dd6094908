/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/mime.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "common/io/mime_lines.h"
#include "noroshi/base/text.h"
#include "noroshi/core/doc.h"

#define LINE_MAX_CHARS 76
#define WORD_BYTES 42 /* that an encoded word of 68 characters holds */
#define WORD_FRAME 12 /* "=?UTF-8?B?" and "?=" */
#define BOUNDARY "=_noroshi_alternative"
#define OUTER_BOUNDARY "=_noroshi_mixed"

/* A slot while GMime has the mail: MARK, '0' + slot, MARK. MARK is a control
 * that no header value of ours may hold and that base64 cannot produce. */
#define MARK '\002'

/* ---- the header writer ---- */

static bool
is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x7f || (unsigned char)*s < 0x20)
			return false;
	return true;
}

/* RFC 2047 words by our own split: GMime 3.2.13 writes them longer than the 75
 * characters that are allowed. used: characters already on the first line. */
static void
add_words(struct nrs_buf *out, const char *s, size_t used)
{
	size_t room, len;

	for (;; used = 1) {
		room = (LINE_MAX_CHARS - used - WORD_FRAME) / 4 * 3;
		len = nrs_text_cut(s, room < WORD_BYTES ? room : WORD_BYTES);
		nrs_buf_adds(out, "=?UTF-8?B?");
		mime_base64(out, s, len);
		nrs_buf_adds(out, "?=");
		s += len;
		if (*s == '\0')
			return;
		nrs_buf_adds(out, "\r\n ");
	}
}

static void
add_text(struct nrs_buf *out, const char *s, size_t used)
{
	if (is_ascii(s) && used + strlen(s) <= LINE_MAX_CHARS &&
	    strstr(s, "=?") == NULL)
		nrs_buf_adds(out, s);
	else
		add_words(out, s, used);
}

struct composer {
	const struct nrs_mime_mail *mail;
	GMimeMessage *message;
	struct nrs_err *err;
	enum nrs_rc rc; /* of the first refusal */
};

/* value is one line but for the folds made here. */
static void
put_raw(struct composer *c, const char *name, const char *value)
{
	GMimeHeaderList *list =
	    g_mime_object_get_header_list(GMIME_OBJECT(c->message));
	GMimeHeader *header;
	struct nrs_buf raw = {0};

	g_mime_header_list_append(list, name, "", NULL);
	header = g_mime_header_list_get_header(list, name);
	nrs_buf_printf(&raw, " %s\r\n", value);
	g_mime_header_set_raw_value(header, nrs_buf_str(&raw));
	nrs_buf_fini(&raw);
}

static bool
refuse_controls(struct composer *c, const char *name, const char *value)
{
	if (nrs_text_is_line(value))
		return false;
	if (c->rc == NRS_OK)
		c->rc = nrs_refuse(c->err, name, "line",
		    "a header value must be one line of text without controls");
	return true;
}

static void
put(struct composer *c, const char *name, const char *value)
{
	struct nrs_buf text = {0};

	if (refuse_controls(c, name, value))
		return;
	add_text(&text, value, strlen(name) + 2);
	put_raw(c, name, nrs_buf_str(&text));
	nrs_buf_fini(&text);
}

static void
put_from(struct composer *c)
{
	struct nrs_buf text = {0};

	if (refuse_controls(c, "From", c->mail->from) ||
	    refuse_controls(c, "From", c->mail->from_name))
		return;
	if (c->mail->from_name[0] != '\0') {
		add_words(&text, c->mail->from_name, strlen("From: "));
		nrs_buf_adds(&text, "\r\n ");
	}
	nrs_buf_printf(&text, "<%s>", c->mail->from);
	put_raw(c, "From", nrs_buf_str(&text));
	nrs_buf_fini(&text);
}

static void
put_date(struct composer *c)
{
	GDateTime *date =
	    g_date_time_new_from_unix_utc(c->mail->date_ms / 1000);
	char *text = g_mime_utils_header_format_date(date);

	put_raw(c, "Date", text);
	g_free(text);
	g_date_time_unref(date);
}

struct slot {
	const char *before;
	enum nrs_slot slot;
	const char *after;
};

/* "<before slot after>". Not folded, though it may be longer than a line should
 * be: clients that thread by Message-ID stumble over the fold. */
static void
put_slot(struct composer *c, const char *name, const struct slot *slot)
{
	struct nrs_buf value = {0};

	nrs_buf_printf(&value, "<%s%c%c%c%s>", slot->before, MARK,
	    '0' + (int)slot->slot, MARK, slot->after);
	put_raw(c, name, nrs_buf_str(&value));
	nrs_buf_fini(&value);
}

/* All mails of a thread, of whichever recipient, refer to one id that no mail
 * bears: a mail client shows them as one conversation. */
static void
put_thread(struct composer *c)
{
	char id[512];

	(void)snprintf(id, sizeof(id), "<thread.%s@%s>", c->mail->thread_id,
	    c->mail->domain);
	if (refuse_controls(c, "References", id))
		return;
	put_raw(c, "In-Reply-To", id);
	put_raw(c, "References", id);
}

/* The delivery's key tells whom the link is for, to us and to nobody else. */
static void
put_list(struct composer *c)
{
	const char *url = c->mail->list->unsubscribe_url;
	char id[512];

	(void)snprintf(
	    id, sizeof(id), "<%s.%s>", c->mail->list->id, c->mail->domain);
	if (!refuse_controls(c, "List-Id", id))
		put_raw(c, "List-Id", id);
	if (url[0] == '\0' || refuse_controls(c, "List-Unsubscribe", url))
		return;
	put_slot(c, "List-Unsubscribe",
	    &(struct slot){url, NRS_SLOT_MESSAGE_ID, ""});
	put_raw(c, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
}

static void
put_headers(struct composer *c)
{
	const struct nrs_mime_mail *mail = c->mail;
	char revision[16], at_domain[300];

	(void)snprintf(revision, sizeof(revision), "%u", mail->revision);
	(void)snprintf(at_domain, sizeof(at_domain), "@%s", mail->domain);
	put_from(c);
	put_slot(c, "To", &(struct slot){"", NRS_SLOT_ADDRESS, ""});
	put(c, "Subject", mail->rendered->subject);
	put_date(c);
	if (!refuse_controls(c, "Message-ID", at_domain))
		put_slot(c, "Message-ID",
		    &(struct slot){"", NRS_SLOT_MESSAGE_ID, at_domain});
	if (mail->list != NULL)
		put_list(c);
	else
		put_thread(c);
	put(c, "Auto-Submitted", "auto-generated");
	if (mail->urgent)
		put(c, "Importance", "high");
	put(c, "Content-Language", mail->lang);
	put(c, "X-Noroshi-Id", mail->notice_id);
	put(c, "X-Noroshi-Thread", mail->thread_id);
	put(c, "X-Noroshi-Revision", revision);
	put(c, "X-Noroshi-Kind", mail->kind);
	put(c, "X-Noroshi-TLP", mail->tlp);
	put(c, "X-Noroshi-Mode", mail->mode);
}

/* ---- the body ---- */

/* One base64 part from encoded lines; takes nothing. */
static GMimePart *
encoded_part(const char *type, const char *subtype, const struct nrs_buf *lines)
{
	GMimePart *part = g_mime_part_new_with_type(type, subtype);
	GMimeStream *stream =
	    g_mime_stream_mem_new_with_buffer(lines->data, lines->len);
	GMimeDataWrapper *content = g_mime_data_wrapper_new_with_stream(
	    stream, GMIME_CONTENT_ENCODING_BASE64);

	if (strcmp(type, "text") == 0)
		g_mime_object_set_content_type_parameter(
		    GMIME_OBJECT(part), "charset", "utf-8");
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	g_mime_part_set_content(part, content);
	g_object_unref(content);
	g_object_unref(stream);
	return part;
}

static void
refuse_body(struct composer *c, const char *field, const char *text)
{
	if (c->rc == NRS_OK && !nrs_text_is_block(text))
		c->rc = nrs_refuse(c->err, field, "block",
		    "a body must be UTF-8 text without controls");
}

struct body {
	const char *subtype;
	enum nrs_slot greeting, link;
	struct nrs_buf head;
	struct nrs_buf ask; /* "": no link */
	const char *rest;
};

/* Encoded by itself, with a slot behind it. */
static void
add_piece(struct nrs_buf *lines, struct nrs_buf *piece, enum nrs_slot slot)
{
	mime_pad(piece);
	mime_base64_lines(lines, nrs_buf_str(piece), piece->len);
	nrs_buf_printf(lines, "%c%c%c", MARK, '0' + (int)slot, MARK);
}

/* head, greeting, ask, link, rest. */
static GMimePart *
body_part(struct body *body)
{
	struct nrs_buf lines = {0}, rest = {0};
	GMimePart *part;

	add_piece(&lines, &body->head, body->greeting);
	if (body->ask.len > 0)
		add_piece(&lines, &body->ask, body->link);
	mime_crlf(&rest, body->rest);
	mime_base64_lines(&lines, nrs_buf_str(&rest), rest.len);
	part = encoded_part("text", body->subtype, &lines);
	nrs_buf_fini(&rest);
	nrs_buf_fini(&lines);
	nrs_buf_fini(&body->head);
	nrs_buf_fini(&body->ask);
	return part;
}

static void
ask_to_confirm(struct composer *c, struct body *body, bool html)
{
	const struct nrs_mime_ack *ack = c->mail->ack;
	struct nrs_buf folded = {0};

	if (ack == NULL)
		return;
	refuse_body(c, "ack", ack->ask);
	nrs_buf_adds(&body->ask, "\r\n");
	if (html) {
		nrs_buf_adds(&body->ask, "<p><strong>");
		nrs_doc_escape(&body->ask, ack->ask);
		nrs_buf_adds(&body->ask, "</strong></p>\r\n");
	} else {
		nrs_text_fold(&folded, ack->ask, LINE_MAX_CHARS, "");
		mime_crlf(&body->ask, nrs_buf_str(&folded));
	}
	nrs_buf_fini(&folded);
}

static GMimePart *
text_part(struct composer *c)
{
	const struct nrs_rendered *r = c->mail->rendered;
	struct body body = {.subtype = "plain",
	    .greeting = NRS_SLOT_GREETING,
	    .link = NRS_SLOT_ACK_LINK,
	    .rest = r->text};

	refuse_body(c, "text", r->text_head);
	refuse_body(c, "text", r->text);
	mime_crlf(&body.head, r->text_head);
	ask_to_confirm(c, &body, false);
	return body_part(&body);
}

static GMimePart *
html_part(struct composer *c)
{
	const struct nrs_rendered *r = c->mail->rendered;
	struct nrs_buf rest = {0};
	struct body body = {.subtype = "html",
	    .greeting = NRS_SLOT_GREETING_HTML,
	    .link = NRS_SLOT_ACK_LINK_HTML};
	GMimePart *part;

	refuse_body(c, "html", r->html_meta);
	refuse_body(c, "html", r->html_head);
	refuse_body(c, "html", r->html);
	nrs_buf_adds(&body.head, "<!DOCTYPE html>\r\n<html lang=\"");
	nrs_doc_escape(&body.head, c->mail->lang);
	nrs_buf_adds(
	    &body.head, "\">\r\n<head><meta charset=\"utf-8\">\r\n<title>");
	nrs_doc_escape(&body.head, r->subject);
	nrs_buf_adds(&body.head, "</title>");
	mime_crlf(&body.head, r->html_meta);
	nrs_buf_adds(&body.head, "</head>\r\n<body>\r\n");
	mime_crlf(&body.head, r->html_head);
	nrs_buf_printf(&rest, "%s</body>\n</html>\n", r->html);
	body.rest = nrs_buf_str(&rest);
	ask_to_confirm(c, &body, true);
	part = body_part(&body);
	nrs_buf_fini(&rest);
	return part;
}

/* For machines; without a name in it, whoever it is for. */
static GMimePart *
json_part(struct composer *c)
{
	GMimePart *part;
	struct nrs_buf head = {0}, lines = {0};
	const char *json = c->mail->json;
	size_t len = strlen(json);

	refuse_body(c, "json", json);
	/* The link goes before the last brace, as a member. */
	if (c->mail->ack != NULL && len > 0)
		len--;
	nrs_buf_add(&head, json, len);
	if (c->mail->ack != NULL) {
		add_piece(&lines, &head, NRS_SLOT_ACK_LINK_JSON);
		mime_base64_lines(&lines, "}\r\n", 3);
	} else {
		nrs_buf_adds(&head, "\r\n");
		mime_base64_lines(&lines, nrs_buf_str(&head), head.len);
	}
	part = encoded_part("application", "json", &lines);
	g_mime_part_set_filename(part, "noroshi.json");
	nrs_buf_fini(&head);
	nrs_buf_fini(&lines);
	return part;
}

/* Both bodies, and what is for machines beside them. */
static void
put_mixed(struct composer *c, GMimeMultipart *both)
{
	GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
	GMimePart *part = json_part(c);

	g_mime_multipart_set_boundary(mixed, OUTER_BOUNDARY);
	g_mime_multipart_add(mixed, GMIME_OBJECT(both));
	g_mime_multipart_add(mixed, GMIME_OBJECT(part));
	g_mime_message_set_mime_part(c->message, GMIME_OBJECT(mixed));
	g_object_unref(part);
	g_object_unref(mixed);
}

static void
put_body(struct composer *c)
{
	GMimeMultipart *both = g_mime_multipart_new_with_subtype("alternative");
	GMimePart *part = text_part(c);

	g_mime_multipart_set_boundary(both, BOUNDARY);
	g_mime_multipart_add(both, GMIME_OBJECT(part));
	g_object_unref(part);
	if (!c->mail->text_only) {
		part = html_part(c);
		g_mime_multipart_add(both, GMIME_OBJECT(part));
		g_object_unref(part);
	}
	if (c->mail->json != NULL)
		put_mixed(c, both);
	else
		g_mime_message_set_mime_part(c->message, GMIME_OBJECT(both));
	g_object_unref(both);
}

/* ---- freezing ---- */

/* What stands before a token is frozen with the rest. */
static void
set_url(struct nrs_arena *arena, const struct nrs_mime_ack *ack,
    struct nrs_part *part)
{
	if (ack != NULL && (part->slot == NRS_SLOT_ACK_LINK ||
	                       part->slot == NRS_SLOT_ACK_LINK_JSON ||
	                       part->slot == NRS_SLOT_ACK_LINK_HTML))
		part->text = nrs_arena_strdup(arena, ack->url);
}

/* Cut at the marks: each ends a part. */
static void
cut_parts(struct nrs_arena *arena, const char *mail, size_t len,
    struct nrs_variant *out)
{
	const char *end = mail + len, *at;
	size_t n = 1;

	for (at = mail; at < end; at++)
		n += *at == MARK;
	out->parts = nrs_arena_array(arena, n, sizeof(*out->parts));
	out->n_parts = 0;
	while (mail < end) {
		at = memchr(mail, MARK, (size_t)(end - mail));
		if (at == NULL)
			at = end;
		out->parts[out->n_parts++] = (struct nrs_part){
		    .data = nrs_arena_bytes(arena, mail, (size_t)(at - mail)),
		    .slot = at < end ? (enum nrs_slot)(at[1] - '0')
		                     : NRS_SLOT_NONE};
		mail = at < end ? at + 3 : end;
	}
}

static void
freeze(struct composer *c, struct nrs_arena *arena, struct nrs_variant *out)
{
	GMimeFormatOptions *options = g_mime_format_options_new();
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;
	size_t i;

	g_mime_format_options_set_newline_format(
	    options, GMIME_NEWLINE_FORMAT_DOS);
	(void)g_mime_object_write_to_stream(
	    GMIME_OBJECT(c->message), options, stream);
	(void)g_mime_stream_write(stream, "\r\n", 2);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	cut_parts(arena, (const char *)bytes->data, bytes->len, out);
	for (i = 0; i < out->n_parts; i++)
		set_url(arena, c->mail->ack, &out->parts[i]);
	g_object_unref(stream);
	g_mime_format_options_free(options);
}

enum nrs_rc
nrs_mime_compose(struct nrs_arena *arena, const struct nrs_mime_mail *mail,
    struct nrs_variant *out, struct nrs_err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct composer c = {.mail = mail, .err = err, .rc = NRS_OK};

	(void)pthread_once(&once, g_mime_init);
	c.message = g_mime_message_new(FALSE);
	put_headers(&c);
	put_body(&c);
	if (c.rc == NRS_OK) {
		freeze(&c, arena, out);
		out->lang = nrs_arena_strdup(arena, mail->lang);
		out->channel = NRS_CHANNEL_MAIL;
		out->media_type = "message/rfc822";
	}
	g_object_unref(c.message);
	return c.rc;
}
