/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/cond.h"
#include "unit/clocks.h"

#define WAIT_MS 50
#define LONG_MS 5000

/* Milliseconds that a wait of WAIT_MS took; nobody signals. */
static int64_t
waited_ms(void)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct timespec limit = nrs_cond_limit(WAIT_MS);
	const int64_t begun = nrs_awake_ns();
	pthread_cond_t cond;
	int rc = 0;

	nrs_cond_init(&cond);
	assert_int_equal(pthread_mutex_lock(&lock), 0);
	while (rc == 0)
		rc = pthread_cond_timedwait(&cond, &lock, &limit);
	assert_int_equal(rc, ETIMEDOUT);
	assert_int_equal(pthread_mutex_unlock(&lock), 0);
	(void)pthread_cond_destroy(&cond);
	return (nrs_awake_ns() - begun) / 1000000;
}

static void
a_wait_ends_when_its_time_is_up(void **state)
{
	assert_in_range(waited_ms(), WAIT_MS - 1, LONG_MS);
}

static void
a_machine_that_slept_waits_no_longer_afterwards(void **state)
{
	clocks_sleep(3600000);
	assert_in_range(waited_ms(), WAIT_MS - 1, LONG_MS);
}

static void
a_clock_that_was_set_changes_no_wait(void **state)
{
	clocks_set(3600000);
	assert_in_range(waited_ms(), WAIT_MS - 1, LONG_MS);
	clocks_set(-7200000);
	assert_in_range(waited_ms(), WAIT_MS - 1, LONG_MS);
	clocks_set(3600000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_wait_ends_when_its_time_is_up),
	    cmocka_unit_test(a_machine_that_slept_waits_no_longer_afterwards),
	    cmocka_unit_test(a_clock_that_was_set_changes_no_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
