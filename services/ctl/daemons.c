/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/daemons.h"

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#define STOP_MS 15000
#define FOREVER_MS INT_MAX
#define WORDS_MAX 40

static const char *const names[CTL_DAEMONS_N] = {
    "producer", "classifier", "dispatcher"};

/* A signal handler has no argument. */
static struct nrs_stop *woken;
static volatile sig_atomic_t ended_unasked;

/* After Ctrl-C the daemons end because they were told to. */
static void
on_child(int number)
{
	(void)number;
	if (!nrs_stop_asked(woken))
		ended_unasked = 1;
	nrs_stop_ask(woken);
}

static size_t
add_set(const char **words, size_t n, const char *const *set, size_t n_set)
{
	for (size_t i = 0; i < n_set && n + 2 < WORDS_MAX; i++) {
		words[n++] = "-X";
		words[n++] = set[i];
	}
	return n;
}

static enum nrs_rc
start_one(
    struct ctl_daemons *d, size_t i, const char *beside, struct nrs_err *err)
{
	struct nrs_arena *arena = d->ctl->arena;
	const char *argv[WORDS_MAX];
	size_t n = 0;

	argv[n++] = nrs_arena_printf(arena, "%s/noroshi-%s", beside, names[i]);
	argv[n++] = "-F";
	argv[n++] = nrs_arena_printf(arena, "%s/%s.conf", d->conf, names[i]);
	n = add_set(argv, n, d->set, d->n_set);
	if (i == CTL_DAEMONS_PRODUCER)
		n = add_set(argv, n, d->producer_set, d->n_producer_set);
	argv[n] = NULL;
	d->children[i].name = names[i];
	return ctl_child_start(&d->children[i], argv,
	    nrs_arena_printf(arena, "%s/%s.log", d->logs, names[i]), err);
}

/* The daemons lie beside this program, or installed in sbin. */
static const char *
folder_of_daemons(struct nrs_arena *arena)
{
	const char *beside = ctl_child_folder(arena);
	const char *one =
	    nrs_arena_printf(arena, "%s/noroshi-producer", beside);

	return access(one, X_OK) == 0
	           ? beside
	           : nrs_arena_printf(arena, "%s/../sbin", beside);
}

enum nrs_rc
ctl_daemons_start(struct ctl_daemons *d, struct nrs_err *err)
{
	const char *beside = folder_of_daemons(d->ctl->arena);
	struct sigaction sa = {.sa_handler = on_child};
	enum nrs_rc rc = NRS_OK;

	woken = d->ctl->stop;
	(void)sigaction(SIGCHLD, &sa, NULL);
	for (size_t i = 0; rc == NRS_OK && i < CTL_DAEMONS_N; i++)
		rc = start_one(d, i, beside, err);
	return rc;
}

enum nrs_rc
ctl_daemons_wait(struct ctl_daemons *d, struct nrs_err *err)
{
	while (!nrs_stop_wait(d->ctl->stop, FOREVER_MS))
		;
	for (size_t i = 0; ended_unasked != 0 && i < CTL_DAEMONS_N; i++)
		if (ctl_child_ended(&d->children[i]))
			return nrs_fail(err, NRS_FATAL,
			    "noroshi-%s has ended; see %s/%s.log", names[i],
			    d->logs, names[i]);
	return NRS_OK;
}

void
ctl_daemons_stop(struct ctl_daemons *d)
{
	for (size_t i = CTL_DAEMONS_N; i-- > 0;)
		ctl_child_stop(&d->children[i], STOP_MS);
}
