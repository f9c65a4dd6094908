/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bus allows: raw librdkafka that consumes the same journal in
 * transactions and writes, for each command, the records that the classifier
 * wrote for one: the same topics, keys, headers and values (those of the first
 * TEMPLATES commands, again and again). It decodes and decides nothing.
 *
 *   bench_passthrough SERVERS IN_PREFIX OUT_PREFIX COMMANDS
 *
 * Reads IN_PREFIX journal and, before it starts, IN_PREFIX outputs; its group
 * is "passthrough" under OUT_PREFIX. Prints nothing: bench_rate looks on.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/raw_kafka.h"

#define TEMPLATES 2000
#define MAX_BATCH 10000 /* as noroshi-classifier by default */
#define MAX_OUTPUTS 8
#define MAX_MISSES 2000

struct output {
	rd_kafka_topic_t *topic;
	rd_kafka_message_t *message; /* kept: key, value, headers */
};

struct group {
	char key[128];
	struct output outputs[MAX_OUTPUTS];
	size_t n;
};

struct bench {
	const char *servers, *in, *out;
	rd_kafka_t *producer;
	struct group groups[TEMPLATES];
	size_t n_groups;
};

static int
by_key(const void *a, const void *b)
{
	return strcmp(a, ((const struct group *)b)->key);
}

static int
by_group(const void *a, const void *b)
{
	return by_key(((const struct group *)a)->key, b);
}

static struct group *
find_group(struct bench *bench, const rd_kafka_message_t *message)
{
	char key[sizeof(bench->groups[0].key)];

	(void)snprintf(key, sizeof(key), "%.*s", (int)message->key_len,
	    (const char *)message->key);
	return bsearch(key, bench->groups, bench->n_groups,
	    sizeof(bench->groups[0]), by_key);
}

static rd_kafka_message_t *
next(rd_kafka_t *consumer)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 3000);

	if (message != NULL && message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
		raw_die("consume", rd_kafka_message_errstr(message));
	return message;
}

/* Each command has one outcome; in a benchmark its key is that of all its
 * outputs, because every notice is the first of its thread. */
static void
read_keys(struct bench *bench, rd_kafka_t *consumer, const char *outcome)
{
	rd_kafka_message_t *message;

	raw_assign(consumer, outcome, RD_KAFKA_OFFSET_BEGINNING);
	while (
	    bench->n_groups < TEMPLATES && (message = next(consumer)) != NULL) {
		(void)snprintf(bench->groups[bench->n_groups++].key,
		    sizeof(bench->groups[0].key), "%.*s", (int)message->key_len,
		    (const char *)message->key);
		rd_kafka_message_destroy(message);
	}
	if (bench->n_groups < TEMPLATES)
		raw_die(outcome, "too few outcomes to take as a template");
	qsort(
	    bench->groups, bench->n_groups, sizeof(bench->groups[0]), by_group);
}

static void
read_topic(struct bench *bench, rd_kafka_t *consumer, const char *name)
{
	char full[256];
	rd_kafka_message_t *message;
	rd_kafka_topic_t *topic;
	struct group *group;
	size_t misses = 0;
	int64_t first, end;

	raw_bounds(consumer, name, &first, &end);
	if (first == end)
		return;
	(void)snprintf(
	    full, sizeof(full), "%s%s", bench->out, name + strlen(bench->in));
	topic = raw_topic(bench->producer, full);
	raw_assign(consumer, name, RD_KAFKA_OFFSET_BEGINNING);
	while (misses < MAX_MISSES && (message = next(consumer)) != NULL) {
		group = find_group(bench, message);
		if (group == NULL || group->n == MAX_OUTPUTS) {
			misses++;
			rd_kafka_message_destroy(message);
			continue;
		}
		misses = 0;
		group->outputs[group->n++] = (struct output){topic, message};
	}
}

static bool
is_output(const char *name)
{
	return strcmp(name, "outcome") == 0 || strcmp(name, "web") == 0 ||
	       strcmp(name, "dispatch.alert") == 0 ||
	       strncmp(name, "alert.", 6) == 0;
}

static void
read_templates(struct bench *bench)
{
	rd_kafka_t *consumer = raw_consumer(bench->servers, NULL);
	const struct rd_kafka_metadata *all;
	size_t len = strlen(bench->in);
	const char *name;
	char outcome[256];
	int i;

	(void)snprintf(outcome, sizeof(outcome), "%soutcome", bench->in);
	read_keys(bench, consumer, outcome);
	if (rd_kafka_metadata(consumer, 1, NULL, &all, 30000) != 0)
		raw_die("metadata", "no answer");
	for (i = 0; i < all->topic_cnt; i++) {
		name = all->topics[i].topic;
		if (strncmp(name, bench->in, len) == 0 && is_output(name + len))
			read_topic(bench, consumer, name);
	}
	rd_kafka_metadata_destroy(all);
	/* The consumer stays: its messages are our templates. */
}

static void
send_output(struct bench *bench, const struct output *output)
{
	const rd_kafka_message_t *message = output->message;
	rd_kafka_headers_t *headers = NULL;

	if (rd_kafka_message_headers(message, &headers) ==
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		headers = rd_kafka_headers_copy(headers);
	if (rd_kafka_producev(bench->producer, RD_KAFKA_V_RKT(output->topic),
	        RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(0),
	        RD_KAFKA_V_KEY(message->key, message->key_len),
	        RD_KAFKA_V_VALUE(message->payload, message->len),
	        RD_KAFKA_V_HEADERS(headers),
	        RD_KAFKA_V_END) != RD_KAFKA_RESP_ERR_NO_ERROR)
		raw_die("produce", "refused");
}

/* Whatever waits, at most MAX_BATCH: one transaction. */
static int64_t
pass_batch(struct bench *bench, rd_kafka_t *consumer, const char *journal)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 100);
	const struct group *group;
	int64_t done = 0;
	size_t i, n = 0;

	if (message == NULL)
		return 0;
	raw_begin(bench->producer);
	for (; message != NULL; message = rd_kafka_consumer_poll(consumer, 0)) {
		if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
			raw_die(journal, rd_kafka_message_errstr(message));
		done = message->offset + 1;
		group = &bench->groups[(size_t)message->offset % TEMPLATES];
		for (i = 0; i < group->n; i++)
			send_output(bench, &group->outputs[i]);
		rd_kafka_message_destroy(message);
		if (++n == MAX_BATCH)
			break;
	}
	raw_commit(bench->producer, consumer, journal, done);
	return done;
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	char name[256], journal[256];
	rd_kafka_t *consumer;
	int64_t n;

	if (argc != 5)
		raw_die("usage",
		    "bench_passthrough SERVERS IN_PREFIX OUT_PREFIX COMMANDS");
	bench.servers = argv[1];
	bench.in = argv[2];
	bench.out = argv[3];
	n = strtoll(argv[4], NULL, 10);
	(void)snprintf(name, sizeof(name), "%spassthrough", bench.out);
	(void)snprintf(journal, sizeof(journal), "%sjournal", bench.in);
	bench.producer = raw_producer(bench.servers, name);
	read_templates(&bench);
	consumer = raw_consumer(bench.servers, name);
	raw_subscribe(consumer, journal);
	while (pass_batch(&bench, consumer, journal) < n)
		continue;
	raw_close(consumer);
	raw_close(bench.producer);
	return 0;
}
