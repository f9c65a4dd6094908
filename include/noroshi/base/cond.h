/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_COND_H
#define NOROSHI_BASE_COND_H
/*
 * cond: waiting for a condition, but not for ever. Nobody who sets the clock
 * makes a wait longer or shorter; while the machine is suspended it stands
 * still, as every wait does (pthread takes no clock that runs on).
 */
#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* To be destroyed by pthread_cond_destroy. */
void nrs_cond_init(pthread_cond_t *cond);
/* ms from now, for pthread_cond_timedwait on a condition made by
 * nrs_cond_init, and on no other. */
struct timespec nrs_cond_limit(int64_t ms);
#endif
