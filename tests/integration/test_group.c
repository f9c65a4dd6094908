/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/group.h"
#include "support/bus_fixture.h"

#define N_PARTITIONS 4
#define JOIN_MS 20000

static struct nrs_err err;

/* One instance and what it was told. */
struct member {
	struct nrs_group *group;
	bool owns[N_PARTITIONS];
	int n_gained, n_lost, n_refuse;
	bool pause_first; /* partition 0, while it is being gained */
	int64_t committed[N_PARTITIONS];
	char metadata[N_PARTITIONS][64];
	int n_records;
	int64_t last[N_PARTITIONS];
};

static enum nrs_rc
gained(void *self, struct nrs_group_gain *gain, struct nrs_err *e)
{
	struct member *m = self;

	if (m->n_refuse > 0) {
		m->n_refuse--;
		return nrs_fail(e, NRS_RETRY, "not now");
	}
	assert_false(m->owns[gain->partition]);
	m->owns[gain->partition] = true;
	m->n_gained++;
	m->committed[gain->partition] = gain->committed;
	assert_true(snprintf(m->metadata[gain->partition],
	                sizeof(m->metadata[0]), "%s", gain->metadata) >= 0);
	gain->start = gain->committed < 0 ? 0 : gain->committed;
	if (m->pause_first && gain->partition == 0)
		nrs_group_pause(m->group, 0, true);
	return NRS_OK;
}

static void
lost(void *self, int partition, bool clean)
{
	struct member *m = self;

	assert_true(clean);
	m->owns[partition] = false;
	m->n_lost++;
}

static const struct nrs_group_ops ops = {.gained = gained, .lost = lost};

static void
join(struct member *m, const char *instance, const char *topic)
{
	struct nrs_bus_conf bus = bus_fixture_conf(instance);
	struct nrs_group_conf conf = {&bus, topic, topic};

	assert_int_equal(
	    nrs_group_open(&conf, &ops, m, &m->group, &err), NRS_OK);
}

static void
step(struct member *m)
{
	struct nrs_record record;

	assert_int_equal(nrs_group_next(m->group, 50, &record, &err), NRS_OK);
	if (record.topic == NULL)
		return;
	assert_true(m->owns[record.partition]);
	m->n_records++;
	m->last[record.partition] = record.offset;
}

static int
n_owned(const struct member *m)
{
	int i, n = 0;

	for (i = 0; i < N_PARTITIONS; i++)
		n += m->owns[i];
	return n;
}

/* Drive one or two members until each owns its share. */
static void
settle(struct member *a, int want_a, struct member *b, int want_b)
{
	struct nrs_mono start = nrs_mono_now();

	while (n_owned(a) != want_a || (b != NULL && n_owned(b) != want_b)) {
		assert_true(nrs_mono_since_ms(start) < JOIN_MS);
		step(a);
		if (b != NULL)
			step(b);
	}
}

static void
read_until(struct member *m, int n_records)
{
	struct nrs_mono start = nrs_mono_now();

	while (m->n_records < n_records) {
		assert_true(nrs_mono_since_ms(start) < JOIN_MS);
		step(m);
	}
}

static void
a_member_alone_gets_everything_from_where_it_says(void **state)
{
	struct member m = {.n_refuse = 2};
	int i;

	bus_fixture_topic("alone", N_PARTITIONS);
	for (i = 0; i < N_PARTITIONS; i++)
		bus_fixture_put("alone", i, "v");
	join(&m, "", "alone");
	settle(&m, N_PARTITIONS, NULL, 0);
	assert_int_equal(m.n_refuse, 0);
	for (i = 0; i < N_PARTITIONS; i++)
		assert_int_equal(m.committed[i], -1);
	read_until(&m, N_PARTITIONS);
	nrs_group_close(m.group);
	assert_int_equal(m.n_lost, N_PARTITIONS);
}

static void
offset_and_metadata_come_back_to_the_next_owner(void **state)
{
	struct member m = {.n_lost = 0}, next = {.n_lost = 0};

	bus_fixture_topic("meta", N_PARTITIONS);
	bus_fixture_put("meta", 2, "v0");
	bus_fixture_put("meta", 2, "v1");
	join(&m, "", "meta");
	settle(&m, N_PARTITIONS, NULL, 0);
	nrs_group_commit(m.group, 2, 7, "receipt=3");
	nrs_group_commit(m.group, 2, 1, "receipt=41");
	nrs_group_close(m.group); /* the last wins, and is stored */
	join(&next, "", "meta");
	settle(&next, N_PARTITIONS, NULL, 0);
	assert_int_equal(next.committed[2], 1);
	assert_string_equal(next.metadata[2], "receipt=41");
	assert_int_equal(next.committed[3], -1);
	assert_string_equal(next.metadata[3], "");
	read_until(&next, 1);
	assert_int_equal(next.last[2], 1);
	nrs_group_close(next.group);
}

