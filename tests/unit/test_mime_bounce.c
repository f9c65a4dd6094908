/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/buf.h"
#include "noroshi/base/rand.h"
#include "noroshi/io/mime_bounce.h"

#define VERP "bounce+a-3-17-000102030405060708090a0b@noroshi.example"
#define ID "0123456789abcdef@noroshi.example"

static struct nrs_arena *arena;
static struct nrs_bounce bounce;

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

static void
read_mail(const char *mail)
{
	nrs_mime_bounce(arena,
	    (struct nrs_bytes){(const uint8_t *)mail, strlen(mail)}, &bounce);
}

/* As Postfix writes it. */
static const char *
report(const char *action, const char *status, const char *diagnostic)
{
	return nrs_arena_printf(arena,
	    "Return-Path: <>\r\nDelivered-To: " VERP "\r\n"
	    "From: MAILER-DAEMON@mx.example (Mail Delivery System)\r\n"
	    "To: " VERP "\r\nSubject: Undelivered Mail Returned to Sender\r\n"
	    "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
	    "\tboundary=\"B.1/mx\"\r\n\r\nThis is a MIME message.\r\n\r\n"
	    "--B.1/mx\r\nContent-Description: Notification\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
	    "I'm sorry to have to inform you\r\n\r\n"
	    "--B.1/mx\r\nContent-Description: Delivery report\r\n"
	    "Content-Type: message/delivery-status\r\n\r\n"
	    "Reporting-MTA: dns; mx.example\r\nX-Postfix-Queue-ID: B\r\n"
	    "Arrival-Date: Wed, 25 Nov 2026 18:00:00 +0900 (JST)\r\n\r\n"
	    "Final-Recipient: rfc822; soc@kitayama.example\r\n"
	    "Original-Recipient: rfc822;soc@kitayama.example\r\n"
	    "Action: %s\r\nStatus: %s\r\nRemote-MTA: dns; in.example\r\n"
	    "Diagnostic-Code: %s\r\n\r\n"
	    "--B.1/mx\r\nContent-Type: message/rfc822\r\n\r\n"
	    "Return-Path: <" VERP ">\r\nFrom: <desk@noroshi.example>\r\n"
	    "To: <soc@kitayama.example>\r\nMessage-ID:\r\n <" ID ">\r\n"
	    "Subject: x\r\n\r\nbody\r\n\r\n--B.1/mx--\r\n",
	    action, status, diagnostic);
}

static bool
names(const char *address)
{
	size_t i;

	for (i = 0; i < bounce.n_addresses; i++)
		if (strcmp(bounce.addresses[i], address) == 0)
			return true;
	return false;
}

static void
a_failure_is_read_with_what_it_is_about(void **state)
{
	(void)state;
	read_mail(report("failed", "5.1.1",
	    "smtp; 550 5.1.1 <soc@kitayama.example>: unknown\r\n    user"));
	assert_int_equal(bounce.kind, NRS_BOUNCE_FAILED);
	assert_string_equal(bounce.status, "5.1.1");
	assert_string_equal(bounce.diagnostic,
	    "smtp; 550 5.1.1 <soc@kitayama.example>: unknown user");
	assert_string_equal(bounce.message_id, ID);
	assert_true(names(VERP));
}

/* A relay that gave up after days: that is an end, too. */
static void
a_failure_may_have_been_transient(void **state)
{
	(void)state;
	read_mail(report("FAILED", "4.4.1 (no answer)", "smtp; timed out"));
	assert_int_equal(bounce.kind, NRS_BOUNCE_FAILED);
	assert_string_equal(bounce.status, "4.4.1");
}

static void
a_delay_is_no_failure(void **state)
{
	static const char *const actions[] = {
	    "delayed", "delivered", "Relayed", "expanded"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		read_mail(report(actions[i], "4.4.1", "x"));
		assert_int_equal(bounce.kind, NRS_BOUNCE_PASSING);
	}
	read_mail(report("invented", "5.1.1", "x"));
	assert_int_equal(bounce.kind, NRS_BOUNCE_NONE);
}

