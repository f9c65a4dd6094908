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
struct planner_carried;
struct dispatcher_issue;
struct nrs_map;

/* planner_recall.c: the arrangements as they were before this record. */
NRS_CHECKED enum nrs_rc planner_recall(
    struct planner *p, int64_t end, struct nrs_err *err);

/* planner_second.c: to be told like those who were planned for: whom the thread
 * was escalated to. */
NRS_CHECKED enum nrs_rc planner_seconds(struct planner *p,
    const char *thread_id, struct nrs_audience *audience, struct nrs_err *err);
void planner_seconds_close(struct planner_seconds *seconds);

/* planner_carried.c: who got, in earlier issues of the sector, what this one
 * corrects or withdraws. out: subscriber_id -> bool per item of it, in the
 * planner's arena. Issues are read only when there is such an item. */
NRS_CHECKED enum nrs_rc planner_carried(struct planner *p,
    const struct dispatcher_issue *issue, struct nrs_map *out,
    struct nrs_err *err);
void planner_carried_close(struct planner_carried *carried);
#endif
