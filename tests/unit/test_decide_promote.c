/* SPDX-License-Identifier: Apache-2.0 */
/* What waits and becomes due in real time. Expected values are by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/scene.h"

#define RAISED NRS_POSTURE_HEIGHTENED

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

/* A warning that waits in 平時 and is due in real time above it. */
static void
wait_in(const char *id, const char *sectors)
{
	const struct nrs_content content = scene_content(&s, id);

	issue(&content, sectors);
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
}

static size_t
waiting(void)
{
	return nrs_state_counts(s.state).waiting;
}

static const struct nrs_promotion *
promoted(const char *notice_id, const char *sector)
{
	const struct nrs_promotion *each;
	size_t i;

	for (i = 0; i < s.out.n_promotions; i++) {
		each = &s.out.promotions[i];
		if (strcmp(each->notice_id, notice_id) == 0 &&
		    strcmp(each->copy->sector, sector) == 0)
			return each;
	}
	return NULL;
}

static void
a_rise_releases_what_waits_for_that_sector_alone(void **state)
{
	const struct nrs_promotion *promotion;

	wait_in("a", "power,gas");
	scene_posture(&s, "power", RAISED, s.now + DAY);
	assert_int_equal(s.out.verdict, NRS_VERDICT_APPLIED);
	assert_int_equal(s.out.n_promotions, 1);
	promotion = promoted("a", "power");
	assert_non_null(promotion);
	assert_int_equal(promotion->journal_offset, 0);
	assert_int_equal(promotion->revision, 1);
	assert_int_equal(promotion->n_topics, 1);
	assert_string_equal(promotion->topics[0], "alert.power.green");
	assert_int_equal(promotion->copy->n_routes, 1);
	assert_int_equal(promotion->copy->routes[0], NRS_ROUTE_REALTIME);
	assert_int_equal(promotion->copy->posture, RAISED);
	assert_string_equal(promotion->copy->route_rule, "promoted");
	assert_string_equal(
	    promotion->copy->rules[0], "cell:B_C/HEIGHTENED/ROUTINE");
	assert_string_equal(promotion->copy->rules[1], "promoted");
	assert_true(promotion->copy->ack_required);
	assert_int_equal(s.out.n_waiting, 1);
	assert_true(s.out.waiting[0].remove);
	assert_string_equal(s.out.waiting[0].why, "promoted");
	assert_int_equal(waiting(), 1);
}

static void
a_national_rise_releases_for_everybody(void **state)
{
	wait_in("a", "power,gas");
	wait_in("b", "finance");
	scene_posture(&s, "*", RAISED, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 3);
	assert_non_null(promoted("a", "power"));
	assert_non_null(promoted("a", "gas"));
	assert_non_null(promoted("b", "finance"));
	assert_int_equal(waiting(), 0);
}

static void
what_is_not_due_at_the_new_posture_goes_on_waiting(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.item_type = NRS_ITEM_A1;
	issue(&content, "power");
	content = scene_content(&s, "b");
	content.item_type = NRS_ITEM_BB1;
	content.urgency = NRS_URGENCY_PRIORITY;
	issue(&content, "power");
	assert_int_equal(waiting(), 2);
	scene_posture(&s, "power", RAISED, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 1);
	assert_non_null(promoted("b", "power"));
	assert_int_equal(waiting(), 1);
}

static void
a_fall_releases_nothing(void **state)
{
	scene_posture(&s, "power", RAISED, s.now + DAY);
	wait_in("a", "gas");
	scene_posture(&s, "power", NRS_POSTURE_NORMAL, 0);
	assert_int_equal(s.out.n_promotions, 0);
	s.now += 2 * DAY;
	scene_deadline(&s);
	assert_int_equal(s.out.n_promotions, 0);
	assert_int_equal(waiting(), 1);
}

static void
a_notice_is_promoted_once_for_a_sector(void **state)
{
	wait_in("a", "power");
	scene_posture(&s, "power", RAISED, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 1);
	scene_posture(&s, "power", NRS_POSTURE_NORMAL, 0);
	scene_posture(&s, "power", NRS_POSTURE_INCIDENT, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 0);
}

