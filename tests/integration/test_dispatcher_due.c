/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reminder, second contact and record on the mock cluster, with a relay of
 * ours; acknowledgements are written by hand. kill -9 is proven on the real
 * broker only.
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
#include <unistd.h>

#include "dispatcher/dispatcher.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/stage.h"

static struct stage stage;
static char secrets_file[] = "/tmp/noroshi-secrets-XXXXXX";

/* ---- one dispatcher ---- */

static void
start(struct stage_member *m, int64_t time_to_acknowledge_ms)
{
	static const char *const lanes[] = {
	    "planner-alert", "sender-alert", "sender-due"};
	struct dispatcher_conf conf = stage_conf(&stage);

	conf.ack.url = "https://ack.example";
	conf.ack.listen = "";
	conf.ack.secrets = secrets_file;
	conf.ack.validity_ms = 72 * STAGE_HOUR_MS;
	conf.ack.routine_ms = time_to_acknowledge_ms;
	conf.ack.priority_ms = time_to_acknowledge_ms;
	conf.ack.immediate_ms = time_to_acknowledge_ms;
	conf.ack.remind_after = 50;
	conf.ack.escalate_after = 100;
	conf.ack.report_after = 150;
	stage_start(m, &conf, lanes, 3);
}

/* ---- what goes in ---- */

static const char *power[] = {"power"};
static struct nrs_channel silent_channels[] = {
    {.type = NRS_CHANNEL_MAIL, .address = "first@x.example"}};
static struct nrs_channel second = {
    .type = NRS_CHANNEL_MAIL, .address = "second@x.example"};
static struct nrs_channel cep_channels[] = {
    {.type = NRS_CHANNEL_TOPIC, .address = ""}};

static void
subscribe(const char *id, enum nrs_subscriber_kind kind,
    struct nrs_channel *channel, struct nrs_channel *second_contact)
{
	const struct nrs_subscription sub = {.subscriber_id = id,
	    .kind = kind,
	    .organisation = id,
	    .name = id,
	    .lang = "ja",
	    .sectors = power,
	    .n_sectors = 1,
	    .channels = channel,
	    .n_channels = 1,
	    .second_contact = second_contact,
	    .max_tlp = NRS_TLP_AMBER};

	stage_subscribe(&stage, &sub);
}

/* Reminded after five seconds. */
static struct nrs_content *
slow_content_of(const char *id)
{
	struct nrs_content *content = stage_content(&stage, id);

	content->ack_deadline = content->issued_at + 10000;
	return content;
}

/* arrangement: in place of the usual way; or "". */
static void
release_by(const char *arrangement, const struct nrs_content *content,
    bool ack_required)
{
	enum nrs_route route =
	    arrangement[0] == '\0' ? NRS_ROUTE_REALTIME : NRS_ROUTE_OVERRIDE;
	struct nrs_classification copy = {.sector = "power",
	    .ceptoar = "",
	    .route_rule = "",
	    .routes = &route,
	    .n_routes = 1,
	    .arrangement_id = arrangement,
	    .posture = NRS_POSTURE_NORMAL,
	    .ack_required = ack_required};
	const struct nrs_dispatch dispatch =
	    stage_dispatch(&stage, content, stage.key, &copy, 1);

	stage_put(&stage, NRS_TOPIC_DISPATCH_ALERT, -1, "t",
	    nrs_wire_encode(stage.arena, NRS_TYPE_DISPATCH, &dispatch));
}

static void
release(const struct nrs_content *content, bool ack_required)
{
	release_by("", content, ack_required);
}

/* ---- what comes out ---- */

struct wanted {
	const char *notice, *subscriber;
	enum nrs_delivery_purpose purpose;
	enum nrs_channel_type channel;
	enum nrs_delivery_state state;
	const struct nrs_receipt *last;
	size_t n;
	bool due; /* although it is an alert */
};

static enum nrs_rc
look(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct wanted *wanted = ctx;
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .how = NRS_WIRE_STRICT,
	    .bytes = nrs_arena_bytes(
	        stage.arena, record->value.data, record->value.len)};
	const struct nrs_receipt *r;
	void *decoded;
	enum nrs_rc rc = nrs_wire_decode(stage.arena, &in, &decoded, err);

	if (rc != NRS_OK)
		return rc;
	r = decoded;
	if (strcmp(r->notice_id, wanted->notice) != 0 ||
	    strcmp(r->subscriber_id, wanted->subscriber) != 0 ||
	    r->purpose != wanted->purpose || r->channel != wanted->channel ||
	    r->state != wanted->state)
		return NRS_OK;
	wanted->n++;
	wanted->last = r;
	return NRS_OK;
}

