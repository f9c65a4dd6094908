/* SPDX-License-Identifier: Apache-2.0 */
/* newsletters.conf */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/table_private.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/zone.h"
#include "noroshi/io/table.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define ID_MAX 24 /* its cut-offs' ids hold it and a time */
#define HOLIDAYS_MAX 1000

/* The file being read, and what is known of the other lists. */
struct news {
	struct table table;
	const struct nrs_sector_table *sectors;
	struct nrs_news_lists *out;
};

static enum nrs_rc
load_id(struct news *news, const struct nrs_conf_node *node,
    struct nrs_news_list *list, struct nrs_err *err)
{
	if (table_code(&news->table, node, "id", &list->id, err) != NRS_OK)
		return NRS_REJECT;
	if (strlen(list->id) > ID_MAX)
		return nrs_conf_refuse(nrs_conf_child(node, "id"), err,
		    "must be 1 to %d of a-z 0-9 -", ID_MAX);
	if (nrs_news_list_find(news->out, list->id) != NULL)
		return nrs_conf_refuse(
		    node, err, "list %s is there twice", list->id);
	return NRS_OK;
}

/* Two newsletters for one sector would carry each item twice. */
static enum nrs_rc
check_sector(const struct news *news, const struct nrs_conf_node *node,
    const struct nrs_news_list *list, struct nrs_err *err)
{
	const char *code = list->sectors[list->n_sectors];
	const bool rest = strcmp(code, "*") == 0;
	size_t i, j;

	if (!rest && nrs_sector_find(news->sectors, code) == NULL)
		return nrs_conf_refuse(
		    node, err, "no sector has the code %s", code);
	for (i = 0; i <= news->out->n; i++) {
		const struct nrs_news_list *other = &news->out->lists[i];
		for (j = 0; j < other->n_sectors; j++)
			if (strcmp(other->sectors[j], code) == 0)
				return nrs_conf_refuse(node, err,
				    "%s belongs to list %s already", code,
				    other->id);
	}
	return NRS_OK;
}

