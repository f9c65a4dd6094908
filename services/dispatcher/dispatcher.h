/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_DISPATCHER_H
#define DISPATCHER_DISPATCHER_H
/*
 * dispatcher: from one record per released notice to a receipt per recipient.
 * A planner (one active) decides who gets what and freezes the bytes; senders
 * (any number) send them. They meet in the delivery topic only. A lane is one
 * kind of traffic with its own topics, consumers, connections and limits, so
 * that alerts never wait behind anything.
 *
 * long: the settings of all lanes are one struct.
 */
#include <pthread.h>
#include <stdbool.h>

#include "noroshi/io/service.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/token.h"
#include "noroshi/io/transfer.h"

struct nrs_sector_table;

struct dispatcher_conf {
	struct nrs_service_conf common;
	const char *sectors, *keys;
	bool verify;
	struct nrs_transfer_conf transfer;
	const char *from_name; /* shown beside smtp.from */
	const char *domain;    /* of Message-IDs, "": that of smtp.from */
	const char *verp;      /* mailbox of bounces, "": smtp.from */
	const char *sender, *desk;
	int64_t max_batch, max_open;
	int64_t retry_min_ms, retry_max_ms, give_up_ms;
	int64_t answer_timeout_ms;
	struct {
		int64_t max_mail, max_webhook; /* transfers at a time */
		int64_t give_up_ms;
		const char *unsubscribe_url;
	} newsletter;
	struct {
		const char *listen, *url, *secrets;
		int64_t validity_ms, max_connections, wait_ms;
		/* Time to acknowledge, by urgency; of it, in percent. */
		int64_t routine_ms, priority_ms, immediate_ms;
		int64_t remind_after, escalate_after, report_after;
	} ack;
	struct {
		struct nrs_conf_list address; /* mailboxes and URLs */
		int lang;                     /* 0 ja, 1 en */
	} duty;
	struct {
		int64_t every_ms; /* 0: off */
		int64_t outcome_ms, plan_ms, delivery_ms, look_back_ms;
	} audit;
	struct {
		const char *mail, *webhook; /* canaries, "": none */
		int64_t every_ms;
	} heartbeat;
};

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
