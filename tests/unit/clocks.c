/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/clocks.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000

static _Atomic int64_t slept_ns, set_ns;

int
clock_gettime(clockid_t clock, struct timespec *out)
{
	int64_t ns = 0;

	if (syscall(SYS_clock_gettime, clock, out) != 0)
		return -1;
	if (clock == CLOCK_REALTIME)
		ns = atomic_load(&slept_ns) + atomic_load(&set_ns);
	if (clock == CLOCK_BOOTTIME)
		ns = atomic_load(&slept_ns);
	ns += (int64_t)out->tv_sec * NS_PER_S + out->tv_nsec;
	*out = (struct timespec){.tv_sec = (time_t)(ns / NS_PER_S),
	    .tv_nsec = (long)(ns % NS_PER_S)};
	return 0;
}

/* glibc's does not ask the one above. */
int
timespec_get(struct timespec *out, int base)
{
	(void)clock_gettime(CLOCK_REALTIME, out);
	return base;
}

void
clocks_sleep(int64_t ms)
{
	atomic_fetch_add(&slept_ns, ms * 1000000);
}

void
clocks_set(int64_t ms)
{
	atomic_fetch_add(&set_ns, ms * 1000000);
}
