/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/preview of the real producer, over topics that a test has filled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/door_fixture.h"
#include "support/signed.h"

#define WAIT_MS 20000

static struct nrs_arena *arena;
static struct nrs_producer *bus;
static struct nrs_key *agency; /* may issue, and is no desk */

static const char *power[] = {"power"};
static struct nrs_channel mail[] = {
    {NRS_CHANNEL_MAIL, "csirt@kitayama.example"}};

/* ---- what is there ---- */

static void
subscribe(const char *id, enum nrs_tlp max_tlp)
{
	const struct nrs_subscription sub = {.subscriber_id = id,
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = id,
	    .name = id,
	    .lang = "ja",
	    .max_tlp = max_tlp,
	    .sectors = power,
	    .n_sectors = 1,
	    .channels = mail,
	    .n_channels = 1};
	const struct nrs_submission submission = {.submission_id = "s",
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, &sub)};
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_SUBSCRIPTION,
	    .key = bus_fixture_bytes(id),
	    .value = nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &submission)};

	assert_int_equal(
	    nrs_producer_send_wait(bus, &out, WAIT_MS, NULL, NULL), NRS_OK);
}

/* As the planner writes it: thread was planned for id. */
static void
plan(const char *thread, const char *id)
{
	struct nrs_delivery delivery = {.subscriber_id = id,
	    .organisation = id,
	    .channel = mail,
	    .kind = NRS_SUBSCRIBER_OPERATOR};
	const struct nrs_delivery_batch batch = {.notice_id = thread,
	    .thread_id = thread,
	    .revision = 1,
	    .purpose = NRS_PURPOSE_ALERT,
	    .deliveries = &delivery,
	    .n_deliveries = 1};
	const struct nrs_bus_header header = {"thread", thread};
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_DELIVERY_ALERT,
	    .partition = 1,
	    .key = bus_fixture_bytes(thread),
	    .value = nrs_wire_encode(arena, NRS_TYPE_DELIVERY_BATCH, &batch),
	    .headers = &header,
	    .n_headers = 1};

	assert_int_equal(
	    nrs_producer_send_wait(bus, &out, WAIT_MS, NULL, NULL), NRS_OK);
}

/* ---- what is asked ---- */

static struct nrs_content *
notice(void)
{
	struct nrs_content *content = signed_content(arena);
	char id[NRS_ID_SIZE];

	content->notice_id = nrs_arena_strdup(arena, nrs_id_new(id));
	content->thread_id = content->notice_id;
	content->issued_at = nrs_wall_ms();
	content->valid_until = content->issued_at + 86400000;
	content->countermeasures[0].deadline = 0;
	return content;
}

static struct nrs_submission *
submission_of(const struct nrs_key *key, const struct nrs_content *content)
{
	return signed_notice(arena, key, content, signed_addressing(arena));
}

/* The answer lives in the arena. */
static const char *
ask(const char *path, const struct nrs_submission *submission, int status)
{
	struct nrs_client_answer answer =
	    door_call("POST", path, "application/protobuf",
	        nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, submission));
	const char *body = nrs_arena_strdup(arena, nrs_buf_str(&answer.body));

	if (answer.status != status)
		fail_msg("%d: %s", answer.status, body);
	nrs_buf_fini(&answer.body);
	return body;
}

static void
has(const char *body, const char *part)
{
	if (strstr(body, part) == NULL)
		fail_msg("no %s in %s", part, body);
}

static void
lacks(const char *body, const char *part)
{
	if (strstr(body, part) != NULL)
		fail_msg("%s in %s", part, body);
}

/* ---- facts ---- */

