/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/audit_record.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

static const char *const topics[] = {NRS_TOPIC_JOURNAL, NRS_TOPIC_OUTCOME,
    NRS_TOPIC_DISPATCH_ALERT, NRS_TOPIC_DISPATCH_NEWSLETTER,
    NRS_TOPIC_DELIVERY_ALERT, NRS_TOPIC_DELIVERY_NEWSLETTER,
    NRS_TOPIC_DELIVERY_DUE, NRS_TOPIC_RECEIPT_ALERT,
    NRS_TOPIC_RECEIPT_NEWSLETTER, NRS_TOPIC_RECEIPT_DUE, NRS_TOPIC_REJECTED};

const char *const *
nrs_audit_topics(size_t *n)
{
	*n = sizeof(topics) / sizeof(topics[0]);
	return topics;
}

/* ---- what each says, once it is decoded ---- */

static void
see_outcome(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const void *value)
{
	nrs_audit_outcome(audit, place, value);
}

static void
see_dispatch(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const void *value)
{
	nrs_audit_dispatch(audit, place, value);
}

static void
see_newsletter(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const void *value)
{
	nrs_audit_newsletter(audit, place, value);
}

static void
see_batch(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const void *value)
{
	nrs_audit_batch(audit, place, value);
}

static void
see_receipt(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const void *value)
{
	nrs_audit_receipt(audit, place, value);
}

static void
see_rejection(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const void *value)
{
	nrs_audit_rejection(audit, place, value);
}

static const struct kind {
	const char *begins; /* of the topic's name */
	enum nrs_message_type type;
	void (*see)(struct nrs_audit_fold *audit,
	    const struct nrs_audit_place *place, const void *value);
} kinds[] = {
    {NRS_TOPIC_OUTCOME, NRS_TYPE_OUTCOME, see_outcome},
    {"dispatch.", NRS_TYPE_DISPATCH, see_dispatch},
    {"newsletter.", NRS_TYPE_NEWSLETTER, see_newsletter},
    {"delivery.", NRS_TYPE_DELIVERY_BATCH, see_batch},
    {"receipt.", NRS_TYPE_RECEIPT, see_receipt},
    {NRS_TOPIC_REJECTED, NRS_TYPE_REJECTION, see_rejection},
};
#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* ---- one record ---- */

static struct nrs_audit_place
place_of(const struct nrs_record *record, int64_t seen)
{
	const char *replay = nrs_record_header(record, NRS_AUDIT_HEADER_REPLAY);

	return (struct nrs_audit_place){
	    .topic = record->topic,
	    .partition = record->partition,
	    .offset = record->offset,
	    .at = record->timestamp_ms,
	    .seen = seen,
	    .replay_of = replay == NULL ? -1 : strtoll(replay, NULL, 10),
	};
}

enum nrs_rc
nrs_audit_record(struct nrs_audit_fold *audit, struct nrs_arena *arena,
    const struct nrs_record *record, int64_t seen, struct nrs_err *err)
{
	const struct nrs_audit_place place = place_of(record, seen);
	struct nrs_wire_input in = {
	    .bytes = record->value, .how = NRS_WIRE_TOLERANT};
	void *value;
	size_t i;

	if (strcmp(record->topic, NRS_TOPIC_JOURNAL) == 0) {
		nrs_audit_command(audit, &place,
		    nrs_arena_strndup(arena, (const char *)record->key.data,
		        record->key.len));
		return NRS_OK;
	}
	for (i = 0; i < N_KINDS; i++) {
		if (strncmp(record->topic, kinds[i].begins,
		        strlen(kinds[i].begins)) != 0)
			continue;
		in.type = kinds[i].type;
		if (nrs_wire_decode(arena, &in, &value, err) != NRS_OK)
			break;
		kinds[i].see(audit, &place, value);
		return NRS_OK;
	}
	nrs_audit_from(
	    audit, record->topic, record->partition, record->offset + 1);
	return NRS_REJECT;
}
