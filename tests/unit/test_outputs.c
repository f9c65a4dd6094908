/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the classifier writes of a decision: pure, so no bus is needed.
 *
 * long: one test per kind of record.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "classifier/outputs.h"
#include "noroshi/core/alert.h"
#include "noroshi/io/sign.h"
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
write_all(void)
{
	out = classifier_outputs_of(
	    s.arena, s.policy, &s.last, &s.out, &(struct classifier_again){0});
}

static void
issue(const struct nrs_content *content, const struct nrs_addressing *to)
{
	scene_notice(&s, content, to);
	write_all();
}

static const struct nrs_outgoing *
record_of(const char *topic)
{
	const struct nrs_outgoing *found = NULL;
	size_t i;

	for (i = 0; i < out.n; i++) {
		if (strcmp(out.records[i].topic, topic) != 0)
			continue;
		assert_null(found); /* never two to one topic */
		found = &out.records[i];
	}
	return found;
}

static const void *
read_as(const char *topic, enum nrs_message_type type)
{
	const struct nrs_outgoing *record = record_of(topic);
	struct nrs_wire_input in = {.type = type, .how = NRS_WIRE_STRICT};
	void *value;

	assert_non_null(record);
	in.bytes = record->value;
	assert_int_equal(nrs_wire_decode(s.arena, &in, &value, NULL), NRS_OK);
	return value;
}

static const struct nrs_alert *
alert_in(const char *topic)
{
	return read_as(topic, NRS_TYPE_ALERT);
}

static void
key_is(const char *topic, const char *key)
{
	const struct nrs_bytes found = record_of(topic)->key;

	assert_int_equal(found.len, strlen(key));
	assert_memory_equal(found.data, key, found.len);
}

static const char *
header(const char *topic, const char *name)
{
	const struct nrs_outgoing *record = record_of(topic);
	size_t i;

	for (i = 0; i < record->n_headers; i++)
		if (strcmp(record->headers[i].name, name) == 0)
			return record->headers[i].value;
	return NULL;
}

static struct nrs_content
urgent(const char *id, enum nrs_tlp tlp)
{
	struct nrs_content content = scene_content(&s, id);

	content.urgency = NRS_URGENCY_IMMEDIATE;
	content.tlp = tlp;
	return content;
}

static void
the_outcome_is_always_written_and_first(void **state)
{
	const struct nrs_content content = scene_content(&s, "a");
	const struct nrs_addressing to = scene_to(&s, "power");
	const struct nrs_outcome *outcome;

	issue(&content, &to);
	assert_int_equal(out.n, 1); /* it waits: nothing else */
	assert_string_equal(out.records[0].topic, "outcome");
	key_is("outcome", "a");
	outcome = read_as("outcome", NRS_TYPE_OUTCOME);
	assert_int_equal(outcome->verdict, NRS_VERDICT_WAITING);
	assert_string_equal(outcome->versions->rules, s.policy->rules->version);
	issue(&content, &to);
	assert_int_equal(out.n, 1);
	outcome = read_as("outcome", NRS_TYPE_OUTCOME);
	assert_int_equal(outcome->verdict, NRS_VERDICT_DUPLICATE);
}

static void
what_was_signed_is_copied_and_never_encoded_again(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_CLEAR);
	const struct nrs_addressing to = scene_to(&s, "power");
	static const char *const topics[] = {"alert.power.clear", "web"};
	struct nrs_submission odd;
	const struct nrs_alert *alert;
	struct nrs_signature signature = {
	    "key-1", {(const uint8_t *)"signature", 9}};
	size_t i;

	scene_notice(&s, &content, &to);
	/* Bytes that our own encoder would never make: order and all. */
	odd = *s.last.submission;
	odd.payload = (struct nrs_bytes){(const uint8_t *)"\x9a\x06\x01x", 4};
	odd.signatures = &signature;
	odd.n_signatures = 1;
	s.last.submission = &odd;
	write_all();
	for (i = 0; i < 2; i++) {
		alert = alert_in(topics[i]);
		assert_true(nrs_bytes_equal(alert->payload, odd.payload));
		assert_true(nrs_bytes_equal(
		    alert->addressing_sha256, s.last.addressing_sha256));
		assert_string_equal(alert->signatures[0].key_id, "key-1");
		assert_string_equal(alert->submission_id, "a");
		assert_int_equal(alert->mode, NRS_MODE_ACTUAL);
		assert_int_equal(alert->accepted_at, SCENE_NOW);
	}
}

