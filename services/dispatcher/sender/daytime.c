/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/sender/daytime.h"
#include "dispatcher/sender/sender.h"

#include <stdbool.h>
#include <stdlib.h>

#include "noroshi/base/log.h"

#define JUMP_MS INT64_C(300000)      /* what NTP may correct unnoticed */
#define BELIEVED_MS INT64_C(3600000) /* after it the new time is the time */

static void
believe(struct sender_daytime *d, int64_t wall_ms, struct nrs_mono mono)
{
	if (d->jumped.ns != 0)
		nrs_log(NRS_LOG_WARN, "clock_believed",
		    NRS_I("jump_ms", d->jump_ms));
	*d = (struct sender_daytime){.at = mono, .wall_ms = wall_ms};
}

static void
note_jump(struct sender_daytime *d, int64_t jump_ms, struct nrs_mono mono)
{
	d->jumped = mono;
	d->jump_ms = jump_ms;
	nrs_log(NRS_LOG_WARN, "clock_jumped", NRS_I("jump_ms", jump_ms));
}

struct sender_now
sender_daytime(
    struct sender_daytime *daytime, int64_t wall_ms, struct nrs_mono mono)
{
	struct sender_daytime *d = daytime;
	const bool first = d->at.ns == 0;
	const int64_t kept_ms = d->wall_ms + (mono.ns - d->at.ns) / 1000000;
	const int64_t off_ms = wall_ms - kept_ms;

	if (first || llabs(off_ms) <= JUMP_MS ||
	    (d->jumped.ns != 0 &&
	        mono.ns - d->jumped.ns >= BELIEVED_MS * 1000000 &&
	        llabs(off_ms - d->jump_ms) <= JUMP_MS)) {
		believe(d, wall_ms, mono);
		return (struct sender_now){mono, wall_ms, wall_ms};
	}
	if (d->jumped.ns == 0 || llabs(off_ms - d->jump_ms) > JUMP_MS)
		note_jump(d, off_ms, mono);
	return (struct sender_now){.mono = mono,
	    .earliest_ms = off_ms < 0 ? wall_ms : kept_ms,
	    .latest_ms = off_ms < 0 ? kept_ms : wall_ms};
}

struct sender_now
sender_now(struct sender *s)
{
	return sender_daytime(&s->daytime, nrs_wall_ms(), nrs_mono_now());
}
