/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a Submission, without a keyring so that the payload is reached:
 * refused with a rule, or admitted with every part its type needs. The first
 * byte chooses the door or the inside.
 */
#include <stdint.h>
#include <stdlib.h>

#include "noroshi/base/text.h"
#include "noroshi/io/admit.h"
#include "support/signed.h"

#define CHECK(fact)                                                            \
	do {                                                                   \
		if (!(fact))                                                   \
			abort();                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_parts(const struct nrs_admitted *admitted)
{
	int payloads =
	    (admitted->content != NULL) + (admitted->posture_change != NULL) +
	    (admitted->approval != NULL) + (admitted->cut_off != NULL) +
	    (admitted->deadline != NULL) + (admitted->subscription != NULL);

	CHECK(admitted->submission != NULL && payloads == 1);
	CHECK((admitted->content != NULL) == (admitted->addressing != NULL));
	CHECK(admitted->signer == NULL);
	CHECK(nrs_text_is_id(admitted->submission->submission_id, 64));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_admit how = {
	    .check = {.sectors = signed_sectors(), .mode = NRS_MODE_ACTUAL}};
	struct nrs_admitted admitted;
	struct nrs_bytes bytes = {0};
	struct nrs_err err = {0};

	if (size > 0) {
		how.how =
		    (data[0] & 1) != 0 ? NRS_WIRE_STRICT : NRS_WIRE_TOLERANT;
		how.check.inside = how.how == NRS_WIRE_TOLERANT;
		bytes = (struct nrs_bytes){data + 1, size - 1};
	}
	if (nrs_admit(arena, &how, bytes, &admitted, &err) == NRS_OK) {
		check_parts(&admitted);
	} else {
		CHECK(err.rule[0] != '\0');
		CHECK(nrs_text_is_line(err.text));
	}
	nrs_arena_free(arena);
	return 0;
}
