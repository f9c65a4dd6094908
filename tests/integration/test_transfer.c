/* SPDX-License-Identifier: Apache-2.0 */
/* long: one small test per thing that a relay or an endpoint may do. */
#include <netdb.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dlfcn.h>

#include "noroshi/base/clock.h"
#include "noroshi/io/transfer.h"
#include "support/certificate.h"
#include "support/peer.h"

#define TIMEOUT_MS 400
#define MAIL "Subject: x\r\n\r\nbody\r\n"

static const char *loopback[] = {"127.0.0.0/8"};

/* ---- names ---- */

/* Names of ours; libcurl asks here instead of libc. "inside.example" is us;
 * "slow.example" has a
 * server that does not answer; "mixed.example" has an address inside and one
 * that is allowed. */
static atomic_bool slow_asked, slow_over;

static int
resolve(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **out)
{
	typedef int resolver(const char *, const char *,
	    const struct addrinfo *, struct addrinfo **);
	resolver *real;

	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(node, service, hints, out);
}

int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
    struct addrinfo **out)
{
	struct nrs_mono since = nrs_mono_now();
	int rc;

	if (node != NULL && strcmp(node, "slow.example") == 0) {
		atomic_store(&slow_asked, true);
		while (!atomic_load(&slow_over) &&
		       nrs_mono_since_ms(since) < 10 * TIMEOUT_MS)
			(void)poll(NULL, 0, 10);
		return EAI_AGAIN;
	}
	if (node != NULL && strcmp(node, "inside.example") == 0)
		return resolve("127.0.0.1", service, hints, out);
	if (node == NULL || strcmp(node, "mixed.example") != 0)
		return resolve(node, service, hints, out);
	rc = resolve("10.9.9.9", service, hints, out);
	return rc != 0 ? rc
	               : resolve("127.0.0.1", service, hints, &(*out)->ai_next);
}

/* ---- the world ---- */

struct world {
	struct peer_script script;
	struct peer *mail, *hook;
	char smtp_url[64], hook_url[64];
	struct nrs_transfer_conf conf;
	struct nrs_transfer *transfer;
};

static int
set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct nrs_err err = {0};

	assert_non_null(w);
	w->mail = peer_smtp(&w->script);
	w->hook = peer_http(&w->script);
	(void)snprintf(w->smtp_url, sizeof(w->smtp_url), "smtp://127.0.0.1:%d",
	    peer_port(w->mail));
	(void)snprintf(w->hook_url, sizeof(w->hook_url),
	    "http://127.0.0.1:%d/hook", peer_port(w->hook));
	w->conf = (struct nrs_transfer_conf){.smtp_url = w->smtp_url,
	    .smtp_user = "",
	    .smtp_password = "",
	    .helo = "noroshi.example",
	    .mail_from = "desk@noroshi.example",
	    .ca_file = "",
	    .connect_timeout_ms = TIMEOUT_MS,
	    .mail_timeout_ms = 2 * TIMEOUT_MS,
	    .webhook_timeout_ms = 2 * TIMEOUT_MS,
	    .max_mail = 4,
	    .max_webhook = 4,
	    .webhook_allow = {loopback, 1}};
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, &err), NRS_OK);
	*state = w;
	return 0;
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	nrs_transfer_close(w->transfer);
	peer_close(w->mail);
	peer_close(w->hook);
	free(w);
	return 0;
}

struct waiting {
	bool done;
	struct nrs_transfer_result result;
};

static void
done(void *opaque, const struct nrs_transfer_result *result)
{
	struct waiting *waiting = opaque;

	assert_false(waiting->done);
	waiting->done = true;
	waiting->result = *result;
}

static struct nrs_transfer_job
job_to(enum nrs_channel_type channel, const char *address, const char *body,
    struct waiting *waiting)
{
	memset(waiting, 0, sizeof(*waiting));
	return (struct nrs_transfer_job){.channel = channel,
	    .address = address,
	    .body = {(const uint8_t *)body, strlen(body)},
	    .media_type = "application/json",
	    .id = "0123abcd",
	    .timestamp_s = 1795485600,
	    .done = done,
	    .opaque = waiting};
}

static void
wait_for(struct world *w, const struct waiting *waiting)
{
	struct nrs_mono since = nrs_mono_now();

	while (!waiting->done) {
		assert_true(nrs_mono_since_ms(since) < 10000);
		nrs_transfer_poll(w->transfer, 100, NULL, 0);
	}
}

