/* SPDX-License-Identifier: Apache-2.0 */
/* The lane that posts what is due. */
#include "noroshi/base/log.h"
#include "noroshi/io/wire.h"
#include "producer/own.h"

#define HEARTBEAT_MS 5000
#define REPEAT_MS 10000

static void
post(
    struct producer *p, struct nrs_arena *arena, const struct producer_due *due)
{
	const struct nrs_deadline payload = {.deadline_id = due->id,
	    .due_at = due->due_ms,
	    .mode = producer_own_mode(p)};
	const struct nrs_submission command = {
	    .submission_id = due->id,
	    .type = NRS_SUBMISSION_DEADLINE,
	    .payload = nrs_wire_encode(arena, NRS_TYPE_DEADLINE, &payload),
	};
	struct nrs_err err = {0};
	int64_t offset = -1;

	if (producer_own_post(p, arena, &command, &offset, &err) == NRS_OK)
		nrs_log(NRS_LOG_INFO, "deadline_posted",
		    NRS_S("alert", due->id), NRS_I("offset", offset));
	else
		nrs_log(NRS_LOG_WARN, "deadline_not_posted",
		    NRS_S("alert", due->id), NRS_S("why", err.text));
}

enum nrs_rc
producer_deadline_run(void *self, struct nrs_service_ctx *ctx,
    const struct nrs_lane *lane, struct nrs_err *err)
{
	struct producer *p = self;
	struct nrs_stop *stop = nrs_service_stop(ctx);
	struct nrs_arena *arena = nrs_arena_new();
	struct producer_due due;

	(void)err;
	nrs_service_ready(ctx, lane, true, "");
	while (!nrs_stop_asked(stop)) {
		nrs_service_alive(ctx, lane);
		/* Before all outcomes are read, the last one seen is old. */
		if (!atomic_load(&p->loaded)) {
			(void)nrs_stop_wait(stop, 1000);
			continue;
		}
		if (!producer_deadline_wait(
		        p->deadline, HEARTBEAT_MS, REPEAT_MS, &due))
			continue;
		nrs_arena_reset(arena);
		post(p, arena, &due);
	}
	nrs_arena_free(arena);
	return NRS_OK;
}
