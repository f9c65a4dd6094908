/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_HANDOVER_H
#define NOROSHI_IO_HANDOVER_H
/*
 * handover: the record of dispatch.alert that a decision makes of one notice,
 * and those of dispatch.newsletter and newsletter.* that it makes of an issue.
 * A function of the recorded outcome and of the journal alone, so that whoever
 * makes them again makes the same. Pure; everything lives in arena.
 */
#include "noroshi/core/alert.h"
#include "noroshi/core/decide.h"
#include "noroshi/io/bus.h"

#define NRS_HANDOVER_HEADERS 11

struct nrs_handover {
	const struct nrs_outcome
	    *outcome;                   /* as far as it is about the notice */
	const struct nrs_command *said; /* the notice, from the journal */
	const char *time, *revision;    /* as headers say them */
};
/* Borrows both. */
struct nrs_handover nrs_handover_of(struct nrs_arena *arena,
    const struct nrs_outcome *outcome, const struct nrs_command *said);
/* What outcome says of a notice that it promotes, as if that had been decided
 * now; NULL: it promotes no such notice. */
const struct nrs_outcome *nrs_handover_promoted(struct nrs_arena *arena,
    const struct nrs_outcome *outcome, const struct nrs_command *said);

/* CloudEvents 1.0 in binary mode, and what one filters by: NRS_HANDOVER_HEADERS
 * of them, for every record about the notice. */
const struct nrs_bus_header *nrs_handover_headers(struct nrs_arena *arena,
    const struct nrs_handover *of, const char *type, const char *sector);

/* Does the copy go out now, by itself? What waits is not the dispatcher's yet.
 */
bool nrs_handover_is_due(const struct nrs_classification *copy);
/* False: nothing of it goes out now. */
bool nrs_handover_make(struct nrs_arena *arena, const struct nrs_handover *of,
    struct nrs_outgoing *out);

struct nrs_issue_handover {
	const struct nrs_outcome *outcome;
	const struct nrs_issue *issue; /* one of outcome's */
	/* All it carries, from the journal, ascending by offset; others are
	 * passed over. */
	const struct nrs_command *const *said;
	size_t n_said;
};
/* Does the issue carry what this change lets go? */
bool nrs_handover_issue_has(
    const struct nrs_issue *issue, const struct nrs_waiting_change *item);
/* The issue with all its items; borrows from of. */
struct nrs_newsletter *nrs_handover_issue(
    struct nrs_arena *arena, const struct nrs_issue_handover *of);
/* Its record of dispatch.newsletter. */
void nrs_handover_issue_record(struct nrs_arena *arena,
    const struct nrs_outcome *outcome, struct nrs_newsletter *issue,
    struct nrs_outgoing *out);
/* The records of its edition in newsletter.<sector>.<label>, in their order;
 * returns how many. label is never RED. */
size_t nrs_handover_edition(struct nrs_arena *arena,
    const struct nrs_outcome *outcome, const struct nrs_newsletter *issue,
    enum nrs_tlp label, const struct nrs_outgoing **out);
#endif