static struct nrs_transfer_result
send_to(struct world *w, enum nrs_channel_type channel, const char *address)
{
	struct waiting waiting;
	struct nrs_transfer_job job = job_to(channel, address,
	    channel == NRS_CHANNEL_MAIL ? MAIL : "{}", &waiting);
	struct nrs_err err = {0};

	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	wait_for(w, &waiting);
	return waiting.result;
}

static struct nrs_transfer_result
mail(struct world *w)
{
	return send_to(w, NRS_CHANNEL_MAIL, "soc@kitayama.example");
}

static struct nrs_transfer_result
hook(struct world *w)
{
	return send_to(w, NRS_CHANNEL_WEBHOOK, w->hook_url);
}

static void
expect(int line, struct nrs_transfer_result got, enum nrs_transfer_class class,
    enum nrs_failure_reason reason)
{
	if (got.class != class || got.reason != reason)
		fail_msg("line %d: class %d reason %d code %d (%s)", line,
		    (int)got.class, (int)got.reason, got.code, got.detail);
}

/* EXPECT(result, DELIVERED), EXPECT(result, DEFERRED(TIMEOUT)), ... */
#define EXPECT(...) expect(__LINE__, __VA_ARGS__)
#define DELIVERED NRS_TRANSFER_DELIVERED, NRS_FAILURE_UNSPECIFIED
#define DEFERRED(reason) NRS_TRANSFER_DEFERRED, NRS_FAILURE_##reason
#define FAILED(reason) NRS_TRANSFER_FAILED, NRS_FAILURE_##reason
#define AMBIGUOUS(reason) NRS_TRANSFER_AMBIGUOUS, NRS_FAILURE_##reason

/* ---- mail ---- */

static void
a_mail_arrives_byte_for_byte_with_one_recipient(void **state)
{
	struct world *w = *state;

	EXPECT(mail(w), DELIVERED);
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
	struct world *w = *state;
	struct waiting waiting;
	struct nrs_transfer_job job =
	    job_to(NRS_CHANNEL_MAIL, "soc@kitayama.example", MAIL, &waiting);
	char from[] = "bounce+a-1-2-00@noroshi.example";
	struct nrs_err err = {0};

	job.mail_from = "a@x.example>\r\nRCPT TO:<evil@y.example";
	assert_int_equal(
	    nrs_transfer_start(w->transfer, &job, &err), NRS_REJECT);
	job.mail_from = from;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	memset(from, 'x', sizeof(from) - 1);
	wait_for(w, &waiting);
	EXPECT(waiting.result, DELIVERED);
	EXPECT(mail(w), DELIVERED);
	assert_int_equal(
	    peer_count(w->mail, "MAIL FROM:<bounce+a-1-2-00@noroshi.example>"),
	    1);
	assert_int_equal(
	    peer_count(w->mail, "MAIL FROM:<desk@noroshi.example>"), 1);
}

static void
a_connection_is_used_again(void **state)
{
	struct world *w = *state;
	int i;

	for (i = 0; i < 5; i++)
		EXPECT(mail(w), DELIVERED);
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
	struct world *w = *state;
	struct waiting waiting;
	struct nrs_transfer_job job;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		job = job_to(NRS_CHANNEL_MAIL, hostile[i], MAIL, &waiting);
		assert_int_equal(
		    nrs_transfer_start(w->transfer, &job, &err), NRS_REJECT);
		assert_string_equal(err.rule, "mailbox");
	}
	assert_int_equal(peer_connections(w->mail), 0);
	EXPECT(mail(w), DELIVERED);
	assert_int_equal(peer_count(w->mail, "RCPT TO:"), 1);
}

/* F24 */
static void
f24_a_4xx_at_any_stage_is_deferred_and_heals(void **state)
{
	struct world *w = *state;
	peer_line *stages[] = {&w->script.banner, &w->script.ehlo,
	    &w->script.mail, &w->script.rcpt, &w->script.data, &w->script.dot};
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		*stages[i] = "451 4.3.0 later";
		EXPECT(mail(w), DEFERRED(REJECTED));
		*stages[i] = NULL;
	}
	EXPECT(mail(w), DELIVERED);
}

/* F25: what the relay says of this recipient or this message ends it; what it
 * says before it knows either does not. */
