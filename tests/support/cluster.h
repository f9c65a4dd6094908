/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_CLUSTER_H
#define SUPPORT_CLUSTER_H
/*
 * cluster: librdkafka's mock cluster at its own interface, for tests that order
 * errors and move leaders, which support/bus_fixture.h's cannot.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

struct cluster {
	rd_kafka_t *rk;
	rd_kafka_mock_cluster_t *mock;
};

void cluster_open(struct cluster *cluster, int brokers);
void cluster_close(struct cluster *cluster);
const char *cluster_servers(const struct cluster *cluster);
#endif
