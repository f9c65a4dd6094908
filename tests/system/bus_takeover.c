/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pipes and groups on a real broker, in processes that are killed and stopped.
 * usage: bus_takeover SERVERS
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/group.h"
#include "noroshi/io/pipe.h"
#include "support/bus_fixture.h"
#include "support/copier.h"

#define WAIT_MS 30000
#define TAKEOVER_MS 10000
#define N_PARTITIONS 4

#define wait_until(condition)                                                  \
	do {                                                                   \
		struct nrs_mono begun_ = nrs_mono_now();                       \
		struct nrs_stop *never_ = nrs_stop_new();                      \
		while (!(condition) && nrs_mono_since_ms(begun_) < WAIT_MS)    \
			nrs_stop_wait(never_, 5);                              \
		nrs_stop_free(never_);                                         \
		assert_true(condition);                                        \
	} while (0)

/* For what must not happen, there is no event to wait for. */
static void
let_pass(int ms)
{
	struct nrs_stop *never = nrs_stop_new();

	nrs_stop_wait(never, ms);
	nrs_stop_free(never);
}

/* ---- processes ---- */

static void *
shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static pid_t
spawn(void (*run)(void *arg), void *arg)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	run(arg);
	_exit(0);
}

static void
end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
run_copier(void *arg)
{
	(void)copier_run(arg, copier_ops());
}

static struct copier *
copier_new(const char *topic, const char *output, const char *instance)
{
	struct copier *c = shared(sizeof(*c));

	c->topic = topic;
	c->output = output;
	c->instance = instance;
	return c;
}

static void
make_topics(const char *in, const char *out, int n_records)
{
	int i;

	bus_fixture_topic(in, 1);
	bus_fixture_topic(out, 1);
	for (i = 0; i < n_records; i++)
		bus_fixture_put(in, 0, "v");
}

/* A commit is promised before its marker is written: wait for it, and then
 * whether more comes. */
static void
assert_committed(const char *topic, int n)
{
	wait_until(bus_fixture_count(topic) >= n);
	let_pass(200);
	assert_int_equal(bus_fixture_count(topic), n);
}

/* ---- pipes ---- */

static void
nothing_of_an_open_transaction_is_seen(void **state)
{
	struct copier *c = copier_new("iso", "iso.out", "a");
	pid_t pid;

	make_topics("iso", "iso.out", 3);
	c->hold = true;
	pid = spawn(run_copier, c);
	wait_until(c->n_held == 1);
	let_pass(500); /* sent by now */
	assert_int_equal(bus_fixture_count("iso.out"), 0);
	c->hold = false;
	wait_until(c->n_settled > 0 && c->n_records == 3);
	assert_committed("iso.out", 3);
	end(pid);
}

static void
an_aborted_batch_leaves_no_trace(void **state)
{
	struct copier *c = copier_new("abort", "abort.out", "a");
	pid_t pid;

	make_topics("abort", "abort.out", 5);
	c->n_retry = 2;
	pid = spawn(run_copier, c);
	wait_until(c->n_settled > 0 && c->n_records == 5);
	assert_int_equal(c->n_taken, 3);
	assert_committed("abort.out", 5);
	end(pid);
}

static void
killed_within_a_transaction_it_is_replaced_within_ten_seconds(void **state)
{
	struct copier *a = copier_new("kill", "kill.out", "a");
	struct copier *b = copier_new("kill", "kill.out", "b");
	struct nrs_mono killed;
	pid_t pid_a, pid_b;

	make_topics("kill", "kill.out", 3);
	pid_a = spawn(run_copier, a);
	wait_until(a->n_records == 3 && a->n_settled > 0);
	pid_b = spawn(run_copier, b);
	wait_until(copier_said(b, "standby"));
	a->hold = true;
	bus_fixture_put("kill", 0, "v");
	wait_until(a->n_held == 1);
	let_pass(500);
	killed = nrs_mono_now();
	end(pid_a);
	wait_until(b->n_settled > 0);
	print_message("replaced after %d ms\n", (int)nrs_mono_since_ms(killed));
	assert_true(nrs_mono_since_ms(killed) < TAKEOVER_MS);
	assert_int_equal(b->committed, 3);
	assert_int_equal(b->n_records, 1);
	assert_committed("kill.out", 4);
	end(pid_b);
}

static void
one_that_slept_through_its_session_writes_nothing_more(void **state)
{
	struct copier *a = copier_new("sleep", "sleep.out", "a");
	struct copier *b = copier_new("sleep", "sleep.out", "b");
	pid_t pid_a, pid_b;

	make_topics("sleep", "sleep.out", 1);
	a->hold = true;
	pid_a = spawn(run_copier, a);
	wait_until(a->n_held == 1);
	pid_b = spawn(run_copier, b);
	wait_until(copier_said(b, "standby"));
	assert_int_equal(kill(pid_a, SIGSTOP), 0);
	wait_until(b->n_settled == 1);
	a->hold = false;
	assert_int_equal(kill(pid_a, SIGCONT), 0);
	wait_until(a->n_lost > 0 && copier_said(a, "standby"));
	bus_fixture_put("sleep", 0, "v");
	wait_until(a->n_settled + b->n_settled == 2);
	assert_committed("sleep.out", 2);
	/* The sleeper did not drive the rightful owner out. */
	assert_int_equal(b->n_taken, 1);
	assert_int_equal(b->n_settled, 2);
	end(pid_a);
	end(pid_b);
}

