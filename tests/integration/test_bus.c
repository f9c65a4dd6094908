/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/mockbus.h"

#define N_THREADS 8
#define N_EACH 20

static struct nrs_mockbus *mock;
static struct nrs_err err;

static struct nrs_bus_conf
conf_of(const char *servers)
{
	return (struct nrs_bus_conf){
	    .servers = servers,
	    .instance = "test-1",
	    .prefix = "noroshi.",
	    .session_timeout_ms = 4000,
	    .transaction_timeout_ms = 10000,
	};
}

static struct nrs_bus_conf
conf_of_mock(void)
{
	return conf_of(nrs_mockbus_servers(mock));
}

static struct nrs_bytes
bytes(const char *s)
{
	return (struct nrs_bytes){
	    (const uint8_t *)s, s == NULL ? 0 : strlen(s)};
}

static void
make_topic(const char *name, int partitions)
{
	struct nrs_bus_conf conf = conf_of_mock();
	char *full = nrs_bus_full_name(&conf, name);

	assert_int_equal(
	    nrs_mockbus_create(mock, full, partitions, &err), NRS_OK);
	free(full);
}

static struct nrs_producer *
producer_for(const char *topic)
{
	struct nrs_bus_conf conf = conf_of_mock();
	struct nrs_producer *producer = NULL;

	assert_int_equal(
	    nrs_producer_open(&conf, &topic, 1, &producer, &err), NRS_OK);
	return producer;
}

static void
put(struct nrs_producer *producer, const char *topic, const char *value)
{
	struct nrs_outgoing out = {
	    .topic = topic, .key = bytes("k"), .value = bytes(value)};

	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, 5000, NULL, &err), NRS_OK);
}

static struct nrs_reader *
reader_from(const char *topic, int64_t offset)
{
	struct nrs_bus_conf conf = conf_of_mock();
	struct nrs_reader_from from = {topic, 0, offset};
	struct nrs_reader *reader = NULL;

	assert_int_equal(nrs_reader_open(&conf, &reader, &err), NRS_OK);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, &err), NRS_OK);
	return reader;
}

static enum nrs_rc
count_one(void *ctx, const struct nrs_record *record, struct nrs_err *e)
{
	int *n = ctx;

	(void)e;
	assert_int_equal(record->offset, *n);
	(*n)++;
	return NRS_OK;
}

static enum nrs_rc
stop_at_two(void *ctx, const struct nrs_record *record, struct nrs_err *e)
{
	int *n = ctx;

	(void)record;
	return ++*n == 2 ? nrs_fail(e, NRS_REJECT, "enough") : NRS_OK;
}

/* ---- records ---- */

static void
a_record_comes_back_whole(void **state)
{
	static const struct nrs_bus_header headers[] = {
	    {"mode", "ACTUAL"}, {"thread", "t1"}};
	struct nrs_outgoing out = {
	    .topic = "whole",
	    .partition = -1,
	    .key = bytes("n1"),
	    .value = bytes("body"),
	    .headers = headers,
	    .n_headers = 2,
	};
	struct nrs_producer *producer;
	struct nrs_reader *reader;
	struct nrs_record got;
	int64_t offset = -1;

	make_topic("whole", 1);
	producer = producer_for("whole");
	reader = reader_from("whole", NRS_FROM_START);
	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, 5000, &offset, &err),
	    NRS_OK);
	assert_int_equal(offset, 0);
	assert_int_equal(nrs_reader_next(reader, 5000, &got, &err), NRS_OK);
	assert_string_equal(got.topic, "whole");
	assert_int_equal(got.partition, 0);
	assert_int_equal(got.offset, 0);
	assert_true(nrs_bytes_equal(got.key, bytes("n1")));
	assert_true(nrs_bytes_equal(got.value, bytes("body")));
	assert_string_equal(nrs_record_header(&got, "thread"), "t1");
	assert_string_equal(nrs_record_header(&got, "mode"), "ACTUAL");
	assert_null(nrs_record_header(&got, "absent"));
	nrs_reader_close(reader);
	nrs_producer_close(producer);
}

