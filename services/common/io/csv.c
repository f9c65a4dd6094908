/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/csv.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/text.h"

#define BOM "\xef\xbb\xbf"
/* What OWASP names: a spreadsheet runs what begins like this. */
#define FORMULA "=+-@\t\r"

/* ---- reading ---- */

struct reading {
	struct nrs_arena *arena;
	struct nrs_csv *out;
	size_t cap;
	const char *cells[NRS_CSV_COLUMNS_MAX + 1];
	size_t n_cells; /* of the row, also those beyond the last that fits */
	size_t line, byte; /* of the text, where we are; from 1 */
	size_t row_line;   /* where this row began; 0: it has not */
};

/* The apostrophe that keeps a formula from being one. */
static bool
is_guarded(const char *cell)
{
	const char *p = cell;

	while (*p == '\'')
		p++;
	return p > cell && *p != '\0' && strchr(FORMULA, *p) != NULL;
}

static void
on_cell(void *cell, size_t len, void *ctx)
{
	struct reading *r = ctx;
	const char *text;

	if (r->n_cells++ >= NRS_CSV_COLUMNS_MAX)
		return;
	text = nrs_arena_strndup(r->arena, cell == NULL ? "" : cell, len);
	r->cells[r->n_cells - 1] = is_guarded(text) ? text + 1 : text;
}

static void
grow(struct reading *r)
{
	struct nrs_csv_row *rows;

	if (r->out->n < r->cap)
		return;
	r->cap = r->cap == 0 ? 64 : r->cap * 2;
	rows = nrs_arena_array(r->arena, r->cap, sizeof(*rows));
	if (r->out->n > 0)
		memcpy(rows, r->out->rows, r->out->n * sizeof(*rows));
	r->out->rows = rows;
}

static void
on_row(int end, void *ctx)
{
	struct reading *r = ctx;
	struct nrs_csv_row *row;
	size_t n =
	    r->n_cells > NRS_CSV_COLUMNS_MAX ? NRS_CSV_COLUMNS_MAX : r->n_cells;

	(void)end;
	grow(r);
	row = &r->out->rows[r->out->n++];
	row->line = r->row_line;
	row->n = r->n_cells;
	row->cells = nrs_arena_array(r->arena, n + 1, sizeof(*row->cells));
	memcpy(row->cells, r->cells, n * sizeof(*row->cells));
	r->n_cells = 0;
	r->row_line = 0;
}

static int
is_no_space(unsigned char c)
{
	(void)c;
	return 0; /* blanks belong to the cell */
}

static enum nrs_rc
refuse_quotes(const struct reading *r, struct nrs_err *err)
{
	char where[48];

	(void)snprintf(
	    where, sizeof(where), "line %zu, byte %zu", r->line, r->byte);
	return nrs_refuse(err, where, "csv",
	    "a cell with a quote in it is quoted as a whole, and the quote "
	    "doubled");
}

/* Byte by byte, so that the place of an error is known. */
static enum nrs_rc
parse(struct csv_parser *parser, struct reading *r, struct nrs_bytes text,
    struct nrs_err *err)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.data[i];
		if (r->row_line == 0 && c != '\r' && c != '\n')
			r->row_line = r->line;
		if (csv_parse(parser, &c, 1, on_cell, on_row, r) != 1)
			return refuse_quotes(r, err);
		r->byte = c == '\n' ? 1 : r->byte + 1;
		r->line += c == '\n';
	}
	if (csv_fini(parser, on_cell, on_row, r) == 0)
		return NRS_OK;
	return nrs_refuse(err, "", "csv",
	    "the cell that begins in the row of line %zu is quoted and not "
	    "closed",
	    r->row_line);
}

static enum nrs_rc
check_shape(const struct nrs_csv *csv, struct nrs_err *err)
{
	char where[32];

	for (size_t i = 0; i < csv->n; i++) {
		(void)snprintf(
		    where, sizeof(where), "line %zu", csv->rows[i].line);
		if (csv->rows[i].n > NRS_CSV_COLUMNS_MAX)
			return nrs_refuse(err, where, "columns",
			    "%zu cells, at most %d are allowed", csv->rows[i].n,
			    NRS_CSV_COLUMNS_MAX);
		if (csv->rows[i].n != csv->rows[0].n)
			return nrs_refuse(err, where, "columns",
			    "%zu cells, but the heading has %zu",
			    csv->rows[i].n, csv->rows[0].n);
	}
	return NRS_OK;
}

/* The line where text stops being UTF-8. */
static enum nrs_rc
refuse_bytes(struct nrs_bytes text, struct nrs_err *err)
{
	size_t line = 1, begin = 0;
	char where[32];

	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] != '\n')
			continue;
		if (!nrs_text_is_utf8(text.data + begin, i - begin))
			break;
		line++;
		begin = i + 1;
	}
	(void)snprintf(where, sizeof(where), "line %zu", line);
	return nrs_refuse(err, where, "utf-8",
	    "this is no UTF-8 (in a spreadsheet: save as CSV UTF-8)");
}

enum nrs_rc
nrs_csv_read(struct nrs_arena *arena, struct nrs_bytes text,
    struct nrs_csv *out, struct nrs_err *err)
{
	struct reading r = {.arena = arena, .out = out, .line = 1, .byte = 1};
	struct csv_parser parser;
	enum nrs_rc rc;

	*out = (struct nrs_csv){0};
	if (!nrs_text_is_utf8(text.data, text.len))
		return refuse_bytes(text, err);
	if (text.len >= strlen(BOM) &&
	    memcmp(text.data, BOM, strlen(BOM)) == 0) {
		text.data += strlen(BOM);
		text.len -= strlen(BOM);
	}
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return nrs_fail(err, NRS_FATAL, "csv: cannot begin");
	csv_set_space_func(&parser, is_no_space);
	rc = parse(&parser, &r, text, err);
	csv_free(&parser);
	return rc == NRS_OK ? check_shape(out, err) : rc;
}

/* ---- writing ---- */

void
nrs_csv_begin(struct nrs_buf *out)
{
	nrs_buf_adds(out, BOM);
}

static bool
needs_guard(const char *cell)
{
	return (cell[0] != '\0' && strchr(FORMULA, cell[0]) != NULL) ||
	       is_guarded(cell);
}

void
nrs_csv_cell(struct nrs_buf *out, const char *cell)
{
	bool first = out->len == 0 || out->data[out->len - 1] == '\n' ||
	             (out->len == strlen(BOM) && out->data[0] == BOM[0]);
	struct nrs_buf text = {0};
	char *quoted;
	size_t len;

	nrs_buf_adds(&text, needs_guard(cell) ? "'" : "");
	nrs_buf_adds(&text, cell);
	len = csv_write(NULL, 0, nrs_buf_str(&text), text.len);
	quoted = nrs_alloc(len + 1);
	(void)csv_write(quoted, len, nrs_buf_str(&text), text.len);
	nrs_buf_adds(out, first ? "" : ",");
	nrs_buf_add(out, quoted, len);
	free(quoted);
	nrs_buf_fini(&text);
}

void
nrs_csv_end_row(struct nrs_buf *out)
{
	nrs_buf_adds(out, "\r\n");
}
