/* SPDX-License-Identifier: Apache-2.0 */
/* embedded: a bus in memory, with the daemons beside it, for a first look. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/child.h"
#include "ctl/cmd.h"
#include "ctl/ctl.h"
#include "ctl/text.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/mockbus.h"

#define STOP_MS 15000
#define FOREVER_MS INT_MAX

static const char *const names[] = {"producer", "classifier", "dispatcher"};
#define N_DAEMONS (sizeof(names) / sizeof(names[0]))

struct embedded {
	struct ctl *ctl;
	struct nrs_mockbus *bus;
	const char *state, *conf, *servers_file;
	struct ctl_child daemons[N_DAEMONS];
};

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

static enum nrs_rc
create_topics(struct embedded *e, struct nrs_err *err)
{
	const struct nrs_sector_table *sectors;
	const struct nrs_topic *topics;
	size_t n;
	enum nrs_rc rc = ctl_sectors(e->ctl, &sectors, err);

	if (rc != NRS_OK)
		return rc;
	topics = nrs_topic_table(e->ctl->arena, sectors, &n);
	for (size_t i = 0; rc == NRS_OK && i < n; i++) {
		char *full =
		    nrs_bus_full_name(&e->ctl->conf.bus, topics[i].name);
		rc =
		    nrs_mockbus_create(e->bus, full, topics[i].partitions, err);
		free(full);
	}
	return rc;
}

/* Whole or not at all: who waits for the file reads it at once. */
static enum nrs_rc
write_servers(struct embedded *e, struct nrs_err *err)
{
	const char *servers = nrs_mockbus_servers(e->bus);
	const char *next =
	    nrs_arena_printf(e->ctl->arena, "%s.new", e->servers_file);
	const char *text = nrs_arena_printf(e->ctl->arena, "%s\n", servers);
	enum nrs_rc rc = ctl_text_save(
	    next, (struct nrs_bytes){(const uint8_t *)text, strlen(text)}, err);

	if (rc == NRS_OK && rename(next, e->servers_file) != 0)
		rc = nrs_fail(
		    err, NRS_FATAL, "%s: %s", e->servers_file, strerror(errno));
	return rc;
}

static enum nrs_rc
start_daemon(
    struct embedded *e, size_t i, const char *beside, struct nrs_err *err)
{
	struct nrs_arena *arena = e->ctl->arena;
	const char *const argv[] = {
	    nrs_arena_printf(arena, "%s/noroshi-%s", beside, names[i]), "-F",
	    nrs_arena_printf(arena, "%s/%s.conf", e->conf, names[i]), "-X",
	    nrs_arena_printf(
	        arena, "bus.servers=%s", nrs_mockbus_servers(e->bus)),
	    "-X",
	    nrs_arena_printf(arena, "bus.prefix=%s", e->ctl->conf.bus.prefix),
	    NULL};

	e->daemons[i].name = names[i];
	return ctl_child_start(&e->daemons[i], argv,
	    nrs_arena_printf(arena, "%s/%s.log", e->state, names[i]), err);
}

/* The daemons lie beside this program. */
static enum nrs_rc
start_daemons(struct embedded *e, struct nrs_err *err)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	struct sigaction sa = {.sa_handler = on_child};
	enum nrs_rc rc = NRS_OK;
	char *slash;

	if (n < 0)
		return nrs_fail(
		    err, NRS_FATAL, "/proc/self/exe: %s", strerror(errno));
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	woken = e->ctl->stop;
	(void)sigaction(SIGCHLD, &sa, NULL);
	for (size_t i = 0; rc == NRS_OK && i < N_DAEMONS; i++)
		rc = start_daemon(e, i, self, err);
	return rc;
}

static void
say_how(struct embedded *e, bool bus_only)
{
	struct ctl_out *out = e->ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	ctl_out_str(out, "servers", nrs_mockbus_servers(e->bus));
	ctl_out_str(out, "file", e->servers_file);
	if (!bus_only)
		ctl_out_str(out, "url", e->ctl->conf.producer);
	ctl_out_end(out);
	ctl_out_note(out,
	    nrs_arena_printf(e->ctl->arena,
	        "Nothing here is durable. In another terminal:\n"
	        "  noroshictl -b %s list\nStop with Ctrl-C.",
	        nrs_mockbus_servers(e->bus)),
	    nrs_arena_printf(e->ctl->arena,
	        "ここでは何も残らない。別の端末で:\n"
	        "  noroshictl -b %s list\nCtrl-C で終わる。",
	        nrs_mockbus_servers(e->bus)));
}

static enum nrs_rc
start(struct embedded *e, bool bus_only, struct nrs_err *err)
{
	enum nrs_rc rc;

	if (mkdir(e->state, 0750) != 0 && errno != EEXIST)
		return nrs_fail(
		    err, NRS_FATAL, "%s: %s", e->state, strerror(errno));
	rc = nrs_mockbus_open(&e->bus, err);
	if (rc == NRS_OK)
		rc = create_topics(e, err);
	if (rc == NRS_OK)
		rc = write_servers(e, err);
	if (rc == NRS_OK && !bus_only)
		rc = start_daemons(e, err);
	return rc;
}

/* Until asked to stop; a daemon that ends by itself ends all. */
static enum nrs_rc
wait_for_the_end(struct embedded *e, struct nrs_err *err)
{
	while (!nrs_stop_wait(e->ctl->stop, FOREVER_MS))
		;
	for (size_t i = 0; ended_unasked != 0 && i < N_DAEMONS; i++)
		if (ctl_child_ended(&e->daemons[i]))
			return nrs_fail(err, NRS_FATAL,
			    "noroshi-%s has ended; see %s/%s.log", names[i],
			    e->state, names[i]);
	return NRS_OK;
}

enum ctl_exit
ctl_cmd_embedded(struct ctl *ctl)
{
	struct embedded e = {.ctl = ctl,
	    .state = ctl_opt(ctl, CTL_OPT_STATE_DIR),
	    .conf = ctl_opt(ctl, CTL_OPT_CONF_DIR)};
	bool bus_only = ctl_opt(ctl, CTL_OPT_BUS_ONLY) != NULL;
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (e.state == NULL)
		e.state = "noroshi-embedded";
	if (e.conf == NULL)
		e.conf = "config";
	e.servers_file = nrs_arena_printf(ctl->arena, "%s/servers", e.state);
	rc = start(&e, bus_only, &err);
	if (rc == NRS_OK) {
		say_how(&e, bus_only);
		rc = wait_for_the_end(&e, &err);
	}
	(void)unlink(e.servers_file);
	for (size_t i = N_DAEMONS; i-- > 0;)
		ctl_child_stop(&e.daemons[i], STOP_MS);
	nrs_mockbus_close(e.bus);
	return rc == NRS_OK ? CTL_DONE : ctl_failed(NRS_FATAL, &err);
}