static void
what_is_no_report_is_none(void **state)
{
	static const char *const mails[] = {"", "\r\n", "x",
	    /* a note of absence */
	    "To: " VERP "\r\nAuto-Submitted: auto-replied\r\n"
	    "Subject: Out of office\r\n\r\nStatus: 5.1.1\r\nAction: failed\r\n",
	    /* a bounce in free words */
	    "From: <>\r\nTo: " VERP "\r\n\r\nHi. This is the qmail-send "
	    "program.\r\n550 5.1.1 no such user\r\n",
	    /* a report of another kind */
	    "MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b;"
	    " report-type=disposition-notification\r\n\r\n--b\r\n"
	    "Content-Type: message/delivery-status\r\n\r\n\r\n"
	    "Final-Recipient: rfc822; a\r\nAction: failed\r\n"
	    "Status: 5.1.1\r\n\r\n--b--\r\n",
	    /* a report in a mixed mail that somebody forwarded */
	    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
	    "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\r\n"
	    "Final-Recipient: rfc822; a\r\nAction: failed\r\n"
	    "Status: 5.1.1\r\n\r\n--b--\r\n",
	    /* without a recipient */
	    "MIME-Version: 1.0\r\nContent-Type: multipart/report; boundary=b;"
	    " report-type=delivery-status\r\n\r\n--b\r\n"
	    "Content-Type: message/delivery-status\r\n\r\n"
	    "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		read_mail(mails[i]);
		if (bounce.kind != NRS_BOUNCE_NONE)
			fail_msg("mail %zu was taken for a report", i);
	}
}

static void
only_the_head_of_the_original_may_come_back(void **state)
{
	static const char mail[] =
	    "To: x@y.example\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/report; boundary=b; "
	    "report-type=\"delivery-status\"\r\n\r\n--b\r\n"
	    "Content-Type: message/delivery-status\r\n\r\n"
	    "Reporting-MTA: dns; a\r\n\r\nFinal-Recipient: rfc822; a\r\n"
	    "Action: failed\r\nStatus: 5.2.1\r\n\r\n--b\r\n"
	    "Content-Type: text/rfc822-headers\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "Message-ID: <" ID ">\r\nReturn-Path: <bounce=\r\n+a@x>\r\n\r\n"
	    "--b--\r\n";

	(void)state;
	read_mail(mail);
	assert_int_equal(bounce.kind, NRS_BOUNCE_FAILED);
	assert_string_equal(bounce.message_id, ID);
	assert_true(names("bounce+a@x"));
	assert_true(names("x@y.example"));
}

static void
what_a_report_says_is_printable_and_short(void **state)
{
	char words[5000];

	(void)state;
	memset(words, 'w', sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	memcpy(words, "\033[31m\001\x80\xff", 8);
	read_mail(report("failed", "5.1.1;drop", words));
	assert_int_equal(bounce.kind, NRS_BOUNCE_FAILED);
	assert_string_equal(bounce.status, "5.1.1");
	assert_true(strlen(bounce.diagnostic) <= 100);
	assert_null(strchr(bounce.diagnostic, '\033'));
	read_mail(report("failed", "9.9", "x"));
	assert_string_equal(bounce.status, "");
}

/* Parts in parts in parts: a stack that overflows is a crash for whoever can
 * send a mail. */
static void
a_mail_of_endless_nesting_is_survived(void **state)
{
	struct nrs_buf mail = {0};
	int i;

	(void)state;
	nrs_buf_adds(&mail, "MIME-Version: 1.0\r\n");
	for (i = 0; i < 40000; i++)
		nrs_buf_printf(&mail,
		    "Content-Type: multipart/mixed; "
		    "boundary=%x\r\n\r\n--%x\r\n",
		    i, i);
	read_mail(nrs_buf_str(&mail));
	assert_int_equal(bounce.kind, NRS_BOUNCE_NONE);
	nrs_buf_reset(&mail);
	for (i = 0; i < 20000; i++)
		nrs_buf_adds(&mail, "Content-Type: message/rfc822\r\n\r\n");
	read_mail(nrs_buf_str(&mail));
	assert_int_equal(bounce.kind, NRS_BOUNCE_NONE);
	nrs_buf_fini(&mail);
}

static void
a_report_cut_or_bent_anywhere_is_survived(void **state)
{
	const char *whole = report("failed", "5.1.1", "smtp; 550 no");
	const size_t len = strlen(whole);
	char *bent = nrs_arena_strdup(arena, whole);
	size_t i;

	(void)state;
	for (i = 0; i < len; i++) {
		struct nrs_arena *was = arena;

		arena = nrs_arena_new();
		nrs_mime_bounce(arena,
		    (struct nrs_bytes){(const uint8_t *)whole, i}, &bounce);
		bent[i] = (char)nrs_rand_below(256);
		nrs_mime_bounce(arena,
		    (struct nrs_bytes){(const uint8_t *)bent, len}, &bounce);
		bent[i] = whole[i];
		nrs_arena_free(arena);
		arena = was;
	}
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(a_failure_is_read_with_what_it_is_about),
	    CASE(a_failure_may_have_been_transient),
	    CASE(a_delay_is_no_failure),
	    CASE(what_is_no_report_is_none),
	    CASE(only_the_head_of_the_original_may_come_back),
	    CASE(what_a_report_says_is_printable_and_short),
	    CASE(a_mail_of_endless_nesting_is_survived),
	    CASE(a_report_cut_or_bent_anywhere_is_survived),
	};

	return cmocka_run_group_tests_name("mime_bounce", tests, NULL, NULL);
}
