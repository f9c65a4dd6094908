/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_LABEL_H
#define NOROSHI_CORE_LABEL_H
/*
 * label: the one table of words: name (JSON, rules, logs), Japanese and English
 * text of every value of every list in terms.h. Pure, static, any thread.
 */
#include "noroshi/core/terms.h"
#include <stdbool.h>
#include <stddef.h>

enum nrs_vocabulary {
	NRS_VOC_MODE,
	NRS_VOC_MSG_KIND,
	NRS_VOC_STREAM,
	NRS_VOC_SOURCE_ROW,
	NRS_VOC_ITEM_TYPE,
	NRS_VOC_URGENCY,
	NRS_VOC_TLP,
	NRS_VOC_THREAT_CATEGORY,
	NRS_VOC_CAUSE_CLASS,
	NRS_VOC_EVENT_TYPE,
	NRS_VOC_TRI,
	NRS_VOC_SEVERITY,
	NRS_VOC_ARRANGEMENT_ACTION,
	NRS_VOC_ARRANGEMENT_POLICY,
	NRS_VOC_SUBMISSION_TYPE,
	NRS_VOC_POSTURE,
	NRS_VOC_MATRIX_COLUMN,
	NRS_VOC_ROUTE,
	NRS_VOC_NEWS_SECTION,
	NRS_VOC_VERDICT,
	NRS_VOC_SUBSCRIBER_KIND,
	NRS_VOC_CHANNEL_TYPE,
	NRS_VOC_DELIVERY_PURPOSE,
	NRS_VOC_SLOT,
	NRS_VOC_DELIVERY_STATE,
	NRS_VOC_FAILURE_REASON,
	NRS_VOC_RESPONSE,
	NRS_VOC_COUNT,
};

struct nrs_term {
	int value;
	const char *name; /* "AMBER_STRICT" */
	const char *ja, *en;
};

/* The list, value 0 first. */
const struct nrs_term *nrs_terms(enum nrs_vocabulary voc, size_t *n);
/* "AMBER_STRICT"; "UNKNOWN" for a number that is not in the list. */
const char *nrs_term_name(enum nrs_vocabulary voc, int value);
/* The label in "ja" (also for any other lang) or "en". */
const char *nrs_term_text(enum nrs_vocabulary voc, int value, const char *lang);
/* By name, any case; TLP also as printed ("TLP:AMBER+STRICT") and WHITE. */
bool nrs_term_parse(enum nrs_vocabulary voc, const char *name, int *value);
bool nrs_term_known(enum nrs_vocabulary voc, int value);
/* What an unknown number inside the bus is taken for (invariant 10): the
 * meaning that leaks least and delays least, e.g. TLP RED, urgency IMMEDIATE.
 */
int nrs_term_safest(enum nrs_vocabulary voc);
#endif
