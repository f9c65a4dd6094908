/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_SILENCE_H
#define NOROSHI_CORE_SILENCE_H
/*
 * silence: the mail that says who has answered neither an alert nor its
 * reminder nor through the second contact: to the desk of all, to a CEPTOAR of
 * its own members. Ids, names and numbers only, never content, not even a
 * title. Pure.
 */
#include "noroshi/base/mem.h"
#include "noroshi/core/render.h"

struct nrs_silent {
	const char *id;       /* of the subscriber */
	const char *name;     /* "" when it subscribes no more */
	const char *ceptoars; /* whose member it is: "bank, securities"; the
	                         desk's mail shows it, or "" */
};

struct nrs_silence_letter {
	const char *ceptoar; /* name of the CEPTOAR it goes to; NULL: the desk
	                      */
	const char *notice_id;
	uint32_t revision;
	int64_t accepted_at;
	size_t n_asked; /* 0: is not said */
	const struct nrs_silent *silent;
	size_t n; /* of them at most NRS_SILENCE_LISTED are listed */
	enum nrs_mode mode;
	const char *lang; /* "en", anything else is "ja" */
};
#define NRS_SILENCE_LISTED 200

/* A drill says so in its subject and first line. Text only. In arena. */
void nrs_silence_render(struct nrs_arena *arena,
    const struct nrs_silence_letter *letter, struct nrs_rendered *out);
#endif
