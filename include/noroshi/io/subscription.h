/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_SUBSCRIPTION_H
#define NOROSHI_IO_SUBSCRIPTION_H
/*
 * subscription: one record of the topic `subscription`, read as everybody must
 * read it. The producer verified it when it came; a key that was revoked since
 * must not make recipients vanish, so signatures are not asked for again. Pure,
 * any thread.
 */
#include "noroshi/core/command.h"
#include "noroshi/core/delivery.h"
#include "noroshi/io/wire.h"

/* *out is in arena. A clearance that this version does not know is the
 * public's. NRS_REJECT: not readable. */
NRS_CHECKED enum nrs_rc nrs_subscription_open(struct nrs_arena *arena,
    const struct nrs_submission *submission,
    const struct nrs_subscription **out, struct nrs_err *err);
/* The same from the record's bytes. */
NRS_CHECKED enum nrs_rc nrs_subscription_decode(struct nrs_arena *arena,
    struct nrs_bytes value, const struct nrs_subscription **out,
    struct nrs_err *err);
#endif
