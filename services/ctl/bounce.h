/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_BOUNCE_H
#define CTL_BOUNCE_H
/*
 * bounce: a mail that came back becomes a receipt: whom it was for will not get
 * it. Who can send us a mail can write a bounce: the worst it does is to call a
 * contact out of date, never to hold anything back.
 */
#include "ctl/ctl.h"
#include "noroshi/core/delivery.h"

enum ctl_bounced {
	CTL_BOUNCE_NO_REPORT, /* a reply, a note of absence, free words */
	CTL_BOUNCE_PASSING,   /* delayed, relayed: no end */
	CTL_BOUNCE_UNKNOWN,   /* about no mail of ours */
	CTL_BOUNCE_KNOWN,     /* its end is on record already */
	CTL_BOUNCE_FAILED,    /* recorded now */
};

struct ctl_bounce {
	enum ctl_bounced is;
	const char *status, *detail;
	const struct nrs_receipt *receipt; /* KNOWN, FAILED: in ctl->arena */
};
/* Read mail, find what it is about, and record it. NRS_RETRY: the bus does not
 * answer, or the sender has not seen the end of that try yet. */
NRS_CHECKED enum nrs_rc ctl_bounce(struct ctl *ctl, struct nrs_bytes mail,
    struct ctl_bounce *out, struct nrs_err *err);
/* "failed", "no-report", ... */
const char *ctl_bounced_name(enum ctl_bounced is);
#endif
