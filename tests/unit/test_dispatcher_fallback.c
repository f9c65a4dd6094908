/* SPDX-License-Identifier: Apache-2.0 */
/* The lane due: who is told when the contact of an arrangement does not answer,
 * and reminded then. */
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

/* ---- what waits for an arrangement ---- */

static struct due_item
fallback(void)
{
	struct due_item plan = DUE_REMINDER;

	plan.purpose = NRS_PURPOSE_ALERT;
	plan.whose = "@hq";
	plan.in_ms = DUE_FAR;
	return plan;
}

/* A look at once, not after a second. */
static size_t
turn_with_despair(void)
{
	w->s.due.hoped_at = (struct nrs_mono){0};
	sender_due_despair(&w->s);
	return due_turn();
}

static void
the_usual_recipients_wait_while_the_contact_may_answer(void **state)
{
	(void)state;
	due_plan(fallback());
	due_receipt(NRS_STATE_DELIVERED, "t 1 s", "@hq");
	assert_int_equal(turn_with_despair(), 0);
	assert_int_equal(w->s.n_open, 0);
}

static void
the_contact_acknowledges_for_them(void **state)
{
	struct due_item now = fallback();

	(void)state;
	now.in_ms = 0;
	due_plan(now);
	due_receipt(NRS_STATE_ACKNOWLEDGED, "another channel", "@hq");
	assert_int_equal(turn_with_despair(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "acknowledged"), 1);
	assert_int_equal(w->s.due.n_hopes, 0);
}

static void
a_contact_that_cannot_be_reached_holds_up_nobody(void **state)
{
	(void)state;
	due_plan(fallback());
	due_receipt(NRS_STATE_FAILED, "t 1 s", "@hq");
	assert_int_equal(turn_with_despair(), 1);
	assert_int_equal(w->s.due.n_hopes, 0);
}

/* Retention has taken it while it waited. */
static void
what_the_bus_has_no_more_ends_no_service(void **state)
{
	(void)state;
	due_plan(fallback());
	due_receipt(NRS_STATE_FAILED, "t 1 s", "@hq");
	w->records[0] = (struct nrs_bytes){(const uint8_t *)"\xff", 1};
	assert_int_equal(turn_with_despair(), 0);
	assert_int_equal(w->s.due.n_hopes, 0);
}

static void
but_while_another_of_it_was_reached_they_wait(void **state)
{
	(void)state;
	due_plan(fallback());
	due_receipt(NRS_STATE_FAILED, "t 1 s", "@hq");
	due_receipt(NRS_STATE_DELIVERED, "another channel", "@hq");
	assert_int_equal(turn_with_despair(), 0);
}

/* One lane, one place: it goes at once, and what waited does not. */
static void
a_correction_replaces_what_waited(void **state)
{
	struct due_item next = fallback();

	(void)state;
	due_plan(next);
	next.revision = 2;
	next.kind = NRS_KIND_CORRECTION;
	next.in_ms = 0;
	due_plan(next);
	assert_int_equal(due_turn(), 1);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "superseded"), 1);
}

static void
nobody_hears_of_the_retraction_of_what_waited(void **state)
{
	struct due_item next = fallback();

	(void)state;
	due_plan(next);
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	next.in_ms = 0;
	due_plan(next);
	assert_int_equal(due_turn(), 0);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 1);
}

/* ---- nor does a process that takes over at any moment tell of it ---- */

static struct due_item
reminder_of_fallback(void)
{
	struct due_item plan = DUE_REMINDER;

	plan.whose = "@hq";
	return plan;
}

static struct due_item
later_one(uint32_t revision, enum nrs_msg_kind kind)
{
	struct due_item next = fallback();

	next.revision = revision;
	next.kind = kind;
	if (kind == NRS_KIND_RETRACTION)
		next.in_ms = 0;
	return next;
}

/* The alert and its retraction are read; the bus has nothing of it yet. */
static void
retract_what_waits(struct due_item alert)
{
	due_plan(alert);
	due_write(later_one(2, NRS_KIND_RETRACTION));
	due_load_from(w->n_records - 1);
	sender_outbox_push(&w->s);
}

static size_t
letters_until(enum nrs_delivery_state state)
{
	size_t i;

	for (i = 0; i < w->n_letters; i++)
		if (w->letters[i].receipt->state == state &&
		    strcmp(w->letters[i].topic, "receipt.due") == 0)
			return i + 1;
	return 0;
}

