/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a notice's place in its thread, its time and its source decide:
 * domain.md 4.4 and overrides 2 and 6. Override 7: test_decide_approval.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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

static const struct nrs_outcome *
first(const char *id, const char *sectors)
{
	const struct nrs_content content = scene_content(&s, id);

	return issue(&content, sectors);
}

static void
rejects(const struct nrs_outcome *out, const char *field, const char *rule)
{
	assert_int_equal(out->verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(out->field, field);
	assert_string_equal(out->rule, rule);
	assert_true(strlen(out->text) > 10);
	assert_int_equal(out->n_copies, 0);
	assert_int_equal(out->n_topics, 0);
	assert_null(out->thread);
}

/* ---- order and identity ---- */

static void
revisions_are_gap_free(void **state)
{
	struct nrs_content content;

	first("a", "power");
	content = scene_next(&s, "a", 3, NRS_KIND_FOLLOW_UP);
	rejects(issue(&content, "power"), "revision", "revision-gap");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_WAITING);
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	content.notice_id = "stale";
	rejects(issue(&content, "power"), "revision", "revision-gap");
}

static void
a_revision_needs_a_thread(void **state)
{
	const struct nrs_content content =
	    scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);

	rejects(issue(&content, "power"), "thread_id", "thread-unknown");
}

/* As the wire reads it: a follow-up that is its own thread's first. */
static void
a_first_notice_of_an_unknown_kind_begins_its_thread(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	s.n_unknown = 1;
	content.kind = NRS_KIND_FOLLOW_UP;
	content.item_type = NRS_ITEM_C3;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_RELEASED);
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_RELEASED);
}

static void
a_rejected_revision_does_not_count(void **state)
{
	struct nrs_content content;

	first("a", "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.supersedes[0] = "other";
	rejects(issue(&content, "power"), "supersedes", "supersedes-unknown");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.notice_id = "again";
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_WAITING);
}

static void
the_same_id_and_bytes_get_the_first_outcome(void **state)
{
	struct nrs_content content = scene_content(&s, "a");
	const struct nrs_outcome *out;

	first("b", "gas");
	issue(&content, "power");
	s.now += MINUTE;
	out = issue(&content, "power");
	assert_int_equal(out->verdict, NRS_VERDICT_DUPLICATE);
	assert_int_equal(out->first_offset, 1);
	assert_int_equal(out->journal_offset, 2);
	assert_int_equal(out->n_topics, 0);
}

static void
the_same_id_with_other_bytes_is_rejected(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	first("a", "power");
	content.title = "another";
	rejects(issue(&content, "power"), "submission_id", "duplicate-id");
	assert_int_equal(s.out.first_offset, 0);
	content.title = "title";
	rejects(issue(&content, "gas"), "submission_id", "duplicate-id");
	/* and the first is still who owns the id */
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_DUPLICATE);
}

static void
an_announced_cut_off_is_recorded_in_the_outcome(void **state)
{
	const struct nrs_cut_off next = {.list = "weekly",
	    .window_id = "weekly:1",
	    .due_at = s.now + DAY,
	    .mode = NRS_MODE_ACTUAL,
	    .next_at = s.now + DAY,
	    .announce = true};
	const struct nrs_outcome *out =
	    scene_cut_off(&s, "cut-off:weekly:1:0", &next);

	assert_int_equal(out->verdict, NRS_VERDICT_APPLIED);
	assert_string_equal(out->cut_off->list, "weekly");
	assert_int_equal(out->cut_off->next_at, s.now + DAY);
}

/* Two producers need not agree on whether it is late. */
static void
a_window_posted_twice_is_a_duplicate_whatever_its_bytes(void **state)
{
	struct nrs_cut_off window = {.list = "weekly",
	    .window_id = "weekly:1",
	    .due_at = s.now,
	    .mode = NRS_MODE_ACTUAL,
	    .next_at = s.now + DAY};

	(void)scene_cut_off(&s, "cut-off:weekly:1", &window);
	window.late = true;
	assert_int_equal(
	    scene_cut_off(&s, "cut-off:weekly:1", &window)->verdict,
	    NRS_VERDICT_DUPLICATE);
	assert_int_equal(s.out.first_offset, 0);
	assert_null(s.out.cut_off);
}

static void
a_rejected_id_stays_with_its_bytes(void **state)
{
	const struct nrs_content content =
	    scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);

	issue(&content, "power");
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_DUPLICATE);
}

