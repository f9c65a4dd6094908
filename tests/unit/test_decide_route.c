/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a notice goes: cells by posture, the overrides of domain.md 5.2 in
 * their order. Expected values are written by hand. Topics:
 * test_decide_topic.c; contact arrangements: test_decide_arrangement.c.
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

/* ---- the cell ---- */

static void
posture_is_that_of_the_order_in_the_journal(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_BC3, ROUTINE);

	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "NL");
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
	assert_string_equal(
	    scene_rules(&s, "power"), "cell:B_C/NORMAL/ROUTINE override:3");
	scene_posture(&s, "power", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	content = of_type("b", NRS_ITEM_BC3, ROUTINE);
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	assert_int_equal(
	    scene_copy(&s, "power")->posture, NRS_POSTURE_HEIGHTENED);
	scene_posture(&s, "power", NRS_POSTURE_NORMAL, 0);
	content = of_type("c", NRS_ITEM_BC3, ROUTINE);
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "NL");
}

static void
the_routes_of_one_notice_differ_by_sector(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_BC3, ROUTINE);

	scene_posture(&s, "finance", NRS_POSTURE_INCIDENT, s.now + DAY);
	assert_int_equal(
	    issue(&content, "finance,power")->verdict, NRS_VERDICT_RELEASED);
	assert_int_equal(s.out.n_copies, 2);
	assert_string_equal(scene_routes(&s, "finance"), "RT+NL");
	assert_string_equal(scene_routes(&s, "power"), "NL");
	assert_string_equal(scene_topics(&s), "alert.finance.green");
	assert_int_equal(nrs_state_counts(s.state).waiting, 2);
}

static void
a_national_floor_raises_everybody(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_BC3, ROUTINE);

	scene_posture(&s, "*", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	issue(&content, "*");
	assert_int_equal(s.out.n_copies, 15);
	assert_int_equal(s.out.n_topics, 15);
	assert_string_equal(scene_routes(&s, "port"), "RT+NL");
}

static const char *
deciding(const char *sector)
{
	return scene_copy(&s, sector)->route_rule;
}

/* What the gate takes away explains nothing of what is left. */
static void
the_deciding_rule_is_what_the_routes_come_from(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "power");

	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "NL");
	assert_string_equal(deciding("power"), "cell:A/NORMAL/ROUTINE");
	assert_string_equal(
	    scene_rules(&s, "power"), "cell:A/NORMAL/ROUTINE override:3");
	content = of_type("b", NRS_ITEM_BC3, IMMEDIATE);
	issue(&content, "gas");
	assert_string_equal(deciding("gas"), "cell:B_C/NORMAL/IMMEDIATE");
	/* in real time because it once was, not because of its cell */
	content = scene_next(&s, "b", 2, NRS_KIND_CORRECTION);
	issue(&content, "gas");
	assert_string_equal(scene_routes(&s, "gas"), "RT+NL");
	assert_string_equal(deciding("gas"), "override:1");
	assert_string_equal(scene_rules(&s, "gas"),
	    "cell:B_C/NORMAL/ROUTINE override:1 override:3");
	/* in real time because the gate left nothing else */
	content = of_type("c", NRS_ITEM_A1, ROUTINE);
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_string_equal(scene_routes(&s, "power"), "RT");
	assert_string_equal(deciding("power"), "override:3");
}

static void
an_item_of_column_c_in_calm_times_asks_for_a_review(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C2, ROUTINE);

	issue(&content, "power");
	assert_true(s.out.posture_review);
	assert_true(scene_copy(&s, "power")->posture_review);
	content = of_type("b", NRS_ITEM_A1, ROUTINE);
	issue(&content, "power");
	assert_false(s.out.posture_review);
	content = of_type("c", NRS_ITEM_A1, IMMEDIATE);
	issue(&content, "power");
	assert_true(s.out.posture_review);
	/* and never raises the posture by itself */
	assert_int_equal(
	    nrs_state_posture(s.state, "power"), NRS_POSTURE_NORMAL);
}

