/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/topics.h"

static const struct nrs_sector sector = {"power", "電力", "Power", 2007};
static const struct nrs_ceptoar ceptoar = {
    "power", "power", "電力", "Power", true};
static const struct nrs_sector_table sectors = {.sectors = &sector,
    .n_sectors = 1,
    .ceptoars = &ceptoar,
    .n_ceptoars = 1,
    .version = "t"};

struct world {
	struct nrs_arena *arena;
	struct nrs_admin_topic *wanted, *found;
	size_t n;
};

static struct world
world_of(int replication)
{
	const struct ctl_cluster cluster = {.replication = replication};
	struct world w = {.arena = nrs_arena_new()};

	w.wanted = ctl_topics_wanted(w.arena, &sectors, &cluster, &w.n);
	w.found = nrs_arena_array(w.arena, w.n, sizeof(*w.found));
	memcpy(w.found, w.wanted, w.n * sizeof(*w.found));
	return w;
}

static const struct nrs_admin_topic *
topic(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->wanted[i].name, name) == 0)
			return &w->wanted[i];
	fail_msg("no %s", name);
	return NULL;
}

static void
one_broker_flushes_obligations_and_three_replicate(void **state)
{
	struct world one = world_of(1), three = world_of(3);

	assert_string_equal(ctl_topics_setting(topic(&one, NRS_TOPIC_JOURNAL),
	                        "flush.messages"),
	    "1");
	assert_null(ctl_topics_setting(
	    topic(&one, NRS_TOPIC_REJECTED), "flush.messages"));
	assert_null(ctl_topics_setting(
	    topic(&three, NRS_TOPIC_JOURNAL), "flush.messages"));
	assert_string_equal(ctl_topics_setting(topic(&three, NRS_TOPIC_JOURNAL),
	                        "min.insync.replicas"),
	    "2");
	assert_string_equal(
	    ctl_topics_setting(topic(&one, NRS_TOPIC_JOURNAL), "retention.ms"),
	    "-1");
	assert_string_equal(
	    ctl_topics_setting(
	        topic(&one, NRS_TOPIC_SUBSCRIPTION), "cleanup.policy"),
	    "compact");
	nrs_arena_free(one.arena);
	nrs_arena_free(three.arena);
}

static void
a_cluster_like_the_table_needs_no_change(void **state)
{
	struct world w = world_of(1);
	size_t n = 1;

	(void)ctl_topics_compare(w.arena, w.wanted, w.found, w.n, &n);
	assert_int_equal(n, 0);
	nrs_arena_free(w.arena);
}

static void
every_difference_is_told_once(void **state)
{
	static const char *const odd[][2] = {{"cleanup.policy", "delete"},
	    {"retention.ms", "1000"}, {"max.message.bytes", "2097152"},
	    {"flush.messages", "1"}, {"segment.ms", "5"}};
	struct world w = world_of(1);
	struct ctl_change *changes;
	size_t n;

	w.found[0].configs = odd;
	w.found[0].n_configs = sizeof(odd) / sizeof(odd[0]);
	w.found[1].partitions = 0;
	w.found[2].partitions = 7;
	changes = ctl_topics_compare(w.arena, w.wanted, w.found, w.n, &n);
	assert_int_equal(n, 4);
	assert_string_equal(changes[0].topic, NRS_TOPIC_JOURNAL);
	assert_string_equal(changes[0].setting, "retention.ms");
	assert_string_equal(changes[0].wanted, "-1");
	assert_string_equal(changes[0].found, "1000");
	assert_string_equal(changes[1].setting, "segment.ms");
	assert_string_equal(changes[1].wanted, "");
	assert_int_equal(changes[2].kind, CTL_CREATE);
	assert_int_equal(changes[3].kind, CTL_PARTITIONS);
	nrs_arena_free(w.arena);
}

static void
a_topic_with_one_replica_is_never_asked_for_two_in_sync(void **state)
{
	struct world one = world_of(1);
	const struct ctl_cluster three = {.replication = 3, .found = one.found};
	struct ctl_change *changes;
	size_t n, n_topics;
	struct nrs_admin_topic *wanted =
	    ctl_topics_wanted(one.arena, &sectors, &three, &n_topics);

	changes =
	    ctl_topics_compare(one.arena, wanted, one.found, n_topics, &n);
	assert_int_equal(n, n_topics);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(changes[i].kind, CTL_REPLICATION);
	nrs_arena_free(one.arena);
}

static void
one_setting_more_keeps_all_others(void **state)
{
	static const char *const has[][2] = {
	    {"cleanup.policy", "compact"}, {"flush.messages", "100"}};
	const struct nrs_admin_topic found = {
	    .name = "__transaction_state", .configs = has, .n_configs = 2};
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_admin_topic out =
	    ctl_topics_with(arena, &found, "flush.messages", "1");

	assert_int_equal(out.n_configs, 2);
	assert_string_equal(
	    ctl_topics_setting(&out, "cleanup.policy"), "compact");
	assert_string_equal(ctl_topics_setting(&out, "flush.messages"), "1");
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        one_broker_flushes_obligations_and_three_replicate),
	    cmocka_unit_test(a_cluster_like_the_table_needs_no_change),
	    cmocka_unit_test(every_difference_is_told_once),
	    cmocka_unit_test(
	        a_topic_with_one_replica_is_never_asked_for_two_in_sync),
	    cmocka_unit_test(one_setting_more_keeps_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
