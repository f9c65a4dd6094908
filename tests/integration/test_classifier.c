/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classifier's lane on the mock cluster: what it writes, and what a
 * successor knows. Atomicity and fencing are proven on the real broker only.
 *
 * long: one journal, from its first record to its last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classifier/classifier.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/topic.h"
#include "support/bus_fixture.h"
#include "support/copier.h"
#include "support/signed.h"

#define WAIT_MS 30000

static struct nrs_arena *arena;
static struct nrs_key *key, *stranger;
static char sectors_file[] = "/tmp/noroshi-sectors-XXXXXX";
static char keys_file[] = "/tmp/noroshi-keys-XXXXXX";
static char rules_file[] = "/tmp/noroshi-rules-XXXXXX";
static struct nrs_reader *reader;
static struct nrs_producer *door;

/* ---- one classifier ---- */

struct member {
	struct nrs_service_ctx ctx;
	struct classifier_conf conf;
	void *self;
	enum nrs_rc rc;
	struct nrs_err err;
	pthread_t thread;
};

static void *
run_member(void *arg)
{
	struct member *m = arg;
	const struct nrs_service *service = classifier_service();

	m->rc = service->lanes[0].run(
	    m->self, &m->ctx, &service->lanes[0], &m->err);
	return NULL;
}

static void
start(struct member *m, const char *rules)
{
	memset(m, 0, sizeof(*m));
	m->ctx.stop = nrs_stop_new();
	(void)pthread_mutex_init(&m->ctx.lock, NULL);
	m->conf = (struct classifier_conf){
	    .common.bus = bus_fixture_conf(""),
	    .sectors = sectors_file,
	    .rules = rules,
	    .newsletters = "config/newsletters.conf",
	    .keys = keys_file,
	    .verify = true,
	    .max_batch = 100,
	    .answer_timeout_ms = 10000,
	};
	assert_int_equal(
	    classifier_service()->open(&m->ctx, &m->conf, &m->self, &m->err),
	    NRS_OK);
	assert_int_equal(pthread_create(&m->thread, NULL, run_member, m), 0);
}

static enum nrs_rc
finish(struct member *m)
{
	(void)pthread_join(m->thread, NULL);
	classifier_service()->close(m->self);
	nrs_stop_free(m->ctx.stop);
	(void)pthread_mutex_destroy(&m->ctx.lock);
	return m->rc;
}

static enum nrs_rc
stop(struct member *m)
{
	nrs_stop_ask(m->ctx.stop);
	return finish(m);
}

/* ---- the bus around it ---- */

static void
put(struct nrs_bytes value)
{
	const struct nrs_outgoing out = {
	    .topic = NRS_TOPIC_JOURNAL, .value = value};

	assert_int_equal(
	    nrs_producer_send_wait(door, &out, WAIT_MS, NULL, NULL), NRS_OK);
}

static void
submit(struct nrs_submission *submission, const struct nrs_key *by)
{
	signed_sign(arena, by, submission);
	submission->accepted_at = SIGNED_AT;
	put(nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, submission));
}

static struct nrs_submission *
notice(const char *id)
{
	struct nrs_content *content = signed_content(arena);

	content->notice_id = content->thread_id = id;
	return signed_notice(arena, key, content, signed_addressing(arena));
}

struct search {
	enum nrs_message_type type;
	int n, want;
	void *found;
};

static enum nrs_rc
each(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct search *search = ctx;
	struct nrs_wire_input in = {
	    .type = search->type, .how = NRS_WIRE_STRICT};

	in.bytes =
	    nrs_arena_bytes(arena, record->value.data, record->value.len);
	if (search->n++ != search->want)
		return NRS_OK;
	return nrs_wire_decode(arena, &in, &search->found, err);
}

/* Record n of topic, waiting until it is there. */
static void *
wait_for(const char *topic, enum nrs_message_type type, int n)
{
	const struct nrs_reader_from from = {topic, 0, NRS_FROM_START};
	struct nrs_stop *never = nrs_stop_new();
	struct nrs_mono begun = nrs_mono_now();
	struct search search = {.type = type, .want = n};

	do {
		search.n = 0;
		assert_int_equal(
		    nrs_reader_assign(reader, &from, 1, NULL), NRS_OK);
		assert_int_equal(
		    nrs_reader_to_end(reader, WAIT_MS, each, &search, NULL),
		    NRS_OK);
		if (search.found == NULL)
			nrs_stop_wait(never, 20);
	} while (search.found == NULL && nrs_mono_since_ms(begun) < WAIT_MS);
	nrs_stop_free(never);
	assert_non_null(search.found);
	return search.found;
}

/* Read once each: a look at the mock cluster takes half a second. */
static const struct nrs_outcome *
outcome(int n)
{
	static const struct nrs_outcome *known[16];

	if (known[n] == NULL)
		known[n] = wait_for(NRS_TOPIC_OUTCOME, NRS_TYPE_OUTCOME, n);
	return known[n];
}

