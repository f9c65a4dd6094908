/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_CONF_H
#define DISPATCHER_CONF_H
/*
 * conf: the dispatcher's settings, those of all lanes in one struct, and
 * whether they fit together. What each is for is in its row (dispatcher.c).
 */
#include <stdbool.h>
#include <stdint.h>

#include "noroshi/io/service.h"
#include "noroshi/io/transfer.h"

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

/* conf_check.c. value: a struct dispatcher_conf. NRS_REJECT names the setting;
 * the files that it names are read, too. */
NRS_CHECKED enum nrs_rc dispatcher_conf_check(
    const void *value, struct nrs_err *err);
#endif
