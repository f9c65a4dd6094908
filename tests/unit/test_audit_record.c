/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/topic.h"
#include "noroshi/io/audit_record.h"
#include "noroshi/io/wire.h"

#define T0 INT64_C(1767225600000)

struct world {
	struct nrs_arena *arena;
	struct nrs_audit_fold *audit;
	struct nrs_err err;
};

static int
set_up(void **state)
{
	const struct nrs_audit_conf conf = {.outcome_ms = 1000,
	    .plan_ms = 1000,
	    .delivery_ms = 1000,
	    .max = 100};
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->arena = nrs_arena_new();
	w->audit = nrs_audit_new(&conf);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	nrs_audit_free(w->audit);
	nrs_arena_free(w->arena);
	free(w);
	return 0;
}

static enum nrs_rc
give(struct world *w, const char *topic, int64_t offset, struct nrs_bytes value)
{
	const struct nrs_record record = {.topic = topic,
	    .offset = offset,
	    .timestamp_ms = T0,
	    .key = {(const uint8_t *)"n1", 2},
	    .value = value};

	return nrs_audit_record(w->audit, w->arena, &record, 1, &w->err);
}

static void
give_message(struct world *w, const char *topic, enum nrs_message_type type,
    const void *value)
{
	assert_int_equal(
	    give(w, topic, 0, nrs_wire_encode(w->arena, type, value)), NRS_OK);
}

static size_t
n_gaps(struct world *w, enum nrs_audit_stage stage, const char *id)
{
	const struct nrs_audit_gap *gaps;
	size_t n = nrs_audit_gaps(w->audit, w->arena, T0 + 1000, NULL, &gaps);

	if (n > 0) {
		assert_int_equal(gaps[0].stage, stage);
		assert_string_equal(gaps[0].id, id);
	}
	return n;
}

/* From the journal to the last receipt, each record by its topic's name. */
static void
the_whole_way_is_understood(void **state)
{
	enum nrs_route route = NRS_ROUTE_REALTIME;
	struct nrs_classification copy = {
	    .sector = "power", .routes = &route, .n_routes = 1};
	const struct nrs_outcome outcome = {.submission_id = "n1",
	    .type = NRS_SUBMISSION_NOTICE,
	    .verdict = NRS_VERDICT_RELEASED,
	    .copies = &copy,
	    .n_copies = 1};
	const struct nrs_dispatch dispatch = {.submission_id = "n1"};
	struct nrs_delivery delivery = {.key = {(const uint8_t *)"k", 1}};
	const struct nrs_delivery_batch batch = {.notice_id = "n1",
	    .purpose = NRS_PURPOSE_ALERT,
	    .planned_at = T0,
	    .n_chunks = 1,
	    .deliveries = &delivery,
	    .n_deliveries = 1};
	const struct nrs_receipt receipt = {.key = delivery.key,
	    .state = NRS_STATE_DELIVERED,
	    .at = T0,
	    .purpose = NRS_PURPOSE_ALERT};
	struct world *w = *state;

	assert_int_equal(give(w, NRS_TOPIC_JOURNAL, 0,
	                     (struct nrs_bytes){(const uint8_t *)"?", 1}),
	    NRS_OK);
	assert_int_equal(n_gaps(w, NRS_AUDIT_OUTCOME, "n1"), 1);
	give_message(w, NRS_TOPIC_OUTCOME, NRS_TYPE_OUTCOME, &outcome);
	assert_int_equal(n_gaps(w, NRS_AUDIT_DISPATCH, "n1"), 1);
	give_message(w, NRS_TOPIC_DISPATCH_ALERT, NRS_TYPE_DISPATCH, &dispatch);
	assert_int_equal(n_gaps(w, NRS_AUDIT_PLAN, "n1"), 1);
	give_message(
	    w, NRS_TOPIC_DELIVERY_ALERT, NRS_TYPE_DELIVERY_BATCH, &batch);
	assert_int_equal(n_gaps(w, NRS_AUDIT_DELIVERY, "n1"), 1);
	give_message(w, NRS_TOPIC_RECEIPT_ALERT, NRS_TYPE_RECEIPT, &receipt);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
a_rejection_is_understood(void **state)
{
	const struct nrs_rejection rejection = {
	    .topic = NRS_TOPIC_DELIVERY_ALERT, .offset = 3, .at = T0};
	struct world *w = *state;

	give_message(w, NRS_TOPIC_REJECTED, NRS_TYPE_REJECTION, &rejection);
	assert_int_equal(n_gaps(w, NRS_AUDIT_REFUSED, "delivery.alert:0:3"), 1);
}

static void
an_edition_is_understood(void **state)
{
	const struct nrs_newsletter part = {.issue_id = "weekly:1:gas:1",
	    .sector = "gas",
	    .label = NRS_TLP_GREEN,
	    .closing = true};
	struct world *w = *state;

	give_message(w, "newsletter.power.green", NRS_TYPE_NEWSLETTER, &part);
	assert_int_equal(n_gaps(w, NRS_AUDIT_EDITION, "weekly:1:gas:1"), 1);
}

static void
what_cannot_be_read_is_passed_over(void **state)
{
	struct world *w = *state;

	assert_int_equal(give(w, NRS_TOPIC_OUTCOME, 7,
	                     (struct nrs_bytes){(const uint8_t *)"\xff", 1}),
	    NRS_REJECT);
	assert_int_equal(nrs_audit_next(w->audit, NRS_TOPIC_OUTCOME, 0), 8);
	assert_int_equal(
	    give(w, "web", 2, (struct nrs_bytes){(const uint8_t *)"x", 1}),
	    NRS_REJECT);
	assert_int_equal(nrs_audit_open(w->audit), 0);
}

static void
its_topics_are_those_of_the_way(void **state)
{
	size_t n;
	const char *const *topics = nrs_audit_topics(&n);

	(void)state;
	assert_int_equal(n, 11);
	assert_string_equal(topics[0], NRS_TOPIC_JOURNAL);
	assert_string_equal(topics[10], NRS_TOPIC_REJECTED);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(the_whole_way_is_understood),
	    CASE(a_rejection_is_understood),
	    CASE(an_edition_is_understood),
	    CASE(what_cannot_be_read_is_passed_over),
	    CASE(its_topics_are_those_of_the_way),
	};

	return cmocka_run_group_tests_name("audit_record", tests, NULL, NULL);
}
