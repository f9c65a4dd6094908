/* SPDX-License-Identifier: Apache-2.0 */
/* What waits for a newsletter, and no longer does. */
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

/* ---- what waits ---- */

static const struct nrs_waiting_change *
change_of(const char *sector, bool remove)
{
	size_t i;

	for (i = 0; i < s.out.n_waiting; i++)
		if (s.out.waiting[i].remove == remove &&
		    strcmp(s.out.waiting[i].sector, sector) == 0)
			return &s.out.waiting[i];
	return NULL;
}

static void
a_retraction_takes_back_what_waits_and_tells_nobody(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);

	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_A1;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_APPLIED);
	assert_string_equal(scene_routes(&s, "power"), "");
	assert_string_equal(scene_copy(&s, "power")->route_rule, "not-issued");
	assert_string_equal(change_of("power", true)->why, "retracted");
	assert_null(change_of("power", false));
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
	assert_int_equal(s.out.n_topics, 0);
}

static void
what_no_issue_has_carried_is_not_retracted_by_one(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);

	issue(&content, "power");
	s.now += 30 * DAY;
	scene_deadline(&s);
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_A1;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_APPLIED);
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
}

/* As a cut-off will record it. */
static void
carry(const char *thread_id, const char *sector)
{
	struct nrs_waiting_change drained = {.remove = true,
	    .thread_id = thread_id,
	    .sector = sector,
	    .why = "drained"};
	const struct nrs_outcome out = {.journal_offset = s.offset++,
	    .type = NRS_SUBMISSION_CUT_OFF,
	    .verdict = NRS_VERDICT_APPLIED,
	    .waiting = &drained,
	    .n_waiting = 1};

	nrs_apply(s.state, &out);
	nrs_apply(s.shadow, &out);
	s.n_journal++;
}

static void
what_an_issue_has_carried_is_corrected_and_retracted_by_one(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);

	issue(&content, "power,gas");
	carry("a", "power");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_A1;
	issue(&content, "power,gas");
	assert_int_equal(
	    change_of("power", false)->section, NRS_NEWS_CORRECTIONS);
	assert_int_equal(change_of("gas", false)->section, NRS_NEWS_CASES);
	content = scene_next(&s, "a", 3, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_A1;
	content.valid_until = s.now + DAY;
	assert_int_equal(
	    issue(&content, "power,gas")->verdict, NRS_VERDICT_WAITING);
	assert_string_equal(scene_routes(&s, "gas"), "");
	assert_string_equal(scene_routes(&s, "power"), "NL");
	/* and it is never too late for it */
	s.now += 400 * DAY;
	scene_deadline(&s);
	assert_int_equal(nrs_state_counts(s.state).waiting, 1);
}

static void
a_newer_revision_replaces_what_waits_in_its_sectors(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);

	issue(&content, "power,gas");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_A1;
	issue(&content, "power");
	assert_string_equal(change_of("power", true)->why, "replaced");
	assert_int_equal(change_of("power", false)->revision, 2);
	assert_null(change_of("gas", true));
	content = scene_next(&s, "a", 3, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_A1;
	issue(&content, "power");
	assert_int_equal(change_of("gas", false)->revision, 3);
	assert_int_equal(change_of("gas", false)->section, NRS_NEWS_CASES);
	assert_int_equal(nrs_state_counts(s.state).waiting, 2);
}

static void
an_expired_revision_drops_what_waits(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);

	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.valid_until = s.now;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_EXPIRED);
	assert_string_equal(change_of("power", true)->why, "expired");
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
}

static void
what_waits_says_where_it_belongs(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_BB1, ROUTINE);
	const struct nrs_waiting_change *waiting;

	content.tlp = NRS_TLP_AMBER;
	issue(&content, "gas");
	content.notice_id = content.thread_id = "b";
	issue(&content, "power");
	waiting = change_of("power", false);
	assert_int_equal(waiting->journal_offset, 1);
	assert_string_equal(waiting->notice_id, "b");
	assert_int_equal(waiting->tlp, NRS_TLP_AMBER);
	assert_int_equal(waiting->section, NRS_NEWS_THREATS);
	assert_int_equal(waiting->column, NRS_COLUMN_B_B);
	assert_int_equal(waiting->valid_until, SCENE_NOW + 30 * DAY);
}

static void
a_raised_label_raises_what_waits_elsewhere(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_A1, ROUTINE);
	struct nrs_addressing to = {.originator = ""};

	content.tlp = NRS_TLP_CLEAR;
	issue(&content, "power,gas");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_A1;
	content.tlp = NRS_TLP_AMBER;
	issue(&content, "power");
	assert_int_equal(change_of("gas", false)->tlp, NRS_TLP_AMBER);
	assert_int_equal(change_of("gas", false)->revision, 1);
	assert_int_equal(nrs_state_counts(s.state).waiting, 2);
	/* RED never enters a newsletter, nor does what it has become */
	content = scene_next(&s, "a", 3, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_RED;
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_string_equal(change_of("gas", true)->why, "label-raised");
	assert_string_equal(change_of("power", true)->why, "label-raised");
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_retraction_takes_back_what_waits_and_tells_nobody),
	    T(what_no_issue_has_carried_is_not_retracted_by_one),
	    T(what_an_issue_has_carried_is_corrected_and_retracted_by_one),
	    T(a_newer_revision_replaces_what_waits_in_its_sectors),
	    T(an_expired_revision_drops_what_waits),
	    T(what_waits_says_where_it_belongs),
	    T(a_raised_label_raises_what_waits_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
