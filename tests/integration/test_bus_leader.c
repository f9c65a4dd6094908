/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "support/bus_fixture.h"
#include "support/cluster.h"

#define LIST_OFFSETS 2 /* number of the request */

static enum nrs_rc
ignore(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	(void)ctx, (void)record, (void)err;
	return NRS_OK;
}

static int
set_up(void **state)
{
	static struct cluster two;

	cluster_open(&two, 2);
	*state = &two;
	return 0;
}

static int
tear_down(void **state)
{
	struct cluster *two = *state;

	cluster_close(two);
	return 0;
}

/* Whoever asks where a topic ends heard "not leader" for ever: nothing was sent
 * any more, because nobody knew who may still see it. */
static void
f9_the_end_of_a_topic_is_found_when_its_leader_moves(void **state)
{
	const struct cluster *two = *state;
	struct nrs_bus_conf conf = bus_fixture_conf("leader");
	const struct nrs_reader_from from = {"moves", 0, NRS_FROM_START};
	struct nrs_reader *reader;
	struct nrs_mono start;

	conf.servers = cluster_servers(two);
	conf.prefix = "";
	assert_int_equal(
	    rd_kafka_mock_topic_create(two->mock, "moves", 1, 2), 0);
	rd_kafka_mock_partition_set_leader(two->mock, "moves", 0, 1);
	assert_int_equal(nrs_reader_open(&conf, &reader, NULL), NRS_OK);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, 5000, ignore, NULL, NULL), NRS_OK);
	rd_kafka_mock_partition_set_leader(two->mock, "moves", 0, 2);
	start = nrs_mono_now();
	while (nrs_reader_to_end(reader, 1000, ignore, NULL, NULL) != NRS_OK)
		assert_true(nrs_mono_since_ms(start) < 8000);
	nrs_reader_close(reader);
}

static void
put_one(const struct nrs_bus_conf *conf, const char *topic)
{
	const struct nrs_outgoing out = {
	    .topic = topic, .value = bus_fixture_bytes("one")};
	struct nrs_producer *producer;

	assert_int_equal(
	    nrs_producer_open(conf, &topic, 1, &producer, NULL), NRS_OK);
	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, 10000, NULL, NULL), NRS_OK);
	nrs_producer_close(producer);
}

/* A broker that is just back knows no partition yet when it is asked where one
 * begins: the process ended. */
static void
f9_a_reader_goes_on_when_a_broker_knows_no_partition_yet(void **state)
{
	const struct cluster *two = *state;
	struct nrs_bus_conf conf = bus_fixture_conf("back");
	const struct nrs_reader_from from = {"back", 0, NRS_FROM_START};
	struct nrs_record record = {.topic = NULL};
	struct nrs_reader *reader;
	struct nrs_err err = {0};

	conf.servers = cluster_servers(two);
	conf.prefix = "";
	assert_int_equal(
	    rd_kafka_mock_topic_create(two->mock, "back", 1, 1), 0);
	put_one(&conf, "back");
	rd_kafka_mock_push_request_errors(two->mock, LIST_OFFSETS, 2,
	    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_UNKNOWN);
	assert_int_equal(nrs_reader_open(&conf, &reader, NULL), NRS_OK);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
	if (nrs_reader_next(reader, 10000, &record, &err) != NRS_OK)
		fail_msg("%s", err.text);
	assert_non_null(record.topic);
	assert_int_equal(record.offset, 0);
	nrs_reader_close(reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
	        f9_the_end_of_a_topic_is_found_when_its_leader_moves, set_up,
	        tear_down),
	    cmocka_unit_test_setup_teardown(
	        f9_a_reader_goes_on_when_a_broker_knows_no_partition_yet,
	        set_up, tear_down),
	};

	return cmocka_run_group_tests(
	    tests, bus_fixture_start, bus_fixture_stop);
}
