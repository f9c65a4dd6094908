/* SPDX-License-Identifier: Apache-2.0 */
#include "support/any_message.h"

#include <stdio.h>
#include <string.h>

uint64_t
any_number(struct any *any)
{
	/* splitmix64 */
	uint64_t z = any->seed += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

size_t
any_below(struct any *any, size_t limit)
{
	return (size_t)(any_number(any) % limit);
}

static const char *
any_string(struct any *any)
{
	static const char *const pieces[] = {"a", "z9", " ", "\"", "\\", "\n",
	    "\t", "\x01", "\x7f", "é", "狼煙", "𠮷", "\u2028", "</x>", "+",
	    "%s"};
	size_t i, n = any_below(any, 12), len = 0;
	char text[128] = "";

	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
		    pieces[any_below(any, sizeof(pieces) / sizeof(*pieces))]);
	return nrs_arena_strdup(any->arena, text);
}

static struct nrs_bytes
any_bytes(struct any *any)
{
	uint8_t data[70];
	size_t i, n = any_below(any, sizeof(data));

	for (i = 0; i < n; i++)
		data[i] = (uint8_t)any_number(any);
	return nrs_arena_bytes(any->arena, data, n);
}

/* Between the years 1 and 9999, which is what RFC 3339 can write. */
static int64_t
any_time(struct any *any)
{
	const int64_t first = -62135596800000, last = 253402300799999;

	return first + (int64_t)(any_number(any) % (uint64_t)(last - first));
}

static void fill(struct any *any, enum nrs_message_type type, char *to);

static void
any_value(struct any *any, const struct nrs_field *row, char *to)
{
	size_t n;

	switch (row->type) {
	case NRS_FIELD_STRING:
		*(const char **)(void *)to = any_string(any);
		return;
	case NRS_FIELD_BYTES:
		*(struct nrs_bytes *)(void *)to = any_bytes(any);
		return;
	case NRS_FIELD_BOOL:
		*(bool *)to = any_below(any, 2) == 1;
		return;
	case NRS_FIELD_UINT32:
		*(uint32_t *)(void *)to =
		    (uint32_t)any_number(any) >> any_below(any, 32);
		return;
	case NRS_FIELD_INT64:
		*(int64_t *)(void *)to =
		    (int64_t)(any_number(any) >> any_below(any, 64));
		return;
	case NRS_FIELD_TIME:
		*(int64_t *)(void *)to = any_time(any);
		return;
	case NRS_FIELD_TERM:
		(void)nrs_terms(row->voc, &n);
		*(int *)(void *)to = (int)any_below(any, n);
		return;
	case NRS_FIELD_MESSAGE:
		fill(any, row->message, to);
		return;
	}
}

static void *
any_values(struct any *any, const struct nrs_field *row, size_t n)
{
	char *out = nrs_arena_array(any->arena, n, nrs_field_size(row));

	for (size_t i = 0; i < n; i++)
		any_value(any, row, out + i * nrs_field_size(row));
	return out;
}

static void
fill(struct any *any, enum nrs_message_type type, char *to)
{
	const struct nrs_schema *schema = nrs_schema_of(type);

	for (size_t i = 0; i < schema->n_fields; i++) {
		const struct nrs_field *row = &schema->fields[i];
		bool absent = any_below(any, 100) < any->sparse ||
		              (row->secret && any->no_secrets);
		size_t n = 1 + any_below(any, 3);

		if (row->type == NRS_FIELD_STRING && !row->many)
			*(const char **)(void *)(to + row->offset) = "";
		if (absent)
			continue;
		if (row->many) {
			*(size_t *)(void *)(to + row->n_offset) = n;
			*(void **)(void *)(to + row->offset) =
			    any_values(any, row, n);
		} else if (row->type == NRS_FIELD_MESSAGE) {
			*(void **)(void *)(to + row->offset) =
			    any_values(any, row, 1);
		} else {
			any_value(any, row, to + row->offset);
		}
	}
}

void *
any_message(struct any *any, enum nrs_message_type type)
{
	char *out = nrs_arena_alloc(any->arena, nrs_schema_of(type)->size);

	fill(any, type, out);
	return out;
}

static bool
value_equal(const struct nrs_field *row, const char *a, const char *b)
{
	if (row->type == NRS_FIELD_STRING)
		return strcmp(*(char *const *)(const void *)a,
		           *(char *const *)(const void *)b) == 0;
	if (row->type == NRS_FIELD_BYTES)
		return nrs_bytes_equal(
		    *(const struct nrs_bytes *)(const void *)a,
		    *(const struct nrs_bytes *)(const void *)b);
	if (row->type == NRS_FIELD_MESSAGE)
		return any_equal(row->message, a, b);
	return memcmp(a, b, nrs_field_size(row)) == 0;
}

static bool
array_equal(const struct nrs_field *row, const char *a, const char *b)
{
	size_t n = *(const size_t *)(const void *)(a + row->n_offset);
	const char *as = *(char *const *)(const void *)(a + row->offset);
	const char *bs = *(char *const *)(const void *)(b + row->offset);

	if (n != *(const size_t *)(const void *)(b + row->n_offset))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!value_equal(row, as + i * nrs_field_size(row),
		        bs + i * nrs_field_size(row)))
			return false;
	return true;
}

/* A sub-message lies behind a pointer, which may be NULL. */
static bool
pointed_equal(const struct nrs_field *row, const char *a, const char *b)
{
	const char *as = *(char *const *)(const void *)a;
	const char *bs = *(char *const *)(const void *)b;

	if (as == NULL || bs == NULL)
		return as == bs;
	return any_equal(row->message, as, bs);
}

static bool
field_equal(const struct nrs_field *row, const char *a, const char *b)
{
	if (row->many)
		return array_equal(row, a, b);
	if (row->type == NRS_FIELD_MESSAGE)
		return pointed_equal(row, a + row->offset, b + row->offset);
	return value_equal(row, a + row->offset, b + row->offset);
}

bool
any_equal(enum nrs_message_type type, const void *a, const void *b)
{
	const struct nrs_schema *schema = nrs_schema_of(type);

	for (size_t i = 0; i < schema->n_fields; i++)
		if (!field_equal(&schema->fields[i], a, b))
			return false;
	return true;
}
