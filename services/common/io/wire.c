/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/wire.h"

#include <assert.h>
#include <string.h>

#include "noroshi/v1/alert.pb-c.h"
#include "noroshi/v1/command.pb-c.h"
#include "noroshi/v1/decision.pb-c.h"
#include "noroshi/v1/delivery.pb-c.h"
#include "noroshi/v1/notice.pb-c.h"

#include "common/io/wire_scan.h"

/*
 * Row i of a schema and field i of its descriptor are the same field: both
 * ascend by number, and the unit test of core/schema proves it for each.
 */
/* clang-format off */
static const ProtobufCMessageDescriptor *const descriptors[NRS_TYPE_COUNT] = {
	[NRS_TYPE_SECTION] = &noroshi__v1__section__descriptor,
	[NRS_TYPE_COUNTERMEASURE] = &noroshi__v1__countermeasure__descriptor,
	[NRS_TYPE_VULNERABILITY] = &noroshi__v1__vulnerability__descriptor,
	[NRS_TYPE_REFERENCE] = &noroshi__v1__reference__descriptor,
	[NRS_TYPE_ATTACHMENT] = &noroshi__v1__attachment__descriptor,
	[NRS_TYPE_CONTACT] = &noroshi__v1__contact__descriptor,
	[NRS_TYPE_CONTACT_ARRANGEMENT] = &noroshi__v1__contact_arrangement__descriptor,
	[NRS_TYPE_TRANSLATION] = &noroshi__v1__translation__descriptor,
	[NRS_TYPE_CONTENT] = &noroshi__v1__content__descriptor,
	[NRS_TYPE_ADDRESSING] = &noroshi__v1__addressing__descriptor,
	[NRS_TYPE_SIGNATURE] = &noroshi__v1__signature__descriptor,
	[NRS_TYPE_STUB] = &noroshi__v1__stub__descriptor,
	[NRS_TYPE_STUB_CONTENT] = &noroshi__v1__stub_content__descriptor,
	[NRS_TYPE_SUBMISSION] = &noroshi__v1__submission__descriptor,
	[NRS_TYPE_POSTURE_CHANGE] = &noroshi__v1__posture_change__descriptor,
	[NRS_TYPE_APPROVAL] = &noroshi__v1__approval__descriptor,
	[NRS_TYPE_CUT_OFF] = &noroshi__v1__cut_off__descriptor,
	[NRS_TYPE_DEADLINE] = &noroshi__v1__deadline__descriptor,
	[NRS_TYPE_CLASSIFICATION] = &noroshi__v1__classification__descriptor,
	[NRS_TYPE_VERSIONS] = &noroshi__v1__versions__descriptor,
	[NRS_TYPE_THREAD_SECTOR] = &noroshi__v1__thread_sector__descriptor,
	[NRS_TYPE_THREAD_CHANGE] = &noroshi__v1__thread_change__descriptor,
	[NRS_TYPE_POSTURE_SET] = &noroshi__v1__posture_set__descriptor,
	[NRS_TYPE_ARRANGEMENT_SET] = &noroshi__v1__arrangement_set__descriptor,
	[NRS_TYPE_WAITING_CHANGE] = &noroshi__v1__waiting_change__descriptor,
	[NRS_TYPE_HELD_CHANGE] = &noroshi__v1__held_change__descriptor,
	[NRS_TYPE_PROMOTION] = &noroshi__v1__promotion__descriptor,
	[NRS_TYPE_ISSUE] = &noroshi__v1__issue__descriptor,
	[NRS_TYPE_DRAIN] = &noroshi__v1__drain__descriptor,
	[NRS_TYPE_OUTCOME] = &noroshi__v1__outcome__descriptor,
	[NRS_TYPE_REJECTION] = &noroshi__v1__rejection__descriptor,
	[NRS_TYPE_AUDIT] = &noroshi__v1__audit__descriptor,
	[NRS_TYPE_ALERT] = &noroshi__v1__alert__descriptor,
	[NRS_TYPE_DISPATCH] = &noroshi__v1__dispatch__descriptor,
	[NRS_TYPE_NEWSLETTER_ITEM] = &noroshi__v1__newsletter_item__descriptor,
	[NRS_TYPE_NEWSLETTER] = &noroshi__v1__newsletter__descriptor,
	[NRS_TYPE_CHANNEL] = &noroshi__v1__channel__descriptor,
	[NRS_TYPE_FILTER] = &noroshi__v1__filter__descriptor,
	[NRS_TYPE_SUBSCRIPTION] = &noroshi__v1__subscription__descriptor,
	[NRS_TYPE_PART] = &noroshi__v1__part__descriptor,
	[NRS_TYPE_VARIANT] = &noroshi__v1__variant__descriptor,
	[NRS_TYPE_DELIVERY] = &noroshi__v1__delivery__descriptor,
	[NRS_TYPE_ENDPOINT] = &noroshi__v1__endpoint__descriptor,
	[NRS_TYPE_VERIFICATION] = &noroshi__v1__verification__descriptor,
	[NRS_TYPE_DELIVERY_BATCH] = &noroshi__v1__delivery_batch__descriptor,
	[NRS_TYPE_RECEIPT] = &noroshi__v1__receipt__descriptor,
};
/* clang-format on */

