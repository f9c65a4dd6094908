/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a group works off a topic: watches the offset that the group commits
 * with its transactions. The same yardstick for noroshi, the raw pass-through
 * and Kafka Streams. Start-up is not counted: the clock runs from 10 % to 100
 * %.
 *
 *   bench_rate SERVERS GROUP TOPIC COMMANDS     prints commands per second
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/raw_kafka.h"

#define STALLED_S 120.0

static int64_t
committed(rd_kafka_t *consumer, rd_kafka_topic_partition_list_t *list)
{
	list->elems[0].offset = RD_KAFKA_OFFSET_INVALID;
	/* Pending offsets of an open transaction are an error to try again. */
	if (rd_kafka_committed(consumer, list, 5000) !=
	        RD_KAFKA_RESP_ERR_NO_ERROR ||
	    list->elems[0].err != RD_KAFKA_RESP_ERR_NO_ERROR)
		return -1;
	return list->elems[0].offset;
}

int
main(int argc, char **argv)
{
	rd_kafka_topic_partition_list_t *list;
	double from = 0, moved = raw_now(), now;
	int64_t n, done, start = 0, before = -1;
	rd_kafka_t *consumer;

	if (argc != 5)
		raw_die("usage", "bench_rate SERVERS GROUP TOPIC COMMANDS");
	consumer = raw_consumer(argv[1], argv[2]);
	list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, argv[3], 0);
	n = strtoll(argv[4], NULL, 10);
	while ((done = committed(consumer, list)) < n) {
		now = raw_now();
		if (done > before) {
			before = done;
			moved = now;
		}
		if (from == 0 && done >= n / 10) {
			from = now;
			start = done;
		}
		if (now - moved > STALLED_S)
			raw_die(argv[2], "no progress for two minutes");
		usleep(10000);
	}
	if (from == 0)
		raw_die(
		    argv[2], "done before the clock started: more commands");
	(void)printf("%.0f\n", (double)(n - start) / (raw_now() - from));
	rd_kafka_topic_partition_list_destroy(list);
	raw_close(consumer);
	return 0;
}
