/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V4_BITS 96 /* the fixed bits before an IPv4 address */

static const uint8_t v4_prefix[12] = {
    [10] = 0xff,
    [11] = 0xff,
};

/* IPv4 becomes ::ffff:a.b.c.d: one length, one comparison. */
static bool
bytes_of(const struct sockaddr *addr, uint8_t out[16])
{
	const void *any = addr;

	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = any;

		memcpy(out, v4_prefix, sizeof(v4_prefix));
		memcpy(out + 12, &in->sin_addr, 4);
		return true;
	}
	if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = any;

		memcpy(out, &in6->sin6_addr, 16);
		return true;
	}
	return false;
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, int bits)
{
	int whole = bits / 8, rest = bits % 8;
	int mask = 0xff & (0xff << (8 - rest));

	if (memcmp(a, b, (size_t)whole) != 0)
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) & mask) == 0;
}

static bool
parse_address(const char *text, struct nrs_net *out)
{
	if (inet_pton(AF_INET6, text, out->bytes) == 1) {
		out->bits = 0;
		return true;
	}
	memcpy(out->bytes, v4_prefix, sizeof(v4_prefix));
	out->bits = V4_BITS;
	return inet_pton(AF_INET, text, out->bytes + 12) == 1;
}

/* Only zeros may follow the prefix: 10.1.2.3/8 is a slip of the pen. */
static bool
tail_is_zero(const struct nrs_net *net)
{
	static const uint8_t zeros[16];
	uint8_t tail[16];
	int i;

	memcpy(tail, net->bytes, sizeof(tail));
	for (i = 0; i < net->bits; i++)
		tail[i / 8] &= (uint8_t) ~(0x80 >> (i % 8));
	return memcmp(tail, zeros, sizeof(tail)) == 0;
}

enum nrs_rc
nrs_net_parse(const char *text, struct nrs_net *out, struct nrs_err *err)
{
	char address[INET6_ADDRSTRLEN];
	size_t len = strcspn(text, "/");
	const char *digits = text[len] == '/' ? text + len + 1 : NULL;
	long bits;
	int max;

	if (len >= sizeof(address))
		return nrs_refuse(err, "", "network", "not an IP network");
	memcpy(address, text, len);
	address[len] = '\0';
	if (!parse_address(address, out))
		return nrs_refuse(err, "", "network", "not an IP network");
	max = 128 - out->bits;
	if (digits == NULL) {
		out->bits = 128;
		return NRS_OK;
	}
	bits = strtol(digits, NULL, 10);
	if (strlen(digits) == 0 || strlen(digits) > 3 ||
	    strspn(digits, "0123456789") != strlen(digits) || bits > max)
		return nrs_refuse(err, "", "network",
		    "the prefix length must be 0 to %d", max);
	out->bits += (int)bits;
	if (!tail_is_zero(out))
		return nrs_refuse(err, "", "network",
		    "the address has bits beyond its prefix length");
	return NRS_OK;
}

bool
nrs_net_contains(const struct nrs_net *net, const struct sockaddr *addr)
{
	uint8_t bytes[16];

	return bytes_of(addr, bytes) && same_bits(net->bytes, bytes, net->bits);
}

/* IANA's special-purpose registries, as far as a webhook has no business
 * there. */
static const struct {
	uint8_t bytes[4];
	int bits;
} special_v4[] = {
    {{0}, 8},                 /* this network */
    {{10}, 8},                /* private */
    {{100, 64}, 10},          /* shared (carrier NAT; some clouds' metadata) */
    {{127}, 8},               /* loopback */
    {{168, 63, 129, 16}, 32}, /* Azure's metadata and host agent */
    {{169, 254}, 16},         /* link-local: metadata services */
    {{172, 16}, 12},          /* private */
    {{192, 0, 0}, 24},        /* protocol assignments */
    {{192, 0, 2}, 24},        /* documentation */
    {{192, 88, 99}, 24},      /* 6to4 relays */
    {{192, 168}, 16},         /* private */
    {{198, 18}, 15},          /* benchmarks */
    {{198, 51, 100}, 24},     /* documentation */
    {{203, 0, 113}, 24},      /* documentation */
    {{224}, 4},               /* multicast */
    {{240}, 4},               /* reserved, broadcast */
};

static const struct {
	uint8_t bytes[16];
	int bits;
	int v4_at; /* where an IPv4 address is wrapped; -1: never public */
} special_v6[] = {
    {{[10] = 0xff, [11] = 0xff}, 96, 12},           /* mapped */
    {{0}, 96, -1},                                  /* ::, ::1, compatible */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12},             /* NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, -1}, /* local NAT64 */
    {{0x01}, 64, -1},                               /* discard */
    {{0x20, 0x01, 0x00, 0x00}, 32, -1},             /* Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, -1},             /* documentation */
    {{0x20, 0x02}, 16, 2},                          /* 6to4 */
    {{0x3f, 0xff}, 20, -1},                         /* documentation */
    {{0x5f, 0x00}, 16, -1},                         /* segment routing */
    {{0xfc}, 7, -1},                                /* unique local */
    {{0xfe, 0x80}, 10, -1},                         /* link-local */
    {{0xfe, 0xc0}, 10, -1},                         /* site-local */
    {{0xff}, 8, -1},                                /* multicast */
};

static bool
v4_is_public(const uint8_t *bytes)
{
	size_t i;

	for (i = 0; i < sizeof(special_v4) / sizeof(special_v4[0]); i++)
		if (same_bits(bytes, special_v4[i].bytes, special_v4[i].bits))
			return false;
	return true;
}

bool
nrs_net_is_public(const struct sockaddr *addr)
{
	uint8_t bytes[16];
	size_t i;

	if (!bytes_of(addr, bytes))
		return false;
	for (i = 0; i < sizeof(special_v6) / sizeof(special_v6[0]); i++) {
		if (!same_bits(bytes, special_v6[i].bytes, special_v6[i].bits))
			continue;
		return special_v6[i].v4_at >= 0 &&
		       v4_is_public(bytes + special_v6[i].v4_at);
	}
	return true;
}
