/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the dispatcher sends for itself, on the mock cluster: from outcomes to
 * the duty officer's mailbox and webhook, what the auditor finds, heartbeats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dispatcher/dispatcher.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/copier.h"
#include "support/peer.h"

#define WAIT_MS 40000
#define PARTITIONS 3
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static const char *const wanted[] = {"duty", "sender-alert", "audit"};
#define LANES (sizeof(wanted) / sizeof(wanted[0]))

static struct nrs_arena *arena;
static char sectors_file[] = "/tmp/noroshi-sectors-XXXXXX";
static char smtp_url[64], hook_url[64];
static const char dead_url[] = "http://127.0.0.1:9/";
static const char *loopback[] = {"127.0.0.0/8"};
static const char *duty[] = {"duty@noroshi.example", hook_url};
static struct peer_script script;
static struct peer *relay, *endpoint;
static struct nrs_producer *door;
static int64_t n_outcomes;

/* ---- the dispatcher ---- */

static struct nrs_service_ctx ctx;
static struct dispatcher_conf conf;
static void *self;
static pthread_t threads[LANES];

static void *
run_lane(void *arg)
{
	const struct nrs_lane *lane = arg;
	struct nrs_err err = {0};

	if (lane->run(self, &ctx, lane, &err) != NRS_OK) {
		(void)fprintf(stderr, "%s: %s\n", lane->name, err.text);
		abort();
	}
	return NULL;
}

static struct nrs_lane *
lane_named(const char *name)
{
	static struct nrs_lane found[LANES];
	static size_t n;
	const struct nrs_service *service = dispatcher_service();
	struct nrs_lane *lane = &found[n++ % LANES];
	size_t i;

	for (i = 0; i < service->n_lanes; i++)
		if (strcmp(service->lanes[i].name, name) == 0) {
			*lane = service->lanes[i];
			return lane;
		}
	fail_msg("no lane %s", name);
	return NULL;
}

static void
start(void)
{
	struct nrs_err err = {0};
	size_t i;

	ctx.stop = nrs_stop_new();
	(void)pthread_mutex_init(&ctx.lock, NULL);
	conf = (struct dispatcher_conf){
	    .common.bus = bus_fixture_conf(""),
	    .sectors = sectors_file,
	    .transfer = {.smtp_url = smtp_url,
	        .smtp_user = "",
	        .smtp_password = "",
	        .helo = "noroshi.example",
	        .mail_from = "desk@noroshi.example",
	        .ca_file = "",
	        .connect_timeout_ms = 5000,
	        .mail_timeout_ms = 60000,
	        .webhook_timeout_ms = 5000,
	        .max_mail = 4,
	        .max_webhook = 4,
	        .webhook_allow = {loopback, 1}},
	    .from_name = "",
	    .domain = "",
	    .sender = "",
	    .desk = "",
	    .max_batch = 100,
	    .max_open = 1000,
	    .retry_min_ms = 200,
	    .retry_max_ms = 400,
	    .give_up_ms = DAY_MS,
	    .answer_timeout_ms = 10000,
	    .newsletter.unsubscribe_url = "",
	    .duty.address = {duty, 2},
	    .audit = {.every_ms = 200,
	        .outcome_ms = 1000,
	        .plan_ms = 1000,
	        .delivery_ms = 60000,
	        .look_back_ms = DAY_MS},
	    .heartbeat = {.mail = "canary@noroshi.example",
	        .webhook = dead_url,
	        .every_ms = 4000},
	};
	assert_int_equal(
	    dispatcher_service()->open(&ctx, &conf, &self, &err), NRS_OK);
	for (i = 0; i < LANES; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_lane,
		                     lane_named(wanted[i])),
		    0);
}

static void
stop(void)
{
	size_t i;

	nrs_stop_ask(ctx.stop);
	for (i = 0; i < LANES; i++)
		(void)pthread_join(threads[i], NULL);
	dispatcher_service()->close(self);
	nrs_stop_free(ctx.stop);
	(void)pthread_mutex_destroy(&ctx.lock);
}

/* ---- what goes in, and what comes out ---- */

static void
decide_held(const char *id, int64_t at)
{
	struct nrs_held_change held = {.submission_id = id,
	    .journal_offset = n_outcomes,
	    .needs = "second-person",
	    .why = ""};
	const struct nrs_outcome outcome = {.journal_offset = n_outcomes++,
	    .submission_id = id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_HELD,
	    .decided_at = at,
	    .held = &held,
	    .n_held = 1};
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_OUTCOME,
	    .key = bus_fixture_bytes(id),
	    .value = nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome)};

	assert_int_equal(
	    nrs_producer_send_wait(door, &out, WAIT_MS, NULL, NULL), NRS_OK);
}

static void
wait_for(struct peer *peer, const char *text)
{
	struct nrs_mono since = nrs_mono_now();

	while (peer_count(peer, text) == 0) {
		if (nrs_mono_since_ms(since) > WAIT_MS)
			fail_msg("nothing came with %s", text);
		(void)nrs_stop_wait(ctx.stop, 20);
	}
}

