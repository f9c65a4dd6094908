/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/conf_doc.h"

#include <assert.h>
#include <inttypes.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/conf_source.h"
#include "noroshi/base/buf.h"
#include "noroshi/base/text.h"

struct nrs_conf_doc {
	struct nrs_conf_source source;
	config_t config;
};

/* A node is a libconfig setting under another name, so that the header needs
 * nothing of libconfig. */
static const config_setting_t *
setting_of(const struct nrs_conf_node *node)
{
	return (const config_setting_t *)node;
}

static const struct nrs_conf_node *
node_of(const config_setting_t *setting)
{
	return (const struct nrs_conf_node *)setting;
}

static const char *
type_name(const config_setting_t *setting)
{
	static const char *const names[] = {
	    [CONFIG_TYPE_NONE] = "nothing",
	    [CONFIG_TYPE_GROUP] = "a group",
	    [CONFIG_TYPE_INT] = "an integer",
	    [CONFIG_TYPE_INT64] = "an integer",
	    [CONFIG_TYPE_FLOAT] = "a number with a point",
	    [CONFIG_TYPE_STRING] = "a string",
	    [CONFIG_TYPE_BOOL] = "a boolean",
	    [CONFIG_TYPE_ARRAY] = "an array",
	    [CONFIG_TYPE_LIST] = "a list",
	};

	return names[config_setting_type(setting)];
}

enum nrs_rc
nrs_conf_open(const char *file, struct nrs_conf_doc **out, struct nrs_err *err)
{
	struct nrs_conf_doc *doc = nrs_calloc(1, sizeof(*doc));
	struct nrs_conf_place place;
	enum nrs_rc rc;

	config_init(&doc->config);
	rc = nrs_conf_source_read(&doc->source, file, err);
	if (rc != NRS_OK)
		goto out;
	if (!config_read_string(&doc->config, nrs_buf_str(&doc->source.text))) {
		place = nrs_conf_source_place(
		    &doc->source, (size_t)config_error_line(&doc->config));
		rc = nrs_refuse(err, "", "conf", "%s:%d: %s", place.file,
		    place.line, config_error_text(&doc->config));
		goto out;
	}
	config_setting_set_hook(config_root_setting(&doc->config), doc);
	*out = doc;
	doc = NULL; /* the caller owns it now */
out:
	nrs_conf_close(doc);
	return rc;
}

void
nrs_conf_close(struct nrs_conf_doc *doc)
{
	if (doc == NULL)
		return;
	config_destroy(&doc->config);
	nrs_conf_source_fini(&doc->source);
	free(doc);
}

const struct nrs_conf_node *
nrs_conf_root(const struct nrs_conf_doc *doc)
{
	return node_of(config_root_setting(&doc->config));
}

static struct nrs_conf_place
place_of(const config_setting_t *setting)
{
	const struct nrs_conf_doc *doc =
	    config_setting_get_hook(config_root_setting(setting->config));

	return nrs_conf_source_place(
	    &doc->source, config_setting_source_line(setting));
}

static void
add_path(struct nrs_buf *out, const config_setting_t *setting)
{
	if (config_setting_is_root(setting))
		return;
	add_path(out, config_setting_parent(setting));
	if (config_setting_name(setting) != NULL)
		nrs_buf_printf(out, "%s%s", out->len > 0 ? "." : "",
		    config_setting_name(setting));
	else
		nrs_buf_printf(out, "[%d]", config_setting_index(setting));
}

const char *
nrs_conf_path(const struct nrs_conf_node *node, struct nrs_arena *arena)
{
	struct nrs_buf path = {0};
	const char *out;

	add_path(&path, setting_of(node));
	out = nrs_arena_strdup(arena, nrs_buf_str(&path));
	nrs_buf_fini(&path);
	return out;
}

const char *
nrs_conf_file(const struct nrs_conf_node *node)
{
	return place_of(setting_of(node)).file;
}

const char *
nrs_conf_where(const struct nrs_conf_node *node, struct nrs_arena *arena)
{
	struct nrs_conf_place place = place_of(setting_of(node));

	return nrs_arena_printf(arena, "%s:%d", place.file, place.line);
}

enum nrs_rc
nrs_conf_refuse(
    const struct nrs_conf_node *node, struct nrs_err *err, const char *fmt, ...)
{
	struct nrs_conf_place place = place_of(setting_of(node));
	char why[sizeof(err->text)];
	struct nrs_buf path = {0};
	enum nrs_rc rc;
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	add_path(&path, setting_of(node));
	rc = nrs_refuse(err, nrs_buf_str(&path), "conf", "%s:%d: %s%s%s",
	    place.file, place.line, nrs_buf_str(&path),
	    path.len > 0 ? ": " : "", why);
	nrs_buf_fini(&path);
	return rc;
}

bool
nrs_conf_is_group(const struct nrs_conf_node *node)
{
	return config_setting_is_group(setting_of(node));
}

enum nrs_rc
nrs_conf_only(const struct nrs_conf_node *node, const char *const *keys,
    struct nrs_err *err)
{
	const struct nrs_conf_node *child;
	size_t i, k;

