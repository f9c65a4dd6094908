/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/mem.h"

/* Room for len more bytes and the NUL. */
static void
reserve(struct nrs_buf *buf, size_t len)
{
	size_t need, cap;

	/* Asking for the impossible aborts in nrs_realloc. */
	if (len >= SIZE_MAX / 4 || buf->len >= SIZE_MAX / 4)
		need = SIZE_MAX / 2;
	else
		need = buf->len + len + 1;
	if (need <= buf->cap)
		return;
	cap = buf->cap < 64 ? 64 : buf->cap;
	while (cap < need)
		cap *= 2;
	buf->data = nrs_realloc(buf->data, cap, 1);
	buf->cap = cap;
}

void
nrs_buf_add(struct nrs_buf *buf, const void *data, size_t len)
{
	reserve(buf, len);
	if (len > 0)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void
nrs_buf_adds(struct nrs_buf *buf, const char *s)
{
	nrs_buf_add(buf, s, strlen(s));
}

void
nrs_buf_addc(struct nrs_buf *buf, char c)
{
	nrs_buf_add(buf, &c, 1);
}

/* Print into what is free; the length it would have taken. */
static int NRS_PRINTF(2, 0)
    try_print(struct nrs_buf *buf, const char *fmt, va_list args)
{
	return vsnprintf(buf->data + buf->len, buf->cap - buf->len, fmt, args);
}

void
nrs_buf_printf(struct nrs_buf *buf, const char *fmt, ...)
{
	va_list args, again;
	int len;

	reserve(buf, 0);
	va_start(args, fmt);
	va_copy(again, args);
	len = try_print(buf, fmt, args);
	va_end(args);
	if (len > 0 && (size_t)len >= buf->cap - buf->len) {
		reserve(buf, (size_t)len);
		len = try_print(buf, fmt, again);
	}
	va_end(again);
	if (len > 0)
		buf->len += (size_t)len;
	buf->data[buf->len] = '\0';
}

void
nrs_buf_reset(struct nrs_buf *buf)
{
	buf->len = 0;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

const char *
nrs_buf_str(const struct nrs_buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}

char *
nrs_buf_take(struct nrs_buf *buf)
{
	char *out = buf->data == NULL ? nrs_strdup("") : buf->data;

	*buf = (struct nrs_buf){0}; /* the caller owns out now */
	return out;
}

void
nrs_buf_fini(struct nrs_buf *buf)
{
	free(buf->data);
	*buf = (struct nrs_buf){0};
}