static size_t
count(struct wanted *wanted)
{
	const char *topic = wanted->purpose == NRS_PURPOSE_ALERT && !wanted->due
	                        ? NRS_TOPIC_RECEIPT_ALERT
	                        : NRS_TOPIC_RECEIPT_DUE;
	struct nrs_reader_from from[STAGE_PARTITIONS];
	int i;

	for (i = 0; i < STAGE_PARTITIONS; i++)
		from[i] = (struct nrs_reader_from){topic, i, NRS_FROM_START};
	wanted->n = 0;
	assert_int_equal(
	    nrs_reader_assign(stage.reader, from, STAGE_PARTITIONS, NULL),
	    NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(stage.reader, STAGE_WAIT_MS, look, wanted, NULL),
	    NRS_OK);
	return wanted->n;
}

static const struct nrs_receipt *
wait_for(struct wanted wanted)
{
	struct nrs_mono since = nrs_mono_now();

	while (count(&wanted) == 0)
		if (nrs_mono_since_ms(since) > STAGE_WAIT_MS)
			fail_msg("%s for %s: no receipt", wanted.notice,
			    wanted.subscriber);
	return wanted.last;
}

#define ALERT NRS_PURPOSE_ALERT
#define REMINDER NRS_PURPOSE_REMINDER
#define ESCALATION NRS_PURPOSE_ESCALATION
#define MAIL NRS_CHANNEL_MAIL
#define TOPIC NRS_CHANNEL_TOPIC
#define DELIVERED NRS_STATE_DELIVERED
#define CANCELLED NRS_STATE_CANCELLED

static const struct nrs_receipt *
wait_mail(const char *notice, enum nrs_delivery_purpose purpose,
    enum nrs_delivery_state state)
{
	return wait_for((struct wanted){
	    notice, "op", purpose, MAIL, state, NULL, 0, false});
}

static void
wait_record(const char *notice, const char *who)
{
	(void)wait_for((struct wanted){
	    notice, who, ESCALATION, TOPIC, DELIVERED, NULL, 0, false});
}

/* What the page, the webhook or noroshictl writes. */
static void
acknowledge(const char *notice, const char *who)
{
	struct nrs_receipt said = *wait_for((struct wanted){
	    notice, who, ALERT, MAIL, DELIVERED, NULL, 0, false});

	said.state = NRS_STATE_ACKNOWLEDGED;
	said.at = nrs_wall_ms();
	stage_put(&stage, NRS_TOPIC_RECEIPT_ALERT,
	    nrs_bus_partition(bus_fixture_bytes(who), STAGE_PARTITIONS), who,
	    nrs_wire_encode(stage.arena, NRS_TYPE_RECEIPT, &said));
}

static int
mails_to(const char *address)
{
	return peer_count(stage.relay,
	    nrs_arena_printf(stage.arena, "RCPT TO:<%s>", address));
}

/* ---- the story ---- */

static struct stage_member first, successor;

static void
silence_is_reminded_then_the_second_contact_then_a_record(void **state)
{
	const struct nrs_receipt *alert, *reminder, *escalation;

	(void)state;
	start(&first, 2000);
	release(stage_content(&stage, "n-1"), true);
	alert = wait_mail("n-1", ALERT, DELIVERED);
	reminder = wait_mail("n-1", REMINDER, DELIVERED);
	escalation = wait_mail("n-1", ESCALATION, DELIVERED);
	wait_record("n-1", "op");
	assert_true(reminder->at - alert->accepted_at >= 1000);
	assert_true(escalation->at - alert->accepted_at >= 2000);
	assert_int_equal(mails_to("first@x.example"), 2);
	assert_int_equal(mails_to("second@x.example"), 1);
}

static void
a_ceptoar_that_reads_topics_is_asked_too(void **state)
{
	(void)state;
	(void)wait_for((struct wanted){
	    "n-1", "cep", REMINDER, TOPIC, DELIVERED, NULL, 0, false});
	wait_record("n-1", "cep");
}

static void
who_acknowledges_hears_nothing_more(void **state)
{
	int mails = mails_to("first@x.example");

	(void)state;
	release(slow_content_of("n-2"), true);
	acknowledge("n-2", "op");
	assert_string_equal(
	    wait_mail("n-2", REMINDER, CANCELLED)->detail, "acknowledged");
	(void)wait_mail("n-2", ESCALATION, CANCELLED);
	(void)wait_for((struct wanted){
	    "n-2", "op", ESCALATION, TOPIC, CANCELLED, NULL, 0, false});
	assert_int_equal(mails_to("first@x.example"), mails + 1);
	assert_int_equal(mails_to("second@x.example"), 1);
}

