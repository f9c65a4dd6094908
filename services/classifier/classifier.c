/* SPDX-License-Identifier: Apache-2.0 */
#include "classifier/classifier.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/log.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"

#define ROW(member) .offset = offsetof(struct classifier_conf, member)

static const struct nrs_param params[] = {
    {.name = "sectors",
        .type = NRS_PARAM_PATH,
        ROW(sectors),
        .def = "sectors.conf",
        .help = "The table of sectors and CEPTOARs."},
    {.name = "rules",
        .type = NRS_PARAM_PATH,
        ROW(rules),
        .def = "rules.conf",
        .help = "The decision table: column, posture and urgency to routes."},
    {.name = "newsletters",
        .type = NRS_PARAM_PATH,
        ROW(newsletters),
        .def = "newsletters.conf",
        .help = "The newsletter lists, and which sectors read them."},
    {.name = "keys",
        .type = NRS_PARAM_PATH,
        ROW(keys),
        .def = "keys.conf",
        .help = "Public keys whose signatures are accepted."},
    {.name = "verify",
        .type = NRS_PARAM_BOOL,
        ROW(verify),
        .def = "true",
        .help = "Verify every signature. Only a benchmark turns it off."},
    {.name = "max_batch",
        .type = NRS_PARAM_INT,
        ROW(max_batch),
        .def = "10000",
        .min = 1,
        .max = 10000,
        .unit = "commands",
        .help = "Commands decided in one transaction, at most; whatever "
                "waits is taken at once."},
    {.name = "answer_timeout",
        .type = NRS_PARAM_INT,
        ROW(answer_timeout_ms),
        .def = "10000",
        .min = 100,
        .max = 300000,
        .unit = "ms",
        .help = "How long the bus may be silent while the state is rebuilt "
                "from it."},
};
#define N_PARAMS (sizeof(params) / sizeof(params[0]))

static enum nrs_rc
check(const void *value, struct nrs_err *err)
{
	const struct classifier_conf *conf = value;
	struct classifier_rules *rules;
	enum nrs_rc rc = classifier_rules_load(conf, &rules, err);

	if (rc == NRS_OK)
		classifier_rules_free(rules);
	return rc;
}

/* ---- metrics ---- */

static void
open_verdicts(struct classifier *c, struct nrs_metrics *metrics)
{
	const char *name;
	char labels[64];
	int verdict;

	for (verdict = NRS_VERDICT_RELEASED; verdict < CLASSIFIER_VERDICTS;
	     verdict++) {
		name = nrs_term_name(NRS_VOC_VERDICT, verdict);
		(void)snprintf(labels, sizeof(labels), "verdict=\"%s\"", name);
		c->meters.verdicts[verdict] = nrs_metrics_counter(metrics,
		    "noroshi_classifier_decisions_total", labels,
		    "Commands decided, by verdict.");
	}
}

static void
open_meters(struct classifier *c)
{
	struct nrs_metrics *metrics = nrs_service_metrics(c->ctx);
	struct classifier_meters *m = &c->meters;

	if (metrics == NULL)
		return;
	open_verdicts(c, metrics);
	m->refused =
	    nrs_metrics_counter(metrics, "noroshi_classifier_refused_total",
	        NULL, "Journal records that could not be read or believed.");
	m->unknown = nrs_metrics_counter(metrics,
	    "noroshi_classifier_unknown_values_total", NULL,
	    "Values of a newer version, read as the safest.");
	m->gaps = nrs_metrics_counter(metrics, "noroshi_classifier_gaps_total",
	    NULL, "Commands without an outcome, found while taking over.");
	m->seconds = nrs_metrics_histogram(metrics,
	    "noroshi_classifier_decision_seconds", NULL,
	    "From acceptance at the door to the decision.");
	m->threads = nrs_metrics_gauge(
	    metrics, "noroshi_classifier_threads", NULL, "Threads known.");
	m->waiting = nrs_metrics_gauge(metrics, "noroshi_classifier_waiting",
	    NULL, "Items that wait for a newsletter, per sector.");
	m->held = nrs_metrics_gauge(metrics, "noroshi_classifier_held", NULL,
	    "Notices held for somebody's consent.");
	m->arrangements =
	    nrs_metrics_gauge(metrics, "noroshi_classifier_arrangements", NULL,
	        "Contact arrangements open.");
}

/* ---- life ---- */