/* ---- facts, in the order of one journal ---- */

static struct member first, second;

static void
a_signed_notice_reaches_its_topics(void **state)
{
	const struct nrs_dispatch *dispatch;
	const struct nrs_alert *alert;
	struct nrs_submission *said = notice("n-0");

	start(&first, "config/rules.conf");
	submit(said, key);
	assert_int_equal(outcome(0)->verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(outcome(0)->submission_id, "n-0");
	alert = wait_for("alert.finance.amber", NRS_TYPE_ALERT, 0);
	assert_true(nrs_bytes_equal(alert->payload, said->payload));
	assert_string_equal(alert->classification->sector, "finance");
	alert = wait_for("alert.power.amber", NRS_TYPE_ALERT, 0);
	assert_string_equal(alert->classification->sector, "power");
	dispatch = wait_for(NRS_TOPIC_DISPATCH_ALERT, NRS_TYPE_DISPATCH, 0);
	assert_true(nrs_bytes_equal(dispatch->addressing, said->addressing));
	assert_int_equal(bus_fixture_count("alert.water.amber"), 0);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_WEB), 0);
}

static void
poison_is_pointed_to_and_the_next_goes_on(void **state)
{
	const struct nrs_rejection *rejection;

	put(bus_fixture_bytes("not a submission"));
	put((struct nrs_bytes){NULL, 0});
	submit(notice("n-3"), key);
	assert_int_equal(outcome(1)->verdict, NRS_VERDICT_REJECTED);
	assert_int_equal(outcome(1)->journal_offset, 1);
	assert_int_equal(outcome(2)->verdict, NRS_VERDICT_REJECTED);
	assert_int_equal(outcome(3)->verdict, NRS_VERDICT_RELEASED);
	rejection = wait_for(NRS_TOPIC_REJECTED, NRS_TYPE_REJECTION, 0);
	assert_int_equal(rejection->offset, 1);
	assert_string_equal(rejection->topic, NRS_TOPIC_JOURNAL);
}

static void
a_strangers_signature_is_refused_here_too(void **state)
{
	submit(notice("n-4"), stranger);
	assert_int_equal(outcome(4)->verdict, NRS_VERDICT_REJECTED);
	assert_string_equal(outcome(4)->rule, "signature");
	assert_string_equal(outcome(4)->submission_id, "n-4");
	/* and takes the id from nobody */
	submit(notice("n-4"), key);
	assert_int_equal(outcome(5)->verdict, NRS_VERDICT_RELEASED);
}

static void
consent_releases_what_the_journal_holds(void **state)
{
	struct nrs_content *content = signed_content(arena);
	struct nrs_submission *held, said = {.submission_id = "consent-1",
	                                 .type = NRS_SUBMISSION_APPROVAL,
	                                 .mode = NRS_MODE_ACTUAL};
	uint8_t payload[NRS_SHA256_SIZE], addressing[NRS_SHA256_SIZE];
	const struct nrs_approval approval = {
	    .approval_id = "consent-1",
	    .submission_id = "n-6",
	    .payload_sha256 = {payload, NRS_SHA256_SIZE},
	    .addressing_sha256 = {addressing, NRS_SHA256_SIZE},
	    .mode = NRS_MODE_ACTUAL,
	    .source_consent = "power",
	    .issued_at = SIGNED_AT,
	};

	content->notice_id = content->thread_id = "n-6";
	content->stream = NRS_STREAM_SECTOR_REPORT;
	held = signed_notice(arena, key, content, signed_addressing(arena));
	submit(held, key);
	assert_int_equal(outcome(6)->verdict, NRS_VERDICT_HELD);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_DISPATCH_ALERT), 3);
	nrs_sha256(held->payload, payload);
	nrs_sha256(held->addressing, addressing);
	said.payload = nrs_wire_encode(arena, NRS_TYPE_APPROVAL, &approval);
	submit(&said, key);
	assert_int_equal(outcome(7)->verdict, NRS_VERDICT_RELEASED);
	assert_string_equal(outcome(7)->about_id, "n-6");
	assert_string_equal(
	    ((const struct nrs_dispatch *)wait_for(
	         NRS_TOPIC_DISPATCH_ALERT, NRS_TYPE_DISPATCH, 3))
	        ->submission_id,
	    "n-6");
	assert_int_equal(stop(&first), NRS_OK);
}

