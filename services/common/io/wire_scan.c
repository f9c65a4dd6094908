/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/wire_scan.h"

#include <string.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/text.h"

/* https://protobuf.dev/programming-guides/encoding/#structure */
enum wire_type {
	WIRE_VARINT = 0,
	WIRE_FIXED64 = 1,
	WIRE_BYTES = 2,
	WIRE_FIXED32 = 5,
};

#define MAX_NUMBER ((1u << 29) - 1)

/* One message being read; its values lie inside the bytes of the one above. */
struct frame {
	const struct frame *up;
	const struct nrs_schema *schema;
	const struct nrs_field *field; /* the value being read, or NULL */
	const uint8_t *at, *end;
	uint32_t seen[NRS_WIRE_MAX_ROWS]; /* values of each row so far */
};

struct scan {
	enum nrs_wire_how how;
	size_t n_values;
	struct nrs_err *err;
};

/* One value as it lies on the wire. */
struct value {
	enum wire_type type;
	uint64_t number;       /* VARINT */
	struct nrs_bytes data; /* BYTES */
};

static void
add_path(struct nrs_buf *out, const struct frame *frame)
{
	uint32_t seen;

	if (frame->up != NULL)
		add_path(out, frame->up);
	if (frame->field == NULL)
		return;
	if (out->len > 0)
		nrs_buf_addc(out, '.');
	nrs_buf_adds(out, frame->field->name);
	seen = frame->seen[frame->field - frame->schema->fields];
	if (frame->field->many)
		nrs_buf_printf(out, "[%u]", seen > 0 ? seen - 1 : 0);
}

/* Refuse what frame is reading; the path is only made here, on failure. */
static enum nrs_rc
refuse(struct scan *scan, const struct frame *frame, const char *rule,
    const char *text)
{
	struct nrs_buf path = {0};

	add_path(&path, frame);
	if (path.len == 0)
		nrs_buf_adds(&path, frame->schema->name);
	(void)nrs_refuse(scan->err, nrs_buf_str(&path), rule, "%s: %s",
	    nrs_buf_str(&path), text);
	nrs_buf_fini(&path);
	return NRS_REJECT;
}

static enum nrs_rc
refuse_number(struct scan *scan, const struct frame *frame, uint32_t number)
{
	struct nrs_buf path = {0};

	add_path(&path, frame);
	nrs_buf_printf(&path, "%s#%u", path.len > 0 ? "." : "", number);
	(void)nrs_refuse(scan->err, nrs_buf_str(&path), "unknown-field",
	    "%s: field number %u is not known in %s", nrs_buf_str(&path),
	    number, frame->schema->name);
	nrs_buf_fini(&path);
	return NRS_REJECT;
}

static bool
read_varint(const uint8_t **at, const uint8_t *end, uint64_t *out)
{
	uint64_t value = 0;
	unsigned shift;

	for (shift = 0; shift < 64 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;

		if (shift == 63 && byte > 1)
			return false;
		value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*out = value;
			return true;
		}
	}
	return false;
}

static bool
take(struct frame *frame, uint64_t len, struct nrs_bytes *out)
{
	if (len > (uint64_t)(frame->end - frame->at))
		return false;
	out->data = frame->at;
	out->len = (size_t)len;
	frame->at += len;
	return true;
}

static bool
read_value(struct frame *frame, struct value *value)
{
	switch (value->type) {
	case WIRE_VARINT:
		return read_varint(&frame->at, frame->end, &value->number);
	case WIRE_BYTES:
		return read_varint(&frame->at, frame->end, &value->number) &&
		       take(frame, value->number, &value->data);
	case WIRE_FIXED64:
		return take(frame, 8, &value->data);
	case WIRE_FIXED32:
		return take(frame, 4, &value->data);
	}
	return false; /* groups, and numbers that mean nothing */
}

/* Enums are int32 on the wire: a negative one is ten bytes long. */
static bool
fits_int32(uint64_t number)
{
	return (int64_t)number >= INT32_MIN && (int64_t)number <= INT32_MAX;
}

static enum nrs_rc
scan_number(struct scan *scan, struct frame *frame, uint64_t number)
{
	const struct nrs_field *field = frame->field;

	if (field->type == NRS_FIELD_BOOL && number > 1)
		return refuse(scan, frame, "range", "neither 0 nor 1");
	if (field->type == NRS_FIELD_UINT32 && number > UINT32_MAX)
		return refuse(scan, frame, "range", "more than 32 bits");
	if (field->type != NRS_FIELD_TERM)
		return NRS_OK;
	if (!fits_int32(number))
		return refuse(scan, frame, "range", "more than 32 bits");
	if (scan->how == NRS_WIRE_STRICT &&
	    !nrs_term_known(field->voc, (int)(int64_t)number))
		return refuse(scan, frame, "enum", "not a known value");
	return NRS_OK;
}

