/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/producer.h"

#include <stddef.h>
#include <stdlib.h>

#include "noroshi/core/ack_time.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/http.h"
#include "noroshi/io/table.h"
#include "noroshi/version.h"
#include "producer/preview.h"

#define ROW(member) .offset = offsetof(struct producer_conf, member)

static const struct nrs_param params[] = {
    {.name = "api.listen",
        .type = NRS_PARAM_STRING,
        ROW(listen),
        .def = "127.0.0.1:8420",
        .help = "Address and port of the HTTP API; port 0 picks a free one."},
    {.name = "api.max_body",
        .type = NRS_PARAM_INT,
        ROW(max_body),
        .def = "1048576",
        .min = 4096,
        .max = 1048576,
        .unit = "bytes",
        .help = "A longer request body is refused with 413."},
    {.name = "api.max_connections",
        .type = NRS_PARAM_INT,
        ROW(max_connections),
        .def = "256",
        .min = 1,
        .max = 10000,
        .help = "Connections at once; each has a thread."},
    {.name = "api.idle_timeout",
        .type = NRS_PARAM_INT,
        ROW(idle_timeout_s),
        .def = "60",
        .min = 1,
        .max = 3600,
        .unit = "s",
        .help = "A connection on which nothing happens is closed; so is one "
                "whose request is not whole after four times as long."},
    {.name = "api.wait",
        .type = NRS_PARAM_INT,
        ROW(wait_ms),
        .def = "10000",
        .min = 0,
        .max = 300000,
        .unit = "ms",
        .help = "How long an answer waits for the outcome when the request "
                "does not say (wait=MS)."},
    {.name = "api.max_wait",
        .type = NRS_PARAM_INT,
        ROW(max_wait_ms),
        .def = "60000",
        .min = 0,
        .max = 300000,
        .unit = "ms",
        .help = "The longest wait a request may ask for."},
    {.name = "api.append_timeout",
        .type = NRS_PARAM_INT,
        ROW(append_timeout_ms),
        .def = "10000",
        .min = 100,
        .max = 300000,
        .unit = "ms",
        .help = "When the bus has not acknowledged by then, the answer is 503 "
                "with rule outcome-unknown."},
    {.name = "api.remembered",
        .type = NRS_PARAM_INT,
        ROW(remembered),
        .def = "10000",
        .min = 1,
        .max = 1000000,
        .help = "Outcomes kept in memory; older ones are read from the bus "
                "when asked for."},
    {.name = "keys",
        .type = NRS_PARAM_PATH,
        ROW(keys),
        .def = "keys.conf",
        .help = "Public keys whose signatures are accepted."},
    {.name = "sectors",
        .type = NRS_PARAM_PATH,
        ROW(sectors),
        .def = "sectors.conf",
        .help = "The table of sectors and CEPTOARs."},
    {.name = "newsletters",
        .type = NRS_PARAM_PATH,
        ROW(newsletters),
        .def = "",
        .help = "When each newsletter closes; empty: this process closes "
                "none."},
    {.name = "rules",
        .type = NRS_PARAM_PATH,
        ROW(rules),
        .def = "",
        .help = "The decision table that POST /v1/preview decides by; empty: "
                "this process makes no previews."},
    {.name = "ack_immediate",
        .type = NRS_PARAM_INT,
        ROW(ack_immediate_ms),
        .def = NRS_ACK_IMMEDIATE_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "noroshi-dispatcher's ack.immediate, for POST /v1/preview: "
                "when those are "
                "told who wait for a contact arrangement's contacts."},
    {.name = "ack_priority",
        .type = NRS_PARAM_INT,
        ROW(ack_priority_ms),
        .def = NRS_ACK_PRIORITY_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "noroshi-dispatcher's ack.priority, for POST /v1/preview: when "
                "those are "
                "told who wait for a contact arrangement's contacts."},
    {.name = "ack_routine",
        .type = NRS_PARAM_INT,
        ROW(ack_routine_ms),
        .def = NRS_ACK_ROUTINE_MS,
        .min = 1000,
        .max = 2592000000,
        .unit = "ms",
        .help = "noroshi-dispatcher's ack.routine, for POST /v1/preview: when "
                "those are "
                "told who wait for a contact arrangement's contacts."},
};

static void
door_free(struct producer_door *door)
{
	if (door == NULL)
		return;
	nrs_keyring_free(door->keyring);
	nrs_arena_free(door->arena);
	free(door);
}

static enum nrs_rc
load_policy(const struct producer_conf *conf, struct producer_door *door,
    struct nrs_err *err)
{
	const struct nrs_rule_table *rules;
	struct nrs_policy *policy;
	enum nrs_rc rc;

	if (conf->rules[0] == '\0')
		return NRS_OK;
	rc = nrs_table_rules(door->arena, conf->rules, &rules, err);
	if (rc != NRS_OK)
		return rc;
	policy = nrs_policy_new(door->arena, door->sectors, rules,
	    (enum nrs_mode)(conf->common.mode + 1), NRS_VERSION);
	policy->lists = door->news_lists;
	door->policy = policy;
	return NRS_OK;
}

static enum nrs_rc
door_load(const struct producer_conf *conf, struct producer_door **out,
    struct nrs_err *err)
{
	struct producer_door *door = nrs_calloc(1, sizeof(*door));
	enum nrs_rc rc;

