/* SPDX-License-Identifier: Apache-2.0 */
/* long: one server and one raw client, and every way to misuse them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/io/http.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define MAX_BODY 1000
#define CONNECTIONS 16
#define PATIENCE_MS 20000

struct world {
	struct nrs_http *http;
	struct nrs_stop *entered, *leave; /* of /slow */
	_Atomic int handled;
};

static struct world world;

/* ---- the server under test ------------------------------------------------
 */

static void
echo(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	struct world *w = self;
	const char *q = nrs_http_query(req, "q");
	const char *h = nrs_http_header(req, "x-test");

	w->handled++;
	reply->type = "text/plain";
	nrs_buf_printf(&reply->body, "%s %s q=%s h=%s body=%zu:", req->method,
	    req->path, q == NULL ? "-" : q, h == NULL ? "-" : h, req->body.len);
	nrs_buf_add(&reply->body, req->body.data, req->body.len);
}

static void
busy(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	reply->status = 503;
	reply->retry_after_s = 7;
	nrs_buf_adds(&reply->body, "{}");
}

static void
slow(void *self, const struct nrs_http_request *req,
    struct nrs_http_reply *reply)
{
	struct world *w = self;

	nrs_stop_ask(w->entered);
	(void)nrs_stop_wait(w->leave, PATIENCE_MS);
	nrs_buf_adds(&reply->body, "done");
}

static const struct nrs_http_route routes[] = {
    {"GET", "/echo", echo},
    {"POST", "/echo", echo},
    {"GET", "/tree/", echo},
    {"GET", "/busy", busy},
    {"GET", "/slow", slow},
};

static void
open_server(unsigned idle_timeout_s)
{
	const struct nrs_http_conf conf = {.listen = "127.0.0.1:0",
	    .max_body = MAX_BODY,
	    .max_connections = CONNECTIONS,
	    .idle_timeout_s = idle_timeout_s,
	    .routes = routes,
	    .n_routes = COUNT(routes)};
	struct nrs_err err;

	if (nrs_http_open(&conf, &world, &world.http, &err) != NRS_OK)
		fail_msg("%s", err.text);
	assert_true(nrs_http_port(world.http) > 0);
}

static int
set_up(void **state)
{
	world =
	    (struct world){.entered = nrs_stop_new(), .leave = nrs_stop_new()};
	open_server(10);
	return 0;
}

static int
tear_down(void **state)
{
	nrs_http_close(world.http);
	nrs_stop_free(world.entered);
	nrs_stop_free(world.leave);
	return 0;
}

/* ---- a client of raw bytes ------------------------------------------------
 */

static int
dial(void)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)nrs_http_port(world.http)),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void
say(int fd, const char *data, size_t len)
{
	assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), len);
}

/* All that comes until the server closes, or until a deadline. */
static char *
hear(int fd)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
	struct nrs_buf heard = {0};
	char chunk[4096];
	ssize_t n = 1;

	while (n > 0) {
		if (poll(&poll_fd, 1, PATIENCE_MS) != 1)
			fail_msg("no end after: %s", nrs_buf_str(&heard));
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n > 0)
			nrs_buf_add(&heard, chunk, (size_t)n);
	}
	(void)close(fd);
	return nrs_buf_take(&heard);
}

static char *
ask(const char *request)
{
	int fd = dial();

	say(fd, request, strlen(request));
	return hear(fd);
}

/* This status, nothing of a second request, and the connection closed. (Its
 * own errors libmicrohttpd 0.9.75 begins twice.) */
static void
assert_only_status(const char *request, int status)
{
	char *heard = ask(request), expected[16];

	(void)snprintf(expected, sizeof(expected), "HTTP/1.1 %d ", status);
	if (strncmp(heard, expected, strlen(expected)) != 0 ||
	    strstr(heard, "HTTP/1.1 200 ") != NULL ||
	    strstr(heard, "smuggled") != NULL)
		fail_msg("wanted %d alone for:\n%s\ngot:\n%s", status, request,
		    heard);
	free(heard);
}

static void
assert_answer(const char *request, const char *part)
{
	char *heard = ask(request);

	if (strstr(heard, part) == NULL)
		fail_msg("wanted %s for:\n%s\ngot:\n%s", part, request, heard);
	free(heard);
}

