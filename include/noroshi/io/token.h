/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_TOKEN_H
#define NOROSHI_IO_TOKEN_H
/*
 * token: personal links that nobody can guess: what one is for, and a
 * truncated HMAC-SHA256 over it, in the letters of a URL. Nothing is stored. A
 * token is bound to one mode and to a time; of several secrets the first makes
 * and all are accepted, so that secrets rotate. Pure but for loading, any
 * thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "noroshi/core/terms.h"
#include "noroshi/io/sign.h"

#define NRS_TOKEN_MAX 272 /* characters */
#define NRS_TOKEN_SECRETS_MAX 8

enum nrs_token_use {
	NRS_TOKEN_ACK = 1,    /* confirms one delivery */
	NRS_TOKEN_READER = 2, /* confirms whatever one reader of topics got */
	NRS_TOKEN_VERIFY = 3, /* proves that an address is read */
};

struct nrs_token {
	enum nrs_token_use use;
	enum nrs_mode mode;
	bool newsletter; /* its lane */
	bool english;    /* the recipient's language; else Japanese */
	enum nrs_subscriber_kind kind;
	enum nrs_channel_type channel;
	int64_t source_offset; /* of the dispatch record, 0 if there is none */
	int64_t expires_at;
	/* The delivery's; VERIFY: SHA-256 of the address. */
	uint8_t key[NRS_SHA256_SIZE];
	const char *subscriber_id;
};

/* What secrets make; a plain value, never printed. */
struct nrs_token_keys {
	uint8_t keys[NRS_TOKEN_SECRETS_MAX][NRS_SHA256_SIZE];
	size_t n;
};

/* A file that only its owner can read: secrets = ( "base64 of 32 bytes or
 * more" ); the newest first. NRS_REJECT: it is none. */
NRS_CHECKED enum nrs_rc nrs_token_keys_load(
    const char *file, struct nrs_token_keys *out, struct nrs_err *err);
/* In arena. keys->n > 0; times and offsets are below 2^47. */
const char *nrs_token_make(struct nrs_arena *arena,
    const struct nrs_token_keys *keys, const struct nrs_token *token);
/* What we have made for mode, and nothing else. NRS_REJECT: rule "token" for
 * whatever is not ours, "expired" for what was ours until now_ms. */
struct nrs_token_want {
	const struct nrs_token_keys *keys;
	enum nrs_mode mode;
	int64_t now_ms;
};
NRS_CHECKED enum nrs_rc nrs_token_open(struct nrs_arena *arena,
    const struct nrs_token_want *want, const char *text, struct nrs_token *out,
    struct nrs_err *err);
#endif
