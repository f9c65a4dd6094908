/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acknowledgement listener on the mock cluster: what a recipient's browser,
 * a mail scanner, a machine and a stranger get, and what is on the bus after.
 *
 * long: one listener and every way to come to it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
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

#include "dispatcher/ack/ack_token.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/copier.h"
#include "support/port.h"
#include "support/signed.h"

#define WAIT_MS 20000
#define PARTITIONS 3
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
		if (nrs_mono_since_ms(since) > WAIT_MS)
			fail_msg("nobody listens");
	}
}

/* The whole answer to one request, headers first; in arena. */
static const char *
say(const char *request)
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

static const char *
get(const char *path)
{
	return say(nrs_arena_printf(arena,
	    "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path));
}

static const char *
post_as(const char *type, const char *path, const char *body)
{
	return say(nrs_arena_printf(arena,
	    "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
	    "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
	    path, type, strlen(body), body));
}

static const char *
post(const char *path, const char *body)
{
	return post_as("application/x-www-form-urlencoded", path, body);
}

static int
status_of(const char *answer)
{
	assert_memory_equal(answer, "HTTP/1.1 ", 9);
	return (int)strtol(answer + 9, NULL, 10);
}

static const char *
body_of(const char *answer)
{
	const char *body = strstr(answer, "\r\n\r\n");

	assert_non_null(body);
	return body + 4;
}

/* ---- the bus ---- */

static int64_t
put(const char *topic, int partition, struct nrs_bytes value)
{
	const struct nrs_outgoing out = {.topic = topic,
	    .partition = partition,
	    .key = bus_fixture_bytes("k"),
	    .value = value};
	int64_t offset = -1;

	assert_int_equal(
	    nrs_producer_send_wait(door, &out, WAIT_MS, &offset, NULL), NRS_OK);
	return offset;
}

static int64_t
release(const char *id, enum nrs_tlp tlp)
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
	return put(NRS_TOPIC_DISPATCH_ALERT, 0,
	    nrs_wire_encode(arena, NRS_TYPE_DISPATCH, &dispatch));
}

struct found {
	const struct nrs_receipt *items[64];
	int partition[64];
	size_t n;
};
static struct found found;

static enum nrs_rc
keep(void *to, const struct nrs_record *record, struct nrs_err *err)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .how = NRS_WIRE_STRICT,
	    .bytes =
	        nrs_arena_bytes(arena, record->value.data, record->value.len)};
	void *receipt;
	enum nrs_rc rc = nrs_wire_decode(arena, &in, &receipt, err);

	(void)to;
	assert_true(found.n < 64);
	found.partition[found.n] = record->partition;
	found.items[found.n++] = receipt;
	return rc;
}

/* Receipts of a notice; the last one. */
static const struct nrs_receipt *
receipts(const char *notice_id, size_t *n)
{
	const struct nrs_receipt *last = NULL;
	struct nrs_reader_from from[PARTITIONS];
	size_t i;

	for (i = 0; i < PARTITIONS; i++)
		from[i] = (struct nrs_reader_from){
		    NRS_TOPIC_RECEIPT_ALERT, (int)i, NRS_FROM_START};
	found.n = *n = 0;
	assert_int_equal(
	    nrs_reader_assign(reader, from, PARTITIONS, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, WAIT_MS, keep, NULL, NULL), NRS_OK);
	for (i = 0; i < found.n; i++)
		if (strcmp(found.items[i]->notice_id, notice_id) == 0) {
			last = found.items[i];
			assert_int_equal(found.partition[i],
			    nrs_bus_partition(
			        bus_fixture_bytes(last->subscriber_id),
			        PARTITIONS));
			(*n)++;
		}
	return last;
}

static size_t
count(const char *notice_id)
{
	size_t n;

	(void)receipts(notice_id, &n);
	return n;
}

/* ---- tokens ---- */

static struct nrs_token
token_of(int64_t offset)
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

