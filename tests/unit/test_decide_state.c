/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random journals (seeded): applying what was recorded gives the same state and
 * the same next decision, also under other rules; and no decision breaks what
 * must hold of every one. The comparison after each command is scene.c's.
 *
 * long: one play, and all that must hold of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/map.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/table.h"
#include "noroshi/io/wire.h"
#include "support/any_message.h"
#include "support/ledger.h"
#include "support/reminders.h"
#include "support/scene.h"

/* As many as NOROSHI_JOURNALS says, of up to so many commands each. */
#define JOURNALS 300
#define COMMANDS 80
#define THREADS 12

static const char *const sector_lists[] = {
    "power", "gas", "power,gas", "finance", "finance,power", "*"};

struct play {
	struct scene s;
	struct any any;
	unsigned revisions[THREADS];
	struct ledger ledger;
	struct reminders reminders;
	const struct nrs_policy *shipped, *other;
	/* "thread topic" that got full text, "thread sector" that was told as a
	 * whole, or in which somebody was not: a memory of the test's own. */
	struct nrs_map *written, *whole, *limited, *dispatched;
};

static size_t
below(struct play *play, size_t limit)
{
	return any_below(&play->any, limit);
}

static bool
one_in(struct play *play, size_t n)
{
	return below(play, n) == 0;
}

static struct nrs_addressing
random_addressing(struct play *play, enum nrs_tlp tlp)
{
	struct nrs_addressing to = scene_to(
	    &play->s, sector_lists[below(play,
	                  sizeof(sector_lists) / sizeof(sector_lists[0]))]);

	if (one_in(play, 8) && strstr(to.sectors[0], "finance") != NULL)
		to.ceptoars = scene_list(&play->s, "bank", &to.n_ceptoars);
	if (one_in(play, 8))
		to.excluded_recipients =
		    scene_list(&play->s, "bank", &to.n_excluded_recipients);
	if (tlp == NRS_TLP_RED)
		to.n_sectors = to.n_ceptoars = to.n_excluded_recipients = 0;
	if (tlp == NRS_TLP_RED || one_in(play, 8))
		to.recipients = scene_list(&play->s, "org-1", &to.n_recipients);
	return to;
}

static void
maybe_arrange(struct play *play, struct nrs_content *content)
{
	struct nrs_contact_arrangement *change;

	if (content->item_type != NRS_ITEM_C1 || one_in(play, 2))
		return;
	change = nrs_arena_alloc(play->s.arena, sizeof(*change));
	*change = (struct nrs_contact_arrangement){
	    .action = (enum nrs_arrangement_action)(1 + below(play, 3)),
	    .arrangement_id = one_in(play, 2) ? "hq-1" : "hq-2",
	    .hq_name = "HQ",
	    .policy = (enum nrs_arrangement_policy)(1 + below(play, 2)),
	    .effective_from = play->s.now + (int64_t)below(play, 2) * DAY,
	    .effective_until = play->s.now + (int64_t)below(play, 5) * DAY,
	};
	change->sectors = scene_list(
	    &play->s, one_in(play, 2) ? "*" : "power", &change->n_sectors);
	content->contact_change = change;
}

static void
random_notice(struct play *play)
{
	const size_t thread = below(play, THREADS);
	const char *id = nrs_arena_printf(play->s.arena, "t%zu", thread);
	const unsigned revision = ++play->revisions[thread];
	struct nrs_content content =
	    revision == 1 ? scene_content(&play->s, id)
	                  : scene_next(&play->s, id, revision,
	                        (enum nrs_msg_kind)(2 + below(play, 3)));
	struct nrs_addressing to;

	content.item_type =
	    one_in(play, 8) ? NRS_ITEM_C1 : (enum nrs_item_type)below(play, 19);
	content.urgency = (enum nrs_urgency)below(play, 4);
	content.tlp = (enum nrs_tlp)(1 + below(play, 5));
	content.mode = play->s.policy->mode;
	content.tlp_widened_by = one_in(play, 3) ? "" : "desk";
	content.ack_waived = one_in(play, 2);
	if (one_in(play, 6))
		content.stream = NRS_STREAM_SECTOR_REPORT;
	if (one_in(play, 6))
		content.valid_until =
		    play->s.now + (int64_t)below(play, 4) * DAY;
	maybe_arrange(play, &content);
	to = random_addressing(play, content.tlp);
	if (scene_notice(&play->s, &content, &to)->verdict ==
	    NRS_VERDICT_REJECTED)
		play->revisions[thread]--;
}

