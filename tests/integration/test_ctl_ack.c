/* SPDX-License-Identifier: Apache-2.0 */
/* noroshictl ack: on the bus, and with a token at a listener. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "noroshi/core/decision.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/token.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/ctl_program.h"
#include "support/door_fixture.h"
#include "support/peer.h"

#define NOTICE "019ab000-0000-7000-8000-00000000000a"
#define PARTITIONS 12

static struct nrs_arena *arena;
static struct peer_script script;
static struct peer *listener;

static void
put_outcome(void)
{
	struct nrs_thread_change thread = {.thread_id = "thread-1",
	    .notice_id = NOTICE,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL};
	const struct nrs_outcome outcome = {.journal_offset = 1000,
	    .submission_id = NOTICE,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .thread_id = "thread-1",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .verdict = NRS_VERDICT_RELEASED,
	    .thread = &thread};

	ctl_program_put(NRS_TOPIC_OUTCOME, 0, NOTICE,
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
}

static struct nrs_bytes
key_of(const char *who, enum nrs_channel_type channel)
{
	uint8_t key[NRS_SHA256_SIZE];

	nrs_sha256(bus_fixture_bytes(
	               nrs_arena_printf(arena, "%s %d", who, (int)channel)),
	    key);
	return nrs_arena_bytes(arena, key, sizeof(key));
}

static void
put_planned(const char *who, enum nrs_channel_type channel)
{
	struct nrs_channel to = {.type = channel, .address = "x"};
	struct nrs_delivery delivery = {.key = key_of(who, channel),
	    .subscriber_id = who,
	    .channel = &to,
	    .kind = NRS_SUBSCRIBER_CEPTOAR};
	const struct nrs_delivery_batch batch = {.notice_id = NOTICE,
	    .thread_id = "thread-1",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_AMBER,
	    .purpose = NRS_PURPOSE_ALERT,
	    .accepted_at = 7,
	    .deliveries = &delivery,
	    .n_deliveries = 1};

	ctl_program_put(NRS_TOPIC_DELIVERY_ALERT,
	    nrs_bus_partition(bus_fixture_bytes(who), PARTITIONS), NOTICE,
	    nrs_wire_encode(arena, NRS_TYPE_DELIVERY_BATCH, &batch));
}

static void
put_subscription(const char *id, enum nrs_subscriber_kind kind)
{
	const struct nrs_subscription s = {.subscriber_id = id,
	    .kind = kind,
	    .organisation = id,
	    .name = id,
	    .max_tlp = NRS_TLP_AMBER,
	    .lang = "en"};
	const struct nrs_submission said = {.submission_id = id,
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, &s)};

	ctl_program_put(NRS_TOPIC_SUBSCRIPTION, 0, id,
	    nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &said));
}

static int
setup(void **state)
{
	if (ctl_program_start(state) != 0)
		return -1;
	arena = nrs_arena_new();
	bus_fixture_topic(NRS_TOPIC_DELIVERY_ALERT, PARTITIONS);
	bus_fixture_topic(NRS_TOPIC_RECEIPT_ALERT, PARTITIONS);
	put_outcome();
	put_planned("bank", NRS_CHANNEL_MAIL);
	put_planned("bank", NRS_CHANNEL_TOPIC);
	put_planned("power", NRS_CHANNEL_TOPIC);
	put_subscription("bank", NRS_SUBSCRIBER_CEPTOAR);
	put_subscription("op", NRS_SUBSCRIBER_OPERATOR);
	listener = peer_http(&script);
	return 0;
}

static int
teardown(void **state)
{
	peer_close(listener);
	nrs_arena_free(arena);
	return ctl_program_stop(state);
}

struct found {
	const struct nrs_receipt *items[16];
	size_t n;
};

static enum nrs_rc
keep(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct found *found = ctx;
	const struct nrs_wire_input in = {.type = NRS_TYPE_RECEIPT,
	    .how = NRS_WIRE_STRICT,
	    .bytes =
	        nrs_arena_bytes(arena, record->value.data, record->value.len)};
	void *receipt;
	enum nrs_rc rc = nrs_wire_decode(arena, &in, &receipt, err);

	assert_true(found->n < 16);
	found->items[found->n++] = receipt;
	return rc;
}

/* Those where the recipient's receipts belong. */
static void
receipts_of(const char *who, struct found *out)
{
	const struct nrs_bus_conf bus = bus_fixture_conf("test");
	const struct nrs_reader_from from = {NRS_TOPIC_RECEIPT_ALERT,
	    nrs_bus_partition(bus_fixture_bytes(who), PARTITIONS),
	    NRS_FROM_START};
	struct nrs_reader *reader;

	out->n = 0;
	assert_int_equal(nrs_reader_open(&bus, &reader, NULL), NRS_OK);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, 20000, keep, out, NULL), NRS_OK);
	nrs_reader_close(reader);
}

