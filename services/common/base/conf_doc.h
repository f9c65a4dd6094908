/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_BASE_CONF_DOC_H
#define COMMON_BASE_CONF_DOC_H
/*
 * conf_doc: what the rows of conf.c ask beyond noroshi/base/conf.h.
 */
#include "noroshi/base/conf.h"

bool nrs_conf_is_group(const struct nrs_conf_node *node);
/* "file:line" of node, in arena. */
const char *nrs_conf_where(
    const struct nrs_conf_node *node, struct nrs_arena *arena);
/* The file that node stands in. */
const char *nrs_conf_file(const struct nrs_conf_node *node);
/* "bus.servers", "cells[3].route", in arena; "" for the root. */
const char *nrs_conf_path(
    const struct nrs_conf_node *node, struct nrs_arena *arena);
#endif
