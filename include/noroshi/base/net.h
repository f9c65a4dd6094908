/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_NET_H
#define NOROSHI_BASE_NET_H
/*
 * net: which addresses a stranger's URL may lead us to. Asked about the address
 * of a socket, after name resolution, so that no name, redirect or second DNS
 * answer gets around it. Pure, any thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "noroshi/base/err.h"

/* A network: "192.0.2.0/24", "2001:db8::/32", or one address. */
struct nrs_net {
	uint8_t bytes[16]; /* IPv4 as ::ffff:a.b.c.d */
	int bits;          /* of the 128 */
};

NRS_CHECKED enum nrs_rc nrs_net_parse(
    const char *text, struct nrs_net *out, struct nrs_err *err);
bool nrs_net_contains(const struct nrs_net *net, const struct sockaddr *addr);
/* Neither loopback, private, link-local (where clouds keep their metadata),
 * shared, multicast nor reserved, also not when such an IPv4 address is wrapped
 * in an IPv6 one. False for what is not IP. */
bool nrs_net_is_public(const struct sockaddr *addr);
#endif
