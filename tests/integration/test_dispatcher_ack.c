/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The acknowledgement listener on the mock cluster: what a recipient's browser,
 * a mail scanner, a machine and a stranger get, and what is on the bus after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/ack/ack_token.h"
#include "integration/listener.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"

static struct listener listener;
static struct nrs_arena *arena;
static struct nrs_reader *reader;

/* ---- the bus ---- */

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
	struct nrs_reader_from from[LISTENER_PARTITIONS];
	size_t i;

	for (i = 0; i < LISTENER_PARTITIONS; i++)
		from[i] = (struct nrs_reader_from){
		    NRS_TOPIC_RECEIPT_ALERT, (int)i, NRS_FROM_START};
	found.n = *n = 0;
	assert_int_equal(
	    nrs_reader_assign(reader, from, LISTENER_PARTITIONS, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, LISTENER_WAIT_MS, keep, NULL, NULL),
	    NRS_OK);
	for (i = 0; i < found.n; i++)
		if (strcmp(found.items[i]->notice_id, notice_id) == 0) {
			last = found.items[i];
			assert_int_equal(found.partition[i],
			    nrs_bus_partition(
			        bus_fixture_bytes(last->subscriber_id),
			        LISTENER_PARTITIONS));
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

/* ---- the stage ---- */

static int
set_up(void **state)
{
	const int rc = listener_open(state, &listener);

	arena = listener.arena;
	reader = listener.reader;
	return rc;
}

/* ---- the story ---- */

static void
get_shows_the_notice_and_confirms_nothing(void **state)
{
	const struct nrs_token token =
	    listener_token(listener_release("n-get", NRS_TLP_AMBER));
	const char *answer;
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		answer = listener_get(listener_path(&token));
		assert_int_equal(listener_status(answer), 200);
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
	    listener_token(listener_release("n-head", NRS_TLP_AMBER));
	const char *answers[] = {listener_get(listener_path(&token)),
	    listener_get("/ack/x"), listener_get("/")};
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
	    listener_token(listener_release("n-post", NRS_TLP_AMBER));
	const char *answer = listener_post(listener_path(&token), "response=");
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	assert_int_equal(listener_status(answer), 200);
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
	    listener_token(listener_release("n-again", NRS_TLP_AMBER));
	const char *path = listener_path(&token);
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	assert_int_equal(
	    listener_status(listener_post(path, "response=AFFECTED")), 200);
	assert_int_equal(
	    listener_status(listener_post(path, "response=AFFECTED")), 200);
	assert_int_equal(listener_status(listener_post(path, "")), 200);
	r = receipts("n-again", &n);
	assert_int_equal(n, 1);
	assert_int_equal(r->state, NRS_STATE_RESPONDED);
	assert_int_equal(
	    listener_status(listener_post(path, "response=MITIGATED"
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
	    listener_token(listener_release("n-json", NRS_TLP_AMBER));
	const char *answer =
	    listener_post_as("application/json", listener_path(&token),
	        "{\"response\":\"INVESTIGATING\",\"notice_id\":\"n-json\"}");
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	assert_int_equal(listener_status(answer), 200);
	assert_string_equal(listener_body(answer),
	    "{\"notice_id\":\"n-json\",\"state\":\"RESPONDED\","
	    "\"response\":\"INVESTIGATING\"}\n");
	r = receipts("n-json", &n);
	assert_int_equal(n, 1);
	assert_int_equal(r->response, NRS_RESPONSE_INVESTIGATING);
	answer = listener_post_as("application/json", listener_path(&token),
	    "{\"notice_id\":\"another\"}");
	assert_int_equal(listener_status(answer), 404);
	assert_int_equal(count("n-json"), 1);
}

static void
an_answer_that_is_none_changes_nothing(void **state)
{
	const struct nrs_token token =
	    listener_token(listener_release("n-bad", NRS_TLP_AMBER));
	const char *path = listener_path(&token);

	(void)state;
	assert_int_equal(
	    listener_status(listener_post(path, "response=YES")), 400);
	assert_int_equal(
	    listener_status(listener_post(path, "state=DELIVERED")), 400);
	assert_int_equal(listener_status(listener_post_as(
	                     "application/json", path, "{\"by\":\"x\"}")),
	    400);
	assert_int_equal(listener_status(listener_post(
	                     path, nrs_arena_printf(arena, "%5000s", "x"))),
	    413);
	assert_int_equal(count("n-bad"), 0);
}

static void
only_a_ceptoar_says_whom_it_told(void **state)
{
	struct nrs_token token =
	    listener_token(listener_release("n-op", NRS_TLP_AMBER));

	(void)state;
	token.kind = NRS_SUBSCRIBER_OPERATOR;
	assert_int_equal(listener_status(listener_post(
	                     listener_path(&token), "relayed=1&relayed_of=2")),
	    400);
	assert_null(strstr(listener_get(listener_path(&token)), "relayed"));
	assert_int_equal(count("n-op"), 0);
}

static void
the_title_of_red_is_not_shown(void **state)
{
	const struct nrs_token token =
	    listener_token(listener_release("n-red", NRS_TLP_RED));
	const char *answer = listener_get(listener_path(&token));

	(void)state;
	assert_int_equal(listener_status(answer), 200);
	assert_null(strstr(answer, "件名 &amp; script"));
	assert_non_null(strstr(answer, "n-red"));
}

/* Forged, foreign, expired, of another mode, of nothing: the same words. */
static void
every_refusal_is_the_same_and_reveals_nothing(void **state)
{
	const struct nrs_token good =
	    listener_token(listener_release("n-no", NRS_TLP_AMBER));
	struct nrs_token_keys strangers = {.n = 1};
	struct nrs_token token = good;
	const char *paths[8], *wanted = listener_body(listener_get("/ack/x"));
	size_t i, n = 0;
	char *flipped;

	(void)state;
	paths[n++] = nrs_arena_printf(
	    arena, "/ack/%s", nrs_token_make(arena, &strangers, &good));
	flipped = nrs_arena_strdup(arena, listener_path(&good));
	flipped[20] = flipped[20] == 'A' ? 'B' : 'A';
	paths[n++] = flipped;
	paths[n++] = nrs_arena_printf(arena, "%sA", listener_path(&good));
	paths[n++] = nrs_arena_printf(arena, "%s/", listener_path(&good));
	token.mode = NRS_MODE_EXERCISE;
	paths[n++] = listener_path(&token);
	token = good;
	token.use = NRS_TOKEN_VERIFY;
	paths[n++] = listener_path(&token);
	token = good;
	token.source_offset = 1000000;
	paths[n++] = listener_path(&token);
	token = good;
	token.expires_at = nrs_wall_ms() - 1;
	paths[n++] = listener_path(&token);
	for (i = 0; i < n; i++) {
		const char *shown = listener_get(paths[i]);
		const char *told = listener_post(paths[i], "response=AFFECTED");
		int status = i + 1 == n ? 410 : 404;

		if (i + 2 == n) /* it is ours, but nothing lies there */
			status = listener_status(shown);
		assert_int_equal(listener_status(shown), status);
		assert_int_equal(listener_status(told), status);
		if (status != 503)
			assert_string_equal(listener_body(shown), wanted);
		if (status != 503)
			assert_string_equal(listener_body(told), wanted);
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
	const char *wanted = listener_body(listener_get("/ack/x")), *answer;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		answer = listener_get(paths[i]);
		if (listener_status(answer) == 400) /* the framing guard's */
			continue;
		assert_int_equal(listener_status(answer), 404);
		assert_string_equal(listener_body(answer), wanted);
	}
	assert_int_equal(
	    listener_status(listener_say("DELETE /ack/x HTTP/1.1\r\nHost: x\r\n"
	                                 "Connection: close\r\n\r\n")),
	    405);
}

static const char *
confirm_as_reader(const char *subscriber, const char *body)
{
	struct nrs_token token = listener_token(0);

	token.use = NRS_TOKEN_READER;
	token.subscriber_id = subscriber;
	return listener_post_as(
	    "application/json", listener_path(&token), body);
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
	    nrs_bus_partition(bus_fixture_bytes("reader"), LISTENER_PARTITIONS);
	const struct nrs_receipt *r;
	size_t n;

	(void)state;
	(void)listener_put(NRS_TOPIC_RECEIPT_ALERT, mine,
	    nrs_wire_encode(arena, NRS_TYPE_RECEIPT, &delivered));
	assert_int_equal(listener_status(confirm_as_reader(
	                     "reader", "{\"notice_id\":\"none\"}")),
	    404);
	assert_int_equal(listener_status(confirm_as_reader(
	                     "other", "{\"notice_id\":\"n-topic\"}")),
	    404);
	assert_int_equal(listener_status(confirm_as_reader("reader",
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
	    nrs_token_make(arena, listener.tokens, token));
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
	struct nrs_token token = listener_token(4);
	const struct nrs_verification *proof = NULL;
	void *decoded = NULL;

	(void)state;
	memset(token.key, 0xee, sizeof(token.key));
	assert_int_equal(
	    listener_status(listener_get(verify_path(&token))), 404);
	assert_int_equal(
	    listener_status(listener_post(verify_path(&token), "")), 404);
	token.use = NRS_TOKEN_VERIFY;
	assert_int_equal(
	    listener_status(listener_post(listener_path(&token), "")), 404);
	assert_int_equal(
	    listener_status(listener_get(verify_path(&token))), 200);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_VERIFICATION), 0);
	assert_int_equal(
	    listener_status(listener_post(verify_path(&token), "")), 200);
	assert_int_equal(
	    listener_status(listener_post(verify_path(&token), "")), 200);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_VERIFICATION), 1);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
	assert_int_equal(nrs_reader_to_end(reader, LISTENER_WAIT_MS, keep_proof,
	                     &decoded, NULL),
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
	struct nrs_token token = listener_token(4);

	(void)state;
	token.use = NRS_TOKEN_VERIFY;
	memset(token.key, 0xdd, sizeof(token.key));
	token.subscriber_id = "first-of-the-soc";
	assert_int_equal(
	    listener_status(listener_post(verify_path(&token), "")), 200);
	token.subscriber_id = "second-of-the-soc";
	assert_int_equal(
	    listener_status(listener_post(verify_path(&token), "")), 200);
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

	return cmocka_run_group_tests(tests, set_up, listener_close);
}
