/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_AUDIT_INTERNAL_H
#define COMMON_CORE_AUDIT_INTERNAL_H
/*
 * What the files of the audit share: one item per thing that waits for what
 * must follow it.
 *
 * long: one item has what each stage needs.
 */
#include "noroshi/base/map.h"
#include "noroshi/core/audit.h"

/* One delivery of a batch: 16 bytes, there may be millions. */
struct audit_mark {
	uint64_t key; /* its first bytes: enough within a batch */
	int32_t last; /* seconds from the item's at to its last sign */
	bool done;
};

/* One attempt to plan a dispatch record: all that has the same of these. */
struct audit_plan {
	int64_t planned_at;
	uint32_t n_chunks, n_came;
	uint8_t *came; /* one per chunk */
	struct audit_plan *next;
};

struct audit_edition; /* audit_edition.c */

struct audit_item {
	enum nrs_audit_stage stage;
	enum nrs_audit_fault fault; /* EDITION */
	char *key, *id, *topic;
	int partition;
	int64_t offset;
	int64_t at, seen;
	bool early;  /* seen before what it follows from: no gap of its own */
	int balance; /* DISPATCH: records that are missing; < 0: too many */
	struct audit_plan *plans; /* PLAN */
	bool refused;             /* PLAN, early: it is in rejected */
	struct audit_mark *marks; /* DELIVERY */
	size_t n_marks, cap_marks, n_done;
	struct audit_edition *edition;
};

struct nrs_audit_fold {
	struct nrs_audit_conf conf;
	struct nrs_map *items; /* key -> struct audit_item */
	struct nrs_map *next;  /* "topic partition" -> int64_t */
	struct nrs_map *told;  /* notice_id of a mail of ours -> anything */
	struct nrs_map *reports, *silences; /* audit_silence.c */
	struct nrs_map *whole; /* audit_edition.c: those that have come */
	struct nrs_audit_beat beats[NRS_CHANNEL_TOPIC + 1];
	int64_t decided; /* the journal's highest offset with an outcome */
	size_t n_early;
	bool full; /* something was not looked after */
};

/* Where an item is kept: its place, or the id of what has none. */
struct audit_spot {
	enum nrs_audit_stage stage;
	const char *topic;
	int partition;
	int64_t offset;
};
struct audit_item *audit_find(
    const struct nrs_audit_fold *audit, const struct audit_spot *spot);
/* Seen in place; id is copied. NULL when it is too old or there is no room. */
struct audit_item *audit_add(struct nrs_audit_fold *audit,
    const struct audit_spot *spot, const struct nrs_audit_place *place,
    const char *id);
/* NULL is fine. */
void audit_drop(struct nrs_audit_fold *audit, struct audit_item *item);
void audit_set_early(
    struct nrs_audit_fold *audit, struct audit_item *item, bool early);
/* Note that the record was given. */
void audit_pass(
    struct nrs_audit_fold *audit, const struct nrs_audit_place *place);
/* What lies there is still to come. */
bool audit_is_ahead(const struct nrs_audit_fold *audit, const char *topic,
    int partition, int64_t offset);
/* Is it read at all? */
bool audit_is_read(
    const struct nrs_audit_fold *audit, const char *topic, int partition);
/* "dispatch.alert" of "delivery.alert": its last word under another first one.
 */
const char *audit_sibling(char out[64], const char *first, const char *topic);

/* Of a delivery's key: its first bytes. */
uint64_t audit_mark_key(struct nrs_bytes key);

/* audit_silence.c: who has answered nothing. After audit_pass. */
void audit_silence_open(struct nrs_audit_fold *audit);
void audit_silence_close(struct nrs_audit_fold *audit);
/* Of delivery.due; of receipt.due. */
void audit_silence_batch(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place,
    const struct nrs_delivery_batch *batch);
void audit_silence_receipt(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_receipt *receipt);
/* As nrs_audit_oldest_seen. */
int64_t audit_silence_oldest(const struct nrs_audit_fold *audit);

/* audit_edition.c: those of one issue of an outcome, in topics that are read.
 */
void audit_edition_promise(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_outcome *outcome,
    const struct nrs_issue *issue);
void audit_edition_free(struct audit_edition *edition);
/* Nothing that comes later mends it. */
bool audit_is_final(const struct audit_item *item);

/* audit_delivery.c: a PLAN, no longer early: drop it if it is complete. */
void audit_plan_check(struct nrs_audit_fold *audit, struct audit_item *item);
#endif
