/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_HANDOVER_H
#define NOROSHI_IO_HANDOVER_H
/*
 * handover: the record of dispatch.alert that a decision makes of one notice. A
 * function of the recorded outcome and of the journal alone, so that whoever
 * makes it again makes the same. Pure; everything lives in arena.
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
#endif
