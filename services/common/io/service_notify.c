/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/io/service_private.h"

#define WAIT_US 500000

struct nrs_notify {
	struct sockaddr_un address;
	socklen_t len;
	int fd; /* -1: nobody listens */
};

/* "@name" is in the abstract namespace: its first byte is NUL, and the length
 * says where it ends. */
static bool
set_address(struct nrs_notify *notify, const char *path)
{
	size_t len = strlen(path);

	if ((path[0] != '/' && path[0] != '@') || len < 2 ||
	    len >= sizeof(notify->address.sun_path))
		return false;
	notify->address.sun_family = AF_UNIX;
	memcpy(notify->address.sun_path, path, len + 1);
	if (path[0] == '@')
		notify->address.sun_path[0] = '\0';
	notify->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

/* A supervisor that does not read what it is told holds up no lane for long. */
static void
limit_wait(const struct nrs_notify *notify)
{
	const struct timeval limit = {.tv_usec = WAIT_US};

	if (notify->fd >= 0)
		(void)setsockopt(
		    notify->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

struct nrs_notify *
nrs_notify_new(const char *path)
{
	struct nrs_notify *notify = nrs_calloc(1, sizeof(*notify));

	notify->fd = -1;
	if (path != NULL && set_address(notify, path))
		notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	limit_wait(notify);
	return notify;
}

void
nrs_notify_free(struct nrs_notify *notify)
{
	if (notify == NULL)
		return;
	if (notify->fd >= 0)
		(void)close(notify->fd);
	free(notify);
}

void
nrs_notify_send(const struct nrs_notify *notify, const char *state)
{
	/* Nobody can be told when it fails; the watchdog will notice. */
	if (notify->fd >= 0)
		(void)sendto(notify->fd, state, strlen(state), MSG_NOSIGNAL,
		    (const struct sockaddr *)&notify->address, notify->len);
}
