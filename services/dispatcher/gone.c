/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dispatcher/endpoint.h"
#include "dispatcher/post.h"
#include "dispatcher/sender.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

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
}
