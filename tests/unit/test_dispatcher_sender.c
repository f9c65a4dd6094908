/* SPDX-License-Identifier: Apache-2.0 */
/* What the sender starts, in which order, and what it puts on record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/clock.h"
#include "unit/lane.h"

#define MAIL NRS_CHANNEL_MAIL
#define HOOK NRS_CHANNEL_WEBHOOK

static struct lane *w;

static int
set_up(void **state)
{
	(void)state;
	w = lane_open_alerts();
	return 0;
}

static void
an_intent_is_on_record_before_a_transfer_starts(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	sender_pump(&w->s);
	sender_outbox_push(&w->s);
	assert_int_equal(w->n_jobs, 0);
	assert_int_equal(lane_count(NRS_STATE_INTENT, 1), 1);
	lane_ack();
	assert_int_equal(w->n_jobs, 1);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(lane_count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(w->s.n_open, 0);
}

/* It is handed over clean, with five seconds for what is under way. */
static void
a_partition_that_is_leaving_starts_nothing_more(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	sender_pump(&w->s);
	w->part.ours = false;
	lane_ack();
	assert_int_equal(w->n_jobs, 0);
	assert_int_equal(w->part.n_moving, 0);
}

/* Who comes next reads the receipts once: an end that is not there by then is
 * a repeat. */
static void
what_ends_in_leaving_is_on_record_before_it_is_gone(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'b');
	sender_pump(&w->s);
	sender_drain(&w->s, &w->part);
	assert_int_equal(lane_count(NRS_STATE_DELIVERED, 1), 2);
	assert_int_equal(w->n_acked, w->n_letters);
	assert_int_equal(w->s.n_open, 0);
}

/* So that a bounce tells which of them it is about. */
static void
each_mail_has_an_envelope_of_its_own(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	assert_null(w->jobs[0].mail_from);
	w->conf.verp = "bounce@noroshi.example";
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'b');
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'b');
	assert_int_equal(lane_pump(), 2);
	/* "b 1 1", where the test's bus put the intent */
	assert_string_equal(w->jobs[1].mail_from,
	    "bounce+a-0-1-622031203100000000000000@noroshi.example");
	assert_null(w->jobs[2].mail_from);
}

/* Invariant 4: to the socket. */
static void
each_lane_has_connections_of_its_own(void **state)
{
	const struct dispatcher_conf conf = {
	    .transfer = {.max_mail = 10, .max_webhook = 64},
	    .newsletter = {.max_mail = 2, .max_webhook = 3}};
	const struct dispatcher_lane alerts = {.newsletter = false};
	const struct dispatcher_lane letters = {.newsletter = true};

	(void)state;
	assert_int_equal(dispatcher_transfer_conf(&conf, &alerts).max_mail, 10);
	assert_int_equal(
	    dispatcher_transfer_conf(&conf, &alerts).max_webhook, 64);
	assert_int_equal(dispatcher_transfer_conf(&conf, &letters).max_mail, 2);
	assert_int_equal(
	    dispatcher_transfer_conf(&conf, &letters).max_webhook, 3);
}

/* What hangs again and again must not keep all connections from a new alert. */
static void
retries_leave_room_for_what_was_never_tried(void **state)
{
	struct nrs_mono since;
	size_t i;

	(void)state;
	for (i = 0; i < (size_t)2 * LANE_ROOM; i++)
		lane_load(
		    lane_batch(1, NRS_KIND_INITIAL), MAIL, (char)('a' + i));
	for (i = 0; i < (size_t)2 * LANE_ROOM; i++) {
		(void)lane_pump();
		lane_finish(i, NRS_TRANSFER_DEFERRED);
	}
	since = nrs_mono_now();
	while (w->s.n_moving[MAIL] < LANE_ROOM / 2) {
		assert_true(nrs_mono_since_ms(since) < 5000);
		(void)dispatcher_queue_wake(w->s.queue, nrs_mono_now());
		(void)lane_pump();
	}
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'z');
	assert_int_equal(lane_pump(), 1);
	assert_string_equal(w->jobs[w->n_jobs - 1].address, "z@x.example");
}

static void
the_retraction_of_what_was_never_tried_is_not_sent(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), MAIL, 'a');
	lane_load(lane_batch(3, NRS_KIND_RETRACTION), MAIL, 'a');
	lane_ack();
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 3), 1);
}

