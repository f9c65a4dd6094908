/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "dispatcher/audit/audit.h"
#include "noroshi/base/clock.h"
#include "noroshi/base/log.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/audit_record.h"

#define OPEN_MAX 100000
#define POLL_MS 500   /* the group wants a call a second */
#define TURN_MAX 2000 /* records of one turn */
#define MARK_MS 10000
#define MARKS_MAX 100

/* ---- beginning ---- */

/* What retention took away, or a topic that was made anew, is not waited for.
 */
static enum nrs_rc
find_start(struct auditor *a, const struct auditor_part *part, int64_t *start,
    struct nrs_err *err)
{
	struct nrs_bounds bounds;
	enum nrs_rc rc = nrs_reader_bounds(
	    a->reader, part->topic, part->partition, &bounds, err);

	if (rc != NRS_OK)
		return rc;
	*start = auditor_position_in(a->resume, part);
	if (*start < bounds.first || *start > bounds.end)
		*start = bounds.first;
	return NRS_OK;
}

static enum nrs_rc
assign(struct auditor *a, struct nrs_err *err)
{
	struct nrs_reader_from *from = nrs_calloc(a->n_parts, sizeof(*from));
	enum nrs_rc rc = NRS_OK;
	size_t i;

	for (i = 0; i < a->n_parts && rc == NRS_OK; i++) {
		from[i].topic = a->parts[i].topic;
		from[i].partition = a->parts[i].partition;
		rc = find_start(a, &a->parts[i], &from[i].offset, err);
		nrs_audit_from(
		    a->audit, from[i].topic, from[i].partition, from[i].offset);
		nrs_service_alive(a->ctx, a->lane);
	}
	if (rc == NRS_OK)
		rc = nrs_reader_assign(a->reader, from, a->n_parts, err);
	free(from);
	return rc;
}

enum nrs_rc
auditor_begin(struct auditor *a, struct nrs_err *err)
{
	const struct nrs_audit_conf conf = {
	    .outcome_ms = a->conf->audit.outcome_ms,
	    .plan_ms = a->conf->audit.plan_ms,
	    .delivery_ms = a->conf->audit.delivery_ms,
	    .since = nrs_wall_ms() - a->conf->audit.look_back_ms,
	    .max = OPEN_MAX,
	};
	enum nrs_rc rc =
	    nrs_reader_open_follower(&a->conf->common.bus, &a->reader, err);

	a->audit = nrs_audit_new(&conf);
	a->alarms = nrs_map_new();
	if (rc == NRS_OK)
		rc = auditor_add_topics(a, err);
	if (rc == NRS_OK)
		rc = assign(a, err);
	if (rc == NRS_OK)
		rc = auditor_read_all(a, err);
	if (rc != NRS_OK) {
		auditor_forget(a);
		return rc;
	}
	a->begun_at = nrs_wall_ms();
	nrs_log(NRS_LOG_INFO, "audit_begun", NRS_I("partitions", a->n_parts),
	    NRS_I("open", nrs_audit_open(a->audit)));
	return NRS_OK;
}

void
auditor_forget(struct auditor *a)
{
	size_t i;

	nrs_reader_close(a->reader);
	a->reader = NULL;
	nrs_audit_free(a->audit);
	a->audit = NULL;
	auditor_end_alarms(a);
	for (i = 0; i < a->n_marks; i++)
		free(a->marks[i].position);
	free(a->marks);
	a->marks = NULL;
	free(a->parts);
	a->parts = NULL;
	nrs_arena_free(a->names);
	a->names = NULL;
	a->n_marks = a->n_parts = 0;
}

/* ---- reading ---- */

