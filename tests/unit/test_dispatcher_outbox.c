/* SPDX-License-Identifier: Apache-2.0 */
/* Partitions of receipts that the bus takes nothing for, beside others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/transfer.h"
#include "unit/clocks.h"
#include "unit/lane.h"

#define PARTS 6
#define LONG_MS 1100 /* then it is slow */

static const char who[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

static struct dispatcher_part parts[PARTS];
static bool answered[LANE_KEPT];
static struct lane *w;
static size_t n_loaded;

static int
set_up(void **state)
{
	int i;

	(void)state;
	w = lane_open_alerts();
	for (i = 0; i < PARTS; i++)
		parts[i] = (struct dispatcher_part){
		    .sender = &w->s, .number = i, .ours = true};
	for (i = 0; i < LANE_KEPT; i++)
		answered[i] = false;
	w->s.parts = parts;
	w->s.n_parts = PARTS;
	n_loaded = 0;
	return 0;
}

/* The bus answers for what it has of these partitions. */
static void
answer(int first, int last, enum nrs_rc rc)
{
	const struct lane_letter *letter;
	size_t i;

	for (i = 0; i < w->n_letters; i++) {
		letter = &w->letters[i];
		if (answered[i] || letter->partition < first ||
		    letter->partition > last)
			continue;
		answered[i] = true;
		letter->acked(letter->opaque, rc, letter->partition, (int)i);
	}
	sender_start_ready(&w->s);
}

static int
tear_down(void **state)
{
	answer(0, PARTS - 1, NRS_RETRY);
	return lane_close(state);
}

static void
load(int partition)
{
	w->partition = partition;
	lane_load(
	    lane_batch(1, NRS_KIND_INITIAL), NRS_CHANNEL_MAIL, who[n_loaded++]);
}

static void
turn(void)
{
	sender_outbox_push(&w->s);
	(void)dispatcher_queue_wake(w->s.queue, nrs_mono_now());
	sender_pump(&w->s);
	sender_outbox_push(&w->s);
}

static void
partitions_without_a_leader_hold_up_no_other(void **state)
{
	int i;

	for (i = 0; i < PARTS; i++)
		load(i);
	turn();
	assert_int_equal(w->n_letters, 4);
	clocks_sleep(LONG_MS);
	turn();
	assert_int_equal(w->n_letters, PARTS);
	answer(4, 5, NRS_OK);
	assert_int_equal(w->n_jobs, 2);
}

static void
their_intents_take_no_place_from_others(void **state)
{
	size_t i;

	for (i = 0; i < sender_window(LANE_ROOM); i++)
		load(0);
	turn();
	load(1);
	turn();
	answer(1, 1, NRS_OK);
	assert_int_equal(w->n_jobs, 0);
	clocks_sleep(LONG_MS);
	turn();
	answer(1, 1, NRS_OK);
	assert_int_equal(w->n_jobs, 1);
}

/* Each intent would hold a whole mail in memory. */
static void
a_slow_partition_begins_nothing_before_it_is_answered(void **state)
{
	load(0);
	turn();
	clocks_sleep(LONG_MS);
	load(0);
	turn();
	assert_int_equal(parts[0].n_moving, 1);
	answer(0, 0, NRS_OK);
	clocks_sleep(LONG_MS);
	turn();
	answer(0, 0, NRS_OK);
	assert_int_equal(w->n_jobs, 2);
	assert_int_equal(w->s.n_slow, 0);
	assert_int_equal(w->s.n_busy, 0);
}

/* The bus may take half a minute for an intent. */
static void
after_a_slow_intent_the_clearance_is_asked_for_again(void **state)
{
	(void)state;
	load(0);
	turn();
	clocks_sleep(LONG_MS);
	lane_clear_for(NRS_TLP_CLEAR);
	answer(0, 0, NRS_OK);
	assert_int_equal(w->n_jobs, 0);
	turn();
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 1);
}

/* Each question may take ten seconds in vain. */
static void
it_is_asked_once_for_all_slow_intents(void **state)
{
	(void)state;
	load(0);
	load(0);
	load(0);
	turn();
	clocks_sleep(LONG_MS);
	w->n_refreshed = 0;
	w->refresh = NRS_RETRY;
	answer(0, 0, NRS_OK);
	assert_int_equal(w->n_refreshed, 1);
	assert_int_equal(w->n_jobs, 0);
	assert_int_equal(parts[0].n_moving, 0);
}

/* Asked for each receipt, the bus and its disk would have more to do than the
 * mails take. */
static void
bunches_of_a_partition_keep_a_distance(void **state)
{
	(void)state;
	load(0);
	assert_int_equal(sender_outbox_wait(&w->s, 1000), 1000);
	turn();
	assert_int_equal(w->n_letters, 1); /* the first goes at once */
	answer(0, 0, NRS_OK);
	load(0);
	load(1);
	turn();
	assert_int_equal(w->n_letters, 2); /* another's, too */
	assert_true(sender_outbox_wait(&w->s, 1000) < 10);
	assert_int_equal(sender_outbox_wait(&w->s, 0), 0);
	clocks_sleep(10);
	turn();
	assert_int_equal(w->n_letters, 3);
	assert_int_equal(sender_outbox_wait(&w->s, 1000), 1000);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(partitions_without_a_leader_hold_up_no_other),
	    CASE(their_intents_take_no_place_from_others),
	    CASE(a_slow_partition_begins_nothing_before_it_is_answered),
	    CASE(after_a_slow_intent_the_clearance_is_asked_for_again),
	    CASE(it_is_asked_once_for_all_slow_intents),
	    CASE(bunches_of_a_partition_keep_a_distance),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_outbox", tests, NULL, NULL);
}