/* ---- on the bus ---- */

static void
who_was_not_addressed_cannot_confirm(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program("", "ack " NOTICE " --as other");

	assert_int_equal(ran->code, CTL_REFUSED);
	ctl_program_has(ran->err, "not-addressed");
	ctl_program_has(ran->err, NOTICE " was not addressed to other");
	assert_int_equal(
	    ctl_program("", "ack nothing --as bank")->code, CTL_NOT_FOUND);
}

static void
a_recipient_confirms_every_delivery_with_its_answer(void **state)
{
	const struct ctl_ran *ran = ctl_program("",
	    "--json ack " NOTICE " --as bank --response affected "
	    "--relayed 3/5");
	struct found found;

	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"state\":\"RESPONDED\"");
	ctl_program_has(ran->out, "\"response\":\"AFFECTED\"");
	receipts_of("bank", &found);
	assert_int_equal(found.n, 2);
	for (size_t i = 0; i < found.n; i++) {
		const struct nrs_receipt *r = found.items[i];

		assert_true(
		    nrs_bytes_equal(r->key, key_of("bank", r->channel)));
		assert_int_equal(r->state, NRS_STATE_RESPONDED);
		assert_int_equal(r->response, NRS_RESPONSE_AFFECTED);
		assert_int_equal(r->relayed, 3);
		assert_int_equal(r->relayed_of, 5);
		assert_string_equal(r->thread_id, "thread-1");
		assert_int_equal(r->accepted_at, 7);
		assert_memory_equal(r->by, "ctl:", 4);
	}
	receipts_of("power", &found);
	for (size_t i = 0; i < found.n; i++)
		assert_string_not_equal(found.items[i]->subscriber_id, "power");
}

static void
receipt_alone_is_an_acknowledgement(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program("", "--json ack " NOTICE " --as power");

	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"state\":\"ACKNOWLEDGED\"");
	assert_null(strstr(ran->out, "response"));
}

static void
a_wrong_use_is_told(void **state)
{
	static const char *const wrong[] = {"ack", "ack " NOTICE,
	    "ack " NOTICE " --as a --response maybe",
	    "ack " NOTICE " --as a --relayed 3",
	    "ack " NOTICE " --as a --relayed 6/5",
	    "ack " NOTICE " --as a --relayed -1/5",
	    "ack " NOTICE " --as a --relayed 0/0",
	    "ack " NOTICE " --as a --relayed 1/2x",
	    "ack " NOTICE " --as a --token b", "ack --token abc"};
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (ctl_program("", wrong[i])->code != CTL_USAGE)
			fail_msg("taken: %s", wrong[i]);
}

/* ---- with a token ---- */

static const struct ctl_ran *
with_token(const char *options)
{
	return ctl_program(
	    "", nrs_arena_printf(arena,
	            "--json ack %s --token http://127.0.0.1:%d/ack/TOKEN",
	            options, peer_port(listener)));
}

static void
a_token_confirms_with_one_call(void **state)
{
	const struct ctl_ran *ran =
	    with_token(NOTICE " --response MITIGATED --relayed 1/2");

	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	assert_int_equal(peer_count(listener, "POST /ack/TOKEN HTTP/1.1"), 1);
	assert_int_equal(
	    peer_count(listener, "Content-Type: application/json"), 1);
	assert_int_equal(
	    peer_count(listener,
	        "{\"notice_id\":\"" NOTICE "\",\"response\":\"MITIGATED\","
	        "\"relayed\":1,\"relayed_of\":2}"),
	    1);
}

