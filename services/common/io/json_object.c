/* SPDX-License-Identifier: Apache-2.0 */
/* Taking JSON objects apart and putting them together, member by member. */
#include <stdlib.h>
#include <string.h>

#include "common/io/json_load.h"

/* Member order is kept: errors and people meet it as it was written. */
static struct nrs_bytes
dump(struct nrs_arena *arena, const json_t *object, size_t how)
{
	char *text = json_dumps(object, how | JSON_ENCODE_ANY);
	struct nrs_bytes out;

	if (text == NULL)
		abort(); /* out of memory: as everywhere */
	out = nrs_arena_bytes(arena, text, strlen(text));
	free(text);
	return out;
}

static bool
has_field(const struct nrs_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->n_fields; i++)
		if (strcmp(schema->fields[i].name, name) == 0)
			return true;
	return false;
}

enum nrs_rc
nrs_json_part(struct nrs_arena *arena, enum nrs_message_type type,
    struct nrs_bytes text, struct nrs_json_parts *out, struct nrs_err *err)
{
	const struct nrs_schema *schema = nrs_schema_of(type);
	json_t *all, *ours, *others, *value;
	const char *name;
	enum nrs_rc rc = nrs_json_load("json", text, &all, err);

	if (rc != NRS_OK)
		return rc;
	ours = json_object();
	others = json_object();
	json_object_foreach(all, name, value)
	{
		json_t *to = has_field(schema, name) ? ours : others;
		if (json_object_set(to, name, value) != 0)
			abort();
	}
	out->ours = dump(arena, ours, JSON_COMPACT);
	out->others = dump(arena, others, JSON_COMPACT);
	json_decref(ours);
	json_decref(others);
	json_decref(all);
	return NRS_OK;
}

enum nrs_rc
nrs_json_merge(struct nrs_arena *arena, struct nrs_bytes base,
    struct nrs_bytes over, struct nrs_bytes *out, struct nrs_err *err)
{
	json_t *into = NULL, *from = NULL, *value;
	const char *name;
	enum nrs_rc rc = nrs_json_load("json", base, &into, err);

	if (rc == NRS_OK)
		rc = nrs_json_load("json", over, &from, err);
	if (rc != NRS_OK)
		goto out;
	json_object_foreach(from, name, value)
	{
		if (json_is_null(value))
			(void)json_object_del(into, name);
		else if (json_object_set(into, name, value) != 0)
			abort();
	}
	*out = dump(arena, into, JSON_INDENT(2));
out:
	json_decref(into);
	json_decref(from);
	return rc;
}