/* proto3 packs repeated numbers into one run of bytes. */
static enum nrs_rc
scan_packed(struct scan *scan, struct frame *frame, struct nrs_bytes data)
{
	uint32_t *seen = &frame->seen[frame->field - frame->schema->fields];
	const uint8_t *at = data.data, *end = data.data + data.len;
	enum nrs_rc rc = NRS_OK;
	uint64_t number;

	(*seen)--; /* the caller counted the run as one */
	while (rc == NRS_OK && at < end) {
		(*seen)++;
		if (++scan->n_values > NRS_WIRE_MAX_VALUES)
			return refuse(scan, frame, "size", "too many values");
		if (!read_varint(&at, end, &number))
			return refuse(scan, frame, "wire", "broken number");
		rc = scan_number(scan, frame, number);
	}
	return rc;
}

static enum nrs_rc scan_message(struct scan *scan, struct frame *frame);

static enum nrs_rc
scan_bytes(struct scan *scan, struct frame *frame, struct nrs_bytes data)
{
	const struct nrs_field *field = frame->field;
	struct frame inner;

	if (field->type == NRS_FIELD_BYTES)
		return NRS_OK;
	if (field->type == NRS_FIELD_STRING) {
		if (data.len > 0 && memchr(data.data, '\0', data.len) != NULL)
			return refuse(scan, frame, "nul", "contains NUL");
		if (!nrs_text_is_utf8(data.data, data.len))
			return refuse(scan, frame, "utf8", "not valid UTF-8");
		return NRS_OK;
	}
	if (field->type != NRS_FIELD_MESSAGE && field->many)
		return scan_packed(scan, frame, data);
	if (field->type != NRS_FIELD_MESSAGE)
		return refuse(scan, frame, "wire", "wrong wire type");
	inner.up = frame;
	inner.schema = nrs_schema_of(field->message);
	inner.at = data.data;
	inner.end = data.data + data.len;
	return scan_message(scan, &inner);
}

static enum nrs_rc
scan_value(struct scan *scan, struct frame *frame, const struct value *value)
{
	const struct nrs_field *field = frame->field;
	uint32_t *seen = &frame->seen[field - frame->schema->fields];

	/* Parsers differ in which of two values they believe. */
	if ((*seen)++ > 0 && !field->many)
		return refuse(scan, frame, "repeated", "given twice");
	if (value->type == WIRE_BYTES)
		return scan_bytes(scan, frame, value->data);
	if (value->type != WIRE_VARINT || field->type == NRS_FIELD_STRING ||
	    field->type == NRS_FIELD_BYTES || field->type == NRS_FIELD_MESSAGE)
		return refuse(scan, frame, "wire", "wrong wire type");
	return scan_number(scan, frame, value->number);
}

/* Encoders write fields in ascending order: hint makes that one step each. */
static const struct nrs_field *
find_field(const struct nrs_schema *schema, uint32_t number, size_t *hint)
{
	const struct nrs_field *fields = schema->fields;
	size_t i = *hint;

	if (fields[i].number > number)
		i = 0;
	while (i + 1 < schema->n_fields && fields[i].number < number)
		i++;
	*hint = i;
	return fields[i].number == number ? &fields[i] : NULL;
}

static enum nrs_rc
scan_field(struct scan *scan, struct frame *frame, size_t *hint)
{
	struct value value = {0};
	uint64_t tag;

	if (++scan->n_values > NRS_WIRE_MAX_VALUES)
		return refuse(scan, frame, "size", "too many values");
	if (!read_varint(&frame->at, frame->end, &tag) ||
	    tag >> 3 > MAX_NUMBER || tag >> 3 == 0)
		return refuse(scan, frame, "wire", "broken field tag");
	frame->field = find_field(frame->schema, (uint32_t)(tag >> 3), hint);
	value.type = (enum wire_type)(tag & 7);
	if (!read_value(frame, &value))
		return refuse(scan, frame, "wire", "cut short or broken");
	if (frame->field != NULL)
		return scan_value(scan, frame, &value);
	if (scan->how == NRS_WIRE_STRICT)
		return refuse_number(scan, frame, (uint32_t)(tag >> 3));
	return NRS_OK;
}

/* No message contains itself (a test proves it), so this cannot run deep. */
static enum nrs_rc
scan_message(struct scan *scan, struct frame *frame)
{
	enum nrs_rc rc = NRS_OK;
	size_t hint = 0;

	memset(frame->seen, 0, frame->schema->n_fields * sizeof(*frame->seen));
	frame->field = NULL;
	while (rc == NRS_OK && frame->at < frame->end) {
		frame->field = NULL;
		rc = scan_field(scan, frame, &hint);
	}
	return rc;
}

enum nrs_rc
nrs_wire_scan(const struct nrs_wire_input *in, struct nrs_err *err)
{
	struct scan scan = {.how = in->how, .err = err};
	struct frame top;

	top.up = NULL;
	top.schema = nrs_schema_of(in->type);
	top.field = NULL;
	top.at = in->bytes.data;
	if (in->bytes.len == 0)
		return refuse(&scan, &top, "empty", "no bytes at all");
	if (in->bytes.len > NRS_WIRE_MAX)
		return refuse(&scan, &top, "size", "larger than 1 MiB");
	top.end = in->bytes.data + in->bytes.len;
	return scan_message(&scan, &top);
}