static void
a_desk_sees_who_would_get_it_and_nothing_is_written(void **state)
{
	const struct nrs_content *content = notice();
	const int before = bus_fixture_count(NRS_TOPIC_JOURNAL);
	const char *body =
	    ask("/v1/preview", submission_of(door_key(), content), 200);

	has(body, "{\"outcome\":{");
	has(body, "\"verdict\":\"RELEASED\"");
	has(body, "\"rule\":\"cell:B_C/NORMAL/PRIORITY\"");
	has(body, "{\"subscriber_id\":\"kitayama\",\"name\":\"kitayama\","
	          "\"channel\":\"MAIL\",\"what\":\"ALERT\",\"when\":\"now\",");
	lacks(body, "\"green\"");
	lacks(body, "csirt@"); /* where to is nobody's business */
	has(body, "\"reach\":{\"recipients\":1,\"stubs\":0,"
	          "\"not_cleared\":1,\"filtered\":0,\"unreachable\":0}");
	has(body, "\"unusual\":[{\"first\":true}]");
	has(body, "\"texts\":[{\"what\":\"ALERT\",\"lang\":\"ja\","
	          "\"subject\":\"[TLP:AMBER]");
	has(body, "\"arrangements\":[]");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), before);
}

static void
what_has_come_since_is_in_the_next_preview(void **state)
{
	const char *body;

	subscribe("minamikawa", NRS_TLP_AMBER);
	body = ask("/v1/preview", submission_of(door_key(), notice()), 200);
	has(body, "\"subscriber_id\":\"kitayama\"");
	has(body, "\"subscriber_id\":\"minamikawa\"");
	has(body, "\"recipients\":2");
}

/* Invariant 8: an issuer may be a recipient, too. */
static void
who_is_no_desk_does_not_learn_who(void **state)
{
	struct nrs_content *content = notice();
	const char *body =
	    ask("/v1/preview", submission_of(agency, content), 422);

	has(body, "\"rule\":\"role\"");
	lacks(body, "kitayama");
	content->stream = NRS_STREAM_AGENCY_PROVISION;
	body = ask("/v1/preview", submission_of(agency, content), 200);
	has(body, "\"verdict\":\"HELD\"");
	has(body, "\"reach\":{");
	lacks(body, "\"recipients\":[");
	lacks(body, "kitayama");
	lacks(body, "minamikawa");
	lacks(body, "\"arrangements\"");
}

static void
what_a_submission_may_not_a_preview_may_not(void **state)
{
	struct nrs_submission *submission = submission_of(door_key(), notice());
	struct nrs_content *content = notice();
	struct nrs_key *stranger = NULL;

	submission->n_signatures = 0;
	has(ask("/v1/preview", submission, 422),
	    "\"field\":\"signatures\",\"rule\":\"required\"");
	assert_int_equal(nrs_key_new(&stranger, NULL), NRS_OK);
	has(ask("/v1/preview", submission_of(stranger, notice()), 422),
	    "\"rule\":\"signature\"");
	nrs_key_free(stranger);
	content->title = "";
	has(ask("/v1/preview", submission_of(door_key(), content), 422),
	    "\"field\":\"title\"");
	submission = submission_of(door_key(), notice());
	submission->type = NRS_SUBMISSION_DEADLINE;
	(void)ask("/v1/preview", submission, 422);
}

static void
add_stub(struct nrs_submission *submission, const struct nrs_content *content)
{
	const struct nrs_stub_content said = {.notice_id = content->notice_id,
	    .thread_id = content->thread_id,
	    .revision = content->revision,
	    .kind = content->kind,
	    .mode = content->mode,
	    .supersedes = content->supersedes,
	    .n_supersedes = content->n_supersedes,
	    .issued_at = content->issued_at};
	struct nrs_submission part = *submission;

	submission->stubs = nrs_arena_alloc(arena, sizeof(*submission->stubs));
	submission->n_stubs = 1;
	part.addressing = (struct nrs_bytes){0};
	part.payload = submission->stubs->payload =
	    nrs_wire_encode(arena, NRS_TYPE_STUB_CONTENT, &said);
	submission->stubs->signatures = signed_part(arena, door_key(), &part);
	submission->stubs->n_signatures = 1;
}

