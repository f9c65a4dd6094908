/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_SECTOR_H
#define NOROSHI_CORE_SECTOR_H
/*
 * sector: the table of sectors and CEPTOARs, from config/sectors.conf: data,
 * never an enum that routes (it grew from 10 sectors to 15). Read-only after
 * load: any thread. io/table.h loads it.
 */
#include <stdbool.h>
#include <stddef.h>

struct nrs_sector {
	const char *code; /* "finance": in topic names and ACLs */
	const char *ja, *en;
	int since; /* first fiscal year a public source shows it */
};

struct nrs_ceptoar {
	const char *id; /* "bank": in topic names and ACLs */
	const char *sector;
	const char *ja, *en;
	bool verified;    /* its name was found in a public source */
	const char *mail; /* mailbox that is told of members who are silent, or
	                     NULL */
};

struct nrs_sector_table {
	const struct nrs_sector *sectors;
	size_t n_sectors;
	const struct nrs_ceptoar *ceptoars;
	size_t n_ceptoars;
	const char *version; /* hash of its values, in each outcome */
};

/* NULL when absent. */
const struct nrs_sector *nrs_sector_find(
    const struct nrs_sector_table *table, const char *code);
const struct nrs_ceptoar *nrs_ceptoar_find(
    const struct nrs_sector_table *table, const char *id);
#endif
