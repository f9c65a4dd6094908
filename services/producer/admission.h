/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PRODUCER_ADMISSION_H
#define PRODUCER_ADMISSION_H
/*
 * admission: what may come in from outside: the same for what is submitted and
 * what is only asked about. Any thread.
 */
#include "producer/submit.h"

struct producer_admission {
	/* In the caller's arena, but for the signer: it may be gone after a
	 * reload. */
	struct nrs_admitted admitted;
	int64_t accepted_at;
	const char *principal; /* of the first signature; "" for none */
	bool is_desk;          /* it has the role desk */
};

/* NRS_REJECT names field and rule; what was decoded so far is there. */
NRS_CHECKED enum nrs_rc producer_admit(struct producer *producer,
    const struct producer_request *request, struct nrs_arena *arena,
    struct producer_admission *out, struct nrs_err *err);
#endif
