/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_PLANNER_PAST_H
#define DISPATCHER_PLANNER_PAST_H
/*
 * planner_past: what a planner must read back from topics beside whom a thread
 * was planned for. One thread: the lane's.
 */
#include "noroshi/core/audience.h"

struct planner;
struct planner_seconds;

/* planner_recall.c: the arrangements as they were before this record. */
NRS_CHECKED enum nrs_rc planner_recall(
    struct planner *p, int64_t end, struct nrs_err *err);

/* planner_second.c: to be told like those who were planned for: whom the thread
 * was escalated to. */
NRS_CHECKED enum nrs_rc planner_seconds(struct planner *p,
    const char *thread_id, struct nrs_audience *audience, struct nrs_err *err);
void planner_seconds_close(struct planner_seconds *seconds);
#endif
