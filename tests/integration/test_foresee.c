/* SPDX-License-Identifier: Apache-2.0 */
/* A preview over topics: what it reads of them, and when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/topic.h"
#include "noroshi/io/foresee.h"
#include "noroshi/io/table.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/signed.h"

#define WAIT_MS 20000

static struct nrs_arena *arena;
static struct nrs_producer *bus;
static struct nrs_bus_conf conf;
static const struct nrs_policy *policy;
static struct nrs_key *key; /* desk-1's */
static struct nrs_keyring *ring;
static struct nrs_preview preview;

static const char *power[] = {"power"};
static struct nrs_channel mail[] = {
    {NRS_CHANNEL_MAIL, "csirt@kitayama.example"}};

/* ---- what the topics hold ---- */

static void
put(const char *topic, const char *id, struct nrs_bytes value)
{
	const struct nrs_outgoing out = {
	    .topic = topic, .key = bus_fixture_bytes(id), .value = value};

	assert_int_equal(
	    nrs_producer_send_wait(bus, &out, WAIT_MS, NULL, NULL), NRS_OK);
}

static void
subscribe(const char *id)
{
	const struct nrs_subscription sub = {.subscriber_id = id,
	    .organisation = id,
	    .max_tlp = NRS_TLP_AMBER,
	    .sectors = power,
	    .n_sectors = 1,
	    .channels = mail,
	    .n_channels = 1};
	const struct nrs_submission submission = {.submission_id = "s",
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_SUBSCRIPTION, &sub)};

	put(NRS_TOPIC_SUBSCRIPTION, id,
	    nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &submission));
}

static void
command(const char *id, const struct nrs_key *by)
{
	struct nrs_content *content = signed_content(arena);

	content->notice_id = content->thread_id = id;
	put(NRS_TOPIC_JOURNAL, id,
	    nrs_wire_encode(arena, NRS_TYPE_SUBMISSION,
	        signed_notice(arena, by, content, signed_addressing(arena))));
}

/* It went out to one sector. */
static void
decided(const char *id, int64_t offset, const char *sector)
{
	struct nrs_classification copy = {.sector = sector};
	const struct nrs_outcome outcome = {.submission_id = id,
	    .journal_offset = offset,
	    .type = NRS_SUBMISSION_NOTICE,
	    .mode = NRS_MODE_ACTUAL,
	    .verdict = NRS_VERDICT_RELEASED,
	    .tlp = NRS_TLP_AMBER,
	    .copies = &copy,
	    .n_copies = 1};

	put(NRS_TOPIC_OUTCOME, id,
	    nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome));
}

/* ---- asking ---- */

/* A notice to finance and power, AMBER. */
static void
look(struct nrs_foresee *foresee, const char *principal)
{
	struct nrs_content *content = signed_content(arena);
	const struct nrs_addressing *to = signed_addressing(arena);
	const struct nrs_foresee_query query = {.arena = arena,
	    .policy = policy,
	    .submission = signed_notice(arena, key, content, to),
	    .content = content,
	    .addressing = to,
	    .now_ms = content->issued_at,
	    .principal = principal};

	assert_int_equal(nrs_foresee_refresh(foresee, ring, NULL), NRS_OK);
	assert_int_equal(nrs_foresee(foresee, &query, &preview, NULL), NRS_OK);
}

static struct nrs_foresee *
opened(void)
{
	const struct nrs_foresee_conf how = {
	    .bus = &conf, .timeout_ms = WAIT_MS};
	struct nrs_foresee *foresee = NULL;

	assert_int_equal(nrs_foresee_open(&how, &foresee, NULL), NRS_OK);
	return foresee;
}

/* ---- facts ---- */

