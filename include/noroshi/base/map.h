/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_MAP_H
#define NOROSHI_BASE_MAP_H
/*
 * map: string key to pointer, over uthash. Keys are copied; values are the
 * caller's. Iteration is in order of insertion. One thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>

struct nrs_map;
struct nrs_map *nrs_map_new(void);
/* Free the map; free_value (may be NULL) is called on each value. */
void nrs_map_free(struct nrs_map *map, void (*free_value)(void *));
/* NULL when absent. */
void *nrs_map_get(const struct nrs_map *map, const char *key);
/* Insert or replace; returns the value that was there, or NULL. */
void *nrs_map_put(struct nrs_map *map, const char *key, void *value);
/* Remove; returns the value that was there, or NULL. */
void *nrs_map_del(struct nrs_map *map, const char *key);
size_t nrs_map_count(const struct nrs_map *map);
/* Start with *cursor == NULL; false at the end. Do not change the map
 * meanwhile. */
bool nrs_map_next(
    const struct nrs_map *map, void **cursor, const char **key, void **value);
#endif
