/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_TESTS_SUPPORT_RAW_KAFKA_H
#define NOROSHI_TESTS_SUPPORT_RAW_KAFKA_H
/*
 * raw_kafka: librdkafka as it comes, with the settings of the bus module, for
 * benchmarks that compare noroshi with a pipeline that decides nothing. A
 * failure prints why and ends the program.
 */
#include <librdkafka/rdkafka.h>
#include <stdint.h>

/* transactional_id NULL: an idempotent producer. Has a delivery callback. */
rd_kafka_t *raw_producer(const char *servers, const char *transactional_id);
/* group NULL: assign by hand. read_committed, nothing is committed alone. */
rd_kafka_t *raw_consumer(const char *servers, const char *group);
/* Join group for topic, or read partition 0 of topic from offset. */
void raw_subscribe(rd_kafka_t *consumer, const char *topic);
void raw_assign(rd_kafka_t *consumer, const char *topic, int64_t offset);
/* A handle whose metadata is known, so that a first send does not wait. */
rd_kafka_topic_t *raw_topic(rd_kafka_t *producer, const char *name);

void raw_begin(rd_kafka_t *producer);
/* Commit what was sent together with the consumer's position. */
void raw_commit(rd_kafka_t *producer, rd_kafka_t *consumer, const char *topic,
    int64_t next);
/* First offset, and the one after the last that is committed. */
void raw_bounds(
    rd_kafka_t *consumer, const char *topic, int64_t *first, int64_t *end);
void raw_close(rd_kafka_t *rk);

_Noreturn void raw_die(const char *what, const char *why);
double raw_now(void); /* monotonic, in seconds */
#endif
