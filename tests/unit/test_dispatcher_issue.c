/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the dispatch record of an issue to who gets which edition.
 *
 * long: one issue, and all that is true of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/planner/batches.h"
#include "dispatcher/planner/issue.h"
#include "noroshi/io/json.h"
#include "noroshi/io/mime.h"
#include "noroshi/io/wire.h"
#include "support/issue.h"
#include "support/signed.h"

static struct nrs_arena *arena;
static struct nrs_key *key, *stranger;
static struct nrs_keyring *ring;
static struct dispatcher_conf conf;
static struct dispatcher_policy policy;
static struct dispatcher d;
static struct issue made;
static struct nrs_dispatch dispatch;
static struct dispatcher_issue issue;
static struct dispatcher_issue_plan plan;
static struct nrs_match_set *subs;
static struct nrs_map *had, *carried;
static struct nrs_err err;

static int
open_all(void **state)
{
	(void)state;
	if (nrs_key_new(&key, NULL) != NRS_OK ||
	    nrs_key_new(&stranger, NULL) != NRS_OK)
		return -1;
	ring = signed_keyring(key, "");
	(void)pthread_mutex_init(&d.lock, NULL);
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	(void)pthread_mutex_destroy(&d.lock);
	nrs_keyring_free(ring);
	nrs_key_free(key);
	nrs_key_free(stranger);
	return 0;
}

/* As the classifier passes it on. */
static void
sign_item(size_t i, const struct nrs_key *by)
{
	const struct nrs_submission *said =
	    signed_notice(arena, by, &made.said[i], signed_addressing(arena));
	uint8_t hash[NRS_SHA256_SIZE];

	nrs_sha256(said->addressing, hash);
	made.alerts[i] = (struct nrs_alert){.payload = said->payload,
	    .addressing_sha256 = nrs_arena_bytes(arena, hash, sizeof(hash)),
	    .signatures = said->signatures,
	    .n_signatures = said->n_signatures,
	    .submission_id = said->submission_id,
	    .mode = said->mode};
}

static int
set_up(void **state)
{
	size_t i;

	(void)state;
	arena = nrs_arena_new();
	conf = (struct dispatcher_conf){
	    .transfer.mail_from = "desk@noroshi.example",
	    .from_name = "",
	    .sender = "",
	    .desk = "",
	    .newsletter.unsubscribe_url = "https://portal.example/leave?id="};
	policy = (struct dispatcher_policy){
	    .sectors = signed_sectors(), .keyring = ring};
	d.conf = &conf;
	d.policy = &policy;
	d.domain = "noroshi.example";
	issue_make(&made, "ja");
	for (i = 0; i < made.letter.n_items; i++)
		if (made.contents[i] != NULL)
			sign_item(i, key);
	dispatch = (struct nrs_dispatch){.newsletter = &made.letter,
	    .mode = NRS_MODE_ACTUAL,
	    .accepted_at = made.letter.to + 1000,
	    .submission_id = "cut-off"};
	subs = nrs_match_set_new();
	had = nrs_map_new();
	carried = nrs_map_new();
	memset(&err, 0, sizeof(err));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	nrs_match_set_free(subs);
	nrs_map_free(had, NULL);
	nrs_map_free(carried, NULL);
	nrs_arena_free(arena);
	return 0;
}

static enum nrs_rc
read_issue(void)
{
	const struct nrs_record record = {.offset = 7,
	    .value = nrs_wire_encode(arena, NRS_TYPE_DISPATCH, &dispatch)};

	return dispatcher_issue_read(&d, arena, &record, &issue, &err);
}

static void
subscribe(const char *id, enum nrs_tlp max_tlp, const char *lang)
{
	static const char *sectors[] = {"finance", "power"};
	struct nrs_subscription *sub = nrs_arena_alloc(arena, sizeof(*sub));

	*sub = (struct nrs_subscription){.subscriber_id = id,
	    .kind = NRS_SUBSCRIBER_OPERATOR,
	    .organisation = id,
	    .name = id,
	    .lang = lang,
	    .sectors = sectors,
	    .n_sectors = 2,
	    .max_tlp = max_tlp,
	    .n_channels = 1,
	    .channels = nrs_arena_alloc(arena, sizeof(*sub->channels))};
	sub->channels[0] = (struct nrs_channel){
	    NRS_CHANNEL_MAIL, nrs_arena_printf(arena, "%s@x.example", id)};
	nrs_match_set_put(subs, sub);
}

