/* SPDX-License-Identifier: Apache-2.0 */
/* What a relay may do with a mail, and what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"
#include "support/certificate.h"
#include "support/sending.h"

#define MAIL SENDING_MAIL
/* A relay hangs so long that others get through meanwhile, also when the
 * machine has much to do: a mail takes twice that. */
#define STUCK_MS 2000

static void
a_mail_arrives_byte_for_byte_with_one_recipient(void **state)
{
	struct sending *w = *state;

	EXPECT(sending_mail(w), DELIVERED);
	assert_int_equal(peer_count(w->mail, "EHLO noroshi.example\r\n"), 1);
	assert_int_equal(
	    peer_count(w->mail, "MAIL FROM:<desk@noroshi.example>"), 1);
	assert_int_equal(peer_count(w->mail, "RCPT TO:"), 1);
	assert_int_equal(
	    peer_count(w->mail, "RCPT TO:<soc@kitayama.example>\r\n"), 1);
	assert_int_equal(peer_count(w->mail, "DATA\r\n" MAIL ".\r\n"), 1);
}

static void
a_mail_may_have_an_envelope_of_its_own(void **state)
{
	struct sending *w = *state;
	struct sent waiting;
	struct nrs_transfer_job job = sending_job(
	    NRS_CHANNEL_MAIL, "soc@kitayama.example", MAIL, &waiting);
	char from[] = "bounce+a-1-2-00@noroshi.example";
	struct nrs_err err = {0};

	job.mail_from = "a@x.example>\r\nRCPT TO:<evil@y.example";
	assert_int_equal(
	    nrs_transfer_start(w->transfer, &job, &err), NRS_REJECT);
	job.mail_from = from;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	memset(from, 'x', sizeof(from) - 1);
	sending_wait(w, &waiting);
	EXPECT(waiting.result, DELIVERED);
	EXPECT(sending_mail(w), DELIVERED);
	assert_int_equal(
	    peer_count(w->mail, "MAIL FROM:<bounce+a-1-2-00@noroshi.example>"),
	    1);
	assert_int_equal(
	    peer_count(w->mail, "MAIL FROM:<desk@noroshi.example>"), 1);
}

static void
a_connection_is_used_again(void **state)
{
	struct sending *w = *state;
	int i;

	for (i = 0; i < 5; i++)
		EXPECT(sending_mail(w), DELIVERED);
	assert_int_equal(peer_connections(w->mail), 1);
	assert_int_equal(peer_count(w->mail, MAIL), 5);
}

/* libcurl 7.88.1 would pass the line break on as a second command. */
static void
a_hostile_address_never_reaches_the_relay(void **state)
{
	static const char *const hostile[] = {
	    "a@x.example>\r\nRCPT TO:<evil@y.example",
	    "a@x.example\nRCPT TO:<evil@y.example>", "<a@x.example>",
	    "a@x.example b@y.example", "a@x.example,b@y.example",
	    "a\t@x.example", "@x.example", "a@", "",
	    "a@x.example> NOTIFY=NEVER"};
	struct sending *w = *state;
	struct sent waiting;
	struct nrs_transfer_job job;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		job = sending_job(NRS_CHANNEL_MAIL, hostile[i], MAIL, &waiting);
		assert_int_equal(
		    nrs_transfer_start(w->transfer, &job, &err), NRS_REJECT);
		assert_string_equal(err.rule, "mailbox");
	}
	assert_int_equal(peer_connections(w->mail), 0);
	EXPECT(sending_mail(w), DELIVERED);
	assert_int_equal(peer_count(w->mail, "RCPT TO:"), 1);
}

/* F24 */
static void
f24_a_4xx_at_any_stage_is_deferred_and_heals(void **state)
{
	struct sending *w = *state;
	peer_line *stages[] = {&w->script.banner, &w->script.ehlo,
	    &w->script.mail, &w->script.rcpt, &w->script.data, &w->script.dot};
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		*stages[i] = "451 4.3.0 later";
		EXPECT(sending_mail(w), DEFERRED(REJECTED));
		*stages[i] = NULL;
	}
	EXPECT(sending_mail(w), DELIVERED);
}

/* F25: what the relay says of this recipient or this message ends it; what it
 * says before it knows either does not. */
