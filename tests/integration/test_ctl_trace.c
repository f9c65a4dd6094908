/* SPDX-License-Identifier: Apache-2.0 */
/* noroshictl on what became of a notice: its trace, what waits for a person,
 * and why it went where it went. */
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
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/ctl_program.h"
#include "support/signed.h"

static const char *const subscribers[] = {"op-alpha", "op-beta"};

static void
put_batch(struct nrs_arena *arena, const char *id)
{
	static struct nrs_channel mail = {
	    .type = NRS_CHANNEL_MAIL, .address = "secret@example.jp"};
	static struct nrs_delivery deliveries[2];
	struct nrs_delivery_batch batch = {.notice_id = id,
	    .thread_id = id,
	    .planned_at = SIGNED_AT,
	    .deliveries = deliveries,
	    .n_deliveries = 2};

	for (size_t i = 0; i < 2; i++)
		deliveries[i] = (struct nrs_delivery){
		    .key = bus_fixture_bytes(subscribers[i]),
		    .subscriber_id = subscribers[i],
		    .channel = &mail};
	ctl_program_put(NRS_TOPIC_DELIVERY_ALERT, 3, "k",
	    nrs_wire_encode(arena, NRS_TYPE_DELIVERY_BATCH, &batch));
}

static void
put_receipt(
    struct nrs_arena *arena, const char *id, enum nrs_delivery_state state)
{
	const struct nrs_receipt receipt = {.notice_id = id,
	    .key = bus_fixture_bytes(subscribers[0]),
	    .subscriber_id = subscribers[0],
	    .channel = NRS_CHANNEL_MAIL,
	    .state = state,
	    .attempt = 2,
	    .detail = "250 queued",
	    .at = SIGNED_AT + 5};

	ctl_program_put(NRS_TOPIC_RECEIPT_ALERT, 3, "k",
	    nrs_wire_encode(arena, NRS_TYPE_RECEIPT, &receipt));
}

static void
a_trace_goes_down_to_each_delivery_and_tells_no_address(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	char id[64], line[128];
	const struct ctl_ran *ran = ctl_program(CTL_PROGRAM_NOTICE, "-q issue");

	(void)snprintf(id, sizeof(id), "%.36s", ran->out);
	bus_fixture_topic(NRS_TOPIC_DELIVERY_ALERT, 12);
	bus_fixture_topic(NRS_TOPIC_RECEIPT_ALERT, 12);
	put_batch(arena, id);
	put_receipt(arena, id, NRS_STATE_DELIVERED);
	put_receipt(arena, id, NRS_STATE_INTENT); /* a late one */
	(void)snprintf(line, sizeof(line), "--json trace %s", id);
	ran = ctl_program("", line);
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out,
	    "\"topic\":\"receipt.alert\",\"offset\":0,\"subscriber_id\":"
	    "\"op-alpha\",\"channel\":\"MAIL\",\"state\":\"DELIVERED\","
	    "\"attempt\":2,\"detail\":\"250 queued\"");
	ctl_program_has(ran->out,
	    "\"subscriber_id\":\"op-beta\",\"channel\":\"MAIL\","
	    "\"state\":\"PLANNED\"");
	ctl_program_has(
	    ran->out, "\"step\":\"DELIVERED\",\"detail\":\"1 of 2\"");
	assert_null(strstr(ran->out, "secret@"));
	(void)snprintf(line, sizeof(line), "--lang en trace %s", id);
	ran = ctl_program("", line);
	ctl_program_has(ran->out, "op-alpha MAIL: DELIVERED: 250 queued\n");
	nrs_arena_free(arena);
}

static void
a_trace_shows_when_it_was_accepted_and_decided(void **state)
{
	const struct ctl_ran *ran = ctl_program(CTL_PROGRAM_NOTICE, "-q issue");
	char line[128];

	(void)snprintf(line, sizeof(line), "--json trace %.36s", ran->out);
	ran = ctl_program("", line);
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(
	    ran->out, "\"step\":\"accepted\",\"topic\":\"journal\"");
	ctl_program_has(ran->out, "\"step\":\"decided\",\"topic\":\"outcome\"");
}

