/* SPDX-License-Identifier: Apache-2.0 */
#include "support/copier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/bus_fixture.h"

/* ---- the skeleton, as far as a pipe knows it ---- */

/* Weak: a test of the real skeleton, linked with this archive, gets that. */
#pragma weak nrs_service_stop
#pragma weak nrs_service_metrics
#pragma weak nrs_service_ready
#pragma weak nrs_service_alive

struct nrs_stop *
nrs_service_stop(struct nrs_service_ctx *ctx)
{
	return ctx->stop;
}

struct nrs_metrics *
nrs_service_metrics(struct nrs_service_ctx *ctx)
{
	(void)ctx;
	return NULL;
}

void
nrs_service_ready(struct nrs_service_ctx *ctx, const struct nrs_lane *lane,
    bool ready, const char *reason)
{
	(void)lane;
	pthread_mutex_lock(&ctx->lock);
	(void)snprintf(ctx->reason, sizeof(ctx->reason), "%s", reason);
	pthread_mutex_unlock(&ctx->lock);
	ctx->ready = ready;
}

void
nrs_service_alive(struct nrs_service_ctx *ctx, const struct nrs_lane *lane)
{
	(void)lane;
	ctx->n_alive++;
}

/* ---- the service ---- */

static enum nrs_rc
take_over(void *self, int64_t committed, int64_t *start, struct nrs_err *err)
{
	struct copier *c = self;

	(void)err;
	c->committed = committed;
	if (c->start > 0)
		*start = c->start;
	c->n_taken++;
	return NRS_OK;
}

static void
wait_while_held(struct copier *c)
{
	if (!c->hold)
		return;
	c->n_held++;
	while (c->hold && !nrs_stop_asked(c->ctx.stop))
		nrs_stop_wait(c->ctx.stop, 5);
}

static enum nrs_rc
batch(void *self, const struct nrs_record *records, size_t n,
    struct nrs_txn *txn, struct nrs_err *err)
{
	static uint8_t large[4000000];
	struct copier *c = self;
	struct nrs_outgoing out = {
	    .topic = c->send_to != NULL ? c->send_to : c->output};
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(records[i].topic, c->topic) != 0)
			return nrs_fail(err, NRS_FATAL, "not our topic");
		out.value = records[i].value;
		if (c->value_size > 0)
			out.value = (struct nrs_bytes){large, c->value_size};
		nrs_txn_send(txn, &out);
	}
	wait_while_held(c);
	if (c->n_retry > 0) {
		c->n_retry--;
		return nrs_fail(err, NRS_RETRY, "as the test wants it");
	}
	c->n_records += (int)n;
	return NRS_OK;
}

static void
settled(void *self)
{
	struct copier *c = self;

	c->n_settled++;
}

static void
idle(void *self)
{
	struct copier *c = self;

	c->n_idle++;
}

static void
lost(void *self)
{
	struct copier *c = self;

	c->n_lost++;
}

const struct nrs_pipe_ops *
copier_ops(void)
{
	static const struct nrs_pipe_ops ops = {
	    .take_over = take_over,
	    .batch = batch,
	    .settled = settled,
	    .idle = idle,
	    .lost = lost,
	};

	return &ops;
}

/* ---- running it ---- */

enum nrs_rc
copier_run(struct copier *c, const struct nrs_pipe_ops *ops)
{
	static const struct nrs_lane lane = {.name = "copier"};
	struct nrs_bus_conf bus =
	    bus_fixture_conf(c->instance != NULL ? c->instance : "");
	struct nrs_pipe_conf conf = {
	    .bus = &bus,
	    .topic = c->topic,
	    .group = c->topic,
	    .outputs = &c->output,
	    .n_outputs = 1,
	    .max_batch = 100,
	    .ctx = &c->ctx,
	    .lane = &lane,
	};

	if (c->servers != NULL)
		bus.servers = c->servers;
	if (c->ctx.stop == NULL) {
		c->ctx.stop = nrs_stop_new();
		pthread_mutex_init(&c->ctx.lock, NULL);
	}
	c->rc = nrs_pipe_run(&conf, ops, c, &c->err);
	return c->rc;
}

static void *
run_thread(void *arg)
{
	(void)copier_run(arg, copier_ops());
	return NULL;
}

void
copier_start(struct copier *c)
{
	c->ctx.stop = nrs_stop_new();
	pthread_mutex_init(&c->ctx.lock, NULL);
	if (pthread_create(&c->thread, NULL, run_thread, c) != 0)
		abort();
}

enum nrs_rc
copier_join(struct copier *c)
{
	pthread_join(c->thread, NULL);
	nrs_stop_free(c->ctx.stop);
	pthread_mutex_destroy(&c->ctx.lock);
	return c->rc;
}

enum nrs_rc
copier_stop(struct copier *c)
{
	nrs_stop_ask(c->ctx.stop);
	return copier_join(c);
}

bool
copier_said(struct copier *c, const char *text)
{
	bool said;

	pthread_mutex_lock(&c->ctx.lock);
	said = strstr(c->ctx.reason, text) != NULL;
	pthread_mutex_unlock(&c->ctx.lock);
	return said;
}
