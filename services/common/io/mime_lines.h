/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_MIME_LINES_H
#define COMMON_IO_MIME_LINES_H
/*
 * mime_lines: base64 as a body has it, piece after piece.
 */
#include "noroshi/base/buf.h"

void mime_base64(struct nrs_buf *out, const void *data, size_t len);
/* In lines of 76 characters, each ended by CRLF. */
void mime_base64_lines(struct nrs_buf *out, const char *data, size_t len);
/* Every line end becomes CRLF. */
void mime_crlf(struct nrs_buf *out, const char *s);
/* Empty lines until the length is a multiple of three: what follows may then be
 * encoded on its own. */
void mime_pad(struct nrs_buf *buf);
#endif