/* Killed when the end of the alert was on record, and that of its retraction
 * was not. */
static void
who_takes_over_from_the_mark_does_not_tell_of_it(void **state)
{
	(void)state;
	retract_what_waits(fallback());
	due_take_over(letters_until(NRS_STATE_CANCELLED));
	due_load_from(w->mark);
	assert_int_equal(due_turn(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "superseded"), 1);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 1);
	assert_int_equal(w->mark, 2);
}

static void
nor_who_takes_over_behind_the_alert(void **state)
{
	(void)state;
	retract_what_waits(fallback());
	w->letters[w->n_acked++].acked(w->letters[0].opaque, NRS_OK, 0, 0);
	assert_int_equal(w->mark, 1);
	due_take_over(w->n_acked);
	due_load_from(w->mark);
	assert_int_equal(due_turn(), 0);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 1);
}

/* Or else whoever takes over could tell of the alert, and never take it back.
 */
static void
a_retraction_ends_after_what_it_takes_back(void **state)
{
	struct due_item alert = fallback();
	size_t i;

	(void)state;
	alert.asks = true; /* its own end waits for word of it */
	retract_what_waits(alert);
	assert_int_equal(w->n_letters, 1);
	assert_string_equal(w->letters[0].topic, "receipt.alert");
	assert_int_equal(w->letters[0].receipt->untold_before.len, 0);
	lane_ack();
	assert_int_equal(w->n_letters, 3);
	for (i = 1; i <= 2; i++)
		assert_int_equal(w->letters[i].receipt->revision, i);
}

/* A follow-up in between replaces the alert, and waits in turn. */
static void
a_row_of_revisions_that_nobody_heard_of_ends_silently(void **state)
{
	(void)state;
	due_plan(fallback());
	due_plan(later_one(2, NRS_KIND_FOLLOW_UP));
	due_plan(later_one(3, NRS_KIND_RETRACTION));
	assert_int_equal(due_turn(), 0);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 1);
}

static void
also_when_another_takes_over_in_the_middle_of_it(void **state)
{
	(void)state;
	due_plan(fallback());
	due_plan(later_one(2, NRS_KIND_FOLLOW_UP));
	assert_int_equal(w->mark, 1);
	due_take_over(w->n_letters);
	due_load_from(w->mark);
	due_plan(later_one(3, NRS_KIND_RETRACTION));
	assert_int_equal(due_turn(), 0);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 1);
}

/* It comes from the recipient's partition, the retraction from the contact's.
 */
static void
a_reminder_of_the_retraction_may_come_before_it(void **state)
{
	struct due_item reminder = reminder_of_fallback();

	(void)state;
	reminder.revision = 2;
	reminder.kind = NRS_KIND_RETRACTION;
	reminder.in_ms = DUE_FAR;
	due_plan(fallback());
	due_plan(reminder);
	due_plan(later_one(2, NRS_KIND_RETRACTION));
	assert_int_equal(due_turn(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "superseded"), 1);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 1);
}

/* Who lost the partition said that the alert was not sent, while its successor,
 * who had not read that yet, sent it. Then it must be taken back. */
static void
after_any_doubt_the_retraction_goes_out(void **state)
{
	struct due_item alert = fallback();

	(void)state;
	alert.in_ms = 0;
	retract_what_waits(alert);
	w->n_records--;
	due_take_over(0);
	due_load_from(0);
	assert_int_equal(due_turn(), 1);
	w->jobs[0].done(w->jobs[0].opaque,
	    &(struct nrs_transfer_result){.class = NRS_TRANSFER_DELIVERED});
	sender_outbox_push(&w->s);
	w->n_records++;
	due_take_over(w->n_letters);
	due_load_from(w->mark);
	assert_int_equal(due_turn(), 1);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 0);
}

/* ---- and is reminded like others, once it was told ---- */

/* As after a while. */
static size_t
turn_again(void)
{
	struct dispatcher_task *task = w->s.loads->tasks[0];

	task->due = nrs_mono_now();
	dispatcher_queue_update(w->s.queue, task, task->due);
	return due_turn();
}

static void
a_reminder_waits_until_the_alert_went_out(void **state)
{
	(void)state;
	due_plan(reminder_of_fallback());
	assert_int_equal(due_turn(), 0);
	due_receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	assert_int_equal(turn_again(), 1);
}

