/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_ACK_TIME_H
#define NOROSHI_CORE_ACK_TIME_H
/*
 * ack_time: how long whoever gets an alert has to confirm it, and how long the
 * others wait where a contact arrangement's contact gets it first. Pure.
 */
#include "noroshi/core/decision.h"
#include "noroshi/core/notice.h"

/* As the dispatcher has them where its configuration says nothing. */
#define NRS_ACK_IMMEDIATE_MS "3600000"
#define NRS_ACK_PRIORITY_MS "14400000"
#define NRS_ACK_ROUTINE_MS "86400000"
#define NRS_ACK_REPORT_AFTER 150
#define NRS_ACK_GIVE_UP_MS 259200000

struct nrs_ack_times {
	int64_t immediate_ms, priority_ms, routine_ms;
	int64_t report_after; /* percent of it: silence goes on record */
	int64_t give_up_ms;   /* from acceptance: an alert is tried so long */
};

/* An alert on its way: the copies that go out, and when. */
struct nrs_ack_alert {
	const struct nrs_content *content;
	const struct nrs_classification *copies;
	size_t n_copies;
	int64_t sent_at;
};

/* percent of ms, whatever fits into ms. */
int64_t nrs_ack_part(int64_t ms, int64_t percent);
/* From sent_at on, in ms. */
int64_t nrs_ack_time(
    const struct nrs_ack_times *times, const struct nrs_ack_alert *alert);
/* When one that was accepted then is tried no longer. */
int64_t nrs_ack_give_up_at(
    const struct nrs_content *content, int64_t accepted_at, int64_t give_up_ms);
/* When those are told who wait for somebody else's confirmation, which is
 * wanted by ack_by: before what they wait for could expire. */
int64_t nrs_ack_wait_until(int64_t ack_by, int64_t sent_at, int64_t give_up_at);
#endif
