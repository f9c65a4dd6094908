/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTL_READ_H
#define CTL_READ_H
/*
 * read: topics from their beginning to the end they have now, decoded. A record
 * that cannot be decoded is passed over with a word on stderr.
 */
#include "ctl/ctl.h"
#include "noroshi/core/decision.h"

struct ctl_reading {
	const char *topic;
	enum nrs_message_type type;
	/* value is in the arena given to ctl_read; NRS_OK goes on. */
	enum nrs_rc (*each)(void *ctx, const struct nrs_record *record,
	    const void *value, struct nrs_err *err);
	void *ctx;
	int64_t from;  /* an offset in partition 0, or NRS_FROM_START */
	bool optional; /* a topic that does not exist has no records */
	/* each is called for a record that takes its key away, too, with value
	 * NULL. */
	bool tombstones;
	/* Where a value lives until the next record; NULL: in ctl->arena, to
	 * stay. */
	struct nrs_arena *scratch;
};
/* Values live in ctl->arena. NRS_REJECT, rule not-found: there is no such topic
 * (a wrong bus or prefix must not look like an empty one). */
NRS_CHECKED enum nrs_rc ctl_read(
    struct ctl *ctl, const struct ctl_reading *reading, struct nrs_err *err);

/* The bus as configured, for a short read; the user's own settings win. In
 * ctl->arena. */
struct nrs_bus_conf ctl_read_conf(struct ctl *ctl);

/* What was decided about a thread, oldest first. */
struct ctl_thread {
	const char *thread_id;
	const struct nrs_outcome **outcomes;
	size_t n;
	/* The last that changed the thread; NULL: none did. */
	const struct nrs_outcome *last;
};
/* The thread that id, a notice's or the thread's own, belongs to: n == 0 when
 * there is none. A command without a thread (a posture change) is found by its
 * own id alone. */
NRS_CHECKED enum nrs_rc ctl_read_thread(struct ctl *ctl, const char *id,
    struct ctl_thread *thread, struct nrs_err *err);
/* The submission at an offset of the journal. NRS_REJECT: not readable. */
NRS_CHECKED enum nrs_rc ctl_read_command(struct ctl *ctl, int64_t offset,
    const struct nrs_submission **out, struct nrs_err *err);
/* The same as its bytes, in ctl->arena. */
NRS_CHECKED enum nrs_rc ctl_read_bytes(struct ctl *ctl, int64_t offset,
    struct nrs_bytes *out, struct nrs_err *err);
#endif