static void
what_nobody_foresaw_goes_out_in_real_time_and_says_so(void **state)
{
	struct nrs_content content =
	    of_type("a", NRS_ITEM_UNSPECIFIED, NRS_URGENCY_UNSPECIFIED);

	s.n_unknown = 2;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT");
	assert_string_equal(
	    scene_rules(&s, "power"), "undecidable unknown-value");
	assert_true(s.out.posture_review);
}

static void
an_acknowledgement_is_asked_for_in_real_time_unless_waived(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);

	issue(&content, "power");
	assert_true(scene_copy(&s, "power")->ack_required);
	content = of_type("b", NRS_ITEM_C3, ROUTINE);
	content.ack_waived = true;
	issue(&content, "power");
	assert_false(scene_copy(&s, "power")->ack_required);
	content = of_type("c", NRS_ITEM_A1, ROUTINE);
	issue(&content, "power");
	assert_false(scene_copy(&s, "power")->ack_required);
}

/* ---- override 1 ---- */

static void
a_correction_goes_wherever_the_thread_has_been(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_BC3, ROUTINE);

	scene_posture(&s, "*", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	issue(&content, "power,gas");
	scene_posture(&s, "*", NRS_POSTURE_NORMAL, 0);
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	assert_string_equal(scene_routes(&s, "gas"), "RT+NL");
	assert_string_equal(scene_rules(&s, "gas"),
	    "cell:B_C/NORMAL/ROUTINE override:1 override:3");
	assert_string_equal(
	    scene_topics(&s), "alert.power.green alert.gas.green");
	assert_int_equal(s.out.n_stub_topics, 0);
}

static void
a_recall_takes_every_route_the_thread_has_used(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);

	content.tlp = NRS_TLP_CLEAR;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "NL+WEB");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_CLEAR;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL+WEB");
	assert_string_equal(
	    scene_rules(&s, "power"), "cell:C/NORMAL/ROUTINE override:1");
	assert_string_equal(scene_topics(&s), "alert.power.clear web");
	content = scene_next(&s, "a", 3, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_A1;
	content.tlp = NRS_TLP_CLEAR;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+WEB");
	assert_string_equal(scene_rules(&s, "power"),
	    "cell:A/NORMAL/ROUTINE override:1 not-issued");
}

static void
a_follow_up_goes_only_where_it_is_sent(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);

	issue(&content, "power,gas");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_BC3;
	issue(&content, "power");
	assert_int_equal(s.out.n_copies, 1);
	assert_string_equal(scene_routes(&s, "power"), "NL");
	/* but a retraction after it still knows both */
	content = scene_next(&s, "a", 3, NRS_KIND_RETRACTION);
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "gas"), "RT");
	assert_string_equal(
	    scene_topics(&s), "alert.power.green alert.gas.green");
}

static void
a_sector_added_by_a_correction_gets_the_cell(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_BC3, ROUTINE);

	scene_posture(&s, "power", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	issue(&content, "power,gas");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	assert_string_equal(scene_routes(&s, "gas"), "NL");
}

/* ---- override 3 ---- */

static void
red_goes_to_named_recipients_and_touches_no_topic(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);
	struct nrs_addressing to = {.originator = ""};

	content.tlp = NRS_TLP_RED;
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_int_equal(s.out.n_copies, 1);
	assert_string_equal(s.out.copies[0].sector, "");
	assert_string_equal(scene_routes(&s, ""), "RT");
	assert_string_equal(s.out.copies[0].route_rule, "override:3");
	assert_int_equal(s.out.n_topics, 0);
	assert_int_equal(s.out.n_waiting, 0);
	assert_true(s.out.thread->sectors[0].limited);
}

