/* SPDX-License-Identifier: Apache-2.0 */
/* What is due after an alert, when, and for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/planner/batches.h"
#include "dispatcher/planner/due_plan.h"
#include "support/signed.h"

#define NOW INT64_C(1767225600000)
#define HOUR INT64_C(3600000)

struct scene {
	struct nrs_arena *arena;
	struct dispatcher_conf conf;
	struct nrs_classification copy;
	struct nrs_dispatch dispatch;
	struct nrs_content *content;
	struct nrs_submission submission;
	struct nrs_admitted admitted;
	struct dispatcher_notice notice;
	struct nrs_match_set *subs;
	struct nrs_subscription alone, backed;
	struct nrs_channel second;
	struct nrs_target items[8];
	struct nrs_targets targets;
	struct dispatcher_due_query query;
};

static void
add(struct scene *s, const char *id, enum nrs_channel_type type,
    const char *address, enum nrs_delivery_purpose purpose)
{
	s->items[s->targets.n++] = (struct nrs_target){.subscriber_id = id,
	    .organisation = id,
	    .name = id,
	    .lang = "ja",
	    .channel = {type, address},
	    .purpose = purpose};
}

static int
set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->arena = nrs_arena_new();
	s->conf.ack.url = "https://ack.example";
	s->conf.ack.immediate_ms = HOUR;
	s->conf.ack.priority_ms = 4 * HOUR;
	s->conf.ack.routine_ms = 24 * HOUR;
	s->conf.ack.remind_after = 50;
	s->conf.ack.escalate_after = 100;
	s->conf.ack.report_after = 150;
	s->copy.ack_required = true;
	s->copy.posture = NRS_POSTURE_NORMAL;
	s->dispatch.copies = &s->copy;
	s->dispatch.n_copies = 1;
	s->content = signed_content(s->arena);
	s->content->urgency = NRS_URGENCY_PRIORITY;
	s->content->valid_until = 0;
	s->content->ack_deadline = 0;
	s->admitted = (struct nrs_admitted){
	    .submission = &s->submission, .content = s->content};
	s->notice = (struct dispatcher_notice){
	    .dispatch = &s->dispatch, .admitted = &s->admitted};
	s->subs = nrs_match_set_new();
	s->second = (struct nrs_channel){
	    .type = NRS_CHANNEL_MAIL, .address = "second@x.example"};
	s->alone.subscriber_id = "alone";
	s->backed.subscriber_id = "backed";
	s->backed.second_contact = &s->second;
	nrs_match_set_put(s->subs, &s->alone);
	nrs_match_set_put(s->subs, &s->backed);
	s->targets.items = s->items;
	add(s, "alone", NRS_CHANNEL_MAIL, "a@x.example", NRS_PURPOSE_ALERT);
	add(s, "backed", NRS_CHANNEL_MAIL, "b@x.example", NRS_PURPOSE_ALERT);
	add(s, "backed", NRS_CHANNEL_WEBHOOK, "https://x.example/b",
	    NRS_PURPOSE_ALERT);
	add(s, "cep", NRS_CHANNEL_TOPIC, "", NRS_PURPOSE_ALERT);
	add(s, "once", NRS_CHANNEL_MAIL, "o@x.example", NRS_PURPOSE_STUB);
	s->query = (struct dispatcher_due_query){.arena = s->arena,
	    .notice = &s->notice,
	    .targets = &s->targets,
	    .subs = s->subs};
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	nrs_match_set_free(s->subs);
	nrs_arena_free(s->arena);
	free(s);
	return 0;
}

/* ---- when ---- */

static void
the_times_are_parts_of_the_time_to_acknowledge(void **state)
{
	struct scene *s = *state;
	const struct dispatcher_due_times t =
	    dispatcher_due_times(&s->conf, &s->notice, NOW);

	assert_int_equal(t.ack_by - NOW, 4 * HOUR);
	assert_int_equal(t.remind_at - NOW, 2 * HOUR);
	assert_int_equal(t.escalate_at - NOW, 4 * HOUR);
	assert_int_equal(t.report_at - NOW, 6 * HOUR);
}

static int64_t
time_of(struct scene *s, enum nrs_urgency urgency)
{
	s->content->urgency = urgency;
	return dispatcher_due_times(&s->conf, &s->notice, NOW).ack_by - NOW;
}

static void
the_more_urgent_the_less_time(void **state)
{
	struct scene *s = *state;

	assert_int_equal(time_of(s, NRS_URGENCY_ROUTINE), 24 * HOUR);
	assert_int_equal(time_of(s, NRS_URGENCY_IMMEDIATE), HOUR);
	/* of one we do not know, the safest is thought */
	assert_int_equal(time_of(s, (enum nrs_urgency)77), HOUR);
}

static void
an_incident_counts_as_a_step_more_urgent(void **state)
{
	struct scene *s = *state;

	s->copy.posture = NRS_POSTURE_INCIDENT;
	assert_int_equal(time_of(s, NRS_URGENCY_ROUTINE), 4 * HOUR);
	assert_int_equal(time_of(s, NRS_URGENCY_PRIORITY), HOUR);
	assert_int_equal(time_of(s, NRS_URGENCY_IMMEDIATE), HOUR);
}

static void
the_issuer_may_name_the_deadline(void **state)
{
	struct scene *s = *state;

	s->content->ack_deadline = NOW + 10 * HOUR;
	assert_int_equal(time_of(s, NRS_URGENCY_IMMEDIATE), 10 * HOUR);
	/* one that has passed when it is sent is none */
	s->content->ack_deadline = NOW - 1;
	assert_int_equal(time_of(s, NRS_URGENCY_IMMEDIATE), HOUR);
	/* nor does one hold a record for years */
	s->content->ack_deadline = NOW + 9999 * HOUR;
	assert_int_equal(time_of(s, NRS_URGENCY_IMMEDIATE), 30 * 24 * HOUR);
}

