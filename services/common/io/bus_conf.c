/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/bus_private.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"

#define ROW(member) offsetof(struct nrs_bus_conf, member)

static const struct nrs_param rows[] = {
    {.name = "bus.servers",
        .type = NRS_PARAM_STRING,
        .offset = ROW(servers),
        .def = "127.0.0.1:9092",
        .help = "Brokers to start from, host:port, separated by commas."},
    {.name = "bus.instance",
        .type = NRS_PARAM_STRING,
        .offset = ROW(instance),
        .def = "",
        .help = "Name of this process, unlike any other's of the same service: "
                "kept over a restart, it keeps its partitions. Empty: a new "
                "member at each start."},
    {.name = "bus.prefix",
        .type = NRS_PARAM_STRING,
        .offset = ROW(prefix),
        .def = "noroshi.",
        .help = "Comes before the name of every topic, group and "
                "transactional id."},
    {.name = "bus.session_timeout_ms",
        .type = NRS_PARAM_INT,
        .offset = ROW(session_timeout_ms),
        .def = "6000",
        .min = 2000,
        .max = 60000,
        .unit = "ms",
        .help = "After this silence another instance takes over; brokers "
                "refuse less than their group.min.session.timeout.ms (6000)."},
    {.name = "bus.transaction_timeout_ms",
        .type = NRS_PARAM_INT,
        .offset = ROW(transaction_timeout_ms),
        .def = "10000",
        .min = 2000,
        .max = 60000,
        .unit = "ms",
        .help = "A transaction that nobody ends is aborted after this time; "
                "readers wait for it meanwhile."},
    {.name = "bus.extra",
        .type = NRS_PARAM_LIST,
        .offset = ROW(extra),
        .def = "",
        .help = "Settings handed on to librdkafka, key=value each; one that "
                "would weaken a promise is refused."},
    {.name = "bus.secrets",
        .type = NRS_PARAM_LIST,
        .offset = ROW(secrets),
        .def = "",
        .secret = true,
        .help = "The same for passwords and keys, never printed."},
};