static void
f25_a_5xx_ends_a_recipient_only_when_it_is_about_it(void **state)
{
	struct world *w = *state;

	w->script.rcpt = "550 5.1.1 no such user";
	EXPECT(mail(w), FAILED(CONTACT_STALE));
	w->script.rcpt = NULL;
	w->script.data = "554 5.7.1 no";
	EXPECT(mail(w), FAILED(REJECTED));
	w->script.data = NULL;
	w->script.dot = "554 5.6.0 no";
	EXPECT(mail(w), FAILED(REJECTED));
	w->script.dot = NULL;
	w->script.mail = "552 5.3.4 too large";
	EXPECT(mail(w), FAILED(REJECTED));
	w->script.mail = "550 5.7.1 who are you";
	EXPECT(mail(w), DEFERRED(REJECTED));
	w->script.mail = NULL;
	w->script.banner = "554 closed";
	EXPECT(mail(w), DEFERRED(REJECTED));
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
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (nrs_transfer_refusal(rows[i].words) != rows[i].reason)
			fail_msg("%s", rows[i].words);
	w->script.rcpt = "550 5.7.1 not from you";
	EXPECT(mail(w), FAILED(REJECTED));
}

static void
the_peers_last_words_are_kept_printable(void **state)
{
	struct world *w = *state;
	struct nrs_transfer_result result;

	w->script.rcpt = "550 5.1.1 no\033[31m such \001user";
	result = mail(w);
	assert_int_equal(result.code, 550);
	assert_string_equal(result.detail, "550 5.1.1 no[31m such user");
}

/* F26 */
static void
f26_a_hang_before_the_end_is_deferred_in_time(void **state)
{
	struct world *w = *state;
	peer_line *stages[] = {&w->script.banner, &w->script.ehlo,
	    &w->script.mail, &w->script.rcpt, &w->script.data};
	struct nrs_mono since;
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		since = nrs_mono_now();
		*stages[i] = PEER_HANG;
		EXPECT(mail(w), DEFERRED(TIMEOUT));
		*stages[i] = NULL;
		assert_true(nrs_mono_since_ms(since) < 4 * TIMEOUT_MS);
	}
}

/* F27, F28 */
static void
f27_silence_after_the_end_is_ambiguous(void **state)
{
	struct world *w = *state;

	w->script.dot = PEER_HANG;
	EXPECT(mail(w), AMBIGUOUS(TIMEOUT));
	w->script.dot = PEER_DROP;
	EXPECT(mail(w), AMBIGUOUS(UNREACHABLE));
	assert_int_equal(peer_count(w->mail, MAIL), 2);
}

static void
f26_a_drop_before_the_end_is_deferred(void **state)
{
	struct world *w = *state;
	peer_line *stages[] = {&w->script.banner, &w->script.ehlo,
	    &w->script.mail, &w->script.rcpt, &w->script.data};
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		*stages[i] = PEER_DROP;
		EXPECT(mail(w), DEFERRED(UNREACHABLE));
		*stages[i] = NULL;
	}
	assert_int_equal(peer_count(w->mail, MAIL), 0);
}

static void
one_hanging_mail_holds_up_no_other(void **state)
{
	struct world *w = *state;
	struct waiting stuck;
	struct nrs_transfer_job job =
	    job_to(NRS_CHANNEL_MAIL, "stuck@kitayama.example", MAIL, &stuck);
	struct nrs_err err = {0};

	w->script.rcpt = PEER_HANG;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	while (peer_count(w->mail, "RCPT TO:") == 0)
		nrs_transfer_poll(w->transfer, 20, NULL, 0);
	w->script.rcpt = NULL;
	EXPECT(mail(w), DELIVERED);
	assert_false(stuck.done);
	wait_for(w, &stuck);
	EXPECT(stuck.result, DEFERRED(TIMEOUT));
}

/* libcurl's multi interface would wait for the relay, and everybody with it. */
static void
a_relay_that_thinks_about_a_mail_holds_up_nobody(void **state)
{
	struct world *w = *state;
	struct waiting stuck;
	struct nrs_transfer_job job =
	    job_to(NRS_CHANNEL_MAIL, "stuck@kitayama.example", MAIL, &stuck);
	struct nrs_err err = {0};
	struct nrs_mono since;

	w->script.dot = PEER_HANG;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	while (peer_count(w->mail, MAIL) == 0)
		nrs_transfer_poll(w->transfer, 20, NULL, 0);
	w->script.dot = NULL;
	since = nrs_mono_now();
	EXPECT(hook(w), DELIVERED);
	EXPECT(mail(w), DELIVERED);
	assert_true(nrs_mono_since_ms(since) < TIMEOUT_MS);
	assert_false(stuck.done);
	wait_for(w, &stuck);
	EXPECT(stuck.result, AMBIGUOUS(TIMEOUT));
}

