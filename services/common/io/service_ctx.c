/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/service_private.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/text.h"

/* Lanes promise a sign of life every 10 s; twice that is not an accident. The
 * time a suspended machine slept does not count: its lanes slept, too. */
#define ALIVE_MS 20000

struct lane_state {
	_Atomic int64_t alive_ns;
	bool ready; /* this and reason: under lock */
	char reason[128];
	struct nrs_metric *gauge;
};

struct nrs_service_ctx {
	const struct nrs_service *service;
	struct nrs_notify *notify;
	struct nrs_stop *stop;
	struct nrs_metrics *metrics;
	pthread_mutex_t lock;
	struct lane_state *lanes; /* service->n_lanes */
	bool started;             /* READY=1 was sent; under lock */
};

struct nrs_service_ctx *
nrs_service_ctx_new(
    const struct nrs_service *service, struct nrs_notify *notify)
{
	struct nrs_service_ctx *ctx = nrs_calloc(1, sizeof(*ctx));
	char *labels;
	size_t i;

	ctx->service = service;
	ctx->notify = notify;
	ctx->stop = nrs_stop_new();
	ctx->metrics = nrs_metrics_new();
	(void)pthread_mutex_init(&ctx->lock, NULL);
	ctx->lanes = nrs_calloc(service->n_lanes, sizeof(*ctx->lanes));
	for (i = 0; i < service->n_lanes; i++) {
		labels = nrs_asprintf("lane=\"%s\"", service->lanes[i].name);
		ctx->lanes[i].gauge =
		    nrs_metrics_gauge(ctx->metrics, "noroshi_lane_ready",
		        labels, "1 while this loop can do its work.");
		free(labels);
		(void)snprintf(ctx->lanes[i].reason,
		    sizeof(ctx->lanes[i].reason), "starting");
	}
	return ctx;
}

void
nrs_service_ctx_free(struct nrs_service_ctx *ctx)
{
	if (ctx == NULL)
		return;
	nrs_metrics_free(ctx->metrics);
	nrs_stop_free(ctx->stop);
	(void)pthread_mutex_destroy(&ctx->lock);
	free(ctx->lanes);
	free(ctx);
}

struct nrs_stop *
nrs_service_stop(struct nrs_service_ctx *ctx)
{
	return ctx->stop;
}

struct nrs_metrics *
nrs_service_metrics(struct nrs_service_ctx *ctx)
{
	return ctx->metrics;
}

const struct nrs_service *
nrs_service_ctx_service(struct nrs_service_ctx *ctx)
{
	return ctx->service;
}

static struct lane_state *
state_of(struct nrs_service_ctx *ctx, const struct nrs_lane *lane)
{
	return &ctx->lanes[lane - ctx->service->lanes];
}

void
nrs_service_alive(struct nrs_service_ctx *ctx, const struct nrs_lane *lane)
{
	atomic_store_explicit(&state_of(ctx, lane)->alive_ns, nrs_awake_ns(),
	    memory_order_relaxed);
}

void
nrs_service_ctx_start(struct nrs_service_ctx *ctx)
{
	size_t i;

	for (i = 0; i < ctx->service->n_lanes; i++)
		nrs_service_alive(ctx, &ctx->service->lanes[i]);
}

bool
nrs_service_ctx_alive(struct nrs_service_ctx *ctx, const char **who)
{
	int64_t silent_ns;
	size_t i;

	for (i = 0; i < ctx->service->n_lanes; i++) {
		silent_ns = nrs_awake_ns() -
		            atomic_load_explicit(
		                &ctx->lanes[i].alive_ns, memory_order_relaxed);
		if (silent_ns / 1000000 > ALIVE_MS) {
			*who = ctx->service->lanes[i].name;
			return false;
		}
	}
	return true;
}

static bool
all_ready(const struct nrs_service_ctx *ctx)
{
	size_t i;

	for (i = 0; i < ctx->service->n_lanes; i++)
		if (!ctx->lanes[i].ready)
			return false;
	return true;
}

/* Under lock. READY=1 is for the first time only: afterwards systemd is told in
 * STATUS, and /readyz answers 503. */
static void
announce(struct nrs_service_ctx *ctx, bool again)
{
	struct nrs_buf state = {0};
	const struct lane_state *lane;
	size_t i;

	if (again || (!ctx->started && all_ready(ctx))) {
		ctx->started = true;
		nrs_buf_adds(&state, "READY=1\n");
	}
	nrs_buf_adds(
	    &state, all_ready(ctx) ? "STATUS=ready" : "STATUS=waiting");
	for (i = 0; i < ctx->service->n_lanes; i++) {
		lane = &ctx->lanes[i];
		if (lane->reason[0] != '\0')
			nrs_buf_printf(&state, "; %s: %s",
			    ctx->service->lanes[i].name, lane->reason);
	}
	nrs_notify_send(ctx->notify, nrs_buf_str(&state));
	nrs_buf_fini(&state);
}

void
nrs_service_ctx_announce(struct nrs_service_ctx *ctx)
{
	(void)pthread_mutex_lock(&ctx->lock);
	announce(ctx, ctx->started);
	(void)pthread_mutex_unlock(&ctx->lock);
}

void
nrs_service_ready(struct nrs_service_ctx *ctx, const struct nrs_lane *lane,
    bool ready, const char *reason)
{
	struct lane_state *state = state_of(ctx, lane);
	size_t len;

	if (reason == NULL || !nrs_text_is_line(reason))
		reason = "";
	len = nrs_text_cut(reason, sizeof(state->reason) - 1);
	(void)pthread_mutex_lock(&ctx->lock);
	if (state->ready != ready || strlen(state->reason) != len ||
	    memcmp(state->reason, reason, len) != 0) {
		state->ready = ready;
		memcpy(state->reason, reason, len);
		state->reason[len] = '\0';
		nrs_metric_set(state->gauge, ready ? 1 : 0);
		announce(ctx, false);
	}
	(void)pthread_mutex_unlock(&ctx->lock);
}

/* text has no controls: nrs_service_ready saw to that, and names are ours. */
static void
add_json(struct nrs_buf *out, const char *text)
{
	nrs_buf_addc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			nrs_buf_addc(out, '\\');
		nrs_buf_addc(out, *text);
	}
	nrs_buf_addc(out, '"');
}

bool
nrs_service_ctx_print(struct nrs_service_ctx *ctx, struct nrs_buf *out)
{
	bool ready;
	size_t i;

	(void)pthread_mutex_lock(&ctx->lock);
	ready = all_ready(ctx);
	nrs_buf_printf(
	    out, "{\"ready\":%s,\"lanes\":[", ready ? "true" : "false");
	for (i = 0; i < ctx->service->n_lanes; i++) {
		nrs_buf_adds(out, i == 0 ? "{\"name\":" : ",{\"name\":");
		add_json(out, ctx->service->lanes[i].name);
		nrs_buf_printf(out, ",\"ready\":%s,\"reason\":",
		    ctx->lanes[i].ready ? "true" : "false");
		add_json(out, ctx->lanes[i].reason);
		nrs_buf_addc(out, '}');
	}
	nrs_buf_adds(out, "]}\n");
	(void)pthread_mutex_unlock(&ctx->lock);
	return ready;
}
