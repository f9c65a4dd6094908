/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/clone.h"
#include "noroshi/core/decision.h"
#include "support/any_message.h"

static void
a_clone_of_any_message_is_equal_and_outlives_it(void **state)
{
	struct any any = {.seed = 7, .sparse = 30};
	enum nrs_message_type type;
	void *copies[NRS_TYPE_COUNT], *in_arena[NRS_TYPE_COUNT];
	void *values[NRS_TYPE_COUNT];
	struct nrs_arena *other = nrs_arena_new();

	any.arena = nrs_arena_new();
	for (type = 0; type < NRS_TYPE_COUNT; type++) {
		values[type] = any_message(&any, type);
		copies[type] = nrs_clone(type, values[type]);
		in_arena[type] = nrs_clone_into(other, type, values[type]);
		assert_true(any_equal(type, values[type], copies[type]));
		assert_true(any_equal(type, values[type], in_arena[type]));
	}
	/* The source is gone; both copies stand alone (ASan watches). */
	nrs_arena_free(any.arena);
	for (type = 0; type < NRS_TYPE_COUNT; type++) {
		assert_true(any_equal(type, copies[type], in_arena[type]));
		free(copies[type]);
	}
	nrs_arena_free(other);
}

static void
absent_strings_become_empty(void **state)
{
	const struct nrs_thread_change from = {.thread_id = "t", .revision = 3};
	struct nrs_thread_change *to = nrs_clone(NRS_TYPE_THREAD_CHANGE, &from);

	assert_string_equal(to->thread_id, "t");
	assert_string_equal(to->notice_id, "");
	assert_int_equal(to->revision, 3);
	assert_null(to->sectors);
	free(to);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_clone_of_any_message_is_equal_and_outlives_it),
	    cmocka_unit_test(absent_strings_become_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
