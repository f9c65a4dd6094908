/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io/service_private.h"
#include "unit/clocks.h"

/* Else the supervisor would not hear of it in time, and end what is well. */
static void
a_machine_that_slept_has_no_stuck_lane(void **state)
{
	static const struct nrs_lane lanes[] = {{.name = "one"}};
	static const struct nrs_service service = {
	    .name = "noroshi-test", .lanes = lanes, .n_lanes = 1};
	struct nrs_notify *notify = nrs_notify_new(NULL);
	struct nrs_service_ctx *ctx = nrs_service_ctx_new(&service, notify);
	const char *who = "";

	nrs_service_ctx_start(ctx);
	assert_true(nrs_service_ctx_alive(ctx, &who));
	clocks_sleep(3600000);
	assert_true(nrs_service_ctx_alive(ctx, &who));
	nrs_service_ctx_free(ctx);
	nrs_notify_free(notify);
}

/* The supervisor's socket, under an abstract name, full; name: with '@'. */
static int
full_socket(char *name, size_t size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const int in = socket(AF_UNIX, SOCK_DGRAM, 0);
	const int out = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socklen_t len;

	(void)snprintf(name, size, "@noroshi-test-%d", (int)getpid());
	len =
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	memcpy(address.sun_path + 1, name + 1, strlen(name) - 1);
	assert_int_equal(bind(in, (struct sockaddr *)&address, len), 0);
	while (sendto(out, "x", 1, 0, (struct sockaddr *)&address, len) == 1)
		;
	(void)close(out);
	return in;
}

static void
a_supervisor_that_does_not_read_holds_nobody_up(void **state)
{
	char name[64];
	const int in = full_socket(name, sizeof(name));
	struct nrs_notify *notify = nrs_notify_new(name);

	(void)state;
	(void)alarm(10); /* it would wait for ever */
	nrs_notify_send(notify, "STATUS=ready");
	nrs_notify_send(notify, "WATCHDOG=1");
	(void)alarm(0);
	nrs_notify_free(notify);
	(void)close(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_machine_that_slept_has_no_stuck_lane),
	    cmocka_unit_test(a_supervisor_that_does_not_read_holds_nobody_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
