/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dispatcher's four lanes on the mock cluster: issues of the newsletter to
 * a relay and an endpoint of ours, and an alert beside them.
 *
 * long: one story on one stage; starting a group costs seconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dispatcher/dispatcher.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/copier.h"
#include "support/issue.h"
#include "support/peer.h"
#include "support/signed.h"

#define WAIT_MS 40000
#define PARTITIONS 3
#define LANES 4
#define HOUR_MS (60 * 60 * 1000)
#define BACKLOG 40

static struct nrs_arena *arena;
static struct nrs_key *key;
static char sectors_file[] = "/tmp/noroshi-sectors-XXXXXX";
static char keys_file[] = "/tmp/noroshi-keys-XXXXXX";
static char smtp_url[64], hook_url[64];
static const char *loopback[] = {"127.0.0.0/8"};
static struct peer_script script;
static struct peer *relay, *endpoint;
static struct nrs_reader *reader;
static struct nrs_producer *door;

/* ---- the dispatcher ---- */

static struct nrs_service_ctx ctx;
static struct dispatcher_conf conf;
static void *self;
static pthread_t threads[LANES];

static void *
run_lane(void *arg)
{
	const struct nrs_lane *lane = arg;
	struct nrs_err err = {0};

	if (lane->run(self, &ctx, lane, &err) != NRS_OK) {
		(void)fprintf(stderr, "%s: %s\n", lane->name, err.text);
		abort();
	}
	return NULL;
}

static void
start(void)
{
	const struct nrs_service *service = dispatcher_service();
	static struct nrs_lane lanes[LANES];
	struct nrs_err err = {0};
	size_t i;

	ctx.stop = nrs_stop_new();
	(void)pthread_mutex_init(&ctx.lock, NULL);
	conf = (struct dispatcher_conf){
	    .common.bus = bus_fixture_conf(""),
	    .sectors = sectors_file,
	    .keys = keys_file,
	    .verify = true,
	    .transfer = {.smtp_url = smtp_url,
	        .smtp_user = "",
	        .smtp_password = "",
	        .helo = "noroshi.example",
	        .mail_from = "desk@noroshi.example",
	        .ca_file = "",
	        .connect_timeout_ms = 5000,
	        .mail_timeout_ms = 4000,
	        .webhook_timeout_ms = 5000,
	        .max_mail = 4,
	        .max_webhook = 4,
	        .webhook_allow = {loopback, 1}},
	    .from_name = "",
	    .domain = "",
	    .sender = "",
	    .desk = "",
	    .max_batch = 100,
	    .max_open = 1000,
	    .retry_min_ms = 200,
	    .retry_max_ms = 400,
	    .give_up_ms = 72 * HOUR_MS,
	    .answer_timeout_ms = 10000,
	    .newsletter = {.max_mail = 2,
	        .max_webhook = 2,
	        .give_up_ms = 120 * HOUR_MS,
	        .unsubscribe_url = "https://portal.example/leave?id="},
	};
	assert_int_equal(service->open(&ctx, &conf, &self, &err), NRS_OK);
	assert_true(service->n_lanes >= LANES);
	for (i = 0; i < LANES; i++) {
		lanes[i] = service->lanes[i];
		assert_int_equal(
		    pthread_create(&threads[i], NULL, run_lane, &lanes[i]), 0);
	}
}

static void
stop(void)
{
	size_t i;

	nrs_stop_ask(ctx.stop);
	for (i = 0; i < LANES; i++)
		(void)pthread_join(threads[i], NULL);
	dispatcher_service()->close(self);
	nrs_stop_free(ctx.stop);
	(void)pthread_mutex_destroy(&ctx.lock);
}

/* ---- what goes in ---- */

static void
put(const char *topic, const char *id, struct nrs_bytes value)
{
	const struct nrs_outgoing out = {
	    .topic = topic, .key = bus_fixture_bytes(id), .value = value};

	assert_int_equal(
	    nrs_producer_send_wait(door, &out, WAIT_MS, NULL, NULL), NRS_OK);
}

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
subscribe(const struct nrs_subscription *sub)
{
	const struct nrs_submission submission = {.submission_id = "s",
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, sub)};

	put(NRS_TOPIC_SUBSCRIPTION, sub->subscriber_id,
	    nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &submission));
}

