/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/admin.h"

#include <stdlib.h>
#include <string.h>

#include "common/io/admin_private.h"

#define SEEN_MS 10000

enum nrs_rc
nrs_admin_open(const struct nrs_bus_conf *conf, struct nrs_admin **out,
    struct nrs_err *err)
{
	struct nrs_admin *admin = nrs_calloc(1, sizeof(*admin));
	const struct nrs_bus_hooks hooks = {.opaque = admin};
	enum nrs_rc rc;

	rc = nrs_bus_setup_new(conf, NRS_BUS_ADMIN, NULL, &admin->setup, err);
	if (rc == NRS_OK)
		rc = nrs_bus_setup_open(admin->setup, &hooks, &admin->rk, err);
	if (rc != NRS_OK) {
		nrs_admin_close(admin);
		return rc;
	}
	admin->queue = rd_kafka_queue_new(admin->rk);
	*out = admin;
	return NRS_OK;
}

void
nrs_admin_close(struct nrs_admin *admin)
{
	if (admin == NULL)
		return;
	if (admin->queue != NULL)
		rd_kafka_queue_destroy(admin->queue);
	if (admin->rk != NULL)
		rd_kafka_destroy(admin->rk);
	nrs_bus_setup_free(admin->setup);
	free(admin);
}

char *
nrs_admin_full(const struct nrs_admin *admin, const char *name)
{
	if (strncmp(name, "__", 2) == 0)
		return nrs_strdup(name);
	return nrs_bus_setup_full(admin->setup, name);
}

/* ---- one request, one answer ---- */

rd_kafka_AdminOptions_t *
nrs_admin_options(struct nrs_admin *admin, rd_kafka_admin_op_t op)
{
	rd_kafka_AdminOptions_t *options =
	    rd_kafka_AdminOptions_new(admin->rk, op);
	char why[128];

	/* Cannot fail with a number in range. */
	(void)rd_kafka_AdminOptions_set_request_timeout(
	    options, NRS_ADMIN_MS, why, sizeof(why));
	return options;
}

enum nrs_rc
nrs_admin_fail(struct nrs_err *err, rd_kafka_resp_err_t code, const char *what,
    const char *words)
{
	enum nrs_rc rc = NRS_REJECT;

	/* Negative codes are librdkafka's own: nobody answered. */
	if (code < 0 || code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT ||
	    code == RD_KAFKA_RESP_ERR_NOT_CONTROLLER)
		rc = NRS_RETRY;
	return nrs_fail(err, rc, "bus: %s: %s", what,
	    words == NULL || words[0] == '\0' ? rd_kafka_err2str(code) : words);
}

enum nrs_rc
nrs_admin_answer(struct nrs_admin *admin, const char *doing,
    rd_kafka_event_t **out, struct nrs_err *err)
{
	rd_kafka_event_t *event = NULL;
	rd_kafka_resp_err_t code;
	enum nrs_rc rc;

	event = rd_kafka_queue_poll(admin->queue, NRS_ADMIN_MS + 1000);
	if (event == NULL)
		return nrs_fail(err, NRS_RETRY, "bus: %s: no answer", doing);
	code = rd_kafka_event_error(event);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
		rc = nrs_admin_fail(
		    err, code, doing, rd_kafka_event_error_string(event));
		rd_kafka_event_destroy(event);
		return rc;
	}
	*out = event;
	return NRS_OK;
}

static enum nrs_rc
metadata(struct nrs_admin *admin, const struct rd_kafka_metadata **out,
    struct nrs_err *err)
{
	rd_kafka_resp_err_t code;

	code = rd_kafka_metadata(admin->rk, 1, NULL, out, NRS_ADMIN_MS);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return NRS_OK;
	return nrs_admin_fail(err, code, "asking what there is", NULL);
}

enum nrs_rc
nrs_admin_brokers(struct nrs_admin *admin, int *n, struct nrs_err *err)
{
	const struct rd_kafka_metadata *md;
	enum nrs_rc rc = metadata(admin, &md, err);

	if (rc != NRS_OK)
		return rc;
	*n = md->broker_cnt;
	rd_kafka_metadata_destroy(md);
	return NRS_OK;
}