/* Sizes of one value in protobuf-c, whose bool is an int. */
static const size_t their_sizes[] = {
    [NRS_FIELD_STRING] = sizeof(char *),
    [NRS_FIELD_BYTES] = sizeof(ProtobufCBinaryData),
    [NRS_FIELD_BOOL] = sizeof(protobuf_c_boolean),
    [NRS_FIELD_UINT32] = sizeof(uint32_t),
    [NRS_FIELD_INT64] = sizeof(int64_t),
    [NRS_FIELD_TIME] = sizeof(int64_t),
    [NRS_FIELD_TERM] = sizeof(int),
    [NRS_FIELD_MESSAGE] = sizeof(ProtobufCMessage *),
};

struct decoding {
	struct nrs_arena *arena;
	unsigned n_unknown;
};

static void *
arena_alloc(void *arena, size_t size)
{
	return nrs_arena_alloc(arena, size);
}

static void
arena_free(void *arena, void *ptr)
{
	(void)arena;
	(void)ptr;
}

/* What the pointer that lies at place points to. */
static const char *
pointer_at(const char *place)
{
	const char *out;

	memcpy(&out, place, sizeof(out));
	return out;
}

/* protobuf-c's structs have no const, though packing only reads them. */
static void *
unconst(const void *ptr)
{
	void *out;

	memcpy(&out, &ptr, sizeof(out));
	return out;
}

static void message_in(struct decoding *decoding, enum nrs_message_type type,
    const char *from, char *to);

static int
safest(const struct nrs_field *row)
{
	return row->safest != 0 ? row->safest : nrs_term_safest(row->voc);
}

/* One value from protobuf-c to ours; strings and bytes are not copied again. */
static void
value_in(struct decoding *decoding, const struct nrs_field *row,
    const char *from, char *to)
{
	ProtobufCBinaryData data;
	protobuf_c_boolean flag;
	struct nrs_bytes bytes;
	int term;

	switch (row->type) {
	case NRS_FIELD_STRING:
	case NRS_FIELD_UINT32:
	case NRS_FIELD_INT64:
	case NRS_FIELD_TIME:
		memcpy(to, from, their_sizes[row->type]);
		return;
	case NRS_FIELD_BYTES:
		memcpy(&data, from, sizeof(data));
		bytes = (struct nrs_bytes){.data = data.data, .len = data.len};
		memcpy(to, &bytes, sizeof(bytes));
		return;
	case NRS_FIELD_BOOL:
		memcpy(&flag, from, sizeof(flag));
		*(bool *)to = flag != 0;
		return;
	case NRS_FIELD_TERM:
		memcpy(&term, from, sizeof(term));
		if (!nrs_term_known(row->voc, term)) {
			decoding->n_unknown++;
			term = safest(row);
		}
		memcpy(to, &term, sizeof(term));
		return;
	case NRS_FIELD_MESSAGE:
		message_in(decoding, row->message, pointer_at(from), to);
		return;
	}
}

static void
array_in(struct decoding *decoding, const struct nrs_field *row, size_t n,
    const char *from, char *to)
{
	size_t i, size = nrs_field_size(row);
	char *array;

	if (n == 0)
		return;
	from = pointer_at(from);
	array = nrs_arena_array(decoding->arena, n, size);
	for (i = 0; i < n; i++)
		value_in(decoding, row, from + i * their_sizes[row->type],
		    array + i * size);
	memcpy(to, &array, sizeof(array));
}

/* A sub-message that is not in an array lies behind a pointer. */
static void
sub_message_in(struct decoding *decoding, const struct nrs_field *row,
    const char *from, char *to)
{
	const char *theirs = pointer_at(from);
	void *ours;

	if (theirs == NULL)
		return;
	ours = nrs_arena_alloc(decoding->arena, nrs_field_size(row));
	message_in(decoding, row->message, theirs, ours);
	memcpy(to, &ours, sizeof(ours));
}

static void
message_in(struct decoding *decoding, enum nrs_message_type type,
    const char *from, char *to)
{
	const struct nrs_schema *schema = nrs_schema_of(type);
	const ProtobufCFieldDescriptor *theirs = descriptors[type]->fields;
	size_t i, n;

	for (i = 0; i < schema->n_fields; i++) {
		const struct nrs_field *row = &schema->fields[i];
		const char *at = from + theirs[i].offset;

		if (row->many) {
			memcpy(
			    &n, from + theirs[i].quantifier_offset, sizeof(n));
			memcpy(to + row->n_offset, &n, sizeof(n));
			array_in(decoding, row, n, at, to + row->offset);
		} else if (row->type == NRS_FIELD_MESSAGE) {
			sub_message_in(decoding, row, at, to + row->offset);
		} else {
			value_in(decoding, row, at, to + row->offset);
		}
	}
}

