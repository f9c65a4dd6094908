/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io/http_guard.h"
#include "common/io/http_listen.h"
#include "common/io/http_seats.h"
#include "noroshi/base/cond.h"
#include "noroshi/base/text.h"

/* Per connection: request line and headers must fit, else 431. */
#define HEADER_MEMORY (32 * 1024)
#define STACK_SIZE (512 * 1024)
/* What a closing server grants requests that are under way. */
#define DRAIN_S 5
/* A body up to this many times too large is read before it is refused. */
#define DROP_FACTOR 4
/* A whole request may take so many times as long as a silence. */
#define WHOLE_FACTOR 4

struct nrs_http {
	struct MHD_Daemon *daemon;
	struct nrs_http_conf conf;
	void *self;
	struct http_seats *seats;
	int port;
	pthread_mutex_t lock;
	pthread_cond_t idle;
	unsigned running; /* requests under way; under lock */
};

/* What is known of a request so far; freed by completed(). */
struct request {
	struct nrs_http *http;
	struct http_seat *seat;
	struct nrs_buf body;
	bool bad_uri, started, answered, too_large;
	size_t received;
};

/* ---- answers --------------------------------------------------------------
 */

static void
add_header(struct MHD_Response *response, const char *name, const char *value)
{
	/* Fails only without memory or with a CR or LF in value. */
	(void)MHD_add_response_header(response, name, value);
}

/* Takes reply's body. */
static enum MHD_Result
send_reply(struct MHD_Connection *connection, struct nrs_http_reply *reply,
    const char *allow, bool close_after)
{
	struct MHD_Response *response;
	enum MHD_Result sent;
	size_t i, len = reply->body.len;
	char seconds[16];

	response = MHD_create_response_from_buffer(
	    len, nrs_buf_take(&reply->body), MHD_RESPMEM_MUST_FREE);
	if (response == NULL)
		return MHD_NO;
	add_header(response, "Content-Type", reply->type);
	add_header(response, "X-Content-Type-Options", "nosniff");
	add_header(response, "Cache-Control", "no-store");
	for (i = 0; i < reply->n_fields; i++)
		add_header(
		    response, reply->fields[i].name, reply->fields[i].value);
	if (allow != NULL)
		add_header(response, "Allow", allow);
	if (reply->retry_after_s > 0) {
		(void)snprintf(
		    seconds, sizeof(seconds), "%d", reply->retry_after_s);
		add_header(response, "Retry-After", seconds);
	}
	if (close_after)
		add_header(response, "Connection", "close");
	sent =
	    MHD_queue_response(connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return sent;
}

/* An answer of the server's own. text is ours: it needs no escaping. */
static enum MHD_Result
refuse(struct MHD_Connection *connection, struct request *request, int status,
    const char *text)
{
	struct nrs_http_reply reply = {
	    .status = status, .type = "application/json"};

	nrs_buf_printf(
	    &reply.body, "{\"rule\":\"http\",\"text\":\"%s\"}\n", text);
	request->answered = true;
	return send_reply(connection, &reply, NULL, true);
}

static enum MHD_Result
refuse_size(struct MHD_Connection *connection, struct request *request)
{
	struct nrs_http_reply reply = {
	    .status = 413, .type = "application/json"};

	nrs_buf_printf(&reply.body,
	    "{\"field\":\"body\",\"rule\":\"length\",\"text\":\"the body is "
	    "longer than %zu bytes\"}\n",
	    request->http->conf.max_body);
	request->answered = true;
	return send_reply(connection, &reply, NULL, true);
}

/* ---- the size of a body ----------------------------------------------------
 */

/* Closing on a client that is still sending resets the connection, and our
 * answer may be lost with it. So what is only somewhat too large is read and
 * dropped first, unless the client asked before sending. */
static bool
refuse_unread(struct MHD_Connection *connection, const struct nrs_http *http)
{
	const char *length = MHD_lookup_connection_value(
	    connection, MHD_HEADER_KIND, "Content-Length");
	const char *expect =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Expect");
	unsigned long long bytes, max = http->conf.max_body;

	if (length == NULL)
		return false;
	bytes = strtoull(length, NULL, 10); /* saturates: still too much */
	return bytes / DROP_FACTOR > max || (bytes > max && expect != NULL);
}

/* ---- routing --------------------------------------------------------------
 */

static bool
path_matches(const struct nrs_http_route *route, const char *path)
{
	size_t len = strlen(route->path);

	if (route->path[len - 1] == '/')
		return strncmp(route->path, path, len) == 0;
	return strcmp(route->path, path) == 0;
}

static enum MHD_Result
refuse_route(struct MHD_Connection *connection, const struct nrs_http *http,
    const char *path)
{
	struct nrs_http_reply reply = {
	    .status = 404, .type = "application/json"};
	struct nrs_buf allow = {0};
	enum MHD_Result sent;
	size_t i;

	for (i = 0; i < http->conf.n_routes; i++)
		if (path_matches(&http->conf.routes[i], path))
			nrs_buf_printf(&allow, "%s%s%s",
			    allow.len > 0 ? ", " : "",
			    http->conf.routes[i].method,
			    strcmp(http->conf.routes[i].method, "GET") == 0
			        ? ", HEAD"
			        : "");
	if (allow.len > 0)
		reply.status = 405;
	nrs_buf_printf(&reply.body, "{\"rule\":\"http\",\"text\":\"%s\"}\n",
	    allow.len > 0 ? "method not allowed here" : "no such path");
	sent = send_reply(connection, &reply,
	    allow.len > 0 ? nrs_buf_str(&allow) : NULL, false);
	nrs_buf_fini(&allow);
	return sent;
}

static enum MHD_Result
answer(struct MHD_Connection *connection, struct request *request,
    const char *method, const char *path)
{
	const struct nrs_http *http = request->http;
	struct nrs_http_request seen = {
	    .method = strcmp(method, "HEAD") == 0 ? "GET" : method,
	    .path = path,
	    .body = {.data = (const uint8_t *)nrs_buf_str(&request->body),
	        .len = request->body.len},
	    .connection = connection};
	struct nrs_http_reply reply = {
	    .status = 200, .type = "application/json"};
	const struct nrs_http_route *route;
	size_t i;

	request->answered = true;
	http_seat_serve(http->seats, request->seat);
	for (i = 0; i < http->conf.n_routes; i++) {
		route = &http->conf.routes[i];
		if (strcmp(route->method, seen.method) != 0 ||
		    !path_matches(route, path))
			continue;
		route->handle(http->self, &seen, &reply);
		return send_reply(connection, &reply, NULL, false);
	}
	return refuse_route(connection, http, path);
}

/* ---- libmicrohttpd's callbacks --------------------------------------------
 */

/* A connection begins or ends. */
static void
notice(void *opaque, struct MHD_Connection *connection, void **seat,
    enum MHD_ConnectionNotificationCode code)
{
	struct nrs_http *http = opaque;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED)
		http_seat_leave(http->seats, *seat);
	else
		*seat = http_seat_take(
		    http->seats, MHD_get_connection_info(connection,
		                     MHD_CONNECTION_INFO_CONNECTION_FD)
		                     ->connect_fd);
}