#define HOST "Host: x\r\n"
#define CLOSE "Connection: close\r\n\r\n"
#define SMUGGLED "GET /echo?q=smuggled HTTP/1.1\r\n" HOST CLOSE

/* ---- facts ----------------------------------------------------------------
 */

static void
a_request_reaches_its_handler_with_all_its_parts(void **state)
{
	assert_answer("GET /echo?q=a%20b HTTP/1.1\r\nX-Test: v\r\n" HOST CLOSE,
	    "\r\n\r\nGET /echo q=a b h=v body=0:");
	assert_answer("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n" HOST CLOSE
	              "hello",
	    "\r\n\r\nPOST /echo q=- h=- body=5:hello");
	assert_answer(
	    "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST CLOSE
	    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
	    "\r\n\r\nPOST /echo q=- h=- body=5:hello");
	assert_answer("GET /tree/a/b HTTP/1.1\r\n" HOST CLOSE,
	    "GET /tree/a/b q=- h=- body=0:");
	assert_answer("GET /echo HTTP/1.0\r\n\r\n", "GET /echo q=-");
}

static void
one_connection_serves_many_requests(void **state)
{
	char *heard = ask("GET /echo?q=1 HTTP/1.1\r\n" HOST "\r\n"
	                  "GET /echo?q=2 HTTP/1.1\r\n" HOST CLOSE);

	assert_non_null(strstr(heard, "q=1"));
	assert_non_null(strstr(heard, "q=2"));
	free(heard);
}

static void
head_is_get_without_the_body(void **state)
{
	char *heard = ask("HEAD /echo HTTP/1.1\r\n" HOST CLOSE);

	assert_memory_equal(heard, "HTTP/1.1 200 ", 13);
	assert_non_null(strstr(heard, "\r\nContent-Length: 25\r\n"));
	assert_memory_equal(heard + strlen(heard) - 4, "\r\n\r\n", 4);
	free(heard);
}

static void
an_unknown_path_is_404_and_a_wrong_method_405_with_allow(void **state)
{
	assert_only_status("GET /none HTTP/1.1\r\n" HOST CLOSE, 404);
	assert_only_status("GET /echo/ HTTP/1.1\r\n" HOST CLOSE, 404);
	assert_only_status("GET /tree HTTP/1.1\r\n" HOST CLOSE, 404);
	assert_only_status("DELETE /echo HTTP/1.1\r\n" HOST CLOSE, 405);
	assert_answer("DELETE /echo HTTP/1.1\r\n" HOST CLOSE,
	    "\r\nAllow: GET, HEAD, POST\r\n");
	assert_answer(
	    "POST /tree/x HTTP/1.1\r\nContent-Length: 0\r\n" HOST CLOSE,
	    "\r\nAllow: GET, HEAD\r\n");
}

static void
retry_after_is_sent_when_the_handler_asks_for_it(void **state)
{
	assert_answer("GET /busy HTTP/1.1\r\n" HOST CLOSE, "HTTP/1.1 503 ");
	assert_answer(
	    "GET /busy HTTP/1.1\r\n" HOST CLOSE, "\r\nRetry-After: 7\r\n");
	assert_answer("GET /busy HTTP/1.1\r\n" HOST CLOSE,
	    "\r\nContent-Type: application/json\r\n");
}

/* Each of these has a second request where a lenient reader would find one. No
 * "Connection: close": it is the server that must close. */
static void
a_request_with_two_ends_is_refused_and_the_connection_closed(void **state)
{
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
	                   "\r\n0\r\n\r\n" SMUGGLED,
	    400);
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"
	                   "hello" SMUGGLED,
	    400);
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"
	                   "hello" SMUGGLED,
	    400);
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Content-Length: 5, 5\r\n\r\nhello" SMUGGLED,
	    400);
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Content-Length : 5\r\n\r\nhello" SMUGGLED,
	    400);
	assert_only_status(
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" SMUGGLED,
	    400);
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Transfer-Encoding: xchunked\r\n\r\n" SMUGGLED,
	    400);
	assert_only_status(
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
	    "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" SMUGGLED,
	    400);
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Content-Length: +5\r\n\r\nhello" SMUGGLED,
	    400);
	assert_int_equal(world.handled, 0);
}

static void
a_request_without_one_host_is_refused(void **state)
{
	assert_only_status(
	    "GET /echo HTTP/1.1\r\n" HOST "Host: y\r\n\r\n", 400);
	assert_only_status("GET /echo HTTP/1.1\r\n\r\n", 400);
	assert_int_equal(world.handled, 0);
}

