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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatcher/dispatcher.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/stage.h"

#define DAY_MS (INT64_C(24) * STAGE_HOUR_MS)

static struct stage stage;
static const char dead_url[] = "http://127.0.0.1:9/";
static const char *duty[] = {"duty@noroshi.example", stage.hook_url};
static int64_t n_outcomes;

/* ---- the dispatcher ---- */

static struct stage_member member;

static void
start(void)
{
	static const char *const lanes[] = {"duty", "sender-alert", "audit"};
	struct dispatcher_conf conf = stage_conf(&stage);

	conf.give_up_ms = DAY_MS;
	conf.duty.address = (struct nrs_conf_list){duty, 2};
	conf.audit.every_ms = 200;
	conf.audit.outcome_ms = 1000;
	conf.audit.plan_ms = 1000;
	conf.audit.delivery_ms = 60000;
	conf.audit.look_back_ms = DAY_MS;
	conf.heartbeat.mail = "canary@noroshi.example";
	conf.heartbeat.webhook = dead_url;
	conf.heartbeat.every_ms = 4000;
	stage_start(&member, &conf, lanes, 3);
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

	stage_put(&stage, NRS_TOPIC_OUTCOME, -1, id,
	    nrs_wire_encode(stage.arena, NRS_TYPE_OUTCOME, &outcome));
}

static void
wait_for(struct peer *peer, const char *text)
{
	struct nrs_mono since = nrs_mono_now();

	while (peer_count(peer, text) == 0) {
		if (nrs_mono_since_ms(since) > STAGE_WAIT_MS)
			fail_msg("nothing came with %s", text);
		(void)nrs_stop_wait(member.ctx.stop, 20);
	}
}

static void
put_command(const char *id)
{
	stage_put(&stage, NRS_TOPIC_JOURNAL, -1, id, bus_fixture_bytes("x"));
}

/* ---- the story ---- */

static void
a_held_notice_is_told_by_mail_and_webhook(void **state)
{
	(void)state;
	decide_held("old", nrs_wall_ms() - 2 * DAY_MS);
	decide_held("n1", nrs_wall_ms());
	start();
	wait_for(stage.relay, "X-Noroshi-Id: duty.held.second-person.n1\r\n");
	wait_for(stage.relay, "RCPT TO:<duty@noroshi.example>");
	wait_for(stage.endpoint, "\"id\":\"duty.held.second-person.n1\"");
	/* Without a position, what is old is no news. */
	assert_int_equal(peer_count(stage.relay, "second-person.old"), 0);
}

/* The mock cluster forgets positions that a transaction stored, so that it is
 * told together with what was told before: another mail, not a repeat. */
static void
the_successor_tells_what_came_meanwhile(void **state)
{
	(void)state;
	stage_stop(&member);
	decide_held("n2", nrs_wall_ms());
	start();
	wait_for(stage.endpoint, "held.second-person.n2");
	stage_stop(&member);
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
	wait_for(stage.relay, "X-Noroshi-Id: duty.gap.outcome.lost\r\n");
	stage_stop(&member);
	assert_int_equal(
	    peer_count(stage.relay, "X-Noroshi-Id: duty.gap.outcome.n"), 0);
	start();
	/* Then the auditor has judged a few times. */
	wait_for(stage.relay, "X-Noroshi-Id: duty.silent.WEBHOOK.0\r\n");
	assert_int_equal(
	    peer_count(stage.relay, "X-Noroshi-Id: duty.gap.outcome.lost\r\n"),
	    1);
	stage_stop(&member);
}

static void
heartbeats_arrive_in_each_window(void **state)
{
	int first;

	(void)state;
	first = peer_count(stage.relay, "X-Noroshi-Id: heartbeat.MAIL.");
	assert_true(first >= 1);
	assert_true(peer_count(stage.relay,
	                "RCPT TO:<canary@noroshi.example>") >= first);
	assert_int_equal(
	    peer_count(stage.relay, "X-Noroshi-Id: duty.silent.MAIL"), 0);
}

/* ---- the stage ---- */

static int
open_stage(void **state)
{
	static const char *const doors[] = {
	    NRS_TOPIC_OUTCOME, NRS_TOPIC_JOURNAL};
	static const char *const single[] = {NRS_TOPIC_JOURNAL,
	    NRS_TOPIC_OUTCOME, NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_REJECTED,
	    NRS_TOPIC_AUDIT, NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_DISPATCH_NEWSLETTER, NULL};
	static const char *const fanned[] = {NRS_TOPIC_DELIVERY_ALERT,
	    NRS_TOPIC_DELIVERY_NEWSLETTER, NRS_TOPIC_DELIVERY_DUE,
	    NRS_TOPIC_RECEIPT_ALERT, NRS_TOPIC_RECEIPT_NEWSLETTER,
	    NRS_TOPIC_RECEIPT_DUE, NULL};

	if (stage_open(&stage, state) != 0)
		return -1;
	stage_topics(single, fanned);
	stage_doors(&stage, doors, 2);
	return 0;
}

static int
close_stage(void **state)
{
	return stage_close(&stage, state);
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