static void
what_was_not_admitted_owns_no_id(void **state)
{
	static const struct nrs_err forged = {
	    "signatures[0]", "signature", "this key is not known"};
	const struct nrs_content content = scene_content(&s, "a");
	const struct nrs_addressing to = scene_to(&s, "power");
	struct nrs_command cmd;

	scene_notice(&s, &content, &to);
	scene_close(&s);
	scene_open(&s, NRS_MODE_ACTUAL);
	cmd = (struct nrs_command){.submission = NULL, .refused = &forged};
	rejects(scene_command(&s, &cmd), "signatures[0]", "signature");
	assert_int_equal(s.out.journal_offset, 0);
	assert_false(s.out.remembered);
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_WAITING);
}

static void
a_refused_commands_time_is_not_believed(void **state)
{
	static const struct nrs_err forged = {"", "signature", "forged"};
	struct nrs_submission late = {.submission_id = "x",
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .accepted_at = SCENE_NOW + 3650 * DAY};
	struct nrs_command cmd = {.submission = &late, .refused = &forged};

	first("a", "power");
	scene_command(&s, &cmd);
	assert_int_equal(nrs_state_now(s.state), SCENE_NOW);
}

static void
a_hostile_reason_stays_readable(void **state)
{
	static const struct nrs_err odd = {"a\nb", "x", "bad \xff\x1b[2J text"};
	struct nrs_command cmd = {.refused = &odd};

	/* scene_command encodes and decodes it again. */
	scene_command(&s, &cmd);
	assert_string_equal(s.out.field, "a?b");
	assert_string_equal(s.out.text, "bad ??[2J text");
}

/* ---- mode ---- */

static void
a_thread_never_changes_mode(void **state)
{
	struct nrs_content content;

	first("a", "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.mode = NRS_MODE_EXERCISE;
	content.exercise_id = "drill-1";
	rejects(issue(&content, "power"), "mode", "mode-change");
}

static void
an_exercise_stays_its_own(void **state)
{
	struct nrs_content content;

	scene_close(&s);
	scene_open(&s, NRS_MODE_EXERCISE);
	first("a", "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.exercise_id = "drill-2";
	rejects(issue(&content, "power"), "exercise_id", "mode-change");
}

static void
nothing_supersedes_another_thread(void **state)
{
	struct nrs_content content;

	first("a", "power");
	first("b", "power");
	content = scene_next(&s, "b", 2, NRS_KIND_RETRACTION);
	content.supersedes[0] = "a";
	rejects(issue(&content, "power"), "supersedes", "supersedes-unknown");
}

static void
an_envelope_speaks_for_its_own_notice(void **state)
{
	const struct nrs_content content = scene_content(&s, "a");
	const struct nrs_addressing to = scene_to(&s, "power");
	struct nrs_submission other;
	struct nrs_command cmd;

	scene_notice(&s, &content, &to);
	cmd = s.last;
	other = *cmd.submission;
	other.submission_id = "b";
	cmd.submission = &other;
	rejects(scene_command(&s, &cmd), "submission_id", "envelope");
}

/* ---- TLP ---- */

static void
a_follow_up_may_not_widen_the_label(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.tlp = NRS_TLP_AMBER;
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_GREEN;
	rejects(issue(&content, "power"), "tlp", "tlp-widened");
	content.notice_id = "allowed";
	content.tlp_widened_by = "desk-2";
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_WAITING);
	content = scene_next(&s, "a", 3, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_AMBER_STRICT;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_WAITING);
}

static void
what_was_not_sent_widens_nothing(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.tlp = NRS_TLP_AMBER;
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_GREEN;
	content.tlp_widened_by = "desk-2";
	content.stream = NRS_STREAM_AGENCY_PROVISION;
	assert_int_equal(issue(&content, "power")->verdict, NRS_VERDICT_HELD);
	content = scene_next(&s, "a", 3, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_GREEN;
	rejects(issue(&content, "power"), "tlp", "tlp-widened");
}

static void
an_unknown_label_is_for_the_duty_desk(void **state)
{
	struct nrs_content content = scene_content(&s, "a");
	const struct nrs_outcome *out;

	s.n_unknown = 1;
	content.tlp = NRS_TLP_RED; /* as the wire reads an unknown one */
	out = issue(&content, "power");
	assert_int_equal(out->verdict, NRS_VERDICT_HELD);
	assert_int_equal(out->n_topics, 0);
	assert_string_equal(out->held[0].needs, "duty-desk");
	rejects(scene_approval(&s, "a", "source"), "tlp", "approval-label");
	assert_int_equal(nrs_state_held_offset(s.state, "a"), 0);
}

/* ---- override 2: expiry ---- */

static void
what_has_expired_is_not_sent(void **state)
{
	struct nrs_content content = scene_content(&s, "a");
	const struct nrs_outcome *out;

	content.valid_until = s.now;
	out = issue(&content, "power");
	assert_int_equal(out->verdict, NRS_VERDICT_EXPIRED);
	assert_string_equal(out->rule, "override:2");
	assert_int_equal(out->n_copies, 0);
	assert_int_equal(out->n_topics, 0);
	assert_int_equal(out->thread->revision, 1);
	content = scene_content(&s, "b");
	content.valid_until = s.now + 1;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_WAITING);
}

static void
a_retraction_goes_out_even_then(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	s.now += 31 * DAY;
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	content.valid_until = s.now - DAY;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_RELEASED);
	content = scene_next(&s, "a", 3, NRS_KIND_CORRECTION);
	content.item_type = NRS_ITEM_C3;
	content.valid_until = s.now - DAY;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_EXPIRED);
}

