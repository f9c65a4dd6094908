/* SPDX-License-Identifier: Apache-2.0 */
/* long: one composer and one way to look at what it made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/rand.h"
#include "noroshi/io/mime.h"
#include "noroshi/io/sign.h"

#define LONG_TITLE                                                                                  \
	"[TLP:AMBER+STRICT]【訂正】[第12報] 重要インフラ事業者の遠隔保守用VPN" \
	"装置に対する不審な認証試行の急増と、その対策の適用期限の変更について"

static struct nrs_rendered
rendered(void)
{
	return (struct nrs_rendered){
	    .subject = LONG_TITLE,
	    .text_head = "【訓練】これは訓練です。\n",
	    .text = "■ 対策\n  1. \"修正版\" を適用する。\n.\n..\nFrom x\n",
	    .html_head = "<p>訓練</p>\n",
	    .html_meta = "<style>p{margin:0}</style>",
	    .html = "<h2>対策</h2>\n<p>修正版を適用する。</p>\n",
	};
}

static struct nrs_mime_mail
mail_of(const struct nrs_rendered *r)
{
	return (struct nrs_mime_mail){
	    .from = "noroshi@example.jp",
	    .from_name = "内閣官房 国家サイバー統括室 重要インフラ第2グループ",
	    .domain = "noroshi.example",
	    .lang = "ja",
	    .date_ms = 1795485600000,
	    .urgent = true,
	    .notice_id = "01932c5e-0000-7000-8000-000000000002",
	    .thread_id = "01932c5e-0000-7000-8000-000000000001",
	    .tlp = "TLP:AMBER+STRICT",
	    .mode = "EXERCISE",
	    .kind = "CORRECTION",
	    .revision = 12,
	    .rendered = r,
	};
}

struct sent {
	struct nrs_arena *arena;
	struct nrs_variant variant;
	struct nrs_channel channel;
	struct nrs_delivery delivery;
	struct nrs_buf bytes;
};

static void
open_sent(struct sent *sent)
{
	memset(sent, 0, sizeof(*sent));
	sent->arena = nrs_arena_new();
	sent->channel = (struct nrs_channel){
	    .type = NRS_CHANNEL_MAIL, .address = "soc@kitayama.example.jp"};
	sent->delivery =
	    (struct nrs_delivery){.key = nrs_arena_bytes(sent->arena,
	                              "0123456789abcdef0123456789abcdef", 32),
	        .channel = &sent->channel,
	        .greeting = "北山銀行 & <CSIRT> 御中"};
}

static void
close_sent(struct sent *sent)
{
	nrs_buf_fini(&sent->bytes);
	nrs_arena_free(sent->arena);
}

static void
compose(struct sent *sent, const struct nrs_mime_mail *mail)
{
	struct nrs_err err = {0};

	assert_int_equal(
	    nrs_mime_compose(sent->arena, mail, &sent->variant, &err), NRS_OK);
	assert_int_equal(
	    nrs_mime_join(&sent->variant, &sent->delivery, &sent->bytes, &err),
	    NRS_OK);
}

/* The line that begins with name, or fail. */
static const char *
header(const struct sent *sent, const char *name)
{
	const char *end = strstr(sent->bytes.data, "\r\n\r\n");
	const char *at = sent->bytes.data;

	while (at != NULL && at < end) {
		if (strncmp(at, name, strlen(name)) == 0)
			return at + strlen(name);
		at = strstr(at, "\r\n");
		at = at == NULL ? NULL : at + 2;
	}
	fail_msg("no header %s", name);
	return NULL;
}

static void
assert_lines_are_sound(const struct nrs_buf *bytes)
{
	const char *line = bytes->data, *end;
	size_t i;

	for (i = 0; i < bytes->len; i++) {
		assert_true((unsigned char)bytes->data[i] < 0x80);
		assert_int_not_equal(bytes->data[i], '\0');
		if (bytes->data[i] == '\n')
			assert_true(i > 0 && bytes->data[i - 1] == '\r');
		if (bytes->data[i] == '\r')
			assert_true(bytes->data[i + 1] == '\n');
	}
	for (; *line != '\0'; line = end + 2) {
		end = strstr(line, "\r\n");
		assert_non_null(end);
		if (strncmp(line, "Message-ID:", 11) != 0 &&
		    strncmp(line, "To:", 3) != 0 && end - line > 76)
			fail_msg("%.*s", (int)(end - line), line);
	}
}

static void
lines_end_in_crlf_and_are_at_most_76_long(void **state)
{
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent sent;

	(void)state;
	open_sent(&sent);
	compose(&sent, &mail);
	assert_lines_are_sound(&sent.bytes);
	close_sent(&sent);
}

