/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/ack/ack_call.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"

#define HEARTBEAT_MS 2000
#define BODY_MAX 4096
#define IDLE_TIMEOUT_S 15

/* ---- the token ---- */

static enum nrs_rc
open_token(struct ack_call *c, const char *text, struct nrs_err *err)
{
	struct dispatcher *d = c->ack->d;
	struct nrs_token_keys keys;
	const struct nrs_token_want want = {.keys = &keys,
	    .mode = (enum nrs_mode)(c->ack->conf->common.mode + 1),
	    .now_ms = nrs_wall_ms()};

	(void)pthread_mutex_lock(&d->lock);
	keys = d->policy->tokens;
	(void)pthread_mutex_unlock(&d->lock);
	return nrs_token_open(c->arena, &want, text, &c->token, err);
}

/* ---- requests ---- */

static void
reply_failed(
    const struct ack_call *c, enum nrs_rc rc, const struct nrs_err *why)
{
	if (rc == NRS_REJECT)
		ack_reply_refused(c, why);
	else
		ack_reply_later(c, why);
}

static enum nrs_rc
read_answer(struct ack_call *c, struct nrs_err *err)
{
	enum nrs_rc rc = ack_is_json(c, "Content-Type")
	                     ? dispatcher_answer_json(
	                           c->arena, c->req->body, &c->answer, err)
	                     : dispatcher_answer_form(
	                           c->arena, c->req->body, &c->answer, err);

	if (rc == NRS_OK && c->answer.relayed_of != 0 &&
	    c->token.kind != NRS_SUBSCRIBER_CEPTOAR)
		rc = nrs_refuse(err, "relayed", "relayed",
		    "only a CEPTOAR passes notices on to members");
	return rc;
}

/* One delivery, named by the token. */
static void
confirm_delivery(struct ack_call *c)
{
	struct nrs_receipt about = {.key = {c->token.key, NRS_SHA256_SIZE},
	    .subscriber_id = c->token.subscriber_id,
	    .stage = c->token.kind,
	    .channel = c->token.channel,
	    .mode = c->token.mode,
	    .purpose = NRS_PURPOSE_ALERT,
	    .delivery_offset = -1};
	struct ack_notice notice;
	struct nrs_err err = {0};
	enum nrs_rc rc = ack_notices_get(
	    c->ack->notices, c->token.source_offset, c->arena, &notice, &err);

	if (rc == NRS_OK && c->answer.notice_id[0] != '\0' &&
	    strcmp(c->answer.notice_id, notice.notice_id) != 0) {
		ack_reply_words(c, 404, ACK_WORDS_NOT_YOURS);
		return;
	}
	if (rc != NRS_OK) {
		reply_failed(c, rc, &err);
		return;
	}
	about.notice_id = notice.notice_id;
	about.thread_id = notice.thread_id;
	about.revision = notice.revision;
	about.accepted_at = notice.accepted_at;
	if (ack_record(c, &about, 1))
		ack_reply_recorded(c, &notice);
}

/* Whatever a reader of topics says it has read, if it was meant to. */
static void
confirm_reader(struct ack_call *c)
{
	struct nrs_receipt found[ACK_FOUND_MAX];
	const struct ack_notice notice = {.notice_id = c->answer.notice_id};
	struct ack_find query = {.conf = c->ack->conf,
	    .subscriber_id = c->token.subscriber_id,
	    .notice_id = c->answer.notice_id};
	struct nrs_err err = {0};
	size_t n = 0;
	enum nrs_rc rc = ack_partition_of(
	    c->ack, c->token.subscriber_id, &query.partition, &err);

	if (rc == NRS_OK) {
		(void)pthread_mutex_lock(&c->ack->lock);
		rc = ack_find(&query, c->arena, found, &n, &err);
		(void)pthread_mutex_unlock(&c->ack->lock);
	}
	if (rc == NRS_REJECT)
		ack_reply_words(c, 404, ACK_WORDS_NOT_YOURS);
	else if (rc != NRS_OK)
		ack_reply_later(c, &err);
	else if (ack_record(c, found, n))
		ack_reply_recorded(c, &notice);
}

static void
post_answer(struct ack_call *c)
{
	struct nrs_err err = {0};
	enum nrs_rc rc =
	    open_token(c, c->req->path + strlen(DISPATCHER_ACK_PATH), &err);

	if (rc != NRS_OK || c->token.use == NRS_TOKEN_VERIFY) {
		ack_reply_refused(c, &err);
		return;
	}
	if (read_answer(c, &err) != NRS_OK) {
		ack_reply_words(c, 400, ACK_WORDS_MALFORMED);
		return;
	}
	if (c->token.use == NRS_TOKEN_ACK)
		confirm_delivery(c);
	else if (ack_is_json(c, "Content-Type"))
		confirm_reader(c);
	else
		ack_reply_words(c, 400, ACK_WORDS_MALFORMED);
}

/* Shows, and changes nothing: mail scanners open every link. */
static void
get_notice(struct ack_call *c)
{
	struct nrs_err err = {0};
	struct ack_notice notice;
	enum nrs_rc rc =
	    open_token(c, c->req->path + strlen(DISPATCHER_ACK_PATH), &err);

	if (rc == NRS_OK && c->token.use != NRS_TOKEN_ACK)
		rc = NRS_REJECT;
	if (rc == NRS_OK)
		rc = ack_notices_get(c->ack->notices, c->token.source_offset,
		    c->arena, &notice, &err);
	if (rc == NRS_OK)
		ack_reply_page(c, &notice, NULL);
	else
		reply_failed(c, rc, &err);
}

/* ---- addresses ---- */