/* The late answer to one mail must not be taken for that to the next. */
static void
after_a_timeout_the_connection_is_not_used_again(void **state)
{
	struct world *w = *state;

	w->script.dot = PEER_HANG;
	EXPECT(mail(w), AMBIGUOUS(TIMEOUT));
	w->script.dot = NULL;
	EXPECT(mail(w), DELIVERED);
	assert_int_equal(peer_connections(w->mail), 2);
}

static void
the_end_waits_for_no_relay(void **state)
{
	struct world *w = *state;
	struct waiting stuck;
	struct nrs_transfer_job job =
	    job_to(NRS_CHANNEL_MAIL, "stuck@kitayama.example", MAIL, &stuck);
	struct nrs_err err = {0};
	struct nrs_mono since;

	w->conf.mail_timeout_ms = 60000;
	w->script.dot = PEER_HANG;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	while (peer_count(w->mail, MAIL) == 0)
		nrs_transfer_poll(w->transfer, 20, NULL, 0);
	since = nrs_mono_now();
	nrs_transfer_close(w->transfer);
	w->transfer = NULL;
	assert_true(nrs_mono_since_ms(since) < 5000);
	assert_false(stuck.done);
}

/* F29: the peer offers no STARTTLS. */
static void
f29_required_tls_is_never_stripped(void **state)
{
	struct world *w = *state;

	w->conf.starttls = NRS_STARTTLS_REQUIRED;
	EXPECT(mail(w), DEFERRED(UNREACHABLE));
	assert_int_equal(peer_count(w->mail, "MAIL FROM"), 0);
	w->conf.starttls = NRS_STARTTLS_OPPORTUNISTIC;
	EXPECT(mail(w), DELIVERED);
}

static char certificate[] = "/tmp/noroshi-cert-XXXXXX";

static struct nrs_transfer_result
mail_over_tls(struct world *w, int starttls, const char *name, int days)
{
	certificate_write(certificate, name, days);
	w->script.tls = certificate;
	w->conf.starttls = starttls;
	return mail(w);
}

/* Verified: by an authority of ours, for the relay's name, and in time. */
static void
f29_a_relay_that_cannot_prove_its_name_gets_nothing(void **state)
{
	struct world *w = *state;
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
	struct world *w = *state;
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
	EXPECT(mail(w), DELIVERED);
	assert_int_equal(peer_count(w->mail, "STARTTLS\r\n"), 1);
	(void)unlink(certificate);
}

static void
no_more_than_the_limit_at_a_time(void **state)
{
	struct world *w = *state;
	struct waiting waiting[5];
	struct nrs_transfer_job job;
	struct nrs_err err = {0};
	int i;

	for (i = 0; i < 4; i++) {
		job =
		    job_to(NRS_CHANNEL_MAIL, "a@x.example", MAIL, &waiting[i]);
		assert_int_equal(
		    nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	}
	assert_int_equal(nrs_transfer_room(w->transfer, NRS_CHANNEL_MAIL), 0);
	job = job_to(NRS_CHANNEL_MAIL, "a@x.example", MAIL, &waiting[4]);
	assert_int_equal(
	    nrs_transfer_start(w->transfer, &job, &err), NRS_RETRY);
	for (i = 0; i < 4; i++)
		wait_for(w, &waiting[i]);
	assert_int_equal(nrs_transfer_room(w->transfer, NRS_CHANNEL_MAIL), 4);
}

/* ---- webhooks ---- */

static void
a_webhook_carries_id_and_time(void **state)
{
	struct world *w = *state;

	EXPECT(hook(w), DELIVERED);
	assert_int_equal(peer_count(w->hook, "POST /hook HTTP/1.1\r\n"), 1);
	assert_int_equal(peer_count(w->hook, "webhook-id: 0123abcd\r\n"), 1);
	assert_int_equal(
	    peer_count(w->hook, "webhook-timestamp: 1795485600\r\n"), 1);
	assert_int_equal(
	    peer_count(w->hook, "Content-Type: application/json\r\n"), 1);
	assert_int_equal(peer_count(w->hook, "Expect:"), 0);
	assert_int_equal(peer_count(w->hook, "\r\n\r\n{}"), 1);
}

static void
a_signature_goes_with_the_webhook_that_has_one(void **state)
{
	struct world *w = *state;
	struct waiting waiting;
	struct nrs_transfer_job job =
	    job_to(NRS_CHANNEL_WEBHOOK, w->hook_url, "{}", &waiting);
	char signature[] = "v1,AAAA v1,BBBB";

	EXPECT(hook(w), DELIVERED);
	assert_int_equal(peer_count(w->hook, "webhook-signature:"), 0);
	job.signature = signature;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, NULL), NRS_OK);
	memset(signature, 'x', sizeof(signature) - 1);
	wait_for(w, &waiting);
	EXPECT(waiting.result, DELIVERED);
	assert_int_equal(
	    peer_count(w->hook, "webhook-signature: v1,AAAA v1,BBBB\r\n"), 1);
}

