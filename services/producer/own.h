/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_OWN_H
#define PRODUCER_OWN_H
/*
 * own: commands that the producer makes itself, because time in decisions is
 * accepted_at: they have deterministic ids and no signature, since nobody else
 * may write to the journal. The lane that posts them.
 */
#include "noroshi/base/err.h"
#include "producer/producer.h"

/* Append command (id, type, payload) with mode and time to the journal. Blocks
 * for api.append_timeout at most; what failed is due again later. */
NRS_CHECKED enum nrs_rc producer_own_post(const struct producer *producer,
    struct nrs_arena *arena, const struct nrs_submission *command,
    int64_t *offset, struct nrs_err *err);
enum nrs_mode producer_own_mode(const struct producer *producer);
#endif