static void
it_reads_on_from_where_it_stopped(void **state)
{
	struct nrs_foresee *foresee = opened();

	subscribe("kitayama");
	look(foresee, "");
	assert_int_equal(preview.n_reached, 1);
	subscribe("minamikawa");
	put(NRS_TOPIC_SUBSCRIPTION, "x", bus_fixture_bytes("not readable"));
	look(foresee, "");
	assert_int_equal(preview.n_reached, 2);
	assert_string_equal(preview.recipients[1].subscriber_id, "minamikawa");
	put(NRS_TOPIC_SUBSCRIPTION, "kitayama", (struct nrs_bytes){0});
	look(foresee, "");
	assert_int_equal(preview.n_reached, 1);
	nrs_foresee_close(foresee);
}

/* The key of nobody in the ring signs for nobody. */
static void
what_a_principal_has_issued_is_its_own(void **state)
{
	struct nrs_foresee *foresee = opened();
	struct nrs_key *other = NULL;

	assert_int_equal(nrs_key_new(&other, NULL), NRS_OK);
	look(foresee, "desk-1");
	assert_true(nrs_foresee_knows_issuers(foresee));
	assert_true(preview.first);
	command("a", key);
	command("b", other);
	decided("a", 0, "power");
	decided("b", 1, "finance");
	look(foresee, "desk-1");
	assert_false(preview.first);
	assert_int_equal(preview.n_new_sectors, 1);
	assert_string_equal(preview.new_sectors[0], "finance");
	assert_false(preview.new_label);
	look(foresee, "agency-1");
	assert_true(preview.first);
	look(foresee, "");
	assert_int_equal(preview.n_new_sectors, 0);
	nrs_foresee_close(foresee);
	nrs_key_free(other);
}

/* Who issued it is not known yet: it is left for the next time. */
static void
an_outcome_whose_command_was_not_read_yet_is_left_for_the_next_time(
    void **state)
{
	struct nrs_foresee *foresee = opened();

	decided("c", 2, "finance");
	look(foresee, "desk-1");
	assert_int_equal(preview.n_new_sectors, 1);
	assert_int_equal(preview.outcome.journal_offset, 2);
	command("c", key);
	look(foresee, "desk-1");
	assert_int_equal(preview.n_new_sectors, 0);
	assert_int_equal(preview.outcome.journal_offset, 3);
	nrs_foresee_close(foresee);
}

static int
start(void **state)
{
	static const char *const topics[] = {
	    NRS_TOPIC_JOURNAL, NRS_TOPIC_OUTCOME, NRS_TOPIC_SUBSCRIPTION};
	const struct nrs_sector_table *sectors;
	const struct nrs_rule_table *rules;

	arena = nrs_arena_new();
	if (bus_fixture_start(state) != 0 ||
	    nrs_key_new(&key, NULL) != NRS_OK ||
	    nrs_table_sectors(arena, "config/sectors.conf", &sectors, NULL) !=
	        NRS_OK ||
	    nrs_table_rules(arena, "config/rules.conf", &rules, NULL) != NRS_OK)
		return -1;
	bus_fixture_topic(NRS_TOPIC_JOURNAL, 1);
	bus_fixture_topic(NRS_TOPIC_OUTCOME, 1);
	bus_fixture_topic(NRS_TOPIC_SUBSCRIPTION, 1);
	ring = signed_keyring(key, "");
	policy = nrs_policy_new(arena, sectors, rules, NRS_MODE_ACTUAL, "test");
	conf = bus_fixture_conf("test");
	return nrs_producer_open(&conf, topics, 3, &bus, NULL) == NRS_OK ? 0
	                                                                 : -1;
}

static int
stop(void **state)
{
	nrs_producer_close(bus);
	nrs_keyring_free(ring);
	nrs_key_free(key);
	nrs_arena_free(arena);
	return bus_fixture_stop(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_reads_on_from_where_it_stopped),
	    cmocka_unit_test(what_a_principal_has_issued_is_its_own),
	    cmocka_unit_test(
	        an_outcome_whose_command_was_not_read_yet_is_left_for_the_next_time),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