static void
malformed_names_values_and_paths_are_refused(void **state)
{
	assert_only_status(
	    "GET /echo HTTP/1.1\r\n" HOST "X Test: v\r\n\r\n", 400);
	assert_only_status(
	    "GET /echo HTTP/1.1\r\n" HOST "X-\x01: v\r\n\r\n", 400);
	assert_only_status(
	    "GET /echo HTTP/1.1\r\n" HOST "X-Test: a\x01\r\n\r\n", 400);
	assert_only_status("GET /echo%00/x HTTP/1.1\r\n" HOST "\r\n", 400);
	assert_only_status("GET /tree/%0d%0aX HTTP/1.1\r\n" HOST "\r\n", 400);
	assert_only_status("GET /tree/%ff HTTP/1.1\r\n" HOST "\r\n", 400);
}

static void
an_announced_body_too_large_is_refused(void **state)
{
	struct nrs_buf request = {0};

	nrs_buf_printf(&request,
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Length: 3000\r\n\r\n%03000d",
	    0);
	assert_only_status(nrs_buf_str(&request), 413);
	assert_answer(nrs_buf_str(&request),
	    "{\"field\":\"body\",\"rule\":\"length\",\"text\":"
	    "\"the body is longer than 1000 bytes\"}");
	nrs_buf_fini(&request);
	/* Far too large, or asked for first: before it is sent. */
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Content-Length: 99999999999999999999\r\n\r\n",
	    413);
	assert_only_status("POST /echo HTTP/1.1\r\n" HOST
	                   "Expect: 100-continue\r\n"
	                   "Content-Length: 1001\r\n\r\n",
	    413);
	assert_int_equal(world.handled, 0);
}

static void
a_chunked_body_too_large_is_refused_or_cut_off(void **state)
{
	struct nrs_buf request = {0};
	int i, fd;
	char *heard;

	nrs_buf_adds(&request, "POST /echo HTTP/1.1\r\n" HOST
	                       "Transfer-Encoding: chunked\r\n\r\n");
	for (i = 0; i < 20; i++)
		nrs_buf_printf(&request, "40\r\n%064d\r\n", 0);
	nrs_buf_adds(&request, "0\r\n\r\n");
	assert_only_status(nrs_buf_str(&request), 413);
	request.len -= 5;
	/* It never ends: closed without having been kept. */
	for (i = 0; i < 100; i++)
		nrs_buf_printf(&request, "40\r\n%064d\r\n", 0);
	fd = dial();
	say(fd, request.data, request.len);
	heard = hear(fd);
	assert_null(strstr(heard, "200 OK"));
	free(heard);
	nrs_buf_fini(&request);
	assert_int_equal(world.handled, 0);
}

static void
headers_beyond_the_limit_are_refused(void **state)
{
	struct nrs_buf request = {0};
	char *heard;

	nrs_buf_printf(
	    &request, "GET /echo HTTP/1.1\r\n" HOST "X: %040000d\r\n\r\n", 0);
	heard = ask(nrs_buf_str(&request));
	assert_true(
	    heard[0] == '\0' || strncmp(heard, "HTTP/1.1 431 ", 13) == 0);
	free(heard);
	nrs_buf_fini(&request);
	assert_int_equal(world.handled, 0);
}

static void
a_silent_client_is_disconnected(void **state)
{
	struct nrs_mono start = nrs_mono_now();
	char *heard;
	int fd;

	nrs_http_close(world.http);
	open_server(1);
	fd = dial();
	say(fd, "GET /ec", 7);
	heard = hear(fd);
	assert_null(strstr(heard, "200 OK"));
	assert_true(nrs_mono_since_ms(start) < PATIENCE_MS);
	free(heard);
}

/* Each sends a byte long before it were taken for silent. */
static void
clients_that_drip_do_not_keep_others_out(void **state)
{
	struct nrs_mono start = nrs_mono_now();
	struct pollfd cut;
	int fds[CONNECTIONS];
	bool alive = true;
	size_t i;

	nrs_http_close(world.http);
	open_server(1);
	for (i = 0; i < CONNECTIONS; i++)
		fds[i] = dial();
	while (alive && nrs_mono_since_ms(start) < PATIENCE_MS) {
		for (i = 0; i < CONNECTIONS; i++)
			(void)send(fds[i], "a", 1, MSG_NOSIGNAL);
		cut = (struct pollfd){.fd = fds[0], .events = POLLIN};
		alive = poll(&cut, 1, 200) == 0;
		nrs_http_tend(world.http);
	}
	assert_false(alive);
	assert_answer("GET /echo HTTP/1.1\r\n" HOST CLOSE, "GET /echo");
	for (i = 0; i < CONNECTIONS; i++)
		(void)close(fds[i]);
}

