/* SPDX-License-Identifier: Apache-2.0 */
/* long: what lies on the bus, and every command that reads it. */
/* noroshictl over deliveries and receipts that lie on the bus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/ctl_program.h"
#include "support/door_fixture.h"

#define T0 INT64_C(1795480496000)
#define WATCH_MS 30000
#define NOTICE "019ab000-0000-7000-8000-00000000000a"

static struct nrs_arena *arena;

/* ---- what lies on the bus ---- */

static void
put_subscription(const char *id, enum nrs_subscriber_kind kind,
    const char *sector, const char *ceptoar)
{
	struct nrs_channel mail = {.type = NRS_CHANNEL_MAIL,
	    .address = nrs_arena_printf(arena, "%s@example.jp", id)};
	const struct nrs_subscription s = {.subscriber_id = id,
	    .kind = kind,
	    .organisation = id,
	    .name = id,
	    .sectors = &sector,
	    .n_sectors = 1,
	    .ceptoars = &ceptoar,
	    .n_ceptoars = ceptoar == NULL ? 0 : 1,
	    .max_tlp = NRS_TLP_AMBER,
	    .lang = "ja",
	    .channels = &mail,
	    .n_channels = 1,
	    .updated_at = T0};
	const struct nrs_submission said = {.submission_id = id,
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, &s),
	    .accepted_at = T0};

	ctl_program_put(NRS_TOPIC_SUBSCRIPTION, 0, id,
	    nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &said));
}

