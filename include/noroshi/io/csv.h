/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_CSV_H
#define NOROSHI_IO_CSV_H
/*
 * csv: tables as RFC 4180 has them, in UTF-8, over libcsv. A byte order mark
 * is welcome, lines end with CRLF or LF, quotes must be where they belong, and
 * every row has as many cells as the first. Pure, any thread.
 *
 * A cell that a spreadsheet would take for a formula (=, +, -, @, tab) is
 * written with an apostrophe before it, which reading takes away again.
 */
#include <stdbool.h>
#include <stddef.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

#define NRS_CSV_COLUMNS_MAX 64

struct nrs_csv_row {
	size_t line; /* of the text, from 1: where the row begins */
	const char **cells;
	size_t n;
};

struct nrs_csv {
	struct nrs_csv_row *rows; /* the heading is the first */
	size_t n;
};

/* Everything lives in arena. NRS_REJECT: err->field is "line 3" or "line 3,
 * byte 17", err->rule "utf-8", "csv" or "columns". */
NRS_CHECKED enum nrs_rc nrs_csv_read(struct nrs_arena *arena,
    struct nrs_bytes text, struct nrs_csv *out, struct nrs_err *err);

/* Append the mark by which spreadsheets know UTF-8, a cell, the end of a row.
 */
void nrs_csv_begin(struct nrs_buf *out);
void nrs_csv_cell(struct nrs_buf *out, const char *cell);
void nrs_csv_end_row(struct nrs_buf *out);
#endif
