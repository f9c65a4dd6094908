/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "support/bus_fixture.h"

#define PARTITIONS 12

static enum nrs_rc
count(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	(void)record, (void)err;
	(*(int *)ctx)++;
	return NRS_OK;
}

/* A broker answers one request of a connection after another, and a fetch with
 * nothing to fetch takes 500 ms: asked behind it, twelve ends took 5 s. */
static void
asking_for_ends_does_not_wait_behind_a_fetch(void **state)
{
	struct nrs_bus_conf conf = bus_fixture_conf("ends");
	struct nrs_reader_from from[PARTITIONS];
	struct nrs_reader *reader;
	struct nrs_mono start;
	int n = 0;

	(void)state;
	bus_fixture_topic("twelve", PARTITIONS);
	bus_fixture_put("twelve", 3, "one");
	for (int i = 0; i < PARTITIONS; i++)
		from[i] = (struct nrs_reader_from){"twelve", i, NRS_FROM_START};
	assert_int_equal(nrs_reader_open(&conf, &reader, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_assign(reader, from, PARTITIONS, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, 10000, count, &n, NULL), NRS_OK);
	assert_int_equal(n, 1);
	/* Everything is read now: the next fetches wait for what may come. */
	start = nrs_mono_now();
	assert_int_equal(
	    nrs_reader_to_end(reader, 10000, count, &n, NULL), NRS_OK);
	assert_true(nrs_mono_since_ms(start) < 4000);
	nrs_reader_close(reader);
}

/* At the end of a topic a fetch waits for what may come, and the next look
 * waits for that fetch. */
static void
a_look_does_not_wait_for_the_one_before(void **state)
{
	struct nrs_bus_conf conf = bus_fixture_conf("look");
	struct nrs_reader_from from = {"looked", 0, 0};
	struct nrs_record record = {0};
	struct nrs_reader *reader;
	struct nrs_mono start;

	(void)state;
	bus_fixture_topic("looked", 1);
	bus_fixture_put("looked", 0, "one");
	assert_int_equal(nrs_reader_open_lookup(&conf, &reader, NULL), NRS_OK);
	for (int i = 0; i < 6; i++) {
		if (i == 1) /* the first look also connects */
			start = nrs_mono_now();
		assert_int_equal(
		    nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
		assert_int_equal(
		    nrs_reader_next(reader, 10000, &record, NULL), NRS_OK);
		assert_non_null(record.topic);
		assert_int_equal(
		    nrs_reader_assign(reader, NULL, 0, NULL), NRS_OK);
	}
	assert_true(nrs_mono_since_ms(start) < 2000);
	nrs_reader_close(reader);
}

/* The cluster may miss a request that comes some microseconds after another,
 * and look again a second later. */
static void
the_mock_cluster_makes_many_topics_without_a_pause(void **state)
{
	struct nrs_mono start = nrs_mono_now(), gap;
	char name[32];

	(void)state;
	for (int i = 0; i < 200; i++) {
		(void)snprintf(name, sizeof(name), "topic-%d", i);
		bus_fixture_topic(name, 1);
		gap = nrs_mono_now();
		while (nrs_mono_since_us(gap) < i % 100)
			;
	}
	assert_true(nrs_mono_since_ms(start) < 8000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        the_mock_cluster_makes_many_topics_without_a_pause),
	    cmocka_unit_test(asking_for_ends_does_not_wait_behind_a_fetch),
	    cmocka_unit_test(a_look_does_not_wait_for_the_one_before),
	};

	return cmocka_run_group_tests(
	    tests, bus_fixture_start, bus_fixture_stop);
}
