/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Target: nrs_markdown_html. Whatever a text says, its HTML has our few tags,
 * closed as they were opened, our styles, and links to http and https only.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "noroshi/base/text.h"
#include "noroshi/io/markdown.h"

#define DEPTH_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What may stand between '<' and '>'. */
static const char *const whole[] = {"p", "br", "hr", "li", "em", "strong"};
static const char *const styled[] = {
    "p", "ul", "ol start=\"", "div", "code", "a href=\"http"};

static bool
is_tag(const char *tag, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (len == strlen(whole[i]) && memcmp(tag, whole[i], len) == 0)
			return true;
	for (i = 0; i < sizeof(styled) / sizeof(styled[0]); i++)
		if (len > strlen(styled[i]) &&
		    memcmp(tag, styled[i], strlen(styled[i])) == 0)
			return memmem(tag, len, " style=\"", 8) != NULL &&
			       tag[len - 1] == '"';
	return false;
}

static size_t
name_len(const char *tag)
{
	return strspn(tag, "abcdefghijklmnopqrstuvwxyz");
}

struct tags {
	const char *open[DEPTH_MAX];
	size_t depth;
};

static void
check_tag(struct tags *tags, const char *tag, size_t len)
{
	const char *open;

	assert(tag[len] == '>');
	if (tag[0] == '/') {
		assert(tags->depth > 0);
		open = tags->open[--tags->depth];
		assert(name_len(open) == len - 1);
		assert(memcmp(open, tag + 1, len - 1) == 0);
		return;
	}
	assert(is_tag(tag, len));
	if (strncmp(tag, "br>", 3) == 0 || strncmp(tag, "hr>", 3) == 0)
		return;
	assert(tags->depth < DEPTH_MAX);
	tags->open[tags->depth++] = tag;
}

static void
check_html(const char *html)
{
	struct tags tags = {.depth = 0};
	size_t len;

	for (; (html = strchr(html, '<')) != NULL; html += len) {
		len = strcspn(++html, ">");
		check_tag(&tags, html, len);
	}
	assert(tags.depth == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nrs_arena *arena;
	const char *text;

	/* As behind the door: a block of text. */
	if (!nrs_text_is_utf8(data, size))
		return 0;
	arena = nrs_arena_new();
	text = nrs_arena_strndup(arena, (const char *)data, size);
	if (nrs_text_is_block(text))
		check_html(nrs_markdown_html(arena, text));
	nrs_arena_free(arena);
	return 0;
}
