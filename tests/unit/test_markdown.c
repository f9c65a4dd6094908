/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/markdown.h"

static struct nrs_arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = nrs_arena_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nrs_arena_free(arena);
	return 0;
}

static const char *
html(const char *text)
{
	return nrs_markdown_html(arena, text);
}

static void
has(const char *text, const char *part)
{
	if (strstr(html(text), part) == NULL)
		fail_msg("no %s in:\n%s", part, html(text));
}

static void
has_not(const char *text, const char *part)
{
	if (strstr(html(text), part) != NULL)
		fail_msg("%s in:\n%s", part, html(text));
}

static void
a_text_without_markdown_looks_as_it_was_typed(void **state)
{
	(void)state;
	assert_string_equal(html(""), "");
	assert_string_equal(html("一行目。\n二行目 <a> & \"b\"。"),
	    "<p style=\"margin:0 0 8px\">一行目。<br>\n二行目 &lt;a&gt; &amp; "
	    "&quot;b&quot;。</p>\n");
	has("C:\\_tmp\\*.exe", "C:\\_tmp\\*.exe");
	has("\\\\server\\share", "\\\\server\\share");
	has("`C:\\_tmp`", ">C:\\_tmp</code>");
	has("snake_case_name 2*3*4 *.exe", "snake_case_name 2*3*4 *.exe");
	has("cpe:2.3:a:x:y:1:*:*:*:*", ":1:*:*:*:*<");
	has_not("snake_case_name *.exe *.dll", "<em>");
	/* a definition in CommonMark, and gone */
	has("[CVE-2026-1]: https://x.example/", "[CVE-2026-1]: https:");
}

static void
lists_headings_and_code_become_html(void **state)
{
	(void)state;
	has("- 一\n- 二", "<li>一</li>\n<li>二</li>\n</ul>");
	has("7. 一\n8. 二", "<ol start=\"7\"");
	has("# 見出し", "font-weight:bold\">見出し</p>");
	has("**急ぎ**", "<strong>急ぎ</strong>");
	has("*急ぎ*", "<em>急ぎ</em>");
	has("これは**急ぎ**です", "これは<strong>急ぎ</strong>です");
	has("> 引用", "border-left");
	has("```sh\nls -l  /\n```", "sh<br>\nls -l  /</div>");
	has("一\n\n---\n\n二", "<hr>");
}

static void
a_link_shows_where_it_leads(void **state)
{
	(void)state;
	has("[案内](https://vendor.example/a?b=1&c=2)",
	    "案内 (<a href=\"https://vendor.example/a?b=1&amp;c=2\" "
	    "style=\"word-break:break-all\">https://vendor.example/"
	    "a?b=1&amp;c=2</a>)");
	has("[https://bank.example/](https://evil.example/)",
	    "https://bank.example/ (<a href=\"https://evil.example/\"");
	has("<https://vendor.example/>", "\"margin:0 0 8px\"><a href=\"https:");
	has("[案内](https://vendor.example/ \"題\")", "</a> 題)");
	has("<soc@kitayama.example>", ">soc@kitayama.example</p>");
}

static void
nothing_active_passes(void **state)
{
	static const char *const hostile[] = {
	    "<script>alert(1)</script>",
	    "<img src=x onerror=alert(1)>",
	    "a <b onclick=\"alert(1)\">b</b>",
	    "<iframe src=\"https://evil.example/\"></iframe>",
	    "![pixel](https://evil.example/p.png)",
	    "[x](javascript:alert(1))",
	    "[x](JaVaScRiPt:alert(1))",
	    "[x](&#106;avascript:alert(1))",
	    "[x](java\nscript:alert(1))",
	    "[x](data:text/html;base64,PHNjcmlwdD4=)",
	    "[x](vbscript:x)",
	    "[x](https://a.example/\"onmouseover=alert(1))",
	    "[x](https://user:pw@evil.example/)",
	    "<javascript:alert(1)>",
	    "[x]: javascript:alert(1)\n\n[x]",
	    "[x](file:///etc/passwd)",
	    "&lt;script&gt;alert(1)&lt;/script&gt;",
	    "```<script>\n</div><script>\n```",
	    "<!-- --><style>*{display:none}</style>",
	};
	static const char *const active[] = {"<script", "<img", "<iframe",
	    "<b ", "<style", "href=\"j", "href=\"J", "href=\"d", "href=\"v",
	    "href=\"f", "<!--", "href=\"https://user", "\"onmouseover"};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
		for (j = 0; j < sizeof(active) / sizeof(active[0]); j++)
			has_not(hostile[i], active[j]);
}

static void
raw_html_is_shown_and_not_hidden(void **state)
{
	(void)state;
	has("<b>強調</b>", "&lt;b&gt;強調&lt;/b&gt;");
	has("前 <!-- 見えない --> 後", "&lt;!-- 見えない --&gt;");
	has("<div hidden>\n隠す\n</div>", "隠す");
	has("![画像](https://x.example/p.png)", "画像 (<a href=");
}

static void
repeat(struct nrs_buf *buf, const char *s, size_t bytes)
{
	nrs_buf_reset(buf);
	while (buf->len < bytes)
		nrs_buf_adds(buf, s);
}

static void
no_text_costs_more_than_moments_or_nests_without_end(void **state)
{
	static const char *const parts[] = {"> ", "* ", "[", "![[]()", "`",
	    "*a_ ", "<!--", "<?", "&", "\\", "- a\n  ", "a**b", "_a __b ",
	    "[a](", "]("};
	struct nrs_buf buf = {0};
	struct nrs_mono since;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		repeat(&buf, parts[i], 32000);
		since = nrs_mono_now();
		(void)html(buf.data);
		if (nrs_mono_since_ms(since) > 4000)
			fail_msg("%s: %lld ms", parts[i],
			    (long long)nrs_mono_since_ms(since));
	}
	repeat(&buf, "> ", 100);
	nrs_buf_adds(&buf, "x");
	has_not(buf.data, "<div");
	has(buf.data, "&gt; &gt; x");
	repeat(&buf, "- x\n", 40000);
	has_not(buf.data, "<li>");
	nrs_buf_fini(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_text_without_markdown_looks_as_it_was_typed),
	    cmocka_unit_test(lists_headings_and_code_become_html),
	    cmocka_unit_test(a_link_shows_where_it_leads),
	    cmocka_unit_test(nothing_active_passes),
	    cmocka_unit_test(raw_html_is_shown_and_not_hidden),
	    cmocka_unit_test(
	        no_text_costs_more_than_moments_or_nests_without_end),
	};

	return cmocka_run_group_tests_name("markdown", tests, setup, teardown);
}
