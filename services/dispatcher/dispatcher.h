/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_DISPATCHER_H
#define DISPATCHER_DISPATCHER_H
/*
 * dispatcher: from one record per released notice to a receipt per recipient.
 * A planner (one active) decides who gets what and freezes the bytes; senders
 * (any number) send them. They meet in the delivery topic only. A lane is one
 * kind of traffic with its own topics, consumers, connections and limits, so
 * that alerts never wait behind anything.
 */
#include <pthread.h>
#include <stdbool.h>

#include "dispatcher/conf.h"
#include "noroshi/io/service.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/token.h"

struct nrs_sector_table;

/* One kind of traffic. */
struct dispatcher_lane {
	const char *name;     /* "alert" */
	const char *dispatch; /* topics */
	const char *delivery;
	const char *receipt;
	const char *planner_group, *sender_group;
	bool newsletter; /* issues instead of notices */
	/* What is due later than this waits outside memory; 0: nothing does,
	 * and nobody's acknowledgement matters. */
	int64_t ahead_ms;
};

/* One reading of the policy files. */
struct dispatcher_policy {
	struct nrs_arena *arena;
	const struct nrs_sector_table *sectors;
	struct nrs_keyring *keyring;  /* NULL: verify is off */
	struct nrs_token_keys tokens; /* n == 0: no ack.secrets */
};

struct dispatcher {
	const struct dispatcher_conf *conf;
	struct nrs_service_ctx *ctx;
	const char *domain;   /* of Message-IDs */
	pthread_mutex_t lock; /* of policy */
	struct dispatcher_policy *policy;
	struct nrs_arena *arena;
};

const struct nrs_service *dispatcher_service(void);

/* life.c */
NRS_CHECKED enum nrs_rc dispatcher_open(struct nrs_service_ctx *ctx,
    const void *conf, void **self, struct nrs_err *err);
NRS_CHECKED enum nrs_rc dispatcher_reload(
    void *self, const void *conf, struct nrs_err *err);
void dispatcher_close(void *self);

/* policy.c */
NRS_CHECKED enum nrs_rc dispatcher_policy_load(
    const struct dispatcher_conf *conf, struct dispatcher_policy **out,
    struct nrs_err *err);
void dispatcher_policy_free(struct dispatcher_policy *policy);
/* Connections of a lane are its own, and so are their limits. */
struct nrs_transfer_conf dispatcher_transfer_conf(
    const struct dispatcher_conf *conf, const struct dispatcher_lane *lane);

/* Lanes; lane->arg is a struct dispatcher_lane. */
enum nrs_rc dispatcher_plan(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
enum nrs_rc dispatcher_send(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
/* lane->arg is NULL. Sleeps when ack.url is empty, and in drills. */
enum nrs_rc dispatcher_verify(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
/* lane->arg is NULL. Sleeps when ack.listen is empty. */
enum nrs_rc dispatcher_ack(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
#endif
