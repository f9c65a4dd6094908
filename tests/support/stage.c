/* SPDX-License-Identifier: Apache-2.0 */
#include "support/stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/stop.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"
#include "support/bus_fixture.h"

static const char *loopback[] = {"127.0.0.0/8"};

/* ---- the stage ---- */

void
stage_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(dprintf(fd, "%s", text), (int)strlen(text));
	assert_int_equal(close(fd), 0);
}

static void
write_files(struct stage *stage)
{
	const struct nrs_bytes public = {
	    nrs_key_public(stage->key), NRS_PUBLIC_KEY_SIZE};

	(void)snprintf(stage->sectors, sizeof(stage->sectors),
	    "/tmp/noroshi-sectors-XXXXXX");
	stage_file(stage->sectors,
	    "sectors = ("
	    "{code=\"finance\"; since=2007; ja=\"金融\"; en=\"Finance\";},"
	    "{code=\"power\"; since=2007; ja=\"電力\"; en=\"Power\";});"
	    "ceptoars = ();\n");
	(void)snprintf(
	    stage->keys, sizeof(stage->keys), "/tmp/noroshi-keys-XXXXXX");
	stage_file(stage->keys,
	    nrs_arena_printf(stage->arena,
	        "keys = ({ id = \"%s\"; public = \"%s\"; "
	        "principal = \"desk-1\"; modes = [\"ACTUAL\"]; });\n",
	        nrs_key_id(stage->key), nrs_base64(stage->arena, public)));
}

int
stage_open(struct stage *stage, void **state)
{
	stage->arena = nrs_arena_new();
	assert_int_equal(nrs_key_new(&stage->key, NULL), NRS_OK);
	write_files(stage);
	stage->relay = peer_smtp(&stage->script);
	stage->endpoint = peer_http(&stage->script);
	(void)snprintf(stage->smtp_url, sizeof(stage->smtp_url),
	    "smtp://127.0.0.1:%d", peer_port(stage->relay));
	(void)snprintf(stage->hook_url, sizeof(stage->hook_url),
	    "http://127.0.0.1:%d/h", peer_port(stage->endpoint));
	return bus_fixture_start(state);
}

void
stage_topics(const char *const *single, const char *const *fanned)
{
	for (; *single != NULL; single++)
		bus_fixture_topic(*single, 1);
	for (; *fanned != NULL; fanned++)
		bus_fixture_topic(*fanned, STAGE_PARTITIONS);
}

void
stage_doors(struct stage *stage, const char *const *topics, size_t n)
{
	const struct nrs_bus_conf bus = bus_fixture_conf("door");

	assert_int_equal(nrs_reader_open(&bus, &stage->reader, NULL), NRS_OK);
	assert_int_equal(
	    nrs_producer_open(&bus, topics, n, &stage->door, NULL), NRS_OK);
}

int
stage_close(struct stage *stage, void **state)
{
	nrs_producer_close(stage->door);
	nrs_reader_close(stage->reader);
	nrs_key_free(stage->key);
	peer_close(stage->relay);
	peer_close(stage->endpoint);
	nrs_arena_free(stage->arena);
	(void)unlink(stage->sectors);
	(void)unlink(stage->keys);
	return bus_fixture_stop(state);
}

/* ---- one dispatcher ---- */

struct dispatcher_conf
stage_conf(const struct stage *stage)
{
	return (struct dispatcher_conf){
	    .common.bus = bus_fixture_conf(""),
	    .sectors = stage->sectors,
	    .keys = stage->keys,
	    .verify = true,
	    .transfer = {.smtp_url = stage->smtp_url,
	        .smtp_user = "",
	        .smtp_password = "",
	        .helo = "noroshi.example",
	        .mail_from = "desk@noroshi.example",
	        .ca_file = "",
	        .connect_timeout_ms = 5000,
	        .mail_timeout_ms = 60000,
	        .webhook_timeout_ms = 5000,
	        .max_mail = 4,
	        .max_webhook = 4,
	        .webhook_allow = {loopback, 1}},
	    .from_name = "",
	    .domain = "",
	    .sender = "",
	    .desk = "",
	    .max_batch = 100,
	    .max_open = 1000,
	    .retry_min_ms = 200,
	    .retry_max_ms = 400,
	    .give_up_ms = 72 * STAGE_HOUR_MS,
	    .answer_timeout_ms = 10000,
	    .newsletter.unsubscribe_url = "",
	};
}

static void *
run_lane(void *arg)
{
	struct stage_run *run = arg;
	struct nrs_err err = {0};

	if (run->lane->run(run->m->self, &run->m->ctx, run->lane, &err) !=
	    NRS_OK) {
		(void)fprintf(stderr, "%s: %s\n", run->lane->name, err.text);
		abort();
	}
	return NULL;
}

static const struct nrs_lane *
lane_of(const char *name)
{
	const struct nrs_service *service = dispatcher_service();
	size_t i;

	for (i = 0; i < service->n_lanes; i++)
		if (strcmp(service->lanes[i].name, name) == 0)
			return &service->lanes[i];
	fail_msg("no lane %s", name);
	return NULL;
}

