/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_MEM_H
#define NOROSHI_BASE_MEM_H
/*
 * mem: allocation that succeeds or does not return, and arenas.
 *
 * Running out of memory aborts: with at-least-once delivery a crash is a
 * replay, and half of all error branches disappear. Sizes from outside are
 * bounded by the caller first. An arena is a bump allocator freed as a whole:
 * one per decoded message or batch, used by one thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/err.h"

/* Borrowed or arena-owned bytes; never NUL-terminated by contract. */
struct nrs_bytes {
	const uint8_t *data;
	size_t len;
};

void *nrs_alloc(size_t size);
void *nrs_calloc(size_t n, size_t size);
void *nrs_realloc(void *ptr, size_t n, size_t size);
char *nrs_strdup(const char *s);
char *nrs_asprintf(const char *fmt, ...) NRS_PRINTF(1, 2);
/* Give what free() keeps back to the system; for a process that goes idle. */
void nrs_mem_trim(void);

struct nrs_arena;
/* The caller owns the arena: nrs_arena_free. */
struct nrs_arena *nrs_arena_new(void);
/* Forget everything in it, keep its memory for the next use. Nothing to forget:
 * no effect. */
void nrs_arena_reset(struct nrs_arena *arena);
/* Free what is kept for the next use. What was handed out stays valid. */
void nrs_arena_trim(struct nrs_arena *arena);
void nrs_arena_free(struct nrs_arena *arena);
/* Zeroed, 16-byte aligned, valid until reset or free. */
void *nrs_arena_alloc(struct nrs_arena *arena, size_t size);
void *nrs_arena_array(struct nrs_arena *arena, size_t n, size_t size);
char *nrs_arena_strdup(struct nrs_arena *arena, const char *s);
char *nrs_arena_strndup(struct nrs_arena *arena, const char *s, size_t len);
char *nrs_arena_printf(struct nrs_arena *arena, const char *fmt, ...)
    NRS_PRINTF(2, 3);
/* Copies; the copy is followed by a NUL that len does not count. */
struct nrs_bytes nrs_arena_bytes(
    struct nrs_arena *arena, const void *data, size_t len);
/* Bytes handed out since the last reset. */
size_t nrs_arena_used(const struct nrs_arena *arena);
/* Bytes it has from the system, for now or for the next use. */
size_t nrs_arena_held(const struct nrs_arena *arena);

/* Same length and same bytes. Not constant-time: use io/sign for secrets. */
bool nrs_bytes_equal(struct nrs_bytes a, struct nrs_bytes b);
#endif
