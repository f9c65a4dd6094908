/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
utf8_is_strict(void **state)
{
	static const char *const bad[] = {"\xff", "\xc0\xaf", "\xe0\x80\xaf",
	    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe7\x8b", "a\x80",
	    "\xf8\x88\x80\x80\x80"};
	size_t i;

	(void)state;
	assert_true(nrs_text_is_utf8("", 0));
	assert_true(nrs_text_is_utf8(NULL, 0));
	assert_true(nrs_text_is_utf8("狼煙\xf0\x9f\x94\xa5", 10));
	assert_false(nrs_text_is_utf8("a\0b", 3));
	for (i = 0; i < COUNT(bad); i++)
		assert_false(nrs_text_is_utf8(bad[i], strlen(bad[i])));
}

static void
a_line_has_nothing_that_moves_or_mirrors(void **state)
{
	static const char *const bad[] = {"a\tb", "a\nb", "a\rb", "\x1b[2J",
	    "\x7f", "\xc2\x80", "\xc2\x85", "\xc2\x9f", "\xe2\x80\xa8",
	    "\xe2\x80\xa9", "\xe2\x80\xaa", "\xe2\x80\xae", "\xe2\x80\x8e",
	    "\xe2\x80\x8f", "\xd8\x9c", "\xe2\x81\xa6", "\xe2\x81\xa9", "\xff"};
	static const char *const good[] = {"", "plain", "狼煙 第2報",
	    "caf\xc3\xa9", "\xc2\xa0", "\xe2\x80\x8b", "\xe2\x80\xaf",
	    "\xe2\x81\xaa", "\xf0\x9f\x94\xa5"};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (nrs_text_is_line(bad[i]))
			fail_msg("line %zu accepted", i);
		if (i > 1 && nrs_text_is_block(bad[i]))
			fail_msg("block %zu accepted", i);
	}
	for (i = 0; i < COUNT(good); i++) {
		assert_true(nrs_text_is_line(good[i]));
		assert_true(nrs_text_is_block(good[i]));
	}
}

static bool
is_treacherous(unsigned c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c ||
	       c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* Between letters, so that what follows is looked at, too. */
static void
every_character_of_the_basic_plane_is_judged(void **state)
{
	unsigned c;
	char s[8];

	(void)state;
	for (c = 1; c < 0x10000; c++) {
		size_t n = 0;

		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		s[n++] = 'a';
		if (c >= 0x800)
			s[n++] = (char)(0xe0 | c >> 12);
		if (c >= 0x80)
			s[n++] = (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f)
			                           : 0xc0 | c >> 6);
		s[n++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c);
		s[n++] = 'z';
		s[n] = '\0';
		if (nrs_text_is_line(s) == is_treacherous(c))
			fail_msg("U+%04X is misjudged", c);
	}
}

static void
a_block_has_tabs_and_whole_line_breaks(void **state)
{
	(void)state;
	assert_true(nrs_text_is_block("a\tb\nc\r\n\n"));
	assert_false(nrs_text_is_block("a\rb"));
	assert_false(nrs_text_is_block("a\r"));
	assert_false(nrs_text_is_block("a\r\r\n"));
}

static void
an_id_is_short_and_plain(void **state)
{
	(void)state;
	assert_true(nrs_text_is_id("n", 1));
	assert_true(nrs_text_is_id("019a-b_c.d:E", 12));
	assert_false(nrs_text_is_id("019a-b_c.d:E", 11));
	assert_false(nrs_text_is_id("", 9));
	assert_false(nrs_text_is_id("-a", 9));
	assert_false(nrs_text_is_id(".a", 9));
	assert_false(nrs_text_is_id("a/b", 9));
	assert_false(nrs_text_is_id("a b", 9));
	assert_false(nrs_text_is_id("a\n", 9));
	assert_false(nrs_text_is_id("é", 9));
	assert_false(nrs_text_is_id("a%", 9));
}

static void
width_counts_columns(void **state)
{
	(void)state;
	assert_int_equal(nrs_text_width(""), 0);
	assert_int_equal(nrs_text_width("abc"), 3);
	assert_int_equal(nrs_text_width("狼煙a"), 5);
	/* A combining accent takes no column. */
	assert_int_equal(nrs_text_width("e\xcc\x81"), 1);
}

