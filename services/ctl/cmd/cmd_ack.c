/* SPDX-License-Identifier: Apache-2.0 */
/* ack: confirm receipt for a recipient: at the dispatcher's listener with the
 * recipient's own token, or on the bus by who may write receipts. */
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/gather.h"
#include "ctl/text.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/text.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/client.h"
#include "noroshi/io/json.h"
#include "noroshi/io/wire.h"

#define TIMEOUT_MS 30000
#define RELAYED_MAX 1000000
#define LINK_PATH "/ack/"

/* ---- what is said ---- */

static enum nrs_rc
read_relayed(const char *text, struct nrs_receipt *said, struct nrs_err *err)
{
	char *end = NULL;
	long n = strtol(text, &end, 10), of = -1;

	if (end != text && *end == '/')
		of = strtol(end + 1, &end, 10);
	if (*end != '\0' || n < 0 || of < n || of < 1 || of > RELAYED_MAX)
		return nrs_refuse(err, "", "usage",
		    "--relayed is N/M: passed on to N of M members, not "
		    "\"%s\"",
		    text);
	said->relayed = (uint32_t)n;
	said->relayed_of = (uint32_t)of;
	return NRS_OK;
}

static enum nrs_rc
read_answer(struct ctl *ctl, struct nrs_receipt *said, struct nrs_err *err)
{
	const char *response = ctl_opt(ctl, CTL_OPT_RESPONSE);
	const char *relayed = ctl_opt(ctl, CTL_OPT_RELAYED);
	int value = NRS_RESPONSE_UNSPECIFIED;

	*said = (struct nrs_receipt){0};
	if (response != NULL &&
	    (!nrs_term_parse(NRS_VOC_RESPONSE, response, &value) ||
	        value == NRS_RESPONSE_UNSPECIFIED))
		return nrs_refuse(err, "", "usage",
		    "--response is NOT_AFFECTED, AFFECTED, MITIGATED or "
		    "INVESTIGATING, not \"%s\"",
		    response);
	said->response = (enum nrs_response)value;
	said->state = value == NRS_RESPONSE_UNSPECIFIED ? NRS_STATE_ACKNOWLEDGED
	                                                : NRS_STATE_RESPONDED;
	return relayed == NULL ? NRS_OK : read_relayed(relayed, said, err);
}

static void
print(struct ctl *ctl, const struct nrs_receipt *r)
{
	struct ctl_out *out = ctl->out;

	ctl_out_begin(out, CTL_BLOCK);
	ctl_out_str(out, "notice_id", r->notice_id);
	ctl_out_str(out, "subscriber_id",
	    r->subscriber_id == NULL ? "" : r->subscriber_id);
	ctl_out_term(out, "channel", NRS_VOC_CHANNEL_TYPE, (int)r->channel);
	ctl_out_term(out, "state", NRS_VOC_DELIVERY_STATE, (int)r->state);
	if (r->response != NRS_RESPONSE_UNSPECIFIED)
		ctl_out_term(
		    out, "response", NRS_VOC_RESPONSE, (int)r->response);
	if (r->relayed_of != 0) {
		ctl_out_int(out, "relayed", r->relayed);
		ctl_out_int(out, "relayed_of", r->relayed_of);
	}
	ctl_out_end(out);
}

/* ---- with a token, at the listener ---- */

/* A whole link, or a token under the configured URL; "-": from stdin, so that
 * no list of processes shows it. */
static enum nrs_rc
link_of(
    struct ctl *ctl, const char *token, const char **out, struct nrs_err *err)
{
	struct nrs_bytes text;
	enum nrs_rc rc;

	if (strcmp(token, "-") == 0) {
		rc = ctl_text_read(ctl->arena, NULL, &text, err);
		if (rc != NRS_OK)
			return rc;
		token = (const char *)text.data;
		token = nrs_arena_strndup(
		    ctl->arena, token, strcspn(token, " \t\r\n"));
	}
	*out = token;
	if (strstr(token, "://") == NULL && ctl->conf.ack[0] == '\0')
		return nrs_refuse(err, "", "usage",
		    "--token is the whole link, or set ack in the "
		    "configuration to the URL before " LINK_PATH);
	if (strstr(token, "://") == NULL)
		*out = nrs_arena_printf(
		    ctl->arena, "%s" LINK_PATH "%s", ctl->conf.ack, token);
	return nrs_text_url(*out, err);
}

