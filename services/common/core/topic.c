/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/topic.h"

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define FOREVER (-1)
#define DAYS_400 (400 * DAY_MS)
#define YEARS_3 (3 * 366 * DAY_MS)
#define DELIVERY_PARTITIONS 12

static const enum nrs_tlp labels[] = {
    NRS_TLP_AMBER_STRICT, NRS_TLP_AMBER, NRS_TLP_GREEN, NRS_TLP_CLEAR};
#define N_LABELS (sizeof(labels) / sizeof(labels[0]))

/* clang-format off */
#define D NRS_READ_DAEMONS
#define P NRS_READ_PORTAL
#define C NRS_READ_CTL
static const struct nrs_topic fixed[] = {
	/* name, partitions, retention, compacted, obligation, bytes, readers, writers */
	{NRS_TOPIC_JOURNAL, 1, FOREVER, false, true, NRS_TOPIC_MAX_BYTES, D, "producer", "", "", 0},
	{NRS_TOPIC_OUTCOME, 1, FOREVER, false, true, NRS_TOPIC_MAX_BYTES, D | P | C, "classifier", "", "", 0},
	{NRS_TOPIC_DISPATCH_ALERT, 1, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D, "classifier dispatcher", "", "", 0},
	{NRS_TOPIC_DISPATCH_NEWSLETTER, 1, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D, "classifier dispatcher", "", "", 0},
	{NRS_TOPIC_WEB, 1, FOREVER, true, true, NRS_TOPIC_MAX_BYTES, P | C, "classifier", "", "", 0},
	{NRS_TOPIC_SUBSCRIPTION, 1, FOREVER, true, true, NRS_TOPIC_MAX_BYTES, D | P | C, "producer", "", "", 0},
	{NRS_TOPIC_ENDPOINT, 1, FOREVER, true, true, NRS_TOPIC_MAX_BYTES, D | P | C, "dispatcher", "", "", 0},
	{NRS_TOPIC_VERIFICATION, 1, FOREVER, true, true, NRS_TOPIC_MAX_BYTES, D | P | C, "dispatcher", "", "", 0},
	{NRS_TOPIC_DELIVERY_ALERT, DELIVERY_PARTITIONS, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D, "dispatcher", "", "", 0},
	{NRS_TOPIC_DELIVERY_NEWSLETTER, DELIVERY_PARTITIONS, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D, "dispatcher", "", "", 0},
	{NRS_TOPIC_DELIVERY_DUE, DELIVERY_PARTITIONS, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D, "dispatcher", "", "", 0},
	{NRS_TOPIC_RECEIPT_ALERT, DELIVERY_PARTITIONS, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D | P | C, "dispatcher portal ctl", "", "", 0},
	{NRS_TOPIC_RECEIPT_NEWSLETTER, DELIVERY_PARTITIONS, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D | P | C, "dispatcher portal ctl", "", "", 0},
	{NRS_TOPIC_RECEIPT_DUE, DELIVERY_PARTITIONS, YEARS_3, false, true, NRS_TOPIC_MAX_BYTES, D | P | C, "dispatcher portal ctl", "", "", 0},
	{NRS_TOPIC_DRAFT, 1, FOREVER, true, false, NRS_TOPIC_MAX_BYTES, C, "importer ctl", "", "", 0},
	{NRS_TOPIC_AUDIT, 1, FOREVER, false, false, NRS_TOPIC_MAX_BYTES, D | P | C, "producer classifier dispatcher portal ctl", "", "", 0},
	{NRS_TOPIC_REJECTED, 1, DAYS_400, false, false, NRS_TOPIC_MAX_BYTES, D | P | C, "producer classifier dispatcher", "", "", 0},
};
#undef D
#undef P
#undef C
/* clang-format on */
#define N_FIXED (sizeof(fixed) / sizeof(fixed[0]))

const char *
nrs_topic_label(enum nrs_tlp label)
{
	switch (label) {
	case NRS_TLP_CLEAR:
		return "clear";
	case NRS_TLP_GREEN:
		return "green";
	case NRS_TLP_AMBER:
		return "amber";
	case NRS_TLP_AMBER_STRICT:
		return "amber-strict";
	case NRS_TLP_RED:
	case NRS_TLP_UNSPECIFIED:
		break;
	}
	return NULL;
}

const char *
nrs_topic_alert(struct nrs_arena *arena, const char *sector, enum nrs_tlp label)
{
	return nrs_arena_printf(
	    arena, "alert.%s.%s", sector, nrs_topic_label(label));
}

const char *
nrs_topic_alert_ceptoar(struct nrs_arena *arena, const char *id)
{
	return nrs_arena_printf(arena, "alert.ceptoar.%s", id);
}

const char *
nrs_topic_newsletter(
    struct nrs_arena *arena, const char *sector, enum nrs_tlp label)
{
	return nrs_arena_printf(
	    arena, "newsletter.%s.%s", sector, nrs_topic_label(label));
}

static struct nrs_topic
of_sector(const char *name, const char *sector, enum nrs_tlp label)
{
	return (struct nrs_topic){
	    .name = name,
	    .partitions = 1,
	    .obligation = true,
	    .max_bytes = NRS_TOPIC_MAX_BYTES,
	    .readers = NRS_READ_SECTOR | NRS_READ_PORTAL | NRS_READ_CTL,
	    .writers = "classifier",
	    .sector = sector,
	    .ceptoar = "",
	    .label = label,
	};
}

/* The alert and the newsletter topics of one sector. */
static struct nrs_topic *
add_sector(struct nrs_arena *arena, const char *code, struct nrs_topic *at)
{
	size_t i;

	for (i = 0; i < N_LABELS; i++) {
		*at = of_sector(
		    nrs_topic_alert(arena, code, labels[i]), code, labels[i]);
		at->retention_ms = DAYS_400;
		at++;
		*at = of_sector(nrs_topic_newsletter(arena, code, labels[i]),
		    code, labels[i]);
		at->retention_ms = FOREVER;
		at->readers |= NRS_READ_DAEMONS; /* the auditor */
		at++;
	}
	return at;
}

static struct nrs_topic
of_ceptoar(struct nrs_arena *arena, const struct nrs_ceptoar *ceptoar)
{
	struct nrs_topic topic =
	    of_sector(nrs_topic_alert_ceptoar(arena, ceptoar->id), "", 0);

	topic.retention_ms = DAYS_400;
	topic.readers = NRS_READ_CEPTOAR | NRS_READ_PORTAL | NRS_READ_CTL;
	topic.ceptoar = ceptoar->id;
	return topic;
}

const struct nrs_topic *
nrs_topic_table(
    struct nrs_arena *arena, const struct nrs_sector_table *sectors, size_t *n)
{
	struct nrs_topic *table, *at;
	size_t i;

	*n = N_FIXED + sectors->n_sectors * N_LABELS * 2 + sectors->n_ceptoars;
	table = at = nrs_arena_array(arena, *n, sizeof(*table));
	for (i = 0; i < N_FIXED; i++)
		*at++ = fixed[i];
	for (i = 0; i < sectors->n_sectors; i++)
		at = add_sector(arena, sectors->sectors[i].code, at);
	for (i = 0; i < sectors->n_ceptoars; i++)
		*at++ = of_ceptoar(arena, &sectors->ceptoars[i]);
	return table;
}
