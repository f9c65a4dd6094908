/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our mails, read again by a parser that is not ours and not GMime's: Python's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "noroshi/base/rand.h"
#include "noroshi/io/json.h"
#include "noroshi/io/mime.h"

#define MAILS 300

static const char *const bits[] = {"a", " b", "é", "狼煙", "𠮷", ".",
    "【訂正】", "=?UTF-8?Q?x?=", "From ", "\"", "<b>", "&", ",", ";", "\n",
    "\n.\n"};
#define LINE_BITS 14 /* of them fit in one line */

static const char *
random_text(struct nrs_arena *arena, size_t kinds, size_t max)
{
	struct nrs_buf buf = {0};
	const char *out;
	size_t i, n = 1 + nrs_rand_below(max);

	for (i = 0; i < n; i++)
		nrs_buf_adds(&buf, bits[nrs_rand_below(kinds)]);
	/* Blanks at the ends are not text: parsers may drop them. */
	nrs_buf_adds(&buf, "終");
	out = nrs_arena_printf(arena, "始%s", nrs_buf_str(&buf));
	nrs_buf_fini(&buf);
	return out;
}

static void
write_file(
    const char *dir, int n, const char *suffix, const char *data, size_t len)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%d.%s", dir, n, suffix);
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static const char *
json_of(struct nrs_arena *arena, int n)
{
	struct nrs_buf buf = {0};
	const char *out;

	nrs_json_string(&buf, random_text(arena, LINE_BITS, 30));
	out = nrs_arena_printf(
	    arena, "{\"n\":%d,\"title\":%s}", n, nrs_buf_str(&buf));
	nrs_buf_fini(&buf);
	return out;
}

/* What is wanted: with the link as one more member. */
static void
write_json(const char *dir, int n, const char *json, bool ack)
{
	struct nrs_buf buf = {0};

	nrs_buf_add(&buf, json, strlen(json) - 1);
	if (ack)
		nrs_buf_adds(
		    &buf, ",\"ack_url\":\"https://ack.example/a/to-ken_1\"");
	nrs_buf_addc(&buf, '}');
	write_file(dir, n, "json", nrs_buf_str(&buf), buf.len);
	nrs_buf_fini(&buf);
}

static void
write_mail(const char *dir, int n)
{
	struct nrs_arena *arena = nrs_arena_new();
	struct nrs_rendered r = {.subject = random_text(arena, LINE_BITS, 40),
	    .text_head = n % 3 == 0 ? "" : random_text(arena, 15, 20),
	    .text = random_text(arena, 16, 400),
	    .html_head = "",
	    .html_meta = "",
	    .html = random_text(arena, 16, 400)};
	struct nrs_mime_mail mail = {.from = "noroshi@example.jp",
	    .from_name = random_text(arena, LINE_BITS, 10),
	    .domain = "noroshi.example",
	    .lang = "ja",
	    .date_ms = 1795485600000 + n,
	    .urgent = true,
	    .notice_id = "n",
	    .thread_id = "t",
	    .tlp = "TLP:RED",
	    .mode = "ACTUAL",
	    .kind = "INITIAL",
	    .revision = 1,
	    .rendered = &r};
	struct nrs_channel channel = {.address = "a.b+c@日本語.example.jp"};
	struct nrs_delivery delivery = {.channel = &channel,
	    .greeting = n % 2 == 0 ? "" : random_text(arena, LINE_BITS, 20),
	    .key = nrs_arena_bytes(arena, &n, sizeof(n))};
	static const struct nrs_mime_ack ack = {
	    .url = "https://ack.example/a/", .ask = "受領確認"};
	struct nrs_variant variant;
	struct nrs_buf out = {0};
	struct nrs_err err = {0};

	delivery.ack_token = n % 4 > 1 ? "to-ken_1" : "";
	mail.ack = n % 4 > 1 ? &ack : NULL;
	mail.json = n % 4 > 0 ? json_of(arena, n) : NULL;
	assert_int_equal(
	    nrs_mime_compose(arena, &mail, &variant, &err), NRS_OK);
	assert_int_equal(
	    nrs_mime_join(&variant, &delivery, &out, &err), NRS_OK);
	write_file(dir, n, "eml", out.data, out.len);
	write_file(dir, n, "subject", r.subject, strlen(r.subject));
	write_file(dir, n, "text", r.text, strlen(r.text));
	write_file(dir, n, "html", r.html, strlen(r.html));
	if (mail.json != NULL)
		write_json(dir, n, mail.json, mail.ack != NULL);
	nrs_buf_fini(&out);
	nrs_arena_free(arena);
}

static void
another_parser_reads_exactly_what_was_written(void **state)
{
	char dir[] = "/tmp/noroshi-mime-XXXXXX", command[256];
	int n;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (n = 0; n < MAILS; n++)
		write_mail(dir, n);
	(void)snprintf(command, sizeof(command),
	    "python3 tests/support/mail_check.py %s", dir);
	n = system(command);
	if (!WIFEXITED(n) || WEXITSTATUS(n) != 0)
		fail_msg("the mails are kept in %s", dir);
	(void)snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(another_parser_reads_exactly_what_was_written),
	};

	return cmocka_run_group_tests_name("mime", tests, NULL, NULL);
}
