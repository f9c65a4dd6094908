/* SPDX-License-Identifier: Apache-2.0 */
/* The reading half of io/json, over jansson. */
#include "noroshi/io/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/io/json_load.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/text.h"
#include "noroshi/io/sign.h"

#define MAX_NAME 64

/* Where reading is, so that the path can be told when something is wrong. */
struct place {
	const struct place *up;
	const char *name; /* of the field, NULL at the top */
	bool many;
	size_t index; /* when many */
};

struct reading {
	struct nrs_arena *arena;
	struct nrs_err *err;
	const struct nrs_schema *top;
};

static void
add_path(struct nrs_buf *out, const struct place *place)
{
	if (place->up != NULL)
		add_path(out, place->up);
	if (place->name == NULL)
		return;
	if (out->len > 0)
		nrs_buf_addc(out, '.');
	nrs_buf_adds(out, place->name);
	if (place->many)
		nrs_buf_printf(out, "[%zu]", place->index);
}

static enum nrs_rc refuse(struct reading *reading, const struct place *place,
    const char *rule, const char *fmt, ...) NRS_PRINTF(4, 5);

/* The path is only made here, on failure. */
static enum nrs_rc
refuse(struct reading *reading, const struct place *place, const char *rule,
    const char *fmt, ...)
{
	char text[sizeof(reading->err->text)];
	struct nrs_buf path = {0};
	va_list args;

	va_start(args, fmt);
	if (vsnprintf(text, sizeof(text), fmt, args) < 0)
		text[0] = '\0';
	va_end(args);
	add_path(&path, place);
	if (path.len == 0)
		nrs_buf_adds(&path, reading->top->name);
	(void)nrs_refuse(reading->err, nrs_buf_str(&path), rule, "%s: %s",
	    nrs_buf_str(&path), text);
	nrs_buf_fini(&path);
	return NRS_REJECT;
}

/* Input in an error text: quoted, escaped and short. */
static const char *
quoted(struct reading *reading, const char *s)
{
	struct nrs_buf out = {0};
	char *cut, *text;

	cut = nrs_arena_strndup(reading->arena, s, nrs_text_cut(s, 40));
	nrs_json_string(&out, cut);
	text = nrs_arena_strdup(reading->arena, nrs_buf_str(&out));
	nrs_buf_fini(&out);
	return text;
}

/* How many letters must change to turn a into b (Levenshtein). */
static size_t
distance(const char *a, const char *b)
{
	size_t row[MAX_NAME + 1], len = strlen(b), i, j;

	if (len > MAX_NAME)
		return SIZE_MAX;
	for (j = 0; j <= len; j++)
		row[j] = j;
	for (i = 1; *a != '\0'; a++, i++) {
		size_t above_left = row[0];

		row[0] = i;
		for (j = 1; j <= len; j++) {
			size_t change = above_left + (*a != b[j - 1]);
			size_t drop = row[j] + 1, add = row[j - 1] + 1;

			above_left = row[j];
			row[j] = drop < add ? drop : add;
			row[j] = change < row[j] ? change : row[j];
		}
	}
	return row[len];
}

/* Remember name when it is nearer to given than what is there. */
static void
keep_nearer(const char *given, const char *name, const char **best)
{
	size_t d = distance(given, name);

	if (d > 2 || d >= strlen(name))
		return;
	if (*best == NULL || d < distance(given, *best))
		*best = name;
}

static enum nrs_rc
refuse_key(struct reading *reading, const struct place *up,
    const struct nrs_schema *schema, const char *key)
{
	const char *best = NULL, *path = quoted(reading, key);
	struct place place = {.up = up, .name = path};

	if (strlen(key) <= MAX_NAME)
		for (size_t i = 0; i < schema->n_fields; i++)
			keep_nearer(key, schema->fields[i].name, &best);
	if (nrs_text_is_id(key, MAX_NAME))
		place.name = key;
	if (best == NULL)
		return refuse(reading, &place, "unknown-key",
		    "unknown key %s in %s", path, schema->name);
	return refuse(reading, &place, "unknown-key",
	    "unknown key %s; did you mean \"%s\"?", path, best);
}

