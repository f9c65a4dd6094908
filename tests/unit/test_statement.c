/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/statement.h"

static struct nrs_bytes
text_of(const struct nrs_statement *statement)
{
	static char out[NRS_STATEMENT_MAX];

	return nrs_statement_text(statement, out);
}

static void
a_statement_is_six_lines_that_anybody_can_rebuild(void **state)
{
	static const char wanted[] = "noroshi-statement-v1\n"
	                             "type=NOTICE\n"
	                             "mode=EXERCISE\n"
	                             "id=0190f5a0-1\n"
	                             "payload="
	                             "000102030405060708090a0b0c0d0e0f"
	                             "101112131415161718191a1b1c1d1e1f\n"
	                             "addressing="
	                             "ffffffffffffffffffffffffffffffff"
	                             "ffffffffffffffffffffffffffffffff\n";
	uint8_t payload[32], addressing[32];
	struct nrs_bytes text;
	uint8_t i;

	for (i = 0; i < 32; i++)
		payload[i] = i;
	memset(addressing, 0xff, sizeof(addressing));
	text = text_of(&(struct nrs_statement){NRS_SUBMISSION_NOTICE,
	    NRS_MODE_EXERCISE, "0190f5a0-1", payload, addressing});
	assert_int_equal(text.len, strlen(wanted));
	assert_memory_equal(text.data, wanted, text.len);
}

static void
the_longest_id_fits(void **state)
{
	char id[129];
	uint8_t digest[32] = {0};
	struct nrs_bytes text;

	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	text = text_of(&(struct nrs_statement){NRS_SUBMISSION_POSTURE_CHANGE,
	    NRS_MODE_ACTUAL, id, digest, digest});
	assert_true(text.len < NRS_STATEMENT_MAX);
	assert_non_null(memmem(text.data, text.len, id, strlen(id)));
}

static void
an_id_that_does_not_fit_makes_no_statement(void **state)
{
	char id[NRS_STATEMENT_MAX];
	uint8_t digest[32] = {0};

	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	assert_int_equal(text_of(&(struct nrs_statement){NRS_SUBMISSION_NOTICE,
	                             NRS_MODE_ACTUAL, id, digest, digest})
	                     .len,
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_statement_is_six_lines_that_anybody_can_rebuild),
	    cmocka_unit_test(the_longest_id_fits),
	    cmocka_unit_test(an_id_that_does_not_fit_makes_no_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
