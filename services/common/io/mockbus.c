/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/mockbus.h"

#include <arpa/inet.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "noroshi/base/mem.h"
#include "noroshi/base/stop.h"

#define KNOCK_MS 5

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

/*
 * librdkafka 2.0.2's cluster may miss that it was asked for a topic and then
 * looks again only after a second (50 topics took up to 17 s). A connection
 * always wakes it: knock until it has answered.
 */
struct knock {
	struct nrs_stop *answered;
	const char *servers;
};

static void
knock_once(const char *servers)
{
	const char *colon = strrchr(servers, ':');
	long port = colon == NULL ? 0 : strtol(colon + 1, NULL, 10);
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	(void)connect(fd, (const struct sockaddr *)&to, sizeof(to));
	(void)close(fd);
}

static void *
knock_until_answered(void *opaque)
{
	const struct knock *knock = opaque;

	while (!nrs_stop_wait(knock->answered, KNOCK_MS))
		knock_once(knock->servers);
	return NULL;
}

enum nrs_rc
nrs_mockbus_create(struct nrs_mockbus *bus, const char *topic, int partitions,
    struct nrs_err *err)
{
	struct knock knock = {
	    .answered = nrs_stop_new(), .servers = nrs_mockbus_servers(bus)};
	rd_kafka_resp_err_t code;
	pthread_t thread;
	bool knocks =
	    pthread_create(&thread, NULL, knock_until_answered, &knock) == 0;

	code = rd_kafka_mock_topic_create(bus->cluster, topic, partitions, 1);
	nrs_stop_ask(knock.answered);
	if (knocks)
		(void)pthread_join(thread, NULL);
	nrs_stop_free(knock.answered);
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
