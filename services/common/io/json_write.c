/* SPDX-License-Identifier: Apache-2.0 */
/* The writing half of io/json: by our rows, in their order, so that the same
 * message is always the same text. Needs no library. */
#include "noroshi/io/json.h"

#include <inttypes.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/text.h"
#include "noroshi/io/sign.h"

struct writing {
	struct nrs_buf *out;
	struct nrs_arena *scratch;
	bool pretty;
	int depth;
};

/* Length of the UTF-8 character at s, 0 when it is none. */
static size_t
character(const char *s)
{
	unsigned char lead = (unsigned char)*s;
	size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

	if (strnlen(s, len) < len || !nrs_text_is_utf8(s, len))
		return 0;
	return len;
}

/* As \uXXXX; what moves a cursor or turns a line lies below U+10000. */
static void
add_escaped(struct nrs_buf *out, const char *s, size_t len)
{
	static const char *const shorts[128] = {['"'] = "\\\"",
	    ['\\'] = "\\\\",
	    ['\n'] = "\\n",
	    ['\r'] = "\\r",
	    ['\t'] = "\\t"};
	unsigned c = (unsigned char)s[0];

	if (len == 1 && shorts[c] != NULL) {
		nrs_buf_adds(out, shorts[c]);
		return;
	}
	if (len == 2)
		c = (c & 0x1fu) << 6 | ((unsigned)s[1] & 0x3fu);
	else if (len == 3)
		c = (c & 0x0fu) << 12 | ((unsigned)s[1] & 0x3fu) << 6 |
		    ((unsigned)s[2] & 0x3fu);
	nrs_buf_printf(out, "\\u%04x", c);
}

/* Controls and marks that turn the reading direction are escaped: the output
 * is also read on terminals. Bytes that are not UTF-8 become U+FFFD. */
void
nrs_json_string(struct nrs_buf *out, const char *s)
{
	char one[5] = "";
	size_t len;

	nrs_buf_addc(out, '"');
	if (nrs_text_is_line(s) && strpbrk(s, "\"\\") == NULL) {
		nrs_buf_adds(out, s); /* as it is: almost every string */
		s = "";
	}
	for (; *s != '\0'; s += len > 0 ? len : 1) {
		len = character(s);
		memcpy(one, s, len);
		one[len] = '\0';
		if (len == 0)
			nrs_buf_adds(out, "\xef\xbf\xbd");
		else if (*s == '"' || *s == '\\' || !nrs_text_is_line(one))
			add_escaped(out, s, len);
		else
			nrs_buf_add(out, s, len);
	}
	nrs_buf_addc(out, '"');
}

static void
line(const struct writing *writing)
{
	if (!writing->pretty)
		return;
	nrs_buf_addc(writing->out, '\n');
	for (int i = 0; i < writing->depth; i++)
		nrs_buf_adds(writing->out, "  ");
}

static void write_message(
    struct writing *writing, enum nrs_message_type type, const char *from);

static void
write_value(
    struct writing *writing, const struct nrs_field *row, const char *from)
{
	struct nrs_buf *out = writing->out;
	char time[NRS_TIME_SIZE];
	struct nrs_bytes bytes;
	const char *string;
	uint32_t u32;
	int64_t i64;
	int term;

	switch (row->type) {
	case NRS_FIELD_STRING:
		memcpy(&string, from, sizeof(string));
		if (string == NULL)
			string = "";
		nrs_json_string(out, row->secret ? "***" : string);
		return;
	case NRS_FIELD_BYTES:
		memcpy(&bytes, from, sizeof(bytes));
		nrs_json_string(out, nrs_base64(writing->scratch, bytes));
		return;
	case NRS_FIELD_BOOL:
		nrs_buf_adds(out, *(const bool *)from ? "true" : "false");
		return;
	case NRS_FIELD_UINT32:
		memcpy(&u32, from, sizeof(u32));
		nrs_buf_printf(out, "%" PRIu32, u32);
		return;
	case NRS_FIELD_INT64:
		memcpy(&i64, from, sizeof(i64));
		nrs_buf_printf(out, "%" PRId64, i64);
		return;
	case NRS_FIELD_TIME:
		memcpy(&i64, from, sizeof(i64));
		nrs_json_string(out, nrs_time_utc(i64, time));
		return;
	case NRS_FIELD_TERM:
		memcpy(&term, from, sizeof(term));
		nrs_json_string(out, nrs_term_name(row->voc, term));
		return;
	case NRS_FIELD_MESSAGE:
		write_message(writing, row->message, from);
		return;
	}
}