/* The shipped rules, but nothing goes in real time; and nobody is trusted. */
static void
change_rules_and_keys(void)
{
	FILE *from = fopen("config/rules.conf", "r");
	FILE *to = fopen(rules_file, "w");
	char line[512], *at;

	assert_non_null(from);
	assert_non_null(to);
	while (fgets(line, sizeof(line), from) != NULL) {
		at = strstr(line, "[\"REALTIME\", \"NEWSLETTER\", \"WEB\"]");
		if (at != NULL && line[0] == ' ')
			(void)fprintf(to, "%.*s[\"NEWSLETTER\"]%s",
			    (int)(at - line), line, strchr(at, ']') + 1);
		else
			(void)fputs(line, to);
	}
	assert_int_equal(fclose(from), 0);
	assert_int_equal(fclose(to), 0);
}

static void
other_rules_change_nothing_that_was_decided(void **state)
{
	change_rules_and_keys();
	start(&second, rules_file);
	submit(notice("n-0"), key);
	assert_int_equal(outcome(8)->verdict, NRS_VERDICT_DUPLICATE);
	assert_int_equal(outcome(8)->first_offset, 0);
	submit(notice("n-9"), key);
	assert_int_equal(outcome(9)->verdict, NRS_VERDICT_WAITING);
	assert_string_not_equal(
	    outcome(9)->versions->rules, outcome(0)->versions->rules);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_OUTCOME), 10);
	assert_int_equal(bus_fixture_count("alert.power.amber"), 4);
}

/* Unsigned: the producer's own. */
static void
close_newsletter(const char *window)
{
	const struct nrs_cut_off cut_off = {.list = "weekly",
	    .window_id = window,
	    .due_at = SIGNED_AT,
	    .mode = NRS_MODE_ACTUAL};
	const struct nrs_submission said = {
	    .submission_id = nrs_arena_printf(arena, "cut-off:%s", window),
	    .type = NRS_SUBMISSION_CUT_OFF,
	    .mode = NRS_MODE_ACTUAL,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_CUT_OFF, &cut_off),
	    .accepted_at = SIGNED_AT,
	};

	put(nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &said));
}

static void
a_cut_off_issues_what_waits_from_the_journal(void **state)
{
	const struct nrs_submission *said = notice("n-9");
	const struct nrs_newsletter *part;
	const struct nrs_dispatch *dispatch;

	close_newsletter("weekly:1");
	assert_int_equal(outcome(10)->verdict, NRS_VERDICT_APPLIED);
	assert_int_equal(outcome(10)->n_issues, 2);
	assert_string_equal(
	    outcome(10)->issues[1].issue_id, "weekly:1:power:1");
	/* after what also went in real time: n-0, n-3, n-4 and n-6 */
	part = wait_for("newsletter.power.amber", NRS_TYPE_NEWSLETTER, 4);
	assert_true(nrs_bytes_equal(part->item->alert->payload, said->payload));
	part = wait_for("newsletter.power.amber", NRS_TYPE_NEWSLETTER, 5);
	assert_true(part->closing);
	assert_int_equal(part->total, 5);
	assert_int_equal(bus_fixture_count("newsletter.power.green"), 1);
	assert_int_equal(bus_fixture_count("newsletter.water.amber"), 0);
	dispatch =
	    wait_for(NRS_TOPIC_DISPATCH_NEWSLETTER, NRS_TYPE_DISPATCH, 1);
	assert_string_equal(dispatch->newsletter->sector, "power");
	assert_int_equal(dispatch->newsletter->n_items, 5);
	/* the same window again makes nothing */
	close_newsletter("weekly:1");
	assert_int_equal(outcome(11)->verdict, NRS_VERDICT_DUPLICATE);
	assert_int_equal(bus_fixture_count(NRS_TOPIC_DISPATCH_NEWSLETTER), 2);
	submit(notice("n-12"), key);
	assert_int_equal(outcome(12)->verdict, NRS_VERDICT_WAITING);
	assert_int_equal(stop(&second), NRS_OK);
}

/* By a successor, which knows the waiting notice from its outcome only. */
static void
what_rules_make_due_is_promoted_from_the_journal(void **state)
{
	const struct nrs_submission *said = notice("n-12");
	const struct nrs_dispatch *dispatch;
	const struct nrs_alert *alert;
	struct member third;

	start(&third, "config/rules.conf");
	submit(notice("n-0"), key);
	assert_int_equal(outcome(13)->verdict, NRS_VERDICT_DUPLICATE);
	assert_int_equal(outcome(13)->n_promotions, 2);
	alert = wait_for("alert.power.amber", NRS_TYPE_ALERT, 4);
	assert_true(nrs_bytes_equal(alert->payload, said->payload));
	assert_string_equal(alert->classification->route_rule, "promoted");
	dispatch = wait_for(NRS_TOPIC_DISPATCH_ALERT, NRS_TYPE_DISPATCH, 4);
	assert_string_equal(dispatch->submission_id, "n-12");
	assert_int_equal(dispatch->n_copies, 2);
	assert_int_equal(stop(&third), NRS_OK);
}