static const char *
path_of(const struct nrs_token *token)
{
	return nrs_arena_printf(arena, DISPATCHER_ACK_PATH "%s",
	    nrs_token_make(arena, &policy.tokens, token));
}

/* ---- the stage ---- */

static int
set_up(void **state)
{
	static const char *const topics[] = {
	    NRS_TOPIC_DISPATCH_ALERT, NRS_TOPIC_RECEIPT_ALERT};
	struct nrs_bus_conf bus;

	if (bus_fixture_start(state) != 0)
		return 1;
	arena = nrs_arena_new();
	bus_fixture_topic(NRS_TOPIC_DISPATCH_ALERT, 1);
	bus_fixture_topic(NRS_TOPIC_RECEIPT_ALERT, PARTITIONS);
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
	return pthread_create(&thread, NULL, run_lane, NULL);
}

static int
tear_down(void **state)
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

/* ---- the story ---- */

static void
get_shows_the_notice_and_confirms_nothing(void **state)
{
	const struct nrs_token token =
	    token_of(release("n-get", NRS_TLP_AMBER));
	const char *answer;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		answer = get(path_of(&token));
		assert_int_equal(status_of(answer), 200);
		assert_non_null(strstr(answer, "&lt;件名 &amp; script&gt;"));
		assert_non_null(strstr(answer, "TLP:AMBER"));
		assert_non_null(strstr(answer, "n-get"));
	}
	assert_int_equal(count("n-get"), 0);
}

static void
every_answer_has_the_strict_headers(void **state)
{
	const struct nrs_token token =
	    token_of(release("n-head", NRS_TLP_AMBER));
	const char *answers[] = {get(path_of(&token)), get("/ack/x"), get("/")};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_non_null(strstr(answers[i], "default-src 'none'"));
		assert_non_null(
		    strstr(answers[i], "Referrer-Policy: no-referrer"));
		assert_non_null(strstr(answers[i], "X-Frame-Options: DENY"));
		assert_non_null(strstr(answers[i], "Cache-Control: no-store"));
		assert_non_null(
		    strstr(answers[i], "X-Content-Type-Options: nosniff"));
		assert_null(strstr(answers[i], "<script"));
	}
}

static void
post_confirms_and_is_on_the_bus_when_it_is_answered(void **state)
{
	const struct nrs_token token =
	    token_of(release("n-post", NRS_TLP_AMBER));
	const char *answer = post(path_of(&token), "response=");
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	assert_int_equal(status_of(answer), 200);
	assert_non_null(strstr(answer, "受領確認を記録しました"));
	r = receipts("n-post", &n);
	assert_int_equal(n, 1);
	assert_int_equal(r->state, NRS_STATE_ACKNOWLEDGED);
	assert_memory_equal(r->key.data, token.key, NRS_SHA256_SIZE);
	assert_string_equal(r->thread_id, "n-post");
	assert_string_equal(r->subscriber_id, "ceptoar-power");
	assert_string_equal(r->by, "token");
	assert_int_equal(r->stage, NRS_SUBSCRIBER_CEPTOAR);
	assert_int_equal(r->channel, NRS_CHANNEL_MAIL);
	assert_int_equal(r->purpose, NRS_PURPOSE_ALERT);
	assert_int_equal(r->mode, NRS_MODE_ACTUAL);
	assert_int_equal(r->accepted_at, 1234);
}

static void
a_repeat_is_answered_alike_and_written_once_and_never_goes_down(void **state)
{
	const struct nrs_token token =
	    token_of(release("n-again", NRS_TLP_AMBER));
	const char *path = path_of(&token);
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	assert_int_equal(status_of(post(path, "response=AFFECTED")), 200);
	assert_int_equal(status_of(post(path, "response=AFFECTED")), 200);
	assert_int_equal(status_of(post(path, "")), 200);
	r = receipts("n-again", &n);
	assert_int_equal(n, 1);
	assert_int_equal(r->state, NRS_STATE_RESPONDED);
	assert_int_equal(status_of(post(path, "response=MITIGATED"
	                                      "&relayed=3&relayed_of=5")),
	    200);
	r = receipts("n-again", &n);
	assert_int_equal(n, 2);
	assert_int_equal(r->response, NRS_RESPONSE_MITIGATED);
	assert_int_equal(r->relayed, 3);
	assert_int_equal(r->relayed_of, 5);
}

