/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Contact arrangements (対策室): overrides 4 and 5 of domain.md 5.2, and what
 * closes, changes or withdraws one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

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

static struct nrs_content
of_type(const char *id, enum nrs_item_type type, enum nrs_urgency urgency)
{
	struct nrs_content content = scene_content(&s, id);

	content.item_type = type;
	content.urgency = urgency;
	return content;
}

#define ROUTINE NRS_URGENCY_ROUTINE
#define IMMEDIATE NRS_URGENCY_IMMEDIATE

static struct nrs_content
arrangement(const char *id, enum nrs_arrangement_action action,
    enum nrs_arrangement_policy policy, const char *sectors)
{
	struct nrs_content content = of_type(id, NRS_ITEM_C1, ROUTINE);
	struct nrs_contact_arrangement *change =
	    nrs_arena_alloc(s.arena, sizeof(*change));

	*change = (struct nrs_contact_arrangement){
	    .action = action,
	    .arrangement_id = "hq-1",
	    .hq_name = "HQ",
	    .policy = policy,
	    .effective_until = policy == NRS_POLICY_REPLACE ? s.now + DAY : 0,
	};
	change->sectors = scene_list(&s, sectors, &change->n_sectors);
	content.contact_change = change;
	return content;
}

#define ESTABLISH NRS_ARRANGEMENT_ESTABLISH
#define CHANGE NRS_ARRANGEMENT_CHANGE
#define CLOSE NRS_ARRANGEMENT_CLOSE

static void
a_change_of_contact_reaches_all_sectors_concerned(void **state)
{
	struct nrs_content content =
	    arrangement("a", ESTABLISH, NRS_POLICY_ADD, "gas,power");

	content.ack_waived = true;
	issue(&content, "power");
	assert_int_equal(s.out.n_copies, 2);
	assert_string_equal(scene_routes(&s, "gas"), "RT");
	assert_true(scene_copy(&s, "gas")->ack_required);
	assert_string_equal(
	    scene_rules(&s, "gas"), "cell:C/NORMAL/ROUTINE override:4");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 1);
}

static void
a_change_of_contact_for_named_recipients_stays_theirs(void **state)
{
	struct nrs_content content =
	    arrangement("a", ESTABLISH, NRS_POLICY_ADD, "gas,power");
	struct nrs_addressing to = {.originator = ""};

	content.tlp = NRS_TLP_RED;
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.n_copies, 1);
	assert_string_equal(scene_routes(&s, ""), "RT");
	assert_true(scene_copy(&s, "")->ack_required);
	assert_int_equal(s.out.n_topics, 0);
}

static void
an_added_arrangement_goes_beside_the_usual_way_for_column_c(void **state)
{
	struct nrs_content content =
	    arrangement("a", ESTABLISH, NRS_POLICY_ADD, "power");

	issue(&content, "power");
	content = of_type("b", NRS_ITEM_C3, ROUTINE);
	issue(&content, "power,gas");
	assert_string_equal(scene_routes(&s, "power"), "RT+OVR");
	assert_string_equal(scene_copy(&s, "power")->arrangement_id, "hq-1");
	assert_string_equal(scene_copy(&s, "power")->route_rule, "override:5");
	assert_string_equal(scene_routes(&s, "gas"), "RT");
	assert_string_equal(scene_copy(&s, "gas")->arrangement_id, "");
	content = of_type("c", NRS_ITEM_BC3, IMMEDIATE);
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	/* shown at the head of every alert while it is in force */
	assert_string_equal(scene_copy(&s, "power")->arrangement_id, "hq-1");
}

static void
a_replacing_arrangement_stands_in_for_real_time_until_its_end(void **state)
{
	struct nrs_content content =
	    arrangement("a", ESTABLISH, NRS_POLICY_REPLACE, "power");

	issue(&content, "power");
	assert_int_equal(s.out.next_deadline, SCENE_NOW + DAY);
	content = of_type("b", NRS_ITEM_C3, ROUTINE);
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "OVR");
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(scene_topics(&s), "alert.power.green");
	s.now += DAY;
	content = of_type("c", NRS_ITEM_C3, ROUTINE);
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT");
	/* what went by it alone is corrected the usual way now */
	content = scene_next(&s, "b", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT");
	scene_deadline(&s);
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
}

static void
a_replacing_arrangement_does_not_replace_what_recalls_or_changes_it(
    void **state)
{
	struct nrs_content content = of_type("b", NRS_ITEM_C3, ROUTINE);

	issue(&content, "power");
	content = arrangement("a", ESTABLISH, NRS_POLICY_REPLACE, "power");
	issue(&content, "power");
	content = scene_next(&s, "b", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+OVR");
	content = arrangement("c", CLOSE, NRS_POLICY_ADD, "power");
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+OVR");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
}

static void
an_arrangement_is_closed_or_changed_by_its_open_id(void **state)
{
	struct nrs_content content =
	    arrangement("a", CLOSE, NRS_POLICY_ADD, "power");

	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(s.out.rule, "arrangement-unknown");
	content = arrangement("b", CHANGE, NRS_POLICY_ADD, "power");
	assert_string_equal(
	    issue(&content, "power")->rule, "arrangement-unknown");
	content = arrangement("c", ESTABLISH, NRS_POLICY_ADD, "power");
	issue(&content, "power");
	content = arrangement("d", ESTABLISH, NRS_POLICY_ADD, "power");
	assert_string_equal(issue(&content, "power")->rule, "arrangement-open");
	content = arrangement("e", CHANGE, NRS_POLICY_ADD, "gas");
	issue(&content, "gas");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 1);
	content = of_type("f", NRS_ITEM_C3, ROUTINE);
	issue(&content, "power,gas");
	assert_string_equal(scene_routes(&s, "power"), "RT");
	assert_string_equal(scene_routes(&s, "gas"), "RT+OVR");
}

