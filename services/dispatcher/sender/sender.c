/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/sender.h"
#include "dispatcher/sender/outbox.h"
#include "dispatcher/sender/ready.h"
#include "dispatcher/sender/receipt.h"
#include "dispatcher/sender/transfer.h"

#include <stdlib.h>
#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/label.h"
#include "noroshi/core/topic.h"

#define WAIT_MS 1000     /* the group wants a call a second */
#define RECORDS_MAX 64   /* of one turn, so that transfers move on */
#define STANDBY_MS 10000 /* then an instance without partitions is ready */

/* ---- one turn ---- */

static void
move_on(struct sender *s, int timeout_ms)
{
	const int fds[] = {nrs_group_fd(s->group), nrs_producer_fd(s->producer),
	    nrs_stop_fd(nrs_service_stop(s->ctx))};

	s->draining = (struct nrs_mono){0};
	sender_serve(s, timeout_ms, fds, 3);
	sender_end_again(s);
}

/* True in *more when others may wait: the fd speaks of what comes, not of what
 * lies there. */
static enum nrs_rc
take_records(struct sender *s, bool *more, struct nrs_err *err)
{
	struct nrs_record record;
	enum nrs_rc rc;
	int i;

	*more = false;
	for (i = 0; i < RECORDS_MAX; i++) {
		memset(&record, 0, sizeof(record));
		rc = nrs_group_next(s->group, 0, &record, err);
		if (rc != NRS_OK || record.topic == NULL)
			return rc;
		/* Who may see it is asked anew for what is new. */
		s->subs_at = (struct nrs_mono){0};
		sender_load(s, &record);
	}
	*more = true;
	return NRS_OK;
}

/* Bounded memory: no more records while too much is open, nor any of a
 * partition that would fill the others' place. */
static void
throttle(struct sender *s)
{
	int i;

	s->paused = sender_is_full(s, s->paused);
	for (i = 0; i < s->n_parts; i++)
		if (s->parts[i].ours)
			nrs_group_pause(
			    s->group, i, s->paused || s->parts[i].slow);
}

static int
time_to_wait(struct sender *s)
{
	const struct sender_now now = sender_now(s);
	int64_t left =
	    nrs_mono_until_ms(dispatcher_queue_wake(s->queue, now.mono));
	const int64_t parked = sender_due_parked_ms(s, &now);

	if (parked < left)
		left = parked;
	return left < WAIT_MS ? (int)left : WAIT_MS;
}

static void
tell_ready(struct sender *s, struct nrs_mono since)
{
	if (!nrs_group_connected(s->group))
		nrs_service_ready(s->ctx, s->lane, false, "no broker");
	else if (s->n_ours > 0)
		nrs_service_ready(s->ctx, s->lane, true, "active");
	else if (nrs_mono_since_ms(since) > STANDBY_MS)
		nrs_service_ready(s->ctx, s->lane, true, "standby");
}

static enum nrs_rc
work(struct sender *s, struct nrs_err *err)
{
	struct nrs_mono since = nrs_mono_now();
	bool more;

	while (!nrs_stop_asked(nrs_service_stop(s->ctx))) {
		if (take_records(s, &more, err) == NRS_FATAL)
			return NRS_FATAL;
		throttle(s);
		sender_due_despair(s);
		sender_unpark(s);
		(void)dispatcher_queue_wake(s->queue, nrs_mono_now());
		sender_pump(s);
		tell_ready(s, since);
		move_on(s, more ? 0 : time_to_wait(s));
	}
	return NRS_OK;
}

/* ---- partitions come and go ---- */

