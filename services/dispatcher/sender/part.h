/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_PART_H
#define DISPATCHER_PART_H
/*
 * part: what a sender knows of one partition of the delivery topic while it is
 * its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/terms.h"

struct dispatcher_load;
struct nrs_map;
struct sender;
struct sender_letter;

/* What receipts say of one delivery after a take-over. */
struct dispatcher_past {
	enum nrs_delivery_state state;
	uint32_t attempt;
	int64_t at;
	bool ambiguous;
	bool untold; /* nothing of the thread was sent there before it */
	struct dispatcher_past *heir; /* of which its receipt says that */
};

struct dispatcher_part {
	struct sender *sender;
	int number;
	bool ours;
	struct nrs_map *past; /* delivery key in hex -> struct dispatcher_past
	                       */
	int64_t past_end;     /* delivery offsets below it may have a past */
	int64_t past_floor;   /* and their receipts are at or after this */
	int64_t receipt_end;  /* after the last receipt known to us */
	int64_t position;     /* next delivery offset to come */
	/* Lane due: acknowledgements of deliveries at or after known_end come
	 * at or after known_acks, those of earlier ones after past_acks. */
	int64_t known_end, known_acks, past_acks;
	size_t n_parked_past; /* parked below past_end: the past is kept */
	int64_t committed;
	struct dispatcher_load *first, *last;
	size_t n_moving; /* tasks in INTENT, READY or TRANSFER */
	/* Receipts that wait for the bus, and how many it has in hand. */
	struct sender_letter *letters, *letters_last;
	size_t n_posted;
	struct nrs_mono posted_at; /* since when, the oldest of them */
	bool slow;                 /* the bus has them for longer than usual */
	/* Tasks in INTENT: first tries, and others. */
	size_t n_intents[NRS_CHANNEL_TOPIC + 1][2];
	size_t n_words; /* left elsewhere, before an end; on their way */
	struct dispatcher_part *out_next;
};
#endif
