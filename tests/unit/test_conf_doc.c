/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/base/conf.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char folder[] = "/tmp/noroshi-conf-XXXXXX";

static int
make_folder(void **state)
{
	return mkdtemp(folder) == NULL || chdir(folder) != 0 ||
	       mkdir("sub", 0700) != 0;
}

static int
remove_folder(void **state)
{
	(void)unlink("a.conf");
	(void)unlink("sub/b.conf");
	(void)unlink("sub/c.conf");
	return rmdir("sub") != 0 || chdir("/") != 0 || rmdir(folder) != 0;
}

static void
write_file(const char *name, const char *text, size_t len)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

static struct nrs_conf_doc *
opened(const char *text)
{
	struct nrs_conf_doc *doc = NULL;
	struct nrs_err err;

	write_file("a.conf", text, strlen(text));
	if (nrs_conf_open("a.conf", &doc, &err) != NRS_OK)
		fail_msg("%s", err.text);
	return doc;
}

static void
assert_not_opened(const char *text, const char *expected)
{
	struct nrs_conf_doc *doc = NULL;
	struct nrs_err err = {0};

	write_file("a.conf", text, strlen(text));
	assert_int_equal(nrs_conf_open("a.conf", &doc, &err), NRS_REJECT);
	assert_string_equal(err.text, expected);
	assert_null(doc);
}

static int64_t
integer(const struct nrs_conf_node *node, const char *name)
{
	struct nrs_err err;
	int64_t out = 0;

	if (nrs_conf_int(node, name,
	        &(struct nrs_conf_range){INT64_MIN, INT64_MAX, NULL}, &out,
	        &err) != NRS_OK)
		fail_msg("%s", err.text);
	return out;
}

static void
integers_are_read_as_64_bits_however_they_are_written(void **state)
{
	struct nrs_conf_doc *doc =
	    opened("a = 99999999999; b = 3000000000; c = -3000000000L;\n"
	           "d = 9223372036854775807; e = -9223372036854775808;\n"
	           "f = 0xFFFFFFFF; g = 010; h = +7; i = 5LL;");
	const struct nrs_conf_node *root = nrs_conf_root(doc);

	assert_int_equal(integer(root, "a"), INT64_C(99999999999));
	assert_int_equal(integer(root, "b"), INT64_C(3000000000));
	assert_int_equal(integer(root, "c"), INT64_C(-3000000000));
	assert_true(integer(root, "d") == INT64_MAX);
	assert_true(integer(root, "e") == INT64_MIN);
	assert_int_equal(integer(root, "f"), INT64_C(4294967295));
	assert_int_equal(integer(root, "g"), 10);
	assert_int_equal(integer(root, "h"), 7);
	assert_int_equal(integer(root, "i"), 5);
	nrs_conf_close(doc);
}

static void
an_integer_beyond_64_bits_is_refused_with_its_line(void **state)
{
	assert_not_opened("x = 1;\n# 1\ny = 9223372036854775808;\n",
	    "a.conf:3: number out of range: 9223372036854775808");
	assert_not_opened("y = ( 1, -9223372036854775809 );\n",
	    "a.conf:1: number out of range: -9223372036854775809");
	assert_not_opened("y = 0xFFFFFFFFFFFFFFFFF;\n",
	    "a.conf:1: number out of range: 0xFFFFFFFFFFFFFFFFF");
	assert_not_opened("y = 99999999999999999999999999999999999999L;\n",
	    "a.conf:1: number out of range");
}

static void
digits_in_strings_names_and_comments_are_left_alone(void **state)
{
	struct nrs_conf_doc *doc =
	    opened("/* 99999999999999999999 \n */ a99999999999999999999 = "
	           "\"99999999999999999999 \\\" 5 # no // comment\"; # 1 \" \n"
	           "// 99999999999999999999 \"\nb-2 = 1; c = 1.5e3; d = 1e3;");
	const struct nrs_conf_node *root = nrs_conf_root(doc);
	struct nrs_err err;
	const char *s;

	assert_int_equal(nrs_conf_length(root), 4);
	assert_int_equal(
	    nrs_conf_string(root, "a99999999999999999999", NULL, &s, &err),
	    NRS_OK);
	assert_string_equal(s, "99999999999999999999 \" 5 # no // comment");
	assert_int_equal(integer(root, "b-2"), 1);
	nrs_conf_close(doc);
}

