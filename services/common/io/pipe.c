/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/pipe.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/io/bus_member.h"
#include "common/io/pipe_txn.h"
#include "noroshi/base/failpoint.h"
#include "noroshi/base/log.h"

static const char is_active[] = "active";

#define IDLE_MS 1000
#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 3000
/* So often in a row and the supervisor is to have a look: either somebody else
 * uses our transactional.id, or something is wrong that a new process mends.
 * In a row: nothing was committed in between, nor did so long pass; a pipe
 * that is idle has nothing to commit. */
#define MAX_FENCED 5
#define FORGET_MS 60000

struct meters {
	struct nrs_metric *records, *committed, *aborted, *takeovers, *active;
	struct nrs_metric *seconds;
};

struct pipe {
	const struct nrs_pipe_conf *conf;
	const struct nrs_pipe_ops *ops;
	void *self;
	struct nrs_stop *stop;
	struct nrs_bus_member *member;
	struct nrs_txn *txn;
	struct meters meters;
	bool worked;  /* since it was last idle */
	bool owned;   /* the group gave us the partition */
	bool active;  /* and we have taken over */
	bool touched; /* the service holds state that lost() must end */
	int n_fenced; /* in a row */
	struct nrs_mono fenced_at;
	int backoff_ms;
	const char *said; /* last readiness told; "" before */
	rd_kafka_message_t **msgs;
	struct nrs_record *records;
	size_t n;
};

static void
alive(void *opaque)
{
	struct pipe *p = opaque;

	nrs_service_alive(p->conf->ctx, p->conf->lane);
}

/* reason is static, or NULL: then err says it, which is told each time. */
static void
tell(struct pipe *p, bool ready, const char *reason)
{
	if (reason == p->said)
		return;
	p->said = reason;
	nrs_service_ready(p->conf->ctx, p->conf->lane, ready, reason);
}

static void
tell_trouble(struct pipe *p, const struct nrs_err *err)
{
	p->said = NULL;
	nrs_service_ready(p->conf->ctx, p->conf->lane, false, err->text);
	nrs_log(NRS_LOG_WARN, "pipe-retry", NRS_S("lane", p->conf->lane->name),
	    NRS_S("why", err->text), NRS_I("backoff_ms", p->backoff_ms));
}

static void
forget_batch(struct pipe *p)
{
	while (p->n > 0)
		rd_kafka_message_destroy(p->msgs[--p->n]);
}

/* From active, or from a takeover that failed, to standby. What was sent is let
 * go of before the service frees it. */
static void
step_down(struct pipe *p)
{
	nrs_txn_drop(p->txn);
	forget_batch(p);
	p->active = false;
	nrs_metric_set(p->meters.active, 0);
	if (p->touched)
		p->ops->lost(p->self);
	p->touched = false;
}

/* ---- called by the member, between transactions only ---- */

static void
gained(void *self, int partition)
{
	struct pipe *p = self;

	/* Other partitions than 0 would be a mistake of whoever made the topic:
	 * nothing is read from them. */
	if (partition == 0)
		p->owned = true;
}

static void
lost(void *self, int partition, bool clean)
{
	struct pipe *p = self;

	if (partition != 0)
		return;
	nrs_log(NRS_LOG_INFO, "standby", NRS_S("lane", p->conf->lane->name),
	    NRS_S("why", clean ? "handed over" : "session lost"));
	p->owned = false;
	step_down(p);
}

static const struct nrs_bus_member_ops member_ops = {
    .gained = gained,
    .lost = lost,
};

/* ---- taking over ---- */

/* Who slept, or was fenced, must not fence a rightful successor: first the
 * coordinator has to say, after that moment, that the partition is ours. */
static bool
may_take_over(const struct pipe *p)
{
	if (p->n_fenced > 0)
		return nrs_bus_member_renewed(p->member, p->fenced_at);
	return nrs_bus_member_lease(p->member);
}

static enum nrs_rc
find_start(struct pipe *p, int64_t *start, struct nrs_err *err)
{
	char *metadata = NULL;
	int64_t committed;
	enum nrs_rc rc;

	rc = nrs_bus_member_committed(p->member, 0, &committed, &metadata, err);
	free(metadata);
	if (rc != NRS_OK)
		return rc;
	*start = -1;
	p->touched = true;
	rc = p->ops->take_over(p->self, committed, start, err);
	if (rc == NRS_OK && *start < 0)
		*start = committed < 0 ? 0 : committed;
	return rc;
}