/* Announced, closed, closed by a desk, or of a list or mode of others. */
static void
random_cut_off(struct play *play)
{
	const enum nrs_mode mode = play->s.policy->mode;
	struct nrs_cut_off cut_off = {
	    .list = one_in(play, 10) ? "others" : "weekly",
	    .window_id = nrs_arena_printf(
	        play->s.arena, "w%lld", (long long)play->s.offset),
	    .due_at = play->s.now,
	    .mode = mode,
	};

	if (one_in(play, 10))
		cut_off.mode = mode == NRS_MODE_ACTUAL ? NRS_MODE_EXERCISE
		                                       : NRS_MODE_ACTUAL;
	cut_off.announce = one_in(play, 3);
	if (cut_off.announce || !one_in(play, 4))
		cut_off.next_at =
		    play->s.now + (int64_t)(1 + below(play, 14)) * DAY / 2;
	(void)scene_cut_off(&play->s, cut_off.window_id, &cut_off);
	if (cut_off.mode != mode || cut_off.list[0] == 'o')
		assert_int_equal(play->s.out.verdict, NRS_VERDICT_REJECTED);
	if (play->s.out.verdict == NRS_VERDICT_REJECTED)
		assert_int_equal(play->s.out.n_issues, 0);
}

static void
random_command(struct play *play)
{
	static const char *const scopes[] = {"*", "power", "gas", "finance"};
	const char *id;

	play->s.now += (int64_t)below(play, 3) * DAY / 2;
	play->s.n_stubs = below(play, 2);
	play->s.stubs =
	    nrs_arena_array(play->s.arena, 1, sizeof(struct nrs_stub));
	play->s.policy = one_in(play, 16) ? play->other : play->shipped;
	switch (below(play, 9)) {
	case 3:
		random_cut_off(play);
		return;
	case 0:
		scene_posture(&play->s, scopes[below(play, 4)],
		    (enum nrs_posture)(1 + below(play, 3)),
		    play->s.now + (int64_t)below(play, 5) * DAY);
		return;
	case 1:
		scene_deadline(&play->s);
		return;
	case 2:
		id = nrs_arena_printf(play->s.arena, "t%zu%s",
		    below(play, THREADS), one_in(play, 2) ? "" : ".2");
		scene_approval(&play->s, id, one_in(play, 4) ? NULL : "source");
		return;
	default:
		random_notice(play);
	}
}

/* ---- what must hold of every decision ---- */

static enum nrs_tlp
label_of(const char *topic)
{
	const char *name = strrchr(topic, '.');
	enum nrs_tlp label;

	for (label = NRS_TLP_AMBER_STRICT; label <= NRS_TLP_CLEAR; label++)
		if (name != NULL &&
		    strcmp(name + 1, nrs_topic_label(label)) == 0)
			return label;
	return strcmp(topic, "web") == 0 ? NRS_TLP_CLEAR : NRS_TLP_AMBER_STRICT;
}

/* An alert.ceptoar.<id> has no label in its name: any but RED. */
static void
no_topic_carries_a_label_above_its_name(const struct nrs_outcome *out)
{
	size_t i;

	for (i = 0; i < out->n_topics; i++) {
		assert_int_not_equal(out->tlp, NRS_TLP_RED);
		assert_true(out->tlp >= label_of(out->topics[i]));
	}
}

static void
every_copy_has_a_route_or_a_reason(const struct nrs_outcome *out)
{
	size_t i;

	for (i = 0; i < out->n_copies; i++) {
		assert_true(out->copies[i].n_rules > 0);
		assert_true(out->copies[i].route_rule[0] != '\0');
		if (out->copies[i].n_routes == 0)
			assert_string_equal(
			    out->copies[i].route_rule, "not-issued");
	}
}

