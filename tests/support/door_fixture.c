/* SPDX-License-Identifier: Apache-2.0 */
#include "support/door_fixture.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctl/child.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/client.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"
#include "support/port.h"

#define READY_MS 30000

static struct {
	char dir[64], url[64];
	int port;
	struct nrs_key *key;
	struct ctl_child child;
	pthread_t classifier;
	struct nrs_stop *stop;
} world;

/* ---- in the classifier's place ---------------------------------------------
 */

static void *
decoded(
    struct nrs_arena *arena, enum nrs_message_type type, struct nrs_bytes bytes)
{
	const struct nrs_wire_input in = {
	    .type = type, .bytes = bytes, .how = NRS_WIRE_TOLERANT};
	void *value;

	if (nrs_wire_decode(arena, &in, &value, NULL) != NRS_OK)
		abort();
	return value;
}

/* In real time, to power. */
static void
decide_notice(struct nrs_arena *arena, const struct nrs_submission *s,
    struct nrs_outcome *outcome)
{
	static enum nrs_route route = NRS_ROUTE_REALTIME;
	static struct nrs_thread_sector told = {
	    .sector = "power", .routes = &route, .n_routes = 1};
	const struct nrs_content *content =
	    decoded(arena, NRS_TYPE_CONTENT, s->payload);

	if (strcmp(content->title, "reject") == 0) {
		outcome->verdict = NRS_VERDICT_REJECTED;
		outcome->field = "revision";
		outcome->rule = "revision-gap";
		return;
	}
	outcome->thread = nrs_arena_alloc(arena, sizeof(*outcome->thread));
	*outcome->thread =
	    (struct nrs_thread_change){.thread_id = content->thread_id,
	        .revision = content->revision,
	        .notice_id = content->notice_id,
	        .mode = NRS_MODE_ACTUAL,
	        .tlp = content->tlp,
	        .sectors = &told,
	        .n_sectors = 1,
	        .n_notice_ids = 1};
	outcome->thread->notice_ids = nrs_arena_alloc(arena, sizeof(char *));
	outcome->thread->notice_ids[0] = content->notice_id;
	outcome->thread_id = content->thread_id;
}

static struct nrs_bytes
decide(struct nrs_arena *arena, const struct nrs_record *record)
{
	uint8_t payload[NRS_SHA256_SIZE], addressing[NRS_SHA256_SIZE];
	struct nrs_outcome outcome = {
	    .journal_offset = record->offset, .verdict = NRS_VERDICT_RELEASED};
	const struct nrs_submission *s =
	    decoded(arena, NRS_TYPE_SUBMISSION, record->value);

	nrs_sha256(s->payload, payload);
	nrs_sha256(s->addressing, addressing);
	if (s->type == NRS_SUBMISSION_NOTICE)
		decide_notice(arena, s, &outcome);
	if (s->type == NRS_SUBMISSION_CUT_OFF) {
		outcome.verdict = NRS_VERDICT_APPLIED;
		outcome.cut_off = decoded(arena, NRS_TYPE_CUT_OFF, s->payload);
	}
	outcome.submission_id = s->submission_id;
	outcome.type = s->type;
	outcome.mode = s->mode;
	outcome.accepted_at = s->accepted_at;
	outcome.payload_sha256 = (struct nrs_bytes){payload, sizeof(payload)};
	outcome.addressing_sha256 =
	    (struct nrs_bytes){addressing, sizeof(addressing)};
	return nrs_wire_encode(arena, NRS_TYPE_OUTCOME, &outcome);
}

static bool
is_undecided(struct nrs_bytes command)
{
	return memmem(command.data, command.len, DOOR_UNDECIDED,
	           strlen(DOOR_UNDECIDED)) != NULL;
}

static void *
classify(void *unused)
{
	static const char *const topics[] = {NRS_TOPIC_OUTCOME};
	const struct nrs_reader_from from = {
	    NRS_TOPIC_JOURNAL, 0, NRS_FROM_START};
	struct nrs_bus_conf conf = bus_fixture_conf("classify");
	struct nrs_reader *reader = NULL;
	struct nrs_producer *producer = NULL;
	struct nrs_arena *arena = nrs_arena_new();

	(void)unused;
	if (nrs_reader_open(&conf, &reader, NULL) != NRS_OK ||
	    nrs_reader_assign(reader, &from, 1, NULL) != NRS_OK ||
	    nrs_producer_open(&conf, topics, 1, &producer, NULL) != NRS_OK)
		abort();
	while (!nrs_stop_asked(world.stop)) {
		struct nrs_record record = {0};
		struct nrs_outgoing out = {.topic = NRS_TOPIC_OUTCOME};
		nrs_arena_reset(arena);
		if (nrs_reader_next(reader, 200, &record, NULL) != NRS_OK ||
		    record.topic == NULL)
			continue;
		if (is_undecided(record.value))
			continue;
		out.value = decide(arena, &record);
		(void)!nrs_producer_send_wait(
		    producer, &out, 10000, NULL, NULL);
	}
	nrs_producer_close(producer);
	nrs_reader_close(reader);
	nrs_arena_free(arena);
	return NULL;
}

/* ---- the program -----------------------------------------------------------
 */

const char *
door_dir(void)
{
	return world.dir;
}

const char *
door_url(void)
{
	return world.url;
}

const char *
door_path(const char *name)
{
	static char paths[8][336];
	static size_t next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", world.dir, name);
	return path;
}