/* Who is in the edition of this label, with blanks between; "-" for none. */
static const char *
readers(enum nrs_tlp label)
{
	const char *out = "";
	size_t i, k;

	for (i = 0; i < plan.n; i++) {
		if (plan.editions[i].label != label)
			continue;
		for (k = 0; k < plan.targets[i].n; k++)
			out = nrs_arena_printf(arena, "%s%s%s", out,
			    k > 0 ? " " : "",
			    plan.targets[i].items[k].subscriber_id);
		return out;
	}
	return "-";
}

static void
make_plan(void)
{
	const struct dispatcher_issue_query query = {
	    .issue = &issue, .subs = subs, .had = had, .carried = carried};

	assert_int_equal(read_issue(), NRS_OK);
	dispatcher_issue_plan(arena, &query, &plan);
}

/* ---- reading ---- */

static void
an_issue_is_read_with_every_item_verified(void **state)
{
	size_t i;

	(void)state;
	assert_int_equal(read_issue(), NRS_OK);
	assert_int_equal(issue.n_refused, 0);
	assert_string_equal(issue.sector_ja, "電力");
	assert_int_equal(issue.offset, 7);
	for (i = 0; i < made.letter.n_items; i++)
		assert_int_equal(
		    issue.contents[i] != NULL, made.contents[i] != NULL);
}

static void
an_item_that_nobody_signed_does_not_keep_the_others(void **state)
{
	size_t i = made.letter.n_items - 1;

	(void)state;
	sign_item(i, stranger);
	subscribe("s", NRS_TLP_AMBER, "ja");
	make_plan();
	assert_int_equal(issue.n_refused, 1);
	assert_string_equal(issue.refused[0].rule, "signature");
	assert_non_null(strstr(issue.refused[0].text, "items["));
	assert_null(issue.contents[i]);
	assert_string_equal(readers(NRS_TLP_AMBER), "s");
}

static void
a_copy_for_one_ceptoar_stays_out(void **state)
{
	static struct nrs_classification narrowed = {.sector = "power",
	    .ceptoar = "power",
	    .route_rule = "",
	    .arrangement_id = ""};

	(void)state;
	made.alerts[made.letter.n_items - 1].classification = &narrowed;
	assert_int_equal(read_issue(), NRS_OK);
	assert_int_equal(issue.n_refused, 1);
	assert_string_equal(issue.refused[0].rule, "narrowed");
}

static void
what_is_no_issue_of_this_mode_is_refused(void **state)
{
	(void)state;
	made.letter.mode = NRS_MODE_EXERCISE;
	assert_int_equal(read_issue(), NRS_REJECT);
	assert_string_equal(err.rule, "mode");
	made.letter.mode = NRS_MODE_ACTUAL;
	made.letter.issue_id = "";
	assert_int_equal(read_issue(), NRS_REJECT);
	assert_string_equal(err.field, "newsletter.issue_id");
	made.letter.issue_id = "i\r\nBcc: x";
	assert_int_equal(read_issue(), NRS_REJECT);
	made.letter.issue_id = "i";
	made.letter.sector = "po wer";
	assert_int_equal(read_issue(), NRS_REJECT);
	dispatch.newsletter = NULL;
	assert_int_equal(read_issue(), NRS_REJECT);
	assert_string_equal(err.rule, "required");
}

/* ---- who gets what ---- */

static void
each_reader_gets_one_edition_up_to_its_clearance(void **state)
{
	(void)state;
	subscribe("public", NRS_TLP_CLEAR, "ja");
	subscribe("green", NRS_TLP_GREEN, "ja");
	subscribe("amber", NRS_TLP_AMBER, "en");
	subscribe("strict", NRS_TLP_AMBER_STRICT, "ja");
	subscribe("red", NRS_TLP_RED, "ja");
	subscribe("unknown", NRS_TLP_UNSPECIFIED, "ja");
	make_plan();
	assert_int_equal(plan.n, 3);
	assert_string_equal(readers(NRS_TLP_CLEAR), "public unknown");
	assert_string_equal(readers(NRS_TLP_GREEN), "green");
	/* nothing is AMBER+STRICT: they read what AMBER reads */
	assert_string_equal(readers(NRS_TLP_AMBER), "amber strict red");
}