static void
who_was_not_told_is_not_reminded(void **state)
{
	(void)state;
	due_plan(reminder_of_fallback());
	assert_int_equal(due_turn(), 0);
	/* another channel's alert, of the same recipient */
	due_receipt(NRS_STATE_DELIVERED, "another channel", "s");
	assert_int_equal(turn_again(), 0);
	due_receipt(NRS_STATE_CANCELLED, "t 1 s", "s");
	assert_int_equal(turn_again(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "not told"), 1);
}

static void
who_was_told_late_acknowledges_for_himself(void **state)
{
	(void)state;
	due_plan(reminder_of_fallback());
	due_receipt(NRS_STATE_DELIVERED, "t 1 s", "s");
	due_receipt(NRS_STATE_ACKNOWLEDGED, "contact", "@hq");
	due_receipt(NRS_STATE_ACKNOWLEDGED, "t 1 s", "s");
	assert_int_equal(due_turn(), 0);
	assert_int_equal(due_count(NRS_STATE_CANCELLED, "acknowledged"), 1);
}

static void
word_of_the_end_is_left_before_the_end(void **state)
{
	struct due_item now = fallback();

	(void)state;
	now.in_ms = 0;
	now.asks = true;
	due_plan(now);
	assert_int_equal(due_turn(), 1);
	w->jobs[0].done(w->jobs[0].opaque,
	    &(struct nrs_transfer_result){
	        .class = NRS_TRANSFER_DELIVERED, .detail = "", .answer = ""});
	sender_outbox_push(&w->s);
	assert_int_equal(w->n_letters, 2); /* the intent, and the word */
	assert_string_equal(w->letters[1].topic, "receipt.alert");
	assert_int_equal(w->letters[1].receipt->state, NRS_STATE_DELIVERED);
	assert_int_equal(w->letters[1].receipt->delivery_offset, -1);
	lane_ack();
	assert_int_equal(w->n_letters, 3);
	assert_string_equal(w->letters[2].topic, "receipt.due");
	assert_true(nrs_bytes_equal(
	    w->letters[1].receipt->key, w->letters[2].receipt->key));
	assert_int_equal(w->s.n_open, 0);
}

/* They come from two partitions, in any order. */
static void
a_reminder_that_comes_first_does_not_hold_up_its_alert(void **state)
{
	struct due_item alert = fallback();

	(void)state;
	alert.in_ms = 0;
	due_plan(reminder_of_fallback());
	assert_int_equal(due_turn(), 0);
	due_plan(alert);
	assert_int_equal(due_turn(), 1);
}

/* Whoever was told is told that it was wrong, too, also where a reminder of it
 * lies in the same partition, never tried. */
static void
a_reminder_does_not_stand_for_the_alert(void **state)
{
	struct due_item next = fallback();

	(void)state;
	due_plan(DUE_REMINDER);
	next.revision = 2;
	next.kind = NRS_KIND_RETRACTION;
	next.in_ms = 0;
	due_plan(next);
	assert_int_equal(due_turn(), 1);
	assert_int_equal(
	    due_count(NRS_STATE_CANCELLED, "nothing to retract"), 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(the_usual_recipients_wait_while_the_contact_may_answer),
	    CASE(the_contact_acknowledges_for_them),
	    CASE(a_contact_that_cannot_be_reached_holds_up_nobody),
	    CASE(what_the_bus_has_no_more_ends_no_service),
	    CASE(but_while_another_of_it_was_reached_they_wait),
	    CASE(a_correction_replaces_what_waited),
	    CASE(nobody_hears_of_the_retraction_of_what_waited),
	    CASE(who_takes_over_from_the_mark_does_not_tell_of_it),
	    CASE(nor_who_takes_over_behind_the_alert),
	    CASE(a_retraction_ends_after_what_it_takes_back),
	    CASE(a_row_of_revisions_that_nobody_heard_of_ends_silently),
	    CASE(also_when_another_takes_over_in_the_middle_of_it),
	    CASE(a_reminder_of_the_retraction_may_come_before_it),
	    CASE(after_any_doubt_the_retraction_goes_out),
	    CASE(a_reminder_waits_until_the_alert_went_out),
	    CASE(who_was_not_told_is_not_reminded),
	    CASE(who_was_told_late_acknowledges_for_himself),
	    CASE(word_of_the_end_is_left_before_the_end),
	    CASE(a_reminder_that_comes_first_does_not_hold_up_its_alert),
	    CASE(a_reminder_does_not_stand_for_the_alert),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_fallback", tests, NULL, NULL);
}
