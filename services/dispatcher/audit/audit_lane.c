/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/audit/audit.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"

#define WAIT_MS 500
#define AGAIN_MS 3000

/* Some offset that is there: nothing is read from it, and what the topic has
 * lost must not keep the auditor from saying so. */
static enum nrs_rc
any_offset(struct auditor *a, int64_t *out, struct nrs_err *err)
{
	struct nrs_reader *reader = NULL;
	struct nrs_bounds bounds = {0, 0};
	enum nrs_rc rc =
	    nrs_reader_open_lookup(&a->conf->common.bus, &reader, err);

	if (rc == NRS_OK)
		rc = nrs_reader_bounds(
		    reader, NRS_TOPIC_OUTCOME, 0, &bounds, err);
	nrs_reader_close(reader);
	*out = bounds.first;
	return rc;
}

static enum nrs_rc
gained(void *self, struct nrs_group_gain *gain, struct nrs_err *err)
{
	struct auditor *a = self;
	enum nrs_rc rc;

	if (gain->partition != 0)
		return NRS_OK;
	rc = any_offset(a, &gain->start, err);
	if (rc != NRS_OK)
		return rc;
	/* It only says whose turn it is. */
	nrs_group_pause(a->group, 0, true);
	free(a->resume);
	a->resume = nrs_strdup(gain->metadata);
	a->active = true;
	return NRS_OK;
}

static void
lost(void *self, int partition, bool clean)
{
	struct auditor *a = self;

	(void)clean;
	if (partition == 0)
		a->active = false;
}

static enum nrs_rc
open_lane(struct auditor *a, struct nrs_err *err)
{
	static const struct nrs_group_ops ops = {
	    .gained = gained, .lost = lost};
	static const char *const outputs[] = {NRS_TOPIC_DELIVERY_ALERT,
	    NRS_TOPIC_DELIVERY_NEWSLETTER, NRS_TOPIC_DELIVERY_DUE,
	    NRS_TOPIC_DISPATCH_ALERT, NRS_TOPIC_DISPATCH_NEWSLETTER,
	    NRS_TOPIC_AUDIT};
	const struct nrs_group_conf conf = {
	    .bus = &a->conf->common.bus,
	    .group = "dispatcher-audit",
	    .topic = NRS_TOPIC_OUTCOME,
	};
	enum nrs_rc rc = nrs_producer_open(&a->conf->common.bus, outputs,
	    sizeof(outputs) / sizeof(outputs[0]), &a->producer, err);

	auditor_open_meters(a);
	if (rc == NRS_OK)
		rc = nrs_group_open(&conf, &ops, a, &a->group, err);
	return rc;
}

/* One turn of the active one. */
static enum nrs_rc
work(struct auditor *a, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	if (a->audit == NULL)
		rc = auditor_begin(a, err);
	if (rc == NRS_OK)
		rc = auditor_read(a, WAIT_MS, err);
	if (rc != NRS_OK ||
	    nrs_mono_since_ms(a->judged) < a->conf->audit.every_ms)
		return rc;
	a->judged = nrs_mono_now();
	if (auditor_has_new_sectors(a))
		return nrs_fail(
		    err, NRS_RETRY, "there are other sectors: begin again");
	rc = auditor_judge(a, err);
	if (rc == NRS_OK)
		rc = auditor_beat(a, err);
	if (rc == NRS_OK)
		auditor_mark(a);
	return rc;
}

/* Whatever the auditor may not read, or cannot, alerts go on: only its own lag
 * tells. */
static void
try_later(struct auditor *a, enum nrs_rc rc, const struct nrs_err *err)
{
	nrs_metric_set(a->lag, nrs_mono_since_ms(a->caught_up) / 1000);
	if (nrs_stop_asked(nrs_service_stop(a->ctx)))
		return;
	nrs_log(rc == NRS_FATAL ? NRS_LOG_ERROR : NRS_LOG_WARN, "audit_retry",
	    NRS_S("why", err->text));
	nrs_service_ready(a->ctx, a->lane, true, err->text);
	(void)nrs_stop_wait(nrs_service_stop(a->ctx), AGAIN_MS);
}

/* Begin again: in a while, or when it is ours again. */
static void
recover(struct auditor *a, enum nrs_rc rc, const struct nrs_err *err)
{
	char *last =
	    nrs_strdup(a->n_marks > 0 ? a->marks[0].position : a->resume);

	free(a->resume);
	a->resume = last;
	auditor_forget(a);
	if (a->active)
		try_later(a, rc, err);
}

/* Without the partition: the group tells when it is ours. */
static void
stand_by(struct auditor *a, struct nrs_err *err)
{
	struct nrs_record record;
	enum nrs_rc rc;

	if (a->audit != NULL)
		auditor_forget(a);
	rc = nrs_group_next(a->group, WAIT_MS, &record, err);
	if (rc != NRS_OK) {
		try_later(a, rc, err);
		return;
	}
	/* Another one audits, and tells how far it is. */
	a->caught_up = nrs_mono_now();
	nrs_metric_set(a->lag, 0);
	if (!a->active)
		nrs_service_ready(a->ctx, a->lane, true, "standby");
}

static void
run(struct auditor *a)
{
	struct nrs_err err;
	enum nrs_rc rc;

	a->caught_up = nrs_mono_now();
	while (!nrs_stop_asked(nrs_service_stop(a->ctx))) {
		err = (struct nrs_err){.text = ""};
		if (!auditor_goes_on(a)) {
			stand_by(a, &err);
			continue;
		}
		rc = work(a, &err);
		if (rc != NRS_OK)
			recover(a, rc, &err);
		else if (a->audit != NULL)
			nrs_service_ready(a->ctx, a->lane, true, "active");
	}
}

static void
sit_out(struct auditor *a)
{
	nrs_service_ready(a->ctx, a->lane, true, "off");
	while (!nrs_stop_asked(nrs_service_stop(a->ctx))) {
		nrs_service_alive(a->ctx, a->lane);
		nrs_stop_wait(nrs_service_stop(a->ctx), 5000);
	}
}

enum nrs_rc
dispatcher_audit(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	struct dispatcher *d = self;
	struct auditor a = {.d = d,
	    .conf = d->conf,
	    .ctx = ctx,
	    .lane = lane,
	    .resume = nrs_strdup(""),
	    .arena = nrs_arena_new()};
	enum nrs_rc rc = NRS_OK;

	if (d->conf->audit.every_ms == 0) {
		sit_out(&a);
	} else {
		rc = open_lane(&a, err);
		if (rc == NRS_OK)
			run(&a);
	}
	auditor_forget(&a);
	nrs_group_close(a.group);
	nrs_producer_close(a.producer);
	nrs_arena_free(a.arena);
	free(a.resume);
	return rc;
}
