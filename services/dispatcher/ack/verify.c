/* SPDX-License-Identifier: Apache-2.0 */
/* Lane: from a subscription with an address that nobody has proven yet to a
 * mail with the link that proves it. It goes the way of alerts; what it asks
 * for is answered at the listener (ack.c). */
#include <string.h>

#include "dispatcher/ack/ack_token.h"
#include "dispatcher/duty/duty.h"
#include "dispatcher/subs.h"
#include "noroshi/base/log.h"
#include "noroshi/core/phrase.h"
#include "noroshi/core/render.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/pipe.h"
#include "noroshi/io/subscription.h"

#define BATCH_MAX 100
#define GIVE_UP_MS (INT64_C(7) * 24 * 60 * 60 * 1000)
#define HEX_BYTES 8 /* of a hash, that tell one address from another */

struct verify_lane {
	struct dispatcher *d;
	struct nrs_service_ctx *ctx;
	const struct nrs_lane *lane;
	struct nrs_arena *arena; /* of the open transaction */
	struct dispatcher_subs *subs;
	int n_partitions;
	struct nrs_metric *mails;
};

/* ---- one mail ---- */

struct asking {
	struct verify_lane *l;
	const struct nrs_subscription *sub;
	const struct nrs_channel *channel;
	uint8_t sha256[NRS_SHA256_SIZE];
};

static const char *
link_of(const struct asking *a)
{
	struct dispatcher *d = a->l->d;
	struct nrs_token_keys keys;
	struct nrs_token token = {.use = NRS_TOKEN_VERIFY,
	    .mode = NRS_MODE_ACTUAL,
	    .english = strcmp(a->sub->lang, "en") == 0,
	    .kind = a->sub->kind,
	    .channel = a->channel->type,
	    .expires_at = a->sub->updated_at + d->conf->ack.validity_ms,
	    .subscriber_id = a->sub->subscriber_id};

	memcpy(token.key, a->sha256, sizeof(token.key));
	(void)pthread_mutex_lock(&d->lock);
	keys = d->policy->tokens;
	(void)pthread_mutex_unlock(&d->lock);
	return nrs_arena_printf(a->l->arena, "%s" DISPATCHER_VERIFY_PATH "%s",
	    d->conf->ack.url, nrs_token_make(a->l->arena, &keys, &token));
}

static struct nrs_rendered
say(const struct asking *a)
{
	const bool en = strcmp(a->sub->lang, "en") == 0;

	return (struct nrs_rendered){
	    .subject = nrs_phrase(NRS_PHRASE_CONTACT_SUBJECT, en),
	    .text_head = "",
	    .text = nrs_arena_printf(a->l->arena,
	        "%s\n\n%s\n\n%s\n\n%s\n\n%s\n",
	        nrs_render_greeting(a->l->arena, a->sub->name, a->sub->lang),
	        nrs_phrase(NRS_PHRASE_CONTACT_ASK, en), link_of(a),
	        nrs_phrase(NRS_PHRASE_CONTACT_ELSE, en), a->l->d->conf->sender),
	    .html_head = "",
	    .html_meta = "",
	    .html = "",
	};
}

static void
send(struct asking *a, struct nrs_delivery_batch *batch, struct nrs_txn *txn)
{
	struct nrs_arena *arena = a->l->arena;
	const char *id = a->sub->subscriber_id;
	struct nrs_bus_header *headers =
	    nrs_arena_array(arena, DISPATCHER_OWN_HEADERS, sizeof(*headers));

	batch->deliveries[0].subscriber_id = id;
	dispatcher_own_headers(batch, headers);
	nrs_txn_send(txn,
	    &(struct nrs_outgoing){.topic = NRS_TOPIC_DELIVERY_ALERT,
	        .partition = nrs_bus_partition(
	            (struct nrs_bytes){(const uint8_t *)id, strlen(id)},
	            a->l->n_partitions),
	        .key = {(const uint8_t *)batch->thread_id,
	            strlen(batch->thread_id)},
	        .value = nrs_wire_encode(arena, NRS_TYPE_DELIVERY_BATCH, batch),
	        .headers = headers,
	        .n_headers = DISPATCHER_OWN_HEADERS});
	nrs_metric_add(a->l->mails, 1);
}

/* Once for each time that the subscription was stored. */
static void
ask(struct verify_lane *l, const struct nrs_subscription *sub,
    const struct nrs_channel *channel, struct nrs_txn *txn)
{
	struct asking a = {.l = l, .sub = sub, .channel = channel};
	struct nrs_delivery_batch *batch =
	    nrs_arena_alloc(l->arena, sizeof(*batch));
	const struct nrs_conf_list addresses = {
	    (const char *[]){channel->address}, 1};
	char hex[2 * HEX_BYTES + 1];
	struct nrs_rendered said;
	struct nrs_err err = {0};

	nrs_roster_address_sha256(channel->address, a.sha256);
	said = say(&a);
	const struct dispatcher_own_mail mail = {
	    .purpose = NRS_PURPOSE_DUTY,
	    .id = nrs_arena_printf(l->arena, "verify.%s.%s.%lld",
	        sub->subscriber_id, nrs_hex(a.sha256, HEX_BYTES, hex),
	        (long long)sub->updated_at),
	    .at = sub->updated_at,
	    .give_up_at = sub->updated_at + GIVE_UP_MS,
	    .lang = strcmp(sub->lang, "en") == 0 ? "en" : "ja",
	    .addresses = &addresses,
	    .said = &said,
	};

	if (dispatcher_own_batch(l->d, l->arena, &mail, batch, &err) == NRS_OK)
		send(&a, batch, txn);
	else
		nrs_log(NRS_LOG_ERROR, "contact_not_asked",
		    NRS_S("subscriber", sub->subscriber_id),
		    NRS_S("why", err.text));
}

