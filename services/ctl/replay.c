/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit --replay: a dispatch record, or what is left of a batch, is appended
 * once more; a dispatch record that is not there is made again. Planning is
 * idempotent by its look at what was planned, a delivery by its key; the header
 * says what it makes good, so that the next audit finds nothing more to do.
 */
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "ctl/audit.h"
#include "ctl/handover.h"
#include "ctl/read.h"
#include "noroshi/base/clock.h"
#include "noroshi/core/topic.h"
#include "noroshi/io/pipe.h"
#include "noroshi/io/wire.h"

#define TRANSACTION "noroshictl.replay"
#define TIMEOUT_MS 10000
#define HEADERS_MAX 16

static const char *const outputs[] = {NRS_TOPIC_DISPATCH_ALERT,
    NRS_TOPIC_DISPATCH_NEWSLETTER, NRS_TOPIC_DELIVERY_ALERT,
    NRS_TOPIC_DELIVERY_NEWSLETTER, NRS_TOPIC_DELIVERY_DUE, NRS_TOPIC_AUDIT};
#define N_OUTPUTS (sizeof(outputs) / sizeof(outputs[0]))

struct replay {
	struct ctl *ctl;
	const char *id;
	struct ctl_audit audit;
	struct nrs_once *once;
	struct nrs_outgoing *records;
	size_t n, cap;
};

/* ---- what is appended ---- */

static void
add(struct replay *r, const struct nrs_outgoing *record)
{
	struct nrs_outgoing *more;

	if (r->n == r->cap) {
		r->cap = r->cap == 0 ? 32 : 2 * r->cap;
		more = nrs_arena_array(r->ctl->arena, r->cap, sizeof(*more));
		if (r->n > 0)
			memcpy(more, r->records, r->n * sizeof(*more));
		r->records = more;
	}
	r->records[r->n++] = *record;
}

static enum nrs_rc
fetch(struct replay *r, const struct nrs_audit_gap *gap,
    struct nrs_record *record, struct nrs_err *err)
{
	const struct nrs_reader_from from = {
	    gap->topic, gap->partition, gap->offset};
	enum nrs_rc rc = nrs_reader_assign(r->audit.reader, &from, 1, err);

	memset(record, 0, sizeof(*record));
	if (rc == NRS_OK)
		rc = nrs_reader_next(r->audit.reader, TIMEOUT_MS, record, err);
	if (rc == NRS_OK &&
	    (record->topic == NULL || record->offset != gap->offset))
		rc = nrs_fail(err, NRS_RETRY, "%s %d@%lld did not arrive",
		    gap->topic, gap->partition, (long long)gap->offset);
	return rc;
}

/* All that the record had, and what it makes good. */
static void
copy_headers(
    struct replay *r, const struct nrs_record *record, struct nrs_outgoing *out)
{
	static const char *const names[] = {"content-type", "ce_specversion",
	    "ce_id", "ce_type", "ce_source", "ce_time", "thread", "revision",
	    "tlp", "mode", "sector", "source"};
	struct nrs_arena *arena = r->ctl->arena;
	struct nrs_bus_header *headers =
	    nrs_arena_array(arena, HEADERS_MAX, sizeof(*headers));
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = nrs_record_header(record, names[i]);
		if (value != NULL)
			headers[out->n_headers++] = (struct nrs_bus_header){
			    names[i], nrs_arena_strdup(arena, value)};
	}
	headers[out->n_headers++] =
	    (struct nrs_bus_header){NRS_AUDIT_HEADER_REPLAY,
	        nrs_arena_printf(arena, "%lld", (long long)record->offset)};
	out->headers = headers;
}

/* Those that nobody has ended, as if planned now. Nothing is rendered anew. */
static enum nrs_rc
what_is_left(struct replay *r, const struct nrs_audit_gap *gap,
    struct nrs_bytes *value, struct nrs_err *err)
{
	const struct nrs_audit_place place = {.topic = gap->topic,
	    .partition = gap->partition,
	    .offset = gap->offset};
	const struct nrs_wire_input in = {.type = NRS_TYPE_DELIVERY_BATCH,
	    .bytes = *value,
	    .how = NRS_WIRE_TOLERANT};
	struct nrs_delivery_batch *batch;
	void *decoded;
	size_t i, n = 0;
	enum nrs_rc rc = nrs_wire_decode(r->ctl->arena, &in, &decoded, err);