/* Held, then approved: what was decided about it stands in the outcome of the
 * approval. */
static void
a_trace_of_what_was_approved_shows_the_release_and_its_cell(void **state)
{
	static enum nrs_route routes[] = {NRS_ROUTE_REALTIME};
	static const char *topics[] = {"alert.power.amber"};
	static const char *stubs[] = {"alert.power.green"};
	struct nrs_classification copy = {.sector = "power",
	    .routes = routes,
	    .n_routes = 1,
	    .column = NRS_COLUMN_C,
	    .posture = NRS_POSTURE_INCIDENT,
	    .route_rule = "cell:C/INCIDENT/PRIORITY"};
	const struct nrs_outcome outcome = {.submission_id = "approval-1",
	    .about_id = "held-1",
	    .type = NRS_SUBMISSION_APPROVAL,
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_RELEASED,
	    .copies = &copy,
	    .n_copies = 1,
	    .topics = topics,
	    .n_topics = 1,
	    .stub_topics = stubs,
	    .n_stub_topics = 1};
	struct nrs_arena *arena = nrs_arena_new();
	const struct ctl_ran *ran;

	ctl_program_put(NRS_TOPIC_OUTCOME, 0, "k",
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
	ran = ctl_program("", "--json trace held-1");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"step\":\"approval\"");
	ctl_program_has(ran->out, "RELEASED; approval approval-1");
	ctl_program_has(ran->out, "\"rule\":\"cell:C/INCIDENT/PRIORITY\"");
	ctl_program_has(ran->out, "\"source\":\"(イ) 要警戒時・障害発生時 ");
	ctl_program_has(
	    ran->out, "\"step\":\"written\",\"topic\":\"alert.power.amber\"");
	ctl_program_has(
	    ran->out, "\"step\":\"stub\",\"topic\":\"alert.power.green\"");
	nrs_arena_free(arena);
}

static void
put_outcome(struct nrs_arena *arena, const struct nrs_outcome *outcome)
{
	ctl_program_put(NRS_TOPIC_OUTCOME, 0, "k",
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, outcome));
}

/* Held twice and one released; an item of C in two calm sectors, one of which
 * was looked at since; postures that end soon, and late. */
static void
put_what_waits(struct nrs_arena *arena)
{
	static struct nrs_held_change held[] = {
	    {.submission_id = "wait-1", .needs = "source-consent"},
	    {.submission_id = "wait-2", .needs = "source-consent"}};
	static struct nrs_held_change released[] = {
	    {.remove = true, .submission_id = "wait-2", .why = "released"}};
	static struct nrs_classification copies[] = {
	    {.sector = "power", .posture_review = true},
	    {.sector = "finance", .posture_review = true}};
	const int64_t now = nrs_wall_ms();
	struct nrs_posture_set sets[] = {
	    {"finance", NRS_POSTURE_HEIGHTENED, now + 3600000, 0},
	    {"telecom", NRS_POSTURE_HEIGHTENED, now + 900000000, 1}};

	put_outcome(arena, &(struct nrs_outcome){.submission_id = "a-1",
	                       .held = held,
	                       .n_held = 2,
	                       .copies = copies,
	                       .n_copies = 2});
	put_outcome(arena, &(struct nrs_outcome){.submission_id = "a-2",
	                       .held = released,
	                       .n_held = 1,
	                       .postures = sets,
	                       .n_postures = 2});
}