static void
each_sector_gets_its_own_classification(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_GREEN);
	const struct nrs_addressing to = scene_to(&s, "power,gas");
	const struct nrs_classification *copy;

	scene_posture(&s, "gas", NRS_POSTURE_INCIDENT, s.now + DAY);
	issue(&content, &to);
	copy = alert_in("alert.power.green")->classification;
	assert_string_equal(copy->sector, "power");
	assert_int_equal(copy->posture, NRS_POSTURE_NORMAL);
	copy = alert_in("alert.gas.green")->classification;
	assert_string_equal(copy->sector, "gas");
	assert_int_equal(copy->posture, NRS_POSTURE_INCIDENT);
	key_is("alert.gas.green", "a");
	assert_int_equal(out.n, 4); /* outcome, two alerts, dispatch */
}

static void
headers_tell_enough_to_filter_without_decoding(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_AMBER_STRICT);
	const struct nrs_addressing to = scene_to(&s, "power");
	static const char topic[] = "alert.power.amber-strict";

	issue(&content, &to);
	assert_string_equal(
	    header(topic, "content-type"), "application/protobuf");
	assert_string_equal(header(topic, "ce_specversion"), "1.0");
	assert_string_equal(header(topic, "ce_id"), "a");
	assert_string_equal(header(topic, "ce_type"), "noroshi.alert.v1");
	assert_string_equal(header(topic, "ce_source"), "/noroshi/classifier");
	assert_string_equal(
	    header(topic, "ce_time"), "2026-01-01T00:00:00.000Z");
	assert_string_equal(header(topic, "thread"), "a");
	assert_string_equal(header(topic, "revision"), "1");
	assert_string_equal(header(topic, "tlp"), "AMBER_STRICT");
	assert_string_equal(header(topic, "mode"), "ACTUAL");
	assert_string_equal(header(topic, "sector"), "power");
	assert_string_equal(
	    header("dispatch.alert", "ce_type"), "noroshi.dispatch.v1");
}

static void
the_web_learns_no_sector_and_no_posture(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_CLEAR);
	const struct nrs_addressing to = scene_to(&s, "power");
	const struct nrs_classification *copy;

	issue(&content, &to);
	copy = alert_in("web")->classification;
	assert_string_equal(copy->sector, "");
	assert_int_equal(copy->posture, 0);
	assert_int_equal(copy->n_rules, 0);
	key_is("web", "a");
}

static void
dispatch_has_the_addressing_and_what_goes_out_now(void **state)
{
	struct nrs_content content = scene_content(&s, "a");
	const struct nrs_addressing to = scene_to(&s, "power,gas");
	const struct nrs_dispatch *dispatch;

	scene_posture(&s, "gas", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	issue(&content, &to);
	dispatch = read_as("dispatch.alert", NRS_TYPE_DISPATCH);
	assert_int_equal(dispatch->n_copies, 1);
	assert_string_equal(dispatch->copies[0].sector, "gas");
	assert_true(nrs_bytes_equal(
	    dispatch->addressing, s.last.submission->addressing));
	assert_int_equal(dispatch->journal_offset, 1);
	assert_int_equal(dispatch->n_supersedes_all, 0);
	key_is("dispatch.alert", "a");
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	issue(&content, &to);
	dispatch = read_as("dispatch.alert", NRS_TYPE_DISPATCH);
	assert_int_equal(dispatch->n_supersedes_all, 1);
	assert_string_equal(dispatch->supersedes_all[0], "a");
}

static void
red_is_dispatched_and_written_nowhere_else(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_RED);
	struct nrs_addressing to = {.originator = ""};

	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	issue(&content, &to);
	assert_int_equal(out.n, 2);
	assert_non_null(record_of("outcome"));
	assert_non_null(record_of("dispatch.alert"));
}

static bool
says(const struct nrs_outgoing *record, const char *text)
{
	return memmem(record->value.data, record->value.len, text,
	           strlen(text)) != NULL;
}

/* More people read outcomes than may know who is meant; and a long thread would
 * make them too long to be written. */
static void
an_outcome_names_nobody(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_AMBER);
	struct nrs_addressing to = scene_to(&s, "power");

	to.originator = "org-source";
	to.recipients = scene_list(&s, "org-named", &to.n_recipients);
	to.excluded_recipients =
	    scene_list(&s, "org-excluded", &to.n_excluded_recipients);
	issue(&content, &to);
	assert_true(says(record_of("dispatch.alert"), "org-named"));
	assert_false(says(record_of("outcome"), "org-named"));
	assert_false(says(record_of("outcome"), "org-excluded"));
	assert_false(says(record_of("outcome"), "org-source"));
}

