/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_DECIDE_LIST_H
#define COMMON_CORE_DECIDE_LIST_H
/*
 * decide_list: lists that grow in an arena.
 */
#include <stdbool.h>
#include <stddef.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/terms.h"

struct names {
	const char **items;
	size_t n;
};
bool names_has(const struct names *names, const char *name);
/* Once each; name is borrowed. */
void names_add(struct nrs_arena *arena, struct names *names, const char *name);
bool list_has(const char *const *items, size_t n, const char *item);
/* Room for one more at the end of an arena's array. */
void *list_grow(struct nrs_arena *arena, void *items, size_t n, size_t size);
/* A set of routes (core/rule.h) as messages have it, ascending. */
enum nrs_route *list_routes(
    struct nrs_arena *arena, unsigned routes, size_t *n);
#endif
