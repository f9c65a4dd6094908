/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/index.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/cond.h"
#include "noroshi/base/map.h"

struct entry {
	uint8_t payload[NRS_SHA256_SIZE], addressing[NRS_SHA256_SIZE];
	int64_t outcome_offset, journal_offset;
	uint8_t *bytes; /* of the outcome; NULL: not kept */
	size_t len;
	struct entry *next; /* the same id with other bytes, younger */
};

struct producer_index {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct nrs_map *by_id;
	struct entry **newest; /* a ring of those whose bytes are kept */
	size_t n_newest, at;
	bool stopped;
};

struct producer_index *
producer_index_new(size_t n_bytes)
{
	struct producer_index *index = nrs_calloc(1, sizeof(*index));

	index->n_newest = n_bytes == 0 ? 1 : n_bytes;
	index->newest = nrs_calloc(index->n_newest, sizeof(*index->newest));
	index->by_id = nrs_map_new();
	(void)pthread_mutex_init(&index->lock, NULL);
	nrs_cond_init(&index->changed);
	return index;
}

static void
free_chain(void *value)
{
	struct entry *next;

	for (struct entry *e = value; e != NULL; e = next) {
		next = e->next;
		free(e->bytes);
		free(e);
	}
}

void
producer_index_free(struct producer_index *index)
{
	if (index == NULL)
		return;
	nrs_map_free(index->by_id, free_chain);
	free(index->newest);
	(void)pthread_cond_destroy(&index->changed);
	(void)pthread_mutex_destroy(&index->lock);
	free(index);
}

static bool
is_same(const struct entry *e, const struct producer_ident *ident)
{
	return memcmp(e->payload, ident->payload_sha256, NRS_SHA256_SIZE) ==
	           0 &&
	       memcmp(e->addressing, ident->addressing_sha256,
	           NRS_SHA256_SIZE) == 0;
}

static struct entry *
find(const struct producer_index *index, const struct producer_ident *ident)
{
	struct entry *e = nrs_map_get(index->by_id, ident->submission_id);

	while (e != NULL && !is_same(e, ident))
		e = e->next;
	return e;
}

static struct entry *
add(struct producer_index *index, const struct producer_ident *ident)
{
	struct entry *e = nrs_calloc(1, sizeof(*e));
	struct entry *first = nrs_map_get(index->by_id, ident->submission_id);

	memcpy(e->payload, ident->payload_sha256, NRS_SHA256_SIZE);
	memcpy(e->addressing, ident->addressing_sha256, NRS_SHA256_SIZE);
	e->outcome_offset = -1;
	e->journal_offset = -1;
	if (first == NULL) {
		(void)nrs_map_put(index->by_id, ident->submission_id, e);
		return e;
	}
	while (first->next != NULL)
		first = first->next;
	first->next = e;
	return e;
}

enum producer_entered
producer_index_enter(
    struct producer_index *index, const struct producer_ident *ident)
{
	enum producer_entered entered = PRODUCER_NEW;

	(void)pthread_mutex_lock(&index->lock);
	if (find(index, ident) != NULL)
		entered = PRODUCER_KNOWN;
	else if (nrs_map_get(index->by_id, ident->submission_id) != NULL)
		entered = PRODUCER_OTHER;
	else
		(void)add(index, ident);
	(void)pthread_mutex_unlock(&index->lock);
	return entered;
}

void
producer_index_appended(struct producer_index *index,
    const struct producer_ident *ident, int64_t journal_offset)
{
	struct entry *e;

	(void)pthread_mutex_lock(&index->lock);
	e = find(index, ident);
	if (e != NULL)
		e->journal_offset = journal_offset;
	(void)pthread_mutex_unlock(&index->lock);
}

static void
take_out(struct producer_index *index, const char *id, struct entry *gone)
{
	struct entry *first = nrs_map_get(index->by_id, id);

	if (first != gone) {
		while (first->next != gone)
			first = first->next;
		first->next = gone->next;
	} else if (gone->next != NULL)
		(void)nrs_map_put(index->by_id, id, gone->next);
	else
		(void)nrs_map_del(index->by_id, id);
	free(gone);
}

void
producer_index_forget(
    struct producer_index *index, const struct producer_ident *ident)
{
	struct entry *e;

