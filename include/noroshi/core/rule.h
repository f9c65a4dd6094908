/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_RULE_H
#define NOROSHI_CORE_RULE_H
/*
 * rule: the decision table of domain.md 5.1: column x posture x urgency, and
 * what an item type implies. From config/rules.conf by io/table.h. Read-only
 * after load: any thread.
 *
 * Both look-ups are total: what the table cannot know goes out in real time and
 * says so ("undecidable").
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/core/terms.h"

/* A set of routes is a bit per enum nrs_route. */
#define NRS_ROUTE_BIT(route) (1u << (unsigned)(route))
#define NRS_RT NRS_ROUTE_BIT(NRS_ROUTE_REALTIME)
#define NRS_NL NRS_ROUTE_BIT(NRS_ROUTE_NEWSLETTER)
#define NRS_WEB NRS_ROUTE_BIT(NRS_ROUTE_WEB)
#define NRS_OVERRIDE NRS_ROUTE_BIT(NRS_ROUTE_OVERRIDE)
/* What goes out by itself; the rest waits or is looked up. */
#define NRS_AT_ONCE (NRS_RT | NRS_OVERRIDE)
/* A list of routes, as messages have it, as a set. */
unsigned nrs_rule_routes(const enum nrs_route *routes, size_t n);

struct nrs_rule_cell {
	const char *id; /* "cell:B_C/HEIGHTENED/ROUTINE" */
	unsigned routes;
	char mark; /* 's' the seed prescribes it, 'i' inferred, 'p' ours */
	bool posture_review;
};

struct nrs_rule_item {
	enum nrs_matrix_column column;
	enum nrs_news_section section;
	int64_t validity_ms; /* when the notice gives no valid_until */
};

struct nrs_rule_table {
	/* By the numbers of the terms; row 0 of each is unused. */
	struct nrs_rule_cell cells[NRS_COLUMN_C + 1][NRS_POSTURE_INCIDENT + 1]
	                          [NRS_URGENCY_IMMEDIATE + 1];
	struct nrs_rule_item items[NRS_ITEM_C3 + 1];
	/* So long before a raised posture or a contact arrangement ends, the
	 * desk is reminded of it; 0: never. */
	int64_t remind_ms;
	const char *version; /* hash of its values, in each outcome */
};

const struct nrs_rule_cell *nrs_rule_cell(const struct nrs_rule_table *table,
    enum nrs_matrix_column column, enum nrs_posture posture,
    enum nrs_urgency urgency);
const struct nrs_rule_item *nrs_rule_item(
    const struct nrs_rule_table *table, enum nrs_item_type type);
#endif
