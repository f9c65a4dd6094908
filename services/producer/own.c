/* SPDX-License-Identifier: Apache-2.0 */
#include "producer/own.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

enum nrs_mode
producer_own_mode(const struct producer *p)
{
	return (enum nrs_mode)(p->conf->common.mode + 1);
}

enum nrs_rc
producer_own_post(const struct producer *p, struct nrs_arena *arena,
    const struct nrs_submission *command, int64_t *offset, struct nrs_err *err)
{
	struct nrs_submission stamped = *command;
	struct nrs_outgoing out = {.topic = NRS_TOPIC_JOURNAL};

	stamped.mode = producer_own_mode(p);
	stamped.accepted_at = nrs_wall_ms();
	out.key = (struct nrs_bytes){(const uint8_t *)command->submission_id,
	    strlen(command->submission_id)};
	out.value = nrs_wire_encode(arena, NRS_TYPE_SUBMISSION, &stamped);
	return nrs_producer_send_wait(
	    p->bus, &out, (int)p->conf->append_timeout_ms, offset, err);
}