static void
attention_shows_what_waits_for_a_person_and_nothing_else(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	const struct ctl_ran *ran;

	(void)state;
	put_what_waits(arena);
	ran = ctl_program("", "--json list --attention");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out,
	    "{\"attention\":\"HELD\",\"submission_id\":\"wait-1\","
	    "\"detail\":\"source-consent\"}");
	assert_null(strstr(ran->out, "wait-2"));
	ctl_program_has(ran->out,
	    "{\"attention\":\"POSTURE_REVIEW\",\"submission_id\":\"a-1\","
	    "\"sector\":\"power\"}");
	ctl_program_has(ran->out,
	    "{\"attention\":\"POSTURE_ENDS\",\"submission_id\":\"a-2\","
	    "\"sector\":\"finance\",");
	assert_null(strstr(ran->out, "telecom"));
	assert_null(strstr(ran->out, "\"POSTURE_REVIEW\",\"submission_id\":"
	                             "\"a-1\",\"sector\":\"finance\""));
	nrs_arena_free(arena);
}

/* One that ends late is shown once the classifier has reminded of it; one that
 * is NORMAL has no review any more. */
static void
attention_follows_reminders_and_postures(void **state)
{
	const char *reminder = NRS_ATTENTION_POSTURE "telecom";
	struct nrs_posture_set normal = {.scope = "*"};
	struct nrs_arena *arena = nrs_arena_new();
	const struct ctl_ran *ran;

	(void)state;
	put_what_waits(arena);
	put_outcome(arena, &(struct nrs_outcome){.submission_id = "deadline:1",
	                       .attention = &reminder,
	                       .n_attention = 1});
	ran = ctl_program("", "--json list --attention");
	ctl_program_has(ran->out,
	    "{\"attention\":\"POSTURE_ENDS\",\"submission_id\":\"a-2\","
	    "\"sector\":\"telecom\",");
	put_outcome(arena,
	    &(struct nrs_outcome){
	        .submission_id = "a-3", .postures = &normal, .n_postures = 1});
	ran = ctl_program("", "--json list --attention");
	assert_null(strstr(ran->out, "POSTURE_REVIEW"));
	nrs_arena_free(arena);
}

static void
an_explanation_quotes_the_paper_and_names_the_table_it_read(void **state)
{
	static enum nrs_route routes[] = {NRS_ROUTE_NEWSLETTER};
	static const char *rules[] = {"cell:B_C/NORMAL/ROUTINE", "override:3"};
	struct nrs_classification copy = {.sector = "power",
	    .routes = routes,
	    .n_routes = 1,
	    .route_rule = rules[0],
	    .rules = rules,
	    .n_rules = 2};
	struct nrs_versions versions = {.rules = "older"};
	const struct nrs_outcome outcome = {.submission_id = "explained-1",
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_WAITING,
	    .copies = &copy,
	    .n_copies = 1,
	    .versions = &versions};
	struct nrs_arena *arena = nrs_arena_new();
	const struct ctl_ran *ran;

	ctl_program_put(NRS_TOPIC_OUTCOME, 0, "k",
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
	ran = ctl_program("", "--lang en explain explained-1");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(
	    ran->out, "(ア) 平時(要警戒時・障害発生時以外のタイミング)");
	ctl_program_has(ran->out, "i: it follows from the adopted reading");
	ctl_program_has(ran->out, "The TLP gate");
	ctl_program_has(ran->err, "by another version of the rules");
	ran = ctl_program("", "--json explain c/incident/routine");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"routes\":[\"REALTIME\"],\"mark\":\"s\"");
	assert_int_equal(
	    ctl_program("", "explain nothing")->code, CTL_NOT_FOUND);
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        a_trace_goes_down_to_each_delivery_and_tells_no_address),
	    cmocka_unit_test(a_trace_shows_when_it_was_accepted_and_decided),
	    cmocka_unit_test(
	        a_trace_of_what_was_approved_shows_the_release_and_its_cell),
	    cmocka_unit_test(
	        attention_shows_what_waits_for_a_person_and_nothing_else),
	    cmocka_unit_test(attention_follows_reminders_and_postures),
	    cmocka_unit_test(
	        an_explanation_quotes_the_paper_and_names_the_table_it_read),
	};

	return cmocka_run_group_tests(
	    tests, ctl_program_start, ctl_program_stop);
}
