/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/conf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/conf_doc.h"
#include "common/base/conf_source.h"
#include "noroshi/base/text.h"

#define MAX_NAME 64

struct load {
	struct nrs_conf *conf;
	const struct nrs_param *params;
	size_t n;
	void *value;
	struct nrs_conf_list *rest;
	bool *seen; /* per row: the file or an override has it */
};

/* Where p's member lies; the type of the row vouches for the cast. */
static void *
slot(const struct load *load, const struct nrs_param *p)
{
	return (char *)load->value + p->offset;
}

static const struct nrs_param *
find_row(const struct load *load, const char *name)
{
	size_t i;

	for (i = 0; i < load->n; i++)
		if (strcmp(load->params[i].name, name) == 0)
			return &load->params[i];
	return NULL;
}

static void
mark(const struct load *load, const struct nrs_param *p)
{
	load->seen[p - load->params] = true;
}

static void
range_of(const struct nrs_param *p, int64_t *min, int64_t *max)
{
	bool bounded = p->min != 0 || p->max != 0;

	*min = bounded ? p->min : INT64_MIN;
	*max = bounded ? p->max : INT64_MAX;
}

/* ---- one value ------------------------------------------------------------
 */

/* Each sets *p's member from text, with paths seen from file. NULL when it
 * could, else why not. */
typedef const char *set_fn(const struct load *load, const struct nrs_param *p,
    const char *text, const char *file);

static const char *
set_string(const struct load *load, const struct nrs_param *p, const char *text,
    const char *file)
{
	const char **out = slot(load, p);

	(void)file;
	if (!nrs_text_is_line(text))
		return "has a control character or is not UTF-8";
	if (text[0] == '\0' && p->def == NULL)
		return "must not be empty";
	*out = nrs_arena_strdup(load->conf->arena, text);
	return NULL;
}

/* Absolute, so that the printed configuration means the same anywhere. */
static const char *
set_path(const struct load *load, const struct nrs_param *p, const char *text,
    const char *file)
{
	struct nrs_arena *arena = load->conf->arena;
	const char **out = slot(load, p);
	const char *why = set_string(load, p, text, file);
	char *folder;

	if (why != NULL || text[0] == '\0' || text[0] == '/' || file[0] == '\0')
		return why;
	folder = realpath(nrs_conf_beside(arena, file, "."), NULL);
	if (folder == NULL)
		return "its folder cannot be found";
	while (strncmp(text, "./", 2) == 0)
		text += 2;
	*out = strcmp(text, ".") == 0
	           ? nrs_arena_strdup(arena, folder)
	           : nrs_arena_printf(arena, "%s/%s", folder, text);
	free(folder);
	return NULL;
}

static const char *
set_int(const struct load *load, const struct nrs_param *p, const char *text,
    const char *file)
{
	int64_t *out = slot(load, p), min, max;
	long long number;
	char *end;

	(void)file;
	range_of(p, &min, &max);
	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end != '\0' ||
	    strchr(" \t\n\v\f\r", text[0]) != NULL)
		return "must be an integer";
	if (errno == ERANGE || number < min || number > max)
		return nrs_arena_printf(load->conf->arena,
		    "%s is not in %" PRId64 "..%" PRId64, text, min, max);
	*out = number;
	return NULL;
}

static const char *
set_bool(const struct load *load, const struct nrs_param *p, const char *text,
    const char *file)
{
	bool *out = slot(load, p);

	(void)file;
	*out = strcmp(text, "true") == 0;
	if (!*out && strcmp(text, "false") != 0)
		return "must be true or false";
	return NULL;
}

static const char *
set_enum(const struct load *load, const struct nrs_param *p, const char *text,
    const char *file)
{
	const char *choice = p->choices;
	int *out = slot(load, p), index;
	size_t len;

	(void)file;
	for (index = 0;; index++, choice += len + 1) {
		len = strcspn(choice, "|");
		if (strlen(text) == len && strncmp(choice, text, len) == 0)
			break;
		if (choice[len] == '\0')
			return nrs_arena_printf(
			    load->conf->arena, "must be one of %s", p->choices);
	}
	*out = index;
	return NULL;
}

static const char *
add_item(const struct load *load, struct nrs_conf_list *list, const char *text)
{
	if (!nrs_text_is_line(text))
		return "has a control character or is not UTF-8";
	list->items[list->n++] = nrs_arena_strdup(load->conf->arena, text);
	return NULL;
}

/* "a,b,c"; "" is the empty list. */
static const char *
set_list(const struct load *load, const struct nrs_param *p, const char *text,
    const char *file)
{
	struct nrs_conf_list *out = slot(load, p);
	struct nrs_arena *arena = load->conf->arena;
	const char *why = NULL;
	size_t len;

	(void)file;
	*out = (struct nrs_conf_list){
	    .items =
	        nrs_arena_array(arena, strlen(text) + 1, sizeof(*out->items))};
	while (why == NULL && *text != '\0') {
		len = strcspn(text, ",");
		why = add_item(load, out, nrs_arena_strndup(arena, text, len));
		text += text[len] == ',' ? len + 1 : len;
	}
	return why;
}

