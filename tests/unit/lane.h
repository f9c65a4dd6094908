/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_LANE_H
#define UNIT_LANE_H
/*
 * lane: one lane of the dispatcher's sender between bus and world, both played
 * here: what it asks of them is kept, and answered when the test says so. Who
 * includes this is linked with what stands in. One at a time, one thread.
 */
#include "dispatcher/sender/sender.h"

#define LANE_ROOM 4
#define LANE_KEPT 256

struct lane_letter {
	const char *topic;
	int partition;
	const struct nrs_receipt *receipt;
	struct nrs_bytes value;
	void (*acked)(
	    void *opaque, enum nrs_rc rc, int partition, int64_t offset);
	void *opaque;
};

struct lane {
	struct nrs_arena *arena;
	struct dispatcher_conf conf;
	struct dispatcher d;
	struct dispatcher_part part;
	struct dispatcher_lane traffic;
	struct sender s;
	struct nrs_match_set *subs; /* "s" of "o", cleared for GREEN */
	int64_t offset;
	int partition; /* where what is loaded lies */
	/* the bus: what is in delivery.* and receipt.alert, what was sent */
	enum nrs_rc bus, refresh;
	int n_refreshed;
	int refresh_ms; /* and it takes so long */
	struct nrs_bytes records[LANE_KEPT], receipts[LANE_KEPT];
	int64_t n_records, n_receipts;
	size_t n_kept; /* letters that another process finds there */
	struct nrs_reader_from from;
	int n_read_again;
	struct lane_letter letters[LANE_KEPT];
	size_t n_letters, n_acked;
	const struct nrs_endpoint *endpoint; /* the last record of one */
	size_t n_endpoints;
	const struct nrs_delivery_batch *own_mail;
	const char *gone; /* this address has said so before */
	int64_t mark;
	char metadata[64];
	/* what is under way */
	int room; /* at a time: those of both channels together */
	struct nrs_transfer_job jobs[LANE_KEPT];
	size_t n_jobs, n_finished;
};

/* A lane whose only partition is ours; traffic is copied. */
struct lane *lane_open(const struct dispatcher_lane *traffic, int room);
/* That of alerts, with LANE_ROOM. */
struct lane *lane_open_alerts(void);
int lane_close(void **state); /* a teardown for cmocka */

/* One delivery to "a@x.example", "b@x.example", ...; with a stub beside it, if
 * the batch speaks of one (n_variants == 2). A reminder awaits LANE_AWAITED. */
#define LANE_AWAITED "the key of the alert, 32 bytes.."
struct nrs_delivery_batch lane_batch(uint32_t revision, enum nrs_msg_kind kind);
void lane_load(
    struct nrs_delivery_batch batch, enum nrs_channel_type type, char who);
/* What "s" may see from now on. */
void lane_clear_for(enum nrs_tlp max_tlp);
/* The bus has taken all that was sent. */
void lane_ack(void);
/* Start what may start now; the number of transfers begun. */
size_t lane_pump(void);
void lane_finish_with(size_t job, const struct nrs_transfer_result *result);
void lane_finish(size_t job, enum nrs_transfer_class class);
/* Delivered, and its endpoint said this. */
void lane_answer(size_t job, const char *text);

/* Receipts so far; the last but so many. */
size_t lane_count(enum nrs_delivery_state state, uint32_t revision);
const struct nrs_receipt *lane_last_receipt(size_t back);
bool lane_job_says(size_t job, const char *text);
#endif
