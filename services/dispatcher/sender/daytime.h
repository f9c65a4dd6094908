/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_DAYTIME_H
#define DISPATCHER_DAYTIME_H
/*
 * daytime: what time it is, although somebody may set the clock wrongly. Times
 * in records are of the wall clock. When it jumps by more than five minutes,
 * either the old time is right or the new one; until the new one has held for
 * an hour both are told. What is to go goes when one of them says so; to end
 * undelivered takes both. One thread.
 */
#include "noroshi/base/clock.h"

/* All zero: nothing is known yet, and the first look is believed. */
struct sender_daytime {
	struct nrs_mono at;     /* when it was last believed */
	int64_t wall_ms;        /* and what it said */
	struct nrs_mono jumped; /* when it did; 0: it did not */
	int64_t jump_ms;        /* how far */
};

struct sender_now {
	struct nrs_mono mono;           /* for pauses */
	int64_t earliest_ms, latest_ms; /* it is one of these */
};
/* The two clocks as they are now become the time. */
struct sender_now sender_daytime(
    struct sender_daytime *daytime, int64_t wall_ms, struct nrs_mono mono);
struct sender;
struct sender_now sender_now(struct sender *s);
#endif