static void
f25_a_5xx_ends_a_recipient_only_when_it_is_about_it(void **state)
{
	struct sending *w = *state;

	w->script.rcpt = "550 5.1.1 no such user";
	EXPECT(sending_mail(w), FAILED(CONTACT_STALE));
	w->script.rcpt = NULL;
	w->script.data = "554 5.7.1 no";
	EXPECT(sending_mail(w), FAILED(REJECTED));
	w->script.data = NULL;
	w->script.dot = "554 5.6.0 no";
	EXPECT(sending_mail(w), FAILED(REJECTED));
	w->script.dot = NULL;
	w->script.mail = "552 5.3.4 too large";
	EXPECT(sending_mail(w), FAILED(REJECTED));
	w->script.mail = "550 5.7.1 who are you";
	EXPECT(sending_mail(w), DEFERRED(REJECTED));
	w->script.mail = NULL;
	w->script.banner = "554 closed";
	EXPECT(sending_mail(w), DEFERRED(REJECTED));
}

/* Whose address it is has changed, or only this mail was not wanted. */
static void
a_refusal_says_whether_the_contact_is_stale(void **state)
{
	static const struct {
		const char *words;
		enum nrs_failure_reason reason;
	} rows[] = {
	    {"550 5.1.1 no such user", NRS_FAILURE_CONTACT_STALE},
	    {"550 5.1.10 null MX", NRS_FAILURE_CONTACT_STALE},
	    {"551 5.1.6 moved", NRS_FAILURE_CONTACT_STALE},
	    {"550 5.2.1 disabled", NRS_FAILURE_CONTACT_STALE},
	    {"550-5.1.1 first of two lines", NRS_FAILURE_CONTACT_STALE},
	    {"550 no such user", NRS_FAILURE_CONTACT_STALE},
	    {"553 not here", NRS_FAILURE_CONTACT_STALE},
	    {"552 5.2.2 full", NRS_FAILURE_REJECTED},
	    {"550 5.7.1 policy", NRS_FAILURE_REJECTED},
	    {"550 5.1.8 your address", NRS_FAILURE_REJECTED},
	    {"554 no", NRS_FAILURE_REJECTED},
	    {"550 5.7.509 DMARC", NRS_FAILURE_REJECTED},
	    {"5.1.1", NRS_FAILURE_CONTACT_STALE},
	    {"5.7.1", NRS_FAILURE_REJECTED},
	    {"", NRS_FAILURE_REJECTED},
	};
	struct sending *w = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (nrs_transfer_refusal(rows[i].words) != rows[i].reason)
			fail_msg("%s", rows[i].words);
	w->script.rcpt = "550 5.7.1 not from you";
	EXPECT(sending_mail(w), FAILED(REJECTED));
}

static void
the_peers_last_words_are_kept_printable(void **state)
{
	struct sending *w = *state;
	struct nrs_transfer_result result;

	w->script.rcpt = "550 5.1.1 no\033[31m such \001user";
	result = sending_mail(w);
	assert_int_equal(result.code, 550);
	assert_string_equal(result.detail, "550 5.1.1 no[31m such user");
}

/* F26 */
static void
f26_a_hang_before_the_end_is_deferred_in_time(void **state)
{
	struct sending *w = *state;
	peer_line *stages[] = {&w->script.banner, &w->script.ehlo,
	    &w->script.mail, &w->script.rcpt, &w->script.data};
	size_t i;

	sending_hurry(w, SENDING_HURRY_MS);
	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		*stages[i] = PEER_HANG;
		EXPECT(sending_mail(w), DEFERRED(TIMEOUT));
		*stages[i] = NULL;
	}
}

/* F27, F28 */
static void
f27_silence_after_the_end_is_ambiguous(void **state)
{
	struct sending *w = *state;

	w->script.dot = PEER_HANG;
	sending_hurry(w, SENDING_HURRY_MS);
	EXPECT(sending_mail(w), AMBIGUOUS(TIMEOUT));
	sending_hurry(w, SENDING_PATIENCE_MS);
	w->script.dot = PEER_DROP;
	EXPECT(sending_mail(w), AMBIGUOUS(UNREACHABLE));
	assert_int_equal(peer_count(w->mail, MAIL), 2);
}

static void
f26_a_drop_before_the_end_is_deferred(void **state)
{
	struct sending *w = *state;
	peer_line *stages[] = {&w->script.banner, &w->script.ehlo,
	    &w->script.mail, &w->script.rcpt, &w->script.data};
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		*stages[i] = PEER_DROP;
		EXPECT(sending_mail(w), DEFERRED(UNREACHABLE));
		*stages[i] = NULL;
	}
	assert_int_equal(peer_count(w->mail, MAIL), 0);
}

/* By the relay; so the mail's thread has read its limits. */
static void
until_heard(struct sending *w, const char *text)
{
	while (peer_count(w->mail, text) == 0)
		nrs_transfer_poll(w->transfer, 20, NULL, 0);
	nrs_transfer_poll(w->transfer, 0, NULL, 0);
}

