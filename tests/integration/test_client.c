/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/io/client.h"

/* A peer that takes one request and answers with fixed bytes. */
struct peer {
	int fd, port;
	const char *says; /* NULL: close without a word */
	char heard[4096];
	pthread_t thread;
};

static void *
serve(void *opaque)
{
	struct peer *peer = opaque;
	int fd = accept(peer->fd, NULL, NULL);
	size_t n = 0;
	ssize_t got;

	while (fd >= 0 && n < sizeof(peer->heard) - 1 &&
	       strstr(peer->heard, "\r\n\r\n") == NULL) {
		got = read(fd, peer->heard + n, sizeof(peer->heard) - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	if (fd >= 0 && peer->says != NULL)
		(void)!write(fd, peer->says, strlen(peer->says));
	(void)close(fd);
	return NULL;
}

static void
peer_listen(struct peer *peer, const char *says)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	*peer = (struct peer){.says = says};
	peer->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(peer->fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(
	    getsockname(peer->fd, (struct sockaddr *)&address, &len), 0);
	assert_int_equal(listen(peer->fd, 1), 0);
	peer->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

static void
peer_close(struct peer *peer)
{
	(void)shutdown(peer->fd, SHUT_RDWR);
	assert_int_equal(pthread_join(peer->thread, NULL), 0);
	(void)close(peer->fd);
}

static enum nrs_rc
post_to(
    int port, size_t max, struct nrs_client_answer *answer, struct nrs_err *err)
{
	char url[64];
	const struct nrs_client_request request = {.method = "POST",
	    .url = url,
	    .type = "application/json",
	    .body = {(const uint8_t *)"{\"a\":1}", 7},
	    .timeout_ms = 10000,
	    .max_answer = max};

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/x?y=1", port);
	return nrs_client_call(&request, answer, err);
}

static void
an_answer_has_status_body_and_retry_after(void **state)
{
	struct nrs_client_answer answer;
	struct peer peer;

	peer_listen(&peer,
	    "HTTP/1.1 503 No\r\nretry-after: 7\r\nContent-Length: 3\r\n\r\n"
	    "why");
	assert_int_equal(post_to(peer.port, 0, &answer, NULL), NRS_OK);
	assert_int_equal(answer.status, 503);
	assert_int_equal(answer.retry_after_s, 7);
	assert_string_equal(nrs_buf_str(&answer.body), "why");
	nrs_buf_fini(&answer.body);
	peer_close(&peer);
	assert_non_null(strstr(peer.heard, "POST /x?y=1 HTTP/1.1\r\n"));
	assert_non_null(
	    strstr(peer.heard, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(peer.heard, "Content-Length: 7\r\n"));
	assert_null(strstr(peer.heard, "Expect"));
}

static void
silence_after_the_request_may_mean_that_it_was_done(void **state)
{
	struct nrs_client_answer answer;
	struct nrs_err err = {0};
	struct peer peer;

	peer_listen(&peer, NULL);
	assert_int_equal(post_to(peer.port, 0, &answer, &err), NRS_RETRY);
	assert_true(answer.maybe_done);
	assert_string_not_equal(err.text, "");
	nrs_buf_fini(&answer.body);
	peer_close(&peer);
}

static void
a_refused_connection_did_nothing(void **state)
{
	struct nrs_client_answer answer;
	struct peer peer;
	int port;

	peer_listen(&peer, NULL);
	port = peer.port;
	peer_close(&peer);
	assert_int_equal(post_to(port, 0, &answer, NULL), NRS_RETRY);
	assert_false(answer.maybe_done);
	nrs_buf_fini(&answer.body);
}

static void
an_endless_answer_is_cut(void **state)
{
	struct nrs_client_answer answer;
	struct nrs_err err = {0};
	struct peer peer;

	peer_listen(&peer, "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n"
	                   "123456789012345678901234567890");
	assert_int_equal(post_to(peer.port, 20, &answer, &err), NRS_RETRY);
	assert_non_null(strstr(err.text, "longer than 20 bytes"));
	nrs_buf_fini(&answer.body);
	peer_close(&peer);
}

static void
redirects_are_answers_and_not_followed(void **state)
{
	struct nrs_client_answer answer;
	struct peer peer;

	peer_listen(&peer,
	    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
	    "Content-Length: 0\r\n\r\n");
	assert_int_equal(post_to(peer.port, 0, &answer, NULL), NRS_OK);
	assert_int_equal(answer.status, 302);
	nrs_buf_fini(&answer.body);
	peer_close(&peer);
}

static void
only_http_urls_are_called(void **state)
{
	static const char *const urls[] = {"file:///etc/passwd", "ftp://a/b",
	    "", "http://a b/", "http://u:p@127.0.0.1/"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		const struct nrs_client_request request = {
		    .method = "GET", .url = urls[i], .timeout_ms = 1000};
		struct nrs_client_answer answer;
		assert_int_equal(
		    nrs_client_call(&request, &answer, NULL), NRS_REJECT);
		assert_false(answer.maybe_done);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_answer_has_status_body_and_retry_after),
	    cmocka_unit_test(
	        silence_after_the_request_may_mean_that_it_was_done),
	    cmocka_unit_test(a_refused_connection_did_nothing),
	    cmocka_unit_test(an_endless_answer_is_cut),
	    cmocka_unit_test(redirects_are_answers_and_not_followed),
	    cmocka_unit_test(only_http_urls_are_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
