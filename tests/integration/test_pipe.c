/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/pipe.h"
#include "support/bus_fixture.h"

#define WAIT_MS 30000

/* The skeleton, as far as a pipe knows it: this program's own, so that several
 * pipes can run in it and be watched. */
struct nrs_service_ctx {
	struct nrs_stop *stop;
	atomic_int n_alive;
	atomic_bool ready;
	pthread_mutex_t lock;
	char reason[512];
};

struct nrs_stop *
nrs_service_stop(struct nrs_service_ctx *ctx)
{
	return ctx->stop;
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
	(void)lane;
	pthread_mutex_lock(&ctx->lock);
	(void)snprintf(ctx->reason, sizeof(ctx->reason), "%s", reason);
	pthread_mutex_unlock(&ctx->lock);
	ctx->ready = ready;
}

void
nrs_service_alive(struct nrs_service_ctx *ctx, const struct nrs_lane *lane)
{
	(void)lane;
	ctx->n_alive++;
}

/* ---- a service that copies its input, and one thread that runs it ---- */

struct copier {
	struct nrs_service_ctx ctx;
	const char *topic, *output;
	const char *instance;
	/* what it should do */
	int64_t start; /* 0: leave it to the pipe */
	int n_retry;   /* so many batches are answered NRS_RETRY */
	const char *send_to;
	size_t value_size; /* 0: as it came */
	const char *servers;
	/* what happened */
	atomic_int n_taken, n_records, n_settled, n_lost;
	_Atomic int64_t committed;
	enum nrs_rc rc;
	struct nrs_err err;
	pthread_t thread;
};

static enum nrs_rc
copier_take_over(
    void *self, int64_t committed, int64_t *start, struct nrs_err *err)
{
	struct copier *c = self;

	(void)err;
	c->committed = committed;
	if (c->start > 0)
		*start = c->start;
	c->n_taken++;
	return NRS_OK;
}

static enum nrs_rc
copier_batch(void *self, const struct nrs_record *records, size_t n,
    struct nrs_txn *txn, struct nrs_err *err)
{
	static uint8_t large[4000000];
	struct copier *c = self;
	struct nrs_outgoing out = {.topic = c->send_to};
	size_t i;

	for (i = 0; i < n; i++) {
		assert_string_equal(records[i].topic, c->topic);
		out.value = records[i].value;
		if (c->value_size > 0)
			out.value = (struct nrs_bytes){large, c->value_size};
		nrs_txn_send(txn, &out);
	}
	if (c->n_retry > 0) {
		c->n_retry--;
		return nrs_fail(err, NRS_RETRY, "as the test wants it");
	}
	c->n_records += (int)n;
	return NRS_OK;
}

static void
copier_settled(void *self)
{
	struct copier *c = self;

	c->n_settled++;
}

static void
copier_lost(void *self)
{
	struct copier *c = self;

	c->n_lost++;
}

static const struct nrs_pipe_ops ops = {
    .take_over = copier_take_over,
    .batch = copier_batch,
    .settled = copier_settled,
    .lost = copier_lost,
};

static void *
run(void *arg)
{
	static const struct nrs_lane lane = {.name = "copier"};
	struct copier *c = arg;
	struct nrs_bus_conf bus = bus_fixture_conf("");
	struct nrs_pipe_conf conf = {
	    .bus = &bus,
	    .topic = c->topic,
	    .group = c->topic,
	    .outputs = &c->output,
	    .n_outputs = 1,
	    .max_batch = 100,
	    .ctx = &c->ctx,
	    .lane = &lane,
	};

	if (c->servers != NULL)
		bus.servers = c->servers;
	c->rc = nrs_pipe_run(&conf, &ops, c, &c->err);
	return NULL;
}

