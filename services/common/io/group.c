/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/group.h"

#include <stdlib.h>
#include <string.h>

#include "common/io/bus_member.h"

#define AGAIN_MS 500

/* A partition that is ours. */
struct held {
	int partition;
	bool told;   /* gained was called, so lost will be */
	bool active; /* its owner has said where to start */
	bool paused; /* as its owner wants it, also before it is active */
	/* What is to be stored; one commit is under way at a time, and what
	 * came meanwhile goes with the next. */
	bool wanted, under_way;
	int64_t offset;
	char *metadata;
};

struct nrs_group {
	struct nrs_bus_member *member;
	const struct nrs_group_ops *ops;
	void *self;
	struct held *held;
	size_t n_held;
	struct nrs_mono tried; /* last failed gained or commit */
	bool again;            /* something failed and is to be tried again */
	rd_kafka_message_t *current;
};

static struct held *
held_of(const struct nrs_group *g, int partition)
{
	size_t i;

	for (i = 0; i < g->n_held; i++)
		if (g->held[i].partition == partition)
			return &g->held[i];
	return NULL;
}

static void
try_later(struct nrs_group *g)
{
	g->again = true;
	g->tried = nrs_mono_now();
}

static void
commit(struct nrs_group *g, struct held *h, bool wait)
{
	const struct nrs_bus_position position = {
	    h->partition, h->offset, h->metadata};
	rd_kafka_resp_err_t code;

	h->wanted = false;
	code = nrs_bus_member_commit(g->member, &position, wait);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		h->under_way = !wait;
		return;
	}
	h->wanted = true;
	try_later(g);
}

/* ---- called by the member ---- */

static void
gained(void *self, int partition)
{
	struct nrs_group *g = self;

	g->held = nrs_realloc(g->held, g->n_held + 1, sizeof(*g->held));
	g->held[g->n_held++] = (struct held){.partition = partition};
}

static void
lost(void *self, int partition, bool clean)
{
	struct nrs_group *g = self;
	struct held *h = held_of(g, partition);

	if (h == NULL)
		return;
	if (h->told)
		g->ops->lost(g->self, partition, clean);
	/* librdkafka would remember it until the partition comes back. */
	if (h->active && h->paused)
		nrs_bus_member_pause(g->member, partition, false);
	/* Now or never; under way is not yet stored. */
	if (clean && h->metadata != NULL && (h->wanted || h->under_way))
		commit(g, h, true);
	free(h->metadata);
	*h = g->held[--g->n_held];
}

static void
committed(void *self, int partition, rd_kafka_resp_err_t code)
{
	struct nrs_group *g = self;
	struct held *h = held_of(g, partition);

	/* The partition may have gone and come back since it was asked. */
	if (h == NULL || !h->under_way)
		return;
	h->under_way = false;
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
		h->wanted = true;
		try_later(g);
	} else if (h->wanted) {
		commit(g, h, false);
	}
}

static const struct nrs_bus_member_ops member_ops = {
    .gained = gained,
    .lost = lost,
    .committed = committed,
};

/* ---- the contract ---- */

enum nrs_rc
nrs_group_open(const struct nrs_group_conf *conf,
    const struct nrs_group_ops *ops, void *self, struct nrs_group **out,
    struct nrs_err *err)
{
	const struct nrs_bus_member_conf member = {
	    conf->bus, conf->group, conf->topic};
	struct nrs_group *g = nrs_calloc(1, sizeof(*g));
	enum nrs_rc rc;

	g->ops = ops;
	g->self = self;
	rc = nrs_bus_member_open(&member, &member_ops, g, &g->member, err);
	if (rc != NRS_OK) {
		nrs_group_close(g);
		return rc;
	}
	*out = g;
	return NRS_OK;
}

static void
release_current(struct nrs_group *g)
{
	if (g->current != NULL)
		rd_kafka_message_destroy(g->current);
	g->current = NULL;
}

void
nrs_group_close(struct nrs_group *g)
{
	if (g == NULL)
		return;
	release_current(g);
	nrs_bus_member_close(g->member);
	free(g->held);
	free(g);
}

