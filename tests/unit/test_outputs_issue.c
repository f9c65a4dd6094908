/* SPDX-License-Identifier: Apache-2.0 */
/* What the classifier writes of a cut-off: pure, so no bus is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "classifier/outputs.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/audit.h"
#include "noroshi/core/tlp.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/scene.h"

static struct scene s;
static struct classifier_outputs out;

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
announce(void)
{
	scene_cut_off(&s, "said",
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = "weekly:1",
	        .due_at = s.now + DAY,
	        .mode = NRS_MODE_ACTUAL,
	        .next_at = s.now + DAY,
	        .announce = true});
}

static const struct nrs_submission *
issue(const char *id, enum nrs_item_type type, enum nrs_tlp tlp)
{
	const struct nrs_addressing to = scene_to(&s, "power");
	struct nrs_content content = scene_content(&s, id);

	content.item_type = type;
	content.tlp = tlp;
	content.title = nrs_arena_printf(s.arena, "title of %s", id);
	scene_notice(&s, &content, &to);
	return s.last.submission;
}

static const void *decode(
    const struct nrs_outgoing *record, enum nrs_message_type type);

/* Who works out by itself what must be there finds all of it there. */
static void
assert_audited(void)
{
	const struct nrs_audit_conf conf = {.plan_ms = 1, .max = 1000};
	struct nrs_audit_fold *audit = nrs_audit_new(&conf);
	struct nrs_audit_place at = {.replay_of = -1};
	const struct nrs_audit_gap *gaps;
	size_t i, n;
	int label;

	for (label = NRS_TLP_AMBER_STRICT; label <= NRS_TLP_CLEAR; label++)
		nrs_audit_from(audit,
		    nrs_topic_newsletter(s.arena, "power", (enum nrs_tlp)label),
		    0, 0);
	for (i = 0; i < out.n; i++) {
		at.topic = out.records[i].topic;
		at.offset = (int64_t)i;
		if (strcmp(at.topic, NRS_TOPIC_OUTCOME) == 0)
			nrs_audit_outcome(audit, &at,
			    decode(&out.records[i], NRS_TYPE_OUTCOME));
		else if (strncmp(at.topic, "newsletter.", 11) == 0)
			nrs_audit_newsletter(audit, &at,
			    decode(&out.records[i], NRS_TYPE_NEWSLETTER));
	}
	n = nrs_audit_gaps(audit, s.arena, 2, NULL, &gaps);
	for (i = 0; i < n; i++)
		assert_int_not_equal(gaps[i].stage, NRS_AUDIT_EDITION);
	nrs_audit_free(audit);
}

/* Every notice of the journal counts as read again. */
static void
cut_off(const char *id)
{
	const struct nrs_command **items =
	    nrs_arena_array(s.arena, s.n_journal, sizeof(*items));
	struct classifier_again again = {.items = items};
	size_t i;

	s.now += DAY;
	scene_cut_off(&s, id,
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = "weekly:1",
	        .due_at = s.now,
	        .mode = NRS_MODE_ACTUAL,
	        .late = true,
	        .next_at = s.now + DAY});
	/* also what another command lets go: it is passed over */
	for (i = 0; i < s.n_journal; i++)
		if (s.journal[i].content != NULL)
			items[again.n++] = &s.journal[i];
	out = classifier_outputs_of(s.arena, s.policy, &s.last, &s.out, &again);
	assert_audited();
}

static const void *
decode(const struct nrs_outgoing *record, enum nrs_message_type type)
{
	const struct nrs_wire_input in = {
	    .type = type, .bytes = record->value, .how = NRS_WIRE_STRICT};
	void *value;

	assert_int_equal(nrs_wire_decode(s.arena, &in, &value, NULL), NRS_OK);
	return value;
}

/* Record n of a topic; NULL: there are not so many. */
static const struct nrs_newsletter *
part(const char *topic, size_t n)
{
	size_t i;

	for (i = 0; i < out.n; i++)
		if (strcmp(out.records[i].topic, topic) == 0 && n-- == 0)
			return decode(&out.records[i], NRS_TYPE_NEWSLETTER);
	return NULL;
}

/* "a b! 2" of an edition: its notices, "!" is a title, and its total. */
static const char *
edition(const char *topic)
{
	const struct nrs_newsletter *each;
	const char *text = "";
	size_t i;

	for (i = 0; (each = part(topic, i)) != NULL; i++) {
		if (each->closing)
			break;
		assert_int_equal(each->item->number, i + 1);
		text = nrs_arena_printf(s.arena, "%s%s%s ", text,
		    each->item->notice_id,
		    each->item->title[0] == '\0' ? "" : "!");
	}
	if (each == NULL)
		return "not closed";
	assert_null(part(topic, i + 1));
	return nrs_arena_printf(s.arena, "%s%u", text, (unsigned)each->total);
}

