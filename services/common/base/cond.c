/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/cond.h"

#include "noroshi/base/clock.h"

#define NS_PER_S 1000000000

void
nrs_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(cond, &attr);
	(void)pthread_condattr_destroy(&attr);
}

struct timespec
nrs_cond_limit(int64_t ms)
{
	const struct nrs_mono limit =
	    nrs_mono_add_ms((struct nrs_mono){.ns = nrs_awake_ns()}, ms);

	return (struct timespec){.tv_sec = (time_t)(limit.ns / NS_PER_S),
	    .tv_nsec = (long)(limit.ns % NS_PER_S)};
}
