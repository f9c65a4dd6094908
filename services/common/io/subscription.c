/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/subscription.h"

/* A clearance that this version does not know reads as RED, the safest label;
 * as a clearance it is the most dangerous one. */
static void
distrust(struct nrs_subscription *sub, unsigned n_unknown)
{
	if (n_unknown > 0 && sub->max_tlp == NRS_TLP_RED)
		sub->max_tlp = NRS_TLP_CLEAR;
}

enum nrs_rc
nrs_subscription_open(struct nrs_arena *arena,
    const struct nrs_submission *submission,
    const struct nrs_subscription **out, struct nrs_err *err)
{
	unsigned n_unknown = 0;
	struct nrs_wire_input in = {.type = NRS_TYPE_SUBSCRIPTION,
	    .bytes = submission->payload,
	    .how = NRS_WIRE_TOLERANT,
	    .n_unknown = &n_unknown};
	void *decoded;
	enum nrs_rc rc = nrs_wire_decode(arena, &in, &decoded, err);

	if (rc != NRS_OK)
		return rc;
	distrust(decoded, n_unknown);
	*out = decoded;
	return NRS_OK;
}

enum nrs_rc
nrs_subscription_decode(struct nrs_arena *arena, struct nrs_bytes value,
    const struct nrs_subscription **out, struct nrs_err *err)
{
	struct nrs_wire_input in = {.type = NRS_TYPE_SUBMISSION,
	    .bytes = value,
	    .how = NRS_WIRE_TOLERANT};
	void *decoded;
	enum nrs_rc rc = nrs_wire_decode(arena, &in, &decoded, err);

	if (rc != NRS_OK)
		return rc;
	return nrs_subscription_open(arena, decoded, out, err);
}