static void
encoded_words_are_at_most_75_long(void **state)
{
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	const char *at, *end;
	struct sent sent;
	size_t n = 0;

	(void)state;
	open_sent(&sent);
	compose(&sent, &mail);
	for (at = sent.bytes.data; (at = strstr(at, "=?UTF-8?B?")) != NULL;
	     at = end, n++) {
		end = strstr(at + 10, "?=") + 2;
		assert_true(end - at <= 75);
	}
	assert_true(n >= 6);
	close_sent(&sent);
}

static void
the_same_delivery_is_the_same_bytes(void **state)
{
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent a, b;

	(void)state;
	open_sent(&a);
	open_sent(&b);
	compose(&a, &mail);
	compose(&b, &mail);
	assert_int_equal(a.bytes.len, b.bytes.len);
	assert_memory_equal(a.bytes.data, b.bytes.data, a.bytes.len);
	close_sent(&a);
	close_sent(&b);
}

static void
a_list_lets_each_reader_leave_with_one_click(void **state)
{
	static const struct nrs_mime_list list = {
	    "power.newsletter", "https://portal.example/leave?id="};
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent sent;
	const char *at;

	(void)state;
	mail.list = &list;
	open_sent(&sent);
	compose(&sent, &mail);
	at = header(&sent, "List-Id:");
	assert_memory_equal(at, " <power.newsletter.noroshi.example>\r\n", 37);
	at = header(&sent, "List-Unsubscribe:");
	assert_memory_equal(
	    at, " <https://portal.example/leave?id=3031323334353637", 50);
	assert_memory_equal(strstr(at, ">"), ">\r\n", 3);
	at = header(&sent, "List-Unsubscribe-Post:");
	assert_memory_equal(at, " List-Unsubscribe=One-Click\r\n", 29);
	assert_null(strstr(sent.bytes.data, "In-Reply-To"));
	close_sent(&sent);
}

static void
a_list_that_cannot_be_left_so_has_no_such_header(void **state)
{
	static const struct nrs_mime_list list = {"power.newsletter", ""};
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent sent;

	(void)state;
	mail.list = &list;
	open_sent(&sent);
	compose(&sent, &mail);
	(void)header(&sent, "List-Id:");
	assert_null(strstr(sent.bytes.data, "List-Unsubscribe"));
	close_sent(&sent);
}

static void
one_recipients_bytes_differ_only_in_the_slots(void **state)
{
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent a;
	struct nrs_err err;
	struct nrs_buf other = {0};

	(void)state;
	open_sent(&a);
	compose(&a, &mail);
	assert_int_equal(a.variant.n_parts, 5);
	assert_int_equal(a.variant.parts[0].slot, NRS_SLOT_ADDRESS);
	assert_int_equal(a.variant.parts[1].slot, NRS_SLOT_MESSAGE_ID);
	assert_int_equal(a.variant.parts[2].slot, NRS_SLOT_GREETING);
	assert_int_equal(a.variant.parts[3].slot, NRS_SLOT_GREETING_HTML);
	assert_int_equal(a.variant.parts[4].slot, NRS_SLOT_NONE);
	a.channel.address = "other@example.jp";
	a.delivery.greeting = "";
	assert_int_equal(
	    nrs_mime_join(&a.variant, &a.delivery, &other, &err), NRS_OK);
	assert_non_null(strstr(other.data, "To: <other@example.jp>\r\n"));
	assert_null(strstr(other.data, "kitayama"));
	nrs_buf_fini(&other);
	close_sent(&a);
}

static void
the_message_id_is_the_delivery_key(void **state)
{
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent sent;

	(void)state;
	open_sent(&sent);
	compose(&sent, &mail);
	assert_non_null(strstr(sent.bytes.data,
	    "Message-ID: "
	    "<3031323334353637383961626364656630313233343536373839616263646566"
	    "@noroshi.example>\r\n"));
	close_sent(&sent);
}

static void
every_mail_of_a_thread_refers_to_one_id(void **state)
{
	static const char want[] =
	    "<thread.01932c5e-0000-7000-8000-000000000001@noroshi.example>\r\n";
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent sent;

	(void)state;
	open_sent(&sent);
	compose(&sent, &mail);
	assert_memory_equal(header(&sent, "References: "), want, strlen(want));
	assert_memory_equal(header(&sent, "In-Reply-To: "), want, strlen(want));
	close_sent(&sent);
}

