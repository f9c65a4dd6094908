/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/base/text.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <unilbrk.h>
#include <unistr.h>
#include <uniwidth.h>

#define MAX_ADDRESS 254
#define MAX_LOCAL 64
#define MAX_URL 2048

static const uint8_t *
bytes_of(const char *s)
{
	return (const uint8_t *)s;
}

bool
nrs_text_is_utf8(const void *data, size_t len)
{
	if (len == 0)
		return true;
	return memchr(data, '\0', len) == NULL && u8_check(data, len) == NULL;
}

/* Characters that move the cursor or turn the reading direction: each lets a
 * text look like something it is not. */
static bool
is_treacherous(ucs4_t c)
{
	static const struct {
		ucs4_t first, last;
	} ranges[] = {
	    {0x0000, 0x001f},
	    {0x007f, 0x009f},
	    {0x061c, 0x061c},
	    {0x200e, 0x200f},
	    {0x2028, 0x202e}, /* separators, then bidi embeddings */
	    {0x2066, 0x2069},
	};
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

static bool
is_plain(const char *s, bool block)
{
	const uint8_t *at = bytes_of(s);
	ucs4_t c;

	if (!nrs_text_is_utf8(s, strlen(s)))
		return false;
	while ((at = u8_next(&c, at)) != NULL) {
		if (!is_treacherous(c))
			continue;
		if (block && (c == '\t' || c == '\n'))
			continue;
		if (block && c == '\r' && *at == '\n')
			continue;
		return false;
	}
	return true;
}

bool
nrs_text_is_line(const char *s)
{
	return is_plain(s, false);
}

bool
nrs_text_is_block(const char *s)
{
	return is_plain(s, true);
}

/* <ctype.h> asks the locale; a grammar must not. */
static bool
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

/* Alphanumeric or one of more; never NUL. */
static bool
is_one_of(char c, const char *more)
{
	return is_alnum(c) || (c != '\0' && strchr(more, c) != NULL);
}

bool
nrs_text_is_id(const char *s, size_t max)
{
	size_t len = 0;

	if (!is_alnum(s[0]))
		return false;
	while (is_one_of(s[len], "._:-"))
		if (++len > max)
			return false;
	return s[len] == '\0';
}

int
nrs_text_width(const char *s)
{
	return u8_strwidth(bytes_of(s), "UTF-8");
}

size_t
nrs_text_cut(const char *s, size_t max)
{
	size_t len = strnlen(s, max + 1);

	if (len <= max)
		return len;
	len = max;
	/* At most three continuation bytes in UTF-8; a longer run is not text
	 * and is cut anywhere. */
	while (
	    len > 0 && max - len < 4 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return ((unsigned char)s[len] & 0xc0) == 0x80 ? max : len;
}
