/* SPDX-License-Identifier: Apache-2.0 */
/* What a sender makes of a clock that somebody sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "dispatcher/sender/daytime.h"
#include "dispatcher/sender/transfer.h"
#include "noroshi/base/map.h"
#include "noroshi/io/sign.h"
#include "unit/clocks.h"
#include "unit/due.h"
#include "unit/lane.h"

#define MAIL NRS_CHANNEL_MAIL
#define MINUTE 60000
#define HOUR 3600000
#define NOON INT64_C(1795491296789)
#define PATIENCE_MS 5000

static struct lane *w;
static int64_t set_ms;

/* ---- what time it is ---- */

static struct sender_now
look(struct sender_daytime *d, int64_t wall_ms, int64_t passed_ms)
{
	return sender_daytime(d, NOON + wall_ms,
	    nrs_mono_add_ms((struct nrs_mono){.ns = 1}, passed_ms));
}

#define TIME_IS(now, first, last)                                              \
	do {                                                                   \
		assert_int_equal((now).earliest_ms, NOON + (first));           \
		assert_int_equal((now).latest_ms, NOON + (last));              \
	} while (0)

static void
what_a_clock_says_is_believed_while_it_goes(void **state)
{
	struct sender_daytime d = {.at = {0}};

	TIME_IS(look(&d, 0, 0), 0, 0);
	TIME_IS(look(&d, 24 * HOUR, 24 * HOUR), 24 * HOUR, 24 * HOUR);
	TIME_IS(look(&d, 24 * HOUR + 5 * MINUTE, 24 * HOUR),
	    24 * HOUR + 5 * MINUTE, 24 * HOUR + 5 * MINUTE);
	TIME_IS(look(&d, 24 * HOUR, 24 * HOUR), 24 * HOUR, 24 * HOUR);
}

static void
after_a_jump_it_may_be_either_time_for_an_hour(void **state)
{
	struct sender_daytime d = {.at = {0}};

	(void)look(&d, 0, 0);
	TIME_IS(look(&d, HOUR + 1, 1), 1, HOUR + 1);
	TIME_IS(look(&d, 2 * HOUR, HOUR), HOUR, 2 * HOUR);
	TIME_IS(look(&d, 2 * HOUR + 1, HOUR + 1), 2 * HOUR + 1, 2 * HOUR + 1);
	TIME_IS(look(&d, HOUR + 2, HOUR + 2), HOUR + 2, 2 * HOUR + 2);
}

static void
a_jump_that_is_taken_back_is_forgotten(void **state)
{
	struct sender_daytime d = {.at = {0}};

	(void)look(&d, 0, 0);
	(void)look(&d, -HOUR, 0);
	TIME_IS(look(&d, 2, 2), 2, 2);
	TIME_IS(look(&d, 3 - HOUR, 3), 3 - HOUR, 3);
	TIME_IS(look(&d, 2, HOUR + 2), 2, HOUR + 2);
}

/* Not ten years because of an hour that had passed. */
static void
each_jump_is_doubted_for_an_hour_of_its_own(void **state)
{
	struct sender_daytime d = {.at = {0}};

	(void)look(&d, 0, 0);
	(void)look(&d, HOUR, 0);
	TIME_IS(look(&d, 100 * HOUR, HOUR), HOUR, 100 * HOUR);
	TIME_IS(look(&d, 101 * HOUR, 2 * HOUR), 101 * HOUR, 101 * HOUR);
}

/* ---- a sender ---- */

static int
set_up(void **state)
{
	(void)state;
	w = lane_open_alerts();
	return 0;
}

static int
tear_down(void **state)
{
	clocks_set(-set_ms);
	set_ms = 0;
	return lane_close(state);
}

static void
set_clock(int64_t ms)
{
	clocks_set(ms);
	set_ms += ms;
}

/* A mail that was tried once, and waits for its next try. */
static void
defer_one(void)
{
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_finish(0, NRS_TRANSFER_DEFERRED);
}

static size_t
pump(void)
{
	(void)dispatcher_queue_wake(w->s.queue, nrs_mono_now());
	return lane_pump();
}

static void
pump_until_it_starts(void)
{
	const struct nrs_mono since = nrs_mono_now();

	while (pump() == 0)
		assert_true(nrs_mono_since_ms(since) < PATIENCE_MS);
}

static void
f40_a_clock_that_is_set_back_postpones_no_retry(void **state)
{
	defer_one();
	set_clock(-HOUR);
	pump_until_it_starts();
}

