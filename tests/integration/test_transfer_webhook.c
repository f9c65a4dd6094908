/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint may do with a webhook, and where none is sent. */
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
#include "support/sending.h"

/* ---- names ---- */

/* Names of ours; libcurl asks here instead of libc. "inside.example" is us;
 * "slow.example" has a server that does not answer; "mixed.example" has an
 * address inside and one that is allowed. */
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
		       nrs_mono_since_ms(since) < SENDING_PATIENCE_MS)
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

/* ---- webhooks ---- */

static void
a_webhook_carries_id_and_time(void **state)
{
	struct sending *w = *state;

	EXPECT(sending_hook(w), DELIVERED);
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
	struct sending *w = *state;
	struct sent waiting;
	struct nrs_transfer_job job =
	    sending_job(NRS_CHANNEL_WEBHOOK, w->hook_url, "{}", &waiting);
	char signature[] = "v1,AAAA v1,BBBB";

	EXPECT(sending_hook(w), DELIVERED);
	assert_int_equal(peer_count(w->hook, "webhook-signature:"), 0);
	job.signature = signature;
	assert_int_equal(nrs_transfer_start(w->transfer, &job, NULL), NRS_OK);
	memset(signature, 'x', sizeof(signature) - 1);
	sending_wait(w, &waiting);
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
	struct sending *w = *state;
	struct nrs_transfer_result result;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w->script.http = rows[i].http;
		result = sending_hook(w);
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
	struct sending *w = *state;

	(void)snprintf(line, sizeof(line),
	    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/x\r\n"
	    "Content-Length: 0",
	    peer_port(w->mail));
	w->script.http = line;
	EXPECT(sending_hook(w), FAILED(REJECTED));
	assert_int_equal(peer_connections(w->mail), 0);
}

static void
f32_an_address_inside_gets_no_socket(void **state)
{
	struct sending *w = *state;
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
		EXPECT(
		    sending_to(w, NRS_CHANNEL_WEBHOOK, url), FAILED(REJECTED));
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
	struct sending *w = *state;
	struct nrs_transfer_job job;
	struct sent waiting;
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
		job = sending_job(NRS_CHANNEL_WEBHOOK, url, "{}", &waiting);
		if (nrs_transfer_start(w->transfer, &job, &err) != NRS_OK)
			continue;
		sending_wait(w, &waiting);
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
	struct sending *w = *state;
	struct sent waiting;
	struct nrs_transfer_job job =
	    sending_job(NRS_CHANNEL_WEBHOOK, w->hook_url, "{}", &waiting);
	static const char *other[] = {"10.9.8.0/24"};
	struct nrs_err err;

	w->conf.webhook_allow = (struct nrs_conf_list){other, 1};
	nrs_transfer_close(w->transfer);
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, &err), NRS_OK);
	EXPECT(sending_hook(w), FAILED(REJECTED));
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
	struct sending *w = *state;
	char proxy[64];

	(void)snprintf(
	    proxy, sizeof(proxy), "http://127.0.0.1:%d", peer_port(w->mail));
	assert_int_equal(setenv("http_proxy", proxy, 1), 0);
	assert_int_equal(setenv("ALL_PROXY", proxy, 1), 0);
	EXPECT(sending_hook(w), DELIVERED);
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
	struct sending *w = *state;
	struct sent waiting;
	struct nrs_transfer_job job;
	struct nrs_err err;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		job = sending_job(NRS_CHANNEL_WEBHOOK, bad[i], "{}", &waiting);
		assert_int_equal(
		    nrs_transfer_start(w->transfer, &job, &err), NRS_REJECT);
	}
}

/* F31 */
static void
a_short_answer_is_kept_whole_and_a_long_one_not_at_all(void **state)
{
	struct sending *w = *state;
	char line[2000];

	w->script.http = "HTTP/1.1 200 OK\r\nConnection: "
	                 "close\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n";
	assert_string_equal(sending_hook(w).answer, "{\"a\":1}\n");
	w->script.http = "HTTP/1.1 500 no\r\nConnection: "
	                 "close\r\nContent-Length: 8\r\n\r\n{\"a\":1}\n";
	assert_string_equal(sending_hook(w).answer, "");
	(void)snprintf(line, sizeof(line),
	    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
	    "513\r\n\r\n%513s",
	    "x");
	w->script.http = line;
	EXPECT(sending_hook(w), DELIVERED);
	assert_string_equal(sending_hook(w).answer, "");
	w->script.http = NULL;
}

static void
f31_hangs_drips_and_floods_end_in_time(void **state)
{
	struct sending *w = *state;

	sending_hurry(w, SENDING_HURRY_MS);
	w->script.http = PEER_HANG;
	EXPECT(sending_hook(w), AMBIGUOUS(TIMEOUT));
	w->script.http = PEER_DRIP;
	EXPECT(sending_hook(w), AMBIGUOUS(TIMEOUT));
	sending_hurry(w, SENDING_PATIENCE_MS);
	w->script.http = PEER_DROP;
	EXPECT(sending_hook(w), AMBIGUOUS(UNREACHABLE));
	/* It said 200: the rest of its answer is its own affair. */
	w->script.http = PEER_FLOOD;
	EXPECT(sending_hook(w), DELIVERED);
}

/* A kept connection that the endpoint closed meanwhile: libcurl would send
 * again by itself, and nobody would know. */
static void
a_repeat_is_never_hidden(void **state)
{
	struct sending *w = *state;

	EXPECT(sending_hook(w), DELIVERED);
	w->script.http = PEER_DROP;
	EXPECT(sending_hook(w), AMBIGUOUS(UNREACHABLE));
	assert_int_equal(peer_count(w->hook, "POST "), 2);
}

/* A name server that is away must hold up its own webhook only. */
static void
a_name_that_is_not_answered_holds_up_nobody(void **state)
{
	struct sending *w = *state;
	struct sent stuck;
	struct nrs_transfer_job job = sending_job(
	    NRS_CHANNEL_WEBHOOK, "https://slow.example/", "{}", &stuck);
	struct nrs_err err;

	atomic_store(&slow_over, false);
	sending_hurry(w, SENDING_HURRY_MS);
	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	sending_hurry(w, SENDING_PATIENCE_MS);
	sending_wait(w, &stuck);
	assert_true(atomic_load(&slow_asked));
	EXPECT(stuck.result, DEFERRED(TIMEOUT));
	EXPECT(sending_hook(w), DELIVERED);
	atomic_store(&slow_over, true);
}

/* What got through by another address was delivered. */
static void
f32_one_address_inside_does_not_spoil_the_other(void **state)
{
	struct sending *w = *state;
	char url[64];

	(void)snprintf(url, sizeof(url), "http://mixed.example:%d/hook",
	    peer_port(w->hook));
	EXPECT(sending_to(w, NRS_CHANNEL_WEBHOOK, url), DELIVERED);
	assert_int_equal(peer_count(w->hook, "POST /hook"), 1);
	w->script.http = PEER_HANG;
	sending_hurry(w, SENDING_HURRY_MS);
	EXPECT(sending_to(w, NRS_CHANNEL_WEBHOOK, url), AMBIGUOUS(TIMEOUT));
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, sending_open, sending_close)
	const struct CMUnitTest tests[] = {
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

	return cmocka_run_group_tests_name(
	    "transfer_webhook", tests, NULL, NULL);
}