static void
only_clear_reaches_the_web(void **state)
{
	static const struct {
		enum nrs_tlp tlp;
		const char *routes, *topics;
	} table[] = {
	    {NRS_TLP_CLEAR, "RT+NL+WEB", "alert.power.clear web"},
	    {NRS_TLP_GREEN, "RT+NL", "alert.power.green"},
	    {NRS_TLP_AMBER, "RT+NL", "alert.power.amber"},
	    {NRS_TLP_AMBER_STRICT, "RT+NL", "alert.power.amber-strict"},
	};
	struct nrs_content content;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		content = of_type(nrs_arena_printf(s.arena, "n-%zu", i),
		    NRS_ITEM_A1, IMMEDIATE);
		content.tlp = table[i].tlp;
		issue(&content, "power");
		assert_string_equal(scene_routes(&s, "power"), table[i].routes);
		assert_string_equal(scene_topics(&s), table[i].topics);
	}
}

static void
narrowed_to_ceptoars_means_their_topics_only(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance,power");

	content.tlp = NRS_TLP_CLEAR;
	to.ceptoars = scene_list(&s, "bank,securities", &to.n_ceptoars);
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.n_copies, 3);
	assert_string_equal(s.out.copies[0].ceptoar, "bank");
	assert_string_equal(s.out.copies[1].ceptoar, "securities");
	assert_string_equal(scene_routes(&s, "finance"), "RT");
	/* power is named as a whole */
	assert_string_equal(scene_copy(&s, "power")->ceptoar, "");
	assert_string_equal(scene_routes(&s, "power"), "NL+WEB");
	assert_string_equal(scene_topics(&s),
	    "alert.ceptoar.bank alert.ceptoar.securities web");
}

static void
excluding_anyone_leaves_the_sectors_topic(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_BC4, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.excluded_recipients =
	    scene_list(&s, "bank,op-delta", &to.n_excluded_recipients);
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(scene_routes(&s, "finance"), "RT");
	assert_string_equal(scene_topics(&s),
	    "alert.ceptoar.securities alert.ceptoar.life-insurance "
	    "alert.ceptoar.non-life-insurance alert.ceptoar.funds-settlement");
	assert_string_equal(scene_copy(&s, "finance")->ceptoar, "");
}

static void
narrowed_to_recipients_touches_no_topic(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance,power");

	to.recipients = scene_list(&s, "org-1,org-2", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_int_equal(s.out.n_topics, 0);
	assert_int_equal(s.out.n_copies, 2);
}

/* ---- override 6 ---- */

static void
a_drill_never_reaches_the_web(void **state)
{
	static const enum nrs_mode modes[] = {NRS_MODE_EXERCISE, NRS_MODE_TEST};
	struct nrs_content content;
	size_t i;

	for (i = 0; i < 2; i++) {
		scene_close(&s);
		scene_open(&s, modes[i]);
		content = of_type("a", NRS_ITEM_A1, IMMEDIATE);
		content.tlp = NRS_TLP_CLEAR;
		issue(&content, "power");
		assert_string_equal(scene_routes(&s, "power"), "RT+NL");
		assert_string_equal(scene_rules(&s, "power"),
		    "cell:A/NORMAL/IMMEDIATE override:6");
		assert_string_equal(scene_topics(&s), "alert.power.clear");
	}
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(posture_is_that_of_the_order_in_the_journal),
	    T(the_routes_of_one_notice_differ_by_sector),
	    T(a_national_floor_raises_everybody),
	    T(the_deciding_rule_is_what_the_routes_come_from),
	    T(an_item_of_column_c_in_calm_times_asks_for_a_review),
	    T(what_nobody_foresaw_goes_out_in_real_time_and_says_so),
	    T(an_acknowledgement_is_asked_for_in_real_time_unless_waived),
	    T(a_correction_goes_wherever_the_thread_has_been),
	    T(a_recall_takes_every_route_the_thread_has_used),
	    T(a_follow_up_goes_only_where_it_is_sent),
	    T(a_sector_added_by_a_correction_gets_the_cell),
	    T(red_goes_to_named_recipients_and_touches_no_topic),
	    T(only_clear_reaches_the_web),
	    T(narrowed_to_ceptoars_means_their_topics_only),
	    T(excluding_anyone_leaves_the_sectors_topic),
	    T(narrowed_to_recipients_touches_no_topic),
	    T(a_drill_never_reaches_the_web),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