static enum nrs_rc
refuse_term(struct reading *reading, const struct place *place,
    enum nrs_vocabulary voc, const char *given)
{
	const char *best = NULL, *text = quoted(reading, given);
	const struct nrs_term *terms;
	struct nrs_buf names = {0};
	size_t n;

	terms = nrs_terms(voc, &n);
	for (size_t i = 1; i < n; i++) {
		if (strlen(given) <= MAX_NAME)
			keep_nearer(given, terms[i].name, &best);
		nrs_buf_printf(
		    &names, "%s%s", i > 1 ? ", " : "", terms[i].name);
	}
	if (best != NULL)
		(void)refuse(reading, place, "enum",
		    "unknown value %s; did you mean \"%s\"?", text, best);
	else
		(void)refuse(reading, place, "enum",
		    "unknown value %s; one of %s", text, nrs_buf_str(&names));
	nrs_buf_fini(&names);
	return NRS_REJECT;
}

static enum nrs_rc
expect(struct reading *reading, const struct place *place, const json_t *json,
    json_type type)
{
	static const char *const wants[] = {
	    [JSON_OBJECT] = "an object",
	    [JSON_ARRAY] = "an array",
	    [JSON_STRING] = "text",
	    [JSON_INTEGER] = "a whole number",
	    [JSON_TRUE] = "true or false",
	};

	if (json_typeof(json) == type ||
	    (type == JSON_TRUE && json_typeof(json) == JSON_FALSE))
		return NRS_OK;
	return refuse(reading, place, "type", "wants %s, not %s", wants[type],
	    nrs_json_kind(json));
}

/* What another module says about a text, with our path before it. */
static enum nrs_rc
pass_on(struct reading *reading, const struct place *place,
    const struct nrs_err *inner)
{
	return refuse(reading, place, inner->rule, "%s", inner->text);
}

static enum nrs_rc
read_text(struct reading *reading, const struct place *place,
    const struct nrs_field *row, const json_t *json, char *to)
{
	const char *text = json_string_value(json);
	struct nrs_bytes bytes;
	struct nrs_err inner;
	int64_t ms;
	int term;

	if (row->type == NRS_FIELD_STRING) {
		text = nrs_arena_strndup(
		    reading->arena, text, json_string_length(json));
		memcpy(to, &text, sizeof(text));
	} else if (row->type == NRS_FIELD_BYTES) {
		if (nrs_base64_decode(reading->arena, text, &bytes, &inner) !=
		    NRS_OK)
			return pass_on(reading, place, &inner);
		memcpy(to, &bytes, sizeof(bytes));
	} else if (row->type == NRS_FIELD_TIME) {
		if (nrs_time_parse(text, &ms, &inner) != NRS_OK)
			return pass_on(reading, place, &inner);
		memcpy(to, &ms, sizeof(ms));
	} else {
		if (!nrs_term_parse(row->voc, text, &term))
			return refuse_term(reading, place, row->voc, text);
		memcpy(to, &term, sizeof(term));
	}
	return NRS_OK;
}

static enum nrs_rc
read_number(struct reading *reading, const struct place *place,
    const struct nrs_field *row, const json_t *json, char *to)
{
	int64_t i64 = json_integer_value(json);
	uint32_t u32 = (uint32_t)i64;

	if (row->type == NRS_FIELD_INT64) {
		memcpy(to, &i64, sizeof(i64));
		return NRS_OK;
	}
	if (i64 < 0 || i64 > UINT32_MAX)
		return refuse(
		    reading, place, "range", "not between 0 and 4294967295");
	memcpy(to, &u32, sizeof(u32));
	return NRS_OK;
}

static enum nrs_rc read_message(struct reading *reading,
    const struct place *place, enum nrs_message_type type, const json_t *json,
    char *to);