static void
an_outcome_repeats_no_content(void **state)
{
	struct nrs_contact contact = {"desk", "phone", "+81-3-5555-0000"};
	struct nrs_contact_arrangement hq = {
	    .action = NRS_ARRANGEMENT_ESTABLISH,
	    .arrangement_id = "hq-1",
	    .hq_name = "secret headquarters",
	    .contacts = &contact,
	    .n_contacts = 1,
	};
	struct nrs_content content = urgent("a", NRS_TLP_AMBER);
	const struct nrs_addressing to = scene_to(&s, "power");

	content.item_type = NRS_ITEM_C1;
	content.contact_change = &hq;
	content.title = "secret title";
	issue(&content, &to);
	assert_true(says(record_of("outcome"), "hq-1"));
	assert_true(says(record_of("alert.power.amber"), "+81-3-5555-0000"));
	assert_false(says(record_of("outcome"), "+81-3-5555-0000"));
	assert_false(says(record_of("outcome"), "secret"));
}

static void
who_is_excluded_is_not_told_to_the_others(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_AMBER);
	struct nrs_addressing to = scene_to(&s, "finance");
	const struct nrs_outgoing *record;
	size_t i, j;

	to.excluded_recipients =
	    scene_list(&s, "org-secret", &to.n_excluded_recipients);
	issue(&content, &to);
	assert_null(record_of("alert.finance.amber"));
	record = record_of("alert.ceptoar.bank");
	assert_non_null(record);
	for (i = 0; i + 10 <= record->value.len; i++)
		assert_memory_not_equal(
		    record->value.data + i, "org-secret", 10);
	for (i = 0; i < record->n_headers; i++)
		for (j = 0; j < 2; j++)
			assert_null(
			    strstr(record->headers[i].value, "org-secret"));
	assert_non_null(record_of("alert.ceptoar.funds-settlement"));
}

static void
a_narrowed_copy_goes_to_its_ceptoar_alone(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_AMBER);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.ceptoars = scene_list(&s, "bank,securities", &to.n_ceptoars);
	issue(&content, &to);
	assert_string_equal(
	    alert_in("alert.ceptoar.bank")->classification->ceptoar, "bank");
	assert_string_equal(
	    alert_in("alert.ceptoar.securities")->classification->ceptoar,
	    "securities");
	assert_int_equal(out.n, 4);
}

static void
a_stub_says_that_and_nothing_more(void **state)
{
	struct nrs_content content = urgent("a", NRS_TLP_CLEAR);
	const struct nrs_addressing to = scene_to(&s, "power");
	uint8_t nothing[NRS_SHA256_SIZE];
	struct nrs_stub stub = {.payload = {(const uint8_t *)"\x0a\x01y", 3}};
	const struct nrs_alert *alert;

	issue(&content, &to);
	s.stubs = &stub;
	s.n_stubs = 1;
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.tlp = NRS_TLP_AMBER;
	issue(&content, &to);
	alert = alert_in("alert.power.clear");
	assert_true(alert->stub);
	assert_true(nrs_bytes_equal(alert->payload, stub.payload));
	assert_null(alert->classification);
	nrs_sha256((struct nrs_bytes){0}, nothing);
	assert_memory_equal(
	    alert->addressing_sha256.data, nothing, NRS_SHA256_SIZE);
	assert_true(alert_in("web")->stub);
	assert_false(alert_in("alert.power.amber")->stub);
	assert_string_equal(
	    header("alert.power.clear", "ce_type"), "noroshi.stub.v1");
}

static void
consent_sends_what_was_held(void **state)
{
	struct nrs_content content = urgent("a", NRS_TLP_GREEN);
	const struct nrs_addressing to = scene_to(&s, "power");
	const struct nrs_dispatch *dispatch;

	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, &to);
	assert_int_equal(out.n, 1);
	scene_approval(&s, "a", "source");
	write_all();
	assert_string_equal(alert_in("alert.power.green")->submission_id, "a");
	dispatch = read_as("dispatch.alert", NRS_TYPE_DISPATCH);
	assert_string_equal(dispatch->submission_id, "a");
	assert_int_equal(dispatch->journal_offset, 0);
	key_is("outcome", "approval-1");
	key_is("alert.power.green", "a");
}

