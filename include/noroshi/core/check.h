/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_CORE_CHECK_H
#define NOROSHI_CORE_CHECK_H
/*
 * check: what the door demands of one command by itself (domain.md section 4):
 * required fields, lengths, text without controls, kind against supersedes, TLP
 * against addressing, known sectors. What depends on the journal's order (a
 * revision gap, a mode change in a thread) is core/decide.h's. Pure, any
 * thread.
 *
 * The first broken rule ends the check: err->field is the path, err->rule a
 * stable id ("required", "line", "length", "enum", "tlp-recipients", ...).
 */
#include "noroshi/base/err.h"
#include "noroshi/core/command.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/sector.h"

#define NRS_CONTENT_MAX (256 * 1024)   /* bytes of Content */
#define NRS_ADDRESSING_MAX (64 * 1024) /* bytes of Addressing */
#define NRS_ISSUED_SKEW_MS (5 * 60 * 1000)
#define NRS_CHECK_ID_MAX 64     /* bytes of any id */
#define NRS_CHECK_TITLE_MAX 200 /* bytes of a title */

struct nrs_check {
	const struct nrs_sector_table *sectors;
	int64_t now_ms;     /* the door's clock; 0: do not check issued_at */
	enum nrs_mode mode; /* the mode this process serves */
	/* Behind the door (classifier, dispatcher): only what keeps the bus and
	 * its readers safe. What a complete notice needs was the door's to ask;
	 * an accepted command is not lost because a newer version asks more. */
	bool inside;
};

NRS_CHECKED enum nrs_rc nrs_check_notice(const struct nrs_check *check,
    const struct nrs_content *content, const struct nrs_addressing *addressing,
    struct nrs_err *err);
/* The same without the audience, for who has the hash of the addressing only.
 */
NRS_CHECKED enum nrs_rc nrs_check_content(const struct nrs_check *check,
    const struct nrs_content *content, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_check_posture_change(const struct nrs_check *check,
    const struct nrs_posture_change *change, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_check_subscription(const struct nrs_check *check,
    const struct nrs_subscription *subscription, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_check_approval(const struct nrs_check *check,
    const struct nrs_approval *approval, struct nrs_err *err);
NRS_CHECKED enum nrs_rc nrs_check_cut_off(const struct nrs_check *check,
    const struct nrs_cut_off *cut_off, struct nrs_err *err);
/* The envelope: id, type, mode, sizes, exactly the parts its type needs. */
NRS_CHECKED enum nrs_rc nrs_check_submission(const struct nrs_check *check,
    const struct nrs_submission *submission, struct nrs_err *err);
#endif
