/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/core/sector.h"

static const struct nrs_sector sectors[] = {
    {"finance", "金融", "Finance", 2005},
    {"power", "電力", "Electric power", 2005},
};
static const struct nrs_ceptoar ceptoars[] = {
    {"bank", "finance", "銀行等", "Banks", true},
    {"power", "power", "電力", "Electric power", true},
};
static const struct nrs_sector_table table = {sectors, 2, ceptoars, 2, "v1"};

static void
a_sector_is_found_by_its_code_alone(void **state)
{
	assert_ptr_equal(nrs_sector_find(&table, "power"), &sectors[1]);
	assert_null(nrs_sector_find(&table, "Power"));
	assert_null(nrs_sector_find(&table, "bank"));
	assert_null(nrs_sector_find(&table, "*"));
	assert_null(nrs_sector_find(&table, ""));
}

static void
a_ceptoar_is_found_by_its_id_alone(void **state)
{
	assert_ptr_equal(nrs_ceptoar_find(&table, "bank"), &ceptoars[0]);
	assert_null(nrs_ceptoar_find(&table, "finance"));
	assert_null(nrs_ceptoar_find(&table, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sector_is_found_by_its_code_alone),
	    cmocka_unit_test(a_ceptoar_is_found_by_its_id_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
