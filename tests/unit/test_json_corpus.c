/* SPDX-License-Identifier: Apache-2.0 */
/* JSON against corpora outside the repository: skipped where they are absent.
 * CORPUS= names their folder. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/text.h"
#include "noroshi/core/notice.h"
#include "noroshi/io/json.h"

static struct nrs_arena *arena;
static struct nrs_err err;

static int
setup(void **state)
{
	(void)state;
	arena = nrs_arena_new();
	memset(&err, 0, sizeof(err));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static enum nrs_rc
decode(enum nrs_message_type type, struct nrs_bytes text, void *out)
{
	void *value = NULL;
	enum nrs_rc rc = nrs_json_decode(arena, type, text, &value, &err);

	memcpy(out, &value, sizeof(value));
	return rc;
}

static struct nrs_bytes
text_of(const char *s)
{
	return (struct nrs_bytes){(const uint8_t *)s, strlen(s)};
}

static const char *
corpus(void)
{
	const char *dir = getenv("CORPUS");

	return dir != NULL && dir[0] != '\0' ? dir : "../shared/data";
}

static bool
read_file(const char *dir, const char *name, struct nrs_buf *out)
{
	char *path = nrs_asprintf("%s/%s", dir, name);
	FILE *in = fopen(path, "rb");
	char chunk[4096];
	size_t n;

	free(path);
	nrs_buf_reset(out);
	if (in == NULL)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		nrs_buf_add(out, chunk, n);
	(void)fclose(in);
	return true;
}

/* The suite's names begin with n_ (must fail), y_ (must parse) or i_. */
static void
check_syntax(const char *name, const struct nrs_buf *text)
{
	struct nrs_bytes bytes = {(const uint8_t *)text->data, text->len};
	void *out;
	bool syntax;

	if (decode(NRS_TYPE_CONTENT, bytes, &out) == NRS_OK)
		return;
	syntax = strcmp(err.rule, "unknown-key") != 0 &&
	         strcmp(err.rule, "type") != 0;
	if (strncmp(name, "n_", 2) == 0 && !syntax)
		fail_msg("%s was taken for JSON", name);
	/* Stricter than the grammar on purpose: no key twice, no NUL. */
	if (strncmp(name, "y_", 2) == 0 && syntax &&
	    strcmp(err.rule, "repeated") != 0 && strcmp(err.rule, "nul") != 0)
		fail_msg("%s was refused: %s", name, err.text);
}

static void
the_json_test_suite_is_judged_rightly(void **state)
{
	char *dir =
	    nrs_asprintf("%s/json-syntax/jsontestsuite/test_parsing", corpus());
	struct nrs_buf text = {0};
	DIR *list = opendir(dir);
	struct dirent *entry;
	size_t n = 0;

	(void)state;
	if (list == NULL) {
		free(dir);
		skip();
		return;
	}
	while ((entry = readdir(list)) != NULL) {
		if (strstr(entry->d_name, ".json") == NULL ||
		    !read_file(dir, entry->d_name, &text))
			continue;
		check_syntax(entry->d_name, &text);
		n++;
	}
	assert_true(n > 100);
	(void)closedir(list);
	nrs_buf_fini(&text);
	free(dir);
}

static void
check_line(const char *line, struct nrs_buf *json)
{
	struct nrs_section section = {.label = "", .text = line}, *out;

	if (!nrs_text_is_utf8(line, strlen(line)))
		return;
	nrs_buf_reset(json);
	nrs_json_encode(json, NRS_TYPE_SECTION, &section);
	assert_true(nrs_text_is_line(json->data));
	assert_int_equal(
	    decode(NRS_TYPE_SECTION, text_of(json->data), &out), NRS_OK);
	assert_string_equal(out->text, line);
}

static void
naughty_lines_come_back_as_they_went(void **state)
{
	static const char *const files[] = {
	    "patt/CRLF Injection/Files/crlfinjection.txt",
	    "patt/XXE Injection/Intruders/XXE_Fuzzing.txt",
	    "patt/XSS Injection/Intruders/IntrudersXSS.txt",
	    "payloadbox-xxe/Intruder/xxe-injection-payload-list.txt.txt",
	};
	char *dir = nrs_asprintf("%s/strings", corpus());
	struct nrs_buf text = {0}, json = {0};
	char *line, *rest;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (!read_file(dir, files[i], &text))
			continue;
		line = strtok_r(text.data, "\n", &rest);
		for (; line != NULL; line = strtok_r(NULL, "\n", &rest), n++)
			check_line(line, &json);
	}
	nrs_buf_fini(&text);
	nrs_buf_fini(&json);
	free(dir);
	if (n == 0)
		skip();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(the_json_test_suite_is_judged_rightly),
	    TEST(naughty_lines_come_back_as_they_went),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
