/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JST_MS (INT64_C(9) * 60 * 60 * 1000)

struct civil {
	int year, month, day, hour, minute, second, milli;
};

static int64_t
now_ns(clockid_t clock)
{
	struct timespec ts;

	/* Cannot fail with a clock that exists; a wrong time would be worse
	 * than an end. */
	if (clock_gettime(clock, &ts) != 0)
		abort();
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
nrs_wall_ns(void)
{
	return now_ns(CLOCK_REALTIME);
}

int64_t
nrs_wall_ms(void)
{
	return nrs_wall_ns() / 1000000;
}

/* Not CLOCK_MONOTONIC: on Linux that stands still in a suspended machine, which
 * would wake up with a lease that ran out hours ago and send beside its
 * successor. (A hypervisor that stops its guest without a word stops both.) */
struct nrs_mono
nrs_mono_now(void)
{
	return (struct nrs_mono){.ns = now_ns(CLOCK_BOOTTIME)};
}

int64_t
nrs_awake_ns(void)
{
	return now_ns(CLOCK_MONOTONIC);
}

int64_t
nrs_mono_since_us(struct nrs_mono since)
{
	int64_t ns = nrs_mono_now().ns - since.ns;

	return ns < 0 ? 0 : ns / 1000;
}

int64_t
nrs_mono_since_ms(struct nrs_mono since)
{
	return nrs_mono_since_us(since) / 1000;
}

/* Rounded up: who waits so long is not early. */
int64_t
nrs_mono_until_ms(struct nrs_mono then)
{
	int64_t now = nrs_mono_now().ns;

	return then.ns <= now ? 0 : (then.ns - now - 1) / 1000000 + 1;
}

struct nrs_mono
nrs_mono_add_ms(struct nrs_mono from, int64_t ms)
{
	int64_t ns;

	if (__builtin_mul_overflow(ms, INT64_C(1000000), &ns) ||
	    __builtin_add_overflow(from.ns, ns, &ns))
		ns = ms < 0 ? INT64_MIN : INT64_MAX;
	return (struct nrs_mono){.ns = ns};
}

/* gmtime_r would drag in no zone either, but its tm_year is an int that a
 * hostile int64 overflows: years outside 0001-9999 are clamped here. */
static struct civil
civil_of(int64_t ms)
{
	const int64_t first = INT64_C(-62135596800000);
	const int64_t last = INT64_C(253402300799999);
	struct tm tm;
	time_t seconds;
	int64_t milli;

	ms = ms < first ? first : ms > last ? last : ms;
	milli = (ms % 1000 + 1000) % 1000;
	seconds = (time_t)((ms - milli) / 1000);
	if (gmtime_r(&seconds, &tm) == NULL)
		abort();
	return (struct civil){.year = tm.tm_year + 1900,
	    .month = tm.tm_mon + 1,
	    .day = tm.tm_mday,
	    .hour = tm.tm_hour,
	    .minute = tm.tm_min,
	    .second = tm.tm_sec,
	    .milli = (int)milli};
}

/* ms + JST_MS without overflow; civil_of clamps anyway. */
static struct civil
civil_jst(int64_t ms)
{
	return civil_of(ms > INT64_MAX - JST_MS ? ms : ms + JST_MS);
}

const char *
nrs_time_utc(int64_t ms, char out[NRS_TIME_SIZE])
{
	struct civil c = civil_of(ms);

	(void)snprintf(out, NRS_TIME_SIZE,
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
	    c.hour, c.minute, c.second, c.milli);
	return out;
}

const char *
nrs_time_jst(int64_t ms, char out[NRS_TIME_SIZE])
{
	struct civil c = civil_jst(ms);

	(void)snprintf(out, NRS_TIME_SIZE,
	    "%04d-%02d-%02dT%02d:%02d:%02d+09:00", c.year, c.month, c.day,
	    c.hour, c.minute, c.second);
	return out;
}

const char *
nrs_time_text(int64_t ms, const char *lang, char out[64])
{
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct civil c = civil_jst(ms);

	if (strcmp(lang, "ja") == 0)
		(void)snprintf(out, 64, "%d年%d月%d日 %02d時%02d分 (JST)",
		    c.year, c.month, c.day, c.hour, c.minute);
	else
		(void)snprintf(out, 64, "%d %s %d %02d:%02d JST", c.day,
		    months[c.month - 1], c.year, c.hour, c.minute);
	return out;
}

/* Exactly n digits. */
static bool
digits(const char **at, int n, int *out)
{
	*out = 0;
	for (; n > 0; n--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*out = *out * 10 + (**at - '0');
	}
	return true;
}

static bool
literal(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

/* ".5" is 500; more digits than three are cut, never rounded up. */
static bool
fraction(const char **at, int *milli)
{
	int scale = 100;

	*milli = 0;
	if (**at != '.')
		return true;
	(*at)++;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10)
		*milli += (**at - '0') * scale;
	return true;
}

static bool
offset(const char **at, int *minutes)
{
	int sign, hour, minute;

	*minutes = 0;
	if (literal(at, 'Z'))
		return true;
	sign = **at == '-' ? -1 : 1;
	if (!literal(at, '+') && !literal(at, '-'))
		return false;
	if (!digits(at, 2, &hour) || !literal(at, ':') ||
	    !digits(at, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*minutes = sign * (hour * 60 + minute);
	return true;
}

static int
month_days(int year, int month)
{
	static const int days[] = {
	    31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool
in_calendar(const struct civil *c)
{
	return c->year >= 1 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= month_days(c->year, c->month) && c->hour <= 23 &&
	       c->minute <= 59 && c->second <= 59;
}

enum nrs_rc
nrs_time_parse(const char *text, int64_t *ms, struct nrs_err *err)
{
	struct civil c;
	struct tm tm;
	int minutes;
	const char *at = text;

	if (!digits(&at, 4, &c.year) || !literal(&at, '-') ||
	    !digits(&at, 2, &c.month) || !literal(&at, '-') ||
	    !digits(&at, 2, &c.day) || !literal(&at, 'T') ||
	    !digits(&at, 2, &c.hour) || !literal(&at, ':') ||
	    !digits(&at, 2, &c.minute) || !literal(&at, ':') ||
	    !digits(&at, 2, &c.second) || !fraction(&at, &c.milli) ||
	    !offset(&at, &minutes) || *at != '\0')
		return nrs_refuse(err, "", "time",
		    "not an RFC 3339 time such as 2026-11-24T09:00:00+09:00");
	if (!in_calendar(&c))
		return nrs_refuse(
		    err, "", "time", "no such time in the calendar");
	tm = (struct tm){.tm_year = c.year - 1900,
	    .tm_mon = c.month - 1,
	    .tm_mday = c.day,
	    .tm_hour = c.hour,
	    .tm_min = c.minute,
	    .tm_sec = c.second};
	*ms = ((int64_t)timegm(&tm) - (int64_t)minutes * 60) * 1000 + c.milli;
	return NRS_OK;
}
