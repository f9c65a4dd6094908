/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_wire_decode, nrs_wire_encode. The first byte chooses the type.
 * What is accepted must survive a round trip, and what the door accepts, the
 * inside accepts too. What is refused has a place and a line safe to print.
 */
#include <assert.h>
#include <string.h>

#include "noroshi/base/text.h"
#include "noroshi/io/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_round_trip(
    struct nrs_arena *arena, enum nrs_message_type type, const void *value)
{
	struct nrs_bytes first = nrs_wire_encode(arena, type, value), second;
	struct nrs_wire_input again = {
	    .type = type, .bytes = first, .how = NRS_WIRE_STRICT};
	struct nrs_err err;
	void *copy;

	if (first.len == 0 || first.len > NRS_WIRE_MAX)
		return;
	assert(nrs_wire_decode(arena, &again, &copy, &err) == NRS_OK);
	second = nrs_wire_encode(arena, type, copy);
	assert(first.len == second.len);
	assert(memcmp(first.data, second.data, first.len) == 0);
}

static enum nrs_rc
decode(struct nrs_arena *arena, const struct nrs_wire_input *in, void **value)
{
	struct nrs_err err = {0};
	enum nrs_rc rc = nrs_wire_decode(arena, in, value, &err);

	assert(rc == NRS_OK || rc == NRS_REJECT);
	assert(rc == NRS_OK || (err.field[0] != '\0' && err.rule[0] != '\0'));
	assert(nrs_text_is_line(err.text));
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrs_arena *arena;
	struct nrs_wire_input in = {.how = NRS_WIRE_STRICT};
	enum nrs_rc strict, tolerant;
	void *value;

	if (size == 0)
		return 0;
	arena = nrs_arena_new();
	in.type = (enum nrs_message_type)(data[0] % NRS_TYPE_COUNT);
	in.bytes = nrs_arena_bytes(arena, data + 1, size - 1);
	strict = decode(arena, &in, &value);
	in.how = NRS_WIRE_TOLERANT;
	tolerant = decode(arena, &in, &value);
	assert(strict != NRS_OK || tolerant == NRS_OK);
	if (tolerant == NRS_OK)
		check_round_trip(arena, in.type, value);
	nrs_arena_free(arena);
	return 0;
}