static enum nrs_rc
judge(const struct nrs_client_answer *answer, struct nrs_err *err)
{
	if (answer->status == 200)
		return NRS_OK;
	if (strstr(nrs_buf_str(&answer->body), "\"not-addressed\"") != NULL)
		return nrs_refuse(err, "", "not-addressed",
		    "the notice was not addressed to whose token this is");
	if (answer->status == 404 || answer->status == 410)
		return nrs_refuse(
		    err, "token", "token", "the token is not accepted");
	if (answer->status == 400)
		return nrs_refuse(
		    err, "", "answer", "the answer is not accepted");
	return nrs_fail(err, NRS_RETRY,
	    "the listener says %d: nothing is recorded yet, try again",
	    answer->status);
}

static enum ctl_exit
ack_by_token(struct ctl *ctl, struct nrs_receipt *said, const char *token)
{
	struct nrs_client_request request = {.method = "POST",
	    .type = "application/json",
	    .timeout_ms = TIMEOUT_MS,
	    .max_answer = 65536};
	struct nrs_client_answer answer = {0};
	struct nrs_receipt body = *said;
	struct nrs_buf json = {0};
	struct nrs_err err = {0};
	enum nrs_rc rc = link_of(ctl, token, &request.url, &err);
	enum ctl_exit code = CTL_DONE;

	said->notice_id = body.notice_id =
	    ctl->args.n_words > 0 ? ctl->args.words[0] : "";
	body.state = NRS_STATE_UNSPECIFIED;
	nrs_json_encode(&json, NRS_TYPE_RECEIPT, &body);
	request.body = (struct nrs_bytes){(const uint8_t *)json.data, json.len};
	if (rc == NRS_OK)
		rc = nrs_client_call(&request, &answer, &err);
	if (rc == NRS_OK)
		rc = judge(&answer, &err);
	if (rc == NRS_OK)
		print(ctl, said);
	else if (strcmp(err.rule, "usage") == 0)
		code = ctl_misused(ctl, &err);
	else
		code = ctl_failed(rc, &err);
	nrs_buf_fini(&answer.body);
	nrs_buf_fini(&json);
	return rc == NRS_RETRY ? CTL_UNKNOWN : code;
}

/* ---- on the bus ---- */

struct acking {
	struct ctl *ctl;
	const char *id, *who;
	struct nrs_receipt said;
	struct ctl_notices notices;
	struct ctl_gather *gather;
	struct nrs_producer *producer;
	const char *by;
};

static const char *
who_am_i(struct nrs_arena *arena)
{
	const struct passwd *me = getpwuid(getuid());

	if (me == NULL || !nrs_text_is_id(me->pw_name, 64))
		return nrs_arena_printf(arena, "ctl:%ld", (long)getuid());
	return nrs_arena_printf(arena, "ctl:%s", me->pw_name);
}

/* Where the recipient's receipts are: the partition of its deliveries. */
static enum nrs_rc
partition_of(struct acking *a, int *out, struct nrs_err *err)
{
	const struct nrs_bytes key = {(const uint8_t *)a->who, strlen(a->who)};
	struct nrs_reader *reader = NULL;
	int n = 0;
	enum nrs_rc rc = nrs_reader_open(&a->ctl->conf.bus, &reader, err);

	if (rc == NRS_OK)
		rc = nrs_reader_partitions(
		    reader, NRS_TOPIC_RECEIPT_ALERT, &n, err);
	nrs_reader_close(reader);
	if (rc == NRS_OK && n == 0)
		rc = nrs_refuse(err, "", "not-found", "there is no topic %s",
		    NRS_TOPIC_RECEIPT_ALERT);
	if (rc == NRS_OK)
		*out = nrs_bus_partition(key, n);
	return rc;
}

static struct nrs_receipt
receipt_of(struct acking *a, const struct ctl_delivery *d)
{
	const struct ctl_notice *notice = nrs_map_get(a->notices.by_id, a->id);
	struct nrs_receipt receipt = a->said;

	receipt.key = d->key;
	receipt.notice_id = d->notice_id;
	receipt.thread_id = notice->thread_id;
	receipt.revision = d->revision;
	receipt.stage = d->stage;
	receipt.at = nrs_wall_ms();
	receipt.mode = ctl_mode(a->ctl);
	receipt.subscriber_id = d->subscriber_id;
	receipt.channel = d->channel;
	receipt.delivery_offset = d->planned ? d->offset : -1;
	receipt.accepted_at = d->accepted_at;
	receipt.purpose = d->purpose;
	receipt.by = a->by;
	return receipt;
}

