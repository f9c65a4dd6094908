/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_ADMIT_H
#define NOROSHI_IO_ADMIT_H
/*
 * admit: from the bytes of a Submission to a command that may be decided:
 * decode, verify every signature over the statement, decode the payload, see
 * that it agrees with its envelope and its stubs with it, check.
 * Producer (strict, with the clock), classifier and dispatcher (tolerant, each
 * with its own keyring) share this one path (invariant 11).
 */
#include "noroshi/core/alert.h"
#include "noroshi/core/check.h"
#include "noroshi/io/sign.h"
#include "noroshi/io/wire.h"

struct nrs_admit {
	struct nrs_check check;
	const struct nrs_keyring
	    *keyring; /* NULL: do not verify (bench only) */
	enum nrs_wire_how how;
};

/* What was decoded, in arena; members that the type does not need are NULL.
 * Filled as far as it came also when the answer is NRS_REJECT. */
struct nrs_admitted {
	const struct nrs_submission *submission;
	const struct nrs_content *content;
	const struct nrs_addressing *addressing;
	const struct nrs_posture_change *posture_change;
	const struct nrs_approval *approval;
	const struct nrs_cut_off *cut_off;
	const struct nrs_deadline *deadline;
	const struct nrs_subscription *subscription;
	uint8_t payload_sha256[NRS_SHA256_SIZE];
	uint8_t addressing_sha256[NRS_SHA256_SIZE];
	const struct nrs_keyring_entry *signer; /* of the first signature */
	unsigned n_unknown; /* enum values inside that we do not know */
};

/* NRS_REJECT names field and rule. DEADLINE, and CUT_OFF unless a desk signed
 * it, are the producer's own commands and carry no signature. */
NRS_CHECKED enum nrs_rc nrs_admit(struct nrs_arena *arena,
    const struct nrs_admit *how, struct nrs_bytes bytes,
    struct nrs_admitted *out, struct nrs_err *err);
/* The same for a notice as an Alert carries it: whom it is addressed to is
 * known by its hash only. out->addressing stays NULL. */
NRS_CHECKED enum nrs_rc nrs_admit_alert(struct nrs_arena *arena,
    const struct nrs_admit *how, const struct nrs_alert *alert,
    struct nrs_admitted *out, struct nrs_err *err);
/* The same for the stub of a notice. */
NRS_CHECKED enum nrs_rc nrs_admit_stub(struct nrs_arena *arena,
    const struct nrs_admit *how, const struct nrs_alert *alert,
    const struct nrs_stub_content **out, struct nrs_err *err);
#endif
