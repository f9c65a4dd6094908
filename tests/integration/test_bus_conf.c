/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/bus_private.h"
#include "noroshi/io/bus.h"

static struct nrs_err err;

static struct nrs_bus_conf
conf_of(const char *servers)
{
	return (struct nrs_bus_conf){
	    .servers = servers,
	    .instance = "test-1",
	    .prefix = "noroshi.",
	    .session_timeout_ms = 4000,
	    .transaction_timeout_ms = 10000,
	};
}

/* ---- settings ---- */

static enum nrs_rc
check_with(const char *extra, const char *secret)
{
	struct nrs_bus_conf conf = conf_of("127.0.0.1:1");

	conf.extra = (struct nrs_conf_list){&extra, extra != NULL};
	conf.secrets = (struct nrs_conf_list){&secret, secret != NULL};
	memset(&err, 0, sizeof(err));
	return nrs_bus_check(&conf, &err);
}

static void
settings_that_weaken_a_promise_are_refused(void **state)
{
	static const char *const bad[] = {"enable.auto.commit=true",
	    "enable.auto.offset.store=true", "auto.offset.reset=latest",
	    "isolation.level=read_uncommitted", "enable.idempotence=false",
	    "acks=1", "request.required.acks=0", "check.crcs=false",
	    "partitioner=random", "delivery.report.only.error=true",
	    "allow.auto.create.topics=true", "transactional.id=mine",
	    "bootstrap.servers=elsewhere:9092", "group.id=other",
	    "partition.assignment.strategy=range", "session.timeout.ms=60000"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(check_with(bad[i], NULL), NRS_REJECT);
		assert_non_null(strstr(err.text, bad[i]));
		assert_string_equal(err.rule, "safety-setting");
		assert_string_equal(err.field, "bus.extra");
	}
}

static void
other_settings_pass_through(void **state)
{
	assert_int_equal(check_with("security.protocol=ssl", NULL), NRS_OK);
	assert_int_equal(check_with("linger.ms=0", NULL), NRS_OK);
	assert_int_equal(check_with("enable.auto.commit=false", NULL), NRS_OK);
}

static void
misspelt_settings_are_refused(void **state)
{
	assert_int_equal(check_with("linger.msec=0", NULL), NRS_REJECT);
	assert_non_null(strstr(err.text, "linger.msec"));
	assert_int_equal(check_with("linger.ms", NULL), NRS_REJECT);
	assert_int_equal(check_with("linger.ms=often", NULL), NRS_REJECT);
}

static void
passwords_belong_among_the_secrets_and_stay_there(void **state)
{
	assert_int_equal(check_with("sasl.password=hunter2", NULL), NRS_REJECT);
	assert_non_null(strstr(err.text, "bus.secrets"));
	assert_null(strstr(err.text, "hunter2"));
	assert_int_equal(check_with(NULL, "sasl.password=hunter2"), NRS_OK);
	assert_int_equal(check_with(NULL, "hunter2"), NRS_REJECT);
	assert_null(strstr(err.text, "hunter2"));
	assert_int_equal(
	    check_with(NULL, "session.timeout.ms=77777"), NRS_REJECT);
	assert_null(strstr(err.text, "77777"));
}

/* ---- what a live handle says ---- */

struct expected {
	const char *key, *value;
};

/* By hand: not from the table that sets them. */
static const struct expected of_writers[] = {
    {"enable.idempotence", "true"},
    {"acks", "-1"},
    {"delivery.report.only.error", "false"},
    {"partitioner", "murmur2_random"},
    {"compression.codec", "lz4"},
    {"allow.auto.create.topics", "false"},
    {"socket.nagle.disable", "true"},
    {"retry.backoff.ms", "10"},
    {"client.id", "test-1"},
    {"statistics.interval.ms", "0"},
};
static const struct expected of_transactions[] = {
    {"transactional.id", "noroshi.classifier"},
    {"transaction.timeout.ms", "10000"},
};
static const struct expected of_readers[] = {
    {"isolation.level", "read_committed"},
    {"auto.offset.reset", "error"},
    {"enable.auto.commit", "false"},
    {"enable.auto.offset.store", "false"},
    {"check.crcs", "true"},
    {"queued.max.messages.kbytes", "32768"},
    {"allow.auto.create.topics", "false"},
    {"socket.nagle.disable", "true"},
};
static const struct expected of_waiters[] = {{"fetch.wait.max.ms", "500"}};
static const struct expected of_lookups[] = {{"fetch.wait.max.ms", "10"}};
static const struct expected of_followers[] = {
    {"fetch.wait.max.ms", "500"}, {"fetch.min.bytes", "1000000"}};
static const struct expected of_members[] = {
    {"fetch.min.bytes", "1"},
    {"group.id", "noroshi.classifier"},
    {"group.instance.id", "test-1"},
    {"session.timeout.ms", "4000"},
    {"heartbeat.interval.ms", "666"},
    {"partition.assignment.strategy", "cooperative-sticky"},
};

