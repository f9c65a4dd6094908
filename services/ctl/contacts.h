/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_CONTACTS_H
#define CTL_CONTACTS_H
/*
 * contacts: subscriptions as rows of a table, and back. A column that a table
 * lacks leaves what is registered; an empty cell means none. Several values in
 * a cell are separated by ";" or line breaks. Secrets are never in a table and
 * stay with the address that they belong to. Pure.
 */
#include "noroshi/base/map.h"
#include "noroshi/core/check.h"
#include "noroshi/io/csv.h"

enum ctl_contact_change {
	CTL_CONTACT_SAME,
	CTL_CONTACT_NEW,
	CTL_CONTACT_CHANGED,
};

struct ctl_contact {
	size_t line; /* of the table's text */
	struct nrs_subscription *subscription;
	enum ctl_contact_change change;
	const char *columns[NRS_CSV_COLUMNS_MAX]; /* that change something */
	size_t n_columns;
	size_t n_addresses; /* new ones */
};

struct ctl_contacts_query {
	struct nrs_arena *arena;
	const struct nrs_csv *csv;
	const struct nrs_check *check;
	const struct nrs_map *registered; /* id -> its subscription */
	/* New mailboxes are known to be their readers': else each is used only
	 * when its reader has opened a link that is sent to it. */
	bool verified;
	/* Called for each row that is wrong, with its first error; its field is
	 * "line 3, column 5 (mail)". */
	void (*wrong)(void *ctx, const struct nrs_err *err);
	void *ctx;
};

struct ctl_contacts {
	struct ctl_contact *list; /* in arena */
	size_t n, n_wrong;
};

/* NRS_REJECT: the heading is wrong. Rows that are wrong are told, counted, and
 * not in the list. */
NRS_CHECKED enum nrs_rc ctl_contacts_parse(
    const struct ctl_contacts_query *query, struct ctl_contacts *out,
    struct nrs_err *err);

/* Append all of them as a table, heading first. */
void ctl_contacts_write(struct nrs_arena *arena, struct nrs_buf *out,
    const struct nrs_subscription *const *list, size_t n);
#endif
