/* SPDX-License-Identifier: Apache-2.0 */
/* Editions of newsletters, each in its topic, once, as its outcome has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/story.h"

#define DUE (STORY_T0 + STORY_MINUTE)
#define DAY (24 * STORY_HOUR)
#define AMBER "newsletter.power.amber"
#define GREEN "newsletter.power.green"
#define ISSUE "weekly:1:power:3"

static struct story *w;
static int64_t next_offset;

static int
set_up(void **state)
{
	(void)state;
	w = story_open();
	nrs_audit_from(w->audit, AMBER, 0, 0);
	nrs_audit_from(w->audit, GREEN, 0, 0);
	next_offset = 0;
	return 0;
}

/* ---- records ---- */

/* Two notices for everyone of the sector up to GREEN, one for AMBER, of which
 * GREEN may have a stub, and one of another sector. */
static struct nrs_waiting_change changes[] = {
    {.notice_id = "a", .revision = 1, .sector = "power", .tlp = NRS_TLP_GREEN},
    {.notice_id = "b",
        .revision = 2,
        .sector = "power",
        .tlp = NRS_TLP_AMBER,
        .carried_tlp = NRS_TLP_GREEN},
    {.notice_id = "x", .revision = 1, .sector = "gas", .tlp = NRS_TLP_GREEN},
    {.notice_id = "c", .revision = 1, .sector = "power", .tlp = NRS_TLP_CLEAR},
};

static void
promise(void)
{
	struct nrs_issue issue = {.issue_id = ISSUE,
	    .sector = "power",
	    .number = 3,
	    .from = 10,
	    .to = 20,
	    .total = 3};
	struct nrs_outcome o = {.journal_offset = 9,
	    .submission_id = "cut-off",
	    .about_id = "",
	    .verdict = NRS_VERDICT_APPLIED,
	    .mode = NRS_MODE_ACTUAL,
	    .waiting = changes,
	    .n_waiting = 4,
	    .issues = &issue,
	    .n_issues = 1};
	const struct nrs_dispatch dispatch = {
	    .newsletter = &(struct nrs_newsletter){.issue_id = ISSUE}};
	const struct nrs_audit_place at =
	    story_place(NRS_TOPIC_DISPATCH_NEWSLETTER, 0, next_offset);
	struct nrs_delivery_batch batch = story_batch_of(next_offset++, "");
	struct nrs_audit_place planned =
	    story_place(NRS_TOPIC_DELIVERY_NEWSLETTER, 0, at.offset);
	size_t i;

	for (i = 0; i < 4; i++) {
		changes[i].remove = true;
		changes[i].why = "drained";
	}
	story_command(o.journal_offset, "cut-off");
	story_outcome(&o);
	/* The rest of its way goes well. */
	nrs_audit_dispatch(w->audit, &at, &dispatch);
	nrs_audit_batch(w->audit, &planned, &batch);
}

static struct nrs_newsletter
part_of(enum nrs_tlp label)
{
	return (struct nrs_newsletter){.issue_id = ISSUE,
	    .sector = "power",
	    .label = label,
	    .number = 3,
	    .from = 10,
	    .to = 20,
	    .mode = NRS_MODE_ACTUAL};
}

static void
put(const char *topic, const struct nrs_newsletter *part, int64_t replay_of)
{
	struct nrs_audit_place at =
	    story_place(topic, 0, nrs_audit_next(w->audit, topic, 0));

	at.replay_of = replay_of;
	nrs_audit_newsletter(w->audit, &at, part);
}

static void
put_item(const char *topic, enum nrs_tlp label,
    const struct nrs_newsletter_item *item)
{
	struct nrs_newsletter_item said = *item;
	struct nrs_newsletter part = part_of(label);

	part.item = &said;
	put(topic, &part, -1);
}

static void
put_closing(const char *topic, enum nrs_tlp label, uint32_t total)
{
	struct nrs_newsletter part = part_of(label);

	part.closing = true;
	part.total = total;
	put(topic, &part, -1);
}

static const struct nrs_newsletter_item
    a = {.number = 1, .notice_id = "a", .revision = 1, .tlp = NRS_TLP_GREEN},
    b = {.number = 2, .notice_id = "b", .revision = 2, .tlp = NRS_TLP_AMBER},
    c = {.number = 3, .notice_id = "c", .revision = 1, .tlp = NRS_TLP_CLEAR};

static void
put_amber(void)
{
	put_item(AMBER, NRS_TLP_AMBER, &a);
	put_item(AMBER, NRS_TLP_AMBER, &b);
	put_item(AMBER, NRS_TLP_AMBER, &c);
	put_closing(AMBER, NRS_TLP_AMBER, 3);
}