bool
nrs_admin_is_embedded(struct nrs_admin *admin)
{
	static const char ours[] = "mockCluster"; /* librdkafka calls it so */
	char *id = rd_kafka_clusterid(admin->rk, NRS_ADMIN_MS);
	bool embedded = id != NULL && strncmp(id, ours, strlen(ours)) == 0;

	if (id != NULL)
		rd_kafka_mem_free(admin->rk, id);
	return embedded;
}

/* ---- what there is ---- */

static void
fill_shape(const struct rd_kafka_metadata *md, const char *full,
    struct nrs_admin_topic *topic)
{
	const struct rd_kafka_metadata_topic *t;
	int i;

	topic->partitions = 0;
	topic->replication = 0;
	topic->configs = NULL;
	topic->n_configs = 0;
	for (i = 0; i < md->topic_cnt; i++) {
		t = &md->topics[i];
		if (strcmp(t->topic, full) != 0 || t->partition_cnt == 0)
			continue;
		topic->partitions = t->partition_cnt;
		topic->replication = t->partitions[0].replica_cnt;
	}
}

static void
fill_configs(const rd_kafka_ConfigResource_t *resource, struct nrs_arena *arena,
    struct nrs_admin_topic *topic)
{
	const rd_kafka_ConfigEntry_t **entries;
	const char *(*configs)[2];
	const char *value;
	size_t i, n, used = 0;

	entries = rd_kafka_ConfigResource_configs(resource, &n);
	configs = nrs_arena_array(arena, n + 1, sizeof(*configs));
	for (i = 0; i < n; i++) {
		if (rd_kafka_ConfigEntry_source(entries[i]) !=
		    RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
			continue;
		value = rd_kafka_ConfigEntry_value(entries[i]);
		configs[used][0] = nrs_arena_strdup(
		    arena, rd_kafka_ConfigEntry_name(entries[i]));
		configs[used][1] =
		    nrs_arena_strdup(arena, value == NULL ? "" : value);
		used++;
	}
	topic->configs = (const char *const(*)[2])configs;
	topic->n_configs = used;
}

static enum nrs_rc
take_configs(struct nrs_admin *admin, struct nrs_arena *arena,
    const rd_kafka_ConfigResource_t *answer, struct nrs_admin_topic *topic,
    struct nrs_err *err)
{
	rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(answer);
	char *full = nrs_admin_full(admin, topic->name);
	bool is_it = strcmp(full, rd_kafka_ConfigResource_name(answer)) == 0;

	free(full);
	if (!is_it)
		return NRS_OK;
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return nrs_admin_fail(err, code, topic->name,
		    rd_kafka_ConfigResource_error_string(answer));
	fill_configs(answer, arena, topic);
	return NRS_OK;
}

static enum nrs_rc
read_configs(struct nrs_admin *admin, struct nrs_arena *arena,
    struct nrs_admin_topic *topics, size_t n, struct nrs_err *err)
{
	const rd_kafka_ConfigResource_t **answers;
	rd_kafka_event_t *event = NULL;
	size_t i, k, n_answers;
	enum nrs_rc rc;

