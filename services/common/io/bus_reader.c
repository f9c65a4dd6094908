/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader uses librdkafka's simple consumer: it joins no group, so it needs no
 * group's ACL, commits nothing and opens no connection to a coordinator.
 */
#include <stdlib.h>
#include <string.h>

#include "common/io/bus_reader.h"

#define AGAIN_MS 100 /* after a broker did not know where a topic begins */

static enum nrs_rc
open_handle(struct nrs_reader *r, struct nrs_err *err)
{
	const struct nrs_bus_hooks hooks = {.opaque = r, .watch = &r->watch};

	r->handles = nrs_map_new();
	return nrs_bus_setup_open(r->setup, &hooks, &r->rk, err);
}

static void
close_handle(struct nrs_reader *r)
{
	nrs_bus_handles_free(r->handles);
	r->handles = NULL;
	if (r->rk != NULL)
		rd_kafka_destroy(r->rk);
	r->rk = NULL;
}

static enum nrs_rc
open_reader(const struct nrs_bus_conf *conf, enum nrs_bus_role role,
    struct nrs_reader **out, struct nrs_err *err)
{
	struct nrs_reader *r = nrs_calloc(1, sizeof(*r));
	enum nrs_rc rc;

	nrs_bus_watch_init(&r->watch);
	rc = nrs_bus_setup_new(conf, role, NULL, &r->setup, err);
	if (rc == NRS_OK)
		rc = open_handle(r, err);
	if (rc != NRS_OK) {
		nrs_reader_close(r);
		return rc;
	}
	*out = r;
	return NRS_OK;
}

enum nrs_rc
nrs_reader_open(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	return open_reader(conf, NRS_BUS_READER, out, err);
}

enum nrs_rc
nrs_reader_open_lookup(const struct nrs_bus_conf *conf, struct nrs_reader **out,
    struct nrs_err *err)
{
	return open_reader(conf, NRS_BUS_LOOKUP, out, err);
}

enum nrs_rc
nrs_reader_open_follower(const struct nrs_bus_conf *conf,
    struct nrs_reader **out, struct nrs_err *err)
{
	return open_reader(conf, NRS_BUS_FOLLOWER, out, err);
}

static void
release_current(struct nrs_reader *r)
{
	if (r->current != NULL)
		rd_kafka_message_destroy(r->current);
	r->current = NULL;
}

static void
stop_all(struct nrs_reader *r)
{
	size_t i;

	for (i = 0; i < r->n_parts; i++)
		rd_kafka_consume_stop(r->parts[i].topic, r->parts[i].partition);
	r->n_parts = 0;
	release_current(r);
	for (i = r->first_held; i < r->n_held; i++)
		rd_kafka_message_destroy(r->held[i]);
	r->first_held = r->n_held = 0;
	if (r->queue != NULL)
		rd_kafka_queue_destroy(r->queue);
	r->queue = NULL;
}

void
nrs_reader_close(struct nrs_reader *r)
{
	if (r == NULL)
		return;
	stop_all(r);
	close_handle(r);
	reader_close_asker(r);
	nrs_bus_setup_free(r->setup);
	nrs_bus_watch_fini(&r->watch);
	free(r->parts);
	free(r->held);
	free(r);
}

static enum nrs_rc
start_one(struct nrs_reader *r, const struct nrs_reader_from *from,
    struct nrs_err *err)
{
	struct reader_part *part = &r->parts[r->n_parts];

	*part = (struct reader_part){.topic = reader_handle(r, from->topic),
	    .partition = from->partition,
	    .from = from->offset,
	    .position = from->offset,
	    .looking = from->offset < 0};
	if (part->topic == NULL ||
	    rd_kafka_consume_start_queue(
	        part->topic, part->partition, from->offset, r->queue) != 0)
		return nrs_fail(err, NRS_FATAL, "bus: cannot read %s[%d]: %s",
		    from->topic, from->partition,
		    rd_kafka_err2str(rd_kafka_last_error()));
	r->n_parts++;
	return NRS_OK;
}

/* librdkafka 2.0.2 applies a late answer where a topic begins or ends to the
 * next assignment, and so skips or repeats records: do not leave one behind. */
