/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_text_*. What is accepted as an address, a URL or a line can do
 * no harm in a header or an SMTP command, whatever the input was.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
is_harmless(const char *s, const char *forbidden)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return false;
		if (strchr(forbidden, *s) != NULL)
			return false;
	}
	return true;
}

static void
check_mailbox(struct nrs_arena *arena, const char *s)
{
	const char *once, *twice;
	struct nrs_err err;

	if (nrs_text_mailbox(arena, s, &once, &err) != NRS_OK)
		return;
	assert(strlen(once) <= 254 && is_harmless(once, "<>,;\""));
	assert(strchr(once, '@') == strrchr(once, '@'));
	assert(nrs_text_mailbox(arena, once, &twice, &err) == NRS_OK);
	assert(strcmp(once, twice) == 0);
}

static void
check_cut(const char *s, size_t len)
{
	size_t max, n;

	for (max = 0; max <= len; max = max * 2 + 1) {
		n = nrs_text_cut(s, max);
		assert(n <= max && nrs_text_is_utf8(s, n));
	}
}

static void
check_fold(const char *s)
{
	struct nrs_buf buf = {0};
	const char *out;

	nrs_text_fold(&buf, s, 40, "> ");
	out = nrs_buf_str(&buf);
	assert(nrs_text_is_utf8(out, strlen(out)));
	nrs_buf_fini(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrs_arena *arena = nrs_arena_new();
	char *s = nrs_arena_strndup(arena, (const char *)data, size);
	struct nrs_err err;

	if (nrs_text_is_utf8(s, strlen(s))) {
		check_mailbox(arena, s);
		if (nrs_text_url(s, &err) == NRS_OK)
			assert(is_harmless(s, "<>\""));
		if (nrs_text_is_line(s))
			assert(strpbrk(s, "\r\n") == NULL);
		(void)nrs_text_is_block(s);
		(void)nrs_text_is_id(s, 64);
		(void)nrs_text_width(s);
		check_cut(s, strlen(s));
		check_fold(s);
	}
	nrs_arena_free(arena);
	return 0;
}
