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
#include "noroshi/core/topic.h"
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

struct parts {
	struct nrs_reader_from *list;
	size_t n;
};

static enum nrs_rc
add_topic(struct ctl_audit *a, const char *topic, struct parts *parts,
    struct nrs_err *err)
{
	int n, k;
	enum nrs_rc rc = nrs_reader_partitions(a->reader, topic, &n, err);

	if (rc == NRS_OK && n == 0)
		rc = nrs_refuse(err, "", "not-found",
		    "%s has no topic %s: `noroshictl topics apply` is still to "
		    "come",
		    a->ctl->conf.bus.servers, topic);
	if (rc != NRS_OK)
		return rc;
	parts->list = nrs_realloc(
	    parts->list, parts->n + (size_t)n, sizeof(*parts->list));
	for (k = 0; k < n && rc == NRS_OK; k++)
		rc = add_partition(a, topic, k, &parts->list[parts->n++], err);
	return rc;
}

/* What is not there, or not for us to read, is said and left out. */
static enum nrs_rc
add_editions(struct ctl_audit *a, const char *topic, struct parts *parts,
    struct nrs_err *err)
{
	int n = 0;
	enum nrs_rc rc = nrs_reader_partitions(a->reader, topic, &n, err);

	if (rc == NRS_OK && n > 0)
		return add_topic(a, topic, parts, err);
	if (rc == NRS_RETRY)
		return rc;
	(void)fprintf(stderr,
	    "noroshictl: editions in %s are not looked at%s%s\n", topic,
	    rc == NRS_OK ? ": there is no such topic" : ": ",
	    rc == NRS_OK ? "" : err->text);
	return NRS_OK;
}

/* Their topics follow from the sector table. */
static enum nrs_rc
add_newsletters(struct ctl_audit *a, struct parts *parts, struct nrs_err *err)
{
	const struct nrs_sector_table *table;
	enum nrs_rc rc = NRS_OK;
	size_t i;
	int label;

	if (ctl_sectors(a->ctl, &table, err) != NRS_OK) {
		(void)fprintf(stderr,
		    "noroshictl: no editions are looked at: %s\n", err->text);
		return NRS_OK;
	}
	for (i = 0; i < table->n_sectors; i++)
		for (label = NRS_TLP_AMBER_STRICT;
		     label <= NRS_TLP_CLEAR && rc == NRS_OK; label++)
			rc = add_editions(a,
			    nrs_topic_newsletter(a->ctl->arena,
			        table->sectors[i].code, (enum nrs_tlp)label),
			    parts, err);
	return rc;
}

static enum nrs_rc
read_all(struct ctl_audit *a, struct nrs_err *err)
{
	struct parts parts = {0};
	size_t n, i;
	const char *const *topics = nrs_audit_topics(&n);
	enum nrs_rc rc = NRS_OK;

	for (i = 0; i < n && rc == NRS_OK; i++)
		rc = add_topic(a, topics[i], &parts, err);
	if (rc == NRS_OK)
		rc = add_newsletters(a, &parts, err);
	if (rc == NRS_OK)
		rc = nrs_reader_assign(a->reader, parts.list, parts.n, err);
	if (rc == NRS_OK)
		rc = nrs_reader_to_end(a->reader, TIMEOUT_MS, see, a, err);
	free(parts.list);
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
	ctl_out_str(ctl->out, "detail", nrs_audit_fault_name(gap->fault));
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
