/* SPDX-License-Identifier: Apache-2.0 */
#include "support/port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "noroshi/base/rand.h"

/* The same as tests/support/stack.sh's; Linux gives from 32768 on. */
#define FIRST 20000
#define N_PORTS 12000

static int
try_bind(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = bind(fd, (const struct sockaddr *)address, sizeof(*address));

	(void)close(fd);
	return rc;
}

int
port_free(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int port;

	do {
		port = FIRST + (int)nrs_rand_below(N_PORTS);
		address.sin_port = htons((uint16_t)port);
	} while (try_bind(&address) != 0);
	return port;
}
