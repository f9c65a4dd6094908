/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_SIGNED_H
#define SUPPORT_SIGNED_H
/*
 * signed: a valid notice of about a kilobyte, and submissions signed with a key
 * made for the test. Everything lies in the caller's arena.
 */
#include "noroshi/core/alert.h"
#include "noroshi/core/command.h"
#include "noroshi/core/sector.h"
#include "noroshi/io/sign.h"

#define SIGNED_AT 1795480496000 /* when the sample notice was issued */

struct nrs_content *signed_content(struct nrs_arena *arena);
struct nrs_addressing *signed_addressing(struct nrs_arena *arena);
/* Three sectors, one with two CEPTOARs. */
const struct nrs_sector_table *signed_sectors(void);
/* A keyring of one key, allowed in ACTUAL only, with more in its group. */
struct nrs_keyring *signed_keyring(const struct nrs_key *key, const char *more);

/* Fill the signature of what submission says by now. */
void signed_sign(struct nrs_arena *arena, const struct nrs_key *key,
    struct nrs_submission *submission);
/* The signature of one payload and addressing under submission's envelope. */
struct nrs_signature *signed_part(struct nrs_arena *arena,
    const struct nrs_key *key, const struct nrs_submission *submission);
/* The whole: content and addressing encoded, signed, not yet encoded. */
struct nrs_submission *signed_notice(struct nrs_arena *arena,
    const struct nrs_key *key, const struct nrs_content *content,
    const struct nrs_addressing *addressing);
/* As the classifier passes it on. */
struct nrs_alert *signed_alert(
    struct nrs_arena *arena, const struct nrs_submission *submission);
#endif