static bool
is_looking(const struct nrs_reader *r)
{
	size_t i;

	for (i = 0; i < r->n_parts; i++)
		if (r->parts[i].looking)
			return true;
	return false;
}

enum nrs_rc
nrs_reader_assign(struct nrs_reader *r, const struct nrs_reader_from *from,
    size_t n, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	size_t i;

	if (is_looking(r)) {
		stop_all(r);
		close_handle(r);
		rc = open_handle(r, err);
		if (rc != NRS_OK)
			return rc;
	}
	stop_all(r);
	/* A new queue: what the old assignment still had in flight is gone. */
	r->queue = rd_kafka_queue_new(r->rk);
	r->parts = nrs_realloc(r->parts, n + 1, sizeof(*r->parts));
	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = start_one(r, &from[i], err);
	return rc;
}

static struct reader_part *
part_of(struct nrs_reader *r, const rd_kafka_message_t *msg)
{
	size_t i;

	for (i = 0; i < r->n_parts; i++)
		if (r->parts[i].partition == msg->partition &&
		    msg->rkt != NULL &&
		    strcmp(rd_kafka_topic_name(r->parts[i].topic),
		        rd_kafka_topic_name(msg->rkt)) == 0)
			return &r->parts[i];
	return NULL;
}

/* A broker that is just back may know no partition yet. librdkafka takes that
 * for an answer and gives the partition up, for want of another start. */
