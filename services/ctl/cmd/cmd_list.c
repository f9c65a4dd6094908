/* SPDX-License-Identifier: Apache-2.0 */
/* list, rejected: what was decided, and what could not be used. */
#include <stdlib.h>
#include <string.h>

#include "ctl/attention.h"
#include "ctl/cmd/cmd.h"
#include "ctl/ctl.h"
#include "ctl/read.h"
#include "ctl/since.h"
#include "ctl/view.h"
#include "noroshi/base/map.h"
#include "noroshi/core/topic.h"
#include "noroshi/core/wording.h"
#include "noroshi/io/wire.h"

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

struct titles {
	struct ctl *ctl;
	struct nrs_map *by_id; /* submission id -> its content */
};

static enum nrs_rc
see_title(void *ctx, const struct nrs_record *record, const void *value,
    struct nrs_err *err)
{
	struct titles *titles = ctx;
	const struct nrs_submission *command = value;
	const struct nrs_wire_input in = {.type = NRS_TYPE_CONTENT,
	    .bytes = command->payload,
	    .how = NRS_WIRE_TOLERANT};
	void *content;

	(void)record;
	(void)err;
	if (command->type == NRS_SUBMISSION_NOTICE &&
	    nrs_wire_decode(titles->ctl->arena, &in, &content, NULL) == NRS_OK)
		(void)nrs_map_put(
		    titles->by_id, command->submission_id, content);
	return NRS_OK;
}

/* Outcomes have no content: titles are in the journal, for who may read it. */
static void
read_titles(const struct newest *newest, struct titles *titles)
{
	struct ctl_reading reading = {.topic = NRS_TOPIC_JOURNAL,
	    .type = NRS_TYPE_SUBMISSION,
	    .each = see_title,
	    .ctx = titles,
	    .from = NRS_FROM_START,
	    .optional = true};
	const struct nrs_outcome *oldest;
	struct nrs_err err = {0};

	if (newest->n == 0 || ctl_out_is_json(titles->ctl->out))
		return;
	oldest = newest->values[slot(newest, 0)];
	reading.from = oldest->journal_offset;
	if (ctl_read(titles->ctl, &reading, &err) != NRS_OK)
		(void)fprintf(stderr, "noroshictl: no titles: %s\n", err.text);
}

enum ctl_exit
ctl_cmd_list(struct ctl *ctl)
{
	struct newest newest = {.time_of = outcome_time};
	struct titles titles = {.ctl = ctl, .by_id = nrs_map_new()};
	struct nrs_err err = {0};
	enum nrs_rc rc;

	if (ctl_opt(ctl, CTL_OPT_ATTENTION) != NULL) {
		nrs_map_free(titles.by_id, NULL);
		return ctl_attention(ctl);
	}
	rc = read_newest(
	    ctl, NRS_TOPIC_OUTCOME, NRS_TYPE_OUTCOME, &newest, &err);

	if (rc == NRS_OK)
		read_titles(&newest, &titles);
	for (size_t i = 0; rc == NRS_OK && i < kept(&newest); i++) {
		const struct nrs_outcome *o = newest.values[slot(&newest, i)];
		const struct nrs_content *c =
		    nrs_map_get(titles.by_id, o->submission_id);
		ctl_view_outcome_row(ctl, o,
		    c == NULL ? NULL
		              : nrs_wording_title(c, ctl_out_lang(ctl->out)));
	}
	nrs_map_free(titles.by_id, NULL);
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
