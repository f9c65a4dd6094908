/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/clone.h"

#include <assert.h>
#include <string.h>

#define ALIGN 8

/* A block that is filled from its front; without memory it only counts. */
struct block {
	char *at;
	size_t used;
};

static void *
take(struct block *block, size_t size)
{
	void *out = block->at == NULL ? NULL : block->at + block->used;

	block->used += (size + ALIGN - 1) / ALIGN * ALIGN;
	return out;
}

static void *
take_copy(struct block *block, const void *data, size_t size)
{
	void *out = take(block, size);

	if (out != NULL && size > 0)
		memcpy(out, data, size);
	return out;
}

static size_t
size_of(const struct nrs_field *field)
{
	switch (field->type) {
	case NRS_FIELD_STRING:
		return sizeof(const char *);
	case NRS_FIELD_BYTES:
		return sizeof(struct nrs_bytes);
	case NRS_FIELD_BOOL:
		return sizeof(bool);
	case NRS_FIELD_UINT32:
		return sizeof(uint32_t);
	case NRS_FIELD_INT64:
	case NRS_FIELD_TIME:
		return sizeof(int64_t);
	case NRS_FIELD_TERM:
		return sizeof(enum nrs_mode);
	case NRS_FIELD_MESSAGE:
		break;
	}
	return nrs_schema_of(field->message)->size;
}

static const void *
pointer_at(const void *at)
{
	const void *pointer;

	memcpy(&pointer, at, sizeof(pointer));
	return pointer;
}

static void
set_pointer(void *at, const void *pointer)
{
	memcpy(at, &pointer, sizeof(pointer));
}

static void clone_fields(struct block *block, enum nrs_message_type type,
    const void *from, void *to);

/* What one value points to. from and to are the value's own places; to is NULL
 * while counting. */
static void
clone_value(struct block *block, const struct nrs_field *field,
    const void *from, void *to)
{
	struct nrs_bytes bytes;
	const char *s;
	void *copy;

	if (field->type == NRS_FIELD_STRING) {
		s = pointer_at(from);
		if (s == NULL)
			s = "";
		copy = take_copy(block, s, strlen(s) + 1);
		if (to != NULL)
			set_pointer(to, copy);
	} else if (field->type == NRS_FIELD_BYTES) {
		memcpy(&bytes, from, sizeof(bytes));
		bytes.data = take_copy(block, bytes.data, bytes.len);
		if (to != NULL)
			memcpy(to, &bytes, sizeof(bytes));
	} else if (field->type == NRS_FIELD_MESSAGE) {
		clone_fields(block, field->message, from, to);
	}
}

static void
clone_many(struct block *block, const struct nrs_field *field, const void *from,
    void *to)
{
	const size_t size = size_of(field);
	const char *items = pointer_at((const char *)from + field->offset);
	char *copy;
	size_t i, n;

	memcpy(&n, (const char *)from + field->n_offset, sizeof(n));
	copy = take_copy(block, items, n * size);
	for (i = 0; i < n; i++)
		clone_value(block, field, items + i * size,
		    copy == NULL ? NULL : copy + i * size);
	if (to != NULL)
		set_pointer((char *)to + field->offset, n == 0 ? NULL : copy);
}

/* A single sub-message is held by pointer, NULL when absent. */
static void
clone_message(struct block *block, const struct nrs_field *field,
    const void *from, void *to)
{
	const void *message = pointer_at((const char *)from + field->offset);
	void *copy;

	if (message == NULL)
		return;
	copy = take_copy(block, message, size_of(field));
	clone_fields(block, field->message, message, copy);
	if (to != NULL)
		set_pointer((char *)to + field->offset, copy);
}

/* *to is already a flat copy of *from. */
static void
clone_fields(
    struct block *block, enum nrs_message_type type, const void *from, void *to)
{
	const struct nrs_schema *schema = nrs_schema_of(type);
	const struct nrs_field *field;
	size_t i;

	for (i = 0; i < schema->n_fields; i++) {
		field = &schema->fields[i];
		if (field->many)
			clone_many(block, field, from, to);
		else if (field->type == NRS_FIELD_MESSAGE)
			clone_message(block, field, from, to);
		else
			clone_value(block, field,
			    (const char *)from + field->offset,
			    to == NULL ? NULL : (char *)to + field->offset);
	}
}

static void
clone_whole(struct block *block, enum nrs_message_type type, const void *value)
{
	void *copy = take_copy(block, value, nrs_schema_of(type)->size);

	clone_fields(block, type, value, copy);
}

static size_t
size_of_clone(enum nrs_message_type type, const void *value)
{
	struct block counting = {0};

	clone_whole(&counting, type, value);
	return counting.used;
}

void *
nrs_clone(enum nrs_message_type type, const void *value)
{
	const size_t size = size_of_clone(type, value);
	struct block block = {.at = nrs_calloc(1, size)};

	clone_whole(&block, type, value);
	assert(block.used == size);
	return block.at;
}

void *
nrs_clone_into(
    struct nrs_arena *arena, enum nrs_message_type type, const void *value)
{
	const size_t size = size_of_clone(type, value);
	struct block block = {.at = nrs_arena_alloc(arena, size)};

	clone_whole(&block, type, value);
	assert(block.used == size);
	return block.at;
}
