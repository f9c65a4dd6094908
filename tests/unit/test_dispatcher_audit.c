/* SPDX-License-Identifier: Apache-2.0 */
/* The auditor's lane on a bus that this test plays: whose turn it is, and from
 * where to read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/audit/audit.h"
#include "noroshi/core/sector.h"
#include "noroshi/core/topic.h"

#define CALLS_MAX 20
#define FROM_MAX 1000

static struct {
	/* the group */
	const struct nrs_group_ops *ops;
	void *auditor;
	enum nrs_rc next;
	bool gives, given; /* the partition */
	struct nrs_group_gain gain;
	int n_next, n_waits;
	char stored[8192]; /* metadata */
	int n_stored;
	/* what there is */
	int n_partitions;   /* of delivery.* and receipt.* */
	const char *absent; /* this topic is not there, */
	enum nrs_rc denied; /* or not to be asked about */
	struct nrs_bounds bounds;
	struct nrs_reader_from from[FROM_MAX];
	char topics[FROM_MAX][64]; /* theirs, kept */
	size_t n_from;
	struct dispatcher_policy policy;
	const struct nrs_sector_table *next_table; /* after a first look */
} bus;

static const struct nrs_sector sectors[] = {{.code = "gas"}, {.code = "power"}};
static const struct nrs_sector_table one = {.sectors = sectors,
                                         .n_sectors = 1,
                                         .version = "one"},
                                     two = {.sectors = sectors,
                                         .n_sectors = 2,
                                         .version = "two"};

/* ---- in place of the service ---- */

struct nrs_stop *
nrs_service_stop(struct nrs_service_ctx *ctx)
{
	(void)ctx;
	return NULL;
}

struct nrs_metrics *
nrs_service_metrics(struct nrs_service_ctx *ctx)
{
	(void)ctx;
	return NULL;
}

void
nrs_service_ready(struct nrs_service_ctx *ctx, const struct nrs_lane *lane,
    bool ready, const char *reason)
{
	(void)ctx, (void)lane, (void)ready, (void)reason;
}

void
nrs_service_alive(struct nrs_service_ctx *ctx, const struct nrs_lane *lane)
{
	(void)ctx, (void)lane;
}

/* Until something was stored, or it has asked often enough. */
bool
nrs_stop_asked(const struct nrs_stop *stop)
{
	(void)stop;
	return bus.n_stored > 0 || bus.n_next >= CALLS_MAX;
}

bool
nrs_stop_wait(const struct nrs_stop *stop, int ms)
{
	(void)stop;
	bus.n_waits += ms >= 1000;
	return false;
}

/* ---- in place of the bus ---- */

enum nrs_rc
nrs_group_open(const struct nrs_group_conf *conf,
    const struct nrs_group_ops *ops, void *self, struct nrs_group **out,
    struct nrs_err *err)
{
	(void)conf, (void)out, (void)err;
	bus.ops = ops;
	bus.auditor = self;
	return NRS_OK;
}

enum nrs_rc
nrs_group_next(struct nrs_group *group, int timeout_ms, struct nrs_record *out,
    struct nrs_err *err)
{
	(void)group, (void)timeout_ms;
	*out = (struct nrs_record){.topic = NULL};
	bus.n_next++;
	if (bus.next != NRS_OK)
		return nrs_fail(err, bus.next, "not allowed");
	if (!bus.gives || bus.given)
		return NRS_OK;
	bus.given = true;
	return bus.ops->gained(bus.auditor, &bus.gain, err);
}

void
nrs_group_pause(struct nrs_group *group, int partition, bool pause)
{
	(void)group, (void)partition, (void)pause;
}

void
nrs_group_commit(struct nrs_group *group, int partition, int64_t offset,
    const char *metadata)
{
	(void)group, (void)partition, (void)offset;
	(void)snprintf(bus.stored, sizeof(bus.stored), "%s", metadata);
	bus.n_stored++;
}

void
nrs_group_close(struct nrs_group *group)
{
	(void)group;
}

enum nrs_rc
nrs_producer_open(const struct nrs_bus_conf *conf, const char *const *topics,
    size_t n_topics, struct nrs_producer **out, struct nrs_err *err)
{
	(void)conf, (void)topics, (void)n_topics, (void)out, (void)err;
	return NRS_OK;
}

enum nrs_rc
nrs_producer_send_wait(struct nrs_producer *producer,
    const struct nrs_outgoing *out, int timeout_ms, int64_t *offset,
    struct nrs_err *err)
{
	(void)producer, (void)out, (void)timeout_ms, (void)offset;
	return nrs_fail(err, NRS_RETRY, "silent");
}

void
nrs_producer_close(struct nrs_producer *producer)
{
	(void)producer;
}