static void
who_does_not_want_it_gets_none(void **state)
{
	static const char *other[] = {"water"};
	struct nrs_subscription *sub;
	const char *ids[] = {"off", "inactive", "elsewhere"};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		subscribe(ids[i], NRS_TLP_AMBER, "ja");
	for (i = 0; i < 3; i++) {
		sub = nrs_arena_alloc(arena, sizeof(*sub));
		*sub = *nrs_match_set_find(subs, ids[i]);
		sub->digest_off = i == 0;
		sub->inactive = i == 1;
		if (i == 2) {
			sub->sectors = other;
			sub->n_sectors = 1;
		}
		nrs_match_set_put(subs, sub);
	}
	make_plan();
	assert_string_equal(readers(NRS_TLP_AMBER), "");
	assert_int_equal(plan.n_nothing, 0);
}

static void
who_may_see_nothing_of_it_gets_none(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < made.letter.n_items; i++)
		made.items[i].tlp = NRS_TLP_AMBER;
	subscribe("green", NRS_TLP_GREEN, "ja");
	subscribe("amber", NRS_TLP_AMBER, "ja");
	make_plan();
	assert_int_equal(plan.n, 1);
	assert_string_equal(readers(NRS_TLP_AMBER), "amber");
	assert_int_equal(plan.n_nothing, 1);
}

/* ---- what is sent ---- */

static struct dispatcher_batch *batches;
static size_t n_batches;

static void
make_batches(size_t edition)
{
	static struct dispatcher_composer composer;
	const struct nrs_delivery_batch head = {
	    .notice_id = issue.letter->issue_id,
	    .thread_id = issue.letter->issue_id,
	    .revision = 1};
	const struct dispatcher_batches_query query = {.arena = arena,
	    .composer = &composer,
	    .targets = &plan.targets[edition],
	    .n_partitions = 1,
	    .head = &head,
	    .content_sha256 = issue.sha256,
	    .occasion = issue.letter->issue_id};

	composer = (struct dispatcher_composer){.d = &d,
	    .arena = arena,
	    .issue = &issue,
	    .edition = &plan.editions[edition]};
	assert_int_equal(
	    dispatcher_batches(&query, &batches, &n_batches, &err), NRS_OK);
}

static const char *
joined(size_t batch, size_t delivery)
{
	const struct nrs_delivery_batch *b = &batches[batch].batch;
	struct nrs_buf mail = {0};
	const char *out;

	assert_int_equal(nrs_mime_join(&b->variants[0],
	                     &b->deliveries[delivery], &mail, &err),
	    NRS_OK);
	out = nrs_arena_strdup(arena, nrs_buf_str(&mail));
	nrs_buf_fini(&mail);
	return out;
}

static const char *
line_of(const char *mail, const char *name)
{
	const char *at = strstr(mail, name);

	assert_non_null(at);
	return nrs_arena_strndup(arena, at, strcspn(at, "\r"));
}

static void
an_issue_and_a_recipient_make_one_message_id_for_ever(void **state)
{
	const char *first, *again;

	(void)state;
	subscribe("a", NRS_TLP_CLEAR, "ja");
	subscribe("b", NRS_TLP_CLEAR, "ja");
	make_plan();
	make_batches(0);
	first = line_of(joined(0, 0), "Message-ID:");
	assert_string_not_equal(first, line_of(joined(0, 1), "Message-ID:"));
	/* another rendering, other items, the same issue */
	conf.desk = "another desk";
	made.letter.n_items--;
	make_plan();
	make_batches(0);
	again = line_of(joined(0, 0), "Message-ID:");
	assert_string_equal(first, again);
	made.letter.issue_id = "another";
	make_plan();
	make_batches(0);
	assert_string_not_equal(first, line_of(joined(0, 0), "Message-ID:"));
}

