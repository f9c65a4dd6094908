/* SPDX-License-Identifier: Apache-2.0 */
/* A webhook between the sender and its endpoint: how it is signed, and what the
 * answer means. */
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

/* Standard Webhooks: rotation is two signatures, then one. */
static void
a_webhook_is_signed_by_the_secrets_of_now(void **state)
{
	static const char *secrets[] = {
	    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	    "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	struct nrs_channel channel = {.type = HOOK,
	    .address = "https://x.example/a",
	    .secrets = secrets,
	    .n_secrets = 2};
	struct nrs_subscription now = reader;

	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
	assert_string_equal(w->jobs[0].signature, "");
	lane_finish(0, NRS_TRANSFER_DELIVERED);
	now.channels = &channel;
	now.n_channels = 1;
	nrs_match_set_put(w->subs, &now);
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
	assert_int_equal(strlen(w->jobs[1].signature), 2 * 47 + 1);
	assert_non_null(strstr(w->jobs[1].signature, " v1,"));
	lane_finish(1, NRS_TRANSFER_DELIVERED);
	/* an address that was left is signed, too: its owner knows them */
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), HOOK, 'b');
	assert_int_equal(lane_pump(), 1);
	assert_int_equal(strlen(w->jobs[2].signature), 2 * 47 + 1);
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), MAIL, 'a');
	assert_int_equal(lane_pump(), 1);
	assert_string_equal(w->jobs[3].signature, "");
}

/* F30: on record by itself; the subscription is not touched. */
static void
who_says_410_gets_nothing_more_until_it_subscribes_again(void **state)
{
	const struct nrs_transfer_result gone = {.class = NRS_TRANSFER_FAILED,
	    .reason = NRS_FAILURE_CONTACT_STALE,
	    .gone = true,
	    .detail = "HTTP/1.1 410 Gone"};
	struct nrs_channel channels[] = {
	    {HOOK, "https://x.example/a"}, {MAIL, "a@x.example"}};
	struct nrs_subscription now = reader;
	const struct nrs_receipt *last;

	(void)state;
	now.lang = "en";
	now.channels = channels;
	now.n_channels = 2;
	nrs_match_set_put(w->subs, &now);
	w->d.domain = "noroshi.example";
	w->conf.transfer.mail_from = "desk@noroshi.example";
	w->conf.from_name = "";
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_finish_with(0, &gone);
	assert_int_equal(w->n_endpoints, 1);
	assert_string_equal(w->endpoint->address, "https://x.example/a");
	assert_string_equal(w->endpoint->detail, "HTTP/1.1 410 Gone");
	/* its owner is told, by mail only */
	assert_int_equal(w->own_mail->n_deliveries, 1);
	assert_string_equal(w->own_mail->deliveries[0].subscriber_id, "s");
	assert_string_equal(
	    w->own_mail->deliveries[0].channel->address, "a@x.example");
	w->gone = "https://x.example/a";
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), HOOK, 'a');
	lane_load(lane_batch(2, NRS_KIND_FOLLOW_UP), HOOK, 'b');
	assert_int_equal(lane_pump(), 1);
	assert_string_equal(w->jobs[1].address, "https://x.example/b");
	assert_int_equal(lane_count(NRS_STATE_FAILED, 2), 1);
	last = w->letters[w->n_letters - 2].receipt;
	assert_int_equal(last->failure_reason, NRS_FAILURE_CONTACT_STALE);
	assert_non_null(strstr(last->detail, "410"));
	/* one on its way when it was said says it again: once is enough */
	w->gone = "https://x.example/b";
	lane_finish_with(1, &gone);
	assert_int_equal(w->n_endpoints, 1);
	w->gone = NULL;
	lane_load(lane_batch(3, NRS_KIND_FOLLOW_UP), HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
}

static int64_t
ms_to_next_try(void)
{
	return nrs_mono_until_ms(
	    dispatcher_queue_wake(w->s.queue, nrs_mono_now()));
}

/* F30: 429 and 503 say when, and the horizon says until when. */
static void
a_peer_is_not_tried_before_it_wants_to_be(void **state)
{
	struct nrs_transfer_result later = {.class = NRS_TRANSFER_DEFERRED,
	    .reason = NRS_FAILURE_REJECTED,
	    .retry_after_s = 70};
	struct nrs_delivery_batch short_lived = lane_batch(1, NRS_KIND_INITIAL);

	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_finish_with(0, &later);
	assert_in_range(ms_to_next_try(), 60000, 80000);
	short_lived.give_up_at = nrs_wall_ms() + 30000;
	lane_load(short_lived, HOOK, 'b');
	assert_int_equal(lane_pump(), 1);
	lane_finish_with(1, &later);
	assert_in_range(ms_to_next_try(), 20000, 30000);
}

static void
a_webhook_confirms_by_its_answer(void **state)
{
	const struct nrs_receipt *last;

	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_answer(0, "{\"acknowledged\":true,\"response\":\"MITIGATED\"}");
	assert_int_equal(lane_count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(lane_count(NRS_STATE_RESPONDED, 1), 1);
	last = w->letters[w->n_letters - 1].receipt;
	assert_int_equal(last->state, NRS_STATE_RESPONDED);
	assert_int_equal(last->response, NRS_RESPONSE_MITIGATED);
	assert_string_equal(last->by, "webhook");
	assert_int_equal(w->s.n_open, 0);
}

static void
a_reminder_that_is_confirmed_confirms_the_alert(void **state)
{
	struct nrs_delivery_batch batch = lane_batch(1, NRS_KIND_INITIAL);
	const struct nrs_receipt *r;
	size_t i, n = 0;

	(void)state;
	batch.purpose = NRS_PURPOSE_REMINDER;
	lane_load(batch, HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_answer(0, "{\"acknowledged\":true}");
	for (i = 0; i < w->n_letters; i++) {
		r = w->letters[i].receipt;
		if (r->state < NRS_STATE_ACKNOWLEDGED)
			continue;
		n++;
		assert_memory_equal(r->key.data, LANE_AWAITED, 32);
		assert_int_equal(r->purpose, NRS_PURPOSE_ALERT);
	}
	assert_int_equal(n, 1);
	assert_int_equal(lane_count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(w->s.n_open, 0);
}

static void
any_other_answer_of_a_webhook_is_delivery_and_no_more(void **state)
{
	(void)state;
	lane_load(lane_batch(1, NRS_KIND_INITIAL), HOOK, 'a');
	assert_int_equal(lane_pump(), 1);
	lane_answer(0, "{\"acknowledged\":\"yes\"}");
	assert_int_equal(lane_count(NRS_STATE_DELIVERED, 1), 1);
	assert_int_equal(lane_count(NRS_STATE_ACKNOWLEDGED, 1), 0);
	assert_int_equal(w->s.n_open, 0);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, lane_close)
	const struct CMUnitTest tests[] = {
	    CASE(a_webhook_is_signed_by_the_secrets_of_now),
	    CASE(who_says_410_gets_nothing_more_until_it_subscribes_again),
	    CASE(a_peer_is_not_tried_before_it_wants_to_be),
	    CASE(a_webhook_confirms_by_its_answer),
	    CASE(a_reminder_that_is_confirmed_confirms_the_alert),
	    CASE(any_other_answer_of_a_webhook_is_delivery_and_no_more),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_webhook", tests, NULL, NULL);
}
