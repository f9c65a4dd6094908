/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/webhook.h"

#include <inttypes.h>
#include <string.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/rand.h"
#include "noroshi/io/sign.h"

#define PREFIX "whsec_"
#define SECRET_BYTES 32

static void
add_signature(struct nrs_arena *arena, const char *secret,
    const struct nrs_buf *signed_text, struct nrs_buf *out)
{
	const struct nrs_bytes text = {
	    (const uint8_t *)signed_text->data, signed_text->len};
	uint8_t mac[NRS_SHA256_SIZE];
	struct nrs_bytes key;
	struct nrs_err err;

	if (strncmp(secret, PREFIX, strlen(PREFIX)) != 0 ||
	    nrs_base64_decode(arena, secret + strlen(PREFIX), &key, &err) !=
	        NRS_OK ||
	    key.len == 0)
		return;
	nrs_hmac_sha256(key, text, mac);
	nrs_buf_printf(out, "%sv1,%s", out->len == 0 ? "" : " ",
	    nrs_base64(arena, (struct nrs_bytes){mac, sizeof(mac)}));
}

const char *
nrs_webhook_signature(
    struct nrs_arena *arena, const struct nrs_webhook *webhook)
{
	struct nrs_buf text = {0}, out = {0};
	const char *header;
	size_t i;

	nrs_buf_printf(
	    &text, "%s.%" PRId64 ".", webhook->id, webhook->timestamp_s);
	nrs_buf_add(&text, webhook->body.data, webhook->body.len);
	for (i = 0; i < webhook->n_secrets; i++)
		add_signature(arena, webhook->secrets[i], &text, &out);
	header = nrs_arena_strdup(arena, nrs_buf_str(&out));
	nrs_buf_fini(&text);
	nrs_buf_fini(&out);
	return header;
}

const char *
nrs_webhook_secret(struct nrs_arena *arena)
{
	uint8_t bytes[SECRET_BYTES];

	nrs_rand_bytes(bytes, sizeof(bytes));
	return nrs_arena_printf(arena, PREFIX "%s",
	    nrs_base64(arena, (struct nrs_bytes){bytes, sizeof(bytes)}));
}