enum nrs_rc
nrs_reader_open(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	(void)conf, (void)out, (void)err;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_open_lookup(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	return nrs_reader_open(conf, out, err);
}

enum nrs_rc
nrs_reader_open_follower(const struct nrs_bus_conf *conf,
    struct nrs_reader **out, struct nrs_err *err)
{
	return nrs_reader_open(conf, out, err);
}

enum nrs_rc
nrs_reader_partitions(
    struct nrs_reader *reader, const char *topic, int *n, struct nrs_err *err)
{
	(void)reader;
	*n = 0;
	if (bus.absent != NULL && strcmp(topic, bus.absent) == 0)
		return bus.denied == NRS_OK ? NRS_OK
		                            : nrs_fail(err, bus.denied, "no");
	*n = strncmp(topic, "delivery.", 9) == 0 ||
	             strncmp(topic, "receipt.", 8) == 0
	         ? bus.n_partitions
	         : 1;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_bounds(struct nrs_reader *reader, const char *topic, int partition,
    struct nrs_bounds *out, struct nrs_err *err)
{
	(void)reader, (void)topic, (void)partition, (void)err;
	*out = bus.bounds;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_assign(struct nrs_reader *reader, const struct nrs_reader_from *from,
    size_t n, struct nrs_err *err)
{
	size_t i;

	(void)reader, (void)err;
	assert_true(n <= FROM_MAX);
	memcpy(bus.from, from, n * sizeof(*from));
	for (i = 0; i < n; i++)
		(void)snprintf(
		    bus.topics[i], sizeof(bus.topics[i]), "%s", from[i].topic);
	bus.n_from = n;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_next(struct nrs_reader *reader, int timeout_ms,
    struct nrs_record *out, struct nrs_err *err)
{
	(void)reader, (void)timeout_ms, (void)err;
	*out = (struct nrs_record){.topic = NULL};
	if (bus.next_table != NULL)
		bus.policy.sectors = bus.next_table;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_to_end(struct nrs_reader *reader, int timeout_ms,
    enum nrs_rc (*each)(
        void *ctx, const struct nrs_record *record, struct nrs_err *err),
    void *ctx, struct nrs_err *err)
{
	(void)reader, (void)timeout_ms, (void)each, (void)ctx, (void)err;
	return NRS_OK;
}

void
nrs_reader_close(struct nrs_reader *reader)
{
	(void)reader;
}

/* ---- the lane ---- */

static int
set_up(void **state)
{
	(void)state;
	memset(&bus, 0, sizeof(bus));
	bus.n_partitions = 12;
	bus.policy.sectors = &two;
	bus.gain = (struct nrs_group_gain){
	    .committed = -1, .metadata = "", .start = -1};
	return 0;
}

/* Until it has stored a position, or asked the group often. */
static void
run(void)
{
	const struct dispatcher_conf conf = {.audit = {.every_ms = 1,
	                                         .outcome_ms = 60000,
	                                         .plan_ms = 60000,
	                                         .delivery_ms = 60000},
	    .heartbeat = {.mail = "", .webhook = "", .every_ms = 60000},
	    .answer_timeout_ms = 1000};
	const struct nrs_lane lane = {.name = "audit"};
	struct dispatcher d = {.conf = &conf, .policy = &bus.policy};
	struct nrs_err err = {0};

	assert_int_equal(pthread_mutex_init(&d.lock, NULL), 0);
	assert_int_equal(dispatcher_audit(&d, NULL, &lane, &err), NRS_OK);
	(void)pthread_mutex_destroy(&d.lock);
}

/* -1: it is not read. */
static int64_t
begins(const char *topic, int partition)
{
	size_t i;

	for (i = 0; i < bus.n_from; i++)
		if (strcmp(bus.topics[i], topic) == 0 &&
		    bus.from[i].partition == partition)
			return bus.from[i].offset;
	return -1;
}

/* ---- facts ---- */

static void
who_may_not_join_asks_again_after_a_while(void **state)
{
	(void)state;
	bus.next = NRS_FATAL;
	run();
	/* Two of them are asked to serve the membership. */
	assert_true(bus.n_waits >= CALLS_MAX / 2 - 2);
}

static void
what_the_topic_has_lost_keeps_nobody_from_auditing(void **state)
{
	(void)state;
	bus.gives = true;
	bus.gain.committed = 7;
	bus.bounds = (struct nrs_bounds){100, 200};
	run();
	assert_in_range(bus.gain.start, 100, 200);
	assert_int_equal(bus.n_stored, 1);
}

static void
a_successor_begins_where_it_was(void **state)
{
	(void)state;
	bus.gives = true;
	bus.bounds = (struct nrs_bounds){0, 9};
	bus.gain.metadata = "journal=4 receipt.alert=1,2,3";
	run();
	assert_int_equal(begins(NRS_TOPIC_JOURNAL, 0), 4);
	assert_int_equal(begins(NRS_TOPIC_RECEIPT_ALERT, 2), 3);
	assert_int_equal(begins(NRS_TOPIC_RECEIPT_ALERT, 3), 0);
	assert_int_equal(begins(NRS_TOPIC_OUTCOME, 0), 0);
	assert_non_null(strstr(bus.stored, "journal=4 outcome=0 "));
	assert_non_null(
	    strstr(bus.stored, " receipt.alert=1,2,3,0,0,0,0,0,0,0,0,0 "));
}

/* As many bytes for four topics as one name takes. */
static void
the_newsletters_of_a_sector_are_one_word_of_a_position(void **state)
{
	(void)state;
	bus.gives = true;
	bus.bounds = (struct nrs_bounds){0, 9};
	bus.gain.metadata = "journal=4 n.power=1,2,3,4";
	run();
	assert_int_equal(begins("newsletter.gas.clear", 0), 0);
	assert_int_equal(begins("newsletter.power.amber-strict", 0), 1);
	assert_int_equal(begins("newsletter.power.amber", 0), 2);
	assert_int_equal(begins("newsletter.power.clear", 0), 4);
	assert_non_null(strstr(bus.stored, " n.gas=0,0,0,0 n.power=1,2,3,4"));
}

/* Alerts are audited, whatever becomes of newsletters. */
static void
a_sector_without_newsletters_is_left_out(void **state)
{
	(void)state;
	bus.gives = true;
	bus.absent = "newsletter.gas.green";
	run();
	assert_int_equal(begins(NRS_TOPIC_JOURNAL, 0), 0);
	assert_int_equal(begins("newsletter.gas.amber", 0), -1);
	assert_int_equal(begins("newsletter.power.green", 0), 0);
	(void)set_up(NULL);
	bus.gives = true;
	bus.absent = "newsletter.power.clear";
	bus.denied = NRS_FATAL;
	run();
	assert_int_equal(begins(NRS_TOPIC_JOURNAL, 0), 0);
	assert_int_equal(begins("newsletter.gas.amber", 0), 0);
	assert_int_equal(begins("newsletter.power.green", 0), -1);
}

static void
another_sector_is_read_when_the_table_has_it(void **state)
{
	(void)state;
	bus.gives = true;
	bus.policy.sectors = &one;
	run();
	assert_int_equal(begins("newsletter.power.green", 0), -1);
	(void)set_up(NULL);
	bus.gives = true;
	bus.policy.sectors = &one;
	bus.next_table = &two;
	run();
	assert_int_equal(begins("newsletter.power.green", 0), 0);
}

/* offset.metadata.max.bytes is 4096: the bus would keep none of it. What is
 * left out is read from its beginning, and is what follows from the rest. */
static void
a_position_is_never_longer_than_the_bus_keeps(void **state)
{
	char stored[sizeof(bus.stored)];

	(void)state;
	bus.gives = true;
	bus.n_partitions = 100;
	bus.bounds = (struct nrs_bounds){1000000000, 2000000000};
	run();
	assert_in_range(strlen(bus.stored), 2000, 4096);
	assert_ptr_equal(
	    strstr(bus.stored, "journal=1000000000 outcome=1000000000 "),
	    bus.stored);
	(void)snprintf(stored, sizeof(stored), "%s", bus.stored);
	(void)set_up(NULL);
	bus.gives = true;
	bus.n_partitions = 100;
	bus.bounds = (struct nrs_bounds){0, 2000000000};
	bus.gain.metadata = stored;
	run();
	assert_int_equal(begins(NRS_TOPIC_OUTCOME, 0), 1000000000);
	assert_int_equal(begins(NRS_TOPIC_DELIVERY_ALERT, 99), 1000000000);
	assert_int_equal(begins(NRS_TOPIC_RECEIPT_DUE, 99), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(
	        who_may_not_join_asks_again_after_a_while, set_up),
	    cmocka_unit_test_setup(
	        what_the_topic_has_lost_keeps_nobody_from_auditing, set_up),
	    cmocka_unit_test_setup(a_successor_begins_where_it_was, set_up),
	    cmocka_unit_test_setup(
	        the_newsletters_of_a_sector_are_one_word_of_a_position, set_up),
	    cmocka_unit_test_setup(
	        a_sector_without_newsletters_is_left_out, set_up),
	    cmocka_unit_test_setup(
	        another_sector_is_read_when_the_table_has_it, set_up),
	    cmocka_unit_test_setup(
	        a_position_is_never_longer_than_the_bus_keeps, set_up),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_audit", tests, NULL, NULL);
}