static enum nrs_rc
activate(struct nrs_group *g, struct held *h, struct nrs_err *err)
{
	struct nrs_group_gain gain = {.partition = h->partition, .start = -1};
	char *metadata = NULL;
	enum nrs_rc rc;

	/* Who slept since must first hear whether it is still ours. */
	if (!nrs_bus_member_lease(g->member))
		return nrs_fail(err, NRS_RETRY, "bus: membership unproven");
	rc = nrs_bus_member_committed(
	    g->member, h->partition, &gain.committed, &metadata, err);
	if (rc != NRS_OK)
		return rc;
	gain.metadata = metadata;
	h->told = true;
	rc = g->ops->gained(g->self, &gain, err);
	if (rc == NRS_OK)
		rc = nrs_bus_member_start(
		    g->member, h->partition, gain.start, err);
	free(metadata);
	h->active = rc == NRS_OK;
	if (h->active && h->paused)
		nrs_bus_member_pause(g->member, h->partition, true);
	return rc;
}

/* Look after what was gained or could not be done. Callbacks cannot run in
 * here, so held stays as it is. */
static enum nrs_rc
attend(struct nrs_group *g, struct nrs_err *err)
{
	bool due = !g->again || nrs_mono_since_ms(g->tried) >= AGAIN_MS;
	enum nrs_rc rc = NRS_OK;
	struct held *h;
	size_t i;

	if (due)
		g->again = false;
	for (i = 0; due && i < g->n_held; i++) {
		h = &g->held[i];
		if (h->active) {
			if (h->wanted && !h->under_way)
				commit(g, h, false);
			continue;
		}
		rc = activate(g, h, err);
		if (rc == NRS_FATAL || rc == NRS_REJECT)
			return NRS_FATAL;
		if (rc == NRS_RETRY)
			try_later(g);
	}
	return NRS_OK;
}

enum nrs_rc
nrs_group_next(struct nrs_group *g, int timeout_ms, struct nrs_record *out,
    struct nrs_err *err)
{
	struct nrs_mono start = nrs_mono_now();
	int64_t left = timeout_ms;
	const struct held *h;
	enum nrs_rc rc;

	*out = (struct nrs_record){.topic = NULL};
	for (;;) {
		release_current(g);
		rc = attend(g, err);
		if (rc != NRS_OK)
			return rc;
		rc =
		    nrs_bus_member_poll(g->member, (int)left, &g->current, err);
		if (rc != NRS_OK)
			return rc;
		h = g->current == NULL ? NULL
		                       : held_of(g, g->current->partition);
		if (h != NULL && h->active)
			break;
		left = timeout_ms - nrs_mono_since_ms(start);
		if (g->current == NULL && left <= 0)
			return NRS_OK;
		left = left < 0 ? 0 : left;
	}
	nrs_bus_record_fill(out, g->current, nrs_bus_member_setup(g->member));
	return NRS_OK;
}

int
nrs_group_fd(struct nrs_group *g)
{
	return nrs_bus_member_fd(g->member);
}

void
nrs_group_pause(struct nrs_group *g, int partition, bool pause)
{
	struct held *h = held_of(g, partition);

	/* librdkafka 2.0.2 takes a resume of what is not paused for a rewind.
	 */
	if (h == NULL || h->paused == pause)
		return;
	h->paused = pause;
	if (h->active)
		nrs_bus_member_pause(g->member, partition, pause);
}

void
nrs_group_commit(
    struct nrs_group *g, int partition, int64_t offset, const char *metadata)
{
	struct held *h = held_of(g, partition);

	if (h == NULL)
		return;
	free(h->metadata);
	h->metadata = nrs_strdup(metadata == NULL ? "" : metadata);
	h->offset = offset;
	h->wanted = true;
	if (!h->under_way)
		commit(g, h, false);
}

struct nrs_mono
nrs_group_lease_end(const struct nrs_group *g)
{
	return nrs_bus_member_lease_end(g->member);
}

bool
nrs_group_lease_held(const struct nrs_group *g)
{
	return nrs_bus_member_lease(g->member);
}

bool
nrs_group_connected(const struct nrs_group *g)
{
	return nrs_bus_member_connected(g->member);
}
