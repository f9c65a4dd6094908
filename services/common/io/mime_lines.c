/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/mime_lines.h"

#include <gmime/gmime.h>

#define LINE_BYTES 57 /* that base64 turns into 76 characters */

void
mime_base64(struct nrs_buf *out, const void *data, size_t len)
{
	gchar *text = g_base64_encode(data, len);

	nrs_buf_adds(out, text);
	g_free(text);
}

void
mime_base64_lines(struct nrs_buf *out, const char *data, size_t len)
{
	size_t n;

	for (; len > 0; data += n, len -= n) {
		n = len < LINE_BYTES ? len : LINE_BYTES;
		mime_base64(out, data, n);
		nrs_buf_adds(out, "\r\n");
	}
}

void
mime_crlf(struct nrs_buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\r' && s[1] == '\n')
			continue;
		if (*s == '\n')
			nrs_buf_addc(out, '\r');
		nrs_buf_addc(out, *s);
	}
}

void
mime_pad(struct nrs_buf *buf)
{
	while (buf->len % 3 != 0)
		nrs_buf_adds(buf, "\r\n");
}
