/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/news_window.h"

#define EVERY_DAY 0x7fU
#define WORKDAYS 0x1fU
#define DAY_S INT64_C(86400)

static struct nrs_arena *arena;

static int
setup(void **state)
{
	arena = nrs_arena_new();
	return 0;
}

static int
teardown(void **state)
{
	nrs_arena_free(arena);
	return 0;
}

static struct nrs_news_list
list_of(const char *zone, unsigned weekdays, int at_minutes)
{
	struct nrs_news_list list = {.id = "weekly",
	    .weekdays = weekdays,
	    .at_minutes = at_minutes,
	    .zone = zone};

	assert_int_equal(nrs_zone_load(arena, zone, &list.clock, NULL), NRS_OK);
	return list;
}

static int64_t
ms_of(const char *utc)
{
	int64_t ms = 0;

	assert_int_equal(nrs_time_parse(utc, &ms, NULL), NRS_OK);
	return ms;
}

static int
day_of(const char *date)
{
	return (int)(ms_of(nrs_arena_printf(arena, "%sT00:00:00Z", date)) /
	             (1000 * DAY_S));
}

static void
closes(const struct nrs_news_list *list, const char *after, const char *at)
{
	char text[NRS_TIME_SIZE];

	assert_string_equal(
	    nrs_time_utc(nrs_news_window_after(list, ms_of(after)), text), at);
}

static void
a_weekly_list_closes_on_its_day_and_minute(void **state)
{
	const struct nrs_news_list list =
	    list_of("Asia/Tokyo", NRS_WEEKDAY_BIT(NRS_FRIDAY), 15 * 60);

	closes(&list, "2026-11-25T00:00:00Z", "2026-11-27T06:00:00.000Z");
	closes(&list, "2026-11-27T05:59:59.999Z", "2026-11-27T06:00:00.000Z");
	closes(&list, "2026-11-27T06:00:00Z", "2026-12-04T06:00:00.000Z");
	assert_int_equal(
	    nrs_news_window_before(&list, ms_of("2026-11-27T06:00:00Z")),
	    ms_of("2026-11-27T06:00:00Z"));
	assert_int_equal(
	    nrs_news_window_before(&list, ms_of("2026-11-27T05:59:59.999Z")),
	    ms_of("2026-11-20T06:00:00Z"));
}

/* The day is the zone's, not that of UTC. */
static void
the_day_is_the_one_on_the_wall_of_the_zone(void **state)
{
	const struct nrs_news_list tokyo =
	    list_of("Asia/Tokyo", NRS_WEEKDAY_BIT(NRS_FRIDAY), 60);
	const struct nrs_news_list york =
	    list_of("America/New_York", NRS_WEEKDAY_BIT(NRS_FRIDAY), 23 * 60);

	closes(&tokyo, "2026-11-25T00:00:00Z", "2026-11-26T16:00:00.000Z");
	closes(&york, "2026-11-25T00:00:00Z", "2026-11-28T04:00:00.000Z");
}

static void
the_wall_clock_stays_when_clocks_change(void **state)
{
	const struct nrs_news_list berlin =
	    list_of("Europe/Berlin", NRS_WEEKDAY_BIT(NRS_MONDAY), 9 * 60);
	const struct nrs_news_list york =
	    list_of("America/New_York", NRS_WEEKDAY_BIT(NRS_MONDAY), 9 * 60);

	closes(&berlin, "2027-03-22T12:00:00Z", "2027-03-29T07:00:00.000Z");
	closes(&berlin, "2027-10-25T12:00:00Z", "2027-11-01T08:00:00.000Z");
	closes(&york, "2027-03-08T15:00:00Z", "2027-03-15T13:00:00.000Z");
	closes(&york, "2027-11-01T15:00:00Z", "2027-11-08T14:00:00.000Z");
}

static int
wall_day(const struct nrs_news_list *list, int64_t ms)
{
	const int64_t s = ms / 1000;

	return (int)((s + nrs_zone_offset(list->clock, s)) / DAY_S);
}

/* Windows of nine years, one after another, forwards and backwards. */
static void
one_window_a_day(const char *zone, int at_minutes)
{
	const struct nrs_news_list list = list_of(zone, EVERY_DAY, at_minutes);
	int64_t at = ms_of("2026-01-01T12:00:00Z"), next;

	at = nrs_news_window_after(&list, at);
	while (at < ms_of("2035-01-01T00:00:00Z")) {
		next = nrs_news_window_after(&list, at);
		assert_int_equal(
		    wall_day(&list, next), wall_day(&list, at) + 1);
		assert_in_range(next - at, 22 * 3600000, 26 * 3600000);
		assert_int_equal(nrs_news_window_before(&list, next), next);
		assert_int_equal(nrs_news_window_before(&list, next - 1), at);
		at = next;
	}
}

static void
days_of_23_and_25_hours_have_exactly_one_window(void **state)
{
	static const char *const zones[] = {"Europe/Berlin", "America/New_York",
	    "Australia/Lord_Howe", "Asia/Tokyo"};
	/* In the hour that is skipped, in the one that comes twice, beside. */
	static const int minutes[] = {0, 60, 90, 120, 150, 180, 23 * 60 + 59};
	size_t i, j;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		for (j = 0; j < sizeof(minutes) / sizeof(minutes[0]); j++)
			one_window_a_day(zones[i], minutes[j]);
}

