/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/contacts.h"

#include <stdio.h>
#include <string.h>

#include "ctl/contacts_column.h"
#include "noroshi/core/clone.h"

struct heading {
	const struct ctl_column *columns[NRS_CSV_COLUMNS_MAX];
	size_t n, id; /* which one has the id */
};

/* ---- the heading ---- */

static const struct ctl_column *
find(const char *name)
{
	size_t n;
	const struct ctl_column *all = ctl_columns(&n);

	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].name, name) == 0)
			return &all[i];
	return NULL;
}

static enum nrs_rc
add_column(struct heading *h, const char *name, struct nrs_err *err)
{
	const struct ctl_column *column = find(name);
	char where[64];

	(void)snprintf(where, sizeof(where), "line 1, column %zu", h->n + 1);
	if (column == NULL)
		return nrs_refuse(err, where, "unknown-column",
		    "\"%.64s\" is no column of contacts", name);
	for (size_t i = 0; i < h->n; i++)
		if (h->columns[i] == column)
			return nrs_refuse(err, where, "repeated-column",
			    "%s is there twice", name);
	if (strcmp(column->field, "subscriber_id") == 0)
		h->id = h->n;
	h->columns[h->n++] = column;
	return NRS_OK;
}

static enum nrs_rc
read_heading(const struct nrs_csv *csv, struct heading *h, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	*h = (struct heading){.id = NRS_CSV_COLUMNS_MAX};
	if (csv->n == 0)
		return nrs_refuse(err, "line 1", "required",
		    "the table is empty: its first row names the columns");
	for (size_t i = 0; rc == NRS_OK && i < csv->rows[0].n; i++)
		rc = add_column(h, csv->rows[0].cells[i], err);
	if (rc == NRS_OK && h->id == NRS_CSV_COLUMNS_MAX)
		rc = nrs_refuse(err, "line 1", "required",
		    "there is no column subscriber_id");
	return rc;
}

/* ---- a row ---- */

struct row {
	const struct ctl_contacts_query *q;
	const struct heading *heading;
	const struct nrs_csv_row *cells;
	const struct nrs_subscription *old; /* NULL: it is new */
	struct nrs_subscription *s;
};

static enum nrs_rc
refuse_at(const struct row *row, size_t column, struct nrs_err *err)
{
	if (column < row->heading->n)
		(void)snprintf(err->field, sizeof(err->field),
		    "line %zu, column %zu (%s)", row->cells->line, column + 1,
		    row->heading->columns[column]->name);
	else
		(void)snprintf(err->field, sizeof(err->field), "line %zu",
		    row->cells->line);
	return NRS_REJECT;
}

/* Is this the column of the field that a rule names? Channels are one field to
 * the rules, and a column per type here. */
static bool
is_column_of(
    const struct row *row, const struct ctl_column *c, const char *field)
{
	size_t len = strlen(c->field), i = 0;

	if (strncmp(field, c->field, len) != 0 ||
	    (field[len] != '\0' && field[len] != '[' && field[len] != '.'))
		return false;
	if (c->kind == CTL_COLUMN_SECOND)
		return row->s->second_contact != NULL &&
		       row->s->second_contact->type == c->channel;
	if (c->kind != CTL_COLUMN_CHANNEL ||
	    sscanf(field, "channels[%zu]", &i) != 1)
		return true;
	return i < row->s->n_channels && row->s->channels[i].type == c->channel;
}

static size_t
column_of(const struct row *row, const char *field)
{
	size_t i;

	for (i = 0; i < row->heading->n; i++)
		if (is_column_of(row, row->heading->columns[i], field))
			break;
	return i;
}

static struct nrs_subscription *
begin(struct nrs_arena *arena, const struct nrs_subscription *old)
{
	struct nrs_subscription empty = {.lang = "ja"};

	return nrs_clone_into(
	    arena, NRS_TYPE_SUBSCRIPTION, old == NULL ? &empty : old);
}

static bool
is_empty(const struct nrs_filter *f)
{
	return f->n_item_types == 0 && f->n_columns == 0 &&
	       f->min_urgency == 0 && f->min_severity == 0 &&
	       f->n_cpe_prefixes == 0 && f->n_keywords == 0;
}

/* There is one second contact: two columns must not both name one. */
static enum nrs_rc
check_second(const struct row *row, struct nrs_err *err)
{
	for (size_t i = 0; i < row->heading->n; i++) {
		const struct ctl_column *c = row->heading->columns[i];
		const char *cell = row->cells->cells[i];
		if (c->kind != CTL_COLUMN_SECOND || cell[0] == '\0' ||
		    strcmp(ctl_column_write(row->q->arena, c, row->s), cell) ==
		        0)
			continue;
		(void)nrs_refuse(err, "", "one-second-contact",
		    "there is one second contact, by mail or by webhook");
		return refuse_at(row, i, err);
	}
	return NRS_OK;
}

static enum nrs_rc
fill(struct row *row, struct nrs_err *err)
{
	for (size_t i = 0; i < row->heading->n; i++)
		if (ctl_column_read(row->q->arena, row->heading->columns[i],
		        row->cells->cells[i], row->s, err) != NRS_OK)
			return refuse_at(row, i, err);
	if (check_second(row, err) != NRS_OK)
		return NRS_REJECT;
	if (row->s->filter != NULL && is_empty(row->s->filter))
		row->s->filter = NULL;
	row->s->updated_at = row->q->check->now_ms;
	if (nrs_check_subscription(row->q->check, row->s, err) == NRS_OK)
		return NRS_OK;
	return refuse_at(row, column_of(row, err->field), err);
}