static bool
is_given_up(struct reader_part *part, rd_kafka_resp_err_t code)
{
	if (part == NULL || !part->looking ||
	    code != RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
		return false;
	part->stalled = true;
	return true;
}

static void
start_stalled(struct nrs_reader *r)
{
	struct reader_part *part;

	for (part = r->parts; part < r->parts + r->n_parts; part++) {
		if (!part->stalled)
			continue;
		rd_kafka_consume_stop(part->topic, part->partition);
		part->stalled = rd_kafka_consume_start_queue(part->topic,
		                    part->partition, part->from, r->queue) != 0;
	}
}

static bool
is_stalled(const struct nrs_reader *r)
{
	size_t i;

	for (i = 0; i < r->n_parts; i++)
		if (r->parts[i].stalled)
			return true;
	return false;
}

/* NULL: nothing came. */
static rd_kafka_message_t *
take(struct nrs_reader *r, int64_t timeout_ms)
{
	rd_kafka_message_t *msg;

	while (is_stalled(r)) {
		msg = rd_kafka_consume_queue(r->queue,
		    (int)(timeout_ms < AGAIN_MS ? timeout_ms : AGAIN_MS));
		if (msg != NULL)
			return msg;
		start_stalled(r);
		timeout_ms -= AGAIN_MS;
		if (timeout_ms <= 0)
			return NULL;
	}
	return rd_kafka_consume_queue(r->queue, (int)timeout_ms);
}

/* NRS_OK with *out == NULL: the end of a partition, or news of no weight. */
static enum nrs_rc
sort_out(struct nrs_reader *r, rd_kafka_message_t *msg,
    rd_kafka_message_t **out, struct nrs_err *err)
{
	struct reader_part *part = part_of(r, msg);
	enum nrs_rc rc = NRS_OK;

	*out = NULL;
	if (part != NULL && (msg->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
	                        msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF))
		part->looking = false;
	if (msg->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		if (part != NULL)
			part->position = msg->offset + 1;
		*out = msg;
		return NRS_OK;
	}
	if (msg->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		if (part != NULL && msg->offset > part->position)
			part->position = msg->offset;
	} else if (!is_given_up(part, msg->err) &&
	           nrs_bus_rc(msg->err) != NRS_RETRY) {
		rc = nrs_fail(err, nrs_bus_rc(msg->err), "bus: %s[%d]: %s",
		    msg->rkt == NULL ? "" : rd_kafka_topic_name(msg->rkt),
		    msg->partition, rd_kafka_message_errstr(msg));
	}
	/* Other errors librdkafka repairs by itself and logs. */
	rd_kafka_message_destroy(msg);
	return rc;
}

static rd_kafka_message_t *
take_held(struct nrs_reader *r)
{
	if (r->first_held < r->n_held)
		return r->held[r->first_held++];
	r->first_held = r->n_held = 0;
	return NULL;
}

enum nrs_rc
nrs_reader_next(struct nrs_reader *r, int timeout_ms, struct nrs_record *out,
    struct nrs_err *err)
{
	struct nrs_mono start = nrs_mono_now();
	int64_t left = timeout_ms;
	rd_kafka_message_t *msg;
	enum nrs_rc rc = NRS_OK;

	*out = (struct nrs_record){.topic = NULL};
	release_current(r);
	r->current = take_held(r);
	while (r->current == NULL && r->queue != NULL) {
		msg = take(r, left);
		if (msg == NULL)
			return NRS_OK;
		rc = sort_out(r, msg, &r->current, err);
		if (rc != NRS_OK)
			return rc;
		left = timeout_ms - nrs_mono_since_ms(start);
		if (left < 0)
			left = 0;
	}
	if (r->current != NULL)
		nrs_bus_record_fill(out, r->current, r->setup);
	return NRS_OK;
}

/* ---- to_end ---- */

static enum nrs_rc
fix_ends(struct nrs_reader *r, int timeout_ms, struct nrs_err *err)
{
	enum nrs_rc rc = NRS_OK;
	struct nrs_bounds b = {0, 0};
	struct reader_part *part;
	size_t i;

	for (i = 0; i < r->n_parts && rc == NRS_OK; i++) {
		part = &r->parts[i];
		rc = reader_bounds(r, part, timeout_ms, &b, err);
		part->end = b.end;
		/* Nothing will ever be read below it. */
		if (rc == NRS_OK && part->position == NRS_FROM_START)
			part->position = b.first;
	}
	return rc;
}

static bool
at_ends(const struct nrs_reader *r)
{
	size_t i;

	for (i = 0; i < r->n_parts; i++)
		if (r->parts[i].position < r->parts[i].end)
			return false;
	return true;
}

static void
hold(struct nrs_reader *r, rd_kafka_message_t *msg)
{
	if (r->n_held == r->cap_held) {
		r->cap_held = r->cap_held * 2 + 16;
		r->held = nrs_realloc(
		    r->held, r->cap_held, sizeof(rd_kafka_message_t *));
	}
	r->held[r->n_held++] = msg;
}

struct receiver {
	enum nrs_rc (*each)(
	    void *ctx, const struct nrs_record *record, struct nrs_err *err);
	void *ctx;
};

/* Give msg to the receiver, or keep it for later when it lies beyond the end.
 */
static enum nrs_rc
give(struct nrs_reader *r, rd_kafka_message_t *msg, const struct receiver *to,
    struct nrs_err *err)
{
	const struct reader_part *part = part_of(r, msg);
	struct nrs_record record;

	if (part != NULL && msg->offset >= part->end) {
		hold(r, msg);
		return NRS_OK;
	}
	release_current(r);
	r->current = msg;
	nrs_bus_record_fill(&record, msg, r->setup);
	return to->each(to->ctx, &record, err);
}

static enum nrs_rc
give_held(struct nrs_reader *r, const struct receiver *to, struct nrs_err *err)
{
	size_t n = r->n_held - r->first_held;
	enum nrs_rc rc = NRS_OK;

	while (n-- > 0 && rc == NRS_OK)
		rc = give(r, take_held(r), to, err);
	return rc;
}

enum nrs_rc
nrs_reader_to_end(struct nrs_reader *r, int timeout_ms,
    enum nrs_rc (*each)(
        void *ctx, const struct nrs_record *record, struct nrs_err *err),
    void *ctx, struct nrs_err *err)
{
	const struct receiver to = {each, ctx};
	rd_kafka_message_t *msg, *record;
	enum nrs_rc rc;

	rc = fix_ends(r, timeout_ms, err);
	if (rc == NRS_OK)
		rc = give_held(r, &to, err);
	while (rc == NRS_OK && !at_ends(r)) {
		msg = take(r, timeout_ms);
		if (msg == NULL)
			return nrs_fail(err, NRS_RETRY,
			    "bus: nothing to read for %d ms, and not at the "
			    "end",
			    timeout_ms);
		rc = sort_out(r, msg, &record, err);
		if (rc == NRS_OK && record != NULL)
			rc = give(r, record, &to, err);
	}
	release_current(r);
	return rc;
}
