/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/table.h"

#include <string.h>

#include "common/io/table_private.h"
#include "noroshi/base/text.h"
#include "noroshi/core/label.h"
#include "noroshi/io/sign.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define DAY_MS (24 * HOUR_MS)
#define VERSION_BYTES 8 /* of the SHA-256: 16 hex digits */
#define CODE_MAX 32

static const struct nrs_conf_node *
at(const struct nrs_conf_node *node, const char *name)
{
	return name == NULL ? node : nrs_conf_child(node, name);
}

enum nrs_rc
table_string(struct table *table, const struct nrs_conf_node *node,
    const char *name, const char **out, struct nrs_err *err)
{
	if (nrs_conf_string(node, name, NULL, out, err) != NRS_OK)
		return NRS_REJECT;
	if ((*out)[0] == '\0' || !nrs_text_is_line(*out))
		return nrs_conf_refuse(
		    at(node, name), err, "must be one line of text, not empty");
	*out = nrs_arena_strdup(table->arena, *out);
	nrs_buf_printf(&table->text, "%s=%s\n", name == NULL ? "" : name, *out);
	return NRS_OK;
}

enum nrs_rc
table_code(struct table *table, const struct nrs_conf_node *node,
    const char *name, const char **out, struct nrs_err *err)
{
	const char *c;

	if (table_string(table, node, name, out, err) != NRS_OK)
		return NRS_REJECT;
	for (c = *out; *c != '\0'; c++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *c) == NULL)
			break;
	if (*c == '\0' && c - *out <= CODE_MAX && **out != '-' &&
	    strcmp(*out, "ceptoar") != 0)
		return NRS_OK;
	return nrs_conf_refuse(at(node, name), err,
	    "must be 1 to %d of a-z 0-9 -, not \"ceptoar\"", CODE_MAX);
}

struct number {
	const char *name;
	int64_t max;
};

static enum nrs_rc
get_int(struct table *table, const struct nrs_conf_node *node,
    struct number number, int64_t *out, struct nrs_err *err)
{
	const struct nrs_conf_range range = {.min = 1, .max = number.max};

	if (nrs_conf_int(node, number.name, &range, out, err) != NRS_OK)
		return NRS_REJECT;
	nrs_buf_printf(&table->text, "%s=%lld\n", number.name, (long long)*out);
	return NRS_OK;
}

static enum nrs_rc
get_bool(struct table *table, const struct nrs_conf_node *node,
    const char *name, bool *out, struct nrs_err *err)
{
	if (nrs_conf_bool(node, name, false, out, err) != NRS_OK)
		return NRS_REJECT;
	nrs_buf_printf(&table->text, "%s=%d\n", name, *out);
	return NRS_OK;
}

/* A term by its exact name, never value 0. node is the string itself. */
static enum nrs_rc
get_term(struct table *table, const struct nrs_conf_node *node,
    enum nrs_vocabulary voc, int *out, struct nrs_err *err)
{
	const struct nrs_term *terms;
	const char *name;
	size_t i, n;

	if (nrs_conf_string(node, NULL, NULL, &name, err) != NRS_OK)
		return NRS_REJECT;
	terms = nrs_terms(voc, &n);
	for (i = 1; i < n; i++) {
		if (strcmp(terms[i].name, name) != 0)
			continue;
		*out = terms[i].value;
		nrs_buf_printf(&table->text, "%s\n", name);
		return NRS_OK;
	}
	return nrs_conf_refuse(node, err, "no such word");
}

struct word {
	const char *name;
	enum nrs_vocabulary voc;
};

static enum nrs_rc
get_term_of(struct table *table, const struct nrs_conf_node *node,
    struct word word, int *out, struct nrs_err *err)
{
	const struct nrs_conf_node *child = nrs_conf_child(node, word.name);

	if (child == NULL)
		return nrs_conf_refuse(node, err, "%s is missing", word.name);
	return get_term(table, child, word.voc, out, err);
}

const char *
table_version(struct table *table)
{
	uint8_t digest[NRS_SHA256_SIZE];
	char *hex = nrs_arena_alloc(table->arena, 2 * VERSION_BYTES + 1);

	nrs_sha256((struct nrs_bytes){(const uint8_t *)table->text.data,
	               table->text.len},
	    digest);
	return nrs_hex(digest, VERSION_BYTES, hex);
}

/* ---- sectors.conf ---- */

static enum nrs_rc
load_sector(struct table *table, const struct nrs_conf_node *node,
    struct nrs_sector *out, struct nrs_err *err)
{
	static const char *const keys[] = {"code", "since", "ja", "en", NULL};
	int64_t since;

