/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_MIME_H
#define NOROSHI_IO_MIME_H
/*
 * mime: a mail, composed once per language and frozen, over GMime.
 *
 * The frozen form is a row of parts with slots between them; a sender only
 * joins parts, so that a repeat is the same bytes, also after an upgrade.
 * Bodies are base64, lines end in CRLF and have at most 76 characters (but an
 * address or a Message-ID that is longer by itself). Every header value passes
 * one writer that refuses controls and encodes what is not ASCII. Any thread.
 */
#include <stdbool.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/render.h"

/* A mailing list: what clients sort by and let a reader leave (RFC 2919, RFC
 * 2369, RFC 8058). */
struct nrs_mime_list {
	const char *id; /* "power.newsletter", before the domain */
	/* https; the delivery's key is appended. "": no such header. */
	const char *unsubscribe_url;
};

/* Asks to confirm receipt, after the greeting. */
struct nrs_mime_ack {
	const char *url; /* the delivery's token is appended */
	const char *ask; /* a paragraph of text, above the link */
};

struct nrs_mime_mail {
	const char *from;      /* mailbox, constant of the service */
	const char *from_name; /* shown beside it, may be "" */
	const char *domain;    /* of Message-IDs */
	const char *lang;
	int64_t date_ms; /* accepted_at: the same in every repeat */
	bool urgent;
	const char *notice_id, *thread_id;
	const char *tlp;  /* "TLP:AMBER" */
	const char *mode; /* "ACTUAL" */
	const char *kind; /* "CORRECTION" */
	uint32_t revision;
	const struct nrs_rendered *rendered;
	const struct nrs_mime_list *list; /* NULL: no list, but a thread */
	const struct nrs_mime_ack *ack;   /* NULL: nobody is asked */
	/* One object, attached for machines; the link is added to it. NULL:
	 * none. */
	const char *json;
	bool text_only; /* leave the HTML out: it would be too large */
};

/* Fill *out (its parts in arena). NRS_REJECT: a header value is not one line,
 * or the body is not text; err->field says which. */
NRS_CHECKED enum nrs_rc nrs_mime_compose(struct nrs_arena *arena,
    const struct nrs_mime_mail *mail, struct nrs_variant *out,
    struct nrs_err *err);

/* Append the bytes for one recipient: parts, and what belongs in the slots.
 * NRS_REJECT: the address or the greeting could break out of its place. Works
 * for every channel: a variant without slots is appended as it is. */
NRS_CHECKED enum nrs_rc nrs_mime_join(const struct nrs_variant *variant,
    const struct nrs_delivery *delivery, struct nrs_buf *out,
    struct nrs_err *err);
#endif