static void
a_second_member_takes_only_its_share(void **state)
{
	struct member a = {.n_lost = 0}, b = {.n_lost = 0};

	bus_fixture_topic("share", N_PARTITIONS);
	join(&a, "", "share");
	settle(&a, N_PARTITIONS, NULL, 0);
	join(&b, "", "share");
	settle(&a, N_PARTITIONS / 2, &b, N_PARTITIONS / 2);
	/* Cooperative: what stays was never taken away. */
	assert_int_equal(a.n_lost, N_PARTITIONS / 2);
	assert_int_equal(a.n_gained, N_PARTITIONS);
	nrs_group_close(b.group);
	nrs_group_close(a.group);
}

/* Eight groups at once, so that requests meet in every order: librdkafka 2.0.2
 * skips records when an assignment changes while it asks where a topic ends. */
static void
nothing_is_skipped_when_many_start_at_once(void **state)
{
	static const char *const topics[] = {"many0", "many1", "many2", "many3",
	    "many4", "many5", "many6", "many7"};
	struct member m[8] = {{.n_lost = 0}};
	struct nrs_mono start;
	int i, p, n = 0;

	for (i = 0; i < 8; i++) {
		bus_fixture_topic(topics[i], N_PARTITIONS);
		for (p = 0; p < N_PARTITIONS; p++)
			bus_fixture_put(topics[i], p, "v");
	}
	for (i = 0; i < 8; i++)
		join(&m[i], "", topics[i]);
	start = nrs_mono_now();
	while (n < 8 * N_PARTITIONS && nrs_mono_since_ms(start) < JOIN_MS)
		for (i = n = 0; i < 8; i++) {
			step(&m[i]);
			n += m[i].n_records;
		}
	assert_int_equal(n, 8 * N_PARTITIONS);
	for (i = 0; i < 8; i++)
		nrs_group_close(m[i].group);
}

static void
a_paused_partition_keeps_quiet_until_resumed(void **state)
{
	struct member m = {.pause_first = true};
	int i;

	bus_fixture_topic("pause", N_PARTITIONS);
	bus_fixture_put("pause", 0, "v");
	bus_fixture_put("pause", 1, "v");
	join(&m, "", "pause");
	settle(&m, N_PARTITIONS, NULL, 0);
	read_until(&m, 1);
	nrs_group_pause(m.group, 1, true);
	bus_fixture_put("pause", 1, "v");
	for (i = 0; i < 15; i++)
		step(&m);
	assert_int_equal(m.n_records, 1);
	nrs_group_pause(m.group, 0, false);
	read_until(&m, 2);
	nrs_group_pause(m.group, 1, false);
	read_until(&m, 3);
	nrs_group_close(m.group);
}

static void
the_fd_says_when_there_is_something_to_read(void **state)
{
	struct member m = {.n_lost = 0};
	struct pollfd pfd = {.events = POLLIN};
	int i;

	bus_fixture_topic("fd", N_PARTITIONS);
	join(&m, "", "fd");
	settle(&m, N_PARTITIONS, NULL, 0);
	for (i = 0; i < 5; i++)
		step(&m);
	pfd.fd = nrs_group_fd(m.group);
	bus_fixture_put("fd", 0, "v");
	assert_int_equal(poll(&pfd, 1, JOIN_MS), 1);
	read_until(&m, 1);
	nrs_group_close(m.group);
}

static void
the_lease_lasts_while_heartbeats_are_answered(void **state)
{
	struct nrs_mono start;
	struct member m = {.n_lost = 0};

	bus_fixture_topic("lease", N_PARTITIONS);
	join(&m, "", "lease");
	assert_false(nrs_group_lease_held(m.group));
	settle(&m, N_PARTITIONS, NULL, 0);
	/* Longer than a session: somebody must have renewed it. */
	start = nrs_mono_now();
	while (nrs_mono_since_ms(start) < 6000) {
		assert_true(nrs_group_lease_held(m.group));
		step(&m);
	}
	nrs_group_close(m.group);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_member_alone_gets_everything_from_where_it_says),
	    cmocka_unit_test(offset_and_metadata_come_back_to_the_next_owner),
	    cmocka_unit_test(a_second_member_takes_only_its_share),
	    cmocka_unit_test(nothing_is_skipped_when_many_start_at_once),
	    cmocka_unit_test(a_paused_partition_keeps_quiet_until_resumed),
	    cmocka_unit_test(the_fd_says_when_there_is_something_to_read),
	    cmocka_unit_test(the_lease_lasts_while_heartbeats_are_answered),
	};

	return cmocka_run_group_tests(
	    tests, bus_fixture_start, bus_fixture_stop);
}
