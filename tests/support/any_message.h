/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_ANY_MESSAGE_H
#define SUPPORT_ANY_MESSAGE_H
/*
 * any_message: seeded random messages of any type, and whether two are equal,
 * by the rows of core/schema.h. One thread at a time.
 */
#include <stdbool.h>
#include <stdint.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/schema.h"

struct any {
	struct nrs_arena *arena;
	uint64_t seed; /* changes with every draw */
	/* Of 100 fields, how many are left out. */
	unsigned sparse;
	bool no_secrets; /* which JSON does not show */
};

uint64_t any_number(struct any *any);
/* Less than limit. */
size_t any_below(struct any *any, size_t limit);
void *any_message(struct any *any, enum nrs_message_type type);
bool any_equal(enum nrs_message_type type, const void *a, const void *b);
#endif
