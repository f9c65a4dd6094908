/* SPDX-License-Identifier: Apache-2.0 */
#include "common/core/decide_list.h"

#include <string.h>

#include "noroshi/core/rule.h"

bool
list_has(const char *const *items, size_t n, const char *item)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(items[i], item) == 0)
			return true;
	return false;
}

/* Capacities are the powers of two, so that n alone tells when one is full. */
void *
list_grow(struct nrs_arena *arena, void *items, size_t n, size_t size)
{
	void *more;

	if ((n & (n - 1)) != 0)
		return items;
	more = nrs_arena_array(arena, n == 0 ? 1 : 2 * n, size);
	if (n > 0)
		memcpy(more, items, n * size);
	return more;
}

bool
names_has(const struct names *names, const char *name)
{
	return list_has(names->items, names->n, name);
}

void
names_add(struct nrs_arena *arena, struct names *names, const char *name)
{
	if (names_has(names, name))
		return;
	names->items =
	    list_grow(arena, names->items, names->n, sizeof(*names->items));
	names->items[names->n++] = name;
}

enum nrs_route *
list_routes(struct nrs_arena *arena, unsigned routes, size_t *n)
{
	enum nrs_route *list =
	    nrs_arena_array(arena, NRS_ROUTE_OVERRIDE, sizeof(*list));
	enum nrs_route route;

	*n = 0;
	for (route = NRS_ROUTE_REALTIME; route <= NRS_ROUTE_OVERRIDE; route++)
		if ((routes & NRS_ROUTE_BIT(route)) != 0)
			list[(*n)++] = route;
	return list;
}
