/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_POSTURE_H
#define NOROSHI_CORE_POSTURE_H
/*
 * posture: 平時, 要警戒時 or 障害発生時 per sector, with a national floor;
 * every raised one has an end. Time is the decision's, never the wall clock.
 * Pure.
 */
#include <stddef.h>
#include <stdint.h>

#include "noroshi/core/decision.h"

#define NRS_POSTURE_NATIONAL "*"

struct nrs_postures {
	const struct nrs_posture_set *sets; /* at most one per scope */
	size_t n;
};

/* What one scope says at now; NORMAL when it says nothing or has ended. */
enum nrs_posture nrs_posture_of(
    const struct nrs_postures *postures, const char *scope, int64_t now);
/* The higher of the national floor and the sector's own. */
enum nrs_posture nrs_posture_effective(
    const struct nrs_postures *postures, const char *sector, int64_t now);
#endif