/* A promotion, or a planner in doubt, may plan a revision in two records. */
static void
a_retraction_counts_revisions_not_records(void **state)
{
	struct nrs_delivery_batch stub = lane_batch(2, NRS_KIND_FOLLOW_UP);

	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	stub.purpose = NRS_PURPOSE_STUB;
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), MAIL, 'a');
	lane_load(stub, MAIL, 'a');
	lane_load(lane_batch(3, NRS_KIND_RETRACTION), MAIL, 'a');
	lane_ack();
	assert_int_equal(lane_pump(), 1);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 3), 0);
}

/* After a session that was lost and found again while a mail was under way. */
static void
what_ends_well_after_all_is_not_sent_again(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	sender_unload(&w->s, &w->part);
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 0);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_INTENT, 1), 1);
	assert_int_equal(w->s.n_open, 0);
}

static void
what_ended_in_doubt_is_sent_again(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	sender_unload(&w->s, &w->part);
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	lane_finish(0, NRS_TRANSFER_AMBIGUOUS);
	assert_int_equal(lane_pump(), 1);
}

static void
pump_until(size_t jobs)
{
	while (w->n_jobs < jobs) {
		(void)dispatcher_queue_wake(w->s.queue, nrs_mono_now());
		(void)lane_pump();
	}
}

/* That a later try surely failed does not take the doubt away. */
static void
what_was_once_in_doubt_stays_an_announced_repeat(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_finish(0, NRS_TRANSFER_AMBIGUOUS);
	pump_until(2);
	lane_finish(1, NRS_TRANSFER_DEFERRED);
	pump_until(3);
	assert_int_equal(lane_last_receipt(0)->state, NRS_STATE_INTENT);
	assert_int_equal(lane_last_receipt(0)->attempt, 3);
	assert_true(lane_last_receipt(0)->repeat);
}

/* Many records with one recipient each weigh more than one with many. */
static void
memory_is_bounded_by_bytes_too(void **state)
{
	struct nrs_delivery_batch large = lane_batch(1, NRS_KIND_INITIAL);
	const size_t size = (size_t)900 * 1024;
	char *id = nrs_arena_alloc(w->arena, size + 1);
	size_t n;

	(void)state;
	memset(id, 'n', size);
	id[size] = '\0';
	large.notice_id = id;
	for (n = 0; !sender_is_full(&w->s, false); n++) {
		assert_true(n < 1000);
		lane_load(large, MAIL, 'a');
	}
	assert_true(n > 100);
	assert_true(sender_is_full(&w->s, true));
	sender_unload(&w->s, &w->part);
	assert_false(sender_is_full(&w->s, true));
	assert_int_equal(w->s.n_open_bytes, 0);
}

static struct dispatcher_task *
load_one_too_many(void)
{
	size_t i;

	for (i = 0; i < (size_t)LANE_ROOM + 1; i++)
		lane_load(
		    lane_batch(1, NRS_KIND_INITIAL), MAIL, (char)('a' + i));
	assert_int_equal(lane_pump(), LANE_ROOM);
	assert_int_equal(lane_count(NRS_STATE_INTENT, 1), LANE_ROOM + 1);
	return w->s.ready[MAIL].first;
}

static void
an_intent_does_not_wait_for_a_connection(void **state)
{
	(void)state;
	assert_non_null(load_one_too_many());
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, LANE_ROOM + 1);
	assert_null(w->s.ready[MAIL].first);
}

static void
a_successor_cancels_what_waits_for_a_connection(void **state)
{
	(void)state;
	(void)load_one_too_many();
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), MAIL, 'a' + LANE_ROOM);
	lane_ack();
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 1);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, LANE_ROOM);
	assert_int_equal(lane_pump(), 1);
	assert_int_equal(lane_count(NRS_STATE_INTENT, 2), 1);
}

static void
what_waits_for_a_connection_goes_with_its_partition(void **state)
{
	(void)state;
	(void)load_one_too_many();
	w->part.ours = false;
	sender_unload(&w->s, &w->part);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, LANE_ROOM);
	assert_int_equal(w->part.n_moving, LANE_ROOM - 1);
}

static void
after_a_long_wait_for_a_connection_the_clearance_is_asked_for_again(
    void **state)
{
	static struct nrs_subscription lowered = {.subscriber_id = "s",
	    .organisation = "o",
	    .max_tlp = NRS_TLP_CLEAR};

	(void)state;
	load_one_too_many()->looked_at.ns -= INT64_C(2000000000);
	nrs_match_set_put(w->subs, &lowered);
	w->s.subs_at = (struct nrs_mono){0};
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_jobs, LANE_ROOM);
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 1);
}

