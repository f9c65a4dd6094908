/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_OUT_H
#define CTL_OUT_H
/*
 * out: text for people and JSON for programs from the same calls.
 *
 * A document is begun, gets fields, and is ended; --json writes it as one line.
 * For people it is a block ("label: value" lines) or a row of a table whose
 * heading is written before the first row. Field names are an interface: they
 * are listed once, with their Japanese and English labels, in label.c.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "noroshi/base/buf.h"
#include "noroshi/core/label.h"
#include "noroshi/core/schema.h"

enum ctl_shape {
	CTL_BLOCK,
	CTL_ROW,
};

struct ctl_out;
struct ctl_out_conf {
	FILE *file;
	bool json, color, quiet;
	const char *lang; /* "ja" or "en" */
};
struct ctl_out *ctl_out_new(const struct ctl_out_conf *conf);
void ctl_out_free(struct ctl_out *out);
bool ctl_out_is_json(const struct ctl_out *out);
const char *ctl_out_lang(const struct ctl_out *out);

void ctl_out_begin(struct ctl_out *out, enum ctl_shape shape);
/* All but the numbers: an absent value ("" or 0) is left out of a block and of
 * JSON and is an empty cell of a row. */
void ctl_out_str(struct ctl_out *out, const char *name, const char *value);
void ctl_out_int(struct ctl_out *out, const char *name, int64_t value);
void ctl_out_time(struct ctl_out *out, const char *name, int64_t ms);
void ctl_out_term(
    struct ctl_out *out, const char *name, enum nrs_vocabulary voc, int value);
void ctl_out_list(
    struct ctl_out *out, const char *name, const char *const *values, size_t n);
/* JSON only: a whole message as a nested object. */
void ctl_out_message(struct ctl_out *out, const char *name,
    enum nrs_message_type type, const void *value);
/* JSON only: the message is the whole document. */
void ctl_out_whole(
    struct ctl_out *out, enum nrs_message_type type, const void *value);
/* People only: text that stands under the block, folded to 76 columns. */
void ctl_out_body(struct ctl_out *out, const char *heading, const char *text);
/* People only: text whose lines are broken as they are meant, under the block.
 */
void ctl_out_laid_out(struct ctl_out *out, const char *text);
void ctl_out_end(struct ctl_out *out);
/* People only: a hint on stderr, in the language of the output. */
void ctl_out_note(struct ctl_out *out, const char *en, const char *ja);
#endif
