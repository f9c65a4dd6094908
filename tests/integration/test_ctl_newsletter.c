/* SPDX-License-Identifier: Apache-2.0 */
/* noroshictl on newsletters: an issue that went out, and the next one. */
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
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/ctl_program.h"
#include "support/door_fixture.h"
#include "support/signed.h"

/* ---- an issue ---- */

/* One record of an edition of power's first issue; item NULL: the closing one.
 */
static void
put_part(struct nrs_arena *arena, const char *topic, enum nrs_tlp label,
    struct nrs_newsletter_item *item, uint32_t total)
{
	const struct nrs_newsletter part = {
	    .issue_id = "weekly:2026-11-27T06:00:00Z:power:1",
	    .sector = "power",
	    .label = label,
	    .number = 1,
	    .from = SIGNED_AT,
	    .to = SIGNED_AT + 3600000,
	    .item = item,
	    .closing = item == NULL,
	    .total = total,
	    .mode = NRS_MODE_ACTUAL};

	ctl_program_put(
	    topic, 0, "k", nrs_wire_encode(arena, NRS_TYPE_NEWSLETTER, &part));
}

static struct nrs_newsletter_item *
newsletter_item(struct nrs_arena *arena, uint32_t number)
{
	struct nrs_newsletter_item *item =
	    nrs_arena_alloc(arena, sizeof(*item));

	*item = (struct nrs_newsletter_item){.section = NRS_NEWS_SENT,
	    .number = number,
	    .title = "前に送ったもの",
	    .notice_id = "sent-1",
	    .thread_id = "sent-1",
	    .revision = 1,
	    .kind = NRS_KIND_INITIAL,
	    .tlp = NRS_TLP_GREEN,
	    .at = SIGNED_AT};
	return item;
}

/* The same item under a signature. */
static struct nrs_newsletter_item *
signed_item(struct nrs_arena *arena, const struct nrs_submission *s,
    const struct nrs_content *content)
{
	struct nrs_newsletter_item *item = newsletter_item(arena, 1);

	item->alert = signed_alert(arena, s);
	item->section = NRS_NEWS_WARNINGS;
	item->title = "";
	item->notice_id = item->thread_id = content->notice_id;
	item->tlp = content->tlp;
	return item;
}

#define ISSUE "newsletter show weekly:2026-11-27T06:00:00Z:power:1"
#define SHOW "newsletter show --sector power"

static void
an_issue_is_shown_as_the_highest_edition_there_is(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *good =
	    signed_notice(arena, door_key(), content, signed_addressing(arena));
	const struct ctl_ran *ran;

	assert_int_equal(ctl_program("", SHOW)->code, CTL_NOT_FOUND);
	bus_fixture_topic("newsletter.power.amber", 1);
	bus_fixture_topic("newsletter.power.green", 1);
	put_part(arena, "newsletter.power.amber", NRS_TLP_AMBER,
	    signed_item(arena, good, content), 0);
	put_part(arena, "newsletter.power.amber", NRS_TLP_AMBER,
	    newsletter_item(arena, 2), 0);
	put_part(arena, "newsletter.power.amber", NRS_TLP_AMBER, NULL, 2);
	put_part(arena, "newsletter.power.green", NRS_TLP_GREEN,
	    newsletter_item(arena, 1), 0);
	put_part(arena, "newsletter.power.green", NRS_TLP_GREEN, NULL, 1);
	ran = ctl_program("", "--lang en " ISSUE);
	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	ctl_program_has(ran->out, "topic:   newsletter.power.amber\n");
	ctl_program_has(ran->out, content->title);
	ctl_program_has(ran->out, "前に送ったもの");
	ran = ctl_program("", "--json " SHOW " --number 1 --label GREEN");
	assert_int_equal(ran->code, CTL_DONE);
	assert_string_equal(ran->out,
	    "{\"step\":\"issue\","
	    "\"issue_id\":\"weekly:2026-11-27T06:00:00Z:power:1\","
	    "\"sector\":\"power\",\"number\":1,"
	    "\"from\":\"2026-11-24T00:34:56.000Z\","
	    "\"to\":\"2026-11-24T01:34:56.000Z\","
	    "\"topic\":\"newsletter.power.green\",\"count\":1}\n"
	    "{\"step\":\"item\",\"section\":\"SENT\",\"tlp\":\"GREEN\","
	    "\"notice_id\":\"sent-1\",\"thread_id\":\"sent-1\","
	    "\"revision\":1,\"kind\":\"INITIAL\","
	    "\"at\":\"2026-11-24T00:34:56.000Z\","
	    "\"title\":\"前に送ったもの\"}\n");
	nrs_arena_free(arena);
}