	if (rc != NRS_OK)
		return rc;
	batch = decoded;
	for (i = 0; i < batch->n_deliveries; i++)
		if (nrs_audit_lacks(
		        r->audit.fold, &place, batch->deliveries[i].key))
			batch->deliveries[n++] = batch->deliveries[i];
	batch->n_deliveries = n;
	batch->planned_at = r->audit.now;
	batch->chunk = 0;
	batch->n_chunks = 1;
	*value = nrs_wire_encode(r->ctl->arena, NRS_TYPE_DELIVERY_BATCH, batch);
	return NRS_OK;
}

static enum nrs_rc
append(struct replay *r, const struct nrs_audit_gap *gap, struct nrs_err *err)
{
	struct nrs_arena *arena = r->ctl->arena;
	struct nrs_outgoing out;
	struct nrs_record record;
	enum nrs_rc rc = fetch(r, gap, &record, err);

	if (rc != NRS_OK)
		return rc;
	out = (struct nrs_outgoing){.topic = gap->topic,
	    .partition = gap->partition,
	    .key = nrs_arena_bytes(arena, record.key.data, record.key.len),
	    .value =
	        nrs_arena_bytes(arena, record.value.data, record.value.len)};
	copy_headers(r, &record, &out);
	if (gap->stage == NRS_AUDIT_DELIVERY)
		rc = what_is_left(r, gap, &out.value, err);
	if (rc == NRS_OK)
		add(r, &out);
	return rc;
}

/* ---- what can be made good ---- */

/* Made again as they were made first, so that a repeat plans nobody twice. */
static enum nrs_rc
hand_over(struct replay *r, const char **why, struct nrs_err *err)
{
	const struct nrs_outgoing *records;
	size_t i, n;
	enum nrs_rc rc = ctl_handover(r->ctl, r->id, &records, &n, err);

	for (i = 0; rc == NRS_OK && i < n; i++)
		add(r, &records[i]);
	if (rc == NRS_OK && n == 0)
		*why = "no outcome says what was handed over";
	if (rc != NRS_REJECT)
		return rc;
	*why = nrs_arena_printf(r->ctl->arena, "%s%s%s: %s", err->field,
	    err->field[0] == '\0' ? "" : ": ", err->rule, err->text);
	*err = (struct nrs_err){0};
	return NRS_OK;
}

/* *why: NULL if it is made good. */
static enum nrs_rc
make_good(struct replay *r, const struct nrs_audit_gap *gap, const char **why,
    struct nrs_err *err)
{
	*why = NULL;
	switch (gap->stage) {
	case NRS_AUDIT_OUTCOME:
		*why = gap->passed ? ctl_handover_anew(r->ctl, gap->offset)
		                   : "not decided yet: see whether a "
		                     "classifier is active";
		return NRS_OK;
	case NRS_AUDIT_DISPATCH:
		return hand_over(r, why, err);
	case NRS_AUDIT_REFUSED:
		*why = "cannot be used: see noroshictl rejected";
		return NRS_OK;
	case NRS_AUDIT_EDITION:
		*why = nrs_arena_printf(r->ctl->arena,
		    "%s: only the classifier writes editions; mails are not "
		    "made of them",
		    nrs_audit_fault_name(gap->fault));
		return NRS_OK;
	case NRS_AUDIT_PLAN:
	case NRS_AUDIT_DELIVERY:
	case NRS_AUDIT_STAGES:
		break;
	}
	return append(r, gap, err);
}

/* Whoever missed an earlier revision has got the later one as a first alert. */
static enum nrs_rc
check_is_last(struct replay *r, struct nrs_err *err)
{
	struct ctl_thread thread;
	enum nrs_rc rc = ctl_read_thread(r->ctl, r->id, &thread, err);

	if (rc != NRS_OK || thread.last == NULL ||
	    strcmp(thread.last->thread->notice_id, r->id) == 0)
		return rc;
	return nrs_refuse(err, "", "superseded",
	    "%s has been followed by %s, which reaches all: replay that one",
	    r->id, thread.last->thread->notice_id);
}

