/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_CLOCK_H
#define NOROSHI_BASE_CLOCK_H
/*
 * clock: the only door through which time enters. Wall time is int64
 * milliseconds UTC, as in every message; monotonic time is a struct so that the
 * two cannot be mixed. Decisions never read either: they use accepted_at.
 *
 * Monotonic time runs on while the machine is suspended: the others did not
 * sleep, and what was ours for six seconds may be a successor's. Only judging
 * our own threads, and waiting (base/cond.h), stand still meanwhile.
 */
#include <stdbool.h>
#include <stdint.h>

#include "noroshi/base/err.h"

struct nrs_mono {
	int64_t ns;
};

int64_t nrs_wall_ms(void);
/* The same in nanoseconds, for what others wait by. */
int64_t nrs_wall_ns(void);
struct nrs_mono nrs_mono_now(void);
/* Milliseconds from since to now, never negative. */
int64_t nrs_mono_since_ms(struct nrs_mono since);
/* The same in microseconds, for histograms. */
int64_t nrs_mono_since_us(struct nrs_mono since);
/* From now to then, never negative. */
int64_t nrs_mono_until_ms(struct nrs_mono then);
/* ms after from, or before it; the ends of the scale are not passed. */
struct nrs_mono nrs_mono_add_ms(struct nrs_mono from, int64_t ms);
/* Nanoseconds in which this machine was awake: poll(2) and systemd count so. */
int64_t nrs_awake_ns(void);

/* Room for "2026-11-24T12:34:56.789+09:00" and its NUL. */
#define NRS_TIME_SIZE 40
/* RFC 3339 in UTC with milliseconds ("...Z"); returns out. */
const char *nrs_time_utc(int64_t ms, char out[NRS_TIME_SIZE]);
/* RFC 3339 at Japan's fixed +09:00, without milliseconds; returns out. */
const char *nrs_time_jst(int64_t ms, char out[NRS_TIME_SIZE]);
/* "2026年11月24日 21時34分 (JST)" for ja, "24 Nov 2026 21:34 JST" for en. */
const char *nrs_time_text(int64_t ms, const char *lang, char out[64]);
/* RFC 3339 with an offset or Z, seconds may have a fraction. NRS_REJECT. */
NRS_CHECKED enum nrs_rc nrs_time_parse(
    const char *text, int64_t *ms, struct nrs_err *err);
#endif