static void
without_an_end_the_item_types_default_holds(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.valid_until = 0;
	issue(&content, "power");
	assert_int_equal(s.out.thread->valid_until, SCENE_NOW + 30 * DAY);
	assert_int_equal(s.out.next_deadline, SCENE_NOW + 30 * DAY);
}

static void
time_is_the_running_maximum(void **state)
{
	struct nrs_content content;

	s.now += DAY;
	first("a", "power");
	s.now -= DAY;
	content = scene_content(&s, "b");
	content.valid_until = s.now + MINUTE;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_EXPIRED);
	assert_int_equal(s.out.decided_at, SCENE_NOW + DAY);
	assert_int_equal(s.out.accepted_at, SCENE_NOW);
}

/* ---- total ---- */

static void
every_command_gets_an_outcome(void **state)
{
	struct nrs_submission submission = {.submission_id = "x",
	    .mode = NRS_MODE_ACTUAL,
	    .accepted_at = SCENE_NOW};
	struct nrs_command cmd = {.submission = NULL};
	int type;

	rejects(scene_command(&s, &cmd), "", "decode");
	cmd.submission = &submission;
	for (type = 0; type < 20; type++) {
		submission.type = (enum nrs_submission_type)type;
		submission.submission_id =
		    nrs_arena_printf(s.arena, "x-%d", type);
		scene_command(&s, &cmd);
		assert_int_equal(s.out.verdict, type == NRS_SUBMISSION_DEADLINE
		                                    ? NRS_VERDICT_APPLIED
		                                    : NRS_VERDICT_REJECTED);
	}
	assert_int_equal(nrs_state_next_offset(s.state), 21);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(revisions_are_gap_free),
	    T(a_revision_needs_a_thread),
	    T(a_first_notice_of_an_unknown_kind_begins_its_thread),
	    T(a_rejected_revision_does_not_count),
	    T(the_same_id_and_bytes_get_the_first_outcome),
	    T(the_same_id_with_other_bytes_is_rejected),
	    T(an_announced_cut_off_is_recorded_in_the_outcome),
	    T(a_window_posted_twice_is_a_duplicate_whatever_its_bytes),
	    T(a_rejected_id_stays_with_its_bytes),
	    T(what_was_not_admitted_owns_no_id),
	    T(a_refused_commands_time_is_not_believed),
	    T(a_hostile_reason_stays_readable),
	    T(a_thread_never_changes_mode),
	    T(an_exercise_stays_its_own),
	    T(nothing_supersedes_another_thread),
	    T(an_envelope_speaks_for_its_own_notice),
	    T(a_follow_up_may_not_widen_the_label),
	    T(what_was_not_sent_widens_nothing),
	    T(an_unknown_label_is_for_the_duty_desk),
	    T(what_has_expired_is_not_sent),
	    T(a_retraction_goes_out_even_then),
	    T(without_an_end_the_item_types_default_holds),
	    T(time_is_the_running_maximum),
	    T(every_command_gets_an_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
