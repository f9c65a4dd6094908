/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dispatcher's two lanes on the mock cluster, with a relay and an endpoint
 * of ours. Atomicity and kill -9 are proven on the real broker only.
 *
 * long: one story on one stage; starting a group costs seconds.
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
#include "noroshi/base/rand.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/stage.h"

static struct stage stage;
static struct nrs_key *stranger;

static void
start(struct stage_member *m)
{
	static const char *const lanes[] = {"planner-alert", "sender-alert"};
	const struct dispatcher_conf conf = stage_conf(&stage);

	stage_start(m, &conf, lanes, 2);
}

/* ---- what goes in ---- */

static const char *both_sectors[] = {"finance", "power"};
static struct nrs_channel both_channels[] = {
    {NRS_CHANNEL_MAIL, "both@kitayama.example"},
    {NRS_CHANNEL_WEBHOOK, stage.hook_url}};
static struct nrs_channel power_channels[] = {
    {NRS_CHANNEL_MAIL, "power@minamikawa.example"}};
static struct nrs_channel cep_channels[] = {{NRS_CHANNEL_TOPIC, ""}};
static struct nrs_channel green_channels[] = {
    {NRS_CHANNEL_MAIL, "green@x.example"}};

static struct nrs_subscription
both(void)
{
	return (struct nrs_subscription){.subscriber_id = "both",
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = "both",
	    .name = "both",
	    .lang = "ja",
	    .sectors = both_sectors,
	    .n_sectors = 2,
	    .channels = both_channels,
	    .n_channels = 2,
	    .max_tlp = NRS_TLP_AMBER};
}

static struct nrs_subscription
one_sector(const char *id, size_t sector, struct nrs_channel *channels)
{
	struct nrs_subscription sub = both();

	sub.subscriber_id = sub.organisation = sub.name = id;
	sub.sectors = &both_sectors[sector];
	sub.n_sectors = 1;
	sub.channels = channels;
	sub.n_channels = 1;
	return sub;
}

static void
subscribe_power(enum nrs_tlp max_tlp)
{
	struct nrs_subscription sub = one_sector("power", 1, power_channels);

	sub.max_tlp = max_tlp;
	stage_subscribe(&stage, &sub);
}

/* In or out of both sectors. */
static void
subscribe_both(size_t n_sectors)
{
	struct nrs_subscription sub = both();

	sub.n_sectors = n_sectors;
	stage_subscribe(&stage, &sub);
}

static void
subscribe_all(void)
{
	struct nrs_subscription cep = one_sector("cep", 0, cep_channels);
	struct nrs_subscription green = one_sector("green", 0, green_channels);

	subscribe_both(2);
	subscribe_power(NRS_TLP_AMBER);
	stage_subscribe(&stage, &cep);
	green.max_tlp = NRS_TLP_GREEN;
	stage_subscribe(&stage, &green);
}

static struct nrs_dispatch
dispatch_of(const struct nrs_content *content, const struct nrs_key *by)
{
	static struct nrs_classification copies[2] = {{.sector = "finance",
	                                                  .ceptoar = "",
	                                                  .route_rule = "",
	                                                  .arrangement_id = ""},
	    {.sector = "power",
	        .ceptoar = "",
	        .route_rule = "",
	        .arrangement_id = ""}};

	return stage_dispatch(&stage, content, by, copies, 2);
}

static void
release(const struct nrs_dispatch *dispatch)
{
	stage_put(&stage, NRS_TOPIC_DISPATCH_ALERT, -1, "t",
	    nrs_wire_encode(stage.arena, NRS_TYPE_DISPATCH, dispatch));
}

static void
release_notice(const char *id)
{
	const struct nrs_dispatch dispatch =
	    dispatch_of(stage_content(&stage, id), stage.key);

	release(&dispatch);
}

/* Deliveries without anything left to do, all in one partition. */
static void
put_ended(const char *notice_id, int n)
{
	static const struct nrs_bus_header headers[] = {
	    {"thread", "old"}, {"source", "-1"}};
	const struct nrs_delivery_batch ended = {.notice_id = notice_id,
	    .thread_id = "old",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_CLEAR,
	    .purpose = NRS_PURPOSE_ALERT,
	    .urgency = NRS_URGENCY_ROUTINE};
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_DELIVERY_ALERT,
	    .partition = -1,
	    .key = bus_fixture_bytes("old"),
	    .value =
	        nrs_wire_encode(stage.arena, NRS_TYPE_DELIVERY_BATCH, &ended),
	    .headers = headers,
	    .n_headers = 2};

	while (n-- > 0)
		assert_int_equal(
		    nrs_producer_send(stage.door, &out, NULL), NRS_OK);
	assert_int_equal(
	    nrs_producer_flush(stage.door, STAGE_WAIT_MS, NULL), NRS_OK);
}

