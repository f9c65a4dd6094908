/* SPDX-License-Identifier: Apache-2.0 */
/* Which topics get the full text, and which the stub (invariant 7). */
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

/* ---- stubs ---- */

static void
with_stub(void)
{
	s.stubs = nrs_arena_array(s.arena, 1, sizeof(*s.stubs));
	s.n_stubs = 1;
}

static void
a_raised_label_leaves_the_stub_where_it_was(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, IMMEDIATE);

	content.tlp = NRS_TLP_CLEAR;
	issue(&content, "power,gas");
	assert_string_equal(
	    scene_topics(&s), "alert.power.clear web alert.gas.clear");
	with_stub();
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_A1;
	content.urgency = IMMEDIATE;
	content.tlp = NRS_TLP_AMBER;
	issue(&content, "power");
	assert_string_equal(scene_topics(&s), "alert.power.amber");
	assert_string_equal(
	    scene_stub_topics(&s), "alert.power.clear web alert.gas.clear");
	content = scene_next(&s, "a", 3, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_A1;
	content.tlp = NRS_TLP_AMBER;
	issue(&content, "power");
	assert_string_equal(
	    scene_topics(&s), "alert.power.amber alert.gas.amber");
	assert_string_equal(
	    scene_stub_topics(&s), "alert.gas.clear alert.power.clear web");
}

static void
raised_to_red_it_leaves_the_stub_with_a_ceptoar_too(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	scene_notice(&s, &content, &to);
	with_stub();
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_RED;
	to = (struct nrs_addressing){.originator = ""};
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.n_topics, 0);
	assert_string_equal(scene_stub_topics(&s), "alert.ceptoar.bank");
}

static void
a_narrower_retraction_leaves_stubs_with_the_others(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance");

	issue(&content, "finance");
	with_stub();
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	scene_notice(&s, &content, &to);
	assert_string_equal(scene_topics(&s), "alert.ceptoar.bank");
	assert_string_equal(scene_stub_topics(&s), "alert.finance.green");
}

static void
what_was_narrowed_stays_so_in_a_sector_not_named_again(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	scene_notice(&s, &content, &to);
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	assert_string_equal(
	    scene_topics(&s), "alert.power.green alert.ceptoar.bank");
	assert_string_equal(scene_copy(&s, "finance")->ceptoar, "bank");
}

static void
what_named_recipients_had_is_not_told_their_whole_sector(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "power");

	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_A1;
	issue(&content, "gas");
	assert_null(scene_copy(&s, "power"));
	assert_string_equal(scene_topics(&s), "alert.gas.green");
	/* in real time, so that the dispatcher tells whom it told before */
	assert_string_equal(scene_routes(&s, "gas"), "RT+NL");
	content = scene_next(&s, "a", 3, NRS_KIND_RETRACTION);
	scene_notice(&s, &content, &to);
	assert_string_equal(scene_routes(&s, "power"), "RT");
}

static void
who_was_excluded_is_not_told_by_a_sector_not_named_again(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.excluded_recipients = scene_list(&s,
	    "bank,life-insurance,funds-settlement", &to.n_excluded_recipients);
	scene_notice(&s, &content, &to);
	with_stub();
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "gas");
	assert_null(scene_copy(&s, "finance"));
	assert_string_equal(scene_topics(&s), "alert.gas.green");
	assert_string_equal(scene_stub_topics(&s),
	    "alert.ceptoar.securities alert.ceptoar.non-life-insurance");
}

/* The shipped sectors without the last CEPTOAR and the last sector. */
static const struct nrs_policy *
policy_without(const char *ceptoar, const char *sector)
{
	struct nrs_sector_table *table =
	    nrs_arena_alloc(s.arena, sizeof(*table));
	struct nrs_ceptoar *ceptoars;
	struct nrs_sector *sectors;
	size_t i;

	*table = *s.policy->sectors;
	ceptoars =
	    nrs_arena_array(s.arena, table->n_ceptoars, sizeof(*ceptoars));
	sectors = nrs_arena_array(s.arena, table->n_sectors, sizeof(*sectors));
	table->n_ceptoars = table->n_sectors = 0;
	for (i = 0; i < s.policy->sectors->n_ceptoars; i++)
		if (strcmp(s.policy->sectors->ceptoars[i].id, ceptoar) != 0)
			ceptoars[table->n_ceptoars++] =
			    s.policy->sectors->ceptoars[i];
	for (i = 0; i < s.policy->sectors->n_sectors; i++)
		if (strcmp(s.policy->sectors->sectors[i].code, sector) != 0)
			sectors[table->n_sectors++] =
			    s.policy->sectors->sectors[i];
	table->ceptoars = ceptoars;
	table->sectors = sectors;
	return nrs_policy_new(
	    s.arena, table, s.policy->rules, NRS_MODE_ACTUAL, "later");
}

static void
a_ceptoar_that_is_gone_does_not_widen_to_its_sector(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	scene_notice(&s, &content, &to);
	s.policy = policy_without("bank", "");
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	assert_string_equal(scene_topics(&s), "alert.power.green");
	assert_string_equal(scene_copy(&s, "finance")->ceptoar, "bank");
}

static void
a_topic_that_is_gone_is_not_written_to(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);

	issue(&content, "port,power");
	s.policy = policy_without("port", "port");
	with_stub();
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	assert_string_equal(scene_topics(&s), "alert.power.green");
	assert_int_equal(s.out.n_stub_topics, 0);
	/* mail still reaches who was told */
	assert_string_equal(scene_routes(&s, "port"), "RT");
}

static void
a_correction_for_another_ceptoar_reaches_the_first_too(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	scene_notice(&s, &content, &to);
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	to.ceptoars = scene_list(&s, "securities", &to.n_ceptoars);
	scene_notice(&s, &content, &to);
	assert_string_equal(
	    scene_topics(&s), "alert.ceptoar.bank alert.ceptoar.securities");
	assert_int_equal(s.out.n_copies, 2);
	/* a follow-up goes only where it is sent */
	content = scene_next(&s, "a", 3, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_C3;
	scene_notice(&s, &content, &to);
	assert_string_equal(scene_topics(&s), "alert.ceptoar.securities");
}

static void
a_missing_stub_is_said(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);

	content.tlp = NRS_TLP_CLEAR;
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_AMBER;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_RELEASED);
	assert_int_equal(s.out.n_stub_topics, 0);
	assert_string_equal(s.out.rule, "stub-missing");
}

static void
a_wider_label_still_reaches_the_narrower_topic(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3, ROUTINE);

	content.tlp = NRS_TLP_AMBER;
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_GREEN;
	content.tlp_widened_by = "desk-2";
	issue(&content, "power");
	assert_string_equal(
	    scene_topics(&s), "alert.power.green alert.power.amber");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_raised_label_leaves_the_stub_where_it_was),
	    T(raised_to_red_it_leaves_the_stub_with_a_ceptoar_too),
	    T(a_narrower_retraction_leaves_stubs_with_the_others),
	    T(what_was_narrowed_stays_so_in_a_sector_not_named_again),
	    T(what_named_recipients_had_is_not_told_their_whole_sector),
	    T(who_was_excluded_is_not_told_by_a_sector_not_named_again),
	    T(a_ceptoar_that_is_gone_does_not_widen_to_its_sector),
	    T(a_topic_that_is_gone_is_not_written_to),
	    T(a_correction_for_another_ceptoar_reaches_the_first_too),
	    T(a_missing_stub_is_said),
	    T(a_wider_label_still_reaches_the_narrower_topic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