static enum nrs_rc
gained(void *self, struct nrs_group_gain *gain, struct nrs_err *err)
{
	struct sender *s = self;
	struct dispatcher_part *part = &s->parts[gain->partition];
	enum nrs_rc rc;

	if (gain->partition >= s->n_parts)
		return nrs_fail(err, NRS_FATAL,
		    "%s has more partitions than when this process started",
		    s->traffic->delivery);
	/* Asked again when the bus could not start it. */
	sender_unload(s, part);
	rc = sender_due_gain(s, part, gain->metadata, err);
	if (rc == NRS_OK)
		rc = sender_recover(s, part, gain->metadata, err);
	if (rc != NRS_OK)
		return rc;
	sender_due_gained(s, part);
	/* Never, or so long ago that the bus forgot: from the oldest it has. */
	gain->start = gain->committed < 0 ? part->position : gain->committed;
	part->position = part->committed = gain->start;
	s->n_ours += part->ours ? 0 : 1;
	part->ours = true;
	if (s->paused)
		nrs_group_pause(s->group, gain->partition, true);
	nrs_log(NRS_LOG_INFO, "partition_gained",
	    NRS_S("topic", s->traffic->delivery),
	    NRS_I("partition", gain->partition), NRS_I("start", gain->start));
	return NRS_OK;
}

static void
lost(void *self, int partition, bool clean)
{
	struct sender *s = self;
	struct dispatcher_part *part = &s->parts[partition];

	if (partition >= s->n_parts || !part->ours)
		return;
	if (clean && !s->stopping)
		sender_drain(s, part);
	if (part->n_moving > 0)
		nrs_transfer_revoke(s->transfer);
	part->ours = false;
	s->n_ours--;
	sender_unload(s, part);
	sender_due_lost(s, part);
	nrs_log(NRS_LOG_INFO, "partition_lost",
	    NRS_S("topic", s->traffic->delivery), NRS_I("partition", partition),
	    NRS_I("clean", clean));
}

/* ---- life ---- */

static void
open_meters(struct sender *s)
{
	struct nrs_metrics *metrics = nrs_service_metrics(s->ctx);
	char labels[96];
	int state;

	if (metrics == NULL)
		return;
	for (state = NRS_STATE_DEFERRED; state <= NRS_STATE_CANCELLED;
	     state++) {
		(void)snprintf(labels, sizeof(labels),
		    "lane=\"%s\",state=\"%s\"", s->traffic->name,
		    nrs_term_name(NRS_VOC_DELIVERY_STATE, state));
		s->states[state] =
		    nrs_metrics_counter(metrics, "noroshi_deliveries_total",
		        labels, "What became of deliveries.");
	}
	(void)snprintf(labels, sizeof(labels), "lane=\"%s\"", s->traffic->name);
	s->seconds = nrs_metrics_histogram(metrics, "noroshi_delivery_seconds",
	    labels, "From acceptance at the door to the recipient's relay.");
	s->repeats =
	    nrs_metrics_counter(metrics, "noroshi_delivery_repeats_total",
	        labels, "Transfers that may have happened before.");
	s->open = nrs_metrics_gauge(metrics, "noroshi_deliveries_open", labels,
	    "Deliveries in hand without an end.");
}

static enum nrs_rc
count_partitions(struct sender *s, struct nrs_err *err)
{
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc = nrs_reader_open(&s->conf->common.bus, &reader, err);
	int i;

	if (rc == NRS_OK)
		rc = nrs_reader_partitions(
		    reader, s->traffic->delivery, &s->n_parts, err);
	nrs_reader_close(reader);
	if (rc == NRS_OK && s->n_parts == 0)
		rc = nrs_fail(err, NRS_RETRY,
		    "there is no topic %s: apply the topics",
		    s->traffic->delivery);
	if (rc != NRS_OK)
		return rc;
	s->parts = nrs_calloc((size_t)s->n_parts, sizeof(*s->parts));
	for (i = 0; i < s->n_parts; i++) {
		s->parts[i].sender = s;
		s->parts[i].number = i;
	}
	return NRS_OK;
}