/* F30 */
static void
f30_each_status_has_its_meaning(void **state)
{
	static const struct {
		const char *http;
		enum nrs_transfer_class class;
		enum nrs_failure_reason reason;
		int retry_after_s;
		bool gone;
	} rows[] = {
	    {"HTTP/1.1 204 No Content", DELIVERED, 0, false},
	    {"HTTP/1.1 202 Accepted\r\nContent-Length: 0", DELIVERED, 0, false},
	    {"HTTP/1.1 500 No\r\nContent-Length: 0", DEFERRED(REJECTED), 0,
	        false},
	    {"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 0",
	        DEFERRED(REJECTED), 7, false},
	    {"HTTP/1.1 429 No\r\nRetry-After: 99999\r\nContent-Length: 0",
	        DEFERRED(REJECTED), 3600, false},
	    {"HTTP/1.1 401 No\r\nContent-Length: 0", DEFERRED(REJECTED), 0,
	        false},
	    {"HTTP/1.1 404 No\r\nContent-Length: 0", DEFERRED(CONTACT_STALE), 0,
	        false},
	    {"HTTP/1.1 410 Gone\r\nContent-Length: 0", FAILED(CONTACT_STALE), 0,
	        true},
	    {"HTTP/1.1 422 No\r\nContent-Length: 0", FAILED(REJECTED), 0,
	        false},
	};
	struct world *w = *state;
	struct nrs_transfer_result result;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w->script.http = rows[i].http;
		result = hook(w);
		EXPECT(result, rows[i].class, rows[i].reason);
		assert_int_equal(result.retry_after_s, rows[i].retry_after_s);
		assert_int_equal(result.gone, rows[i].gone);
	}
}

/* F32 */
static void
f32_a_redirect_is_not_followed(void **state)
{
	static char line[128];
	struct world *w = *state;

	(void)snprintf(line, sizeof(line),
	    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/x\r\n"
	    "Content-Length: 0",
	    peer_port(w->mail));
	w->script.http = line;
	EXPECT(hook(w), FAILED(REJECTED));
	assert_int_equal(peer_connections(w->mail), 0);
}

static void
f32_an_address_inside_gets_no_socket(void **state)
{
	struct world *w = *state;
	static const char *const forms[] = {"https://127.0.0.1:%d/",
	    "https://localhost:%d/", "https://[::1]:%d/",
	    "https://[::ffff:127.0.0.1]:%d/", "https://0.0.0.0:%d/"};
	char url[64];
	size_t i;

	w->conf.webhook_allow.n = 0;
	nrs_transfer_close(w->transfer);
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, NULL), NRS_OK);
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(url, sizeof(url), forms[i], peer_port(w->hook));
#pragma GCC diagnostic pop
		EXPECT(send_to(w, NRS_CHANNEL_WEBHOOK, url), FAILED(REJECTED));
	}
	assert_int_equal(peer_connections(w->hook), 0);
}

/* Either the grammar refuses the URL, or the socket is: nothing is sent in any
 * spelling of an address inside, of metadata services above all. */
