/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dispatcher/sender/queue.h"

#define PLACES 3
#define MAIL NRS_CHANNEL_MAIL

/* Tasks by hand: each a delivery of one batch to one of three mailboxes. */
struct scene {
	struct dispatcher_queue *queue;
	struct nrs_channel channels[PLACES];
	struct nrs_delivery deliveries[PLACES];
	struct nrs_delivery_batch batches[64];
	struct dispatcher_load loads[64];
	struct dispatcher_task tasks[64];
	size_t n;
};

static int
set_up(void **state)
{
	static const char *const addresses[] = {
	    "a@x.example", "b@x.example", "c@x.example"};
	struct scene *s = calloc(1, sizeof(*s));
	size_t i;

	assert_non_null(s);
	s->queue = dispatcher_queue_new();
	for (i = 0; i < PLACES; i++) {
		s->channels[i] = (struct nrs_channel){MAIL, addresses[i]};
		s->deliveries[i] = (struct nrs_delivery){
		    .subscriber_id = "s", .channel = &s->channels[i]};
	}
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	dispatcher_queue_free(s->queue);
	free(s);
	return 0;
}

static struct nrs_mono
at(int64_t ms)
{
	return (struct nrs_mono){.ns = ms * 1000000};
}

static struct dispatcher_task *
add(struct scene *s, size_t place, const char *thread, int64_t due)
{
	size_t i = s->n++;

	s->batches[i] = (struct nrs_delivery_batch){.thread_id = thread};
	s->loads[i] = (struct dispatcher_load){.batch = &s->batches[i]};
	s->tasks[i] = (struct dispatcher_task){.load = &s->loads[i],
	    .delivery = &s->deliveries[place],
	    .due = at(due)};
	dispatcher_queue_add(s->queue, &s->tasks[i], at(0));
	return &s->tasks[i];
}

static struct dispatcher_task *
next(struct scene *s, int64_t now)
{
	(void)dispatcher_queue_wake(s->queue, at(now));
	return dispatcher_queue_next(s->queue, MAIL, false, at(now));
}

static void
start(struct scene *s, struct dispatcher_task *task)
{
	task->step = DISPATCHER_TRANSFER;
	dispatcher_queue_update(s->queue, task, at(0));
}

/* Milliseconds; INT64_MAX: never. */
static int64_t
wakes_at(struct scene *s, int64_t now)
{
	const int64_t ns = dispatcher_queue_wake(s->queue, at(now)).ns;

	return ns == INT64_MAX ? ns : ns / 1000000;
}

static void
places_take_turns_in_order(void **state)
{
	struct scene *s = *state;
	struct dispatcher_task *a = add(s, 0, "t", 0), *b = add(s, 1, "t", 0);

	assert_ptr_equal(next(s, 0), a);
	start(s, a);
	assert_ptr_equal(next(s, 0), b);
	start(s, b);
	assert_null(next(s, 0));
}

static void
one_place_has_one_transfer_at_a_time(void **state)
{
	struct scene *s = *state;
	struct dispatcher_task *a = add(s, 0, "t1", 0), *b = add(s, 0, "t2", 0);

	assert_ptr_equal(next(s, 0), a);
	start(s, a);
	assert_null(next(s, 0));
	dispatcher_queue_remove(s->queue, a, at(0));
	assert_ptr_equal(next(s, 0), b);
}

static void
a_revision_never_overtakes_an_earlier_one(void **state)
{
	struct scene *s = *state;
	struct dispatcher_task *first = add(s, 0, "t", 0);
	struct dispatcher_task *second = add(s, 0, "t", 0);

	assert_ptr_equal(dispatcher_queue_earlier(second), first);
	assert_null(dispatcher_queue_earlier(first));
	assert_ptr_equal(next(s, 0), first);
	/* deferred: the second still waits */
	first->due = at(500);
	dispatcher_queue_update(s->queue, first, at(0));
	assert_null(next(s, 499));
	assert_ptr_equal(next(s, 500), first);
	/* closing: its end is not yet durable */
	first->step = DISPATCHER_CLOSING;
	dispatcher_queue_update(s->queue, first, at(500));
	assert_null(next(s, 600));
	dispatcher_queue_remove(s->queue, first, at(600));
	assert_ptr_equal(next(s, 600), second);
}

