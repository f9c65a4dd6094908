/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/story.h"

#define DELIVERY NRS_TOPIC_DELIVERY_DUE
#define RECEIPT NRS_TOPIC_RECEIPT_DUE

static struct story *w;
static const struct nrs_audit_silence *told;

static int
set_up(void **state)
{
	const struct nrs_audit_conf conf = {
	    .delivery_ms = STORY_HOUR, .since = STORY_T0, .max = 100};

	(void)state;
	w = story_open_by(&conf);
	return 0;
}

/* Whoever begins with "c" is a CEPTOAR. */
struct asked {
	int partition;
	int64_t offset, replay_of, not_before;
	enum nrs_delivery_purpose purpose;
	enum nrs_channel_type channel;
	const char *who; /* "ab": the subscribers a and b */
};

static struct nrs_bytes
key_of(const char *who)
{
	static uint8_t keys[256][32];
	uint8_t *key = keys[(unsigned char)*who];

	memset(key, *who, 32);
	return (struct nrs_bytes){key, 32};
}

static const char *
id_of(const char *who)
{
	return nrs_arena_strndup(w->arena, who, 1);
}

static void
ask(const struct asked *asked)
{
	struct nrs_channel channel = {.type = asked->channel, .address = ""};
	struct nrs_delivery deliveries[8] = {0};
	struct nrs_delivery_batch batch = {.notice_id = "n1",
	    .revision = 2,
	    .purpose = asked->purpose,
	    .source_offset = 7,
	    .accepted_at = STORY_T0,
	    .planned_at = STORY_T0,
	    .not_before = asked->not_before,
	    .deliveries = deliveries};
	struct nrs_audit_place at =
	    story_place(DELIVERY, asked->partition, asked->offset);
	const char *who;

	at.replay_of = asked->replay_of;
	for (who = asked->who; *who != '\0'; who++)
		deliveries[batch.n_deliveries++] =
		    (struct nrs_delivery){.key = key_of(who),
		        .subscriber_id = id_of(who),
		        .kind = *who == 'c' ? NRS_SUBSCRIBER_CEPTOAR
		                            : NRS_SUBSCRIBER_OPERATOR,
		        .channel = &channel};
	nrs_audit_batch(w->audit, &at, &batch);
}

/* A record of silence for each, due in an hour. */
static void
plan(int partition, int64_t offset, const char *who)
{
	ask(&(struct asked){.partition = partition,
	    .offset = offset,
	    .replay_of = -1,
	    .not_before = STORY_T0 + STORY_HOUR,
	    .purpose = NRS_PURPOSE_ESCALATION,
	    .channel = NRS_CHANNEL_TOPIC,
	    .who = who});
}

static void
end(int partition, int64_t offset, const char *who,
    enum nrs_delivery_state state)
{
	const struct nrs_receipt receipt = {.key = key_of(who),
	    .notice_id = "n1",
	    .subscriber_id = id_of(who),
	    .state = state,
	    .at = STORY_T0 + STORY_HOUR + *who,
	    .delivery_offset = offset,
	    .purpose = NRS_PURPOSE_ESCALATION,
	    .channel = NRS_CHANNEL_TOPIC};
	const struct nrs_audit_place at =
	    story_place(RECEIPT, partition, w->next_receipt[partition]++);

	nrs_audit_receipt(w->audit, &at, &receipt);
}

static size_t
silences(void)
{
	return nrs_audit_silences(w->audit, w->arena, &told);
}

static const char *
silent(size_t i)
{
	const char *out = "";
	size_t j;

	for (j = 0; j < told[i].n_silent; j++)
		out =
		    nrs_arena_printf(w->arena, "%s%s", out, told[i].silent[j]);
	return out;
}

/* ---- facts ---- */

static void
who_is_silent_is_told_once_all_have_ended(void **state)
{
	(void)state;
	plan(0, 0, "ab");
	plan(1, 0, "dc");
	end(0, 0, "b", NRS_STATE_DELIVERED);
	end(0, 0, "a", NRS_STATE_CANCELLED);
	end(1, 0, "c", NRS_STATE_CANCELLED);
	assert_int_equal(silences(), 0);
	end(1, 0, "d", NRS_STATE_DELIVERED);
	assert_int_equal(silences(), 1);
	assert_string_equal(silent(0), "bd");
	assert_int_equal(told[0].n_asked, 4);
	assert_int_equal(told[0].n_ceptoars, 1);
	assert_string_equal(told[0].ceptoars[0], "c");
	assert_string_equal(told[0].name, "n1.19b77119680");
	assert_string_equal(told[0].notice_id, "n1");
	assert_int_equal(told[0].revision, 2);
	assert_int_equal(told[0].ended_at, STORY_T0 + STORY_HOUR + 'd');
}