static void
assert_says(rd_kafka_t *rk, const struct expected *expected, size_t n)
{
	char value[256];
	size_t i, size;

	for (i = 0; i < n; i++) {
		size = sizeof(value);
		assert_int_equal(rd_kafka_conf_get(rd_kafka_conf(rk),
		                     expected[i].key, value, &size),
		    RD_KAFKA_CONF_OK);
		assert_string_equal(value, expected[i].value);
	}
}

#define SAYS(rk, list)                                                         \
	assert_says((rk), (list), sizeof(list) / sizeof((list)[0]))

static rd_kafka_t *
live(enum nrs_bus_role role, const char *id)
{
	struct nrs_bus_conf conf = conf_of("127.0.0.1:1");
	struct nrs_bus_hooks hooks = {.opaque = NULL};
	struct nrs_bus_setup *setup = NULL;
	rd_kafka_t *rk = NULL;

	assert_int_equal(
	    nrs_bus_setup_new(&conf, role, id, &setup, &err), NRS_OK);
	assert_int_equal(nrs_bus_setup_open(setup, &hooks, &rk, &err), NRS_OK);
	nrs_bus_setup_free(setup);
	return rk;
}

static void
live_handles_say_what_we_demand(void **state)
{
	rd_kafka_t *rk;

	rk = live(NRS_BUS_PRODUCER, NULL);
	SAYS(rk, of_writers);
	rd_kafka_destroy(rk);
	rk = live(NRS_BUS_TRANSACTIONAL, "classifier");
	SAYS(rk, of_writers);
	SAYS(rk, of_transactions);
	rd_kafka_destroy(rk);
	rk = live(NRS_BUS_READER, NULL);
	SAYS(rk, of_readers);
	SAYS(rk, of_waiters);
	rd_kafka_destroy(rk);
	rk = live(NRS_BUS_LOOKUP, NULL);
	SAYS(rk, of_readers);
	SAYS(rk, of_lookups);
	rd_kafka_destroy(rk);
	rk = live(NRS_BUS_FOLLOWER, NULL);
	SAYS(rk, of_readers);
	SAYS(rk, of_followers);
	rd_kafka_destroy(rk);
	rk = live(NRS_BUS_MEMBER, "classifier");
	SAYS(rk, of_readers);
	SAYS(rk, of_waiters);
	SAYS(rk, of_members);
	rd_kafka_destroy(rk);
}

static void
errors_say_what_to_do(void **state)
{
	assert_int_equal(nrs_bus_rc(RD_KAFKA_RESP_ERR_NO_ERROR), NRS_OK);
	assert_int_equal(nrs_bus_rc(RD_KAFKA_RESP_ERR__TRANSPORT), NRS_RETRY);
	assert_int_equal(
	    nrs_bus_rc(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT), NRS_RETRY);
	assert_int_equal(
	    nrs_bus_rc(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS), NRS_RETRY);
	assert_int_equal(
	    nrs_bus_rc(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART), NRS_RETRY);
	/* What a broker that just came back says of partitions it has. */
	assert_int_equal(
	    nrs_bus_rc(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION), NRS_RETRY);
	assert_int_equal(
	    nrs_bus_rc(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE), NRS_REJECT);
	assert_int_equal(
	    nrs_bus_rc(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET), NRS_FATAL);
	assert_int_equal(
	    nrs_bus_rc(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED),
	    NRS_FATAL);
}

/* ---- drills ---- */

static void
a_drill_has_its_own_topics_but_real_subscriptions(void **state)
{
	struct nrs_bus_conf conf = conf_of("127.0.0.1:1");
	char *name;

	conf.drill = true;
	name = nrs_bus_full_name(&conf, "journal");
	assert_string_equal(name, "noroshi.drill.journal");
	free(name);
	name = nrs_bus_full_name(&conf, "subscription");
	assert_string_equal(name, "noroshi.subscription");
	free(name);
}

static void
a_drill_cannot_write_subscriptions(void **state)
{
	struct nrs_bus_conf conf = conf_of("127.0.0.1:1");
	struct nrs_producer *producer;
	const char *topic = "subscription";

	conf.drill = true;
	assert_int_equal(
	    nrs_producer_open(&conf, &topic, 1, &producer, &err), NRS_FATAL);
	assert_non_null(strstr(err.text, "drill"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(settings_that_weaken_a_promise_are_refused),
	    cmocka_unit_test(other_settings_pass_through),
	    cmocka_unit_test(misspelt_settings_are_refused),
	    cmocka_unit_test(passwords_belong_among_the_secrets_and_stay_there),
	    cmocka_unit_test(live_handles_say_what_we_demand),
	    cmocka_unit_test(errors_say_what_to_do),
	    cmocka_unit_test(a_drill_has_its_own_topics_but_real_subscriptions),
	    cmocka_unit_test(a_drill_cannot_write_subscriptions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
