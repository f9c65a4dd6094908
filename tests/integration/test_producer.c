/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real noroshi-producer beside a mock cluster; a thread of the test decides
 * in the classifier's place: REJECTED when the title says so, else RELEASED.
 */
#include <arpa/inet.h>
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

#include "ctl/child.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/client.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/signed.h"

#define READY_MS 30000

static struct {
	char dir[64];
	int port;
	struct nrs_key *key;
	struct ctl_child child;
	pthread_t classifier;
	struct nrs_stop *stop;
} world;

/* ---- in the classifier's place ---------------------------------------------
 */

static struct nrs_bytes
decide(struct nrs_arena *arena, const struct nrs_record *record)
{
	struct nrs_wire_input in = {.type = NRS_TYPE_SUBMISSION,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	uint8_t payload[NRS_SHA256_SIZE], addressing[NRS_SHA256_SIZE];
	struct nrs_outcome outcome = {
	    .journal_offset = record->offset, .verdict = NRS_VERDICT_RELEASED};
	const struct nrs_submission *s;
	const struct nrs_content *content;
	void *value;

	if (nrs_wire_decode(arena, &in, &value, NULL) != NRS_OK)
		abort();
	s = value;
	nrs_sha256(s->payload, payload);
	nrs_sha256(s->addressing, addressing);
	in.type = NRS_TYPE_CONTENT;
	in.bytes = s->payload;
	if (nrs_wire_decode(arena, &in, &value, NULL) != NRS_OK)
		abort();
	content = value;
	if (strcmp(content->title, "reject") == 0) {
		outcome.verdict = NRS_VERDICT_REJECTED;
		outcome.field = "revision";
		outcome.rule = "revision-gap";
	}
	outcome.submission_id = s->submission_id;
	outcome.type = s->type;
	outcome.mode = s->mode;
	outcome.accepted_at = s->accepted_at;
	outcome.payload_sha256 = (struct nrs_bytes){payload, sizeof(payload)};
	outcome.addressing_sha256 =
	    (struct nrs_bytes){addressing, sizeof(addressing)};
	return nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome);
}

static void *
classify(void *unused)
{
	static const char *const topics[] = {NRS_TOPIC_OUTCOME};
	const struct nrs_reader_from from = {
	    NRS_TOPIC_JOURNAL, 0, NRS_FROM_START};
	struct nrs_bus_conf conf = bus_fixture_conf("classify");
	struct nrs_reader *reader = NULL;
	struct nrs_producer *producer = NULL;
	struct nrs_arena *arena = nrs_arena_new();

	(void)unused;
	if (nrs_reader_open(&conf, &reader, NULL) != NRS_OK ||
	    nrs_reader_assign(reader, &from, 1, NULL) != NRS_OK ||
	    nrs_producer_open(&conf, topics, 1, &producer, NULL) != NRS_OK)
		abort();
	while (!nrs_stop_asked(world.stop)) {
		struct nrs_record record = {0};
		struct nrs_outgoing out = {.topic = NRS_TOPIC_OUTCOME};
		nrs_arena_reset(arena);
		if (nrs_reader_next(reader, 200, &record, NULL) != NRS_OK ||
		    record.topic == NULL)
			continue;
		out.value = decide(arena, &record);
		(void)!nrs_producer_send_wait(
		    producer, &out, 10000, NULL, NULL);
	}
	nrs_producer_close(producer);
	nrs_reader_close(reader);
	nrs_arena_free(arena);
	return NULL;
}

/* ---- the program -----------------------------------------------------------
 */

static int
free_port(void)
{
	struct sockaddr_in address = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	(void)close(fd);
	return ntohs(address.sin_port);
}

