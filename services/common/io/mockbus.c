/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/mockbus.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

#include "noroshi/base/mem.h"

struct nrs_mockbus {
	rd_kafka_t *rk; /* carries the cluster, connects nowhere */
	rd_kafka_mock_cluster_t *cluster;
};

static void
discard_log(const rd_kafka_t *rk, int level, const char *fac, const char *text)
{
	(void)rk, (void)level, (void)fac, (void)text;
}

enum nrs_rc
nrs_mockbus_open(struct nrs_mockbus **out, struct nrs_err *err)
{
	struct nrs_mockbus *bus = nrs_calloc(1, sizeof(*bus));
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	rd_kafka_conf_set_log_cb(conf, discard_log);
	bus->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (bus->rk == NULL) {
		rd_kafka_conf_destroy(conf);
		free(bus);
		return nrs_fail(err, NRS_FATAL, "mockbus: %s", why);
	}
	bus->cluster = rd_kafka_mock_cluster_new(bus->rk, 1);
	if (bus->cluster == NULL) {
		nrs_mockbus_close(bus);
		return nrs_fail(err, NRS_FATAL, "mockbus: cannot listen");
	}
	*out = bus;
	return NRS_OK;
}

enum nrs_rc
nrs_mockbus_create(struct nrs_mockbus *bus, const char *topic, int partitions,
    struct nrs_err *err)
{
	rd_kafka_resp_err_t code;

	code = rd_kafka_mock_topic_create(bus->cluster, topic, partitions, 1);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return NRS_OK;
	return nrs_fail(
	    err, NRS_FATAL, "mockbus: %s: %s", topic, rd_kafka_err2str(code));
}

const char *
nrs_mockbus_servers(const struct nrs_mockbus *bus)
{
	return rd_kafka_mock_cluster_bootstraps(bus->cluster);
}

void
nrs_mockbus_close(struct nrs_mockbus *bus)
{
	if (bus == NULL)
		return;
	if (bus->cluster != NULL)
		rd_kafka_mock_cluster_destroy(bus->cluster);
	rd_kafka_destroy(bus->rk);
	free(bus);
}