static void
includes_are_found_beside_the_file_that_names_them(void **state)
{
	struct nrs_conf_doc *doc;
	struct nrs_err err;
	int64_t out;

	write_text("sub/b.conf", "@include \"c.conf\"\nb = 2;");
	write_text("sub/c.conf", "\n\nc = 3;\n");
	doc = opened("a = 1;\n  @include \"sub/b.conf\"\nd = 4;\n");
	assert_int_equal(integer(nrs_conf_root(doc), "a"), 1);
	assert_int_equal(integer(nrs_conf_root(doc), "b"), 2);
	assert_int_equal(integer(nrs_conf_root(doc), "c"), 3);
	assert_int_equal(integer(nrs_conf_root(doc), "d"), 4);
	assert_int_equal(nrs_conf_int(nrs_conf_root(doc), "c",
	                     &(struct nrs_conf_range){4, 9, NULL}, &out, &err),
	    NRS_REJECT);
	assert_string_equal(err.text, "sub/c.conf:3: c: 3 is not in 4..9");
	assert_string_equal(err.field, "c");
	assert_int_equal(nrs_conf_int(nrs_conf_root(doc), "d",
	                     &(struct nrs_conf_range){5, 9, NULL}, &out, &err),
	    NRS_REJECT);
	assert_string_equal(err.text, "a.conf:3: d: 4 is not in 5..9");
	nrs_conf_close(doc);
}

static void
a_bad_include_names_both_files(void **state)
{
	write_text("sub/b.conf", "b = 1;\nb = 2;\n");
	assert_not_opened("a = 1;\n@include \"sub/b.conf\"\n",
	    "sub/b.conf:2: duplicate setting name");
	assert_not_opened("a = 1;\n@include \"sub/none.conf\"\n",
	    "a.conf:2: sub/none.conf: No such file or directory");
	assert_not_opened(
	    "@include 5\n", "a.conf:1: @include wants a file name in quotes");
	assert_not_opened("@include \"x\n\"",
	    "a.conf:1: @include wants a file name in quotes");
	write_text("sub/b.conf", "x = 1;\ny = 99999999999999999999;");
	assert_not_opened("a = 1;\n@include \"sub/b.conf\"\n",
	    "a.conf:2: sub/b.conf:2: number out of range: "
	    "99999999999999999999");
}

static void
files_that_include_each_other_are_refused(void **state)
{
	struct nrs_conf_doc *doc = NULL;
	struct nrs_err err;

	write_text("a.conf", "@include \"a.conf\"\n");
	assert_int_equal(nrs_conf_open("a.conf", &doc, &err), NRS_REJECT);
	assert_non_null(strstr(err.text, "include each other too deeply"));
	/* Two at each level would be 2^10 files. */
	write_text("a.conf", "@include \"a.conf\"\n@include \"a.conf\"\n");
	assert_int_equal(nrs_conf_open("a.conf", &doc, &err), NRS_REJECT);
}

static void
text_that_is_no_configuration_is_refused(void **state)
{
	static const char *const bad[] = {"a", "a = ", "= 1;", "a = { ;",
	    "a = 1x;", "a = --1;", "a = +;", "a = \"b;\n", "/* a",
	    "a = \"\\x00\";", "@", "@inclu", "a = 1;\n\xff = 2;",
	    "a = 1; a = 2;", "a : { b = 1; b = 2; };", "a = 1 \\",
	    "\xef\xbb\xbf"};
	struct nrs_conf_doc *doc = NULL;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < COUNT(bad); i++) {
		write_file("a.conf", bad[i], strlen(bad[i]));
		if (nrs_conf_open("a.conf", &doc, &err) != NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
		assert_memory_equal(err.text, "a.conf:", 7);
	}
	write_file("a.conf", "a = 1;\0b = 2;", sizeof("a = 1;\0b = 2;") - 1);
	assert_int_equal(nrs_conf_open("a.conf", &doc, &err), NRS_REJECT);
	assert_int_equal(nrs_conf_open("sub", &doc, &err), NRS_REJECT);
	assert_string_equal(err.text, "sub: Is a directory");
	assert_int_equal(nrs_conf_open("none", &doc, &err), NRS_REJECT);
	assert_string_equal(err.text, "none: No such file or directory");
}

static void
a_wrong_type_is_refused_by_path_and_line(void **state)
{
	struct nrs_conf_doc *doc =
	    opened("cells = (\n { id = 5; n = \"x\"; b = 1; },\n"
	           " { id = \"ok\"; }\n);\ns = \"a\\x07b\"; u = \"\\xff\";");
	const struct nrs_conf_node *root = nrs_conf_root(doc), *cells, *cell;
	struct nrs_err err;
	const char *s;
	int64_t n;
	bool b;

	assert_int_equal(
	    nrs_conf_items(root, "cells", true, &cells, &err), NRS_OK);
	cell = nrs_conf_at(cells, 0);
	assert_int_equal(
	    nrs_conf_string(cell, "id", NULL, &s, &err), NRS_REJECT);
	assert_string_equal(
	    err.text, "a.conf:2: cells[0].id: must be a string, is an integer");
	assert_string_equal(err.field, "cells[0].id");
	assert_int_equal(nrs_conf_int(cell, "n",
	                     &(struct nrs_conf_range){0, 9, NULL}, &n, &err),
	    NRS_REJECT);
	assert_string_equal(
	    err.text, "a.conf:2: cells[0].n: must be an integer, is a string");
	assert_int_equal(nrs_conf_bool(cell, "b", false, &b, &err), NRS_REJECT);
	assert_int_equal(
	    nrs_conf_items(cell, "n", false, &cells, &err), NRS_REJECT);
	assert_int_equal(
	    nrs_conf_string(root, "cells", NULL, &s, &err), NRS_REJECT);
	assert_int_equal(
	    nrs_conf_string(root, "s", NULL, &s, &err), NRS_REJECT);
	assert_int_equal(
	    nrs_conf_string(root, "u", NULL, &s, &err), NRS_REJECT);
	nrs_conf_close(doc);
}