static void
what_nobody_signed_is_missing_from_an_issue_and_exits_1(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *bad =
	    signed_notice(arena, door_key(), content, signed_addressing(arena));
	const struct ctl_ran *ran;

	content->title = "forged";
	bad->payload = nrs_wire_encode(arena, NRS_TYPE_CONTENT, content);
	bus_fixture_topic("newsletter.power.clear", 1);
	put_part(arena, "newsletter.power.clear", NRS_TLP_CLEAR,
	    signed_item(arena, bad, content), 0);
	put_part(arena, "newsletter.power.clear", NRS_TLP_CLEAR, NULL, 2);
	ran = ctl_program("", "--json " SHOW " --label CLEAR");
	assert_int_equal(ran->code, CTL_FAILED);
	ctl_program_has(ran->err,
	    "0190f5a0-7c00-7000-8000-000000000001: not shown: "
	    "signature: ");
	ctl_program_has(ran->err, ": not complete: 1 of 2 items\n");
	assert_null(strstr(ran->out, "forged"));
	nrs_arena_free(arena);
}

static void
an_issue_that_is_not_there_exits_5_and_no_choice_of_one_2(void **state)
{
	assert_int_equal(ctl_program("", "newsletter show")->code, CTL_USAGE);
	assert_int_equal(
	    ctl_program("", ISSUE " --sector power")->code, CTL_USAGE);
	assert_int_equal(ctl_program("", ISSUE " --number 1")->code, CTL_USAGE);
	assert_int_equal(ctl_program("", SHOW " --number 0")->code, CTL_USAGE);
	assert_int_equal(ctl_program("", SHOW " --label RED")->code, CTL_USAGE);
	assert_int_equal(
	    ctl_program("", SHOW " --number 2")->code, CTL_NOT_FOUND);
	assert_int_equal(ctl_program("", ISSUE "1")->code, CTL_NOT_FOUND);
	assert_int_equal(
	    ctl_program("", "newsletter show x")->code, CTL_NOT_FOUND);
}

/* ---- the next one ---- */

static struct nrs_waiting_change
waits(const char *id, const char *sector, int64_t offset)
{
	return (struct nrs_waiting_change){.notice_id = id,
	    .thread_id = id,
	    .revision = 1,
	    .journal_offset = offset,
	    .sector = sector,
	    .tlp = NRS_TLP_GREEN,
	    .column = NRS_COLUMN_A,
	    .urgency = NRS_URGENCY_ROUTINE,
	    .section = NRS_NEWS_CASES,
	    .rule = "cell:A/NORMAL/ROUTINE",
	    .at = SIGNED_AT,
	    .kind = NRS_KIND_INITIAL,
	    .item_type = NRS_ITEM_A1};
}

/* One of each sector that waits, and one that ended before; where they stand in
 * the journal. */