/* ---- what comes out ---- */

static struct stage_found receipts = {.type = NRS_TYPE_RECEIPT};

/* Receipts of a notice for a subscriber and channel in a state. */
static size_t
count(const char *notice, const char *subscriber, enum nrs_channel_type channel,
    enum nrs_delivery_state state, const struct nrs_receipt **last)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	stage_read(
	    &stage, NRS_TOPIC_RECEIPT_ALERT, STAGE_PARTITIONS, &receipts);
	for (i = 0; i < receipts.n; i++) {
		r = receipts.items[i];
		if (strcmp(r->notice_id, notice) != 0 ||
		    strcmp(r->subscriber_id, subscriber) != 0 ||
		    r->channel != channel || r->state != state)
			continue;
		n++;
		if (last != NULL)
			*last = r;
	}
	return n;
}

static void
fail_with_receipts(const char *notice, const char *what)
{
	const struct nrs_receipt *r;
	size_t i;

	for (i = 0; i < receipts.n; i++) {
		r = receipts.items[i];
		if (strcmp(r->notice_id, notice) == 0)
			print_message("%s channel %d: %s (%s)\n",
			    r->subscriber_id, (int)r->channel,
			    nrs_term_name(
			        NRS_VOC_DELIVERY_STATE, (int)r->state),
			    r->detail);
	}
	fail_msg("%s: no %s", notice, what);
}

static const struct nrs_receipt *
wait_for(const char *notice, const char *subscriber,
    enum nrs_channel_type channel, enum nrs_delivery_state state)
{
	struct nrs_mono since = nrs_mono_now();
	const struct nrs_receipt *last = NULL;

	while (count(notice, subscriber, channel, state, &last) == 0)
		if (nrs_mono_since_ms(since) > STAGE_WAIT_MS)
			fail_with_receipts(notice,
			    nrs_term_name(NRS_VOC_DELIVERY_STATE, (int)state));
	return last;
}

#define MAIL NRS_CHANNEL_MAIL
#define HOOK NRS_CHANNEL_WEBHOOK
#define TOPIC NRS_CHANNEL_TOPIC

static void
wait_for_all(const char *notice, enum nrs_delivery_state state)
{
	(void)wait_for(notice, "both", MAIL, state);
	(void)wait_for(notice, "both", HOOK, state);
	(void)wait_for(notice, "power", MAIL, state);
	(void)wait_for(notice, "cep", TOPIC, state);
}

/* The n-th message that the relay was given, as it came, without the dot. */
static struct nrs_bytes
message(int n)
{
	char *bytes = peer_bytes(stage.relay);
	const char *at = bytes, *end;
	struct nrs_bytes out;

	for (;; n--) {
		at = strstr(at, "DATA\r\n");
		assert_non_null(at);
		at += 6;
		if (n == 0)
			break;
	}
	end = strstr(at, "\r\n.\r\n");
	assert_non_null(end);
	out = nrs_arena_bytes(stage.arena, at, (size_t)(end + 2 - at));
	free(bytes);
	return out;
}

/* ---- the story ---- */

static struct stage_member first, second;

/* Retention ended its first records, and nothing was ever committed: the mock
 * cluster keeps five megabytes of a partition. */
static void
a_topic_is_read_from_what_is_left_of_it(void **state)
{
	char *filler = nrs_arena_alloc(stage.arena, 900 * 1024 + 1);
	struct nrs_bounds bounds;
	int i;

	(void)state;
	/* letters that no compression makes few */
	for (i = 0; i < 900 * 1024; i++)
		filler[i] = (char)('a' + nrs_rand_below(26));
	filler[i] = '\0';
	for (i = 0; i < 9; i++)
		put_ended(filler, 1);
	assert_int_equal(
	    nrs_reader_bounds(stage.reader, NRS_TOPIC_DELIVERY_ALERT,
	        nrs_bus_partition(bus_fixture_bytes("old"), STAGE_PARTITIONS),
	        &bounds, NULL),
	    NRS_OK);
	assert_true(bounds.first > 0);
	start(&first);
}