	if (nrs_conf_only(node, keys, err) != NRS_OK ||
	    table_code(table, node, "code", &out->code, err) != NRS_OK ||
	    table_string(table, node, "ja", &out->ja, err) != NRS_OK ||
	    table_string(table, node, "en", &out->en, err) != NRS_OK ||
	    get_int(table, node, (struct number){"since", 9999}, &since, err) !=
	        NRS_OK)
		return NRS_REJECT;
	out->since = (int)since;
	return NRS_OK;
}

/* Says nothing of it: nobody is told. */
static enum nrs_rc
load_mailbox(struct table *table, const struct nrs_conf_node *node,
    struct nrs_ceptoar *out, struct nrs_err *err)
{
	const struct nrs_conf_node *mail = nrs_conf_child(node, "mail");
	struct nrs_err why = {0};

	if (mail == NULL)
		return NRS_OK;
	if (table_string(table, node, "mail", &out->mail, err) != NRS_OK)
		return NRS_REJECT;
	if (nrs_text_mailbox(table->arena, out->mail, &out->mail, &why) !=
	    NRS_OK)
		return nrs_conf_refuse(mail, err, "%s", why.text);
	return NRS_OK;
}

static enum nrs_rc
load_ceptoar(struct table *table, const struct nrs_conf_node *node,
    struct nrs_ceptoar *out, struct nrs_err *err)
{
	static const char *const keys[] = {
	    "id", "sector", "verified", "ja", "en", "mail", NULL};

	if (nrs_conf_only(node, keys, err) != NRS_OK ||
	    table_code(table, node, "id", &out->id, err) != NRS_OK ||
	    table_code(table, node, "sector", &out->sector, err) != NRS_OK ||
	    table_string(table, node, "ja", &out->ja, err) != NRS_OK ||
	    table_string(table, node, "en", &out->en, err) != NRS_OK ||
	    get_bool(table, node, "verified", &out->verified, err) != NRS_OK)
		return NRS_REJECT;
	return load_mailbox(table, node, out, err);
}