static const struct nrs_newsletter_item *
line_of(const char *topic)
{
	const struct nrs_newsletter *each;
	size_t i;

	for (i = 0; (each = part(topic, i)) != NULL && !each->closing; i++)
		if (each->item->title[0] != '\0')
			return each->item;
	return NULL;
}

static void
a_line_has_its_title_in_both_languages_where_it_may_have_one(void **state)
{
	const struct nrs_addressing to = scene_to(&s, "power");
	struct nrs_content content = scene_content(&s, "both");
	struct nrs_translation english = {.lang = "en",
	    .title = "In English",
	    .summary = "Not of a line",
	    .nisc_comment = "",
	    .impact = "",
	    .revision_reason = ""};
	const struct nrs_newsletter_item *line;

	announce();
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_AMBER;
	content.title = "日本語で";
	content.translations = &english;
	content.n_translations = 1;
	scene_notice(&s, &content, &to);
	cut_off("cut-off");
	line = line_of("newsletter.power.amber");
	assert_non_null(line);
	assert_string_equal(line->title, "日本語で");
	assert_int_equal(line->n_titles, 1);
	assert_string_equal(line->titles[0].lang, "en");
	assert_string_equal(line->titles[0].title, "In English");
	assert_string_equal(line->titles[0].summary, "");
	assert_null(line_of("newsletter.power.green"));
	for (size_t i = 0; i < out.n; i++)
		if (strstr(out.records[i].topic, "green") != NULL ||
		    strstr(out.records[i].topic, "clear") != NULL)
			assert_null(memmem(out.records[i].value.data,
			    out.records[i].value.len, "In English",
			    strlen("In English")));
}

static void
an_edition_holds_the_items_up_to_its_label(void **state)
{
	announce();
	issue("clear", NRS_ITEM_BC3, NRS_TLP_CLEAR);
	issue("amber", NRS_ITEM_BC3, NRS_TLP_AMBER);
	issue("strict", NRS_ITEM_C3, NRS_TLP_AMBER_STRICT);
	issue("green", NRS_ITEM_C3, NRS_TLP_GREEN);
	cut_off("cut-off");
	assert_string_equal(edition("newsletter.power.clear"), "clear 1");
	assert_string_equal(
	    edition("newsletter.power.green"), "clear green! 2");
	assert_string_equal(
	    edition("newsletter.power.amber"), "clear amber green! 3");
	assert_string_equal(edition("newsletter.power.amber-strict"),
	    "clear amber strict! green! 4");
	assert_int_equal(out.n, 1 + 1 + 2 + 3 + 4 + 5);
}

/* No byte of a title stands where its label may not be. */
static void
a_title_never_stands_in_an_edition_of_a_lower_label(void **state)
{
	static const char secret[] = "title of strict";
	size_t i;

	announce();
	issue("strict", NRS_ITEM_C3, NRS_TLP_AMBER_STRICT);
	cut_off("cut-off");
	assert_string_equal(
	    edition("newsletter.power.amber-strict"), "strict! 1");
	/* its other editions close with nothing: no number is missed */
	assert_string_equal(edition("newsletter.power.amber"), "0");
	assert_string_equal(edition("newsletter.power.clear"), "0");
	for (i = 0; i < out.n; i++)
		if (strncmp(out.records[i].topic, "newsletter.", 11) == 0 &&
		    strstr(out.records[i].topic, "strict") == NULL)
			assert_null(memmem(out.records[i].value.data,
			    out.records[i].value.len, secret, strlen(secret)));
}

