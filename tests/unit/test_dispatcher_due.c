/* SPDX-License-Identifier: Apache-2.0 */
/* The lane due: what fires, what does not any more, and what it keeps in memory
 * until then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/sender.h"
#include "noroshi/base/clock.h"
#include "unit/due.h"
#include "unit/lane.h"

static struct lane *w;

static int
set_up(void **state)
{
	(void)state;
	w = due_open();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	due_close();
	return 0;
}

/* ---- what fires ---- */

static void
who_is_silent_is_reminded_when_it_is_time(void **state)
{
	struct nrs_mono since = nrs_mono_now();
	struct due_item soon = DUE_REMINDER;

	(void)state;
	soon.in_ms = 50;
	due_plan(soon);
	assert_int_equal(due_turn(), 0);
	while (due_turn() == 0)
		assert_true(nrs_mono_since_ms(since) < 5000);
	assert_true(nrs_mono_since_ms(since) >= 49);
}

static void
who_has_acknowledged_is_not(void **state)
{
	(void)state;
	due_plan(DUE_REMINDER);
	due_receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	due_receipt(NRS_STATE_ACKNOWLEDGED, "t 1 s", "s");
	assert_int_equal(due_turn(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "acknowledged"), 1);
}

/* The view is at its end when something fires, not when it was planned. */
static void
an_acknowledgement_counts_to_the_last_moment(void **state)
{
	struct nrs_mono since = nrs_mono_now();
	struct due_item soon = DUE_REMINDER;

	(void)state;
	soon.in_ms = 50;
	due_plan(soon);
	assert_int_equal(due_turn(), 0);
	due_receipt(NRS_STATE_RESPONDED, "t 1 s", "s");
	while (due_count(NRS_STATE_CANCELLED, "acknowledged") == 0) {
		assert_int_equal(due_turn(), 0);
		assert_true(nrs_mono_since_ms(since) < 5000);
	}
}

static void
any_channel_of_the_recipient_will_do(void **state)
{
	(void)state;
	due_plan(DUE_REMINDER);
	due_receipt(NRS_STATE_ACKNOWLEDGED, "another channel", "s");
	assert_int_equal(due_turn(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "acknowledged"), 1);
}

static void
nobody_acknowledges_for_another(void **state)
{
	(void)state;
	due_plan(DUE_REMINDER);
	due_receipt(NRS_STATE_ACKNOWLEDGED, "t 1 other", "other");
	due_receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	assert_int_equal(due_turn(), 1);
}

static void
nothing_fires_while_nobody_can_be_asked(void **state)
{
	(void)state;
	due_plan(DUE_REMINDER);
	w->bus = NRS_RETRY;
	w->s.due.acks_at = (struct nrs_mono){0};
	assert_int_equal(due_turn(), 0);
	assert_int_equal(w->s.n_open, 1);
}

/* {"acknowledged":true}, as the endpoint may have said to the alert itself. */
static void
the_answer_to_a_reminder_confirms_the_alert(void **state)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	(void)state;
	due_plan(DUE_REMINDER);
	assert_int_equal(due_turn(), 1);
	w->jobs[0].done(w->jobs[0].opaque,
	    &(struct nrs_transfer_result){.class = NRS_TRANSFER_DELIVERED,
	        .detail = "",
	        .answer = "{\"acknowledged\":true}"});
	lane_ack();
	for (i = 0; i < w->n_letters; i++) {
		r = w->letters[i].receipt;
		if (r->state != NRS_STATE_ACKNOWLEDGED)
			continue;
		n++;
		assert_true(nrs_bytes_equal(r->key, due_key("t 1 s")));
		assert_string_equal(w->letters[i].topic, "receipt.alert");
		assert_string_equal(r->by, "webhook");
	}
	assert_int_equal(n, 1);
	assert_int_equal(due_count(NRS_STATE_DELIVERED, ""), 1);
}

static void
who_left_is_not_reminded(void **state)
{
	(void)state;
	due_plan(DUE_REMINDER);
	nrs_match_set_remove(w->subs, "s");
	assert_int_equal(due_turn(), 0);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "no longer subscribed"), 1);
}

/* ---- successors ---- */

static void
a_later_revision_is_asked_about_instead(void **state)
{
	struct due_item later = DUE_REMINDER;

	(void)state;
	later.in_ms = DUE_FAR;
	due_plan(later);
	later.revision = 2;
	later.kind = NRS_KIND_FOLLOW_UP;
	due_plan(later);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "superseded"), 1);
	due_time_passes();
	(void)due_turn();
	assert_int_equal(w->s.n_open, 1);
}

static void
word_of_a_retraction_ends_what_waits_of_the_thread(void **state)
{
	struct due_item next = DUE_REMINDER;

	(void)state;
	next.in_ms = DUE_FAR;
	due_plan(next);
	next.thread = "u";
	due_plan(next);
	next = DUE_REMINDER;
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	next.no_deliveries = true;
	due_plan(next);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "superseded"), 1);
	due_time_passes();
	(void)due_turn();
	assert_int_equal(w->s.n_open, 1);
}

