/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/cluster.h"

void
cluster_open(struct cluster *cluster, int brokers)
{
	cluster->rk =
	    rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), NULL, 0);
	assert_non_null(cluster->rk);
	cluster->mock = rd_kafka_mock_cluster_new(cluster->rk, brokers);
	assert_non_null(cluster->mock);
}

void
cluster_close(struct cluster *cluster)
{
	rd_kafka_mock_cluster_destroy(cluster->mock);
	rd_kafka_destroy(cluster->rk);
}

const char *
cluster_servers(const struct cluster *cluster)
{
	return rd_kafka_mock_cluster_bootstraps(cluster->mock);
}
