/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_COMMON_IO_ADMIN_PRIVATE_H
#define NOROSHI_COMMON_IO_ADMIN_PRIVATE_H
/*
 * What admin.c (topics) and admin_acl.c share: one request, one answer.
 */
#include "common/io/bus_private.h"
#include "noroshi/io/admin.h"

#define NRS_ADMIN_MS 30000

struct nrs_admin {
	struct nrs_bus_setup *setup;
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue; /* answers */
};

rd_kafka_AdminOptions_t *nrs_admin_options(
    struct nrs_admin *admin, rd_kafka_admin_op_t op);
/* Wait for the answer to what was asked last; the caller destroys *out. */
NRS_CHECKED enum nrs_rc nrs_admin_answer(struct nrs_admin *admin,
    const char *doing, rd_kafka_event_t **out, struct nrs_err *err);
/* Admin errors that no repetition mends are rejections, with the broker's own
 * words where it has some. */
enum nrs_rc nrs_admin_fail(struct nrs_err *err, rd_kafka_resp_err_t code,
    const char *what, const char *words);
/* The name on the bus; the caller frees. */
char *nrs_admin_full(const struct nrs_admin *admin, const char *name);
#endif