static void
the_machine_reads_what_the_person_reads(void **state)
{
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent sent;

	(void)state;
	open_sent(&sent);
	compose(&sent, &mail);
	assert_memory_equal(
	    header(&sent, "X-Noroshi-TLP: "), "TLP:AMBER+STRICT\r\n", 18);
	assert_memory_equal(
	    header(&sent, "X-Noroshi-Mode: "), "EXERCISE\r\n", 10);
	assert_memory_equal(header(&sent, "X-Noroshi-Revision: "), "12\r\n", 4);
	assert_memory_equal(
	    header(&sent, "Auto-Submitted: "), "auto-generated\r\n", 16);
	assert_memory_equal(
	    header(&sent, "Date: "), "Tue, 24 Nov 2026 02:00:00 +0000\r\n", 33);
	close_sent(&sent);
}

static void
no_header_value_starts_another_header(void **state)
{
	static const char *const hostile[] = {"a\r\nBcc: x@y.example",
	    "a\nBcc: x@y.example", "a\rBcc: x@y.example", "a\r\n\r\nbody",
	    "a\002A\002", "a\x7f", "\xff\xfe", "\xe2\x80\xae", "a\xc2\x85"};
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail;
	struct nrs_variant out;
	struct nrs_err err;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		const char **fields[] = {&r.subject, &mail.from_name,
		    &mail.from, &mail.domain, &mail.notice_id, &mail.thread_id,
		    &mail.tlp, &mail.kind, &mail.mode, &mail.lang};

		for (j = 0; j < sizeof(fields) / sizeof(fields[0]); j++) {
			struct nrs_arena *arena = nrs_arena_new();

			r = rendered();
			mail = mail_of(&r);
			*fields[j] = hostile[i];
			assert_int_equal(
			    nrs_mime_compose(arena, &mail, &out, &err),
			    NRS_REJECT);
			assert_string_equal(err.rule, "line");
			nrs_arena_free(arena);
		}
	}
}

static void
a_body_with_controls_is_refused(void **state)
{
	static const char *const hostile[] = {
	    "a\001b", "a\rb", "\xc3\x28", "\xe2\x80\xaetxt"};
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_variant out;
	struct nrs_err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		r = rendered();
		r.text = hostile[i];
		assert_int_equal(
		    nrs_mime_compose(arena, &mail, &out, &err), NRS_REJECT);
		assert_string_equal(err.field, "text");
	}
	nrs_arena_free(arena);
}

static void
no_address_or_greeting_breaks_out_of_its_slot(void **state)
{
	static const char *const addresses[] = {"a@x.example>\r\nBcc: b@y.jp",
	    "a@x.example\r\nRCPT TO:<b@y.jp>", "a b@x.example", "<a@x.example>",
	    "a@x.example, b@y.example", "", "@x.example", "a@",
	    "a@x.example\n"};
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct nrs_buf out = {0};
	struct nrs_err err;
	struct sent sent;
	size_t i;

	(void)state;
	open_sent(&sent);
	compose(&sent, &mail);
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		sent.channel.address = addresses[i];
		assert_int_equal(
		    nrs_mime_join(&sent.variant, &sent.delivery, &out, &err),
		    NRS_REJECT);
		assert_string_equal(err.rule, "mailbox");
	}
	sent.channel.address = "a@x.example";
	sent.delivery.greeting = "北山銀行\r\n\r\n偽の本文";
	assert_int_equal(
	    nrs_mime_join(&sent.variant, &sent.delivery, &out, &err),
	    NRS_REJECT);
	assert_string_equal(err.field, "greeting");
	nrs_buf_fini(&out);
	close_sent(&sent);
}

#define TOKEN                                                                  \
	"AQEV-_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
static const struct nrs_mime_ack ack = {
    .url = "https://ack.example.jp/a&b/",
    .ask = "受領の確認をお願いします。次のリンクを開き、回答を選んでください。",
};

/* The part of this type, decoded; the caller frees. */
static char *
decoded(const struct sent *sent, const char *type)
{
	const char *at = strstr(sent->bytes.data, type), *end;
	struct nrs_buf out = {0};
	struct nrs_bytes line;

	assert_non_null(at);
	at = strstr(at, "\r\n\r\n") + 4;
	for (; at[0] != '-' && at[0] != '\r'; at = end + 2) {
		end = strstr(at, "\r\n");
		assert_int_equal(
		    nrs_base64_decode(sent->arena,
		        nrs_arena_strndup(sent->arena, at, (size_t)(end - at)),
		        &line, NULL),
		    NRS_OK);
		nrs_buf_add(&out, line.data, line.len);
	}
	return nrs_buf_take(&out);
}

