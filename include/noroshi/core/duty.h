/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_DUTY_H
#define NOROSHI_CORE_DUTY_H
/*
 * duty: what the duty officer is told by mail, and in which words. A mailbox
 * that is flooded is not read: a thing is told once, the same kind of thing for
 * the same sector not again within a quiet time, and no more than so many
 * things in it. Ids, sectors and rules only, never content. Pure.
 */
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/mem.h"
#include "noroshi/core/decision.h"
#include "noroshi/core/render.h"

enum nrs_matter_kind {
	NRS_MATTER_REVIEW,  /* scope: the sector whose posture may be wrong */
	NRS_MATTER_HELD,    /* scope: what it needs, "second-person" */
	NRS_MATTER_REFUSED, /* scope: the rule; inside, after the door let it in
	                     */
	NRS_MATTER_GAP,     /* scope: the stage; of the auditor */
	NRS_MATTER_SILENT,  /* scope: the channel whose heartbeats do not arrive
	                     */
	NRS_MATTER_POSTURE_ENDS,     /* scope: the sector, or "*" */
	NRS_MATTER_ARRANGEMENT_ENDS, /* scope: its id */
	NRS_MATTER_MORE, /* what comes after it is not told by mail */
	NRS_MATTER_COUNT,
};

struct nrs_matter {
	enum nrs_matter_kind kind;
	const char *id; /* of the command or notice */
	const char *scope;
	const char *detail; /* a rule, a place on the bus, or "" */
	int64_t at;
};

struct nrs_duty; /* what was told lately */

/* quiet_ms: see above. max: matters told in it. */
struct nrs_duty *nrs_duty_new(int64_t quiet_ms, size_t max);
void nrs_duty_free(struct nrs_duty *duty);
/* What to tell of this outcome: n matters, in arena. Call it on every outcome
 * in order: told or not, each counts. */
size_t nrs_duty_see(struct nrs_duty *duty, struct nrs_arena *arena,
    const struct nrs_outcome *outcome, const struct nrs_matter **out);

struct nrs_duty_letter {
	const struct nrs_matter *matters;
	size_t n; /* at least 1 */
	enum nrs_mode mode;
	const char *lang; /* "en", anything else is "ja" */
};
/* One mail about all of them; a drill says so in its subject and first line.
 * Text only. In arena. */
void nrs_duty_render(struct nrs_arena *arena,
    const struct nrs_duty_letter *letter, struct nrs_rendered *out);
/* "review.power.01J...": names a matter, and a mail by its first one. */
const char *nrs_matter_name(
    struct nrs_arena *arena, const struct nrs_matter *matter);
#endif