static void
a_machine_confirms_with_one_call(void **state)
{
	const struct nrs_token token =
	    token_of(release("n-json", NRS_TLP_AMBER));
	const char *answer = post_as("application/json", path_of(&token),
	    "{\"response\":\"INVESTIGATING\",\"notice_id\":\"n-json\"}");
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	assert_int_equal(status_of(answer), 200);
	assert_string_equal(body_of(answer),
	    "{\"notice_id\":\"n-json\",\"state\":\"RESPONDED\","
	    "\"response\":\"INVESTIGATING\"}\n");
	r = receipts("n-json", &n);
	assert_int_equal(n, 1);
	assert_int_equal(r->response, NRS_RESPONSE_INVESTIGATING);
	answer = post_as(
	    "application/json", path_of(&token), "{\"notice_id\":\"another\"}");
	assert_int_equal(status_of(answer), 404);
	assert_int_equal(count("n-json"), 1);
}

static void
an_answer_that_is_none_changes_nothing(void **state)
{
	const struct nrs_token token =
	    token_of(release("n-bad", NRS_TLP_AMBER));
	const char *path = path_of(&token);

	(void)state;
	assert_int_equal(status_of(post(path, "response=YES")), 400);
	assert_int_equal(status_of(post(path, "state=DELIVERED")), 400);
	assert_int_equal(
	    status_of(post_as("application/json", path, "{\"by\":\"x\"}")),
	    400);
	assert_int_equal(
	    status_of(post(path, nrs_arena_printf(arena, "%5000s", "x"))), 413);
	assert_int_equal(count("n-bad"), 0);
}

static void
only_a_ceptoar_says_whom_it_told(void **state)
{
	struct nrs_token token = token_of(release("n-op", NRS_TLP_AMBER));

	(void)state;
	token.kind = NRS_SUBSCRIBER_OPERATOR;
	assert_int_equal(
	    status_of(post(path_of(&token), "relayed=1&relayed_of=2")), 400);
	assert_null(strstr(get(path_of(&token)), "relayed"));
	assert_int_equal(count("n-op"), 0);
}

static void
the_title_of_red_is_not_shown(void **state)
{
	const struct nrs_token token = token_of(release("n-red", NRS_TLP_RED));
	const char *answer = get(path_of(&token));

	(void)state;
	assert_int_equal(status_of(answer), 200);
	assert_null(strstr(answer, "件名 &amp; script"));
	assert_non_null(strstr(answer, "n-red"));
}