static void
f40_a_clock_that_is_set_forward_ends_no_pause(void **state)
{
	w->conf.retry_min_ms = w->conf.retry_max_ms = 10 * MINUTE;
	defer_one();
	set_clock(HOUR);
	assert_int_equal(pump(), 0);
	clocks_sleep(15 * MINUTE);
	assert_int_equal(pump(), 1);
}

static void
f40_a_clock_that_is_set_forward_lets_nothing_expire(void **state)
{
	defer_one();
	set_clock(24 * HOUR);
	pump_until_it_starts();
	assert_int_equal(lane_count(NRS_STATE_EXPIRED, 1), 0);
	lane_finish(1, NRS_TRANSFER_DEFERRED);
	clocks_sleep(HOUR);
	assert_int_equal(pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_EXPIRED, 1), 1);
}

/* Its clock was an hour ahead of ours. */
static void
a_predecessors_pause_is_no_longer_than_one_of_ours(void **state)
{
	uint8_t key[NRS_SHA256_SIZE] = {0};
	char hex[2 * NRS_SHA256_SIZE + 1];
	struct dispatcher_past *past = nrs_calloc(1, sizeof(*past));

	*past = (struct dispatcher_past){.state = NRS_STATE_DEFERRED,
	    .attempt = 1,
	    .at = nrs_wall_ms() + HOUR};
	(void)snprintf(
	    (char *)key, sizeof(key), "a 1 %d", (int)NRS_PURPOSE_ALERT);
	w->part.past = nrs_map_new();
	w->part.past_end = 10;
	(void)nrs_map_put(w->part.past, nrs_hex(key, sizeof(key), hex), past);
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	pump_until_it_starts();
	assert_int_equal(lane_last_receipt(0)->attempt, 2);
}

/* ---- the lane due ---- */

static int
set_up_due(void **state)
{
	(void)state;
	w = due_open();
	return 0;
}

static int
tear_down_due(void **state)
{
	(void)state;
	clocks_set(-set_ms);
	set_ms = 0;
	due_close();
	return 0;
}

static void
f40_a_clock_that_is_set_back_postpones_no_reminder(void **state)
{
	struct due_item soon = DUE_REMINDER, later = DUE_REMINDER;
	struct nrs_mono since;

	soon.in_ms = DUE_AHEAD / 2;
	later.in_ms = DUE_FAR / 2;
	later.thread = "u";
	due_plan(soon);
	due_plan(later);
	assert_int_equal(due_turn(), 0);
	set_clock(-2 * HOUR);
	since = nrs_mono_now();
	while (due_turn() == 0)
		assert_true(nrs_mono_since_ms(since) < PATIENCE_MS);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	assert_int_equal(due_turn(), 0);
	clocks_sleep(DUE_FAR / 2);
	assert_int_equal(due_turn(), 1);
}

/* A bus that was silent for a moment is asked again after a moment. */
static void
f40_nor_what_could_not_be_read_at_its_time(void **state)
{
	struct due_item item = DUE_REMINDER;
	struct nrs_mono since;

	item.in_ms = DUE_FAR;
	due_plan(item);
	due_time_passes();
	w->bus = NRS_RETRY;
	assert_int_equal(due_turn(), 0);
	w->bus = NRS_OK;
	set_clock(-HOUR);
	since = nrs_mono_now();
	while (w->n_read_again == 0) {
		assert_true(nrs_mono_since_ms(since) < PATIENCE_MS);
		(void)due_turn();
	}
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define DUE(f) cmocka_unit_test_setup_teardown(f, set_up_due, tear_down_due)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_clock_says_is_believed_while_it_goes),
	    cmocka_unit_test(after_a_jump_it_may_be_either_time_for_an_hour),
	    cmocka_unit_test(a_jump_that_is_taken_back_is_forgotten),
	    cmocka_unit_test(each_jump_is_doubted_for_an_hour_of_its_own),
	    CASE(f40_a_clock_that_is_set_back_postpones_no_retry),
	    CASE(f40_a_clock_that_is_set_forward_ends_no_pause),
	    CASE(f40_a_clock_that_is_set_forward_lets_nothing_expire),
	    CASE(a_predecessors_pause_is_no_longer_than_one_of_ours),
	    DUE(f40_a_clock_that_is_set_back_postpones_no_reminder),
	    DUE(f40_nor_what_could_not_be_read_at_its_time),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_daytime", tests, NULL, NULL);
}
