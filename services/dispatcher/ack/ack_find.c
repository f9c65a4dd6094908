/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dispatcher/ack/ack.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

struct search {
	const struct ack_find *query;
	struct nrs_arena *arena, *scratch;
	struct nrs_receipt *out;
	size_t n;
};

static bool
is_known(const struct search *s, struct nrs_bytes key)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (nrs_bytes_equal(s->out[i].key, key))
			return true;
	return false;
}

static void
take(struct search *s, const struct nrs_receipt *r)
{
	struct nrs_receipt *to = &s->out[s->n];

	if (strcmp(r->subscriber_id, s->query->subscriber_id) != 0 ||
	    strcmp(r->notice_id, s->query->notice_id) != 0 ||
	    r->purpose != NRS_PURPOSE_ALERT || s->n == ACK_FOUND_MAX ||
	    is_known(s, r->key))
		return;
	*to = *r;
	to->key = nrs_arena_bytes(s->arena, r->key.data, r->key.len);
	to->notice_id = nrs_arena_strdup(s->arena, r->notice_id);
	to->thread_id = nrs_arena_strdup(s->arena, r->thread_id);
	to->subscriber_id = nrs_arena_strdup(s->arena, r->subscriber_id);
	to->detail = to->by = "";
	s->n++;
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct search *s = ctx;
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	void *receipt;

	nrs_arena_reset(s->scratch);
	if (nrs_wire_decode(s->scratch, &in, &receipt, err) == NRS_OK)
		take(s, receipt);
	return NRS_OK;
}

enum nrs_rc
ack_find(const struct ack_find *query, struct nrs_arena *arena,
    struct nrs_receipt out[ACK_FOUND_MAX], size_t *n, struct nrs_err *err)
{
	struct search s = {.query = query,
	    .arena = arena,
	    .scratch = nrs_arena_new(),
	    .out = out};
	const struct nrs_reader_from from = {
	    NRS_TOPIC_RECEIPT_ALERT, query->partition, NRS_FROM_START};
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc =
	    nrs_reader_open(&query->conf->common.bus, &reader, err);

	if (rc == NRS_OK)
		rc = nrs_reader_assign(reader, &from, 1, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(
		    reader, (int)query->conf->ack.wait_ms, see, &s, err);
	nrs_reader_close(reader);
	nrs_arena_free(s.scratch);
	*n = s.n;
	if (rc == NRS_OK && s.n == 0)
		rc = nrs_refuse(err, "notice_id", "not-addressed",
		    "no notice of this id has reached this recipient");
	return rc;
}
