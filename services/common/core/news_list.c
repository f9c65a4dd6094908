/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/news_list.h"

#include <stdbool.h>
#include <string.h>

const struct nrs_news_list *
nrs_news_list_find(const struct nrs_news_lists *lists, const char *id)
{
	size_t i;

	for (i = 0; i < lists->n; i++)
		if (strcmp(lists->lists[i].id, id) == 0)
			return &lists->lists[i];
	return NULL;
}

static bool
names(const struct nrs_news_list *list, const char *sector)
{
	size_t i;

	for (i = 0; i < list->n_sectors; i++)
		if (strcmp(list->sectors[i], sector) == 0)
			return true;
	return false;
}

const struct nrs_news_list *
nrs_news_list_of(const struct nrs_news_lists *lists, const char *sector)
{
	const struct nrs_news_list *rest = NULL;
	size_t i;

	for (i = 0; i < lists->n; i++) {
		if (names(&lists->lists[i], sector))
			return &lists->lists[i];
		if (names(&lists->lists[i], "*"))
			rest = &lists->lists[i];
	}
	return rest;
}