static void
f32_no_spelling_of_an_address_inside_gets_through(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "127.1", "127.0.1",
	    "2130706433", "0177.0.0.1", "017700000001", "0x7f.0.0.1",
	    "0x7f000001", "127.0.0.1.", "localhost", "localhost.", "LOCALHOST",
	    "0", "0.0.0.0", "0.0.0.0.", "127.255.255.254", "[::1]", "[::]",
	    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
	    "[0:0:0:0:0:ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
	    "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
	    "[2002:7f00:0001::1]", "[2001:0:7f00:1::]", "[fe80::1]",
	    "[fe80::1%lo]", "[fe80::1%25lo]", "[fec0::1]", "[fc00::1]",
	    "[fd00::1]", "[fd00:ec2::254]", "[::ffff:169.254.169.254]",
	    "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]",
	    "169.254.169.254", "169.254.169.254.", "2852039166", "0xa9fea9fe",
	    "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376", "169.16689662",
	    "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
	    "10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.18.0.1",
	    "224.0.0.1", "255.255.255.255", "240.0.0.1", "[ff02::1]",
	    "user@127.0.0.1", "x.example@127.0.0.1", "127.0.0.1#x.example",
	    "127.0.0.1?x.example", "inside.example"};
	struct world *w = *state;
	struct nrs_transfer_job job;
	struct waiting waiting;
	struct nrs_err err;
	char url[128];
	size_t i;

	w->conf.webhook_allow.n = 0;
	nrs_transfer_close(w->transfer);
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, NULL), NRS_OK);
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		(void)snprintf(url, sizeof(url), "https://%s:%d/", hosts[i],
		    peer_port(w->hook));
		job = job_to(NRS_CHANNEL_WEBHOOK, url, "{}", &waiting);
		if (nrs_transfer_start(w->transfer, &job, &err) != NRS_OK)
			continue;
		wait_for(w, &waiting);
		if (waiting.result.class == NRS_TRANSFER_DELIVERED ||
		    waiting.result.class == NRS_TRANSFER_AMBIGUOUS ||
		    waiting.result.reason == NRS_FAILURE_TIMEOUT)
			fail_msg("%s: class %d (%s)", url,
			    (int)waiting.result.class, waiting.result.detail);
	}
	assert_int_equal(peer_connections(w->hook), 0);
}

static void
plain_http_goes_to_allowed_networks_only(void **state)
{
	struct world *w = *state;
	struct waiting waiting;
	struct nrs_transfer_job job =
	    job_to(NRS_CHANNEL_WEBHOOK, w->hook_url, "{}", &waiting);
	static const char *other[] = {"10.9.8.0/24"};
	struct nrs_err err;

	w->conf.webhook_allow = (struct nrs_conf_list){other, 1};
	nrs_transfer_close(w->transfer);
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, &err), NRS_OK);
	EXPECT(hook(w), FAILED(REJECTED));
	w->conf.webhook_allow.n = 0;
	nrs_transfer_close(w->transfer);
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, &err), NRS_OK);
	assert_int_equal(
	    nrs_transfer_start(w->transfer, &job, &err), NRS_REJECT);
	assert_int_equal(peer_connections(w->hook), 0);
}

static void
f32_a_proxy_in_the_environment_is_ignored(void **state)
{
	struct world *w = *state;
	char proxy[64];

	(void)snprintf(
	    proxy, sizeof(proxy), "http://127.0.0.1:%d", peer_port(w->mail));
	assert_int_equal(setenv("http_proxy", proxy, 1), 0);
	assert_int_equal(setenv("ALL_PROXY", proxy, 1), 0);
	EXPECT(hook(w), DELIVERED);
	assert_int_equal(unsetenv("http_proxy"), 0);
	assert_int_equal(unsetenv("ALL_PROXY"), 0);
	assert_int_equal(peer_connections(w->mail), 0);
}

static void
a_url_that_is_none_is_refused(void **state)
{
	static const char *const bad[] = {"file:///etc/passwd",
	    "gopher://127.0.0.1/", "https://a@b.example/",
	    "https://x.example/\r\nHost: y", "ftp://x.example/", ""};
	struct world *w = *state;
	struct waiting waiting;
	struct nrs_transfer_job job;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		job = job_to(NRS_CHANNEL_WEBHOOK, bad[i], "{}", &waiting);
		assert_int_equal(
		    nrs_transfer_start(w->transfer, &job, &err), NRS_REJECT);
	}
}

