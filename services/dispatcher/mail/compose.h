/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_COMPOSE_H
#define DISPATCHER_COMPOSE_H
/*
 * compose: the frozen bytes of one notice or of one edition of a newsletter,
 * once per language, channel and purpose.
 */
#include "dispatcher/dispatcher.h"
#include "dispatcher/planner/issue.h"
#include "noroshi/core/alert.h"
#include "noroshi/io/admit.h"

/* One released notice, admitted. */
struct dispatcher_notice {
	const struct nrs_dispatch *dispatch;
	const struct nrs_admitted *admitted;
	const struct nrs_stub_content *stub; /* NULL: none was made */
	int64_t offset;                      /* of the dispatch record */
};

enum {
	DISPATCHER_LANGS = 2,
	DISPATCHER_CHANNELS = 3,
	DISPATCHER_PURPOSES = 4, /* the text, a stub, a reminder, escalation */
	DISPATCHER_VARIANTS =
	    DISPATCHER_LANGS * DISPATCHER_CHANNELS * DISPATCHER_PURPOSES,
};

/* Exactly one of notice and edition. */
struct dispatcher_composer {
	const struct dispatcher *d;
	struct nrs_arena *arena;
	const struct dispatcher_notice *notice;
	const struct dispatcher_issue *issue;
	const struct nrs_edition *edition; /* of issue */
	int64_t sent_at, ack_by; /* of a notice that reminds of itself */
	struct nrs_variant *made[DISPATCHER_VARIANTS];
};

/* Which variant a target of this language, channel and purpose gets. */
size_t dispatcher_compose_index(const char *lang, enum nrs_channel_type channel,
    enum nrs_delivery_purpose purpose);
/* Make it, or return it when it is made already. NRS_REJECT: the notice cannot
 * be put into this channel. */
NRS_CHECKED enum nrs_rc dispatcher_compose(struct dispatcher_composer *composer,
    size_t index, const struct nrs_variant **out, struct nrs_err *err);
/* A delivery record holds one variant beside its recipients; both must fit in
 * one record of the topic. */
#define DISPATCHER_VARIANT_MAX ((size_t)700 * 1024)
/* Of its parts; at most DISPATCHER_VARIANT_MAX. */
size_t dispatcher_compose_bytes(const struct nrs_variant *variant);
/* A mail that is too long loses its HTML, then what is for machines, then the
 * end of its text. */
struct nrs_mime_mail;
NRS_CHECKED enum nrs_rc dispatcher_compose_fitting(struct nrs_arena *arena,
    struct nrs_mime_mail *mail, struct nrs_variant *out, struct nrs_err *err);

/* edition.c */
NRS_CHECKED enum nrs_rc dispatcher_compose_edition(
    const struct dispatcher_composer *composer, const char *lang,
    enum nrs_channel_type channel, struct nrs_variant *out,
    struct nrs_err *err);
#endif
