/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_TASK_H
#define DISPATCHER_TASK_H
/*
 * task: one delivery that a sender has in hand, and the record that it came in.
 * One thread: the lane's.
 */
#include <stdbool.h>

#include "dispatcher/ack/ack_answer.h"
#include "noroshi/base/buf.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/delivery.h"

struct dispatcher_hope;
struct dispatcher_part; /* the sender's view of one partition */
struct dispatcher_place;

/* One record of the delivery topic while anything of it is open. */
struct dispatcher_load {
	struct dispatcher_part *part;
	bool lost; /* the partition is another's now: start nothing more */
	struct nrs_arena *arena;
	const struct nrs_delivery_batch *batch;
	int64_t offset;
	size_t bytes;          /* of the record, while its arena lives */
	int64_t receipt_floor; /* receipts of it are at or after this */
	struct dispatcher_task **tasks; /* NULL once one has ended */
	size_t n_tasks;
	size_t n_open; /* deliveries without a durable end */
	/* Lane due: nothing is kept but where it is; see park.c. */
	bool parked;
	int64_t not_before;
	char *thread_id;              /* while parked */
	struct dispatcher_hope *hope; /* waits for an arrangement; or NULL */
	bool untold;                  /* while parked: all its tasks were */
	int64_t ack_floor; /* acknowledgements of it are at or after this */
	struct dispatcher_load *next;
	struct dispatcher_load *all_prev, *all_next;
};

enum dispatcher_step {
	DISPATCHER_WAITING,  /* for its turn or its time */
	DISPATCHER_INTENT,   /* intent is on its way to the bus */
	DISPATCHER_READY,    /* for a connection; the intent is durable */
	DISPATCHER_TRANSFER, /* bytes are on their way to the recipient */
	DISPATCHER_CLOSING,  /* its end is on its way to the bus */
};

struct dispatcher_task {
	struct dispatcher_load *load;
	const struct nrs_delivery *delivery;
	struct dispatcher_place *place;
	size_t index; /* in load->tasks */
	enum dispatcher_step step;
	struct nrs_mono due;   /* WAITING: not before */
	uint32_t attempt;      /* intents so far */
	bool ambiguous;        /* the last one may have arrived */
	bool doubted;          /* any of them, of text or stub as it is now */
	bool stub;             /* the batch's stub goes instead of its text */
	bool stub_sent;        /* and has gone before */
	bool word_left;        /* CLOSING: its recipient's partition knows */
	bool untold;           /* nothing of the thread went there before it */
	bool after_all;        /* CLOSING: on record after the ends before it */
	struct nrs_bytes heir; /* a successor's key, if that is untold, too */
	int64_t intent;        /* offset of the last one's receipt */
	struct nrs_mono looked_at; /* when it was last seen that it may go */
	struct dispatcher_task *ready_next;
	struct nrs_buf body;
	enum nrs_delivery_state end; /* CLOSING */
	enum nrs_failure_reason reason;
	char detail[128];
	struct dispatcher_answer answer;     /* end: ACKNOWLEDGED, RESPONDED */
	struct dispatcher_task *prev, *next; /* at its place */
	struct dispatcher_task *again_next;  /* ends to be recorded again */
};
#endif
