/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_DUE_H
#define UNIT_DUE_H
/*
 * due: the lane due between bus and world: what was planned, who has
 * acknowledged, and the time. Who includes this includes "unit/lane.h", too.
 */
#include "unit/lane.h"

#define DUE_AHEAD 1000
#define DUE_FAR 3600000

struct due_item {
	const char *thread;
	uint32_t revision;
	enum nrs_msg_kind kind;
	enum nrs_delivery_purpose purpose;
	int64_t in_ms; /* due from now */
	const char *who;
	bool no_deliveries;
	const char *whose; /* waits for this arrangement's contact */
	bool asks;         /* it is to be acknowledged */
};

#define DUE_REMINDER                                                           \
	(struct due_item)                                                      \
	{                                                                      \
		.thread = "t", .revision = 1, .kind = NRS_KIND_INITIAL,        \
		.purpose = NRS_PURPOSE_REMINDER, .who = "s"                    \
	}

/* Its partition is ours, and all views are at their ends. */
struct lane *due_open(void);
void due_close(void);
/* Take the partition over with what its mark says. */
void due_gain(const char *metadata);
/* The bus has so many of the letters; another process goes on at the mark. */
void due_take_over(size_t n_letters);

/* On the bus; and read from an offset on; both, and the bus has all. */
void due_write(struct due_item item);
void due_load_from(int64_t offset);
void due_plan(struct due_item item);
struct nrs_bytes due_key(const char *text);
/* Of the alert that a reminder is about. */
void due_receipt(
    enum nrs_delivery_state state, const char *key, const char *who);
/* As after a while. */
void due_time_passes(void);
/* One turn at this time of day; the number of transfers begun. */
size_t due_turn(void);
/* Receipts so far. */
size_t due_count(enum nrs_delivery_state state, const char *detail);
#endif
