/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cut-offs and issues of the newsletter. Expected values are by hand.
 *
 * long: one test per rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/label.h"
#include "support/scene.h"

#define WEEK (7 * DAY)

static struct scene s;
static unsigned window; /* number of the next cut-off */

static const struct nrs_outcome *
announce(int64_t next_at)
{
	const char *id =
	    nrs_arena_printf(s.arena, "weekly:%lld", (long long)next_at);

	return scene_cut_off(&s, nrs_arena_printf(s.arena, "said:%s", id),
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = id,
	        .due_at = next_at,
	        .mode = NRS_MODE_ACTUAL,
	        .next_at = next_at,
	        .announce = true});
}

static const struct nrs_outcome *
cut_off(void)
{
	const char *id = nrs_arena_printf(s.arena, "weekly:%u", ++window);

	return scene_cut_off(&s, nrs_arena_printf(s.arena, "cut-off:%s", id),
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = id,
	        .due_at = s.now,
	        .mode = NRS_MODE_ACTUAL,
	        .next_at = s.now + WEEK});
}

static int
setup(void **state)
{
	scene_open(&s, NRS_MODE_ACTUAL);
	window = 0;
	announce(s.now + WEEK);
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

static struct nrs_content
of_type(const char *id, enum nrs_item_type type)
{
	struct nrs_content content = scene_content(&s, id);

	content.item_type = type;
	return content;
}

static void
wait_in(const char *id, const char *sectors)
{
	const struct nrs_content content = scene_content(&s, id);

	issue(&content, sectors);
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
}

/* In real time, and for no newsletter but its list of what was sent. */
static void
send(const char *id, const char *sectors, enum nrs_tlp tlp)
{
	struct nrs_content content = of_type(id, NRS_ITEM_C3);

	content.tlp = tlp;
	issue(&content, sectors);
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
}

static struct nrs_state_counts
counts(void)
{
	return nrs_state_counts(s.state);
}

/* "a:WARNINGS b:SENT!" of what the last command drained for a sector: "!" is a
 * line. */
static const char *
drained(const char *sector)
{
	const struct nrs_waiting_change *each;
	const char *text = "";
	size_t i;

	for (i = 0; i < s.out.n_waiting; i++) {
		each = &s.out.waiting[i];
		if (!each->remove || strcmp(each->why, "drained") != 0 ||
		    strcmp(each->sector, sector) != 0)
			continue;
		text = nrs_arena_printf(s.arena, "%s%s%s:%s%s", text,
		    text[0] == '\0' ? "" : " ", each->notice_id,
		    nrs_term_name(NRS_VOC_NEWS_SECTION, (int)each->section),
		    each->title_of[0] == '\0' ? "" : "!");
	}
	return text;
}

/* ---- issues ---- */

static void
a_cut_off_makes_one_numbered_issue_per_sector(void **state)
{
	const struct nrs_issue *made;
	const int64_t first = s.now;

	wait_in("a", "power,gas");
	s.now += DAY;
	wait_in("b", "power");
	s.now += DAY;
	cut_off();
	assert_int_equal(s.out.verdict, NRS_VERDICT_APPLIED);
	assert_int_equal(s.out.n_issues, 2);
	made = &s.out.issues[0];
	assert_string_equal(made->sector, "gas");
	assert_string_equal(made->issue_id, "weekly:1:gas:1");
	assert_string_equal(made->list, "weekly");
	assert_string_equal(made->window_id, "weekly:1");
	assert_int_equal(made->number, 1);
	assert_int_equal(made->total, 1);
	assert_int_equal(made->from, first);
	assert_int_equal(made->to, s.now);
	made = &s.out.issues[1];
	assert_string_equal(made->sector, "power");
	assert_int_equal(made->total, 2);
	assert_string_equal(drained("power"), "a:WARNINGS b:WARNINGS");
	assert_string_equal(drained("gas"), "a:WARNINGS");
	assert_int_equal(s.out.n_waiting, 3);
	assert_int_equal(counts().waiting, 0);
	assert_false(s.out.more);
}

static void
an_empty_issue_is_not_made_and_takes_no_number(void **state)
{
	int64_t before;

	wait_in("a", "power");
	cut_off();
	assert_int_equal(s.out.n_issues, 1);
	before = s.now;
	s.now += WEEK;
	cut_off();
	assert_int_equal(s.out.n_issues, 0);
	s.now += WEEK;
	wait_in("b", "power");
	cut_off();
	assert_int_equal(s.out.n_issues, 1);
	assert_int_equal(s.out.issues[0].number, 2);
	assert_int_equal(s.out.issues[0].from, before);
	assert_string_equal(drained("power"), "b:WARNINGS");
}

static void
a_window_closes_once(void **state)
{
	wait_in("a", "power");
	cut_off();
	window--;
	wait_in("b", "power");
	cut_off();
	assert_int_equal(s.out.verdict, NRS_VERDICT_DUPLICATE);
	assert_int_equal(s.out.n_issues, 0);
	assert_int_equal(counts().waiting, 1);
}

static void
a_list_or_mode_that_is_not_ours_is_refused(void **state)
{
	struct nrs_cut_off other = {.list = "monthly",
	    .window_id = "monthly:1",
	    .due_at = s.now,
	    .mode = NRS_MODE_ACTUAL};

	wait_in("a", "power");
	scene_cut_off(&s, "x", &other);
	assert_int_equal(s.out.verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(s.out.rule, "list-unknown");
	other.list = "weekly";
	other.mode = NRS_MODE_EXERCISE;
	scene_cut_off(&s, "y", &other);
	assert_int_equal(s.out.verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(s.out.rule, "mode");
	assert_int_equal(counts().waiting, 1);
}

static void
sections_stand_in_their_order(void **state)
{
	struct nrs_content content;

	send("c", "power", NRS_TLP_GREEN);
	content = of_type("b", NRS_ITEM_BA6);
	issue(&content, "power");
	content = of_type("a", NRS_ITEM_A1);
	issue(&content, "power");
	wait_in("w", "power");
	cut_off();
	assert_string_equal(
	    drained("power"), "w:WARNINGS a:CASES b:STATISTICS c:SENT!");
}

static void
only_the_latest_revision_and_nothing_retracted_or_expired(void **state)
{
	struct nrs_content content;

	wait_in("a", "power");
	wait_in("b", "power");
	wait_in("c", "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	issue(&content, "power");
	content = scene_next(&s, "b", 2, NRS_KIND_RETRACTION);
	issue(&content, "power");
	assert_string_equal(drained("power"), "");
	/* what should go next week expires when this week's is late */
	content = scene_content(&s, "d");
	content.valid_until = s.now + WEEK + DAY;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
	s.now += WEEK + 2 * DAY;
	cut_off();
	assert_string_equal(drained("power"), "c:WARNINGS a.2:WARNINGS");
	scene_deadline(&s);
	assert_string_equal(s.out.waiting[0].notice_id, "d");
	assert_string_equal(s.out.waiting[0].why, "expired");
}

static void
a_late_window_says_so(void **state)
{
	wait_in("a", "power");
	scene_cut_off(&s, "late",
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = "weekly:late",
	        .due_at = s.now - DAY,
	        .mode = NRS_MODE_ACTUAL,
	        .late = true,
	        .next_at = s.now + WEEK});
	assert_int_equal(s.out.n_issues, 1);
	assert_true(s.out.issues[0].late);
}

/* ---- 発信一覧 ---- */

static void
what_went_in_real_time_is_a_line_of_the_next_issue(void **state)
{
	struct nrs_content content;

	send("c", "power", NRS_TLP_GREEN);
	assert_int_equal(counts().lines, 1);
	assert_int_equal(counts().waiting, 0);
	/* that it expired does not unsend it */
	s.now += 40 * DAY;
	scene_deadline(&s);
	cut_off();
	assert_string_equal(drained("power"), "c:SENT!");
	assert_int_equal(s.out.n_issues, 1);
	assert_int_equal(counts().lines, 0);
	/* once: in full, when it is carried in full */
	content = scene_content(&s, "b");
	content.urgency = NRS_URGENCY_IMMEDIATE;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT+NL");
	cut_off();
	assert_string_equal(drained("power"), "b:WARNINGS");
}

static void
what_was_promoted_is_a_line_of_the_next_issue(void **state)
{
	wait_in("a", "power,gas");
	scene_posture(&s, "power", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	assert_int_equal(s.out.n_promotions, 1);
	assert_int_equal(counts().waiting, 1);
	assert_int_equal(counts().lines, 1);
	cut_off();
	assert_string_equal(drained("power"), "a:SENT!");
	assert_string_equal(drained("gas"), "a:WARNINGS");
}

static void
red_and_narrowed_notices_stand_in_no_newsletter(void **state)
{
	struct nrs_content content = of_type("a", NRS_ITEM_C3);
	struct nrs_addressing to = scene_to(&s, "finance");

	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	content = of_type("r", NRS_ITEM_C3);
	content.tlp = NRS_TLP_RED;
	scene_notice(&s, &content, &to);
	to = scene_to(&s, "finance");
	to.ceptoars = scene_list(&s, "bank", &to.n_ceptoars);
	content = of_type("b", NRS_ITEM_C3);
	scene_notice(&s, &content, &to);
	to = scene_to(&s, "finance");
	to.excluded_recipients =
	    scene_list(&s, "bank", &to.n_excluded_recipients);
	content = of_type("c", NRS_ITEM_C3);
	scene_notice(&s, &content, &to);
	assert_int_equal(counts().lines, 0);
	cut_off();
	assert_int_equal(s.out.n_issues, 0);
}

static void
a_raised_label_raises_the_line_and_red_removes_it(void **state)
{
	struct nrs_content content;

	send("a", "power,gas", NRS_TLP_CLEAR);
	send("b", "power,gas", NRS_TLP_CLEAR);
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_AMBER;
	issue(&content, "gas");
	content = scene_next(&s, "b", 2, NRS_KIND_FOLLOW_UP);
	content.item_type = NRS_ITEM_C3;
	content.tlp = NRS_TLP_RED;
	{
		struct nrs_addressing to = {.originator = ""};

		to.recipients = scene_list(&s, "org-1", &to.n_recipients);
		scene_notice(&s, &content, &to);
	}
	cut_off();
	assert_string_equal(drained("power"), "a:SENT!");
	assert_string_equal(drained("gas"), "a.2:SENT!");
	assert_int_equal(s.out.waiting[0].tlp, NRS_TLP_AMBER);
	assert_int_equal(s.out.waiting[1].tlp, NRS_TLP_AMBER);
}

/* Without a window there is no list to stand in, and nothing piles up. */
static void
lines_are_kept_only_for_who_has_a_newsletter(void **state)
{
	scene_close(&s);
	scene_open(&s, NRS_MODE_ACTUAL);
	send("a", "power", NRS_TLP_GREEN);
	assert_int_equal(counts().lines, 0);
}

/* ---- 訂正・取消 ---- */

static void
what_an_issue_carried_is_corrected_in_a_section_of_its_own(void **state)
{
	struct nrs_content content;

	wait_in("a", "power");
	wait_in("b", "power");
	send("c", "power", NRS_TLP_GREEN);
	cut_off();
	content = scene_next(&s, "a", 2, NRS_KIND_CORRECTION);
	issue(&content, "power");
	content = scene_next(&s, "b", 2, NRS_KIND_RETRACTION);
	issue(&content, "power");
	content = scene_next(&s, "c", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	assert_string_equal(scene_routes(&s, "power"), "RT");
	cut_off();
	assert_string_equal(drained("power"),
	    "a.2:CORRECTIONS b.2:CORRECTIONS c.2:CORRECTIONS!");
}

/* The correction of a, which an issue carried as GREEN, by kind and label. */
static const struct nrs_waiting_change *
recall_named(enum nrs_msg_kind kind, enum nrs_tlp tlp)
{
	static struct nrs_stub stub = {.payload = {(const uint8_t *)"x", 1}};
	struct nrs_content content = scene_next(&s, "a", 2, kind);
	struct nrs_addressing to = scene_to(&s, "power");

	content.tlp = tlp;
	if (tlp == NRS_TLP_RED)
		to.n_sectors = 0;
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	s.stubs = &stub;
	s.n_stubs = 1;
	scene_notice(&s, &content, &to);
	return s.out.n_waiting == 0 ? NULL
	                            : &s.out.waiting[s.out.n_waiting - 1];
}

/* Invariant 7: readers of the issue learn that it changed, though the text is
 * not for them any more. */
static void
what_an_issue_carried_and_none_may_carry_now_waits_as_a_stub(void **state)
{
	static const struct {
		enum nrs_msg_kind kind;
		enum nrs_tlp tlp;
	} recalls[] = {{NRS_KIND_CORRECTION, NRS_TLP_RED},
	    {NRS_KIND_RETRACTION, NRS_TLP_GREEN},
	    {NRS_KIND_FOLLOW_UP, NRS_TLP_RED}};
	const struct nrs_waiting_change *waits;
	size_t i;

	for (i = 0; i < sizeof(recalls) / sizeof(recalls[0]); i++) {
		wait_in("a", "power");
		s.now += WEEK;
		cut_off();
		waits = recall_named(recalls[i].kind, recalls[i].tlp);
		assert_non_null(waits);
		assert_true(waits->stub);
		assert_string_equal(waits->title_of, "");
		assert_int_equal(waits->tlp, NRS_TLP_GREEN);
		assert_int_equal(waits->carried_tlp, NRS_TLP_GREEN);
		assert_int_equal(counts().lines, 1);
		/* whatever happens until then */
		scene_posture(&s, "power", NRS_POSTURE_INCIDENT, s.now + WEEK);
		assert_int_equal(s.out.n_promotions, 0);
		s.now += 2 * WEEK;
		scene_deadline(&s);
		cut_off();
		assert_string_equal(drained("power"), "a.2:CORRECTIONS");
		(void)teardown(state);
		(void)setup(state);
	}
}

static void
what_no_issue_carried_or_nobody_signed_for_has_no_stub(void **state)
{
	struct nrs_content content;
	struct nrs_addressing to;

	wait_in("a", "power");
	(void)recall_named(NRS_KIND_CORRECTION, NRS_TLP_RED);
	assert_int_equal(counts().lines + counts().waiting, 0);
	s.n_stubs = 0;
	wait_in("b", "gas");
	s.now += WEEK;
	cut_off();
	content = scene_next(&s, "b", 2, NRS_KIND_CORRECTION);
	content.tlp = NRS_TLP_RED;
	to = scene_to(&s, "");
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_int_equal(counts().lines, 0);
	/* a follow-up for some takes nothing back from the others */
	wait_in("c", "finance");
	s.now += WEEK;
	cut_off();
	content = scene_next(&s, "c", 2, NRS_KIND_FOLLOW_UP);
	to = scene_to(&s, "finance");
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	s.n_stubs = 1;
	scene_notice(&s, &content, &to);
	assert_int_equal(counts().lines, 0);
}

static void
what_no_issue_carried_is_not_listed_as_corrected(void **state)
{
	struct nrs_content content;

	send("c", "power", NRS_TLP_GREEN);
	content = scene_next(&s, "c", 2, NRS_KIND_RETRACTION);
	content.item_type = NRS_ITEM_C3;
	issue(&content, "power");
	cut_off();
	assert_string_equal(drained("power"), "c.2:SENT!");
}

/* ---- what cannot wait ---- */

static void
what_would_expire_first_goes_in_real_time(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.valid_until = s.now + WEEK;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(scene_routes(&s, "power"), "RT");
	assert_string_equal(scene_rules(&s, "power"),
	    "cell:B_C/NORMAL/ROUTINE override:3 override:expiry");
	assert_string_equal(
	    scene_copy(&s, "power")->route_rule, "override:expiry");
	content = scene_content(&s, "b");
	content.valid_until = s.now + WEEK + 1;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
	cut_off();
	assert_string_equal(drained("power"), "b:WARNINGS a:SENT!");
}

static void
another_window_releases_what_would_expire_before_it(void **state)
{
	struct nrs_content content = scene_content(&s, "a");

	content.valid_until = s.now + 8 * DAY;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
	wait_in("b", "power");
	announce(s.now + 9 * DAY);
	assert_int_equal(s.out.n_promotions, 1);
	assert_string_equal(s.out.promotions[0].notice_id, "a");
	assert_string_equal(
	    s.out.promotions[0].copy->rules[1], "override:expiry");
	cut_off();
	assert_string_equal(drained("power"), "b:WARNINGS a:SENT!");
}

static void
before_a_window_is_known_everything_waits(void **state)
{
	struct nrs_content content;

	scene_close(&s);
	scene_open(&s, NRS_MODE_ACTUAL);
	content = scene_content(&s, "a");
	content.valid_until = s.now + DAY;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_WAITING);
}

/* A desk's own cut-off says nothing of the next window. */
static void
a_cut_off_in_between_moves_no_window(void **state)
{
	struct nrs_content content;

	wait_in("a", "power");
	scene_cut_off(&s, "desk",
	    &(struct nrs_cut_off){.list = "weekly",
	        .window_id = "weekly:desk",
	        .due_at = s.now,
	        .mode = NRS_MODE_ACTUAL});
	assert_string_equal(drained("power"), "a:WARNINGS");
	content = scene_content(&s, "b");
	content.valid_until = s.now + WEEK;
	issue(&content, "power");
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
}

/* ---- who was not asked ---- */

static void
a_follow_up_for_some_of_a_sector_leaves_the_rest_its_item(void **state)
{
	struct nrs_content content;
	struct nrs_addressing to = scene_to(&s, "power");

	wait_in("a", "power");
	content = scene_next(&s, "a", 2, NRS_KIND_FOLLOW_UP);
	content.tlp = NRS_TLP_AMBER;
	to.recipients = scene_list(&s, "org-1", &to.n_recipients);
	scene_notice(&s, &content, &to);
	assert_int_equal(s.out.verdict, NRS_VERDICT_RELEASED);
	assert_int_equal(counts().waiting, 1);
	cut_off();
	assert_string_equal(drained("power"), "a:WARNINGS");
	assert_int_equal(s.out.waiting[0].tlp, NRS_TLP_AMBER);
}

/* ---- too much at once ---- */

static void
an_issue_that_is_too_large_makes_another_with_the_next_number(void **state)
{
	struct nrs_content content = scene_content(&s, "x");
	char *summary = nrs_arena_alloc(s.arena, 200 * 1024 + 1);
	size_t i;

	memset(summary, 'x', 200 * 1024);
	content.summary = summary;
	for (i = 0; i < 7; i++) {
		content.notice_id = content.thread_id =
		    nrs_arena_printf(s.arena, "n%zu", i);
		issue(&content, "power");
	}
	cut_off();
	assert_string_equal(
	    drained("power"), "n0:WARNINGS n1:WARNINGS n2:WARNINGS");
	assert_int_equal(s.out.issues[0].number, 1);
	assert_true(s.out.more);
	wait_in("later", "power");
	assert_int_equal(nrs_state_next_deadline(s.state), s.now);
	scene_deadline(&s);
	assert_string_equal(
	    drained("power"), "n3:WARNINGS n4:WARNINGS n5:WARNINGS");
	assert_int_equal(s.out.issues[0].number, 2);
	assert_string_equal(s.out.issues[0].issue_id, "weekly:1:power:2");
	assert_true(s.out.more);
	scene_deadline(&s);
	assert_string_equal(drained("power"), "n6:WARNINGS");
	assert_int_equal(s.out.issues[0].number, 3);
	assert_false(s.out.more);
	scene_deadline(&s);
	assert_int_equal(s.out.n_issues, 0);
	assert_int_equal(counts().waiting, 1); /* after the cut-off */
}

static void
a_cut_off_of_thousands_is_finished_by_deadlines(void **state)
{
	size_t n = 0, i, j, commands = 0;
	unsigned numbers[15] = {0};
	const char *names[15];
	size_t n_names = 0;

	for (i = 0; i < 150; i++)
		wait_in(nrs_arena_printf(s.arena, "n%zu", i), "*");
	cut_off();
	for (;; commands++) {
		assert_true(s.out.n_waiting <= 1000);
		for (i = 0; i < s.out.n_issues; i++) {
			for (j = 0; j < n_names; j++)
				if (strcmp(names[j], s.out.issues[i].sector) ==
				    0)
					break;
			if (j == n_names)
				names[n_names++] = s.out.issues[i].sector;
			assert_int_equal(s.out.issues[i].number, ++numbers[j]);
			n += s.out.issues[i].total;
		}
		if (!s.out.more)
			break;
		scene_deadline(&s);
	}
	assert_int_equal(n, 150 * 15);
	assert_int_equal(n_names, 15);
	assert_int_equal(commands, 2);
	assert_int_equal(counts().waiting, 0);
	assert_true(nrs_state_next_deadline(s.state) > s.now);
}

/* While a rise is still being worked off, a cut-off takes nothing from it. */
static void
what_is_due_in_real_time_is_not_drained(void **state)
{
	size_t i, promoted = 0;

	for (i = 0; i < 20; i++)
		wait_in(nrs_arena_printf(s.arena, "n%zu", i), "*");
	scene_posture(&s, "*", NRS_POSTURE_HEIGHTENED, s.now + DAY);
	assert_true(s.out.more);
	promoted += s.out.n_promotions;
	cut_off();
	for (i = 0; i < s.out.n_waiting; i++)
		assert_true(s.out.waiting[i].title_of[0] != '\0');
	scene_deadline(&s);
	promoted += s.out.n_promotions;
	assert_int_equal(promoted, 20 * 15);
	assert_int_equal(counts().waiting, 0);
}

static void
what_cannot_be_read_again_is_not_promised(void **state)
{
	const int64_t unreadable[] = {2};
	struct nrs_submission submission = {.submission_id = "x",
	    .type = NRS_SUBMISSION_CUT_OFF,
	    .mode = NRS_MODE_ACTUAL};
	const struct nrs_cut_off now = {.list = "weekly",
	    .window_id = "weekly:x",
	    .due_at = s.now,
	    .mode = NRS_MODE_ACTUAL};
	struct nrs_command cmd = {.submission = &submission,
	    .cut_off = &now,
	    .unreadable = unreadable,
	    .n_unreadable = 1};

	wait_in("a", "power");
	wait_in("b", "power");
	scene_command(&s, &cmd);
	assert_string_equal(drained("power"), "a:WARNINGS");
	assert_int_equal(s.out.n_waiting, 2);
	assert_string_equal(s.out.waiting[0].notice_id, "b");
	assert_string_equal(s.out.waiting[0].why, "unreadable");
	assert_int_equal(counts().waiting, 0);
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(a_cut_off_makes_one_numbered_issue_per_sector),
	    FACT(an_empty_issue_is_not_made_and_takes_no_number),
	    FACT(a_window_closes_once),
	    FACT(a_list_or_mode_that_is_not_ours_is_refused),
	    FACT(sections_stand_in_their_order),
	    FACT(only_the_latest_revision_and_nothing_retracted_or_expired),
	    FACT(a_late_window_says_so),
	    FACT(what_went_in_real_time_is_a_line_of_the_next_issue),
	    FACT(what_was_promoted_is_a_line_of_the_next_issue),
	    FACT(red_and_narrowed_notices_stand_in_no_newsletter),
	    FACT(a_raised_label_raises_the_line_and_red_removes_it),
	    FACT(lines_are_kept_only_for_who_has_a_newsletter),
	    FACT(what_an_issue_carried_is_corrected_in_a_section_of_its_own),
	    FACT(what_an_issue_carried_and_none_may_carry_now_waits_as_a_stub),
	    FACT(what_no_issue_carried_or_nobody_signed_for_has_no_stub),
	    FACT(what_no_issue_carried_is_not_listed_as_corrected),
	    FACT(what_would_expire_first_goes_in_real_time),
	    FACT(another_window_releases_what_would_expire_before_it),
	    FACT(before_a_window_is_known_everything_waits),
	    FACT(a_cut_off_in_between_moves_no_window),
	    FACT(a_follow_up_for_some_of_a_sector_leaves_the_rest_its_item),
	    FACT(an_issue_that_is_too_large_makes_another_with_the_next_number),
	    FACT(a_cut_off_of_thousands_is_finished_by_deadlines),
	    FACT(what_is_due_in_real_time_is_not_drained),
	    FACT(what_cannot_be_read_again_is_not_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
