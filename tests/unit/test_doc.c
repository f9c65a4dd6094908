/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/core/doc.h"

static void
all_five_html_characters_are_escaped(void **state)
{
	struct nrs_buf out = {0};

	(void)state;
	nrs_doc_escape(&out, "a<b>&\"c\"'d'");
	assert_string_equal(
	    nrs_buf_str(&out), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
	nrs_buf_fini(&out);
}

static void
a_long_block_is_escaped_whole_and_keeps_its_lines(void **state)
{
	char text[4001];
	struct nrs_doc doc = {0};
	size_t i, n = 0;
	const char *at;

	(void)state;
	memset(text, '<', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	text[2000] = '\n';
	nrs_doc_para(&doc, text);
	for (at = nrs_buf_str(&doc.html); (at = strstr(at, "&lt;")) != NULL;
	     at++)
		n++;
	assert_int_equal(n, 3999);
	assert_non_null(strstr(nrs_buf_str(&doc.html), "<br>\n"));
	for (i = n = 0; i < doc.text.len; i++)
		n += doc.text.data[i] == '<';
	assert_int_equal(n, 3999);
	nrs_doc_fini(&doc);
}

static void
a_character_is_never_cut_in_two(void **state)
{
	struct nrs_doc doc = {0};
	struct nrs_buf want = {0};
	int i;

	(void)state;
	nrs_buf_adds(&want, "<p>");
	for (i = 0; i < 400; i++)
		nrs_buf_adds(&want, "狼煙");
	nrs_doc_para(&doc, nrs_buf_str(&want) + 3);
	nrs_buf_adds(&want, "</p>\n");
	assert_string_equal(nrs_buf_str(&doc.html), nrs_buf_str(&want));
	nrs_buf_fini(&want);
	nrs_doc_fini(&doc);
}

static void
only_what_is_a_url_becomes_a_link(void **state)
{
	struct nrs_doc doc = {0};

	(void)state;
	nrs_doc_link(&doc, "t", "https://a.example/?x=1&y=2");
	assert_non_null(strstr(
	    doc.html.data, "<a href=\"https://a.example/?x=1&amp;y=2\">"));
	nrs_buf_reset(&doc.html);
	nrs_doc_link(&doc, "t", "javascript:alert(1)");
	assert_null(strstr(doc.html.data, "<a "));
	nrs_buf_reset(&doc.html);
	nrs_doc_link(&doc, "t", "https://good.example@evil.example/");
	assert_null(strstr(doc.html.data, "<a "));
	nrs_doc_fini(&doc);
}

static void
a_mark_stands_before_its_point(void **state)
{
	struct nrs_doc doc = {0};

	(void)state;
	nrs_doc_point(&doc, "1.", "", "text");
	nrs_doc_point(&doc, "10.", "lead", "more");
	nrs_doc_point(&doc, "2.", "", "");
	assert_string_equal(
	    nrs_buf_str(&doc.text), "  1.  text\n  10. lead\n      more\n");
	nrs_doc_fini(&doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_five_html_characters_are_escaped),
	    cmocka_unit_test(a_long_block_is_escaped_whole_and_keeps_its_lines),
	    cmocka_unit_test(a_character_is_never_cut_in_two),
	    cmocka_unit_test(only_what_is_a_url_becomes_a_link),
	    cmocka_unit_test(a_mark_stands_before_its_point),
	};

	return cmocka_run_group_tests_name("doc", tests, NULL, NULL);
}
