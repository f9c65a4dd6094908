/* SPDX-License-Identifier: Apache-2.0 */
/* The real producer closes newsletters by what `outcome` promised. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/child.h" /* door_fixture starts programs with it */
#include "noroshi/base/clock.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/door_fixture.h"

#define WAIT_MS 20000
#define MAX 16

/* The cut-offs that are in the journal now. */
struct posted {
	struct nrs_arena *arena;
	const struct nrs_submission *submissions[MAX];
	const struct nrs_cut_off *cut_offs[MAX];
	size_t n;
};

static void *
decoded(
    struct nrs_arena *arena, enum nrs_message_type type, struct nrs_bytes bytes)
{
	const struct nrs_wire_input in = {
	    .type = type, .bytes = bytes, .how = NRS_WIRE_STRICT};
	void *value = NULL;

	assert_int_equal(nrs_wire_decode(arena, &in, &value, NULL), NRS_OK);
	return value;
}

static enum nrs_rc
collect(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct posted *posted = ctx;
	const struct nrs_submission *s =
	    decoded(posted->arena, NRS_TYPE_SUBMISSION,
	        nrs_arena_bytes(
	            posted->arena, record->value.data, record->value.len));

	assert_int_equal(s->type, NRS_SUBMISSION_CUT_OFF);
	assert_int_equal(s->n_signatures, 0);
	assert_true(posted->n < MAX);
	posted->submissions[posted->n] = s;
	posted->cut_offs[posted->n++] =
	    decoded(posted->arena, NRS_TYPE_CUT_OFF, s->payload);
	return NRS_OK;
}

static void
read_journal(struct posted *posted)
{
	const struct nrs_bus_conf conf = bus_fixture_conf("journal");
	const struct nrs_reader_from from = {
	    NRS_TOPIC_JOURNAL, 0, NRS_FROM_START};
	struct nrs_reader *reader;

	nrs_arena_reset(posted->arena);
	posted->n = 0;
	assert_int_equal(nrs_reader_open(&conf, &reader, NULL), NRS_OK);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, WAIT_MS, collect, posted, NULL), NRS_OK);
	nrs_reader_close(reader);
}

/* The n-th one, as soon as it is there. */
static const struct nrs_cut_off *
await(struct posted *posted, size_t n)
{
	const struct nrs_mono start = nrs_mono_now();

	do
		read_journal(posted);
	while (posted->n < n && nrs_mono_since_ms(start) < WAIT_MS);
	assert_int_equal(posted->n, n);
	return posted->cut_offs[n - 1];
}

/* In the classifier's place: what was decided of the list. */
static void
promise(struct posted *posted, int64_t closed_at, int64_t next_at)
{
	static const char *const topics[] = {NRS_TOPIC_OUTCOME};
	const struct nrs_bus_conf conf = bus_fixture_conf("promise");
	struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = "weekly:before",
	    .due_at = closed_at,
	    .mode = NRS_MODE_ACTUAL,
	    .next_at = next_at};
	const struct nrs_outcome outcome = {.journal_offset = 1000,
	    .submission_id = "cut-off:weekly:before",
	    .type = NRS_SUBMISSION_CUT_OFF,
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_APPLIED,
	    .cut_off = &cut_off};
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_OUTCOME,
	    .value =
	        nrs_wire_encode(posted->arena, NRS_TYPE_OUTCOME, &outcome)};
	struct nrs_producer *producer;

	assert_int_equal(
	    nrs_producer_open(&conf, topics, 1, &producer, NULL), NRS_OK);
	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, WAIT_MS, NULL, NULL),
	    NRS_OK);
	nrs_producer_close(producer);
}

static void
is_window(const struct posted *posted, const struct nrs_cut_off *cut_off)
{
	const char *id = posted->submissions[posted->n - 1]->submission_id;
	char text[NRS_TIME_SIZE];

	assert_false(cut_off->announce);
	assert_string_equal(cut_off->list, "weekly");
	assert_int_equal(strncmp(id, "cut-off:", 8), 0);
	assert_string_equal(id + 8, cut_off->window_id);
	assert_int_equal(strncmp(cut_off->window_id + strlen("weekly:"),
	                     nrs_time_utc(cut_off->due_at, text), 19),
	    0);
	assert_true(cut_off->next_at > nrs_wall_ms());
}