	rc = nrs_admin_answer(admin, "asking for settings", &event, err);
	if (rc != NRS_OK)
		return rc;
	answers = rd_kafka_DescribeConfigs_result_resources(
	    rd_kafka_event_DescribeConfigs_result(event), &n_answers);
	for (k = 0; k < n_answers; k++)
		for (i = 0; i < n && rc == NRS_OK; i++)
			rc = take_configs(
			    admin, arena, answers[k], &topics[i], err);
	rd_kafka_event_destroy(event);
	return rc;
}

/* Settings of all topics that exist, in one request. */
static enum nrs_rc
ask_configs(struct nrs_admin *admin, struct nrs_arena *arena,
    struct nrs_admin_topic *topics, size_t n, struct nrs_err *err)
{
	rd_kafka_ConfigResource_t **ask =
	    nrs_calloc(n + 1, sizeof(rd_kafka_ConfigResource_t *));
	rd_kafka_AdminOptions_t *options =
	    nrs_admin_options(admin, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	enum nrs_rc rc = NRS_OK;
	size_t i, n_ask = 0;
	char *full;

	for (i = 0; i < n; i++) {
		if (topics[i].partitions == 0)
			continue;
		full = nrs_admin_full(admin, topics[i].name);
		ask[n_ask++] =
		    rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, full);
		free(full);
	}
	if (n_ask > 0) {
		rd_kafka_DescribeConfigs(
		    admin->rk, ask, n_ask, options, admin->queue);
		rc = read_configs(admin, arena, topics, n, err);
	}
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_ConfigResource_destroy_array(ask, n_ask);
	free(ask);
	return rc;
}

enum nrs_rc
nrs_admin_describe(struct nrs_admin *admin, struct nrs_arena *arena,
    struct nrs_admin_topic *topics, size_t n, struct nrs_err *err)
{
	const struct rd_kafka_metadata *md;
	enum nrs_rc rc = metadata(admin, &md, err);
	char *full;
	size_t i;

