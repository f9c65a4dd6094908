/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_token_open. Whatever follows /ack/ in a path, it is refused, or
 * it is exactly what we would make of what it says.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/io/token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nrs_token_keys keys = {.n = 1};
	const struct nrs_token_want want = {&keys, NRS_MODE_ACTUAL, 0};
	struct nrs_arena *arena = nrs_arena_new();
	const char *text = nrs_arena_strndup(arena, (const char *)data, size);
	struct nrs_err err = {0};
	struct nrs_token out;

	if (nrs_token_open(arena, &want, text, &out, &err) == NRS_OK)
		assert(strcmp(nrs_token_make(arena, &keys, &out), text) == 0);
	else
		assert(strcmp(err.text, "the token is not valid") == 0);
	nrs_arena_free(arena);
	return 0;
}