static void
a_poison_record_leaves_an_outcome_and_a_pointer(void **state)
{
	static const struct nrs_err why = {"title", "utf8", "not UTF-8"};
	struct nrs_command cmd = {.refused = &why};
	const struct nrs_rejection *rejection;

	scene_command(&s, &cmd);
	write_all();
	assert_int_equal(out.n, 2);
	key_is("outcome", "journal:0");
	rejection = read_as("rejected", NRS_TYPE_REJECTION);
	assert_string_equal(rejection->topic, "journal");
	assert_int_equal(rejection->offset, 0);
	assert_string_equal(rejection->service, "classifier");
	assert_string_equal(rejection->field, "title");
	assert_string_equal(rejection->rule, "utf8");
	assert_string_equal(rejection->text, "not UTF-8");
}

static void
writing_twice_writes_the_same(void **state)
{
	const struct nrs_content content = urgent("a", NRS_TLP_CLEAR);
	const struct nrs_addressing to = scene_to(&s, "*");
	struct classifier_outputs once;
	size_t i;

	issue(&content, &to);
	once = out;
	write_all();
	assert_int_equal(once.n, out.n);
	for (i = 0; i < out.n; i++) {
		assert_string_equal(
		    once.records[i].topic, out.records[i].topic);
		assert_true(
		    nrs_bytes_equal(once.records[i].key, out.records[i].key));
		assert_true(nrs_bytes_equal(
		    once.records[i].value, out.records[i].value));
	}
}

/* ---- what waited ---- */

/* As the classifier reads it again: what the journal holds at these offsets. */
static struct classifier_again
again(const int64_t *offsets, size_t n)
{
	const struct nrs_command **items =
	    nrs_arena_array(s.arena, n, sizeof(*items));
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = &s.journal[offsets[i]];
	return (struct classifier_again){.items = items, .n = n};
}

static void
what_is_promoted_is_written_as_if_decided_now(void **state)
{
	const struct nrs_addressing to = scene_to(&s, "power,gas");
	const int64_t at[] = {0, 1};
	struct nrs_content content = scene_content(&s, "a");
	struct classifier_again both;
	const struct nrs_dispatch *dispatch;
	const struct nrs_alert *alert;

	scene_notice(&s, &content, &to);
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	scene_notice(&s, &content, &to);
	scene_posture(&s, "*", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	/* of the first, which nothing is promoted of, nothing is written */
	both = again(at, 2);
	out = classifier_outputs_of(s.arena, s.policy, &s.last, &s.out, &both);
	assert_int_equal(out.n, 4);
	assert_string_equal(out.records[0].topic, "outcome");
	alert = alert_in("alert.power.green");
	assert_true(
	    nrs_bytes_equal(alert->payload, s.journal[1].submission->payload));
	assert_string_equal(alert->classification->route_rule, "promoted");
	assert_string_equal(alert->classification->sector, "power");
	assert_string_equal(
	    alert_in("alert.gas.green")->classification->sector, "gas");
	key_is("alert.gas.green", "a");
	assert_string_equal(header("alert.gas.green", "revision"), "2");
	assert_string_equal(header("alert.gas.green", "tlp"), "GREEN");
	dispatch = read_as("dispatch.alert", NRS_TYPE_DISPATCH);
	assert_int_equal(dispatch->n_copies, 2);
	assert_int_equal(dispatch->journal_offset, 1);
	assert_true(nrs_bytes_equal(
	    dispatch->addressing, s.journal[1].submission->addressing));
	assert_int_equal(dispatch->n_supersedes_all, 1);
	assert_string_equal(dispatch->supersedes_all[0], "a");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_outcome_is_always_written_and_first),
	    T(what_was_signed_is_copied_and_never_encoded_again),
	    T(each_sector_gets_its_own_classification),
	    T(headers_tell_enough_to_filter_without_decoding),
	    T(the_web_learns_no_sector_and_no_posture),
	    T(dispatch_has_the_addressing_and_what_goes_out_now),
	    T(red_is_dispatched_and_written_nowhere_else),
	    T(an_outcome_names_nobody),
	    T(an_outcome_repeats_no_content),
	    T(who_is_excluded_is_not_told_to_the_others),
	    T(a_narrowed_copy_goes_to_its_ceptoar_alone),
	    T(a_stub_says_that_and_nothing_more),
	    T(consent_sends_what_was_held),
	    T(a_poison_record_leaves_an_outcome_and_a_pointer),
	    T(writing_twice_writes_the_same),
	    T(what_is_promoted_is_written_as_if_decided_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
