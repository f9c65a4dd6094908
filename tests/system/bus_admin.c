/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topics and their settings on a real broker, permissions on one that has an
 * authorizer. usage: bus_admin SERVERS [authorizer]
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/admin.h"
#include "support/bus_fixture.h"

static struct nrs_err err;

static struct nrs_admin *
admin_open(void)
{
	struct nrs_bus_conf conf = bus_fixture_conf("admin");
	struct nrs_admin *admin = NULL;

	assert_int_equal(nrs_admin_open(&conf, &admin, &err), NRS_OK);
	return admin;
}

static const char *
config_of(const struct nrs_admin_topic *topic, const char *key)
{
	size_t i;

	for (i = 0; i < topic->n_configs; i++)
		if (strcmp(topic->configs[i][0], key) == 0)
			return topic->configs[i][1];
	return "";
}

static const char *const journal_configs[][2] = {
    {"retention.ms", "-1"},
    {"flush.messages", "1"},
    {"max.message.bytes", "2097152"},
};
static const char *const web_configs[][2] = {{"cleanup.policy", "compact"}};
static const struct nrs_admin_topic wanted[] = {
    {"journal", 1, 1, journal_configs, 3},
    {"delivery.alert", 12, 1, NULL, 0},
    {"web", 1, 1, web_configs, 1},
};

static void
topics_are_made_with_all_their_settings(void **state)
{
	struct nrs_admin_topic got[] = {{.name = "journal"},
	    {.name = "nowhere"}, {.name = "web"}, {.name = "delivery.alert"}};
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_admin *admin = admin_open();

	assert_int_equal(nrs_admin_create(admin, wanted, 3, &err), NRS_OK);
	assert_int_equal(nrs_admin_create(admin, wanted, 3, &err), NRS_OK);
	assert_int_equal(
	    nrs_admin_describe(admin, arena, got, 4, &err), NRS_OK);
	assert_int_equal(got[0].partitions, 1);
	assert_int_equal(got[0].replication, 1);
	assert_int_equal(got[0].n_configs, 3);
	assert_string_equal(config_of(&got[0], "flush.messages"), "1");
	assert_string_equal(config_of(&got[0], "retention.ms"), "-1");
	assert_int_equal(got[1].partitions, 0);
	assert_string_equal(config_of(&got[2], "cleanup.policy"), "compact");
	assert_int_equal(got[3].partitions, 12);
	assert_int_equal(got[3].n_configs, 0);
	nrs_admin_close(admin);
	nrs_arena_free(arena);
}

static void
configuring_sets_exactly_what_is_given(void **state)
{
	static const char *const other[][2] = {{"retention.ms", "86400000"}};
	struct nrs_admin_topic topic = {"journal", 1, 1, other, 1};
	struct nrs_mono begun;
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_admin *admin = admin_open();

	begun = nrs_mono_now();
	assert_int_equal(nrs_admin_configure(admin, &topic, 1, &err), NRS_OK);
	do {
		assert_int_equal(
		    nrs_admin_describe(admin, arena, &topic, 1, &err), NRS_OK);
	} while (topic.n_configs != 1 && nrs_mono_since_ms(begun) < 5000);
	assert_int_equal(topic.n_configs, 1);
	assert_string_equal(config_of(&topic, "retention.ms"), "86400000");
	nrs_admin_close(admin);
	nrs_arena_free(arena);
}

static void
a_wrong_setting_is_refused_in_the_brokers_own_words(void **state)
{
	static const char *const bad[][2] = {{"retention.ms", "soon"}};
	struct nrs_admin_topic topic = {"bad", 1, 1, bad, 1};
	struct nrs_admin *admin = admin_open();

	assert_int_equal(nrs_admin_create(admin, &topic, 1, &err), NRS_REJECT);
	assert_non_null(strstr(err.text, "retention.ms"));
	topic.configs = NULL;
	topic.n_configs = 0;
	topic.replication = 99;
	assert_int_equal(nrs_admin_create(admin, &topic, 1, &err), NRS_REJECT);
	nrs_admin_close(admin);
}

static void
kafkas_own_topics_keep_their_names(void **state)
{
	struct nrs_admin_topic topic = {.name = "__transaction_state"};
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_admin *admin = admin_open();
	int n = 0;

	assert_int_equal(
	    nrs_admin_describe(admin, arena, &topic, 1, &err), NRS_OK);
	assert_true(topic.partitions > 0);
	assert_string_equal(config_of(&topic, "flush.messages"), "1");
	assert_int_equal(nrs_admin_brokers(admin, &n, &err), NRS_OK);
	assert_int_equal(n, 1);
	nrs_admin_close(admin);
	nrs_arena_free(arena);
}

/* ---- permissions: on a broker with an authorizer ---- */

static const struct nrs_admin_acl acls[] = {
    {"User:classifier", false, false, "journal", "READ", false},
    {"User:classifier", true, false, "classifier", "READ", false},
    {"User:ceptoar-1", false, true, "alert.finance.", "READ", false},
    {"User:ceptoar-1", false, false, "journal", "READ", true},
};

