/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_BUF_H
#define NOROSHI_BASE_BUF_H
/*
 * buf: a growing run of bytes, always followed by a NUL that len does not
 * count, so that data can be read as a C string. Zero-initialise to start;
 * nrs_buf_fini frees. One thread at a time.
 */
#include <stddef.h>

#include "noroshi/base/err.h"

struct nrs_buf {
	char *data; /* NULL while nothing was ever added */
	size_t len, cap;
};

void nrs_buf_add(struct nrs_buf *buf, const void *data, size_t len);
void nrs_buf_adds(struct nrs_buf *buf, const char *s);
void nrs_buf_addc(struct nrs_buf *buf, char c);
void nrs_buf_printf(struct nrs_buf *buf, const char *fmt, ...) NRS_PRINTF(2, 3);
/* len = 0, keep the memory. */
void nrs_buf_reset(struct nrs_buf *buf);
/* The text, "" when empty; owned by buf. */
const char *nrs_buf_str(const struct nrs_buf *buf);
/* Give the memory away (the caller frees) and start anew. Never NULL. */
char *nrs_buf_take(struct nrs_buf *buf);
void nrs_buf_fini(struct nrs_buf *buf);
#endif
