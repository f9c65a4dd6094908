/* SPDX-License-Identifier: Apache-2.0 */
/* list, rejected: what was decided, and what could not be used. */
#include <stdlib.h>
#include <string.h>

#include "ctl/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/since.h"
#include "ctl/view.h"
#include "noroshi/core/topic.h"

/* The newest so many, as a ring. */
struct newest {
	const void **values;
	int64_t *offsets;
	size_t cap, n; /* n counts all that came */
	struct ctl_since since;
	int64_t (*time_of)(const void *value);
};

static enum nrs_rc
take(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct newest *newest = ctx;

	(void)err;
	if (newest->time_of(value) < newest->since.ms ||
	    record->offset < newest->since.offset)
		return NRS_OK;
	newest->values[newest->n % newest->cap] = value;
	newest->offsets[newest->n % newest->cap] = record->offset;
	newest->n++;
	return NRS_OK;
}

static enum nrs_rc
read_newest(struct ctl *ctl, const char *topic, enum nrs_message_type type,
    struct newest *newest, struct nrs_err *err)
{
	const struct ctl_reading reading = {.topic = topic,
	    .type = type,
	    .each = take,
	    .ctx = newest,
	    .from = NRS_FROM_START};
	int64_t limit;
	enum nrs_rc rc = ctl_opt_int(ctl, CTL_OPT_LIMIT,
	    (struct ctl_range){1, 1000000, 10000}, &limit, err);

	if (rc == NRS_OK)
		rc = ctl_since_parse(ctl, &newest->since, err);
	if (rc != NRS_OK)
		return rc;
	newest->cap = (size_t)limit;
	newest->values =
	    nrs_arena_array(ctl->arena, newest->cap, sizeof(*newest->values));
	newest->offsets =
	    nrs_arena_array(ctl->arena, newest->cap, sizeof(*newest->offsets));
	return ctl_read(ctl, &reading, err);
}

static int64_t
outcome_time(const void *value)
{
	return ((const struct nrs_outcome *)value)->accepted_at;
}

static int64_t
rejection_time(const void *value)
{
	return ((const struct nrs_rejection *)value)->at;
}

/* The i-th of those kept, oldest first. */
static size_t
slot(const struct newest *newest, size_t i)
{
	return newest->n <= newest->cap ? i : (newest->n + i) % newest->cap;
}

static size_t
kept(const struct newest *newest)
{
	return newest->n <= newest->cap ? newest->n : newest->cap;
}

static enum ctl_exit
ended(const struct ctl *ctl, enum nrs_rc rc, const struct nrs_err *err)
{
	if (rc == NRS_OK)
		return CTL_DONE;
	if (strcmp(err->rule, "usage") == 0 || strcmp(err->rule, "time") == 0)
		return ctl_misused(ctl, err);
	return ctl_failed(rc, err);
}

enum ctl_exit
ctl_cmd_list(struct ctl *ctl)
{
	struct newest newest = {.time_of = outcome_time};
	struct nrs_err err = {0};
	enum nrs_rc rc = read_newest(
	    ctl, NRS_TOPIC_OUTCOME, NRS_TYPE_OUTCOME, &newest, &err);

	for (size_t i = 0; rc == NRS_OK && i < kept(&newest); i++)
		ctl_view_outcome_row(ctl, newest.values[slot(&newest, i)]);
	return ended(ctl, rc, &err);
}

static void
print_rejection(struct ctl *ctl, const struct nrs_rejection *r, int64_t offset)
{
	(void)offset;
	ctl_out_begin(ctl->out, CTL_ROW);
	ctl_out_time(ctl->out, "at", r->at);
	ctl_out_str(ctl->out, "service", r->service);
	ctl_out_str(ctl->out, "topic", r->topic);
	ctl_out_int(ctl->out, "partition", r->partition);
	ctl_out_int(ctl->out, "offset", r->offset);
	ctl_out_str(ctl->out, "submission_id", r->submission_id);
	ctl_out_str(ctl->out, "field", r->field);
	ctl_out_str(ctl->out, "rule", r->rule);
	ctl_out_str(ctl->out, "text", r->text);
	ctl_out_end(ctl->out);
}

enum ctl_exit
ctl_cmd_rejected(struct ctl *ctl)
{
	struct newest newest = {.time_of = rejection_time};
	struct nrs_err err = {0};
	enum nrs_rc rc = read_newest(
	    ctl, NRS_TOPIC_REJECTED, NRS_TYPE_REJECTION, &newest, &err);

	for (size_t i = 0; rc == NRS_OK && i < kept(&newest); i++)
		print_rejection(ctl, newest.values[slot(&newest, i)],
		    newest.offsets[slot(&newest, i)]);
	return ended(ctl, rc, &err);
}