/* Of a drill when exercise_id is not empty: on the drill's topic then. */
static void
put_outcome_of(const char *id, int64_t valid_until, const char *exercise_id)
{
	static enum nrs_route routes[] = {NRS_ROUTE_REALTIME};
	static struct nrs_classification copies[] = {
	    {.sector = "finance", .routes = routes, .n_routes = 1},
	    {.sector = "power", .routes = routes, .n_routes = 1}};
	struct nrs_thread_change thread = {.thread_id = id,
	    .notice_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL,
	    .valid_until = valid_until,
	    .exercise_id = exercise_id};
	const struct nrs_outcome outcome = {.journal_offset = 1000,
	    .submission_id = id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .thread_id = id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .verdict = NRS_VERDICT_RELEASED,
	    .accepted_at = T0,
	    .decided_at = T0,
	    .copies = copies,
	    .n_copies = 2,
	    .thread = &thread};

	ctl_program_put(
	    exercise_id[0] == '\0' ? NRS_TOPIC_OUTCOME : "drill.outcome", 0, id,
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
}

static void
put_outcome(const char *id, int64_t valid_until)
{
	put_outcome_of(id, valid_until, "");
}

struct planned {
	const char *id, *who;
	enum nrs_subscriber_kind kind;
	enum nrs_delivery_purpose purpose;
};

static struct nrs_bytes
key_of(const char *id, const char *who, enum nrs_delivery_purpose purpose)
{
	uint8_t key[NRS_SHA256_SIZE];
	const char *text =
	    nrs_arena_printf(arena, "%s %s %d", id, who, (int)purpose);

	nrs_sha256(bus_fixture_bytes(text), key);
	return nrs_arena_bytes(arena, key, sizeof(key));
}

static void
put_planned(struct planned p)
{
	struct nrs_part part = {
	    .data = bus_fixture_bytes("frozen"), .slot = NRS_SLOT_NONE};
	struct nrs_variant variant = {.lang = "ja",
	    .channel = NRS_CHANNEL_MAIL,
	    .parts = &part,
	    .n_parts = 1};
	struct nrs_channel mail = {.type = NRS_CHANNEL_MAIL,
	    .address = nrs_arena_printf(arena, "%s@example.jp", p.who)};
	struct nrs_delivery delivery = {.key = key_of(p.id, p.who, p.purpose),
	    .subscriber_id = p.who,
	    .channel = &mail,
	    .greeting = "拝啓",
	    .kind = p.kind};
	const struct nrs_delivery_batch batch = {.notice_id = p.id,
	    .thread_id = p.id,
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .mode = NRS_MODE_ACTUAL,
	    .tlp = NRS_TLP_AMBER,
	    .purpose = p.purpose,
	    .accepted_at = T0,
	    .planned_at = T0 + 10,
	    .give_up_at = T0 + 3600000,
	    .source_offset = 1,
	    .variants = &variant,
	    .n_variants = 1,
	    .deliveries = &delivery,
	    .n_deliveries = 1};

	ctl_program_put(p.purpose == NRS_PURPOSE_ALERT
	                    ? NRS_TOPIC_DELIVERY_ALERT
	                    : NRS_TOPIC_DELIVERY_DUE,
	    3, p.id, nrs_wire_encode(arena, NRS_TYPE_DELIVERY_BATCH, &batch));
}

static struct nrs_receipt
receipt(struct planned p, enum nrs_delivery_state state, int64_t after_ms)
{
	return (struct nrs_receipt){.key = key_of(p.id, p.who, p.purpose),
	    .notice_id = p.id,
	    .thread_id = p.id,
	    .revision = 1,
	    .stage = p.kind,
	    .state = state,
	    .at = T0 + after_ms,
	    .attempt = 1,
	    .mode = NRS_MODE_ACTUAL,
	    .subscriber_id = p.who,
	    .channel = NRS_CHANNEL_MAIL,
	    .accepted_at = T0,
	    .purpose = p.purpose};
}

static void
put_receipt(const struct nrs_receipt *r)
{
	ctl_program_put(r->purpose == NRS_PURPOSE_ALERT
	                    ? NRS_TOPIC_RECEIPT_ALERT
	                    : NRS_TOPIC_RECEIPT_DUE,
	    3, "k", nrs_wire_encode(arena, NRS_TYPE_RECEIPT, r));
}

static const struct planned op_a = {
    NOTICE, "op-a", NRS_SUBSCRIBER_OPERATOR, NRS_PURPOSE_ALERT};
static const struct planned op_b = {
    NOTICE, "op-b", NRS_SUBSCRIBER_OPERATOR, NRS_PURPOSE_ALERT};
static const struct planned bank = {
    NOTICE, "bank-ceptoar", NRS_SUBSCRIBER_CEPTOAR, NRS_PURPOSE_ALERT};
static const struct planned remind = {
    NOTICE, "op-a", NRS_SUBSCRIBER_OPERATOR, NRS_PURPOSE_REMINDER};

/* Of three one has confirmed, one has it, one is out of reach. */
static int
setup(void **state)
{
	static const char *const topics[] = {NRS_TOPIC_DELIVERY_ALERT,
	    NRS_TOPIC_DELIVERY_DUE, NRS_TOPIC_RECEIPT_ALERT,
	    NRS_TOPIC_RECEIPT_DUE};
	struct nrs_receipt r;

	if (ctl_program_start(state) != 0)
		return -1;
	arena = nrs_arena_new();
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		bus_fixture_topic(topics[i], 12);
	bus_fixture_topic(NRS_TOPIC_AUDIT, 1);
	put_subscription("op-a", NRS_SUBSCRIBER_OPERATOR, "finance", "bank");
	put_subscription("op-b", NRS_SUBSCRIBER_OPERATOR, "power", "power");
	put_subscription(
	    "bank-ceptoar", NRS_SUBSCRIBER_CEPTOAR, "finance", "bank");
	put_outcome(NOTICE, 0);
	put_planned(op_a);
	put_planned(op_b);
	put_planned(bank);
	put_planned(remind);
	r = receipt(op_a, NRS_STATE_DELIVERED, 400);
	put_receipt(&r);
	r = receipt(op_a, NRS_STATE_RESPONDED, 60000);
	r.response = NRS_RESPONSE_AFFECTED;
	put_receipt(&r);
	r = receipt(remind, NRS_STATE_DELIVERED, 30000);
	put_receipt(&r);
	r = receipt(bank, NRS_STATE_DELIVERED, 500);
	put_receipt(&r);
	r = receipt(op_b, NRS_STATE_FAILED, 900);
	r.failure_reason = NRS_FAILURE_CONTACT_STALE;
	r.detail = "550 no such user";
	put_receipt(&r);
	return 0;
}

static int
teardown(void **state)
{
	nrs_arena_free(arena);
	return ctl_program_stop(state);
}

/* ---- reach ---- */

#define ROW(stage, sector, counts)                                             \
	"{\"notice_id\":\"" NOTICE "\"," stage sector counts

static void
reach_tells_per_stage_and_sector_who_has_it(void **state)
{
	const struct ctl_ran *ran = ctl_program("", "--json reach " NOTICE);

	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out,
	    ROW("", "", "\"addressed\":3,\"delivered\":2,\"acknowledged\":1,"));
	ctl_program_has(ran->out,
	    ROW("\"stage\":\"OPERATOR\",", "\"sector\":\"power\",",
	        "\"addressed\":1,\"delivered\":0,\"acknowledged\":0,"));
	ctl_program_has(ran->out,
	    ROW("\"stage\":\"CEPTOAR\",", "\"sector\":\"finance\",",
	        "\"addressed\":1,\"delivered\":1,\"acknowledged\":0,"));
	ctl_program_has(ran->out, "\"affected\":1,");
	ctl_program_has(ran->out, "\"failed_contact_stale\":1,");
	ctl_program_has(ran->out, "\"reminders\":1,");
	ctl_program_has(ran->out, "\"delivered_50_ms\":500}");
	assert_null(strstr(ran->out, "@example.jp"));
}

