/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/planner/due_plan.h"

#include <string.h>

#include "dispatcher/planner/batches.h"
#include "noroshi/base/map.h"
#include "noroshi/core/ack_time.h"

/* ---- when ---- */

bool
dispatcher_due_asks(
    const struct dispatcher_conf *conf, const struct nrs_dispatch *dispatch)
{
	size_t i;

	if (conf->ack.url == NULL || conf->ack.url[0] == '\0')
		return false;
	for (i = 0; i < dispatch->n_copies; i++)
		if (dispatch->copies[i].ack_required)
			return true;
	return false;
}

struct dispatcher_due_times
dispatcher_due_times(const struct dispatcher_conf *conf,
    const struct dispatcher_notice *notice, int64_t planned_at)
{
	const struct nrs_ack_times times = {
	    .immediate_ms = conf->ack.immediate_ms,
	    .priority_ms = conf->ack.priority_ms,
	    .routine_ms = conf->ack.routine_ms,
	    .report_after = conf->ack.report_after,
	    .give_up_ms = conf->give_up_ms};
	const struct nrs_ack_alert alert = {
	    .content = notice->admitted->content,
	    .copies = notice->dispatch->copies,
	    .n_copies = notice->dispatch->n_copies,
	    .sent_at = planned_at};
	const int64_t time = nrs_ack_time(&times, &alert);

	return (struct dispatcher_due_times){
	    .ack_by = planned_at + time,
	    .remind_at =
	        planned_at + nrs_ack_part(time, conf->ack.remind_after),
	    .escalate_at =
	        planned_at + nrs_ack_part(time, conf->ack.escalate_after),
	    .report_at =
	        planned_at + nrs_ack_part(time, conf->ack.report_after),
	};
}

/* ---- for whom ---- */

/* The key that the delivery of the alert itself has. */
static struct nrs_bytes
key_of(const struct dispatcher_due_query *q, const struct nrs_target *target)
{
	const struct nrs_admitted *a = q->notice->admitted;
	const struct dispatcher_key key = {
	    .content_sha256 = a->payload_sha256,
	    .thread_id = a->content->thread_id,
	    .revision = a->content->revision,
	    .subscriber_id = target->subscriber_id,
	    .channel = &target->channel,
	    .purpose = target->purpose,
	    .occasion = "",
	};
	uint8_t hash[NRS_SHA256_SIZE];

	dispatcher_key(&key, hash);
	return nrs_arena_bytes(q->arena, hash, sizeof(hash));
}

static struct nrs_target *
add(struct nrs_targets *out, const struct dispatcher_due_query *q,
    const struct nrs_target *target)
{
	struct nrs_target *at = &out->items[out->n++];

	*at = *target;
	at->awaits = key_of(q, target);
	at->keyed_by = NULL; /* where they acknowledge it themselves */
	return at;
}

static struct nrs_targets
room(const struct dispatcher_due_query *q)
{
	return (struct nrs_targets){
	    .items = nrs_arena_array(
	        q->arena, q->targets->n, sizeof(*q->targets->items))};
}

static const struct nrs_channel *
second_of(const struct dispatcher_due_query *q, const struct nrs_target *target)
{
	const struct nrs_subscription *sub =
	    nrs_match_set_find(q->subs, target->subscriber_id);

	return sub == NULL ? NULL : sub->second_contact;
}

/* Is it the first of its subscriber? */
static bool
is_new(struct nrs_map *seen, const struct nrs_target *target)
{
	return target->purpose == NRS_PURPOSE_ALERT &&
	       nrs_map_put(seen, target->subscriber_id, seen) == NULL;
}

static struct nrs_targets
reminders(const struct dispatcher_due_query *q)
{
	struct nrs_targets out = room(q);
	size_t i;

	for (i = 0; i < q->targets->n; i++)
		if (q->targets->items[i].purpose == NRS_PURPOSE_ALERT)
			add(&out, q, &q->targets->items[i])->purpose =
			    NRS_PURPOSE_REMINDER;
	return out;
}

/* Once per subscriber: the second contact's channel, or, for the record, a
 * topic that nobody reads. */
static struct nrs_targets
once_each(const struct dispatcher_due_query *q, bool for_record)
{
	static const struct nrs_channel record = {
	    .type = NRS_CHANNEL_TOPIC, .address = ""};
	struct nrs_targets out = room(q);
	struct nrs_map *seen = nrs_map_new();
	const struct nrs_target *target;
	const struct nrs_channel *channel;
	struct nrs_target *made;
	size_t i;

	for (i = 0; i < q->targets->n; i++) {
		target = &q->targets->items[i];
		if (!is_new(seen, target))
			continue;
		channel = for_record ? &record : second_of(q, target);
		if (channel == NULL)
			continue;
		made = add(&out, q, target);
		made->channel = *channel;
		made->purpose = NRS_PURPOSE_ESCALATION;
	}
	nrs_map_free(seen, NULL);
	return out;
}

struct nrs_targets
dispatcher_due_targets(
    const struct dispatcher_due_query *q, enum nrs_delivery_purpose purpose)
{
	return purpose == NRS_PURPOSE_REMINDER ? reminders(q)
	                                       : once_each(q, false);
}

struct nrs_targets
dispatcher_due_reports(const struct dispatcher_due_query *q)
{
	return once_each(q, true);
}