static void *
close_server(void *arg)
{
	nrs_http_close(world.http);
	world.http = NULL;
	return NULL;
}

static void
closing_lets_a_running_request_finish(void **state)
{
	int fd = dial();
	struct pollfd cut = {.fd = fd, .events = POLLIN};
	pthread_t closer;
	char *heard;

	say(fd, "GET /slow HTTP/1.1\r\n" HOST "\r\n", 31);
	assert_true(nrs_stop_wait(world.entered, PATIENCE_MS));
	assert_int_equal(pthread_create(&closer, NULL, close_server, NULL), 0);
	/* No cut: nothing to read, not even the end. */
	assert_int_equal(poll(&cut, 1, 300), 0);
	nrs_stop_ask(world.leave);
	heard = hear(fd);
	assert_memory_equal(heard, "HTTP/1.1 200 ", 13);
	assert_non_null(strstr(heard, "done"));
	free(heard);
	assert_int_equal(pthread_join(closer, NULL), 0);
}

static void
closing_does_not_wait_for_idle_connections(void **state)
{
	struct nrs_mono start = nrs_mono_now();
	int fd = dial();

	say(fd, "GET /busy HTTP/1.1\r\n" HOST "\r\n", 31);
	nrs_http_close(world.http);
	world.http = NULL;
	assert_true(nrs_mono_since_ms(start) < 4000);
	(void)close(fd);
}

static void
other_requests_run_while_one_blocks(void **state)
{
	int fd = dial();
	char *heard;

	say(fd, "GET /slow HTTP/1.1\r\n" HOST CLOSE, 50);
	assert_true(nrs_stop_wait(world.entered, PATIENCE_MS));
	assert_answer("GET /echo HTTP/1.1\r\n" HOST CLOSE, "200 OK");
	nrs_stop_ask(world.leave);
	heard = hear(fd);
	assert_non_null(strstr(heard, "done"));
	free(heard);
}

static void
an_address_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {"", "127.0.0.1",
	    "127.0.0.1:", ":8080", "localhost:8080", "127.0.0.1:http",
	    "127.0.0.1:99999999", "[::1:80", "::1]:80", "1.2.3:x"};
	struct nrs_http_conf conf = {.max_connections = 1};
	struct nrs_http *http = NULL;
	struct nrs_err err;
	char taken[32];
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		conf.listen = bad[i];
		if (nrs_http_open(&conf, NULL, &http, &err) != NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
	}
	(void)snprintf(
	    taken, sizeof(taken), "127.0.0.1:%d", nrs_http_port(world.http));
	conf.listen = taken;
	assert_int_equal(nrs_http_open(&conf, NULL, &http, &err), NRS_FATAL);
	assert_non_null(strstr(err.text, "Address already in use"));
	assert_null(http);
}

int
main(void)
{
#define FACT(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    FACT(a_request_reaches_its_handler_with_all_its_parts),
	    FACT(one_connection_serves_many_requests),
	    FACT(head_is_get_without_the_body),
	    FACT(an_unknown_path_is_404_and_a_wrong_method_405_with_allow),
	    FACT(retry_after_is_sent_when_the_handler_asks_for_it),
	    FACT(a_request_with_two_ends_is_refused_and_the_connection_closed),
	    FACT(a_request_without_one_host_is_refused),
	    FACT(malformed_names_values_and_paths_are_refused),
	    FACT(an_announced_body_too_large_is_refused),
	    FACT(a_chunked_body_too_large_is_refused_or_cut_off),
	    FACT(headers_beyond_the_limit_are_refused),
	    FACT(a_silent_client_is_disconnected),
	    FACT(clients_that_drip_do_not_keep_others_out),
	    FACT(closing_lets_a_running_request_finish),
	    FACT(closing_does_not_wait_for_idle_connections),
	    FACT(other_requests_run_while_one_blocks),
	    FACT(an_address_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