static void
write_conf(const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", world.dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
write_files(void)
{
	struct nrs_bus_conf bus = bus_fixture_conf("x");
	struct nrs_arena *arena = nrs_arena_new();
	const struct nrs_bytes public = {
	    nrs_key_public(world.key), NRS_PUBLIC_KEY_SIZE};

	write_conf("keys.conf",
	    nrs_arena_printf(arena,
	        "keys = ({ id = \"%s\"; public = \"%s\"; principal = "
	        "\"desk-1\"; modes = [\"ACTUAL\"]; roles = [\"desk\"]; });\n",
	        nrs_key_id(world.key), nrs_base64(arena, public)));
	write_conf("sectors.conf",
	    "sectors = ({ code = \"finance\"; since = 2007; ja = \"金融\"; en "
	    "= \"Finance\"; },\n { code = \"power\"; since = 2007; ja = "
	    "\"電力\"; en = \"Power\"; });\nceptoars = ();\n");
	write_conf("producer.conf",
	    nrs_arena_printf(arena,
	        "bus: { servers = \"%s\"; prefix = \"%s\"; };\n"
	        "api: { listen = \"127.0.0.1:%d\"; append_timeout = 2000; };\n"
	        "admin: { listen = \"\"; };\n"
	        "keys = \"keys.conf\"; sectors = \"sectors.conf\";\n",
	        bus.servers, bus.prefix, world.port));
	nrs_arena_free(arena);
}

static struct nrs_client_answer
call(const char *method, const char *path, const char *type,
    struct nrs_bytes body)
{
	struct nrs_client_answer answer;
	char url[256];
	const struct nrs_client_request request = {.method = method,
	    .url = url,
	    .type = type,
	    .body = body,
	    .timeout_ms = 20000};

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%d%s", world.port, path);
	if (nrs_client_call(&request, &answer, NULL) != NRS_OK)
		answer.status = 0;
	return answer;
}

/* Ready: it knows all outcomes, so that an unknown id is 404 and not 503. */
static void
start_producer(void)
{
	const char *build = getenv("BUILD");
	struct nrs_mono start = nrs_mono_now();
	char program[256], conf[128], log[128];
	const char *const argv[] = {program, "-F", conf, NULL};
	int status = 0;

	(void)snprintf(program, sizeof(program), "%s/noroshi-producer",
	    build == NULL ? "build/gcc-release" : build);
	(void)snprintf(conf, sizeof(conf), "%s/producer.conf", world.dir);
	(void)snprintf(log, sizeof(log), "%s/log", world.dir);
	assert_int_equal(
	    ctl_child_start(&world.child, argv, log, NULL), NRS_OK);
	while (status != 404 && nrs_mono_since_ms(start) < READY_MS) {
		struct nrs_client_answer answer =
		    call("GET", "/v1/outcomes/none", "", (struct nrs_bytes){0});
		status = answer.status;
		nrs_buf_fini(&answer.body);
		(void)nrs_stop_wait(world.stop, 20);
	}
	if (status != 404)
		fail_msg("the producer did not start; see %s", log);
}

static int
setup(void **state)
{
	(void)snprintf(
	    world.dir, sizeof(world.dir), "/tmp/noroshi-producer-XXXXXX");
	if (mkdtemp(world.dir) == NULL || bus_fixture_start(state) != 0 ||
	    nrs_key_new(&world.key, NULL) != NRS_OK)
		return -1;
	world.stop = nrs_stop_new();
	world.port = free_port();
	bus_fixture_topic(NRS_TOPIC_JOURNAL, 1);
	bus_fixture_topic(NRS_TOPIC_OUTCOME, 1);
	bus_fixture_topic(NRS_TOPIC_SUBSCRIPTION, 1);
	write_files();
	start_producer();
	return pthread_create(&world.classifier, NULL, classify, NULL);
}

/* With whoever uses it here; again is harmless. */
static void
stop_bus(void)
{
	if (nrs_stop_asked(world.stop))
		return;
	nrs_stop_ask(world.stop);
	(void)pthread_join(world.classifier, NULL);
	(void)bus_fixture_stop(NULL);
}

static int
teardown(void **state)
{
	static const char *const files[] = {
	    "keys.conf", "sectors.conf", "producer.conf", "log"};

	stop_bus();
	ctl_child_stop(&world.child, 10000);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[128];
		(void)snprintf(
		    path, sizeof(path), "%s/%s", world.dir, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(world.dir);
	nrs_key_free(world.key);
	nrs_stop_free(world.stop);
	return 0;
}

/* ---- submissions -----------------------------------------------------------
 */

struct draft {
	struct nrs_arena *arena;
	struct nrs_content *content;
	struct nrs_addressing *addressing;
};

static struct draft
draft_new(void)
{
	struct draft d = {.arena = nrs_arena_new()};
	char id[NRS_ID_SIZE];

	d.content = signed_content(d.arena);
	d.addressing = signed_addressing(d.arena);
	d.content->notice_id = nrs_arena_strdup(d.arena, nrs_id_new(id));
	d.content->thread_id = d.content->notice_id;
	d.content->issued_at = nrs_wall_ms();
	d.content->valid_until = d.content->issued_at + 86400000;
	d.content->countermeasures[0].deadline = 0;
	return d;
}

static struct nrs_bytes
json_of(struct draft *d, const struct nrs_submission *submission)
{
	struct nrs_buf json = {0};
	struct nrs_bytes out;

	nrs_json_encode(&json, NRS_TYPE_SUBMISSION, submission);
	out = nrs_arena_bytes(d->arena, json.data, json.len);
	nrs_buf_fini(&json);
	return out;
}

static struct nrs_bytes
signed_json(struct draft *d)
{
	return json_of(
	    d, signed_notice(d->arena, world.key, d->content, d->addressing));
}

struct answer {
	int status, retry_after_s;
	char body[4096];
};

static struct answer
post(const char *query, const char *type, struct nrs_bytes body)
{
	char path[128];
	struct nrs_client_answer got;
	struct answer out = {0};

	(void)snprintf(path, sizeof(path), "/v1/submissions%s", query);
	got = call("POST", path, type, body);
	out.status = got.status;
	out.retry_after_s = got.retry_after_s;
	(void)snprintf(
	    out.body, sizeof(out.body), "%s", nrs_buf_str(&got.body));
	nrs_buf_fini(&got.body);
	return out;
}

static struct answer
post_json(struct nrs_bytes body)
{
	return post("?wait=10000", "application/json", body);
}

#define assert_says(answer, part)                                              \
	do {                                                                   \
		if (strstr((answer).body, (part)) == NULL)                     \
			fail_msg("no %s in %s", (part), (answer).body);        \
	} while (0)

/* ---- facts -----------------------------------------------------------------
 */

static void
a_notice_is_answered_with_its_outcome(void **state)
{
	struct draft d = draft_new();
	struct answer answer = post_json(signed_json(&d));

	assert_int_equal(answer.status, 200);
	assert_says(answer, "\"verdict\":\"RELEASED\"");
	assert_says(answer, d.content->notice_id);
	assert_says(answer, "\"accepted_at\":\"20");
	nrs_arena_free(d.arena);
}

static void
protobuf_is_as_good_as_json(void **state)
{
	struct draft d = draft_new();
	struct nrs_bytes bytes = nrs_wire_encode(d.arena, NRS_TYPE_SUBMISSION,
	    signed_notice(d.arena, world.key, d.content, d.addressing));
	struct answer answer = post("", "application/protobuf", bytes);

	assert_int_equal(answer.status, 200);
	assert_says(answer, "RELEASED");
	answer = post("", "text/plain", bytes);
	assert_int_equal(answer.status, 415);
	nrs_arena_free(d.arena);
}

static void
the_same_id_and_bytes_get_the_first_outcome_again(void **state)
{
	struct draft d = draft_new();
	struct nrs_bytes json = signed_json(&d);
	struct answer first = post_json(json);
	int n = bus_fixture_count(NRS_TOPIC_JOURNAL);
	struct answer again = post_json(json);

	assert_int_equal(again.status, 200);
	assert_string_equal(again.body, first.body);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), n);
	nrs_arena_free(d.arena);
}