/* The earliest moment of a request. uri is as it came: libmicrohttpd decodes
 * %00 later and so would cut the path short. */
static void *
begin(void *opaque, const char *uri, struct MHD_Connection *connection)
{
	struct nrs_http *http = opaque;
	struct request *request = nrs_calloc(1, sizeof(*request));

	request->http = http;
	request->seat = MHD_get_connection_info(
	    connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
	                    ->socket_context;
	request->bad_uri = strstr(uri, "%00") != NULL ||
	                   !nrs_text_is_line(uri) || uri[0] != '/';
	(void)pthread_mutex_lock(&http->lock);
	http->running++;
	(void)pthread_mutex_unlock(&http->lock);
	return request;
}

static void
completed(void *opaque, struct MHD_Connection *connection, void **con_cls,
    enum MHD_RequestTerminationCode why)
{
	struct request *request = *con_cls;
	struct nrs_http *http = opaque;

	(void)connection;
	(void)why;
	if (request == NULL)
		return;
	http_seat_wait(http->seats, request->seat);
	nrs_buf_fini(&request->body);
	free(request);
	*con_cls = NULL;
	(void)pthread_mutex_lock(&http->lock);
	if (--http->running == 0)
		(void)pthread_cond_broadcast(&http->idle);
	(void)pthread_mutex_unlock(&http->lock);
}

/* Headers are complete, the body has not come yet. */
static enum MHD_Result
start(struct MHD_Connection *connection, struct request *request,
    const char *path, const char *version)
{
	const char *why = http_guard(connection, version);

	request->started = true;
	if (why != NULL)
		return refuse(connection, request, 400, why);
	if (request->bad_uri || !nrs_text_is_line(path))
		return refuse(connection, request, 400, "malformed path");
	if (refuse_unread(connection, request->http))
		return refuse_size(connection, request);
	return MHD_YES;
}

/* libmicrohttpd takes no answer half way: the rest of a body too large is read
 * and dropped; a client that does not end is cut off. */
static enum MHD_Result
receive(struct request *request, const char *data, size_t len)
{
	size_t max = request->http->conf.max_body;

	request->received += len;
	if (request->received <= max) {
		nrs_buf_add(&request->body, data, len);
		return MHD_YES;
	}
	request->too_large = true;
	nrs_buf_fini(&request->body);
	return request->received / DROP_FACTOR > max ? MHD_NO : MHD_YES;
}

/* The signature is libmicrohttpd's. */
static enum MHD_Result /* NOLINTNEXTLINE(readability-function-size) */
handle(void *opaque, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *data, size_t *len,
    void **con_cls)
{
	struct request *request = *con_cls;
	size_t n = *len;

	(void)opaque;
	if (!request->started)
		return start(connection, request, path, version);
	*len = 0;
	if (request->answered)
		return MHD_YES;
	if (n > 0)
		return receive(request, data, n);
	if (request->too_large)
		return refuse_size(connection, request);
	return answer(connection, request, method, path);
}

const char *
nrs_http_query(const struct nrs_http_request *req, const char *name)
{
	return MHD_lookup_connection_value(
	    req->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *
nrs_http_header(const struct nrs_http_request *req, const char *name)
{
	return MHD_lookup_connection_value(
	    req->connection, MHD_HEADER_KIND, name);
}

/* ---- open and close -------------------------------------------------------
 */

static struct MHD_Daemon *
start_daemon(struct nrs_http *http, int fd)
{
	const struct nrs_http_conf *conf = &http->conf;

	return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION |
	                            MHD_USE_INTERNAL_POLLING_THREAD |
	                            MHD_USE_POLL | MHD_USE_ITC,
	    0, NULL, NULL, handle, http, MHD_OPTION_LISTEN_SOCKET, fd,
	    MHD_OPTION_URI_LOG_CALLBACK, begin, http,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, http,
	    MHD_OPTION_NOTIFY_CONNECTION, notice, http,
	    MHD_OPTION_CONNECTION_LIMIT, conf->max_connections,
	    MHD_OPTION_CONNECTION_TIMEOUT, conf->idle_timeout_s,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEADER_MEMORY,
	    MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_SIZE,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static void
free_http(struct nrs_http *http)
{
	(void)pthread_cond_destroy(&http->idle);
	(void)pthread_mutex_destroy(&http->lock);
	http_seats_free(http->seats);
	free(http);
}

enum nrs_rc
nrs_http_open(const struct nrs_http_conf *conf, void *self,
    struct nrs_http **out, struct nrs_err *err)
{
	struct nrs_http *http;
	enum nrs_rc rc;
	int fd = -1;

	rc = nrs_http_listen(conf->listen, &fd, err);
	if (rc != NRS_OK)
		return rc;
	http = nrs_calloc(1, sizeof(*http));
	http->conf = *conf;
	http->self = self;
	http->seats = http_seats_new();
	http->port = nrs_http_listen_port(fd);
	(void)pthread_mutex_init(&http->lock, NULL);
	nrs_cond_init(&http->idle);
	http->daemon = start_daemon(http, fd);
	if (http->daemon == NULL) {
		(void)close(fd);
		free_http(http);
		return nrs_fail(
		    err, NRS_FATAL, "cannot serve HTTP on %s", conf->listen);
	}
	*out = http;
	return NRS_OK;
}

int
nrs_http_port(const struct nrs_http *http)
{
	return http->port;
}

void
nrs_http_tend(struct nrs_http *http)
{
	http_seats_clear(http->seats,
	    INT64_C(1000) * WHOLE_FACTOR * http->conf.idle_timeout_s);
}

void
nrs_http_close(struct nrs_http *http)
{
	struct timespec deadline;
	MHD_socket fd;

	if (http == NULL)
		return;
	fd = MHD_quiesce_daemon(http->daemon);
	if (fd != MHD_INVALID_SOCKET)
		(void)close(fd);
	deadline = nrs_cond_limit(INT64_C(1000) * DRAIN_S);
	(void)pthread_mutex_lock(&http->lock);
	while (http->running > 0 &&
	       pthread_cond_timedwait(&http->idle, &http->lock, &deadline) == 0)
		;
	(void)pthread_mutex_unlock(&http->lock);
	MHD_stop_daemon(http->daemon);
	free_http(http);
}
