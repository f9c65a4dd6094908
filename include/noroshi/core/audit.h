/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_AUDIT_H
#define NOROSHI_CORE_AUDIT_H
/*
 * audit: every accepted command has its outcome, every released notice its
 * dispatch record and all batches of it, every issue its editions, each in its
 * topic, every delivery a sign of life and an end. Records come in any order
 * between topics, in order within a partition; what is complete is forgotten.
 * Pure: time comes with the records.
 *
 * long: what goes in, what is missing, and where to read again, are one thing.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/delivery.h"

enum nrs_audit_stage {
	NRS_AUDIT_OUTCOME,  /* a command without its outcome */
	NRS_AUDIT_DISPATCH, /* a decision without its record in dispatch.* */
	NRS_AUDIT_EDITION,  /* an edition that is not in its topic, once, as its
	                       outcome has it */
	NRS_AUDIT_PLAN,     /* such a record without (all) its batches */
	NRS_AUDIT_DELIVERY, /* a delivery that is neither tried nor ended */
	NRS_AUDIT_REFUSED,  /* a record of dispatch.* or delivery.* in rejected;
	                       for a day */
	NRS_AUDIT_STAGES,
};
/* "outcome", ...; static. */
const char *nrs_audit_stage_name(enum nrs_audit_stage stage);

enum nrs_audit_fault {
	NRS_AUDIT_OVERDUE, /* what follows is not there: all stages but EDITION
	                    */
	NRS_AUDIT_MISSING, /* nothing of it is there */
	NRS_AUDIT_INCOMPLETE,
	NRS_AUDIT_TWICE, /* too many records; this and the next are said for */
	NRS_AUDIT_DIFFERS,   /* a day: nothing mends them */
	NRS_AUDIT_MISPLACED, /* a record in another topic than its own */
};
/* "overdue", ...; static. */
const char *nrs_audit_fault_name(enum nrs_audit_fault fault);

struct nrs_audit_conf {
	int64_t outcome_ms;  /* from a command to its outcome */
	int64_t plan_ms;     /* from a decision to its batches */
	int64_t delivery_ms; /* from one sign of a delivery to the next */
	int64_t since;       /* what is older is not looked after */
	size_t max;          /* nor what is open beyond so many */
};

/* Where a record lies; seen: when it was read, in the reader's own time. */
struct nrs_audit_place {
	const char *topic; /* without the prefix */
	int partition;
	int64_t offset;
	int64_t at; /* its timestamp */
	int64_t seen;
	int64_t replay_of; /* offset of what it makes good; -1: nothing */
};
#define NRS_AUDIT_HEADER_REPLAY "replay-of"

struct nrs_audit_fold;
struct nrs_audit_fold *nrs_audit_new(const struct nrs_audit_conf *conf);
void nrs_audit_free(struct nrs_audit_fold *audit);

/* Where reading begins: before the first record, for each partition. */
void nrs_audit_from(struct nrs_audit_fold *audit, const char *topic,
    int partition, int64_t offset);
/* The offset after the last record that was given. */
int64_t nrs_audit_next(
    const struct nrs_audit_fold *audit, const char *topic, int partition);

void nrs_audit_command(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const char *submission_id);
void nrs_audit_outcome(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_outcome *outcome);
void nrs_audit_dispatch(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_dispatch *dispatch);
/* A record of newsletter.<sector>.<label>. Editions are waited for in those
 * topics that nrs_audit_from has named. */
void nrs_audit_newsletter(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_newsletter *part);
void nrs_audit_batch(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place,
    const struct nrs_delivery_batch *batch);
void nrs_audit_receipt(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_receipt *receipt);
void nrs_audit_rejection(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_rejection *rejection);

struct nrs_audit_gap {
	enum nrs_audit_stage stage;
	const char *id;    /* of the command, notice or issue */
	size_t n;          /* records, or deliveries, that miss what follows */
	int64_t since;     /* the oldest of them */
	const char *topic; /* where it lies; what follows should be next */
	int partition;
	int64_t offset;             /* EDITION: -1: nothing lies there */
	enum nrs_audit_fault fault; /* the worst */
	/* OUTCOME: a later command has its own. Decisions are made in order, so
	 * this one will never be. */
	bool passed;
};
/* What is overdue at now, in arena; returns how many. One per stage and id;
 * with an id one per record that belongs to it. */
size_t nrs_audit_gaps(struct nrs_audit_fold *audit, struct nrs_arena *arena,
    int64_t now, const char *id, const struct nrs_audit_gap **out);

/* Nothing was seen before what it follows from: from here on reading can begin
 * anew, if nothing is open that was seen before. */
bool nrs_audit_is_settled(const struct nrs_audit_fold *audit);
/* When the oldest of what is open was seen; INT64_MAX: nothing is. */
int64_t nrs_audit_oldest_seen(const struct nrs_audit_fold *audit);
size_t nrs_audit_open(const struct nrs_audit_fold *audit);

/* Who was asked to confirm a notice, reminded, escalated, and has not: of the
 * records of silence that were planned together, once all have ended. */
struct nrs_audit_silence {
	const char *name; /* of this planning, for ever; notice_id first */
	const char *notice_id;
	uint32_t revision;
	enum nrs_tlp tlp;
	int64_t accepted_at, ended_at;
	size_t n_asked;
	const char *const *silent; /* subscribers, by id; at least 1 */
	size_t n_silent;
	const char *const *ceptoars; /* among those who were asked */
	size_t n_ceptoars;
};
/* All that are not ended yet, in arena; returns how many. To be asked when all
 * there is has been read; those without a silence are forgotten. */
size_t nrs_audit_silences(struct nrs_audit_fold *audit, struct nrs_arena *arena,
    const struct nrs_audit_silence **out);
/* It was told: forget it. Until then reading begins before it. */
void nrs_audit_silence_end(struct nrs_audit_fold *audit, const char *name);

/* What the auditor itself has sent, from its records in delivery.alert. */
bool nrs_audit_was_told(
    const struct nrs_audit_fold *audit, const char *notice_id);
struct nrs_audit_beat {
	int64_t planned_at, delivered_at; /* of the latest; 0: none */
};
struct nrs_audit_beat nrs_audit_beat(
    const struct nrs_audit_fold *audit, enum nrs_channel_type channel);
/* Is this delivery, of the batch at place, open? What a replay would send. */
bool nrs_audit_lacks(const struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, struct nrs_bytes key);
#endif
