/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/posture.h"

#include <string.h>

enum nrs_posture
nrs_posture_of(
    const struct nrs_postures *postures, const char *scope, int64_t now)
{
	const struct nrs_posture_set *set;
	size_t i;

	for (i = 0; i < postures->n; i++) {
		set = &postures->sets[i];
		if (strcmp(set->scope, scope) != 0)
			continue;
		if (set->posture <= NRS_POSTURE_NORMAL || now >= set->until)
			break;
		return set->posture;
	}
	return NRS_POSTURE_NORMAL;
}

enum nrs_posture
nrs_posture_effective(
    const struct nrs_postures *postures, const char *sector, int64_t now)
{
	enum nrs_posture floor =
	    nrs_posture_of(postures, NRS_POSTURE_NATIONAL, now);
	enum nrs_posture own = nrs_posture_of(postures, sector, now);

	return own > floor ? own : floor;
}
