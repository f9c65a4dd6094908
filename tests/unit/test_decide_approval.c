/* SPDX-License-Identifier: Apache-2.0 */
/* What is held, and what a second word about it does: override 7. */
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

/* ---- override 7: consent ---- */

static void
a_report_waits_for_its_sources_consent(void **state)
{
	static const enum nrs_stream streams[] = {
	    NRS_STREAM_SECTOR_REPORT, NRS_STREAM_AGENCY_PROVISION};
	static const char *const ids[] = {"a", "b"};
	struct nrs_content content;
	size_t i;

	for (i = 0; i < 2; i++) {
		content = scene_content(&s, ids[i]);
		content.stream = streams[i];
		content.item_type = NRS_ITEM_C3;
		content.urgency = NRS_URGENCY_IMMEDIATE;
		assert_int_equal(
		    issue(&content, "power")->verdict, NRS_VERDICT_HELD);
		assert_string_equal(s.out.rule, "override:7");
		assert_string_equal(s.out.held[0].needs, "source-consent");
		assert_int_equal(s.out.n_topics, 0);
	}
	assert_int_equal(nrs_state_counts(s.state).held, 2);
}

static void
consent_releases_it_by_the_posture_of_then(void **state)
{
	struct nrs_content content = scene_content(&s, "a");
	const struct nrs_outcome *out;

	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, "power");
	s.now += MINUTE;
	scene_posture(&s, "power", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	out = scene_approval(&s, "a", "CEPTOAR power");
	assert_int_equal(out->verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(out->about_id, "a");
	assert_string_equal(out->thread_id, "a");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	assert_string_equal(scene_topics(&s), "alert.power.green");
	assert_int_equal(nrs_state_counts(s.state).held, 0);
	/* once only */
	rejects(scene_approval(&s, "a", "CEPTOAR power"), "submission_id",
	    "approval-unknown");
}

static void
consent_that_comes_too_late_says_so(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, "power");
	s.now += 30 * DAY;
	assert_int_equal(
	    scene_approval(&s, "a", "source")->verdict, NRS_VERDICT_EXPIRED);
	assert_int_equal(s.out.n_topics, 0);
	assert_string_equal(s.out.held[0].why, "expired");
	assert_int_equal(nrs_state_counts(s.state).held, 0);
}

/* Anybody who has read a notice knows its thread. */
static void
without_consent_nothing_that_waits_is_dropped(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	issue(&content, "power");
	assert_int_equal(nrs_state_counts(s.state).waiting, 1);
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.stream = NRS_STREAM_AGENCY_PROVISION;
	content.valid_until = s.now;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_EXPIRED);
	assert_int_equal(nrs_state_counts(s.state).waiting, 1);
	content = scene_next(&s, "a", 3, NRS_KIND_FOLLOW_UP);
	content.stream = NRS_STREAM_AGENCY_PROVISION;
	content.valid_until = s.now + MINUTE;
	content.notice_id = "late";
	issue(&content, "power");
	s.now += MINUTE;
	assert_int_equal(
	    scene_approval(&s, "late", "source")->verdict, NRS_VERDICT_EXPIRED);
	assert_int_equal(nrs_state_counts(s.state).waiting, 0);
}

static void
refused_consent_ends_it(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, "power");
	assert_int_equal(
	    scene_approval(&s, "a", NULL)->verdict, NRS_VERDICT_APPLIED);
	assert_int_equal(s.out.n_topics, 0);
	assert_int_equal(nrs_state_counts(s.state).held, 0);
}

static void
an_approval_is_of_these_bytes(void **state)
{
	struct nrs_content content = scene_content(&s, "a");
	struct nrs_approval other;
	struct nrs_command cmd;
	struct nrs_submission envelope;

	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, "power");
	scene_approval(&s, "a", "");
	rejects(&s.out, "source_consent", "required");
	cmd = s.last;
	other = *cmd.approval;
	envelope = *cmd.submission;
	envelope.submission_id = "other";
	other.source_consent = "source";
	other.payload_sha256 = cmd.payload_sha256;
	cmd.approval = &other;
	cmd.submission = &envelope;
	rejects(scene_command(&s, &cmd), "payload_sha256", "approval-hash");
	assert_int_equal(nrs_state_counts(s.state).held, 1);
}

static void
a_held_revision_counts_and_a_later_one_cancels_it(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_WAITING);
	assert_int_equal(s.out.n_held, 1);
	assert_true(s.out.held[0].remove);
	assert_string_equal(s.out.held[0].why, "superseded");
	rejects(scene_approval(&s, "a", "source"), "submission_id",
	    "approval-unknown");
}

static void
what_nobody_saw_is_withdrawn_quietly(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.stream = NRS_STREAM_SECTOR_REPORT;
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.stream = NRS_STREAM_SECTOR_REPORT;
	assert_int_equal(
	    issue(&content, "power")->verdict, NRS_VERDICT_APPLIED);
	assert_string_equal(s.out.rule, "never-sent");
	assert_int_equal(s.out.n_topics, 0);
	assert_int_equal(nrs_state_counts(s.state).held, 0);
}

static void
a_held_retraction_waits_as_long_as_it_takes(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	content = scene_next(&s, "a", 2, NRS_KIND_RETRACTION);
	content.stream = NRS_STREAM_AGENCY_PROVISION;
	content.valid_until = s.now + DAY;
	assert_int_equal(issue(&content, "power")->verdict, NRS_VERDICT_HELD);
	s.now += 400 * DAY;
	assert_int_equal(scene_deadline(&s)->n_held, 0);
	assert_int_equal(nrs_state_counts(s.state).held, 1);
	assert_int_equal(
	    scene_approval(&s, "a.2", "agency")->verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(scene_topics(&s), "alert.power.green");
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_report_waits_for_its_sources_consent),
	    T(consent_releases_it_by_the_posture_of_then),
	    T(consent_that_comes_too_late_says_so),
	    T(without_consent_nothing_that_waits_is_dropped),
	    T(refused_consent_ends_it),
	    T(an_approval_is_of_these_bytes),
	    T(a_held_revision_counts_and_a_later_one_cancels_it),
	    T(what_nobody_saw_is_withdrawn_quietly),
	    T(a_held_retraction_waits_as_long_as_it_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