enum nrs_rc
nrs_wire_decode(struct nrs_arena *arena, const struct nrs_wire_input *in,
    void **out, struct nrs_err *err)
{
	struct decoding decoding = {.arena = arena};
	ProtobufCAllocator allocator = {
	    .alloc = arena_alloc, .free = arena_free, .allocator_data = arena};
	const struct nrs_schema *schema = nrs_schema_of(in->type);
	ProtobufCMessage *message;
	enum nrs_rc rc;

	if (in->n_unknown != NULL)
		*in->n_unknown = 0;
	rc = nrs_wire_scan(in, err);
	if (rc != NRS_OK)
		return rc;
	message = protobuf_c_message_unpack(
	    descriptors[in->type], &allocator, in->bytes.len, in->bytes.data);
	/* The arena never fails, so NULL can only mean malformed. */
	if (message == NULL)
		return nrs_refuse(err, schema->name, "wire",
		    "%s: not a protobuf message", schema->name);
	*out = nrs_arena_alloc(arena, schema->size);
	message_in(&decoding, in->type, (const char *)message, *out);
	if (in->n_unknown != NULL)
		*in->n_unknown = decoding.n_unknown;
	return NRS_OK;
}

static ProtobufCMessage *message_out(
    struct nrs_arena *arena, enum nrs_message_type type, const char *from);

/* One value from ours to protobuf-c, which only reads it. */
static void
value_out(struct nrs_arena *arena, const struct nrs_field *row,
    const char *from, char *to)
{
	ProtobufCMessage *message;
	ProtobufCBinaryData data;
	protobuf_c_boolean flag;
	struct nrs_bytes bytes;
	const char *string;

	switch (row->type) {
	case NRS_FIELD_STRING:
		memcpy(&string, from, sizeof(string));
		if (string == NULL)
			string = "";
		memcpy(to, &string, sizeof(string));
		return;
	case NRS_FIELD_UINT32:
	case NRS_FIELD_INT64:
	case NRS_FIELD_TIME:
	case NRS_FIELD_TERM:
		memcpy(to, from, their_sizes[row->type]);
		return;
	case NRS_FIELD_BYTES:
		memcpy(&bytes, from, sizeof(bytes));
		data.data = unconst(bytes.data);
		data.len = bytes.len;
		memcpy(to, &data, sizeof(data));
		return;
	case NRS_FIELD_BOOL:
		flag = *(const bool *)from;
		memcpy(to, &flag, sizeof(flag));
		return;
	case NRS_FIELD_MESSAGE:
		message = message_out(arena, row->message, from);
		memcpy(to, &message, sizeof(message));
		return;
	}
}

static void
array_out(struct nrs_arena *arena, const struct nrs_field *row, size_t n,
    const char *from, char *to)
{
	size_t i, size = their_sizes[row->type];
	char *array;

	if (n == 0)
		return;
	from = pointer_at(from);
	array = nrs_arena_array(arena, n, size);
	for (i = 0; i < n; i++)
		value_out(arena, row, from + i * nrs_field_size(row),
		    array + i * size);
	memcpy(to, &array, sizeof(array));
}

static void
sub_message_out(struct nrs_arena *arena, const struct nrs_field *row,
    const char *from, char *to)
{
	const char *ours = pointer_at(from);

	if (ours != NULL)
		value_out(arena, row, ours, to);
}

static ProtobufCMessage *
message_out(
    struct nrs_arena *arena, enum nrs_message_type type, const char *from)
{
	const struct nrs_schema *schema = nrs_schema_of(type);
	const ProtobufCFieldDescriptor *theirs = descriptors[type]->fields;
	char *to = nrs_arena_alloc(arena, descriptors[type]->sizeof_message);
	size_t i, n;

	descriptors[type]->message_init((ProtobufCMessage *)(void *)to);
	for (i = 0; i < schema->n_fields; i++) {
		const struct nrs_field *row = &schema->fields[i];
		const char *at = from + row->offset;

		if (row->many) {
			memcpy(&n, from + row->n_offset, sizeof(n));
			memcpy(to + theirs[i].quantifier_offset, &n, sizeof(n));
			array_out(arena, row, n, at, to + theirs[i].offset);
		} else if (row->type == NRS_FIELD_MESSAGE) {
			sub_message_out(arena, row, at, to + theirs[i].offset);
		} else {
			value_out(arena, row, at, to + theirs[i].offset);
		}
	}
	return (ProtobufCMessage *)(void *)to;
}

struct nrs_bytes
nrs_wire_encode(
    struct nrs_arena *arena, enum nrs_message_type type, const void *value)
{
	ProtobufCMessage *message = message_out(arena, type, value);
	size_t len = protobuf_c_message_get_packed_size(message);
	uint8_t *data = nrs_arena_alloc(arena, len + 1);
	size_t written = protobuf_c_message_pack(message, data);

	assert(written == len);
	(void)written;
	return (struct nrs_bytes){.data = data, .len = len};
}