static enum nrs_rc
load_sectors(struct table *table, const struct nrs_conf_node *root,
    struct nrs_sector_table *out, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	struct nrs_sector *sectors;
	size_t i, n;

	if (nrs_conf_items(root, "sectors", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	n = nrs_conf_length(items);
	if (n == 0)
		return nrs_conf_refuse(items, err, "names no sector");
	sectors = nrs_arena_array(table->arena, n, sizeof(*sectors));
	out->sectors = sectors;
	for (i = 0; i < n; i++) {
		if (load_sector(table, nrs_conf_at(items, i), &sectors[i],
		        err) != NRS_OK)
			return NRS_REJECT;
		if (nrs_sector_find(out, sectors[i].code) != NULL)
			return nrs_conf_refuse(nrs_conf_at(items, i), err,
			    "sector %s is there twice", sectors[i].code);
		out->n_sectors++;
	}
	return NRS_OK;
}

static enum nrs_rc
load_ceptoars(struct table *table, const struct nrs_conf_node *root,
    struct nrs_sector_table *out, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	struct nrs_ceptoar *ceptoars;
	size_t i, n;

	if (nrs_conf_items(root, "ceptoars", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	n = nrs_conf_length(items);
	ceptoars = nrs_arena_array(table->arena, n, sizeof(*ceptoars));
	out->ceptoars = ceptoars;
	for (i = 0; i < n; i++) {
		if (load_ceptoar(table, nrs_conf_at(items, i), &ceptoars[i],
		        err) != NRS_OK)
			return NRS_REJECT;
		if (nrs_ceptoar_find(out, ceptoars[i].id) != NULL)
			return nrs_conf_refuse(nrs_conf_at(items, i), err,
			    "CEPTOAR %s is there twice", ceptoars[i].id);
		if (nrs_sector_find(out, ceptoars[i].sector) == NULL)
			return nrs_conf_refuse(nrs_conf_at(items, i), err,
			    "no sector has the code %s", ceptoars[i].sector);
		out->n_ceptoars++;
	}
	return NRS_OK;
}

enum nrs_rc
nrs_table_sectors(struct nrs_arena *arena, const char *file,
    const struct nrs_sector_table **out, struct nrs_err *err)
{
	static const char *const keys[] = {"sectors", "ceptoars", NULL};
	struct nrs_sector_table *sectors =
	    nrs_arena_alloc(arena, sizeof(*sectors));
	struct table table = {.arena = arena};
	const struct nrs_conf_node *root;
	struct nrs_conf_doc *doc = NULL;
	enum nrs_rc rc;

	rc = nrs_conf_open(file, &doc, err);
	if (rc != NRS_OK)
		goto out;
	root = nrs_conf_root(doc);
	if ((rc = nrs_conf_only(root, keys, err)) != NRS_OK ||
	    (rc = load_sectors(&table, root, sectors, err)) != NRS_OK ||
	    (rc = load_ceptoars(&table, root, sectors, err)) != NRS_OK)
		goto out;
	sectors->version = table_version(&table);
	*out = sectors;
out:
	nrs_buf_fini(&table.text);
	nrs_conf_close(doc);
	return rc;
}

/* ---- rules.conf ---- */

static enum nrs_rc
load_item(struct table *table, const struct nrs_conf_node *node,
    struct nrs_rule_table *out, struct nrs_err *err)
{
	static const char *const keys[] = {
	    "type", "column", "section", "validity_days", NULL};
	struct nrs_rule_item *item;
	int type = 0, column = 0, section = 0;
	int64_t days = 0;

	if (nrs_conf_only(node, keys, err) != NRS_OK ||
	    get_term_of(table, node, (struct word){"type", NRS_VOC_ITEM_TYPE},
	        &type, err) != NRS_OK ||
	    get_term_of(table, node,
	        (struct word){"column", NRS_VOC_MATRIX_COLUMN}, &column,
	        err) != NRS_OK ||
	    get_term_of(table, node,
	        (struct word){"section", NRS_VOC_NEWS_SECTION}, &section,
	        err) != NRS_OK ||
	    get_int(table, node, (struct number){"validity_days", 3660}, &days,
	        err) != NRS_OK)
		return NRS_REJECT;
	item = &out->items[type];
	if (item->column != NRS_COLUMN_UNSPECIFIED)
		return nrs_conf_refuse(node, err, "item type %s is there twice",
		    nrs_term_name(NRS_VOC_ITEM_TYPE, type));
	item->column = (enum nrs_matrix_column)column;
	item->section = (enum nrs_news_section)section;
	item->validity_ms = days * DAY_MS;
	return NRS_OK;
}

static enum nrs_rc
load_items(struct table *table, const struct nrs_conf_node *root,
    struct nrs_rule_table *out, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	size_t i;

	if (nrs_conf_items(root, "items", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	for (i = 0; i < nrs_conf_length(items); i++)
		if (load_item(table, nrs_conf_at(items, i), out, err) != NRS_OK)
			return NRS_REJECT;
	for (i = NRS_ITEM_A1; i <= NRS_ITEM_C3; i++)
		if (out->items[i].column == NRS_COLUMN_UNSPECIFIED)
			return nrs_conf_refuse(items, err,
			    "item type %s is missing",
			    nrs_term_name(NRS_VOC_ITEM_TYPE, (int)i));
	return NRS_OK;
}

static enum nrs_rc
load_routes(struct table *table, const struct nrs_conf_node *node,
    unsigned *out, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	size_t i;
	int route = 0;

	if (nrs_conf_items(node, "routes", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	for (i = 0; i < nrs_conf_length(items); i++) {
		if (get_term(table, nrs_conf_at(items, i), NRS_VOC_ROUTE,
		        &route, err) != NRS_OK)
			return NRS_REJECT;
		if (route == NRS_ROUTE_OVERRIDE)
			return nrs_conf_refuse(nrs_conf_at(items, i), err,
			    "OVERRIDE comes from a contact arrangement, not "
			    "from this table");
		*out |= NRS_ROUTE_BIT(route);
	}
	if (*out == 0)
		return nrs_conf_refuse(
		    items, err, "names no route: no cell may drop a notice");
	return NRS_OK;
}

static enum nrs_rc
load_mark(struct table *table, const struct nrs_conf_node *node, char *out,
    struct nrs_err *err)
{
	const char *mark;

	if (table_string(table, node, "mark", &mark, err) != NRS_OK)
		return NRS_REJECT;
	if (strlen(mark) != 1 || strchr("sip", mark[0]) == NULL)
		return nrs_conf_refuse(nrs_conf_child(node, "mark"), err,
		    "must be \"s\", \"i\" or \"p\"");
	*out = mark[0];
	return NRS_OK;
}

static enum nrs_rc
load_cell(struct table *table, const struct nrs_conf_node *node,
    struct nrs_rule_table *out, struct nrs_err *err)
{
	static const char *const keys[] = {"column", "posture", "urgency",
	    "mark", "routes", "posture_review", NULL};
	int column = 0, posture = 0, urgency = 0;
	struct nrs_rule_cell *cell;

	if (nrs_conf_only(node, keys, err) != NRS_OK ||
	    get_term_of(table, node,
	        (struct word){"column", NRS_VOC_MATRIX_COLUMN}, &column,
	        err) != NRS_OK ||
	    get_term_of(table, node, (struct word){"posture", NRS_VOC_POSTURE},
	        &posture, err) != NRS_OK ||
	    get_term_of(table, node, (struct word){"urgency", NRS_VOC_URGENCY},
	        &urgency, err) != NRS_OK)
		return NRS_REJECT;
	cell = &out->cells[column][posture][urgency];
	if (cell->id != NULL)
		return nrs_conf_refuse(
		    node, err, "%s is there twice", cell->id);
	cell->id = nrs_arena_printf(table->arena, "cell:%s/%s/%s",
	    nrs_term_name(NRS_VOC_MATRIX_COLUMN, column),
	    nrs_term_name(NRS_VOC_POSTURE, posture),
	    nrs_term_name(NRS_VOC_URGENCY, urgency));
	if (load_mark(table, node, &cell->mark, err) != NRS_OK ||
	    load_routes(table, node, &cell->routes, err) != NRS_OK)
		return NRS_REJECT;
	return get_bool(
	    table, node, "posture_review", &cell->posture_review, err);
}

static enum nrs_rc
check_complete(const struct nrs_rule_table *rules,
    const struct nrs_conf_node *cells, struct nrs_err *err)
{
	const int n =
	    NRS_COLUMN_C * NRS_POSTURE_INCIDENT * NRS_URGENCY_IMMEDIATE;
	int i, column, posture, urgency;

	for (i = 0; i < n; i++) {
		urgency = i % NRS_URGENCY_IMMEDIATE + 1;
		posture = i / NRS_URGENCY_IMMEDIATE % NRS_POSTURE_INCIDENT + 1;
		column = i / NRS_URGENCY_IMMEDIATE / NRS_POSTURE_INCIDENT + 1;
		if (rules->cells[column][posture][urgency].id == NULL)
			return nrs_conf_refuse(cells, err,
			    "cell %s/%s/%s is missing",
			    nrs_term_name(NRS_VOC_MATRIX_COLUMN, column),
			    nrs_term_name(NRS_VOC_POSTURE, posture),
			    nrs_term_name(NRS_VOC_URGENCY, urgency));
	}
	return NRS_OK;
}

static enum nrs_rc
load_cells(struct table *table, const struct nrs_conf_node *root,
    struct nrs_rule_table *out, struct nrs_err *err)
{
	const struct nrs_conf_node *cells;
	size_t i;

	if (nrs_conf_items(root, "cells", true, &cells, err) != NRS_OK)
		return NRS_REJECT;
	for (i = 0; i < nrs_conf_length(cells); i++)
		if (load_cell(table, nrs_conf_at(cells, i), out, err) != NRS_OK)
			return NRS_REJECT;
	return check_complete(out, cells, err);
}

/* A table that says nothing of it reminds a day before. */
static enum nrs_rc
load_reminder(struct table *table, const struct nrs_conf_node *root,
    struct nrs_rule_table *out, struct nrs_err *err)
{
	static const char name[] = "remind_hours";
	const struct nrs_conf_range range = {.min = 0, .max = 24 * 366};
	int64_t hours = 24;

	if (nrs_conf_child(root, name) != NULL &&
	    nrs_conf_int(root, name, &range, &hours, err) != NRS_OK)
		return NRS_REJECT;
	nrs_buf_printf(&table->text, "%s=%lld\n", name, (long long)hours);
	out->remind_ms = hours * HOUR_MS;
	return NRS_OK;
}

enum nrs_rc
nrs_table_rules(struct nrs_arena *arena, const char *file,
    const struct nrs_rule_table **out, struct nrs_err *err)
{
	static const char *const keys[] = {
	    "items", "cells", "remind_hours", NULL};
	struct nrs_rule_table *rules = nrs_arena_alloc(arena, sizeof(*rules));
	struct table table = {.arena = arena};
	const struct nrs_conf_node *root;
	struct nrs_conf_doc *doc = NULL;
	enum nrs_rc rc;

	rc = nrs_conf_open(file, &doc, err);
	if (rc != NRS_OK)
		goto out;
	root = nrs_conf_root(doc);
	if ((rc = nrs_conf_only(root, keys, err)) != NRS_OK ||
	    (rc = load_items(&table, root, rules, err)) != NRS_OK ||
	    (rc = load_cells(&table, root, rules, err)) != NRS_OK ||
	    (rc = load_reminder(&table, root, rules, err)) != NRS_OK)
		goto out;
	rules->version = table_version(&table);
	*out = rules;
out:
	nrs_buf_fini(&table.text);
	nrs_conf_close(doc);
	return rc;
}