static void
a_ceptoar_sees_its_own_members_only(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program("", "--json reach " NOTICE " --ceptoar bank");

	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, ROW("", "", "\"addressed\":2,"));
	assert_null(strstr(ran->out, "power"));
	ctl_program_has(ran->out, "\"failed\":0,");
	assert_int_equal(
	    ctl_program("", "reach " NOTICE " --ceptoar nobody")->code,
	    CTL_USAGE);
}

/* Until text stands in the log, or it is too late. */
static bool
log_has(const char *log, const char *text)
{
	struct nrs_mono begun = nrs_mono_now();
	struct nrs_stop *never = nrs_stop_new();
	static char read[65536];
	bool found = false;

	while (!found && nrs_mono_since_ms(begun) < WATCH_MS) {
		FILE *f = fopen(log, "r");
		size_t n = f == NULL ? 0 : fread(read, 1, sizeof(read) - 1, f);
		read[n] = '\0';
		if (f != NULL)
			(void)fclose(f);
		found = strstr(read, text) != NULL;
		if (!found)
			nrs_stop_wait(never, 20);
	}
	nrs_stop_free(never);
	return found;
}

static void
a_board_shows_what_comes_while_it_is_watched(void **state)
{
	static const struct planned one = {
	    "watched-1", "op-a", NRS_SUBSCRIBER_OPERATOR, NRS_PURPOSE_ALERT};
	const char *conf = nrs_arena_strdup(arena, door_path("ctl.conf"));
	const char *log = nrs_arena_strdup(arena, door_path("watch.log"));
	const char *argv[] = {nrs_arena_printf(arena, "%s/noroshictl",
	                          getenv("BUILD") == NULL ? "build/gcc-release"
	                                                  : getenv("BUILD")),
	    "-F", conf, "--json", "reach", "watched-1", "--watch", NULL};
	struct ctl_child child = {.name = "noroshictl"};
	struct nrs_receipt r = receipt(one, NRS_STATE_DELIVERED, 700);

	put_planned(one);
	assert_int_equal(ctl_child_start(&child, argv, log, NULL), NRS_OK);
	assert_true(log_has(log, "\"addressed\":1,\"delivered\":0,"));
	put_receipt(&r);
	assert_true(log_has(log, "\"addressed\":1,\"delivered\":1,"));
	assert_false(ctl_child_ended(&child)); /* it stays */
	ctl_child_stop(&child, WATCH_MS);
}

static void
reach_of_what_is_not_there_exits_5(void **state)
{
	assert_int_equal(ctl_program("", "reach nothing")->code, CTL_NOT_FOUND);
	assert_int_equal(ctl_program("", "reach")->code, CTL_USAGE);
}

/* ---- deliveries ---- */

