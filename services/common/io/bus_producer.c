/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/io/bus_private.h"
#include "noroshi/base/cond.h"

#define CLOSE_MS 5000

struct nrs_producer {
	struct nrs_bus_setup *setup;
	struct nrs_bus_watch watch;
	rd_kafka_t *rk;
	struct nrs_map *handles; /* short name -> rd_kafka_topic_t */
	char **topics;
	size_t n_topics;
	size_t n_failed; /* since the last flush */
	rd_kafka_resp_err_t failure;
	int fd; /* -1 until asked for */
	/* Held for reading while the handle is in use, for writing while it is
	 * replaced. */
	pthread_rwlock_t handle_lock;
	/* send_wait: one waiter polls for all. */
	pthread_mutex_t wait_lock;
	pthread_cond_t wait_done;
	bool polling;
};

static void
delivered(rd_kafka_t *rk, const rd_kafka_message_t *msg, void *opaque)
{
	struct nrs_producer *p = opaque;

	(void)rk;
	if (nrs_bus_delivered(msg) == NRS_OK)
		return;
	p->n_failed++;
	p->failure = msg->err;
}

static void
watch_queue(struct nrs_producer *p)
{
	static const uint64_t one = 1;
	rd_kafka_queue_t *queue;

	if (p->fd < 0)
		return;
	queue = rd_kafka_queue_get_main(p->rk);
	rd_kafka_queue_io_event_enable(queue, p->fd, &one, sizeof(one));
	rd_kafka_queue_destroy(queue);
}

static enum nrs_rc
open_handle(struct nrs_producer *p, struct nrs_err *err)
{
	const struct nrs_bus_hooks hooks = {
	    .opaque = p,
	    .delivered = delivered,
	    .watch = &p->watch,
	};
	enum nrs_rc rc;

	rc = nrs_bus_setup_open(p->setup, &hooks, &p->rk, err);
	if (rc != NRS_OK)
		return rc;
	p->handles = nrs_map_new();
	watch_queue(p);
	return nrs_bus_warm(p->rk, p->setup,
	    (struct nrs_bus_topics){
	        (const char *const *)p->topics, p->n_topics},
	    p->handles, err);
}

