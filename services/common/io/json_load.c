/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/json_load.h"

#include <string.h>

/* Values and nesting that no message of ours comes near; jansson spends a
 * hundred bytes on an empty object. */
#define MAX_VALUES (64 * 1024)
#define MAX_DEPTH 16

const char *
nrs_json_kind(const json_t *json)
{
	static const char *const kinds[] = {
	    [JSON_OBJECT] = "an object",
	    [JSON_ARRAY] = "an array",
	    [JSON_STRING] = "text",
	    [JSON_INTEGER] = "a number",
	    [JSON_REAL] = "a number with a fraction",
	    [JSON_TRUE] = "true",
	    [JSON_FALSE] = "false",
	    [JSON_NULL] = "null",
	};

	return kinds[json_typeof(json)];
}

/* Count values and nesting before any of it is built. */
static const char *
too_much(struct nrs_bytes text)
{
	size_t values = 0, depth = 0;
	bool inside = false;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];

		if (c == '"')
			inside = !inside;
		else if (inside && c == '\\')
			i++;
		else if (inside)
			continue;
		else if (c == '[' || c == '{')
			depth++, values++;
		else if ((c == ']' || c == '}') && depth > 0)
			depth--;
		else if (c == ',')
			values++;
		if (depth > MAX_DEPTH)
			return "nested too deeply";
		if (values > MAX_VALUES)
			return "too many values";
	}
	return NULL;
}

/* jansson repeats the input at "near": the place is enough, and safe to log. */
static enum nrs_rc
refuse_syntax(const char *what, json_error_t *error, struct nrs_err *err)
{
	static const char *const rules[] = {
	    [json_error_duplicate_key] = "repeated",
	    [json_error_null_character] = "nul",
	    [json_error_null_byte_in_key] = "nul",
	    [json_error_invalid_utf8] = "utf8",
	    [json_error_numeric_overflow] = "range",
	};
	size_t code = (size_t)json_error_code(error);
	char *near = strstr(error->text, " near ");
	const char *rule = NULL;

	if (near != NULL)
		*near = '\0';
	if (code < sizeof(rules) / sizeof(rules[0]))
		rule = rules[code];
	return nrs_refuse(err, what, rule != NULL ? rule : "json",
	    "%s: line %d, column %d: %s", what, error->line, error->column,
	    error->text);
}

enum nrs_rc
nrs_json_load(
    const char *what, struct nrs_bytes text, json_t **out, struct nrs_err *err)
{
	const char *excess;
	json_error_t error;

	if (text.len == 0)
		return nrs_refuse(
		    err, what, "empty", "%s: no text at all", what);
	if (text.len > NRS_JSON_MAX)
		return nrs_refuse(
		    err, what, "size", "%s: larger than 1 MiB", what);
	/* jansson passes over a NUL between two tokens. */
	if (memchr(text.data, '\0', text.len) != NULL)
		return nrs_refuse(err, what, "nul", "%s: contains NUL", what);
	excess = too_much(text);
	if (excess != NULL)
		return nrs_refuse(err, what, "size", "%s: %s", what, excess);
	*out = json_loadb((const char *)text.data, text.len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (*out == NULL)
		return refuse_syntax(what, &error, err);
	if (json_is_object(*out))
		return NRS_OK;
	(void)nrs_refuse(err, what, "type", "%s: wants an object, not %s", what,
	    nrs_json_kind(*out));
	json_decref(*out);
	*out = NULL;
	return NRS_REJECT;
}
