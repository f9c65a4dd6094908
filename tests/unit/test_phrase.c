/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/phrase.h"

static void
every_phrase_is_there_in_both_languages(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < NRS_PHRASE_COUNT; i++) {
		assert_true(strlen(nrs_phrase((enum nrs_phrase)i, false)) > 0);
		assert_true(strlen(nrs_phrase((enum nrs_phrase)i, true)) > 0);
		assert_string_not_equal(nrs_phrase((enum nrs_phrase)i, false),
		    nrs_phrase((enum nrs_phrase)i, true));
	}
}

static void
an_unknown_label_is_handled_as_red(void **state)
{
	int i;

	(void)state;
	for (i = NRS_TLP_RED; i <= NRS_TLP_CLEAR; i++)
		assert_non_null(nrs_phrase_handling((enum nrs_tlp)i, true));
	assert_string_equal(nrs_phrase_handling(NRS_TLP_UNSPECIFIED, true),
	    nrs_phrase_handling(NRS_TLP_RED, true));
	assert_string_equal(nrs_phrase_handling((enum nrs_tlp)6, false),
	    nrs_phrase_handling(NRS_TLP_RED, false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_phrase_is_there_in_both_languages),
	    cmocka_unit_test(an_unknown_label_is_handled_as_red),
	};

	return cmocka_run_group_tests_name("phrase", tests, NULL, NULL);
}