/* In real time and in the newsletter: the former has been. */
static void
what_went_in_real_time_waits_but_is_not_promoted(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.urgency = NRS_URGENCY_IMMEDIATE;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	scene_posture(&s, "power", RAISED, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 0);
	assert_int_equal(waiting(), 1);
}

/* Its thread has been in real time and in that topic from then on. */
static void
a_recall_after_a_promotion_goes_where_the_promotion_went(void **state)
{
	struct nrs_content content;

	wait_in("a", "power");
	scene_posture(&s, "power", RAISED, s.now + DAY);
	scene_posture(&s, "power", NRS_POSTURE_NORMAL, 0);
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	assert_string_equal(scene_topics(&s), "alert.power.green");
	s.n_stubs = 1;
	s.stubs = nrs_arena_alloc(s.arena, sizeof(*s.stubs));
	content = scene_next(&s, "a", 3, NRS_KIND_RETRACTION);
	content.tlp = NRS_TLP_AMBER;
	issue(&content, "power");
	assert_string_equal(scene_topics(&s), "alert.power.amber");
	assert_string_equal(scene_stub_topics(&s), "alert.power.green");
}

static void
what_has_expired_is_not_promoted(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.valid_until = s.now + DAY;
	issue(&content, "power");
	s.now += 2 * DAY;
	scene_posture(&s, "power", RAISED, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 0);
	scene_deadline(&s);
	assert_int_equal(s.out.n_promotions, 0);
	assert_int_equal(waiting(), 0);
	assert_string_equal(s.out.waiting[0].why, "expired");
}

