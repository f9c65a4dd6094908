/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_RENDER_H
#define NOROSHI_CORE_RENDER_H
/*
 * render: what a person reads: subject, plain text and HTML of one notice in
 * one language. Countermeasures and their deadline come first, the background
 * after; a retraction is louder than what it retracts; a drill says so in its
 * first line. No recipient, no originator (unless Content says so). Pure: the
 * same notice gives the same bytes.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/command.h"
#include "noroshi/core/notice.h"

struct nrs_render {
	/* One of the two. A stub tells earlier readers who may no longer see
	 * the text that it was withdrawn or changed, and nothing else. */
	const struct nrs_content *content;
	const struct nrs_stub_content *stub;
	const char *lang;   /* "en", anything else is "ja" */
	const char *sender; /* who runs this service, "" if not configured */
	const char *desk;   /* how to ask back, "" if not configured */
	/* How to verify: of the first signature, and of the signed bytes. */
	const char *key_id, *payload_sha256;
	/* REMINDER and ESCALATION say so above everything else: which notice,
	 * when it was sent, until when and how to confirm it. */
	enum nrs_delivery_purpose purpose;
	int64_t sent_at, ack_by;
};

/* All in arena; lines end in LF. The recipient's own greeting goes between head
 * and body of each form. */
struct nrs_rendered {
	const char *subject;
	const char *text_head, *text;
	const char *html_head, *html;
	const char *html_meta; /* into <head>, after the title; or "" */
};

void nrs_render(struct nrs_arena *arena, const struct nrs_render *render,
    struct nrs_rendered *out);
/* The subject alone; of render only content or stub and lang are looked at. */
const char *nrs_render_subject(
    struct nrs_arena *arena, const struct nrs_render *render);
/* "name 御中" or "To: name", a line of its own, "" for no name. */
const char *nrs_render_greeting(
    struct nrs_arena *arena, const char *name, const char *lang);
#endif
