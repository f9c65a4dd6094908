/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_ERR_H
#define NOROSHI_BASE_ERR_H
/*
 * err: what a fallible function returns, and why.
 *
 * The code says what the caller must do; the text says why, for people: nothing
 * parses it. The caller owns the struct, usually on its stack; no allocation.
 */
#include <stdarg.h>

#define NRS_CHECKED __attribute__((warn_unused_result))
#define NRS_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum nrs_rc {
	NRS_OK = 0,
	NRS_RETRY,  /* not now: the same call may work later, nothing is lost */
	NRS_REJECT, /* never: this input is wrong; field and rule say where */
	NRS_FATAL,  /* this process cannot go on: stop, be restarted */
};

struct nrs_err {
	char field[96]; /* path of the bad field, "" when there is none */
	char rule[64]; /* stable id of the broken rule, "" when there is none */
	char text[512]; /* one line for people */
};

/* Fill err (may be NULL) and return rc, so that `return nrs_fail(...)` reads
 * as one thought. */
enum nrs_rc nrs_fail(struct nrs_err *err, enum nrs_rc rc, const char *fmt, ...)
    NRS_PRINTF(3, 4);
/* The same for bad input: names the field and the rule, returns NRS_REJECT. */
enum nrs_rc nrs_refuse(struct nrs_err *err, const char *field, const char *rule,
    const char *fmt, ...) NRS_PRINTF(4, 5);
/* Put "context: " before the text that is already there. */
void nrs_err_prefix(struct nrs_err *err, const char *fmt, ...) NRS_PRINTF(2, 3);
/* "RETRY", "REJECT", ... for logs. */
const char *nrs_rc_name(enum nrs_rc rc);
#endif