static void
one_hanging_mail_holds_up_no_other(void **state)
{
	struct sending *w = *state;
	struct sent stuck;
	struct nrs_transfer_job job = sending_job(
	    NRS_CHANNEL_MAIL, "stuck@kitayama.example", MAIL, &stuck);
	struct nrs_err err = {0};

	w->script.rcpt = PEER_HANG;
	sending_hurry(w, STUCK_MS);
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	until_heard(w, "RCPT TO:");
	sending_hurry(w, SENDING_PATIENCE_MS);
	w->script.rcpt = NULL;
	EXPECT(sending_mail(w), DELIVERED);
	assert_false(stuck.done);
	sending_wait(w, &stuck);
	EXPECT(stuck.result, DEFERRED(TIMEOUT));
}

/* libcurl's multi interface would wait for the relay, and everybody with it. */
static void
a_relay_that_thinks_about_a_mail_holds_up_nobody(void **state)
{
	struct sending *w = *state;
	struct sent stuck;
	struct nrs_transfer_job job = sending_job(
	    NRS_CHANNEL_MAIL, "stuck@kitayama.example", MAIL, &stuck);
	struct nrs_err err = {0};

	w->script.dot = PEER_HANG;
	sending_hurry(w, STUCK_MS);
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	until_heard(w, MAIL);
	sending_hurry(w, SENDING_PATIENCE_MS);
	w->script.dot = NULL;
	EXPECT(sending_hook(w), DELIVERED);
	EXPECT(sending_mail(w), DELIVERED);
	assert_false(stuck.done);
	sending_wait(w, &stuck);
	EXPECT(stuck.result, AMBIGUOUS(TIMEOUT));
}

/* Whoever slept with a connection open wakes up in the middle of it. */
static void
nothing_begins_when_the_lease_has_ended(void **state)
{
	struct sending *w = *state;

	nrs_transfer_allow_until(w->transfer, (struct nrs_mono){.ns = 1});
	EXPECT(sending_mail(w), DEFERRED(TIMEOUT));
	EXPECT(sending_hook(w), DEFERRED(TIMEOUT));
	assert_true(peer_count(w->mail, "DATA") > 0);
	assert_int_equal(peer_count(w->mail, MAIL), 0);
	nrs_transfer_allow_until(
	    w->transfer, (struct nrs_mono){.ns = INT64_MAX});
	EXPECT(sending_mail(w), DELIVERED);
	EXPECT(sending_hook(w), DELIVERED);
}

static void
nor_does_what_was_revoked(void **state)
{
	struct sending *w = *state;
	struct sent sent;
	struct nrs_transfer_job job =
	    sending_job(NRS_CHANNEL_WEBHOOK, w->hook_url, "{}", &sent);
	struct nrs_err err = {0};

	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	nrs_transfer_revoke(w->transfer);
	sending_wait(w, &sent);
	EXPECT(sent.result, DEFERRED(TIMEOUT));
	EXPECT(sending_hook(w), DELIVERED);
}

/* The late answer to one mail must not be taken for that to the next. */
static void
after_a_timeout_the_connection_is_not_used_again(void **state)
{
	struct sending *w = *state;

	w->script.dot = PEER_HANG;
	sending_hurry(w, SENDING_HURRY_MS);
	EXPECT(sending_mail(w), AMBIGUOUS(TIMEOUT));
	sending_hurry(w, SENDING_PATIENCE_MS);
	w->script.dot = NULL;
	EXPECT(sending_mail(w), DELIVERED);
	assert_int_equal(peer_connections(w->mail), 2);
}

static void
the_end_waits_for_no_relay(void **state)
{
	struct sending *w = *state;
	struct sent stuck;
	struct nrs_transfer_job job = sending_job(
	    NRS_CHANNEL_MAIL, "stuck@kitayama.example", MAIL, &stuck);
	struct nrs_err err = {0};
	struct nrs_mono since;

	w->conf.mail_timeout_ms = 60000;
	w->script.dot = PEER_HANG;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	until_heard(w, MAIL);
	since = nrs_mono_now();
	nrs_transfer_close(w->transfer);
	w->transfer = NULL;
	assert_true(nrs_mono_since_ms(since) < SENDING_PATIENCE_MS);
	assert_false(stuck.done);
}

