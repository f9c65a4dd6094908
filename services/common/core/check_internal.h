/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_CORE_CHECK_INTERNAL_H
#define COMMON_CORE_CHECK_INTERNAL_H
/*
 * check_internal: the questions that the checks of all messages share. Each
 * names the field and the rule it broke; fields of lists are printed with
 * their index.
 */
#include "noroshi/core/check.h"

/* A path such as "references[2].url". */
struct check_path {
	char text[96];
};
struct check_path check_path(const char *fmt, ...) NRS_PRINTF(1, 2);

/* "required" when empty, "line" for a control character, "length" when longer
 * than max; an empty text is fine unless max is negative (then -max). */
NRS_CHECKED enum nrs_rc check_line(
    const char *field, const char *s, int max, struct nrs_err *err);
/* The same for text of several lines. */
NRS_CHECKED enum nrs_rc check_block(
    const char *field, const char *s, int max, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_id(
    const char *field, const char *s, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_id_if_any(
    const char *field, const char *s, struct nrs_err *err);
/* A term that must not be value 0. */
NRS_CHECKED enum nrs_rc check_term(
    const char *field, int value, struct nrs_err *err);
/* Between 1970 and 9999; 0 means absent. */
NRS_CHECKED enum nrs_rc check_time(
    const char *field, int64_t ms, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_sha256(
    const char *field, struct nrs_bytes value, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_url(
    const char *field, const char *url, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_mailbox(
    const char *field, const char *address, struct nrs_err *err);
/* The mode of what was signed is the mode this process serves. */
NRS_CHECKED enum nrs_rc check_mode(
    const struct nrs_check *check, enum nrs_mode mode, struct nrs_err *err);
/* Within NRS_ISSUED_SKEW_MS of the door's clock. */
NRS_CHECKED enum nrs_rc check_issued(
    const struct nrs_check *check, int64_t issued_at, struct nrs_err *err);

struct check_list {
	const char *field;
	const char *const *items;
	size_t n;
};
/* Valid ids, none twice. */
NRS_CHECKED enum nrs_rc check_ids(
    const struct check_list *list, struct nrs_err *err);
/* Known codes, none twice; "*" stands alone. May be empty. */
NRS_CHECKED enum nrs_rc check_sectors(const struct nrs_check *check,
    const struct check_list *list, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_ceptoars(const struct nrs_check *check,
    const struct check_list *list, struct nrs_err *err);

/* Parts of nrs_check_notice. */
NRS_CHECKED enum nrs_rc check_translations(const struct nrs_check *check,
    const struct nrs_content *content, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_contact_change(const struct nrs_check *check,
    const struct nrs_content *content, struct nrs_err *err);
NRS_CHECKED enum nrs_rc check_audience(const struct nrs_check *check,
    const struct nrs_content *content, const struct nrs_addressing *addressing,
    struct nrs_err *err);
#endif