static void
put_command(const char *id)
{
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_JOURNAL,
	    .key = bus_fixture_bytes(id),
	    .value = bus_fixture_bytes("x")};

	assert_int_equal(
	    nrs_producer_send_wait(door, &out, WAIT_MS, NULL, NULL), NRS_OK);
}

/* ---- the story ---- */

static void
a_held_notice_is_told_by_mail_and_webhook(void **state)
{
	(void)state;
	decide_held("old", nrs_wall_ms() - 2 * DAY_MS);
	decide_held("n1", nrs_wall_ms());
	start();
	wait_for(relay, "X-Noroshi-Id: duty.held.second-person.n1\r\n");
	wait_for(relay, "RCPT TO:<duty@noroshi.example>");
	wait_for(endpoint, "\"id\":\"duty.held.second-person.n1\"");
	/* Without a position, what is old is no news. */
	assert_int_equal(peer_count(relay, "second-person.old"), 0);
}

/* The mock cluster forgets positions that a transaction stored, so that it is
 * told together with what was told before: another mail, not a repeat. */
static void
the_successor_tells_what_came_meanwhile(void **state)
{
	(void)state;
	stop();
	decide_held("n2", nrs_wall_ms());
	start();
	wait_for(endpoint, "held.second-person.n2");
	stop();
}

static void
a_command_without_an_outcome_is_told_once(void **state)
{
	(void)state;
	put_command("n1");
	put_command("n2");
	put_command("old");
	put_command("lost");
	start();
	wait_for(relay, "X-Noroshi-Id: duty.gap.outcome.lost\r\n");
	stop();
	assert_int_equal(
	    peer_count(relay, "X-Noroshi-Id: duty.gap.outcome.n"), 0);
	start();
	/* Then the auditor has judged a few times. */
	wait_for(relay, "X-Noroshi-Id: duty.silent.WEBHOOK.0\r\n");
	assert_int_equal(
	    peer_count(relay, "X-Noroshi-Id: duty.gap.outcome.lost\r\n"), 1);
	stop();
}

static void
heartbeats_arrive_in_each_window(void **state)
{
	int first;

	(void)state;
	first = peer_count(relay, "X-Noroshi-Id: heartbeat.MAIL.");
	assert_true(first >= 1);
	assert_true(
	    peer_count(relay, "RCPT TO:<canary@noroshi.example>") >= first);
	assert_int_equal(
	    peer_count(relay, "X-Noroshi-Id: duty.silent.MAIL"), 0);
}

/* ---- the stage ---- */

static int
open_stage(void **state)
{
	static const char *const doors[] = {
	    NRS_TOPIC_OUTCOME, NRS_TOPIC_JOURNAL};
	static const char *const topics[] = {NRS_TOPIC_JOURNAL,
	    NRS_TOPIC_OUTCOME, NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_REJECTED,
	    NRS_TOPIC_AUDIT, NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_DISPATCH_NEWSLETTER};
	static const char *const fanned[] = {NRS_TOPIC_DELIVERY_ALERT,
	    NRS_TOPIC_DELIVERY_NEWSLETTER, NRS_TOPIC_DELIVERY_DUE,
	    NRS_TOPIC_RECEIPT_ALERT, NRS_TOPIC_RECEIPT_NEWSLETTER,
	    NRS_TOPIC_RECEIPT_DUE};
	static const char table[] = "sectors = ("
	                            "{code=\"power\"; since=2007; "
	                            "ja=\"電力\"; en=\"Power\";});"
	                            "ceptoars = ();\n";
	struct nrs_bus_conf bus;
	int fd = mkstemp(sectors_file);
	size_t i;

	assert_int_equal(dprintf(fd, "%s", table), (int)(sizeof(table) - 1));
	(void)close(fd);
	arena = nrs_arena_new();
	relay = peer_smtp(&script);
	endpoint = peer_http(&script);
	(void)snprintf(smtp_url, sizeof(smtp_url), "smtp://127.0.0.1:%d",
	    peer_port(relay));
	(void)snprintf(hook_url, sizeof(hook_url), "http://127.0.0.1:%d/h",
	    peer_port(endpoint));
	if (bus_fixture_start(state) != 0)
		return -1;
	for (i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		bus_fixture_topic(topics[i], 1);
	for (i = 0; i < sizeof(fanned) / sizeof(fanned[0]); i++)
		bus_fixture_topic(fanned[i], PARTITIONS);
	bus = bus_fixture_conf("door");
	return nrs_producer_open(&bus, doors, 2, &door, NULL) == NRS_OK ? 0
	                                                                : -1;
}

static int
close_stage(void **state)
{
	nrs_producer_close(door);
	peer_close(relay);
	peer_close(endpoint);
	nrs_arena_free(arena);
	(void)unlink(sectors_file);
	return bus_fixture_stop(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_held_notice_is_told_by_mail_and_webhook),
	    cmocka_unit_test(the_successor_tells_what_came_meanwhile),
	    cmocka_unit_test(a_command_without_an_outcome_is_told_once),
	    cmocka_unit_test(heartbeats_arrive_in_each_window),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_own", tests, open_stage, close_stage);
}
