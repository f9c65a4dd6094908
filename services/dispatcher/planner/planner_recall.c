/* SPDX-License-Identifier: Apache-2.0 */
#include "dispatcher/planner/planner.h"
#include "noroshi/base/log.h"

struct recall {
	struct planner *p;
	int64_t end;
};

/* Most notices change no arrangement: they are not verified again. */
static bool
may_change(struct planner *p, const struct nrs_record *record)
{
	struct nrs_wire_input in = {.type = NRS_TYPE_DISPATCH,
	    .bytes = record->value,
	    .how = NRS_WIRE_TOLERANT};
	const struct nrs_content *content;
	void *decoded;
	struct nrs_err why;

	if (nrs_wire_decode(p->arena, &in, &decoded, &why) != NRS_OK)
		return false;
	in.type = NRS_TYPE_CONTENT;
	in.bytes = ((const struct nrs_dispatch *)decoded)->payload;
	if (nrs_wire_decode(p->arena, &in, &decoded, &why) != NRS_OK)
		return false;
	content = decoded;
	return content->contact_change != NULL ||
	       content->kind == NRS_KIND_RETRACTION;
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	const struct recall *recall = ctx;
	struct planner *p = recall->p;
	struct dispatcher_notice notice;
	struct nrs_err why;

	(void)err;
	planner_alive(p);
	nrs_arena_reset(p->arena);
	if (record->offset >= recall->end || !may_change(p, record))
		return NRS_OK;
	/* One that could not be believed was rejected then, too. */
	if (planner_read(p, record, &notice, &why) == NRS_OK)
		nrs_arrangements_note(
		    p->arrangements, notice.admitted->content);
	return NRS_OK;
}

enum nrs_rc
planner_recall(struct planner *p, int64_t end, struct nrs_err *err)
{
	const struct nrs_bus_conf *bus = &p->d->conf->common.bus;
	const struct nrs_reader_from from = {
	    p->traffic->dispatch, 0, NRS_FROM_START};
	struct recall recall = {p, end};
	struct nrs_reader *reader = NULL;
	enum nrs_rc rc;

	p->arrangements = nrs_arrangements_new();
	if (p->traffic->newsletter || end == 0)
		return NRS_OK;
	rc = nrs_reader_open(bus, &reader, err);
	if (rc == NRS_OK)
		rc = nrs_reader_assign(reader, &from, 1, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(reader,
		    (int)p->d->conf->answer_timeout_ms, see, &recall, err);
	nrs_reader_close(reader);
	nrs_arena_reset(p->arena);
	return rc;
}
