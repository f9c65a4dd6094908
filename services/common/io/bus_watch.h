/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_BUS_WATCH_H
#define NOROSHI_COMMON_IO_BUS_WATCH_H
/*
 * bus_watch: what librdkafka can be seen doing. Fed from its threads, read from
 * any.
 */
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"

struct nrs_bus_watch {
	pthread_mutex_t lock;
	struct nrs_map *up; /* "host:port" of brokers that are connected */
	atomic_int n_up;
	/* When the group's coordinator answered last and before that, and since
	 * when our membership is proven: nanoseconds, monotonic, 0 is never. */
	_Atomic int64_t answered, answered_before, member_since;
	_Atomic int64_t joined; /* proven by the last SyncGroup */
	atomic_size_t
	    heartbeat_size; /* of one with our member id; 0: unknown */
};

void nrs_bus_watch_init(struct nrs_bus_watch *watch);
void nrs_bus_watch_fini(struct nrs_bus_watch *watch);
/* Add the interceptors; watch must outlive the handle made of conf. */
void nrs_bus_watch_attach(struct nrs_bus_watch *watch, rd_kafka_conf_t *conf);
bool nrs_bus_watch_connected(const struct nrs_bus_watch *watch);
/* An assignment is told: what the coordinator answered before it came counts.
 */
void nrs_bus_watch_joined(struct nrs_bus_watch *watch);
void nrs_bus_watch_left(struct nrs_bus_watch *watch);
/* A moment at which the coordinator is known to have renewed our session. */
struct nrs_mono nrs_bus_watch_member_since(const struct nrs_bus_watch *watch);
#endif