/* Of another purpose, or in a drill, which proves nothing. */
static bool
may_verify(struct ack_call *c)
{
	struct nrs_err err = {0};

	if (!c->ack->conf->common.bus.drill &&
	    open_token(c, c->req->path + strlen(DISPATCHER_VERIFY_PATH),
	        &err) == NRS_OK &&
	    c->token.use == NRS_TOKEN_VERIFY)
		return true;
	ack_reply_refused(c, &err);
	return false;
}

static void
reply_verify(struct ack_call *c, bool done)
{
	c->reply->status = 200;
	c->reply->type = "text/html; charset=utf-8";
	c->reply->fields = ack_page_fields(&c->reply->n_fields);
	ack_page_verify(c->token.english, done, &c->reply->body);
}

static void
get_verify(struct ack_call *c)
{
	if (may_verify(c))
		reply_verify(c, false);
}

static void
post_verify(struct ack_call *c)
{
	if (may_verify(c) && ack_record_proof(c))
		reply_verify(c, true);
}

/* A path that nobody was given. */
static void
refuse_path(struct ack_call *c)
{
	const struct nrs_err none = {0};

	ack_reply_refused(c, &none);
}

static void
run_call(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply, void (*run)(struct ack_call *c))
{
	struct ack_call c = {.ack = self,
	    .req = req,
	    .reply = reply,
	    .arena = nrs_arena_new(),
	    .token.subscriber_id = "",
	    .answer.notice_id = ""};

	run(&c);
	nrs_arena_free(c.arena);
}

static void
on_get(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	run_call(self, req, reply, get_notice);
}

static void
on_post(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	run_call(self, req, reply, post_answer);
}

static void
on_get_verify(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	run_call(self, req, reply, get_verify);
}

static void
on_post_verify(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	run_call(self, req, reply, post_verify);
}

static void
on_other(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	run_call(self, req, reply, refuse_path);
}

static const struct nrs_http_route routes[] = {
    {"GET", DISPATCHER_ACK_PATH, on_get},
    {"POST", DISPATCHER_ACK_PATH, on_post},
    {"GET", DISPATCHER_VERIFY_PATH, on_get_verify},
    {"POST", DISPATCHER_VERIFY_PATH, on_post_verify},
    {"GET", "/", on_other},
    {"POST", "/", on_other},
};

/* ---- the lane ---- */

static void
open_meters(struct ack *ack, struct nrs_metrics *metrics)
{
	static const char name[] = "noroshi_acknowledgements_total";
	static const char help[] =
	    "Answers at ack.listen by what came of them.";

	if (metrics == NULL)
		return;
	ack->recorded =
	    nrs_metrics_counter(metrics, name, "result=\"recorded\"", help);
	ack->repeated =
	    nrs_metrics_counter(metrics, name, "result=\"repeated\"", help);
	ack->refused =
	    nrs_metrics_counter(metrics, name, "result=\"refused\"", help);
	ack->unavailable =
	    nrs_metrics_counter(metrics, name, "result=\"unavailable\"", help);
}

static enum nrs_rc
serve(struct ack *ack, struct nrs_service_ctx *ctx, const struct nrs_lane *lane,
    struct nrs_err *err)
{
	struct nrs_stop *stop = nrs_service_stop(ctx);
	struct nrs_http *http = NULL;
	const struct nrs_http_conf conf = {
	    .listen = ack->conf->ack.listen,
	    .max_body = BODY_MAX,
	    .max_connections = (unsigned)ack->conf->ack.max_connections,
	    .idle_timeout_s = IDLE_TIMEOUT_S,
	    .routes = routes,
	    .n_routes = sizeof(routes) / sizeof(routes[0]),
	};
	enum nrs_rc rc = nrs_http_open(&conf, ack, &http, err);
	bool up;

	if (rc != NRS_OK)
		return rc;
	nrs_log(
	    NRS_LOG_INFO, "ack_listens", NRS_I("port", nrs_http_port(http)));
	do {
		up = nrs_producer_connected(ack->producer);
		nrs_service_alive(ctx, lane);
		nrs_service_ready(ctx, lane, up, up ? "" : "no broker");
		nrs_http_tend(http);
	} while (!nrs_stop_wait(stop, HEARTBEAT_MS));
	nrs_http_close(http);
	return NRS_OK;
}

/* Nobody is asked at this process. */
static void
sleep_on(struct nrs_service_ctx *ctx, const struct nrs_lane *lane)
{
	nrs_service_ready(ctx, lane, true, "off");
	do
		nrs_service_alive(ctx, lane);
	while (!nrs_stop_wait(nrs_service_stop(ctx), HEARTBEAT_MS));
}

enum nrs_rc
dispatcher_ack(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	static const char *const topics[] = {
	    NRS_TOPIC_RECEIPT_ALERT, NRS_TOPIC_VERIFICATION};
	struct dispatcher *d = self;
	const size_t n_topics = d->conf->common.bus.drill ? 1 : 2;
	struct ack ack = {.d = d, .conf = d->conf};
	enum nrs_rc rc;

	if (d->conf->ack.listen[0] == '\0') {
		sleep_on(ctx, lane);
		return NRS_OK;
	}
	open_meters(&ack, nrs_service_metrics(ctx));
	(void)pthread_mutex_init(&ack.lock, NULL);
	ack.notices = ack_notices_new(d->conf);
	ack.memory = ack_memory_new();
	rc = nrs_producer_open(
	    &d->conf->common.bus, topics, n_topics, &ack.producer, err);
	if (rc == NRS_OK)
		rc = serve(&ack, ctx, lane, err);
	nrs_producer_close(ack.producer);
	ack_memory_free(ack.memory);
	ack_notices_free(ack.notices);
	(void)pthread_mutex_destroy(&ack.lock);
	return rc;
}