static void
a_year_ends_and_29_february_comes_without_a_gap(void **state)
{
	const struct nrs_news_list list =
	    list_of("Asia/Tokyo", NRS_WEEKDAY_BIT(NRS_TUESDAY), 0);

	closes(&list, "2024-12-24T00:00:00Z", "2024-12-30T15:00:00.000Z");
	closes(&list, "2024-12-31T00:00:00Z", "2025-01-06T15:00:00.000Z");
	/* 29 February 2028 is a Tuesday. */
	closes(&list, "2028-02-22T00:00:00Z", "2028-02-28T15:00:00.000Z");
	closes(&list, "2028-02-29T00:00:00Z", "2028-03-06T15:00:00.000Z");
}

static void
on_a_holiday_it_closes_on_the_last_working_day_before(void **state)
{
	struct nrs_news_list list =
	    list_of("Asia/Tokyo", NRS_WEEKDAY_BIT(NRS_FRIDAY), 15 * 60);
	/* 1 January 2027 is a Friday, the 29 and 30 of December are closed. */
	int holidays[] = {day_of("2026-12-29"), day_of("2026-12-30"),
	    day_of("2026-12-31"), day_of("2027-01-01"), day_of("2027-02-11"),
	    day_of("2027-02-12")};

	list.holidays = holidays;
	list.n_holidays = 6;
	closes(&list, "2026-12-25T06:00:00Z", "2026-12-28T06:00:00.000Z");
	closes(&list, "2026-12-28T06:00:00Z", "2027-01-08T06:00:00.000Z");
	closes(&list, "2027-02-05T06:00:00Z", "2027-02-10T06:00:00.000Z");
	closes(&list, "2027-02-10T06:00:00Z", "2027-02-19T06:00:00.000Z");
	assert_int_equal(
	    nrs_news_window_before(&list, ms_of("2027-01-01T06:00:00Z")),
	    ms_of("2026-12-28T06:00:00Z"));
}

static void
a_holiday_on_monday_moves_over_the_weekend(void **state)
{
	struct nrs_news_list list =
	    list_of("Asia/Tokyo", NRS_WEEKDAY_BIT(NRS_MONDAY), 15 * 60);
	int holidays[] = {day_of("2027-01-11")};

	list.holidays = holidays;
	list.n_holidays = 1;
	closes(&list, "2027-01-04T06:00:00Z", "2027-01-08T06:00:00.000Z");
	closes(&list, "2027-01-08T06:00:00Z", "2027-01-18T06:00:00.000Z");
}

/* The day before has its own window already. */
static void
a_daily_list_leaves_a_holiday_out(void **state)
{
	struct nrs_news_list list = list_of("Asia/Tokyo", WORKDAYS, 15 * 60);
	int holidays[] = {day_of("2027-01-11")};

	list.holidays = holidays;
	list.n_holidays = 1;
	closes(&list, "2027-01-07T06:00:00Z", "2027-01-08T06:00:00.000Z");
	closes(&list, "2027-01-08T06:00:00Z", "2027-01-12T06:00:00.000Z");
}

static void
a_list_that_closes_on_a_weekend_does_so(void **state)
{
	struct nrs_news_list list =
	    list_of("Asia/Tokyo", NRS_WEEKDAY_BIT(NRS_SUNDAY), 15 * 60);
	int holidays[] = {day_of("2027-01-10")};

	closes(&list, "2027-01-04T06:00:00Z", "2027-01-10T06:00:00.000Z");
	list.holidays = holidays;
	list.n_holidays = 1;
	closes(&list, "2027-01-04T06:00:00Z", "2027-01-08T06:00:00.000Z");
}

static void
a_window_is_known_by_its_moment_in_utc(void **state)
{
	assert_string_equal(
	    nrs_news_window_id(arena, "weekly", ms_of("2026-11-27T06:00:00Z")),
	    "weekly:2026-11-27T06:00:00Z");
}

static void
times_beyond_the_calendar_end(void **state)
{
	const struct nrs_news_list list =
	    list_of("America/New_York", EVERY_DAY, 0);

	assert_true(nrs_news_window_after(&list, INT64_MAX) == INT64_MAX);
	(void)nrs_news_window_after(&list, INT64_MIN);
	assert_int_equal(nrs_news_window_before(&list, INT64_MIN), 0);
	(void)nrs_news_window_before(&list, INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_weekly_list_closes_on_its_day_and_minute),
	    cmocka_unit_test(the_day_is_the_one_on_the_wall_of_the_zone),
	    cmocka_unit_test(the_wall_clock_stays_when_clocks_change),
	    cmocka_unit_test(days_of_23_and_25_hours_have_exactly_one_window),
	    cmocka_unit_test(a_year_ends_and_29_february_comes_without_a_gap),
	    cmocka_unit_test(
	        on_a_holiday_it_closes_on_the_last_working_day_before),
	    cmocka_unit_test(a_holiday_on_monday_moves_over_the_weekend),
	    cmocka_unit_test(a_daily_list_leaves_a_holiday_out),
	    cmocka_unit_test(a_list_that_closes_on_a_weekend_does_so),
	    cmocka_unit_test(a_window_is_known_by_its_moment_in_utc),
	    cmocka_unit_test(times_beyond_the_calendar_end),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
