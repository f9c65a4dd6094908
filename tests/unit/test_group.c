/* SPDX-License-Identifier: Apache-2.0 */
/* The partitions of a group between their owner and a member that this test
 * plays: answers of the bus may come late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/io/bus_member.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/group.h"

#define LONG_MS 700 /* than a commit that failed waits for its next try */

static struct {
	const struct nrs_bus_member_ops *ops;
	void *group;
	int n_commits, n_lost;
	int64_t offset; /* of the last commit */
} bus;

/* ---- in place of the member ---- */

enum nrs_rc
nrs_bus_member_open(const struct nrs_bus_member_conf *conf,
    const struct nrs_bus_member_ops *ops, void *self,
    struct nrs_bus_member **out, struct nrs_err *err)
{
	(void)conf, (void)out, (void)err;
	bus.ops = ops;
	bus.group = self;
	return NRS_OK;
}

void
nrs_bus_member_close(struct nrs_bus_member *member)
{
	(void)member;
	bus.ops->lost(bus.group, 0, false);
}

enum nrs_rc
nrs_bus_member_poll(struct nrs_bus_member *member, int timeout_ms,
    rd_kafka_message_t **out, struct nrs_err *err)
{
	(void)member, (void)timeout_ms, (void)err;
	*out = NULL;
	return NRS_OK;
}

enum nrs_rc
nrs_bus_member_committed(struct nrs_bus_member *member, int partition,
    int64_t *offset, char **metadata, struct nrs_err *err)
{
	(void)member, (void)partition, (void)err;
	*offset = 7;
	*metadata = nrs_strdup("");
	return NRS_OK;
}

enum nrs_rc
nrs_bus_member_start(struct nrs_bus_member *member, int partition,
    int64_t offset, struct nrs_err *err)
{
	(void)member, (void)partition, (void)offset, (void)err;
	return NRS_OK;
}

rd_kafka_resp_err_t
nrs_bus_member_commit(struct nrs_bus_member *member,
    const struct nrs_bus_position *position, bool wait)
{
	(void)member, (void)wait;
	assert_non_null(position->metadata);
	bus.n_commits++;
	bus.offset = position->offset;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void
nrs_bus_member_pause(struct nrs_bus_member *member, int partition, bool pause)
{
	(void)member, (void)partition, (void)pause;
}

struct nrs_mono
nrs_bus_member_lease_end(const struct nrs_bus_member *m)
{
	(void)m;
	return (struct nrs_mono){.ns = INT64_MAX};
}

bool
nrs_bus_member_lease(const struct nrs_bus_member *member)
{
	(void)member;
	return true;
}

int
nrs_bus_member_fd(const struct nrs_bus_member *member)
{
	(void)member;
	return -1;
}

bool
nrs_bus_member_connected(const struct nrs_bus_member *member)
{
	(void)member;
	return true;
}

const struct nrs_bus_setup *
nrs_bus_member_setup(const struct nrs_bus_member *member)
{
	(void)member;
	return NULL;
}

/* ---- the owner ---- */

static enum nrs_rc
gained(void *self, struct nrs_group_gain *gain, struct nrs_err *err)
{
	(void)self, (void)err;
	gain->start = gain->committed;
	return NRS_OK;
}

static void
lost(void *self, int partition, bool clean)
{
	(void)self, (void)partition, (void)clean;
	bus.n_lost++;
}

static void
next_for(struct nrs_group *group, int ms)
{
	const struct nrs_mono since = nrs_mono_now();
	struct nrs_record record;

	do
		assert_int_equal(
		    nrs_group_next(group, 0, &record, NULL), NRS_OK);
	while (nrs_mono_since_ms(since) < ms);
}

static struct nrs_group *
group_with_a_partition(void)
{
	static const struct nrs_group_ops ops = {
	    .gained = gained, .lost = lost};
	const struct nrs_group_conf conf = {.group = "g", .topic = "t"};
	struct nrs_group *group = NULL;

	memset(&bus, 0, sizeof(bus));
	assert_int_equal(
	    nrs_group_open(&conf, &ops, NULL, &group, NULL), NRS_OK);
	bus.ops->gained(bus.group, 0);
	next_for(group, 0);
	return group;
}

static void
a_commit_that_failed_is_made_again(void **state)
{
	struct nrs_group *group = group_with_a_partition();

	(void)state;
	nrs_group_commit(group, 0, 9, "r=1");
	assert_int_equal(bus.n_commits, 1);
	bus.ops->committed(bus.group, 0, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
	next_for(group, LONG_MS);
	assert_int_equal(bus.n_commits, 2);
	assert_int_equal(bus.offset, 9);
	nrs_group_close(group);
}

/* Its new life has nothing to commit yet: offset 0 was, without metadata. */
static void
a_late_answer_to_a_commit_is_not_for_the_partitions_next_life(void **state)
{
	struct nrs_group *group = group_with_a_partition();

	(void)state;
	nrs_group_commit(group, 0, 9, "r=1");
	bus.ops->lost(bus.group, 0, false);
	bus.ops->gained(bus.group, 0);
	bus.ops->committed(bus.group, 0, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION);
	next_for(group, LONG_MS);
	assert_int_equal(bus.n_commits, 1);
	nrs_group_close(group);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_commit_that_failed_is_made_again),
	    cmocka_unit_test(
	        a_late_answer_to_a_commit_is_not_for_the_partitions_next_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
