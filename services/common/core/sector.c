/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/sector.h"

#include <string.h>

/* 15 and 21 rows: a scan is faster than a hash and needs no memory. */
const struct nrs_sector *
nrs_sector_find(const struct nrs_sector_table *table, const char *code)
{
	size_t i;

	for (i = 0; i < table->n_sectors; i++)
		if (strcmp(table->sectors[i].code, code) == 0)
			return &table->sectors[i];
	return NULL;
}

const struct nrs_ceptoar *
nrs_ceptoar_find(const struct nrs_sector_table *table, const char *id)
{
	size_t i;

	for (i = 0; i < table->n_ceptoars; i++)
		if (strcmp(table->ceptoars[i].id, id) == 0)
			return &table->ceptoars[i];
	return NULL;
}
