/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_DRAFT_H
#define CTL_DRAFT_H
/*
 * draft: the one friendly JSON object in which a person writes a notice: the
 * fields of Content and Addressing side by side, lines that start with // left
 * out. Pure but for what mint is given.
 */
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"
#include "noroshi/core/notice.h"

struct ctl_draft {
	struct nrs_content *content;
	struct nrs_addressing *addressing;
};

/* Sections, countermeasures and so on whose text is empty are left out: a
 * template's that was not filled in; what mint makes is refused. NRS_REJECT
 * names the field. */
NRS_CHECKED enum nrs_rc ctl_draft_parse(struct nrs_arena *arena,
    struct nrs_bytes text, struct ctl_draft *draft, struct nrs_err *err);
/* The JSON that ctl_draft_parse reads, without what mint makes. */
struct nrs_bytes ctl_draft_text(
    struct nrs_arena *arena, const struct ctl_draft *draft);
/* base with the members of over in their place. */
NRS_CHECKED enum nrs_rc ctl_draft_overlay(struct nrs_arena *arena,
    const struct ctl_draft *base, struct nrs_bytes over,
    struct ctl_draft *draft, struct nrs_err *err);
/* NRS_REJECT: the text is another than base's, a translation of it is not. */
NRS_CHECKED enum nrs_rc ctl_draft_check_retold(struct nrs_arena *arena,
    const struct ctl_draft *base, const struct ctl_draft *draft,
    struct nrs_err *err);

struct ctl_mint {
	int64_t now_ms;
	enum nrs_mode mode;
	enum nrs_stream stream; /* when the draft names none */
	const char *originator; /* the same */
	/* Of an EXERCISE that names none; NULL or "": it must name one. */
	const char *exercise_id;
	/* A later notice of a thread; NULL: the first of one. */
	const struct ctl_successor {
		const char *thread_id;
		uint32_t revision; /* of this one */
		enum nrs_msg_kind kind;
		const char **supersedes;
		size_t n_supersedes;
	} * after;
};
/* Fill what a client makes: ids, revision, times, salt, version, defaults. */
void ctl_draft_mint(struct nrs_arena *arena, const struct ctl_mint *mint,
    struct ctl_draft *draft);
#endif
