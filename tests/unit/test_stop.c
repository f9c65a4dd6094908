/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"

static struct nrs_stop *shared;

static bool
readable(const struct nrs_stop *stop)
{
	struct pollfd fd = {.fd = nrs_stop_fd(stop), .events = POLLIN};

	return poll(&fd, 1, 0) == 1;
}

static void
asking_is_seen_by_all_and_stays(void **state)
{
	struct nrs_stop *stop = nrs_stop_new();

	assert_false(nrs_stop_asked(stop));
	assert_false(readable(stop));
	assert_false(nrs_stop_wait(stop, 0));
	nrs_stop_ask(stop);
	nrs_stop_ask(stop);
	assert_true(nrs_stop_asked(stop));
	assert_true(readable(stop));
	assert_true(readable(stop));
	assert_true(nrs_stop_wait(stop, 60000));
	nrs_stop_free(stop);
	nrs_stop_free(NULL);
}

static void *
ask(void *stop)
{
	nrs_stop_ask(stop);
	return NULL;
}

static void
a_sleeper_wakes_at_once(void **state)
{
	struct nrs_stop *stop = nrs_stop_new();
	struct nrs_mono start = nrs_mono_now();
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, ask, stop), 0);
	assert_true(nrs_stop_wait(stop, 60000));
	assert_true(nrs_mono_since_ms(start) < 10000);
	assert_int_equal(pthread_join(thread, NULL), 0);
	nrs_stop_free(stop);
}

static void
on_signal(int number)
{
	(void)number;
	nrs_stop_ask(shared);
}

static void
a_signal_handler_may_ask(void **state)
{
	struct sigaction action = {.sa_handler = on_signal};

	shared = nrs_stop_new();
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	errno = ENOENT;
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(errno, ENOENT);
	assert_true(nrs_stop_asked(shared));
	nrs_stop_free(shared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asking_is_seen_by_all_and_stays),
	    cmocka_unit_test(a_sleeper_wakes_at_once),
	    cmocka_unit_test(a_signal_handler_may_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