static enum nrs_rc
take_over(struct pipe *p, struct nrs_err *err)
{
	struct nrs_mono begun = nrs_mono_now();
	int64_t start = -1;
	enum nrs_rc rc;

	if (!may_take_over(p))
		return nrs_fail(err, NRS_RETRY,
		    "bus: waiting to hear that the partition is still ours");
	rc = nrs_txn_renew(p->txn, err);
	if (rc == NRS_OK)
		rc = find_start(p, &start, err);
	if (rc == NRS_OK)
		rc = nrs_bus_member_start(p->member, 0, start, err);
	if (rc != NRS_OK)
		return rc;
	p->active = true;
	nrs_metric_add(p->meters.takeovers, 1);
	nrs_metric_set(p->meters.active, 1);
	nrs_log(NRS_LOG_INFO, "active", NRS_S("lane", p->conf->lane->name),
	    NRS_I("offset", start), NRS_I("ms", nrs_mono_since_ms(begun)));
	tell(p, true, is_active);
	return NRS_OK;
}

/* ---- one transaction ---- */

static enum nrs_rc
decide(struct pipe *p, struct nrs_err *err)
{
	enum nrs_rc rc = nrs_txn_begin(p->txn, err);

	if (rc != NRS_OK)
		return rc;
	rc = p->ops->batch(p->self, p->records, p->n, p->txn, err);
	if (rc != NRS_OK) /* a rejected batch would be rejected for ever */
		return rc == NRS_REJECT ? NRS_FATAL : rc;
	return nrs_txn_commit(p->txn,
	    nrs_bus_member_position(
	        p->member, 0, p->records[p->n - 1].offset + 1),
	    nrs_bus_member_metadata(p->member), err);
}

static enum nrs_rc
transact(struct pipe *p, struct nrs_err *err)
{
	struct nrs_mono begun = nrs_mono_now();
	enum nrs_rc rc = decide(p, err);

	if (rc != NRS_OK) {
		nrs_metric_add(p->meters.aborted, 1);
		return rc;
	}
	NRS_FAILPOINT("pipe.committed");
	nrs_metric_add(p->meters.committed, 1);
	nrs_metric_add(p->meters.records, (int64_t)p->n);
	nrs_metric_observe_us(p->meters.seconds, nrs_mono_since_us(begun));
	p->n_fenced = 0;
	p->backoff_ms = 0;
	p->worked = true;
	p->ops->settled(p->self);
	forget_batch(p);
	return NRS_OK;
}

/* ---- the loop ---- */

/* Take one message if there is one. Runs gained and lost; lost empties the
 * batch, so that nothing of a former life is decided. */
static enum nrs_rc
take_one(struct pipe *p, bool *took, struct nrs_err *err)
{
	rd_kafka_message_t *msg;
	enum nrs_rc rc = nrs_bus_member_poll(p->member, 0, &msg, err);

	*took = false;
	if (rc != NRS_OK || msg == NULL)
		return rc;
	if (!p->active || msg->partition != 0) {
		rd_kafka_message_destroy(msg);
		*took = true;
		return NRS_OK;
	}
	nrs_bus_record_fill(
	    &p->records[p->n], msg, nrs_bus_member_setup(p->member));
	p->msgs[p->n++] = msg;
	*took = true;
	return NRS_OK;
}

/* Whatever waits, up to max_batch. */
static enum nrs_rc
gather(struct pipe *p, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	bool took = true;

	while (rc == NRS_OK && took && p->n < p->conf->max_batch)
		rc = take_one(p, &took, err);
	return rc;
}

static void
wait_for_work(struct pipe *p)
{
	struct pollfd fds[] = {
	    {.fd = nrs_bus_member_fd(p->member), .events = POLLIN},
	    {.fd = nrs_stop_fd(p->stop), .events = POLLIN},
	};

	/* A signal only makes the next round come early. */
	if (poll(fds, 2, IDLE_MS) != 0 || !p->worked)
		return;
	p->worked = false;
	if (p->ops->idle != NULL)
		p->ops->idle(p->self);
	nrs_mem_trim();
}

static void
tell_state(struct pipe *p)
{
	if (!nrs_bus_member_connected(p->member))
		tell(p, false, "bus unreachable");
	else if (p->active)
		tell(p, true, is_active);
	else if (nrs_bus_member_trouble(p->member)[0] != '\0')
		tell(p, false, "input topic unavailable");
	else
		tell(p, true, "standby");
}

/* NRS_FATAL: too often. */
static enum nrs_rc
count_fenced(struct pipe *p, struct nrs_err *err)
{
	if (nrs_mono_since_ms(p->fenced_at) > FORGET_MS)
		p->n_fenced = 0;
	p->fenced_at = nrs_mono_now();
	if (++p->n_fenced < MAX_FENCED)
		return NRS_OK;
	return nrs_fail(err, NRS_FATAL,
	    "bus: fenced %d times in a row: does something else use our "
	    "transactional id?",
	    p->n_fenced);
}

