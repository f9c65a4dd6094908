/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heartbeats: one delivery per channel and window, to a canary, by the way of
 * alerts; each window takes the next partition, so that all have a turn.
 */
#include <string.h>

#include "dispatcher/audit/audit.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define POST_MS 5000

const char *
auditor_canary(const struct auditor *a, enum nrs_channel_type channel)
{
	return channel == NRS_CHANNEL_MAIL ? a->conf->heartbeat.mail
	                                   : a->conf->heartbeat.webhook;
}

bool
auditor_is_silent(struct auditor *a, enum nrs_channel_type channel)
{
	const int64_t last = nrs_audit_beat(a->audit, channel).delivered_at;
	const int64_t since = last > a->begun_at ? last : a->begun_at;

	return nrs_wall_ms() - since > 2 * a->conf->heartbeat.every_ms;
}

enum nrs_rc
auditor_post(struct auditor *a, const struct dispatcher_own_mail *mail,
    int partition, struct nrs_err *err)
{
	struct nrs_bus_header headers[DISPATCHER_OWN_HEADERS];
	struct nrs_delivery_batch batch;
	struct nrs_outgoing out = {.topic = NRS_TOPIC_DELIVERY_ALERT,
	    .partition = partition,
	    .headers = headers,
	    .n_headers = DISPATCHER_OWN_HEADERS};
	enum nrs_rc rc =
	    dispatcher_own_batch(a->d, a->arena, mail, &batch, err);

	if (rc != NRS_OK)
		return rc;
	dispatcher_own_headers(&batch, headers);
	out.key = (struct nrs_bytes){
	    (const uint8_t *)batch.thread_id, strlen(batch.thread_id)};
	out.value = nrs_wire_encode(a->arena, NRS_TYPE_DELIVERY_BATCH, &batch);
	return nrs_producer_send_wait(a->producer, &out, POST_MS, NULL, err);
}

static void
render(const struct auditor *a, struct nrs_rendered *out)
{
	static const char *const marks[] = {
	    "", "【訓練 / EXERCISE】", "【試験 / TEST】"};

	*out = (struct nrs_rendered){
	    .subject = nrs_arena_printf(a->arena,
	        "%s[noroshi] 疎通確認 heartbeat", marks[a->conf->common.mode]),
	    .text_head = "",
	    .text = "疎通確認のための自動送信です。対応は不要です。\n"
	            "Sent automatically to prove the way. Nothing to do.\n",
	    .html_head = "",
	    .html = "",
	    .html_meta = ""};
}

static enum nrs_rc
plan(struct auditor *a, enum nrs_channel_type channel, int64_t window,
    struct nrs_err *err)
{
	const int64_t every_ms = a->conf->heartbeat.every_ms;
	const int64_t begin = window * every_ms;
	const char *address = auditor_canary(a, channel);
	const struct nrs_conf_list addresses = {&address, 1};
	struct nrs_rendered said;
	const struct dispatcher_own_mail mail = {
	    .purpose = NRS_PURPOSE_HEARTBEAT,
	    .id = nrs_arena_printf(a->arena, "%s.%lld",
	        nrs_term_name(NRS_VOC_CHANNEL_TYPE, (int)channel),
	        (long long)begin),
	    .at = begin,
	    .give_up_at = begin + every_ms,
	    .lang = "ja",
	    .addresses = &addresses,
	    .said = &said,
	};

	render(a, &said);
	return auditor_post(a, &mail, (int)(window % a->n_alert_parts), err);
}

enum nrs_rc
auditor_beat(struct auditor *a, struct nrs_err *err)
{
	const int64_t window = nrs_wall_ms() / a->conf->heartbeat.every_ms;
	enum nrs_rc rc = NRS_OK;
	int i;

	nrs_arena_reset(a->arena);
	for (i = NRS_CHANNEL_MAIL; i <= NRS_CHANNEL_WEBHOOK && rc == NRS_OK;
	     i++) {
		enum nrs_channel_type channel = (enum nrs_channel_type)i;

		/* Its record is on the bus, also if another wrote it. */
		if (auditor_canary(a, channel)[0] == '\0' ||
		    nrs_audit_beat(a->audit, channel).planned_at >=
		        window * a->conf->heartbeat.every_ms ||
		    a->beat[channel] == window)
			continue;
		rc = plan(a, channel, window, err);
		if (rc == NRS_OK)
			a->beat[channel] = window;
	}
	return rc;
}