static void
what_was_planned_before_is_not_planned_again(void **state)
{
	(void)state;
	subscribe("a", NRS_TLP_CLEAR, "ja");
	make_plan();
	make_batches(0);
	dispatcher_issue_had(had, arena, &batches[0].batch);
	subscribe("b", NRS_TLP_CLEAR, "ja");
	make_plan();
	assert_string_equal(readers(NRS_TLP_CLEAR), "b");
}

static void
the_mail_says_its_list_label_and_language(void **state)
{
	const char *mail;

	(void)state;
	subscribe("a", NRS_TLP_GREEN, "en");
	make_plan();
	make_batches(1);
	mail = joined(0, 0);
	assert_string_equal(line_of(mail, "List-Id:"),
	    "List-Id: <power.newsletter.noroshi.example>");
	assert_string_equal(
	    line_of(mail, "X-Noroshi-TLP:"), "X-Noroshi-TLP: TLP:GREEN");
	assert_string_equal(
	    line_of(mail, "X-Noroshi-Kind:"), "X-Noroshi-Kind: NEWSLETTER");
	assert_string_equal(
	    line_of(mail, "Content-Language:"), "Content-Language: en");
	assert_non_null(strstr(mail, "List-Unsubscribe=One-Click"));
	assert_null(strstr(mail, "Importance"));
	assert_int_equal(batches[0].batch.purpose, NRS_PURPOSE_NEWSLETTER);
}

static void
a_webhook_gets_the_signed_items_it_may_see_and_no_more(void **state)
{
	static struct nrs_channel hook = {
	    NRS_CHANNEL_WEBHOOK, "https://x.example/h"};
	static struct nrs_classification c = {.sector = "power",
	    .ceptoar = "",
	    .route_rule = "cell:secret",
	    .arrangement_id = ""};
	struct nrs_subscription *sub = nrs_arena_alloc(arena, sizeof(*sub));
	const char *body;
	size_t i;

	(void)state;
	for (i = 0; i < made.letter.n_items; i++)
		made.alerts[i].classification = &c;
	subscribe("a", NRS_TLP_GREEN, "ja");
	*sub = *nrs_match_set_find(subs, "a");
	sub->channels = &hook;
	nrs_match_set_put(subs, sub);
	make_plan();
	make_batches(1);
	body = joined(0, 0);
	assert_non_null(strstr(body, "\"type\":\"noroshi.newsletter\""));
	assert_non_null(strstr(body, "\"label\":\"GREEN\""));
	for (i = 0; i < made.letter.n_items; i++)
		assert_int_equal(strstr(body, made.items[i].notice_id) != NULL,
		    made.items[i].tlp >= NRS_TLP_GREEN);
	assert_null(strstr(body, "AMBER"));
	assert_null(strstr(body, "cell:secret"));
	/* of what is in two languages, the reader's */
	assert_non_null(strstr(body, "遠隔保守の入口を探す通信の増加"));
	assert_null(strstr(body, "More scans for ways"));
	sub->lang = "en";
	make_plan();
	make_batches(1);
	assert_non_null(strstr(joined(0, 0), "More scans for ways"));
}

/* ---- what has become secret since an issue had it ---- */

/* Item i was GREEN in an earlier issue. */
static void
add_stub(size_t i, const struct nrs_key *by)
{
	struct nrs_newsletter_item *item = &made.items[i];
	const struct nrs_stub_content said = {.notice_id = item->notice_id,
	    .thread_id = item->thread_id,
	    .revision = item->revision,
	    .kind = item->kind,
	    .mode = NRS_MODE_ACTUAL};
	const struct nrs_submission part = {.submission_id = item->notice_id,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_STUB_CONTENT, &said)};
	uint8_t nothing[NRS_SHA256_SIZE];

	nrs_sha256((struct nrs_bytes){0}, nothing);
	item->carried_tlp = NRS_TLP_GREEN;
	item->stub = nrs_arena_alloc(arena, sizeof(*item->stub));
	*item->stub = (struct nrs_alert){.payload = part.payload,
	    .addressing_sha256 =
	        nrs_arena_bytes(arena, nothing, sizeof(nothing)),
	    .signatures = signed_part(arena, by, &part),
	    .n_signatures = 1,
	    .stub = true,
	    .submission_id = part.submission_id,
	    .mode = part.mode};
}

