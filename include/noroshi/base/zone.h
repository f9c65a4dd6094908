/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_ZONE_H
#define NOROSHI_BASE_ZONE_H
/*
 * zone: the clock on the wall somewhere, by the system's tz database. libc
 * knows one zone per process, and to change it races with every thread that
 * reads the environment; so this reads TZif (RFC 9636) itself. What the file
 * said when it was loaded holds until it is loaded again. Any thread.
 */
#include <stdint.h>

#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

#define NRS_ZONE_NAME_MAX 64

struct nrs_zone;
/* By its name ("Asia/Tokyo"), into arena. NRS_REJECT: there is no such zone, or
 * its file is not readable. */
NRS_CHECKED enum nrs_rc nrs_zone_load(struct nrs_arena *arena, const char *name,
    const struct nrs_zone **out, struct nrs_err *err);
/* The same from the bytes of such a file. */
NRS_CHECKED enum nrs_rc nrs_zone_parse(struct nrs_arena *arena,
    struct nrs_bytes tzif, const struct nrs_zone **out, struct nrs_err *err);

/* Seconds that the wall clock is ahead of UTC at utc_s (since 1970). */
int nrs_zone_offset(const struct nrs_zone *zone, int64_t utc_s);
/* When the wall clock shows local_s (written as if it were UTC). Of an hour
 * that comes twice, the first; an hour that is skipped counts by the offset
 * before the gap, as in RFC 5545: 02:30 is then 03:30. */
int64_t nrs_zone_utc(const struct nrs_zone *zone, int64_t local_s);
#endif