static void
write_array(
    struct writing *writing, const struct nrs_field *row, const char *from)
{
	size_t i, n, size = nrs_field_size(row);
	const char *array;

	memcpy(&n, from + row->n_offset, sizeof(n));
	memcpy(&array, from + row->offset, sizeof(array));
	nrs_buf_addc(writing->out, '[');
	writing->depth++;
	for (i = 0; i < n; i++) {
		if (i > 0)
			nrs_buf_addc(writing->out, ',');
		line(writing);
		write_value(writing, row, array + i * size);
	}
	writing->depth--;
	line(writing);
	nrs_buf_addc(writing->out, ']');
}

/* Whether the field has nothing to say, as on the wire. */
static bool
is_default(const struct nrs_field *row, const char *from)
{
	const char *at = from + row->offset;
	struct nrs_bytes bytes;
	const char *ptr;
	int64_t i64;
	size_t n;
	int i32;

	if (row->many) {
		memcpy(&n, from + row->n_offset, sizeof(n));
		return n == 0;
	}
	switch (row->type) {
	case NRS_FIELD_STRING:
		memcpy(&ptr, at, sizeof(ptr));
		return ptr == NULL || *ptr == '\0';
	case NRS_FIELD_MESSAGE:
		memcpy(&ptr, at, sizeof(ptr));
		return ptr == NULL;
	case NRS_FIELD_BYTES:
		memcpy(&bytes, at, sizeof(bytes));
		return bytes.len == 0;
	case NRS_FIELD_BOOL:
		return !*(const bool *)at;
	case NRS_FIELD_UINT32:
	case NRS_FIELD_TERM:
		memcpy(&i32, at, sizeof(i32));
		return i32 == 0;
	case NRS_FIELD_INT64:
	case NRS_FIELD_TIME:
		memcpy(&i64, at, sizeof(i64));
		return i64 == 0;
	}
	return true;
}

/* What the pointer that lies at place points to. */
static const char *
pointer_at(const char *place)
{
	const char *out;

	memcpy(&out, place, sizeof(out));
	return out;
}

static void
write_field(
    struct writing *writing, const struct nrs_field *row, const char *from)
{
	const char *at = from + row->offset;

	line(writing);
	nrs_json_string(writing->out, row->name);
	nrs_buf_adds(writing->out, writing->pretty ? ": " : ":");
	if (row->many) {
		write_array(writing, row, from);
		return;
	}
	if (row->type == NRS_FIELD_MESSAGE)
		at = pointer_at(at);
	write_value(writing, row, at);
}

static void
write_message(
    struct writing *writing, enum nrs_message_type type, const char *from)
{
	const struct nrs_schema *schema = nrs_schema_of(type);
	bool first = true;

	nrs_buf_addc(writing->out, '{');
	writing->depth++;
	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct nrs_field *row = &schema->fields[i];

		if (is_default(row, from))
			continue;
		if (!first)
			nrs_buf_addc(writing->out, ',');
		first = false;
		write_field(writing, row, from);
	}
	writing->depth--;
	if (!first)
		line(writing);
	nrs_buf_addc(writing->out, '}');
}

static void
encode(struct nrs_buf *out, enum nrs_message_type type, const void *value,
    bool pretty)
{
	struct writing writing = {
	    .out = out, .scratch = nrs_arena_new(), .pretty = pretty};

	write_message(&writing, type, value);
	nrs_arena_free(writing.scratch);
}

void
nrs_json_encode(
    struct nrs_buf *out, enum nrs_message_type type, const void *value)
{
	encode(out, type, value, false);
}

void
nrs_json_encode_pretty(
    struct nrs_buf *out, enum nrs_message_type type, const void *value)
{
	encode(out, type, value, true);
}