static void
a_token_can_be_kept_out_of_the_list_of_processes(void **state)
{
	const char *line = nrs_arena_printf(
	    arena, "http://127.0.0.1:%d/ack/SECRET\n", peer_port(listener));

	assert_int_equal(ctl_program(line, "ack --token -")->code, CTL_DONE);
	assert_int_equal(peer_count(listener, "POST /ack/SECRET HTTP"), 1);
}

static void
a_refusal_and_a_silence_have_exit_codes_of_their_own(void **state)
{
	script.http = "HTTP/1.1 404 no\r\nContent-Length: 0";
	assert_int_equal(with_token("")->code, CTL_REFUSED);
	script.http = "HTTP/1.1 410 no\r\nContent-Length: 0";
	assert_int_equal(with_token("")->code, CTL_REFUSED);
	script.http = "HTTP/1.1 503 no\r\nContent-Length: 0";
	assert_int_equal(with_token("")->code, CTL_UNKNOWN);
	script.http = NULL;
}

/* ---- the link of a reader of topics ---- */

#define SECRET "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define LINK "-X ack=https://ack.example.jp -X ack_secrets="

static void
a_ceptoar_gets_a_link_for_whatever_it_is_sent(void **state)
{
	const char *file = door_path("secrets");
	struct nrs_token_keys keys;
	struct nrs_token_want want = {&keys, NRS_MODE_ACTUAL, 0};
	const struct ctl_ran *ran;
	struct nrs_token token;
	const char *at;

	door_write("secrets", "secrets = ( \"" SECRET "\" );");
	assert_int_equal(chmod(file, 0600), 0);
	ran = ctl_program("", nrs_arena_printf(arena,
	                          "--json " LINK "%s link bank --until "
	                          "2030-01-01T00:00:00Z",
	                          file));
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "\"until\":\"2030-01-01T");
	at = strstr(ran->out, "https://ack.example.jp/ack/");
	assert_non_null(at);
	at += strlen("https://ack.example.jp/ack/");
	assert_int_equal(nrs_token_keys_load(file, &keys, NULL), NRS_OK);
	assert_int_equal(
	    nrs_token_open(arena, &want,
	        nrs_arena_strndup(arena, at, strcspn(at, "\"")), &token, NULL),
	    NRS_OK);
	assert_int_equal(token.use, NRS_TOKEN_READER);
	assert_string_equal(token.subscriber_id, "bank");
	assert_int_equal(token.kind, NRS_SUBSCRIBER_CEPTOAR);
	assert_int_equal(token.expires_at, INT64_C(1893456000000));
	assert_true(token.english);
}

static void
nobody_else_gets_one(void **state)
{
	const char *file = door_path("secrets");

	assert_int_equal(
	    ctl_program("", nrs_arena_printf(arena, LINK "%s link op", file))
	        ->code,
	    CTL_REFUSED);
	assert_int_equal(
	    ctl_program("", nrs_arena_printf(arena, LINK "%s link none", file))
	        ->code,
	    CTL_NOT_FOUND);
	assert_int_equal(ctl_program("", "link bank")->code, CTL_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_was_not_addressed_cannot_confirm),
	    cmocka_unit_test(
	        a_recipient_confirms_every_delivery_with_its_answer),
	    cmocka_unit_test(receipt_alone_is_an_acknowledgement),
	    cmocka_unit_test(a_wrong_use_is_told),
	    cmocka_unit_test(a_token_confirms_with_one_call),
	    cmocka_unit_test(a_token_can_be_kept_out_of_the_list_of_processes),
	    cmocka_unit_test(
	        a_refusal_and_a_silence_have_exit_codes_of_their_own),
	    cmocka_unit_test(a_ceptoar_gets_a_link_for_whatever_it_is_sent),
	    cmocka_unit_test(nobody_else_gets_one),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
