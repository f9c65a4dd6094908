/* SPDX-License-Identifier: Apache-2.0 */
/* A pipe that is told again and again that its transactional id is another's,
 * by a cluster whose errors can be ordered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "support/bus_fixture.h"
#include "support/cluster.h"
#include "support/copier.h"
#include "unit/clocks.h"

#define HEARTBEAT 12 /* numbers of requests */
#define INIT_PRODUCER_ID 22
#define WAIT_MS 30000
#define TOO_OFTEN 5
#define LONG_MS 120000

struct place {
	struct cluster cluster;
	struct copier copier;
};

static int
set_up(void **state)
{
	static struct place place;

	cluster_open(&place.cluster, 1);
	assert_int_equal(
	    rd_kafka_mock_topic_create(place.cluster.mock, "noroshi.in", 1, 1),
	    0);
	assert_int_equal(
	    rd_kafka_mock_topic_create(place.cluster.mock, "noroshi.out", 1, 1),
	    0);
	place.copier = (struct copier){.topic = "in",
	    .output = "out",
	    .servers = cluster_servers(&place.cluster)};
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

/* The next take-over is refused. */
static void
fence_once(struct place *place)
{
	rd_kafka_mock_push_request_errors(place->cluster.mock, INIT_PRODUCER_ID,
	    1, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
}

static void
wait_for(struct place *place, const atomic_int *counter, int n)
{
	const struct nrs_mono begun = nrs_mono_now();

	while (*counter < n) {
		assert_true(nrs_mono_since_ms(begun) < WAIT_MS);
		(void)nrs_stop_wait(place->copier.ctx.stop, 5);
	}
}

static void
a_pipe_that_is_fenced_all_the_time_ends(void **state)
{
	struct place *place = *state;
	int i;

	for (i = 0; i < TOO_OFTEN; i++)
		fence_once(place);
	copier_start(&place->copier);
	assert_int_equal(copier_join(&place->copier), NRS_FATAL);
	assert_non_null(strstr(place->copier.err.text, "times in a row"));
}

/* It has nothing to commit in between. */
static void
an_idle_pipe_does_not_end_because_of_old_fencings(void **state)
{
	struct place *place = *state;
	int i;

	for (i = 0; i < TOO_OFTEN - 1; i++)
		fence_once(place);
	copier_start(&place->copier);
	wait_for(place, &place->copier.n_taken, 1);
	clocks_sleep(LONG_MS);
	fence_once(place);
	rd_kafka_mock_push_request_errors(place->cluster.mock, HEARTBEAT, 1,
	    RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID);
	wait_for(place, &place->copier.n_taken, 2);
	assert_int_equal(copier_stop(&place->copier), NRS_OK);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(a_pipe_that_is_fenced_all_the_time_ends),
	    CASE(an_idle_pipe_does_not_end_because_of_old_fencings),
	};

	return cmocka_run_group_tests(
	    tests, bus_fixture_start, bus_fixture_stop);
}
