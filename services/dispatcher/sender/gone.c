/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dispatcher/duty/duty.h"
#include "dispatcher/sender/endpoint.h"
#include "dispatcher/sender/post.h"
#include "dispatcher/sender/sender.h"
#include "noroshi/base/log.h"
#include "noroshi/core/phrase.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define KEY_BYTES 16 /* of a key, that tell one mail from another */

static void
record_gone(struct sender *s, const struct nrs_endpoint *endpoint)
{
	const char *key = dispatcher_subs_endpoint_key(
	    s->scratch, endpoint->subscriber_id, endpoint->address);

	sender_post(s, &(struct sender_record){.topic = NRS_TOPIC_ENDPOINT,
	                   .key = {(const uint8_t *)key, strlen(key)},
	                   .value = nrs_wire_encode(
	                       s->scratch, NRS_TYPE_ENDPOINT, endpoint)});
}

/* ---- the owner's mail ---- */

/* What may be in the rest of a URL is between its owner and us. */
static const char *
host_of(struct nrs_arena *arena, const char *url)
{
	const char *host = strstr(url, "://");
	size_t len = host == NULL ? 0 : (size_t)(host + 3 - url);

	return nrs_arena_strndup(arena, url, len + strcspn(url + len, "/?#"));
}

static struct nrs_rendered
say_gone(struct nrs_arena *arena, const struct nrs_endpoint *endpoint, bool en)
{
	const bool drill = endpoint->mode != NRS_MODE_ACTUAL;
	char at[NRS_TIME_SIZE];

	return (struct nrs_rendered){
	    .subject = nrs_arena_printf(arena, "%s%s",
	        !drill ? ""
	        : en   ? "[EXERCISE] "
	               : "【訓練】",
	        nrs_phrase(NRS_PHRASE_GONE_SUBJECT, en)),
	    .text_head = drill ? nrs_arena_printf(arena, "%s\n",
	                             nrs_phrase(NRS_PHRASE_DRILL_1, en))
	                       : "",
	    .text = nrs_arena_printf(arena, "%s\n\n%s%s\n%s\n\n%s\n",
	        nrs_phrase(NRS_PHRASE_GONE, en),
	        nrs_phrase(NRS_PHRASE_GONE_WHERE, en),
	        host_of(arena, endpoint->address),
	        nrs_time_jst(endpoint->gone_at, at),
	        nrs_phrase(NRS_PHRASE_GONE_AGAIN, en)),
	    .html_head = "",
	    .html_meta = "",
	    .html = "",
	};
}

static size_t
mailboxes(const struct nrs_subscription *sub, const char **out)
{
	size_t i, n = 0;

	for (i = 0; i < sub->n_channels; i++)
		if (sub->channels[i].type == NRS_CHANNEL_MAIL)
			out[n++] = sub->channels[i].address;
	return n;
}

static void
write_mail(struct sender *s, struct nrs_delivery_batch *batch,
    const struct nrs_subscription *sub, int partition)
{
	struct nrs_bus_header headers[DISPATCHER_OWN_HEADERS];
	size_t i;

	for (i = 0; i < batch->n_deliveries; i++)
		batch->deliveries[i].subscriber_id = sub->subscriber_id;
	dispatcher_own_headers(batch, headers);
	sender_post(s, &(struct sender_record){.topic = s->traffic->delivery,
	                   .partition = partition,
	                   .key = {(const uint8_t *)batch->thread_id,
	                       strlen(batch->thread_id)},
	                   .value = nrs_wire_encode(
	                       s->scratch, NRS_TYPE_DELIVERY_BATCH, batch),
	                   .headers = headers,
	                   .n_headers = DISPATCHER_OWN_HEADERS});
}

/* By the same way as everything else, under a key made of the delivery that was
 * refused: said twice it is the same mail. */
static void
tell_owner(struct sender *s, const struct nrs_endpoint *endpoint, int partition)
{
	const struct nrs_subscription *sub = nrs_match_set_find(
	    dispatcher_subs_set(s->subs), endpoint->subscriber_id);
	struct nrs_conf_list addresses = {0};
	char hex[2 * KEY_BYTES + 1];
	struct nrs_delivery_batch batch;
	struct nrs_rendered said;
	struct nrs_err err = {0};
	bool en;

	if (sub == NULL || sub->inactive || endpoint->key.len < KEY_BYTES)
		return;
	addresses.items = nrs_arena_array(
	    s->scratch, sub->n_channels + 1, sizeof(*addresses.items));
	addresses.n = mailboxes(sub, addresses.items);
	if (addresses.n == 0)
		return;
	en = strcmp(sub->lang, "en") == 0;
	said = say_gone(s->scratch, endpoint, en);
	const struct dispatcher_own_mail mail = {
	    .purpose = NRS_PURPOSE_DUTY,
	    .id = nrs_arena_printf(s->scratch, "gone.%s",
	        nrs_hex(endpoint->key.data, KEY_BYTES, hex)),
	    .at = endpoint->gone_at,
	    .give_up_at = endpoint->gone_at + s->conf->give_up_ms,
	    .lang = en ? "en" : "ja",
	    .addresses = &addresses,
	    .said = &said,
	};

	if (dispatcher_own_batch(s->d, s->scratch, &mail, &batch, &err) ==
	    NRS_OK)
		write_mail(s, &batch, sub, partition);
	else
		nrs_log(NRS_LOG_ERROR, "owner_not_told",
		    NRS_S("subscriber", endpoint->subscriber_id),
		    NRS_S("why", err.text));
}

void
sender_gone(struct sender *s, const struct dispatcher_task *task,
    const struct nrs_transfer_result *result)
{
	const struct nrs_delivery *delivery = task->delivery;
	const struct nrs_endpoint endpoint = {
	    .subscriber_id = delivery->subscriber_id,
	    .address = delivery->channel->address,
	    .gone_at = nrs_wall_ms(),
	    .detail = result->detail,
	    .key = delivery->key,
	    .notice_id = task->load->batch->notice_id,
	    .mode = task->load->batch->mode,
	};

	if (!dispatcher_subs_has_endpoints(s->subs) ||
	    dispatcher_subs_is_gone(
	        s->subs, endpoint.subscriber_id, endpoint.address))
		return;
	nrs_log(NRS_LOG_WARN, "endpoint_gone",
	    NRS_S("subscriber", endpoint.subscriber_id),
	    NRS_S("alert", endpoint.notice_id));
	nrs_arena_reset(s->scratch);
	record_gone(s, &endpoint);
	tell_owner(s, &endpoint, task->load->part->number);
}
