/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch records and their batches, batches and their receipts. */
#include <stdlib.h>
#include <string.h>

#include "common/core/audit_internal.h"
#include "noroshi/core/topic.h"

#define SECOND_MS 1000

/* ---- plans ---- */

static struct audit_plan *
plan_of(struct audit_item *item, const struct nrs_delivery_batch *batch)
{
	const uint32_t n = batch->n_chunks == 0 ? 1 : batch->n_chunks;
	struct audit_plan *plan;

	for (plan = item->plans; plan != NULL; plan = plan->next)
		if (plan->planned_at == batch->planned_at &&
		    plan->n_chunks == n)
			return plan;
	plan = nrs_calloc(1, sizeof(*plan));
	plan->planned_at = batch->planned_at;
	plan->n_chunks = n;
	plan->came = nrs_calloc(n, 1);
	plan->next = item->plans;
	item->plans = plan;
	return plan;
}

/* A later attempt fills up what an earlier one lacks. */
static bool
is_made_good(const struct audit_item *item, const struct audit_plan *plan)
{
	const struct audit_plan *other;

	if (plan->n_came == plan->n_chunks)
		return true;
	for (other = item->plans; other != NULL; other = other->next)
		if (other->planned_at > plan->planned_at &&
		    other->n_came == other->n_chunks)
			return true;
	return false;
}

void
audit_plan_check(struct nrs_audit_fold *audit, struct audit_item *item)
{
	const struct audit_plan *plan;

	for (plan = item->plans; plan != NULL; plan = plan->next)
		if (!is_made_good(item, plan))
			return;
	if (item->plans != NULL || item->refused)
		audit_drop(audit, item);
}

static struct audit_item *
early_plan(struct nrs_audit_fold *audit, const struct audit_spot *spot,
    const struct nrs_audit_place *place)
{
	struct audit_item *item;

	if (!audit_is_ahead(audit, spot->topic, spot->partition, spot->offset))
		return NULL; /* complete, or before we began */
	item = audit_add(audit, spot, place, "");
	if (item == NULL)
		return NULL;
	free(item->topic);
	item->topic = nrs_strdup(spot->topic);
	item->partition = spot->partition;
	item->offset = spot->offset;
	audit_set_early(audit, item, true);
	return item;
}

/* Re-sends and replays plan nobody: a part of one must not pass for a part of
 * the plan, nor for a later attempt that makes it good. */
static bool
is_planned(
    const struct nrs_audit_place *place, const struct nrs_delivery_batch *batch)
{
	return batch->source_offset >= 0 && place->replay_of < 0 &&
	       batch->occasion == 0 &&
	       strcmp(place->topic, NRS_TOPIC_DELIVERY_DUE) != 0;
}

static void
see_plan(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const struct nrs_delivery_batch *batch)
{
	char topic[64];
	const struct audit_spot spot = {NRS_AUDIT_PLAN,
	    audit_sibling(topic, "dispatch", place->topic), 0,
	    batch->source_offset};
	struct audit_item *item = audit_find(audit, &spot);
	struct audit_plan *plan;

	if (item == NULL)
		item = early_plan(audit, &spot, place);
	if (item == NULL)
		return;
	plan = plan_of(item, batch);
	if (batch->chunk < plan->n_chunks && !plan->came[batch->chunk]) {
		plan->came[batch->chunk] = 1;
		plan->n_came++;
	}
	if (!item->early)
		audit_plan_check(audit, item);
}

/* ---- deliveries ---- */

uint64_t
audit_mark_key(struct nrs_bytes key)
{
	uint64_t out = 0;

	memcpy(&out, key.data, key.len < sizeof(out) ? key.len : sizeof(out));
	return out;
}

static struct audit_mark *
find_mark(const struct audit_item *item, uint64_t key)
{
	size_t i;

	for (i = 0; i < item->n_marks; i++)
		if (item->marks[i].key == key)
			return &item->marks[i];
	return NULL;
}

static struct audit_mark *
add_mark(struct audit_item *item, uint64_t key)
{
	struct audit_mark *mark;

	if (item->n_marks == item->cap_marks) {
		item->cap_marks =
		    item->cap_marks == 0 ? 4 : 2 * item->cap_marks;
		item->marks = nrs_realloc(
		    item->marks, item->cap_marks, sizeof(*item->marks));
	}
	mark = &item->marks[item->n_marks++];
	*mark = (struct audit_mark){.key = key};
	return mark;
}

static void
set_last(const struct audit_item *item, struct audit_mark *mark, int64_t at)
{
	const int64_t seconds = (at - item->at) / SECOND_MS;

	if (seconds > mark->last && seconds < INT32_MAX)
		mark->last = (int32_t)seconds;
}

static void
end_mark(struct audit_item *item, struct audit_mark *mark)
{
	if (mark->done)
		return;
	mark->done = true;
	item->n_done++;
}

/* Early receipts were marked before the batch told what it holds. */
static void
take_batch(struct audit_item *item, const struct nrs_delivery_batch *batch)
{
	const struct audit_item early = *item;
	struct audit_mark *mark;
	const struct audit_mark *said;
	size_t i;

	item->marks = NULL;
	item->n_marks = item->cap_marks = item->n_done = 0;
	item->at = batch->not_before > batch->planned_at ? batch->not_before
	                                                 : batch->planned_at;
	for (i = 0; i < batch->n_deliveries; i++) {
		mark = add_mark(item, audit_mark_key(batch->deliveries[i].key));
		said = find_mark(&early, mark->key);
		if (said == NULL)
			continue;
		set_last(
		    item, mark, early.at + (int64_t)said->last * SECOND_MS);
		if (said->done)
			end_mark(item, mark);
	}
	free(early.marks);
}