static struct nrs_content *
retraction_of(const char *thread)
{
	struct nrs_content *content =
	    stage_content(&stage, nrs_arena_printf(stage.arena, "%sb", thread));
	const char **supersedes =
	    nrs_arena_array(stage.arena, 1, sizeof(char *));

	supersedes[0] = thread;
	content->thread_id = thread;
	content->revision = 2;
	content->kind = NRS_KIND_RETRACTION;
	content->supersedes = supersedes;
	content->n_supersedes = 1;
	content->revision_reason = "誤り";
	return content;
}

static void
nobody_is_reminded_of_what_was_retracted(void **state)
{
	(void)state;
	release(slow_content_of("n-3"), true);
	(void)wait_mail("n-3", ALERT, DELIVERED);
	/* nor is anybody asked to acknowledge it */
	release(retraction_of("n-3"), false);
	assert_string_equal(
	    wait_mail("n-3", REMINDER, CANCELLED)->detail, "superseded");
	(void)wait_mail("n-3", ESCALATION, CANCELLED);
}

/* n-1 was escalated, n-2 was not. */
static void
whoever_got_it_as_second_contact_hears_that_it_was_wrong(void **state)
{
	int mails = mails_to("second@x.example");
	struct nrs_mono since = nrs_mono_now();

	(void)state;
	release(retraction_of("n-2"), false);
	release(retraction_of("n-1"), false);
	(void)wait_mail("n-1b", ALERT, DELIVERED);
	(void)wait_mail("n-2b", ALERT, DELIVERED);
	while (mails_to("second@x.example") == mails)
		assert_true(nrs_mono_since_ms(since) < STAGE_WAIT_MS);
	assert_int_equal(mails_to("second@x.example"), mails + 1);
}

static void
a_restart_before_the_time_loses_and_repeats_nothing(void **state)
{
	int mails = mails_to("first@x.example");
	struct wanted wanted = {
	    "n-4", "op", REMINDER, MAIL, DELIVERED, NULL, 0, false};

	(void)state;
	release(slow_content_of("n-4"), true);
	(void)wait_mail("n-4", ALERT, DELIVERED);
	stage_stop(&first);
	start(&successor, 2000);
	(void)wait_mail("n-4", REMINDER, DELIVERED);
	assert_int_equal(mails_to("first@x.example"), mails + 2);
	assert_int_equal(count(&wanted), 1);
	/* and what had fired before does not again */
	wanted.notice = "n-1";
	assert_int_equal(count(&wanted), 1);
}

/* 対策室の設置: from now on power is reached by hq@x.example. */
static void
the_contact_of_an_arrangement_is_told_in_place_of_others(void **state)
{
	static const char *sectors[] = {"power"};
	static struct nrs_contact contact = {"連絡", "mail", "hq@x.example"};
	static struct nrs_contact_arrangement change = {
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "hq",
	    .hq_name = "対策室",
	    .sectors = sectors,
	    .n_sectors = 1,
	    .contacts = &contact,
	    .n_contacts = 1,
	    .policy = NRS_POLICY_REPLACE};
	struct nrs_content *content = stage_content(&stage, "c-1");
	int mails;

	(void)state;
	change.effective_until = nrs_wall_ms() + 24 * STAGE_HOUR_MS;
	content->item_type = NRS_ITEM_C1;
	content->contact_change = &change;
	release(content, false);
	(void)wait_mail("c-1", ALERT, DELIVERED);
	mails = mails_to("first@x.example");
	release_by("hq", slow_content_of("n-5"), true);
	acknowledge("n-5", "@hq");
	assert_int_equal(mails_to("hq@x.example"), 1);
	assert_string_equal(wait_for((struct wanted){"n-5", "op", ALERT, MAIL,
	                                 CANCELLED, NULL, 0, true})
	                        ->detail,
	    "acknowledged");
	assert_string_equal(
	    wait_mail("n-5", REMINDER, CANCELLED)->detail, "not told");
	assert_int_equal(mails_to("first@x.example"), mails);
}

/* Also to a planner that was not there when it was set up. */
static void
what_it_does_not_acknowledge_goes_to_them_after_all(void **state)
{
	const struct nrs_receipt *told;

	(void)state;
	stage_stop(&successor);
	start(&first, 2000);
	release_by("hq", stage_content(&stage, "n-6"), true);
	(void)wait_for((struct wanted){
	    "n-6", "@hq", ALERT, MAIL, DELIVERED, NULL, 0, false});
	told = wait_for((struct wanted){
	    "n-6", "op", ALERT, MAIL, DELIVERED, NULL, 0, true});
	assert_true(told->at - told->accepted_at >= 2000);
	(void)wait_for((struct wanted){
	    "n-6", "cep", ALERT, TOPIC, DELIVERED, NULL, 0, true});
	/* and from then on they are asked like others */
	assert_true(wait_mail("n-6", REMINDER, DELIVERED)->at >= told->at);
	(void)wait_mail("n-6", ESCALATION, DELIVERED);
	wait_record("n-6", "op");
	wait_record("n-6", "cep");
}

