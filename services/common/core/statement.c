/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/statement.h"

#include <stdio.h>

#include "noroshi/core/label.h"

#define SHA256_SIZE 32

static void
hex(const uint8_t digest[SHA256_SIZE], char out[2 * SHA256_SIZE + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < SHA256_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 0xf];
	}
	out[2 * SHA256_SIZE] = '\0';
}

struct nrs_bytes
nrs_statement_text(
    const struct nrs_statement *statement, char out[NRS_STATEMENT_MAX])
{
	char payload[2 * SHA256_SIZE + 1], addressing[2 * SHA256_SIZE + 1];
	int len;

	hex(statement->payload_sha256, payload);
	hex(statement->addressing_sha256, addressing);
	len = snprintf(out, NRS_STATEMENT_MAX,
	    "noroshi-statement-v1\n"
	    "type=%s\n"
	    "mode=%s\n"
	    "id=%s\n"
	    "payload=%s\n"
	    "addressing=%s\n",
	    nrs_term_name(NRS_VOC_SUBMISSION_TYPE, (int)statement->type),
	    nrs_term_name(NRS_VOC_MODE, (int)statement->mode),
	    statement->submission_id, payload, addressing);
	/* A cut statement would be shared by many ids: none at all instead. */
	if (len < 0 || len >= NRS_STATEMENT_MAX)
		len = 0;
	return (struct nrs_bytes){(const uint8_t *)out, (size_t)len};
}