	(void)pthread_mutex_lock(&index->lock);
	e = find(index, ident);
	/* Decided after all: the append had worked, only its answer was lost.
	 */
	if (e != NULL && e->outcome_offset < 0)
		take_out(index, ident->submission_id, e);
	(void)pthread_cond_broadcast(&index->changed);
	(void)pthread_mutex_unlock(&index->lock);
}

static void
keep_bytes(
    struct producer_index *index, struct entry *e, struct nrs_bytes bytes)
{
	struct entry **slot = &index->newest[index->at];

	index->at = (index->at + 1) % index->n_newest;
	if (*slot != NULL) {
		free((*slot)->bytes);
		(*slot)->bytes = NULL;
	}
	*slot = e;
	e->bytes = nrs_alloc(bytes.len + 1);
	memcpy(e->bytes, bytes.data, bytes.len);
	e->len = bytes.len;
}

void
producer_index_learn(
    struct producer_index *index, const struct producer_decided *decided)
{
	struct entry *e;

	(void)pthread_mutex_lock(&index->lock);
	e = find(index, &decided->ident);
	if (e == NULL)
		e = add(index, &decided->ident);
	if (e->outcome_offset < 0) {
		e->outcome_offset = decided->offset;
		keep_bytes(index, e, decided->bytes);
		(void)pthread_cond_broadcast(&index->changed);
	}
	(void)pthread_mutex_unlock(&index->lock);
}

static void
fill(const struct entry *e, struct nrs_arena *arena,
    struct producer_answer *answer)
{
	answer->outcome_offset = e->outcome_offset;
	answer->journal_offset = e->journal_offset;
	if (e->bytes != NULL)
		answer->bytes = nrs_arena_bytes(arena, e->bytes, e->len);
}

enum producer_waited
producer_index_wait(struct producer_index *index,
    const struct producer_ident *ident, int timeout_ms, struct nrs_arena *arena,
    struct producer_answer *answer)
{
	struct timespec deadline = nrs_cond_limit(timeout_ms);
	enum producer_waited waited = PRODUCER_TIMEOUT;
	const struct entry *e;
	int rc = 0;

	*answer = (struct producer_answer){
	    .outcome_offset = -1, .journal_offset = -1};
	(void)pthread_mutex_lock(&index->lock);
	while ((e = find(index, ident)) != NULL && e->outcome_offset < 0 &&
	       !index->stopped && rc == 0)
		rc = pthread_cond_timedwait(
		    &index->changed, &index->lock, &deadline);
	if (e != NULL)
		fill(e, arena, answer);
	if (e != NULL && e->outcome_offset >= 0)
		waited = PRODUCER_DECIDED;
	else if (e == NULL || index->stopped)
		waited = PRODUCER_GONE;
	(void)pthread_mutex_unlock(&index->lock);
	return waited;
}

bool
producer_index_find(struct producer_index *index, const char *id,
    struct nrs_arena *arena, struct producer_answer *answer)
{
	const struct entry *e;

	*answer = (struct producer_answer){
	    .outcome_offset = -1, .journal_offset = -1};
	(void)pthread_mutex_lock(&index->lock);
	e = nrs_map_get(index->by_id, id);
	while (e != NULL && e->outcome_offset < 0)
		e = e->next;
	if (e != NULL)
		fill(e, arena, answer);
	(void)pthread_mutex_unlock(&index->lock);
	return e != NULL;
}

bool
producer_index_knows(
    struct producer_index *index, const struct producer_ident *ident)
{
	const struct entry *e;
	bool known;

	(void)pthread_mutex_lock(&index->lock);
	e = find(index, ident);
	known = e != NULL && (e->outcome_offset >= 0 || e->journal_offset >= 0);
	(void)pthread_mutex_unlock(&index->lock);
	return known;
}

void
producer_index_stop(struct producer_index *index)
{
	(void)pthread_mutex_lock(&index->lock);
	index->stopped = true;
	(void)pthread_cond_broadcast(&index->changed);
	(void)pthread_mutex_unlock(&index->lock);
}

size_t
producer_index_count(struct producer_index *index)
{
	size_t n;

	(void)pthread_mutex_lock(&index->lock);
	n = nrs_map_count(index->by_id);
	(void)pthread_mutex_unlock(&index->lock);
	return n;
}
