/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_TABLE_PRIVATE_H
#define COMMON_IO_TABLE_PRIVATE_H
/*
 * table_private: what the readers of the policy files share.
 */
#include "noroshi/base/buf.h"
#include "noroshi/base/conf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

/* One file being read: strings go to the arena, since its document is closed.
 * The version hashes every value in the order it was read. */
struct table {
	struct nrs_arena *arena;
	struct nrs_buf text;
};

/* One line of text, not empty. A NULL name means node itself. */
enum nrs_rc table_string(struct table *table, const struct nrs_conf_node *node,
    const char *name, const char **out, struct nrs_err *err);
/* In topic names and ACLs: what Kafka allows, without the dot that separates
 * and without capitals, which would read as another name. */
enum nrs_rc table_code(struct table *table, const struct nrs_conf_node *node,
    const char *name, const char **out, struct nrs_err *err);
const char *table_version(struct table *table);
#endif
