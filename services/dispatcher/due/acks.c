/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/due/acks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/log.h"
#include "noroshi/base/map.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"

/* A partition's view is gone through when it has doubled. */
#define TRIM_MIN 1024

/* What has become of one delivery, or of all to one subscriber. */
struct fate {
	bool acknowledged, delivered, failed, cancelled;
	int64_t offset; /* of the last receipt */
};

struct view {
	bool ours;
	int64_t position;
	struct nrs_map *fates; /* key in hex, "notice subscriber" -> fate */
	size_t n_kept;         /* after the last trim */
};

struct dispatcher_acks {
	char *topic;
	struct nrs_reader *reader; /* NULL in tests */
	struct nrs_arena *scratch;
	struct view *views;
	int n_views;
};

static struct dispatcher_acks *
acks_new(const char *topic)
{
	struct dispatcher_acks *acks = nrs_calloc(1, sizeof(*acks));

	acks->topic = nrs_strdup(topic);
	acks->scratch = nrs_arena_new();
	return acks;
}

enum nrs_rc
dispatcher_acks_open(const struct nrs_bus_conf *bus, const char *topic,
    struct dispatcher_acks **out, struct nrs_err *err)
{
	struct dispatcher_acks *acks = acks_new(topic);
	enum nrs_rc rc = NRS_OK;

	if (bus != NULL)
		rc = nrs_reader_open_lookup(bus, &acks->reader, err);
	if (rc == NRS_OK)
		*out = acks;
	else
		dispatcher_acks_close(acks);
	return rc;
}

void
dispatcher_acks_close(struct dispatcher_acks *acks)
{
	int i;

	if (acks == NULL)
		return;
	for (i = 0; i < acks->n_views; i++)
		dispatcher_acks_lose(acks, i);
	nrs_reader_close(acks->reader);
	nrs_arena_free(acks->scratch);
	free(acks->views);
	free(acks->topic);
	free(acks);
}

void
dispatcher_acks_lose(struct dispatcher_acks *acks, int partition)
{
	if (partition >= acks->n_views)
		return;
	nrs_map_free(acks->views[partition].fates, free);
	acks->views[partition] = (struct view){.ours = false};
}

void
dispatcher_acks_gain(struct dispatcher_acks *acks, int partition, int64_t from)
{
	const size_t size = sizeof(*acks->views);

	if (partition >= acks->n_views) {
		acks->views =
		    nrs_realloc(acks->views, (size_t)partition + 1, size);
		memset(&acks->views[acks->n_views], 0,
		    (size_t)(partition + 1 - acks->n_views) * size);
		acks->n_views = partition + 1;
	}
	dispatcher_acks_lose(acks, partition);
	acks->views[partition] = (struct view){
	    .ours = true, .position = from, .fates = nrs_map_new()};
}

/* ---- one receipt ---- */

static char *
name_of(const char *notice_id, const char *subscriber_id)
{
	return nrs_asprintf("%s %s", notice_id, subscriber_id);
}

static void
note_fate(struct view *view, const char *name, enum nrs_delivery_state state,
    int64_t offset)
{
	struct fate *fate = nrs_map_get(view->fates, name);

	if (fate == NULL) {
		fate = nrs_calloc(1, sizeof(*fate));
		(void)nrs_map_put(view->fates, name, fate);
	}
	fate->offset = offset;
	fate->acknowledged |= state >= NRS_STATE_ACKNOWLEDGED;
	fate->delivered |= state == NRS_STATE_DELIVERED;
	fate->failed |= state == NRS_STATE_FAILED || state == NRS_STATE_EXPIRED;
	fate->cancelled |= state == NRS_STATE_CANCELLED;
}

void
dispatcher_acks_note(struct dispatcher_acks *acks, int partition,
    int64_t offset, const struct nrs_receipt *receipt)
{
	struct view *view = &acks->views[partition];
	char hex[2 * NRS_SHA256_SIZE + 1];
	char *name;

	if (receipt->state < NRS_STATE_DELIVERED ||
	    receipt->key.len != NRS_SHA256_SIZE)
		return;
	note_fate(view, nrs_hex(receipt->key.data, receipt->key.len, hex),
	    receipt->state, offset);
	name = name_of(receipt->notice_id, receipt->subscriber_id);
	note_fate(view, name, receipt->state, offset);
	free(name);
}

/* ---- reading ---- */

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct dispatcher_acks *acks = ctx;
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	void *receipt;

	nrs_arena_reset(acks->scratch);
	acks->views[record->partition].position = record->offset + 1;
	if (nrs_wire_decode(acks->scratch, &in, &receipt, err) == NRS_OK)
		dispatcher_acks_note(
		    acks, record->partition, record->offset, receipt);
	else
		nrs_log(NRS_LOG_ERROR, "receipt_unreadable",
		    NRS_I("partition", record->partition),
		    NRS_I("offset", record->offset), NRS_S("why", err->text));
	return NRS_OK;
}

