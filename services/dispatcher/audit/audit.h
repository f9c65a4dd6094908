/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DISPATCHER_AUDIT_H
#define DISPATCHER_AUDIT_H
/*
 * audit: the lane that looks after invariant 2 (core/audit.h) and after the
 * heartbeats. One instance is active. It keeps no state but what it reads; from
 * where to read again is in the metadata of its group's offset: the newest
 * moment before everything that is still open. One thread: the lane's.
 *
 * long: what the files of the lane share is one struct.
 */
#include "dispatcher/dispatcher.h"
#include "dispatcher/duty/duty.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/map.h"
#include "noroshi/core/audit.h"
#include "noroshi/io/group.h"

/* Where it was at a moment at which nothing was seen before its time. */
struct auditor_mark {
	int64_t seen;
	char *position;
};

struct auditor_part {
	const char *topic;
	int partition;
	const char *name; /* in a position, with others; which of them */
	int index;
};

struct auditor {
	struct dispatcher *d;
	const struct dispatcher_conf *conf;
	struct nrs_service_ctx *ctx;
	const struct nrs_lane *lane;
	struct nrs_group *group;
	bool active;  /* ours to do */
	char *resume; /* the position to begin with, "" for none */
	struct nrs_producer *producer;
	struct nrs_arena *arena; /* of one turn */
	struct nrs_reader *reader;
	struct nrs_audit_fold *audit;
	struct nrs_arena *names; /* of parts */
	const char *table;       /* version of the sectors that they are of */
	struct auditor_part *parts;
	size_t n_parts;
	int n_alert_parts; /* of delivery.alert */
	int64_t seen;      /* counts up */
	int64_t begun_at;
	struct nrs_mono polled, judged, marked, caught_up;
	struct auditor_mark *marks;
	size_t n_marks;
	const char *left_out; /* of positions, from this topic on */
	int64_t beat[NRS_CHANNEL_TOPIC + 1]; /* the last window planned */
	struct nrs_map *alarms;              /* stage and id -> struct alarm */
	int64_t told_since;                  /* of n_told */
	size_t n_told;
	struct nrs_metric *gaps[NRS_AUDIT_STAGES], *silent;
	struct nrs_metric *lag, *open, *age[NRS_CHANNEL_TOPIC + 1];
};

/* audit_topics.c */
NRS_CHECKED enum nrs_rc auditor_add_topics(
    struct auditor *a, struct nrs_err *err);
/* The table was read again since, and is another. */
bool auditor_has_new_sectors(struct auditor *a);

/* audit_read.c */
NRS_CHECKED enum nrs_rc auditor_begin(struct auditor *a, struct nrs_err *err);
void auditor_forget(struct auditor *a);
/* What has come, for at most wait_ms. */
NRS_CHECKED enum nrs_rc auditor_read(
    struct auditor *a, int wait_ms, struct nrs_err *err);
/* All there is. */
NRS_CHECKED enum nrs_rc auditor_read_all(
    struct auditor *a, struct nrs_err *err);
/* Keep where to begin again. */
void auditor_mark(struct auditor *a);
/* Serve the group; false: not ours any more, or the end. */
bool auditor_goes_on(struct auditor *a);

/* audit_position.c: for the metadata of the group's offset; *left_out: the
 * first topic that there is no room for, or NULL. -1: not said. */
char *auditor_position(const struct auditor *a, const char **left_out);
int64_t auditor_position_in(
    const char *position, const struct auditor_part *part);

/* audit_tell.c */
void auditor_open_meters(struct auditor *a);
/* Judge, and say what is new in logs, metrics and mails. */
NRS_CHECKED enum nrs_rc auditor_judge(struct auditor *a, struct nrs_err *err);
/* Forget them: another's to raise. */
void auditor_end_alarms(struct auditor *a);

/* audit_silence.c: tell the desk and CEPTOARs who has not answered at all. */
NRS_CHECKED enum nrs_rc auditor_tell_silences(
    struct auditor *a, struct nrs_err *err);

/* audit_beat.c: plan the heartbeats that are due. */
NRS_CHECKED enum nrs_rc auditor_beat(struct auditor *a, struct nrs_err *err);
/* Is the last one that arrived too old? */
bool auditor_is_silent(struct auditor *a, enum nrs_channel_type channel);
const char *auditor_canary(
    const struct auditor *a, enum nrs_channel_type channel);
/* One of our own mails, into delivery.alert. */
NRS_CHECKED enum nrs_rc auditor_post(struct auditor *a,
    const struct dispatcher_own_mail *mail, int partition, struct nrs_err *err);

/* The lane. */
enum nrs_rc dispatcher_audit(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err);
#endif