static void
another_thread_does_not_wait_for_a_deferred_one(void **state)
{
	struct scene *s = *state;
	struct dispatcher_task *stuck = add(s, 0, "t1", 1000);
	struct dispatcher_task *other = add(s, 0, "t2", 0);

	assert_ptr_equal(next(s, 0), other);
	dispatcher_queue_remove(s->queue, other, at(0));
	assert_null(next(s, 999));
	assert_ptr_equal(next(s, 1000), stuck);
}

static void
channels_have_rows_of_their_own(void **state)
{
	struct scene *s = *state;
	struct dispatcher_task *a;

	s->channels[0].type = NRS_CHANNEL_WEBHOOK;
	a = add(s, 0, "t", 0);
	assert_null(dispatcher_queue_next(s->queue, MAIL, false, at(0)));
	assert_ptr_equal(
	    dispatcher_queue_next(s->queue, NRS_CHANNEL_WEBHOOK, false, at(0)),
	    a);
}

static void
wake_says_when_the_next_is_due(void **state)
{
	struct scene *s = *state;

	assert_true(wakes_at(s, 0) == INT64_MAX);
	(void)add(s, 0, "t", 700);
	(void)add(s, 1, "t", 300);
	(void)add(s, 2, "t", 500);
	assert_int_equal(wakes_at(s, 0), 300);
	assert_int_equal(wakes_at(s, 300), 500);
	assert_int_equal(wakes_at(s, 600), 700);
	assert_true(wakes_at(s, 700) == INT64_MAX);
}

static void
what_was_never_tried_comes_first(void **state)
{
	struct scene *s = *state;
	struct dispatcher_task *again = add(s, 0, "t", 500), *fresh;

	again->attempt = 1;
	(void)dispatcher_queue_wake(s->queue, at(500));
	assert_null(dispatcher_queue_next(s->queue, MAIL, true, at(500)));
	fresh = add(s, 1, "t", 0);
	assert_ptr_equal(next(s, 500), fresh);
	start(s, fresh);
	assert_ptr_equal(next(s, 500), again);
}

/* All tasks of 3 places and 4 threads come out, each thread in order, whatever
 * is due when. */
static void
whatever_is_due_when_order_holds_and_nothing_is_lost(void **state)
{
	static const char *const threads[] = {"t0", "t1", "t2", "t3"};
	struct scene *s = *state;
	struct dispatcher_task *task;
	int64_t now;
	size_t i, n = 0;

	for (i = 0; i < 60; i++)
		(void)add(
		    s, i % PLACES, threads[i % 4], (int64_t)((i * 7919) % 101));
	for (now = 0; now <= 100; now++)
		while ((task = next(s, now)) != NULL) {
			assert_null(dispatcher_queue_earlier(task));
			assert_true(task->due.ns <= at(now).ns);
			dispatcher_queue_remove(s->queue, task, at(now));
			n++;
		}
	assert_int_equal(n, 60);
	assert_true(wakes_at(s, 200) == INT64_MAX);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    CASE(places_take_turns_in_order),
	    CASE(one_place_has_one_transfer_at_a_time),
	    CASE(a_revision_never_overtakes_an_earlier_one),
	    CASE(another_thread_does_not_wait_for_a_deferred_one),
	    CASE(channels_have_rows_of_their_own),
	    CASE(wake_says_when_the_next_is_due),
	    CASE(what_was_never_tried_comes_first),
	    CASE(whatever_is_due_when_order_holds_and_nothing_is_lost),
	};

	return cmocka_run_group_tests_name(
	    "dispatcher_queue", tests, NULL, NULL);
}
