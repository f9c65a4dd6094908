/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "noroshi/base/clock.h"
#include "noroshi/base/rand.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/door_fixture.h"
#include "support/signed.h"

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
	    d, signed_notice(d->arena, door_key(), d->content, d->addressing));
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
	got = door_call("POST", path, type, body);
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

static void
says(const char *body, const char *part)
{
	if (strstr(body, part) == NULL)
		fail_msg("no %s in %s", part, body);
}
#define assert_says(answer, part) says((answer).body, (part))

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
	    signed_notice(d.arena, door_key(), d.content, d.addressing));
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

static const struct {
	void (*spoil)(struct draft *d);
	const char *says;
} spoilt[] = {
    {crlf_title, "\"field\":\"title\",\"rule\":\"line\""},
    {no_summary, "\"field\":\"summary\",\"rule\":\"required\""},
    {red_to_a_sector, "\"field\":\"recipients\",\"rule\":\"tlp-recipients\""},
    {unknown_sector, "\"field\":\"sectors[0]\",\"rule\":\"sector-known\""},
    {long_ago, "\"field\":\"issued_at\",\"rule\":\"issued-at\""},
    {for_a_drill, "\"field\":\"mode\",\"rule\":\"mode\""},
};

static void
what_breaks_a_rule_is_refused_with_field_and_rule(void **state)
{
	int n = bus_fixture_count(NRS_TOPIC_JOURNAL);

	for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
		struct draft d = draft_new();
		spoilt[i].spoil(&d);
		struct answer answer = post_json(signed_json(&d));
		assert_int_equal(answer.status, 422);
		assert_says(answer, spoilt[i].says);
		nrs_arena_free(d.arena);
	}
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), n);
}

static void
what_nobody_may_sign_is_refused(void **state)
{
	struct draft d = draft_new();
	struct nrs_submission *s =
	    signed_notice(d.arena, door_key(), d.content, d.addressing);
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

static void
refused_as_internal(
    struct draft *d, enum nrs_submission_type type, struct nrs_bytes payload)
{
	const struct nrs_submission s = {.submission_id = "d1",
	    .type = type,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = payload};
	struct answer answer = post_json(json_of(d, &s));

	assert_int_equal(answer.status, 422);
	assert_says(answer, "internal-type");
}

/* A cut-off carries no signature: from outside it would be a way around it. */
static void
what_only_the_producer_makes_is_refused_from_outside(void **state)
{
	struct draft d = draft_new();
	const struct nrs_deadline deadline = {.deadline_id = "d1",
	    .due_at = nrs_wall_ms(),
	    .mode = NRS_MODE_ACTUAL};
	const struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = "d1",
	    .due_at = nrs_wall_ms(),
	    .mode = NRS_MODE_ACTUAL};

	refused_as_internal(&d, NRS_SUBMISSION_CUT_OFF,
	    nrs_wire_encode(d.arena, NRS_TYPE_CUT_OFF, &cut_off));
	refused_as_internal(&d, NRS_SUBMISSION_DEADLINE,
	    nrs_wire_encode(d.arena, NRS_TYPE_DEADLINE, &deadline));
	nrs_arena_free(d.arena);
}

static struct answer
post_cut_off(struct draft *d, const char *id)
{
	const struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = "weekly:by-hand",
	    .due_at = nrs_wall_ms(),
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_submission s = {.submission_id = id,
	    .type = NRS_SUBMISSION_CUT_OFF,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(d->arena, NRS_TYPE_CUT_OFF, &cut_off)};

	signed_sign(d->arena, door_key(), &s);
	return post_json(json_of(d, &s));
}

static void
a_desk_may_close_a_newsletter_by_hand(void **state)
{
	struct draft d = draft_new();
	char id[NRS_ID_SIZE];
	int n = bus_fixture_count(NRS_TOPIC_JOURNAL);
	struct answer answer = post_cut_off(&d, nrs_id_new(id));

	assert_int_equal(answer.status, 200);
	assert_says(answer, "\"type\":\"CUT_OFF\"");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), n + 1);
	nrs_arena_free(d.arena);
}

static void
the_ids_of_windows_to_come_cannot_be_taken(void **state)
{
	struct draft d = draft_new();
	struct answer answer = post_cut_off(&d, "cut-off:weekly:x");

	assert_int_equal(answer.status, 422);
	assert_says(answer, "internal-id");
	d.content->notice_id = "cut-off:weekly:y";
	d.content->thread_id = d.content->notice_id;
	answer = post_json(signed_json(&d));
	assert_int_equal(answer.status, 422);
	assert_says(answer, "internal-id");
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

	signed_sign(arena, door_key(), &s);
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

	door_restart();
	struct answer again = post_json(json);
	assert_int_equal(again.status, 200);
	assert_string_equal(again.body, first.body);
	(void)snprintf(
	    path, sizeof(path), "/v1/outcomes/%s", d.content->notice_id);
	struct nrs_client_answer got =
	    door_call("GET", path, "", (struct nrs_bytes){0});
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

	door_bus_stop();
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
	    cmocka_unit_test(a_desk_may_close_a_newsletter_by_hand),
	    cmocka_unit_test(the_ids_of_windows_to_come_cannot_be_taken),
	    cmocka_unit_test(what_is_no_submission_is_refused),
	    cmocka_unit_test(a_subscription_is_stored_under_its_subscriber),
	    cmocka_unit_test(
	        after_a_restart_the_first_outcome_is_still_the_answer),
	    cmocka_unit_test(
	        without_a_bus_nothing_is_accepted_and_the_answer_says_so),
	};

	return cmocka_run_group_tests(
	    tests, door_fixture_start, door_fixture_stop);
}
