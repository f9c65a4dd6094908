/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/group.h"
#include "support/bus_fixture.h"
#include "support/cluster.h"
#include "unit/clocks.h"

#define HEARTBEAT 12 /* number of the request */
#define N_PARTITIONS 4
#define JOIN_MS 20000
#define SESSION_MS 4000 /* the fixture's */
#define N_ERRORS 100

static struct nrs_err err;

/* A cluster whose errors can be ordered, which the fixture's cannot. */
struct place {
	struct cluster cluster;
	int n_gained;
};

static int
set_up(void **state)
{
	static struct place place;

	cluster_open(&place.cluster, 1);
	place.n_gained = 0;
	*state = &place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	cluster_close(&place->cluster);
	return 0;
}

static enum nrs_rc
gained(void *self, struct nrs_group_gain *gain, struct nrs_err *e)
{
	struct place *place = self;

	(void)e;
	place->n_gained++;
	gain->start = 0;
	return NRS_OK;
}

static void
lost(void *self, int partition, bool clean)
{
	(void)self, (void)partition, (void)clean;
}

static struct nrs_group *
join(struct place *place, const char *instance)
{
	static const struct nrs_group_ops ops = {
	    .gained = gained, .lost = lost};
	struct nrs_bus_conf bus = bus_fixture_conf(instance);
	const struct nrs_group_conf conf = {&bus, "lease", "lease"};
	struct nrs_group *group;

	bus.servers = cluster_servers(&place->cluster);
	bus.prefix = "";
	assert_int_equal(
	    nrs_group_open(&conf, &ops, place, &group, &err), NRS_OK);
	return group;
}

static void
step(struct nrs_group *group, int ms)
{
	struct nrs_record record;

	assert_int_equal(nrs_group_next(group, ms, &record, &err), NRS_OK);
}

/* All of the topic is its own. */
static struct nrs_group *
join_alone(struct place *place)
{
	struct nrs_mono start = nrs_mono_now();
	struct nrs_group *one;

	assert_int_equal(rd_kafka_mock_topic_create(
	                     place->cluster.mock, "lease", N_PARTITIONS, 1),
	    0);
	one = join(place, "one");
	while (place->n_gained < N_PARTITIONS) {
		assert_true(nrs_mono_since_ms(start) < JOIN_MS);
		step(one, 50);
	}
	assert_true(nrs_group_lease_held(one));
	return one;
}

static void
let_pass(int ms)
{
	(void)poll(NULL, 0, ms);
}

static void
expel_everybody(struct place *place)
{
	rd_kafka_resp_err_t codes[N_ERRORS];
	size_t i;

	for (i = 0; i < N_ERRORS; i++)
		codes[i] = RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
	rd_kafka_mock_push_request_errors_array(
	    place->cluster.mock, HEARTBEAT, N_ERRORS, codes);
}

/* While an assignment waits for its callback librdkafka goes on with heartbeats
 * after it was told that it is no member: none of them renews anything, nor
 * does the assignment, which came long ago. */
static void
f12_who_was_expelled_has_no_lease_whatever_it_hears_late(void **state)
{
	struct place *place = *state;
	struct nrs_group *one = join_alone(place), *other;
	struct nrs_mono start;

	other = join(place, "other");
	let_pass(SESSION_MS);
	assert_true(nrs_group_lease_held(one));
	expel_everybody(place);
	let_pass(SESSION_MS + 1000);
	assert_false(nrs_group_lease_held(one));
	step(one, 0);
	assert_false(nrs_group_lease_held(one));
	/* It finds back. */
	rd_kafka_mock_clear_request_errors(place->cluster.mock, HEARTBEAT);
	start = nrs_mono_now();
	while (!nrs_group_lease_held(one)) {
		assert_true(nrs_mono_since_ms(start) < JOIN_MS);
		step(one, 50);
		step(other, 50);
	}
	nrs_group_close(one);
	nrs_group_close(other);
}

/* Its session goes on while it is suspended, and ends. */
static void
f12_who_was_suspended_has_no_lease_before_it_hears_of_one(void **state)
{
	struct place *place = *state;
	struct nrs_group *one = join_alone(place);
	struct nrs_mono start;

	clocks_sleep(SESSION_MS);
	assert_false(nrs_group_lease_held(one));
	start = nrs_mono_now();
	while (!nrs_group_lease_held(one)) {
		assert_true(nrs_mono_since_ms(start) < JOIN_MS);
		step(one, 50);
	}
	nrs_group_close(one);
}

/* librdkafka waits by it: what begins to wait before waits for an hour more. */
static void
f40_a_clock_that_is_set_back_stops_no_heartbeat(void **state)
{
	struct place *place = *state;
	struct nrs_mono start;
	struct nrs_group *one;

	one = join_alone(place);
	clocks_set(3600000);
	let_pass(2000); /* every wait has begun anew */
	clocks_set(-3600000);
	for (start = nrs_mono_now();
	     nrs_mono_since_ms(start) < SESSION_MS + 2000;)
		step(one, 50);
	assert_true(nrs_group_lease_held(one));
	nrs_group_close(one);
}

int
main(void)
{
	/* The first: a clock that is ahead after a sleep makes waits longer. */
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
	        f40_a_clock_that_is_set_back_stops_no_heartbeat, set_up,
	        tear_down),
	    cmocka_unit_test_setup_teardown(
	        f12_who_was_expelled_has_no_lease_whatever_it_hears_late,
	        set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
	        f12_who_was_suspended_has_no_lease_before_it_hears_of_one,
	        set_up, tear_down),
	};

	return cmocka_run_group_tests(
	    tests, bus_fixture_start, bus_fixture_stop);
}