static set_fn *const setters[] = {
    [NRS_PARAM_STRING] = set_string,
    [NRS_PARAM_PATH] = set_path,
    [NRS_PARAM_INT] = set_int,
    [NRS_PARAM_BOOL] = set_bool,
    [NRS_PARAM_ENUM] = set_enum,
    [NRS_PARAM_LIST] = set_list,
};

/* ---- from the file --------------------------------------------------------
 */

static enum nrs_rc
take_list(const struct load *load, const struct nrs_param *p,
    const struct nrs_conf_node *node, struct nrs_err *err)
{
	struct nrs_conf_list *out = slot(load, p);
	const struct nrs_conf_node *items;
	const char *text, *why;
	size_t i, n;

	if (nrs_conf_items(node, NULL, true, &items, err) != NRS_OK)
		return NRS_REJECT;
	n = nrs_conf_length(items);
	*out = (struct nrs_conf_list){
	    .items =
	        nrs_arena_array(load->conf->arena, n + 1, sizeof(*out->items))};
	for (i = 0; i < n; i++) {
		node = nrs_conf_at(items, i);
		if (nrs_conf_string(node, NULL, NULL, &text, err) != NRS_OK)
			return NRS_REJECT;
		why = add_item(load, out, text);
		if (why != NULL)
			return nrs_conf_refuse(node, err, "%s", why);
	}
	return NRS_OK;
}

static enum nrs_rc
take(const struct load *load, const struct nrs_param *p,
    const struct nrs_conf_node *node, struct nrs_err *err)
{
	const char *text = NULL, *why;
	struct nrs_conf_range range = {0};
	bool *flag;

	mark(load, p);
	if (p->type == NRS_PARAM_LIST)
		return take_list(load, p, node, err);
	if (p->type == NRS_PARAM_INT) {
		range_of(p, &range.min, &range.max);
		return nrs_conf_int(node, NULL, &range, slot(load, p), err);
	}
	if (p->type == NRS_PARAM_BOOL) {
		flag = slot(load, p);
		return nrs_conf_bool(node, NULL, false, flag, err);
	}
	if (nrs_conf_string(node, NULL, NULL, &text, err) != NRS_OK)
		return NRS_REJECT;
	why = setters[p->type](load, p, text, nrs_conf_file(node));
	if (why != NULL)
		return nrs_conf_refuse(node, err, "%s", why);
	return NRS_OK;
}

static size_t
smallest(size_t a, size_t b, size_t c)
{
	a = a < b ? a : b;
	return a < c ? a : c;
}

/* Levenshtein's distance, for names of at most MAX_NAME bytes. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[MAX_NAME + 1], n = strlen(b), i, j, diagonal, above;

	if (strlen(a) > MAX_NAME || n > MAX_NAME)
		return SIZE_MAX;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 0; a[i] != '\0'; i++) {
		diagonal = row[0]++;
		for (j = 1; j <= n; j++) {
			above = row[j];
			row[j] = smallest(diagonal + (a[i] != b[j - 1]),
			    above + 1, row[j - 1] + 1);
			diagonal = above;
		}
	}
	return row[n];
}

/* The row that name was probably meant to be, or NULL. */
static const char *
nearest(const struct load *load, const char *name)
{
	size_t i, d, best = strlen(name) / 4 + 2;
	const char *found = NULL, *dot;

	for (i = 0; i < load->n; i++) {
		dot = strchr(load->params[i].name, '.');
		if (dot != NULL && strcmp(dot + 1, name) == 0)
			return load->params[i].name;
		d = distance(load->params[i].name, name);
		if (d < best) {
			best = d;
			found = load->params[i].name;
		}
	}
	return found;
}

static enum nrs_rc
refuse_unknown(const struct load *load, const char *where, const char *name,
    struct nrs_err *err)
{
	const char *meant = nearest(load, name);

	return nrs_refuse(err, name, "conf", "%s: unknown key %s%s%s%s", where,
	    name, meant == NULL ? "" : "; did you mean ",
	    meant == NULL ? "" : meant, meant == NULL ? "" : "?");
}

static bool
is_group_name(const struct load *load, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; i < load->n; i++)
		if (strncmp(load->params[i].name, name, len) == 0 &&
		    load->params[i].name[len] == '.')
			return true;
	return false;
}

static enum nrs_rc
take_leaf(const struct load *load, const struct nrs_conf_node *node,
    struct nrs_err *err)
{
	struct nrs_arena *arena = load->conf->arena;
	const char *name = nrs_conf_path(node, arena);
	const struct nrs_param *p = find_row(load, name);

