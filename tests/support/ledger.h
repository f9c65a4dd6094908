/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_LEDGER_H
#define SUPPORT_LEDGER_H
/*
 * ledger: the accounts of what waits, kept from outcomes alone, so that a test
 * of random journals sees when the state's own go wrong: nothing is lost,
 * nothing stands in two issues of a sector, a promotion is one, numbers have no
 * gaps, no title and no text stands where its label may not.
 */
#include "noroshi/base/map.h"
#include "noroshi/core/decide.h"

struct ledger {
	struct nrs_map *waiting;  /* "thread sector": struct entry */
	struct nrs_map *urgent;   /* "notice sector" went in real time */
	struct nrs_map *issued;   /* "notice sector" stood in an issue */
	struct nrs_map *numbers;  /* sector: its last number */
	struct nrs_map *labels;   /* thread: its label */
	struct nrs_map *narrowed; /* notice for some, not for a sector */
	struct nrs_map *carried;  /* "thread sector": by an issue */
	/* seen: to prove the test */
	size_t n_issues, n_promotions, n_lines, n_stubs;
};

void ledger_open(struct ledger *ledger);
void ledger_close(struct ledger *ledger);
/* After each command: out, what it decided about (NULL: no notice), and the
 * state afterwards. */
void ledger_see(struct ledger *ledger, const struct nrs_outcome *out,
    const struct nrs_command *about, const struct nrs_state *state);
#endif
