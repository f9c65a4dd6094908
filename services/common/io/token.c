/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/token.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "noroshi/base/conf.h"
#include "noroshi/base/text.h"
#include "noroshi/core/audience.h"

/*
 * version 1, use 1, flags 1, expiry 6, offset 6, key 32, length 1, subscriber
 * id, MAC 16. Numbers are big-endian.
 */
#define VERSION 1
#define NUMBER_SIZE 6
#define HEAD_SIZE (3 + 2 * NUMBER_SIZE + NRS_SHA256_SIZE + 1)
#define MAC_SIZE 16
#define ID_MAX 128
#define SECRET_MIN 32
#define SECRET_MAX 256
#define LABEL "noroshi-token-v1"

/* ---- secrets ---- */

static enum nrs_rc
check_private(const char *file, struct nrs_err *err)
{
	struct stat st;

	if (stat(file, &st) != 0)
		return nrs_refuse(
		    err, "", "secrets", "%s: %s", file, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return nrs_refuse(err, "", "secrets", "%s: not a file", file);
	/* systemd gives a credential to its service by an ACL, which shows as
	 * group root may read. */
	if ((st.st_mode & (S_IRWXO | S_IWGRP)) != 0 ||
	    ((st.st_mode & S_IRGRP) != 0 && st.st_gid != 0))
		return nrs_refuse(err, "", "secrets",
		    "%s: others may read or change it; chmod 600 it", file);
	return NRS_OK;
}

static enum nrs_rc
load_secret(struct nrs_arena *arena, const struct nrs_conf_node *item,
    struct nrs_token_keys *out, struct nrs_err *err)
{
	static const struct nrs_bytes label = {
	    (const uint8_t *)LABEL, sizeof(LABEL) - 1};
	struct nrs_bytes secret;
	const char *text;

	if (nrs_conf_string(item, NULL, NULL, &text, err) != NRS_OK)
		return NRS_REJECT;
	if (nrs_base64_decode(arena, text, &secret, NULL) != NRS_OK ||
	    secret.len < SECRET_MIN || secret.len > SECRET_MAX)
		return nrs_conf_refuse(item, err,
		    "must be base64 of %d to %d bytes (openssl rand -base64 "
		    "32)",
		    SECRET_MIN, SECRET_MAX);
	nrs_hmac_sha256(secret, label, out->keys[out->n++]);
	return NRS_OK;
}

static enum nrs_rc
load_all(struct nrs_arena *arena, const struct nrs_conf_node *root,
    struct nrs_token_keys *out, struct nrs_err *err)
{
	static const char *const known[] = {"secrets", NULL};
	const struct nrs_conf_node *items;
	enum nrs_rc rc = nrs_conf_only(root, known, err);
	size_t i, n;

	if (rc == NRS_OK)
		rc = nrs_conf_items(root, "secrets", true, &items, err);
	if (rc != NRS_OK)
		return rc;
	n = nrs_conf_length(items);
	if (n == 0 || n > NRS_TOKEN_SECRETS_MAX)
		return nrs_conf_refuse(items, err,
		    "has %zu entries, not 1 to %d", n, NRS_TOKEN_SECRETS_MAX);
	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = load_secret(arena, nrs_conf_at(items, i), out, err);
	return rc;
}

enum nrs_rc
nrs_token_keys_load(
    const char *file, struct nrs_token_keys *out, struct nrs_err *err)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_conf_doc *doc = NULL;
	enum nrs_rc rc = check_private(file, err);

	*out = (struct nrs_token_keys){0};
	if (rc == NRS_OK)
		rc = nrs_conf_open(file, &doc, err);
	if (rc == NRS_OK)
		rc = load_all(arena, nrs_conf_root(doc), out, err);
	nrs_conf_close(doc);
	nrs_arena_free(arena);
	return rc;
}

/* ---- bytes ---- */

static uint8_t *
put_number(uint8_t *at, int64_t value)
{
	int i;

	assert(value >= 0 && value >> (8 * NUMBER_SIZE - 1) == 0);
	for (i = NUMBER_SIZE - 1; i >= 0; i--)
		*at++ = (uint8_t)(value >> (8 * i));
	return at;
}

static int64_t
get_number(const uint8_t *at)
{
	int64_t value = 0;
	int i;

	for (i = 0; i < NUMBER_SIZE; i++)
		value = value << 8 | at[i];
	return value;
}

static void
mac_of(const uint8_t *key, struct nrs_bytes body, uint8_t out[MAC_SIZE])
{
	uint8_t whole[NRS_SHA256_SIZE];

	nrs_hmac_sha256((struct nrs_bytes){key, NRS_SHA256_SIZE}, body, whole);
	memcpy(out, whole, MAC_SIZE);
}