	if (p != NULL)
		return take(load, p, node, err);
	if (is_group_name(load, name))
		return nrs_conf_refuse(node, err, "must be a group { }");
	return refuse_unknown(load, nrs_conf_where(node, arena), name, err);
}

static enum nrs_rc
take_group(const struct load *load, const struct nrs_conf_node *group,
    struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	size_t i;

	if (!nrs_conf_is_group(group))
		return take_leaf(load, group, err);
	if (!is_group_name(load, nrs_conf_name(group)))
		return refuse_unknown(load,
		    nrs_conf_where(group, load->conf->arena),
		    nrs_conf_name(group), err);
	for (i = 0; i < nrs_conf_length(group) && rc == NRS_OK; i++)
		rc = take_leaf(load, nrs_conf_at(group, i), err);
	return rc;
}

static enum nrs_rc
take_file(const struct load *load, const char *file, struct nrs_err *err)
{
	struct nrs_conf_doc *doc = NULL;
	const struct nrs_conf_node *root;
	enum nrs_rc rc = nrs_conf_open(file, &doc, err);
	size_t i;

	if (rc != NRS_OK)
		return rc;
	root = nrs_conf_root(doc);
	for (i = 0; i < nrs_conf_length(root) && rc == NRS_OK; i++)
		rc = take_group(load, nrs_conf_at(root, i), err);
	nrs_conf_close(doc);
	return rc;
}

/* ---- the whole ------------------------------------------------------------
 */

static void
add_rest(const struct load *load, const char *text)
{
	struct nrs_arena *arena = load->conf->arena;
	struct nrs_conf_list *rest = load->rest;
	const char **items =
	    nrs_arena_array(arena, rest->n + 1, sizeof(*items));

	if (rest->n > 0)
		memcpy(items, rest->items, rest->n * sizeof(*items));
	items[rest->n] = nrs_arena_strdup(arena, text);
	*rest = (struct nrs_conf_list){.items = items, .n = rest->n + 1};
}

static enum nrs_rc
take_override(const struct load *load, const char *text, struct nrs_err *err)
{
	const char *equals = strchr(text, '='), *name, *why;
	const struct nrs_param *p;

	if (equals == NULL || equals == text)
		return nrs_refuse(err, "", "conf",
		    "command line: \"%s\" is not name=value", text);
	name =
	    nrs_arena_strndup(load->conf->arena, text, (size_t)(equals - text));
	p = find_row(load, name);
	if (p == NULL && load->rest != NULL) {
		add_rest(load, text);
		return NRS_OK;
	}
	if (p == NULL)
		return refuse_unknown(load, "command line", name, err);
	mark(load, p);
	why = setters[p->type](load, p, equals + 1, "");
	if (why != NULL)
		return nrs_refuse(
		    err, name, "conf", "command line: %s: %s", name, why);
	return NRS_OK;
}

static void
take_defaults(const struct load *load)
{
	const struct nrs_param *p;
	size_t i;

	for (i = 0; i < load->n; i++) {
		p = &load->params[i];
		/* A default that is not valid is a bug of ours. */
		if (p->def != NULL && !load->seen[i] &&
		    setters[p->type](load, p, p->def, load->conf->file) != NULL)
			abort();
	}
}

static enum nrs_rc
check_required(const struct load *load, struct nrs_err *err)
{
	size_t i;

	for (i = 0; i < load->n; i++)
		if (load->params[i].def == NULL && !load->seen[i])
			return nrs_refuse(err, load->params[i].name, "conf",
			    "%s%s%s is required", load->conf->file,
			    load->conf->file[0] == '\0' ? "" : ": ",
			    load->params[i].name);
	return NRS_OK;
}

enum nrs_rc
nrs_conf_load(struct nrs_conf *conf, const struct nrs_conf_input *in,
    void *value, struct nrs_err *err)
{
	struct load load = {.conf = conf,
	    .params = in->params,
	    .n = in->n,
	    .value = value,
	    .rest = in->rest};
	const char *file = in->file;
	enum nrs_rc rc = NRS_OK;
	size_t i;

	conf->arena = nrs_arena_new();
	conf->file = nrs_arena_strdup(conf->arena, file == NULL ? "" : file);
	load.seen = nrs_arena_array(conf->arena, in->n, sizeof(*load.seen));
	if (file != NULL)
		rc = take_file(&load, file, err);
	if (rc == NRS_OK)
		take_defaults(&load);
	for (i = 0; i < in->n_overrides && rc == NRS_OK; i++)
		rc = take_override(&load, in->overrides[i], err);
	if (rc == NRS_OK)
		rc = check_required(&load, err);
	return rc;
}

void
nrs_conf_fini(struct nrs_conf *conf)
{
	nrs_arena_free(conf->arena);
	*conf = (struct nrs_conf){0};
}
