/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/base/zone_rule.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/zone.h"

#define HOUR 3600

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

static const struct nrs_zone *
zone(const char *name)
{
	const struct nrs_zone *out = NULL;
	struct nrs_err err = {0};

	if (nrs_zone_load(arena, name, &out, &err) != NRS_OK)
		fail_msg("%s: %s", name, err.text);
	return out;
}

static int64_t
seconds(const char *utc)
{
	int64_t ms = 0;

	assert_int_equal(nrs_time_parse(utc, &ms, NULL), NRS_OK);
	return ms / 1000;
}

/* The wall clock's reading, as if it were UTC. */
static int64_t
local(const char *date_and_time)
{
	return seconds(nrs_arena_printf(arena, "%s:00Z", date_and_time));
}

static const char *
utc(const char *name, const char *date_and_time)
{
	static char text[NRS_TIME_SIZE];

	return nrs_time_utc(
	    nrs_zone_utc(zone(name), local(date_and_time)) * 1000, text);
}

/* What libc makes of it, when that is the zone of the whole process. */
static long
libc_offset(int64_t at)
{
	const time_t seconds_now = (time_t)at;
	struct tm tm;

	(void)localtime_r(&seconds_now, &tm);
	return tm.tm_gmtoff;
}

static void
agrees_with_libc(const char *name)
{
	const struct nrs_zone *z = zone(name);
	int64_t at = -seconds("2020-01-01T00:00:00Z");

	assert_int_equal(setenv("TZ", name, 1), 0);
	tzset();
	for (; at < seconds("2200-01-01T00:00:00Z"); at += 17 * HOUR + 1801)
		if (nrs_zone_offset(z, at) != libc_offset(at))
			fail_msg("%s at %lld: %d, libc says %ld", name,
			    (long long)at, nrs_zone_offset(z, at),
			    libc_offset(at));
}

