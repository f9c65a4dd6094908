/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_SCHEMA_H
#define NOROSHI_CORE_SCHEMA_H
/*
 * schema: one row per field of every message: it ties our struct to the wire
 * number, and wire, JSON and the checks walk it. A test proves each row.
 */
#include "noroshi/core/label.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nrs_message_type {
	NRS_TYPE_SECTION,
	NRS_TYPE_COUNTERMEASURE,
	NRS_TYPE_VULNERABILITY,
	NRS_TYPE_REFERENCE,
	NRS_TYPE_ATTACHMENT,
	NRS_TYPE_CONTACT,
	NRS_TYPE_CONTACT_ARRANGEMENT,
	NRS_TYPE_CONTENT,
	NRS_TYPE_ADDRESSING,
	NRS_TYPE_SIGNATURE,
	NRS_TYPE_STUB,
	NRS_TYPE_STUB_CONTENT,
	NRS_TYPE_SUBMISSION,
	NRS_TYPE_POSTURE_CHANGE,
	NRS_TYPE_APPROVAL,
	NRS_TYPE_CUT_OFF,
	NRS_TYPE_DEADLINE,
	NRS_TYPE_CLASSIFICATION,
	NRS_TYPE_VERSIONS,
	NRS_TYPE_THREAD_SECTOR,
	NRS_TYPE_THREAD_CHANGE,
	NRS_TYPE_POSTURE_SET,
	NRS_TYPE_ARRANGEMENT_SET,
	NRS_TYPE_WAITING_CHANGE,
	NRS_TYPE_HELD_CHANGE,
	NRS_TYPE_PROMOTION,
	NRS_TYPE_ISSUE,
	NRS_TYPE_DRAIN,
	NRS_TYPE_OUTCOME,
	NRS_TYPE_REJECTION,
	NRS_TYPE_AUDIT,
	NRS_TYPE_ALERT,
	NRS_TYPE_DISPATCH,
	NRS_TYPE_NEWSLETTER_ITEM,
	NRS_TYPE_NEWSLETTER,
	NRS_TYPE_CHANNEL,
	NRS_TYPE_FILTER,
	NRS_TYPE_SUBSCRIPTION,
	NRS_TYPE_PART,
	NRS_TYPE_VARIANT,
	NRS_TYPE_DELIVERY,
	NRS_TYPE_ENDPOINT,
	NRS_TYPE_VERIFICATION,
	NRS_TYPE_DELIVERY_BATCH,
	NRS_TYPE_RECEIPT,
	NRS_TYPE_TRANSLATION, /* the seeds of the fuzzers know the others' place
	                       */
	NRS_TYPE_COUNT,
};

enum nrs_field_type {
	NRS_FIELD_STRING, /* const char * */
	NRS_FIELD_BYTES,  /* struct nrs_bytes */
	NRS_FIELD_BOOL,
	NRS_FIELD_UINT32,
	NRS_FIELD_INT64,
	NRS_FIELD_TIME,    /* int64_t, ms UTC; RFC 3339 in JSON */
	NRS_FIELD_TERM,    /* enum of voc; its name in JSON */
	NRS_FIELD_MESSAGE, /* struct of message, by pointer */
};

struct nrs_field {
	const char *name; /* as in the schema and in JSON */
	uint32_t number;
	enum nrs_field_type type;
	size_t offset;   /* of the value or of the array's pointer */
	bool many;       /* an array; messages lie in it by value */
	size_t n_offset; /* of the size_t count, when many */
	enum nrs_vocabulary voc;
	enum nrs_message_type message;
	/* TERM: what an unknown number is taken for where nrs_term_safest is
	 * the wrong way round (a clearance, a filter's floor); else 0. */
	int safest;
	bool secret; /* strings that JSON shows as "***" */
};

struct nrs_schema {
	const char *name;               /* "content" */
	size_t size;                    /* of our struct */
	const struct nrs_field *fields; /* ascending by number */
	size_t n_fields;
};

const struct nrs_schema *nrs_schema_of(enum nrs_message_type type);
/* Of one value of ours; of a message, its struct. */
size_t nrs_field_size(const struct nrs_field *field);
#endif
