/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOROSHI_IO_GROUP_H
#define NOROSHI_IO_GROUP_H
/*
 * group: partitions of one topic shared by any number of instances (the
 * senders). Static membership and a short session: a killed instance's
 * partitions move within 10 s. Nothing is committed but what the owner says.
 * One thread: the lane's.
 */
#include "noroshi/base/clock.h"
#include "noroshi/io/bus.h"

struct nrs_group;

struct nrs_group_gain {
	int partition;
	int64_t committed;    /* the stored offset, -1 if there is none */
	const char *metadata; /* the text stored with it, "" if none */
	int64_t start;        /* to be set: where to read from */
};

struct nrs_group_ops {
	/* A partition is now ours: set gain->start. Blocks the group; own
	 * readers may be used. NRS_RETRY: asked again a moment later. */
	enum nrs_rc (*gained)(
	    void *self, struct nrs_group_gain *gain, struct nrs_err *err);
	/* No longer ours: start nothing more for it. clean is false when the
	 * session was lost, so that others may already own it. */
	void (*lost)(void *self, int partition, bool clean);
};

struct nrs_group_conf {
	const struct nrs_bus_conf *bus;
	const char *group; /* "sender-alert"; prefixed like topics */
	const char *topic;
};

/* conf need not outlive the call. */
NRS_CHECKED enum nrs_rc nrs_group_open(const struct nrs_group_conf *conf,
    const struct nrs_group_ops *ops, void *self, struct nrs_group **out,
    struct nrs_err *err);
/* NRS_OK with out->topic == NULL: nothing within timeout_ms. Runs gained and
 * lost. Call it once a second also when the fd is silent. NRS_FATAL: an offset
 * that the topic does not have, no permission, or a second process with the
 * same bus.instance. */
NRS_CHECKED enum nrs_rc nrs_group_next(struct nrs_group *group, int timeout_ms,
    struct nrs_record *out, struct nrs_err *err);
/* An fd that becomes readable when nrs_group_next has something to do. */
int nrs_group_fd(struct nrs_group *group);
/* Stop and go on fetching a partition (bounded memory); may be called from
 * gained. */
void nrs_group_pause(struct nrs_group *group, int partition, bool pause);
/* Store offset (the next to read) with metadata; asynchronous, the last wins.
 */
void nrs_group_commit(struct nrs_group *group, int partition, int64_t offset,
    const char *metadata);
/* True while our membership was confirmed within the session timeout: check
 * before each transfer to the outside (a process that slept has lost it). Any
 * thread. */
bool nrs_group_lease_held(const struct nrs_group *group);
/* Until when it is held if nothing confirms it before; {0} when it is not. */
struct nrs_mono nrs_group_lease_end(const struct nrs_group *group);
/* True while at least one broker is connected (for /readyz). Any thread. */
bool nrs_group_connected(const struct nrs_group *group);
/* Hands its partitions back; what was given to nrs_group_commit is stored. */
void nrs_group_close(struct nrs_group *group);
#endif