static void
the_same_id_with_other_bytes_is_refused(void **state)
{
	struct draft d = draft_new();
	int n;

	assert_int_equal(post_json(signed_json(&d)).status, 200);
	n = bus_fixture_count(NRS_TOPIC_JOURNAL);
	d.content->title = "something else";
	struct answer answer = post_json(signed_json(&d));
	assert_int_equal(answer.status, 409);
	assert_says(answer, "\"rule\":\"duplicate-id\"");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), n);
	nrs_arena_free(d.arena);
}

static void
waiting_not_at_all_is_answered_202(void **state)
{
	struct draft d = draft_new();
	struct answer answer =
	    post("?wait=0", "application/json", signed_json(&d));

	assert_int_equal(answer.status, 202);
	assert_says(answer, d.content->notice_id);
	assert_null(strstr(answer.body, "verdict"));
	nrs_arena_free(d.arena);
}

static void
a_rejected_command_is_answered_422_with_its_outcome(void **state)
{
	struct draft d = draft_new();

	d.content->title = "reject";
	struct answer answer = post_json(signed_json(&d));
	assert_int_equal(answer.status, 422);
	assert_says(answer, "\"verdict\":\"REJECTED\"");
	assert_says(answer, "\"rule\":\"revision-gap\"");
	nrs_arena_free(d.arena);
}