static enum nrs_rc
load_sectors(struct news *news, const struct nrs_conf_node *node,
    struct nrs_news_list *list, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	size_t n;

	if (nrs_conf_items(node, "sectors", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	n = nrs_conf_length(items);
	if (n == 0)
		return nrs_conf_refuse(items, err, "names no sector");
	list->sectors =
	    nrs_arena_array(news->table.arena, n, sizeof(*list->sectors));
	for (; list->n_sectors < n; list->n_sectors++) {
		const struct nrs_conf_node *item =
		    nrs_conf_at(items, list->n_sectors);
		const char **code = &list->sectors[list->n_sectors];
		if (table_string(&news->table, item, NULL, code, err) !=
		        NRS_OK ||
		    check_sector(news, item, list, err) != NRS_OK)
			return NRS_REJECT;
		if (strcmp(*code, "*") == 0 && n != 1)
			return nrs_conf_refuse(item, err,
			    "\"*\" stands alone: the sectors of no other list");
	}
	return NRS_OK;
}

static enum nrs_rc
load_weekdays(struct news *news, const struct nrs_conf_node *node,
    struct nrs_news_list *list, struct nrs_err *err)
{
	static const char *const names[] = {
	    "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};
	const struct nrs_conf_node *items;
	const char *name;
	unsigned day;
	size_t i;

	if (nrs_conf_items(node, "weekdays", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	for (i = 0; i < nrs_conf_length(items); i++) {
		if (table_string(&news->table, nrs_conf_at(items, i), NULL,
		        &name, err) != NRS_OK)
			return NRS_REJECT;
		for (day = 0; day < 7 && strcmp(names[day], name) != 0; day++)
			;
		if (day == 7)
			return nrs_conf_refuse(nrs_conf_at(items, i), err,
			    "must be MON, TUE, WED, THU, FRI, SAT or SUN");
		list->weekdays |= NRS_WEEKDAY_BIT(day);
	}
	if (list->weekdays == 0)
		return nrs_conf_refuse(items, err, "names no day of the week");
	return NRS_OK;
}

static enum nrs_rc
load_time(struct news *news, const struct nrs_conf_node *node,
    struct nrs_news_list *list, struct nrs_err *err)
{
	const char *text;
	char *end;
	long hour, minute;

	if (table_string(&news->table, node, "at", &text, err) != NRS_OK)
		return NRS_REJECT;
	hour = strtol(text, &end, 10);
	if (strlen(text) == 5 && strspn(text, "0123456789:") == 5 &&
	    end == text + 2 && *end == ':') {
		minute = strtol(text + 3, &end, 10);
		if (hour < 24 && minute < 60 && *end == '\0') {
			list->at_minutes = (int)(hour * 60 + minute);
			return NRS_OK;
		}
	}
	return nrs_conf_refuse(nrs_conf_child(node, "at"), err,
	    "must be a time of the day such as \"15:00\"");
}

static enum nrs_rc
load_zone(struct news *news, const struct nrs_conf_node *node,
    struct nrs_news_list *list, struct nrs_err *err)
{
	struct nrs_err why = {0};

	if (table_string(&news->table, node, "zone", &list->zone, err) !=
	    NRS_OK)
		return NRS_REJECT;
	if (nrs_zone_load(news->table.arena, list->zone, &list->clock, &why) !=
	    NRS_OK)
		return nrs_conf_refuse(
		    nrs_conf_child(node, "zone"), err, "%.400s", why.text);
	return NRS_OK;
}

static int
by_day(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum nrs_rc
load_holidays(struct news *news, const struct nrs_conf_node *node,
    struct nrs_news_list *list, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	const char *date;
	char time[32];
	int64_t ms;
	size_t n;

	if (nrs_conf_items(node, "holidays", false, &items, err) != NRS_OK)
		return NRS_REJECT;
	n = items == NULL ? 0 : nrs_conf_length(items);
	if (n > HOLIDAYS_MAX)
		return nrs_conf_refuse(
		    items, err, "names more than %d days", HOLIDAYS_MAX);
	list->holidays =
	    nrs_arena_array(news->table.arena, n, sizeof(*list->holidays));
	for (; list->n_holidays < n; list->n_holidays++) {
		const struct nrs_conf_node *item =
		    nrs_conf_at(items, list->n_holidays);
		if (table_string(&news->table, item, NULL, &date, err) !=
		    NRS_OK)
			return NRS_REJECT;
		(void)snprintf(time, sizeof(time), "%.16sT00:00:00Z", date);
		if (nrs_time_parse(time, &ms, NULL) != NRS_OK || ms < 0)
			return nrs_conf_refuse(
			    item, err, "must be a day such as \"2027-01-01\"");
		list->holidays[list->n_holidays] = (int)(ms / DAY_MS);
	}
	if (n > 0)
		qsort(list->holidays, n, sizeof(*list->holidays), by_day);
	return NRS_OK;
}

static enum nrs_rc
load_list(struct news *news, const struct nrs_conf_node *node,
    struct nrs_news_list *list, struct nrs_err *err)
{
	static const char *const keys[] = {
	    "id", "sectors", "weekdays", "at", "zone", "holidays", NULL};

	if (nrs_conf_only(node, keys, err) != NRS_OK ||
	    load_id(news, node, list, err) != NRS_OK ||
	    load_sectors(news, node, list, err) != NRS_OK ||
	    load_weekdays(news, node, list, err) != NRS_OK ||
	    load_time(news, node, list, err) != NRS_OK ||
	    load_zone(news, node, list, err) != NRS_OK ||
	    load_holidays(news, node, list, err) != NRS_OK)
		return NRS_REJECT;
	return NRS_OK;
}

static enum nrs_rc
load_lists(
    struct news *news, const struct nrs_conf_node *root, struct nrs_err *err)
{
	const struct nrs_conf_node *items;
	struct nrs_news_list *lists;
	size_t n;

	if (nrs_conf_items(root, "lists", true, &items, err) != NRS_OK)
		return NRS_REJECT;
	n = nrs_conf_length(items);
	lists = nrs_arena_array(news->table.arena, n, sizeof(*lists));
	news->out->lists = lists;
	for (; news->out->n < n; news->out->n++)
		if (load_list(news, nrs_conf_at(items, news->out->n),
		        &lists[news->out->n], err) != NRS_OK)
			return NRS_REJECT;
	return NRS_OK;
}

enum nrs_rc
nrs_table_news_lists(struct nrs_arena *arena, const char *file,
    const struct nrs_sector_table *sectors, const struct nrs_news_lists **out,
    struct nrs_err *err)
{
	static const char *const keys[] = {"lists", NULL};
	struct news news = {.table = {.arena = arena},
	    .sectors = sectors,
	    .out = nrs_arena_alloc(arena, sizeof(*news.out))};
	struct nrs_conf_doc *doc = NULL;
	enum nrs_rc rc;

	rc = nrs_conf_open(file, &doc, err);
	if (rc != NRS_OK)
		goto out;
	if ((rc = nrs_conf_only(nrs_conf_root(doc), keys, err)) != NRS_OK ||
	    (rc = load_lists(&news, nrs_conf_root(doc), err)) != NRS_OK)
		goto out;
	news.out->version = table_version(&news.table);
	*out = news.out;
out:
	nrs_buf_fini(&news.table.text);
	nrs_conf_close(doc);
	return rc;
}
