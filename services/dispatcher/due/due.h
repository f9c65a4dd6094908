/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_DUE_H
#define DISPATCHER_DUE_H
/*
 * due: what a sender does in the lane due and in no other: it asks who has
 * acknowledged before anything fires, and keeps what is due in the far future
 * out of memory.
 */
#include "dispatcher/due/acks.h"
#include "dispatcher/sender/part.h"
#include "noroshi/base/clock.h"

struct dispatcher_load;
struct dispatcher_task;
struct sender;
struct sender_now;

struct dispatcher_due {
	struct dispatcher_acks *acks; /* NULL in the other lanes */
	struct nrs_reader *lookup;    /* for what was parked */
	struct nrs_mono acks_at;      /* the last refresh; 0: has to be anew */
	struct nrs_mono known_at;     /* of the last look where topics end */
	int64_t parked_at;            /* wall time; the next is taken up then */
	struct nrs_mono unpark_at;    /* but not before */
	size_t n_hopes;               /* records that wait for an arrangement */
	struct nrs_mono hoped_at;     /* of the last look at them */
};

/* ---- due.c: the firing rule ---- */
NRS_CHECKED enum nrs_rc sender_due_open(struct sender *s, struct nrs_err *err);
void sender_due_close(struct sender *s);
/* A partition is ours; before its deliveries' end is asked. */
NRS_CHECKED enum nrs_rc sender_due_gain(struct sender *s,
    struct dispatcher_part *part, const char *metadata, struct nrs_err *err);
/* Their end is known now. */
void sender_due_gained(struct sender *s, struct dispatcher_part *part);
void sender_due_lost(struct sender *s, const struct dispatcher_part *part);
/* Metadata of a mark: " a=45", "" in the other lanes. first is the oldest open
 * record, or NULL. */
const char *sender_due_floor(struct sender *s,
    const struct dispatcher_part *part, const struct dispatcher_load *first,
    int64_t mark, char text[32]);
/* The view of acknowledgements is at its end, or was a moment ago. */
bool sender_due_know(struct sender *s);
/* Why it must not be sent; NULL: it may. */
const char *sender_due_why_not(
    const struct sender *s, const struct dispatcher_task *task);
/* It is about an alert that an arrangement's contact holds up still. */
bool sender_due_is_early(
    const struct sender *s, const struct dispatcher_task *task);
/* The end of an alert that goes out unless an arrangement's contact
 * acknowledges it, and is to be acknowledged: what is due after it, in its
 * recipient's partition, waits for word of it. */
bool sender_due_is_awaited(
    const struct sender *s, const struct dispatcher_task *task);
/* The record waits for what an arrangement's contact says. */
void sender_due_hope(struct sender *s, struct dispatcher_load *load);
void sender_due_unhope(struct sender *s, struct dispatcher_load *load);
/* Once a second: where the contact cannot be reached, the usual recipients are
 * told at once. */
void sender_due_despair(struct sender *s);
/* A record without deliveries: earlier revisions of its thread are void. */
void sender_due_void(struct sender *s, struct dispatcher_part *part,
    const struct nrs_delivery_batch *batch);

/* ---- park.c ---- */
/* True: it is far away, and nothing but its place is kept. */
bool sender_park(struct sender *s, struct dispatcher_load *load);
/* Read again what is near, as far as there is room. */
void sender_unpark(struct sender *s);
/* Until there may be any; INT64_MAX in the other lanes. */
int64_t sender_due_parked_ms(
    const struct sender *s, const struct sender_now *now);
/* All of the thread, whose successor has come. */
void sender_unpark_thread(
    struct sender *s, struct dispatcher_part *part, const char *thread_id);
/* Read it again now. False: the bus is silent. */
bool sender_take_up(struct sender *s, struct dispatcher_load *load);
/* Its partition goes. */
void sender_forget_parked(struct dispatcher_load *load);

/* ---- for park.c: load.c, recover.c ---- */
NRS_CHECKED enum nrs_rc sender_decode(struct sender *s,
    struct dispatcher_load *load, const struct nrs_record *record,
    struct nrs_err *err);
/* The batch's deliveries become tasks. */
void sender_load_deliveries(struct sender *s, struct dispatcher_load *load);
/* Give its memory back; that, when nothing of it is open. */
void sender_drop_memory(struct sender *s, struct dispatcher_load *load);
void sender_settle(struct sender *s, struct dispatcher_load *load);
/* Its past is of no more use once all that may have one was loaded. */
void sender_forget_past(struct dispatcher_part *part);
bool sender_is_over(
    const struct dispatcher_part *part, const struct nrs_delivery *delivery);
#endif
