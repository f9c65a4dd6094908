/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_LABEL_H
#define CTL_LABEL_H
/*
 * label: what people read for each field name of the output, and how wide its
 * column is in a table. A name stands once, for all commands.
 */

struct ctl_label {
	const char *name;
	const char *en, *ja;
	int width; /* of a table's column */
};

/* Never NULL: a name that is not listed ends the program. */
const struct ctl_label *ctl_label_of(const char *name);
#endif