static void
a_retraction_closes_what_its_thread_established(void **state)
{
	struct nrs_content content =
	    arrangement("a", ESTABLISH, NRS_POLICY_ADD, "power");

	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C1;
	issue(&content, "power");
	assert_int_equal(s.out.n_arrangements, 1);
	assert_int_equal(s.out.arrangements[0].arrangement->action, CLOSE);
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
}

/* ---- what is withdrawn ---- */

static void
withdraw(const char *id)
{
	struct nrs_content content = scene_next(&s, id, 2, NRS_KIND_RETRACTION);

	content.item_type = NRS_ITEM_C1;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
}

/* Routes of a notice of column C to power, by what is in force. */
static const char *
routes(const char *id)
{
	const struct nrs_content content = of_type(id, NRS_ITEM_C3, ROUTINE);

	issue(&content, "power");
	return scene_routes(&s, "power");
}

static void
arrange(const char *id, enum nrs_arrangement_action action,
    enum nrs_arrangement_policy policy, int64_t until)
{
	struct nrs_content content = arrangement(id, action, policy, "power");

	content.contact_change->effective_until = until;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
}

static void
what_a_withdrawn_notice_changed_holds_as_before(void **state)
{
	const int64_t end = SCENE_NOW + 9 * DAY;

	arrange("a", ESTABLISH, NRS_POLICY_REPLACE, end);
	arrange("b", CHANGE, NRS_POLICY_ADD, SCENE_NOW + 3 * DAY);
	assert_string_equal(routes("c"), "RT+OVR");
	withdraw("b");
	assert_int_equal(s.out.n_arrangements, 1);
	assert_string_equal(s.out.arrangements[0].notice_id, "a");
	assert_int_equal(
	    s.out.arrangements[0].arrangement->effective_until, end);
	assert_int_equal(s.out.arrangements[0].remind_at, end - DAY);
	assert_string_equal(routes("d"), "OVR");
	/* and what that established is gone with it */
	withdraw("a");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
	assert_string_equal(routes("e"), "RT");
}

static void
what_a_withdrawn_notice_closed_is_open_again(void **state)
{
	arrange("a", ESTABLISH, NRS_POLICY_REPLACE, SCENE_NOW + 9 * DAY);
	arrange("b", CLOSE, NRS_POLICY_ADD, 0);
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
	assert_string_equal(routes("c"), "RT");
	withdraw("b");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 1);
	assert_string_equal(routes("d"), "OVR");
}

static void
what_has_ended_meanwhile_does_not_come_back(void **state)
{
	arrange("a", ESTABLISH, NRS_POLICY_REPLACE, SCENE_NOW + DAY);
	arrange("b", CHANGE, NRS_POLICY_ADD, SCENE_NOW + 5 * DAY);
	s.now += 2 * DAY;
	withdraw("b");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
	arrange("c", ESTABLISH, NRS_POLICY_REPLACE, s.now + DAY);
	arrange("d", CLOSE, NRS_POLICY_ADD, 0);
	s.now += 2 * DAY;
	withdraw("d");
	assert_int_equal(s.out.n_arrangements, 0);
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
}

/* A change of what was withdrawn, withdrawn in its turn. */
static void
what_was_withdrawn_does_not_come_back(void **state)
{
	arrange("a", ESTABLISH, NRS_POLICY_REPLACE, SCENE_NOW + 9 * DAY);
	arrange("b", CHANGE, NRS_POLICY_ADD, SCENE_NOW + 9 * DAY);
	withdraw("a");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 1);
	withdraw("b");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
}

/* It was closed when the new one came: so it is without that one. */
static void
what_was_closed_before_stays_closed(void **state)
{
	arrange("a", ESTABLISH, NRS_POLICY_REPLACE, SCENE_NOW + 9 * DAY);
	arrange("b", CLOSE, NRS_POLICY_ADD, 0);
	arrange("c", ESTABLISH, NRS_POLICY_ADD, SCENE_NOW + 9 * DAY);
	withdraw("c");
	assert_int_equal(nrs_state_counts(s.state).arrangements, 0);
}

/* In the same thread nothing is below it: the correction takes its place. */
static void
a_closing_may_be_corrected(void **state)
{
	struct nrs_content content;
	struct nrs_content change =
	    arrangement("x", CHANGE, NRS_POLICY_ADD, "power");

	arrange("a", ESTABLISH, NRS_POLICY_REPLACE, SCENE_NOW + 9 * DAY);
	arrange("b", CLOSE, NRS_POLICY_ADD, 0);
	content = scene_next(&s, "b", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C1;
	content.contact_change = change.contact_change;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(routes("c"), "RT+OVR");
	content = scene_next(&s, "b", 3, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C1;
	issue(&content, "power");
	assert_string_equal(routes("d"), "OVR");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_change_of_contact_reaches_all_sectors_concerned),
	    T(a_change_of_contact_for_named_recipients_stays_theirs),
	    T(an_added_arrangement_goes_beside_the_usual_way_for_column_c),
	    T(a_replacing_arrangement_stands_in_for_real_time_until_its_end),
	    T(a_replacing_arrangement_does_not_replace_what_recalls_or_changes_it),
	    T(an_arrangement_is_closed_or_changed_by_its_open_id),
	    T(a_retraction_closes_what_its_thread_established),
	    T(what_a_withdrawn_notice_changed_holds_as_before),
	    T(what_a_withdrawn_notice_closed_is_open_again),
	    T(what_has_ended_meanwhile_does_not_come_back),
	    T(what_was_withdrawn_does_not_come_back),
	    T(what_was_closed_before_stays_closed),
	    T(a_closing_may_be_corrected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
