/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_TESTS_SUPPORT_COPIER_H
#define NOROSHI_TESTS_SUPPORT_COPIER_H
/*
 * copier: the smallest service on a pipe: every record of topic goes to output.
 * It brings its own skeleton (nrs_service_*), so that several can run in one
 * program and be watched; it may lie in memory shared between processes.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "noroshi/io/pipe.h"

struct nrs_service_ctx {
	struct nrs_stop *stop;
	atomic_int n_alive;
	atomic_bool ready;
	pthread_mutex_t lock;
	char reason[512];
};

struct copier {
	struct nrs_service_ctx ctx;
	const char *topic, *output;
	const char *instance; /* NULL: a new member each time */
	const char *servers;  /* NULL: the fixture's */
	/* what it should do */
	int64_t start;       /* 0: leave it to the pipe */
	const char *send_to; /* NULL: output */
	size_t value_size;   /* 0: as it came */
	atomic_int n_retry;  /* so many batches are answered NRS_RETRY */
	atomic_bool hold;    /* wait within the batch, its outputs sent */
	/* what happened */
	atomic_int n_taken, n_records, n_settled, n_lost, n_held, n_idle;
	_Atomic int64_t committed;
	enum nrs_rc rc;
	struct nrs_err err;
	pthread_t thread;
};

const struct nrs_pipe_ops *copier_ops(void);

/* Run in this thread until c->ctx.stop is asked; sets it if it is NULL. */
enum nrs_rc copier_run(struct copier *c, const struct nrs_pipe_ops *ops);
/* The same in a thread of its own; stop asks first, join only waits. */
void copier_start(struct copier *c);
enum nrs_rc copier_join(struct copier *c);
enum nrs_rc copier_stop(struct copier *c);
/* Does the last readiness told contain text? */
bool copier_said(struct copier *c, const char *text);
#endif
