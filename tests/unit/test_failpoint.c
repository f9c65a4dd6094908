/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Linked with what a program of the tests gets: the library has none. */
#define NOROSHI_FAILPOINTS
#include "noroshi/base/failpoint.h"

/* What became of a process that passes "here" n times and "there" once. */
static int
fate(const char *armed_with, int n)
{
	int status = -1, i;
	pid_t pid = fork();

	if (pid == 0) {
		(void)setenv("NOROSHI_FAILPOINT", armed_with, 1);
		(void)close(STDERR_FILENO);
		NRS_FAILPOINT("there");
		for (i = 0; i < n; i++)
			NRS_FAILPOINT("here");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	if (WIFSTOPPED(status)) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}
	return status;
}

static void
a_process_dies_at_the_named_passage_and_not_before(void **state)
{
	int status = fate("here:3", 3);

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	status = fate("here:3", 2);
	assert_true(WIFEXITED(status));
}

static void
it_may_stop_there_instead(void **state)
{
	int status = fate("here:1:stop", 1);

	assert_true(WIFSTOPPED(status));
}

static void
without_a_name_nothing_happens(void **state)
{
	assert_true(WIFEXITED(fate("", 3)));
	assert_true(WIFEXITED(fate("here", 3)));
	assert_true(WIFEXITED(fate("her:1", 3)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        a_process_dies_at_the_named_passage_and_not_before),
	    cmocka_unit_test(it_may_stop_there_instead),
	    cmocka_unit_test(without_a_name_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