static void
a_delivery_has_one_line_and_hides_its_address(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program("", "--json deliveries " NOTICE " --failed");

	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out,
	    "{\"subscriber_id\":\"op-b\",\"channel\":\"MAIL\","
	    "\"address\":\"o***@example.jp\",\"purpose\":\"ALERT\","
	    "\"state\":\"FAILED\",\"attempt\":1,");
	ctl_program_has(ran->out, "\"reason\":\"CONTACT_STALE\","
	                          "\"detail\":\"550 no such user\"");
	assert_null(strstr(ran->out, "op-a"));
	ran = ctl_program("",
	    "--lang ja deliveries " NOTICE " --addresses --state RESPONDED");
	ctl_program_has(ran->out, "op-a@example.jp");
	ctl_program_has(ran->out, "該当あり");
	assert_null(strstr(ran->out, "op-b"));
	ran = ctl_program("", "--json deliveries " NOTICE " --ceptoar bank");
	ctl_program_has(ran->out, "\"purpose\":\"REMINDER\"");
	assert_null(strstr(ran->out, "op-b"));
}

static void
a_resend_that_nobody_confirmed_sends_nothing(void **state)
{
	const struct ctl_ran *ran =
	    ctl_program("", "deliveries " NOTICE " --failed --resend");

	assert_int_equal(ran->code, CTL_USAGE);
	ctl_program_has(ran->err, "--yes");
	ran = ctl_program(
	    "", "deliveries " NOTICE " --failed --resend --dry-run");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "op-b");
	assert_int_equal(
	    ctl_program("", "deliveries " NOTICE " --resend")->code, CTL_USAGE);
	assert_int_equal(
	    ctl_program("", "deliveries " NOTICE " --state GONE")->code,
	    CTL_USAGE);
	ran = ctl_program("", "--json deliveries " NOTICE " --failed");
	ctl_program_has(ran->out, "op-b"); /* still */
}

/* The same recipient, the same text; another key, and it is on record. */
static void
the_failed_are_sent_again_once(void **state)
{
	const struct ctl_ran *ran;
	int audits = bus_fixture_count(NRS_TOPIC_AUDIT);

	ran = ctl_program(
	    "", "--json deliveries " NOTICE " --failed --resend --yes");
	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out,
	    "{\"subscriber_id\":\"op-b\",\"channel\":\"MAIL\","
	    "\"address\":\"o***@example.jp\",\"change\":\"resend\","
	    "\"occasion\":1}\n");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_AUDIT), audits + 1);
	ran = ctl_program("", "--json deliveries " NOTICE " --state PLANNED");
	ctl_program_has(ran->out, "\"occasion\":1");
	ctl_program_has(ran->out, "\"topic\":\"delivery.alert\","
	                          "\"partition\":3");
	ran = ctl_program("", "--json deliveries " NOTICE " --failed");
	assert_string_equal(ran->out, "");
	ran = ctl_program("", "deliveries " NOTICE " --failed --resend --yes");
	assert_int_equal(ran->code, CTL_DONE);
	assert_string_equal(ran->out, "");
	assert_int_equal(bus_fixture_count(NRS_TOPIC_AUDIT), audits + 1);
	ran = ctl_program("", "--json reach " NOTICE);
	ctl_program_has(ran->out, "\"addressed\":3,");
	ctl_program_has(ran->out, "\"open\":1,");
}

static void
what_has_expired_is_not_sent_again(void **state)
{
	static const struct planned late = {
	    "late-1", "op-b", NRS_SUBSCRIBER_OPERATOR, NRS_PURPOSE_ALERT};
	struct nrs_receipt r = receipt(late, NRS_STATE_EXPIRED, 900);
	const struct ctl_ran *ran;

	put_outcome("late-1", T0);
	put_planned(late);
	put_receipt(&r);
	ran = ctl_program("", "deliveries late-1 --failed --resend --yes");
	assert_int_equal(ran->code, CTL_REFUSED);
	ctl_program_has(ran->err, "valid_until: expired: ");
	ran = ctl_program("", "deliveries nothing --failed --resend --yes");
	assert_int_equal(ran->code, CTL_NOT_FOUND);
}

/* ---- contacts ---- */