static void
close_classifier(void *self)
{
	struct classifier *c = self;

	if (c == NULL)
		return;
	nrs_reader_close(c->journal);
	nrs_state_free(c->state);
	classifier_rules_free(c->rules);
	classifier_rules_free(c->next_rules);
	nrs_arena_free(c->arena);
	nrs_arena_free(c->kept);
	(void)pthread_mutex_destroy(&c->lock);
	free(c);
}

static enum nrs_rc
open_classifier(struct nrs_service_ctx *ctx, const void *conf, void **self,
    struct nrs_err *err)
{
	struct classifier *c = nrs_calloc(1, sizeof(*c));
	enum nrs_rc rc;

	c->conf = conf;
	c->ctx = ctx;
	c->arena = nrs_arena_new();
	c->kept = nrs_arena_new();
	(void)pthread_mutex_init(&c->lock, NULL);
	rc = classifier_rules_load(conf, &c->rules, err);
	if (rc != NRS_OK) {
		close_classifier(c);
		return rc;
	}
	open_meters(c);
	*self = c;
	return NRS_OK;
}

/* Rules and keys take effect with the next batch. Sectors are topics, and those
 * are opened at start. */
static enum nrs_rc
reload(void *self, const void *conf, struct nrs_err *err)
{
	struct classifier_rules *rules, *old;
	struct classifier *c = self;
	enum nrs_rc rc = classifier_rules_load(conf, &rules, err);
	bool same;

	if (rc != NRS_OK)
		return rc;
	(void)pthread_mutex_lock(&c->lock);
	same = strcmp(rules->policy->versions.sectors,
	           c->rules->policy->versions.sectors) == 0;
	old = same ? c->next_rules : rules;
	if (same)
		c->next_rules = rules;
	(void)pthread_mutex_unlock(&c->lock);
	classifier_rules_free(old);
	if (same)
		return NRS_OK;
	return nrs_fail(err, NRS_REJECT,
	    "the sector table has changed: apply the topics and restart");
}

static void
settled(void *self)
{
	struct classifier *c = self;

	nrs_arena_reset(c->kept);
}

static void
idle(void *self)
{
	struct classifier *c = self;

	nrs_arena_reset(c->arena);
	nrs_arena_trim(c->arena);
	nrs_arena_trim(c->kept);
}

static void
lost(void *self)
{
	struct classifier *c = self;

	nrs_arena_reset(c->arena);
	nrs_arena_reset(c->kept);
	nrs_state_free(c->state);
	c->state = NULL;
	nrs_reader_close(c->journal);
	c->journal = NULL;
}

static enum nrs_rc
run(void *self, struct nrs_service_ctx *ctx, const struct nrs_lane *lane,
    struct nrs_err *err)
{
	static const struct nrs_pipe_ops ops = {
	    .take_over = classifier_take_over,
	    .batch = classifier_batch,
	    .settled = settled,
	    .idle = idle,
	    .lost = lost,
	};
	struct classifier *c = self;
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_pipe_conf pipe = {
	    .bus = &c->conf->common.bus,
	    .topic = NRS_TOPIC_JOURNAL,
	    .group = "classifier",
	    .max_batch = (size_t)c->conf->max_batch,
	    .ctx = ctx,
	    .lane = lane,
	};
	enum nrs_rc rc;

	c->lane = lane;
	if (c->rules->keyring == NULL)
		nrs_log(NRS_LOG_ERROR, "signatures_not_verified",
		    NRS_S("why", "verify = false: for benchmarks only"));
	pipe.outputs = classifier_outputs(
	    arena, c->rules->policy->sectors, &pipe.n_outputs);
	rc = nrs_pipe_run(&pipe, &ops, c, err);
	nrs_arena_free(arena);
	return rc;
}

static const struct nrs_lane lanes[] = {{.name = "classifier", .run = run}};

const struct nrs_service *
classifier_service(void)
{
	static const struct nrs_service service = {
	    .name = "noroshi-classifier",
	    .summary = "decides each command of the journal once, and writes "
	               "what follows from the decision",
	    .params = params,
	    .n_params = N_PARAMS,
	    .conf_size = sizeof(struct classifier_conf),
	    .admin_listen = "127.0.0.1:9465",
	    .check = check,
	    .open = open_classifier,
	    .reload = reload,
	    .close = close_classifier,
	    .lanes = lanes,
	    .n_lanes = sizeof(lanes) / sizeof(lanes[0]),
	};

	return &service;
}
