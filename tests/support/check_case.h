/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SUPPORT_CHECK_CASE_H
#define SUPPORT_CHECK_CASE_H
/*
 * check_case: what the door takes, for tests that spoil one field at a time.
 */
#include "noroshi/core/check.h"
#include "support/scene.h"

struct check_case {
	struct scene scene;
	struct nrs_check check;
	struct nrs_content content; /* with a countermeasure */
	struct nrs_addressing to;
	struct nrs_posture_change change;
	struct nrs_err err;
};

void check_case_open(struct check_case *c);
void check_case_close(struct check_case *c);
/* Fails the test unless rc and err are a refusal by this rule of this field;
 * field NULL: unless rc is NRS_OK. */
void check_case_says(enum nrs_rc rc, const struct nrs_err *err,
    const char *field, const char *rule);
/* The same of its notice. */
void check_case_notice(
    struct check_case *c, const char *field, const char *rule);

/* Set it, see the answer, set it back. */
#define WITH(lvalue, value, ask, field, rule)                                  \
	do {                                                                   \
		__typeof__(lvalue) was = (lvalue);                             \
		(lvalue) = (value);                                            \
		ask(field, rule);                                              \
		(lvalue) = was;                                                \
	} while (0)
#endif
