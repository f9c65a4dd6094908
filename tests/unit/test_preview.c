/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a notice would reach, over decisions made by the shipped rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/preview.h"
#include "support/scene.h"

static struct scene s;
static struct nrs_match_set *subs;
static struct nrs_usage usage;
static struct nrs_preview preview;
static struct nrs_arrangements *arrangements;
static const struct nrs_ack_times times = {.immediate_ms = 60 * MINUTE,
    .priority_ms = 240 * MINUTE,
    .routine_ms = DAY,
    .report_after = 150,
    .give_up_ms = 3 * DAY};
static const struct nrs_delivery_batch *priors[1];
static size_t n_priors;
static const struct nrs_stub_content *stub;

static const char *power[] = {"power"};
static const char *finance[] = {"finance"};
static struct nrs_channel mail[] = {{NRS_CHANNEL_MAIL, "a@x.example"}};
static struct nrs_channel both[] = {{NRS_CHANNEL_MAIL, "b@x.example"},
    {NRS_CHANNEL_WEBHOOK, "https://x.example/b"}};

/* All in power but the last; may see AMBER but where they are named so. */
static struct nrs_subscription people[] = {
    {.subscriber_id = "one", .channels = mail, .n_channels = 1},
    {.subscriber_id = "two", .channels = both, .n_channels = 2},
    {.subscriber_id = "green", .channels = mail, .n_channels = 1},
    {.subscriber_id = "quiet",
        .channels = mail,
        .n_channels = 1,
        .digest_off = true},
    {.subscriber_id = "mute"},
    {.subscriber_id = "bank", .channels = mail, .n_channels = 1},
};
#define N_PEOPLE (sizeof(people) / sizeof(people[0]))

static int
setup(void **state)
{
	size_t i;

	scene_open(&s, NRS_MODE_ACTUAL);
	subs = nrs_match_set_new();
	for (i = 0; i < N_PEOPLE; i++) {
		people[i].name = people[i].organisation =
		    people[i].subscriber_id;
		people[i].lang = i == 1 ? "en" : "ja";
		people[i].max_tlp = i == 2 ? NRS_TLP_GREEN : NRS_TLP_AMBER;
		people[i].sectors = i == N_PEOPLE - 1 ? finance : power;
		people[i].n_sectors = 1;
		nrs_match_set_put(subs, &people[i]);
	}
	usage = (struct nrs_usage){0};
	n_priors = 0;
	stub = NULL;
	arrangements = NULL;
	return 0;
}

static int
teardown(void **state)
{
	nrs_match_set_free(subs);
	nrs_arrangements_free(arrangements);
	scene_close(&s);
	return 0;
}

static void
look(const struct nrs_content *content, const char *sectors)
{
	const struct nrs_addressing to = scene_to(&s, sectors);
	const struct nrs_submission submission = {
	    .submission_id = content->notice_id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = content->mode,
	    .accepted_at = s.now,
	    .n_stubs = stub == NULL ? 0 : 1};
	const struct nrs_command cmd = {.journal_offset = s.offset,
	    .submission = &submission,
	    .content = content,
	    .addressing = &to};
	const struct nrs_preview_query query = {.arena = s.arena,
	    .policy = s.policy,
	    .state = s.state,
	    .subs = subs,
	    .cmd = &cmd,
	    .priors = priors,
	    .n_priors = n_priors,
	    .usage = &usage,
	    .arrangements = arrangements,
	    .ack = &times,
	    .stub = stub};

	nrs_preview(&query, &preview);
}

static struct nrs_content
urgent(const char *id)
{
	struct nrs_content content = scene_content(&s, id);

	content.item_type = NRS_ITEM_C3;
	content.urgency = NRS_URGENCY_PRIORITY;
	content.tlp = NRS_TLP_AMBER;
	return content;
}

/* "one/MAIL two/MAIL two/WEBHOOK": those of one purpose and time. */
static const char *
names(enum nrs_delivery_purpose purpose, bool now)
{
	const struct nrs_preview_recipient *r;
	const char *text = "";
	size_t i;

	for (i = 0; i < preview.n_recipients; i++) {
		r = &preview.recipients[i];
		if (r->purpose == purpose && r->now == now)
			text = nrs_arena_printf(s.arena, "%s%s%s/%d", text,
			    text[0] == '\0' ? "" : " ", r->subscriber_id,
			    (int)r->channel);
	}
	return text;
}

