/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_mime_bounce. Whatever a mail that came back says, what is kept of
 * it is short, printable and complete, and the address in it parses or not.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/core/verp.h"
#include "noroshi/io/mime_bounce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *s, size_t max)
{
	assert(strlen(s) <= max);
	for (; *s != '\0'; s++)
		assert(*s >= 0x20 && *s < 0x7f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_bounce bounce;
	struct nrs_verp verp;
	size_t i;

	nrs_mime_bounce(arena, (struct nrs_bytes){data, size}, &bounce);
	check_text(bounce.status, 11);
	check_text(bounce.diagnostic, 100);
	check_text(bounce.message_id, 320);
	for (i = 0; i < bounce.n_addresses; i++) {
		check_text(bounce.addresses[i], 320);
		if (nrs_verp_parse(bounce.addresses[i],
		        strlen(bounce.addresses[i]), &verp))
			assert(verp.offset >= 0 && verp.partition >= 0);
	}
	nrs_arena_free(arena);
	return 0;
}