bool
auditor_goes_on(struct auditor *a)
{
	struct nrs_record record;
	struct nrs_err err = {0};

	nrs_service_alive(a->ctx, a->lane);
	if (nrs_mono_since_ms(a->polled) >= POLL_MS) {
		a->polled = nrs_mono_now();
		/* It is paused: this serves the membership alone. */
		if (nrs_group_next(a->group, 0, &record, &err) == NRS_FATAL)
			a->active = false;
	}
	return a->active && !nrs_stop_asked(nrs_service_stop(a->ctx));
}

static void
take(struct auditor *a, const struct nrs_record *record)
{
	struct nrs_err err = {0};

	nrs_arena_reset(a->arena);
	if (nrs_audit_record(a->audit, a->arena, record, ++a->seen, &err) !=
	    NRS_OK)
		nrs_log(NRS_LOG_WARN, "audit_unreadable",
		    NRS_S("topic", record->topic),
		    NRS_I("partition", record->partition),
		    NRS_I("offset", record->offset), NRS_S("why", err.text));
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct auditor *a = ctx;

	take(a, record);
	if (a->seen % 100 == 0 && !auditor_goes_on(a))
		return nrs_fail(err, NRS_RETRY, "not ours to audit any more");
	return NRS_OK;
}

enum nrs_rc
auditor_read_all(struct auditor *a, struct nrs_err *err)
{
	enum nrs_rc rc = nrs_reader_to_end(
	    a->reader, (int)a->conf->answer_timeout_ms, see, a, err);

	if (rc == NRS_OK)
		a->caught_up = nrs_mono_now();
	return rc;
}

enum nrs_rc
auditor_read(struct auditor *a, int wait_ms, struct nrs_err *err)
{
	struct nrs_record record;
	enum nrs_rc rc;
	int i;

	for (i = 0; i < TURN_MAX; i++) {
		rc = nrs_reader_next(
		    a->reader, i == 0 ? wait_ms : 0, &record, err);
		if (rc != NRS_OK)
			return rc;
		if (record.topic == NULL) {
			a->caught_up = nrs_mono_now();
			break;
		}
		take(a, &record);
	}
	nrs_metric_set(a->open, (int64_t)nrs_audit_open(a->audit));
	return NRS_OK;
}

/* ---- where to begin again ---- */

static void
drop_marks(struct auditor *a, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		free(a->marks[i].position);
	a->n_marks -= n;
	memmove(a->marks, a->marks + n, a->n_marks * sizeof(*a->marks));
}

/* Something has been open for long: fewer moments to choose from. */
static void
thin_out(struct auditor *a)
{
	size_t i, n = 0;

	for (i = 0; i < a->n_marks; i++)
		if (i % 2 == 0)
			a->marks[n++] = a->marks[i];
		else
			free(a->marks[i].position);
	a->n_marks = n;
}

static void
add_mark(struct auditor *a)
{
	const char *left_out;
	char *position = auditor_position(a, &left_out);

	if (left_out != NULL && a->left_out == NULL)
		nrs_log(NRS_LOG_WARN, "audit_position_cut",
		    NRS_S("from", left_out));
	a->left_out = left_out;
	if (a->n_marks >= MARKS_MAX)
		thin_out(a);
	a->marks = nrs_realloc(a->marks, a->n_marks + 1, sizeof(*a->marks));
	a->marks[a->n_marks++] = (struct auditor_mark){a->seen, position};
}

void
auditor_mark(struct auditor *a)
{
	const int64_t oldest = nrs_audit_oldest_seen(a->audit);
	size_t i, n = 0;

	if (!nrs_audit_is_settled(a->audit) ||
	    nrs_mono_since_ms(a->marked) < MARK_MS)
		return;
	a->marked = nrs_mono_now();
	add_mark(a);
	for (i = 0; i < a->n_marks; i++)
		if (a->marks[i].seen < oldest)
			n = i + 1;
	if (n == 0)
		return;
	drop_marks(a, n - 1);
	nrs_group_commit(a->group, 0,
	    nrs_audit_next(a->audit, NRS_TOPIC_OUTCOME, 0),
	    a->marks[0].position);
}
