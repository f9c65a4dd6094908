/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/rand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "noroshi/base/clock.h"

void
nrs_rand_bytes(void *out, size_t len)
{
	unsigned char *at = out;
	ssize_t n;

	while (len > 0) {
		n = getrandom(at, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			perror("getrandom");
			abort();
		}
		at += n;
		len -= (size_t)n;
	}
}

uint64_t
nrs_rand_below(uint64_t below)
{
	/* The last, incomplete run of [0, below) is thrown away: no bias. */
	uint64_t limit = UINT64_MAX - UINT64_MAX % below;
	uint64_t value;

	do {
		nrs_rand_bytes(&value, sizeof(value));
	} while (value >= limit);
	return value % below;
}

const char *
nrs_id_new(char out[NRS_ID_SIZE])
{
	uint64_t ms = (uint64_t)nrs_wall_ms();
	unsigned char id[16];
	int i;

	nrs_rand_bytes(id, sizeof(id));
	for (i = 0; i < 6; i++)
		id[i] = (unsigned char)(ms >> (40 - 8 * i));
	id[6] = (unsigned char)(0x70 | (id[6] & 0x0f)); /* version 7 */
	id[8] = (unsigned char)(0x80 | (id[8] & 0x3f)); /* variant 10 */
	(void)snprintf(out, NRS_ID_SIZE,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7], id[8],
	    id[9], id[10], id[11], id[12], id[13], id[14], id[15]);
	return out;
}
