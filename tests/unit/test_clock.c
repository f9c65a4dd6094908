/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "unit/clocks.h"

static int64_t
parsed(const char *text)
{
	struct nrs_err err;
	int64_t ms = -1;

	assert_int_equal(nrs_time_parse(text, &ms, &err), NRS_OK);
	return ms;
}

static void
rfc_3339_is_read_to_the_millisecond(void **state)
{
	(void)state;
	assert_int_equal(parsed("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(parsed("1969-12-31T23:59:59.999Z"), -1);
	assert_int_equal(
	    parsed("2026-11-24T12:34:56.789+09:00"), INT64_C(1795491296789));
	assert_int_equal(
	    parsed("2026-11-24T03:34:56.7899999Z"), INT64_C(1795491296789));
	assert_int_equal(
	    parsed("2026-11-24T03:34:56.7Z"), INT64_C(1795491296700));
	assert_int_equal(
	    parsed("2026-11-23T22:04:56-05:30"), INT64_C(1795491296000));
	assert_int_equal(
	    parsed("2024-02-29T00:00:00Z"), INT64_C(1709164800000));
	assert_int_equal(
	    parsed("0001-01-01T00:00:00Z"), INT64_C(-62135596800000));
}

static void
anything_else_is_refused(void **state)
{
	static const char *const bad[] = {"", "now", "2026-11-24",
	    "2026-11-24T12:34:56", "2026-11-24 12:34:56Z", "2026-11-24T12:34Z",
	    "2026-11-24T12:34:56z", "2026-11-24t12:34:56Z",
	    "2026-11-24T12:34:56.Z", "2026-11-24T12:34:56+0900",
	    "2026-11-24T12:34:56+9:00", "2026-11-24T12:34:56+24:00",
	    "2026-11-24T12:34:56+09:60", "2026-11-24T12:34:56Z ",
	    " 2026-11-24T12:34:56Z", "2026-11-24T12:34:56ZZ",
	    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
	    "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
	    "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z",
	    "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
	    "2026-01-01T00:00:60Z", "0000-01-01T00:00:00Z",
	    "12026-01-01T00:00:00Z", "-026-01-01T00:00:00Z",
	    "+026-01-01T00:00:00Z", "2026-11-24T12:34:56+",
	    "２026-11-24T12:34:56Z", "2026-11-24T12:34:56Z\n"};
	struct nrs_err err;
	int64_t ms = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (nrs_time_parse(bad[i], &ms, &err) != NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
		assert_string_equal(err.rule, "time");
		assert_int_equal(ms, 42);
	}
}

static void
writing_and_reading_are_inverse(void **state)
{
	static const int64_t times[] = {
	    0, -1, 999, 1795491296789, -62135596800000, 253402300799999};
	char text[NRS_TIME_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_int_equal(
		    parsed(nrs_time_utc(times[i], text)), times[i]);
	assert_int_equal(
	    parsed(nrs_time_jst(1795491296789, text)), 1795491296000);
}

static void
japan_is_nine_hours_ahead_all_year(void **state)
{
	char out[64];

	(void)state;
	assert_string_equal(
	    nrs_time_jst(1795491296789, out), "2026-11-24T12:34:56+09:00");
	assert_string_equal(
	    nrs_time_utc(1795491296789, out), "2026-11-24T03:34:56.789Z");
	assert_string_equal(nrs_time_text(1795524840000, "ja", out),
	    "2026年11月24日 21時54分 (JST)");
	assert_string_equal(
	    nrs_time_text(1795524840000, "en", out), "24 Nov 2026 21:54 JST");
	/* New Year in Tokyo is still last year in UTC. */
	assert_string_equal(
	    nrs_time_jst(1767193200000, out), "2026-01-01T00:00:00+09:00");
}

static void
times_beyond_the_calendar_are_clamped(void **state)
{
	char out[NRS_TIME_SIZE];

	(void)state;
	assert_string_equal(
	    nrs_time_utc(INT64_MAX, out), "9999-12-31T23:59:59.999Z");
	assert_string_equal(
	    nrs_time_utc(INT64_MIN, out), "0001-01-01T00:00:00.000Z");
	assert_string_equal(
	    nrs_time_jst(INT64_MAX, out), "9999-12-31T23:59:59+09:00");
}

static void
monotonic_time_never_runs_backwards(void **state)
{
	struct nrs_mono start = nrs_mono_now();
	struct nrs_mono later = {.ns = INT64_MAX};

	(void)state;
	assert_true(nrs_mono_now().ns >= start.ns);
	assert_int_equal(nrs_mono_since_ms(later), 0);
	assert_true(nrs_mono_since_us(start) < 60 * 1000 * 1000);
	assert_true(nrs_wall_ms() > INT64_C(1700000000000));
}

/* Its lease went on meanwhile, and ended. */
static void
monotonic_time_goes_on_while_the_machine_sleeps(void **state)
{
	const struct nrs_mono start = nrs_mono_now();
	const int64_t awake = nrs_awake_ns();

	(void)state;
	clocks_sleep(3600000);
	assert_in_range(nrs_mono_since_ms(start), 3600000, 3660000);
	assert_in_range(nrs_awake_ns() - awake, 0, INT64_C(60000000000));
}

static void
nobody_sets_monotonic_time(void **state)
{
	const struct nrs_mono start = nrs_mono_now();
	const int64_t wall = nrs_wall_ms();

	(void)state;
	clocks_set(-7200000);
	assert_true(nrs_wall_ms() < wall - 3600000);
	assert_in_range(nrs_mono_since_ms(start), 0, 60000);
	clocks_set(7200000);
}

static void
a_moment_is_so_many_milliseconds_away(void **state)
{
	const struct nrs_mono zero = {.ns = 0}, now = nrs_mono_now();

	(void)state;
	assert_int_equal(nrs_mono_add_ms(zero, 1500).ns, 1500000000);
	assert_int_equal(nrs_mono_add_ms(now, -2).ns, now.ns - 2000000);
	assert_true(nrs_mono_add_ms(now, INT64_MAX).ns == INT64_MAX);
	assert_true(nrs_mono_add_ms(now, INT64_MIN).ns == INT64_MIN);
	assert_int_equal(nrs_mono_until_ms(zero), 0);
	assert_in_range(
	    nrs_mono_until_ms(nrs_mono_add_ms(now, 90000)), 30000, 90000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rfc_3339_is_read_to_the_millisecond),
	    cmocka_unit_test(anything_else_is_refused),
	    cmocka_unit_test(writing_and_reading_are_inverse),
	    cmocka_unit_test(japan_is_nine_hours_ahead_all_year),
	    cmocka_unit_test(times_beyond_the_calendar_are_clamped),
	    cmocka_unit_test(monotonic_time_never_runs_backwards),
	    cmocka_unit_test(monotonic_time_goes_on_while_the_machine_sleeps),
	    cmocka_unit_test(nobody_sets_monotonic_time),
	    cmocka_unit_test(a_moment_is_so_many_milliseconds_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
