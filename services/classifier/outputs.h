/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLASSIFIER_OUTPUTS_H
#define CLASSIFIER_OUTPUTS_H
/*
 * outputs: the records of one decision. They are a function of its outcome and
 * of the journal (the command, and what it lets go) alone, with keys of their
 * own, so that writing them twice does no harm; what a person signed is copied,
 * never encoded again. Everything lives in arena. Pure.
 */
#include "noroshi/core/decide.h"
#include "noroshi/io/bus.h"

struct classifier_outputs {
	struct nrs_outgoing *records;
	size_t n;
};

/* What was read again from the journal for one decision. */
struct classifier_again {
	const struct nrs_command **items; /* ascending by journal_offset */
	size_t n;
	const int64_t *unreadable; /* offsets of what was not what it was */
	size_t n_unreadable;
};

/* In the order of writing; the outcome first. */
struct classifier_outputs classifier_outputs_of(struct nrs_arena *arena,
    const struct nrs_policy *policy, const struct nrs_command *cmd,
    const struct nrs_outcome *outcome, const struct classifier_again *again);
#endif