/* Of a retraction, too: it is not undone by what never had to be said. */
static void
a_retraction_is_itself_asked_about(void **state)
{
	struct due_item next = DUE_REMINDER;

	(void)state;
	next.in_ms = DUE_FAR;
	due_plan(next);
	next = DUE_REMINDER;
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	due_plan(next);
	assert_int_equal(due_turn(), 1);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 0);
}

/* ---- what waits ---- */

static void
what_is_far_away_takes_no_room(void **state)
{
	struct due_item later = DUE_REMINDER;
	int i;

	(void)state;
	later.in_ms = DUE_FAR;
	for (i = 0; i < 100; i++)
		due_plan(later);
	assert_int_equal(w->s.n_open, 0);
	assert_int_equal(w->s.n_open_bytes, 0);
	assert_int_equal(due_turn(), 0);
	/* nor does it hold up what comes after it */
	later.in_ms = 0;
	later.thread = "u";
	due_plan(later);
	assert_int_equal(due_turn(), 1);
	/* and its place is kept */
	assert_true(w->mark <= 0);
}

static void
it_is_read_again_when_its_time_is_near(void **state)
{
	struct due_item later = DUE_REMINDER;

	(void)state;
	later.in_ms = DUE_AHEAD + 200;
	due_plan(later);
	assert_int_equal(due_turn(), 0);
	assert_int_equal(w->n_read_again, 0);
	due_time_passes();
	(void)due_turn();
	assert_int_equal(w->n_read_again, 1);
	assert_int_equal(w->s.n_open, 1);
}

static void
a_bus_that_is_silent_then_is_asked_again(void **state)
{
	struct nrs_mono since = nrs_mono_now();
	struct due_item later = DUE_REMINDER;

	(void)state;
	later.in_ms = DUE_FAR;
	due_plan(later);
	due_time_passes();
	w->bus = NRS_RETRY;
	(void)due_turn();
	assert_int_equal(w->s.n_open, 0);
	w->bus = NRS_OK;
	while (w->s.n_open == 0) {
		(void)due_turn();
		assert_true(nrs_mono_since_ms(since) < 10000);
	}
}

static void
a_partition_that_goes_takes_what_was_parked_with_it(void **state)
{
	struct due_item later = DUE_REMINDER;

	(void)state;
	later.in_ms = DUE_FAR;
	due_plan(later);
	due_plan(later);
	sender_unload(&w->s, &w->part);
	assert_null(w->s.loads);
	assert_int_equal(w->part.n_parked_past, 0);
}

/* ---- the mark ---- */

static void
the_mark_says_from_where_on_acknowledgements_matter(void **state)
{
	struct due_item now = DUE_REMINDER;

	(void)state;
	due_receipt(NRS_STATE_DELIVERED, "x", "x");
	due_receipt(NRS_STATE_DELIVERED, "y", "y");
	/* taken over: what is planned from now on is acknowledged later */
	sender_unload(&w->s, &w->part);
	due_gain("r=0 a=1");
	due_plan(now);
	assert_int_equal(due_turn(), 1);
	w->jobs[0].done(w->jobs[0].opaque,
	    &(struct nrs_transfer_result){.class = NRS_TRANSFER_DELIVERED});
	lane_ack();
	assert_int_equal(w->mark, 1);
	assert_non_null(strstr(w->metadata, " a=2"));
}

/* It was planned before, so it may have been acknowledged before. */
static void
a_successor_sees_what_was_acknowledged_before_it(void **state)
{
	(void)state;
	due_write(DUE_REMINDER);
	due_receipt(NRS_STATE_ACKNOWLEDGED, "t 1 s", "s");
	sender_unload(&w->s, &w->part);
	due_gain("r=0 a=0");
	due_load_from(0);
	assert_int_equal(due_turn(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "acknowledged"), 1);
	assert_int_equal(w->mark, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(who_is_silent_is_reminded_when_it_is_time),
	    CASE(who_has_acknowledged_is_not),
	    CASE(an_acknowledgement_counts_to_the_last_moment),
	    CASE(any_channel_of_the_recipient_will_do),
	    CASE(nobody_acknowledges_for_another),
	    CASE(nothing_fires_while_nobody_can_be_asked),
	    CASE(the_answer_to_a_reminder_confirms_the_alert),
	    CASE(who_left_is_not_reminded),
	    CASE(a_later_revision_is_asked_about_instead),
	    CASE(word_of_a_retraction_ends_what_waits_of_the_thread),
	    CASE(a_retraction_is_itself_asked_about),
	    CASE(what_is_far_away_takes_no_room),
	    CASE(it_is_read_again_when_its_time_is_near),
	    CASE(a_bus_that_is_silent_then_is_asked_again),
	    CASE(a_partition_that_goes_takes_what_was_parked_with_it),
	    CASE(the_mark_says_from_where_on_acknowledgements_matter),
	    CASE(a_successor_sees_what_was_acknowledged_before_it),
	};

	return cmocka_run_group_tests_name("dispatcher_due", tests, NULL, NULL);
}
