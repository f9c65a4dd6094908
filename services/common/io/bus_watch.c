/* SPDX-License-Identifier: Apache-2.0 */
/*
 * librdkafka says neither whether it is connected nor when a heartbeat was
 * answered, but it lets interceptors watch. Two things are learnt from them.
 *
 * Connected: the brokers whose last state was UP.
 *
 * Membership: the coordinator renews a member's session when it receives a
 * JoinGroup, SyncGroup or Heartbeat. librdkafka has one of them under way at a
 * time and sends heartbeat k+1 only after answer k was found good. So when k+1
 * is sent, k was good; and k was sent after answer k-1 arrived: at that moment,
 * or later, our session was renewed, and nobody else owns our partitions before
 * it ends. The bound errs to the safe side wherever a thread is held up, even
 * if the process is stopped between two of these lines; it lags by two
 * heartbeat intervals, which is why six of them fit in a session.
 * (A second process with the same bus.instance voids this: it replaces us.)
 *
 * Two things could pass for a renewal and are none. A heartbeat that follows an
 * answer "unknown member": librdkafka sends it when a rebalance waits for our
 * callback meanwhile, without the member id, so it is shorter than the others.
 * And an assignment that is told late: what counts is when it came.
 */
#include "common/io/bus_watch.h"

#include <stdio.h>
#include <string.h>

enum {
	API_JOIN_GROUP = 11,
	API_HEARTBEAT = 12,
	API_SYNC_GROUP = 14,
};

void
nrs_bus_watch_init(struct nrs_bus_watch *watch)
{
	memset(watch, 0, sizeof(*watch));
	pthread_mutex_init(&watch->lock, NULL);
	watch->up = nrs_map_new();
}

void
nrs_bus_watch_fini(struct nrs_bus_watch *watch)
{
	nrs_map_free(watch->up, NULL);
	pthread_mutex_destroy(&watch->lock);
}

bool
nrs_bus_watch_connected(const struct nrs_bus_watch *watch)
{
	return atomic_load(&watch->n_up) > 0;
}

static rd_kafka_resp_err_t
/* NOLINTNEXTLINE(readability-function-size): librdkafka's prototype */
on_state(rd_kafka_t *rk, int32_t id, const char *secproto, const char *name,
    int port, const char *state, void *opaque)
{
	struct nrs_bus_watch *watch = opaque;
	char key[300];

	(void)rk, (void)id, (void)secproto;
	(void)snprintf(key, sizeof(key), "%s:%d", name, port);
	pthread_mutex_lock(&watch->lock);
	if (strcmp(state, "UP") == 0 || strcmp(state, "UPDATE") == 0)
		nrs_map_put(watch->up, key, watch);
	else
		nrs_map_del(watch->up, key);
	atomic_store(&watch->n_up, (int)nrs_map_count(watch->up));
	pthread_mutex_unlock(&watch->lock);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* A heartbeat goes out: the answer before this one was good, unless we are no
 * member any more. */
static void
beat(struct nrs_bus_watch *watch, size_t size)
{
	size_t full = atomic_load(&watch->heartbeat_size);

	if (full == 0)
		atomic_store(&watch->heartbeat_size, size);
	if (size < full)
		nrs_bus_watch_left(watch);
	else
		atomic_store(
		    &watch->member_since, atomic_load(&watch->answered_before));
}

static rd_kafka_resp_err_t
/* NOLINTNEXTLINE(readability-function-size): librdkafka's prototype */
on_sent(rd_kafka_t *rk, int fd, const char *broker, int32_t id, int16_t api,
    int16_t version, int32_t corrid, size_t size, void *opaque)
{
	struct nrs_bus_watch *watch = opaque;

	(void)rk, (void)fd, (void)broker, (void)id, (void)version;
	(void)corrid;
	if (api == API_JOIN_GROUP)
		atomic_store(&watch->heartbeat_size, 0);
	if (api == API_HEARTBEAT)
		beat(watch, size);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
/* NOLINTNEXTLINE(readability-function-size): librdkafka's prototype */
on_answer(rd_kafka_t *rk, int fd, const char *broker, int32_t id, int16_t api,
    int16_t version, int32_t corrid, size_t size, int64_t rtt,
    rd_kafka_resp_err_t code, void *opaque)
{
	struct nrs_bus_watch *watch = opaque;

	(void)rk, (void)fd, (void)broker, (void)id, (void)version;
	(void)corrid, (void)size, (void)rtt;
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	if (api != API_HEARTBEAT && api != API_JOIN_GROUP &&
	    api != API_SYNC_GROUP)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	/* SyncGroup was sent after JoinGroup's answer: our session was renewed
	 * then, or later. */
	if (api == API_SYNC_GROUP)
		atomic_store(&watch->joined, atomic_load(&watch->answered));
	atomic_store(&watch->answered_before, atomic_load(&watch->answered));
	atomic_store(&watch->answered, nrs_mono_now().ns);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t
on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *why,
    size_t size)
{
	(void)conf, (void)why, (void)size;
	rd_kafka_interceptor_add_on_broker_state_change(
	    rk, "noroshi", on_state, opaque);
	rd_kafka_interceptor_add_on_request_sent(
	    rk, "noroshi", on_sent, opaque);
	return rd_kafka_interceptor_add_on_response_received(
	    rk, "noroshi", on_answer, opaque);
}

void
nrs_bus_watch_attach(struct nrs_bus_watch *watch, rd_kafka_conf_t *conf)
{
	pthread_mutex_lock(&watch->lock);
	nrs_map_free(watch->up, NULL);
	watch->up = nrs_map_new();
	atomic_store(&watch->n_up, 0);
	pthread_mutex_unlock(&watch->lock);
	rd_kafka_conf_interceptor_add_on_new(conf, "noroshi", on_new, watch);
}

void
nrs_bus_watch_joined(struct nrs_bus_watch *watch)
{
	int64_t joined = atomic_load(&watch->joined);

	if (joined > atomic_load(&watch->member_since))
		atomic_store(&watch->member_since, joined);
}

void
nrs_bus_watch_left(struct nrs_bus_watch *watch)
{
	atomic_store(&watch->member_since, 0);
}

struct nrs_mono
nrs_bus_watch_member_since(const struct nrs_bus_watch *watch)
{
	return (struct nrs_mono){.ns = atomic_load(&watch->member_since)};
}
