/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_BASE_TEXT_H
#define NOROSHI_BASE_TEXT_H
/*
 * text: questions about UTF-8 text, over GNU libunistring and libidn2.
 * Pure functions, any thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/err.h"
#include "noroshi/base/mem.h"

/* Valid UTF-8 without NUL. */
bool nrs_text_is_utf8(const void *data, size_t len);
/* No C0 or C1 control, no line or paragraph separator, no bidi control
 * (U+061C, U+200E-F, U+202A-E, U+2066-9): safe in a header or a log line. */
bool nrs_text_is_line(const char *s);
/* The same, but tab, LF and CRLF are welcome: a body. */
bool nrs_text_is_block(const char *s);
/* An id of ours: 1 to max bytes of [A-Za-z0-9._:-], starting with [A-Za-z0-9].
 */
bool nrs_text_is_id(const char *s, size_t max);
/* Columns on a terminal (East Asian wide = 2). */
int nrs_text_width(const char *s);
/* Append s folded at columns (indent included) by UAX #14, each line after
 * indent and ended by LF; line breaks in s stay. A word that is too long is
 * never broken, nor are a URL and a word with a digit in it, such as an id. */
void nrs_text_fold(
    struct nrs_buf *out, const char *s, int columns, const char *indent);
/* Largest n <= max that ends on a character boundary of s. */
size_t nrs_text_cut(const char *s, size_t max);
/* A mail address by RFC 5321's strict dot-atom grammar, at most 254 bytes, its
 * full domain (two labels or more) turned to ASCII (IDNA 2008) into out (from
 * arena). NRS_REJECT. */
NRS_CHECKED enum nrs_rc nrs_text_mailbox(struct nrs_arena *arena,
    const char *address, const char **out, struct nrs_err *err);
/* An http or https URL of at most 2048 bytes, RFC 3986's characters only, with
 * a host and without user. NRS_REJECT. */
NRS_CHECKED enum nrs_rc nrs_text_url(const char *url, struct nrs_err *err);
/* The same, but a host in any script is turned to ASCII (IDNA 2008): *out is in
 * arena. NRS_REJECT. */
NRS_CHECKED enum nrs_rc nrs_text_url_ascii(struct nrs_arena *arena,
    const char *url, const char **out, struct nrs_err *err);
#endif
