/* SPDX-License-Identifier: Apache-2.0 */
/* audit: what was accepted, decided or planned and has not gone on. */
#include <stdlib.h>
#include <string.h>

#include "ctl/audit.h"
#include "ctl/cmd/cmd.h"
#include "ctl/read.h"
#include "ctl/since.h"
#include "ctl/when.h"
#include "noroshi/base/clock.h"
#include "noroshi/io/audit_record.h"

#define TIMEOUT_MS 10000
#define OPEN_MAX 10000000
/* The dispatcher's own defaults. */
#define OUTCOME_MS (INT64_C(60) * 1000)
#define PLAN_MS (INT64_C(120) * 1000)
#define DELIVERY_MS (INT64_C(3600) * 1000)

static enum nrs_rc
read_budget(
    struct ctl_audit *a, struct nrs_audit_conf *conf, struct nrs_err *err)
{
	const char *budget = ctl_opt(a->ctl, CTL_OPT_BUDGET);
	struct ctl_since since;
	int64_t at;
	enum nrs_rc rc = ctl_since_parse(a->ctl, &since, err);

	if (rc != NRS_OK)
		return rc;
	if (since.offset != 0)
		return nrs_refuse(err, "", "usage",
		    "--since: a time, of all topics; not an offset of one");
	*conf = (struct nrs_audit_conf){.outcome_ms = OUTCOME_MS,
	    .plan_ms = PLAN_MS,
	    .delivery_ms = DELIVERY_MS,
	    .since = since.ms,
	    .max = OPEN_MAX};
	if (budget == NULL)
		return NRS_OK;
	rc = ctl_when(budget, CTL_BACK, a->now, &at, err);
	conf->outcome_ms = conf->plan_ms = conf->delivery_ms = a->now - at;
	return rc;
}

static enum nrs_rc
see(void *ctx, const struct nrs_record *record, struct nrs_err *err)
{
	struct ctl_audit *a = ctx;

	if (nrs_stop_asked(a->ctl->stop))
		return nrs_fail(err, NRS_FATAL, "interrupted");
	nrs_arena_reset(a->scratch);
	if (nrs_audit_record(a->fold, a->scratch, record, ++a->seen, err) !=
	    NRS_OK)
		(void)fprintf(stderr, "noroshictl: %s %d@%lld: %s: %s\n",
		    record->topic, record->partition, (long long)record->offset,
		    err->field, err->text);
	return NRS_OK;
}

/* What retention has taken away was complete, or is too old to be mended. */
static enum nrs_rc
add_partition(struct ctl_audit *a, const char *topic, int partition,
    struct nrs_reader_from *from, struct nrs_err *err)
{
	struct nrs_bounds bounds;
	enum nrs_rc rc =
	    nrs_reader_bounds(a->reader, topic, partition, &bounds, err);

	if (rc != NRS_OK)
		return rc;
	*from = (struct nrs_reader_from){topic, partition, bounds.first};
	nrs_audit_from(a->fold, topic, partition, bounds.first);
	return NRS_OK;
}

static enum nrs_rc
read_all(struct ctl_audit *a, struct nrs_err *err)
{
	struct nrs_reader_from *from = NULL;
	size_t n_topics, n_from = 0, i;
	const char *const *topics = nrs_audit_topics(&n_topics);
	enum nrs_rc rc = NRS_OK;
	int n, k;

	for (i = 0; i < n_topics && rc == NRS_OK; i++) {
		rc = nrs_reader_partitions(a->reader, topics[i], &n, err);
		if (rc == NRS_OK && n == 0)
			rc = nrs_refuse(err, "", "not-found",
			    "%s has no topic %s: `noroshictl topics apply` is "
			    "still to come",
			    a->ctl->conf.bus.servers, topics[i]);
		if (rc != NRS_OK)
			break;
		from = nrs_realloc(from, n_from + (size_t)n, sizeof(*from));
		for (k = 0; k < n && rc == NRS_OK; k++)
			rc = add_partition(
			    a, topics[i], k, &from[n_from++], err);
	}
	if (rc == NRS_OK)
		rc = nrs_reader_assign(a->reader, from, n_from, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(a->reader, TIMEOUT_MS, see, a, err);
	free(from);
	return rc;
}

enum nrs_rc
ctl_audit_open(struct ctl *ctl, struct ctl_audit *out, struct nrs_err *err)
{
	const struct nrs_bus_conf bus = ctl_read_conf(ctl);
	struct nrs_audit_conf conf;
	enum nrs_rc rc;

	*out = (struct ctl_audit){.ctl = ctl, .now = nrs_wall_ms()};
	rc = read_budget(out, &conf, err);
	if (rc != NRS_OK)
		return rc;
	out->fold = nrs_audit_new(&conf);
	out->scratch = nrs_arena_new();
	rc = nrs_reader_open(&bus, &out->reader, err);
	if (rc == NRS_OK)
		rc = read_all(out, err);
	if (rc == NRS_RETRY)
		nrs_err_prefix(err, "%s", ctl->conf.bus.servers);
	return rc;
}

void
ctl_audit_close(struct ctl_audit *audit)
{
	nrs_reader_close(audit->reader);
	nrs_audit_free(audit->fold);
	nrs_arena_free(audit->scratch);
}

static void
print(struct ctl *ctl, const struct nrs_audit_gap *gap)
{
	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_time(ctl->out, "at", gap->since);
	ctl_out_str(ctl->out, "stage", nrs_audit_stage_name(gap->stage));
	ctl_out_str(ctl->out, "notice_id", gap->id);
	ctl_out_int(ctl->out, "count", (int64_t)gap->n);
	ctl_out_str(ctl->out, "topic", gap->topic);
	ctl_out_int(ctl->out, "partition", gap->partition);
	ctl_out_int(ctl->out, "offset", gap->offset);
	ctl_out_end(ctl->out);
}

static enum ctl_exit
list(struct ctl *ctl)
{
	const struct nrs_audit_gap *gaps;
	struct ctl_audit a;
	struct nrs_err err = {0};
	enum ctl_exit code = CTL_DONE;
	enum nrs_rc rc = ctl_audit_open(ctl, &a, &err);
	size_t i, n = 0;

	if (rc == NRS_OK)
		n = nrs_audit_gaps(a.fold, ctl->arena, a.now, NULL, &gaps);
	for (i = 0; i < n; i++)
		print(ctl, &gaps[i]);
	ctl_audit_close(&a);
	if (strcmp(err.rule, "usage") == 0 || strcmp(err.rule, "time") == 0)
		return ctl_misused(ctl, &err);
	if (rc != NRS_OK)
		return ctl_failed(rc, &err);
	if (n > 0)
		code = CTL_FAILED;
	else
		ctl_out_note(
		    ctl->out, "Nothing is missing.", "欠けているものはない。");
	return code;
}

enum ctl_exit
ctl_cmd_audit(struct ctl *ctl)
{
	const char *id = ctl_opt(ctl, CTL_OPT_REPLAY);

	return id == NULL ? list(ctl) : ctl_replay(ctl, id);
}
