/* SPDX-License-Identifier: Apache-2.0 */
/* What a decision hands over, made twice of the same decision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/topic.h"
#include "noroshi/io/handover.h"
#include "noroshi/io/wire.h"
#include "support/scene.h"

static struct scene s;

static int
setup(void **state)
{
	(void)state;
	scene_open(&s, NRS_MODE_ACTUAL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scene_close(&s);
	return 0;
}

static bool
make(const struct nrs_outcome *outcome, const struct nrs_command *said,
    struct nrs_outgoing *out)
{
	const struct nrs_handover of = nrs_handover_of(s.arena, outcome, said);

	return nrs_handover_make(s.arena, &of, out);
}

/* The outcome as whoever reads the topic has it. */
static const struct nrs_outcome *
read_again(const struct nrs_outcome *outcome)
{
	const struct nrs_wire_input in = {.type = NRS_TYPE_OUTCOME,
	    .bytes = nrs_wire_encode(s.arena, NRS_TYPE_OUTCOME, outcome),
	    .how = NRS_WIRE_TOLERANT};
	void *value;

	assert_int_equal(nrs_wire_decode(s.arena, &in, &value, NULL), NRS_OK);
	return value;
}

static void
assert_same(const struct nrs_outgoing *a, const struct nrs_outgoing *b)
{
	assert_string_equal(a->topic, b->topic);
	assert_true(nrs_bytes_equal(a->key, b->key));
	assert_true(nrs_bytes_equal(a->value, b->value));
	assert_int_equal(a->n_headers, b->n_headers);
	for (size_t i = 0; i < a->n_headers; i++) {
		assert_string_equal(a->headers[i].name, b->headers[i].name);
		assert_string_equal(a->headers[i].value, b->headers[i].value);
	}
}

static void
what_goes_out_now_is_made_the_same_from_its_outcome(void **state)
{
	struct nrs_content content = scene_content(&s, "a");
	const struct nrs_addressing to = scene_to(&s, "power,gas");
	struct nrs_outgoing first, second;

	(void)state;
	content.urgency = NRS_URGENCY_IMMEDIATE;
	scene_notice(&s, &content, &to);
	assert_true(make(&s.out, &s.last, &first));
	assert_string_equal(first.topic, "dispatch.alert");
	assert_true(make(read_again(&s.out), &s.last, &second));
	assert_same(&first, &second);
}

static void
what_waits_is_handed_over_when_it_is_promoted(void **state)
{
	const struct nrs_content content = scene_content(&s, "a");
	const struct nrs_addressing to = scene_to(&s, "power");
	const struct nrs_outcome *notice;
	struct nrs_outgoing first, second;

	(void)state;
	scene_notice(&s, &content, &to);
	assert_false(make(&s.out, &s.last, &first));
	assert_null(nrs_handover_promoted(s.arena, &s.out, &s.journal[0]));
	scene_posture(&s, "power", NRS_POSTURE_INCIDENT, SCENE_NOW + 10 * DAY);
	notice = nrs_handover_promoted(s.arena, &s.out, &s.journal[0]);
	assert_non_null(notice);
	assert_true(make(notice, &s.journal[0], &first));
	notice =
	    nrs_handover_promoted(s.arena, read_again(&s.out), &s.journal[0]);
	assert_non_null(notice);
	assert_true(make(notice, &s.journal[0], &second));
	assert_same(&first, &second);
	assert_string_equal(first.headers[2].value, "a");
}

/* ---- an issue of a newsletter ---- */

static void
cut_off(const char *id, bool announce)
{
	scene_cut_off(&s, id,
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = "weekly:1",
	        .due_at = s.now + DAY,
	        .mode = NRS_MODE_ACTUAL,
	        .next_at = s.now + DAY,
	        .announce = announce});
}

static void
wait_with(const char *id, enum nrs_item_type type, enum nrs_tlp tlp)
{
	struct nrs_content content = scene_content(&s, id);
	const struct nrs_addressing to = scene_to(&s, "power,gas");

	content.item_type = type;
	content.tlp = tlp;
	scene_notice(&s, &content, &to);
}

/* Of the last decision; all of the journal counts as read again. */
static struct nrs_newsletter *
issue_of(const struct nrs_outcome *outcome, size_t i)
{
	const struct nrs_command **said =
	    nrs_arena_array(s.arena, s.n_journal, sizeof(*said));
	const struct nrs_issue_handover of = {.outcome = outcome,
	    .issue = &outcome->issues[i],
	    .said = said,
	    .n_said = s.n_journal};

	for (size_t k = 0; k < s.n_journal; k++)
		said[k] = &s.journal[k];
	return nrs_handover_issue(s.arena, &of);
}

static void
an_issue_is_made_the_same_from_its_outcome(void **state)
{
	const struct nrs_outcome *again;
	const struct nrs_outgoing *a, *b;
	struct nrs_outgoing first, second;
	size_t i, k, n;

	(void)state;
	cut_off("said", true);
	wait_with("a", NRS_ITEM_BC3, NRS_TLP_GREEN);
	wait_with("line", NRS_ITEM_C3, NRS_TLP_AMBER);
	cut_off("cut-off", false);
	again = read_again(&s.out);
	assert_int_equal(s.out.n_issues, 2);
	for (i = 0; i < s.out.n_issues; i++) {
		nrs_handover_issue_record(
		    s.arena, &s.out, issue_of(&s.out, i), &first);
		nrs_handover_issue_record(
		    s.arena, again, issue_of(again, i), &second);
		assert_string_equal(first.topic, NRS_TOPIC_DISPATCH_NEWSLETTER);
		assert_same(&first, &second);
		n = nrs_handover_edition(s.arena, &s.out, issue_of(&s.out, i),
		    NRS_TLP_AMBER_STRICT, &a);
		assert_int_equal(n, 3);
		assert_string_equal(a[2].topic,
		    nrs_topic_newsletter(
		        s.arena, s.out.issues[i].sector, NRS_TLP_AMBER_STRICT));
		assert_int_equal(
		    nrs_handover_edition(s.arena, again, issue_of(again, i),
		        NRS_TLP_AMBER_STRICT, &b),
		    n);
		for (k = 0; k < n; k++)
			assert_same(&a[k], &b[k]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
	        what_goes_out_now_is_made_the_same_from_its_outcome, setup,
	        teardown),
	    cmocka_unit_test_setup_teardown(
	        what_waits_is_handed_over_when_it_is_promoted, setup, teardown),
	    cmocka_unit_test_setup_teardown(
	        an_issue_is_made_the_same_from_its_outcome, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
