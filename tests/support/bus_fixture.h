/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_TESTS_SUPPORT_BUS_FIXTURE_H
#define NOROSHI_TESTS_SUPPORT_BUS_FIXTURE_H
/*
 * bus_fixture: a bus for one test program: the mock cluster on loopback, or
 * real brokers under a prefix of this run's own.
 */
#include "noroshi/io/bus.h"

/* Real brokers; before anything else, instead of start and stop. No thread is
 * left behind by any call, so that the program may fork. */
void bus_fixture_use(const char *servers);
/* For cmocka's group setup and teardown. */
int bus_fixture_start(void **state);
int bus_fixture_stop(void **state);
/* instance is kept, not copied. */
struct nrs_bus_conf bus_fixture_conf(const char *instance);
void bus_fixture_topic(const char *name, int partitions);
/* Send to partition and wait until it is there. */
void bus_fixture_put(const char *topic, int partition, const char *value);
/* Records that read_committed sees now in partition 0. */
int bus_fixture_count(const char *topic);
struct nrs_bytes bus_fixture_bytes(const char *s);
#endif
