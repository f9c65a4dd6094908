/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLASSIFIER_OUTPUTS_PRIVATE_H
#define CLASSIFIER_OUTPUTS_PRIVATE_H
/*
 * outputs_private: one decision being written. Only outputs*.c include this.
 */
#include "classifier/outputs.h"
#include "noroshi/io/handover.h"

#define OUTPUTS_SOURCE "/noroshi/classifier"

struct outputs_writer {
	struct nrs_arena *arena;
	const struct nrs_policy *policy;
	const struct nrs_outcome *outcome;
	const struct nrs_command *said; /* whose content goes out, or NULL */
	struct classifier_outputs out;
	size_t cap;
	struct nrs_handover notice; /* what is written of it */
	struct nrs_bytes common;    /* of all alerts of this notice */
	/* By copy, so that one encoding serves every topic of its sector. */
	struct nrs_bytes *alerts;
	const struct nrs_bus_header **headers;
};

struct nrs_bytes outputs_bytes_of(const char *s);
void outputs_write(struct outputs_writer *w, const struct nrs_outgoing *record);
/* outputs_issue.c: the newsletters of this decision. */
void outputs_write_issues(
    struct outputs_writer *w, const struct classifier_again *again);
#endif
