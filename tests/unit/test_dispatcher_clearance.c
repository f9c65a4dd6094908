/* SPDX-License-Identifier: Apache-2.0 */
/* The sender's last look: who may see it and wants it now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/sender/queue.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
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

static struct nrs_subscription reader = {
    .subscriber_id = "s", .organisation = "o", .max_tlp = NRS_TLP_GREEN};

/* Each question may take as long as a lane may be silent. */
static void
a_silent_bus_is_asked_once_a_turn(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'a');
	w->refresh = NRS_RETRY;
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(w->n_refreshed, 1);
}

/* It was had for each delivery anew, for it was later than the turn. */
static void
a_look_at_the_subscriptions_is_enough_for_a_turn(void **state)
{
	(void)state;
	w->refresh_ms = 3;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'b');
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(lane_pump(), 3);
	assert_int_equal(w->n_refreshed, 1);
}

static void
who_lost_the_clearance_since_gets_nothing(void **state)
{
	struct nrs_subscription now = reader;

	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	now.max_tlp = NRS_TLP_CLEAR;
	nrs_match_set_put(w->subs, &now);
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 1);
}

static struct nrs_delivery_batch
correction_with_stub(void)
{
	struct nrs_delivery_batch batch = lane_batch(2, NRS_KIND_CORRECTION);

	batch.n_variants = 2;
	return batch;
}

/* Invariant 7, at the last step: under a key of its own, and both have an end.
 */
static void
who_may_not_see_a_correction_any_more_gets_its_stub(void **state)
{
	const struct nrs_receipt *stub, *text;
	const char *stub_id;

	(void)state;
	lane_load(correction_with_stub(), MAIL, 'a');
	lane_clear_for(NRS_TLP_CLEAR);
	assert_int_equal(lane_pump(), 1);
	assert_true(lane_job_says(0, "stub"));
	stub_id = w->jobs[0].id;
	assert_int_equal(lane_last_receipt(0)->state, NRS_STATE_INTENT);
	assert_int_equal(lane_last_receipt(0)->purpose, NRS_PURPOSE_STUB);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	stub = lane_last_receipt(1);
	text = lane_last_receipt(0);
	assert_int_equal(stub->state, NRS_STATE_DELIVERED);
	assert_int_equal(stub->purpose, NRS_PURPOSE_STUB);
	assert_int_equal(text->state, NRS_STATE_CANCELLED);
	assert_int_equal(text->purpose, NRS_PURPOSE_ALERT);
	assert_false(nrs_bytes_equal(stub->key, text->key));
	assert_int_equal(w->s.n_open, 0);
	/* another channel of one who is cleared */
	lane_clear_for(NRS_TLP_GREEN);
	lane_load(correction_with_stub(), MAIL, 'b');
	assert_int_equal(lane_pump(), 1);
	assert_true(lane_job_says(1, "text"));
	assert_string_not_equal(w->jobs[1].id, stub_id);
}

/* A text in doubt is no repeat of its stub. */
static void
the_clearance_is_asked_for_at_every_try(void **state)
{
	(void)state;
	lane_load(correction_with_stub(), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	assert_true(lane_job_says(0, "text"));
	lane_clear_for(NRS_TLP_CLEAR);
	w->s.subs_at = (struct nrs_mono){0};
	lane_finish(0, NRS_TRANSFER_AMBIGUOUS);
	while (w->n_jobs < 2) {
		(void)dispatcher_queue_wake(w->s.queue, nrs_mono_now());
		(void)lane_pump();
	}
	assert_true(lane_job_says(1, "stub"));
	assert_false(lane_last_receipt(0)->repeat);
	lane_finish(1, NRS_TRANSFER_FAILED);
	assert_int_equal(lane_count(NRS_STATE_FAILED, 2), 1);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 2), 1);
	assert_int_equal(w->s.n_open, 0);
}

/* The end of the stub was on record before a crash, that of the text not. */
static void
a_stub_that_has_gone_does_not_go_again(void **state)
{
	struct dispatcher_past *past = calloc(1, sizeof(*past));
	char key[2 * NRS_SHA256_SIZE + 1] = "";
	uint8_t bytes[NRS_SHA256_SIZE] = "a 2 stub";

	(void)state;
	past->state = NRS_STATE_DELIVERED;
	past->attempt = 1;
	w->part.past = nrs_map_new();
	w->part.past_end = 100;
	(void)nrs_map_put(
	    w->part.past, nrs_hex(bytes, sizeof(bytes), key), past);
	lane_load(correction_with_stub(), MAIL, 'a');
	lane_clear_for(NRS_TLP_CLEAR);
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 2), 1);
	assert_int_equal(lane_last_receipt(0)->purpose, NRS_PURPOSE_ALERT);
	assert_non_null(strstr(lane_last_receipt(0)->detail, "stub"));
}

static void
who_wants_no_newsletter_any_more_gets_none(void **state)
{
	struct nrs_delivery_batch letter = lane_batch(1, NRS_KIND_INITIAL);
	struct nrs_subscription now = reader;

	(void)state;
	now.digest_off = true;
	nrs_match_set_put(w->subs, &now);
	letter.purpose = NRS_PURPOSE_NEWSLETTER;
	lane_load(letter, MAIL, 'a');
	assert_int_equal(lane_pump(), 0);
	assert_int_equal(lane_count(NRS_STATE_CANCELLED, 1), 1);
	/* an alert is another matter */
	lane_load(lane_batch(1, NRS_KIND_INITIAL), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
}

/* The duty officer and the canaries are nobody's subscribers. */
static void
our_own_mails_ask_no_subscription_and_enter_no_statistic(void **state)
{
	struct nrs_metrics *metrics = nrs_metrics_new();
	struct nrs_delivery_batch duty = lane_batch(1, NRS_KIND_INITIAL);

	(void)state;
	w->s.states[NRS_STATE_DELIVERED] =
	    nrs_metrics_counter(metrics, "noroshi_deliveries_total", NULL, "");
	nrs_match_set_remove(w->subs, "s");
	duty.purpose = NRS_PURPOSE_DUTY;
	duty.tlp = NRS_TLP_AMBER_STRICT;
	lane_load(duty, MAIL, 'a');
	duty.purpose = NRS_PURPOSE_HEARTBEAT;
	lane_load(duty, MAIL, 'b');
	assert_int_equal(lane_pump(), 2);
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	lane_finish(1, NRS_TRANSFER_DELIVERED);
	assert_int_equal(lane_count(NRS_STATE_DELIVERED, 1), 2);
	assert_int_equal(nrs_metric_value(w->s.states[NRS_STATE_DELIVERED]), 0);
	nrs_metrics_free(metrics);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, lane_close)
	const struct CMUnitTest tests[] = {
	    CASE(a_silent_bus_is_asked_once_a_turn),
	    CASE(a_look_at_the_subscriptions_is_enough_for_a_turn),
	    CASE(who_wants_no_newsletter_any_more_gets_none),
	    CASE(who_lost_the_clearance_since_gets_nothing),
	    CASE(who_may_not_see_a_correction_any_more_gets_its_stub),
	    CASE(the_clearance_is_asked_for_at_every_try),
	    CASE(a_stub_that_has_gone_does_not_go_again),
	    CASE(our_own_mails_ask_no_subscription_and_enter_no_statistic),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_clearance", tests, NULL, NULL);
}
