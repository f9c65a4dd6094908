/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state keeps offsets, never content: what an approval, a promotion or an
 * issue lets go is read again from the journal, and admitted again.
 */
#include <stdlib.h>
#include <string.h>

#include "classifier/classifier.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"

/* A gap that is read over: sooner than asking the bus for another place. */
#define NEAR 200

/* ---- offsets ---- */

struct offsets {
	int64_t *items;
	size_t n;
};

static int
compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Those of the outcome, ascending, once each. */
static struct offsets
offsets_of(struct nrs_arena *arena, const struct nrs_outcome *outcome)
{
	struct offsets all = {0};
	size_t i, n = 0;

	all.items = nrs_arena_array(arena,
	    outcome->n_promotions + outcome->n_waiting + 1, sizeof(*all.items));
	for (i = 0; i < outcome->n_promotions; i++)
		all.items[n++] = outcome->promotions[i].journal_offset;
	for (i = 0; i < outcome->n_waiting; i++)
		if (strcmp(outcome->waiting[i].why, "drained") == 0)
			all.items[n++] = outcome->waiting[i].journal_offset;
	qsort(all.items, n, sizeof(*all.items), compare);
	for (i = 0; i < n; i++)
		if (all.n == 0 || all.items[all.n - 1] != all.items[i])
			all.items[all.n++] = all.items[i];
	return all;
}

/* ---- records ---- */

static enum nrs_rc
go_to(struct classifier *c, int64_t offset, struct nrs_err *err)
{
	const struct nrs_reader_from from = {NRS_TOPIC_JOURNAL, 0, offset};
	enum nrs_rc rc = NRS_OK;

	if (c->journal == NULL)
		rc = nrs_reader_open_lookup(
		    &c->conf->common.bus, &c->journal, err);
	else if (c->journal_next >= 0 && c->journal_next <= offset &&
	         c->journal_next + NEAR > offset)
		return NRS_OK;
	if (rc == NRS_OK)
		rc = nrs_reader_assign(c->journal, &from, 1, err);
	if (rc == NRS_OK)
		c->journal_next = offset;
	return rc;
}

/* *out->topic is NULL when the journal does not have that record. */
static enum nrs_rc
read_at(struct classifier *c, int64_t offset, struct nrs_record *out,
    struct nrs_err *err)
{
	enum nrs_rc rc = go_to(c, offset, err);

	while (rc == NRS_OK) {
		*out = (struct nrs_record){0};
		rc = nrs_reader_next(
		    c->journal, (int)c->conf->answer_timeout_ms, out, err);
		if (rc != NRS_OK)
			break;
		if (out->topic == NULL)
			return nrs_fail(err, NRS_RETRY,
			    "journal offset %lld did not arrive in time",
			    (long long)offset);
		c->journal_next = out->offset + 1;
		if (out->offset >= offset)
			break;
	}
	if (rc == NRS_OK && out->offset != offset)
		out->topic = NULL;
	return rc;
}

/* Between decisions nothing is fetched. */
static enum nrs_rc
rest(struct classifier *c, struct nrs_err *err)
{
	c->journal_next = -1;
	return nrs_reader_assign(c->journal, NULL, 0, err);
}

static enum nrs_rc
read_one(struct classifier *c, int64_t offset, const struct nrs_command **out,
    struct nrs_err *err)
{
	struct nrs_record record = {0};
	struct nrs_command *cmd;
	enum nrs_rc rc = read_at(c, offset, &record, err);

	if (rc != NRS_OK || record.topic == NULL)
		return rc;
	/* The record goes with the next call on its reader. */
	record.value =
	    nrs_arena_bytes(c->arena, record.value.data, record.value.len);
	cmd = nrs_arena_alloc(c->arena, sizeof(*cmd));
	classifier_admit(c, &record, cmd);
	if (cmd->refused == NULL && cmd->content != NULL)
		*out = cmd;
	return NRS_OK;
}

enum nrs_rc
classifier_read_again(struct classifier *c, int64_t offset,
    const struct nrs_command **out, struct nrs_err *err)
{
	enum nrs_rc rc = read_one(c, offset, out, err);

	return rc == NRS_OK ? rest(c, err) : rc;
}

/* ---- what one decision lets go ---- */

static void
give_up(struct classifier *c, struct classifier_again *again, int64_t offset)
{
	int64_t *more =
	    nrs_arena_array(c->arena, again->n_unreadable + 1, sizeof(*more));

	if (again->n_unreadable > 0)
		memcpy(more, again->unreadable,
		    again->n_unreadable * sizeof(*more));
	more[again->n_unreadable++] = offset;
	again->unreadable = more;
	nrs_log(
	    NRS_LOG_ERROR, "waiting_item_unreadable", NRS_I("offset", offset));
}

enum nrs_rc
classifier_read_all_again(struct classifier *c,
    const struct nrs_outcome *outcome, struct classifier_again *again,
    struct nrs_err *err)
{
	const struct offsets want = offsets_of(c->arena, outcome);
	const struct nrs_command **items =
	    nrs_arena_array(c->arena, want.n + 1, sizeof(*items));
	enum nrs_rc rc = NRS_OK;
	size_t i;

	again->items = items;
	again->n = 0;
	for (i = 0; i < want.n && rc == NRS_OK; i++) {
		items[again->n] = NULL;
		rc = read_one(c, want.items[i], &items[again->n], err);
		if (rc == NRS_OK && items[again->n] != NULL)
			again->n++;
		else if (rc == NRS_OK)
			give_up(c, again, want.items[i]);
		if (i % NEAR == NEAR - 1)
			nrs_service_alive(c->ctx, c->lane);
	}
	return rc == NRS_OK && want.n > 0 ? rest(c, err) : rc;
}