/* F31 */
static void
a_short_answer_is_kept_whole_and_a_long_one_not_at_all(void **state)
{
	struct world *w = *state;
	char line[2000];

	w->script.http = "HTTP/1.1 200 OK\r\nConnection: "
	                 "close\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n";
	assert_string_equal(hook(w).answer, "{\"a\":1}\n");
	w->script.http = "HTTP/1.1 500 no\r\nConnection: "
	                 "close\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n";
	assert_string_equal(hook(w).answer, "");
	(void)snprintf(line, sizeof(line),
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
	    "513\r\n\r\n%513s",
	    "x");
	w->script.http = line;
	EXPECT(hook(w), DELIVERED);
	assert_string_equal(hook(w).answer, "");
	w->script.http = NULL;
}

static void
f31_hangs_drips_and_floods_end_in_time(void **state)
{
	struct world *w = *state;

	w->script.http = PEER_HANG;
	EXPECT(hook(w), AMBIGUOUS(TIMEOUT));
	w->script.http = PEER_DRIP;
	EXPECT(hook(w), AMBIGUOUS(TIMEOUT));
	w->script.http = PEER_DROP;
	EXPECT(hook(w), AMBIGUOUS(UNREACHABLE));
	/* It said 200: the rest of its answer is its own affair. */
	w->script.http = PEER_FLOOD;
	EXPECT(hook(w), DELIVERED);
}

/* A kept connection that the endpoint closed meanwhile: libcurl would send
 * again by itself, and nobody would know. */
static void
a_repeat_is_never_hidden(void **state)
{
	struct world *w = *state;

	EXPECT(hook(w), DELIVERED);
	w->script.http = PEER_DROP;
	EXPECT(hook(w), AMBIGUOUS(UNREACHABLE));
	assert_int_equal(peer_count(w->hook, "POST "), 2);
}

/* A name server that is away must hold up its own webhook only. */
static void
a_name_that_is_not_answered_holds_up_nobody(void **state)
{
	struct world *w = *state;
	struct waiting stuck;
	struct nrs_transfer_job job =
	    job_to(NRS_CHANNEL_WEBHOOK, "https://slow.example/", "{}", &stuck);
	struct nrs_mono since = nrs_mono_now();
	struct nrs_err err;

	atomic_store(&slow_over, false);
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	wait_for(w, &stuck);
	assert_true(atomic_load(&slow_asked));
	EXPECT(stuck.result, DEFERRED(TIMEOUT));
	assert_true(nrs_mono_since_ms(since) < 3 * TIMEOUT_MS);
	EXPECT(hook(w), DELIVERED);
	atomic_store(&slow_over, true);
}

/* What got through by another address was delivered. */
static void
f32_one_address_inside_does_not_spoil_the_other(void **state)
{
	struct world *w = *state;
	char url[64];

	(void)snprintf(url, sizeof(url), "http://mixed.example:%d/hook",
	    peer_port(w->hook));
	EXPECT(send_to(w, NRS_CHANNEL_WEBHOOK, url), DELIVERED);
	assert_int_equal(peer_count(w->hook, "POST /hook"), 1);
	w->script.http = PEER_HANG;
	EXPECT(send_to(w, NRS_CHANNEL_WEBHOOK, url), AMBIGUOUS(TIMEOUT));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
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
	    CASE(after_a_timeout_the_connection_is_not_used_again),
	    CASE(the_end_waits_for_no_relay),
	    CASE(f29_required_tls_is_never_stripped),
	    CASE(f29_a_relay_that_cannot_prove_its_name_gets_nothing),
	    CASE(opportunistic_tls_takes_any_certificate),
	    CASE(no_more_than_the_limit_at_a_time),
	    CASE(a_webhook_carries_id_and_time),
	    CASE(a_signature_goes_with_the_webhook_that_has_one),
	    CASE(f30_each_status_has_its_meaning),
	    CASE(f32_a_redirect_is_not_followed),
	    CASE(f32_an_address_inside_gets_no_socket),
	    CASE(f32_no_spelling_of_an_address_inside_gets_through),
	    CASE(plain_http_goes_to_allowed_networks_only),
	    CASE(f32_a_proxy_in_the_environment_is_ignored),
	    CASE(a_url_that_is_none_is_refused),
	    CASE(a_name_that_is_not_answered_holds_up_nobody),
	    CASE(f32_one_address_inside_does_not_spoil_the_other),
	    CASE(a_short_answer_is_kept_whole_and_a_long_one_not_at_all),
	    CASE(f31_hangs_drips_and_floods_end_in_time),
	    CASE(a_repeat_is_never_hidden),
	};

	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
