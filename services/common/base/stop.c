/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/stop.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "noroshi/base/mem.h"

struct nrs_stop {
	atomic_bool asked;
	int fd;
};

struct nrs_stop *
nrs_stop_new(void)
{
	struct nrs_stop *stop = nrs_calloc(1, sizeof(*stop));

	stop->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (stop->fd < 0) {
		perror("eventfd");
		abort(); /* as out of memory: nothing can be stopped cleanly */
	}
	return stop;
}

void
nrs_stop_free(struct nrs_stop *stop)
{
	if (stop == NULL)
		return;
	(void)close(stop->fd);
	free(stop);
}

void
nrs_stop_ask(struct nrs_stop *stop)
{
	const uint64_t one = 1;
	int saved = errno; /* a signal handler must not change it */

	if (!atomic_exchange(&stop->asked, true) &&
	    write(stop->fd, &one, sizeof(one)) < 0)
		abort(); /* an eventfd at 0 takes 1 */
	errno = saved;
}

bool
nrs_stop_asked(const struct nrs_stop *stop)
{
	return atomic_load(&stop->asked);
}

int
nrs_stop_fd(const struct nrs_stop *stop)
{
	return stop->fd;
}

bool
nrs_stop_wait(const struct nrs_stop *stop, int ms)
{
	struct pollfd poll_fd = {.fd = stop->fd, .events = POLLIN};

	/* A signal that we do not block may cut it short; loops come back. */
	if (!nrs_stop_asked(stop))
		(void)poll(&poll_fd, 1, ms);
	return nrs_stop_asked(stop);
}
