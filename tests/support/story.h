/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_STORY_H
#define SUPPORT_STORY_H
/*
 * story: what an auditor is told of a notice, record after record, in the
 * topics of alerts, and what it finds missing. One at a time, one thread.
 */
#include "noroshi/core/audit.h"
#include "noroshi/core/topic.h"

#define STORY_T0 INT64_C(1767225600000) /* when all records were written */
#define STORY_MINUTE INT64_C(60000)
#define STORY_HOUR (60 * STORY_MINUTE)

struct story {
	struct nrs_arena *arena;
	struct nrs_audit_fold *audit;
	int64_t next_seen, next_outcome, next_receipt[3]; /* by partition */
	const struct nrs_audit_gap *gaps;
};

/* A minute to an outcome and to a plan, an hour between signs of a delivery; by
 * conf otherwise. */
struct story *story_open(void);
struct story *story_open_by(const struct nrs_audit_conf *conf);
int story_close(void **state); /* a teardown for cmocka */
/* Another auditor, that knows nothing. */
void story_begin_anew(const struct nrs_audit_conf *conf);

/* The next that is read, and makes nothing good. */
struct nrs_audit_place story_place(
    const char *topic, int partition, int64_t offset);
void story_command(int64_t offset, const char *id);
/* A notice that went out in real time. */
struct nrs_outcome story_released(int64_t journal_offset, const char *id);
void story_outcome(const struct nrs_outcome *outcome);
void story_release(int64_t journal_offset, const char *id);
void story_dispatch(int64_t offset, const char *id);
void story_dispatch_again(int64_t offset, const char *id, int64_t replay_of);
/* Of "n1", a delivery for each letter of keys. */
struct nrs_delivery_batch story_batch_of(int64_t source, const char *keys);
void story_batch(int64_t offset, const struct nrs_delivery_batch *batch);
void story_batch_again(
    int64_t offset, const struct nrs_delivery_batch *batch, int64_t replay_of);
void story_plan(int64_t offset, int64_t source, const char *keys);
void story_receipt(int64_t delivery_offset, char key,
    enum nrs_delivery_state state, int64_t at);
void story_rejection(const char *topic, int64_t offset);
/* "n1" from its command on, planned for "a" and "b" by one batch. */
void story_notice(void);

/* What is overdue at now, in story->gaps. */
size_t story_gaps(int64_t now);
/* The first of them. */
void story_expect(enum nrs_audit_stage stage, const char *id, size_t n);
#endif
