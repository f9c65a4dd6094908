/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/mem.h"

#include <jemalloc/jemalloc.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 16
#define ALL_ARENAS "arena.4096"
_Static_assert(MALLCTL_ARENAS_ALL == 4096, "the number in ALL_ARENAS");
#define CHUNK_SIZE (16 * 1024)
/* More than this is not kept by a reset: one large message must not pin its
 * memory for the life of the process. */
#define KEEP_SIZE (256 * 1024)

struct chunk {
	struct chunk *next;
	size_t size, used;
	_Alignas(ALIGNMENT) unsigned char data[];
};

struct nrs_arena {
	struct chunk *first; /* the newest: allocations come from it */
	struct chunk *spare; /* of the last round, the oldest first */
	size_t used;
};

static void *
must(void *ptr)
{
	if (ptr == NULL) {
		(void)fputs("out of memory\n", stderr);
		abort();
	}
	return ptr;
}

static size_t
product(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		must(NULL);
	return bytes;
}

void *
nrs_alloc(size_t size)
{
	return must(malloc(size == 0 ? 1 : size));
}

void *
nrs_calloc(size_t n, size_t size)
{
	return must(n == 0 || size == 0 ? calloc(1, 1) : calloc(n, size));
}

void *
nrs_realloc(void *ptr, size_t n, size_t size)
{
	size_t bytes = product(n, size);

	return must(realloc(ptr, bytes == 0 ? 1 : bytes));
}

char *
nrs_strdup(const char *s)
{
	return must(strdup(s));
}

char *
nrs_asprintf(const char *fmt, ...)
{
	va_list args;
	char *out = NULL;
	int len;

	va_start(args, fmt);
	len = vasprintf(&out, fmt, args);
	va_end(args);
	return must(len < 0 ? NULL : out);
}

struct nrs_arena *
nrs_arena_new(void)
{
	return nrs_calloc(1, sizeof(struct nrs_arena));
}

static void
free_chunks(struct chunk *chunk)
{
	struct chunk *next;

	for (; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
}

/* What the last round used is kept for the next: freeing it chunk by chunk and
 * asking again costs a tenth of the classifier's time in a storm. What the next
 * round does not need goes with its end, so that the storm's memory follows it.
 */
void
nrs_arena_reset(struct nrs_arena *arena)
{
	struct chunk *chunk, *next;

	if (arena->first == NULL)
		return;
	free_chunks(arena->spare);
	arena->spare = NULL;
	for (chunk = arena->first; chunk != NULL; chunk = next) {
		next = chunk->next;
		if (chunk->size > KEEP_SIZE) {
			free(chunk);
			continue;
		}
		chunk->next = arena->spare;
		arena->spare = chunk;
	}
	arena->first = NULL;
	arena->used = 0;
}

void
nrs_arena_trim(struct nrs_arena *arena)
{
	free_chunks(arena->spare);
	arena->spare = NULL;
}

/* Who is linked with jemalloc has this one; the others have glibc's. */
#pragma weak mallctl

void
nrs_mem_trim(void)
{
	if (mallctl != NULL)
		(void)mallctl(ALL_ARENAS ".purge", NULL, NULL, NULL, 0);
	else
		(void)malloc_trim(0);
}

void
nrs_arena_free(struct nrs_arena *arena)
{
	if (arena == NULL)
		return;
	free_chunks(arena->first);
	free_chunks(arena->spare);
	free(arena);
}

/* Each chunk doubles the last, so that a large batch costs few calls. */
static struct chunk *
new_chunk(const struct nrs_arena *arena, size_t size)
{
	size_t want = CHUNK_SIZE;
	struct chunk *chunk;

	if (arena->first != NULL)
		want = arena->first->size < KEEP_SIZE ? arena->first->size * 2
		                                      : KEEP_SIZE;
	if (want < size)
		want = size;
	if (want > SIZE_MAX - sizeof(*chunk))
		must(NULL);
	chunk = nrs_alloc(sizeof(*chunk) + want);
	chunk->size = want;
	return chunk;
}

static void
add_chunk(struct nrs_arena *arena, size_t size)
{
	struct chunk *chunk = arena->spare;

	if (chunk != NULL && chunk->size >= size)
		arena->spare = chunk->next;
	else
		chunk = new_chunk(arena, size);
	chunk->used = 0;
	chunk->next = arena->first;
	arena->first = chunk;
}

void *
nrs_arena_alloc(struct nrs_arena *arena, size_t size)
{
	size_t need;
	void *out;

	if (size > SIZE_MAX / 2)
		must(NULL);
	need = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (arena->first == NULL ||
	    arena->first->size - arena->first->used < need)
		add_chunk(arena, need);
	out = arena->first->data + arena->first->used;
	arena->first->used += need;
	arena->used += size;
	return memset(out, 0, need);
}

void *
nrs_arena_array(struct nrs_arena *arena, size_t n, size_t size)
{
	return nrs_arena_alloc(arena, product(n, size));
}

char *
nrs_arena_strdup(struct nrs_arena *arena, const char *s)
{
	return nrs_arena_strndup(arena, s, strlen(s));
}

char *
nrs_arena_strndup(struct nrs_arena *arena, const char *s, size_t len)
{
	char *out = nrs_arena_alloc(arena, len + 1);

	len = len == 0 ? 0 : strnlen(s, len);
	if (len > 0)
		memcpy(out, s, len);
	return out;
}

char *
nrs_arena_printf(struct nrs_arena *arena, const char *fmt, ...)
{
	char *heap = NULL, *out;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&heap, fmt, args);
	va_end(args);
	must(len < 0 ? NULL : heap);
	out = nrs_arena_strndup(arena, heap, (size_t)len);
	free(heap);
	return out;
}

struct nrs_bytes
nrs_arena_bytes(struct nrs_arena *arena, const void *data, size_t len)
{
	uint8_t *copy = nrs_arena_alloc(arena, len + 1);

	if (len > 0)
		memcpy(copy, data, len);
	return (struct nrs_bytes){.data = copy, .len = len};
}

size_t
nrs_arena_used(const struct nrs_arena *arena)
{
	return arena->used;
}

static size_t
held(const struct chunk *chunk)
{
	size_t sum = 0;

	for (; chunk != NULL; chunk = chunk->next)
		sum += chunk->size;
	return sum;
}

size_t
nrs_arena_held(const struct nrs_arena *arena)
{
	return held(arena->first) + held(arena->spare);
}

bool
nrs_bytes_equal(struct nrs_bytes a, struct nrs_bytes b)
{
	if (a.len != b.len)
		return false;
	return a.len == 0 || memcmp(a.data, b.data, a.len) == 0;
}