/* The only item: AMBER, with a title in two languages. */
static void
keep_one_amber(void)
{
	size_t i = 0;

	while (made.items[i].tlp != NRS_TLP_AMBER || made.contents[i] == NULL)
		i++;
	made.items[0] = made.items[i];
	made.said[0] = made.said[i];
	made.contents[0] = &made.said[0];
	made.alerts[0] = made.alerts[i];
	made.items[0].alert = &made.alerts[0];
	made.letter.n_items = 1;
}

static const struct nrs_edition *
edition_for(const char *who)
{
	size_t i, k;

	for (i = 0; i < plan.n; i++)
		for (k = 0; k < plan.targets[i].n; k++)
			if (strcmp(plan.targets[i].items[k].subscriber_id,
			        who) == 0)
				return &plan.editions[i];
	return NULL;
}

static void
who_had_it_and_may_not_see_it_now_reads_that_it_changed(void **state)
{
	const struct nrs_edition *green;
	const char *mail;

	(void)state;
	keep_one_amber();
	add_stub(0, key);
	subscribe("public", NRS_TLP_CLEAR, "ja");
	subscribe("green", NRS_TLP_GREEN, "ja");
	subscribe("amber", NRS_TLP_AMBER, "ja");
	make_plan();
	assert_int_equal(issue.n_refused, 0);
	assert_null(edition_for("public"));
	green = edition_for("green");
	assert_int_equal(green->n_stubs, 1);
	assert_int_equal(green->items[0].section, NRS_NEWS_CORRECTIONS);
	assert_int_equal(green->label, NRS_TLP_GREEN);
	assert_int_equal(edition_for("amber")->n_stubs, 0);
	assert_int_equal(edition_for("amber")->label, NRS_TLP_AMBER);
	make_batches((size_t)(green - plan.editions));
	mail = joined(0, 0);
	assert_non_null(strstr(mail, "Subject:"));
	assert_null(strstr(mail, "AMBER"));
}

static void
a_webhook_gets_the_stub_signed_and_nothing_of_the_notice(void **state)
{
	static struct nrs_channel hook = {
	    .type = NRS_CHANNEL_WEBHOOK, .address = "https://x.example/h"};
	struct nrs_subscription *sub = nrs_arena_alloc(arena, sizeof(*sub));
	const char *body;

	(void)state;
	keep_one_amber();
	add_stub(0, key);
	subscribe("green", NRS_TLP_GREEN, "ja");
	*sub = *nrs_match_set_find(subs, "green");
	sub->channels = &hook;
	nrs_match_set_put(subs, sub);
	make_plan();
	make_batches(0);
	body = joined(0, 0);
	assert_non_null(strstr(body, "\"stub\":true"));
	assert_non_null(strstr(body, "\"section\":\"CORRECTIONS\""));
	assert_non_null(strstr(body, "以前お送りした情報の"));
	assert_null(strstr(body, made.said[0].title));
	assert_null(strstr(body, "AMBER"));
	assert_null(strstr(body, "carried_tlp"));
	assert_null(strstr(body, nrs_base64(arena, made.alerts[0].payload)));
}

/* RED since: nothing but its stub came with the issue. */
static void
what_is_nobodys_newsletter_comes_as_its_stub_alone(void **state)
{
	(void)state;
	keep_one_amber();
	add_stub(0, key);
	made.items[0].alert = NULL;
	made.contents[0] = NULL;
	made.items[0].title = "";
	made.items[0].tlp = NRS_TLP_RED;
	subscribe("public", NRS_TLP_CLEAR, "ja");
	subscribe("green", NRS_TLP_GREEN, "ja");
	subscribe("red", NRS_TLP_RED, "ja");
	make_plan();
	assert_string_equal(readers(NRS_TLP_GREEN), "green red");
	assert_int_equal(plan.n, 1);
	assert_int_equal(plan.n_nothing, 1);
}