/* An error that is not the end: back to standby, and over again after a while.
 * NRS_FATAL when that has not helped often enough. */
static enum nrs_rc
recover(struct pipe *p, struct nrs_err *err)
{
	bool fenced = nrs_txn_take_fenced(p->txn);

	step_down(p);
	if (fenced && count_fenced(p, err) != NRS_OK)
		return NRS_FATAL;
	p->backoff_ms = p->backoff_ms == 0 ? BACKOFF_MIN_MS : p->backoff_ms * 2;
	if (p->backoff_ms > BACKOFF_MAX_MS)
		p->backoff_ms = BACKOFF_MAX_MS;
	tell_trouble(p, err);
	nrs_stop_wait(p->stop, p->backoff_ms);
	return NRS_OK;
}

static enum nrs_rc
round_once(struct pipe *p, struct nrs_err *err)
{
	enum nrs_rc rc = gather(p, err);

	if (rc != NRS_OK)
		return rc;
	if (p->owned && !p->active)
		return take_over(p, err);
	if (p->n > 0)
		return transact(p, err);
	tell_state(p);
	wait_for_work(p);
	return NRS_OK;
}

static enum nrs_rc
loop(struct pipe *p, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	while (rc == NRS_OK && !nrs_stop_asked(p->stop)) {
		alive(p);
		rc = round_once(p, err);
		if (rc == NRS_RETRY)
			rc = recover(p, err);
	}
	return rc == NRS_OK ? NRS_OK : NRS_FATAL;
}

/* ---- opening and closing ---- */

static void
open_meters(struct pipe *p)
{
	struct nrs_metrics *all = nrs_service_metrics(p->conf->ctx);
	struct meters *m = &p->meters;
	char *lane, *ok, *aborted;

	if (all == NULL)
		return;
	lane = nrs_asprintf("lane=\"%s\"", p->conf->lane->name);
	ok = nrs_asprintf("%s,result=\"committed\"", lane);
	aborted = nrs_asprintf("%s,result=\"aborted\"", lane);
	m->records = nrs_metrics_counter(all, "noroshi_pipe_records_total",
	    lane, "Records decided and committed.");
	m->committed =
	    nrs_metrics_counter(all, "noroshi_pipe_transactions_total", ok,
	        "Transactions ended, by result.");
	m->aborted = nrs_metrics_counter(all, "noroshi_pipe_transactions_total",
	    aborted, "Transactions ended, by result.");
	m->takeovers = nrs_metrics_counter(all, "noroshi_pipe_takeovers_total",
	    lane, "Times this process became active.");
	m->active = nrs_metrics_gauge(all, "noroshi_pipe_active", lane,
	    "1 while this process is the active one.");
	m->seconds =
	    nrs_metrics_histogram(all, "noroshi_pipe_transaction_seconds", lane,
	        "From a batch in hand to its commit.");
	free(lane);
	free(ok);
	free(aborted);
}

static enum nrs_rc
open_pipe(struct pipe *p, struct nrs_err *err)
{
	const struct nrs_pipe_conf *conf = p->conf;
	const struct nrs_txn_conf txn = {
	    .bus = conf->bus,
	    .id = conf->group,
	    .outputs = {conf->outputs, conf->n_outputs},
	    .alive = alive,
	    .opaque = p,
	};
	const struct nrs_bus_member_conf member = {
	    conf->bus, conf->group, conf->topic};
	enum nrs_rc rc;

	p->stop = nrs_service_stop(conf->ctx);
	p->said = "";
	p->msgs = nrs_calloc(conf->max_batch, sizeof(rd_kafka_message_t *));
	p->records = nrs_calloc(conf->max_batch, sizeof(*p->records));
	open_meters(p);
	rc = nrs_txn_new(&txn, &p->txn, err);
	if (rc != NRS_OK)
		return rc;
	return nrs_bus_member_open(&member, &member_ops, p, &p->member, err);
}

static void
close_pipe(struct pipe *p)
{
	if (p->txn != NULL)
		step_down(p);
	nrs_bus_member_close(p->member);
	nrs_txn_free(p->txn);
	free(p->msgs);
	free(p->records);
}

enum nrs_rc
nrs_pipe_run(const struct nrs_pipe_conf *conf, const struct nrs_pipe_ops *ops,
    void *self, struct nrs_err *err)
{
	struct pipe pipe = {.conf = conf, .ops = ops, .self = self};
	struct nrs_err why = {.text = ""};
	enum nrs_rc rc = open_pipe(&pipe, &why);

	if (rc == NRS_OK)
		rc = loop(&pipe, &why);
	close_pipe(&pipe);
	if (err != NULL)
		*err = why;
	return rc == NRS_OK ? NRS_OK : NRS_FATAL;
}
