/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/planner/threads.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/log.h"
#include "noroshi/base/map.h"
#include "noroshi/io/wire.h"

#define ALIVE_EVERY 1000

struct pointer {
	int partition;
	int64_t offset;
};

struct thread {
	struct pointer *pointers;
	size_t n, cap;
};

struct dispatcher_threads {
	struct dispatcher_threads_conf conf;
	struct nrs_reader *reader;
	struct nrs_map *by_id;
	int n_partitions;
	int64_t last_source;
	size_t n_read;
};

static void
free_thread(void *value)
{
	struct thread *thread = value;

	free(thread->pointers);
	free(thread);
}

void
dispatcher_threads_close(struct dispatcher_threads *threads)
{
	if (threads == NULL)
		return;
	nrs_reader_close(threads->reader);
	nrs_map_free(threads->by_id, free_thread);
	free(threads);
}

void
dispatcher_threads_add(struct dispatcher_threads *threads,
    const char *thread_id, int partition, int64_t offset)
{
	struct thread *thread = nrs_map_get(threads->by_id, thread_id);

	if (thread == NULL) {
		thread = nrs_calloc(1, sizeof(*thread));
		(void)nrs_map_put(threads->by_id, thread_id, thread);
	}
	if (thread->n == thread->cap) {
		thread->cap = thread->cap == 0 ? 4 : thread->cap * 2;
		thread->pointers = nrs_realloc(
		    thread->pointers, thread->cap, sizeof(*thread->pointers));
	}
	thread->pointers[thread->n++] =
	    (struct pointer){.partition = partition, .offset = offset};
}

/* Many records may pass before there is an answer. */
static void
count_read(struct dispatcher_threads *threads)
{
	if (++threads->n_read % ALIVE_EVERY == 0)
		threads->conf.alive(threads->conf.ctx);
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct dispatcher_threads *threads = ctx;
	const char *thread_id = nrs_record_header(record, threads->conf.header);
	const char *source =
	    nrs_record_header(record, DISPATCHER_HEADER_SOURCE);

	(void)err;
	count_read(threads);
	if (thread_id == NULL &&
	    strcmp(threads->conf.header, DISPATCHER_HEADER_THREAD) != 0)
		return NRS_OK;
	if (thread_id == NULL || source == NULL) {
		nrs_log(NRS_LOG_ERROR, "delivery_without_thread",
		    NRS_I("partition", record->partition),
		    NRS_I("offset", record->offset));
		return NRS_OK;
	}
	dispatcher_threads_add(
	    threads, thread_id, record->partition, record->offset);
	if (strtoll(source, NULL, 10) > threads->last_source)
		threads->last_source = strtoll(source, NULL, 10);
	return NRS_OK;
}

/* A fetch that waits for what may come would hold up the next look. */
static enum nrs_rc
read_nothing(struct dispatcher_threads *threads, struct nrs_err *err)
{
	return nrs_reader_assign(threads->reader, NULL, 0, err);
}

static enum nrs_rc
read_all(struct dispatcher_threads *threads, struct nrs_err *err)
{
	const struct dispatcher_threads_conf *conf = &threads->conf;
	struct nrs_reader_from *from;
	enum nrs_rc rc;
	int i;

	rc = nrs_reader_partitions(
	    threads->reader, conf->topic, &threads->n_partitions, err);
	if (rc != NRS_OK)
		return rc;
	if (threads->n_partitions == 0)
		return nrs_fail(err, NRS_RETRY,
		    "there is no topic %s: apply the topics", conf->topic);
	from = nrs_calloc((size_t)threads->n_partitions, sizeof(*from));
	for (i = 0; i < threads->n_partitions; i++)
		from[i] =
		    (struct nrs_reader_from){conf->topic, i, NRS_FROM_START};
	rc = nrs_reader_assign(
	    threads->reader, from, (size_t)threads->n_partitions, err);
	free(from);
	if (rc != NRS_OK)
		return rc;
	rc = nrs_reader_to_end(
	    threads->reader, conf->timeout_ms, see, threads, err);
	return rc == NRS_OK ? read_nothing(threads, err) : rc;
}