/* Whoever read it there learns that it changed, and nothing else. */
static void
an_edition_that_may_not_have_the_correction_gets_its_stub(void **state)
{
	static const char text[] = "title of a";
	const struct nrs_addressing to = scene_to(&s, "power");
	const struct nrs_newsletter *first;
	struct nrs_content content;
	struct nrs_stub stub = {.payload = {(const uint8_t *)"changed", 7}};
	size_t i;

	announce();
	issue("a", NRS_ITEM_A1, NRS_TLP_GREEN);
	cut_off("cut-off:1");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_A1;
	content.tlp = NRS_TLP_AMBER;
	content.title = text;
	s.stubs = &stub;
	s.n_stubs = 1;
	scene_notice(&s, &content, &to);
	cut_off("cut-off:2");
	assert_string_equal(edition("newsletter.power.amber"), "a.2 1");
	assert_false(part("newsletter.power.amber", 0)->item->alert->stub);
	assert_string_equal(edition("newsletter.power.green"), "a.2 1");
	first = part("newsletter.power.green", 0);
	assert_true(first->item->alert->stub);
	assert_int_equal(first->item->section, NRS_NEWS_CORRECTIONS);
	assert_memory_equal(first->item->alert->payload.data, "changed", 7);
	/* it was never in this one */
	assert_string_equal(edition("newsletter.power.clear"), "0");
	for (i = 0; i < out.n; i++)
		if (strcmp(out.records[i].topic, "newsletter.power.green") == 0)
			assert_null(memmem(out.records[i].value.data,
			    out.records[i].value.len, text, strlen(text)));
}

/* All that the dispatcher gets of the last cut-off. */
static const struct nrs_newsletter *
dispatched(void)
{
	const struct nrs_dispatch *dispatch;
	size_t i;

	for (i = 0; i < out.n; i++) {
		if (strcmp(out.records[i].topic,
		        NRS_TOPIC_DISPATCH_NEWSLETTER) != 0)
			continue;
		dispatch = decode(&out.records[i], NRS_TYPE_DISPATCH);
		return dispatch->newsletter;
	}
	return NULL;
}

/* Not a byte of it, and not that there is more, but for who had it. */
static void
a_red_correction_is_its_stub_where_an_issue_had_the_notice(void **state)
{
	static const char text[] = "for one alone";
	struct nrs_addressing to = scene_to(&s, "");
	struct nrs_stub stub = {.payload = {(const uint8_t *)"changed", 7}};
	const struct nrs_newsletter_item *item;
	struct nrs_content content;
	size_t i;

	announce();
	issue("a", NRS_ITEM_A1, NRS_TLP_GREEN);
	cut_off("cut-off:1");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_A1;
	content.tlp = NRS_TLP_RED;
	content.title = text;
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	s.stubs = &stub;
	s.n_stubs = 1;
	scene_notice(&s, &content, &to);
	cut_off("cut-off:2");
	assert_string_equal(edition("newsletter.power.amber-strict"), "a.2 1");
	assert_string_equal(edition("newsletter.power.green"), "a.2 1");
	assert_string_equal(edition("newsletter.power.clear"), "0");
	item = part("newsletter.power.green", 0)->item;
	assert_true(item->alert->stub);
	assert_int_equal(item->section, NRS_NEWS_CORRECTIONS);
	assert_int_equal(item->tlp, NRS_TLP_GREEN);
	assert_null(item->stub);
	assert_int_equal(item->carried_tlp, NRS_TLP_UNSPECIFIED);
	for (i = 1; i < out.n; i++)
		assert_null(memmem(out.records[i].value.data,
		    out.records[i].value.len, text, strlen(text)));
	item = dispatched()->items;
	assert_int_equal(dispatched()->label, NRS_TLP_GREEN);
	assert_null(item->alert);
	assert_int_equal(item->tlp, NRS_TLP_RED);
	assert_true(item->stub->stub);
	assert_int_equal(item->carried_tlp, NRS_TLP_GREEN);
}

/* The mail's editions are made by the dispatcher: it needs both. */
static void
a_raised_correction_reaches_the_dispatcher_with_its_stub(void **state)
{
	const struct nrs_addressing to = scene_to(&s, "power");
	struct nrs_stub stub = {.payload = {(const uint8_t *)"changed", 7}};
	const struct nrs_newsletter_item *item;
	struct nrs_content content;

	announce();
	issue("a", NRS_ITEM_A1, NRS_TLP_GREEN);
	cut_off("cut-off:1");
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_A1;
	content.tlp = NRS_TLP_AMBER;
	s.stubs = &stub;
	s.n_stubs = 1;
	scene_notice(&s, &content, &to);
	s.n_stubs = 0;
	issue("b", NRS_ITEM_A1, NRS_TLP_GREEN);
	cut_off("cut-off:2");
	assert_int_equal(dispatched()->n_items, 2);
	item = &dispatched()->items[0]; /* 3 CASES comes before 8 */
	assert_string_equal(item->notice_id, "b");
	assert_null(item->stub);
	item = &dispatched()->items[1];
	assert_false(item->alert->stub);
	assert_memory_equal(item->stub->payload.data, "changed", 7);
	assert_int_equal(item->tlp, NRS_TLP_AMBER);
	assert_int_equal(item->carried_tlp, NRS_TLP_GREEN);
}

