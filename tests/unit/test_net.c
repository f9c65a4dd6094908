/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "noroshi/base/net.h"

static const struct sockaddr *
address(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in *in = (void *)out;
	struct sockaddr_in6 *in6 = (void *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
		in->sin_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		in6->sin6_family = AF_INET6;
	else
		fail_msg("%s", text);
	return (const struct sockaddr *)out;
}

static void
addresses_inside_are_never_public(void **state)
{
	static const char *const inside[] = {"0.0.0.0", "0.1.2.3", "10.0.0.1",
	    "10.255.255.255", "100.64.0.1", "100.100.100.200",
	    "100.127.255.255", "127.0.0.1", "127.1.2.3", "169.254.169.254",
	    "168.63.129.16", "169.254.0.1", "172.16.0.1", "172.31.255.255",
	    "192.0.0.192", "192.168.0.1", "192.168.255.255", "198.18.0.1",
	    "198.19.255.255", "224.0.0.1", "239.255.255.250", "240.0.0.1",
	    "255.255.255.255", "192.0.2.1", "198.51.100.7", "203.0.113.9",
	    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
	    "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::7f00:1",
	    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::1",
	    "2002:a9fe:a9fe::", "2002:c0a8:1::1", "2001:0:1::1", "fc00::1",
	    "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1",
	    "ff02::1", "ff0e::1", "2001:db8::1", "100::1", "3fff::1"};
	struct sockaddr_storage s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		if (nrs_net_is_public(address(inside[i], &s)))
			fail_msg("%s is called public", inside[i]);
}

static void
neighbours_of_special_networks_are_public(void **state)
{
	static const char *const outside[] = {"1.1.1.1", "9.255.255.255",
	    "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
	    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
	    "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
	    "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8",
	    "64:ff9b::808:808", "2002:808:808::1", "2606:4700::1111",
	    "2400:cb00::1", "fbff::1"};
	struct sockaddr_storage s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		if (!nrs_net_is_public(address(outside[i], &s)))
			fail_msg("%s is not called public", outside[i]);
}

static void
what_is_not_ip_is_not_public(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	const void *any = &un;

	(void)state;
	assert_false(nrs_net_is_public(any));
}

static void
a_network_contains_what_its_prefix_says(void **state)
{
	static const struct {
		const char *net, *address;
		bool want;
	} rows[] = {
	    {"127.0.0.0/8", "127.9.9.9", true},
	    {"127.0.0.0/8", "::ffff:127.9.9.9", true},
	    {"127.0.0.0/8", "128.0.0.1", false},
	    {"10.20.30.40", "10.20.30.40", true},
	    {"10.20.30.40", "10.20.30.41", false},
	    {"10.20.30.40/31", "10.20.30.41", true},
	    {"0.0.0.0/0", "1.2.3.4", true},
	    {"0.0.0.0/0", "2606::1", false},
	    {"::1/128", "::1", true},
	    {"fd00::/8", "fd12::1", true},
	    {"fd00::/8", "fe80::1", false},
	};
	struct sockaddr_storage s;
	struct nrs_err err = {0};
	struct nrs_net net;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    nrs_net_parse(rows[i].net, &net, &err), NRS_OK);
		if (nrs_net_contains(&net, address(rows[i].address, &s)) !=
		    rows[i].want)
			fail_msg("%s in %s", rows[i].address, rows[i].net);
	}
}

static void
a_malformed_network_is_refused(void **state)
{
	static const char *const bad[] = {"", "localhost", "127.0.0.1/",
	    "127.0.0.1/33", "127.0.0.1/-1", "127.0.0.1/8", "127.1", "0x7f.1",
	    "::1/129", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/0008"};
	struct nrs_err err = {0};
	struct nrs_net net;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (nrs_net_parse(bad[i], &net, &err) != NRS_REJECT)
			fail_msg("'%s' was taken", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_inside_are_never_public),
	    cmocka_unit_test(neighbours_of_special_networks_are_public),
	    cmocka_unit_test(what_is_not_ip_is_not_public),
	    cmocka_unit_test(a_network_contains_what_its_prefix_says),
	    cmocka_unit_test(a_malformed_network_is_refused),
	};

	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