/* No stub was signed. */
static void
put_green(void)
{
	struct nrs_newsletter_item last = c;

	last.number = 2;
	put_item(GREEN, NRS_TLP_GREEN, &a);
	put_item(GREEN, NRS_TLP_GREEN, &last);
	put_closing(GREEN, NRS_TLP_GREEN, 2);
}

static void
expect(enum nrs_audit_fault fault, size_t n)
{
	assert_int_equal(story_gaps(DUE), 1);
	story_expect(NRS_AUDIT_EDITION, ISSUE, n);
	assert_string_equal(nrs_audit_fault_name(w->gaps[0].fault),
	    nrs_audit_fault_name(fault));
}

static void
expect_nothing(void)
{
	assert_int_equal(story_gaps(DUE), 0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

/* ---- facts ---- */

static void
an_issue_whose_editions_came_is_forgotten(void **state)
{
	(void)state;
	promise();
	put_amber();
	assert_int_equal(nrs_audit_open(w->audit), 1);
	put_green();
	expect_nothing();
}

static void
an_edition_that_never_came_is_a_gap_after_its_budget(void **state)
{
	(void)state;
	promise();
	put_amber();
	assert_int_equal(story_gaps(DUE - 1), 0);
	expect(NRS_AUDIT_MISSING, 1);
	assert_string_equal(w->gaps[0].topic, GREEN);
	assert_int_equal(w->gaps[0].offset, -1);
	/* It stays one, and reading begins before it. */
	assert_int_equal(story_gaps(DUE + 2 * DAY), 1);
	assert_int_not_equal(nrs_audit_oldest_seen(w->audit), INT64_MAX);
	put_green();
	expect_nothing();
}

static void
both_missing_are_one_gap_of_two(void **state)
{
	(void)state;
	promise();
	expect(NRS_AUDIT_MISSING, 2);
}

static void
a_topic_that_is_not_read_is_not_waited_for(void **state)
{
	const struct nrs_audit_conf conf = {
	    .outcome_ms = 1, .plan_ms = 1, .delivery_ms = 1, .max = 100};

	(void)state;
	story_begin_anew(&conf);
	nrs_audit_from(w->audit, AMBER, 0, 0);
	promise();
	put_amber();
	expect_nothing();
}

static void
an_edition_may_be_seen_before_its_outcome(void **state)
{
	(void)state;
	put_amber();
	put_green();
	assert_false(nrs_audit_is_settled(w->audit));
	assert_int_equal(story_gaps(DUE), 0);
	promise();
	expect_nothing();
}

static void
an_edition_of_a_decision_before_the_start_is_forgotten(void **state)
{
	(void)state;
	put_amber();
	assert_int_equal(story_gaps(DUE), 0);
	assert_false(nrs_audit_is_settled(w->audit));
	assert_int_equal(story_gaps(DUE + 1), 0);
	assert_true(nrs_audit_is_settled(w->audit));
}

static void
what_is_not_closed_or_lacks_an_item_is_incomplete(void **state)
{
	(void)state;
	promise();
	put_green();
	put_item(AMBER, NRS_TLP_AMBER, &a);
	put_item(AMBER, NRS_TLP_AMBER, &c);
	expect(NRS_AUDIT_INCOMPLETE, 1);
	assert_string_equal(w->gaps[0].topic, AMBER);
	put_closing(AMBER, NRS_TLP_AMBER, 3);
	expect(NRS_AUDIT_INCOMPLETE, 1);
	put_item(AMBER, NRS_TLP_AMBER, &b);
	expect_nothing();
}

static void
a_stub_may_stand_where_the_text_may_not(void **state)
{
	struct nrs_alert alert = {.stub = true};
	struct nrs_newsletter_item stub = b;

	(void)state;
	promise();
	put_amber();
	stub.alert = &alert;
	stub.tlp = NRS_TLP_GREEN;
	put_item(GREEN, NRS_TLP_GREEN, &a);
	put_item(GREEN, NRS_TLP_GREEN, &stub);
	put_item(GREEN, NRS_TLP_GREEN, &c);
	put_closing(GREEN, NRS_TLP_GREEN, 3);
	expect_nothing();
}

static void
the_text_where_only_its_stub_may_stand_differs(void **state)
{
	(void)state;
	promise();
	put_amber();
	put_item(GREEN, NRS_TLP_GREEN, &a);
	put_item(GREEN, NRS_TLP_GREEN, &b);
	put_item(GREEN, NRS_TLP_GREEN, &c);
	put_closing(GREEN, NRS_TLP_GREEN, 3);
	expect(NRS_AUDIT_DIFFERS, 1);
	assert_string_equal(w->gaps[0].topic, GREEN);
	/* Nothing mends it: it is said for a day. */
	assert_int_equal(nrs_audit_oldest_seen(w->audit), INT64_MAX);
	assert_int_equal(story_gaps(DUE + DAY), 0);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
an_item_too_few_differs(void **state)
{
	(void)state;
	promise();
	put_green();
	put_item(AMBER, NRS_TLP_AMBER, &a);
	put_item(AMBER, NRS_TLP_AMBER, &b);
	put_closing(AMBER, NRS_TLP_AMBER, 2);
	expect(NRS_AUDIT_DIFFERS, 1);
}

static void
another_number_of_the_issue_differs(void **state)
{
	struct nrs_newsletter part = part_of(NRS_TLP_GREEN);

	(void)state;
	promise();
	put_amber();
	part.closing = true;
	part.number = 4;
	put(GREEN, &part, -1);
	expect(NRS_AUDIT_DIFFERS, 1);
}

static void
an_edition_that_came_twice_is_a_gap(void **state)
{
	(void)state;
	promise();
	put_amber();
	put_green();
	assert_int_equal(nrs_audit_open(w->audit), 0);
	put_green();
	expect(NRS_AUDIT_TWICE, 1);
	assert_string_equal(w->gaps[0].topic, GREEN);
	assert_int_equal(w->gaps[0].offset, 3);
	/* So was its decision. */
	promise();
	put_amber();
	expect_nothing();
}

static void
what_is_made_good_is_not_too_much(void **state)
{
	struct nrs_newsletter part = part_of(NRS_TLP_GREEN);
	struct nrs_newsletter_item item = a;

	(void)state;
	promise();
	put_amber();
	put_item(GREEN, NRS_TLP_GREEN, &a);
	part.item = &item;
	put(GREEN, &part, 9);
	item = c;
	item.number = 2;
	put(GREEN, &part, 9);
	part.item = NULL;
	part.closing = true;
	part.total = 2;
	put(GREEN, &part, 9);
	put(GREEN, &part, 9);
	expect_nothing();
}

/* The one that matters most: somebody may read it who must not. */
static void
an_edition_in_another_topic_is_missing_and_misplaced(void **state)
{
	(void)state;
	promise();
	put_green();
	put_item(GREEN, NRS_TLP_AMBER, &a);
	assert_int_equal(story_gaps(DUE), 1);
	expect(NRS_AUDIT_MISPLACED, 2);
	assert_string_equal(w->gaps[0].topic, GREEN);
	assert_int_equal(w->gaps[0].offset, 3);
	/* A day later it is still not where it should be. */
	assert_int_equal(story_gaps(DUE + DAY), 1);
	assert_int_equal(w->gaps[0].fault, NRS_AUDIT_MISSING);
	assert_string_equal(w->gaps[0].topic, AMBER);
}

static void
no_topic_is_that_of_red(void **state)
{
	(void)state;
	promise();
	put_green();
	put_amber();
	put_closing(GREEN, NRS_TLP_RED, 0);
	expect(NRS_AUDIT_MISPLACED, 1);
}

static void
a_number_that_no_issue_has_differs(void **state)
{
	struct nrs_newsletter_item item = a;

	(void)state;
	promise();
	put_amber();
	item.number = UINT32_MAX;
	put_item(GREEN, NRS_TLP_GREEN, &item);
	item.number = 0;
	put_item(GREEN, NRS_TLP_GREEN, &item);
	expect(NRS_AUDIT_DIFFERS, 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, story_close)
	const struct CMUnitTest tests[] = {
	    CASE(an_issue_whose_editions_came_is_forgotten),
	    CASE(an_edition_that_never_came_is_a_gap_after_its_budget),
	    CASE(both_missing_are_one_gap_of_two),
	    CASE(a_topic_that_is_not_read_is_not_waited_for),
	    CASE(an_edition_may_be_seen_before_its_outcome),
	    CASE(an_edition_of_a_decision_before_the_start_is_forgotten),
	    CASE(what_is_not_closed_or_lacks_an_item_is_incomplete),
	    CASE(a_stub_may_stand_where_the_text_may_not),
	    CASE(the_text_where_only_its_stub_may_stand_differs),
	    CASE(an_item_too_few_differs),
	    CASE(another_number_of_the_issue_differs),
	    CASE(an_edition_that_came_twice_is_a_gap),
	    CASE(what_is_made_good_is_not_too_much),
	    CASE(an_edition_in_another_topic_is_missing_and_misplaced),
	    CASE(no_topic_is_that_of_red),
	    CASE(a_number_that_no_issue_has_differs),
	};

	return cmocka_run_group_tests_name("audit_edition", tests, NULL, NULL);
}
