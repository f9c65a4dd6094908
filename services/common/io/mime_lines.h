/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMON_IO_MIME_LINES_H
#define COMMON_IO_MIME_LINES_H
/*
 * mime_lines: base64 as a body has it, piece after piece.
 */
#include "noroshi/base/buf.h"

void mime_base64_lines(struct nrs_buf *out, const char *data, size_t len);
/* Empty lines until the length is a multiple of three: what follows may then be
 * encoded on its own. */
void mime_pad(struct nrs_buf *buf);
#endif