/* Where each of ours is to be read from; what retention took is over. */
static enum nrs_rc
starts_of(struct dispatcher_acks *acks, struct nrs_reader_from *from, size_t *n,
    struct nrs_err *err)
{
	struct nrs_bounds bounds;
	enum nrs_rc rc = NRS_OK;
	struct view *view;
	int i;

	*n = 0;
	for (i = 0; i < acks->n_views && rc == NRS_OK; i++) {
		view = &acks->views[i];
		if (!view->ours)
			continue;
		rc = nrs_reader_bounds(
		    acks->reader, acks->topic, i, &bounds, err);
		if (rc != NRS_OK)
			break;
		if (view->position < bounds.first)
			view->position = bounds.first;
		if (view->position < bounds.end)
			from[(*n)++] = (struct nrs_reader_from){
			    acks->topic, i, view->position};
	}
	return rc;
}

enum nrs_rc
dispatcher_acks_refresh(
    struct dispatcher_acks *acks, int timeout_ms, struct nrs_err *err)
{
	struct nrs_reader_from *from =
	    nrs_calloc((size_t)acks->n_views + 1, sizeof(*from));
	size_t n = 0;
	enum nrs_rc rc = starts_of(acks, from, &n, err);

	if (rc == NRS_OK && n > 0)
		rc = nrs_reader_assign(acks->reader, from, n, err);
	if (rc == NRS_OK && n > 0)
		rc =
		    nrs_reader_to_end(acks->reader, timeout_ms, see, acks, err);
	/* A fetch that waits for what may come would hold up the next look. */
	if (rc == NRS_OK && n > 0)
		rc = nrs_reader_assign(acks->reader, NULL, 0, err);
	free(from);
	return rc;
}

int64_t
dispatcher_acks_position(const struct dispatcher_acks *acks, int partition)
{
	if (partition >= acks->n_views || !acks->views[partition].ours)
		return -1;
	return acks->views[partition].position;
}

size_t
dispatcher_acks_count(const struct dispatcher_acks *acks, int partition)
{
	return nrs_map_count(acks->views[partition].fates);
}

void
dispatcher_acks_trim(
    struct dispatcher_acks *acks, int partition, int64_t offset)
{
	struct view *view = &acks->views[partition];
	struct nrs_map *kept;
	void *cursor = NULL, *value;
	const char *name;

	if (nrs_map_count(view->fates) < 2 * view->n_kept + TRIM_MIN)
		return;
	kept = nrs_map_new();
	while (nrs_map_next(view->fates, &cursor, &name, &value)) {
		if (((const struct fate *)value)->offset >= offset)
			(void)nrs_map_put(kept, name, value);
		else
			free(value);
	}
	nrs_map_free(view->fates, NULL);
	view->fates = kept;
	view->n_kept = nrs_map_count(kept);
}

/* ---- answers ---- */

static const struct fate *
fate_of_key(const struct view *view, struct nrs_bytes key)
{
	char hex[2 * NRS_SHA256_SIZE + 1];

	if (key.len != NRS_SHA256_SIZE)
		return NULL;
	return nrs_map_get(view->fates, nrs_hex(key.data, key.len, hex));
}

static const struct fate *
fate_of_subscriber(
    const struct view *view, const struct dispatcher_acks_query *query)
{
	char *name = name_of(query->notice_id, query->subscriber_id);
	const struct fate *fate = nrs_map_get(view->fates, name);

	free(name);
	return fate;
}

static const struct view *
view_of(const struct dispatcher_acks *acks, int partition)
{
	if (partition >= acks->n_views || !acks->views[partition].ours)
		return NULL;
	return &acks->views[partition];
}

bool
dispatcher_acks_has(const struct dispatcher_acks *acks,
    const struct dispatcher_acks_query *query)
{
	const struct view *view = view_of(acks, query->partition);
	const struct fate *key, *subscriber;

	if (view == NULL)
		return false;
	key = fate_of_key(view, query->awaits);
	subscriber = fate_of_subscriber(view, query);
	return (key != NULL && key->acknowledged) ||
	       (subscriber != NULL && subscriber->acknowledged);
}

bool
dispatcher_acks_hopeless(const struct dispatcher_acks *acks,
    const struct dispatcher_acks_query *query)
{
	const struct view *view = view_of(acks, query->partition);
	const struct fate *key, *subscriber;

	if (view == NULL)
		return false;
	key = fate_of_key(view, query->awaits);
	subscriber = fate_of_subscriber(view, query);
	return key != NULL && key->failed && subscriber != NULL &&
	       !subscriber->delivered && !subscriber->acknowledged;
}

enum dispatcher_acks_end
dispatcher_acks_end(const struct dispatcher_acks *acks,
    const struct dispatcher_acks_query *query)
{
	const struct view *view = view_of(acks, query->partition);
	const struct fate *key =
	    view == NULL ? NULL : fate_of_key(view, query->awaits);

	if (key == NULL)
		return DISPATCHER_ACKS_OPEN;
	if (key->delivered || key->failed || key->acknowledged)
		return DISPATCHER_ACKS_TRIED;
	return key->cancelled ? DISPATCHER_ACKS_CANCELLED
	                      : DISPATCHER_ACKS_OPEN;
}