/* ---- what it changes ---- */

static bool
has_address(const struct nrs_subscription *s, const struct nrs_channel *channel)
{
	for (size_t i = 0; s != NULL && i < s->n_channels; i++)
		if (s->channels[i].type == channel->type &&
		    strcmp(s->channels[i].address, channel->address) == 0)
			return true;
	return s != NULL && s->second_contact != NULL &&
	       s->second_contact->type == channel->type &&
	       strcmp(s->second_contact->address, channel->address) == 0;
}

static size_t
new_addresses(const struct row *row)
{
	const struct nrs_subscription *s = row->s;
	size_t n = 0;

	for (size_t i = 0; i < s->n_channels; i++)
		n += s->channels[i].type != NRS_CHANNEL_TOPIC &&
		     !has_address(row->old, &s->channels[i]);
	return n + (s->second_contact != NULL &&
	               !has_address(row->old, s->second_contact));
}

/* What is registered keeps its mark, unless somebody vouches for the row. */
static void
mark(const struct row *row, struct nrs_channel *channel)
{
	if (channel->type != NRS_CHANNEL_MAIL)
		return;
	if (row->q->verified)
		channel->unverified = false;
	else if (!has_address(row->old, channel))
		channel->unverified = true;
}

static void
mark_all(const struct row *row)
{
	for (size_t i = 0; i < row->s->n_channels; i++)
		mark(row, &row->s->channels[i]);
	if (row->s->second_contact != NULL)
		mark(row, row->s->second_contact);
}

static size_t
count_unverified(const struct nrs_subscription *s)
{
	size_t n = s->second_contact != NULL && s->second_contact->unverified;

	for (size_t i = 0; i < s->n_channels; i++)
		n += s->channels[i].unverified;
	return n;
}

static void
compare(const struct row *row, struct ctl_contact *out)
{
	struct nrs_arena *arena = row->q->arena;

	for (size_t i = 0; row->old != NULL && i < row->heading->n; i++) {
		const struct ctl_column *c = row->heading->columns[i];
		if (strcmp(ctl_column_write(arena, c, row->old),
		        ctl_column_write(arena, c, row->s)) != 0)
			out->columns[out->n_columns++] = c->name;
	}
	if (row->old != NULL && out->n_columns == 0 &&
	    count_unverified(row->old) != count_unverified(row->s))
		out->columns[out->n_columns++] = "verified";
	out->n_addresses = new_addresses(row);
	out->change = row->old == NULL     ? CTL_CONTACT_NEW
	              : out->n_columns > 0 ? CTL_CONTACT_CHANGED
	                                   : CTL_CONTACT_SAME;
}

static enum nrs_rc
parse_row(struct row *row, struct nrs_map *seen, struct ctl_contact *out,
    struct nrs_err *err)
{
	const char *id = row->cells->cells[row->heading->id];
	const struct ctl_contact *first = nrs_map_get(seen, id);

	*err = (struct nrs_err){0};
	if (first != NULL) {
		(void)nrs_refuse(err, "", "repeated-id",
		    "%s stands on line %zu already", id, first->line);
		return refuse_at(row, row->heading->id, err);
	}
	row->old = nrs_map_get(row->q->registered, id);
	row->s = begin(row->q->arena, row->old);
	*out = (struct ctl_contact){
	    .line = row->cells->line, .subscription = row->s};
	(void)nrs_map_put(seen, id, out);
	if (fill(row, err) != NRS_OK)
		return NRS_REJECT;
	mark_all(row);
	compare(row, out);
	return NRS_OK;
}

enum nrs_rc
ctl_contacts_parse(const struct ctl_contacts_query *q, struct ctl_contacts *out,
    struct nrs_err *err)
{
	struct nrs_map *seen;
	struct heading heading;
	struct ctl_contact *all;
	struct nrs_err why;
	enum nrs_rc rc = read_heading(q->csv, &heading, err);

	*out = (struct ctl_contacts){0};
	if (rc != NRS_OK)
		return rc;
	seen = nrs_map_new();
	all = nrs_arena_array(q->arena, q->csv->n + 1, sizeof(*all));
	out->list = nrs_arena_array(q->arena, q->csv->n + 1, sizeof(*all));
	for (size_t i = 1; i < q->csv->n; i++) {
		struct row row = {
		    .q = q, .heading = &heading, .cells = &q->csv->rows[i]};
		if (parse_row(&row, seen, &all[i], &why) == NRS_OK) {
			out->list[out->n++] = all[i];
			continue;
		}
		out->n_wrong++;
		q->wrong(q->ctx, &why);
	}
	nrs_map_free(seen, NULL);
	return NRS_OK;
}

/* ---- out ---- */

void
ctl_contacts_write(struct nrs_arena *arena, struct nrs_buf *out,
    const struct nrs_subscription *const *list, size_t n)
{
	size_t n_columns;
	const struct ctl_column *all = ctl_columns(&n_columns);

	nrs_csv_begin(out);
	for (size_t k = 0; k < n_columns; k++)
		nrs_csv_cell(out, all[k].name);
	nrs_csv_end_row(out);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n_columns; k++)
			nrs_csv_cell(
			    out, ctl_column_write(arena, &all[k], list[i]));
		nrs_csv_end_row(out);
	}
}