/* The obligation goes on with the record that makes it good. */
static void
hand_over(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const struct nrs_delivery_batch *batch)
{
	const struct audit_spot spot = {NRS_AUDIT_DELIVERY, place->topic,
	    place->partition, place->replay_of};
	struct audit_item *item =
	    place->replay_of < 0 ? NULL : audit_find(audit, &spot);
	struct audit_mark *mark;
	size_t i;

	for (i = 0; item != NULL && i < batch->n_deliveries; i++) {
		mark =
		    find_mark(item, audit_mark_key(batch->deliveries[i].key));
		if (mark != NULL)
			end_mark(item, mark);
	}
	if (item != NULL && item->n_done == item->n_marks)
		audit_drop(audit, item);
}

static void
see_deliveries(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_delivery_batch *batch)
{
	const struct audit_spot spot = {
	    NRS_AUDIT_DELIVERY, place->topic, place->partition, place->offset};
	struct audit_item *item = audit_find(audit, &spot);

	if (item == NULL && batch->n_deliveries > 0)
		item = audit_add(audit, &spot, place, batch->notice_id);
	if (item == NULL)
		return;
	free(item->id);
	item->id = nrs_strdup(batch->notice_id);
	take_batch(item, batch);
	audit_set_early(audit, item, false);
	if (item->n_done == item->n_marks)
		audit_drop(audit, item);
}

void
nrs_audit_batch(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_delivery_batch *batch)
{
	struct nrs_audit_beat *beat;
	size_t i;

	audit_pass(audit, place);
	if (batch->purpose == NRS_PURPOSE_DUTY) {
		(void)nrs_map_put(audit->told, batch->notice_id, audit);
		return;
	}
	if (batch->purpose != NRS_PURPOSE_HEARTBEAT) {
		if (is_planned(place, batch))
			see_plan(audit, place, batch);
		see_deliveries(audit, place, batch);
		hand_over(audit, place, batch);
		if (strcmp(place->topic, NRS_TOPIC_DELIVERY_DUE) == 0)
			audit_silence_batch(audit, place, batch);
		return;
	}
	for (i = 0; i < batch->n_deliveries; i++) {
		beat = &audit->beats[batch->deliveries[i].channel->type];
		if (batch->planned_at > beat->planned_at)
			beat->planned_at = batch->planned_at;
	}
}

/* ---- receipts ---- */

static struct audit_item *
early_delivery(struct nrs_audit_fold *audit, const struct audit_spot *spot,
    const struct nrs_audit_place *place, const struct nrs_receipt *receipt)
{
	struct audit_item *item;

	if (!audit_is_ahead(audit, spot->topic, spot->partition, spot->offset))
		return NULL;
	item = audit_add(audit, spot, place, receipt->notice_id);
	if (item == NULL)
		return NULL;
	free(item->topic);
	item->topic = nrs_strdup(spot->topic);
	item->offset = spot->offset;
	item->at = receipt->accepted_at;
	audit_set_early(audit, item, true);
	return item;
}

static void
see_receipt(struct nrs_audit_fold *audit, const struct nrs_audit_place *place,
    const struct nrs_receipt *receipt)
{
	char topic[64];
	const struct audit_spot spot = {NRS_AUDIT_DELIVERY,
	    audit_sibling(topic, "delivery", place->topic), place->partition,
	    receipt->delivery_offset};
	const uint64_t key = audit_mark_key(receipt->key);
	struct audit_item *item = audit_find(audit, &spot);
	struct audit_mark *mark;

	if (item == NULL)
		item = early_delivery(audit, &spot, place, receipt);
	if (item == NULL)
		return;
	mark = find_mark(item, key);
	if (mark == NULL && item->early)
		mark = add_mark(item, key);
	if (mark == NULL)
		return;
	set_last(item, mark, receipt->at);
	if (receipt->state >= NRS_STATE_DELIVERED)
		end_mark(item, mark);
	if (!item->early && item->n_done == item->n_marks)
		audit_drop(audit, item);
}

void
nrs_audit_receipt(struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, const struct nrs_receipt *receipt)
{
	struct nrs_audit_beat *beat;

	audit_pass(audit, place);
	if (receipt->purpose == NRS_PURPOSE_HEARTBEAT) {
		beat = &audit->beats[receipt->channel];
		if ((receipt->state == NRS_STATE_DELIVERED ||
		        receipt->state >= NRS_STATE_ACKNOWLEDGED) &&
		    receipt->at > beat->delivered_at)
			beat->delivered_at = receipt->at;
		return;
	}
	if (receipt->purpose == NRS_PURPOSE_DUTY || receipt->key.len == 0)
		return;
	see_receipt(audit, place, receipt);
	if (strcmp(place->topic, NRS_TOPIC_RECEIPT_DUE) == 0)
		audit_silence_receipt(audit, place, receipt);
}

bool
nrs_audit_lacks(const struct nrs_audit_fold *audit,
    const struct nrs_audit_place *place, struct nrs_bytes key)
{
	const struct audit_spot spot = {
	    NRS_AUDIT_DELIVERY, place->topic, place->partition, place->offset};
	const struct audit_item *item = audit_find(audit, &spot);
	const struct audit_mark *mark =
	    item == NULL ? NULL : find_mark(item, audit_mark_key(key));

	return mark != NULL && !mark->done;
}
