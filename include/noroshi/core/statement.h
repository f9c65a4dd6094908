/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_STATEMENT_H
#define NOROSHI_CORE_STATEMENT_H
/*
 * statement: the exact text that an Ed25519 signature covers. Pure.
 *
 *   noroshi-statement-v1\n
 *   type=NOTICE\n
 *   mode=ACTUAL\n
 *   id=<submission_id>\n
 *   payload=<sha256 of the payload, hex>\n
 *   addressing=<sha256 of the addressing, hex; of no bytes when absent>\n
 *
 * Text, so that anybody can rebuild and check it with openssl(1).
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/terms.h"

struct nrs_statement {
	enum nrs_submission_type type;
	enum nrs_mode mode;
	const char *submission_id;
	const uint8_t *payload_sha256;    /* 32 bytes */
	const uint8_t *addressing_sha256; /* 32 bytes */
};

#define NRS_STATEMENT_MAX 512
/* Writes at most NRS_STATEMENT_MAX bytes into out; borrowed from out. No bytes
 * when the id is too long for any that was checked: nobody signed that. */
struct nrs_bytes nrs_statement_text(
    const struct nrs_statement *statement, char out[NRS_STATEMENT_MAX]);
#endif