static bool
is_known(const struct acking *a)
{
	const struct ctl_notice *n = nrs_map_get(a->notices.by_id, a->id);

	return ctl_ledger_count(ctl_gather_ledger(a->gather)) > 0 ||
	       (n != NULL && n->thread_id[0] != '\0');
}

/* For each channel of the recipient: it has confirmed, not one mailbox. */
static enum nrs_rc
append_all(struct acking *a, int partition, struct nrs_err *err)
{
	const struct ctl_ledger *ledger = ctl_gather_ledger(a->gather);
	struct nrs_outgoing out = {
	    .topic = NRS_TOPIC_RECEIPT_ALERT, .partition = partition};
	const struct ctl_delivery *d;
	struct nrs_receipt receipt;
	enum nrs_rc rc = NRS_OK;
	size_t i, n = 0;

	for (i = 0; i < ctl_ledger_count(ledger) && rc == NRS_OK; i++) {
		d = ctl_ledger_at(ledger, i);
		if (strcmp(d->subscriber_id, a->who) != 0 ||
		    d->purpose != NRS_PURPOSE_ALERT)
			continue;
		receipt = receipt_of(a, d);
		out.key = d->key;
		out.value =
		    nrs_wire_encode(a->ctl->arena, NRS_TYPE_RECEIPT, &receipt);
		rc = nrs_producer_send_wait(
		    a->producer, &out, TIMEOUT_MS, NULL, err);
		if (rc == NRS_OK)
			print(a->ctl, &receipt);
		n++;
	}
	if (rc != NRS_OK || n > 0)
		return rc;
	if (!is_known(a))
		return nrs_refuse(
		    err, "", "not-found", "%s: no such notice", a->id);
	return nrs_refuse(err, "as", "not-addressed",
	    "%s was not addressed to %s", a->id, a->who);
}

static enum nrs_rc
run_on_bus(struct acking *a, struct nrs_err *err)
{
	static const char *const topics[] = {NRS_TOPIC_RECEIPT_ALERT};
	enum nrs_rc rc = ctl_notices_find(a->ctl, a->id, &a->notices, err);
	int partition = 0;

	if (rc == NRS_OK)
		rc = ctl_gather_open(a->ctl, &a->notices, &a->gather, err);
	if (rc == NRS_OK)
		rc = ctl_gather_to_end(a->gather, err);
	if (rc == NRS_OK)
		rc = partition_of(a, &partition, err);
	if (rc == NRS_OK)
		rc = nrs_producer_open(
		    &a->ctl->conf.bus, topics, 1, &a->producer, err);
	return rc == NRS_OK ? append_all(a, partition, err) : rc;
}

static enum ctl_exit
ack_on_bus(struct ctl *ctl, const struct nrs_receipt *said)
{
	struct acking a = {.ctl = ctl,
	    .id = ctl->args.words[0],
	    .who = ctl_opt(ctl, CTL_OPT_AS),
	    .said = *said,
	    .by = who_am_i(ctl->arena)};
	struct nrs_err err = {0};
	enum nrs_rc rc = run_on_bus(&a, &err);
	enum ctl_exit code = rc == NRS_OK ? CTL_DONE : ctl_failed(rc, &err);

	/* Twice is harmless: the highest state is what is true. */
	if (rc == NRS_RETRY && a.producer != NULL)
		code = CTL_UNKNOWN;
	nrs_producer_close(a.producer);
	ctl_gather_close(a.gather);
	ctl_notices_fini(&a.notices);
	return code;
}

enum ctl_exit
ctl_cmd_ack(struct ctl *ctl)
{
	const char *token = ctl_opt(ctl, CTL_OPT_TOKEN);
	struct nrs_receipt said;
	struct nrs_err err = {0};
	enum nrs_rc rc = read_answer(ctl, &said, &err);

	if (rc == NRS_OK && token == NULL && ctl->args.n_words == 0)
		rc = nrs_refuse(
		    &err, "", "usage", "ack needs the notice's ID, or --token");
	if (rc == NRS_OK && token == NULL && ctl_opt(ctl, CTL_OPT_AS) == NULL)
		rc = nrs_refuse(&err, "", "usage",
		    "for whom? give --as SUBSCRIBER, or --token");
	if (rc == NRS_OK && token != NULL && ctl_opt(ctl, CTL_OPT_AS) != NULL)
		rc = nrs_refuse(&err, "", "usage",
		    "a token says whose it is: --as is for the bus");
	if (rc != NRS_OK)
		return ctl_misused(ctl, &err);
	return token != NULL ? ack_by_token(ctl, &said, token)
	                     : ack_on_bus(ctl, &said);
}