/* Two bits each: mode, kind, channel; one each: language, lane. */
static uint8_t
flags_of(const struct nrs_token *token)
{
	return (uint8_t)((unsigned)token->mode | (unsigned)token->kind << 2 |
	                 (unsigned)token->channel << 4 |
	                 (unsigned)token->english << 6 |
	                 (unsigned)token->newsletter << 7);
}

const char *
nrs_token_make(struct nrs_arena *arena, const struct nrs_token_keys *keys,
    const struct nrs_token *token)
{
	const size_t id_len = strlen(token->subscriber_id);
	uint8_t bytes[HEAD_SIZE + ID_MAX + MAC_SIZE], *at = bytes;

	assert(keys->n > 0 && id_len <= ID_MAX);
	*at++ = VERSION;
	*at++ = (uint8_t)token->use;
	*at++ = flags_of(token);
	at = put_number(at, token->expires_at);
	at = put_number(at, token->source_offset);
	memcpy(at, token->key, NRS_SHA256_SIZE);
	at += NRS_SHA256_SIZE;
	*at++ = (uint8_t)id_len;
	memcpy(at, token->subscriber_id, id_len);
	at += id_len;
	mac_of(
	    keys->keys[0], (struct nrs_bytes){bytes, (size_t)(at - bytes)}, at);
	at += MAC_SIZE;
	return nrs_base64url(
	    arena, (struct nrs_bytes){bytes, (size_t)(at - bytes)});
}

/* All secrets are tried, whichever fits: time tells nothing. */
static bool
is_ours(const struct nrs_token_keys *keys, struct nrs_bytes bytes)
{
	const struct nrs_bytes body = {bytes.data, bytes.len - MAC_SIZE};
	uint8_t mac[MAC_SIZE];
	bool found = false;
	size_t i;

	for (i = 0; i < keys->n; i++) {
		mac_of(keys->keys[i], body, mac);
		found |= nrs_same_secret(mac, bytes.data + body.len, MAC_SIZE);
	}
	return found;
}

static void
read_fields(
    struct nrs_arena *arena, struct nrs_bytes bytes, struct nrs_token *out)
{
	const uint8_t *at = bytes.data;

	*out = (struct nrs_token){
	    .use = (enum nrs_token_use)at[1],
	    .mode = (enum nrs_mode)(at[2] & 3),
	    .kind = (enum nrs_subscriber_kind)(at[2] >> 2 & 3),
	    .channel = (enum nrs_channel_type)(at[2] >> 4 & 3),
	    .english = (at[2] >> 6 & 1) != 0,
	    .newsletter = at[2] >> 7 != 0,
	    .expires_at = get_number(at + 3),
	    .source_offset = get_number(at + 3 + NUMBER_SIZE),
	    .subscriber_id = nrs_arena_strndup(arena,
	        (const char *)at + HEAD_SIZE, bytes.len - HEAD_SIZE - MAC_SIZE),
	};
	memcpy(out->key, at + 3 + 2 * NUMBER_SIZE, NRS_SHA256_SIZE);
}

static enum nrs_rc
refuse(struct nrs_err *err, const char *rule)
{
	return nrs_refuse(err, "token", rule, "the token is not valid");
}

/* A subscriber's id, or that of an arrangement's contact. */
static bool
is_recipient(const char *id)
{
	size_t mark = nrs_audience_is_arrangement(id)
	                  ? strlen(NRS_AUDIENCE_ARRANGEMENT)
	                  : 0;

	return nrs_text_is_id(id + mark, ID_MAX);
}

enum nrs_rc
nrs_token_open(struct nrs_arena *arena, const struct nrs_token_want *want,
    const char *text, struct nrs_token *out, struct nrs_err *err)
{
	struct nrs_bytes bytes;

	if (strnlen(text, NRS_TOKEN_MAX + 1) > NRS_TOKEN_MAX ||
	    nrs_base64url_decode(arena, text, &bytes, NULL) != NRS_OK ||
	    bytes.len < HEAD_SIZE + MAC_SIZE || !is_ours(want->keys, bytes))
		return refuse(err, "token");
	/* Ours, but perhaps of another version. */
	if (bytes.data[0] != VERSION || bytes.data[1] < NRS_TOKEN_ACK ||
	    bytes.data[1] > NRS_TOKEN_VERIFY ||
	    bytes.data[HEAD_SIZE - 1] != bytes.len - HEAD_SIZE - MAC_SIZE)
		return refuse(err, "token");
	read_fields(arena, bytes, out);
	if (out->mode != want->mode || !is_recipient(out->subscriber_id))
		return refuse(err, "token");
	if (want->now_ms >= out->expires_at)
		return refuse(err, "expired");
	return NRS_OK;
}
