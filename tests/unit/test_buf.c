/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"

static void
an_untouched_buf_reads_as_empty(void **state)
{
	struct nrs_buf buf = {0};
	char *taken;

	(void)state;
	assert_string_equal(nrs_buf_str(&buf), "");
	nrs_buf_reset(&buf);
	taken = nrs_buf_take(&buf);
	assert_string_equal(taken, "");
	free(taken);
	nrs_buf_fini(&buf);
}

static void
every_way_of_adding_keeps_the_nul(void **state)
{
	struct nrs_buf buf = {0};

	(void)state;
	nrs_buf_add(&buf, NULL, 0);
	nrs_buf_adds(&buf, "ab");
	nrs_buf_addc(&buf, 'c');
	nrs_buf_printf(&buf, "%s", "");
	nrs_buf_printf(&buf, "%03d", 7);
	nrs_buf_add(&buf, "\0z", 2);
	assert_int_equal(buf.len, 8);
	assert_memory_equal(buf.data, "abc007\0z", 9);
	nrs_buf_fini(&buf);
}

static void
it_grows_one_byte_at_a_time_without_losing_any(void **state)
{
	struct nrs_buf buf = {0};
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		nrs_buf_addc(&buf, (char)('a' + i % 26));
	for (i = 0; i < buf.len; i++)
		assert_int_equal(buf.data[i], 'a' + i % 26);
	assert_int_equal(buf.len, 100000);
	assert_int_equal(buf.data[buf.len], 0);
	nrs_buf_fini(&buf);
}

static void
taking_starts_anew(void **state)
{
	struct nrs_buf buf = {0};
	char *taken;

	(void)state;
	nrs_buf_adds(&buf, "one");
	taken = nrs_buf_take(&buf);
	nrs_buf_adds(&buf, "two");
	assert_string_equal(taken, "one");
	assert_string_equal(nrs_buf_str(&buf), "two");
	nrs_buf_reset(&buf);
	assert_string_equal(nrs_buf_str(&buf), "");
	assert_int_equal(buf.len, 0);
	free(taken);
	nrs_buf_fini(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_untouched_buf_reads_as_empty),
	    cmocka_unit_test(every_way_of_adding_keeps_the_nul),
	    cmocka_unit_test(it_grows_one_byte_at_a_time_without_losing_any),
	    cmocka_unit_test(taking_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
