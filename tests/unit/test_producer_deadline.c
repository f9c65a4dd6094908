/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "producer/deadline.h"
#include "unit/clocks.h"

static void
nothing_is_due_while_no_outcome_names_a_deadline(void **state)
{
	struct producer_deadline *d = producer_deadline_new();
	struct producer_due due;

	assert_false(producer_deadline_wait(d, 5, 60000, &due));
	producer_deadline_set(d, nrs_wall_ms() + 3600000, "later");
	assert_false(producer_deadline_wait(d, 5, 60000, &due));
	producer_deadline_free(d);
}

static void
what_is_due_comes_at_its_time_and_not_before(void **state)
{
	struct producer_deadline *d = producer_deadline_new();
	struct producer_due due;
	int64_t at = nrs_wall_ms() + 40;

	producer_deadline_set(d, at, "soon");
	assert_true(producer_deadline_wait(d, 20000, 60000, &due));
	assert_true(nrs_wall_ms() >= at);
	assert_string_equal(due.id, "soon");
	assert_int_equal(due.due_ms, at);
	producer_deadline_free(d);
}

static void
the_same_one_is_posted_again_only_after_a_while(void **state)
{
	struct producer_deadline *d = producer_deadline_new();
	struct producer_due due;

	producer_deadline_set(d, nrs_wall_ms() - 1, "past");
	assert_true(producer_deadline_wait(d, 20000, 60000, &due));
	assert_false(producer_deadline_wait(d, 5, 60000, &due));
	assert_true(producer_deadline_wait(d, 20000, 10, &due));
	producer_deadline_set(d, nrs_wall_ms() - 1, "another");
	assert_true(producer_deadline_wait(d, 20000, 60000, &due));
	assert_string_equal(due.id, "another");
	producer_deadline_set(d, 0, "");
	assert_false(producer_deadline_wait(d, 5, 0, &due));
	producer_deadline_free(d);
}

/* Its command may have been lost. */
static void
a_clock_that_is_set_back_puts_no_repetition_off(void **state)
{
	struct producer_deadline *d = producer_deadline_new();
	struct producer_due due;

	producer_deadline_set(d, nrs_wall_ms() - 10800000, "past");
	assert_true(producer_deadline_wait(d, 20000, 10, &due));
	clocks_set(-3600000);
	assert_true(producer_deadline_wait(d, 5000, 10, &due));
	clocks_set(3600000);
	producer_deadline_free(d);
}

static void *
set_from_another_thread(void *opaque)
{
	producer_deadline_set(opaque, nrs_wall_ms(), "woken");
	return NULL;
}

static void *
stop_from_another_thread(void *opaque)
{
	producer_deadline_stop(opaque);
	return NULL;
}

static void
a_new_deadline_and_the_stop_wake_the_lane(void **state)
{
	struct producer_deadline *d = producer_deadline_new();
	struct nrs_mono start = nrs_mono_now();
	struct producer_due due;
	pthread_t thread;

	assert_int_equal(
	    pthread_create(&thread, NULL, set_from_another_thread, d), 0);
	assert_true(producer_deadline_wait(d, 20000, 60000, &due));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_string_equal(due.id, "woken");
	assert_int_equal(
	    pthread_create(&thread, NULL, stop_from_another_thread, d), 0);
	assert_false(producer_deadline_wait(d, 20000, 60000, &due));
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(nrs_mono_since_ms(start) < 15000);
	producer_deadline_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_due_while_no_outcome_names_a_deadline),
	    cmocka_unit_test(what_is_due_comes_at_its_time_and_not_before),
	    cmocka_unit_test(the_same_one_is_posted_again_only_after_a_while),
	    cmocka_unit_test(a_clock_that_is_set_back_puts_no_repetition_off),
	    cmocka_unit_test(a_new_deadline_and_the_stop_wake_the_lane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
