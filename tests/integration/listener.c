/* SPDX-License-Identifier: Apache-2.0 */
#include "integration/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "dispatcher/ack/ack_token.h"
#include "dispatcher/dispatcher.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/copier.h"
#include "support/port.h"
#include "support/signed.h"

#define ANSWER_MAX 16384

static struct nrs_arena *arena;
static struct dispatcher_conf conf;
static struct dispatcher_policy policy;
static struct dispatcher d;
static struct nrs_service_ctx ctx;
static const struct nrs_lane lane = {.name = "ack", .run = dispatcher_ack};
static pthread_t thread;
static char listen_on[32];
static int port;
static struct nrs_key *key;
static struct nrs_reader *reader;
static struct nrs_producer *door;

static void *
run_lane(void *arg)
{
	struct nrs_err err = {0};

	if (lane.run(&d, &ctx, &lane, &err) != NRS_OK) {
		(void)fprintf(stderr, "ack: %s\n", err.text);
		abort();
	}
	return NULL;
}

static int
open_connection(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((uint16_t)port)};
	struct nrs_mono since = nrs_mono_now();
	int fd;

	for (;;) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		assert_true(fd >= 0);
		if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
			return fd;
		(void)close(fd);
		if (nrs_mono_since_ms(since) > LISTENER_WAIT_MS)
			fail_msg("nobody listens");
	}
}

/* The whole answer to one request, headers first; in arena. */
const char *
listener_say(const char *request)
{
	char *answer = nrs_arena_alloc(arena, ANSWER_MAX);
	int fd = open_connection();
	size_t len = 0;
	ssize_t n;

	assert_int_equal(
	    write(fd, request, strlen(request)), (ssize_t)strlen(request));
	while ((n = read(fd, answer + len, ANSWER_MAX - 1 - len)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
	(void)close(fd);
	return answer;
}

const char *
listener_get(const char *path)
{
	return listener_say(nrs_arena_printf(arena,
	    "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path));
}

const char *
listener_post_as(const char *type, const char *path, const char *body)
{
	return listener_say(nrs_arena_printf(arena,
	    "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
	    path, type, strlen(body), body));
}

const char *
listener_post(const char *path, const char *body)
{
	return listener_post_as(
	    "application/x-www-form-urlencoded", path, body);
}

int
listener_status(const char *answer)
{
	assert_memory_equal(answer, "HTTP/1.1 ", 9);
	return (int)strtol(answer + 9, NULL, 10);
}

const char *
listener_body(const char *answer)
{
	const char *body = strstr(answer, "\r\n\r\n");

	assert_non_null(body);
	return body + 4;
}

/* ---- the bus ---- */

int64_t
listener_put(const char *topic, int partition, struct nrs_bytes value)
{
	const struct nrs_outgoing out = {.topic = topic,
	    .partition = partition,
	    .key = bus_fixture_bytes("k"),
	    .value = value};
	int64_t offset = -1;

	assert_int_equal(
	    nrs_producer_send_wait(door, &out, LISTENER_WAIT_MS, &offset, NULL),
	    NRS_OK);
	return offset;
}

int64_t
listener_release(const char *id, enum nrs_tlp tlp)
{
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *said;
	struct nrs_dispatch dispatch;

	content->notice_id = content->thread_id = id;
	content->title = "<件名 & script>";
	content->tlp = tlp;
	said = signed_notice(arena, key, content, signed_addressing(arena));
	dispatch = (struct nrs_dispatch){.payload = said->payload,
	    .addressing = said->addressing,
	    .accepted_at = 1234,
	    .submission_id = id,
	    .mode = NRS_MODE_ACTUAL};
	return listener_put(NRS_TOPIC_DISPATCH_ALERT, 0,
	    nrs_wire_encode(arena, NRS_TYPE_DISPATCH, &dispatch));
}

/* ---- tokens ---- */

struct nrs_token
listener_token(int64_t offset)
{
	struct nrs_token token = {.use = NRS_TOKEN_ACK,
	    .mode = NRS_MODE_ACTUAL,
	    .kind = NRS_SUBSCRIBER_CEPTOAR,
	    .channel = NRS_CHANNEL_MAIL,
	    .source_offset = offset,
	    .expires_at = nrs_wall_ms() + 3600000,
	    .subscriber_id = "ceptoar-power"};

	memset(token.key, (int)offset + 1, sizeof(token.key));
	return token;
}

const char *
listener_path(const struct nrs_token *token)
{
	return nrs_arena_printf(arena, DISPATCHER_ACK_PATH "%s",
	    nrs_token_make(arena, &policy.tokens, token));
}

/* ---- the stage ---- */

int
listener_open(void **state, struct listener *out)
{
	static const char *const topics[] = {
	    NRS_TOPIC_DISPATCH_ALERT, NRS_TOPIC_RECEIPT_ALERT};
	struct nrs_bus_conf bus;

	if (bus_fixture_start(state) != 0)
		return 1;
	arena = nrs_arena_new();
	bus_fixture_topic(NRS_TOPIC_DISPATCH_ALERT, 1);
	bus_fixture_topic(NRS_TOPIC_RECEIPT_ALERT, LISTENER_PARTITIONS);
	bus_fixture_topic(NRS_TOPIC_VERIFICATION, 1);
	bus = bus_fixture_conf("ack");
	assert_int_equal(nrs_key_new(&key, NULL), NRS_OK);
	assert_int_equal(nrs_reader_open(&bus, &reader, NULL), NRS_OK);
	assert_int_equal(
	    nrs_producer_open(&bus, topics, 2, &door, NULL), NRS_OK);
	port = port_free();
	(void)snprintf(listen_on, sizeof(listen_on), "127.0.0.1:%d", port);
	conf = (struct dispatcher_conf){.common.bus = bus_fixture_conf("lane"),
	    .ack = {
	        .listen = listen_on, .max_connections = 16, .wait_ms = 10000}};
	policy.tokens.n = 1;
	memset(policy.tokens.keys[0], 7, NRS_SHA256_SIZE);
	d = (struct dispatcher){.conf = &conf, .policy = &policy};
	(void)pthread_mutex_init(&d.lock, NULL);
	ctx.stop = nrs_stop_new();
	(void)pthread_mutex_init(&ctx.lock, NULL);
	*out = (struct listener){arena, reader, &policy.tokens};
	return pthread_create(&thread, NULL, run_lane, NULL);
}

int
listener_close(void **state)
{
	nrs_stop_ask(ctx.stop);
	(void)pthread_join(thread, NULL);
	nrs_stop_free(ctx.stop);
	nrs_producer_close(door);
	nrs_reader_close(reader);
	nrs_key_free(key);
	nrs_arena_free(arena);
	return bus_fixture_stop(state);
}
