/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor under an alert's latency: a raw pipeline of two transactional hops
 * (journal -> dispatch.alert -> delivery.alert, without deciding anything), one
 * small message every 200 ms. Its topics are noroshi's own, under a prefix of
 * their own, so that their settings are the same.
 *
 *   bench_two_hops SERVERS PREFIX MESSAGES      prints p50, p99 in ms
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "support/raw_kafka.h"

#define INTERVAL_S 0.2
#define WARM_UP 10
#define BODY 600

struct bench {
	const char *servers;
	char topics[3][256];
	size_t n, seen;
	double *latency; /* in seconds, by message */
	_Atomic bool done;
	_Atomic int ready;
};

struct hop {
	struct bench *bench;
	int from;
};

struct body {
	uint64_t number;
	double sent;
	char rest[BODY];
};

static void
forward(rd_kafka_t *producer, rd_kafka_topic_t *topic,
    const rd_kafka_message_t *message)
{
	if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, message->payload,
	        message->len, NULL, 0, NULL) != 0)
		raw_die("produce", rd_kafka_err2str(rd_kafka_last_error()));
}

static void *
run_hop(void *arg)
{
	struct hop *hop = arg;
	struct bench *bench = hop->bench;
	const char *from = bench->topics[hop->from];
	rd_kafka_t *consumer = raw_consumer(bench->servers, from);
	rd_kafka_t *producer = raw_producer(bench->servers, from);
	rd_kafka_topic_t *to =
	    raw_topic(producer, bench->topics[hop->from + 1]);
	rd_kafka_message_t *message;

	raw_assign(consumer, from, RD_KAFKA_OFFSET_BEGINNING);
	bench->ready++;
	while (!bench->done) {
		message = rd_kafka_consumer_poll(consumer, 100);
		if (message == NULL)
			continue;
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			raw_die(from, rd_kafka_message_errstr(message));
		raw_begin(producer);
		forward(producer, to, message);
		raw_commit(producer, consumer, from, message->offset + 1);
		rd_kafka_message_destroy(message);
	}
	rd_kafka_topic_destroy(to);
	raw_close(producer);
	raw_close(consumer);
	return NULL;
}

static void *
run_sink(void *arg)
{
	struct bench *bench = arg;
	rd_kafka_t *consumer = raw_consumer(bench->servers, NULL);
	rd_kafka_message_t *message;
	const struct body *body;

	raw_assign(consumer, bench->topics[2], RD_KAFKA_OFFSET_BEGINNING);
	bench->ready++;
	while (bench->seen < bench->n) {
		message = rd_kafka_consumer_poll(consumer, 1000);
		if (message == NULL)
			continue;
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			raw_die("sink", rd_kafka_message_errstr(message));
		body = message->payload;
		bench->latency[body->number] = raw_now() - body->sent;
		bench->seen++;
		rd_kafka_message_destroy(message);
	}
	raw_close(consumer);
	return NULL;
}

/* Send at fixed phases of the wall clock: what is measured beside this program
 * uses the other half of each interval. */
static void
wait_for_phase(void)
{
	struct timespec now;
	int64_t ms, left;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
	left = 200 - (ms + 100) % 200;
	usleep((useconds_t)left * 1000);
}

static void
send_all(struct bench *bench)
{
	rd_kafka_t *producer = raw_producer(bench->servers, NULL);
	rd_kafka_topic_t *topic = raw_topic(producer, bench->topics[0]);
	struct body body = {0};
	size_t i;

	memset(body.rest, 'x', sizeof(body.rest));
	for (i = 0; i < bench->n; i++) {
		wait_for_phase();
		body.number = i;
		body.sent = raw_now();
		if (rd_kafka_produce(topic, 0, RD_KAFKA_MSG_F_COPY, &body,
		        sizeof(body), NULL, 0, NULL) != 0)
			raw_die(
			    "produce", rd_kafka_err2str(rd_kafka_last_error()));
		rd_kafka_poll(producer, 0);
	}
	if (rd_kafka_flush(producer, 30000) != RD_KAFKA_RESP_ERR_NO_ERROR)
		raw_die("flush", "timed out");
	rd_kafka_topic_destroy(topic);
	raw_close(producer);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct bench *bench)
{
	double *measured = bench->latency + WARM_UP;
	size_t n = bench->n - WARM_UP;

	qsort(measured, n, sizeof(*measured), by_value);
	(void)printf("two_hops_p50 %.2f ms\n", measured[n / 2] * 1e3);
	(void)printf("two_hops_p99 %.2f ms\n", measured[n * 99 / 100] * 1e3);
}

int
main(int argc, char **argv)
{
	static const char *const names[] = {
	    "journal", "dispatch.alert", "delivery.alert"};
	struct bench bench = {0};
	struct hop hops[2] = {{&bench, 0}, {&bench, 1}};
	pthread_t threads[3];
	int i;

	if (argc != 4)
		raw_die("usage", "bench_two_hops SERVERS PREFIX MESSAGES");
	bench.servers = argv[1];
	for (i = 0; i < 3; i++)
		(void)snprintf(bench.topics[i], sizeof(bench.topics[i]), "%s%s",
		    argv[2], names[i]);
	bench.n = strtoul(argv[3], NULL, 10) + WARM_UP;
	bench.latency = calloc(bench.n, sizeof(*bench.latency));
	if (bench.latency == NULL)
		raw_die("calloc", "out of memory");
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run_hop, &hops[i]);
	pthread_create(&threads[2], NULL, run_sink, &bench);
	while (bench.ready < 3)
		usleep(1000);
	send_all(&bench);
	pthread_join(threads[2], NULL);
	bench.done = true;
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	report(&bench);
	free(bench.latency);
	return 0;
}