static void
crlf_title(struct draft *d)
{
	d->content->title = "one\r\nBcc: everyone@example.jp";
}

static void
no_summary(struct draft *d)
{
	d->content->summary = "";
}

static void
red_to_a_sector(struct draft *d)
{
	d->content->tlp = NRS_TLP_RED;
}

static void
unknown_sector(struct draft *d)
{
	d->addressing->sectors[0] = "atlantis";
}

static void
long_ago(struct draft *d)
{
	d->content->issued_at -= 6 * 60 * 1000;
}

static void
for_a_drill(struct draft *d)
{
	d->content->mode = NRS_MODE_EXERCISE;
	d->content->exercise_id = "DRILL-2026";
}

static void
what_breaks_a_rule_is_refused_with_field_and_rule(void **state)
{
	static const struct {
		void (*spoil)(struct draft *d);
		const char *field, *rule;
	} cases[] = {
	    {crlf_title, "title", "line"},
	    {no_summary, "summary", "required"},
	    {red_to_a_sector, "", "tlp"},
	    {unknown_sector, "sectors", "sector"},
	    {long_ago, "issued_at", "issued"},
	    {for_a_drill, "mode", "mode"},
	};
	int n = bus_fixture_count(NRS_TOPIC_JOURNAL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct draft d = draft_new();
		char field[64], rule[64];
		cases[i].spoil(&d);
		struct answer answer = post_json(signed_json(&d));
		if (answer.status != 422)
			fail_msg(
			    "case %zu: %d %s", i, answer.status, answer.body);
		(void)snprintf(
		    field, sizeof(field), "\"field\":\"%s", cases[i].field);
		(void)snprintf(
		    rule, sizeof(rule), "\"rule\":\"%s", cases[i].rule);
		assert_says(answer, field);
		assert_says(answer, rule);
		nrs_arena_free(d.arena);
	}
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), n);
}

static void
what_nobody_may_sign_is_refused(void **state)
{
	struct draft d = draft_new();
	struct nrs_submission *s =
	    signed_notice(d.arena, world.key, d.content, d.addressing);
	struct nrs_key *stranger = NULL;
	struct answer answer;

	s->signatures[0].signature.len = 63;
	answer = post_json(json_of(&d, s));
	assert_int_equal(answer.status, 422);
	assert_int_equal(nrs_key_new(&stranger, NULL), NRS_OK);
	s = signed_notice(d.arena, stranger, d.content, d.addressing);
	answer = post_json(json_of(&d, s));
	assert_int_equal(answer.status, 422);
	assert_says(answer, "signature");
	s->n_signatures = 0;
	answer = post_json(json_of(&d, s));
	assert_int_equal(answer.status, 422);
	nrs_key_free(stranger);
	nrs_arena_free(d.arena);
}

/* A cut-off carries no signature: from outside it would be a way around it. */
static void
what_only_the_producer_makes_is_refused_from_outside(void **state)
{
	static const enum nrs_submission_type types[] = {
	    NRS_SUBMISSION_CUT_OFF, NRS_SUBMISSION_DEADLINE};
	struct draft d = draft_new();
	const struct nrs_deadline deadline = {.deadline_id = "d1",
	    .due_at = nrs_wall_ms(),
	    .mode = NRS_MODE_ACTUAL};
	const struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = "d1",
	    .due_at = nrs_wall_ms(),
	    .mode = NRS_MODE_ACTUAL};

	for (size_t i = 0; i < 2; i++) {
		const struct nrs_submission s = {.submission_id = "d1",
		    .type = types[i],
		    .mode = NRS_MODE_ACTUAL,
		    .payload = i == 0 ? nrs_wire_encode(
		                            d.arena, NRS_TYPE_CUT_OFF, &cut_off)
		                      : nrs_wire_encode(d.arena,
		                            NRS_TYPE_DEADLINE, &deadline)};
		struct answer answer = post_json(json_of(&d, &s));
		assert_int_equal(answer.status, 422);
		assert_says(answer, "internal-type");
	}
	nrs_arena_free(d.arena);
}