static void
a_tombstone_is_not_an_empty_value(void **state)
{
	struct nrs_producer *producer;
	struct nrs_reader *reader;
	struct nrs_record got;

	make_topic("tombstone", 1);
	producer = producer_for("tombstone");
	put(producer, "tombstone", NULL);
	put(producer, "tombstone", "");
	reader = reader_from("tombstone", 0);
	assert_int_equal(nrs_reader_next(reader, 5000, &got, &err), NRS_OK);
	assert_null(got.value.data);
	assert_int_equal(nrs_reader_next(reader, 5000, &got, &err), NRS_OK);
	assert_non_null(got.value.data);
	assert_int_equal(got.value.len, 0);
	nrs_reader_close(reader);
	nrs_producer_close(producer);
}

static void
keys_go_where_java_clients_send_them(void **state)
{
	/* Utils.murmur2 of Kafka's own test, masked, modulo 1000. */
	assert_int_equal(nrs_bus_partition(bytes("21"), 1000),
	    (-973932308 & 0x7fffffff) % 1000);
	assert_int_equal(nrs_bus_partition(bytes("foobar"), 1000),
	    (-790332482 & 0x7fffffff) % 1000);
	assert_int_equal(
	    nrs_bus_partition(bytes("a-little-bit-long-string"), 1000),
	    (-985981536 & 0x7fffffff) % 1000);
}

static void
the_bus_uses_the_partition_it_tells(void **state)
{
	static const char *const keys[] = {"a", "sub-77", "日本", "x9"};
	struct nrs_bus_conf conf = conf_of_mock();
	struct nrs_outgoing out = {.topic = "spread", .partition = -1};
	struct nrs_producer *producer;
	struct nrs_reader *reader;
	struct nrs_bounds before, after;
	size_t i;
	int p;

	make_topic("spread", 12);
	producer = producer_for("spread");
	assert_int_equal(nrs_reader_open(&conf, &reader, &err), NRS_OK);
	for (i = 0; i < 4; i++) {
		out.key = bytes(keys[i]);
		p = nrs_bus_partition(out.key, 12);
		assert_int_equal(
		    nrs_reader_bounds(reader, "spread", p, &before, &err),
		    NRS_OK);
		assert_int_equal(
		    nrs_producer_send_wait(producer, &out, 5000, NULL, &err),
		    NRS_OK);
		assert_int_equal(
		    nrs_reader_bounds(reader, "spread", p, &after, &err),
		    NRS_OK);
		assert_int_equal(after.end, before.end + 1);
	}
	nrs_reader_close(reader);
	nrs_producer_close(producer);
}

/* ---- producer ---- */

struct acks {
	int n, n_ok;
	int64_t last;
};

static void
acked(void *opaque, enum nrs_rc rc, int partition, int64_t offset)
{
	struct acks *acks = opaque;

	acks->n++;
	acks->n_ok += rc == NRS_OK;
	acks->last = offset;
	assert_int_equal(partition, 0);
}

static void
every_record_is_acknowledged_by_flush(void **state)
{
	struct acks acks = {0};
	struct nrs_outgoing out = {.topic = "acks",
	    .key = bytes("k"),
	    .value = bytes("v"),
	    .acked = acked,
	    .opaque = &acks};
	struct nrs_producer *producer;
	int i;

	make_topic("acks", 1);
	producer = producer_for("acks");
	for (i = 0; i < 100; i++)
		assert_int_equal(
		    nrs_producer_send(producer, &out, &err), NRS_OK);
	assert_int_equal(nrs_producer_flush(producer, 5000, &err), NRS_OK);
	assert_int_equal(acks.n, 100);
	assert_int_equal(acks.n_ok, 100);
	assert_int_equal(acks.last, 99);
	nrs_producer_close(producer);
}

static void
a_topic_that_was_not_opened_is_refused(void **state)
{
	struct nrs_outgoing out = {.topic = "other", .value = bytes("v")};
	struct nrs_producer *producer;

	make_topic("acks", 1);
	producer = producer_for("acks");
	assert_int_equal(nrs_producer_send(producer, &out, &err), NRS_REJECT);
	assert_non_null(strstr(err.text, "other"));
	nrs_producer_close(producer);
}

