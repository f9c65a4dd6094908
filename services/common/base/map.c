/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/map.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "noroshi/base/mem.h"

/* uthash's macros unfold to more levels than we write. */
/* NOLINTBEGIN(readability-function-size) */

struct entry {
	void *value;
	UT_hash_handle hh;
	char key[];
};

struct nrs_map {
	struct entry *head;
};

struct nrs_map *
nrs_map_new(void)
{
	return nrs_calloc(1, sizeof(struct nrs_map));
}

void
nrs_map_free(struct nrs_map *map, void (*free_value)(void *))
{
	struct entry *entry, *next;

	if (map == NULL)
		return;
	entry = map->head;
	/* Frees the table only; the entries stay linked in insertion order. */
	HASH_CLEAR(hh, map->head);
	for (; entry != NULL; entry = next) {
		next = entry->hh.next;
		if (free_value != NULL)
			free_value(entry->value);
		free(entry);
	}
	free(map);
}

/* A key is hashed once, whatever is done with it. */
struct probe {
	const char *key;
	size_t len;
	unsigned hash;
};

static struct probe
probe_of(const char *key)
{
	struct probe probe = {.key = key, .len = strlen(key)};

	HASH_VALUE(key, probe.len, probe.hash);
	return probe;
}

static struct entry *
find(const struct nrs_map *map, const struct probe *probe)
{
	struct entry *entry = NULL;

	HASH_FIND_BYHASHVALUE(
	    hh, map->head, probe->key, probe->len, probe->hash, entry);
	return entry;
}

void *
nrs_map_get(const struct nrs_map *map, const char *key)
{
	const struct probe probe = probe_of(key);
	const struct entry *entry = find(map, &probe);

	return entry == NULL ? NULL : entry->value;
}

void *
nrs_map_put(struct nrs_map *map, const char *key, void *value)
{
	const struct probe probe = probe_of(key);
	struct entry *entry = find(map, &probe);
	void *old;

	if (entry != NULL) {
		old = entry->value;
		entry->value = value;
		return old;
	}
	entry = nrs_alloc(sizeof(*entry) + probe.len + 1);
	memcpy(entry->key, key, probe.len + 1);
	entry->value = value;
	HASH_ADD_BYHASHVALUE(
	    hh, map->head, key[0], probe.len, probe.hash, entry);
	return NULL;
}

void *
nrs_map_del(struct nrs_map *map, const char *key)
{
	const struct probe probe = probe_of(key);
	struct entry *entry = find(map, &probe);
	void *old;

	if (entry == NULL)
		return NULL;
	old = entry->value;
	HASH_DEL(map->head, entry);
	free(entry);
	return old;
}

size_t
nrs_map_count(const struct nrs_map *map)
{
	return HASH_COUNT(map->head);
}

bool
nrs_map_next(
    const struct nrs_map *map, void **cursor, const char **key, void **value)
{
	struct entry *entry = *cursor;

	entry = entry == NULL ? map->head : entry->hh.next;
	if (entry == NULL)
		return false;
	*cursor = entry;
	if (key != NULL)
		*key = entry->key;
	if (value != NULL)
		*value = entry->value;
	return true;
}
/* NOLINTEND(readability-function-size) */