void
stage_start(struct stage_member *m, const struct dispatcher_conf *conf,
    const char *const *lanes, size_t n)
{
	struct nrs_err err = {0};
	size_t i;

	assert_true(n <= STAGE_LANES);
	memset(m, 0, sizeof(*m));
	m->ctx.stop = nrs_stop_new();
	(void)pthread_mutex_init(&m->ctx.lock, NULL);
	m->conf = *conf;
	m->n_lanes = n;
	assert_int_equal(
	    dispatcher_service()->open(&m->ctx, &m->conf, &m->self, &err),
	    NRS_OK);
	for (i = 0; i < n; i++) {
		m->runs[i].m = m;
		m->runs[i].lane = lane_of(lanes[i]);
		assert_int_equal(pthread_create(&m->runs[i].thread, NULL,
		                     run_lane, &m->runs[i]),
		    0);
	}
}

void
stage_stop(struct stage_member *m)
{
	size_t i;

	nrs_stop_ask(m->ctx.stop);
	for (i = 0; i < m->n_lanes; i++)
		(void)pthread_join(m->runs[i].thread, NULL);
	dispatcher_service()->close(m->self);
	nrs_stop_free(m->ctx.stop);
	(void)pthread_mutex_destroy(&m->ctx.lock);
}

/* ---- what goes in ---- */

void
stage_put(struct stage *stage, const char *topic, int partition,
    const char *key, struct nrs_bytes value)
{
	const struct nrs_outgoing out = {.topic = topic,
	    .partition = partition,
	    .key = bus_fixture_bytes(key),
	    .value = value};

	assert_int_equal(nrs_producer_send_wait(
	                     stage->door, &out, STAGE_WAIT_MS, NULL, NULL),
	    NRS_OK);
}

void
stage_subscribe(struct stage *stage, const struct nrs_subscription *sub)
{
	const struct nrs_submission submission = {.submission_id = "s",
	    .type = NRS_SUBMISSION_SUBSCRIPTION,
	    .mode = NRS_MODE_ACTUAL,
	    .payload =
	        nrs_wire_encode(stage->arena, NRS_TYPE_SUBSCRIPTION, sub)};

	stage_put(stage, NRS_TOPIC_SUBSCRIPTION, -1, sub->subscriber_id,
	    nrs_wire_encode(stage->arena, NRS_TYPE_SUBMISSION, &submission));
}

struct nrs_content *
stage_content(struct stage *stage, const char *id)
{
	struct nrs_content *content = signed_content(stage->arena);

	content->notice_id = content->thread_id = id;
	content->issued_at = nrs_wall_ms();
	content->valid_until =
	    content->issued_at + INT64_C(7) * 24 * STAGE_HOUR_MS;
	return content;
}

struct nrs_dispatch
stage_dispatch(struct stage *stage, const struct nrs_content *content,
    const struct nrs_key *by, struct nrs_classification *copies,
    size_t n_copies)
{
	const struct nrs_submission *said = signed_notice(
	    stage->arena, by, content, signed_addressing(stage->arena));

	return (struct nrs_dispatch){.payload = said->payload,
	    .addressing = said->addressing,
	    .signatures = said->signatures,
	    .n_signatures = said->n_signatures,
	    .copies = copies,
	    .n_copies = n_copies,
	    .accepted_at = nrs_wall_ms(),
	    .submission_id = said->submission_id,
	    .mode = said->mode};
}

/* ---- what comes out ---- */

struct reading {
	struct stage *stage;
	struct stage_found *found;
};

static enum nrs_rc
keep(void *opaque, const struct nrs_record *record, struct nrs_err *err)
{
	const struct reading *reading = opaque;
	struct stage_found *found = reading->found;
	const struct nrs_wire_input in = {.type = found->type,
	    .how = NRS_WIRE_STRICT,
	    .bytes = nrs_arena_bytes(
	        reading->stage->arena, record->value.data, record->value.len)};

	assert_true(found->n < sizeof(found->items) / sizeof(found->items[0]));
	return nrs_wire_decode(
	    reading->stage->arena, &in, &found->items[found->n++], err);
}

void
stage_read(struct stage *stage, const char *topic, int partitions,
    struct stage_found *found)
{
	struct reading reading = {stage, found};
	struct nrs_reader_from from[STAGE_PARTITIONS];
	int i;

	assert_true(partitions <= STAGE_PARTITIONS);
	for (i = 0; i < partitions; i++)
		from[i] = (struct nrs_reader_from){topic, i, NRS_FROM_START};
	found->n = 0;
	assert_int_equal(
	    nrs_reader_assign(stage->reader, from, (size_t)partitions, NULL),
	    NRS_OK);
	assert_int_equal(nrs_reader_to_end(stage->reader, STAGE_WAIT_MS, keep,
	                     &reading, NULL),
	    NRS_OK);
}