enum nrs_rc
dispatcher_threads_open(const struct dispatcher_threads_conf *conf,
    struct dispatcher_threads **out, int64_t *last_source, struct nrs_err *err)
{
	struct dispatcher_threads *threads = nrs_calloc(1, sizeof(*threads));
	enum nrs_rc rc;

	threads->conf = *conf;
	threads->by_id = nrs_map_new();
	threads->last_source = -1;
	rc = nrs_reader_open_lookup(conf->bus, &threads->reader, err);
	if (rc == NRS_OK)
		rc = read_all(threads, err);
	if (rc != NRS_OK) {
		dispatcher_threads_close(threads);
		return rc;
	}
	*last_source = threads->last_source;
	*out = threads;
	return NRS_OK;
}

int
dispatcher_threads_partitions(const struct dispatcher_threads *threads)
{
	return threads->n_partitions;
}

/* ---- reading again ---- */

static bool
points_at(const struct thread *thread, const struct nrs_record *record)
{
	size_t i;

	for (i = 0; i < thread->n; i++)
		if (thread->pointers[i].partition == record->partition &&
		    thread->pointers[i].offset == record->offset)
			return true;
	return false;
}

/* From the first pointer of each partition on. */
static enum nrs_rc
go_to_first(struct dispatcher_threads *threads, const struct thread *thread,
    struct nrs_err *err)
{
	struct nrs_reader_from *from =
	    nrs_calloc((size_t)threads->n_partitions, sizeof(*from));
	enum nrs_rc rc;
	size_t i, n = 0, j;

	for (i = 0; i < thread->n; i++) {
		const struct pointer *p = &thread->pointers[i];

		for (j = 0; j < n && from[j].partition != p->partition; j++)
			;
		if (j == n) {
			from[n++] = (struct nrs_reader_from){
			    threads->conf.topic, p->partition, p->offset};
		} else if (p->offset < from[j].offset) {
			from[j].offset = p->offset;
		}
	}
	rc = nrs_reader_assign(threads->reader, from, n, err);
	free(from);
	return rc;
}

static enum nrs_rc
decode(const struct dispatcher_threads_query *query,
    const struct nrs_record *record, struct nrs_err *err)
{
	/* The record goes with the next call on its reader. */
	const struct nrs_wire_input in = {.type = NRS_TYPE_DELIVERY_BATCH,
	    .bytes = nrs_arena_bytes(
	        query->arena, record->value.data, record->value.len),
	    .how = NRS_WIRE_TOLERANT};
	void *batch;
	enum nrs_rc rc = nrs_wire_decode(query->arena, &in, &batch, err);

	if (rc == NRS_OK) {
		query->each(query->ctx, batch);
		return NRS_OK;
	}
	/* Written by us and unreadable: whom it was for is lost to us, and the
	 * rest must not wait for it. */
	nrs_log(NRS_LOG_ERROR, "delivery_unreadable",
	    NRS_I("partition", record->partition),
	    NRS_I("offset", record->offset), NRS_S("why", err->text));
	return NRS_OK;
}

enum nrs_rc
dispatcher_threads_read(struct dispatcher_threads *threads,
    const struct dispatcher_threads_query *query, struct nrs_err *err)
{
	const struct thread *thread =
	    nrs_map_get(threads->by_id, query->thread_id);
	struct nrs_record record;
	size_t left;
	enum nrs_rc rc;

	if (thread == NULL)
		return NRS_OK;
	rc = go_to_first(threads, thread, err);
	for (left = thread->n; left > 0 && rc == NRS_OK;) {
		memset(&record, 0, sizeof(record));
		count_read(threads);
		rc = nrs_reader_next(
		    threads->reader, threads->conf.timeout_ms, &record, err);
		if (rc == NRS_OK && record.topic == NULL)
			rc = nrs_fail(err, NRS_RETRY,
			    "deliveries of an earlier revision did not arrive "
			    "in time");
		if (rc != NRS_OK || !points_at(thread, &record))
			continue;
		left--;
		rc = decode(query, &record, err);
	}
	return rc == NRS_OK ? read_nothing(threads, err) : rc;
}