static void
where_all_have_answered_nobody_is_told(void **state)
{
	(void)state;
	plan(0, 0, "ab");
	end(0, 0, "a", NRS_STATE_CANCELLED);
	end(0, 0, "b", NRS_STATE_CANCELLED);
	assert_int_equal(silences(), 0);
	assert_int_equal(nrs_audit_oldest_seen(w->audit), INT64_MAX);
}

static void
an_end_may_be_seen_before_its_batch(void **state)
{
	(void)state;
	end(0, 0, "a", NRS_STATE_DELIVERED);
	end(0, 0, "b", NRS_STATE_CANCELLED);
	assert_int_equal(silences(), 0);
	plan(0, 0, "ab");
	assert_int_equal(silences(), 1);
	assert_string_equal(silent(0), "a");
}

static void
a_reminder_or_second_contact_is_no_record(void **state)
{
	struct asked asked = {.replay_of = -1,
	    .not_before = STORY_T0 + STORY_HOUR,
	    .purpose = NRS_PURPOSE_REMINDER,
	    .channel = NRS_CHANNEL_TOPIC,
	    .who = "a"};

	(void)state;
	ask(&asked);
	asked.offset = 1;
	asked.purpose = NRS_PURPOSE_ESCALATION;
	asked.channel = NRS_CHANNEL_MAIL;
	ask(&asked);
	assert_int_equal(silences(), 0);
	end(0, 0, "a", NRS_STATE_DELIVERED);
	end(0, 1, "a", NRS_STATE_DELIVERED);
	assert_int_equal(silences(), 0);
}

static void
one_receipt_read_twice_counts_once(void **state)
{
	(void)state;
	plan(0, 0, "ab");
	end(0, 0, "a", NRS_STATE_DELIVERED);
	end(0, 0, "a", NRS_STATE_DELIVERED);
	assert_int_equal(silences(), 0);
	end(0, 0, "b", NRS_STATE_CANCELLED);
	assert_int_equal(silences(), 1);
	assert_string_equal(silent(0), "a");
}

static void
what_a_replay_makes_good_is_asked_once(void **state)
{
	struct asked again = {.offset = 1,
	    .replay_of = 0,
	    .not_before = STORY_T0 + STORY_HOUR,
	    .purpose = NRS_PURPOSE_ESCALATION,
	    .channel = NRS_CHANNEL_TOPIC,
	    .who = "b"};

	(void)state;
	plan(0, 0, "ab");
	end(0, 0, "a", NRS_STATE_CANCELLED);
	ask(&again);
	assert_int_equal(silences(), 0);
	end(0, 1, "b", NRS_STATE_DELIVERED);
	assert_int_equal(silences(), 1);
	assert_string_equal(silent(0), "b");
	assert_int_equal(told[0].n_asked, 2);
}

/* A successor must find all of it again. */
static void
reading_begins_before_what_is_not_told(void **state)
{
	(void)state;
	plan(0, 0, "a");
	plan(1, 0, "b");
	end(0, 0, "a", NRS_STATE_DELIVERED);
	end(1, 0, "b", NRS_STATE_DELIVERED);
	assert_int_equal(nrs_audit_oldest_seen(w->audit), 1);
	assert_int_equal(silences(), 1);
	nrs_audit_silence_end(w->audit, told[0].name);
	assert_int_equal(silences(), 0);
	assert_int_equal(nrs_audit_oldest_seen(w->audit), INT64_MAX);
}

static void
what_was_due_long_ago_is_not_told(void **state)
{
	struct asked old = {.replay_of = -1,
	    .not_before = STORY_T0 - STORY_HOUR,
	    .purpose = NRS_PURPOSE_ESCALATION,
	    .channel = NRS_CHANNEL_TOPIC,
	    .who = "a"};

	const struct nrs_audit_conf later = {
	    .delivery_ms = STORY_HOUR, .since = STORY_T0 + 1, .max = 100};

	(void)state;
	story_begin_anew(&later);
	ask(&old);
	end(0, 0, "a", NRS_STATE_DELIVERED);
	assert_int_equal(silences(), 0);
	/* Written long ago, but due only now. */
	plan(0, 1, "b");
	end(0, 1, "b", NRS_STATE_DELIVERED);
	assert_int_equal(silences(), 1);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, story_close)
	const struct CMUnitTest tests[] = {
	    CASE(who_is_silent_is_told_once_all_have_ended),
	    CASE(where_all_have_answered_nobody_is_told),
	    CASE(an_end_may_be_seen_before_its_batch),
	    CASE(a_reminder_or_second_contact_is_no_record),
	    CASE(one_receipt_read_twice_counts_once),
	    CASE(what_a_replay_makes_good_is_asked_once),
	    CASE(reading_begins_before_what_is_not_told),
	    CASE(what_was_due_long_ago_is_not_told),
	};

	return cmocka_run_group_tests_name("audit_silence", tests, NULL, NULL);
}