const struct nrs_param *
nrs_bus_params(size_t *n)
{
	*n = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

/* ---- what is set, and what of it is not negotiable ---- */

#define IN(role) (1U << NRS_BUS_##role)
#define WRITERS (IN(PRODUCER) | IN(TRANSACTIONAL))
#define READERS (IN(READER) | IN(LOOKUP) | IN(FOLLOWER) | IN(MEMBER))
#define ALL (WRITERS | READERS | IN(ADMIN))

struct setting {
	const char *key, *value; /* as librdkafka prints it */
	unsigned roles;
	bool safety;
};

/* Each differs from librdkafka's default, or is a default we rely on. */
static const struct setting settings[] = {
    /* An acknowledged record is on every in-sync replica, once, in order. */
    {"enable.idempotence", "true", WRITERS, true},
    {"request.required.acks", "-1", WRITERS, true},
    {"delivery.report.only.error", "false", WRITERS, true},
    /* Keys must go where Java's clients would send them. */
    {"partitioner", "murmur2_random", WRITERS, true},
    /* Nothing is skipped, and nothing is done before its owner says so. */
    {"isolation.level", "read_committed", READERS, true},
    {"auto.offset.reset", "error", READERS, true},
    {"enable.auto.commit", "false", READERS, true},
    {"enable.auto.offset.store", "false", READERS, true},
    {"check.crcs", "true", READERS, true},
    {"enable.partition.eof", "true", READERS & ~IN(MEMBER), true},
    {"enable.partition.eof", "false", IN(MEMBER), true},
    /* A joining standby moves nothing. */
    {"partition.assignment.strategy", "cooperative-sticky", IN(MEMBER), true},
    /* A misspelt name must not become a topic with default settings. */
    {"allow.auto.create.topics", "false", ALL, true},
    /* Latency (measured): Nagle costs 40 ms, the default backoff 100 ms. */
    {"socket.nagle.disable", "true", ALL, false},
    {"retry.backoff.ms", "10", ALL, false},
    {"compression.codec", "lz4", WRITERS, false},
    {"queue.buffering.max.ms", "1", IN(PRODUCER), false},
    {"queue.buffering.max.ms", "5", IN(TRANSACTIONAL), false},
    {"queue.buffering.max.messages", "500000", WRITERS, false},
    {"message.timeout.ms", "30000", IN(PRODUCER), false},
    {"fetch.wait.max.ms", "500", READERS & ~IN(LOOKUP), false},
    /* It fetches only while it looks up: the next does not wait for long. */
    {"fetch.wait.max.ms", "10", IN(LOOKUP), false},
    /* It takes what has gathered: a fan-out would answer it at every bunch. */
    {"fetch.min.bytes", "1000000", IN(FOLLOWER), false},
    {"fetch.error.backoff.ms", "100", READERS, false},
    {"queued.max.messages.kbytes", "32768", READERS, false},
    /* Back within a second of the broker; a hung one is left after 10 s. (A
     * transactional producer's must be below its transaction timeout, and
     * librdkafka sees to that.) */
    {"reconnect.backoff.max.ms", "1000", ALL, false},
    {"socket.keepalive.enable", "true", ALL, false},
    {"socket.timeout.ms", "10000", ALL & ~IN(TRANSACTIONAL), false},
    {"topic.metadata.refresh.interval.ms", "60000", ALL, false},
};

static const char *const secret_keys[] = {
    "sasl.password",
    "sasl.oauthbearer.config",
    "sasl.oauthbearer.client.secret",
    "ssl.key.password",
    "ssl.key.pem",
    "ssl.keystore.password",
};

#define MAX_DEMANDS 48

struct nrs_bus_setup {
	struct nrs_arena *arena;
	enum nrs_bus_role role;
	rd_kafka_conf_t *conf; /* complete but for callbacks */
	struct setting demands[MAX_DEMANDS];
	size_t n_demands;
	const char *prefix;
	bool drill;
};

/* Drills read the real subscriptions (invariant 6) and which of their addresses
 * are proven: these names are never prefixed with "drill.". */
#define DRILL "drill."

static bool
is_real_in_drills(const char *name)
{
	return strcmp(name, NRS_TOPIC_SUBSCRIPTION) == 0 ||
	       strcmp(name, NRS_TOPIC_VERIFICATION) == 0;
}

static const char *
drill_part(bool drill, const char *name)
{
	return drill && !is_real_in_drills(name) ? DRILL : "";
}

char *
nrs_bus_full_name(const struct nrs_bus_conf *conf, const char *name)
{
	return nrs_asprintf(
	    "%s%s%s", conf->prefix, drill_part(conf->drill, name), name);
}

char *
nrs_bus_setup_full(const struct nrs_bus_setup *setup, const char *name)
{
	return nrs_asprintf(
	    "%s%s%s", setup->prefix, drill_part(setup->drill, name), name);
}

const char *
nrs_bus_setup_short(const struct nrs_bus_setup *setup, const char *full)
{
	size_t len = strlen(setup->prefix);

	if (strncmp(full, setup->prefix, len) != 0)
		return full;
	full += len;
	if (setup->drill && strncmp(full, DRILL, strlen(DRILL)) == 0)
		full += strlen(DRILL);
	return full;
}

bool
nrs_bus_setup_may_write(const struct nrs_bus_setup *setup, const char *name)
{
	return !setup->drill || !is_real_in_drills(name);
}

static void
demand(struct nrs_bus_setup *setup, struct setting setting)
{
	if (setup->n_demands == MAX_DEMANDS)
		abort();
	setup->demands[setup->n_demands++] = setting;
}

static void
demand_own(struct nrs_bus_setup *setup, const char *key, const char *value)
{
	value = nrs_arena_strdup(setup->arena, value);
	demand(setup, (struct setting){key, value, ALL, true});
}

static void
demand_ms(struct nrs_bus_setup *setup, const char *key, int64_t ms)
{
	demand_own(setup, key, nrs_arena_printf(setup->arena, "%" PRId64, ms));
}

/* What depends on the configuration and on the role. */
static void
demand_all(struct nrs_bus_setup *setup, const struct nrs_bus_conf *conf,
    const char *id)
{
	bool named = conf->instance != NULL && conf->instance[0] != '\0';
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if ((settings[i].roles & (1U << setup->role)) != 0)
			demand(setup, settings[i]);
	demand_own(setup, "metadata.broker.list", conf->servers);
	demand_own(setup, "client.id", named ? conf->instance : "noroshi");
	if (setup->role == NRS_BUS_TRANSACTIONAL) {
		demand_own(setup, "transactional.id", id);
		demand_ms(setup, "transaction.timeout.ms",
		    conf->transaction_timeout_ms);
	}
	if (setup->role != NRS_BUS_MEMBER)
		return;
	demand_own(setup, "group.id", id);
	if (named)
		demand_own(setup, "group.instance.id", conf->instance);
	demand_ms(setup, "session.timeout.ms", conf->session_timeout_ms);
	/* bus_watch.c needs three of them within one session. */
	demand_ms(setup, "heartbeat.interval.ms", conf->session_timeout_ms / 6);
}

static enum nrs_rc
set_one(rd_kafka_conf_t *conf, const char *key, const char *value,
    const char *shown, struct nrs_err *err)
{
	char why[256];

	switch (rd_kafka_conf_set(conf, key, value, why, sizeof(why))) {
	case RD_KAFKA_CONF_OK:
		return NRS_OK;
	case RD_KAFKA_CONF_UNKNOWN:
		return nrs_refuse(err, "bus.extra", "known-setting",
		    "librdkafka %s knows no setting \"%s\"",
		    rd_kafka_version_str(), key);
	case RD_KAFKA_CONF_INVALID:
	default:
		return nrs_refuse(err, "bus.extra", "valid-setting",
		    "librdkafka refuses %s=%s", key, shown);
	}
}

/* NULL when all demands are met. */
static const struct setting *
first_unmet(const struct nrs_bus_setup *setup, const rd_kafka_conf_t *conf)
{
	const struct setting *s;
	char value[1024];
	size_t i, size;

	for (i = 0; i < setup->n_demands; i++) {
		s = &setup->demands[i];
		size = sizeof(value);
		if (!s->safety)
			continue;
		if (rd_kafka_conf_get(conf, s->key, value, &size) !=
		        RD_KAFKA_CONF_OK ||
		    strcmp(value, s->value) != 0)
			return s;
	}
	return NULL;
}

static bool
is_secret(const char *key)
{
	size_t i;

	for (i = 0; i < sizeof(secret_keys) / sizeof(secret_keys[0]); i++)
		if (strcmp(key, secret_keys[i]) == 0)
			return true;
	return false;
}

/* One "key=value" of the user's. Aliases are many, so it is not the key that is
 * judged but what it did. */
static enum nrs_rc
set_extra(struct nrs_bus_setup *setup, const char *item, bool in_secrets,
    struct nrs_err *err)
{
	const char *eq = strchr(item, '=');
	const struct setting *unmet;
	const char *key, *shown;
	enum nrs_rc rc;

	if (eq == NULL || eq == item)
		return nrs_refuse(err, in_secrets ? "bus.secrets" : "bus.extra",
		    "key-value", "an entry is not of the form key=value");
	key = nrs_arena_strndup(setup->arena, item, (size_t)(eq - item));
	if (is_secret(key) && !in_secrets)
		return nrs_refuse(err, "bus.extra", "secret",
		    "%s belongs in bus.secrets, which is never printed", key);
	shown = in_secrets ? "***" : eq + 1;
	rc = set_one(setup->conf, key, eq + 1, shown, err);
	if (rc != NRS_OK)
		return rc;
	unmet = first_unmet(setup, setup->conf);
	if (unmet == NULL)
		return NRS_OK;
	return nrs_refuse(err, "bus.extra", "safety-setting",
	    "%s=%s is refused: noroshi needs %s=%s", key, shown, unmet->key,
	    unmet->value);
}

static enum nrs_rc
set_all(struct nrs_bus_setup *setup, const struct nrs_bus_conf *conf,
    struct nrs_err *err)
{
	const struct setting *s;
	enum nrs_rc rc = NRS_OK;
	size_t i;

	for (i = 0; i < setup->n_demands && rc == NRS_OK; i++) {
		s = &setup->demands[i];
		rc = set_one(setup->conf, s->key, s->value, s->value, err);
	}
	for (i = 0; i < conf->extra.n && rc == NRS_OK; i++)
		rc = set_extra(setup, conf->extra.items[i], false, err);
	for (i = 0; i < conf->secrets.n && rc == NRS_OK; i++)
		rc = set_extra(setup, conf->secrets.items[i], true, err);
	return rc;
}

enum nrs_rc
nrs_bus_setup_new(const struct nrs_bus_conf *conf, enum nrs_bus_role role,
    const char *id, struct nrs_bus_setup **out, struct nrs_err *err)
{
	struct nrs_bus_setup *setup = nrs_calloc(1, sizeof(*setup));
	enum nrs_rc rc;
	char *full = NULL;

	setup->arena = nrs_arena_new();
	setup->role = role;
	setup->conf = rd_kafka_conf_new();
	setup->prefix = nrs_arena_strdup(setup->arena, conf->prefix);
	setup->drill = conf->drill;
	if (id != NULL)
		full = nrs_bus_full_name(conf, id);
	demand_all(setup, conf, full);
	rc = set_all(setup, conf, err);
	free(full);
	if (rc != NRS_OK) {
		nrs_bus_setup_free(setup);
		return rc;
	}
	*out = setup;
	return NRS_OK;
}

void
nrs_bus_setup_free(struct nrs_bus_setup *setup)
{
	if (setup == NULL)
		return;
	rd_kafka_conf_destroy(setup->conf);
	nrs_arena_free(setup->arena);
	free(setup);
}

void
nrs_bus_add_extra(struct nrs_bus_conf *conf, const struct nrs_conf_list *rest,
    struct nrs_arena *arena)
{
	size_t n = conf->extra.n;
	const char **items =
	    nrs_arena_array(arena, n + rest->n + 1, sizeof(*items));

	for (size_t i = 0; i < n + rest->n; i++)
		items[i] = i < n ? conf->extra.items[i] : rest->items[i - n];
	conf->extra = (struct nrs_conf_list){items, n + rest->n};
}

enum nrs_rc
nrs_bus_check(const struct nrs_bus_conf *conf, struct nrs_err *err)
{
	static const enum nrs_bus_role roles[] = {NRS_BUS_PRODUCER,
	    NRS_BUS_TRANSACTIONAL, NRS_BUS_READER, NRS_BUS_LOOKUP,
	    NRS_BUS_FOLLOWER, NRS_BUS_MEMBER, NRS_BUS_ADMIN};
	struct nrs_bus_setup *setup;
	enum nrs_rc rc;
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		setup = NULL;
		rc = nrs_bus_setup_new(conf, roles[i], "check", &setup, err);
		nrs_bus_setup_free(setup);
		if (rc != NRS_OK)
			return rc;
	}
	return NRS_OK;
}

