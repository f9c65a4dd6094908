/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_MIME_BOUNCE_H
#define NOROSHI_IO_MIME_BOUNCE_H
/*
 * mime_bounce: what a mail that came back says, over GMime. Only a report of
 * RFC 3464 (multipart/report of report-type delivery-status) is read as one:
 * a reply, a note of absence or a bounce in free words is none. Whoever can
 * send a mail can write one: everything in it is a claim. Any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "noroshi/base/mem.h"

/* The report and the head of the original come first. */
#define NRS_BOUNCE_MAX_BYTES ((size_t)256 * 1024)

enum nrs_bounce_kind {
	NRS_BOUNCE_NONE,    /* not a report */
	NRS_BOUNCE_PASSING, /* delayed, relayed, delivered: no end */
	NRS_BOUNCE_FAILED,
};

struct nrs_bounce {
	enum nrs_bounce_kind kind;
	const char *status;     /* of the failure: "5.1.1"; "" for none */
	const char *diagnostic; /* what was said, printable ASCII, cut */
	/* Whom the report was sent to, and whom the original said it came from:
	 * one of them may be an address of core/verp.h. */
	const char *const *addresses;
	size_t n_addresses;
	const char *message_id; /* of the original, without <>; "" for none */
};

/* Of mail's first NRS_BOUNCE_MAX_BYTES; in arena. */
void nrs_mime_bounce(
    struct nrs_arena *arena, struct nrs_bytes mail, struct nrs_bounce *out);
#endif
