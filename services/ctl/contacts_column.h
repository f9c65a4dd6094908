/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_CONTACTS_COLUMN_H
#define CTL_CONTACTS_COLUMN_H
/*
 * contacts_column: the columns of the table of contacts, one row each: where
 * in a subscription its value is, and how its cell is read and written. Pure.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/label.h"

enum ctl_column_kind {
	CTL_COLUMN_TEXT,
	CTL_COLUMN_WORDS,
	CTL_COLUMN_TERM,
	CTL_COLUMN_TERMS,
	CTL_COLUMN_SWITCH,
	CTL_COLUMN_CHANNEL, /* all of its type, or whether there is one */
	CTL_COLUMN_SECOND,  /* the second contact, if it is of its type */
	CTL_COLUMN_KINDS,
};

struct ctl_column {
	const char *name;
	/* The field that the rules of `subscribe` name; of channels, which bear
	 * their type, "channels" and "second_contact". */
	const char *field;
	enum ctl_column_kind kind;
	bool in_filter;
	size_t offset, n_offset;
	enum nrs_vocabulary voc;
	const char *on, *off; /* SWITCH: the words for true and false */
	enum nrs_channel_type channel;
};

const struct ctl_column *ctl_columns(size_t *n);
/* NRS_REJECT: the cell cannot be read; err->field is not set. */
NRS_CHECKED enum nrs_rc ctl_column_read(struct nrs_arena *arena,
    const struct ctl_column *column, const char *cell,
    struct nrs_subscription *s, struct nrs_err *err);
/* In arena. */
const char *ctl_column_write(struct nrs_arena *arena,
    const struct ctl_column *column, const struct nrs_subscription *s);
#endif
