/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_SEAL_H
#define CTL_SEAL_H
/*
 * seal: whose signature stands on what was read. Anybody with keys.conf can do
 * the same: the statement is text (core/statement.h).
 */
#include "ctl/ctl.h"
#include "noroshi/core/alert.h"

struct ctl_seal {
	enum nrs_submission_type type;
	enum nrs_mode mode;
	const char *id;
	struct nrs_bytes payload;
	struct nrs_bytes addressing;        /* its bytes, or */
	struct nrs_bytes addressing_sha256; /* only their hash */
	const struct nrs_signature *signatures;
	size_t n_signatures;
};
/* The principal who signed, borrowed from the keyring; NULL with err filled
 * when no signature holds. */
const char *ctl_seal_signer(const struct nrs_keyring *ring,
    const struct ctl_seal *seal, struct nrs_err *err);
#endif
