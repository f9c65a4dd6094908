/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_RAND_H
#define NOROSHI_BASE_RAND_H
/*
 * rand: the only door through which randomness enters, and the ids made of it.
 */
#include <stddef.h>
#include <stdint.h>

/* From getrandom(2); aborts if the kernel has none to give. */
void nrs_rand_bytes(void *out, size_t len);
/* Uniform in [0, below); below > 0. For jitter, not for keys. */
uint64_t nrs_rand_below(uint64_t below);

#define NRS_ID_SIZE 37
/* A UUIDv7 (RFC 9562 section 5.7), lower case: sorts by time. Returns out. */
const char *nrs_id_new(char out[NRS_ID_SIZE]);
#endif
