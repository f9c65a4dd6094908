/* SPDX-License-Identifier: Apache-2.0 */
#include "common/io/bus_member.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define ASK_MS 5000
#define REFRESH_MS 1000
#define MAX_REVIVED 3
#define FORGET_LEASES 4 /* twins fence each other within one */

struct held {
	int partition;
	bool read; /* assigned in librdkafka: its owner has said from where */
};

struct nrs_bus_member {
	struct nrs_bus_setup *setup, *asking;
	struct nrs_bus_watch watch;
	rd_kafka_t *rk;
	char *topic; /* full name */
	const struct nrs_bus_member_ops *ops;
	void *self;
	int fd;
	int64_t lease_ms;
	struct held *held; /* partitions that were gained and not lost */
	size_t n_held;
	bool missing; /* the topic does not exist (yet) */
	struct nrs_mono refreshed;
	struct nrs_mono revived;
	int n_revived;
	char trouble[256];
};

rd_kafka_topic_partition_list_t *
nrs_bus_member_position(
    const struct nrs_bus_member *m, int partition, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new(1);

	rd_kafka_topic_partition_list_add(list, m->topic, partition)->offset =
	    offset;
	return list;
}

/* ---- callbacks, inside poll and close ---- */

/* The group moves on even without librdkafka; its next error tells why. */
static void
settle(struct nrs_bus_member *m, rd_kafka_error_t *error)
{
	if (error == NULL)
		return;
	(void)snprintf(
	    m->trouble, sizeof(m->trouble), "%s", rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
}

static struct held *
held_of(const struct nrs_bus_member *m, int partition)
{
	size_t i;

	for (i = 0; i < m->n_held; i++)
		if (m->held[i].partition == partition)
			return &m->held[i];
	return NULL;
}

static void
tell_gained(struct nrs_bus_member *m, int partition)
{
	m->held = nrs_realloc(m->held, m->n_held + 1, sizeof(*m->held));
	m->held[m->n_held++] = (struct held){.partition = partition};
	m->ops->gained(m->self, partition);
}

/* True if librdkafka was reading it. */
static bool
tell_lost(struct nrs_bus_member *m, int partition, bool clean)
{
	struct held *held = held_of(m, partition);
	bool read;

	if (held == NULL)
		return false;
	m->ops->lost(m->self, partition, clean);
	read = held->read;
	*held = m->held[--m->n_held];
	return read;
}

/*
 * The start is not known before the owner has looked around, and that takes
 * longer than a callback should. librdkafka wants an answer now: none of them
 * yet. (Not "all, at their end" for the time being: 2.0.2 applies the late
 * answer where the end is to the next assignment, and so skips records.)
 */
static void
take(struct nrs_bus_member *m, const rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_topic_partition_list_t *none =
	    rd_kafka_topic_partition_list_new(1);
	int i;

	nrs_bus_watch_joined(&m->watch);
	m->trouble[0] = '\0';
	settle(m, rd_kafka_incremental_assign(m->rk, none));
	rd_kafka_topic_partition_list_destroy(none);
	for (i = 0; i < list->cnt; i++)
		tell_gained(m, list->elems[i].partition);
}

static void
give_back(struct nrs_bus_member *m, const rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_topic_partition_list_t *read =
	    rd_kafka_topic_partition_list_new(1);
	bool clean = rd_kafka_assignment_lost(m->rk) == 0;
	int i;

	for (i = 0; i < list->cnt; i++)
		if (tell_lost(m, list->elems[i].partition, clean))
			rd_kafka_topic_partition_list_add(
			    read, m->topic, list->elems[i].partition);
	if (!clean)
		nrs_bus_watch_left(&m->watch);
	settle(m, rd_kafka_incremental_unassign(m->rk, read));
	rd_kafka_topic_partition_list_destroy(read);
}

static void
rebalanced(rd_kafka_t *rk, rd_kafka_resp_err_t code,
    rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct nrs_bus_member *m = opaque;

	(void)rk;
	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
		take(m, list);
	else
		give_back(m, list);
}

static void
commit_ended(rd_kafka_t *rk, rd_kafka_resp_err_t code,
    rd_kafka_topic_partition_list_t *list, void *opaque)
{
	struct nrs_bus_member *m = opaque;
	rd_kafka_resp_err_t one;
	int i;

	(void)rk;
	if (m->ops->committed == NULL || list == NULL)
		return;
	for (i = 0; i < list->cnt; i++) {
		one = code != RD_KAFKA_RESP_ERR_NO_ERROR ? code
		                                         : list->elems[i].err;
		m->ops->committed(m->self, list->elems[i].partition, one);
	}
}

/* ---- opening and closing ---- */

static enum nrs_rc
subscribe(struct nrs_bus_member *m, struct nrs_err *err)
{
	static const uint64_t one = 1;
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;
	rd_kafka_queue_t *queue;

	rd_kafka_poll_set_consumer(m->rk);
	queue = rd_kafka_queue_get_consumer(m->rk);
	rd_kafka_queue_io_event_enable(queue, m->fd, &one, sizeof(one));
	rd_kafka_queue_destroy(queue);
	list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(
	    list, m->topic, RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(m->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return NRS_OK;
	return nrs_fail(err, NRS_FATAL, "bus: cannot subscribe: %s",
	    rd_kafka_err2str(code));
}

static enum nrs_rc
open_handle(struct nrs_bus_member *m, struct nrs_err *err)
{
	const struct nrs_bus_hooks hooks = {
	    .opaque = m,
	    .rebalance = rebalanced,
	    .committed = commit_ended,
	    .watch = &m->watch,
	};
	enum nrs_rc rc = nrs_bus_setup_open(m->setup, &hooks, &m->rk, err);

	return rc == NRS_OK ? subscribe(m, err) : rc;
}

static void
close_handle(struct nrs_bus_member *m)
{
	if (m->rk == NULL)
		return;
	rd_kafka_consumer_close(m->rk);
	/* A broken one may not call back. */
	while (m->n_held > 0)
		(void)tell_lost(m, m->held[0].partition, false);
	nrs_bus_watch_left(&m->watch);
	rd_kafka_destroy(m->rk);
	m->rk = NULL;
}

enum nrs_rc
nrs_bus_member_open(const struct nrs_bus_member_conf *conf,
    const struct nrs_bus_member_ops *ops, void *self,
    struct nrs_bus_member **out, struct nrs_err *err)
{
	struct nrs_bus_member *m = nrs_calloc(1, sizeof(*m));
	enum nrs_rc rc;

	nrs_bus_watch_init(&m->watch);
	m->ops = ops;
	m->self = self;
	/* A tenth in hand for clocks that do not run alike. */
	m->lease_ms = conf->bus->session_timeout_ms * 9 / 10;
	m->topic = nrs_bus_full_name(conf->bus, conf->topic);
	m->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (m->fd < 0)
		abort();
	rc = nrs_bus_setup_new(
	    conf->bus, NRS_BUS_MEMBER, conf->group, &m->setup, err);
	if (rc == NRS_OK)
		rc = nrs_bus_setup_new(
		    conf->bus, NRS_BUS_READER, NULL, &m->asking, err);
	if (rc == NRS_OK)
		rc = open_handle(m, err);
	if (rc == NRS_OK)
		*out = m;
	else
		nrs_bus_member_close(m);
	return rc;
}

void
nrs_bus_member_close(struct nrs_bus_member *m)
{
	if (m == NULL)
		return;
	close_handle(m);
	nrs_bus_setup_free(m->setup);
	nrs_bus_setup_free(m->asking);
	nrs_bus_watch_fini(&m->watch);
	close(m->fd);
	free(m->held);
	free(m->topic);
	free(m);
}

/* ---- polling ---- */

/* librdkafka looks for a missing topic but seldom, and only an answer about all
 * topics reaches the group. */
static void
refresh(struct nrs_bus_member *m)
{
	const struct rd_kafka_metadata *metadata;

	if (!m->missing || nrs_mono_since_ms(m->refreshed) < REFRESH_MS)
		return;
	m->refreshed = nrs_mono_now();
	m->missing = false;
	if (rd_kafka_metadata(m->rk, 1, NULL, &metadata, REFRESH_MS) ==
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_metadata_destroy(metadata);
}

/*
 * The handle is beyond repair. Nearly always the group's coordinator says that
 * somebody else joined under our bus.instance. That is so if it renewed our
 * session a moment ago. But librdkafka 2.0.2 provokes the same answer by itself
 * when the broker was away for longer than a session and we were slow to hear
 * of the loss (it sends a heartbeat without its member id): then a new handle
 * joins again. Two processes of one name must not go on like that for ever.
 */
static enum nrs_rc
revive(struct nrs_bus_member *m, struct nrs_err *err)
{
	bool twin = rd_kafka_fatal_error(m->rk, NULL, 0) ==
	                RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID &&
	            nrs_bus_member_lease(m);

	if (nrs_mono_since_ms(m->revived) > FORGET_LEASES * m->lease_ms)
		m->n_revived = 0;
	if (twin || ++m->n_revived > MAX_REVIVED)
		return nrs_fail(err, NRS_FATAL,
		    "bus: another process runs with this bus.instance");
	m->revived = nrs_mono_now();
	close_handle(m);
	return open_handle(m, err);
}

static enum nrs_rc
trouble(struct nrs_bus_member *m, const rd_kafka_message_t *msg,
    struct nrs_err *err)
{
	if (msg->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    msg->err == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
		m->missing = true;
	(void)snprintf(
	    m->trouble, sizeof(m->trouble), "%s", rd_kafka_message_errstr(msg));
	if (nrs_bus_rc(msg->err) != NRS_FATAL)
		return NRS_OK; /* librdkafka goes on trying by itself */
	return nrs_fail(err, NRS_FATAL, "bus: %s: %s", m->topic, m->trouble);
}

enum nrs_rc
nrs_bus_member_poll(struct nrs_bus_member *m, int timeout_ms,
    rd_kafka_message_t **out, struct nrs_err *err)
{
	rd_kafka_message_t *msg;
	enum nrs_rc rc;
	uint64_t events;
	bool broken;

	*out = NULL;
	refresh(m);
	/* Before the queue is served, so that nothing is missed. */
	if (read(m->fd, &events, sizeof(events)) < 0)
		events = 0;
	msg = rd_kafka_consumer_poll(m->rk, timeout_ms);
	if (msg == NULL)
		return NRS_OK;
	if (msg->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		m->trouble[0] = '\0';
		*out = msg;
		return NRS_OK;
	}
	broken = msg->err == RD_KAFKA_RESP_ERR__FATAL;
	rc = broken ? NRS_OK : trouble(m, msg, err);
	rd_kafka_message_destroy(msg);
	return broken ? revive(m, err) : rc;
}

/* ---- positions ---- */

enum nrs_rc
nrs_bus_member_committed(struct nrs_bus_member *m, int partition,
    int64_t *offset, char **metadata, struct nrs_err *err)
{
	rd_kafka_topic_partition_list_t *list =
	    nrs_bus_member_position(m, partition, RD_KAFKA_OFFSET_INVALID);
	const rd_kafka_topic_partition_t *p = &list->elems[0];
	rd_kafka_resp_err_t code;

	code = rd_kafka_committed(m->rk, list, ASK_MS);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		code = p->err;
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		*offset = p->offset < 0 ? -1 : p->offset;
		*metadata = nrs_alloc(p->metadata_size + 1);
		memcpy(*metadata, p->metadata_size == 0 ? "" : p->metadata,
		    p->metadata_size);
		(*metadata)[p->metadata_size] = '\0';
	}
	rd_kafka_topic_partition_list_destroy(list);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return nrs_bus_fail(err, code, "stored position");
	return NRS_OK;
}

/* Not a seek: that fails while the fetcher is still starting. */
static rd_kafka_error_t *
assign(struct nrs_bus_member *m, struct held *held, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list =
	    nrs_bus_member_position(m, held->partition, offset);
	rd_kafka_error_t *error = NULL;

	if (held->read)
		error = rd_kafka_incremental_unassign(m->rk, list);
	held->read = held->read && error != NULL;
	if (error == NULL)
		error = rd_kafka_incremental_assign(m->rk, list);
	held->read = held->read || error == NULL;
	rd_kafka_topic_partition_list_destroy(list);
	return error;
}

enum nrs_rc
nrs_bus_member_start(struct nrs_bus_member *m, int partition, int64_t offset,
    struct nrs_err *err)
{
	struct held *held = held_of(m, partition);
	rd_kafka_error_t *error;
	enum nrs_rc rc;

	rc = nrs_bus_check_start(m->asking,
	    &(struct nrs_bus_place){m->topic, partition, offset}, err);
	if (rc != NRS_OK)
		return rc;
	/* What follows would make librdkafka forget it. */
	if (held == NULL || rd_kafka_assignment_lost(m->rk) != 0)
		return nrs_fail(err, NRS_RETRY, "bus: session lost");
	error = assign(m, held, offset);
	if (error == NULL)
		return NRS_OK;
	rc = nrs_fail(err, NRS_RETRY, "bus: start at %lld: %s",
	    (long long)offset, rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return rc;
}

void
nrs_bus_member_pause(struct nrs_bus_member *m, int partition, bool pause)
{
	rd_kafka_topic_partition_list_t *list =
	    nrs_bus_member_position(m, partition, RD_KAFKA_OFFSET_INVALID);

	if (pause)
		rd_kafka_pause_partitions(m->rk, list);
	else
		rd_kafka_resume_partitions(m->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

rd_kafka_resp_err_t
nrs_bus_member_commit(struct nrs_bus_member *m,
    const struct nrs_bus_position *position, bool wait)
{
	rd_kafka_topic_partition_list_t *list =
	    nrs_bus_member_position(m, position->partition, position->offset);
	rd_kafka_resp_err_t code;

	list->elems[0].metadata = nrs_strdup(position->metadata);
	list->elems[0].metadata_size = strlen(position->metadata);
	code = rd_kafka_commit(m->rk, list, wait ? 0 : 1);
	rd_kafka_topic_partition_list_destroy(list);
	return code;
}

rd_kafka_consumer_group_metadata_t *
nrs_bus_member_metadata(struct nrs_bus_member *m)
{
	return rd_kafka_consumer_group_metadata(m->rk);
}

/* ---- questions ---- */

struct nrs_mono
nrs_bus_member_lease_end(const struct nrs_bus_member *m)
{
	struct nrs_mono since = nrs_bus_watch_member_since(&m->watch);

	if (since.ns == 0 || rd_kafka_assignment_lost(m->rk) != 0)
		return (struct nrs_mono){.ns = 0};
	return nrs_mono_add_ms(since, m->lease_ms);
}

bool
nrs_bus_member_lease(const struct nrs_bus_member *m)
{
	return nrs_mono_now().ns < nrs_bus_member_lease_end(m).ns;
}

bool
nrs_bus_member_renewed(const struct nrs_bus_member *m, struct nrs_mono moment)
{
	return nrs_bus_watch_member_since(&m->watch).ns > moment.ns &&
	       nrs_bus_member_lease(m);
}

bool
nrs_bus_member_connected(const struct nrs_bus_member *m)
{
	return nrs_bus_watch_connected(&m->watch);
}

const char *
nrs_bus_member_trouble(const struct nrs_bus_member *m)
{
	return m->trouble;
}

const struct nrs_bus_setup *
nrs_bus_member_setup(const struct nrs_bus_member *m)
{
	return m->setup;
}

int
nrs_bus_member_fd(const struct nrs_bus_member *m)
{
	return m->fd;
}
