/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>

#include "dispatcher/ack/ack.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/render.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define KEPT 32 /* notices that people confirm at the same time */

struct kept {
	int64_t offset; /* -1: empty */
	struct nrs_arena *arena;
	struct ack_notice notice;
};

struct ack_notices {
	const struct dispatcher_conf *conf;
	pthread_mutex_t lock; /* of all that follows */
	struct nrs_reader *reader;
	struct kept kept[KEPT];
	size_t next;
};

struct ack_notices *
ack_notices_new(const struct dispatcher_conf *conf)
{
	struct ack_notices *notices = nrs_calloc(1, sizeof(*notices));
	size_t i;

	notices->conf = conf;
	(void)pthread_mutex_init(&notices->lock, NULL);
	for (i = 0; i < KEPT; i++) {
		notices->kept[i].offset = -1;
		notices->kept[i].arena = nrs_arena_new();
	}
	return notices;
}

void
ack_notices_free(struct ack_notices *notices)
{
	size_t i;

	if (notices == NULL)
		return;
	nrs_reader_close(notices->reader);
	for (i = 0; i < KEPT; i++)
		nrs_arena_free(notices->kept[i].arena);
	(void)pthread_mutex_destroy(&notices->lock);
	free(notices);
}

static enum nrs_rc
decode(struct nrs_arena *arena, enum nrs_message_type type,
    struct nrs_bytes bytes, void **out, struct nrs_err *err)
{
	const struct nrs_wire_input in = {
	    .type = type, .bytes = bytes, .how = NRS_WIRE_TOLERANT};

	return nrs_wire_decode(arena, &in, out, err);
}

/* RED is for the eyes of those it was sent to: its title is not shown. */
static const char *
subject_of(struct nrs_arena *arena, const struct nrs_content *content,
    const char *lang)
{
	const struct nrs_render render = {.content = content, .lang = lang};

	if (content->tlp <= NRS_TLP_RED)
		return "";
	return nrs_render_subject(arena, &render);
}

static enum nrs_rc
fill(struct nrs_arena *arena, struct nrs_bytes value, struct ack_notice *out,
    struct nrs_err *err)
{
	const struct nrs_dispatch *dispatch;
	const struct nrs_content *content;
	struct nrs_arena *scratch = nrs_arena_new();
	void *decoded;
	enum nrs_rc rc =
	    decode(scratch, NRS_TYPE_DISPATCH, value, &decoded, err);

	if (rc != NRS_OK)
		goto out;
	dispatch = decoded;
	rc =
	    decode(scratch, NRS_TYPE_CONTENT, dispatch->payload, &decoded, err);
	if (rc != NRS_OK)
		goto out;
	content = decoded;
	*out = (struct ack_notice){
	    .notice_id = nrs_arena_strdup(arena, content->notice_id),
	    .thread_id = nrs_arena_strdup(arena, content->thread_id),
	    .revision = content->revision,
	    .mode = dispatch->mode,
	    .tlp = content->tlp,
	    .subject = {subject_of(arena, content, "ja"),
	        subject_of(arena, content, "en")},
	    .accepted_at = dispatch->accepted_at,
	    .ack_deadline = content->ack_deadline,
	};
out:
	nrs_arena_free(scratch);
	return rc;
}

/* One record; the reader is opened anew after any trouble. */
static enum nrs_rc
read_at(struct ack_notices *n, int64_t offset, struct nrs_record *record,
    struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    NRS_TOPIC_DISPATCH_ALERT, 0, offset};
	enum nrs_rc rc = NRS_OK;

	if (n->reader == NULL)
		rc = nrs_reader_open_lookup(
		    &n->conf->common.bus, &n->reader, err);
	if (rc == NRS_OK)
		rc = nrs_reader_assign(n->reader, &from, 1, err);
	if (rc == NRS_OK)
		rc = nrs_reader_next(
		    n->reader, (int)n->conf->ack.wait_ms, record, err);
	if (rc == NRS_OK && record->topic == NULL)
		return nrs_fail(err, NRS_RETRY, "the bus does not answer");
	if (rc == NRS_OK && record->offset == offset)
		return NRS_OK;
	if (rc != NRS_RETRY)
		rc = nrs_refuse(err, "offset", "not-found",
		    "no dispatch record at %lld", (long long)offset);
	nrs_reader_close(n->reader);
	n->reader = NULL;
	return rc;
}

static enum nrs_rc
fetch(struct ack_notices *n, int64_t offset, struct kept **out,
    struct nrs_err *err)
{
	struct kept *kept = &n->kept[n->next];
	struct nrs_record record = {0};
	enum nrs_rc rc = read_at(n, offset, &record, err);

	if (rc != NRS_OK)
		return rc;
	kept->offset = -1;
	nrs_arena_reset(kept->arena);
	rc = fill(kept->arena, record.value, &kept->notice, err);
	/* What comes after it is of no interest. */
	if (nrs_reader_assign(n->reader, NULL, 0, NULL) != NRS_OK) {
		nrs_reader_close(n->reader);
		n->reader = NULL;
	}
	if (rc != NRS_OK)
		return rc;
	kept->offset = offset;
	n->next = (n->next + 1) % KEPT;
	*out = kept;
	return NRS_OK;
}

static void
copy(struct nrs_arena *arena, const struct ack_notice *from,
    struct ack_notice *to)
{
	*to = *from;
	to->notice_id = nrs_arena_strdup(arena, from->notice_id);
	to->thread_id = nrs_arena_strdup(arena, from->thread_id);
	to->subject[0] = nrs_arena_strdup(arena, from->subject[0]);
	to->subject[1] = nrs_arena_strdup(arena, from->subject[1]);
}

enum nrs_rc
ack_notices_get(struct ack_notices *n, int64_t offset, struct nrs_arena *arena,
    struct ack_notice *out, struct nrs_err *err)
{
	struct kept *kept = NULL;
	enum nrs_rc rc = NRS_OK;
	size_t i;

	(void)pthread_mutex_lock(&n->lock);
	for (i = 0; i < KEPT; i++)
		if (n->kept[i].offset == offset)
			kept = &n->kept[i];
	if (kept == NULL)
		rc = fetch(n, offset, &kept, err);
	if (rc == NRS_OK)
		copy(arena, &kept->notice, out);
	(void)pthread_mutex_unlock(&n->lock);
	return rc;
}