static void
a_contact_whose_last_word_was_that_it_is_gone_is_listed(void **state)
{
	const struct ctl_ran *ran = ctl_program("", "--json contacts stale");

	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	assert_string_equal(ran->out,
	    "{\"subscriber_id\":\"op-b\",\"organisation\":\"op-b\","
	    "\"channel\":\"MAIL\",\"since\":\"2026-11-24T00:34:56.900Z\","
	    "\"at\":\"2026-11-24T00:34:56.900Z\",\"count\":1,"
	    "\"notice_id\":\"" NOTICE "\",\"detail\":\"550 no such user\"}\n");
	ran = ctl_program("", "--lang en contacts stale --ceptoar bank");
	assert_string_equal(ran->out, "");
	ctl_program_has(ran->err, "No contact is known");
}

/* ---- a drill ---- */

#define DRILL "-X mode=exercise "

static void
put_drill(void)
{
	static const struct planned a = {
	    "d-1", "op-a", NRS_SUBSCRIBER_OPERATOR, NRS_PURPOSE_ALERT};
	struct nrs_receipt r = receipt(a, NRS_STATE_DELIVERED, 90000);

	bus_fixture_topic("drill.outcome", 1);
	bus_fixture_topic("drill.receipt.alert", 12);
	put_outcome_of("d-1", 0, "DRILL-2026");
	put_outcome_of("d-2", 0, "DRILL-2025");
	ctl_program_put("drill.receipt.alert", 3, "k",
	    nrs_wire_encode(arena, NRS_TYPE_RECEIPT, &r));
	r = receipt(a, NRS_STATE_RESPONDED, 600000);
	r.response = NRS_RESPONSE_NOT_AFFECTED;
	ctl_program_put("drill.receipt.alert", 3, "k",
	    nrs_wire_encode(arena, NRS_TYPE_RECEIPT, &r));
}

static void
a_drill_is_reported_per_subscriber_and_from_its_own_topics(void **state)
{
	const struct ctl_ran *ran;

	put_drill();
	ran = ctl_program("", DRILL "drill report DRILL-2026 --csv");
	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	assert_string_equal(ran->out,
	    "\xef\xbb\xbf\"exercise_id\",\"notice_id\",\"revision\","
	    "\"subscriber_id\",\"stage\",\"organisation\",\"name\","
	    "\"sectors\",\"ceptoars\",\"state\",\"reason\","
	    "\"addressed_at\",\"delivered_at\",\"delivered_minutes\","
	    "\"acknowledged_at\",\"acknowledged_minutes\",\"response\","
	    "\"reminders\",\"escalations\"\r\n"
	    "\"DRILL-2026\",\"d-1\",\"1\",\"op-a\",\"OPERATOR\",\"op-a\","
	    "\"op-a\",\"finance\",\"bank\",\"RESPONDED\",\"\","
	    "\"2026-11-24T09:34:56+09:00\",\"2026-11-24T09:36:26+09:00\","
	    "\"1.5\",\"2026-11-24T09:44:56+09:00\",\"10.0\","
	    "\"NOT_AFFECTED\",\"0\",\"0\"\r\n");
	ran = ctl_program("", DRILL "--json drill report DRILL-2026");
	ctl_program_has(ran->out, "\"response\":\"NOT_AFFECTED\"}\n");
	ran = ctl_program("", DRILL "drill report nothing --csv");
	assert_int_equal(ran->code, CTL_NOT_FOUND);
	assert_string_equal(ran->out, "");
	ran = ctl_program("", "drill report DRILL-2026 --csv");
	assert_int_equal(ran->code, CTL_USAGE);
	ctl_program_has(ran->err, "mode: conf: ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reach_tells_per_stage_and_sector_who_has_it),
	    cmocka_unit_test(a_ceptoar_sees_its_own_members_only),
	    cmocka_unit_test(a_board_shows_what_comes_while_it_is_watched),
	    cmocka_unit_test(reach_of_what_is_not_there_exits_5),
	    cmocka_unit_test(a_delivery_has_one_line_and_hides_its_address),
	    cmocka_unit_test(a_resend_that_nobody_confirmed_sends_nothing),
	    cmocka_unit_test(the_failed_are_sent_again_once),
	    cmocka_unit_test(what_has_expired_is_not_sent_again),
	    cmocka_unit_test(
	        a_drill_is_reported_per_subscriber_and_from_its_own_topics),
	    cmocka_unit_test(
	        a_contact_whose_last_word_was_that_it_is_gone_is_listed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