static void
a_link_to_confirm_stands_after_the_greeting_in_both_bodies(void **state)
{
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct sent sent;
	char *text, *html;

	(void)state;
	mail.ack = &ack;
	open_sent(&sent);
	sent.delivery.ack_token = TOKEN;
	compose(&sent, &mail);
	assert_lines_are_sound(&sent.bytes);
	text = decoded(&sent, "text/plain");
	assert_non_null(strstr(text, "御中\r\n"));
	assert_non_null(strstr(strstr(text, "御中"),
	    "\r\nhttps://ack.example.jp/a&b/" TOKEN "\r\n"));
	assert_true(strstr(text, TOKEN) < strstr(text, "■ 対策"));
	html = decoded(&sent, "text/html");
	assert_non_null(
	    strstr(html, "<a href=\"https://ack.example.jp/a&amp;b/" TOKEN
	                 "\">https://ack.example.jp/a&amp;b/" TOKEN "</a>"));
	assert_true(strstr(html, TOKEN) < strstr(html, "<h2>対策"));
	free(text);
	free(html);
	close_sent(&sent);
}

static void
what_is_no_token_never_becomes_a_link(void **state)
{
	static const char *const bad[] = {
	    "", "a b", "a\r\nb", "\"><script>", "a/../b", "é"};
	struct nrs_rendered r = rendered();
	struct nrs_mime_mail mail = mail_of(&r);
	struct nrs_buf out = {0};
	struct nrs_err err;
	struct sent sent;
	size_t i;

	(void)state;
	mail.ack = &ack;
	open_sent(&sent);
	sent.delivery.ack_token = TOKEN;
	compose(&sent, &mail);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sent.delivery.ack_token = bad[i];
		assert_int_equal(
		    nrs_mime_join(&sent.variant, &sent.delivery, &out, &err),
		    NRS_REJECT);
		assert_string_equal(err.field, "ack_token");
	}
	nrs_buf_fini(&out);
	close_sent(&sent);
}

/* Random text of every width of character, 2,000 times. */
static void
random_bodies_and_titles_stay_sound(void **state)
{
	static const char *const bits[] = {"a", " ", "é", "狼", "𠮷", ".", "\n",
	    "From ", "=?UTF-8?B?", "\t", "-- ", "--=_noroshi_alternative"};
	struct nrs_rendered r;
	struct nrs_mime_mail mail;
	struct sent sent;
	int i, j;

	(void)state;
	for (i = 0; i < 2000; i++) {
		struct nrs_buf body = {0}, title = {0};

		for (j = (int)nrs_rand_below(200); j >= 0; j--)
			nrs_buf_adds(&body, bits[nrs_rand_below(12)]);
		for (j = (int)nrs_rand_below(80); j >= 0; j--)
			nrs_buf_adds(&title, bits[nrs_rand_below(6)]);
		r = (struct nrs_rendered){.subject = nrs_buf_str(&title),
		    .text_head = nrs_buf_str(&title),
		    .text = nrs_buf_str(&body),
		    .html_head = "",
		    .html_meta = "",
		    .html = nrs_buf_str(&body)};
		mail = mail_of(&r);
		open_sent(&sent);
		compose(&sent, &mail);
		assert_lines_are_sound(&sent.bytes);
		close_sent(&sent);
		nrs_buf_fini(&body);
		nrs_buf_fini(&title);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_end_in_crlf_and_are_at_most_76_long),
	    cmocka_unit_test(encoded_words_are_at_most_75_long),
	    cmocka_unit_test(the_same_delivery_is_the_same_bytes),
	    cmocka_unit_test(a_list_lets_each_reader_leave_with_one_click),
	    cmocka_unit_test(a_list_that_cannot_be_left_so_has_no_such_header),
	    cmocka_unit_test(one_recipients_bytes_differ_only_in_the_slots),
	    cmocka_unit_test(the_message_id_is_the_delivery_key),
	    cmocka_unit_test(every_mail_of_a_thread_refers_to_one_id),
	    cmocka_unit_test(the_machine_reads_what_the_person_reads),
	    cmocka_unit_test(no_header_value_starts_another_header),
	    cmocka_unit_test(a_body_with_controls_is_refused),
	    cmocka_unit_test(no_address_or_greeting_breaks_out_of_its_slot),
	    cmocka_unit_test(
	        a_link_to_confirm_stands_after_the_greeting_in_both_bodies),
	    cmocka_unit_test(what_is_no_token_never_becomes_a_link),
	    cmocka_unit_test(random_bodies_and_titles_stay_sound),
	};

	return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