static void
a_stub_that_nobody_signed_is_left_out(void **state)
{
	(void)state;
	keep_one_amber();
	add_stub(0, stranger);
	subscribe("green", NRS_TLP_GREEN, "ja");
	subscribe("amber", NRS_TLP_AMBER, "ja");
	make_plan();
	assert_int_equal(issue.n_refused, 1);
	assert_non_null(strstr(issue.refused[0].text, ".stub"));
	assert_null(edition_for("green"));
	assert_non_null(edition_for("amber"));
}

/* ---- who had what they are not cleared for now ---- */

static bool had_it = true; /* of the one item */

static void
who_was_cleared_when_it_came_reads_that_it_changed(void **state)
{
	const struct nrs_edition *green;
	const char *mail;

	(void)state;
	keep_one_amber();
	add_stub(0, key);
	made.items[0].carried_tlp = NRS_TLP_AMBER;
	subscribe("lowered", NRS_TLP_GREEN, "ja");
	subscribe("green", NRS_TLP_GREEN, "ja");
	subscribe("too", NRS_TLP_GREEN, "ja");
	subscribe("public", NRS_TLP_UNSPECIFIED, "ja");
	(void)nrs_map_put(carried, "lowered", &had_it);
	(void)nrs_map_put(carried, "too", &had_it);
	(void)nrs_map_put(carried, "public", &had_it);
	make_plan();
	assert_null(edition_for("green")); /* never had it */
	assert_int_equal(plan.n_nothing, 1);
	green = edition_for("lowered");
	assert_int_equal(green->n_stubs, 1);
	assert_int_equal(green->items[0].section, NRS_NEWS_CORRECTIONS);
	/* what they may have now, or the sender would hold it back */
	assert_int_equal(green->label, NRS_TLP_GREEN);
	assert_ptr_equal(edition_for("too"), green);
	assert_int_equal(edition_for("public")->label, NRS_TLP_CLEAR);
	make_batches((size_t)(green - plan.editions));
	mail = joined(0, 0);
	assert_null(strstr(mail, "AMBER"));
}

static void
who_had_it_and_may_have_it_still_reads_it_in_full(void **state)
{
	(void)state;
	keep_one_amber();
	add_stub(0, key);
	made.items[0].carried_tlp = NRS_TLP_AMBER;
	subscribe("had", NRS_TLP_AMBER, "ja");
	subscribe("strict", NRS_TLP_AMBER_STRICT, "ja");
	(void)nrs_map_put(carried, "had", &had_it);
	make_plan();
	assert_int_equal(plan.n, 1);
	assert_string_equal(readers(NRS_TLP_AMBER), "had strict");
	assert_int_equal(edition_for("had")->n_stubs, 0);
}

/* Nothing that is believed says that it changed. */
static void
of_what_has_no_stub_nobody_hears(void **state)
{
	(void)state;
	keep_one_amber();
	subscribe("lowered", NRS_TLP_GREEN, "ja");
	(void)nrs_map_put(carried, "lowered", &had_it);
	make_plan();
	assert_null(edition_for("lowered"));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(an_issue_is_read_with_every_item_verified),
	    CASE(an_item_that_nobody_signed_does_not_keep_the_others),
	    CASE(a_copy_for_one_ceptoar_stays_out),
	    CASE(what_is_no_issue_of_this_mode_is_refused),
	    CASE(each_reader_gets_one_edition_up_to_its_clearance),
	    CASE(who_does_not_want_it_gets_none),
	    CASE(who_may_see_nothing_of_it_gets_none),
	    CASE(an_issue_and_a_recipient_make_one_message_id_for_ever),
	    CASE(what_was_planned_before_is_not_planned_again),
	    CASE(the_mail_says_its_list_label_and_language),
	    CASE(a_webhook_gets_the_signed_items_it_may_see_and_no_more),
	    CASE(who_had_it_and_may_not_see_it_now_reads_that_it_changed),
	    CASE(a_webhook_gets_the_stub_signed_and_nothing_of_the_notice),
	    CASE(what_is_nobodys_newsletter_comes_as_its_stub_alone),
	    CASE(a_stub_that_nobody_signed_is_left_out),
	    CASE(who_was_cleared_when_it_came_reads_that_it_changed),
	    CASE(who_had_it_and_may_have_it_still_reads_it_in_full),
	    CASE(of_what_has_no_stub_nobody_hears),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_issue", tests, open_all, close_all);
}
