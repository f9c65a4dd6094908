/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka says how long it waits by the wall clock (its issue 2145). When
 * that is set back by an hour, each of its threads that waits at that moment
 * does so for an hour: no heartbeat, no lease, no mail. So its waits go through
 * here (docs/adr/0011): what it means as a duration is kept as one.
 *
 * It calls C11's cnd_timedwait, which in glibc is pthread's under another name;
 * the linker finds ours first. A librdkafka that was built otherwise does not
 * come by here, and waits as before.
 */
#include <errno.h>
#include <pthread.h>
#include <threads.h>
#include <time.h>

#include "common/io/bus_private.h"
#include "noroshi/base/clock.h"

#define NS_PER_S 1000000000

/* The last moment that this thread waited for: woken before it, librdkafka
 * comes back with the same, and the clock may have been set in between. */
struct moment {
	struct timespec wall, awake;
};

static struct timespec
awake_at(const struct timespec *wall)
{
	static _Thread_local struct moment last;
	int64_t ns;

	if (last.wall.tv_sec == wall->tv_sec &&
	    last.wall.tv_nsec == wall->tv_nsec)
		return last.awake;
	ns = (int64_t)wall->tv_sec * NS_PER_S + wall->tv_nsec - nrs_wall_ns();
	ns = nrs_awake_ns() + (ns < 0 ? 0 : ns);
	last.wall = *wall;
	last.awake = (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S),
	    .tv_nsec = (long)(ns % NS_PER_S)};
	return last.awake;
}

/* glibc's own: the types are pthread's. */
int
cnd_timedwait(cnd_t *cond, mtx_t *mutex, const struct timespec *until)
{
	const struct timespec at = awake_at(until);
	const int rc = pthread_cond_clockwait((pthread_cond_t *)cond,
	    (pthread_mutex_t *)mutex, CLOCK_MONOTONIC, &at);

	if (rc == ETIMEDOUT)
		return thrd_timedout;
	return rc == 0 ? thrd_success : thrd_error;
}

void
nrs_bus_waits(void)
{
}