static void
subscribe_all(void)
{
	static struct nrs_channel channels[] = {
	    {NRS_CHANNEL_MAIL, "green@x.example"},
	    {NRS_CHANNEL_MAIL, "amber@x.example"},
	    {NRS_CHANNEL_WEBHOOK, hook_url}, {NRS_CHANNEL_TOPIC, ""},
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
		subscribe(&subs[i]);
}

static struct issue made;

static void
sign_items(void)
{
	uint8_t hash[NRS_SHA256_SIZE];
	size_t i;

	for (i = 0; i < made.letter.n_items; i++) {
		const struct nrs_submission *said;

		if (made.contents[i] == NULL)
			continue;
		said = signed_notice(
		    arena, key, &made.said[i], signed_addressing(arena));
		nrs_sha256(said->addressing, hash);
		made.alerts[i] = (struct nrs_alert){.payload = said->payload,
		    .addressing_sha256 =
		        nrs_arena_bytes(arena, hash, sizeof(hash)),
		    .signatures = said->signatures,
		    .n_signatures = said->n_signatures,
		    .submission_id = said->submission_id,
		    .mode = said->mode};
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
	made.letter.from = made.letter.to - HOUR_MS;
	put(NRS_TOPIC_DISPATCH_NEWSLETTER, id,
	    nrs_wire_encode(arena, NRS_TYPE_DISPATCH, &dispatch));
}

static void
alert_goes_out(const char *id)
{
	static struct nrs_classification copy = {.sector = "power",
	    .ceptoar = "",
	    .route_rule = "",
	    .arrangement_id = ""};
	struct nrs_content *content = signed_content(arena);
	const struct nrs_submission *said;
	struct nrs_dispatch dispatch;

	content->notice_id = content->thread_id = id;
	content->issued_at = nrs_wall_ms();
	content->valid_until = content->issued_at + 24 * HOUR_MS;
	said = signed_notice(arena, key, content, signed_addressing(arena));
	dispatch = (struct nrs_dispatch){.payload = said->payload,
	    .addressing = said->addressing,
	    .signatures = said->signatures,
	    .n_signatures = said->n_signatures,
	    .copies = &copy,
	    .n_copies = 1,
	    .accepted_at = nrs_wall_ms(),
	    .submission_id = said->submission_id,
	    .mode = said->mode};
	put(NRS_TOPIC_DISPATCH_ALERT, id,
	    nrs_wire_encode(arena, NRS_TYPE_DISPATCH, &dispatch));
}

/* ---- what comes out ---- */

struct found {
	enum nrs_message_type type;
	void *items[1024];
	size_t n;
};

static enum nrs_rc
keep(void *opaque, const struct nrs_record *record, struct nrs_err *err)
{
	struct found *found = opaque;
	const struct nrs_wire_input in = {.type = found->type,
	    .how = NRS_WIRE_STRICT,
	    .bytes =
	        nrs_arena_bytes(arena, record->value.data, record->value.len)};

	assert_true(found->n < 1024);
	return nrs_wire_decode(arena, &in, &found->items[found->n++], err);
}

static void
read_topic(const char *topic, int partitions, struct found *found)
{
	struct nrs_reader_from from[PARTITIONS];
	int i;

	for (i = 0; i < partitions; i++)
		from[i] = (struct nrs_reader_from){topic, i, NRS_FROM_START};
	found->n = 0;
	assert_int_equal(
	    nrs_reader_assign(reader, from, (size_t)partitions, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, WAIT_MS, keep, found, NULL), NRS_OK);
}

static struct found receipts = {.type = NRS_TYPE_RECEIPT};

/* subscriber "*": of any. */
static size_t
count(const char *topic, const char *id, const char *subscriber,
    enum nrs_delivery_state state)
{
	const struct nrs_receipt *r;
	size_t i, n = 0;

	read_topic(topic, PARTITIONS, &receipts);
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
		if (nrs_mono_since_ms(since) > WAIT_MS)
			fail_msg("%s: %zu receipts of state %d, not %zu", id,
			    count(topic, id, "*", state), (int)state, n);
}

/* The first mail to this address, or fail. */
static const char *
mail_to(const char *address)
{
	char *bytes = peer_bytes(relay);
	const char *at =
	    strstr(bytes, nrs_arena_printf(arena, "To: <%s>", address));
	const char *end = at == NULL ? NULL : strstr(at, "\r\n.\r\n");
	const char *out = "";

	if (end != NULL)
		out = nrs_arena_strndup(arena, at, (size_t)(end - at));
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
	    nrs_base64_decode(arena, nrs_buf_str(&lines), &text, NULL), NRS_OK);
	nrs_buf_fini(&lines);
	return nrs_arena_strndup(arena, (const char *)text.data, text.len);
}

/* ---- facts ---- */

static void
an_issue_reaches_each_reader_in_its_edition(void **state)
{
	const char *green, *amber;

	(void)state;
	put(NRS_TOPIC_DISPATCH_NEWSLETTER, "p", bus_fixture_bytes("\xff no"));
	issue_goes_out("weekly/1/power");
	wait_for(NEWS, "weekly/1/power", NRS_STATE_DELIVERED, 4);
	assert_int_equal(peer_count(relay, "RCPT TO:"), 2);
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
	assert_int_equal(peer_count(endpoint, "noroshi.newsletter"), 1);
}

/* So that the auditor misses an edition of which it sees nothing. */
static void
the_records_of_all_editions_are_numbered_through(void **state)
{
	static struct found found = {.type = NRS_TYPE_DELIVERY_BATCH};
	const struct nrs_delivery_batch *b;
	unsigned labels = 0, chunks = 0;
	size_t i;

	(void)state;
	read_topic(NRS_TOPIC_DELIVERY_NEWSLETTER, PARTITIONS, &found);
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
	static struct found found = {.type = NRS_TYPE_REJECTION};

	(void)state;
	read_topic(NRS_TOPIC_REJECTED, 1, &found);
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
	assert_int_equal(peer_count(relay, "RCPT TO:"), 4);
}

static void
wait_for_dots(int n)
{
	struct nrs_mono since = nrs_mono_now();

	while (peer_count(relay, "\r\n.\r\n") < n)
		assert_true(nrs_mono_since_ms(since) < WAIT_MS);
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
		id = nrs_arena_printf(arena, "r%zu", i);
		channels[i] = (struct nrs_channel){NRS_CHANNEL_MAIL,
		    nrs_arena_printf(arena, "%s@x.example", id)};
		sub = subscriber(id, NRS_TLP_GREEN, "ja", &channels[i]);
		subscribe(&sub);
	}
	script.dot = PEER_HANG;
	dots = peer_count(relay, "\r\n.\r\n");
	issue_goes_out("weekly/3/power");
	wait_for_dots(dots + 2);
	script.dot = NULL;
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

static void
write_file(char *file, const char *text)
{
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "%s", text), (int)strlen(text));
	assert_int_equal(close(fd), 0);
}