static void
cutting_keeps_characters_whole(void **state)
{
	(void)state;
	assert_int_equal(nrs_text_cut("abc", 5), 3);
	assert_int_equal(nrs_text_cut("abc", 3), 3);
	assert_int_equal(nrs_text_cut("abc", 0), 0);
	assert_int_equal(nrs_text_cut("狼煙", 6), 6);
	assert_int_equal(nrs_text_cut("狼煙", 5), 3);
	assert_int_equal(nrs_text_cut("狼煙", 4), 3);
	assert_int_equal(nrs_text_cut("狼煙", 2), 0);
	assert_int_equal(nrs_text_cut("a\xf0\x9f\x94\xa5", 4), 1);
	/* Not UTF-8: still never more than max. */
	assert_int_equal(
	    nrs_text_cut("\x80\x80\x80\x80\x80\x80\x80\x80", 6), 6);
}

static void
assert_folds(
    const char *s, int columns, const char *indent, const char *expected)
{
	struct nrs_buf out = {0};

	nrs_text_fold(&out, s, columns, indent);
	assert_string_equal(nrs_buf_str(&out), expected);
	nrs_buf_fini(&out);
}

/* Whichever digits and letters an id happens to have. */
static void
folding_keeps_an_id_on_one_line(void **state)
{
	(void)state;
	assert_folds("id 01a2156f-e908-73eb-b762-004c0c54cc0e.", 30, "",
	    "id\n01a2156f-e908-73eb-b762-004c0c54cc0e.\n");
	assert_folds("番号は01a2156f-e908-73eb-b762-004c0c54cc0eです", 30, "",
	    "番号は\n01a2156f-e908-73eb-b762-004c0c54cc0e\nです\n");
	assert_folds("7a-b c", 3, "", "7a-b\nc\n");
	assert_folds("end-to-end test", 9, "", "end-to-\nend test\n");
}

static void
folding_follows_words_and_japanese_rules(void **state)
{
	(void)state;
	assert_folds("", 10, "", "");
	assert_folds("one two three", 8, "", "one two\nthree\n");
	assert_folds("one two three", 8, "  ", "  one\n  two\n  three\n");
	/* 。 may not begin a line: the character before it moves too. */
	assert_folds("これは狼煙。", 10, "", "これは狼\n煙。\n");
	assert_folds("これは狼煙。", 12, "", "これは狼煙。\n");
	assert_folds("a\n\nb\r\nc\n", 10, "> ", "> a\n\n> b\n> c\n");
	assert_folds("see https://example.jp/a-long-path?x=1 ok", 12, "",
	    "see\nhttps://example.jp/a-long-path?x=1\nok\n");
	assert_folds("詳細はhttps://example.jp/a/b?c=1を参照", 12, "",
	    "詳細は\nhttps://example.jp/a/b?c=1\nを参照\n");
	assert_folds("://", 1, "", "://\n");
	assert_folds("narrow", 1, "    ", "    narrow\n");
}

static void
assert_mailbox(const char *address, const char *expected)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_err err = {0};
	const char *out = NULL;

	if (nrs_text_mailbox(arena, address, &out, &err) != NRS_OK)
		fail_msg("refused %s: %s", address, err.text);
	assert_string_equal(out, expected);
	nrs_arena_free(arena);
}

static void
addresses_are_dot_atoms_at_full_domains(void **state)
{
	(void)state;
	assert_mailbox("soc@example.jp", "soc@example.jp");
	assert_mailbox(
	    "First.Last+tag@Mail.Example.JP", "First.Last+tag@mail.example.jp");
	assert_mailbox(
	    "!#$%&'*+-/=?^_`{|}~@example.jp", "!#$%&'*+-/=?^_`{|}~@example.jp");
	assert_mailbox("soc@例え.jp", "soc@xn--r8jz45g.jp");
	assert_mailbox("soc@faß.de", "soc@xn--fa-hia.de");
	assert_mailbox("soc@xn--r8jz45g.jp", "soc@xn--r8jz45g.jp");
}