/* ---- handles ---- */

static enum nrs_log_level
level_of(int syslog_level, const char *facility)
{
	/* One list of extra settings serves all roles: that a consumer ignores
	 * a producer's setting is no news; nor is that a mock cluster is too
	 * old to be told not to create topics. */
	if (strcmp(facility, "CONFWARN") == 0 ||
	    strcmp(facility, "AUTOCREATE") == 0 || syslog_level > 6)
		return NRS_LOG_DEBUG;
	if (syslog_level > 4)
		return NRS_LOG_INFO;
	return NRS_LOG_WARN;
}

/* From any of librdkafka's threads. It reports what it will itself repair, so
 * nothing here is an error yet. */
static void
forward_log(const rd_kafka_t *rk, int level, const char *fac, const char *text)
{
	nrs_log(level_of(level, fac), "kafka",
	    NRS_S("client", rk == NULL ? "" : rd_kafka_name(rk)),
	    NRS_S("facility", fac), NRS_S("text", text));
}

/* Without it librdkafka would log each error a second time. */
static void
forward_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	(void)opaque;
	nrs_log(NRS_LOG_DEBUG, "kafka-error",
	    NRS_S("client", rd_kafka_name(rk)),
	    NRS_S("code", rd_kafka_err2name((rd_kafka_resp_err_t)code)),
	    NRS_S("text", reason));
}