static enum nrs_rc
read_value(struct reading *reading, const struct place *place,
    const struct nrs_field *row, const json_t *json, char *to)
{
	static const json_type types[] = {
	    [NRS_FIELD_STRING] = JSON_STRING,
	    [NRS_FIELD_BYTES] = JSON_STRING,
	    [NRS_FIELD_BOOL] = JSON_TRUE,
	    [NRS_FIELD_UINT32] = JSON_INTEGER,
	    [NRS_FIELD_INT64] = JSON_INTEGER,
	    [NRS_FIELD_TIME] = JSON_STRING,
	    [NRS_FIELD_TERM] = JSON_STRING,
	    [NRS_FIELD_MESSAGE] = JSON_OBJECT,
	};
	json_type type = types[row->type];
	enum nrs_rc rc = expect(reading, place, json, type);

	if (rc != NRS_OK)
		return rc;
	if (type == JSON_STRING)
		return read_text(reading, place, row, json, to);
	if (type == JSON_INTEGER)
		return read_number(reading, place, row, json, to);
	if (type == JSON_OBJECT)
		return read_message(reading, place, row->message, json, to);
	*(bool *)to = json_is_true(json);
	return NRS_OK;
}

static enum nrs_rc
read_array(struct reading *reading, struct place *place,
    const struct nrs_field *row, const json_t *json, char *to)
{
	size_t n = json_array_size(json), size = nrs_field_size(row);
	enum nrs_rc rc = expect(reading, place, json, JSON_ARRAY);
	char *array = NULL;

	if (rc != NRS_OK || n == 0)
		return rc;
	array = nrs_arena_array(reading->arena, n, size);
	place->many = true;
	for (size_t i = 0; rc == NRS_OK && i < n; i++) {
		place->index = i;
		rc = read_value(reading, place, row, json_array_get(json, i),
		    array + i * size);
	}
	memcpy(to + row->offset, &array, sizeof(array));
	memcpy(to + row->n_offset, &n, sizeof(n));
	return rc;
}

static enum nrs_rc
read_field(struct reading *reading, const struct place *up,
    const struct nrs_field *row, const json_t *json, char *to)
{
	struct place place = {.up = up, .name = row->name};
	char *at = to + row->offset;
	void *message;

	if (row->many)
		return read_array(reading, &place, row, json, to);
	if (row->type == NRS_FIELD_MESSAGE) {
		message = nrs_arena_alloc(reading->arena, nrs_field_size(row));
		memcpy(at, &message, sizeof(message));
		at = message;
	}
	return read_value(reading, &place, row, json, at);
}

static const struct nrs_field *
find_field(const struct nrs_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n_fields; i++)
		if (strcmp(schema->fields[i].name, name) == 0)
			return &schema->fields[i];
	return NULL;
}

/* jansson's iterators take no const, though they only read. */
static json_t *
unconst(const json_t *json)
{
	json_t *out;

	memcpy(&out, &json, sizeof(out));
	return out;
}

static enum nrs_rc
read_message(struct reading *reading, const struct place *place,
    enum nrs_message_type type, const json_t *json, char *to)
{
	const struct nrs_schema *schema = nrs_schema_of(type);
	json_t *object = unconst(json);
	static const char *const empty = "";
	enum nrs_rc rc = NRS_OK;
	void *at;

	for (size_t i = 0; i < schema->n_fields; i++)
		if (schema->fields[i].type == NRS_FIELD_STRING &&
		    !schema->fields[i].many)
			memcpy(to + schema->fields[i].offset, &empty,
			    sizeof(empty));
	for (at = json_object_iter(object); rc == NRS_OK && at != NULL;
	     at = json_object_iter_next(object, at)) {
		const char *key = json_object_iter_key(at);
		const struct nrs_field *row = find_field(schema, key);

		if (row == NULL)
			return refuse_key(reading, place, schema, key);
		rc = read_field(
		    reading, place, row, json_object_iter_value(at), to);
	}
	return rc;
}

enum nrs_rc
nrs_json_decode(struct nrs_arena *arena, enum nrs_message_type type,
    struct nrs_bytes text, void **out, struct nrs_err *err)
{
	struct reading reading = {
	    .arena = arena, .err = err, .top = nrs_schema_of(type)};
	const struct place top = {0};
	json_t *json = NULL;
	void *value;
	enum nrs_rc rc;

	rc = nrs_json_load(reading.top->name, text, &json, err);
	if (rc != NRS_OK)
		return rc;
	value = nrs_arena_alloc(arena, reading.top->size);
	rc = read_message(&reading, &top, type, json, value);
	if (rc == NRS_OK)
		*out = value;
	json_decref(json);
	return rc;
}