static void
every_other_address_is_refused(void **state)
{
	static const char *const bad[] = {"", "@", "a", "a@", "@example.jp",
	    "a@b@example.jp", ".a@example.jp", "a.@example.jp",
	    "a..b@example.jp", "\"a b\"@example.jp", "a b@example.jp",
	    "a@example.jp ", " a@example.jp",
	    "a@example.jp\r\nRCPT TO:<x@y.jp>", "a\n@example.jp",
	    "a@exam\nple.jp", "a@example.jp>", "<a@example.jp>",
	    "a,b@example.jp", "a;b@example.jp", "a:b@example.jp",
	    "a@example.jp,b@example.jp", "a@localhost", "a@[127.0.0.1]",
	    "a@127.0.0.1", "a@example..jp", "a@.example.jp", "a@example.jp.",
	    "a@-example.jp", "a@example-.jp", "a@exa_mple.jp", "a@exam ple.jp",
	    "A <a@example.jp>", "a(comment)@example.jp", "é@example.jp",
	    "狼@example.jp", "a@\xff.jp", "a@xn--\x7f.jp",
	    "a@例え\xe2\x80\xae.jp", "a@xn--zzzzzzzzzz99999.jp",
	    "a\\@example.jp", "a@0x7f.0x1",
	    "a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    ".jp",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "@example.jp"};
	struct nrs_arena *arena = nrs_arena_new();
	const char *out = NULL;
	char address[300] = "a@";
	struct nrs_err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (nrs_text_mailbox(arena, bad[i], &out, &err) != NRS_REJECT)
			fail_msg("accepted %zu: %s", i, bad[i]);
		assert_string_equal(err.rule, "mailbox");
		assert_null(out);
	}
	for (i = 2; i < 252; i += 10)
		memcpy(address + i, "aaaaaaaaa.", 10);
	memcpy(address + 252, "jp", 3);
	assert_int_equal(nrs_text_mailbox(arena, address, &out, &err), NRS_OK);
	memcpy(address + 252, "jpx", 4);
	assert_int_equal(
	    nrs_text_mailbox(arena, address, &out, &err), NRS_REJECT);
	nrs_arena_free(arena);
}

static void
urls_of_the_web_are_accepted(void **state)
{
	static const char *const good[] = {"http://a", "https://example.jp",
	    "https://example.jp/", "https://example.jp:8443/a/b?c=d&e=%20#f",
	    "http://127.0.0.1:80/", "http://[::1]:8080/x", "http://localhost",
	    "https://xn--r8jz45g.jp/~u/@x:y", "https://example.jp?q",
	    "https://a.b-c.d/(x)[y]!$&'*+,;="};
	struct nrs_err err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		if (nrs_text_url(good[i], &err) != NRS_OK)
			fail_msg("refused %s: %s", good[i], err.text);
}

static void
every_other_url_is_refused(void **state)
{
	static const char *const bad[] = {"", "http://", "https:///x",
	    "http:/a", "HTTP://a", "ftp://a", "javascript:alert(1)",
	    "file:///etc/passwd", "//example.jp", "example.jp", " http://a",
	    "http://a ", "http://a b", "http://a/\r\nHost: x", "http://a/\n",
	    "http://a/\tb", "http://a\\b", "http://u@a", "http://u:p@a/",
	    "http://a:0/", "http://a:65536/", "http://a:/", "http://a:8x/",
	    "http://a:80:80/", "http://a:000080/", "http://[::1",
	    "http://[::1]x/", "http://[127.0.0.1]/", "http://[]/",
	    "http://::1/", "http://256.0.0.1/", "http://1.2.3/",
	    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
	    "http://0177.0.0.1/", "http://-a/", "http://a-/", "http://a..b/",
	    "http://.a/", "http://a_b/", "http://例え.jp/", "http://a/狼",
	    "http://a/%", "http://a/%2", "http://a/%zz", "http://a/<x>",
	    "http://a/\"", "http://a/{x}", "http://a/|", "http://a/`",
	    "http://a/\x7f", "http://?q", "http://#f", "http://:80/",
	    "http://%61/"};
	struct nrs_err err;
	char url[2100];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		if (nrs_text_url(bad[i], &err) != NRS_REJECT)
			fail_msg("accepted: %s", bad[i]);
		assert_string_equal(err.rule, "url");
	}
	memset(url, 'a', sizeof(url));
	memcpy(url, "http://a/", 9);
	url[2048] = '\0';
	assert_int_equal(nrs_text_url(url, &err), NRS_OK);
	url[2048] = 'a';
	url[2049] = '\0';
	assert_int_equal(nrs_text_url(url, &err), NRS_REJECT);
}

