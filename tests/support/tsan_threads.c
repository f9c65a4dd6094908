/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tsan_threads: librdkafka starts its threads with C11's thrd_create, which
 * ThreadSanitizer does not know: its first look at such a thread crashes.
 * These two stand in front of libc's and go through pthreads. SAN=thread only.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

struct start {
	thrd_start_t run;
	void *arg;
};

static void *
trampoline(void *arg)
{
	struct start start = *(struct start *)arg;

	free(arg);
	return (void *)(intptr_t)start.run(start.arg);
}

int
thrd_create(thrd_t *thread, thrd_start_t run, void *arg)
{
	struct start *start = malloc(sizeof(*start));

	if (start == NULL)
		return thrd_nomem;
	*start = (struct start){run, arg};
	if (pthread_create(thread, NULL, trampoline, start) == 0)
		return thrd_success;
	free(start);
	return thrd_error;
}

int
thrd_join(thrd_t thread, int *result)
{
	void *out;

	if (pthread_join(thread, &out) != 0)
		return thrd_error;
	if (result != NULL)
		*result = (int)(intptr_t)out;
	return thrd_success;
}