static void
restarted_under_its_name_it_goes_on_at_once(void **state)
{
	struct copier *a = copier_new("again", "again.out", "a");
	struct copier *a2 = copier_new("again", "again.out", "a");
	struct copier *b = copier_new("again", "again.out", "b");
	struct nrs_mono killed;
	pid_t pid_a, pid_b;

	make_topics("again", "again.out", 1);
	pid_a = spawn(run_copier, a);
	wait_until(a->n_settled == 1);
	pid_b = spawn(run_copier, b);
	wait_until(copier_said(b, "standby"));
	killed = nrs_mono_now();
	end(pid_a);
	pid_a = spawn(run_copier, a2);
	bus_fixture_put("again", 0, "v");
	wait_until(a2->n_settled == 1);
	print_message("back after %d ms\n", (int)nrs_mono_since_ms(killed));
	assert_true(nrs_mono_since_ms(killed) < 4000);
	assert_int_equal(b->n_taken, 0);
	assert_int_equal(a2->committed, 1);
	end(pid_a);
	end(pid_b);
}

static void
topics_that_are_made_later_are_found(void **state)
{
	struct copier *c = copier_new("later", "later.out", "a");
	struct nrs_mono made;
	pid_t pid = spawn(run_copier, c);

	wait_until(copier_said(c, "input topic unavailable"));
	made = nrs_mono_now();
	make_topics("later", "later.out", 1);
	wait_until(c->n_settled == 1);
	print_message("found after %d ms\n", (int)nrs_mono_since_ms(made));
	assert_true(nrs_mono_since_ms(made) < TAKEOVER_MS);
	end(pid);
}

static void
a_second_process_of_the_same_name_ends_the_first(void **state)
{
	struct copier *a = copier_new("twin", "twin.out", "a");
	struct copier *a2 = copier_new("twin", "twin.out", "a");
	pid_t pid_a, pid_a2;

	make_topics("twin", "twin.out", 1);
	pid_a = spawn(run_copier, a);
	wait_until(a->n_settled == 1);
	pid_a2 = spawn(run_copier, a2);
	wait_until(a->rc == NRS_FATAL);
	assert_non_null(strstr(a->err.text, "bus.instance"));
	bus_fixture_put("twin", 0, "v");
	wait_until(a2->n_settled == 1);
	assert_int_equal(waitpid(pid_a, NULL, 0), pid_a);
	end(pid_a2);
	assert_committed("twin.out", 2);
}

/* ---- groups ---- */

struct sender {
	const char *topic, *instance;
	atomic_int n_owned, n_unclean;
	_Atomic int64_t gained_at;     /* nanoseconds: the first partition */
	_Atomic int64_t last_lease_at; /* a moment at which it could send */
	_Atomic int64_t committed[N_PARTITIONS];
	char metadata[N_PARTITIONS][64];
	atomic_bool commit;
};

static enum nrs_rc
gained(void *self, struct nrs_group_gain *gain, struct nrs_err *e)
{
	struct sender *s = self;

	(void)e;
	if (s->n_owned++ == 0)
		s->gained_at = nrs_mono_now().ns;
	s->committed[gain->partition] = gain->committed;
	(void)snprintf(s->metadata[gain->partition], sizeof(s->metadata[0]),
	    "%s", gain->metadata);
	gain->start = gain->committed < 0 ? 0 : gain->committed;
	return NRS_OK;
}

static void
lost(void *self, int partition, bool clean)
{
	struct sender *s = self;

	(void)partition;
	s->n_owned--;
	s->n_unclean += !clean;
}

static void
run_sender(void *arg)
{
	static const struct nrs_group_ops ops = {gained, lost};
	struct sender *s = arg;
	struct nrs_bus_conf bus = bus_fixture_conf(s->instance);
	struct nrs_group_conf conf = {&bus, s->topic, s->topic};
	struct nrs_group *group;
	struct nrs_record record;
	int64_t now;

	if (nrs_group_open(&conf, &ops, s, &group, NULL) != NRS_OK)
		_exit(1);
	for (;;) {
		now = nrs_mono_now().ns;
		if (s->n_owned > 0 && nrs_group_lease_held(group))
			s->last_lease_at = now;
		if (s->commit) {
			nrs_group_commit(group, 1, 1, "receipt=17");
			s->commit = false;
		}
		if (nrs_group_next(group, 2, &record, NULL) != NRS_OK)
			_exit(1);
	}
}