static void
a_journal_shorter_than_its_outcomes_stops_it_loudly(void **state)
{
	struct nrs_outcome ahead = {
	    .journal_offset = 999, .versions = &(struct nrs_versions){0}};
	const struct nrs_outgoing out = {.topic = NRS_TOPIC_OUTCOME,
	    .value = nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &ahead)};
	struct member last;

	assert_int_equal(
	    nrs_producer_send_wait(door, &out, WAIT_MS, NULL, NULL), NRS_OK);
	start(&last, "config/rules.conf");
	assert_int_equal(finish(&last), NRS_FATAL);
	assert_non_null(strstr(last.err.text, "the journal ends at offset 14"));
}

static void
a_wrong_policy_file_is_named_at_once(void **state)
{
	struct classifier_conf conf = {.sectors = sectors_file,
	    .rules = sectors_file,
	    .newsletters = "config/newsletters.conf",
	    .keys = keys_file,
	    .verify = true};
	struct nrs_err err = {0};

	assert_int_equal(classifier_service()->check(&conf, &err), NRS_REJECT);
	assert_non_null(strstr(err.text, sectors_file));
	conf.rules = "config/rules.conf";
	assert_int_equal(classifier_service()->check(&conf, &err), NRS_OK);
}

/* ---- the stage ---- */

static void
write_file(char *file, const char *text)
{
	int fd = mkstemp(file);

	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "%s", text), (int)strlen(text));
	assert_int_equal(close(fd), 0);
}

static void
write_files(void)
{
	const struct nrs_bytes public = {
	    nrs_key_public(key), NRS_PUBLIC_KEY_SIZE};

	write_file(sectors_file,
	    "sectors = ("
	    "{code=\"finance\"; since=2007; ja=\"金融\"; en=\"Finance\";},"
	    "{code=\"power\"; since=2007; ja=\"電力\"; en=\"Power\";},"
	    "{code=\"water\"; since=2007; ja=\"水道\"; en=\"Water\";});"
	    "ceptoars = ({id=\"bank\"; sector=\"finance\"; verified=true; "
	    "ja=\"銀行等\"; en=\"Banks\";});\n");
	write_file(
	    keys_file, nrs_arena_printf(arena,
	                   "keys = ({ id = \"%s\"; public = \"%s\"; "
	                   "principal = \"desk-1\"; modes = [\"ACTUAL\"]; "
	                   "roles = [\"desk\"]; });\n",
	                   nrs_key_id(key), nrs_base64(arena, public)));
	write_file(rules_file, "");
}

static int
open_stage(void **state)
{
	static const char *const doors[] = {
	    NRS_TOPIC_JOURNAL, NRS_TOPIC_OUTCOME};
	const struct nrs_topic *topics;
	struct nrs_bus_conf bus;
	size_t i, n;

	arena = nrs_arena_new();
	assert_int_equal(nrs_key_new(&key, NULL), NRS_OK);
	assert_int_equal(nrs_key_new(&stranger, NULL), NRS_OK);
	write_files();
	if (bus_fixture_start(state) != 0)
		return -1;
	topics = nrs_topic_table(arena, signed_sectors(), &n);
	for (i = 0; i < n; i++)
		if (strstr(topics[i].writers, "classifier") != NULL ||
		    strcmp(topics[i].name, NRS_TOPIC_JOURNAL) == 0)
			bus_fixture_topic(topics[i].name, 1);
	bus = bus_fixture_conf("door");
	assert_int_equal(nrs_reader_open(&bus, &reader, NULL), NRS_OK);
	return nrs_producer_open(&bus, doors, 2, &door, NULL) == NRS_OK ? 0
	                                                                : -1;
}

static int
close_stage(void **state)
{
	nrs_producer_close(door);
	nrs_reader_close(reader);
	nrs_key_free(key);
	nrs_key_free(stranger);
	nrs_arena_free(arena);
	(void)unlink(sectors_file);
	(void)unlink(keys_file);
	(void)unlink(rules_file);
	return bus_fixture_stop(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_wrong_policy_file_is_named_at_once),
	    cmocka_unit_test(a_signed_notice_reaches_its_topics),
	    cmocka_unit_test(poison_is_pointed_to_and_the_next_goes_on),
	    cmocka_unit_test(a_strangers_signature_is_refused_here_too),
	    cmocka_unit_test(consent_releases_what_the_journal_holds),
	    cmocka_unit_test(other_rules_change_nothing_that_was_decided),
	    cmocka_unit_test(a_cut_off_issues_what_waits_from_the_journal),
	    cmocka_unit_test(what_rules_make_due_is_promoted_from_the_journal),
	    cmocka_unit_test(
	        a_journal_shorter_than_its_outcomes_stops_it_loudly),
	};

	return cmocka_run_group_tests(tests, open_stage, close_stage);
}
