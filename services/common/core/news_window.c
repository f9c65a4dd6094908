/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/news_window.h"

#include <stdbool.h>
#include <stdlib.h>

#include "noroshi/base/clock.h"

#define DAY_S INT64_C(86400)
#define YEAR_DAYS 366
#define DAYS_MAX 2932896 /* 9999-12-31 */

/* Days since 1970-01-01, on the wall of the list's zone, within the calendar.
 */
static int
day_of(const struct nrs_news_list *list, int64_t ms)
{
	int64_t s = ms / 1000 - (ms % 1000 < 0);

	s += nrs_zone_offset(list->clock, s);
	s = s / DAY_S - (s % DAY_S < 0);
	return (int)(s < 0 ? 0 : s > DAYS_MAX ? DAYS_MAX : s);
}

static int64_t
closing_of(const struct nrs_news_list *list, int day)
{
	return nrs_zone_utc(
	           list->clock, day * DAY_S + (int64_t)list->at_minutes * 60) *
	       1000;
}

/* 1970-01-01 was a Thursday. */
static unsigned
weekday(int day)
{
	return (unsigned)(day + NRS_THURSDAY) % 7;
}

static int
by_day(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool
is_holiday(const struct nrs_news_list *list, int day)
{
	return list->n_holidays > 0 &&
	       bsearch(&day, list->holidays, list->n_holidays,
	           sizeof(*list->holidays), by_day) != NULL;
}

static bool
is_named(const struct nrs_news_list *list, int day)
{
	return (list->weekdays & NRS_WEEKDAY_BIT(weekday(day))) != 0;
}

static bool
is_working_day(const struct nrs_news_list *list, int day)
{
	return weekday(day) <= NRS_FRIDAY && !is_holiday(list, day);
}

/* On a day of the list that is no holiday; and on the last working day before
 * one that is. */
static bool
closes_on(const struct nrs_news_list *list, int day)
{
	int next;

	if (is_holiday(list, day))
		return false;
	if (is_named(list, day))
		return true;
	if (!is_working_day(list, day))
		return false;
	for (next = day + 1; !is_working_day(list, next); next++)
		if (is_named(list, next) && is_holiday(list, next))
			return true;
	return false;
}

int64_t
nrs_news_window_after(const struct nrs_news_list *list, int64_t ms)
{
	int day = day_of(list, ms) - 1;

	while (!closes_on(list, day) || closing_of(list, day) <= ms)
		if (day++ > DAYS_MAX)
			return INT64_MAX;
	return closing_of(list, day);
}

int64_t
nrs_news_window_before(const struct nrs_news_list *list, int64_t ms)
{
	const int today = day_of(list, ms);
	const int first = today > YEAR_DAYS ? today - YEAR_DAYS : 0;
	int day;

	for (day = today + 1; day >= first; day--)
		if (closes_on(list, day) && closing_of(list, day) <= ms)
			return closing_of(list, day);
	return 0;
}

const char *
nrs_news_window_id(struct nrs_arena *arena, const char *list, int64_t due_ms)
{
	char text[NRS_TIME_SIZE];

	/* Without the milliseconds: a window closes on a full minute. */
	return nrs_arena_printf(
	    arena, "%s:%.19sZ", list, nrs_time_utc(due_ms, text));
}
