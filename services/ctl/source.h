/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_SOURCE_H
#define CTL_SOURCE_H
/*
 * source: what stands behind a rule: the lines of the paper, as
 * config/rules.conf quotes them, and beside them what is ours. Pure.
 */
#include <stdbool.h>
#include <stddef.h>

#include "noroshi/core/terms.h"

/* "cell:B_C/HEIGHTENED/ROUTINE", also without "cell:" and in any case. */
struct ctl_cell {
	enum nrs_matrix_column column;
	enum nrs_posture posture;
	enum nrs_urgency urgency;
};
bool ctl_cell_parse(const char *id, struct ctl_cell *out);

/* Behind a cell of the table. The paper's timing row stands under its columns,
 * so the line is that of the column; only B-c has both, by posture. */
struct ctl_source_cell {
	const char *heading;
	const char *timing;
	const char *methods[2]; /* the second may be NULL */
};
void ctl_source_of_cell(
    const struct ctl_cell *cell, struct ctl_source_cell *out);
/* 's', 'i' or 'p' in words. */
const char *ctl_source_mark(char mark, const char *lang);

/* Behind a rule that is no cell: "override:4", "not-issued". */
struct ctl_source_rule {
	const char *id;
	const char *quote; /* NULL: the paper is silent */
	char mark;
	const char *en, *ja;
};
/* NULL: not known to this version. */
const struct ctl_source_rule *ctl_source_of_rule(const char *id);

/* The one line of the paper behind any rule; "" when it is silent. */
const char *ctl_source_line(const char *id);
#endif
