/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_TOPIC_H
#define NOROSHI_CORE_TOPIC_H
/*
 * topic: the one table of topics, with their settings and who may do what.
 * Names are without the prefix. Pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/sector.h"
#include "noroshi/core/terms.h"

#define NRS_TOPIC_JOURNAL "journal"
#define NRS_TOPIC_OUTCOME "outcome"
#define NRS_TOPIC_DISPATCH_ALERT "dispatch.alert"
#define NRS_TOPIC_DISPATCH_NEWSLETTER "dispatch.newsletter"
#define NRS_TOPIC_WEB "web"
#define NRS_TOPIC_SUBSCRIPTION "subscription"
#define NRS_TOPIC_ENDPOINT "endpoint"
#define NRS_TOPIC_VERIFICATION "verification"
#define NRS_TOPIC_DELIVERY_ALERT "delivery.alert"
#define NRS_TOPIC_DELIVERY_NEWSLETTER "delivery.newsletter"
#define NRS_TOPIC_DELIVERY_DUE "delivery.due"
/* Headers of a record there: its thread, and the offset of its dispatch record.
 */
#define NRS_HEADER_THREAD "thread"
#define NRS_HEADER_SOURCE "source"
#define NRS_TOPIC_RECEIPT_ALERT "receipt.alert"
#define NRS_TOPIC_RECEIPT_NEWSLETTER "receipt.newsletter"
#define NRS_TOPIC_RECEIPT_DUE "receipt.due"
#define NRS_TOPIC_DRAFT "draft"
#define NRS_TOPIC_AUDIT "audit"
#define NRS_TOPIC_REJECTED "rejected"

/* max.message.bytes bounds a whole batch, and a producer fills batches of up to
 * 1 MB whatever a record weighs: the limit of one record is the door's. */
#define NRS_TOPIC_MAX_BYTES (INT64_C(2) * 1024 * 1024)

enum nrs_topic_reader {
	NRS_READ_DAEMONS = 1 << 0,
	NRS_READ_SECTOR = 1 << 1,  /* the CEPTOARs of sector, if cleared */
	NRS_READ_CEPTOAR = 1 << 2, /* that CEPTOAR alone */
	NRS_READ_PORTAL = 1 << 3,
	NRS_READ_CTL = 1 << 4,
};

struct nrs_topic {
	const char *name;
	int partitions;
	int64_t retention_ms; /* -1: forever */
	bool compacted;
	bool obligation;     /* flush.messages=1 on a single broker */
	int64_t max_bytes;   /* of one batch: max.message.bytes */
	unsigned readers;    /* enum nrs_topic_reader */
	const char *writers; /* "classifier", "producer", ...; space between */
	const char *sector, *ceptoar; /* "" unless one's own */
	enum nrs_tlp label;           /* 0 unless in the name */
};

/* Every topic of one mode, in arena. */
const struct nrs_topic *nrs_topic_table(
    struct nrs_arena *arena, const struct nrs_sector_table *sectors, size_t *n);
/* "alert.finance.amber-strict"; label is never RED. */
const char *nrs_topic_alert(
    struct nrs_arena *arena, const char *sector, enum nrs_tlp label);
const char *nrs_topic_alert_ceptoar(struct nrs_arena *arena, const char *id);
const char *nrs_topic_newsletter(
    struct nrs_arena *arena, const char *sector, enum nrs_tlp label);
/* "amber-strict"; NULL for RED and unknown ones: they have no topic. */
const char *nrs_topic_label(enum nrs_tlp label);
#endif