static void
print(struct replay *r, const struct nrs_audit_gap *gap, const char *why)
{
	struct ctl_out *out = r->ctl->out;

	ctl_out_begin(out, CTL_ROW);
	ctl_out_time(out, "at", gap->since);
	ctl_out_str(out, "stage", nrs_audit_stage_name(gap->stage));
	ctl_out_str(out, "notice_id", gap->id);
	ctl_out_int(out, "count", (int64_t)gap->n);
	ctl_out_str(out, "topic", gap->topic);
	ctl_out_int(out, "partition", gap->partition);
	ctl_out_int(out, "offset", gap->offset);
	ctl_out_str(out, "change", why == NULL ? "replay" : "skip");
	ctl_out_str(out, "reason", why == NULL ? "" : why);
	ctl_out_end(out);
}

static enum nrs_rc
collect(struct replay *r, size_t *n_found, struct nrs_err *err)
{
	const struct nrs_audit_gap *gaps;
	const char *why;
	enum nrs_rc rc = NRS_OK;
	size_t i, n = nrs_audit_gaps(
	              r->audit.fold, r->ctl->arena, r->audit.now, r->id, &gaps);

	*n_found = n;
	for (i = 0; i < n && rc == NRS_OK; i++) {
		rc = make_good(r, &gaps[i], &why, err);
		if (rc == NRS_OK)
			print(r, &gaps[i], why);
	}
	return rc;
}

/* ---- the transaction ---- */

static void
add_audit(struct replay *r)
{
	const struct passwd *who = getpwuid(getuid());
	const struct nrs_audit audit = {.at = nrs_wall_ms(),
	    .service = "noroshictl",
	    .who = who == NULL ? "" : who->pw_name,
	    .action = "audit.replay",
	    .about_id = r->id,
	    .detail = nrs_arena_printf(r->ctl->arena, "records: %zu", r->n),
	    .mode = ctl_mode(r->ctl)};

	add(r, &(struct nrs_outgoing){.topic = NRS_TOPIC_AUDIT,
	           .partition = 0,
	           .key = {(const uint8_t *)r->id, strlen(r->id)},
	           .value =
	               nrs_wire_encode(r->ctl->arena, NRS_TYPE_AUDIT, &audit)});
}

static enum nrs_rc
write_all(struct replay *r, struct nrs_err *err)
{
	enum nrs_rc rc;

	if (r->n == 0 || ctl_opt(r->ctl, CTL_OPT_DRY_RUN) != NULL)
		return NRS_OK;
	add_audit(r);
	rc = nrs_once_write(r->once, r->records, r->n, err);
	if (rc == NRS_RETRY)
		nrs_err_prefix(err,
		    "whether it was written is not known; look at `noroshictl "
		    "audit` first");
	return rc;
}

/* The transaction comes first: what another replay has done is seen then. */
static enum nrs_rc
run(struct replay *r, size_t *n_found, struct nrs_err *err)
{
	const struct nrs_once_conf once = {.bus = &r->ctl->conf.bus,
	    .id = TRANSACTION,
	    .topics = outputs,
	    .n_topics = N_OUTPUTS};
	enum nrs_rc rc = NRS_OK;

	if (ctl_opt(r->ctl, CTL_OPT_DRY_RUN) == NULL)
		rc = nrs_once_open(&once, &r->once, err);
	if (rc == NRS_OK)
		rc = ctl_audit_open(r->ctl, &r->audit, err);
	if (rc == NRS_OK)
		rc = check_is_last(r, err);
	if (rc == NRS_OK)
		rc = collect(r, n_found, err);
	if (rc == NRS_OK)
		rc = write_all(r, err);
	return rc;
}

enum ctl_exit
ctl_replay(struct ctl *ctl, const char *id)
{
	struct replay r = {.ctl = ctl, .id = id};
	struct nrs_err err = {0};
	size_t n_found = 0;
	enum nrs_rc rc = run(&r, &n_found, &err);

	nrs_once_close(r.once);
	ctl_audit_close(&r.audit);
	if (strcmp(err.rule, "usage") == 0 || strcmp(err.rule, "time") == 0)
		return ctl_misused(ctl, &err);
	if (rc == NRS_RETRY)
		return (void)ctl_failed(rc, &err), CTL_UNKNOWN;
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	if (n_found == 0)
		ctl_out_note(ctl->out, "Nothing is missing of it.",
		    "欠けているものはない。");
	return r.n == 0 && n_found > 0 ? CTL_FAILED : CTL_DONE;
}
