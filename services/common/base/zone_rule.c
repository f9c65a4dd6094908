/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/zone_rule.h"

#include <string.h>

#define DAY_S INT64_C(86400)
#define HOUR_S 3600

/* ---- the calendar ---- */

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01 to the first of January; years from 1 on. */
static int64_t
new_year(int64_t year)
{
	const int64_t before = year - 1;

	return before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

static int64_t
year_of(int64_t days)
{
	int64_t year = 1970 + days * 400 / 146097;

	while (days < new_year(year))
		year--;
	while (days >= new_year(year + 1))
		year++;
	return year;
}

static int
month_start(int64_t year, int month)
{
	static const int starts[] = {
	    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

	return starts[month - 1] + (month > 2 && is_leap(year));
}

/* Days from 1970-01-01 to that day of that year. */
static int64_t
day_in(const struct zone_day *day, int64_t year)
{
	const int64_t first = new_year(year);
	int64_t month, at;

	if (day->kind == ZONE_DAY_OF_YEAR)
		return first + day->day;
	if (day->kind == ZONE_DAY_JULIAN)
		return first + day->day - 1 + (day->day > 59 && is_leap(year));
	month = first + month_start(year, day->month);
	/* 1970-01-01 was a Thursday, the fourth day after Sunday. */
	at =
	    month + (day->day - (month + 4) % 7 + 14) % 7 + (day->week - 1) * 7;
	if (at >= first + month_start(year, day->month + 1))
		at -= 7; /* week 5 is the last one */
	return at;
}

int
zone_rule_offset(const struct zone_rule *rule, int64_t utc_s)
{
	const int64_t local = utc_s + rule->standard;
	const int64_t days = (local - (local % DAY_S + DAY_S) % DAY_S) / DAY_S;
	const int64_t year = year_of(days);
	int64_t start, end;
	bool summer;

	if (!rule->changes)
		return rule->standard;
	start = day_in(&rule->start, year) * DAY_S + rule->start.time -
	        rule->standard;
	end = day_in(&rule->end, year) * DAY_S + rule->end.time - rule->summer;
	/* South of the equator summer spans the new year. */
	summer = start < end ? utc_s >= start && utc_s < end
	                     : utc_s >= start || utc_s < end;
	return summer ? rule->summer : rule->standard;
}

/* ---- the text ---- */

static bool
number(const char **at, int max, int *out)
{
	const char *first = *at;

	*out = 0;
	for (; **at >= '0' && **at <= '9'; (*at)++) {
		*out = *out * 10 + (**at - '0');
		if (*out > max)
			return false;
	}
	return *at > first;
}

static bool
skip(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* [+-]hh[:mm[:ss]] */
static bool
span(const char **at, int max_hours, int *seconds)
{
	int hours, minutes = 0, rest = 0, sign = skip(at, '-') ? -1 : 1;

	if (sign > 0)
		(void)skip(at, '+');
	if (!number(at, max_hours, &hours) ||
	    (skip(at, ':') && !number(at, 59, &minutes)) ||
	    (skip(at, ':') && !number(at, 59, &rest)))
		return false;
	*seconds = sign * (hours * HOUR_S + minutes * 60 + rest);
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "CEST" or "<+0330>": only its length counts. */
static bool
name(const char **at)
{
	const char *first = *at;

	if (skip(at, '<')) {
		while (is_letter(**at) || (**at >= '0' && **at <= '9') ||
		       **at == '+' || **at == '-')
			(*at)++;
		return skip(at, '>');
	}
	while (is_letter(**at))
		(*at)++;
	return *at - first >= 3;
}

static bool
day_part(const char **at, struct zone_day *out)
{
	if (skip(at, 'M')) {
		out->kind = ZONE_DAY_OF_MONTH;
		return number(at, 12, &out->month) && out->month >= 1 &&
		       skip(at, '.') && number(at, 5, &out->week) &&
		       out->week >= 1 && skip(at, '.') &&
		       number(at, 6, &out->day);
	}
	if (skip(at, 'J')) {
		out->kind = ZONE_DAY_JULIAN;
		return number(at, 365, &out->day) && out->day >= 1;
	}
	out->kind = ZONE_DAY_OF_YEAR;
	return number(at, 365, &out->day);
}

static bool
day(const char **at, struct zone_day *out)
{
	out->time = 2 * HOUR_S;
	if (!skip(at, ',') || !day_part(at, out))
		return false;
	return !skip(at, '/') || span(at, 167, &out->time);
}

bool
zone_rule_parse(const char *text, struct zone_rule *out)
{
	const char *at = text;
	int west;

	memset(out, 0, sizeof(*out));
	if (!name(&at) || !span(&at, 24, &west))
		return false;
	out->standard = -west;
	out->summer = out->standard + HOUR_S;
	if (*at == '\0')
		return true;
	out->changes = true;
	if (!name(&at))
		return false;
	if (*at != ',') {
		if (!span(&at, 24, &west))
			return false;
		out->summer = -west;
	}
	return day(&at, &out->start) && day(&at, &out->end) && *at == '\0';
}