static struct sender *
sender_new(const char *topic, const char *instance)
{
	struct sender *s = shared(sizeof(*s));

	s->topic = topic;
	s->instance = instance;
	return s;
}

static int64_t
committed_now(const char *topic, int partition)
{
	struct sender *s = sender_new(topic, "asker");
	pid_t pid = spawn(run_sender, s);
	int64_t committed;

	wait_until(s->n_owned > 0);
	committed = s->committed[partition];
	end(pid);
	return committed;
}

static void
a_killed_senders_partitions_move_with_offset_and_metadata(void **state)
{
	struct sender *a = sender_new("move", "a");
	struct sender *b = sender_new("move", "b");
	struct nrs_mono killed;
	pid_t pid_a, pid_b;

	bus_fixture_topic("move", N_PARTITIONS);
	bus_fixture_put("move", 1, "v");
	pid_a = spawn(run_sender, a);
	wait_until(a->n_owned == N_PARTITIONS);
	a->commit = true;
	wait_until(!a->commit);
	let_pass(300); /* asynchronous */
	pid_b = spawn(run_sender, b);
	wait_until(a->n_owned == 2 && b->n_owned == 2);
	killed = nrs_mono_now();
	end(pid_a);
	wait_until(b->n_owned == N_PARTITIONS);
	print_message("moved after %d ms\n", (int)nrs_mono_since_ms(killed));
	assert_true(nrs_mono_since_ms(killed) < TAKEOVER_MS);
	assert_int_equal(b->committed[1], 1);
	assert_string_equal(b->metadata[1], "receipt=17");
	assert_int_equal(b->committed[3], -1);
	end(pid_b);
}

static void
a_stopped_senders_lease_ends_before_another_owns_anything(void **state)
{
	struct sender *a = sender_new("lease", "a");
	struct sender *b = sender_new("lease", "b");
	struct nrs_mono resumed;
	pid_t pid_a, pid_b;

	bus_fixture_topic("lease", N_PARTITIONS);
	pid_a = spawn(run_sender, a);
	wait_until(a->n_owned == N_PARTITIONS && a->last_lease_at > 0);
	assert_int_equal(kill(pid_a, SIGSTOP), 0);
	pid_b = spawn(run_sender, b);
	wait_until(b->n_owned == N_PARTITIONS);
	resumed = nrs_mono_now();
	assert_int_equal(kill(pid_a, SIGCONT), 0);
	wait_until(a->n_unclean == N_PARTITIONS);
	/* Between its stop and the loss it was told it never had the lease. */
	assert_true(a->last_lease_at < b->gained_at);
	wait_until(a->n_owned == 2 && b->n_owned == 2);
	wait_until(a->last_lease_at > resumed.ns);
	end(pid_a);
	end(pid_b);
	assert_int_equal(committed_now("lease", 0), -1);
}

static void
of_two_who_write_once_under_one_id_the_first_is_fenced(void **state)
{
	struct nrs_bus_conf bus = bus_fixture_conf("once");
	static const char *const topics[] = {"once"};
	const struct nrs_once_conf conf = {
	    .bus = &bus, .id = "once", .topics = topics, .n_topics = 1};
	const struct nrs_outgoing record = {
	    .topic = "once", .partition = 0, .value = bus_fixture_bytes("x")};
	const struct nrs_outgoing twice[] = {record, record};
	struct nrs_once *first, *second;
	struct nrs_err err = {0};

	bus_fixture_topic("once", 1);
	assert_int_equal(nrs_once_open(&conf, &first, &err), NRS_OK);
	assert_int_equal(nrs_once_open(&conf, &second, &err), NRS_OK);
	assert_int_not_equal(nrs_once_write(first, twice, 2, &err), NRS_OK);
	assert_int_equal(bus_fixture_count("once"), 0);
	assert_int_equal(nrs_once_write(second, twice, 2, &err), NRS_OK);
	nrs_once_close(first);
	nrs_once_close(second);
	assert_int_equal(bus_fixture_count("once"), 2);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_of_an_open_transaction_is_seen),
	    cmocka_unit_test(an_aborted_batch_leaves_no_trace),
	    cmocka_unit_test(
	        killed_within_a_transaction_it_is_replaced_within_ten_seconds),
	    cmocka_unit_test(
	        one_that_slept_through_its_session_writes_nothing_more),
	    cmocka_unit_test(restarted_under_its_name_it_goes_on_at_once),
	    cmocka_unit_test(topics_that_are_made_later_are_found),
	    cmocka_unit_test(
	        of_two_who_write_once_under_one_id_the_first_is_fenced),
	    cmocka_unit_test(a_second_process_of_the_same_name_ends_the_first),
	    cmocka_unit_test(
	        a_killed_senders_partitions_move_with_offset_and_metadata),
	    cmocka_unit_test(
	        a_stopped_senders_lease_ends_before_another_owns_anything),
	};

	if (argc != 2) {
		(void)fprintf(stderr, "usage: %s SERVERS\n", argv[0]);
		return 2;
	}
	bus_fixture_use(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