static void
a_retraction_shows_who_gets_it_and_who_gets_the_stub(void **state)
{
	struct nrs_content *content = notice();
	const char *thread = content->thread_id, *body;
	struct nrs_submission *submission;

	(void)ask("/v1/submissions", submission_of(door_key(), content), 200);
	plan(thread, "kitayama");
	plan(thread, "green");
	content = notice();
	content->thread_id = thread;
	content->revision = 2;
	content->kind = NRS_KIND_RETRACTION;
	content->revision_reason = "誤報";
	content->supersedes = &thread;
	content->n_supersedes = 1;
	submission = submission_of(door_key(), content);
	add_stub(submission, content);
	body = ask("/v1/preview", submission, 200);
	has(body, "\"subscriber_id\":\"kitayama\",\"name\":\"kitayama\","
	          "\"channel\":\"MAIL\",\"what\":\"ALERT\"");
	has(body, "\"subscriber_id\":\"green\",\"name\":\"green\","
	          "\"channel\":\"MAIL\",\"what\":\"STUB\"");
	has(body, "\"stubs\":1");
	has(body, "{\"what\":\"STUB\",\"lang\":\"ja\",\"subject\":");
	/* it is known by now who issued what */
	content->thread_id = "unknown-thread";
	submission = submission_of(door_key(), content);
	body = ask("/v1/preview", submission, 422);
	has(body, "{\"outcome\":{");
	has(body, "\"rule\":\"thread-unknown\"");
}

static void
without_rules_there_are_no_previews(void **state)
{
	struct nrs_buf text = {0};
	FILE *f = fopen(door_path("producer.conf"), "r");
	char line[1024];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, "rules") == NULL)
			nrs_buf_adds(&text, line);
	(void)fclose(f);
	door_write("producer.conf", nrs_buf_str(&text));
	nrs_buf_fini(&text);
	door_restart();
	has(ask("/v1/preview", submission_of(door_key(), notice()), 404),
	    "\"rule\":\"preview-off\"");
}

/* ---- the world ---- */

static void
write_keys(void)
{
	const struct nrs_key *keys[] = {door_key(), agency};
	const char *rows = "";
	size_t i;

	for (i = 0; i < 2; i++) {
		const struct nrs_bytes public = {
		    nrs_key_public(keys[i]), NRS_PUBLIC_KEY_SIZE};

		rows = nrs_arena_printf(arena,
		    "%s%s{ id = \"%s\"; public = \"%s\"; principal = \"%s\"; "
		    "modes = [\"ACTUAL\"]; roles = [\"%s\"]; }",
		    rows, i == 0 ? "" : ",\n", nrs_key_id(keys[i]),
		    nrs_base64(arena, public), i == 0 ? "desk-1" : "agency-1",
		    i == 0 ? "desk" : "issuer");
	}
	door_write("keys.conf", nrs_arena_printf(arena, "keys = (%s);", rows));
}

static int
start(void **state)
{
	static const char *const topics[] = {
	    NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_DELIVERY_ALERT};
	struct nrs_bus_conf conf;

	arena = nrs_arena_new();
	if (nrs_key_new(&agency, NULL) != NRS_OK ||
	    door_fixture_start(state) != 0)
		return -1;
	bus_fixture_topic(NRS_TOPIC_DELIVERY_ALERT, 2);
	write_keys();
	door_restart();
	conf = bus_fixture_conf("test");
	if (nrs_producer_open(&conf, topics, 2, &bus, NULL) != NRS_OK)
		return -1;
	subscribe("kitayama", NRS_TLP_AMBER);
	subscribe("green", NRS_TLP_GREEN);
	return 0;
}

static int
stop(void **state)
{
	nrs_producer_close(bus);
	nrs_key_free(agency);
	nrs_arena_free(arena);
	return door_fixture_stop(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        a_desk_sees_who_would_get_it_and_nothing_is_written),
	    cmocka_unit_test(what_has_come_since_is_in_the_next_preview),
	    cmocka_unit_test(who_is_no_desk_does_not_learn_who),
	    cmocka_unit_test(what_a_submission_may_not_a_preview_may_not),
	    cmocka_unit_test(
	        a_retraction_shows_who_gets_it_and_who_gets_the_stub),
	    cmocka_unit_test(without_rules_there_are_no_previews),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