static void
a_record_that_is_too_large_is_rejected_at_once(void **state)
{
	static uint8_t huge[3000000];
	struct nrs_outgoing out = {
	    .topic = "acks", .value = {huge, sizeof(huge)}};
	struct nrs_producer *producer;

	make_topic("acks", 1);
	producer = producer_for("acks");
	assert_int_equal(nrs_producer_send(producer, &out, &err), NRS_REJECT);
	nrs_producer_close(producer);
}

static void *
send_some(void *arg)
{
	struct nrs_producer *producer = arg;
	struct nrs_outgoing out = {.topic = "threads", .value = bytes("v")};
	intptr_t n_ok = 0;
	int i;

	for (i = 0; i < N_EACH; i++)
		n_ok += nrs_producer_send_wait(
		            producer, &out, 10000, NULL, NULL) == NRS_OK;
	return (void *)n_ok;
}

static void
many_threads_may_send_and_wait_at_once(void **state)
{
	struct nrs_producer *producer;
	struct nrs_reader *reader;
	pthread_t threads[N_THREADS];
	void *n_ok;
	int i, n = 0;

	make_topic("threads", 1);
	producer = producer_for("threads");
	for (i = 0; i < N_THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, send_some, producer), 0);
	for (i = 0; i < N_THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &n_ok), 0);
		assert_int_equal((intptr_t)n_ok, N_EACH);
	}
	reader = reader_from("threads", 0);
	assert_int_equal(
	    nrs_reader_to_end(reader, 5000, count_one, &n, &err), NRS_OK);
	assert_int_equal(n, N_THREADS * N_EACH);
	nrs_reader_close(reader);
	nrs_producer_close(producer);
}

static void
without_a_broker_the_sender_is_told_in_time(void **state)
{
	struct nrs_bus_conf conf = conf_of("127.0.0.1:1");
	struct nrs_outgoing out = {.topic = "t", .value = bytes("v")};
	const char *topic = "t";
	struct nrs_producer *producer;
	struct nrs_mono start;

	assert_int_equal(
	    nrs_producer_open(&conf, &topic, 1, &producer, &err), NRS_OK);
	assert_false(nrs_producer_connected(producer));
	start = nrs_mono_now();
	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, 300, NULL, &err), NRS_RETRY);
	assert_in_range(nrs_mono_since_ms(start), 300, 10000);
	nrs_producer_close(producer);
}

static void
a_producer_knows_whether_it_is_connected(void **state)
{
	struct nrs_mockbus *own = NULL;
	struct nrs_producer *producer;
	struct nrs_bus_conf conf;
	const char *topic = "t";
	struct nrs_mono start;

	assert_int_equal(nrs_mockbus_open(&own, &err), NRS_OK);
	assert_int_equal(nrs_mockbus_create(own, "noroshi.t", 1, &err), NRS_OK);
	conf = conf_of(nrs_mockbus_servers(own));
	assert_int_equal(
	    nrs_producer_open(&conf, &topic, 1, &producer, &err), NRS_OK);
	assert_true(nrs_producer_connected(producer));
	nrs_mockbus_close(own);
	start = nrs_mono_now();
	while (
	    nrs_producer_connected(producer) && nrs_mono_since_ms(start) < 5000)
		nrs_producer_poll(producer, 20);
	assert_false(nrs_producer_connected(producer));
	nrs_producer_close(producer);
}

/* ---- reader ---- */

