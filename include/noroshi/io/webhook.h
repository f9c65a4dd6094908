/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_WEBHOOK_H
#define NOROSHI_IO_WEBHOOK_H
/*
 * webhook: how a webhook is signed, by Standard Webhooks
 * (standardwebhooks.com): HMAC-SHA256 over "id.timestamp.body" with a secret
 * that the endpoint shares, "whsec_" and 24 to 64 bytes in base64
 * (core/check.h). deploy/clients/python/noroshi_webhook.py is the other side.
 * Any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/mem.h"

struct nrs_webhook {
	const char *id; /* webhook-id */
	int64_t timestamp_s;
	struct nrs_bytes body;
	const char *const *secrets;
	size_t n_secrets;
};

/* The header webhook-signature, in arena: "v1," and base64 for each secret, a
 * blank between. A secret that is none is left out; "" when none is left. */
const char *nrs_webhook_signature(
    struct nrs_arena *arena, const struct nrs_webhook *webhook);
/* A new secret of 32 random bytes, in arena. */
const char *nrs_webhook_secret(struct nrs_arena *arena);
#endif
