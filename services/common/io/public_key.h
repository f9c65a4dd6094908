/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_PUBLIC_KEY_H
#define COMMON_IO_PUBLIC_KEY_H
/*
 * public_key: what keyring.c asks of sign.c, so that OpenSSL has one owner.
 */
#include "noroshi/io/sign.h"

struct nrs_public_key;
/* raw is NRS_PUBLIC_KEY_SIZE bytes; NULL when it is no key. */
struct nrs_public_key *nrs_public_key_new(const uint8_t *raw);
void nrs_public_key_free(struct nrs_public_key *key);
/* Any thread. */
bool nrs_public_key_verify(const struct nrs_public_key *key,
    struct nrs_bytes message, struct nrs_bytes signature);
void nrs_public_key_id(
    const uint8_t raw[NRS_PUBLIC_KEY_SIZE], char id[NRS_KEY_ID_SIZE]);
#endif
