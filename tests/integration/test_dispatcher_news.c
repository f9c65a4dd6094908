/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dispatcher's four lanes on the mock cluster: issues of the newsletter to
 * a relay and an endpoint of ours, and an alert beside them.
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
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/issue.h"
#include "support/stage.h"

#define BACKLOG 40

static struct stage stage;

/* ---- the dispatcher ---- */

static struct stage_member member;

static void
start(void)
{
	static const char *const lanes[] = {"planner-alert", "sender-alert",
	    "planner-newsletter", "sender-newsletter"};
	struct dispatcher_conf conf = stage_conf(&stage);

	conf.transfer.mail_timeout_ms = 4000;
	conf.newsletter.max_mail = 2;
	conf.newsletter.max_webhook = 2;
	conf.newsletter.give_up_ms = 120 * STAGE_HOUR_MS;
	conf.newsletter.unsubscribe_url = "https://portal.example/leave?id=";
	stage_start(&member, &conf, lanes, 4);
}

/* ---- what goes in ---- */

static const char *sectors[] = {"power", "finance"};

static struct nrs_subscription
subscriber(const char *id, enum nrs_tlp max_tlp, const char *lang,
    struct nrs_channel *channel)
{
	return (struct nrs_subscription){.subscriber_id = id,
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = id,
	    .name = id,
	    .lang = lang,
	    .sectors = sectors,
	    .n_sectors = 1,
	    .channels = channel,
	    .n_channels = 1,
	    .max_tlp = max_tlp};
}

static void
subscribe_all(void)
{
	static struct nrs_channel channels[] = {
	    {NRS_CHANNEL_MAIL, "green@x.example"},
	    {NRS_CHANNEL_MAIL, "amber@x.example"},
	    {NRS_CHANNEL_WEBHOOK, stage.hook_url}, {NRS_CHANNEL_TOPIC, ""},
	    {NRS_CHANNEL_MAIL, "off@x.example"},
	    {NRS_CHANNEL_MAIL, "finance@x.example"}};
	struct nrs_subscription subs[] = {
	    subscriber("green", NRS_TLP_GREEN, "ja", &channels[0]),
	    subscriber("amber", NRS_TLP_AMBER, "en", &channels[1]),
	    subscriber("hook", NRS_TLP_AMBER, "ja", &channels[2]),
	    subscriber("cep", NRS_TLP_AMBER, "ja", &channels[3]),
	    subscriber("off", NRS_TLP_AMBER, "ja", &channels[4]),
	    subscriber("finance", NRS_TLP_AMBER, "ja", &channels[5])};
	size_t i;

	subs[4].digest_off = true;
	subs[5].sectors = &sectors[1];
	for (i = 0; i < sizeof(subs) / sizeof(subs[0]); i++)
		stage_subscribe(&stage, &subs[i]);
}

static struct issue made;

static void
sign_items(void)
{
	const struct nrs_submission *said;
	size_t i;

	for (i = 0; i < made.letter.n_items; i++) {
		if (made.contents[i] == NULL)
			continue;
		said = signed_notice(stage.arena, stage.key, &made.said[i],
		    signed_addressing(stage.arena));
		made.alerts[i] = *signed_alert(stage.arena, said);
	}
}

static void
issue_goes_out(const char *id)
{
	const struct nrs_dispatch dispatch = {.newsletter = &made.letter,
	    .mode = NRS_MODE_ACTUAL,
	    .accepted_at = nrs_wall_ms(),
	    .submission_id = "cut-off"};

	made.letter.issue_id = id;
	made.letter.to = dispatch.accepted_at;
	made.letter.from = made.letter.to - STAGE_HOUR_MS;
	stage_put(&stage, NRS_TOPIC_DISPATCH_NEWSLETTER, -1, id,
	    nrs_wire_encode(stage.arena, NRS_TYPE_DISPATCH, &dispatch));
}

static void
alert_goes_out(const char *id)
{
	static struct nrs_classification copy = {.sector = "power",
	    .ceptoar = "",
	    .route_rule = "",
	    .arrangement_id = ""};
	const struct nrs_dispatch dispatch = stage_dispatch(
	    &stage, stage_content(&stage, id), stage.key, &copy, 1);

	stage_put(&stage, NRS_TOPIC_DISPATCH_ALERT, -1, id,
	    nrs_wire_encode(stage.arena, NRS_TYPE_DISPATCH, &dispatch));
}

/* ---- what comes out ---- */

static struct stage_found receipts = {.type = NRS_TYPE_RECEIPT};

/* subscriber "*": of any. */
static size_t
count(const char *topic, const char *id, const char *subscriber,
    enum nrs_delivery_state state)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	stage_read(&stage, topic, STAGE_PARTITIONS, &receipts);
	for (i = 0; i < receipts.n; i++) {
		r = receipts.items[i];
		n += strcmp(r->notice_id, id) == 0 && r->state == state &&
		     (subscriber[0] == '*' ||
		         strcmp(r->subscriber_id, subscriber) == 0);
	}
	return n;
}

