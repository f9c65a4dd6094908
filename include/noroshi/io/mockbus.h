/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_MOCKBUS_H
#define NOROSHI_IO_MOCKBUS_H
/*
 * mockbus: librdkafka's built-in mock cluster on loopback, for a first look,
 * demos and integration tests. Nothing is durable, transactions are not
 * isolated, nobody is fenced, a position stored by a transaction is forgotten:
 * it proves no promise of noroshi.
 */
#include "noroshi/base/err.h"

struct nrs_mockbus;
NRS_CHECKED enum nrs_rc nrs_mockbus_open(
    struct nrs_mockbus **out, struct nrs_err *err);
/* Full topic name, with prefix. */
NRS_CHECKED enum nrs_rc nrs_mockbus_create(struct nrs_mockbus *bus,
    const char *topic, int partitions, struct nrs_err *err);
/* "127.0.0.1:port"; owned by bus. */
const char *nrs_mockbus_servers(const struct nrs_mockbus *bus);
void nrs_mockbus_close(struct nrs_mockbus *bus);
#endif
