/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dispatcher/ack/ack_call.h"
#include "noroshi/base/log.h"
#include "noroshi/io/json.h"

#define RETRY_AFTER_S 5

bool
ack_is_json(const struct ack_call *c, const char *header)
{
	static const char json[] = "application/json";
	const char *value = nrs_http_header(c->req, header);

	return value != NULL && strncmp(value, json, strlen(json)) == 0;
}

static bool
wants_json(const struct ack_call *c)
{
	return ack_is_json(c, "Content-Type") || ack_is_json(c, "Accept");
}

static void
begin_reply(const struct ack_call *c, int status)
{
	c->reply->status = status;
	c->reply->type =
	    wants_json(c) ? "application/json" : "text/html; charset=utf-8";
	c->reply->fields = ack_page_fields(&c->reply->n_fields);
}

void
ack_reply_words(const struct ack_call *c, int status, enum ack_words words)
{
	begin_reply(c, status);
	if (wants_json(c))
		ack_json_words(words, &c->reply->body);
	else
		ack_page_words(words, &c->reply->body);
}

void
ack_reply_refused(const struct ack_call *c, const struct nrs_err *why)
{
	nrs_metric_add(c->ack->refused, 1);
	ack_reply_words(c, strcmp(why->rule, "expired") == 0 ? 410 : 404,
	    ACK_WORDS_INVALID);
}

void
ack_reply_later(const struct ack_call *c, const struct nrs_err *why)
{
	nrs_metric_add(c->ack->unavailable, 1);
	nrs_log(NRS_LOG_WARN, "not_acknowledged",
	    NRS_S("subscriber", c->token.subscriber_id),
	    NRS_S("why", why->text));
	ack_reply_words(c, 503, ACK_WORDS_LATER);
	c->reply->retry_after_s = RETRY_AFTER_S;
}

void
ack_reply_page(const struct ack_call *c, const struct ack_notice *notice,
    const struct dispatcher_answer *said)
{
	const struct ack_page page = {.english = c->token.english,
	    .notice = notice,
	    .may_relay = c->token.kind == NRS_SUBSCRIBER_CEPTOAR,
	    .said = said};

	begin_reply(c, 200);
	ack_page_notice(&page, &c->reply->body);
}

void
ack_reply_recorded(const struct ack_call *c, const struct ack_notice *notice)
{
	const struct nrs_receipt said = {.notice_id = notice->notice_id,
	    .state = ack_state_of(&c->answer),
	    .response = c->answer.response,
	    .relayed = c->answer.relayed,
	    .relayed_of = c->answer.relayed_of};

	if (!wants_json(c)) {
		ack_reply_page(c, notice, &c->answer);
		return;
	}
	begin_reply(c, 200);
	nrs_json_encode(&c->reply->body, NRS_TYPE_RECEIPT, &said);
	nrs_buf_addc(&c->reply->body, '\n');
}