static void
a_verdict_says_what_happens(const struct nrs_outcome *out)
{
	bool urgent = false;
	size_t i, j;

	for (i = 0; i < out->n_copies; i++)
		for (j = 0; j < out->copies[i].n_routes; j++)
			urgent |=
			    out->copies[i].routes[j] == NRS_ROUTE_REALTIME ||
			    out->copies[i].routes[j] == NRS_ROUTE_OVERRIDE;
	if (out->verdict != NRS_VERDICT_RELEASED)
		assert_false(urgent);
	if (out->verdict == NRS_VERDICT_HELD ||
	    out->verdict == NRS_VERDICT_EXPIRED ||
	    out->verdict == NRS_VERDICT_REJECTED) {
		assert_int_equal(out->n_topics + out->n_stub_topics, 0);
		assert_int_equal(out->n_copies, 0);
		assert_true(out->text[0] != '\0');
	}
}

static bool
is_in(const struct nrs_map *memory, const char *thread, const char *what)
{
	char key[128];

	(void)snprintf(key, sizeof(key), "%s %s", thread, what);
	return nrs_map_get(memory, key) != NULL;
}

static void
put_in(struct nrs_map *memory, const char *thread, const char *what)
{
	char key[128];

	(void)snprintf(key, sizeof(key), "%s %s", thread, what);
	(void)nrs_map_put(memory, key, memory);
}

static bool
is_listed(const char *const *items, size_t n, const char *item)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(items[i], item) == 0 || strcmp(items[i], "*") == 0)
			return true;
	return false;
}

/* "alert.<sector>.<label>": is the sector one that the command names? */
static bool
is_named(const struct nrs_command *cmd, const char *sector)
{
	const struct nrs_contact_arrangement *hq = cmd->content->contact_change;

	return is_listed(cmd->addressing->sectors, cmd->addressing->n_sectors,
	           sector) ||
	       (hq != NULL && is_listed(hq->sectors, hq->n_sectors, sector));
}

/* Nobody new is told by a sector that is not named again. */
static void
topics_are_of_sectors_named_or_told_before(
    struct play *play, const struct nrs_command *cmd)
{
	const struct nrs_outcome *out = &play->s.out;
	const char *topic, *sector;
	size_t i;

	for (i = 0; i < out->n_topics; i++) {
		topic = out->topics[i];
		if (strncmp(topic, "alert.", 6) != 0 ||
		    strncmp(topic, "alert.ceptoar.", 14) == 0)
			continue;
		sector = nrs_arena_strndup(
		    play->s.arena, topic + 6, strcspn(topic + 6, "."));
		assert_int_equal(cmd->addressing->n_recipients, 0);
		if (is_named(cmd, sector))
			continue;
		assert_true(is_in(play->whole, out->thread_id, sector));
		assert_false(is_in(play->limited, out->thread_id, sector));
	}
}

/* Whatever a thread was written to learns of its correction or retraction. */
static void
a_recall_reaches_every_topic(struct play *play, const struct nrs_command *cmd)
{
	const struct nrs_outcome *out = &play->s.out;
	const char *key, *topic;
	void *cursor = NULL, *value;

	if (cmd->content->kind < NRS_KIND_CORRECTION ||
	    cmd->submission->n_stubs == 0)
		return;
	while (nrs_map_next(play->written, &cursor, &key, &value)) {
		topic = strchr(key, ' ') + 1;
		if (strncmp(key, out->thread_id, strlen(out->thread_id)) != 0 ||
		    key[strlen(out->thread_id)] != ' ')
			continue;
		assert_true(
		    is_listed(out->topics, out->n_topics, topic) ||
		    is_listed(out->stub_topics, out->n_stub_topics, topic));
	}
}

