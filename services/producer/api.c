/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP API. Handlers run in the server's threads, one per connection. */
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/http.h"
#include "producer/preview.h"
#include "producer/reply.h"
#include "producer/submit.h"

#define HEARTBEAT_MS 5000

/* wait=MS of the query, the configured one when absent or no number. */
static int
wait_of(const struct producer *p, const struct nrs_http_request *req)
{
	const char *text = nrs_http_query(req, "wait");
	char *end = NULL;
	long long value = p->conf->wait_ms;

	if (text != NULL) {
		long long asked = strtoll(text, &end, 10);
		if (end != text && *end == '\0' && asked >= 0)
			value = asked;
	}
	return (
	    int)(value > p->conf->max_wait_ms ? p->conf->max_wait_ms : value);
}

/* Media types are compared without case, and may have parameters (RFC 9110). */
static bool
is_type(const char *type, const char *wanted)
{
	const size_t n = strlen(wanted);

	return strncasecmp(type, wanted, n) == 0 &&
	       strchr("; \t", type[n]) != NULL;
}

/* False: it is of another type, and answered. */
static bool
is_submission(const struct nrs_http_request *req,
    struct producer_request *request, struct nrs_http_reply *reply)
{
	const char *type = nrs_http_header(req, "Content-Type");
	struct nrs_err err = {0};

	request->body = req->body;
	request->is_protobuf =
	    type != NULL && is_type(type, "application/protobuf");
	if (type == NULL || request->is_protobuf ||
	    is_type(type, "application/json"))
		return true;
	(void)nrs_refuse(&err, "", "media-type",
	    "a submission is application/json or application/protobuf");
	producer_reply_refused(reply, 415, "", &err);
	return false;
}

static void
post_submission(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	struct producer *p = self;
	struct producer_request request = {.wait_ms = wait_of(p, req)};

	if (is_submission(req, &request, reply))
		producer_submit(p, &request, reply);
}

static void
post_preview(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	struct producer_request request = {0};

	if (is_submission(req, &request, reply))
		producer_preview(self, &request, reply);
}

/* One outcome, by its bytes or from the bus when they are not kept. */
static void
reply_found(const struct producer *p, struct producer_answer *answer,
    struct nrs_arena *arena, struct nrs_http_reply *reply)
{
	struct nrs_err err = {0};
	enum nrs_rc rc = NRS_OK;

	if (answer->bytes.data == NULL)
		rc = producer_lookup_outcome(p->lookup, answer->outcome_offset,
		    arena, &answer->bytes, &err);
	if (rc == NRS_OK)
		producer_reply_outcome(reply, arena, answer->bytes, 200);
	else
		producer_reply_unavailable(reply, "", "bus-down", &err);
}

static void
get_outcome(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	struct producer *p = self;
	const char *id = req->path + strlen("/v1/outcomes/");
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_answer answer;
	struct nrs_err err = {0};

	if (producer_index_find(p->index, id, arena, &answer))
		reply_found(p, &answer, arena, reply);
	else if (!atomic_load(&p->loaded)) {
		(void)nrs_fail(&err, NRS_RETRY,
		    "starting: not all outcomes "
		    "have been read yet");
		producer_reply_unavailable(reply, id, "starting", &err);
	} else {
		(void)nrs_refuse(&err, "submission_id", "not-found",
		    "no outcome is known under this id");
		producer_reply_refused(reply, 404, id, &err);
	}
	nrs_arena_free(arena);
}

static const struct nrs_http_route routes[] = {
    {"POST", "/v1/submissions", post_submission},
    {"POST", "/v1/preview", post_preview},
    {"GET", "/v1/outcomes/", get_outcome},
};

enum nrs_rc
producer_api_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	struct producer *p = self;
	struct nrs_stop *stop = nrs_service_stop(ctx);
	struct nrs_http *http = NULL;
	const struct nrs_http_conf conf = {
	    .listen = p->conf->listen,
	    .max_body = (size_t)p->conf->max_body,
	    .max_connections = (unsigned)p->conf->max_connections,
	    .idle_timeout_s = (unsigned)p->conf->idle_timeout_s,
	    .routes = routes,
	    .n_routes = sizeof(routes) / sizeof(routes[0]),
	};
	enum nrs_rc rc = nrs_http_open(&conf, p, &http, err);

	if (rc != NRS_OK)
		return rc;
	nrs_log(
	    NRS_LOG_INFO, "api_listens", NRS_I("port", nrs_http_port(http)));
	do {
		bool up = nrs_producer_connected(p->bus);
		nrs_service_alive(ctx, lane);
		nrs_service_ready(ctx, lane, up, up ? "" : "no broker");
		nrs_http_tend(http);
	} while (!nrs_stop_wait(stop, HEARTBEAT_MS));
	/* Requests that wait are answered now, with what is known. */
	producer_index_stop(p->index);
	nrs_http_close(http);
	return NRS_OK;
}
