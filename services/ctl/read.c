/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/read.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define TIMEOUT_MS 10000
#define PARTITIONS_MAX 64
/* Who reads to the end and stops must not wait half a second for news there. */
#define FETCH_WAIT "fetch.wait.max.ms=20"

struct context {
	struct ctl *ctl;
	const struct ctl_reading *reading;
};

static enum nrs_rc
decode_each(void *opaque, const struct nrs_record *record, struct nrs_err *err)
{
	const struct context *context = opaque;
	struct nrs_wire_input in = {.type = context->reading->type,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_arena *arena = context->reading->scratch;
	void *value;

	if (arena != NULL)
		nrs_arena_reset(arena);
	else
		arena = context->ctl->arena;
	if (nrs_stop_asked(context->ctl->stop))
		return nrs_fail(err, NRS_FATAL, "interrupted");
	if (record->value.data == NULL) /* a tombstone */
		return context->reading->tombstones
		           ? context->reading->each(
		                 context->reading->ctx, record, NULL, err)
		           : NRS_OK;
	if (nrs_wire_decode(arena, &in, &value, err) != NRS_OK) {
		(void)fprintf(stderr, "noroshictl: %s %d@%lld: %s: %s\n",
		    record->topic, record->partition, (long long)record->offset,
		    err->field, err->text);
		return NRS_OK;
	}
	return context->reading->each(
	    context->reading->ctx, record, value, err);
}

struct nrs_bus_conf
ctl_read_conf(struct ctl *ctl)
{
	struct nrs_bus_conf bus = ctl->conf.bus;
	const char **items =
	    nrs_arena_array(ctl->arena, bus.extra.n + 1, sizeof(*items));
	size_t i;

	items[0] = FETCH_WAIT;
	for (i = 0; i < bus.extra.n; i++)
		items[i + 1] = bus.extra.items[i];
	bus.extra = (struct nrs_conf_list){items, bus.extra.n + 1};
	return bus;
}

static enum nrs_rc
no_topic(struct ctl *ctl, const char *topic, struct nrs_err *err)
{
	char *full = nrs_bus_full_name(&ctl->conf.bus, topic);
	enum nrs_rc rc = nrs_refuse(err, "", "not-found",
	    "%s has no topic \"%s\": another bus or bus.prefix, or "
	    "`noroshictl topics apply` is still to come",
	    ctl->conf.bus.servers, full);

	free(full);
	return rc;
}

enum nrs_rc
ctl_read(
    struct ctl *ctl, const struct ctl_reading *reading, struct nrs_err *err)
{
	const struct nrs_bus_conf bus = ctl_read_conf(ctl);
	struct nrs_reader_from from[PARTITIONS_MAX];
	struct context context = {ctl, reading};
	struct nrs_reader *reader = NULL;
	int n = 0;
	enum nrs_rc rc;

	rc = nrs_reader_open(&bus, &reader, err);
	if (rc == NRS_OK)
		rc = nrs_reader_partitions(reader, reading->topic, &n, err);
	if (rc == NRS_OK && n == 0 && !reading->optional)
		rc = no_topic(ctl, reading->topic, err);
	if (rc != NRS_OK || n == 0)
		goto out;
	if (n > PARTITIONS_MAX)
		n = PARTITIONS_MAX;
	for (int i = 0; i < n; i++)
		from[i] = (struct nrs_reader_from){
		    reading->topic, i, i == 0 ? reading->from : NRS_FROM_START};
	rc = nrs_reader_assign(reader, from, (size_t)n, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(
		    reader, TIMEOUT_MS, decode_each, &context, err);
out:
	if (rc == NRS_RETRY)
		nrs_err_prefix(err, "%s", ctl->conf.bus.servers);
	nrs_reader_close(reader);
	return rc;
}

/* All outcomes, as they are read. */
struct collected {
	struct ctl *ctl;
	const struct nrs_outcome **list;
	size_t n, cap;
};

static enum nrs_rc
collect(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct collected *all = ctx;

	(void)record;
	(void)err;
	if (all->n == all->cap) {
		size_t cap = all->cap == 0 ? 64 : all->cap * 2;
		const struct nrs_outcome **list =
		    nrs_arena_array(all->ctl->arena, cap, sizeof(*list));
		if (all->n > 0)
			memcpy(list, all->list, all->n * sizeof(*list));
		all->list = list;
		all->cap = cap;
	}
	all->list[all->n++] = value;
	return NRS_OK;
}

static const char *
thread_of(const struct collected *all, const char *id)
{
	const char *found = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct nrs_outcome *o = all->list[i];
		if (strcmp(o->thread_id, id) == 0)
			return o->thread_id;
		if (strcmp(o->submission_id, id) == 0)
			found = o->thread_id;
	}
	return found;
}

enum nrs_rc
ctl_read_thread(struct ctl *ctl, const char *id, struct ctl_thread *thread,
    struct nrs_err *err)
{
	struct collected all = {.ctl = ctl};
	const struct ctl_reading reading = {.topic = NRS_TOPIC_OUTCOME,
	    .type = NRS_TYPE_OUTCOME,
	    .each = collect,
	    .ctx = &all,
	    .from = NRS_FROM_START};
	enum nrs_rc rc = ctl_read(ctl, &reading, err);

	*thread = (struct ctl_thread){.thread_id = thread_of(&all, id)};
	if (rc != NRS_OK || thread->thread_id == NULL)
		return rc;
	thread->outcomes =
	    nrs_arena_array(ctl->arena, all.n, sizeof(*thread->outcomes));
	for (size_t i = 0; i < all.n; i++) {
		const struct nrs_outcome *o = all.list[i];
		bool in_thread = thread->thread_id[0] != '\0' &&
		                 strcmp(o->thread_id, thread->thread_id) == 0;
		if (!in_thread && strcmp(o->submission_id, id) != 0)
			continue;
		thread->outcomes[thread->n++] = o;
		if (o->thread != NULL)
			thread->last = o;
	}
	return NRS_OK;
}

struct wanted {
	struct ctl *ctl;
	int64_t offset;
	const struct nrs_submission *found;
	struct nrs_bytes bytes;
};

static enum nrs_rc
take_first(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct wanted *want = ctx;

	if (record->offset != want->offset)
		return NRS_OK;
	want->found = value;
	want->bytes = nrs_arena_bytes(
	    want->ctl->arena, record->value.data, record->value.len);
	/* Seen: the rest of the journal is of no interest. */
	return nrs_fail(err, NRS_REJECT, "found");
}

static enum nrs_rc
find(struct wanted *want, struct nrs_err *err)
{
	const struct ctl_reading reading = {.topic = NRS_TOPIC_JOURNAL,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = take_first,
	    .ctx = want,
	    .from = want->offset};
	enum nrs_rc rc = ctl_read(want->ctl, &reading, err);

	if (want->found != NULL)
		return NRS_OK;
	if (rc != NRS_OK)
		return rc;
	return nrs_refuse(err, "", "not-found",
	    "the journal has nothing readable at offset %lld",
	    (long long)want->offset);
}

enum nrs_rc
ctl_read_command(struct ctl *ctl, int64_t offset,
    const struct nrs_submission **out, struct nrs_err *err)
{
	struct wanted want = {.ctl = ctl, .offset = offset};
	enum nrs_rc rc = find(&want, err);

	*out = want.found;
	return rc;
}

enum nrs_rc
ctl_read_bytes(
    struct ctl *ctl, int64_t offset, struct nrs_bytes *out, struct nrs_err *err)
{
	struct wanted want = {.ctl = ctl, .offset = offset};
	enum nrs_rc rc = find(&want, err);

	*out = want.bytes;
	return rc;
}
