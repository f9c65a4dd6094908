/* SPDX-License-Identifier: Apache-2.0 */
/* embedded: a bus in memory, with the daemons beside it, for a first look. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/daemons.h"
#include "ctl/first_look.h"
#include "ctl/text.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/mockbus.h"

struct embedded {
	struct ctl *ctl;
	struct nrs_mockbus *bus;
	struct ctl_first_look look;
	const char *servers_file;
	struct ctl_daemons daemons;
};

static enum nrs_rc
create(struct embedded *e, const struct nrs_topic *topic, bool drill,
    struct nrs_err *err)
{
	struct nrs_bus_conf bus = e->ctl->conf.bus;
	enum nrs_rc rc;
	char *full;

	bus.drill = drill;
	full = nrs_bus_full_name(&bus, topic->name);
	rc = nrs_mockbus_create(e->bus, full, topic->partitions, err);
	free(full);
	return rc;
}

/* A drill's too: later nobody can make any. */
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
		rc = create(e, &topics[i], false, err);
		if (rc == NRS_OK)
			rc = create(e, &topics[i], true, err);
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

/* Where the producer must listen for the URL that is asked. */
static const char *
listen_of(struct nrs_arena *arena, const char *url)
{
	const char *host = strstr(url, "://");

	host = host == NULL ? url : host + strlen("://");
	return nrs_arena_printf(
	    arena, "api.listen=%.*s", (int)strcspn(host, "/"), host);
}

static enum nrs_rc
start_daemons(struct embedded *e, struct nrs_err *err)
{
	struct nrs_arena *arena = e->ctl->arena;
	const char *const set[] = {nrs_arena_printf(arena, "bus.servers=%s",
	                               nrs_mockbus_servers(e->bus)),
	    nrs_arena_printf(arena, "bus.prefix=%s", e->ctl->conf.bus.prefix),
	    nrs_arena_printf(arena, "keys=%s", e->look.keys),
	    nrs_arena_printf(arena, "sectors=%s", e->look.sectors),
	    "admin.listen="};
	const char *const listen[] = {listen_of(arena, e->ctl->conf.producer)};

	if (e->look.conf == NULL)
		return nrs_fail(err, NRS_FATAL,
		    "no configuration of the daemons here: give --conf-dir "
		    "DIR, or --bus-only");
	e->daemons.conf = e->look.conf;
	e->daemons.logs = e->look.state;
	e->daemons.set = set;
	e->daemons.n_set = sizeof(set) / sizeof(set[0]);
	e->daemons.producer_set = listen;
	e->daemons.n_producer_set = 1;
	return ctl_daemons_start(&e->daemons, err);
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
	        "Nothing on this bus is durable. In another terminal:\n"
	        "  noroshictl -F %s/noroshictl.conf issue\nStop with Ctrl-C.",
	        e->look.state),
	    nrs_arena_printf(e->ctl->arena,
	        "このバスには何も残らない。別の端末で:\n"
	        "  noroshictl -F %s/noroshictl.conf issue\nCtrl-C で終わる。",
	        e->look.state));
}

static enum nrs_rc
start(struct embedded *e, bool bus_only, struct nrs_err *err)
{
	enum nrs_rc rc = ctl_first_look_find(e->ctl, &e->look, err);

	if (rc != NRS_OK)
		return rc;
	e->servers_file =
	    nrs_arena_printf(e->ctl->arena, "%s/servers", e->look.state);
	e->ctl->conf.sectors = e->look.sectors;
	rc = nrs_mockbus_open(&e->bus, err);
	if (rc == NRS_OK)
		rc = create_topics(e, err);
	if (rc == NRS_OK)
		rc = ctl_first_look_keys(e->ctl, &e->look, err);
	if (rc == NRS_OK)
		rc = ctl_first_look_conf(
		    e->ctl, &e->look, nrs_mockbus_servers(e->bus), err);
	if (rc == NRS_OK && !bus_only)
		rc = start_daemons(e, err);
	if (rc == NRS_OK)
		rc = write_servers(e, err);
	return rc;
}

enum ctl_exit
ctl_cmd_embedded(struct ctl *ctl)
{
	struct embedded e = {.ctl = ctl, .daemons = {.ctl = ctl}};
	bool bus_only = ctl_opt(ctl, CTL_OPT_BUS_ONLY) != NULL;
	struct nrs_err err = {0};
	enum nrs_rc rc = start(&e, bus_only, &err);

	if (rc == NRS_OK) {
		say_how(&e, bus_only);
		rc = ctl_daemons_wait(&e.daemons, &err);
	}
	if (e.servers_file != NULL)
		(void)unlink(e.servers_file);
	ctl_daemons_stop(&e.daemons);
	nrs_mockbus_close(e.bus);
	return rc == NRS_OK ? CTL_DONE : ctl_failed(NRS_FATAL, &err);
}