#define NEWS NRS_TOPIC_RECEIPT_NEWSLETTER
#define ALERT NRS_TOPIC_RECEIPT_ALERT

static void
wait_for(
    const char *topic, const char *id, enum nrs_delivery_state state, size_t n)
{
	struct nrs_mono since = nrs_mono_now();

	while (count(topic, id, "*", state) < n)
		if (nrs_mono_since_ms(since) > STAGE_WAIT_MS)
			fail_msg("%s: %zu receipts of state %d, not %zu", id,
			    count(topic, id, "*", state), (int)state, n);
}

/* The first mail to this address, or fail. */
static const char *
mail_to(const char *address)
{
	char *bytes = peer_bytes(stage.relay);
	const char *at =
	    strstr(bytes, nrs_arena_printf(stage.arena, "To: <%s>", address));
	const char *end = at == NULL ? NULL : strstr(at, "\r\n.\r\n");
	const char *out = "";

	if (end != NULL)
		out = nrs_arena_strndup(stage.arena, at, (size_t)(end - at));
	free(bytes);
	assert_true(out[0] != '\0');
	return out;
}

static const char *
text_of(const char *mail)
{
	struct nrs_buf lines = {0};
	struct nrs_bytes text;
	const char *at = strstr(mail, "text/plain");

	assert_non_null(at);
	at = strstr(at, "\r\n\r\n");
	assert_non_null(at);
	for (at += 4; *at != '-' && *at != '\0'; at++)
		if (*at != '\r' && *at != '\n')
			nrs_buf_addc(&lines, *at);
	assert_int_equal(
	    nrs_base64_decode(stage.arena, nrs_buf_str(&lines), &text, NULL),
	    NRS_OK);
	nrs_buf_fini(&lines);
	return nrs_arena_strndup(
	    stage.arena, (const char *)text.data, text.len);
}

/* ---- facts ---- */

static void
an_issue_reaches_each_reader_in_its_edition(void **state)
{
	const char *green, *amber;

	(void)state;
	stage_put(&stage, NRS_TOPIC_DISPATCH_NEWSLETTER, -1, "p",
	    bus_fixture_bytes("\xff no"));
	issue_goes_out("weekly/1/power");
	wait_for(NEWS, "weekly/1/power", NRS_STATE_DELIVERED, 4);
	assert_int_equal(peer_count(stage.relay, "RCPT TO:"), 2);
	green = mail_to("green@x.example");
	amber = mail_to("amber@x.example");
	assert_non_null(strstr(green, "X-Noroshi-TLP: TLP:GREEN"));
	assert_non_null(strstr(amber, "X-Noroshi-TLP: TLP:AMBER"));
	assert_non_null(strstr(green, "List-Unsubscribe: <https://portal."));
	assert_non_null(strstr(text_of(green), "第12号"));
	assert_non_null(strstr(text_of(green), "遠隔保守の入口"));
	assert_null(strstr(text_of(green), "TLP:AMBER"));
	assert_null(strstr(text_of(green), "監視装置"));
	assert_non_null(strstr(text_of(amber), "No. 12"));
	assert_non_null(strstr(text_of(amber), "監視装置"));
	assert_null(strstr(text_of(amber), "must never"));
	assert_int_equal(peer_count(stage.endpoint, "noroshi.newsletter"), 1);
}

/* So that the auditor misses an edition of which it sees nothing. */
static void
the_records_of_all_editions_are_numbered_through(void **state)
{
	static struct stage_found found = {.type = NRS_TYPE_DELIVERY_BATCH};
	const struct nrs_delivery_batch *b;
	unsigned labels = 0, chunks = 0;
	size_t i;

	(void)state;
	stage_read(
	    &stage, NRS_TOPIC_DELIVERY_NEWSLETTER, STAGE_PARTITIONS, &found);
	assert_true(found.n > 1 && found.n < 32);
	for (i = 0; i < found.n; i++) {
		b = found.items[i];
		labels |= 1U << (unsigned)b->tlp;
		chunks |= 1U << b->chunk;
		assert_int_equal(b->n_chunks, found.n);
	}
	assert_int_equal(chunks, (1U << found.n) - 1);
	assert_true((labels & 1U << NRS_TLP_GREEN) != 0);
	assert_true((labels & 1U << NRS_TLP_AMBER) != 0);
}