static enum nrs_rc
open_bus(struct sender *s, struct nrs_err *err)
{
	static const struct nrs_group_ops ops = {
	    .gained = gained, .lost = lost};
	const struct nrs_bus_conf *bus = &s->conf->common.bus;
	const char *topics[] = {s->traffic->receipt, NRS_TOPIC_REJECTED,
	    s->traffic->delivery, NULL, NULL};
	size_t n_topics = 3;
	const struct nrs_group_conf group = {
	    .bus = bus,
	    .group = s->traffic->sender_group,
	    .topic = s->traffic->delivery,
	};
	enum nrs_rc rc;

	if ((rc = count_partitions(s, err)) != NRS_OK ||
	    (rc = dispatcher_subs_open(bus, &s->subs, err)) != NRS_OK ||
	    (rc = dispatcher_subs_refresh(
	         s->subs, (int)s->conf->answer_timeout_ms, err)) != NRS_OK ||
	    (rc = sender_due_open(s, err)) != NRS_OK)
		return rc;
	if (dispatcher_subs_has_endpoints(s->subs))
		topics[n_topics++] = NRS_TOPIC_ENDPOINT;
	/* Who confirms a reminder confirms the alert. */
	if (strcmp(s->traffic->receipt, NRS_TOPIC_RECEIPT_DUE) == 0)
		topics[n_topics++] = NRS_TOPIC_RECEIPT_ALERT;
	rc = nrs_producer_open(bus, topics, n_topics, &s->producer, err);
	if (rc != NRS_OK)
		return rc;
	return nrs_group_open(&group, &ops, s, &s->group, err);
}

static void
close_bus(struct sender *s)
{
	nrs_group_close(s->group);
	s->group = NULL;
	nrs_producer_close(s->producer);
	s->producer = NULL;
	dispatcher_subs_close(s->subs);
	s->subs = NULL;
	sender_due_close(s);
	free(s->parts);
	s->parts = NULL;
	s->n_parts = 0;
}

/* The bus may come up after us. */
static enum nrs_rc
wait_for_bus(struct sender *s, struct nrs_err *err)
{
	enum nrs_rc rc;

	while ((rc = open_bus(s, err)) == NRS_RETRY) {
		close_bus(s);
		nrs_service_ready(s->ctx, s->lane, false, err->text);
		nrs_service_alive(s->ctx, s->lane);
		if (nrs_stop_wait(nrs_service_stop(s->ctx), WAIT_MS))
			break;
	}
	return rc;
}

static void
finish(struct sender *s)
{
	struct nrs_err err = {0};
	size_t moving = 0;
	int i;

	/* What is promised to the bus is kept, if that takes no longer. */
	for (i = 0; i < s->n_parts; i++)
		sender_drain(s, &s->parts[i]);
	s->stopping = true;
	for (i = 0; i < s->n_parts; i++)
		moving += s->parts[i].n_moving;
	if (moving > 0)
		nrs_log(NRS_LOG_WARN, "stopped_under_way",
		    NRS_I("transfers", moving));
	if (sender_outbox_flush(s, (int)s->conf->answer_timeout_ms, &err) !=
	    NRS_OK)
		nrs_log(NRS_LOG_WARN, "receipts_not_flushed",
		    NRS_S("why", err.text));
}

enum nrs_rc
dispatcher_send(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	struct dispatcher *d = self;
	struct sender s = {.d = d,
	    .conf = d->conf,
	    .ctx = ctx,
	    .lane = lane,
	    .traffic = lane->arg,
	    .queue = dispatcher_queue_new(),
	    .scratch = nrs_arena_new()};
	enum nrs_rc rc;

	s.transfer_conf = dispatcher_transfer_conf(d->conf, s.traffic);
	open_meters(&s);
	rc = nrs_transfer_open(&s.transfer_conf, &s.transfer, err);
	if (rc == NRS_OK)
		rc = wait_for_bus(&s, err);
	if (rc == NRS_OK) {
		rc = work(&s, err);
		finish(&s);
	} else if (nrs_stop_asked(nrs_service_stop(ctx))) {
		rc = NRS_OK;
	}
	/* Acknowledgements and transfers end before what they point to. */
	nrs_group_close(s.group);
	s.group = NULL;
	nrs_producer_close(s.producer);
	s.producer = NULL;
	nrs_transfer_close(s.transfer);
	sender_outbox_drop(&s);
	sender_unload_all(&s);
	close_bus(&s);
	dispatcher_queue_free(s.queue);
	nrs_arena_free(s.scratch);
	return rc;
}