/* ---- records ---- */

static void
ask_all(struct verify_lane *l, const struct nrs_subscription *sub,
    struct nrs_txn *txn)
{
	const struct nrs_roster *roster = dispatcher_subs_roster(l->subs);
	const struct nrs_channel *second = sub->second_contact;
	size_t i;

	for (i = 0; i < sub->n_channels; i++)
		if (nrs_roster_waits(
		        roster, sub->subscriber_id, &sub->channels[i]))
			ask(l, sub, &sub->channels[i], txn);
	if (second != NULL &&
	    nrs_roster_waits(roster, sub->subscriber_id, second))
		ask(l, sub, second, txn);
}

/* What was stored again since is asked for by its own record. */
static void
see(struct verify_lane *l, const struct nrs_record *record, struct nrs_txn *txn)
{
	const struct nrs_subscription *sub, *now;
	struct nrs_err unused = {0};

	if (record->value.data == NULL ||
	    nrs_subscription_decode(l->arena, record->value, &sub, &unused) !=
	        NRS_OK)
		return;
	now = nrs_roster_unproven(
	    dispatcher_subs_roster(l->subs), sub->subscriber_id);
	if (now != NULL && now->updated_at == sub->updated_at && !sub->inactive)
		ask_all(l, sub, txn);
}

static enum nrs_rc
ask_batch(void *self, const struct nrs_record *records, size_t n,
    struct nrs_txn *txn, struct nrs_err *err)
{
	struct verify_lane *l = self;
	enum nrs_rc rc = dispatcher_subs_refresh(
	    l->subs, (int)l->d->conf->answer_timeout_ms, err);
	size_t i;

	for (i = 0; i < n && rc == NRS_OK; i++)
		see(l, &records[i], txn);
	return rc;
}

/* ---- the pipe ---- */

static void
settled(void *self)
{
	nrs_arena_reset(((struct verify_lane *)self)->arena);
}

static void
lost(void *self)
{
	struct verify_lane *l = self;

	dispatcher_subs_close(l->subs);
	l->subs = NULL;
	nrs_arena_reset(l->arena);
}

static enum nrs_rc
count_partitions(struct verify_lane *l, struct nrs_err *err)
{
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc = nrs_reader_open(&l->d->conf->common.bus, &reader, err);

	if (rc == NRS_OK)
		rc = nrs_reader_partitions(
		    reader, NRS_TOPIC_DELIVERY_ALERT, &l->n_partitions, err);
	nrs_reader_close(reader);
	if (rc == NRS_OK && l->n_partitions == 0)
		rc = nrs_fail(err, NRS_RETRY,
		    "there is no topic %s: apply the topics",
		    NRS_TOPIC_DELIVERY_ALERT);
	return rc;
}

static enum nrs_rc
take_over(void *self, int64_t committed, int64_t *start, struct nrs_err *err)
{
	struct verify_lane *l = self;
	enum nrs_rc rc;

	(void)committed;
	(void)start; /* what was committed, or the beginning */
	lost(l);
	rc = count_partitions(l, err);
	return rc == NRS_OK ? dispatcher_subs_open(
	                          &l->d->conf->common.bus, &l->subs, err)
	                    : rc;
}

/* Nobody is asked by this process. */
static void
sit_out(struct verify_lane *l)
{
	nrs_service_ready(l->ctx, l->lane, true, "off");
	do
		nrs_service_alive(l->ctx, l->lane);
	while (!nrs_stop_wait(nrs_service_stop(l->ctx), 5000));
}

enum nrs_rc
dispatcher_verify(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	static const struct nrs_pipe_ops ops = {
	    .take_over = take_over,
	    .batch = ask_batch,
	    .settled = settled,
	    .lost = lost,
	};
	static const char *const outputs[] = {NRS_TOPIC_DELIVERY_ALERT};
	struct verify_lane l = {
	    .d = self, .ctx = ctx, .lane = lane, .arena = nrs_arena_new()};
	const struct nrs_pipe_conf pipe = {.bus = &l.d->conf->common.bus,
	    .topic = NRS_TOPIC_SUBSCRIPTION,
	    .group = "dispatcher-verify",
	    .outputs = outputs,
	    .n_outputs = 1,
	    .max_batch = BATCH_MAX,
	    .ctx = ctx,
	    .lane = lane};
	enum nrs_rc rc = NRS_OK;

	if (nrs_service_metrics(ctx) != NULL)
		l.mails = nrs_metrics_counter(nrs_service_metrics(ctx),
		    "noroshi_verification_mails_total", NULL,
		    "Mails that ask a new contact to prove its address.");
	/* A drill writes nothing about real contacts. */
	if (l.d->conf->ack.url[0] == '\0' || l.d->conf->common.bus.drill)
		sit_out(&l);
	else
		rc = nrs_pipe_run(&pipe, &ops, &l, err);
	lost(&l);
	nrs_arena_free(l.arena);
	return rc;
}