static void
a_notice_to_two_sectors_reaches_each_recipient_once(void **state)
{
	(void)state;
	release_notice("n-1");
	wait_for_all("n-1", NRS_STATE_DELIVERED);
	assert_int_equal(peer_count(stage.relay, "RCPT TO:"), 2);
	assert_int_equal(
	    peer_count(stage.relay, "RCPT TO:<both@kitayama.example>"), 1);
	assert_int_equal(
	    peer_count(stage.relay, "RCPT TO:<power@minamikawa.example>"), 1);
	assert_int_equal(peer_count(stage.endpoint, "POST "), 1);
	assert_int_equal(
	    count("n-1", "both", MAIL, NRS_STATE_DELIVERED, NULL), 1);
	assert_int_equal(
	    count("n-1", "green", MAIL, NRS_STATE_DELIVERED, NULL), 0);
}

static void
the_intent_fixed_the_bytes_that_were_sent(void **state)
{
	uint8_t hash[NRS_SHA256_SIZE];
	const struct nrs_receipt *intents[2];
	struct nrs_bytes sent;
	int i;

	(void)state;
	intents[0] = wait_for("n-1", "both", MAIL, NRS_STATE_INTENT);
	intents[1] = wait_for("n-1", "power", MAIL, NRS_STATE_INTENT);
	for (i = 0; i < 2; i++) {
		sent = message(i);
		nrs_sha256(sent, hash);
		assert_true(memcmp(hash, intents[0]->body_sha256.data,
		                NRS_SHA256_SIZE) == 0 ||
		            memcmp(hash, intents[1]->body_sha256.data,
		                NRS_SHA256_SIZE) == 0);
	}
	assert_false(intents[0]->repeat);
	assert_int_equal(intents[0]->attempt, 1);
}

static void
no_recipient_sees_another(void **state)
{
	int i, kitayama, minamikawa;

	(void)state;
	for (i = 0; i < 2; i++) {
		const char *text = (const char *)message(i).data;

		kitayama = strstr(text, "kitayama") != NULL;
		minamikawa = strstr(text, "minamikawa") != NULL;
		assert_int_equal(kitayama + minamikawa, 1);
	}
	assert_int_equal(peer_count(stage.endpoint, "minamikawa"), 0);
	assert_int_equal(peer_count(stage.endpoint, "kitayama"), 0);
	assert_int_equal(peer_count(stage.endpoint, "\"addressing\""), 0);
}

static void
poison_ends_in_rejected_and_the_next_goes_on(void **state)
{
	static struct stage_found found = {.type = NRS_TYPE_REJECTION};
	struct nrs_dispatch forged =
	    dispatch_of(stage_content(&stage, "n-forged"), stranger);
	struct nrs_dispatch altered =
	    dispatch_of(stage_content(&stage, "n-altered"), stage.key);

	(void)state;
	altered.accepted_at++; /* not signed, harmless */
	altered.addressing = nrs_wire_encode(stage.arena, NRS_TYPE_ADDRESSING,
	    &(struct nrs_addressing){
	        .sectors = both_sectors, .n_sectors = 2, .originator = "x"});
	stage_put(&stage, NRS_TOPIC_DISPATCH_ALERT, -1, "t",
	    bus_fixture_bytes("\xff poison"));
	release(&forged);
	release(&altered);
	release_notice("n-2");
	wait_for_all("n-2", NRS_STATE_DELIVERED);
	stage_read(&stage, NRS_TOPIC_REJECTED, 1, &found);
	assert_int_equal(found.n, 3);
	assert_string_equal(
	    ((const struct nrs_rejection *)found.items[1])->rule, "signature");
	assert_int_equal(peer_count(stage.relay, "n-forged"), 0);
	assert_int_equal(peer_count(stage.relay, "n-altered"), 0);
}

/* F24: the same bytes, once it heals. */
static void
what_was_deferred_arrives_with_the_same_bytes(void **state)
{
	const struct nrs_receipt *before, *after;

	(void)state;
	stage.script.rcpt = "451 4.3.0 later";
	release_notice("n-3");
	(void)wait_for("n-3", "both", MAIL, NRS_STATE_DEFERRED);
	before = wait_for("n-3", "both", MAIL, NRS_STATE_INTENT);
	(void)wait_for("n-3", "both", HOOK, NRS_STATE_DELIVERED);
	stage.script.rcpt = NULL;
	after = wait_for("n-3", "both", MAIL, NRS_STATE_DELIVERED);
	assert_true(after->attempt >= 2);
	after = wait_for("n-3", "both", MAIL, NRS_STATE_INTENT);
	assert_true(after->attempt > before->attempt);
	assert_false(after->repeat);
	assert_true(nrs_bytes_equal(before->body_sha256, after->body_sha256));
	wait_for_all("n-3", NRS_STATE_DELIVERED);
}