static void
check_reach(struct play *play)
{
	const struct nrs_outcome *out = &play->s.out;
	const struct nrs_command *cmd = play->s.last.approved != NULL
	                                    ? play->s.last.approved
	                                    : &play->s.last;
	bool limits;
	size_t i;

	if (out->n_copies == 0)
		return;
	topics_are_of_sectors_named_or_told_before(play, cmd);
	/* in real time once: so are its corrections and its retraction */
	if (cmd->content->kind >= NRS_KIND_CORRECTION &&
	    is_in(play->dispatched, out->thread_id, ""))
		assert_int_equal(out->verdict, NRS_VERDICT_RELEASED);
	a_recall_reaches_every_topic(play, cmd);
	limits = out->tlp == NRS_TLP_RED || cmd->addressing->n_recipients > 0 ||
	         cmd->addressing->n_excluded_recipients > 0;
	for (i = 0; i < out->n_copies; i++)
		if (limits)
			put_in(play->limited, out->thread_id,
			    out->copies[i].sector);
		else if (out->copies[i].ceptoar[0] == '\0')
			put_in(
			    play->whole, out->thread_id, out->copies[i].sector);
	for (i = 0; i < out->n_topics; i++)
		put_in(play->written, out->thread_id, out->topics[i]);
	if (out->verdict == NRS_VERDICT_RELEASED)
		put_in(play->dispatched, out->thread_id, "");
}

/* A promotion has been in real time as well as any notice. */
static void
remember_promotions(struct play *play)
{
	const struct nrs_outcome *out = &play->s.out;
	const struct nrs_promotion *each;
	size_t i, j;

	for (i = 0; i < out->n_promotions; i++) {
		each = &out->promotions[i];
		put_in(play->dispatched, each->thread_id, "");
		for (j = 0; j < each->n_topics; j++)
			put_in(play->written, each->thread_id, each->topics[j]);
	}
}

static void
check_waiting(struct play *play)
{
	const struct nrs_command *about = play->s.last.approved != NULL
	                                      ? play->s.last.approved
	                                      : &play->s.last;

	ledger_see(&play->ledger, &play->s.out,
	    about->content == NULL ? NULL : about, play->s.state);
	remember_promotions(play);
}

static void
check_outcome(const struct nrs_outcome *out)
{
	no_topic_carries_a_label_above_its_name(out);
	every_copy_has_a_route_or_a_reason(out);
	a_verdict_says_what_happens(out);
	assert_int_not_equal(out->verdict, NRS_VERDICT_UNSPECIFIED);
}

/* The same command decided on both states, without applying it. */
static void
both_decide_alike(struct play *play, const struct nrs_policy *policy)
{
	struct nrs_command cmd = play->s.last;
	struct nrs_submission submission = *cmd.submission;
	struct nrs_outcome a, b;

	submission.submission_id = "probe";
	cmd.submission = &submission;
	cmd.journal_offset = play->s.offset;
	nrs_decide(play->s.arena, policy, play->s.state, &cmd, &a);
	nrs_decide(play->s.arena, policy, play->s.shadow, &cmd, &b);
	assert_true(any_equal(NRS_TYPE_OUTCOME, &a, &b));
}

/* Every notice in real time, whatever the table says, and other reminders. */
static const struct nrs_policy *
other_policy(struct play *play)
{
	struct nrs_rule_table *rules =
	    nrs_arena_alloc(play->s.arena, sizeof(*rules));
	struct nrs_policy *policy;
	size_t column, posture, urgency;

	*rules = *play->s.policy->rules;
	rules->version = "other";
	rules->remind_ms = 2 * DAY;
	for (column = 1; column <= NRS_COLUMN_C; column++)
		for (posture = 1; posture <= NRS_POSTURE_INCIDENT; posture++)
			for (urgency = 1; urgency <= NRS_URGENCY_IMMEDIATE;
			     urgency++)
				rules->cells[column][posture][urgency].routes =
				    NRS_RT;
	policy = nrs_policy_new(play->s.arena, play->s.policy->sectors, rules,
	    play->s.policy->mode, "other");
	policy->lists = play->s.policy->lists;
	return policy;
}

static void
open_play(struct play *play, size_t journal)
{
	memset(play, 0, sizeof(*play));
	scene_open(
	    &play->s, journal % 3 == 0 ? NRS_MODE_EXERCISE : NRS_MODE_ACTUAL);
	play->any =
	    (struct any){.arena = play->s.arena, .seed = 1000 + journal};
	play->written = nrs_map_new();
	play->whole = nrs_map_new();
	play->limited = nrs_map_new();
	play->dispatched = nrs_map_new();
	play->shipped = play->s.policy;
	play->other = other_policy(play);
	ledger_open(&play->ledger);
	reminders_open(&play->reminders);
}

