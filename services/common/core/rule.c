/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/rule.h"

/* Fail towards delivery (invariant 5), and let a person look. */
static const struct nrs_rule_cell undecidable = {
    .id = "undecidable", .routes = NRS_RT, .mark = 'p', .posture_review = true};
static const struct nrs_rule_item unknown_item = {
    .column = NRS_COLUMN_C, .section = NRS_NEWS_WARNINGS};

unsigned
nrs_rule_routes(const enum nrs_route *routes, size_t n)
{
	unsigned set = 0;
	size_t i;

	for (i = 0; i < n; i++)
		set |= NRS_ROUTE_BIT(routes[i]);
	return set;
}

static bool
is_in(unsigned value, unsigned last)
{
	return value >= 1 && value <= last;
}

const struct nrs_rule_cell *
nrs_rule_cell(const struct nrs_rule_table *table, enum nrs_matrix_column column,
    enum nrs_posture posture, enum nrs_urgency urgency)
{
	if (!is_in(column, NRS_COLUMN_C) ||
	    !is_in(posture, NRS_POSTURE_INCIDENT) ||
	    !is_in(urgency, NRS_URGENCY_IMMEDIATE))
		return &undecidable;
	return &table->cells[column][posture][urgency];
}

const struct nrs_rule_item *
nrs_rule_item(const struct nrs_rule_table *table, enum nrs_item_type type)
{
	if (!is_in(type, NRS_ITEM_C3))
		return &unknown_item;
	return &table->items[type];
}