static void
an_intent_is_on_record_for_each_transfer(void **state)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	(void)state;
	assert_int_equal(
	    count(NEWS, "weekly/1/power", "*", NRS_STATE_INTENT), 3);
	for (i = 0; i < receipts.n; i++) {
		r = receipts.items[i];
		n += r->state == NRS_STATE_INTENT &&
		     r->purpose == NRS_PURPOSE_NEWSLETTER &&
		     r->body_sha256.len == NRS_SHA256_SIZE && !r->repeat;
	}
	assert_int_equal(n, 3);
	assert_int_equal(
	    count(ALERT, "weekly/1/power", "*", NRS_STATE_INTENT), 0);
}

static void
poison_ends_in_rejected(void **state)
{
	static struct stage_found found = {.type = NRS_TYPE_REJECTION};

	(void)state;
	stage_read(&stage, NRS_TOPIC_REJECTED, 1, &found);
	assert_int_equal(found.n, 1);
	assert_string_equal(
	    ((const struct nrs_rejection *)found.items[0])->topic,
	    NRS_TOPIC_DISPATCH_NEWSLETTER);
}

static void
an_issue_that_comes_twice_goes_once(void **state)
{
	(void)state;
	issue_goes_out("weekly/1/power");
	issue_goes_out("weekly/2/power");
	wait_for(NEWS, "weekly/2/power", NRS_STATE_DELIVERED, 4);
	assert_int_equal(
	    count(NEWS, "weekly/1/power", "*", NRS_STATE_DELIVERED), 4);
	assert_int_equal(peer_count(stage.relay, "RCPT TO:"), 4);
}

static void
wait_for_dots(int n)
{
	struct nrs_mono since = nrs_mono_now();

	while (peer_count(stage.relay, "\r\n.\r\n") < n)
		assert_true(nrs_mono_since_ms(since) < STAGE_WAIT_MS);
}

/* Invariant 4, with newsletters that hang on every connection they may have. */
static void
an_alert_overtakes_a_backlog_of_newsletters(void **state)
{
	static struct nrs_channel channels[BACKLOG];
	struct nrs_subscription sub;
	const char *id;
	size_t i;
	int dots;

	(void)state;
	for (i = 0; i < BACKLOG; i++) {
		id = nrs_arena_printf(stage.arena, "r%zu", i);
		channels[i] = (struct nrs_channel){NRS_CHANNEL_MAIL,
		    nrs_arena_printf(stage.arena, "%s@x.example", id)};
		sub = subscriber(id, NRS_TLP_GREEN, "ja", &channels[i]);
		stage_subscribe(&stage, &sub);
	}
	stage.script.dot = PEER_HANG;
	dots = peer_count(stage.relay, "\r\n.\r\n");
	issue_goes_out("weekly/3/power");
	wait_for_dots(dots + 2);
	stage.script.dot = NULL;
	/* AMBER: one mail and one webhook, and the topic */
	alert_goes_out("0190f5a0-7c00-7000-8000-0000000000a1");
	wait_for(ALERT, "0190f5a0-7c00-7000-8000-0000000000a1",
	    NRS_STATE_DELIVERED, 4);
	assert_true(
	    count(NEWS, "weekly/3/power", "*", NRS_STATE_DELIVERED) < BACKLOG);
	/* and none of them is lost */
	wait_for(NEWS, "weekly/3/power", NRS_STATE_DELIVERED, BACKLOG + 4);
}

/* ---- the stage ---- */

static int
open_stage(void **state)
{
	static const char *const doors[] = {NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_DISPATCH_NEWSLETTER, NRS_TOPIC_SUBSCRIPTION};
	static const char *const single[] = {NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_DISPATCH_NEWSLETTER, NRS_TOPIC_SUBSCRIPTION,
	    NRS_TOPIC_REJECTED, NULL};
	static const char *const fanned[] = {NRS_TOPIC_DELIVERY_ALERT,
	    NRS_TOPIC_RECEIPT_ALERT, NRS_TOPIC_DELIVERY_NEWSLETTER,
	    NRS_TOPIC_RECEIPT_NEWSLETTER, NRS_TOPIC_DELIVERY_DUE, NULL};

	if (stage_open(&stage, state) != 0)
		return -1;
	stage_topics(single, fanned);
	stage_doors(&stage, doors, 3);
	issue_make(&made, "ja");
	sign_items();
	subscribe_all();
	start();
	return 0;
}

static int
close_stage(void **state)
{
	stage_stop(&member);
	return stage_close(&stage, state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_issue_reaches_each_reader_in_its_edition),
	    cmocka_unit_test(the_records_of_all_editions_are_numbered_through),
	    cmocka_unit_test(an_intent_is_on_record_for_each_transfer),
	    cmocka_unit_test(poison_ends_in_rejected),
	    cmocka_unit_test(an_issue_that_comes_twice_goes_once),
	    cmocka_unit_test(an_alert_overtakes_a_backlog_of_newsletters),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_news", tests, open_stage, close_stage);
}
