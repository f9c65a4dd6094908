/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_ROSTER_H
#define NOROSHI_IO_ROSTER_H
/*
 * roster: who subscribes now, and by which channels they may be reached: the
 * records of `subscription` without the addresses that `verification` does not
 * prove yet. In any order of the two. No I/O; one thread.
 */
#include "noroshi/core/match.h"
#include "noroshi/io/sign.h"

struct nrs_roster;

struct nrs_roster *nrs_roster_new(void);
void nrs_roster_free(struct nrs_roster *roster);
/* Copied. */
void nrs_roster_put(
    struct nrs_roster *roster, const struct nrs_subscription *sub);
void nrs_roster_remove(struct nrs_roster *roster, const char *subscriber_id);
void nrs_roster_prove(
    struct nrs_roster *roster, const struct nrs_verification *proof);
/* Borrowed; what it holds is valid until the next change. */
const struct nrs_match_set *nrs_roster_set(const struct nrs_roster *roster);
/* As it is registered, when some of its addresses are not proven yet; NULL when
 * all are, or it is not known. Valid until the next change. */
const struct nrs_subscription *nrs_roster_unproven(
    const struct nrs_roster *roster, const char *subscriber_id);
/* Is this channel waiting for its link to be opened? */
bool nrs_roster_waits(const struct nrs_roster *roster,
    const char *subscriber_id, const struct nrs_channel *channel);

/* Of an address, as a record of `verification` has it. */
void nrs_roster_address_sha256(
    const char *address, uint8_t out[NRS_SHA256_SIZE]);
/* The key of that record: "<subscriber> <hash in hex>", in arena. */
const char *nrs_roster_proof_key(struct nrs_arena *arena,
    const char *subscriber_id, const uint8_t address_sha256[NRS_SHA256_SIZE]);
#endif