static void
the_latest_revision_is_promoted_and_names_what_it_supersedes(void **state)
{
	struct nrs_content content;

	wait_in("a", "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.ack_waived = true;
	issue(&content, "power");
	scene_posture(&s, "power", RAISED, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 1);
	assert_non_null(promoted("a.2", "power"));
	assert_int_equal(s.out.promotions[0].revision, 2);
	assert_int_equal(s.out.promotions[0].n_supersedes_all, 1);
	assert_string_equal(s.out.promotions[0].supersedes_all[0], "a");
	assert_false(s.out.promotions[0].copy->ack_required);
}

static const struct nrs_policy *
everything_in_real_time(void)
{
	struct nrs_rule_table *rules = nrs_arena_alloc(s.arena, sizeof(*rules));
	size_t column, posture, urgency;

	*rules = *s.policy->rules;
	rules->version = "other";
	for (column = 1; column <= NRS_COLUMN_C; column++)
		for (posture = 1; posture <= NRS_POSTURE_INCIDENT; posture++)
			for (urgency = 1; urgency <= NRS_URGENCY_IMMEDIATE;
			     urgency++)
				rules->cells[column][posture][urgency].routes =
				    NRS_RT;
	return nrs_policy_new(
	    s.arena, s.policy->sectors, rules, NRS_MODE_ACTUAL, "test");
}

static void
other_rules_release_with_the_next_command_whatever_it_is(void **state)
{
	const struct nrs_err why = {.rule = "signature", .text = "forged"};
	struct nrs_submission forged = {.submission_id = "x",
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_command cmd = {.submission = &forged, .refused = &why};

	wait_in("a", "power");
	s.policy = everything_in_real_time();
	scene_command(&s, &cmd);
	assert_int_equal(s.out.verdict, NRS_VERDICT_REJECTED);
	assert_int_equal(s.out.n_promotions, 1);
	assert_non_null(promoted("a", "power"));
	scene_command(&s, &cmd);
	assert_int_equal(s.out.n_promotions, 0);
}

/* What the same command replaces is not promoted as well. */
static void
what_a_command_replaces_it_does_not_promote(void **state)
{
	struct nrs_content content;

	wait_in("a", "power,gas");
	s.policy = everything_in_real_time();
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_int_equal(s.out.n_promotions, 1);
	assert_non_null(promoted("a", "gas"));
	assert_int_equal(waiting(), 0);
}

/* Where another arrangement holds, column C goes that way too. */
static void
an_arrangement_in_force_counts_for_what_is_promoted(void **state)
{
	struct nrs_rule_table *rules = nrs_arena_alloc(s.arena, sizeof(*rules));
	const struct nrs_policy *shipped = s.policy;
	struct nrs_contact_arrangement hq = {
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "hq-1",
	    .hq_name = "HQ",
	    .policy = NRS_POLICY_REPLACE,
	    .effective_until = s.now + DAY,
	};
	struct nrs_content content = scene_content(&s, "c1");

	content.item_type = NRS_ITEM_C1;
	content.contact_change = &hq;
	issue(&content, "power");
	*rules = *s.policy->rules;
	rules->version = "c-waits";
	rules->cells[NRS_COLUMN_C][NRS_POSTURE_NORMAL][NRS_URGENCY_ROUTINE]
	    .routes = NRS_NL;
	s.policy = nrs_policy_new(
	    s.arena, s.policy->sectors, rules, NRS_MODE_ACTUAL, "test");
	content = scene_content(&s, "a");
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
	s.policy = shipped;
	scene_deadline(&s);
	assert_int_equal(s.out.n_promotions, 1);
	assert_int_equal(s.out.promotions[0].copy->n_routes, 1);
	assert_int_equal(
	    s.out.promotions[0].copy->routes[0], NRS_ROUTE_OVERRIDE);
	assert_string_equal(s.out.promotions[0].copy->arrangement_id, "hq-1");
	assert_string_equal(s.out.promotions[0].copy->rules[2], "override:5");
}

/* One record of the bus has its limit: the rest follows at once. */
static void
too_much_for_one_command_is_promoted_by_the_next_deadlines(void **state)
{
	size_t n = 0, i, commands = 0;

	for (i = 0; i < 60; i++)
		wait_in(nrs_arena_printf(s.arena, "n%zu", i), "*");
	assert_int_equal(waiting(), 60 * 15);
	scene_posture(&s, "*", RAISED, s.now + DAY);
	assert_true(s.out.more);
	for (;; commands++) {
		assert_true(s.out.n_promotions <= 250);
		n += s.out.n_promotions;
		if (!s.out.more)
			break;
		assert_int_equal(nrs_state_next_deadline(s.state), s.now);
		scene_deadline(&s);
	}
	assert_int_equal(n, 60 * 15);
	assert_int_equal(commands, 3);
	assert_int_equal(waiting(), 0);
	assert_true(nrs_state_next_deadline(s.state) > s.now);
}

static void
what_cannot_be_read_again_is_dropped_and_said(void **state)
{
	const int64_t unreadable[] = {0};
	struct nrs_command cmd;

	wait_in("a", "power");
	wait_in("b", "power");
	s.policy = everything_in_real_time();
	cmd = s.journal[1]; /* a duplicate: nothing else happens */
	cmd.unreadable = unreadable;
	cmd.n_unreadable = 1;
	scene_command(&s, &cmd);
	assert_int_equal(s.out.n_promotions, 1);
	assert_non_null(promoted("b", "power"));
	assert_int_equal(s.out.n_waiting, 2);
	assert_string_equal(s.out.waiting[0].notice_id, "a");
	assert_string_equal(s.out.waiting[0].why, "unreadable");
	assert_int_equal(waiting(), 0);
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(a_rise_releases_what_waits_for_that_sector_alone),
	    FACT(a_national_rise_releases_for_everybody),
	    FACT(what_is_not_due_at_the_new_posture_goes_on_waiting),
	    FACT(a_fall_releases_nothing),
	    FACT(a_notice_is_promoted_once_for_a_sector),
	    FACT(what_went_in_real_time_waits_but_is_not_promoted),
	    FACT(a_recall_after_a_promotion_goes_where_the_promotion_went),
	    FACT(what_has_expired_is_not_promoted),
	    FACT(the_latest_revision_is_promoted_and_names_what_it_supersedes),
	    FACT(other_rules_release_with_the_next_command_whatever_it_is),
	    FACT(what_a_command_replaces_it_does_not_promote),
	    FACT(an_arrangement_in_force_counts_for_what_is_promoted),
	    FACT(too_much_for_one_command_is_promoted_by_the_next_deadlines),
	    FACT(what_cannot_be_read_again_is_dropped_and_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
