/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/core/news_list.h"

static const char *everyone[] = {"*"};
static const char *energy[] = {"power", "gas"};
static const struct nrs_news_list rows[] = {
    {.id = "weekly", .sectors = everyone, .n_sectors = 1},
    {.id = "energy", .sectors = energy, .n_sectors = 2},
};
static const struct nrs_news_lists lists = {.lists = rows, .n = 2};

static void
a_list_is_found_by_its_id_alone(void **state)
{
	assert_ptr_equal(nrs_news_list_find(&lists, "energy"), &rows[1]);
	assert_null(nrs_news_list_find(&lists, "power"));
	assert_null(nrs_news_list_find(&lists, "*"));
}

static void
a_sector_belongs_to_the_list_that_names_it_before_the_one_for_the_rest(
    void **state)
{
	assert_ptr_equal(nrs_news_list_of(&lists, "gas"), &rows[1]);
	assert_ptr_equal(nrs_news_list_of(&lists, "water"), &rows[0]);
}

static void
a_sector_of_no_list_has_none(void **state)
{
	const struct nrs_news_lists some = {.lists = &rows[1], .n = 1};
	const struct nrs_news_lists none = {0};

	assert_null(nrs_news_list_of(&some, "water"));
	assert_null(nrs_news_list_of(&none, "power"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_is_found_by_its_id_alone),
	    cmocka_unit_test(
	        a_sector_belongs_to_the_list_that_names_it_before_the_one_for_the_rest),
	    cmocka_unit_test(a_sector_of_no_list_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
