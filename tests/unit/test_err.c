/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/err.h"

static void
fail_returns_its_code_and_keeps_the_text(void **state)
{
	struct nrs_err err = {.field = "old", .rule = "old"};

	(void)state;
	assert_int_equal(
	    nrs_fail(&err, NRS_RETRY, "broker %d is away", 7), NRS_RETRY);
	assert_string_equal(err.text, "broker 7 is away");
	assert_string_equal(err.field, "");
	assert_string_equal(err.rule, "");
}

static void
refuse_names_field_and_rule(void **state)
{
	struct nrs_err err;

	(void)state;
	assert_int_equal(
	    nrs_refuse(&err, "content.title", "line", "has a line break"),
	    NRS_REJECT);
	assert_string_equal(err.field, "content.title");
	assert_string_equal(err.rule, "line");
	assert_string_equal(err.text, "has a line break");
}

static void
a_null_err_is_accepted(void **state)
{
	(void)state;
	assert_int_equal(nrs_fail(NULL, NRS_FATAL, "x"), NRS_FATAL);
	assert_int_equal(nrs_refuse(NULL, "a", "b", "x"), NRS_REJECT);
	nrs_err_prefix(NULL, "x");
}

static void
a_prefix_may_quote_the_err_it_is_put_on(void **state)
{
	struct nrs_err err;

	(void)state;
	(void)nrs_refuse(&err, "f", "r", "bad");
	nrs_err_prefix(&err, "line %d", 3);
	nrs_err_prefix(&err, "file");
	assert_string_equal(err.text, "file: line 3: bad");
	assert_string_equal(err.field, "f");
	(void)nrs_fail(&err, NRS_RETRY, "again: %s", err.text);
	assert_string_equal(err.text, "again: file: line 3: bad");
}

static void
a_long_text_is_cut_between_characters(void **state)
{
	struct nrs_err err;
	char text[2000];
	size_t i;

	(void)state;
	for (i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "狼", 3);
	text[i] = '\0';
	(void)nrs_refuse(&err, text, text, "x%s", text);
	assert_int_equal(strlen(err.text) % 3, 1);
	assert_int_equal(strlen(err.text), 511);
	assert_int_equal(strlen(err.field), 93);
	assert_int_equal(strlen(err.rule), 63);
	nrs_err_prefix(&err, "%s", text);
	assert_true(strlen(err.text) < sizeof(err.text));
}

static void
codes_have_names(void **state)
{
	(void)state;
	assert_string_equal(nrs_rc_name(NRS_OK), "OK");
	assert_string_equal(nrs_rc_name(NRS_RETRY), "RETRY");
	assert_string_equal(nrs_rc_name(NRS_REJECT), "REJECT");
	assert_string_equal(nrs_rc_name(NRS_FATAL), "FATAL");
	assert_string_equal(nrs_rc_name((enum nrs_rc)99), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fail_returns_its_code_and_keeps_the_text),
	    cmocka_unit_test(refuse_names_field_and_rule),
	    cmocka_unit_test(a_null_err_is_accepted),
	    cmocka_unit_test(a_prefix_may_quote_the_err_it_is_put_on),
	    cmocka_unit_test(a_long_text_is_cut_between_characters),
	    cmocka_unit_test(codes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
