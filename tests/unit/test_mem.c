/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/mem.h"

static void
arena_memory_is_zeroed_aligned_and_counted(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	unsigned char *at;
	size_t size, i, total = 0;

	(void)state;
	for (size = 0; size < 300; size++) {
		at = nrs_arena_alloc(arena, size);
		assert_int_equal((uintptr_t)at % 16, 0);
		for (i = 0; i < size; i++)
			assert_int_equal(at[i], 0);
		memset(at, 0xff, size);
		total += size;
	}
	assert_int_equal(nrs_arena_used(arena), total);
	nrs_arena_free(arena);
}

static void
a_reset_arena_hands_out_zeroed_memory_again(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	size_t round, i;
	char *at;

	(void)state;
	for (round = 0; round < 5; round++) {
		for (i = 0; i < 100; i++) {
			at = nrs_arena_alloc(arena, 1000);
			assert_int_equal(at[0], 0);
			assert_int_equal(at[999], 0);
			memset(at, 'x', 1000);
		}
		nrs_arena_reset(arena);
		assert_int_equal(nrs_arena_used(arena), 0);
	}
	nrs_arena_free(arena);
}

static void
fill(struct nrs_arena *arena, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 1000)
		(void)nrs_arena_alloc(arena, 1000);
	nrs_arena_reset(arena);
}

static void
a_storms_memory_stays_for_the_next_round_and_goes_with_a_small_one(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	const size_t storm = 8 * 1024 * 1024;

	(void)state;
	fill(arena, storm);
	assert_true(nrs_arena_held(arena) > storm);
	nrs_arena_reset(arena); /* nothing in between: no round */
	assert_true(nrs_arena_held(arena) > storm);
	fill(arena, 1000);
	assert_true(nrs_arena_held(arena) < storm / 8);
	fill(arena, storm);
	nrs_arena_trim(arena);
	assert_int_equal(nrs_arena_held(arena), 0);
	nrs_arena_free(arena);
}

static void
one_large_allocation_does_not_disturb_the_small(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	char *small = nrs_arena_strdup(arena, "small");
	char *large = nrs_arena_alloc(arena, 5 * 1024 * 1024);
	char *after = nrs_arena_strdup(arena, "after");

	(void)state;
	memset(large, 'x', 5 * 1024 * 1024);
	assert_string_equal(small, "small");
	assert_string_equal(after, "after");
	nrs_arena_reset(arena);
	nrs_arena_free(arena);
	nrs_arena_free(NULL);
}

static void
strings_and_bytes_are_copies(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	char text[] = "abc";
	struct nrs_bytes bytes = nrs_arena_bytes(arena, text, 2);
	char *dup = nrs_arena_strdup(arena, text);
	char *cut = nrs_arena_strndup(arena, text, 2);

	(void)state;
	text[0] = 'X';
	assert_string_equal(dup, "abc");
	assert_string_equal(cut, "ab");
	assert_int_equal(bytes.len, 2);
	assert_string_equal((const char *)bytes.data, "ab");
	assert_int_equal(nrs_arena_bytes(arena, NULL, 0).len, 0);
	assert_string_equal(nrs_arena_printf(arena, "%d-%s", 7, "x"), "7-x");
	nrs_arena_free(arena);
}

static void
equal_means_same_length_and_bytes(void **state)
{
	struct nrs_bytes a = {.data = (const uint8_t *)"a\0b", .len = 3};
	struct nrs_bytes b = {.data = (const uint8_t *)"a\0c", .len = 3};
	struct nrs_bytes empty = {0};

	(void)state;
	assert_true(nrs_bytes_equal(a, a));
	assert_false(nrs_bytes_equal(a, b));
	b.len = 2;
	assert_false(nrs_bytes_equal(a, b));
	assert_true(nrs_bytes_equal(empty, empty));
	assert_false(nrs_bytes_equal(empty, a));
}

static void
heap_helpers_never_return_null(void **state)
{
	char *a = nrs_alloc(0), *b = nrs_calloc(0, 8), *c;
	char *d = nrs_asprintf("%s%d", "n", 1), *e = nrs_strdup("e");

	(void)state;
	c = nrs_realloc(NULL, 0, 8);
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	assert_string_equal(d, "n1");
	assert_string_equal(e, "e");
	free(a);
	free(b);
	free(c);
	free(d);
	free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arena_memory_is_zeroed_aligned_and_counted),
	    cmocka_unit_test(a_reset_arena_hands_out_zeroed_memory_again),
	    cmocka_unit_test(
	        a_storms_memory_stays_for_the_next_round_and_goes_with_a_small_one),
	    cmocka_unit_test(one_large_allocation_does_not_disturb_the_small),
	    cmocka_unit_test(strings_and_bytes_are_copies),
	    cmocka_unit_test(equal_means_same_length_and_bytes),
	    cmocka_unit_test(heap_helpers_never_return_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