static void
close_play(struct play *play)
{
	nrs_map_free(play->written, NULL);
	nrs_map_free(play->whole, NULL);
	nrs_map_free(play->limited, NULL);
	nrs_map_free(play->dispatched, NULL);
	ledger_close(&play->ledger);
	reminders_close(&play->reminders);
	scene_close(&play->s);
}

static size_t
n_journals(void)
{
	const char *said = getenv("NOROSHI_JOURNALS");

	return said == NULL ? JOURNALS : strtoul(said, NULL, 10);
}

static void
recorded_outcomes_rebuild_the_state_and_the_next_decision(void **state)
{
	size_t issues = 0, promotions = 0, lines = 0, stubs = 0, reminders = 0;
	size_t headquarters = 0, journal, i, n;
	struct play play;

	for (journal = 0; journal < n_journals(); journal++) {
		open_play(&play, journal);
		n = 1 + below(&play, COMMANDS);
		for (i = 0; i < n; i++) {
			random_command(&play);
			check_outcome(&play.s.out);
			check_reach(&play);
			check_waiting(&play);
			reminders_see(
			    &play.reminders, play.s.policy->rules, &play.s.out);
			both_decide_alike(&play, play.shipped);
			both_decide_alike(&play, play.other);
		}
		issues += play.ledger.n_issues;
		promotions += play.ledger.n_promotions;
		lines += play.ledger.n_lines;
		stubs += play.ledger.n_stubs;
		reminders += play.reminders.n_said;
		headquarters += play.reminders.n_arrangements;
		close_play(&play);
	}
	print_message(
	    "%zu journals: %zu issues with %zu lines and %zu stubs, %zu "
	    "promotions, %zu reminders, %zu of them of an "
	    "arrangement\n",
	    journal, issues, lines, stubs, promotions, reminders, headquarters);
	assert_true(issues > journal);
	assert_true(lines > journal / 2);
	assert_true(stubs > journal / 20);
	assert_true(promotions > journal);
	assert_true(reminders - headquarters > journal / 10);
	assert_true(headquarters > journal / 60);
}

static void
other_rules_change_nothing_that_was_decided(void **state)
{
	struct nrs_buf before = {0}, after = {0};
	struct nrs_content content;
	struct nrs_addressing to;
	struct play play;

	memset(&play, 0, sizeof(play));
	scene_open(&play.s, NRS_MODE_ACTUAL);
	content = scene_content(&play.s, "a");
	content.urgency = NRS_URGENCY_IMMEDIATE;
	to = scene_to(&play.s, "power");
	scene_notice(&play.s, &content, &to);
	assert_int_equal(play.s.out.verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(scene_routes(&play.s, "power"), "RT+NL");
	nrs_state_print(play.s.state, &before);
	play.s.policy = other_policy(&play);
	/* The command again is a duplicate, not a new decision. */
	assert_int_equal(scene_notice(&play.s, &content, &to)->verdict,
	    NRS_VERDICT_DUPLICATE);
	/* An outcome below the next offset is passed over. */
	play.s.out.journal_offset = 0;
	nrs_apply(play.s.state, &play.s.out);
	nrs_state_print(play.s.state, &after);
	assert_string_equal(strchr(nrs_buf_str(&before), '\n'),
	    strchr(nrs_buf_str(&after), '\n'));
	nrs_buf_fini(&before);
	nrs_buf_fini(&after);
	scene_close(&play.s);
}

static void
deadlines_come_out_in_order(void **state)
{
	struct play play = {.any = {.seed = 3}};
	int64_t last = 0, next;
	size_t i;

	scene_open(&play.s, NRS_MODE_ACTUAL);
	for (i = 0; i < 40; i++)
		scene_posture(&play.s, "power", NRS_POSTURE_HEIGHTENED,
		    play.s.now + 1 + (int64_t)below(&play, 20));
	while ((next = nrs_state_next_deadline(play.s.state)) != 0) {
		assert_true(next > last);
		last = play.s.now = next;
		scene_deadline(&play.s);
	}
	assert_true(last > SCENE_NOW);
	scene_close(&play.s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        recorded_outcomes_rebuild_the_state_and_the_next_decision),
	    cmocka_unit_test(other_rules_change_nothing_that_was_decided),
	    cmocka_unit_test(deadlines_come_out_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
