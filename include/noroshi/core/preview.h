/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_PREVIEW_H
#define NOROSHI_CORE_PREVIEW_H
/*
 * preview: what the services would do with a notice now, by their own
 * functions: the decision, who would get it, how, when and by which rule, and
 * what is unusual about them. Nothing is sent. Pure; all in the caller's arena,
 * or of what the query points to.
 */
#include "noroshi/core/ack_time.h"
#include "noroshi/core/arrangement.h"
#include "noroshi/core/audience.h"
#include "noroshi/core/decide.h"
#include "noroshi/core/render.h"

/* What one principal has issued before. */
struct nrs_usage {
	size_t n; /* notices that went out */
	char **sectors;
	size_t n_sectors;
	bool labels[NRS_TLP_CLEAR + 1];
};

struct nrs_preview_query {
	struct nrs_arena *arena;
	const struct nrs_policy *policy;
	const struct nrs_state *state;    /* the fold of `outcome` */
	const struct nrs_match_set *subs; /* of `subscription` */
	const struct nrs_command *cmd;    /* of a notice, next in the journal */
	/* Whom its thread was planned for. */
	const struct nrs_delivery_batch *const *priors;
	size_t n_priors;
	const struct nrs_usage *usage; /* its issuer's; NULL: not known */
	/* Who an arrangement's contacts are; NULL: that could not be read. */
	const struct nrs_arrangements *arrangements;
	const struct nrs_ack_times *ack; /* the dispatcher's */
	/* What those read who may not see it in full; NULL: none was made. */
	const struct nrs_stub_content *stub;
};

/* One who would get it by one channel. */
struct nrs_preview_recipient {
	const char *subscriber_id, *name, *lang;
	enum nrs_channel_type channel;
	enum nrs_delivery_purpose purpose; /* ALERT or STUB */
	bool now;                          /* else with the next newsletter */
	/* Not even now, but when the contacts of this arrangement, which stands
	 * in for the usual way, have not confirmed it; NULL: at once. */
	const char *unless;
	/* Of the first copy that is for them; "override:1" or "override:3":
	 * only because of what they were told before. */
	const char *rule;
};

/* A contact arrangement that it goes by: its contacts get it at once. */
struct nrs_preview_way {
	const char *arrangement_id;
	const char *name;   /* of the headquarters; "": not known */
	const char **roles; /* of the contacts that it goes to */
	size_t n_roles;
	/* How many people get it instead of them, and when, if they do not
	 * confirm it. */
	size_t n_waiting;
	int64_t wait_until; /* 0: nobody waits */
};

struct nrs_preview {
	struct nrs_outcome outcome;
	struct nrs_preview_recipient *recipients; /* by subscriber */
	size_t n_recipients;
	/* People: who would get the text or the stub, and who would not. */
	size_t n_reached, n_stubs;
	size_t n_not_cleared, n_filtered, n_unreachable;
	struct nrs_preview_way *ways;
	size_t n_ways;
	/* What they read, in the languages they read; without what is made when
	 * it is sent: greeting, sender, hash. */
	struct nrs_preview_text {
		const char *lang;
		bool stub;
		struct nrs_rendered rendered;
	} texts[4];
	size_t n_texts;
	/* Without usage all of this is false. */
	bool first;               /* nothing of this issuer ever went out */
	const char **new_sectors; /* it never used */
	size_t n_new_sectors;
	bool new_label;
};

void nrs_preview(
    const struct nrs_preview_query *query, struct nrs_preview *out);
#endif
