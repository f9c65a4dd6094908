/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_JSON_H
#define NOROSHI_IO_JSON_H
/*
 * json: messages as JSON, by the rows of core/schema.h, over jansson.
 *
 * Names are the schema's (snake_case); enum values their names, times RFC 3339,
 * bytes base64, int64 numbers as numbers. Absent and default values are left
 * out. Input is strict: unknown or repeated keys, wrong types and unknown names
 * are refused with the field's path. Pure, any thread.
 */
#include <stdio.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/schema.h"

#define NRS_JSON_MAX (1024 * 1024) /* longer text is refused unread */

/* Append one line of JSON, without a newline. */
void nrs_json_encode(
    struct nrs_buf *out, enum nrs_message_type type, const void *value);
/* The same, indented, for people. */
void nrs_json_encode_pretty(
    struct nrs_buf *out, enum nrs_message_type type, const void *value);
/* *out is the struct of type, in arena. NRS_REJECT with path and reason. */
NRS_CHECKED enum nrs_rc nrs_json_decode(struct nrs_arena *arena,
    enum nrs_message_type type, struct nrs_bytes text, void **out,
    struct nrs_err *err);
/* Part the members of the object text: those that type has a field for, and the
 * others. Both results are JSON objects in arena. NRS_REJECT: text is none. */
struct nrs_json_parts {
	struct nrs_bytes ours, others;
};
NRS_CHECKED enum nrs_rc nrs_json_part(struct nrs_arena *arena,
    enum nrs_message_type type, struct nrs_bytes text,
    struct nrs_json_parts *out, struct nrs_err *err);
/* The object base with the members of over in place of its own of that name;
 * null takes one away; indented, for people. NRS_REJECT: one of them is no
 * object. */
NRS_CHECKED enum nrs_rc nrs_json_merge(struct nrs_arena *arena,
    struct nrs_bytes base, struct nrs_bytes over, struct nrs_bytes *out,
    struct nrs_err *err);
/* Append s as a JSON string with its quotes; controls and bidi marks escaped,
 * what is not UTF-8 replaced: safe on a terminal. */
void nrs_json_string(struct nrs_buf *out, const char *s);
#endif