/* As after a long absence: what has ended long ago is gone through at once, not
 * by the handful and the second. */
static void
old_deliveries_hold_up_no_new_one(void **state)
{
	struct nrs_mono since;

	(void)state;
	put_ended("old", 1500);
	since = nrs_mono_now();
	release_notice("n-old");
	wait_for_all("n-old", NRS_STATE_DELIVERED);
	assert_true(nrs_mono_since_ms(since) < 12000); /* it took 23 s */
}

/* F25 */
static void
a_refused_recipient_ends_alone(void **state)
{
	const struct nrs_receipt *failed;

	(void)state;
	stage.script.rcpt = "550 5.1.1 no such user";
	release_notice("n-4");
	failed = wait_for("n-4", "both", MAIL, NRS_STATE_FAILED);
	assert_int_equal(failed->failure_reason, NRS_FAILURE_CONTACT_STALE);
	assert_non_null(strstr(failed->detail, "5.1.1"));
	(void)wait_for("n-4", "power", MAIL, NRS_STATE_FAILED);
	(void)wait_for("n-4", "both", HOOK, NRS_STATE_DELIVERED);
	stage.script.rcpt = NULL;
}

static void
what_has_expired_is_not_sent(void **state)
{
	struct nrs_content *content = stage_content(&stage, "n-5");
	struct nrs_dispatch dispatch;
	int mails = peer_count(stage.relay, "RCPT TO:");

	(void)state;
	content->valid_until = nrs_wall_ms() - 1000;
	content->issued_at = content->valid_until - STAGE_HOUR_MS;
	dispatch = dispatch_of(content, stage.key);
	release(&dispatch);
	(void)wait_for("n-5", "both", MAIL, NRS_STATE_EXPIRED);
	(void)wait_for("n-5", "power", MAIL, NRS_STATE_EXPIRED);
	assert_int_equal(peer_count(stage.relay, "RCPT TO:"), mails);
}

static struct nrs_content *
next_of(const char *thread, const char *id, uint32_t revision,
    enum nrs_msg_kind kind)
{
	struct nrs_content *content = stage_content(&stage, id);
	const char **supersedes =
	    nrs_arena_array(stage.arena, 1, sizeof(char *));

	supersedes[0] = thread;
	content->thread_id = thread;
	content->revision = revision;
	content->kind = kind;
	content->supersedes = supersedes;
	content->n_supersedes = 1;
	content->revision_reason = "誤り";
	return content;
}

/* Their clearance is asked for now, not as it was. */
static void
a_retraction_reaches_who_got_it_and_as_they_may_now_see_it(void **state)
{
	struct nrs_content *content =
	    next_of("n-1", "n-1b", 2, NRS_KIND_RETRACTION);
	const struct nrs_stub_content said = {.notice_id = "n-1b",
	    .thread_id = "n-1",
	    .revision = 2,
	    .kind = NRS_KIND_RETRACTION,
	    .mode = NRS_MODE_ACTUAL,
	    .supersedes = content->supersedes,
	    .n_supersedes = 1,
	    .issued_at = content->issued_at};
	struct nrs_stub stub = {.payload = nrs_wire_encode(
	                            stage.arena, NRS_TYPE_STUB_CONTENT, &said)};
	struct nrs_dispatch dispatch;
	const struct nrs_submission envelope = {.submission_id = "n-1b",
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = stub.payload};
	const struct nrs_receipt *receipt;

	(void)state;
	stub.signatures = signed_part(stage.arena, stage.key, &envelope);
	stub.n_signatures = 1;
	subscribe_power(NRS_TLP_GREEN);
	/* "both" has left: its mail and its webhook are told all the same */
	subscribe_both(0);
	dispatch = dispatch_of(content, stage.key);
	dispatch.stubs = &stub;
	dispatch.n_stubs = 1;
	release(&dispatch);
	receipt = wait_for("n-1b", "power", MAIL, NRS_STATE_DELIVERED);
	assert_int_equal(receipt->purpose, NRS_PURPOSE_STUB);
	receipt = wait_for("n-1b", "both", MAIL, NRS_STATE_DELIVERED);
	assert_int_equal(receipt->purpose, NRS_PURPOSE_ALERT);
	receipt = wait_for("n-1b", "both", HOOK, NRS_STATE_DELIVERED);
	assert_int_equal(receipt->purpose, NRS_PURPOSE_ALERT);
	assert_int_equal(
	    count("n-1b", "green", MAIL, NRS_STATE_DELIVERED, NULL), 0);
}

