/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"

static void
an_id_is_a_uuid_of_version_7(void **state)
{
	char id[NRS_ID_SIZE];
	size_t i;

	(void)state;
	assert_ptr_equal(nrs_id_new(id), id);
	assert_int_equal(strlen(id), 36);
	for (i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(id[i], '-');
		else
			assert_non_null(strchr("0123456789abcdef", id[i]));
	assert_int_equal(id[14], '7');
	assert_non_null(strchr("89ab", id[19]));
}

static void
an_id_begins_with_the_time(void **state)
{
	int64_t before = nrs_wall_ms(), ms;
	char id[NRS_ID_SIZE], hex[13];

	(void)state;
	(void)nrs_id_new(id);
	(void)snprintf(hex, sizeof(hex), "%.8s%.4s", id, id + 9);
	ms = (int64_t)strtoll(hex, NULL, 16);
	assert_true(ms >= before && ms <= nrs_wall_ms());
}

static void
ids_differ(void **state)
{
	char ids[1000][NRS_ID_SIZE];
	size_t i, j;

	(void)state;
	for (i = 0; i < 1000; i++) {
		(void)nrs_id_new(ids[i]);
		for (j = 0; j < i; j++)
			assert_string_not_equal(ids[i], ids[j]);
	}
}

static void
below_is_below_and_reaches_every_value(void **state)
{
	int seen[10] = {0};
	uint64_t value;
	size_t i;

	(void)state;
	assert_int_equal(nrs_rand_below(1), 0);
	for (i = 0; i < 2000; i++) {
		value = nrs_rand_below(10);
		assert_true(value < 10);
		seen[value]++;
	}
	/* 200 expected; 100 or fewer is a chance of about 1e-15. */
	for (i = 0; i < 10; i++)
		assert_true(seen[i] > 100);
	assert_true(nrs_rand_below(UINT64_MAX) < UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_id_is_a_uuid_of_version_7),
	    cmocka_unit_test(an_id_begins_with_the_time),
	    cmocka_unit_test(ids_differ),
	    cmocka_unit_test(below_is_below_and_reaches_every_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