/* Whatever is accepted must be harmless, whatever is not must not crash. */
static void
try_all(const char *s)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_buf out = {0};
	const char *address = NULL;

	if (nrs_text_is_line(s))
		assert_null(strpbrk(s, "\r\n\x1b"));
	if (nrs_text_url(s, NULL) == NRS_OK)
		assert_null(strpbrk(s, "\r\n \"<>@\\"));
	if (nrs_text_mailbox(arena, s, &address, NULL) == NRS_OK)
		assert_null(strpbrk(address, "\r\n <>,;\""));
	if (nrs_text_is_utf8(s, strlen(s)))
		nrs_text_fold(&out, s, 40, "  ");
	assert_true(nrs_text_cut(s, 7) <= 7);
	(void)nrs_text_width(s);
	nrs_buf_fini(&out);
	nrs_arena_free(arena);
}

static size_t
try_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, n = 0;

	if (file == NULL)
		return 0;
	for (; getline(&line, &size, file) >= 0; n++) {
		try_all(line);
		line[strcspn(line, "\r\n")] = '\0';
		try_all(line);
	}
	free(line);
	(void)fclose(file);
	return n;
}

static size_t
try_folder(const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char child[4096];
	size_t n = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(
		    child, sizeof(child), "%s/%s", path, entry->d_name);
		n += entry->d_type == DT_DIR && depth > 0
		         ? try_folder(child, depth - 1)
		         : try_file(child);
	}
	(void)closedir(dir);
	return n;
}

static void
hostile_strings_of_the_corpus_do_no_harm(void **state)
{
	const char *corpus = getenv("CORPUS");
	char path[4096];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/strings",
	    corpus == NULL ? "../shared/data" : corpus);
	if (try_folder(path, 5) == 0)
		skip();
}

static void
a_host_in_any_script_is_turned_to_ascii(void **state)
{
	static const char *const rows[][2] = {
	    {"https://例え.テスト/a?b=c",
	        "https://xn--r8jz45g.xn--zckzah/a?b=c"},
	    {"https://日本語.example.jp:8443/",
	        "https://xn--wgv71a119e.example.jp:8443/"},
	    {"https://bücher.example", "https://xn--bcher-kva.example"},
	    {"https://x.example/a", "https://x.example/a"},
	    {"https://X.Example/a", "https://X.Example/a"},
	    {"http://127.0.0.1:80/", "http://127.0.0.1:80/"},
	    {"https://[::1]:80/", "https://[::1]:80/"},
	};
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_err err;
	const char *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    nrs_text_url_ascii(arena, rows[i][0], &out, &err), NRS_OK);
		assert_string_equal(out, rows[i][1]);
	}
	nrs_arena_free(arena);
}

static void
what_is_no_url_has_no_ascii_form(void **state)
{
	static const char *const rows[] = {
	    "https://例え.テスト/通知",
	    "https://例え.テスト@evil.example/",
	    "https://例え\u202e.example/",
	    "https://例え.example\r\n/",
	    "ftp://例え.example/",
	    "例え",
	    "",
	};
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_err err;
	const char *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (nrs_text_url_ascii(arena, rows[i], &out, &err) !=
		    NRS_REJECT)
			fail_msg("'%s' was taken", rows[i]);
	nrs_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(utf8_is_strict),
	    cmocka_unit_test(a_line_has_nothing_that_moves_or_mirrors),
	    cmocka_unit_test(every_character_of_the_basic_plane_is_judged),
	    cmocka_unit_test(a_block_has_tabs_and_whole_line_breaks),
	    cmocka_unit_test(an_id_is_short_and_plain),
	    cmocka_unit_test(width_counts_columns),
	    cmocka_unit_test(cutting_keeps_characters_whole),
	    cmocka_unit_test(folding_follows_words_and_japanese_rules),
	    cmocka_unit_test(folding_keeps_an_id_on_one_line),
	    cmocka_unit_test(addresses_are_dot_atoms_at_full_domains),
	    cmocka_unit_test(every_other_address_is_refused),
	    cmocka_unit_test(urls_of_the_web_are_accepted),
	    cmocka_unit_test(every_other_url_is_refused),
	    cmocka_unit_test(hostile_strings_of_the_corpus_do_no_harm),
	    cmocka_unit_test(a_host_in_any_script_is_turned_to_ascii),
	    cmocka_unit_test(what_is_no_url_has_no_ascii_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
