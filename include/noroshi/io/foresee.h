/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_FORESEE_H
#define NOROSHI_IO_FORESEE_H
/*
 * foresee: a preview over what the topics hold now. Reads them from their
 * beginning when first asked, and from then on only what has come since; keeps
 * nothing that they do not hold, and writes nothing. One thread at a time.
 */
#include "noroshi/core/command.h"
#include "noroshi/core/preview.h"
#include "noroshi/io/bus.h"
#include "noroshi/io/sign.h"

struct nrs_foresee;
struct nrs_foresee_conf {
	const struct nrs_bus_conf *bus; /* borrowed until close */
	int timeout_ms;                 /* the bus may be silent so long */
};
NRS_CHECKED enum nrs_rc nrs_foresee_open(const struct nrs_foresee_conf *conf,
    struct nrs_foresee **out, struct nrs_err *err);
void nrs_foresee_close(struct nrs_foresee *foresee);

/* Read `journal`, `outcome` and `subscription` on to the ends they have now,
 * and `dispatch.alert` while a contact arrangement is in force.
 * ring tells who signed what; NULL: nobody is known. NRS_RETRY: the bus is
 * silent. NRS_REJECT, rule not-found: there is no such topic. */
NRS_CHECKED enum nrs_rc nrs_foresee_refresh(struct nrs_foresee *foresee,
    const struct nrs_keyring *ring, struct nrs_err *err);
/* False: the journal could not be read (not everybody may), and who issued what
 * is not known. */
bool nrs_foresee_knows_issuers(const struct nrs_foresee *foresee);

/* False: `dispatch.alert` could not be read, and who the contacts of an
 * arrangement are is not known. */
bool nrs_foresee_knows_contacts(const struct nrs_foresee *foresee);

struct nrs_foresee_query {
	struct nrs_arena *arena;
	const struct nrs_policy *policy;
	/* A notice as it would be accepted at now_ms. */
	const struct nrs_submission *submission;
	const struct nrs_content *content;
	const struct nrs_addressing *addressing;
	unsigned n_unknown;
	int64_t now_ms;
	struct nrs_ack_times ack; /* the dispatcher's */
	/* Whose notices count as its issuer's; "" for everybody's. */
	const char *principal;
};
/* For a later notice of a thread `delivery.alert` is read, too: whom the thread
 * was planned for. What out points to is valid until the next call. NRS_RETRY:
 * the bus is silent. */
NRS_CHECKED enum nrs_rc nrs_foresee(struct nrs_foresee *foresee,
    const struct nrs_foresee_query *query, struct nrs_preview *out,
    struct nrs_err *err);
#endif
