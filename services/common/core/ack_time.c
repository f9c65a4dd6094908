/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/core/ack_time.h"

/* Nothing is held longer: a deadline further away counts as this far. */
#define FAR_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

int64_t
nrs_ack_part(int64_t ms, int64_t percent)
{
	return ms / 100 * percent + ms % 100 * percent / 100;
}

/* Source (domain.md 5.4-5): INCIDENT "changes nothing in routing today but will
 * in ack deadlines". Ours: it counts as one step more urgent. */
static int64_t
by_urgency(const struct nrs_ack_times *times, const struct nrs_ack_alert *alert)
{
	const int64_t all[] = {
	    times->routine_ms, times->priority_ms, times->immediate_ms};
	const enum nrs_urgency urgency = alert->content->urgency;
	size_t step = 2, i, incident = 0;

	if (urgency == NRS_URGENCY_ROUTINE)
		step = 0;
	else if (urgency == NRS_URGENCY_PRIORITY)
		step = 1;
	for (i = 0; i < alert->n_copies; i++)
		if (alert->copies[i].posture == NRS_POSTURE_INCIDENT)
			incident = 1;
	return all[step + incident < 2 ? step + incident : 2];
}

/* A short-lived alert is escalated while it is valid. */
static int64_t
while_valid(const struct nrs_ack_times *times,
    const struct nrs_ack_alert *alert, int64_t time)
{
	const struct nrs_content *content = alert->content;
	int64_t left = content->valid_until - alert->sent_at;

	if (content->kind == NRS_KIND_RETRACTION || content->valid_until == 0 ||
	    left <= 0 || nrs_ack_part(time, times->report_after) <= left)
		return time;
	return left * 100 / times->report_after;
}

int64_t
nrs_ack_time(
    const struct nrs_ack_times *times, const struct nrs_ack_alert *alert)
{
	int64_t deadline = alert->content->ack_deadline;
	int64_t time = while_valid(times, alert, by_urgency(times, alert));

	/* One that has passed before anybody could keep it is none. */
	if (deadline > alert->sent_at)
		time = deadline - alert->sent_at;
	return time > FAR_MS ? FAR_MS : time;
}

int64_t
nrs_ack_give_up_at(
    const struct nrs_content *content, int64_t accepted_at, int64_t give_up_ms)
{
	int64_t at = accepted_at + give_up_ms;

	/* What is no longer valid is not sent, but that it was withdrawn is. */
	if (content->kind != NRS_KIND_RETRACTION && content->valid_until > 0 &&
	    content->valid_until < at)
		at = content->valid_until;
	return at;
}

int64_t
nrs_ack_wait_until(int64_t ack_by, int64_t sent_at, int64_t give_up_at)
{
	return ack_by < give_up_at ? ack_by
	                           : sent_at + (give_up_at - sent_at) / 2;
}
