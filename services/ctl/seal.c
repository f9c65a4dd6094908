/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/seal.h"

#include <string.h>

#include "noroshi/core/statement.h"

const char *
ctl_seal_signer(const struct nrs_keyring *ring, const struct ctl_seal *seal,
    struct nrs_err *err)
{
	uint8_t payload[NRS_SHA256_SIZE], addressing[NRS_SHA256_SIZE];
	char text[NRS_STATEMENT_MAX];
	const struct nrs_statement statement = {
	    .type = seal->type,
	    .mode = seal->mode,
	    .submission_id = seal->id,
	    .payload_sha256 = payload,
	    .addressing_sha256 = addressing,
	};
	struct nrs_bytes message;

	nrs_sha256(seal->payload, payload);
	if (seal->addressing_sha256.len == NRS_SHA256_SIZE)
		memcpy(
		    addressing, seal->addressing_sha256.data, NRS_SHA256_SIZE);
	else
		nrs_sha256(seal->addressing, addressing);
	message = nrs_statement_text(&statement, text);
	(void)nrs_refuse(err, "signatures", "signature", "nobody signed it");
	for (size_t i = 0; i < seal->n_signatures; i++) {
		const struct nrs_signature *s = &seal->signatures[i];
		if (nrs_keyring_verify(ring, s->key_id, (int)seal->mode,
		        message, s->signature, err) == NRS_OK)
			return nrs_keyring_find(ring, s->key_id)->principal;
	}
	return NULL;
}
