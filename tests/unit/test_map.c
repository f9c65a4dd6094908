/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/map.h"
#include "noroshi/base/mem.h"

static void
put_get_and_del_agree(void **state)
{
	struct nrs_map *map = nrs_map_new();
	int a = 1, b = 2;

	(void)state;
	assert_null(nrs_map_get(map, "k"));
	assert_null(nrs_map_put(map, "k", &a));
	assert_ptr_equal(nrs_map_put(map, "k", &b), &a);
	assert_int_equal(nrs_map_count(map), 1);
	assert_ptr_equal(nrs_map_get(map, "k"), &b);
	assert_null(nrs_map_get(map, "K"));
	assert_null(nrs_map_get(map, ""));
	assert_ptr_equal(nrs_map_del(map, "k"), &b);
	assert_null(nrs_map_del(map, "k"));
	assert_int_equal(nrs_map_count(map), 0);
	nrs_map_free(map, NULL);
	nrs_map_free(NULL, NULL);
}

static void
keys_are_copied(void **state)
{
	struct nrs_map *map = nrs_map_new();
	char key[] = "key";
	int a = 1;

	(void)state;
	(void)nrs_map_put(map, key, &a);
	key[0] = 'X';
	assert_ptr_equal(nrs_map_get(map, "key"), &a);
	nrs_map_free(map, NULL);
}

static void
iteration_is_in_order_of_insertion(void **state)
{
	struct nrs_map *map = nrs_map_new();
	void *cursor = NULL, *value;
	char name[16];
	const char *key;
	int i, values[1000];

	(void)state;
	for (i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "%d", (i * 7919) % 1000);
		(void)nrs_map_put(map, name, &values[i]);
	}
	/* Replacing keeps the place. */
	(void)nrs_map_put(map, "0", &values[0]);
	for (i = 0; nrs_map_next(map, &cursor, &key, &value); i++) {
		(void)snprintf(name, sizeof(name), "%d", (i * 7919) % 1000);
		assert_string_equal(key, name);
		assert_ptr_equal(value, &values[i]);
	}
	assert_int_equal(i, 1000);
	nrs_map_free(map, NULL);
}

static void
free_hands_each_value_back_once(void **state)
{
	struct nrs_map *map = nrs_map_new();

	(void)state;
	/* The sanitizer sees a leak or a double free. */
	(void)nrs_map_put(map, "a", nrs_strdup("a"));
	(void)nrs_map_put(map, "b", nrs_strdup("b"));
	nrs_map_free(map, free);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(put_get_and_del_agree),
	    cmocka_unit_test(keys_are_copied),
	    cmocka_unit_test(iteration_is_in_order_of_insertion),
	    cmocka_unit_test(free_hands_each_value_back_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
