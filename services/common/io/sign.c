/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io/public_key.h"

#define MAX_BASE64 (64 * 1024 * 1024)

/* Fetched once: an implicit fetch takes a lock and a search on every call. */
static EVP_MD *sha256;
static pthread_once_t sha256_once = PTHREAD_ONCE_INIT;

static void
fetch_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

void
nrs_sha256(struct nrs_bytes data, uint8_t out[NRS_SHA256_SIZE])
{
	unsigned len = 0;

	(void)pthread_once(&sha256_once, fetch_sha256);
	/* Without a digest nothing here is worth going on for. */
	if (sha256 == NULL ||
	    !EVP_Digest(data.data, data.len, out, &len, sha256, NULL) ||
	    len != NRS_SHA256_SIZE)
		abort();
}

void
nrs_hmac_sha256(
    struct nrs_bytes key, struct nrs_bytes data, uint8_t out[NRS_SHA256_SIZE])
{
	unsigned len = 0;

	(void)pthread_once(&sha256_once, fetch_sha256);
	if (sha256 == NULL || key.len > INT_MAX ||
	    HMAC(sha256, key.data, (int)key.len, data.data, data.len, out,
	        &len) == NULL ||
	    len != NRS_SHA256_SIZE)
		abort();
}

bool
nrs_same_secret(const uint8_t *a, const uint8_t *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

const char *
nrs_hex(const uint8_t *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < len; i++) {
		out[2 * i] = digits[data[i] >> 4];
		out[2 * i + 1] = digits[data[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

const char *
nrs_base64(struct nrs_arena *arena, struct nrs_bytes data)
{
	unsigned char *out;

	if (data.len > MAX_BASE64)
		abort(); /* callers bound what comes from outside */
	out = nrs_arena_alloc(arena, (data.len + 2) / 3 * 4 + 1);
	(void)EVP_EncodeBlock(out, data.data, (int)data.len);
	return (const char *)out;
}

/* OpenSSL skips blanks at both ends and ignores stray low bits: two texts could
 * mean the same bytes. Only what we would write ourselves is accepted. */
enum nrs_rc
nrs_base64_decode(struct nrs_arena *arena, const char *text,
    struct nrs_bytes *out, struct nrs_err *err)
{
	size_t len = strlen(text), padding = 0;
	unsigned char *data;

	if (len % 4 != 0 || len > MAX_BASE64)
		goto bad;
	while (padding < 2 && padding < len && text[len - 1 - padding] == '=')
		padding++;
	data = nrs_arena_alloc(arena, len / 4 * 3 + 1);
	if (len > 0 && EVP_DecodeBlock(data, (const unsigned char *)text,
	                   (int)len) != (int)(len / 4 * 3))
		goto bad;
	*out = (struct nrs_bytes){.data = data, .len = len / 4 * 3 - padding};
	data[out->len] = '\0';
	if (strcmp(nrs_base64(arena, *out), text) == 0)
		return NRS_OK;
bad:
	return nrs_refuse(err, "", "base64", "not base64");
}

const char *
nrs_base64url(struct nrs_arena *arena, struct nrs_bytes data)
{
	char *out = nrs_arena_strdup(arena, nrs_base64(arena, data)), *at;

	for (at = out; *at != '\0' && *at != '='; at++) {
		if (*at == '+')
			*at = '-';
		else if (*at == '/')
			*at = '_';
	}
	*at = '\0';
	return out;
}

enum nrs_rc
nrs_base64url_decode(struct nrs_arena *arena, const char *text,
    struct nrs_bytes *out, struct nrs_err *err)
{
	char *plain = nrs_arena_printf(arena, "%s%s", text,
	    strlen(text) % 4 == 2   ? "=="
	    : strlen(text) % 4 == 3 ? "="
	                            : "");
	char *at;

	if (text[strcspn(text, "+/=")] != '\0')
		return nrs_refuse(err, "", "base64", "not base64url");
	for (at = plain; *at != '\0'; at++) {
		if (*at == '-')
			*at = '+';
		else if (*at == '_')
			*at = '/';
	}
	return nrs_base64_decode(arena, plain, out, err);
}

/* ---- private keys ----------------------------------------------------------
 */

struct nrs_key {
	EVP_PKEY *pkey;
	uint8_t public[NRS_PUBLIC_KEY_SIZE];
	char id[NRS_KEY_ID_SIZE];
};

void
nrs_public_key_id(
    const uint8_t raw[NRS_PUBLIC_KEY_SIZE], char id[NRS_KEY_ID_SIZE])
{
	uint8_t digest[NRS_SHA256_SIZE];

	nrs_sha256((struct nrs_bytes){.data = raw, .len = NRS_PUBLIC_KEY_SIZE},
	    digest);
	(void)nrs_hex(digest, (NRS_KEY_ID_SIZE - 1) / 2, id);
}

/* What OpenSSL says about its last failure; its queue is emptied. */
static const char *
reason(void)
{
	const char *text = ERR_reason_error_string(ERR_get_error());

	ERR_clear_error();
	return text == NULL ? "unknown reason" : text;
}

/* Takes pkey, also when it fails. */
static enum nrs_rc
wrap(EVP_PKEY *pkey, struct nrs_key **out, struct nrs_err *err)
{
	struct nrs_key *key;
	size_t len = NRS_PUBLIC_KEY_SIZE;

	if (!EVP_PKEY_is_a(pkey, "ED25519")) {
		EVP_PKEY_free(pkey);
		return nrs_refuse(err, "", "key", "not an Ed25519 key");
	}
	key = nrs_calloc(1, sizeof(*key));
	key->pkey = pkey;
	if (!EVP_PKEY_get_raw_public_key(pkey, key->public, &len)) {
		nrs_key_free(key);
		return nrs_fail(err, NRS_FATAL, "public key: %s", reason());
	}
	nrs_public_key_id(key->public, key->id);
	*out = key;
	return NRS_OK;
}

enum nrs_rc
nrs_key_new(struct nrs_key **out, struct nrs_err *err)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (pkey == NULL)
		return nrs_fail(err, NRS_FATAL, "new key: %s", reason());
	return wrap(pkey, out, err);
}

/* An encrypted file would make OpenSSL ask on the terminal. */
static int
no_password(char *buf, int size, int rwflag, void *opaque)
{
	(void)buf;
	(void)size;
	(void)rwflag;
	(void)opaque;
	return -1;
}

static enum nrs_rc
read_pem(
    FILE *stream, const char *file, struct nrs_key **out, struct nrs_err *err)
{
	EVP_PKEY *pkey;
	struct stat st;

	if (fstat(fileno(stream), &st) != 0 || !S_ISREG(st.st_mode))
		return nrs_refuse(err, "", "key", "%s: not a file", file);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return nrs_refuse(err, "", "key",
		    "%s: others may read or change it; chmod 600 it", file);
	pkey = PEM_read_PrivateKey(stream, NULL, no_password, NULL);
	if (pkey == NULL)
		return nrs_refuse(err, "", "key",
		    "%s: not an unencrypted private key in PEM: %s", file,
		    reason());
	if (wrap(pkey, out, err) == NRS_OK)
		return NRS_OK;
	nrs_err_prefix(err, "%s", file);
	return NRS_REJECT;
}

enum nrs_rc
nrs_key_read(const char *file, struct nrs_key **out, struct nrs_err *err)
{
	FILE *stream = fopen(file, "re");
	enum nrs_rc rc;

	if (stream == NULL)
		return nrs_refuse(
		    err, "", "key", "%s: %s", file, strerror(errno));
	rc = read_pem(stream, file, out, err);
	(void)fclose(stream);
	return rc;
}

/* Written and on the disk. */
static bool
write_pem(const struct nrs_key *key, int fd)
{
	FILE *stream = fdopen(fd, "w");
	bool ok;

	if (stream == NULL) {
		(void)close(fd);
		return false;
	}
	ok = PEM_write_PKCS8PrivateKey(
	         stream, key->pkey, NULL, NULL, 0, NULL, NULL) == 1;
	ok = fflush(stream) == 0 && ok;
	ok = fsync(fd) == 0 && ok;
	return fclose(stream) == 0 && ok;
}

enum nrs_rc
nrs_key_write(const struct nrs_key *key, const char *file, struct nrs_err *err)
{
	int fd = open(file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return nrs_refuse(
		    err, "", "key", "%s: %s", file, strerror(errno));
	if (write_pem(key, fd))
		return NRS_OK;
	ERR_clear_error();
	(void)nrs_fail(
	    err, NRS_FATAL, "%s: not written: %s", file, strerror(errno));
	(void)unlink(file);
	return NRS_FATAL;
}

const char *
nrs_key_id(const struct nrs_key *key)
{
	return key->id;
}

const uint8_t *
nrs_key_public(const struct nrs_key *key)
{
	return key->public;
}

enum nrs_rc
nrs_key_sign(const struct nrs_key *key, struct nrs_bytes message,
    uint8_t out[NRS_SIGNATURE_SIZE], struct nrs_err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = NRS_SIGNATURE_SIZE;
	enum nrs_rc rc = NRS_OK;

	if (ctx == NULL ||
	    !EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) ||
	    !EVP_DigestSign(ctx, out, &len, message.data, message.len) ||
	    len != NRS_SIGNATURE_SIZE)
		rc = nrs_fail(err, NRS_FATAL, "signing: %s", reason());
	EVP_MD_CTX_free(ctx);
	return rc;
}

void
nrs_key_free(struct nrs_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

/* ---- public keys -----------------------------------------------------------
 */

struct nrs_public_key {
	EVP_PKEY *pkey;
};

struct nrs_public_key *
nrs_public_key_new(const uint8_t *raw)
{
	struct nrs_public_key *key;
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key_ex(
	    NULL, "ED25519", NULL, raw, NRS_PUBLIC_KEY_SIZE);

	if (pkey == NULL) {
		ERR_clear_error();
		return NULL;
	}
	key = nrs_calloc(1, sizeof(*key));
	key->pkey = pkey;
	return key;
}

void
nrs_public_key_free(struct nrs_public_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->pkey);
	free(key);
}

bool
nrs_public_key_verify(const struct nrs_public_key *key,
    struct nrs_bytes message, struct nrs_bytes signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	ok = ctx != NULL && signature.len == NRS_SIGNATURE_SIZE &&
	     EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
	     EVP_DigestVerify(ctx, signature.data, signature.len, message.data,
	         message.len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		ERR_clear_error();
	return ok;
}