static void
who_was_not_told_hears_of_no_retraction(void **state)
{
	int mails = mails_to("first@x.example");

	(void)state;
	release_by("hq", slow_content_of("n-7"), true);
	(void)wait_for((struct wanted){
	    "n-7", "@hq", ALERT, MAIL, DELIVERED, NULL, 0, false});
	release_by("hq", retraction_of("n-7"), false);
	/* the contact was told, and is told of this */
	(void)wait_for((struct wanted){
	    "n-7b", "@hq", ALERT, MAIL, DELIVERED, NULL, 0, false});
	assert_string_equal(wait_for((struct wanted){"n-7b", "op", ALERT, MAIL,
	                                 CANCELLED, NULL, 0, true})
	                        ->detail,
	    "nothing to retract");
	(void)wait_for((struct wanted){
	    "n-7", "op", ALERT, MAIL, CANCELLED, NULL, 0, true});
	assert_int_equal(mails_to("first@x.example"), mails);
	/* who was told by the way of n-6 is */
	release_by("", retraction_of("n-6"), false);
	(void)wait_for((struct wanted){
	    "n-6b", "op", ALERT, MAIL, DELIVERED, NULL, 0, true});
}

static void
a_contact_that_cannot_be_reached_holds_up_nobody(void **state)
{
	const struct nrs_receipt *told;
	struct nrs_content *content = stage_content(&stage, "n-8");

	(void)state;
	content->ack_deadline = content->issued_at + STAGE_HOUR_MS;
	stage.script.rcpt = "550 5.1.1 no such user";
	release_by("hq", content, true);
	(void)wait_for((struct wanted){
	    "n-8", "@hq", ALERT, MAIL, NRS_STATE_FAILED, NULL, 0, false});
	stage.script.rcpt = NULL;
	told = wait_for((struct wanted){
	    "n-8", "cep", ALERT, TOPIC, DELIVERED, NULL, 0, true});
	assert_true(told->at - told->accepted_at < STAGE_HOUR_MS);
	stage_stop(&first);
}

/* ---- the stage ---- */

static int
open_stage(void **state)
{
	static const char *const doors[] = {NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_RECEIPT_ALERT};
	static const char *const single[] = {NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_SUBSCRIPTION, NRS_TOPIC_REJECTED, NULL};
	static const char *const fanned[] = {NRS_TOPIC_DELIVERY_ALERT,
	    NRS_TOPIC_RECEIPT_ALERT, NRS_TOPIC_DELIVERY_DUE,
	    NRS_TOPIC_RECEIPT_DUE, NULL};

	if (stage_open(&stage, state) != 0)
		return -1;
	stage_file(secrets_file,
	    "secrets = ( "
	    "\"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\" );\n");
	stage_topics(single, fanned);
	stage_doors(&stage, doors, 3);
	subscribe("op", NRS_SUBSCRIBER_OPERATOR, silent_channels, &second);
	subscribe("cep", NRS_SUBSCRIBER_CEPTOAR, cep_channels, NULL);
	return 0;
}

static int
close_stage(void **state)
{
	(void)unlink(secrets_file);
	return stage_close(&stage, state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        silence_is_reminded_then_the_second_contact_then_a_record),
	    cmocka_unit_test(a_ceptoar_that_reads_topics_is_asked_too),
	    cmocka_unit_test(who_acknowledges_hears_nothing_more),
	    cmocka_unit_test(nobody_is_reminded_of_what_was_retracted),
	    cmocka_unit_test(
	        whoever_got_it_as_second_contact_hears_that_it_was_wrong),
	    cmocka_unit_test(
	        a_restart_before_the_time_loses_and_repeats_nothing),
	    cmocka_unit_test(
	        the_contact_of_an_arrangement_is_told_in_place_of_others),
	    cmocka_unit_test(
	        what_it_does_not_acknowledge_goes_to_them_after_all),
	    cmocka_unit_test(who_was_not_told_hears_of_no_retraction),
	    cmocka_unit_test(a_contact_that_cannot_be_reached_holds_up_nobody),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_due", tests, open_stage, close_stage);
}
