/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "support/bus_fixture.h"
#include "support/copier.h"

#define WAIT_MS 30000

#define wait_until(condition)                                                  \
	do {                                                                   \
		struct nrs_mono begun_ = nrs_mono_now();                       \
		struct nrs_stop *never_ = nrs_stop_new();                      \
		while (!(condition) && nrs_mono_since_ms(begun_) < WAIT_MS)    \
			nrs_stop_wait(never_, 5);                              \
		nrs_stop_free(never_);                                         \
		assert_true(condition);                                        \
	} while (0)

/* ---- facts ---- */

static void
what_is_read_is_decided_and_written_once(void **state)
{
	struct copier c = {.topic = "in", .output = "out"};
	/* The mock cluster stores no position of a transaction. */
	struct copier again = {.topic = "in", .output = "out", .start = 5};
	int i;

	bus_fixture_topic("in", 1);
	bus_fixture_topic("out", 1);
	for (i = 0; i < 5; i++)
		bus_fixture_put("in", 0, "v");
	copier_start(&c);
	wait_until(c.n_records == 5);
	assert_int_equal(c.committed, -1);
	wait_until(c.n_settled > 0);
	assert_true(c.ctx.ready);
	assert_true(copier_said(&c, "active"));
	wait_until(c.n_idle == 1); /* once, not every second */
	assert_int_equal(copier_stop(&c), NRS_OK);
	assert_int_equal(c.n_lost, 1);
	assert_int_equal(bus_fixture_count("out"), 5);

	bus_fixture_put("in", 0, "v");
	copier_start(&again);
	wait_until(again.n_records == 1);
	assert_int_equal(copier_stop(&again), NRS_OK);
	assert_int_equal(bus_fixture_count("out"), 6);
}

static void
a_standby_becomes_active_when_the_other_leaves(void **state)
{
	struct copier a = {.topic = "ha", .output = "ha.out"};
	struct copier b = {.topic = "ha", .output = "ha.out", .start = 1};

	bus_fixture_topic("ha", 1);
	bus_fixture_topic("ha.out", 1);
	copier_start(&a);
	wait_until(a.n_taken == 1);
	copier_start(&b);
	wait_until(copier_said(&b, "standby"));
	assert_true(b.ctx.ready);
	bus_fixture_put("ha", 0, "v");
	wait_until(a.n_settled == 1);
	assert_int_equal(copier_stop(&a), NRS_OK);
	bus_fixture_put("ha", 0, "v");
	wait_until(b.n_records == 1);
	assert_int_equal(a.n_taken, 1);
	assert_int_equal(copier_stop(&b), NRS_OK);
	assert_int_equal(bus_fixture_count("ha.out"), 2);
}

static void
after_a_failed_batch_state_is_forgotten_and_taken_over_again(void **state)
{
	struct copier c = {.topic = "retry", .output = "retry.out"};

	c.n_retry = 2;
	bus_fixture_topic("retry", 1);
	bus_fixture_topic("retry.out", 1);
	bus_fixture_put("retry", 0, "v");
	copier_start(&c);
	wait_until(c.n_settled == 1);
	assert_int_equal(c.n_taken, 3);
	assert_int_equal(c.n_lost, 2);
	assert_int_equal(c.n_records, 1);
	assert_int_equal(copier_stop(&c), NRS_OK);
}

static void
a_record_the_bus_never_takes_ends_the_process(void **state)
{
	struct copier c = {
	    .topic = "large", .output = "large.out", .value_size = 4000000};

	bus_fixture_topic("large", 1);
	bus_fixture_topic("large.out", 1);
	bus_fixture_put("large", 0, "v");
	copier_start(&c);
	assert_int_equal(copier_join(&c), NRS_FATAL);
	assert_non_null(strstr(c.err.text, "large.out"));
	assert_int_equal(c.n_settled, 0);
	assert_int_equal(c.n_lost, 1);
}

static void
an_output_that_was_not_named_ends_the_process(void **state)
{
	struct copier c = {.topic = "unnamed",
	    .output = "unnamed.out",
	    .send_to = "elsewhere"};

	bus_fixture_topic("unnamed", 1);
	bus_fixture_topic("unnamed.out", 1);
	bus_fixture_put("unnamed", 0, "v");
	copier_start(&c);
	assert_int_equal(copier_join(&c), NRS_FATAL);
	assert_non_null(strstr(c.err.text, "elsewhere"));
}

static enum nrs_rc
start_at_ten(void *self, int64_t committed, int64_t *first, struct nrs_err *err)
{
	(void)self, (void)committed, (void)err;
	*first = 10;
	return NRS_OK;
}

static void
an_input_shorter_than_it_was_ends_the_process_loudly(void **state)
{
	struct copier c = {.topic = "short", .output = "short.out"};
	struct nrs_pipe_ops shorter = *copier_ops();

	bus_fixture_topic("short", 1);
	bus_fixture_topic("short.out", 1);
	bus_fixture_put("short", 0, "v");
	shorter.take_over = start_at_ten;
	assert_int_equal(copier_run(&c, &shorter), NRS_FATAL);
	assert_non_null(strstr(c.err.text, "ends at 1, but 10 is needed"));
	nrs_stop_free(c.ctx.stop);
	pthread_mutex_destroy(&c.ctx.lock);
}

static void
without_a_broker_it_waits_not_ready_and_can_be_stopped(void **state)
{
	struct copier c = {
	    .topic = "t", .output = "t.out", .servers = "127.0.0.1:1"};
	struct nrs_mono begun;

	copier_start(&c);
	wait_until(copier_said(&c, "bus unreachable"));
	assert_false(c.ctx.ready);
	wait_until(c.ctx.n_alive > 1);
	begun = nrs_mono_now();
	assert_int_equal(copier_stop(&c), NRS_OK);
	assert_true(nrs_mono_since_ms(begun) < 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_read_is_decided_and_written_once),
	    cmocka_unit_test(a_standby_becomes_active_when_the_other_leaves),
	    cmocka_unit_test(
	        after_a_failed_batch_state_is_forgotten_and_taken_over_again),
	    cmocka_unit_test(a_record_the_bus_never_takes_ends_the_process),
	    cmocka_unit_test(an_output_that_was_not_named_ends_the_process),
	    cmocka_unit_test(
	        an_input_shorter_than_it_was_ends_the_process_loudly),
	    cmocka_unit_test(
	        without_a_broker_it_waits_not_ready_and_can_be_stopped),
	};

	return cmocka_run_group_tests(
	    tests, bus_fixture_start, bus_fixture_stop);
}