static void
the_clock_on_the_wall_is_what_libc_says_too(void **state)
{
	static const char *const names[] = {"Asia/Tokyo", "Europe/Berlin",
	    "America/New_York", "Australia/Lord_Howe", "Europe/Dublin",
	    "Africa/Casablanca", "America/St_Johns", "Asia/Kathmandu",
	    "Pacific/Apia", "America/Santiago", "Asia/Tehran", "UTC"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		agrees_with_libc(names[i]);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

static void
summer_begins_and_ends_to_the_second(void **state)
{
	const struct nrs_zone *berlin = zone("Europe/Berlin");
	const struct nrs_zone *york = zone("America/New_York");

	assert_int_equal(
	    nrs_zone_offset(berlin, seconds("2027-03-28T00:59:59Z")), HOUR);
	assert_int_equal(
	    nrs_zone_offset(berlin, seconds("2027-03-28T01:00:00Z")), 2 * HOUR);
	assert_int_equal(
	    nrs_zone_offset(berlin, seconds("2027-10-31T00:59:59Z")), 2 * HOUR);
	assert_int_equal(
	    nrs_zone_offset(berlin, seconds("2027-10-31T01:00:00Z")), HOUR);
	assert_int_equal(
	    nrs_zone_offset(york, seconds("2099-11-01T05:59:59Z")), -4 * HOUR);
	assert_int_equal(
	    nrs_zone_offset(york, seconds("2099-11-01T06:00:00Z")), -5 * HOUR);
}

static void
an_hour_that_is_skipped_counts_by_the_offset_before(void **state)
{
	assert_string_equal(utc("Europe/Berlin", "2027-03-28T01:59"),
	    "2027-03-28T00:59:00.000Z");
	assert_string_equal(utc("Europe/Berlin", "2027-03-28T02:30"),
	    "2027-03-28T01:30:00.000Z");
	assert_string_equal(utc("Europe/Berlin", "2027-03-28T03:00"),
	    "2027-03-28T01:00:00.000Z");
	assert_string_equal(utc("America/New_York", "2027-03-14T02:00"),
	    "2027-03-14T07:00:00.000Z");
	assert_string_equal(utc("America/New_York", "2027-03-14T12:00"),
	    "2027-03-14T16:00:00.000Z");
}

static void
of_an_hour_that_comes_twice_the_first_counts(void **state)
{
	assert_string_equal(utc("Europe/Berlin", "2027-10-31T02:30"),
	    "2027-10-31T00:30:00.000Z");
	assert_string_equal(utc("Europe/Berlin", "2027-10-31T03:00"),
	    "2027-10-31T02:00:00.000Z");
	assert_string_equal(utc("America/New_York", "2027-11-07T01:00"),
	    "2027-11-07T05:00:00.000Z");
	assert_string_equal(utc("America/New_York", "2027-11-07T02:00"),
	    "2027-11-07T07:00:00.000Z");
}

static void
every_time_on_the_wall_is_found_again(void **state)
{
	static const char *const names[] = {
	    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct nrs_zone *z = zone(names[i]);
		int64_t at = seconds("2026-01-01T00:00:00Z");
		for (; at < seconds("2045-01-01T00:00:00Z"); at += 900) {
			const int64_t wall = at + nrs_zone_offset(z, at);
			const int64_t back = nrs_zone_utc(z, wall);
			assert_int_equal(back + nrs_zone_offset(z, back), wall);
			assert_true(back <= at);
			assert_true(at - back <= HOUR);
		}
	}
}

static void
times_beyond_the_calendar_have_an_offset_too(void **state)
{
	const struct nrs_zone *z = zone("America/New_York");

	(void)nrs_zone_offset(z, INT64_MAX);
	(void)nrs_zone_offset(z, INT64_MIN);
	(void)nrs_zone_utc(z, INT64_MAX);
	(void)nrs_zone_utc(z, INT64_MIN);
}

static void
no_zone_is_read_from_elsewhere(void **state)
{
	static const char *const bad[] = {"", "/etc/passwd", "../../etc/passwd",
	    "Europe", "Europe/Atlantis", "Europe/Berlin ",
	    "right/Europe/Berlin", "posixrules.d/.", "zone1970.tab",
	    "A-name-that-is-longer-than-any-zone-of-the-database-has-ever-had-"
	    "so-far"};
	const struct nrs_zone *z = NULL;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (nrs_zone_load(arena, bad[i], &z, &err) != NRS_REJECT)
			fail_msg("loaded: %s", bad[i]);
		assert_string_equal(err.rule, "zone");
	}
	assert_null(z);
}

/* Cut short, and each byte changed: an answer, or a refusal, but no harm. */
static void
a_damaged_file_is_refused_or_read(void **state)
{
	static uint8_t bytes[8192], copy[8192];
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	const struct nrs_zone *z;
	struct nrs_bytes all = {copy, 0};
	size_t i;
	int flip;

	assert_non_null(f);
	all.len = fread(bytes, 1, sizeof(bytes), f);
	assert_int_equal(fclose(f), 0);
	assert_in_range(all.len, 500, sizeof(bytes) - 1);
	for (i = 0; i < all.len; i++)
		assert_int_equal(nrs_zone_parse(arena,
		                     (struct nrs_bytes){bytes, i}, &z, NULL),
		    NRS_REJECT);
	for (i = 0; i < all.len; i++) {
		for (flip = 1; flip < 256; flip += 63) {
			memcpy(copy, bytes, all.len);
			copy[i] = (uint8_t)(copy[i] ^ flip);
			nrs_arena_reset(arena);
			if (nrs_zone_parse(arena, all, &z, NULL) == NRS_OK)
				(void)nrs_zone_utc(z, 4000000000);
		}
	}
}

static void
a_rule_for_the_years_to_come_is_read_in_every_form(void **state)
{
	static const struct {
		const char *rule, *utc;
		int offset;
	} rules[] = {
	    {"JST-9", "2050-07-01T00:00:00Z", 9 * HOUR},
	    {"<+0545>-5:45", "2050-07-01T00:00:00Z", 5 * HOUR + 45 * 60},
	    {"<-03>3", "2050-07-01T00:00:00Z", -3 * HOUR},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2050-07-01T00:00:00Z", 2 * HOUR},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2050-12-31T23:30:00Z", HOUR},
	    {"IST-1GMT0,M10.5.0,M3.5.0/1", "2050-01-01T00:00:00Z", 0},
	    {"IST-1GMT0,M10.5.0,M3.5.0/1", "2050-07-01T00:00:00Z", HOUR},
	    {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2050-01-01T00:00:00Z",
	        11 * HOUR},
	    /* 60 is 1 March in every year, J59 is 28 February. */
	    {"AAA0BBB,J59/0,J60/0", "2052-02-28T12:00:00Z", HOUR},
	    {"AAA0BBB,J59/0,J60/0", "2052-02-29T23:59:59Z", 0},
	    {"AAA0BBB,59/0,60/0", "2052-02-29T12:00:00Z", HOUR},
	    {"AAA0BBB,59/0,60/0", "2051-03-01T12:00:00Z", HOUR},
	    {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2053-03-28T23:59:59Z",
	        2 * HOUR},
	    {"EET-2EEST,M3.4.4/50,M10.4.4/50", "2053-03-29T00:00:00Z",
	        3 * HOUR},
	};
	struct zone_rule rule;
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!zone_rule_parse(rules[i].rule, &rule))
			fail_msg("not read: %s", rules[i].rule);
		if (zone_rule_offset(&rule, seconds(rules[i].utc)) !=
		    rules[i].offset)
			fail_msg("%s at %s: %d", rules[i].rule, rules[i].utc,
			    zone_rule_offset(&rule, seconds(rules[i].utc)));
	}
}

static void
what_is_no_such_rule_is_refused(void **state)
{
	static const char *const bad[] = {"", "X", "JST", "JST-", "JST-25",
	    "JST-9X", "<JST-9", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0",
	    "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M0.5.0,M10.5.0",
	    "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.0.0,M10.5.0",
	    "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/168",
	    "CET-1CEST,J0,J1", "CET-1CEST,366,1", "CET-1CEST,M3.5.0,M10.5.0 ",
	    "CET-99999999999999999999", "CET-1:60"};
	struct zone_rule rule;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (zone_rule_parse(bad[i], &rule))
			fail_msg("read: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_clock_on_the_wall_is_what_libc_says_too),
	    cmocka_unit_test(summer_begins_and_ends_to_the_second),
	    cmocka_unit_test(
	        an_hour_that_is_skipped_counts_by_the_offset_before),
	    cmocka_unit_test(of_an_hour_that_comes_twice_the_first_counts),
	    cmocka_unit_test(every_time_on_the_wall_is_found_again),
	    cmocka_unit_test(times_beyond_the_calendar_have_an_offset_too),
	    cmocka_unit_test(no_zone_is_read_from_elsewhere),
	    cmocka_unit_test(a_damaged_file_is_refused_or_read),
	    cmocka_unit_test(
	        a_rule_for_the_years_to_come_is_read_in_every_form),
	    cmocka_unit_test(what_is_no_such_rule_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
