/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/planner/due_plan.h"

#include <string.h>

#include "dispatcher/planner/batches.h"
#include "noroshi/base/map.h"

/* Nothing is held longer: a deadline further away counts as this far. */
#define FAR_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

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

/* Source (domain.md 5.4-5): INCIDENT "changes nothing in routing today but will
 * in ack deadlines". Ours: it counts as one step more urgent. */
static int64_t
time_of(
    const struct dispatcher_conf *conf, const struct dispatcher_notice *notice)
{
	const int64_t times[] = {conf->ack.routine_ms, conf->ack.priority_ms,
	    conf->ack.immediate_ms};
	const struct nrs_dispatch *dispatch = notice->dispatch;
	const enum nrs_urgency urgency = notice->admitted->content->urgency;
	size_t step = 2, i, incident = 0;

	if (urgency == NRS_URGENCY_ROUTINE)
		step = 0;
	else if (urgency == NRS_URGENCY_PRIORITY)
		step = 1;
	for (i = 0; i < dispatch->n_copies; i++)
		if (dispatch->copies[i].posture == NRS_POSTURE_INCIDENT)
			incident = 1;
	return times[step + incident < 2 ? step + incident : 2];
}

static int64_t
part_of(int64_t time, int64_t percent)
{
	return time / 100 * percent + time % 100 * percent / 100;
}

/* A short-lived alert is escalated while it is valid. */
static int64_t
while_valid(const struct dispatcher_conf *conf,
    const struct dispatcher_notice *notice, int64_t time, int64_t now)
{
	const struct nrs_content *content = notice->admitted->content;
	int64_t left = content->valid_until - now;

	if (content->kind == NRS_KIND_RETRACTION || content->valid_until == 0 ||
	    left <= 0 || part_of(time, conf->ack.report_after) <= left)
		return time;
	return left * 100 / conf->ack.report_after;
}

struct dispatcher_due_times
dispatcher_due_times(const struct dispatcher_conf *conf,
    const struct dispatcher_notice *notice, int64_t planned_at)
{
	int64_t deadline = notice->admitted->content->ack_deadline;
	int64_t time =
	    while_valid(conf, notice, time_of(conf, notice), planned_at);

	/* One that has passed before anybody could keep it is none. */
	if (deadline > planned_at)
		time = deadline - planned_at;
	if (time > FAR_MS)
		time = FAR_MS;
	return (struct dispatcher_due_times){
	    .ack_by = planned_at + time,
	    .remind_at = planned_at + part_of(time, conf->ack.remind_after),
	    .escalate_at = planned_at + part_of(time, conf->ack.escalate_after),
	    .report_at = planned_at + part_of(time, conf->ack.report_after),
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
