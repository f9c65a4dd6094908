/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/lookup.h"

#include <pthread.h>
#include <stdlib.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/topic.h"

#define ANSWER_MS 5000

struct producer_lookup {
	const struct nrs_bus_conf *bus;
	pthread_mutex_t lock;
	struct nrs_reader *reader; /* NULL: not opened yet, or given up */
	struct nrs_mono silent_at; /* when the bus last gave no answer */
};

struct producer_lookup *
producer_lookup_new(const struct nrs_bus_conf *bus)
{
	struct producer_lookup *lookup = nrs_calloc(1, sizeof(*lookup));

	lookup->bus = bus;
	(void)pthread_mutex_init(&lookup->lock, NULL);
	return lookup;
}

void
producer_lookup_free(struct producer_lookup *lookup)
{
	if (lookup == NULL)
		return;
	nrs_reader_close(lookup->reader);
	(void)pthread_mutex_destroy(&lookup->lock);
	free(lookup);
}

static enum nrs_rc
read_at(struct producer_lookup *lookup, int64_t offset, struct nrs_arena *arena,
    struct nrs_bytes *bytes, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    .topic = NRS_TOPIC_OUTCOME, .offset = offset};
	struct nrs_record record = {0};
	enum nrs_rc rc = NRS_OK;

	if (lookup->reader == NULL)
		rc = nrs_reader_open_lookup(lookup->bus, &lookup->reader, err);
	if (rc == NRS_OK)
		rc = nrs_reader_assign(lookup->reader, &from, 1, err);
	if (rc == NRS_OK)
		rc = nrs_reader_next(lookup->reader, ANSWER_MS, &record, err);
	if (rc == NRS_OK && (record.topic == NULL || record.offset != offset))
		rc = nrs_fail(err, NRS_RETRY, "outcome %lld could not be read",
		    (long long)offset);
	if (rc == NRS_OK)
		*bytes =
		    nrs_arena_bytes(arena, record.value.data, record.value.len);
	/* Between questions nothing is fetched. */
	return rc == NRS_OK ? nrs_reader_assign(lookup->reader, NULL, 0, err)
	                    : rc;
}

static void
note(struct producer_lookup *lookup, enum nrs_rc rc)
{
	if (rc == NRS_OK)
		return;
	if (rc == NRS_RETRY)
		lookup->silent_at = nrs_mono_now();
	nrs_reader_close(lookup->reader);
	lookup->reader = NULL;
}

enum nrs_rc
producer_lookup_outcome(struct producer_lookup *lookup, int64_t offset,
    struct nrs_arena *arena, struct nrs_bytes *bytes, struct nrs_err *err)
{
	const struct nrs_mono since = nrs_mono_now();
	enum nrs_rc rc;

	(void)pthread_mutex_lock(&lookup->lock);
	/* Who had to wait for one that asked in vain need not ask as well: a
	 * row of them would wait for minutes. */
	if (lookup->silent_at.ns > since.ns) {
		rc = nrs_fail(err, NRS_RETRY, "the bus does not answer");
	} else {
		rc = read_at(lookup, offset, arena, bytes, err);
		note(lookup, rc);
	}
	(void)pthread_mutex_unlock(&lookup->lock);
	return rc == NRS_OK ? NRS_OK : NRS_RETRY;
}
