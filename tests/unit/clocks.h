/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_CLOCKS_H
#define UNIT_CLOCKS_H
/*
 * clocks: this process's clocks, in a machine that can be suspended and whose
 * clock somebody sets. Who includes this is linked with clock_gettime and
 * timespec_get of its own, which the libraries get, too. Any thread.
 */
#include <stdint.h>

/* Suspended for so long: all but the time awake has gone on. */
void clocks_sleep(int64_t ms);
/* The wall clock is set by so much, back if it is negative. */
void clocks_set(int64_t ms);
#endif