static void
set_hooks(rd_kafka_conf_t *conf, const struct nrs_bus_hooks *hooks)
{
	rd_kafka_conf_set_log_cb(conf, forward_log);
	rd_kafka_conf_set_error_cb(conf, forward_error);
	rd_kafka_conf_set_opaque(conf, hooks->opaque);
	if (hooks->delivered != NULL)
		rd_kafka_conf_set_dr_msg_cb(conf, hooks->delivered);
	if (hooks->rebalance != NULL)
		rd_kafka_conf_set_rebalance_cb(conf, hooks->rebalance);
	if (hooks->committed != NULL)
		rd_kafka_conf_set_offset_commit_cb(conf, hooks->committed);
	if (hooks->watch != NULL)
		nrs_bus_watch_attach(hooks->watch, conf);
}

enum nrs_rc
nrs_bus_setup_open(const struct nrs_bus_setup *setup,
    const struct nrs_bus_hooks *hooks, rd_kafka_t **out, struct nrs_err *err)
{
	bool consumer = (READERS >> setup->role & 1) != 0;
	rd_kafka_conf_t *conf = rd_kafka_conf_dup(setup->conf);
	const struct setting *unmet;
	char why[256];
	rd_kafka_t *rk;

	set_hooks(conf, hooks);
	nrs_bus_waits();
	rk = rd_kafka_new(consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER,
	    conf, why, sizeof(why));
	if (rk == NULL) {
		rd_kafka_conf_destroy(conf);
		return nrs_fail(err, NRS_FATAL, "bus: %s", why);
	}
	unmet = first_unmet(setup, rd_kafka_conf(rk));
	if (unmet != NULL) {
		rd_kafka_destroy(rk);
		return nrs_fail(err, NRS_FATAL,
		    "bus: librdkafka %s does not keep %s=%s",
		    rd_kafka_version_str(), unmet->key, unmet->value);
	}
	*out = rk;
	return NRS_OK;
}