/* F29: the peer offers no STARTTLS. */
static void
f29_required_tls_is_never_stripped(void **state)
{
	struct sending *w = *state;

	w->conf.starttls = NRS_STARTTLS_REQUIRED;
	EXPECT(sending_mail(w), DEFERRED(UNREACHABLE));
	assert_int_equal(peer_count(w->mail, "MAIL FROM"), 0);
	w->conf.starttls = NRS_STARTTLS_OPPORTUNISTIC;
	EXPECT(sending_mail(w), DELIVERED);
}

static char certificate[] = "/tmp/noroshi-cert-XXXXXX";

static struct nrs_transfer_result
mail_over_tls(struct sending *w, int starttls, const char *name, int days)
{
	certificate_write(certificate, name, days);
	w->script.tls = certificate;
	w->conf.starttls = starttls;
	return sending_mail(w);
}

/* Verified: by an authority of ours, for the relay's name, and in time. */
static void
f29_a_relay_that_cannot_prove_its_name_gets_nothing(void **state)
{
	struct sending *w = *state;
	const int fd = mkstemp(certificate);

	assert_true(fd >= 0);
	(void)close(fd);
	/* nobody we know has signed it */
	EXPECT(mail_over_tls(w, NRS_STARTTLS_REQUIRED, "IP:127.0.0.1", 30),
	    DEFERRED(UNREACHABLE));
	w->conf.ca_file = certificate;
	EXPECT(mail_over_tls(w, NRS_STARTTLS_REQUIRED, "IP:127.0.0.2", 30),
	    DEFERRED(UNREACHABLE));
	EXPECT(mail_over_tls(w, NRS_STARTTLS_REQUIRED, "DNS:x.example", 30),
	    DEFERRED(UNREACHABLE));
	EXPECT(mail_over_tls(w, NRS_STARTTLS_REQUIRED, "IP:127.0.0.1", -1),
	    DEFERRED(UNREACHABLE));
	assert_int_equal(peer_count(w->mail, "STARTTLS\r\n"), 4);
	assert_int_equal(peer_count(w->mail, "MAIL FROM"), 0);
	EXPECT(mail_over_tls(w, NRS_STARTTLS_REQUIRED, "IP:127.0.0.1", 30),
	    DELIVERED);
	assert_int_equal(peer_count(w->mail, "MAIL FROM"), 1);
	(void)unlink(certificate);
}

/* Better than in the clear, and no worse than without. */
static void
opportunistic_tls_takes_any_certificate(void **state)
{
	struct sending *w = *state;
	char file[] = "/tmp/noroshi-cert-XXXXXX";
	const int fd = mkstemp(file);

	assert_true(fd >= 0);
	(void)close(fd);
	memcpy(certificate, file, sizeof(file));
	EXPECT(
	    mail_over_tls(w, NRS_STARTTLS_OPPORTUNISTIC, "DNS:x.example", -1),
	    DELIVERED);
	assert_int_equal(peer_count(w->mail, "STARTTLS\r\n"), 1);
	/* and none is none, also where it is offered */
	w->conf.starttls = NRS_STARTTLS_NONE;
	nrs_transfer_close(w->transfer);
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, NULL), NRS_OK);
	EXPECT(sending_mail(w), DELIVERED);
	assert_int_equal(peer_count(w->mail, "STARTTLS\r\n"), 1);
	(void)unlink(certificate);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, sending_open, sending_close)
	const struct CMUnitTest tests[] = {
	    CASE(a_mail_arrives_byte_for_byte_with_one_recipient),
	    CASE(a_mail_may_have_an_envelope_of_its_own),
	    CASE(a_connection_is_used_again),
	    CASE(a_hostile_address_never_reaches_the_relay),
	    CASE(f24_a_4xx_at_any_stage_is_deferred_and_heals),
	    CASE(f25_a_5xx_ends_a_recipient_only_when_it_is_about_it),
	    CASE(a_refusal_says_whether_the_contact_is_stale),
	    CASE(the_peers_last_words_are_kept_printable),
	    CASE(f26_a_hang_before_the_end_is_deferred_in_time),
	    CASE(f27_silence_after_the_end_is_ambiguous),
	    CASE(f26_a_drop_before_the_end_is_deferred),
	    CASE(one_hanging_mail_holds_up_no_other),
	    CASE(a_relay_that_thinks_about_a_mail_holds_up_nobody),
	    CASE(nothing_begins_when_the_lease_has_ended),
	    CASE(nor_does_what_was_revoked),
	    CASE(after_a_timeout_the_connection_is_not_used_again),
	    CASE(the_end_waits_for_no_relay),
	    CASE(f29_required_tls_is_never_stripped),
	    CASE(f29_a_relay_that_cannot_prove_its_name_gets_nothing),
	    CASE(opportunistic_tls_takes_any_certificate),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