static void
start(struct copier *c)
{
	if (c->send_to == NULL)
		c->send_to = c->output;
	c->ctx.stop = nrs_stop_new();
	assert_int_equal(pthread_mutex_init(&c->ctx.lock, NULL), 0);
	assert_int_equal(pthread_create(&c->thread, NULL, run, c), 0);
}

static enum nrs_rc
join(struct copier *c)
{
	assert_int_equal(pthread_join(c->thread, NULL), 0);
	nrs_stop_free(c->ctx.stop);
	pthread_mutex_destroy(&c->ctx.lock);
	return c->rc;
}

static enum nrs_rc
stop(struct copier *c)
{
	nrs_stop_ask(c->ctx.stop);
	return join(c);
}

static bool
reason_is(struct copier *c, const char *reason)
{
	bool is;

	pthread_mutex_lock(&c->ctx.lock);
	is = strstr(c->ctx.reason, reason) != NULL;
	pthread_mutex_unlock(&c->ctx.lock);
	return is;
}

#define wait_until(condition)                                                  \
	do {                                                                   \
		struct nrs_mono begun_ = nrs_mono_now();                       \
		struct nrs_stop *never_ = nrs_stop_new();                      \
		while (!(condition) && nrs_mono_since_ms(begun_) < WAIT_MS)    \
			nrs_stop_wait(never_, 5);                              \
		nrs_stop_free(never_);                                         \
		assert_true(condition);                                        \
	} while (0)

/* ---- facts ---- */

static void
what_is_read_is_decided_and_written_once(void **state)
{
	struct copier c = {.topic = "in", .output = "out"};
	/* The mock cluster stores no position of a transaction. */
	struct copier again = {.topic = "in", .output = "out", .start = 5};
	int i;

	bus_fixture_topic("in", 1);
	bus_fixture_topic("out", 1);
	for (i = 0; i < 5; i++)
		bus_fixture_put("in", 0, "v");
	start(&c);
	wait_until(c.n_records == 5);
	assert_int_equal(c.committed, -1);
	wait_until(c.n_settled > 0);
	assert_true(c.ctx.ready);
	assert_true(reason_is(&c, "active"));
	assert_int_equal(stop(&c), NRS_OK);
	assert_int_equal(c.n_lost, 1);
	assert_int_equal(bus_fixture_count("out"), 5);

	bus_fixture_put("in", 0, "v");
	start(&again);
	wait_until(again.n_records == 1);
	assert_int_equal(stop(&again), NRS_OK);
	assert_int_equal(bus_fixture_count("out"), 6);
}

static void
a_standby_becomes_active_when_the_other_leaves(void **state)
{
	struct copier a = {.topic = "ha", .output = "ha.out"};
	struct copier b = {.topic = "ha", .output = "ha.out", .start = 1};

	bus_fixture_topic("ha", 1);
	bus_fixture_topic("ha.out", 1);
	start(&a);
	wait_until(a.n_taken == 1);
	start(&b);
	wait_until(reason_is(&b, "standby"));
	assert_true(b.ctx.ready);
	bus_fixture_put("ha", 0, "v");
	wait_until(a.n_settled == 1);
	assert_int_equal(stop(&a), NRS_OK);
	bus_fixture_put("ha", 0, "v");
	wait_until(b.n_records == 1);
	assert_int_equal(a.n_taken, 1);
	assert_int_equal(stop(&b), NRS_OK);
	assert_int_equal(bus_fixture_count("ha.out"), 2);
}

static void
after_a_failed_batch_state_is_forgotten_and_taken_over_again(void **state)
{
	struct copier c = {.topic = "retry", .output = "retry.out"};

	c.n_retry = 2;
	bus_fixture_topic("retry", 1);
	bus_fixture_topic("retry.out", 1);
	bus_fixture_put("retry", 0, "v");
	start(&c);
	wait_until(c.n_settled == 1);
	assert_int_equal(c.n_taken, 3);
	assert_int_equal(c.n_lost, 2);
	assert_int_equal(c.n_records, 1);
	assert_int_equal(stop(&c), NRS_OK);
}

