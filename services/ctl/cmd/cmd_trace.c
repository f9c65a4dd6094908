/* SPDX-License-Identifier: Apache-2.0 */
/* trace: what happened to one command, step by step, each with its time, its
 * place on the bus and the rule that decided. */
#include <stdlib.h>
#include <string.h>

#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/source.h"
#include "ctl/view.h"
#include "noroshi/base/map.h"
#include "noroshi/core/alert.h"
#include "noroshi/core/delivery.h"
#include "noroshi/core/topic.h"

#define N_STATES (NRS_STATE_RESPONDED + 1)

struct trace {
	struct ctl *ctl;
	const char *id;
	int64_t accepted_at; /* 0: not seen yet */
	bool in_journal, decided;
	size_t planned;
	int64_t planned_at;
	const char *planned_topic;
	struct nrs_map *deliveries; /* key in hex -> struct delivery */
};

/* One recipient on one channel: its receipt, or what was planned. */
struct delivery {
	const char *subscriber_id, *topic;
	enum nrs_channel_type channel;
	enum nrs_delivery_state state; /* UNSPECIFIED: no receipt yet */
	enum nrs_failure_reason failure_reason;
	int64_t at, offset;
	uint32_t attempt;
	const char *detail;
};

static void
begin(struct trace *t, const char *step, int64_t at)
{
	ctl_out_begin(t->ctl->out, CTL_ROW);
	ctl_out_time(t->ctl->out, "at", at);
	ctl_out_int(t->ctl->out, "ms",
	    t->accepted_at == 0 || at == 0 ? 0 : at - t->accepted_at);
	ctl_out_str(t->ctl->out, "step", step);
}

static void
place(struct trace *t, const char *topic, int64_t offset)
{
	ctl_out_str(t->ctl->out, "topic", topic);
	if (offset >= 0)
		ctl_out_int(t->ctl->out, "offset", offset);
	else
		ctl_out_str(t->ctl->out, "offset", "");
}

static void
end(struct trace *t, const char *rule, const char *detail)
{
	ctl_out_str(t->ctl->out, "rule", rule);
	ctl_out_str(t->ctl->out, "detail", detail);
	ctl_out_end(t->ctl->out);
}

static enum nrs_rc
see_command(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct trace *t = ctx;
	const struct nrs_submission *s = value;

	(void)err;
	if (strcmp(s->submission_id, t->id) != 0)
		return NRS_OK;
	if (t->accepted_at == 0)
		t->accepted_at = s->accepted_at;
	t->in_journal = true;
	begin(t, "accepted", s->accepted_at);
	place(t, record->topic, record->offset);
	end(t, "", nrs_term_name(NRS_VOC_SUBMISSION_TYPE, (int)s->type));
	return NRS_OK;
}

/* The decision itself: of the command, or of the approval that was about it. */
static void
print_decision(struct trace *t, const struct nrs_record *record,
    const struct nrs_outcome *o)
{
	bool about = strcmp(o->submission_id, t->id) != 0;

	begin(t, about ? "approval" : "decided", record->timestamp_ms);
	place(t, record->topic, record->offset);
	end(t, o->rule,
	    nrs_arena_printf(t->ctl->arena, "%s%s%s%s%s%s%s",
	        nrs_term_name(NRS_VOC_VERDICT, (int)o->verdict),
	        o->field[0] == '\0' ? "" : " ", o->field,
	        o->text[0] == '\0' ? "" : ": ", o->text,
	        about ? "; approval " : "", about ? o->submission_id : ""));
}

/* With the line of the paper behind the rule, where there is one. */
static void
print_route(struct trace *t, const struct nrs_record *record,
    const struct nrs_classification *copy)
{
	const char *line = ctl_source_line(copy->route_rule);
	const char *routes = ctl_view_routes(t->ctl->arena, copy);

	begin(t, "routed", record->timestamp_ms);
	place(t, record->topic, record->offset);
	if (ctl_out_is_json(t->ctl->out))
		ctl_out_str(t->ctl->out, "source", line);
	else if (line[0] != '\0')
		routes =
		    nrs_arena_printf(t->ctl->arena, "%s; %s", routes, line);
	end(t, copy->route_rule, routes);
}

/* What waited and went out in real time by another command's decision, or was
 * drained into an issue. */
