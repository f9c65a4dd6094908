/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/io/csv.h"

static struct nrs_arena *arena;

static int
setup(void **state)
{
	arena = nrs_arena_new();
	return 0;
}

static int
teardown(void **state)
{
	nrs_arena_free(arena);
	return 0;
}

static struct nrs_csv
good(const char *text)
{
	struct nrs_csv csv;
	struct nrs_err err = {0};
	struct nrs_bytes bytes = {(const uint8_t *)text, strlen(text)};

	if (nrs_csv_read(arena, bytes, &csv, &err) != NRS_OK)
		fail_msg("%s: %s", err.field, err.text);
	return csv;
}

static void
bad(const char *text, const char *rule, const char *field)
{
	struct nrs_csv csv;
	struct nrs_err err = {0};
	struct nrs_bytes bytes = {(const uint8_t *)text, strlen(text)};

	assert_int_equal(nrs_csv_read(arena, bytes, &csv, &err), NRS_REJECT);
	assert_string_equal(err.rule, rule);
	assert_string_equal(err.field, field);
}

static void
rows_know_their_line_whatever_is_in_a_cell(void **state)
{
	struct nrs_csv csv = good("\xef\xbb\xbfid,name\r\n"
	                          "a,\"x \"\"y\"\",\r\nz\"\r\n"
	                          "\r\n"
	                          "b, 電力 \n");

	assert_int_equal(csv.n, 3);
	assert_string_equal(csv.rows[0].cells[0], "id"); /* without the mark */
	assert_int_equal(csv.rows[1].line, 2);
	assert_string_equal(csv.rows[1].cells[1], "x \"y\",\r\nz");
	assert_int_equal(csv.rows[2].line, 5);
	assert_string_equal(csv.rows[2].cells[1], " 電力 ");
}

static void
the_last_row_needs_no_line_end_and_cells_may_be_empty(void **state)
{
	struct nrs_csv csv = good("a,b,c\n,\"\",");

	assert_int_equal(csv.n, 2);
	assert_int_equal(csv.rows[1].n, 3);
	assert_string_equal(csv.rows[1].cells[0], "");
	assert_string_equal(csv.rows[1].cells[2], "");
	assert_int_equal(good("").n, 0);
}

static void
what_is_not_rfc_4180_is_refused_with_its_place(void **state)
{
	bad("a,b\nx,y\"z\n", "csv", "line 2, byte 4");
	bad("a,b\nx,\"y\"z\n", "csv", "line 2, byte 6");
	bad("a,b\nx,\"y\" \n", "csv", "line 2, byte 6");
	bad("a,b\nx,\"y\n", "csv", "");
	bad("a,b\nx\n", "columns", "line 2");
	bad("a,b\nx,y\n1,2,3\n", "columns", "line 3");
	bad("a\n\"two\nlines\"\nx,y\n", "columns", "line 4");
}

static void
what_is_not_utf_8_is_refused_with_its_line(void **state)
{
	bad("a\nb\n\x93\xfa\x96\x7b\nc\n", "utf-8", "line 3"); /* Shift_JIS */
	bad("a\n\xed\xa0\x80\n", "utf-8", "line 2");
}

static void
a_row_of_countless_cells_is_refused(void **state)
{
	char text[200];

	memset(text, ',', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	bad(text, "columns", "line 1");
}

/* ---- writing ---- */

static const char *
round_trip(const char *cell)
{
	struct nrs_buf text = {0};
	struct nrs_csv csv;

	nrs_csv_begin(&text);
	nrs_csv_cell(&text, "first");
	nrs_csv_cell(&text, cell);
	nrs_csv_end_row(&text);
	csv = good(nrs_buf_str(&text));
	nrs_buf_fini(&text);
	assert_int_equal(csv.n, 1);
	assert_int_equal(csv.rows[0].n, 2);
	return csv.rows[0].cells[1];
}

static void
what_is_written_reads_back_the_same(void **state)
{
	static const char *const cells[] = {"", "x", "a,b", "\"", "a\r\nb",
	    "電力", "=1+1", "+81", "-x", "@SUM(A1)", "\tx", "'", "'x", "'=x",
	    "''+", " =x"};

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		assert_string_equal(round_trip(cells[i]), cells[i]);
}

static void
no_cell_is_a_formula_to_a_spreadsheet(void **state)
{
	struct nrs_buf text = {0};

	nrs_csv_cell(&text, "=cmd|' /C calc'!A0");
	nrs_csv_cell(&text, "@x");
	nrs_csv_cell(&text, "a=b");
	nrs_csv_end_row(&text);
	assert_string_equal(
	    nrs_buf_str(&text), "\"'=cmd|' /C calc'!A0\",\"'@x\",\"a=b\"\r\n");
	nrs_buf_fini(&text);
}

#define FACT(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    FACT(rows_know_their_line_whatever_is_in_a_cell),
	    FACT(the_last_row_needs_no_line_end_and_cells_may_be_empty),
	    FACT(what_is_not_rfc_4180_is_refused_with_its_place),
	    FACT(what_is_not_utf_8_is_refused_with_its_line),
	    FACT(a_row_of_countless_cells_is_refused),
	    FACT(what_is_written_reads_back_the_same),
	    FACT(no_cell_is_a_formula_to_a_spreadsheet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
