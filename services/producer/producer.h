/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_PRODUCER_H
#define PRODUCER_PRODUCER_H
/*
 * producer: the door. What its lanes and the API's threads share.
 *
 * A submission is checked, appended to the journal with acks=all, and answered
 * with the outcome that the classifier wrote. Nothing is kept that the topics
 * do not hold (invariant 1).
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "noroshi/core/decide.h"
#include "noroshi/io/admit.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/service.h"
#include "producer/cutoff.h"
#include "producer/deadline.h"
#include "producer/index.h"
#include "producer/lookup.h"

struct producer_previews;

struct producer_conf {
	struct nrs_service_conf common;
	const char *listen, *keys, *sectors, *rules, *newsletters;
	int64_t max_body, max_connections, idle_timeout_s;
	int64_t wait_ms, max_wait_ms, append_timeout_ms;
	int64_t remembered;
	/* The dispatcher's ack.immediate and so on, for previews. */
	int64_t ack_immediate_ms, ack_priority_ms, ack_routine_ms;
};

/* What a reload replaces: who may sign, what sectors there are, when their
 * newsletters close, and what a preview decides by. */
struct producer_door {
	struct nrs_arena *arena;
	const struct nrs_sector_table *sectors;
	struct nrs_keyring *keyring;
	const struct nrs_news_lists *news_lists; /* NULL: none */
	const struct nrs_policy *policy;         /* NULL: no previews */
	unsigned load;                           /* counts what was loaded */
};

struct producer {
	const struct producer_conf *conf;
	struct nrs_producer *bus;
	struct producer_index *index;
	struct producer_lookup *lookup;
	struct producer_deadline *deadline;
	struct producer_cutoffs *cutoffs;
	struct producer_previews *previews;
	pthread_rwlock_t door_lock;
	struct producer_door *door;
	atomic_bool loaded; /* the index has seen `outcome` to its end */
	struct {
		struct nrs_metric *accepted, *refused, *repeated, *unavailable;
		struct nrs_metric *append, *answer, *remembered;
	} metrics;
};

const struct nrs_service *producer_service(void);

/* Lanes. */
enum nrs_rc producer_api_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
enum nrs_rc producer_outcomes_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
enum nrs_rc producer_deadline_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
enum nrs_rc producer_cutoffs_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
#endif
