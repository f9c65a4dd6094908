/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_THREADS_H
#define DISPATCHER_THREADS_H
/*
 * threads: where in the delivery topic each thread was planned. Only pointers
 * are kept; the batches are read again when a successor needs to know whom the
 * thread was planned for. One thread.
 */
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/bus.h"

#define DISPATCHER_HEADER_THREAD NRS_HEADER_THREAD
/* The same, of what waits for an arrangement. */
#define DISPATCHER_HEADER_FALLBACK "fallback"
#define DISPATCHER_HEADER_SOURCE NRS_HEADER_SOURCE

struct dispatcher_threads;

/* Read the whole topic. *last_source is the highest dispatch offset that was
 * planned, -1 for none. NRS_RETRY: the bus is silent. */
struct dispatcher_threads_conf {
	const struct nrs_bus_conf *bus;
	const char *topic;
	const char *header; /* that names the thread; others are not ours */
	int timeout_ms;
	void (*alive)(void *ctx); /* called now and then */
	void *ctx;
};
NRS_CHECKED enum nrs_rc dispatcher_threads_open(
    const struct dispatcher_threads_conf *conf, struct dispatcher_threads **out,
    int64_t *last_source, struct nrs_err *err);
int dispatcher_threads_partitions(const struct dispatcher_threads *threads);
/* A batch that has become durable. */
void dispatcher_threads_add(struct dispatcher_threads *threads,
    const char *thread_id, int partition, int64_t offset);
/* Call each on every batch of the thread, decoded into arena, in no promised
 * order of partitions. NRS_RETRY: the bus is silent. */
struct dispatcher_threads_query {
	const char *thread_id;
	struct nrs_arena *arena;
	void (*each)(void *ctx, const struct nrs_delivery_batch *batch);
	void *ctx;
};
NRS_CHECKED enum nrs_rc dispatcher_threads_read(
    struct dispatcher_threads *threads,
    const struct dispatcher_threads_query *query, struct nrs_err *err);
void dispatcher_threads_close(struct dispatcher_threads *threads);
#endif
