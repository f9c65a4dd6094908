/* SPDX-License-Identifier: Apache-2.0 */
/* The newsletters of a decision: io/handover_issue.c makes their records. */
#include "classifier/outputs_private.h"

#include "noroshi/core/alert.h"
#include "noroshi/core/sector.h"

static void
write_edition(struct outputs_writer *w, const struct nrs_newsletter *issue,
    enum nrs_tlp label)
{
	const struct nrs_outgoing *records;
	const size_t n =
	    nrs_handover_edition(w->arena, w->outcome, issue, label, &records);
	size_t i;

	for (i = 0; i < n; i++)
		outputs_write(w, &records[i]);
}

static void
write_issue(struct outputs_writer *w, const struct nrs_issue_handover *of)
{
	struct nrs_newsletter *issue = nrs_handover_issue(w->arena, of);
	struct nrs_outgoing whole;
	enum nrs_tlp label;

	nrs_handover_issue_record(w->arena, w->outcome, issue, &whole);
	outputs_write(w, &whole);
	if (nrs_sector_find(w->policy->sectors, issue->sector) == NULL)
		return; /* it has left the table, and has no topic */
	for (label = NRS_TLP_AMBER_STRICT; label <= NRS_TLP_CLEAR; label++)
		write_edition(w, issue, label);
}

void
outputs_write_issues(
    struct outputs_writer *w, const struct classifier_again *again)
{
	struct nrs_issue_handover of = {
	    .outcome = w->outcome, .said = again->items, .n_said = again->n};
	size_t i;

	for (i = 0; i < w->outcome->n_issues; i++) {
		of.issue = &w->outcome->issues[i];
		write_issue(w, &of);
	}
}
