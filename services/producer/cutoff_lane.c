/* SPDX-License-Identifier: Apache-2.0 */
/* The lane that closes newsletters. */
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/io/wire.h"
#include "producer/own.h"

#define HEARTBEAT_MS 5000
#define REPEAT_MS 10000

static void
post(const struct producer *p, struct nrs_arena *arena,
    struct producer_cutoff *due)
{
	struct nrs_submission command = {.submission_id = due->submission_id,
	    .type = NRS_SUBMISSION_CUT_OFF};
	struct nrs_err err = {0};
	int64_t offset = -1;

	due->cut_off.mode = producer_own_mode(p);
	command.payload =
	    nrs_wire_encode(arena, NRS_TYPE_CUT_OFF, &due->cut_off);
	if (producer_own_post(p, arena, &command, &offset, &err) != NRS_OK)
		nrs_log(NRS_LOG_WARN, "cut_off_not_posted",
		    NRS_S("alert", due->submission_id), NRS_S("why", err.text));
	else
		nrs_log(due->cut_off.late ? NRS_LOG_WARN : NRS_LOG_INFO,
		    due->cut_off.announce ? "cut_off_announced"
		    : due->cut_off.late   ? "cut_off_late"
		                          : "cut_off_posted",
		    NRS_S("alert", due->submission_id),
		    NRS_I("offset", offset));
}

/* The next thing to post, of any list; else how long there is none. */
static struct producer_cutoff
next_due(struct producer *p, struct nrs_arena *arena)
{
	struct producer_cutoff none = {.wait_ms = HEARTBEAT_MS}, due;
	struct producer_cutoff_at at = {
	    .now_ms = nrs_wall_ms(), .repeat_ms = REPEAT_MS};
	const struct nrs_news_lists *lists;
	size_t i;

	(void)pthread_rwlock_rdlock(&p->door_lock);
	lists = p->door->news_lists;
	at.load = p->door->load;
	for (i = 0; lists != NULL && i < lists->n; i++) {
		due = producer_cutoffs_due(
		    p->cutoffs, &lists->lists[i], &at, arena);
		if (due.submission_id != NULL) {
			/* The table may go with a reload. */
			due.cut_off.list =
			    nrs_arena_strdup(arena, due.cut_off.list);
			none = due;
			break;
		}
		if (due.wait_ms < none.wait_ms)
			none.wait_ms = due.wait_ms;
	}
	(void)pthread_rwlock_unlock(&p->door_lock);
	return none;
}

enum nrs_rc
producer_cutoffs_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	struct producer *p = self;
	struct nrs_stop *stop = nrs_service_stop(ctx);
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_cutoff due;

	(void)err;
	nrs_service_ready(ctx, lane, true, "");
	while (!nrs_stop_asked(stop)) {
		nrs_service_alive(ctx, lane);
		/* Before all outcomes are read, the last promise is old. */
		if (!atomic_load(&p->loaded)) {
			(void)nrs_stop_wait(stop, 1000);
			continue;
		}
		nrs_arena_reset(arena);
		due = next_due(p, arena);
		if (due.submission_id != NULL)
			post(p, arena, &due);
		else
			producer_cutoffs_wait(p->cutoffs, (int)due.wait_ms);
	}
	nrs_arena_free(arena);
	return NRS_OK;
}
