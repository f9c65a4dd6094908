/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_machine_that_slept_has_no_stuck_lane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