static void
see_release(struct trace *t, const struct nrs_record *record,
    const struct nrs_outcome *o)
{
	for (size_t i = 0; i < o->n_promotions; i++) {
		const struct nrs_promotion *p = &o->promotions[i];
		if (strcmp(p->notice_id, t->id) != 0 || p->copy == NULL)
			continue;
		print_route(t, record, p->copy);
		for (size_t j = 0; j < p->n_topics; j++) {
			begin(t, "written", record->timestamp_ms);
			place(t, p->topics[j], -1);
			end(t, "", "");
		}
	}
	for (size_t i = 0; i < o->n_waiting; i++) {
		const struct nrs_waiting_change *w = &o->waiting[i];
		if (!w->remove || strcmp(w->notice_id, t->id) != 0)
			continue;
		begin(t, "waited", record->timestamp_ms);
		place(t, record->topic, record->offset);
		end(t, w->why,
		    nrs_arena_printf(t->ctl->arena, "%s: by %s", w->sector,
		        o->submission_id));
	}
}

static enum nrs_rc
see_outcome(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct trace *t = ctx;
	const struct nrs_outcome *o = value;

	(void)err;
	see_release(t, record, o);
	if (strcmp(o->submission_id, t->id) != 0 &&
	    strcmp(o->about_id, t->id) != 0)
		return NRS_OK;
	t->decided = true;
	print_decision(t, record, o);
	for (size_t i = 0; i < o->n_copies; i++)
		print_route(t, record, &o->copies[i]);
	for (size_t i = 0; i < o->n_topics; i++) {
		begin(t, "written", record->timestamp_ms);
		place(t, o->topics[i], -1);
		end(t, "", "");
	}
	for (size_t i = 0; i < o->n_stub_topics; i++) {
		begin(t, "stub", record->timestamp_ms);
		place(t, o->stub_topics[i], -1);
		end(t, "", "ids only: the text may no longer go there");
	}
	return NRS_OK;
}

/* The delivery with this key, made when it was not seen before. */
static struct delivery *
delivery_of(struct trace *t, struct nrs_bytes key)
{
	char hex[2 * NRS_SHA256_SIZE + 1] = "";
	struct delivery *d;

	if (key.len > NRS_SHA256_SIZE)
		return NULL;
	(void)nrs_hex(key.data, key.len, hex);
	d = nrs_map_get(t->deliveries, hex);
	if (d == NULL) {
		d = nrs_arena_alloc(t->ctl->arena, sizeof(*d));
		*d = (struct delivery){.detail = ""};
		(void)nrs_map_put(t->deliveries, hex, d);
	}
	return d;
}

static enum nrs_rc
see_batch(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct trace *t = ctx;
	const struct nrs_delivery_batch *batch = value;

	(void)err;
	if (strcmp(batch->notice_id, t->id) != 0)
		return NRS_OK;
	t->planned += batch->n_deliveries;
	t->planned_topic = nrs_arena_strdup(t->ctl->arena, record->topic);
	if (t->planned_at == 0 || batch->planned_at < t->planned_at)
		t->planned_at = batch->planned_at;
	for (size_t i = 0; i < batch->n_deliveries; i++) {
		const struct nrs_delivery *planned = &batch->deliveries[i];
		struct delivery *d = delivery_of(t, planned->key);
		if (d == NULL)
			continue;
		d->subscriber_id = planned->subscriber_id;
		if (planned->channel != NULL)
			d->channel = planned->channel->type;
		d->topic = t->planned_topic;
		d->offset = record->offset;
		d->at = batch->planned_at;
	}
	return NRS_OK;
}

/* Of several receipts for one delivery the highest state is what is true. */
static enum nrs_rc
see_receipt(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct trace *t = ctx;
	const struct nrs_receipt *receipt = value;
	struct delivery *d;

	(void)err;
	if (strcmp(receipt->notice_id, t->id) != 0)
		return NRS_OK;
	d = delivery_of(t, receipt->key);
	if (d == NULL || d->state > receipt->state)
		return NRS_OK;
	*d = (struct delivery){.subscriber_id = receipt->subscriber_id,
	    .topic = nrs_arena_strdup(t->ctl->arena, record->topic),
	    .channel = receipt->channel,
	    .state = receipt->state,
	    .failure_reason = receipt->failure_reason,
	    .at = receipt->at,
	    .offset = record->offset,
	    .attempt = receipt->attempt,
	    .detail = receipt->detail};
	return NRS_OK;
}

static const char *
state_name(const struct delivery *d)
{
	return d->state == NRS_STATE_UNSPECIFIED
	           ? "PLANNED"
	           : nrs_term_name(NRS_VOC_DELIVERY_STATE, (int)d->state);
}