/* F27 with a restart: nobody knows whether it arrived, so it goes again, says
 * so, and is the same. */
static void
a_successor_repeats_only_what_is_in_doubt(void **state)
{
	const struct nrs_receipt *before, *after;
	int mails;

	(void)state;
	subscribe_both(2);
	subscribe_power(NRS_TLP_AMBER);
	stage.script.dot = PEER_HANG;
	release_notice("n-6");
	before = wait_for("n-6", "both", MAIL, NRS_STATE_INTENT);
	(void)wait_for("n-6", "power", MAIL, NRS_STATE_INTENT);
	(void)wait_for("n-6", "both", HOOK, NRS_STATE_DELIVERED);
	mails = peer_count(stage.relay, "RCPT TO:");
	stage_stop(&first);
	stage.script.dot = NULL;
	start(&second);
	(void)wait_for("n-6", "both", MAIL, NRS_STATE_DELIVERED);
	(void)wait_for("n-6", "power", MAIL, NRS_STATE_DELIVERED);
	after = wait_for("n-6", "both", MAIL, NRS_STATE_INTENT);
	assert_true(after->repeat);
	assert_true(nrs_bytes_equal(before->body_sha256, after->body_sha256));
	/* both mails again, and nothing else of all that went before */
	assert_int_equal(peer_count(stage.relay, "RCPT TO:"), mails + 2);
	assert_int_equal(
	    count("n-6", "both", HOOK, NRS_STATE_DELIVERED, NULL), 1);
}

static void
the_successor_knows_whom_a_thread_was_planned_for(void **state)
{
	struct nrs_content *content =
	    next_of("n-2", "n-2b", 2, NRS_KIND_CORRECTION);
	struct nrs_dispatch dispatch = dispatch_of(content, stage.key);

	(void)state;
	subscribe_both(0);
	release(&dispatch);
	(void)wait_for("n-2b", "both", MAIL, NRS_STATE_DELIVERED);
	(void)wait_for("n-2b", "both", HOOK, NRS_STATE_DELIVERED);
	(void)wait_for("n-2b", "power", MAIL, NRS_STATE_DELIVERED);
	stage_stop(&second);
}

/* ---- the stage ---- */

static int
open_stage(void **state)
{
	static const char *const doors[] = {NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_DELIVERY_ALERT};
	static const char *const single[] = {NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_REJECTED, NULL};
	static const char *const fanned[] = {NRS_TOPIC_DELIVERY_ALERT,
	    NRS_TOPIC_RECEIPT_ALERT, NRS_TOPIC_DELIVERY_DUE, NULL};

	assert_int_equal(nrs_key_new(&stranger, NULL), NRS_OK);
	if (stage_open(&stage, state) != 0)
		return -1;
	stage_topics(single, fanned);
	stage_doors(&stage, doors, 3);
	subscribe_all();
	return 0;
}

static int
close_stage(void **state)
{
	nrs_key_free(stranger);
	return stage_close(&stage, state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_topic_is_read_from_what_is_left_of_it),
	    cmocka_unit_test(
	        a_notice_to_two_sectors_reaches_each_recipient_once),
	    cmocka_unit_test(the_intent_fixed_the_bytes_that_were_sent),
	    cmocka_unit_test(no_recipient_sees_another),
	    cmocka_unit_test(poison_ends_in_rejected_and_the_next_goes_on),
	    cmocka_unit_test(what_was_deferred_arrives_with_the_same_bytes),
	    cmocka_unit_test(old_deliveries_hold_up_no_new_one),
	    cmocka_unit_test(a_refused_recipient_ends_alone),
	    cmocka_unit_test(what_has_expired_is_not_sent),
	    cmocka_unit_test(
	        a_retraction_reaches_who_got_it_and_as_they_may_now_see_it),
	    cmocka_unit_test(a_successor_repeats_only_what_is_in_doubt),
	    cmocka_unit_test(the_successor_knows_whom_a_thread_was_planned_for),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher", tests, open_stage, close_stage);
}
