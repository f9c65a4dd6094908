/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_WIRE_SCAN_H
#define COMMON_IO_WIRE_SCAN_H
/*
 * wire_scan: look at every byte of a message before protobuf-c does, by the
 * rows of core/schema.h, and refuse what protobuf-c would let through or would
 * refuse without saying where. Part of io/wire. Pure.
 */
#include "noroshi/io/wire.h"

/* A message of more values costs more to decode than any real one. */
#define NRS_WIRE_MAX_VALUES (128 * 1024)
/* Fields of the largest schema, at most. */
#define NRS_WIRE_MAX_ROWS 64

NRS_CHECKED enum nrs_rc nrs_wire_scan(
    const struct nrs_wire_input *in, struct nrs_err *err);
#endif