void
door_write(const char *name, const char *text)
{
	FILE *f = fopen(door_path(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
write_files(void)
{
	struct nrs_bus_conf bus = bus_fixture_conf("x");
	char here[256];
	struct nrs_arena *arena = nrs_arena_new();
	const struct nrs_bytes public = {
	    nrs_key_public(world.key), NRS_PUBLIC_KEY_SIZE};

	assert_non_null(getcwd(here, sizeof(here)));
	door_write("keys.conf",
	    nrs_arena_printf(arena,
	        "keys = ({ id = \"%s\"; public = \"%s\"; principal = "
	        "\"desk-1\"; modes = [\"ACTUAL\"]; roles = [\"desk\"]; });\n",
	        nrs_key_id(world.key), nrs_base64(arena, public)));
	door_write("sectors.conf",
	    "sectors = ({ code = \"finance\"; since = 2007; ja = \"金融\"; en "
	    "= \"Finance\"; },\n { code = \"power\"; since = 2007; ja = "
	    "\"電力\"; en = \"Power\"; });\nceptoars = ({ id = \"bank\"; "
	    "sector = \"finance\"; ja = \"銀行等CEPTOAR\"; en = \"Banks\"; "
	    "verified = true; },\n { id = \"power\"; sector = \"power\"; ja = "
	    "\"電力CEPTOAR\"; en = \"Power\"; verified = true; });\n");
	door_write("newsletters.conf", "lists = ();\n");
	door_write("producer.conf",
	    nrs_arena_printf(arena,
	        "bus: { servers = \"%s\"; prefix = \"%s\"; };\n"
	        "api: { listen = \"127.0.0.1:%d\"; append_timeout = 2000; };\n"
	        "admin: { listen = \"\"; };\n"
	        "keys = \"keys.conf\"; sectors = \"sectors.conf\"; "
	        "newsletters = \"newsletters.conf\";\n"
	        "rules = \"%s/config/rules.conf\";\n",
	        bus.servers, bus.prefix, world.port, here));
	nrs_arena_free(arena);
}

struct nrs_client_answer
door_call(const char *method, const char *path, const char *type,
    struct nrs_bytes body)
{
	struct nrs_client_answer answer;
	char url[256];
	const struct nrs_client_request request = {.method = method,
	    .url = url,
	    .type = type,
	    .body = body,
	    .timeout_ms = 20000};

	(void)snprintf(
	    url, sizeof(url), "http://127.0.0.1:%d%s", world.port, path);
	if (nrs_client_call(&request, &answer, NULL) != NRS_OK)
		answer.status = 0;
	return answer;
}

/* Show what the program logged; true when a sanitizer spoke in it. */
static bool
show_log(bool only_reports)
{
	FILE *f = fopen(door_path("log"), "r");
	char line[1024];
	bool report = false;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		report = report || strstr(line, "Sanitizer") != NULL ||
		         strstr(line, "runtime error") != NULL;
		if (report || !only_reports)
			(void)fputs(line, stderr);
	}
	if (f != NULL)
		(void)fclose(f);
	return report;
}

/* Ready: it knows all outcomes, so that an unknown id is 404 and not 503. */
static void
start_producer(void)
{
	const char *build = getenv("BUILD");
	struct nrs_mono start = nrs_mono_now();
	char program[256], conf[128], log[128];
	const char *const argv[] = {program, "-F", conf, NULL};
	int status = 0;

	(void)snprintf(program, sizeof(program), "%s/noroshi-producer",
	    build == NULL ? "build/gcc-release" : build);
	(void)snprintf(conf, sizeof(conf), "%s/producer.conf", world.dir);
	(void)snprintf(log, sizeof(log), "%s/log", world.dir);
	assert_int_equal(
	    ctl_child_start(&world.child, argv, log, NULL), NRS_OK);
	while (status != 404 && nrs_mono_since_ms(start) < READY_MS) {
		struct nrs_client_answer answer = door_call(
		    "GET", "/v1/outcomes/none", "", (struct nrs_bytes){0});
		status = answer.status;
		nrs_buf_fini(&answer.body);
		(void)nrs_stop_wait(world.stop, 20);
	}
	if (status != 404) {
		(void)show_log(false);
		fail_msg("the producer did not start");
	}
}

int
door_fixture_start(void **state)
{
	(void)snprintf(
	    world.dir, sizeof(world.dir), "/tmp/noroshi-producer-XXXXXX");
	if (mkdtemp(world.dir) == NULL || bus_fixture_start(state) != 0 ||
	    nrs_key_new(&world.key, NULL) != NRS_OK)
		return -1;
	world.stop = nrs_stop_new();
	world.port = port_free();
	(void)snprintf(
	    world.url, sizeof(world.url), "http://127.0.0.1:%d", world.port);
	bus_fixture_topic(NRS_TOPIC_JOURNAL, 1);
	bus_fixture_topic(NRS_TOPIC_OUTCOME, 1);
	bus_fixture_topic(NRS_TOPIC_SUBSCRIPTION, 1);
	write_files();
	start_producer();
	return pthread_create(&world.classifier, NULL, classify, NULL);
}

void
door_bus_stop(void)
{
	if (nrs_stop_asked(world.stop))
		return;
	nrs_stop_ask(world.stop);
	(void)pthread_join(world.classifier, NULL);
	(void)bus_fixture_stop(NULL);
}

static void
remove_folder(void)
{
	DIR *dir = opendir(world.dir);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			(void)unlink(door_path(entry->d_name));
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(world.dir);
}

int
door_fixture_stop(void **state)
{
	bool reported;

	(void)state;
	door_bus_stop();
	ctl_child_stop(&world.child, 10000);
	reported = show_log(true);
	remove_folder();
	nrs_key_free(world.key);
	nrs_stop_free(world.stop);
	return reported ? -1 : 0;
}

void
door_stop(void)
{
	ctl_child_stop(&world.child, 10000);
}

void
door_restart(void)
{
	door_stop();
	start_producer();
}

const struct nrs_key *
door_key(void)
{
	return world.key;
}
