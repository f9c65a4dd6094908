/* SPDX-License-Identifier: Apache-2.0 */
#include "support/bus_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/rand.h"
#include "noroshi/io/admin.h"
#include "noroshi/io/mockbus.h"

#define WAIT_MS 10000

static struct nrs_mockbus *mock;
static const char *real; /* NULL: mock */
static char prefix[64] = "noroshi.";
static struct nrs_err err;

void
bus_fixture_use(const char *servers)
{
	char id[NRS_ID_SIZE];

	real = servers;
	(void)snprintf(prefix, sizeof(prefix), "test-%s.", nrs_id_new(id));
}

int
bus_fixture_start(void **state)
{
	(void)state;
	return nrs_mockbus_open(&mock, &err) == NRS_OK ? 0 : -1;
}

int
bus_fixture_stop(void **state)
{
	(void)state;
	nrs_mockbus_close(mock);
	mock = NULL;
	return 0;
}

struct nrs_bus_conf
bus_fixture_conf(const char *instance)
{
	return (struct nrs_bus_conf){
	    .servers = real != NULL ? real : nrs_mockbus_servers(mock),
	    .instance = instance,
	    .prefix = prefix,
	    /* The mock cluster keeps a dead member until then. */
	    .session_timeout_ms = real != NULL ? 6000 : 4000,
	    .transaction_timeout_ms = 10000,
	};
}

static void
real_topic(const char *name, int partitions)
{
	struct nrs_bus_conf conf = bus_fixture_conf("fixture");
	struct nrs_admin_topic topic = {
	    .name = name, .partitions = partitions, .replication = 1};
	struct nrs_admin *admin;

	assert_int_equal(nrs_admin_open(&conf, &admin, &err), NRS_OK);
	assert_int_equal(nrs_admin_create(admin, &topic, 1, &err), NRS_OK);
	nrs_admin_close(admin);
}

void
bus_fixture_topic(const char *name, int partitions)
{
	struct nrs_bus_conf conf = bus_fixture_conf("fixture");
	char *full;

	if (real != NULL) {
		real_topic(name, partitions);
		return;
	}
	full = nrs_bus_full_name(&conf, name);
	assert_int_equal(
	    nrs_mockbus_create(mock, full, partitions, &err), NRS_OK);
	free(full);
}

struct nrs_bytes
bus_fixture_bytes(const char *s)
{
	return (struct nrs_bytes){
	    (const uint8_t *)s, s == NULL ? 0 : strlen(s)};
}

void
bus_fixture_put(const char *topic, int partition, const char *value)
{
	struct nrs_bus_conf conf = bus_fixture_conf("fixture");
	struct nrs_outgoing out = {
	    .topic = topic,
	    .partition = partition,
	    .value = bus_fixture_bytes(value),
	};
	struct nrs_producer *producer;

	assert_int_equal(
	    nrs_producer_open(&conf, &topic, 1, &producer, &err), NRS_OK);
	assert_int_equal(
	    nrs_producer_send_wait(producer, &out, WAIT_MS, NULL, &err),
	    NRS_OK);
	nrs_producer_close(producer);
}

static enum nrs_rc
count_one(void *ctx, const struct nrs_record *record, struct nrs_err *e)
{
	int *n = ctx;

	(void)record, (void)e;
	(*n)++;
	return NRS_OK;
}

int
bus_fixture_count(const char *topic)
{
	struct nrs_bus_conf conf = bus_fixture_conf("fixture");
	struct nrs_reader_from from = {topic, 0, NRS_FROM_START};
	struct nrs_reader *reader;
	int n = 0;

	assert_int_equal(nrs_reader_open(&conf, &reader, &err), NRS_OK);
	assert_int_equal(nrs_reader_assign(reader, &from, 1, &err), NRS_OK);
	assert_int_equal(
	    nrs_reader_to_end(reader, WAIT_MS, count_one, &n, &err), NRS_OK);
	nrs_reader_close(reader);
	return n;
}
