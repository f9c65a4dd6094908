/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_zone_parse. Whatever a tz file holds, it is refused, or every
 * time has an offset that a clock on a wall can have.
 */
#include <assert.h>

#include "noroshi/base/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = {
	    INT64_MIN, -5000000000, 0, 1795737600, 9000000000, INT64_MAX};
	struct nrs_arena *arena = nrs_arena_new();
	const struct nrs_zone *zone = NULL;
	size_t i;

	if (nrs_zone_parse(
	        arena, (struct nrs_bytes){data, size}, &zone, NULL) == NRS_OK)
		for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
			const int offset = nrs_zone_offset(zone, times[i]);
			assert(offset >= -90000 && offset <= 93600);
			(void)nrs_zone_utc(zone, times[i]);
		}
	nrs_arena_free(arena);
	return 0;
}