/* Else each that waits for a connection asks in vain for ten seconds, and
 * nothing else of the lane moves meanwhile. */
static void
a_silent_bus_is_asked_once_for_all_that_wait_for_a_connection(void **state)
{
	struct dispatcher_task *task;
	int i;

	(void)state;
	task = load_one_too_many();
	for (i = 1; i < 4; i++)
		lane_load(
		    lane_batch(1, NRS_KIND_INITIAL), MAIL, (char)('p' + i));
	assert_int_equal(lane_pump(), 0);
	for (i = 0; task != NULL; task = task->ready_next, i++)
		task->looked_at.ns -= INT64_C(2000000000);
	assert_int_equal(i, 4);
	w->s.subs_at = (struct nrs_mono){0};
	w->n_refreshed = 0;
	w->refresh = NRS_RETRY;
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(w->n_refreshed, 1);
	assert_int_equal(w->n_jobs, LANE_ROOM);
	assert_null(w->s.ready[MAIL].first);
	assert_int_equal(w->s.n_open, LANE_ROOM + 3);
}

/* ---- what was handed over and found no connection ---- */

static void
what_no_connection_took_in_time_is_looked_at_again(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	assert_true(w->jobs[0].start_by.ns > nrs_mono_now().ns);
	lane_finish(0, NRS_TRANSFER_UNTRIED);
	assert_int_equal(w->part.n_moving, 0);
	assert_int_equal(lane_count(NRS_STATE_DEFERRED, 1), 0);
	assert_int_equal(lane_pump(), 1);
	assert_int_equal(lane_last_receipt(0)->attempt, 1);
	lane_finish(1, NRS_TRANSFER_UNTRIED);
	lane_clear_for(NRS_TLP_CLEAR);
	w->s.subs_at = (struct nrs_mono){0};
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 1);
}

static void
what_no_connection_took_in_time_goes_with_its_partition(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	w->part.ours = false;
	sender_unload(&w->s, &w->part);
	lane_finish(0, NRS_TRANSFER_UNTRIED);
	assert_int_equal(w->part.n_moving, 0);
	assert_int_equal(w->s.n_open, 0);
}

/* Its successor came while it was under way. */
static void
what_did_not_arrive_is_not_sent_after_its_successor_came(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'b');
	assert_int_equal(lane_pump(), 2);
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), MAIL, 'a');
	lane_load(lane_batch(2, NRS_KIND_RETRACTION), MAIL, 'b');
	assert_int_equal(lane_pump(), 0);
	lane_finish(0, NRS_TRANSFER_DEFERRED);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 1);
	/* never begun: there is nothing to retract */
	lane_finish(1, NRS_TRANSFER_UNTRIED);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 2);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 2), 1);
	assert_int_equal(lane_pump(), 1);
	assert_int_equal(lane_last_receipt(0)->revision, 2);
	assert_int_equal(lane_last_receipt(0)->state, NRS_STATE_INTENT);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, lane_close)
	const struct CMUnitTest tests[] = {
	    CASE(an_intent_is_on_record_before_a_transfer_starts),
	    CASE(a_partition_that_is_leaving_starts_nothing_more),
	    CASE(what_ends_in_leaving_is_on_record_before_it_is_gone),
	    CASE(each_mail_has_an_envelope_of_its_own),
	    CASE(each_lane_has_connections_of_its_own),
	    CASE(retries_leave_room_for_what_was_never_tried),
	    CASE(the_retraction_of_what_was_never_tried_is_not_sent),
	    CASE(what_ends_well_after_all_is_not_sent_again),
	    CASE(what_ended_in_doubt_is_sent_again),
	    CASE(what_was_once_in_doubt_stays_an_announced_repeat),
	    CASE(memory_is_bounded_by_bytes_too),
	    CASE(a_retraction_counts_revisions_not_records),
	    CASE(an_intent_does_not_wait_for_a_connection),
	    CASE(a_successor_cancels_what_waits_for_a_connection),
	    CASE(what_waits_for_a_connection_goes_with_its_partition),
	    CASE(
	        after_a_long_wait_for_a_connection_the_clearance_is_asked_for_again),
	    CASE(a_silent_bus_is_asked_once_for_all_that_wait_for_a_connection),
	    CASE(what_no_connection_took_in_time_is_looked_at_again),
	    CASE(what_no_connection_took_in_time_goes_with_its_partition),
	    CASE(what_did_not_arrive_is_not_sent_after_its_successor_came),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_sender", tests, NULL, NULL);
}