	if (!nrs_conf_is_group(node))
		return nrs_conf_refuse(node, err, "must be a group { }, is %s",
		    type_name(setting_of(node)));
	for (i = 0; i < nrs_conf_length(node); i++) {
		child = nrs_conf_at(node, i);
		for (k = 0; keys[k] != NULL; k++)
			if (strcmp(keys[k], nrs_conf_name(child)) == 0)
				break;
		if (keys[k] == NULL)
			return nrs_conf_refuse(child, err, "unknown key");
	}
	return NRS_OK;
}

const struct nrs_conf_node *
nrs_conf_child(const struct nrs_conf_node *node, const char *name)
{
	if (!nrs_conf_is_group(node))
		return NULL;
	return node_of(config_setting_get_member(setting_of(node), name));
}

size_t
nrs_conf_length(const struct nrs_conf_node *node)
{
	if (!config_setting_is_aggregate(setting_of(node)))
		return 0;
	return (size_t)config_setting_length(setting_of(node));
}

const struct nrs_conf_node *
nrs_conf_at(const struct nrs_conf_node *node, size_t index)
{
	return node_of(
	    config_setting_get_elem(setting_of(node), (unsigned)index));
}

const char *
nrs_conf_name(const struct nrs_conf_node *node)
{
	const char *name = config_setting_name(setting_of(node));

	return name == NULL ? "" : name;
}

/* The node that name means; NULL in *out when it is absent and may be. */
static enum nrs_rc
pick(const struct nrs_conf_node *node, const char *name, bool required,
    const config_setting_t **out, struct nrs_err *err)
{
	const struct nrs_conf_node *found =
	    name == NULL ? node : nrs_conf_child(node, name);

	*out = setting_of(found);
	if (found == NULL && required)
		return nrs_conf_refuse(node, err, "%s is missing", name);
	return NRS_OK;
}

enum nrs_rc
nrs_conf_items(const struct nrs_conf_node *node, const char *name,
    bool required, const struct nrs_conf_node **out, struct nrs_err *err)
{
	const config_setting_t *found;
	enum nrs_rc rc = pick(node, name, required, &found, err);

	if (rc != NRS_OK)
		return rc;
	if (found != NULL && !config_setting_is_list(found) &&
	    !config_setting_is_array(found))
		return nrs_conf_refuse(node_of(found), err,
		    "must be a list ( ) or an array [ ], is %s",
		    type_name(found));
	*out = node_of(found);
	return NRS_OK;
}

enum nrs_rc
nrs_conf_string(const struct nrs_conf_node *node, const char *name,
    const char *def, const char **out, struct nrs_err *err)
{
	const config_setting_t *found;
	enum nrs_rc rc = pick(node, name, def == NULL, &found, err);

	if (rc != NRS_OK)
		return rc;
	*out = def;
	if (found == NULL)
		return NRS_OK;
	if (config_setting_type(found) != CONFIG_TYPE_STRING)
		return nrs_conf_refuse(node_of(found), err,
		    "must be a string, is %s", type_name(found));
	*out = config_setting_get_string(found);
	/* The escape \xff can make what the file's own text could not be. */
	if (!nrs_text_is_block(*out))
		return nrs_conf_refuse(node_of(found), err,
		    "has a control character or is not UTF-8");
	return NRS_OK;
}

enum nrs_rc
nrs_conf_int(const struct nrs_conf_node *node, const char *name,
    const struct nrs_conf_range *range, int64_t *out, struct nrs_err *err)
{
	const config_setting_t *found;
	enum nrs_rc rc = pick(node, name, range->def == NULL, &found, err);

	if (rc != NRS_OK)
		return rc;
	if (found == NULL) {
		assert(range->def != NULL); /* pick() refused it otherwise */
		*out = *range->def;
		return NRS_OK;
	}
	if (config_setting_type(found) != CONFIG_TYPE_INT64 &&
	    config_setting_type(found) != CONFIG_TYPE_INT)
		return nrs_conf_refuse(node_of(found), err,
		    "must be an integer, is %s", type_name(found));
	*out = config_setting_get_int64(found);
	if (*out < range->min || *out > range->max)
		return nrs_conf_refuse(node_of(found), err,
		    "%" PRId64 " is not in %" PRId64 "..%" PRId64, *out,
		    range->min, range->max);
	return NRS_OK;
}

enum nrs_rc
nrs_conf_bool(const struct nrs_conf_node *node, const char *name, bool def,
    bool *out, struct nrs_err *err)
{
	const config_setting_t *found;
	enum nrs_rc rc = pick(node, name, false, &found, err);

	*out = def;
	if (rc != NRS_OK || found == NULL)
		return rc;
	if (config_setting_type(found) != CONFIG_TYPE_BOOL)
		return nrs_conf_refuse(node_of(found), err,
		    "must be true or false, is %s", type_name(found));
	*out = config_setting_get_bool(found) != 0;
	return NRS_OK;
}