/* A list that closes so many days from now, so that no window of its own comes
 * while the test runs. */
static void
weekly_in(int days)
{
	static const char *const names[] = {
	    "THU", "FRI", "SAT", "SUN", "MON", "TUE", "WED"}; /* from 1970 */
	const int64_t today = nrs_wall_ms() / 86400000;
	char *text = nrs_asprintf(
	    "lists = ({ id = \"weekly\"; sectors = [\"*\"]; weekdays = "
	    "[\"%s\"]; at = \"12:00\"; zone = \"UTC\"; });\n",
	    names[(today + days) % 7]);

	door_write("newsletters.conf", text);
	free(text);
}

/* The producer has the answer to what it posted before it hears more. */
static void
await_outcomes(int n)
{
	const struct nrs_mono start = nrs_mono_now();

	while (bus_fixture_count(NRS_TOPIC_OUTCOME) < n)
		assert_true(nrs_mono_since_ms(start) < WAIT_MS);
}

/* Its outcomes end with a promise of an hour ago: nobody was there to keep it.
 */
static void
a_window_missed_before_the_start_is_posted_late(void **state)
{
	struct posted posted = {.arena = nrs_arena_new()};
	const int64_t promised = nrs_wall_ms() - 3600000;
	const struct nrs_cut_off *cut_off;

	door_stop();
	promise(&posted, promised - 1, promised);
	weekly_in(3);
	door_restart();
	cut_off = await(&posted, 1);
	is_window(&posted, cut_off);
	assert_true(cut_off->late);
	assert_true(cut_off->due_at >= promised);
	await_outcomes(2);
	nrs_arena_free(posted.arena);
}

static void
a_window_closes_when_it_was_promised(void **state)
{
	struct posted posted = {.arena = nrs_arena_new()};
	const struct nrs_cut_off *cut_off;
	int64_t promised;

	/* Another configuration, which it announces once and then follows. */
	weekly_in(4);
	door_restart();
	cut_off = await(&posted, 2);
	assert_true(cut_off->announce);
	assert_true(cut_off->next_at > nrs_wall_ms());
	assert_int_equal(cut_off->next_at, cut_off->due_at);
	await_outcomes(3);
	promised = nrs_wall_ms() + 700;
	promise(&posted, promised - 1, promised);
	cut_off = await(&posted, 3);
	is_window(&posted, cut_off);
	assert_false(cut_off->late);
	assert_true(cut_off->due_at >= promised);
	assert_true(posted.submissions[2]->accepted_at >= promised);
	await_outcomes(5);
	nrs_arena_free(posted.arena);
}

static void
what_is_known_is_not_announced_again(void **state)
{
	struct posted posted = {.arena = nrs_arena_new()};
	int64_t promised;

	door_restart();
	promised = nrs_wall_ms() + 1;
	promise(&posted, promised - 1, promised);
	is_window(&posted, await(&posted, 4));
	await_outcomes(7);
	nrs_arena_free(posted.arena);
}

static void
without_lists_nothing_closes(void **state)
{
	struct posted posted = {.arena = nrs_arena_new()};
	int64_t promised, again;

	door_write("newsletters.conf", "lists = ();\n");
	door_restart();
	promised = nrs_wall_ms() + 1;
	promise(&posted, promised - 1, promised);
	weekly_in(4);
	again = nrs_wall_ms();
	/* What was due without a list is due with it. */
	door_restart();
	is_window(&posted, await(&posted, 5));
	assert_true(posted.submissions[4]->accepted_at >= again);
	nrs_arena_free(posted.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_window_missed_before_the_start_is_posted_late),
	    cmocka_unit_test(a_window_closes_when_it_was_promised),
	    cmocka_unit_test(what_is_known_is_not_announced_again),
	    cmocka_unit_test(without_lists_nothing_closes),
	};

	return cmocka_run_group_tests(
	    tests, door_fixture_start, door_fixture_stop);
}
