/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_INDEX_H
#define PRODUCER_INDEX_H
/*
 * index: what was decided about each submission id, and who waits for it.
 *
 * Rebuilt from the topic `outcome` at every start, so it knows what any other
 * producer accepted too. Any thread; whoever waits sleeps on a condition.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/mem.h"
#include "noroshi/io/sign.h"

struct producer_index;

/* Who a command is: the same id with other bytes is another command. */
struct producer_ident {
	const char *submission_id;
	const uint8_t *payload_sha256, *addressing_sha256;
};

/* An outcome as it lies in its topic. */
struct producer_decided {
	struct producer_ident ident;
	int64_t offset;         /* in `outcome` */
	struct nrs_bytes bytes; /* copied while among the newest */
};

enum producer_entered {
	PRODUCER_NEW,   /* yours to append; then appended() or forget() */
	PRODUCER_KNOWN, /* the same bytes are on their way or decided: wait */
	PRODUCER_OTHER, /* the id has other bytes */
};

enum producer_waited {
	PRODUCER_DECIDED,
	PRODUCER_TIMEOUT,
	PRODUCER_GONE, /* the append was given up, or this process stops */
};

struct producer_answer {
	int64_t outcome_offset; /* -1 while undecided */
	int64_t journal_offset; /* -1 when not appended by this process */
	struct nrs_bytes bytes; /* in the caller's arena; data NULL: read it at
	                         * outcome_offset */
};

/* Keeps the bytes of the newest n_bytes outcomes, of all others the place. */
struct producer_index *producer_index_new(size_t n_bytes);
void producer_index_free(struct producer_index *index);

enum producer_entered producer_index_enter(
    struct producer_index *index, const struct producer_ident *ident);
/* It is in the journal. */
void producer_index_appended(struct producer_index *index,
    const struct producer_ident *ident, int64_t journal_offset);
/* The append failed or is in doubt: the next same command may try again. */
void producer_index_forget(
    struct producer_index *index, const struct producer_ident *ident);
/* Only the first outcome of a command counts: a later DUPLICATE is no news. */
void producer_index_learn(
    struct producer_index *index, const struct producer_decided *decided);
/* Sleep until ident is decided, at most timeout_ms; fills answer as far as it
 * is known. */
enum producer_waited producer_index_wait(struct producer_index *index,
    const struct producer_ident *ident, int timeout_ms, struct nrs_arena *arena,
    struct producer_answer *answer);
/* The first outcome under an id; false when there is none. */
bool producer_index_find(struct producer_index *index, const char *id,
    struct nrs_arena *arena, struct producer_answer *answer);
/* True when ident is decided, or in the journal by this process. */
bool producer_index_knows(
    struct producer_index *index, const struct producer_ident *ident);
/* Wake everyone who waits, now and from now on. */
void producer_index_stop(struct producer_index *index);
size_t producer_index_count(struct producer_index *index);
#endif