static void
a_record_the_bus_never_takes_ends_the_process(void **state)
{
	struct copier c = {
	    .topic = "large", .output = "large.out", .value_size = 4000000};

	bus_fixture_topic("large", 1);
	bus_fixture_topic("large.out", 1);
	bus_fixture_put("large", 0, "v");
	start(&c);
	assert_int_equal(join(&c), NRS_FATAL);
	assert_non_null(strstr(c.err.text, "large.out"));
	assert_int_equal(c.n_settled, 0);
	assert_int_equal(c.n_lost, 1);
}

static void
an_output_that_was_not_named_ends_the_process(void **state)
{
	struct copier c = {.topic = "unnamed",
	    .output = "unnamed.out",
	    .send_to = "elsewhere"};

	bus_fixture_topic("unnamed", 1);
	bus_fixture_topic("unnamed.out", 1);
	bus_fixture_put("unnamed", 0, "v");
	start(&c);
	assert_int_equal(join(&c), NRS_FATAL);
	assert_non_null(strstr(c.err.text, "elsewhere"));
}

static enum nrs_rc
start_at_ten(void *self, int64_t committed, int64_t *first, struct nrs_err *err)
{
	(void)self, (void)committed, (void)err;
	*first = 10;
	return NRS_OK;
}

static void
an_input_shorter_than_it_was_ends_the_process_loudly(void **state)
{
	static const struct nrs_lane lane = {.name = "copier"};
	struct copier c = {.topic = "short", .output = "short.out"};
	struct nrs_pipe_ops shorter = ops;
	struct nrs_bus_conf bus = bus_fixture_conf("");
	struct nrs_pipe_conf conf = {
	    .bus = &bus,
	    .topic = "short",
	    .group = "short",
	    .outputs = &c.output,
	    .n_outputs = 1,
	    .max_batch = 10,
	    .ctx = &c.ctx,
	    .lane = &lane,
	};

	bus_fixture_topic("short", 1);
	bus_fixture_topic("short.out", 1);
	bus_fixture_put("short", 0, "v");
	assert_int_equal(pthread_mutex_init(&c.ctx.lock, NULL), 0);
	c.ctx.stop = nrs_stop_new();
	shorter.take_over = start_at_ten;
	assert_int_equal(nrs_pipe_run(&conf, &shorter, &c, &c.err), NRS_FATAL);
	assert_non_null(strstr(c.err.text, "ends at 1, but 10 is needed"));
	nrs_stop_free(c.ctx.stop);
	pthread_mutex_destroy(&c.ctx.lock);
}

static void
without_a_broker_it_waits_not_ready_and_can_be_stopped(void **state)
{
	struct copier c = {
	    .topic = "t", .output = "t.out", .servers = "127.0.0.1:1"};
	struct nrs_mono begun;

	start(&c);
	wait_until(reason_is(&c, "bus unreachable"));
	assert_false(c.ctx.ready);
	wait_until(c.ctx.n_alive > 1);
	begun = nrs_mono_now();
	assert_int_equal(stop(&c), NRS_OK);
	assert_true(nrs_mono_since_ms(begun) < 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_read_is_decided_and_written_once),
	    cmocka_unit_test(a_standby_becomes_active_when_the_other_leaves),
	    cmocka_unit_test(
	        after_a_failed_batch_state_is_forgotten_and_taken_over_again),
	    cmocka_unit_test(a_record_the_bus_never_takes_ends_the_process),
	    cmocka_unit_test(an_output_that_was_not_named_ends_the_process),
	    cmocka_unit_test(
	        an_input_shorter_than_it_was_ends_the_process_loudly),
	    cmocka_unit_test(
	        without_a_broker_it_waits_not_ready_and_can_be_stopped),
	};

	return cmocka_run_group_tests(
	    tests, bus_fixture_start, bus_fixture_stop);
}