static void
a_record_says_of_which_issue_it_is(void **state)
{
	const struct nrs_newsletter *first, *last;

	announce();
	issue("a", NRS_ITEM_A1, NRS_TLP_GREEN);
	cut_off("cut-off");
	first = part("newsletter.power.green", 0);
	last = part("newsletter.power.green", 1);
	assert_string_equal(first->issue_id, "weekly:1:power:1");
	assert_string_equal(last->issue_id, "weekly:1:power:1");
	assert_string_equal(first->sector, "power");
	assert_int_equal(first->label, NRS_TLP_GREEN);
	assert_int_equal(first->number, 1);
	assert_int_equal(first->to, s.now);
	assert_true(first->late);
	assert_int_equal(first->mode, NRS_MODE_ACTUAL);
	assert_false(first->closing);
	assert_true(last->closing);
	assert_null(last->item);
	assert_int_equal(first->item->section, NRS_NEWS_CASES);
	assert_int_equal(first->item->kind, NRS_KIND_INITIAL);
	assert_int_equal(first->item->revision, 1);
	assert_int_equal(first->item->tlp, NRS_TLP_GREEN);
	assert_int_equal(first->item->at, s.now - DAY);
	assert_string_equal(first->item->thread_id, "a");
}

static void
an_item_is_the_signed_bytes_themselves(void **state)
{
	const struct nrs_submission *said;
	const struct nrs_alert *alert;

	announce();
	said = issue("a", NRS_ITEM_A1, NRS_TLP_CLEAR);
	cut_off("cut-off");
	alert = part("newsletter.power.clear", 0)->item->alert;
	assert_true(nrs_bytes_equal(alert->payload, said->payload));
	assert_string_equal(alert->submission_id, "a");
	assert_int_equal(alert->accepted_at, said->accepted_at);
	assert_string_equal(alert->classification->sector, "power");
	assert_int_equal(alert->classification->n_routes, 1);
	assert_int_equal(
	    alert->classification->routes[0], NRS_ROUTE_NEWSLETTER);
	assert_string_equal(
	    alert->classification->route_rule, "cell:A/NORMAL/ROUTINE");
	/* whoever is addressed is nobody else's business */
	assert_int_equal(alert->addressing_sha256.len, 32);
}

static void
the_dispatcher_gets_one_record_per_issue_with_all_items(void **state)
{
	const struct nrs_newsletter *whole;
	const struct nrs_outgoing *record = out.records;
	const struct nrs_dispatch *dispatch;
	size_t i, n = 0;

	announce();
	issue("clear", NRS_ITEM_BC3, NRS_TLP_CLEAR);
	issue("amber", NRS_ITEM_C3, NRS_TLP_AMBER);
	cut_off("cut-off");
	for (i = 0; i < out.n; i++) {
		if (strcmp(out.records[i].topic,
		        NRS_TOPIC_DISPATCH_NEWSLETTER) != 0)
			continue;
		record = &out.records[i];
		n++;
	}
	assert_int_equal(n, 1);
	dispatch = decode(record, NRS_TYPE_DISPATCH);
	assert_string_equal(dispatch->submission_id, "weekly:1:power:1");
	assert_int_equal(dispatch->journal_offset, s.last.journal_offset);
	whole = dispatch->newsletter;
	assert_int_equal(whole->n_items, 2);
	assert_int_equal(whole->total, 2);
	assert_int_equal(whole->label, NRS_TLP_AMBER);
	assert_string_equal(whole->items[0].notice_id, "clear");
	assert_non_null(whole->items[0].alert);
	assert_string_equal(whole->items[1].title, "title of amber");
	assert_null(whole->items[1].alert);
	assert_int_equal(whole->items[1].section, NRS_NEWS_SENT);
	assert_int_equal(whole->items[1].number, 2);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_line_has_its_title_in_both_languages_where_it_may_have_one),
	    T(an_edition_holds_the_items_up_to_its_label),
	    T(a_title_never_stands_in_an_edition_of_a_lower_label),
	    T(an_edition_that_may_not_have_the_correction_gets_its_stub),
	    T(a_red_correction_is_its_stub_where_an_issue_had_the_notice),
	    T(a_raised_correction_reaches_the_dispatcher_with_its_stub),
	    T(a_record_says_of_which_issue_it_is),
	    T(an_item_is_the_signed_bytes_themselves),
	    T(the_dispatcher_gets_one_record_per_issue_with_all_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
