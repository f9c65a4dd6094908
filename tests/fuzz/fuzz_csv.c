/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_csv_read. Whatever table comes, it is refused, or what it says
 * reads back the same when it is written.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/io/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_all(const struct nrs_csv *csv, struct nrs_buf *out)
{
	nrs_csv_begin(out);
	for (size_t i = 0; i < csv->n; i++) {
		for (size_t k = 0; k < csv->rows[i].n; k++)
			nrs_csv_cell(out, csv->rows[i].cells[k]);
		nrs_csv_end_row(out);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_csv csv, again;
	struct nrs_err err = {.text = ""};
	struct nrs_buf text = {0};

	if (nrs_csv_read(arena, (struct nrs_bytes){data, size}, &csv, &err) ==
	    NRS_OK) {
		write_all(&csv, &text);
		if (nrs_csv_read(arena,
		        (struct nrs_bytes){
		            (const uint8_t *)text.data, text.len},
		        &again, &err) != NRS_OK ||
		    again.n != csv.n)
			abort();
		for (size_t i = 0; i < csv.n; i++)
			for (size_t k = 0; k < csv.rows[i].n; k++)
				if (strcmp(csv.rows[i].cells[k],
				        again.rows[i].cells[k]) != 0)
					abort();
	} else if (err.rule[0] == '\0') {
		abort(); /* a refusal without a rule */
	}
	nrs_buf_fini(&text);
	nrs_arena_free(arena);
	return 0;
}
