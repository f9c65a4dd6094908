/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_SIGN_H
#define NOROSHI_IO_SIGN_H
/*
 * sign: SHA-256 and Ed25519 (RFC 8032), over OpenSSL; key files and the
 * keyring. What is signed is built in core/statement.h, so that anybody can
 * check it with `openssl pkeyutl -verify -rawin`.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

#define NRS_SHA256_SIZE 32
#define NRS_SIGNATURE_SIZE 64
#define NRS_PUBLIC_KEY_SIZE 32
#define NRS_KEY_ID_SIZE 17 /* 16 hex digits of SHA-256(public key), NUL */

void nrs_sha256(struct nrs_bytes data, uint8_t out[NRS_SHA256_SIZE]);
/* HMAC-SHA256 (RFC 2104). */
void nrs_hmac_sha256(
    struct nrs_bytes key, struct nrs_bytes data, uint8_t out[NRS_SHA256_SIZE]);
/* Whether two runs of len bytes are the same, in a time that does not tell
 * where they differ. */
bool nrs_same_secret(const uint8_t *a, const uint8_t *b, size_t len);
/* "v1"-style hex of any bytes; out has 2 * len + 1. */
const char *nrs_hex(const uint8_t *data, size_t len, char *out);
/* Base64 of data in arena; NRS_REJECT when text is not base64. */
const char *nrs_base64(struct nrs_arena *arena, struct nrs_bytes data);
NRS_CHECKED enum nrs_rc nrs_base64_decode(struct nrs_arena *arena,
    const char *text, struct nrs_bytes *out, struct nrs_err *err);
/* The same in the alphabet of RFC 4648 section 5, without padding. */
const char *nrs_base64url(struct nrs_arena *arena, struct nrs_bytes data);
NRS_CHECKED enum nrs_rc nrs_base64url_decode(struct nrs_arena *arena,
    const char *text, struct nrs_bytes *out, struct nrs_err *err);

/* A private key (PKCS#8 PEM, file mode 0600 or stricter). */
struct nrs_key;
NRS_CHECKED enum nrs_rc nrs_key_new(struct nrs_key **out, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_key_read(
    const char *file, struct nrs_key **out, struct nrs_err *err);
/* Never overwrites a file. */
NRS_CHECKED enum nrs_rc nrs_key_write(
    const struct nrs_key *key, const char *file, struct nrs_err *err);
const char *nrs_key_id(const struct nrs_key *key);
const uint8_t *nrs_key_public(const struct nrs_key *key);
NRS_CHECKED enum nrs_rc nrs_key_sign(const struct nrs_key *key,
    struct nrs_bytes message, uint8_t out[NRS_SIGNATURE_SIZE],
    struct nrs_err *err);
void nrs_key_free(struct nrs_key *key);

/* The public keys this process trusts: keys.conf, one group per key:
 *   keys = ( { id = "..."; public = "base64"; principal = "nisc-desk-1";
 *              modes = ["ACTUAL"]; roles = ["desk"]; revoked = false; } );
 * Read-only after load: any thread. */
struct nrs_keyring;
struct nrs_keyring_entry {
	const char *key_id, *principal;
	const char *const *roles;
	size_t n_roles;
	unsigned modes; /* bit per enum nrs_mode */
	bool revoked;
};
NRS_CHECKED enum nrs_rc nrs_keyring_load(
    const char *file, struct nrs_keyring **out, struct nrs_err *err);
void nrs_keyring_free(struct nrs_keyring *ring);
/* NULL when unknown. */
const struct nrs_keyring_entry *nrs_keyring_find(
    const struct nrs_keyring *ring, const char *key_id);
/* NRS_OK: key_id is known, not revoked, allowed in mode (enum nrs_mode), and
 * its signature covers message. Otherwise NRS_REJECT with rule "signature". */
NRS_CHECKED enum nrs_rc nrs_keyring_verify(const struct nrs_keyring *ring,
    const char *key_id, int mode, struct nrs_bytes message,
    struct nrs_bytes signature, struct nrs_err *err);
#endif