static void
absent_keys_take_their_default_or_are_missed(void **state)
{
	struct nrs_conf_doc *doc = opened("g: { };");
	const struct nrs_conf_node *g = nrs_conf_child(nrs_conf_root(doc), "g");
	const struct nrs_conf_node *items = g;
	const int64_t seven = 7;
	struct nrs_err err;
	const char *s;
	int64_t n;
	bool b;

	assert_int_equal(nrs_conf_string(g, "s", "d", &s, &err), NRS_OK);
	assert_string_equal(s, "d");
	assert_int_equal(nrs_conf_int(g, "n",
	                     &(struct nrs_conf_range){0, 9, &seven}, &n, &err),
	    NRS_OK);
	assert_int_equal(n, 7);
	assert_int_equal(nrs_conf_bool(g, "b", true, &b, &err), NRS_OK);
	assert_true(b);
	assert_int_equal(nrs_conf_items(g, "l", false, &items, &err), NRS_OK);
	assert_null(items);
	assert_int_equal(
	    nrs_conf_items(g, "l", true, &items, &err), NRS_REJECT);
	assert_int_equal(nrs_conf_string(g, "s", NULL, &s, &err), NRS_REJECT);
	assert_string_equal(err.text, "a.conf:1: g: s is missing");
	assert_null(nrs_conf_child(g, "none"));
	nrs_conf_close(doc);
}

static void
an_unknown_key_is_refused(void **state)
{
	static const char *const keys[] = {"a", "b", NULL};
	struct nrs_conf_doc *doc = opened("a = 1;\nc = 2;\n");
	struct nrs_err err;

	assert_int_equal(
	    nrs_conf_only(nrs_conf_root(doc), keys, &err), NRS_REJECT);
	assert_string_equal(err.text, "a.conf:2: c: unknown key");
	assert_int_equal(
	    nrs_conf_only(nrs_conf_child(nrs_conf_root(doc), "a"), keys, &err),
	    NRS_REJECT);
	assert_string_equal(
	    err.text, "a.conf:1: a: must be a group { }, is an integer");
	nrs_conf_close(doc);
	doc = opened("b = 1;\n");
	assert_int_equal(nrs_conf_only(nrs_conf_root(doc), keys, &err), NRS_OK);
	nrs_conf_close(doc);
}

static void
items_of_a_list_are_read_without_a_name(void **state)
{
	struct nrs_conf_doc *doc = opened("l = [\"x\", \"y\"]; e = ();");
	const struct nrs_conf_node *items = NULL;
	struct nrs_err err;
	const char *s;

	assert_int_equal(
	    nrs_conf_items(nrs_conf_root(doc), "l", true, &items, &err),
	    NRS_OK);
	assert_int_equal(nrs_conf_length(items), 2);
	assert_int_equal(
	    nrs_conf_string(nrs_conf_at(items, 1), NULL, NULL, &s, &err),
	    NRS_OK);
	assert_string_equal(s, "y");
	assert_string_equal(nrs_conf_name(nrs_conf_at(items, 1)), "");
	assert_null(nrs_conf_at(items, 2));
	assert_int_equal(
	    nrs_conf_refuse(nrs_conf_at(items, 0), &err, "no %s", "way"),
	    NRS_REJECT);
	assert_string_equal(err.text, "a.conf:1: l[0]: no way");
	nrs_conf_close(doc);
	nrs_conf_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        integers_are_read_as_64_bits_however_they_are_written),
	    cmocka_unit_test(
	        an_integer_beyond_64_bits_is_refused_with_its_line),
	    cmocka_unit_test(
	        digits_in_strings_names_and_comments_are_left_alone),
	    cmocka_unit_test(
	        includes_are_found_beside_the_file_that_names_them),
	    cmocka_unit_test(a_bad_include_names_both_files),
	    cmocka_unit_test(files_that_include_each_other_are_refused),
	    cmocka_unit_test(text_that_is_no_configuration_is_refused),
	    cmocka_unit_test(a_wrong_type_is_refused_by_path_and_line),
	    cmocka_unit_test(absent_keys_take_their_default_or_are_missed),
	    cmocka_unit_test(an_unknown_key_is_refused),
	    cmocka_unit_test(items_of_a_list_are_read_without_a_name),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
