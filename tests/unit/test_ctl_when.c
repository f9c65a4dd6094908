/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/when.h"

#define NOW INT64_C(1795000000000)

static void
spans_count_ahead_or_back(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {{"90s", 90000}, {"45m", 2700000}, {"12h", 43200000},
	    {"3d", 259200000}, {"0s", 0}};
	int64_t ms;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    ctl_when(cases[i].text, CTL_AHEAD, NOW, &ms, NULL), NRS_OK);
		assert_int_equal(ms, NOW + cases[i].ms);
		assert_int_equal(
		    ctl_when(cases[i].text, CTL_BACK, NOW, &ms, NULL), NRS_OK);
		assert_int_equal(ms, NOW - cases[i].ms);
	}
}

static void
a_full_time_is_itself(void **state)
{
	int64_t ms;

	assert_int_equal(
	    ctl_when("2026-11-18T12:26:40+09:00", CTL_AHEAD, 0, &ms, NULL),
	    NRS_OK);
	assert_int_equal(ms, INT64_C(1794972400000));
}

static void
nonsense_is_refused(void **state)
{
	static const char *const cases[] = {"", "d", "3", "3w", "-3d", "3d4h",
	    "99999999999999999999d", "100001d", "tomorrow", " 3d x"};
	int64_t ms;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    ctl_when(cases[i], CTL_AHEAD, NOW, &ms, NULL), NRS_REJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(spans_count_ahead_or_back),
	    cmocka_unit_test(a_full_time_is_itself),
	    cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
