/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/mime_bounce.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define ADDRESSES_MAX 16
#define ADDRESS_MAX_BYTES 320
#define FIELD_MAX_BYTES 1000
#define DIAGNOSTIC_BYTES 100
#define PARTS_MAX 16

struct reading {
	struct nrs_arena *arena;
	struct nrs_bounce *out;
	const char **addresses;
};

/* ---- fields, "Name: value", of a text ---- */

/* The next line without its end; false after the last. */
static bool
next_line(const char **at, const char *end, const char **line, size_t *len)
{
	const char *stop;

	if (*at >= end)
		return false;
	*line = *at;
	stop = memchr(*at, '\n', (size_t)(end - *at));
	*at = stop == NULL ? end : stop + 1;
	*len = (size_t)((stop == NULL ? end : stop) - *line);
	if (*len > 0 && (*line)[*len - 1] == '\r')
		(*len)--;
	return true;
}

/* Printable ASCII, one blank for a run of others, at most max bytes. */
static const char *
printable(struct nrs_arena *arena, const char *s, size_t len, size_t max)
{
	char *out = nrs_arena_alloc(arena, max + 1);
	size_t i, n = 0;

	for (i = 0; i < len && n < max; i++) {
		if (s[i] > 0x20 && s[i] < 0x7f)
			out[n++] = s[i];
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
	return out;
}

struct field {
	const char *name; /* lower case is not promised */
	size_t name_len;
	const char *value; /* unfolded, printable */
};

/* The next field of a block; false at its blank line or at the end. */
static bool
next_field(struct nrs_arena *arena, const char **at, const char *end,
    struct field *out)
{
	const char *line, *more, *colon;
	size_t len, more_len;

	for (;;) {
		if (!next_line(at, end, &line, &len) || len == 0)
			return false;
		while (*at < end && (**at == ' ' || **at == '\t') &&
		       next_line(at, end, &more, &more_len))
			len = (size_t)(more + more_len - line);
		colon = memchr(line, ':', len);
		if (colon != NULL && colon > line)
			break;
	}
	out->name = line;
	out->name_len = (size_t)(colon - line);
	out->value = printable(
	    arena, colon + 1, len - out->name_len - 1, FIELD_MAX_BYTES);
	return true;
}

static bool
is_field(const struct field *field, const char *name)
{
	return field->name_len == strlen(name) &&
	       strncasecmp(field->name, name, field->name_len) == 0;
}

/* ---- addresses ---- */

/* Whatever has an '@' in it: "Name <a@b>", "a@b, c@d". */
static void
add_addresses(struct reading *r, const char *value)
{
	static const char ends[] = " ,;<>()\"";
	size_t len;

	for (; *value != '\0'; value += len) {
		value += strspn(value, ends);
		len = strcspn(value, ends);
		if (memchr(value, '@', len) == NULL ||
		    len > ADDRESS_MAX_BYTES ||
		    r->out->n_addresses == ADDRESSES_MAX)
			continue;
		r->addresses[r->out->n_addresses++] =
		    nrs_arena_strndup(r->arena, value, len);
	}
}

static void
set_message_id(struct reading *r, const char *value)
{
	size_t len;

	value += strspn(value, "< ");
	len = strcspn(value, "> ");
	if (len > 0 && len <= ADDRESS_MAX_BYTES)
		r->out->message_id = nrs_arena_strndup(r->arena, value, len);
}

/* ---- message/delivery-status ---- */

struct group {
	bool recipient;
	const char *action, *status, *diagnostic;
};

/* A failure stays; whoever gave up after a transient one (4.4.7) gave up. */
static void
judge(struct reading *r, const struct group *group)
{
	static const char *const passing[] = {
	    "delayed", "delivered", "relayed", "expanded"};
	size_t i;

	if (!group->recipient || r->out->kind == NRS_BOUNCE_FAILED)
		return;
	for (i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (strcasecmp(group->action, passing[i]) == 0)
			r->out->kind = NRS_BOUNCE_PASSING;
	if (strcasecmp(group->action, "failed") != 0)
		return;
	r->out->kind = NRS_BOUNCE_FAILED;
	r->out->status = group->status;
	r->out->diagnostic = group->diagnostic;
}

/* "5.1.1" of "5.1.1 (no such user)", or "". */
static const char *
status_of(struct nrs_arena *arena, const char *value)
{
	size_t len = strspn(value, "0123456789.");

	if (len < 5 || len > 11 || value[1] != '.' ||
	    strchr("245", value[0]) == NULL)
		return "";
	return nrs_arena_strndup(arena, value, len);
}

/* The first group is about the whole; each after it about one recipient. */
static void
read_status(struct reading *r, const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	struct group group;
	struct field field;

	while (at < end) {
		group = (struct group){
		    .action = "", .status = "", .diagnostic = ""};
		while (next_field(r->arena, &at, end, &field)) {
			if (is_field(&field, "Final-Recipient"))
				group.recipient = true;
			else if (is_field(&field, "Action"))
				group.action = field.value;
			else if (is_field(&field, "Status"))
				group.status = status_of(r->arena, field.value);
			else if (is_field(&field, "Diagnostic-Code"))
				group.diagnostic =
				    printable(r->arena, field.value,
				        strlen(field.value), DIAGNOSTIC_BYTES);
		}
		judge(r, &group);
	}
}

/* The head of the mail that came back. */
static void
read_original(struct reading *r, const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	struct field field;

	while (next_field(r->arena, &at, end, &field)) {
		if (is_field(&field, "Message-ID"))
			set_message_id(r, field.value);
		else if (is_field(&field, "Return-Path"))
			add_addresses(r, field.value);
	}
}

/* ---- over GMime ---- */

/* Of a part that is no multipart, decoded. */
static struct nrs_bytes
content_of(struct nrs_arena *arena, GMimeObject *object)
{
	GMimeStream *stream = g_mime_stream_mem_new();
	struct nrs_bytes out = {0};
	GMimeDataWrapper *content;
	GByteArray *bytes;

	if (GMIME_IS_MESSAGE_PART(object)) {
		GMimeMessage *inner =
		    g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
		char *head = inner == NULL ? NULL
		                           : g_mime_object_get_headers(
		                                 GMIME_OBJECT(inner), NULL);
		if (head != NULL)
			out = nrs_arena_bytes(arena, head, strlen(head));
		g_free(head);
	} else if (GMIME_IS_PART(object)) {
		content = g_mime_part_get_content(GMIME_PART(object));
		if (content != NULL)
			(void)g_mime_data_wrapper_write_to_stream(
			    content, stream);
		bytes =
		    g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
		out = nrs_arena_bytes(arena, bytes->data, bytes->len);
	}
	g_object_unref(stream);
	return out;
}

static void
read_part(struct reading *r, GMimeObject *part)
{
	GMimeContentType *type = g_mime_object_get_content_type(part);
	struct nrs_bytes bytes = content_of(r->arena, part);
	const char *text = (const char *)bytes.data;

	if (bytes.len == 0)
		return;
	if (g_mime_content_type_is_type(type, "message", "delivery-status") ||
	    g_mime_content_type_is_type(
	        type, "message", "global-delivery-status"))
		read_status(r, text, bytes.len);
	else if (g_mime_content_type_is_type(type, "message", "rfc822") ||
	         g_mime_content_type_is_type(type, "message", "global") ||
	         g_mime_content_type_is_type(
	             type, "message", "global-headers") ||
	         g_mime_content_type_is_type(type, "text", "rfc822-headers"))
		read_original(r, text, bytes.len);
}

static void
read_sent_to(struct reading *r, GMimeObject *message)
{
	static const char *const names[] = {
	    "Delivered-To", "X-Original-To", "Envelope-To", "To"};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = g_mime_object_get_header(message, names[i]);
		if (value != NULL)
			add_addresses(r, printable(r->arena, value,
			                     strlen(value), FIELD_MAX_BYTES));
	}
}

static void
read_report(struct reading *r, GMimeMessage *message)
{
	GMimeObject *root = g_mime_message_get_mime_part(message);
	GMimeContentType *type;
	const char *report;
	int i, n;

	if (root == NULL || !GMIME_IS_MULTIPART(root))
		return;
	type = g_mime_object_get_content_type(root);
	report = g_mime_content_type_get_parameter(type, "report-type");
	if (!g_mime_content_type_is_type(type, "multipart", "report") ||
	    report == NULL || strcasecmp(report, "delivery-status") != 0)
		return;
	n = g_mime_multipart_get_count(GMIME_MULTIPART(root));
	for (i = 0; i < n && i < PARTS_MAX; i++)
		read_part(
		    r, g_mime_multipart_get_part(GMIME_MULTIPART(root), i));
	if (r->out->kind != NRS_BOUNCE_NONE)
		read_sent_to(r, GMIME_OBJECT(message));
}

void
nrs_mime_bounce(
    struct nrs_arena *arena, struct nrs_bytes mail, struct nrs_bounce *out)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const size_t len =
	    mail.len < NRS_BOUNCE_MAX_BYTES ? mail.len : NRS_BOUNCE_MAX_BYTES;
	struct reading r = {.arena = arena,
	    .out = out,
	    .addresses = nrs_arena_array(arena, ADDRESSES_MAX, sizeof(char *))};
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;

	(void)pthread_once(&once, g_mime_init);
	*out = (struct nrs_bounce){.status = "",
	    .diagnostic = "",
	    .message_id = "",
	    .addresses = r.addresses};
	stream =
	    g_mime_stream_mem_new_with_buffer((const char *)mail.data, len);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	if (message != NULL) {
		read_report(&r, message);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}
