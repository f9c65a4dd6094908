/* SPDX-License-Identifier: Apache-2.0 */
/* What ends by itself: postures, what waits and what is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/io/wire.h"
#include "support/scene.h"

static struct scene s;

static int
setup(void **state)
{
	scene_open(&s, NRS_MODE_ACTUAL);
	return 0;
}

static int
teardown(void **state)
{
	scene_close(&s);
	return 0;
}

static const struct nrs_outcome *
issue(const struct nrs_content *content, const char *sectors)
{
	const struct nrs_addressing to = scene_to(&s, sectors);

	return scene_notice(&s, content, &to);
}

static const struct nrs_outcome *
first(const char *id, const char *sectors)
{
	const struct nrs_content content = scene_content(&s, id);

	return issue(&content, sectors);
}

/* ---- posture changes and deadlines ---- */

static void
a_posture_that_would_have_ended_is_expired(void **state)
{
	first("a", "power");
	assert_int_equal(
	    scene_posture(&s, "*", NRS_POSTURE_HEIGHTENED, s.now)->verdict,
	    NRS_VERDICT_EXPIRED);
	assert_int_equal(
	    nrs_state_posture(s.state, "power"), NRS_POSTURE_NORMAL);
}

static void
a_raised_posture_names_its_end_and_ends(void **state)
{
	assert_int_equal(
	    scene_posture(&s, "power", NRS_POSTURE_INCIDENT, s.now + DAY)
	        ->verdict,
	    NRS_VERDICT_APPLIED);
	assert_int_equal(s.out.next_deadline, SCENE_NOW + DAY);
	assert_string_equal(
	    s.out.next_deadline_id, nrs_arena_printf(s.arena, "deadline:%lld",
	                                (long long)SCENE_NOW + DAY));
	assert_int_equal(
	    nrs_state_posture(s.state, "power"), NRS_POSTURE_INCIDENT);
	s.now += DAY;
	assert_int_equal(scene_deadline(&s)->n_postures, 1);
	assert_int_equal(
	    nrs_state_posture(s.state, "power"), NRS_POSTURE_NORMAL);
	assert_int_equal(s.out.next_deadline, 0);
}

static void
it_has_ended_also_before_the_deadline_comes(void **state)
{
	scene_posture(&s, "power", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	s.now += DAY;
	first("a", "power");
	assert_string_equal(scene_routes(&s, "power"), "NL");
	/* and the deadline stays named until it has been handled */
	assert_int_equal(s.out.next_deadline, SCENE_NOW + DAY);
}

static void
a_deadline_may_come_twice_or_too_early(void **state)
{
	scene_posture(&s, "power", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	assert_int_equal(scene_deadline(&s)->verdict, NRS_VERDICT_APPLIED);
	assert_int_equal(s.out.n_postures, 0);
	assert_int_equal(s.out.next_deadline, SCENE_NOW + DAY);
	s.now += DAY;
	assert_int_equal(scene_deadline(&s)->n_postures, 1);
	assert_int_equal(scene_deadline(&s)->n_postures, 0);
	assert_int_equal(s.out.verdict, NRS_VERDICT_APPLIED);
}

static void
what_waits_or_is_held_expires_aloud(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	issue(&content, "power,gas");
	content = scene_content(&s, "b");
	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, "power");
	s.now += 30 * DAY;
	scene_deadline(&s);
	assert_int_equal(s.out.n_waiting, 2);
	assert_string_equal(s.out.waiting[0].why, "expired");
	assert_true(s.out.waiting[0].remove);
	assert_int_equal(s.out.n_held, 1);
	assert_string_equal(s.out.held[0].why, "expired");
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
	assert_int_equal(nrs_state_counts(s.state).held, 0);
}

static size_t
outcome_bytes(void)
{
	return nrs_wire_encode(s.arena, NRS_TYPE_OUTCOME, &s.out).len;
}

/* What the bus does not take would be decided again and again for ever. */
static void
whatever_ends_at_once_fits_into_outcomes(void **state)
{
	struct nrs_content content;
	int i;

	for (i = 0; i < 100; i++) {
		content =
		    scene_content(&s, nrs_arena_printf(s.arena,
		                          "01890000-0000-7000-8000-%012d", i));
		issue(&content, "*");
	}
	assert_int_equal(nrs_state_counts(s.state).waiting, 100 * 15);
	s.now += 30 * DAY;
	for (i = 0; s.out.next_deadline != 0; i++) {
		assert_int_equal(s.out.next_deadline, SCENE_NOW + 30 * DAY);
		scene_deadline(&s);
		assert_true(outcome_bytes() < 250000);
	}
	assert_true(i > 1);
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_posture_that_would_have_ended_is_expired),
	    T(a_raised_posture_names_its_end_and_ends),
	    T(it_has_ended_also_before_the_deadline_comes),
	    T(a_deadline_may_come_twice_or_too_early),
	    T(what_waits_or_is_held_expires_aloud),
	    T(whatever_ends_at_once_fits_into_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