/* What was not acknowledged is given back to its sender as failed. */
static void
close_handle(struct nrs_producer *p)
{
	if (p->rk == NULL)
		return;
	rd_kafka_purge(
	    p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(p->rk, CLOSE_MS);
	nrs_bus_handles_free(p->handles);
	p->handles = NULL;
	rd_kafka_destroy(p->rk);
	p->rk = NULL;
}

static bool
is_broken(struct nrs_producer *p)
{
	return p->rk == NULL || rd_kafka_fatal_error(p->rk, NULL, 0) !=
	                            RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* An idempotent producer that lost count of its sequence numbers refuses all
 * further work: a new one starts with a clean count. */
static enum nrs_rc
heal(struct nrs_producer *p, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;

	pthread_rwlock_wrlock(&p->handle_lock);
	if (is_broken(p)) {
		close_handle(p);
		rc = open_handle(p, err);
	}
	pthread_rwlock_unlock(&p->handle_lock);
	return rc;
}

/* Leaves handle_lock held for reading if NRS_OK. */
static enum nrs_rc
use_handle(struct nrs_producer *p, struct nrs_err *err)
{
	enum nrs_rc rc;

	pthread_rwlock_rdlock(&p->handle_lock);
	if (!is_broken(p))
		return NRS_OK;
	pthread_rwlock_unlock(&p->handle_lock);
	rc = heal(p, err);
	if (rc == NRS_OK)
		pthread_rwlock_rdlock(&p->handle_lock);
	return rc;
}

static void
init_locks(struct nrs_producer *p)
{
	pthread_rwlock_init(&p->handle_lock, NULL);
	pthread_mutex_init(&p->wait_lock, NULL);
	nrs_cond_init(&p->wait_done);
}

enum nrs_rc
nrs_producer_open(const struct nrs_bus_conf *conf, const char *const *topics,
    size_t n_topics, struct nrs_producer **out, struct nrs_err *err)
{
	struct nrs_producer *p = nrs_calloc(1, sizeof(*p));
	enum nrs_rc rc;
	size_t i;

	p->fd = -1;
	init_locks(p);
	nrs_bus_watch_init(&p->watch);
	p->topics = nrs_calloc(n_topics + 1, sizeof(*p->topics));
	for (i = 0; i < n_topics; i++)
		p->topics[i] = nrs_strdup(topics[i]);
	p->n_topics = n_topics;
	rc = nrs_bus_setup_new(conf, NRS_BUS_PRODUCER, NULL, &p->setup, err);
	if (rc == NRS_OK)
		rc = open_handle(p, err);
	if (rc != NRS_OK) {
		nrs_producer_close(p);
		return rc;
	}
	*out = p;
	return NRS_OK;
}

void
nrs_producer_close(struct nrs_producer *p)
{
	size_t i;

	if (p == NULL)
		return;
	if (p->rk != NULL)
		rd_kafka_flush(p->rk, nrs_producer_connected(p) ? CLOSE_MS : 0);
	close_handle(p);
	nrs_bus_setup_free(p->setup);
	nrs_bus_watch_fini(&p->watch);
	for (i = 0; i < p->n_topics; i++)
		free(p->topics[i]);
	free(p->topics);
	if (p->fd >= 0)
		close(p->fd);
	pthread_cond_destroy(&p->wait_done);
	pthread_mutex_destroy(&p->wait_lock);
	pthread_rwlock_destroy(&p->handle_lock);
	free(p);
}

static enum nrs_rc
produce(struct nrs_producer *p, const struct nrs_outgoing *out, int flags,
    struct nrs_err *err)
{
	rd_kafka_topic_t *topic = nrs_map_get(p->handles, out->topic);
	rd_kafka_resp_err_t code;

	if (topic == NULL)
		return nrs_fail(err, NRS_REJECT,
		    "bus: topic %s was not opened for sending", out->topic);
	code = nrs_bus_produce(p->rk, topic, out, flags);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return NRS_OK;
	return nrs_bus_fail(err, code, out->topic);
}

enum nrs_rc
nrs_producer_send(
    struct nrs_producer *p, const struct nrs_outgoing *out, struct nrs_err *err)
{
	enum nrs_rc rc = use_handle(p, err);

	if (rc != NRS_OK)
		return rc;
	rc = produce(p, out, 0, err);
	pthread_rwlock_unlock(&p->handle_lock);
	/* A handle that broke just now: the next call mends it. */
	return rc == NRS_FATAL && is_broken(p) ? NRS_RETRY : rc;
}

void
nrs_producer_poll(struct nrs_producer *p, int timeout_ms)
{
	uint64_t events;

	/* Before the queue is served, so that nothing is missed. */
	if (p->fd >= 0 && read(p->fd, &events, sizeof(events)) < 0)
		events = 0;
	rd_kafka_poll(p->rk, timeout_ms);
}

enum nrs_rc
nrs_producer_flush(struct nrs_producer *p, int timeout_ms, struct nrs_err *err)
{
	rd_kafka_resp_err_t code = rd_kafka_flush(p->rk, timeout_ms);
	size_t n_failed = p->n_failed;

	p->n_failed = 0;
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return nrs_fail(err, NRS_RETRY,
		    "bus: %d records are not acknowledged yet",
		    rd_kafka_outq_len(p->rk));
	if (n_failed > 0)
		return nrs_fail(err, NRS_RETRY, "bus: %zu records failed: %s",
		    n_failed, rd_kafka_err2str(p->failure));
	return NRS_OK;
}

/* ---- send_wait ---- */

/* On the heap: the answer may come after nobody waits for it any more. */
struct waiter {
	struct nrs_producer *producer;
	bool done, abandoned;
	enum nrs_rc rc;
	int64_t offset;
};

static void
waiter_acked(void *opaque, enum nrs_rc rc, int partition, int64_t offset)
{
	struct waiter *w = opaque;
	struct nrs_producer *p = w->producer;
	bool abandoned;

	(void)partition;
	pthread_mutex_lock(&p->wait_lock);
	w->done = true;
	w->rc = rc;
	w->offset = offset;
	abandoned = w->abandoned;
	pthread_cond_broadcast(&p->wait_done);
	pthread_mutex_unlock(&p->wait_lock);
	if (abandoned)
		free(w);
}

/* Whoever finds nobody polling polls for everyone, until its own record is
 * answered; then another takes over. True when w is done. */
static bool
wait_done(struct nrs_producer *p, struct waiter *w, int timeout_ms)
{
	struct nrs_mono start = nrs_mono_now();
	struct timespec deadline = nrs_cond_limit(timeout_ms);
	int64_t left = timeout_ms;

	pthread_mutex_lock(&p->wait_lock);
	while (!w->done && left > 0) {
		if (p->polling) {
			pthread_cond_timedwait(
			    &p->wait_done, &p->wait_lock, &deadline);
		} else {
			p->polling = true;
			pthread_mutex_unlock(&p->wait_lock);
			rd_kafka_poll(p->rk, (int)left);
			pthread_mutex_lock(&p->wait_lock);
			p->polling = false;
			pthread_cond_broadcast(&p->wait_done);
		}
		left = timeout_ms - nrs_mono_since_ms(start);
	}
	w->abandoned = !w->done;
	pthread_mutex_unlock(&p->wait_lock);
	return !w->abandoned;
}

static enum nrs_rc
send_and_wait(struct nrs_producer *p, const struct nrs_outgoing *out,
    int timeout_ms, int64_t *offset, struct nrs_err *err)
{
	struct nrs_outgoing copy = *out;
	struct waiter *w = nrs_calloc(1, sizeof(*w));
	enum nrs_rc rc;

	w->producer = p;
	copy.acked = waiter_acked;
	copy.opaque = w;
	rc = produce(p, &copy, RD_KAFKA_MSG_F_COPY, err);
	if (rc != NRS_OK) {
		free(w);
		return rc;
	}
	if (!wait_done(p, w, timeout_ms))
		return nrs_fail(err, NRS_RETRY,
		    "bus: no acknowledgement within %d ms", timeout_ms);
	rc = w->rc;
	if (offset != NULL)
		*offset = w->offset;
	free(w);
	if (rc != NRS_OK)
		nrs_fail(err, rc, "bus: %s was not written", out->topic);
	return rc;
}

enum nrs_rc
nrs_producer_send_wait(struct nrs_producer *p, const struct nrs_outgoing *out,
    int timeout_ms, int64_t *offset, struct nrs_err *err)
{
	enum nrs_rc rc = use_handle(p, err);

	if (rc != NRS_OK)
		return rc;
	rc = send_and_wait(p, out, timeout_ms, offset, err);
	if (rc == NRS_FATAL && is_broken(p))
		rc = NRS_RETRY;
	pthread_rwlock_unlock(&p->handle_lock);
	return rc;
}

int
nrs_producer_fd(struct nrs_producer *p)
{
	if (p->fd < 0) {
		p->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (p->fd < 0)
			abort();
		watch_queue(p);
	}
	return p->fd;
}

bool
nrs_producer_connected(const struct nrs_producer *p)
{
	return nrs_bus_watch_connected(&p->watch);
}