static void
write_files(void)
{
	const struct nrs_bytes public = {
	    nrs_key_public(key), NRS_PUBLIC_KEY_SIZE};

	write_file(sectors_file,
	    "sectors = ("
	    "{code=\"finance\"; since=2007; ja=\"金融\"; en=\"Finance\";},"
	    "{code=\"power\"; since=2007; ja=\"電力\"; en=\"Power\";});"
	    "ceptoars = ();\n");
	write_file(keys_file,
	    nrs_arena_printf(arena,
	        "keys = ({ id = \"%s\"; public = \"%s\"; "
	        "principal = \"desk-1\"; modes = [\"ACTUAL\"]; });\n",
	        nrs_key_id(key), nrs_base64(arena, public)));
}

static void
make_topics(void)
{
	bus_fixture_topic(NRS_TOPIC_DISPATCH_ALERT, 1);
	bus_fixture_topic(NRS_TOPIC_DISPATCH_NEWSLETTER, 1);
	bus_fixture_topic(NRS_TOPIC_SUBSCRIPTION, 1);
	bus_fixture_topic(NRS_TOPIC_REJECTED, 1);
	bus_fixture_topic(NRS_TOPIC_DELIVERY_ALERT, PARTITIONS);
	bus_fixture_topic(NRS_TOPIC_RECEIPT_ALERT, PARTITIONS);
	bus_fixture_topic(NRS_TOPIC_DELIVERY_NEWSLETTER, PARTITIONS);
	bus_fixture_topic(NRS_TOPIC_RECEIPT_NEWSLETTER, PARTITIONS);
	bus_fixture_topic(NRS_TOPIC_DELIVERY_DUE, PARTITIONS);
}

static int
open_stage(void **state)
{
	static const char *const doors[] = {NRS_TOPIC_DISPATCH_ALERT,
	    NRS_TOPIC_DISPATCH_NEWSLETTER, NRS_TOPIC_SUBSCRIPTION};
	struct nrs_bus_conf bus;

	arena = nrs_arena_new();
	assert_int_equal(nrs_key_new(&key, NULL), NRS_OK);
	write_files();
	relay = peer_smtp(&script);
	endpoint = peer_http(&script);
	(void)snprintf(smtp_url, sizeof(smtp_url), "smtp://127.0.0.1:%d",
	    peer_port(relay));
	(void)snprintf(hook_url, sizeof(hook_url), "http://127.0.0.1:%d/h",
	    peer_port(endpoint));
	if (bus_fixture_start(state) != 0)
		return -1;
	make_topics();
	bus = bus_fixture_conf("door");
	assert_int_equal(nrs_reader_open(&bus, &reader, NULL), NRS_OK);
	if (nrs_producer_open(&bus, doors, 3, &door, NULL) != NRS_OK)
		return -1;
	issue_make(&made, "ja");
	sign_items();
	subscribe_all();
	start();
	return 0;
}

static int
close_stage(void **state)
{
	stop();
	nrs_producer_close(door);
	nrs_reader_close(reader);
	nrs_key_free(key);
	peer_close(relay);
	peer_close(endpoint);
	nrs_arena_free(arena);
	(void)unlink(sectors_file);
	(void)unlink(keys_file);
	return bus_fixture_stop(state);
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
