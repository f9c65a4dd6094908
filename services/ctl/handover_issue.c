/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of dispatch.newsletter is a function of outcome and journal, too:
 * the outcome says what the issue carries and in which order, the journal has
 * the signed bytes. Editions in newsletter.* would not do: they have no stubs
 * and nothing RED, and deliveries get their keys from the record's bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/handover.h"
#include "ctl/read.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/handover.h"

/* What the issue carries, as the journal has it. */
struct carried {
	struct ctl *ctl;
	struct ctl_said *list; /* ascending by offset, once each */
	size_t n, next, n_found;
};

static int
compare(const void *a, const void *b)
{
	const struct ctl_said *x = a, *y = b;

	return (x->offset > y->offset) - (x->offset < y->offset);
}

static void
find_offsets(struct carried *c, const struct nrs_outcome *outcome,
    const struct nrs_issue *issue)
{
	size_t i, n = 0;

	c->list = nrs_arena_array(
	    c->ctl->arena, outcome->n_waiting + 1, sizeof(*c->list));
	for (i = 0; i < outcome->n_waiting; i++)
		if (nrs_handover_issue_has(issue, &outcome->waiting[i]))
			c->list[n++].offset =
			    outcome->waiting[i].journal_offset;
	qsort(c->list, n, sizeof(*c->list), compare);
	for (i = 0; i < n; i++)
		if (c->n == 0 || c->list[c->n - 1].offset != c->list[i].offset)
			c->list[c->n++].offset = c->list[i].offset;
}

static enum nrs_rc
take(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct carried *c = ctx;

	(void)value;
	while (c->next < c->n && c->list[c->next].offset < record->offset)
		c->next++;
	if (c->next < c->n && c->list[c->next].offset == record->offset) {
		c->list[c->next++].bytes = nrs_arena_bytes(
		    c->ctl->arena, record->value.data, record->value.len);
		c->n_found++;
	}
	/* The rest of the journal is of no interest. */
	return c->next < c->n ? NRS_OK : nrs_fail(err, NRS_REJECT, "found");
}

static enum nrs_rc
read_carried(struct carried *c, struct nrs_err *err)
{
	const struct ctl_reading reading = {.topic = NRS_TOPIC_JOURNAL,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = take,
	    .ctx = c,
	    .from = c->n == 0 ? NRS_FROM_START : c->list[0].offset,
	    .scratch = nrs_arena_new()};
	enum nrs_rc rc = NRS_OK;

	if (c->n > 0)
		rc = ctl_read(c->ctl, &reading, err);
	nrs_arena_free(reading.scratch);
	if (c->n_found == c->n)
		return NRS_OK;
	if (rc != NRS_OK && c->next < c->n)
		return rc;
	return nrs_refuse(err, "", "not-found",
	    "the journal has only %zu of the %zu notices that it carries",
	    c->n_found, c->n);
}

static enum nrs_rc
admit_all(const struct carried *c, const struct nrs_command **said,
    struct nrs_err *err)
{
	struct nrs_keyring *keys = NULL;
	struct nrs_command *each;
	enum nrs_rc rc = nrs_keyring_load(c->ctl->conf.keys, &keys, err);
	size_t i;

	for (i = 0; i < c->n && rc == NRS_OK; i++) {
		each = nrs_arena_alloc(c->ctl->arena, sizeof(*each));
		rc = ctl_handover_admit(c->ctl, keys, &c->list[i], each, err);
		if (rc != NRS_OK)
			nrs_err_prefix(err, "journal offset %lld",
			    (long long)c->list[i].offset);
		said[i] = each;
	}
	nrs_keyring_free(keys);
	return rc;
}

enum nrs_rc
ctl_handover_issue(struct ctl *ctl, const struct nrs_outcome *outcome,
    const struct nrs_issue *issue, struct nrs_outgoing *out,
    struct nrs_err *err)
{
	struct carried c = {.ctl = ctl};
	struct nrs_issue_handover of = {.outcome = outcome, .issue = issue};
	const struct nrs_command **said;
	enum nrs_rc rc;

	find_offsets(&c, outcome, issue);
	said = nrs_arena_array(ctl->arena, c.n + 1, sizeof(*said));
	rc = read_carried(&c, err);
	if (rc == NRS_OK)
		rc = admit_all(&c, said, err);
	if (rc != NRS_OK)
		return rc;
	of.said = said;
	of.n_said = c.n;
	nrs_handover_issue_record(
	    ctl->arena, outcome, nrs_handover_issue(ctl->arena, &of), out);
	return NRS_OK;
}