/* Never the address: who traces need not know it. */
static void
print_delivery(struct trace *t, const struct delivery *d)
{
	struct ctl_out *out = t->ctl->out;
	const char *channel =
	    nrs_term_name(NRS_VOC_CHANNEL_TYPE, (int)d->channel);
	const char *why =
	    d->failure_reason == 0
	        ? ""
	        : nrs_term_name(NRS_VOC_FAILURE_REASON, (int)d->failure_reason);

	begin(t, "delivery", d->at);
	place(t, d->topic, d->offset);
	if (ctl_out_is_json(out)) {
		ctl_out_str(out, "subscriber_id", d->subscriber_id);
		ctl_out_str(out, "channel", channel);
		ctl_out_str(out, "state", state_name(d));
		ctl_out_int(out, "attempt", d->attempt);
		end(t, why, d->detail);
		return;
	}
	end(t, why,
	    nrs_arena_printf(t->ctl->arena, "%s %s: %s%s%s", d->subscriber_id,
	        channel, state_name(d), d->detail[0] == '\0' ? "" : ": ",
	        d->detail));
}

static void
print_states(struct trace *t)
{
	size_t count[N_STATES] = {0};
	int64_t latest[N_STATES] = {0};
	void *cursor = NULL, *value;
	const char *key;

	while (nrs_map_next(t->deliveries, &cursor, &key, &value)) {
		const struct delivery *d = value;
		size_t state = (size_t)d->state;
		print_delivery(t, d);
		if (state >= N_STATES)
			continue;
		count[state]++;
		if (d->at > latest[state])
			latest[state] = d->at;
	}
	for (size_t state = 1; state < N_STATES; state++) {
		if (count[state] == 0)
			continue;
		begin(t, nrs_term_name(NRS_VOC_DELIVERY_STATE, (int)state),
		    latest[state]);
		place(t, "", -1);
		end(t, "",
		    nrs_arena_printf(
		        t->ctl->arena, "%zu of %zu", count[state], t->planned));
	}
}

static const struct {
	const char *topic;
	enum nrs_message_type type;
	enum nrs_rc (*each)(void *ctx, const struct nrs_record *record,
	    const void *value, struct nrs_err *err);
} steps[] = {
    {NRS_TOPIC_JOURNAL, NRS_TYPE_SUBMISSION, see_command},
    {NRS_TOPIC_SUBSCRIPTION, NRS_TYPE_SUBMISSION, see_command},
    {NRS_TOPIC_OUTCOME, NRS_TYPE_OUTCOME, see_outcome},
    {NRS_TOPIC_DELIVERY_ALERT, NRS_TYPE_DELIVERY_BATCH, see_batch},
    {NRS_TOPIC_DELIVERY_NEWSLETTER, NRS_TYPE_DELIVERY_BATCH, see_batch},
    {NRS_TOPIC_RECEIPT_ALERT, NRS_TYPE_RECEIPT, see_receipt},
    {NRS_TOPIC_RECEIPT_NEWSLETTER, NRS_TYPE_RECEIPT, see_receipt},
};

/* Who may not read a topic (a CEPTOAR, say) still sees the rest. */
static enum nrs_rc
read_all(struct trace *t, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	for (size_t i = 0;
	     rc != NRS_RETRY && i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct ctl_reading reading = {.topic = steps[i].topic,
		    .type = steps[i].type,
		    .each = steps[i].each,
		    .ctx = t,
		    .from = NRS_FROM_START,
		    .optional = steps[i].type != NRS_TYPE_OUTCOME};
		rc = ctl_read(t->ctl, &reading, err);
		if (rc != NRS_OK && rc != NRS_RETRY)
			(void)fprintf(stderr, "noroshictl: %s: %s\n",
			    steps[i].topic, err->text);
	}
	return rc == NRS_RETRY ? rc : NRS_OK;
}

static enum ctl_exit
finish(struct trace *t)
{
	if (t->planned > 0) {
		begin(t, "planned", t->planned_at);
		place(t, t->planned_topic, -1);
		end(t, "",
		    nrs_arena_printf(
		        t->ctl->arena, "deliveries: %zu", t->planned));
	}
	print_states(t);
	if (t->in_journal || t->decided)
		return CTL_DONE;
	(void)fprintf(stderr, "noroshictl: %s: not in the journal\n", t->id);
	return CTL_NOT_FOUND;
}

enum ctl_exit
ctl_cmd_trace(struct ctl *ctl)
{
	struct trace t = {
	    .ctl = ctl, .id = ctl->args.words[0], .deliveries = nrs_map_new()};
	struct nrs_err err = {0};
	enum nrs_rc rc = read_all(&t, &err);
	enum ctl_exit code = rc == NRS_OK ? finish(&t) : ctl_failed(rc, &err);

	nrs_map_free(t.deliveries, NULL);
	return code;
}
