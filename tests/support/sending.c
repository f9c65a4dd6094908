/* SPDX-License-Identifier: Apache-2.0 */
#include "support/sending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "noroshi/base/clock.h"

static const char *loopback[] = {"127.0.0.0/8"};

int
sending_open(void **state)
{
	struct sending *w = calloc(1, sizeof(*w));
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
	    .max_mail = 4,
	    .max_webhook = 4,
	    .webhook_allow = {loopback, 1}};
	sending_hurry(w, SENDING_PATIENCE_MS);
	assert_int_equal(
	    nrs_transfer_open(&w->conf, &w->transfer, &err), NRS_OK);
	*state = w;
	return 0;
}

void
sending_hurry(struct sending *w, int ms)
{
	w->conf.connect_timeout_ms = ms;
	w->conf.mail_timeout_ms = 2 * ms;
	w->conf.webhook_timeout_ms = 2 * ms;
}

int
sending_close(void **state)
{
	struct sending *w = *state;

	nrs_transfer_close(w->transfer);
	peer_close(w->mail);
	peer_close(w->hook);
	free(w);
	return 0;
}

static void
done(void *opaque, const struct nrs_transfer_result *result)
{
	struct sent *sent = opaque;

	assert_false(sent->done);
	sent->done = true;
	sent->result = *result;
}

struct nrs_transfer_job
sending_job(enum nrs_channel_type channel, const char *address,
    const char *body, struct sent *sent)
{
	memset(sent, 0, sizeof(*sent));
	return (struct nrs_transfer_job){.channel = channel,
	    .address = address,
	    .body = {(const uint8_t *)body, strlen(body)},
	    .media_type = "application/json",
	    .id = "0123abcd",
	    .timestamp_s = 1795485600,
	    .done = done,
	    .opaque = sent};
}

void
sending_wait(struct sending *w, const struct sent *sent)
{
	struct nrs_mono since = nrs_mono_now();

	while (!sent->done) {
		assert_true(nrs_mono_since_ms(since) < SENDING_PATIENCE_MS);
		nrs_transfer_poll(w->transfer, 100, NULL, 0);
	}
}

struct nrs_transfer_result
sending_to(
    struct sending *w, enum nrs_channel_type channel, const char *address)
{
	struct sent sent;
	struct nrs_transfer_job job = sending_job(channel, address,
	    channel == NRS_CHANNEL_MAIL ? SENDING_MAIL : "{}", &sent);
	struct nrs_err err = {0};

	assert_int_equal(nrs_transfer_start(w->transfer, &job, &err), NRS_OK);
	sending_wait(w, &sent);
	return sent.result;
}

struct nrs_transfer_result
sending_mail(struct sending *w)
{
	return sending_to(w, NRS_CHANNEL_MAIL, "soc@kitayama.example");
}

struct nrs_transfer_result
sending_hook(struct sending *w)
{
	return sending_to(w, NRS_CHANNEL_WEBHOOK, w->hook_url);
}

void
sending_expect(int line, struct nrs_transfer_result got,
    enum nrs_transfer_class class, enum nrs_failure_reason reason)
{
	if (got.class != class || got.reason != reason)
		fail_msg("line %d: class %d reason %d code %d (%s)", line,
		    (int)got.class, (int)got.reason, got.code, got.detail);
}
