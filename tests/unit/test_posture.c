/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/core/posture.h"

static const struct nrs_posture_set sets[] = {
    {"*", NRS_POSTURE_HEIGHTENED, 1000, 0},
    {"finance", NRS_POSTURE_INCIDENT, 500, 0},
    {"power", NRS_POSTURE_NORMAL, 0, 0},
};
static const struct nrs_postures all = {sets, 3};
static const struct nrs_postures without_floor = {sets + 1, 2};
static const struct nrs_postures none = {NULL, 0};

static void
without_a_word_it_is_normal(void **state)
{
	assert_int_equal(
	    nrs_posture_effective(&none, "finance", 1), NRS_POSTURE_NORMAL);
	assert_int_equal(nrs_posture_effective(&without_floor, "gas", 1),
	    NRS_POSTURE_NORMAL);
}

static void
the_higher_of_floor_and_sector_holds(void **state)
{
	assert_int_equal(
	    nrs_posture_effective(&all, "finance", 1), NRS_POSTURE_INCIDENT);
	assert_int_equal(
	    nrs_posture_effective(&all, "power", 1), NRS_POSTURE_HEIGHTENED);
	assert_int_equal(
	    nrs_posture_effective(&all, "gas", 1), NRS_POSTURE_HEIGHTENED);
}

static void
a_sector_raises_nobody_else(void **state)
{
	assert_int_equal(nrs_posture_effective(&without_floor, "power", 1),
	    NRS_POSTURE_NORMAL);
}

static void
an_end_ends_it_at_that_very_millisecond(void **state)
{
	assert_int_equal(
	    nrs_posture_of(&all, "finance", 499), NRS_POSTURE_INCIDENT);
	assert_int_equal(
	    nrs_posture_of(&all, "finance", 500), NRS_POSTURE_NORMAL);
	assert_int_equal(nrs_posture_effective(&all, "finance", 500),
	    NRS_POSTURE_HEIGHTENED);
	assert_int_equal(
	    nrs_posture_effective(&all, "finance", 1000), NRS_POSTURE_NORMAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_word_it_is_normal),
	    cmocka_unit_test(the_higher_of_floor_and_sector_holds),
	    cmocka_unit_test(a_sector_raises_nobody_else),
	    cmocka_unit_test(an_end_ends_it_at_that_very_millisecond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