	door->arena = nrs_arena_new();
	rc = nrs_table_sectors(door->arena, conf->sectors, &door->sectors, err);
	if (rc == NRS_OK && conf->newsletters[0] != '\0')
		rc = nrs_table_news_lists(door->arena, conf->newsletters,
		    door->sectors, &door->news_lists, err);
	if (rc == NRS_OK)
		rc = load_policy(conf, door, err);
	if (rc == NRS_OK)
		rc = nrs_keyring_load(conf->keys, &door->keyring, err);
	if (rc == NRS_OK) {
		*out = door;
		door = NULL; /* now the caller's */
	}
	door_free(door);
	return rc;
}

static enum nrs_rc
check(const void *value, struct nrs_err *err)
{
	const struct producer_conf *conf = value;
	struct producer_door *door = NULL;
	enum nrs_rc rc;

	if (conf->wait_ms > conf->max_wait_ms)
		return nrs_refuse(err, "api.wait", "range",
		    "api.wait is longer than api.max_wait");
	rc = nrs_http_check_listen(conf->listen, err);
	if (rc != NRS_OK) {
		nrs_err_prefix(err, "api.listen");
		return rc;
	}
	rc = door_load(conf, &door, err);
	door_free(door);
	return rc;
}

static void
register_metrics(struct producer *p, struct nrs_metrics *metrics)
{
	static const char name[] = "noroshi_submissions_total";
	static const char help[] = "Submissions by what became of them.";

	p->metrics.accepted =
	    nrs_metrics_counter(metrics, name, "result=\"accepted\"", help);
	p->metrics.refused =
	    nrs_metrics_counter(metrics, name, "result=\"refused\"", help);
	p->metrics.repeated =
	    nrs_metrics_counter(metrics, name, "result=\"repeated\"", help);
	p->metrics.unavailable =
	    nrs_metrics_counter(metrics, name, "result=\"unavailable\"", help);
	p->metrics.append =
	    nrs_metrics_histogram(metrics, "noroshi_append_seconds", NULL,
	        "From the request to the bus's acknowledgement.");
	p->metrics.answer =
	    nrs_metrics_histogram(metrics, "noroshi_answer_seconds", NULL,
	        "From the request to the outcome in its answer.");
	p->metrics.remembered =
	    nrs_metrics_gauge(metrics, "noroshi_submissions_known", NULL,
	        "Submission ids whose outcome is known.");
}

static void
producer_close(void *self)
{
	struct producer *p = self;

	if (p == NULL)
		return;
	nrs_producer_close(p->bus);
	producer_index_free(p->index);
	producer_lookup_free(p->lookup);
	producer_deadline_free(p->deadline);
	producer_cutoffs_free(p->cutoffs);
	producer_previews_free(p->previews);
	door_free(p->door);
	(void)pthread_rwlock_destroy(&p->door_lock);
	free(p);
}

static enum nrs_rc
producer_open(struct nrs_service_ctx *ctx, const void *conf, void **self,
    struct nrs_err *err)
{
	/* A drill reads the real subscriptions and writes none. */
	static const char *const topics[] = {
	    NRS_TOPIC_JOURNAL, NRS_TOPIC_SUBSCRIPTION};
	const struct producer_conf *own = conf;
	const size_t n_topics = own->common.bus.drill ? 1 : 2;
	struct producer *p = nrs_calloc(1, sizeof(*p));
	enum nrs_rc rc;

	p->conf = conf;
	(void)pthread_rwlock_init(&p->door_lock, NULL);
	p->index = producer_index_new((size_t)p->conf->remembered);
	p->lookup = producer_lookup_new(&p->conf->common.bus);
	p->deadline = producer_deadline_new();
	p->cutoffs = producer_cutoffs_new();
	p->previews = producer_previews_new();
	register_metrics(p, nrs_service_metrics(ctx));
	rc = door_load(p->conf, &p->door, err);
	if (rc == NRS_OK)
		rc = nrs_producer_open(
		    &p->conf->common.bus, topics, n_topics, &p->bus, err);
	if (rc == NRS_OK) {
		*self = p;
		p = NULL; /* now the skeleton's */
	}
	producer_close(p);
	return rc;
}

/* Keys and tables only: what else changed needs a restart. */
static enum nrs_rc
reload(void *self, const void *conf, struct nrs_err *err)
{
	struct producer *p = self;
	struct producer_door *door = NULL, *old;
	enum nrs_rc rc = door_load(conf, &door, err);

	if (rc != NRS_OK)
		return rc;
	(void)pthread_rwlock_wrlock(&p->door_lock);
	old = p->door;
	door->load = old->load + 1;
	p->door = door;
	(void)pthread_rwlock_unlock(&p->door_lock);
	door_free(old);
	return NRS_OK;
}

static const struct nrs_lane lanes[] = {
    {.name = "outcomes", .run = producer_outcomes_run},
    {.name = "api", .run = producer_api_run},
    {.name = "deadlines", .run = producer_deadline_run},
    {.name = "cut-offs", .run = producer_cutoffs_run},
};

static const struct nrs_service service = {
    .name = "noroshi-producer",
    .summary = "checks submissions, appends them to the journal and answers "
               "with their outcome",
    .params = params,
    .n_params = sizeof(params) / sizeof(params[0]),
    .conf_size = sizeof(struct producer_conf),
    .check = check,
    .open = producer_open,
    .reload = reload,
    .close = producer_close,
    .lanes = lanes,
    .n_lanes = sizeof(lanes) / sizeof(lanes[0]),
};

const struct nrs_service *
producer_service(void)
{
	return &service;
}
