/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the desk is reminded of before it ends: postures and arrangements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/scene.h"

#define HOUR (60 * MINUTE)

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

static void
raise(const char *scope, int64_t until)
{
	scene_posture(&s, scope, NRS_POSTURE_HEIGHTENED, until);
	assert_int_equal(s.out.verdict, NRS_VERDICT_APPLIED);
}

/* A DEADLINE at now says this and nothing else. */
static void
says_at(int64_t now, const char *code)
{
	s.now = now;
	scene_deadline(&s);
	assert_int_equal(s.out.n_attention, code == NULL ? 0 : 1);
	if (code != NULL)
		assert_string_equal(s.out.attention[0], code);
}

static void
arrange(const char *id, enum nrs_arrangement_action action, int64_t from,
    int64_t until)
{
	struct nrs_contact_arrangement hq = {
	    .action = action,
	    .arrangement_id = "hq-1",
	    .hq_name = "HQ",
	    .policy = NRS_POLICY_ADD,
	    .effective_from = from,
	    .effective_until = until,
	};
	struct nrs_content content = scene_content(&s, id);
	const struct nrs_addressing to = scene_to(&s, "power");

	content.item_type = NRS_ITEM_C1;
	content.contact_change = &hq;
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
}

static void
a_posture_is_said_to_end_a_day_before_and_once(void **state)
{
	const int64_t until = SCENE_NOW + 3 * DAY;

	raise("power", until);
	assert_int_equal(nrs_state_next_deadline(s.state), until - DAY);
	says_at(until - DAY - 1, NULL);
	says_at(until - DAY, "posture-ending:power");
	assert_int_equal(nrs_state_next_deadline(s.state), until);
	says_at(until - DAY + 1, NULL);
	assert_int_equal(nrs_state_posture(s.state, "power"),
	    NRS_POSTURE_HEIGHTENED); /* a reminder changes nothing */
	says_at(until, NULL);
	assert_int_equal(
	    nrs_state_posture(s.state, "power"), NRS_POSTURE_NORMAL);
	assert_int_equal(nrs_state_next_deadline(s.state), 0);
}

static void
the_national_floor_is_said_to_end_too(void **state)
{
	raise("*", SCENE_NOW + 2 * DAY);
	says_at(SCENE_NOW + DAY, "posture-ending:*");
}

static void
an_end_set_with_less_than_the_lead_left_has_no_reminder(void **state)
{
	raise("power", SCENE_NOW + DAY);
	assert_int_equal(nrs_state_next_deadline(s.state), SCENE_NOW + DAY);
	says_at(SCENE_NOW + DAY - 1, NULL);
	says_at(SCENE_NOW + DAY, NULL);
}

static void
nobody_is_reminded_after_the_end(void **state)
{
	raise("power", SCENE_NOW + 3 * DAY);
	says_at(SCENE_NOW + 3 * DAY, NULL);
	raise("power", SCENE_NOW + 9 * DAY);
	says_at(SCENE_NOW + 30 * DAY, NULL);
}

static void
a_change_of_the_end_moves_the_reminder(void **state)
{
	raise("power", SCENE_NOW + 3 * DAY);
	says_at(SCENE_NOW + 2 * DAY, "posture-ending:power");
	raise("power", SCENE_NOW + 5 * DAY);
	says_at(SCENE_NOW + 4 * DAY - 1, NULL);
	says_at(SCENE_NOW + 4 * DAY, "posture-ending:power");
	raise("power", SCENE_NOW + 9 * DAY);
	scene_posture(&s, "power", NRS_POSTURE_NORMAL, 0);
	says_at(SCENE_NOW + 8 * DAY, NULL);
}

static void
an_arrangement_is_said_to_end_and_what_changes_it_moves_that(void **state)
{
	arrange("a", NRS_ARRANGEMENT_ESTABLISH, 0, SCENE_NOW + 3 * DAY);
	assert_int_equal(nrs_state_next_deadline(s.state), SCENE_NOW + 2 * DAY);
	arrange("b", NRS_ARRANGEMENT_CHANGE, 0, SCENE_NOW + 5 * DAY);
	says_at(SCENE_NOW + 2 * DAY, NULL);
	says_at(SCENE_NOW + 4 * DAY, "arrangement-ending:hq-1");
	says_at(SCENE_NOW + 4 * DAY + HOUR, NULL);
	assert_int_equal(nrs_state_counts(s.state).arrangements, 1);
	says_at(SCENE_NOW + 5 * DAY, NULL);
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
}

static void
what_was_closed_or_has_no_end_is_not_said_to_end(void **state)
{
	arrange("a", NRS_ARRANGEMENT_ESTABLISH, 0, SCENE_NOW + 3 * DAY);
	arrange("b", NRS_ARRANGEMENT_CLOSE, 0, 0);
	says_at(SCENE_NOW + 2 * DAY + HOUR, NULL);
	arrange("c", NRS_ARRANGEMENT_ESTABLISH, 0, 0);
	says_at(SCENE_NOW + 3 * DAY, NULL);
	assert_int_equal(nrs_state_counts(s.state).arrangements, 1);
	assert_int_equal(nrs_state_next_deadline(s.state), 0);
}

static void
a_short_arrangement_is_said_to_end_when_it_begins(void **state)
{
	const int64_t from = SCENE_NOW + 3 * DAY;

	arrange("a", NRS_ARRANGEMENT_ESTABLISH, from, from + 2 * HOUR);
	says_at(from - 1, NULL);
	says_at(from, "arrangement-ending:hq-1");
}

static void
a_lead_of_nothing_reminds_nobody(void **state)
{
	struct nrs_policy policy = *s.policy;
	struct nrs_rule_table rules = *policy.rules;

	rules.remind_ms = 0;
	policy.rules = &rules;
	s.policy = &policy;
	raise("power", SCENE_NOW + 3 * DAY);
	assert_int_equal(nrs_state_next_deadline(s.state), SCENE_NOW + 3 * DAY);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_posture_is_said_to_end_a_day_before_and_once),
	    T(the_national_floor_is_said_to_end_too),
	    T(an_end_set_with_less_than_the_lead_left_has_no_reminder),
	    T(nobody_is_reminded_after_the_end),
	    T(a_change_of_the_end_moves_the_reminder),
	    T(an_arrangement_is_said_to_end_and_what_changes_it_moves_that),
	    T(what_was_closed_or_has_no_end_is_not_said_to_end),
	    T(a_short_arrangement_is_said_to_end_when_it_begins),
	    T(a_lead_of_nothing_reminds_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
