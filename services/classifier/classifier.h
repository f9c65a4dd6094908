/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLASSIFIER_CLASSIFIER_H
#define CLASSIFIER_CLASSIFIER_H
/*
 * classifier: decides each command of the journal once and records the
 * decision; whatever else it writes follows from command and outcome alone. One
 * lane, one thread; only `rules` is also touched by a reload, under its lock.
 */
#include <pthread.h>
#include <stdbool.h>

#include "classifier/outputs.h"
#include "noroshi/io/admit.h"
#include "noroshi/io/pipe.h"
#include "noroshi/io/service.h"

struct classifier_conf {
	struct nrs_service_conf common;
	const char *sectors, *rules, *newsletters, *keys;
	bool verify;
	int64_t max_batch, answer_timeout_ms;
};

/* One reading of the policy files; a batch uses one from start to end. */
struct classifier_rules {
	struct nrs_arena *arena;
	const struct nrs_policy *policy;
	struct nrs_keyring *keyring; /* NULL: verify is off */
};

#define CLASSIFIER_VERDICTS (NRS_VERDICT_DUPLICATE + 1)
struct classifier_meters {
	struct nrs_metric *verdicts[CLASSIFIER_VERDICTS];
	struct nrs_metric *refused, *unknown, *gaps;
	struct nrs_metric *seconds;
	struct nrs_metric *threads, *waiting, *held, *arrangements;
};

struct classifier {
	const struct classifier_conf *conf;
	struct nrs_service_ctx *ctx;
	const struct nrs_lane *lane;
	pthread_mutex_t lock; /* of next_rules */
	struct classifier_rules *rules, *next_rules;
	struct nrs_state *state; /* NULL: not active */
	/* For what is read again; NULL until needed. */
	struct nrs_reader *journal;
	int64_t journal_next;    /* where it stands; -1: it rests */
	struct nrs_arena *arena; /* of the command in hand */
	struct nrs_arena *kept;  /* what the open batch has sent */
	int64_t n_applied;       /* in this takeover */
	struct classifier_meters meters;
};

const struct nrs_service *classifier_service(void);

/* rules.c */
NRS_CHECKED enum nrs_rc classifier_rules_load(
    const struct classifier_conf *conf, struct classifier_rules **out,
    struct nrs_err *err);
void classifier_rules_free(struct classifier_rules *rules);
/* Every topic a decision may write to, in arena: to be warmed. */
const char *const *classifier_outputs(
    struct nrs_arena *arena, const struct nrs_sector_table *sectors, size_t *n);

/* takeover.c: rebuild the state from `outcome`, and see that the journal is the
 * one it was made of. */
enum nrs_rc classifier_take_over(
    void *self, int64_t committed, int64_t *start, struct nrs_err *err);

/* again.c: what the state only points to, read again from the journal. *out
 * stays NULL when it is not what it was; NRS_RETRY when the bus does not
 * answer.
 */
NRS_CHECKED enum nrs_rc classifier_read_again(struct classifier *c,
    int64_t offset, const struct nrs_command **out, struct nrs_err *err);
/* All that an outcome lets go. */
NRS_CHECKED enum nrs_rc classifier_read_all_again(struct classifier *c,
    const struct nrs_outcome *outcome, struct classifier_again *again,
    struct nrs_err *err);

/* batch.c */
/* What the record says, as far as it can be read and believed. */
void classifier_admit(struct classifier *c, const struct nrs_record *record,
    struct nrs_command *cmd);
enum nrs_rc classifier_batch(void *self, const struct nrs_record *records,
    size_t n, struct nrs_txn *txn, struct nrs_err *err);
#endif
