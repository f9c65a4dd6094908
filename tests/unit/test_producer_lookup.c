/* SPDX-License-Identifier: Apache-2.0 */
/* Many who ask for old outcomes at once, of a bus that does not answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "noroshi/base/mem.h"
#include "noroshi/base/stop.h"
#include "producer/lookup.h"

#define ASKERS 8
#define SILENT_MS 300

static atomic_int n_asked;
static atomic_bool silent;
static struct nrs_stop *never;
static struct producer_lookup *lookup;

/* ---- in place of the bus ---- */

enum nrs_rc
nrs_reader_open_lookup(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	(void)conf, (void)err;
	*out = NULL; /* none is needed */
	return NRS_OK;
}

void
nrs_reader_close(struct nrs_reader *reader)
{
	(void)reader;
}

enum nrs_rc
nrs_reader_assign(struct nrs_reader *reader, const struct nrs_reader_from *from,
    size_t n, struct nrs_err *err)
{
	(void)reader, (void)from, (void)n, (void)err;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_next(struct nrs_reader *reader, int timeout_ms,
    struct nrs_record *record, struct nrs_err *err)
{
	(void)reader, (void)timeout_ms, (void)err;
	n_asked++;
	if (silent)
		(void)nrs_stop_wait(never, SILENT_MS);
	else
		*record = (struct nrs_record){.topic = "outcome",
		    .offset = 7,
		    .value = {(const uint8_t *)"x", 1}};
	return NRS_OK;
}

/* ---- who asks ---- */

static enum nrs_rc
ask(void)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_bytes bytes;
	const enum nrs_rc rc =
	    producer_lookup_outcome(lookup, 7, arena, &bytes, NULL);

	nrs_arena_free(arena);
	return rc;
}

static void *
run(void *arg)
{
	*(enum nrs_rc *)arg = ask();
	return NULL;
}

static void
who_waited_for_a_silent_bus_is_not_told_to_wait_again(void **state)
{
	const struct nrs_bus_conf bus = {0};
	enum nrs_rc rc[ASKERS];
	pthread_t threads[ASKERS];
	int i;

	(void)state;
	never = nrs_stop_new();
	lookup = producer_lookup_new(&bus);
	silent = true;
	for (i = 0; i < ASKERS; i++)
		(void)pthread_create(&threads[i], NULL, run, &rc[i]);
	for (i = 0; i < ASKERS; i++) {
		(void)pthread_join(threads[i], NULL);
		assert_int_equal(rc[i], NRS_RETRY);
	}
	/* the first; and one that may have come just after it, on a machine
	 * with much to do */
	assert_in_range(n_asked, 1, ASKERS / 2);
	silent = false;
	assert_int_equal(ask(), NRS_OK);
	producer_lookup_free(lookup);
	nrs_stop_free(never);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        who_waited_for_a_silent_bus_is_not_told_to_wait_again),
	};

	return cmocka_run_group_tests_name(
	    "producer_lookup", tests, NULL, NULL);
}