/* Forged, foreign, expired, of another mode, of nothing: the same words. */
static void
every_refusal_is_the_same_and_reveals_nothing(void **state)
{
	const struct nrs_token good = token_of(release("n-no", NRS_TLP_AMBER));
	struct nrs_token_keys strangers = {.n = 1};
	struct nrs_token token = good;
	const char *paths[8], *wanted = body_of(get("/ack/x"));
	size_t i, n = 0;
	char *flipped;

	(void)state;
	paths[n++] = nrs_arena_printf(
	    arena, "/ack/%s", nrs_token_make(arena, &strangers, &good));
	flipped = nrs_arena_strdup(arena, path_of(&good));
	flipped[20] = flipped[20] == 'A' ? 'B' : 'A';
	paths[n++] = flipped;
	paths[n++] = nrs_arena_printf(arena, "%sA", path_of(&good));
	paths[n++] = nrs_arena_printf(arena, "%s/", path_of(&good));
	token.mode = NRS_MODE_EXERCISE;
	paths[n++] = path_of(&token);
	token = good;
	token.use = NRS_TOKEN_VERIFY;
	paths[n++] = path_of(&token);
	token = good;
	token.source_offset = 1000000;
	paths[n++] = path_of(&token);
	token = good;
	token.expires_at = nrs_wall_ms() - 1;
	paths[n++] = path_of(&token);
	for (i = 0; i < n; i++) {
		const char *shown = get(paths[i]);
		const char *told = post(paths[i], "response=AFFECTED");
		int status = i + 1 == n ? 410 : 404;

		if (i + 2 == n) /* it is ours, but nothing lies there */
			status = status_of(shown);
		assert_int_equal(status_of(shown), status);
		assert_int_equal(status_of(told), status);
		if (status != 503)
			assert_string_equal(body_of(shown), wanted);
		if (status != 503)
			assert_string_equal(body_of(told), wanted);
	}
	assert_int_equal(count("n-no"), 0);
}

static void
hostile_paths_get_the_same_refusal(void **state)
{
	static const char *const paths[] = {"/", "/ack", "/ack/", "/ack//",
	    "/ack/../ack/", "/ack/%2e%2e/%2e%2e/etc/passwd", "/ack/%ff%fe",
	    "/ack/<script>alert(1)</script>", "/ack/a?b=c", "/metrics",
	    "/ack/%0d%0aSet-Cookie:x", "//evil.example/ack/x"};
	const char *wanted = body_of(get("/ack/x")), *answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		answer = get(paths[i]);
		if (status_of(answer) == 400) /* the framing guard's */
			continue;
		assert_int_equal(status_of(answer), 404);
		assert_string_equal(body_of(answer), wanted);
	}
	assert_int_equal(status_of(say("DELETE /ack/x HTTP/1.1\r\nHost: x\r\n"
	                               "Connection: close\r\n\r\n")),
	    405);
}

static const char *
confirm_as_reader(const char *subscriber, const char *body)
{
	struct nrs_token token = token_of(0);

	token.use = NRS_TOKEN_READER;
	token.subscriber_id = subscriber;
	return post_as("application/json", path_of(&token), body);
}

static void
a_reader_of_topics_confirms_what_it_was_sent_and_nothing_else(void **state)
{
	const struct nrs_receipt delivered = {
	    .key = bus_fixture_bytes("0123456789abcdef"
	                             "0123456789abcdef"),
	    .notice_id = "n-topic",
	    .thread_id = "t-topic",
	    .revision = 2,
	    .stage = NRS_SUBSCRIBER_CEPTOAR,
	    .state = NRS_STATE_DELIVERED,
	    .mode = NRS_MODE_ACTUAL,
	    .subscriber_id = "reader",
	    .channel = NRS_CHANNEL_TOPIC,
	    .purpose = NRS_PURPOSE_ALERT};
	const int mine =
	    nrs_bus_partition(bus_fixture_bytes("reader"), PARTITIONS);
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	(void)put(NRS_TOPIC_RECEIPT_ALERT, mine,
	    nrs_wire_encode(arena, NRS_TYPE_RECEIPT, &delivered));
	assert_int_equal(
	    status_of(confirm_as_reader("reader", "{\"notice_id\":\"none\"}")),
	    404);
	assert_int_equal(status_of(confirm_as_reader(
	                     "other", "{\"notice_id\":\"n-topic\"}")),
	    404);
	assert_int_equal(status_of(confirm_as_reader("reader",
	                     "{\"notice_id\":\"n-topic\",\"relayed\":4,"
	                     "\"relayed_of\":4}")),
	    200);
	r = receipts("n-topic", &n);
	assert_int_equal(n, 2);
	assert_int_equal(r->state, NRS_STATE_ACKNOWLEDGED);
	assert_true(nrs_bytes_equal(r->key, delivered.key));
	assert_int_equal(r->revision, 2);
	assert_int_equal(r->relayed, 4);
}