static void
a_short_lived_alert_is_escalated_while_it_is_valid(void **state)
{
	struct scene *s = *state;
	struct dispatcher_due_times t;

	s->content->valid_until = NOW + 3 * HOUR;
	t = dispatcher_due_times(&s->conf, &s->notice, NOW);
	assert_int_equal(t.report_at, s->content->valid_until);
	assert_int_equal(t.escalate_at - NOW, 2 * HOUR);
	/* what was withdrawn stays withdrawn */
	s->content->kind = NRS_KIND_RETRACTION;
	assert_int_equal(time_of(s, NRS_URGENCY_PRIORITY), 4 * HOUR);
}

static void
nobody_is_asked_when_the_issuer_waived_it(void **state)
{
	struct scene *s = *state;

	assert_true(dispatcher_due_asks(&s->conf, &s->dispatch));
	s->copy.ack_required = false;
	assert_false(dispatcher_due_asks(&s->conf, &s->dispatch));
}

static void
nobody_is_asked_who_could_not_answer(void **state)
{
	struct scene *s = *state;

	s->conf.ack.url = "";
	assert_false(dispatcher_due_asks(&s->conf, &s->dispatch));
}

/* ---- for whom ---- */

static void
whoever_got_the_text_is_reminded_where_it_went(void **state)
{
	struct scene *s = *state;
	const struct nrs_targets out =
	    dispatcher_due_targets(&s->query, NRS_PURPOSE_REMINDER);
	size_t i;

	/* a stub is no alert; a CEPTOAR that reads topics is asked, too */
	assert_int_equal(out.n, 4);
	for (i = 0; i < out.n; i++) {
		assert_int_equal(out.items[i].purpose, NRS_PURPOSE_REMINDER);
		assert_string_equal(
		    out.items[i].subscriber_id, s->items[i].subscriber_id);
		assert_string_equal(
		    out.items[i].channel.address, s->items[i].channel.address);
	}
	assert_int_equal(out.items[3].channel.type, NRS_CHANNEL_TOPIC);
}

static void
it_awaits_the_key_of_the_alert_itself(void **state)
{
	struct scene *s = *state;
	const struct nrs_targets out =
	    dispatcher_due_targets(&s->query, NRS_PURPOSE_REMINDER);
	const struct dispatcher_key key = {
	    .content_sha256 = s->admitted.payload_sha256,
	    .thread_id = s->content->thread_id,
	    .revision = s->content->revision,
	    .subscriber_id = "backed",
	    .channel = &s->items[1].channel,
	    .purpose = NRS_PURPOSE_ALERT,
	    .occasion = "",
	};
	uint8_t hash[NRS_SHA256_SIZE];

	dispatcher_key(&key, hash);
	assert_true(nrs_bytes_equal(
	    out.items[1].awaits, (struct nrs_bytes){hash, sizeof(hash)}));
}

static void
the_second_contact_gets_it_once_however_many_channels(void **state)
{
	struct scene *s = *state;
	const struct nrs_targets out =
	    dispatcher_due_targets(&s->query, NRS_PURPOSE_ESCALATION);

	assert_int_equal(out.n, 1);
	assert_string_equal(out.items[0].subscriber_id, "backed");
	assert_string_equal(out.items[0].channel.address, "second@x.example");
	assert_int_equal(out.items[0].purpose, NRS_PURPOSE_ESCALATION);
	assert_int_equal(out.items[0].awaits.len, NRS_SHA256_SIZE);
}

static void
silence_goes_on_record_once_for_each_recipient(void **state)
{
	struct scene *s = *state;
	const struct nrs_targets out = dispatcher_due_reports(&s->query);
	size_t i;

	assert_int_equal(out.n, 3);
	for (i = 0; i < out.n; i++) {
		assert_int_equal(out.items[i].channel.type, NRS_CHANNEL_TOPIC);
		assert_int_equal(out.items[i].purpose, NRS_PURPOSE_ESCALATION);
	}
	assert_string_equal(out.items[2].subscriber_id, "cep");
}

/* Where they acknowledge, not where the contact does whom they were told in
 * place of. */
static void
what_is_due_lies_with_whoever_is_asked(void **state)
{
	struct scene *s = *state;
	struct nrs_targets made;
	size_t i;

	for (i = 0; i < s->targets.n; i++)
		s->items[i].keyed_by = "@hq";
	made = dispatcher_due_targets(&s->query, NRS_PURPOSE_REMINDER);
	assert_int_equal(made.n, 4);
	for (i = 0; i < made.n; i++)
		assert_null(made.items[i].keyed_by);
	made = dispatcher_due_reports(&s->query);
	for (i = 0; i < made.n; i++)
		assert_null(made.items[i].keyed_by);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(the_times_are_parts_of_the_time_to_acknowledge),
	    CASE(the_more_urgent_the_less_time),
	    CASE(an_incident_counts_as_a_step_more_urgent),
	    CASE(the_issuer_may_name_the_deadline),
	    CASE(a_short_lived_alert_is_escalated_while_it_is_valid),
	    CASE(nobody_is_asked_when_the_issuer_waived_it),
	    CASE(nobody_is_asked_who_could_not_answer),
	    CASE(whoever_got_the_text_is_reminded_where_it_went),
	    CASE(it_awaits_the_key_of_the_alert_itself),
	    CASE(the_second_contact_gets_it_once_however_many_channels),
	    CASE(silence_goes_on_record_once_for_each_recipient),
	    CASE(what_is_due_lies_with_whoever_is_asked),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_due_plan", tests, NULL, NULL);
}