static void
an_alert_names_whom_it_reaches_by_which_channel_and_rule(void **state)
{
	const struct nrs_content content = urgent("a");

	look(&content, "power");
	assert_int_equal(preview.outcome.verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(
	    names(NRS_PURPOSE_ALERT, true), "one/1 quiet/1 two/1 two/2");
	assert_string_equal(names(NRS_PURPOSE_ALERT, false), "");
	assert_string_equal(
	    preview.recipients[0].rule, "cell:C/NORMAL/PRIORITY");
	assert_int_equal(preview.n_reached, 3);
	assert_int_equal(preview.n_not_cleared, 1);
	assert_int_equal(preview.n_unreachable, 1);
	assert_int_equal(preview.n_stubs, 0);
}

static void
what_waits_is_for_the_readers_of_the_next_newsletter(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.item_type = NRS_ITEM_A1;
	look(&content, "power");
	assert_string_equal(names(NRS_PURPOSE_ALERT, true), "");
	assert_string_equal(
	    names(NRS_PURPOSE_ALERT, false), "green/1 one/1 two/1 two/2");
	/* in real time and by newsletter: told at once, and counted once */
	content = urgent("b");
	content.item_type = NRS_ITEM_BC3;
	content.urgency = NRS_URGENCY_IMMEDIATE;
	look(&content, "power,finance");
	assert_string_equal(
	    names(NRS_PURPOSE_ALERT, true), "bank/1 one/1 quiet/1 two/1 two/2");
	assert_string_equal(names(NRS_PURPOSE_ALERT, false), "");
	assert_int_equal(preview.n_not_cleared, 1);
}

/* one got it, green got it while it was GREEN, gone is no subscriber now. */
static void
a_correction_reaches_whom_it_was_planned_for_and_the_rest_get_the_stub(
    void **state)
{
	static struct nrs_delivery deliveries[] = {
	    {.subscriber_id = "bank", .organisation = "bank", .channel = mail},
	    {.subscriber_id = "green", .organisation = "g", .channel = mail},
	    {.subscriber_id = "gone", .organisation = "x", .channel = mail}};
	static const struct nrs_delivery_batch batch = {.notice_id = "a",
	    .thread_id = "a",
	    .revision = 1,
	    .purpose = NRS_PURPOSE_ALERT,
	    .deliveries = deliveries,
	    .n_deliveries = 3};
	static const struct nrs_stub_content changed = {.notice_id = "a.2",
	    .thread_id = "a",
	    .revision = 2,
	    .kind = NRS_KIND_CORRECTION,
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_content content = urgent("a");
	const struct nrs_addressing to = scene_to(&s, "power");

	content.tlp = NRS_TLP_GREEN;
	scene_notice(&s, &content, &to);
	priors[0] = &batch;
	n_priors = 1;
	stub = &changed;
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_AMBER;
	look(&content, "power");
	assert_string_equal(
	    names(NRS_PURPOSE_ALERT, true), "bank/1 one/1 quiet/1 two/1 two/2");
	assert_string_equal(names(NRS_PURPOSE_STUB, true), "gone/1 green/1");
	assert_string_equal(preview.recipients[0].rule, "override:1");
	assert_int_equal(preview.n_reached, 4);
	assert_int_equal(preview.n_stubs, 2);
	assert_int_equal(preview.n_not_cleared, 0);
	assert_int_equal(preview.outcome.n_stub_topics, 1);
	assert_int_equal(preview.n_texts, 3); /* ja, en, and the stub in ja */
	assert_true(preview.texts[2].stub);
	assert_null(strstr(preview.texts[2].rendered.text, content.summary));
}

static void
a_sector_or_a_label_never_used_is_unusual(void **state)
{
	const struct nrs_content content = urgent("a");
	char sector[] = "power", *used[] = {sector};

	look(&content, "power");
	assert_true(preview.first);
	assert_int_equal(preview.n_new_sectors, 0);
	usage.n = 1;
	usage.sectors = used;
	usage.n_sectors = 1;
	usage.labels[NRS_TLP_GREEN] = true;
	look(&content, "power,finance");
	assert_false(preview.first);
	assert_int_equal(preview.n_new_sectors, 1);
	assert_string_equal(preview.new_sectors[0], "finance");
	assert_true(preview.new_label);
	usage.labels[NRS_TLP_AMBER] = true;
	look(&content, "power");
	assert_int_equal(preview.n_new_sectors, 0);
	assert_false(preview.new_label);
}

static void
what_would_be_refused_or_held_reaches_nobody(void **state)
{
	struct nrs_content content =
	    scene_next(&s, "none", 2, NRS_KIND_FOLLOW_UP);

	look(&content, "power");
	assert_int_equal(preview.outcome.verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(preview.outcome.rule, "thread-unknown");
	assert_int_equal(preview.n_recipients, 0);
	content = urgent("a");
	content.stream = NRS_STREAM_SECTOR_REPORT;
	look(&content, "power");
	assert_int_equal(preview.outcome.verdict, NRS_VERDICT_HELD);
	assert_int_equal(preview.n_recipients, 0);
	assert_int_equal(preview.n_texts, 1); /* what they would read */
}

/* Source: ※緊急事態等における別の連絡体制や手続きがある場合を除く
 * The notice that sets up hq-1 in power goes out. */
static void
set_up_hq(struct nrs_contact_arrangement *hq, struct nrs_content *content)
{
	static struct nrs_contact contacts[] = {
	    {.role = "当直", .channel = "phone", .address = "03-0000-0000"},
	    {.role = "連絡", .channel = "mail", .address = "hq@x.example"},
	    {.role = "副", .channel = "mail", .address = "hq2@x.example"}};
	const struct nrs_addressing to = scene_to(&s, "power");

	*hq = (struct nrs_contact_arrangement){
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "hq-1",
	    .hq_name = "HQ",
	    .contacts = contacts,
	    .n_contacts = 3,
	    .policy = NRS_POLICY_REPLACE,
	    .effective_until = s.now + DAY};
	*content = urgent("hq");
	content->item_type = NRS_ITEM_C1;
	content->contact_change = hq;
	scene_notice(&s, content, &to);
}

static void
where_an_arrangement_replaces_the_usual_way_others_come_after_it(void **state)
{
	struct nrs_contact_arrangement hq;
	struct nrs_content content;

	set_up_hq(&hq, &content);
	arrangements = nrs_arrangements_new();
	nrs_arrangements_note(arrangements, &content);
	content = urgent("a");
	look(&content, "power,finance");
	assert_string_equal(names(NRS_PURPOSE_ALERT, true),
	    "@hq-1/1 @hq-1/1 bank/1 one/1 quiet/1 two/1 two/2");
	assert_string_equal(preview.recipients[0].name, "HQ 副");
	assert_string_equal(preview.recipients[1].name, "HQ 連絡");
	assert_null(preview.recipients[0].unless);
	assert_null(preview.recipients[2].unless); /* finance has none */
	assert_string_equal(preview.recipients[3].unless, "hq-1");
	assert_string_equal(preview.recipients[3].rule, "override:5");
	assert_int_equal(preview.n_ways, 1);
	assert_string_equal(preview.ways[0].arrangement_id, "hq-1");
	assert_string_equal(preview.ways[0].name, "HQ");
	assert_int_equal(preview.ways[0].n_roles, 2); /* who can be mailed */
	assert_string_equal(preview.ways[0].roles[0], "連絡");
	assert_int_equal(preview.ways[0].n_waiting, 3);
	assert_int_equal(preview.ways[0].wait_until, s.now + times.priority_ms);
}

/* As the planner: fail towards delivery. */
static void
where_nobody_can_be_mailed_the_usual_way_stays(void **state)
{
	struct nrs_contact_arrangement hq;
	struct nrs_content content;

	set_up_hq(&hq, &content);
	hq.n_contacts = 1; /* a telephone */
	arrangements = nrs_arrangements_new();
	nrs_arrangements_note(arrangements, &content);
	content = urgent("a");
	look(&content, "power");
	assert_string_equal(
	    names(NRS_PURPOSE_ALERT, true), "one/1 quiet/1 two/1 two/2");
	assert_null(preview.recipients[0].unless);
	assert_int_equal(preview.n_ways, 0);
}

static void
of_contacts_that_cannot_be_read_it_says_only_that_there_are(void **state)
{
	struct nrs_contact_arrangement hq;
	struct nrs_content content;

	set_up_hq(&hq, &content);
	content = urgent("a");
	look(&content, "power");
	assert_string_equal(names(NRS_PURPOSE_ALERT, true),
	    "@hq-1/1 one/1 quiet/1 two/1 two/2");
	assert_string_equal(preview.recipients[0].name, "");
	assert_string_equal(preview.recipients[1].unless, "hq-1");
	assert_int_equal(preview.n_ways, 1);
	assert_int_equal(preview.ways[0].n_roles, 0);
	assert_int_equal(preview.ways[0].n_waiting, 3);
}

/* Who read the error hears of it at once, the contact among them, and once. */
static void
a_contact_that_had_the_thread_is_named_once(void **state)
{
	static struct nrs_channel box = {NRS_CHANNEL_MAIL, "hq@x.example"};
	static struct nrs_delivery delivery = {
	    .subscriber_id = "@hq-1", .organisation = "hq-1", .channel = &box};
	static const struct nrs_delivery_batch batch = {.notice_id = "a",
	    .thread_id = "a",
	    .revision = 1,
	    .purpose = NRS_PURPOSE_ALERT,
	    .deliveries = &delivery,
	    .n_deliveries = 1};
	const struct nrs_addressing to = scene_to(&s, "power");
	struct nrs_contact_arrangement hq;
	struct nrs_content content;

	set_up_hq(&hq, &content);
	hq.n_contacts = 2;
	arrangements = nrs_arrangements_new();
	nrs_arrangements_note(arrangements, &content);
	content = urgent("a");
	scene_notice(&s, &content, &to);
	priors[0] = &batch;
	n_priors = 1;
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	content.urgency = NRS_URGENCY_PRIORITY;
	content.tlp = NRS_TLP_AMBER;
	look(&content, "power");
	assert_string_equal(names(NRS_PURPOSE_ALERT, true),
	    "@hq-1/1 one/1 quiet/1 two/1 two/2");
	assert_int_equal(preview.n_ways, 1);
}

static void
a_named_recipient_alone_gets_what_is_red(void **state)
{
	struct nrs_content content = urgent("a");
	struct nrs_addressing to = scene_to(&s, "");
	const struct nrs_submission submission = {.submission_id = "a",
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .accepted_at = s.now};
	const struct nrs_command cmd = {
	    .submission = &submission, .content = &content, .addressing = &to};
	const struct nrs_preview_query query = {.arena = s.arena,
	    .policy = s.policy,
	    .state = s.state,
	    .subs = subs,
	    .cmd = &cmd,
	    .ack = &times};

	content.tlp = NRS_TLP_RED;
	to.recipients = scene_list(&s, "one", &to.n_recipients);
	people[0].max_tlp = NRS_TLP_RED;
	nrs_preview(&query, &preview);
	assert_string_equal(names(NRS_PURPOSE_ALERT, true), "one/1");
	assert_int_equal(preview.n_recipients, 1);
	assert_int_equal(preview.outcome.n_topics, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(an_alert_names_whom_it_reaches_by_which_channel_and_rule),
	    T(what_waits_is_for_the_readers_of_the_next_newsletter),
	    T(a_correction_reaches_whom_it_was_planned_for_and_the_rest_get_the_stub),
	    T(a_sector_or_a_label_never_used_is_unusual),
	    T(what_would_be_refused_or_held_reaches_nobody),
	    T(where_an_arrangement_replaces_the_usual_way_others_come_after_it),
	    T(where_nobody_can_be_mailed_the_usual_way_stays),
	    T(of_contacts_that_cannot_be_read_it_says_only_that_there_are),
	    T(a_contact_that_had_the_thread_is_named_once),
	    T(a_named_recipient_alone_gets_what_is_red),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
