/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A consumer group forgets what it has not read: the bug that an auditor is
 * for. usage: pass_over SERVERS PREFIX GROUP TOPIC PARTITIONS
 */
#include <stdio.h>
#include <stdlib.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/group.h"

#define WAIT_MS 30000

static struct nrs_group *group;
static struct nrs_reader *reader;
static const char *topic;
static int n_passed;

static enum nrs_rc
gained(void *self, struct nrs_group_gain *gain, struct nrs_err *err)
{
	struct nrs_bounds bounds;
	enum nrs_rc rc =
	    nrs_reader_bounds(reader, topic, gain->partition, &bounds, err);

	(void)self;
	gain->start = bounds.end;
	n_passed++;
	return rc;
}

static void
lost(void *self, int partition, bool clean)
{
	(void)self, (void)partition, (void)clean;
}

static enum nrs_rc
pass_over(const struct nrs_bus_conf *bus, const char *name, int partitions,
    struct nrs_err *err)
{
	static const struct nrs_group_ops ops = {gained, lost};
	const struct nrs_group_conf conf = {bus, name, topic};
	const struct nrs_mono since = nrs_mono_now();
	struct nrs_record record;
	struct nrs_bounds bounds;
	enum nrs_rc rc = nrs_reader_open(bus, &reader, err);
	int i;

	if (rc == NRS_OK)
		rc = nrs_group_open(&conf, &ops, NULL, &group, err);
	while (rc != NRS_FATAL && n_passed < partitions &&
	       nrs_mono_since_ms(since) < WAIT_MS)
		rc = nrs_group_next(group, 100, &record, err);
	if (n_passed < partitions)
		return nrs_fail(err, NRS_FATAL, "%d partitions", n_passed);
	for (i = 0; i < partitions && rc != NRS_FATAL; i++) {
		rc = nrs_reader_bounds(reader, topic, i, &bounds, err);
		nrs_group_commit(group, i, bounds.end, "");
	}
	return rc;
}

int
main(int argc, char **argv)
{
	struct nrs_bus_conf bus = {.instance = "pass-over",
	    .session_timeout_ms = 6000,
	    .transaction_timeout_ms = 10000};
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (argc != 6)
		return 2;
	bus.servers = argv[1];
	bus.prefix = argv[2];
	topic = argv[4];
	rc = pass_over(&bus, argv[3], (int)strtol(argv[5], NULL, 10), &err);
	/* What was committed is stored with the goodbye. */
	nrs_group_close(group);
	nrs_reader_close(reader);
	if (rc != NRS_OK)
		(void)fprintf(stderr, "pass_over: %s\n", err.text);
	return rc == NRS_OK ? 0 : 1;
}
