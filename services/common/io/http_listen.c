/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/http_listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "noroshi/base/mem.h"
#include "noroshi/io/http.h"

#define BACKLOG 128

/* getaddrinfo() takes 99999 for 34463. */
static bool
is_port(const char *s)
{
	size_t len = strlen(s);

	return len >= 1 && len <= 5 && strspn(s, "0123456789") == len &&
	       strtol(s, NULL, 10) <= 65535;
}

/* "127.0.0.1:80", "[::1]:80", "*:80" as host and port in text; NULL: no port.
 */
static const char *
split(char *text, char **host)
{
	char *colon = strrchr(text, ':'), *end;

	if (colon == NULL || colon == text || !is_port(colon + 1))
		return NULL;
	*colon = '\0';
	*host = text;
	if (text[0] == '[') {
		end = colon - 1;
		if (*end != ']')
			return NULL;
		*end = '\0';
		(*host)++;
	}
	return colon + 1;
}

static int
bind_socket(const struct addrinfo *info)
{
	const int on = 1;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, info->ai_addr, info->ai_addrlen) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* The caller: freeaddrinfo. NULL: err says why. */
static struct addrinfo *
resolve(const char *address, struct nrs_err *err)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
	struct addrinfo *info = NULL;
	char *text = nrs_strdup(address), *host = NULL;
	const char *port = split(text, &host);

	if (port == NULL || getaddrinfo(strcmp(host, "*") == 0 ? NULL : host,
	                        port, &hints, &info) != 0) {
		(void)nrs_refuse(err, "", "listen",
		    "\"%s\" is not an address and port such as 127.0.0.1:8420",
		    address);
		info = NULL;
	}
	free(text);
	return info;
}

enum nrs_rc
nrs_http_check_listen(const char *address, struct nrs_err *err)
{
	struct addrinfo *info = resolve(address, err);

	if (info == NULL)
		return NRS_REJECT;
	freeaddrinfo(info);
	return NRS_OK;
}

enum nrs_rc
nrs_http_listen(const char *address, int *fd, struct nrs_err *err)
{
	struct addrinfo *info = resolve(address, err);
	enum nrs_rc rc = NRS_OK;

	if (info == NULL)
		return NRS_REJECT;
	*fd = bind_socket(info);
	if (*fd < 0)
		rc = nrs_fail(err, NRS_FATAL, "cannot listen on %s: %s",
		    address, strerror(errno));
	freeaddrinfo(info);
	return rc;
}

int
nrs_http_listen_port(int fd)
{
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char port[8];

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    getnameinfo((struct sockaddr *)&address, len, NULL, 0, port,
	        sizeof(port), NI_NUMERICSERV) != 0)
		return 0;
	return (int)strtol(port, NULL, 10);
}
