/* SPDX-License-Identifier: Apache-2.0 */
#include "support/raw_kafka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_MS 30000

struct pair {
	const char *key, *value;
};

/* The same as services/common/io/bus_conf.c sets. */
static const struct pair common[] = {
    {"socket.nagle.disable", "true"},
    {"allow.auto.create.topics", "false"},
    {NULL, NULL},
};
static const struct pair writer[] = {
    {"enable.idempotence", "true"},
    {"retry.backoff.ms", "10"},
    {"compression.codec", "lz4"},
    {"queue.buffering.max.messages", "500000"},
    {"partitioner", "murmur2_random"},
    {NULL, NULL},
};
static const struct pair reader[] = {
    {"isolation.level", "read_committed"},
    {"auto.offset.reset", "earliest"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"check.crcs", "true"},
    {"fetch.wait.max.ms", "500"},
    {"queued.max.messages.kbytes", "32768"},
    {NULL, NULL},
};

_Noreturn void
raw_die(const char *what, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", what, why);
	exit(1);
}

double
raw_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char why[256];

	if (rd_kafka_conf_set(conf, key, value, why, sizeof(why)) !=
	    RD_KAFKA_CONF_OK)
		raw_die(key, why);
}

static void
set_all(rd_kafka_conf_t *conf, const struct pair *pairs)
{
	for (; pairs->key != NULL; pairs++)
		set(conf, pairs->key, pairs->value);
}

static rd_kafka_t *
open_client(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char why[256];
	rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof(why));

	if (rk == NULL)
		raw_die("rd_kafka_new", why);
	return rk;
}

static void
check(const char *what, rd_kafka_resp_err_t code)
{
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		raw_die(what, rd_kafka_err2str(code));
}

static void
check_error(const char *what, rd_kafka_error_t *error)
{
	if (error != NULL)
		raw_die(what, rd_kafka_error_string(error));
}

/* Without this callback a commit waits longer: it is part of the settings. */
static void
delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	check("delivery", message->err);
}

rd_kafka_t *
raw_producer(const char *servers, const char *transactional_id)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;

	set(conf, "bootstrap.servers", servers);
	set_all(conf, common);
	set_all(conf, writer);
	set(conf, "linger.ms", transactional_id != NULL ? "5" : "1");
	if (transactional_id != NULL)
		set(conf, "transactional.id", transactional_id);
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rk = open_client(RD_KAFKA_PRODUCER, conf);
	if (transactional_id != NULL)
		check_error("init_transactions",
		    rd_kafka_init_transactions(rk, WAIT_MS));
	return rk;
}

rd_kafka_t *
raw_consumer(const char *servers, const char *group)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;

	set(conf, "bootstrap.servers", servers);
	set_all(conf, common);
	set_all(conf, reader);
	set(conf, "group.id", group != NULL ? group : "raw");
	rk = open_client(RD_KAFKA_CONSUMER, conf);
	check("poll_set_consumer", rd_kafka_poll_set_consumer(rk));
	return rk;
}

static rd_kafka_topic_partition_list_t *
one_partition(const char *topic, int partition, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(list, topic, partition)->offset =
	    offset;
	return list;
}

void
raw_subscribe(rd_kafka_t *consumer, const char *topic)
{
	rd_kafka_topic_partition_list_t *list = one_partition(
	    topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_OFFSET_INVALID);

	check("subscribe", rd_kafka_subscribe(consumer, list));
	rd_kafka_topic_partition_list_destroy(list);
}

void
raw_assign(rd_kafka_t *consumer, const char *topic, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list = one_partition(topic, 0, offset);

	check("assign", rd_kafka_assign(consumer, list));
	rd_kafka_topic_partition_list_destroy(list);
}

rd_kafka_topic_t *
raw_topic(rd_kafka_t *producer, const char *name)
{
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_t *topic = rd_kafka_topic_new(producer, name, NULL);

	if (topic == NULL)
		raw_die(name, rd_kafka_err2str(rd_kafka_last_error()));
	check(name, rd_kafka_metadata(producer, 0, topic, &metadata, WAIT_MS));
	rd_kafka_metadata_destroy(metadata);
	return topic;
}

void
raw_begin(rd_kafka_t *producer)
{
	check_error("begin", rd_kafka_begin_transaction(producer));
}

void
raw_commit(
    rd_kafka_t *producer, rd_kafka_t *consumer, const char *topic, int64_t next)
{
	rd_kafka_topic_partition_list_t *list = one_partition(topic, 0, next);
	rd_kafka_consumer_group_metadata_t *group =
	    rd_kafka_consumer_group_metadata(consumer);

	check_error("send_offsets", rd_kafka_send_offsets_to_transaction(
	                                producer, list, group, WAIT_MS));
	check_error("commit", rd_kafka_commit_transaction(producer, WAIT_MS));
	rd_kafka_consumer_group_metadata_destroy(group);
	rd_kafka_topic_partition_list_destroy(list);
}

void
raw_bounds(
    rd_kafka_t *consumer, const char *topic, int64_t *first, int64_t *end)
{
	check(topic, rd_kafka_query_watermark_offsets(
	                 consumer, topic, 0, first, end, WAIT_MS));
}

void
raw_close(rd_kafka_t *rk)
{
	if (rd_kafka_type(rk) == RD_KAFKA_CONSUMER)
		rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
}