/* ---- an address ---- */

static const char *
verify_path(const struct nrs_token *token)
{
	return nrs_arena_printf(arena, DISPATCHER_VERIFY_PATH "%s",
	    nrs_token_make(arena, &policy.tokens, token));
}

static enum nrs_rc
keep_proof(void *to, const struct nrs_record *record, struct nrs_err *err)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_VERIFICATION,
	    .how = NRS_WIRE_STRICT,
	    .bytes =
	        nrs_arena_bytes(arena, record->value.data, record->value.len)};

	assert_memory_equal(record->key.data, "ceptoar-power eeee", 18);
	return nrs_wire_decode(arena, &in, to, err);
}

static void
an_address_is_proven_by_a_post_and_by_nothing_else(void **state)
{
	const struct nrs_reader_from from = {
	    NRS_TOPIC_VERIFICATION, 0, NRS_FROM_START};
	struct nrs_token token = token_of(4);
	const struct nrs_verification *proof = NULL;
	void *decoded = NULL;

	(void)state;
	memset(token.key, 0xee, sizeof(token.key));
	assert_int_equal(status_of(get(verify_path(&token))), 404);
	assert_int_equal(status_of(post(verify_path(&token), "")), 404);
	token.use = NRS_TOKEN_VERIFY;
	assert_int_equal(status_of(post(path_of(&token), "")), 404);
	assert_int_equal(status_of(get(verify_path(&token))), 200);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_VERIFICATION), 0);
	assert_int_equal(status_of(post(verify_path(&token), "")), 200);
	assert_int_equal(status_of(post(verify_path(&token), "")), 200);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_VERIFICATION), 1);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, WAIT_MS, keep_proof, &decoded, NULL),
	    NRS_OK);
	proof = decoded;
	assert_string_equal(proof->subscriber_id, "ceptoar-power");
	assert_memory_equal(
	    proof->address_sha256.data, token.key, NRS_SHA256_SIZE);
	assert_true(proof->verified_at > 0);
}

/* Two operators may share a SOC, and its mailbox: the second to confirm was
 * thanked, and never got an alert. */
static void
an_address_is_proven_for_each_subscriber_that_has_it(void **state)
{
	struct nrs_token token = token_of(4);

	(void)state;
	token.use = NRS_TOKEN_VERIFY;
	memset(token.key, 0xdd, sizeof(token.key));
	token.subscriber_id = "first-of-the-soc";
	assert_int_equal(status_of(post(verify_path(&token), "")), 200);
	token.subscriber_id = "second-of-the-soc";
	assert_int_equal(status_of(post(verify_path(&token), "")), 200);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_VERIFICATION), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(get_shows_the_notice_and_confirms_nothing),
	    cmocka_unit_test(every_answer_has_the_strict_headers),
	    cmocka_unit_test(
	        post_confirms_and_is_on_the_bus_when_it_is_answered),
	    cmocka_unit_test(
	        a_repeat_is_answered_alike_and_written_once_and_never_goes_down),
	    cmocka_unit_test(a_machine_confirms_with_one_call),
	    cmocka_unit_test(an_answer_that_is_none_changes_nothing),
	    cmocka_unit_test(only_a_ceptoar_says_whom_it_told),
	    cmocka_unit_test(the_title_of_red_is_not_shown),
	    cmocka_unit_test(every_refusal_is_the_same_and_reveals_nothing),
	    cmocka_unit_test(hostile_paths_get_the_same_refusal),
	    cmocka_unit_test(
	        a_reader_of_topics_confirms_what_it_was_sent_and_nothing_else),
	    cmocka_unit_test(
	        an_address_is_proven_by_a_post_and_by_nothing_else),
	    cmocka_unit_test(
	        an_address_is_proven_for_each_subscriber_that_has_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
