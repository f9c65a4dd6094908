/* SPDX-License-Identifier: Apache-2.0 */
#include "noroshi/io/handover.h"

#include <string.h>

#include "noroshi/base/clock.h"
#include "noroshi/core/label.h"
#include "noroshi/core/rule.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/wire.h"

#define SOURCE "/noroshi/classifier"

struct nrs_handover
nrs_handover_of(struct nrs_arena *arena, const struct nrs_outcome *outcome,
    const struct nrs_command *said)
{
	char *time = nrs_arena_alloc(arena, NRS_TIME_SIZE);

	return (struct nrs_handover){
	    .outcome = outcome,
	    .said = said,
	    .time = nrs_time_utc(said->submission->accepted_at, time),
	    .revision =
	        nrs_arena_printf(arena, "%u", (unsigned)outcome->revision),
	};
}

const struct nrs_bus_header *
nrs_handover_headers(struct nrs_arena *arena, const struct nrs_handover *of,
    const char *type, const char *sector)
{
	const struct nrs_outcome *o = of->outcome;
	const struct nrs_bus_header all[NRS_HANDOVER_HEADERS] = {
	    {"content-type", "application/protobuf"},
	    {"ce_specversion", "1.0"},
	    {"ce_id", of->said->content->notice_id},
	    {"ce_type", type},
	    {"ce_source", SOURCE},
	    {"ce_time", of->time},
	    {"thread", o->thread_id},
	    {"revision", of->revision},
	    {"tlp", nrs_term_name(NRS_VOC_TLP, (int)o->tlp)},
	    {"mode", nrs_term_name(NRS_VOC_MODE, (int)o->mode)},
	    {"sector", sector},
	};
	struct nrs_bus_header *headers =
	    nrs_arena_array(arena, NRS_HANDOVER_HEADERS, sizeof(*headers));

	memcpy(headers, all, sizeof(all));
	return headers;
}

/* ---- what is promoted ---- */

static const char **
grow_names(struct nrs_arena *arena, const char **was, size_t n, size_t more)
{
	const char **names = nrs_arena_array(arena, n + more, sizeof(*names));

	if (n > 0)
		memcpy(names, was, n * sizeof(*names));
	return names;
}

/* One sector that the notice is promoted for. */
static void
add_promotion(struct nrs_arena *arena, const struct nrs_promotion *from,
    struct nrs_outcome *notice, struct nrs_thread_change *thread)
{
	notice->tlp = from->tlp;
	notice->copies[notice->n_copies++] = *from->copy;
	notice->topics =
	    grow_names(arena, notice->topics, notice->n_topics, from->n_topics);
	if (from->n_topics > 0)
		memcpy(&notice->topics[notice->n_topics], from->topics,
		    from->n_topics * sizeof(*from->topics));
	notice->n_topics += from->n_topics;
	thread->notice_ids =
	    grow_names(arena, from->supersedes_all, from->n_supersedes_all, 1);
	thread->notice_ids[from->n_supersedes_all] = from->notice_id;
	thread->n_notice_ids = from->n_supersedes_all + 1;
}

const struct nrs_outcome *
nrs_handover_promoted(struct nrs_arena *arena,
    const struct nrs_outcome *outcome, const struct nrs_command *said)
{
	struct nrs_thread_change *thread =
	    nrs_arena_alloc(arena, sizeof(*thread));
	struct nrs_outcome *notice = nrs_arena_alloc(arena, sizeof(*notice));
	const struct nrs_promotion *each;
	size_t i;

	*notice = (struct nrs_outcome){
	    .mode = outcome->mode,
	    .thread_id = said->content->thread_id,
	    .revision = said->content->revision,
	    .thread = thread,
	};
	notice->copies = nrs_arena_array(arena, outcome->n_promotions + 1,
	    sizeof(struct nrs_classification));
	for (i = 0; i < outcome->n_promotions; i++) {
		each = &outcome->promotions[i];
		if (each->journal_offset == said->journal_offset)
			add_promotion(arena, each, notice, thread);
	}
	return notice->n_copies == 0 ? NULL : notice;
}

/* ---- the record ---- */

bool
nrs_handover_is_due(const struct nrs_classification *copy)
{
	return (nrs_rule_routes(copy->routes, copy->n_routes) & NRS_AT_ONCE) !=
	       0;
}

static void
pick_copies(struct nrs_arena *arena, const struct nrs_outcome *o,
    struct nrs_dispatch *dispatch)
{
	size_t i;

	dispatch->copies =
	    nrs_arena_array(arena, o->n_copies, sizeof(*dispatch->copies));
	for (i = 0; i < o->n_copies; i++)
		if (nrs_handover_is_due(&o->copies[i]))
			dispatch->copies[dispatch->n_copies++] = o->copies[i];
}

bool
nrs_handover_make(struct nrs_arena *arena, const struct nrs_handover *of,
    struct nrs_outgoing *out)
{
	const struct nrs_submission *said = of->said->submission;
	const struct nrs_outcome *o = of->outcome;
	struct nrs_dispatch dispatch = {
	    .payload = said->payload,
	    .addressing = said->addressing,
	    .signatures = said->signatures,
	    .n_signatures = said->n_signatures,
	    .stubs = said->stubs,
	    .n_stubs = said->n_stubs,
	    .accepted_at = said->accepted_at,
	    .journal_offset = of->said->journal_offset,
	    .submission_id = said->submission_id,
	    .mode = said->mode,
	};

	pick_copies(arena, o, &dispatch);
	if (dispatch.n_copies == 0)
		return false;
	if (o->thread != NULL && o->thread->n_notice_ids > 1) {
		dispatch.supersedes_all = o->thread->notice_ids;
		dispatch.n_supersedes_all = o->thread->n_notice_ids - 1;
	}
	*out = (struct nrs_outgoing){.topic = NRS_TOPIC_DISPATCH_ALERT,
	    .key = {(const uint8_t *)o->thread_id, strlen(o->thread_id)},
	    .value = nrs_wire_encode(arena, NRS_TYPE_DISPATCH, &dispatch),
	    .headers =
	        nrs_handover_headers(arena, of, "noroshi.dispatch.v1", ""),
	    .n_headers = NRS_HANDOVER_HEADERS};
	return true;
}