	if (rc != NRS_OK)
		return rc;
	for (i = 0; i < n; i++) {
		full = nrs_admin_full(admin, topics[i].name);
		fill_shape(md, full, &topics[i]);
		free(full);
	}
	rd_kafka_metadata_destroy(md);
	return ask_configs(admin, arena, topics, n, err);
}

/* ---- making and changing ---- */

static rd_kafka_NewTopic_t *
new_topic(struct nrs_admin *admin, const struct nrs_admin_topic *topic)
{
	char *full = nrs_admin_full(admin, topic->name);
	rd_kafka_NewTopic_t *made;
	char why[128];
	size_t i;

	made = rd_kafka_NewTopic_new(full, topic->partitions,
	    topic->replication > 0 ? topic->replication : -1, why, sizeof(why));
	free(full);
	for (i = 0; made != NULL && i < topic->n_configs; i++)
		rd_kafka_NewTopic_set_config(
		    made, topic->configs[i][0], topic->configs[i][1]);
	return made;
}

static enum nrs_rc
read_created(struct nrs_admin *admin, struct nrs_err *err)
{
	const rd_kafka_topic_result_t **results;
	rd_kafka_event_t *event = NULL;
	rd_kafka_resp_err_t code;
	enum nrs_rc rc;
	size_t i, n;

	rc = nrs_admin_answer(admin, "making topics", &event, err);
	if (rc != NRS_OK)
		return rc;
	results = rd_kafka_CreateTopics_result_topics(
	    rd_kafka_event_CreateTopics_result(event), &n);
	for (i = 0; i < n && rc == NRS_OK; i++) {
		code = rd_kafka_topic_result_error(results[i]);
		if (code != RD_KAFKA_RESP_ERR_NO_ERROR &&
		    code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			rc = nrs_admin_fail(err, code,
			    rd_kafka_topic_result_name(results[i]),
			    rd_kafka_topic_result_error_string(results[i]));
	}
	rd_kafka_event_destroy(event);
	return rc;
}

static enum nrs_rc
count_missing(struct nrs_admin *admin, const struct nrs_admin_topic *topics,
    size_t n, size_t *missing, struct nrs_err *err)
{
	const struct rd_kafka_metadata *md = NULL;
	enum nrs_rc rc = metadata(admin, &md, err);
	struct nrs_admin_topic seen;
	char *full;
	size_t i;

	if (rc != NRS_OK)
		return rc;
	*missing = 0;
	for (i = 0; i < n; i++) {
		full = nrs_admin_full(admin, topics[i].name);
		fill_shape(md, full, &seen);
		free(full);
		*missing += seen.partitions == 0;
	}
	rd_kafka_metadata_destroy(md);
	return NRS_OK;
}

/* The controller has made them; brokers hear of it a little later. */
static enum nrs_rc
wait_seen(struct nrs_admin *admin, const struct nrs_admin_topic *topics,
    size_t n, struct nrs_err *err)
{
	struct nrs_mono begun = nrs_mono_now();
	size_t missing = 0;
	enum nrs_rc rc;

	for (;;) {
		rc = count_missing(admin, topics, n, &missing, err);
		if (rc != NRS_OK || missing == 0)
			return rc;
		if (nrs_mono_since_ms(begun) > SEEN_MS)
			return nrs_fail(err, NRS_RETRY,
			    "bus: %zu topics were made but are not seen yet",
			    missing);
		/* Nothing is under way: only a pause. */
		rd_kafka_queue_poll(admin->queue, 20);
	}
}

enum nrs_rc
nrs_admin_create(struct nrs_admin *admin, const struct nrs_admin_topic *topics,
    size_t n, struct nrs_err *err)
{
	rd_kafka_NewTopic_t **ask =
	    nrs_calloc(n + 1, sizeof(rd_kafka_NewTopic_t *));
	rd_kafka_AdminOptions_t *options =
	    nrs_admin_options(admin, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	enum nrs_rc rc = NRS_OK;
	size_t i, n_ask = 0;

	for (i = 0; i < n && rc == NRS_OK; i++) {
		ask[n_ask] = new_topic(admin, &topics[i]);
		if (ask[n_ask++] == NULL)
			rc = nrs_fail(err, NRS_REJECT, "bus: bad topic \"%s\"",
			    topics[i].name);
	}
	if (rc == NRS_OK && n > 0) {
		rd_kafka_CreateTopics(
		    admin->rk, ask, n_ask, options, admin->queue);
		rc = read_created(admin, err);
		if (rc == NRS_OK)
			rc = wait_seen(admin, topics, n, err);
	}
	for (i = 0; i < n_ask; i++)
		if (ask[i] != NULL)
			rd_kafka_NewTopic_destroy(ask[i]);
	rd_kafka_AdminOptions_destroy(options);
	free(ask);
	return rc;
}

static enum nrs_rc
read_configured(struct nrs_admin *admin, struct nrs_err *err)
{
	const rd_kafka_ConfigResource_t **results;
	rd_kafka_event_t *event = NULL;
	rd_kafka_resp_err_t code;
	enum nrs_rc rc;
	size_t i, n;

	rc = nrs_admin_answer(admin, "changing settings", &event, err);
	if (rc != NRS_OK)
		return rc;
	results = rd_kafka_AlterConfigs_result_resources(
	    rd_kafka_event_AlterConfigs_result(event), &n);
	for (i = 0; i < n && rc == NRS_OK; i++) {
		code = rd_kafka_ConfigResource_error(results[i]);
		if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
			rc = nrs_admin_fail(err, code,
			    rd_kafka_ConfigResource_name(results[i]),
			    rd_kafka_ConfigResource_error_string(results[i]));
	}
	rd_kafka_event_destroy(event);
	return rc;
}

static rd_kafka_ConfigResource_t *
full_settings(struct nrs_admin *admin, const struct nrs_admin_topic *topic)
{
	char *full = nrs_admin_full(admin, topic->name);
	rd_kafka_ConfigResource_t *resource =
	    rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, full);
	size_t i;

	free(full);
	for (i = 0; i < topic->n_configs; i++)
		(void)rd_kafka_ConfigResource_set_config(
		    resource, topic->configs[i][0], topic->configs[i][1]);
	return resource;
}

enum nrs_rc
nrs_admin_configure(struct nrs_admin *admin,
    const struct nrs_admin_topic *topics, size_t n, struct nrs_err *err)
{
	rd_kafka_ConfigResource_t **ask =
	    nrs_calloc(n + 1, sizeof(rd_kafka_ConfigResource_t *));
	rd_kafka_AdminOptions_t *options =
	    nrs_admin_options(admin, RD_KAFKA_ADMIN_OP_ALTERCONFIGS);
	enum nrs_rc rc = NRS_OK;
	size_t i;

	for (i = 0; i < n; i++)
		ask[i] = full_settings(admin, &topics[i]);
	if (n > 0) {
		rd_kafka_AlterConfigs(admin->rk, ask, n, options, admin->queue);
		rc = read_configured(admin, err);
	}
	rd_kafka_AdminOptions_destroy(options);
	rd_kafka_ConfigResource_destroy_array(ask, n);
	free(ask);
	return rc;
}