static int64_t
put_waiting(struct nrs_arena *arena)
{
	int64_t last;
	struct nrs_waiting_change waiting[3];
	struct nrs_outcome outcome;
	char id[37];

	ctl_program_issue(id);
	last = bus_fixture_count(NRS_TOPIC_JOURNAL) - 1;
	waiting[0] = waits("power-1", "power", last);
	waiting[1] = waits("finance-1", "finance", last);
	waiting[2] = waits("over-1", "power", last);
	waiting[2].valid_until = SIGNED_AT + 1;
	outcome = (struct nrs_outcome){.journal_offset = last + 1,
	    .submission_id = "w-1",
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_WAITING,
	    .waiting = waiting,
	    .n_waiting = 3};
	ctl_program_put(NRS_TOPIC_OUTCOME, 0, "k",
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
	return last;
}

/* Friday 15:00 in Tokyo; the first day of all was a Thursday. */
static const char *
next_friday(char text[NRS_TIME_SIZE])
{
	const int64_t day = 86400000, first = day + day / 4;
	const int64_t weeks = (nrs_wall_ms() - first) / (7 * day) + 1;

	return nrs_time_utc(first + weeks * 7 * day, text);
}

static void
a_newsletter_preview_shows_what_the_next_issue_would_have(void **state)
{
	struct nrs_arena *arena = nrs_arena_new();
	char line[400], wanted[700], due[NRS_TIME_SIZE];
	int64_t offset;
	int before;
	const struct ctl_ran *ran;

	door_write("news.conf",
	    "lists = ({ id = \"weekly\"; sectors = [\"*\"]; weekdays = "
	    "[\"FRI\"]; at = \"15:00\"; zone = \"Asia/Tokyo\"; });\n");
	offset = put_waiting(arena);
	before = bus_fixture_count(NRS_TOPIC_JOURNAL);
	(void)snprintf(line, sizeof(line),
	    "--json -X newsletters=%s newsletter preview --sector power",
	    door_path("news.conf"));
	ran = ctl_program("", line);
	assert_string_equal(ran->err, "");
	assert_int_equal(ran->code, CTL_DONE);
	(void)next_friday(due);
	(void)snprintf(wanted, sizeof(wanted),
	    "{\"step\":\"issue\",\"issue_id\":\"weekly:%.19sZ:power:1\","
	    "\"list\":\"weekly\",\"sector\":\"power\",\"number\":1,"
	    "\"from\":\"2026-11-24T00:34:56.000Z\",\"to\":\"%s\","
	    "\"count\":1}\n"
	    "{\"step\":\"item\",\"sector\":\"power\",\"section\":\"CASES\","
	    "\"tlp\":\"GREEN\",\"notice_id\":\"power-1\",\"revision\":1,"
	    "\"offset\":%lld,\"title\":\"題名\"}\n",
	    due, due, (long long)offset);
	assert_string_equal(ran->out, wanted);
	(void)snprintf(line, sizeof(line),
	    "--lang en -X newsletters=%s newsletter preview weekly",
	    door_path("news.conf"));
	ran = ctl_program("", line);
	assert_int_equal(ran->code, CTL_DONE);
	assert_string_equal(ran->err, "Nothing was sent.\n");
	ctl_program_has(ran->out, "finance-1");
	ctl_program_has(ran->out, "power-1");
	assert_null(strstr(ran->out, "over-1"));
	assert_int_equal(bus_fixture_count(NRS_TOPIC_JOURNAL), before);
	nrs_arena_free(arena);
}

static void
a_newsletter_preview_of_no_list_exits_5_and_without_one_2(void **state)
{
	assert_int_equal(
	    ctl_program("", "newsletter preview")->code, CTL_USAGE);
	assert_int_equal(
	    ctl_program("", "newsletter preview x --sector power")->code,
	    CTL_USAGE);
	assert_int_equal(
	    ctl_program("", "newsletter preview weekly")->code, CTL_NOT_FOUND);
	assert_int_equal(
	    ctl_program("", "newsletter preview --sector power")->code,
	    CTL_NOT_FOUND);
	assert_int_equal(
	    ctl_program("", "newsletter preview --sector nowhere")->code,
	    CTL_NOT_FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_issue_is_shown_as_the_highest_edition_there_is),
	    cmocka_unit_test(
	        what_nobody_signed_is_missing_from_an_issue_and_exits_1),
	    cmocka_unit_test(
	        an_issue_that_is_not_there_exits_5_and_no_choice_of_one_2),
	    cmocka_unit_test(
	        a_newsletter_preview_shows_what_the_next_issue_would_have),
	    cmocka_unit_test(
	        a_newsletter_preview_of_no_list_exits_5_and_without_one_2),
	};

	return cmocka_run_group_tests(
	    tests, ctl_program_start, ctl_program_stop);
}
