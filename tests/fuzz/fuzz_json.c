/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a message: refused with a place and a line that is safe to print,
 * or a message that reads the same after it was written. The first byte chooses
 * the type.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/text.h"
#include "noroshi/io/json.h"

#define CHECK(fact)                                                            \
	do {                                                                   \
		if (!(fact))                                                   \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_again(struct nrs_arena *arena, enum nrs_message_type type, void *value)
{
	struct nrs_buf once = {0}, twice = {0};
	struct nrs_bytes text;
	struct nrs_err err;
	void *again;

	nrs_json_encode(&once, type, value);
	CHECK(nrs_text_is_line(once.data));
	text = (struct nrs_bytes){(const uint8_t *)once.data, once.len};
	CHECK(nrs_json_decode(arena, type, text, &again, &err) == NRS_OK);
	nrs_json_encode(&twice, type, again);
	CHECK(strcmp(once.data, twice.data) == 0);
	nrs_buf_fini(&once);
	nrs_buf_fini(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrs_arena *arena = nrs_arena_new();
	enum nrs_message_type type = NRS_TYPE_CONTENT;
	struct nrs_bytes text = {0};
	struct nrs_json_parts parts;
	struct nrs_err err = {0};
	void *out;

	if (size > 0) {
		type = (enum nrs_message_type)(data[0] % NRS_TYPE_COUNT);
		text = (struct nrs_bytes){data + 1, size - 1};
	}
	if (nrs_json_decode(arena, type, text, &out, &err) == NRS_OK) {
		read_again(arena, type, out);
		CHECK(nrs_json_part(arena, type, text, &parts, &err) == NRS_OK);
		CHECK(parts.others.len == 2);
	} else {
		CHECK(err.field[0] != '\0' && err.rule[0] != '\0');
		CHECK(nrs_text_is_line(err.text));
		(void)!nrs_json_part(arena, type, text, &parts, &err);
	}
	nrs_arena_free(arena);
	return 0;
}