static void
to_end_reads_all_that_was_there_and_then_returns(void **state)
{
	struct nrs_producer *producer;
	struct nrs_reader *reader;
	struct nrs_record got;
	int i, n = 0;

	make_topic("end", 1);
	producer = producer_for("end");
	for (i = 0; i < 5; i++)
		put(producer, "end", "v");
	reader = reader_from("end", NRS_FROM_START);
	assert_int_equal(
	    nrs_reader_to_end(reader, 5000, count_one, &n, &err), NRS_OK);
	assert_int_equal(n, 5);
	assert_int_equal(
	    nrs_reader_to_end(reader, 5000, count_one, &n, &err), NRS_OK);
	assert_int_equal(n, 5);
	put(producer, "end", "later");
	assert_int_equal(nrs_reader_next(reader, 5000, &got, &err), NRS_OK);
	assert_int_equal(got.offset, 5);
	nrs_reader_close(reader);
	nrs_producer_close(producer);
}

static void
an_empty_topic_is_at_its_end(void **state)
{
	struct nrs_reader *reader;
	int n = 0;

	make_topic("empty", 1);
	reader = reader_from("empty", NRS_FROM_START);
	assert_int_equal(
	    nrs_reader_to_end(reader, 5000, count_one, &n, &err), NRS_OK);
	assert_int_equal(n, 0);
	nrs_reader_close(reader);
}

static void
to_end_stops_with_the_callers_own_code(void **state)
{
	struct nrs_producer *producer;
	struct nrs_reader *reader;
	int i, n = 0;

	make_topic("stops", 1);
	producer = producer_for("stops");
	for (i = 0; i < 5; i++)
		put(producer, "stops", "v");
	reader = reader_from("stops", 0);
	assert_int_equal(
	    nrs_reader_to_end(reader, 5000, stop_at_two, &n, &err), NRS_REJECT);
	assert_int_equal(n, 2);
	assert_string_equal(err.text, "enough");
	nrs_reader_close(reader);
	nrs_producer_close(producer);
}

static void
an_offset_beyond_the_end_is_fatal(void **state)
{
	struct nrs_producer *producer;
	struct nrs_reader *reader;
	struct nrs_record got;

	make_topic("beyond", 1);
	producer = producer_for("beyond");
	put(producer, "beyond", "v");
	reader = reader_from("beyond", 1000);
	assert_int_equal(nrs_reader_next(reader, 5000, &got, &err), NRS_FATAL);
	nrs_reader_close(reader);
	nrs_producer_close(producer);
}

static void
a_reader_learns_how_many_partitions_there_are(void **state)
{
	struct nrs_bus_conf conf = conf_of_mock();
	struct nrs_reader *reader;
	int n = -1;

	make_topic("twelve", 12);
	assert_int_equal(nrs_reader_open(&conf, &reader, &err), NRS_OK);
	assert_int_equal(
	    nrs_reader_partitions(reader, "twelve", &n, &err), NRS_OK);
	assert_int_equal(n, 12);
	nrs_reader_close(reader);
}

static int
start_mock(void **state)
{
	return nrs_mockbus_open(&mock, &err) == NRS_OK ? 0 : -1;
}

static int
stop_mock(void **state)
{
	nrs_mockbus_close(mock);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_record_comes_back_whole),
	    cmocka_unit_test(a_tombstone_is_not_an_empty_value),
	    cmocka_unit_test(keys_go_where_java_clients_send_them),
	    cmocka_unit_test(the_bus_uses_the_partition_it_tells),
	    cmocka_unit_test(every_record_is_acknowledged_by_flush),
	    cmocka_unit_test(a_topic_that_was_not_opened_is_refused),
	    cmocka_unit_test(a_record_that_is_too_large_is_rejected_at_once),
	    cmocka_unit_test(many_threads_may_send_and_wait_at_once),
	    cmocka_unit_test(without_a_broker_the_sender_is_told_in_time),
	    cmocka_unit_test(a_producer_knows_whether_it_is_connected),
	    cmocka_unit_test(to_end_reads_all_that_was_there_and_then_returns),
	    cmocka_unit_test(an_empty_topic_is_at_its_end),
	    cmocka_unit_test(to_end_stops_with_the_callers_own_code),
	    cmocka_unit_test(an_offset_beyond_the_end_is_fatal),
	    cmocka_unit_test(a_reader_learns_how_many_partitions_there_are),
	};

	return cmocka_run_group_tests(tests, start_mock, stop_mock);
}