static void
what_is_no_submission_is_refused(void **state)
{
	static const char *const bodies[] = {"", "{", "[]", "{\"typ\":1}",
	    "{\"type\":\"NOTIC\"}", "{\"submission_id\":\"a\xff\"}",
	    "{\"submission_id\":\"a\\u0000b\"}"};
	uint8_t *zeros = nrs_calloc(1, 2 << 20);

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_int_equal(
		    post_json(bus_fixture_bytes(bodies[i])).status, 422);
	struct answer answer =
	    post_json((struct nrs_bytes){zeros, (size_t)2 << 20});
	assert_int_equal(answer.status, 413);
	free(zeros);
}

static void
a_subscription_is_stored_under_its_subscriber(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_channel channel = {NRS_CHANNEL_MAIL, "op@example.jp"};
	const char *sectors[] = {"power"};
	const struct nrs_subscription subscription = {.subscriber_id = "op-1",
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = "op-1",
	    .name = "Op",
	    .sectors = sectors,
	    .n_sectors = 1,
	    .max_tlp = NRS_TLP_AMBER,
	    .lang = "ja",
	    .channels = &channel,
	    .n_channels = 1,
	    .updated_at = nrs_wall_ms()};
	struct draft d = {.arena = arena};
	char id[NRS_ID_SIZE];
	struct nrs_submission s = {.submission_id = nrs_id_new(id),
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .payload =
	        nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, &subscription)};

	signed_sign(arena, world.key, &s);
	struct answer answer = post_json(json_of(&d, &s));
	assert_int_equal(answer.status, 200);
	assert_says(answer, "\"verdict\":\"APPLIED\"");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_SUBSCRIPTION), 1);
	nrs_arena_free(arena);
}

static void
after_a_restart_the_first_outcome_is_still_the_answer(void **state)
{
	struct draft d = draft_new();
	struct nrs_bytes json = signed_json(&d);
	struct answer first = post_json(json);
	char path[128];

	ctl_child_stop(&world.child, 10000);
	start_producer();
	struct answer again = post_json(json);
	assert_int_equal(again.status, 200);
	assert_string_equal(again.body, first.body);
	(void)snprintf(
	    path, sizeof(path), "/v1/outcomes/%s", d.content->notice_id);
	struct nrs_client_answer got =
	    call("GET", path, "", (struct nrs_bytes){0});
	assert_int_equal(got.status, 200);
	assert_string_equal(nrs_buf_str(&got.body), first.body);
	nrs_buf_fini(&got.body);
	nrs_arena_free(d.arena);
}

/* The last one: the bus does not come back. */
static void
without_a_bus_nothing_is_accepted_and_the_answer_says_so(void **state)
{
	struct draft known = draft_new(), d = draft_new();
	struct nrs_bytes json = signed_json(&known);
	struct answer first = post_json(json), answer;

	stop_bus();
	answer = post_json(signed_json(&d));
	assert_int_equal(answer.status, 503);
	assert_true(answer.retry_after_s > 0);
	if (strstr(answer.body, "\"rule\":\"bus-down\"") == NULL)
		assert_says(answer, "\"rule\":\"outcome-unknown\"");
	answer = post_json(json);
	assert_int_equal(answer.status, 200);
	assert_string_equal(answer.body, first.body);
	nrs_arena_free(known.arena);
	nrs_arena_free(d.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_notice_is_answered_with_its_outcome),
	    cmocka_unit_test(protobuf_is_as_good_as_json),
	    cmocka_unit_test(the_same_id_and_bytes_get_the_first_outcome_again),
	    cmocka_unit_test(the_same_id_with_other_bytes_is_refused),
	    cmocka_unit_test(waiting_not_at_all_is_answered_202),
	    cmocka_unit_test(
	        a_rejected_command_is_answered_422_with_its_outcome),
	    cmocka_unit_test(what_breaks_a_rule_is_refused_with_field_and_rule),
	    cmocka_unit_test(what_nobody_may_sign_is_refused),
	    cmocka_unit_test(
	        what_only_the_producer_makes_is_refused_from_outside),
	    cmocka_unit_test(what_is_no_submission_is_refused),
	    cmocka_unit_test(a_subscription_is_stored_under_its_subscriber),
	    cmocka_unit_test(
	        after_a_restart_the_first_outcome_is_still_the_answer),
	    cmocka_unit_test(
	        without_a_bus_nothing_is_accepted_and_the_answer_says_so),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
