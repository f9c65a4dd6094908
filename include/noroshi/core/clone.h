/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_CLONE_H
#define NOROSHI_CORE_CLONE_H
/*
 * clone: deep copies of messages, by the rows of core/schema.h. Strings that
 * were NULL become "". Pure.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/schema.h"

/* One block of memory that holds everything: free() it. */
void *nrs_clone(enum nrs_message_type type, const void *value);
/* The same in arena. */
void *nrs_clone_into(
    struct nrs_arena *arena, enum nrs_message_type type, const void *value);
#endif