static size_t
listed(struct nrs_admin *admin, const struct nrs_admin_acl *want)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_admin_acl *got;
	size_t i, n, found = 0;

	assert_int_equal(
	    nrs_admin_acl_list(admin, arena, &got, &n, &err), NRS_OK);
	for (i = 0; i < n; i++)
		found += strcmp(got[i].principal, want->principal) == 0 &&
		         strcmp(got[i].name, want->name) == 0 &&
		         strcmp(got[i].operation, want->operation) == 0 &&
		         got[i].group == want->group &&
		         got[i].prefixed == want->prefixed &&
		         got[i].deny == want->deny;
	nrs_arena_free(arena);
	return found;
}

static void
assert_listed(
    struct nrs_admin *admin, const struct nrs_admin_acl *want, size_t n)
{
	struct nrs_mono begun = nrs_mono_now();

	while (listed(admin, want) != n && nrs_mono_since_ms(begun) < 5000)
		;
	assert_int_equal(listed(admin, want), n);
}

static void
permissions_are_given_once_and_taken_one_by_one(void **state)
{
	struct nrs_admin *admin = admin_open();
	size_t i;

	assert_int_equal(nrs_admin_acl_create(admin, acls, 4, &err), NRS_OK);
	assert_int_equal(nrs_admin_acl_create(admin, acls, 4, &err), NRS_OK);
	for (i = 0; i < 4; i++)
		assert_listed(admin, &acls[i], 1);
	assert_int_equal(
	    nrs_admin_acl_delete(admin, &acls[2], 1, &err), NRS_OK);
	assert_listed(admin, &acls[2], 0);
	assert_listed(admin, &acls[0], 1);
	assert_listed(admin, &acls[3], 1);
	nrs_admin_close(admin);
}

static void
an_operation_that_means_many_is_refused(void **state)
{
	struct nrs_admin_acl acl = acls[0];
	struct nrs_admin *admin = admin_open();

	acl.operation = "ANY";
	assert_int_equal(
	    nrs_admin_acl_delete(admin, &acl, 1, &err), NRS_REJECT);
	acl.operation = "read";
	assert_int_equal(
	    nrs_admin_acl_create(admin, &acl, 1, &err), NRS_REJECT);
	nrs_admin_close(admin);
}

static void
without_an_authorizer_the_bus_says_so(void **state)
{
	struct nrs_admin *admin = admin_open();

	assert_int_equal(
	    nrs_admin_acl_create(admin, acls, 1, &err), NRS_REJECT);
	nrs_admin_close(admin);
}

/* Offsets by time, which the mock cluster does not know. */
static void
a_reader_finds_where_a_time_begins(void **state)
{
	const struct nrs_bus_conf conf = bus_fixture_conf("times");
	struct nrs_reader_from from[2] = {{"times", 0, 0}, {"times", 1, 0}};
	struct nrs_stop *never = nrs_stop_new();
	struct nrs_reader *reader = NULL;
	int64_t between;

	bus_fixture_topic("times", 2);
	bus_fixture_put("times", 0, "before");
	between = nrs_wall_ms() + 1;
	while (nrs_wall_ms() <= between)
		(void)nrs_stop_wait(never, 1);
	bus_fixture_put("times", 0, "after");
	assert_int_equal(nrs_reader_open(&conf, &reader, &err), NRS_OK);
	assert_int_equal(
	    nrs_reader_since(reader, between, from, 2, &err), NRS_OK);
	assert_int_equal(from[0].offset, 1);
	assert_int_equal(from[1].offset, NRS_FROM_END);
	assert_int_equal(nrs_reader_since(reader, 0, from, 2, &err), NRS_OK);
	assert_int_equal(from[0].offset, 0);
	nrs_reader_close(reader);
	nrs_stop_free(never);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest topics[] = {
	    cmocka_unit_test(topics_are_made_with_all_their_settings),
	    cmocka_unit_test(configuring_sets_exactly_what_is_given),
	    cmocka_unit_test(
	        a_wrong_setting_is_refused_in_the_brokers_own_words),
	    cmocka_unit_test(kafkas_own_topics_keep_their_names),
	    cmocka_unit_test(without_an_authorizer_the_bus_says_so),
	    cmocka_unit_test(a_reader_finds_where_a_time_begins),
	};
	const struct CMUnitTest permissions[] = {
	    cmocka_unit_test(permissions_are_given_once_and_taken_one_by_one),
	    cmocka_unit_test(an_operation_that_means_many_is_refused),
	};

	if (argc != 2 && argc != 3) {
		(void)fprintf(
		    stderr, "usage: %s SERVERS [authorizer]\n", argv[0]);
		return 2;
	}
	bus_fixture_use(argv[1]);
	if (argc == 3)
		return cmocka_run_group_tests(permissions, NULL, NULL);
	return cmocka_run_group_tests(topics, NULL, NULL);
}
