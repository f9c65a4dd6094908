/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_WIRE_H
#define NOROSHI_IO_WIRE_H
/*
 * wire: the only place where bytes become messages, over protobuf-c.
 *
 * protobuf-c 1.4.1 accepts invalid UTF-8, an embedded NUL, any enum number, an
 * empty payload, a singular field given twice and numbers wider than their
 * field; this module does not, and names the place. Messages are the structs of
 * core/, decoded into an arena without copying strings twice. Pure, any thread.
 */
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/schema.h"

enum nrs_wire_how {
	/* The door: unknown enum values and unknown fields are refused too. */
	NRS_WIRE_STRICT,
	/* Inside (invariant 10): unknown fields are passed over (the bytes that
	 * are forwarded keep them), an unknown enum value becomes
	 * nrs_term_safest and is counted in *n_unknown. */
	NRS_WIRE_TOLERANT,
};

#define NRS_WIRE_MAX (1024 * 1024) /* larger is refused before decoding */

/* *out is the struct of type, in arena. NRS_REJECT: not decodable; err->field
 * is the path ("sections[2].label"). n_unknown may be NULL. */
struct nrs_wire_input {
	enum nrs_message_type type;
	struct nrs_bytes bytes;
	enum nrs_wire_how how;
	unsigned *n_unknown;
};
NRS_CHECKED enum nrs_rc nrs_wire_decode(struct nrs_arena *arena,
    const struct nrs_wire_input *in, void **out, struct nrs_err *err);

/* Encode into arena. Strings may be NULL (read as ""). Cannot fail. */
struct nrs_bytes nrs_wire_encode(
    struct nrs_arena *arena, enum nrs_message_type type, const void *value);
#endif
