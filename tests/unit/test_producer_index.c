/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "producer/index.h"

static const uint8_t hash_a[NRS_SHA256_SIZE] = {1};
static const uint8_t hash_b[NRS_SHA256_SIZE] = {2};

static struct producer_ident
ident(const char *id, const uint8_t *payload)
{
	return (struct producer_ident){id, payload, hash_a};
}

static void
decide(struct producer_index *index, struct producer_ident who, int64_t offset,
    const char *bytes)
{
	const struct producer_decided decided = {.ident = who,
	    .offset = offset,
	    .bytes = {(const uint8_t *)bytes, strlen(bytes)}};

	producer_index_learn(index, &decided);
}

static void
same_id_and_bytes_are_known_and_other_bytes_are_not(void **state)
{
	struct producer_index *index = producer_index_new(4);
	struct producer_ident a = ident("n1", hash_a), b = ident("n1", hash_b);

	assert_int_equal(producer_index_enter(index, &a), PRODUCER_NEW);
	assert_int_equal(producer_index_enter(index, &a), PRODUCER_KNOWN);
	assert_int_equal(producer_index_enter(index, &b), PRODUCER_OTHER);
	assert_false(producer_index_knows(index, &a));
	producer_index_appended(index, &a, 7);
	assert_true(producer_index_knows(index, &a));
	producer_index_free(index);
}

static void
a_failed_append_may_be_tried_again(void **state)
{
	struct producer_index *index = producer_index_new(4);
	struct producer_ident a = ident("n1", hash_a);

	assert_int_equal(producer_index_enter(index, &a), PRODUCER_NEW);
	producer_index_forget(index, &a);
	assert_int_equal(producer_index_enter(index, &a), PRODUCER_NEW);
	producer_index_free(index);
}

static void
forgetting_never_loses_an_outcome(void **state)
{
	struct producer_index *index = producer_index_new(4);
	struct producer_ident a = ident("n1", hash_a);

	assert_int_equal(producer_index_enter(index, &a), PRODUCER_NEW);
	decide(index, a, 3, "released");
	producer_index_forget(index, &a);
	assert_int_equal(producer_index_enter(index, &a), PRODUCER_KNOWN);
	producer_index_free(index);
}

static void
the_first_outcome_counts(void **state)
{
	struct producer_index *index = producer_index_new(4);
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_answer answer;

	decide(index, ident("n1", hash_a), 3, "released");
	decide(index, ident("n1", hash_a), 4, "duplicate");
	decide(index, ident("n1", hash_b), 5, "rejected");
	assert_true(producer_index_find(index, "n1", arena, &answer));
	assert_int_equal(answer.outcome_offset, 3);
	assert_string_equal((const char *)answer.bytes.data, "released");
	struct producer_ident b = ident("n1", hash_b);
	assert_int_equal(producer_index_wait(index, &b, 0, arena, &answer),
	    PRODUCER_DECIDED);
	assert_int_equal(answer.outcome_offset, 5);
	nrs_arena_free(arena);
	producer_index_free(index);
}

static void
only_the_newest_bytes_are_kept_but_every_place(void **state)
{
	struct producer_index *index = producer_index_new(1);
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_answer answer;

	decide(index, ident("n1", hash_a), 3, "one");
	decide(index, ident("n2", hash_a), 4, "two");
	assert_true(producer_index_find(index, "n1", arena, &answer));
	assert_null(answer.bytes.data);
	assert_int_equal(answer.outcome_offset, 3);
	assert_true(producer_index_find(index, "n2", arena, &answer));
	assert_non_null(answer.bytes.data);
	assert_int_equal(producer_index_count(index), 2);
	nrs_arena_free(arena);
	producer_index_free(index);
}

static void
waiting_ends_at_its_deadline(void **state)
{
	struct producer_index *index = producer_index_new(4);
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_ident a = ident("n1", hash_a);
	struct producer_answer answer;

	assert_int_equal(producer_index_enter(index, &a), PRODUCER_NEW);
	producer_index_appended(index, &a, 9);
	assert_int_equal(producer_index_wait(index, &a, 5, arena, &answer),
	    PRODUCER_TIMEOUT);
	assert_int_equal(answer.journal_offset, 9);
	assert_int_equal(answer.outcome_offset, -1);
	nrs_arena_free(arena);
	producer_index_free(index);
}

struct waiter {
	struct producer_index *index;
	enum producer_waited waited;
};

static void *
wait_long(void *opaque)
{
	struct waiter *w = opaque;
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_ident a = ident("n1", hash_a);
	struct producer_answer answer;

	w->waited = producer_index_wait(w->index, &a, 20000, arena, &answer);
	nrs_arena_free(arena);
	return NULL;
}

/* A waiter that nobody wakes would let this test run into its 20 seconds and
 * answer TIMEOUT. */
static enum producer_waited
woken_by(void (*wake)(struct producer_index *index))
{
	struct producer_index *index = producer_index_new(4);
	struct producer_ident a = ident("n1", hash_a);
	struct waiter w = {.index = index, .waited = PRODUCER_TIMEOUT};
	pthread_t thread;

	assert_int_equal(producer_index_enter(index, &a), PRODUCER_NEW);
	assert_int_equal(pthread_create(&thread, NULL, wait_long, &w), 0);
	wake(index);
	assert_int_equal(pthread_join(thread, NULL), 0);
	producer_index_free(index);
	return w.waited;
}

static void
wake_by_outcome(struct producer_index *index)
{
	decide(index, ident("n1", hash_a), 1, "x");
}

static void
wake_by_forget(struct producer_index *index)
{
	struct producer_ident a = ident("n1", hash_a);

	producer_index_forget(index, &a);
}

static void
waiters_wake_for_an_outcome_a_failure_and_the_stop(void **state)
{
	assert_int_equal(woken_by(wake_by_outcome), PRODUCER_DECIDED);
	assert_int_equal(woken_by(wake_by_forget), PRODUCER_GONE);
	assert_int_equal(woken_by(producer_index_stop), PRODUCER_GONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        same_id_and_bytes_are_known_and_other_bytes_are_not),
	    cmocka_unit_test(a_failed_append_may_be_tried_again),
	    cmocka_unit_test(forgetting_never_loses_an_outcome),
	    cmocka_unit_test(the_first_outcome_counts),
	    cmocka_unit_test(only_the_newest_bytes_are_kept_but_every_place),
	    cmocka_unit_test(waiting_ends_at_its_deadline),
	    cmocka_unit_test(
	        waiters_wake_for_an_outcome_a_failure_and_the_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
